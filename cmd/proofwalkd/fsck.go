package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/packet"
)

type fsckCommand struct {
	config.Serve
	Checkpoint string `placeholder:"FILE" help:"A checkpoint of the audit log that was kept outside the database (/log/checkpoint), or a packet: the log must still begin with it."`
	LogOnly    bool   `name:"log-only" help:"Check the audit log alone, not the packets and the other stored files."`
	JSON       bool   `name:"json" help:"Print JSON."`
}

// errProblems says that the answer is no.
var errProblems = errors.New("what is stored is not as it was written")

// Help shows examples.
func (fsckCommand) Help() string {
	return `Computes the audit log anew, verifies every packet as proofwalk verify does, and reads every stored file.
Name the data folder of the server with --data-dir where it is not the default. Exit 1 when something is not as it was written.
Examples:
  proofwalkd fsck --data-dir /srv/proofwalk
  proofwalkd fsck --data-dir /srv/proofwalk --checkpoint packet.zip`
}

// fsckReport is the answer as JSON.
type fsckReport struct {
	app.LogReport
	// Stored is about the packets and files; nil when they were left out.
	Stored *app.StoredReport `json:"stored"`
}

// Run computes the audit log anew from its entries, reads what is stored, and
// says what it found.
func (c *fsckCommand) Run(ctx context.Context, out io.Writer) error {
	if err := c.servedBefore(); err != nil {
		return err
	}
	return withParts(ctx, c.Serve, out, func(ctx context.Context, p *parts, out io.Writer) error {
		kept, err := c.kept(p.app)
		if err != nil {
			return err
		}
		var report fsckReport
		if report.LogReport, err = p.app.CheckLog(ctx, kept); err != nil {
			return err
		}
		if !c.LogOnly {
			stored, err := p.app.CheckStored(ctx)
			if err != nil {
				return err
			}
			report.Stored = &stored
		}
		if err := c.print(out, report); err != nil {
			return err
		}
		if report.Found > 0 || report.Stored != nil && report.Stored.Found > 0 {
			return errProblems
		}
		return nil
	})
}

// servedBefore refuses a data folder in which no server ever ran: a check must
// not make a database there, whose empty log would be fine.
func (c *fsckCommand) servedBefore() error {
	cfg := c.Serve
	if cfg.DatabaseURL != "" {
		return nil
	}
	if cfg.DataDir == "" {
		cfg.DataDir = defaultDataDir()
	}
	for _, dir := range []string{cfg.KeyDir(), cfg.DatabaseDir()} {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return apperr.New(apperr.NotFound, "There is no folder "+dir+", so no server has run on this data folder. --data-dir names another one.")
		}
	}
	return nil
}

// kept reads the file of --checkpoint; nil without one.
func (c *fsckCommand) kept(a *app.App) (*audit.Checkpoint, error) {
	if c.Checkpoint == "" {
		return nil, nil
	}
	f, err := os.Open(c.Checkpoint)
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, packet.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	if len(b) > packet.MaxBytes {
		return nil, apperr.New(apperr.Invalid, "The file of --checkpoint is larger than any packet.")
	}
	return a.OpenKept(b)
}

func (c *fsckCommand) print(out io.Writer, r fsckReport) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "audit log: %s, %d waiting for their position, %d held back, %s, %s\nroot %s\n",
		counted(r.Entries, "entry", "entries"), r.Waiting, r.Held, counted(r.Checkpoints, "checkpoint", "checkpoints"),
		counted(r.Personal, "personal field", "personal fields"), r.Root)
	if k := r.Kept; k != nil {
		word := "the log still begins with it"
		if !k.Holds {
			word = "THE LOG DOES NOT BEGIN WITH IT"
		}
		fmt.Fprintf(&b, "kept checkpoint of %s, signed %s: %s\n", counted(k.Size, "entry", "entries"), k.At.Format("2006-01-02 15:04:05 UTC"), word)
	}
	printProblems(&b, r.ProblemList, "all of it is as the entries make it")
	if s := r.Stored; s != nil {
		fmt.Fprintf(&b, "\nstored: %s, %s\n", counted(s.Packets, "packet", "packets"), counted(s.Files, "other file", "other files"))
		printProblems(&b, s.ProblemList, "every packet is the one in the log and verifies, every file has its digest")
	}
	b.WriteString("\nThis check cannot see:\n")
	for _, u := range r.Unseen {
		fmt.Fprintf(&b, "  %-20s %s\n", u.Case, u.Text)
	}
	if r.Kept == nil {
		b.WriteString("\nA checkpoint that was kept outside the database shows the first four: --checkpoint FILE with what\n" +
			"/log/checkpoint answered earlier, or with any packet that was handed out.\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// counted writes a count with its noun.
func counted[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// printProblems prints a line each, or that there are none.
func printProblems(b *strings.Builder, l app.ProblemList, fine string) {
	for _, p := range l.Problems {
		fmt.Fprintf(b, "FAIL  %s\n", p)
	}
	if more := l.Found - len(l.Problems); more > 0 {
		fmt.Fprintf(b, "FAIL  and %d more\n", more)
	}
	if l.Found == 0 {
		fmt.Fprintf(b, "ok    %s\n", fine)
	}
}
