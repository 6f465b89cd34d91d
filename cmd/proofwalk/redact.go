package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
)

type redactCommand struct {
	File        string `arg:"" help:"The capture: HAR, SAML-tracer JSON or back-channel JSON lines, plain, gzip or zip; - for standard input."`
	Out         string `short:"o" placeholder:"OUT.har" help:"Write the redacted HAR here; without it to standard output."`
	Report      string `placeholder:"R.json" help:"Write what was taken out: rule, place and count, never a value."`
	Integration string `placeholder:"I.yaml" help:"The integration, whose registered values stay in clear."`
	Preview     bool   `help:"First show, on the terminal only, what is left and which hosts, paths and titles are hidden, and declare some."`
}

// Help shows examples.
func (redactCommand) Help() string {
	return `Examples:
  proofwalk redact -o safe.har --integration integration.yaml sign-in.har
  proofwalk redact --report report.json sign-in.har > safe.har
  proofwalk redact --preview --integration integration.yaml sign-in.har
With --preview names are shown in clear, but only on the terminal itself: never on standard output or error.`
}

// Run redacts one capture.
func (c *redactCommand) Run(s *streams) error {
	if err := c.checkNames(); err != nil {
		return err
	}
	cfg, err := readIntegration(c.Integration)
	if err != nil {
		return err
	}
	if c.Preview {
		if cfg, err = c.preview(cfg, s); err != nil {
			return err
		}
		if c.goesNowhere(s) {
			_, err := fmt.Fprintf(s.messages, "%s: nothing was written; -o writes the redacted HAR\n", shown(c.File))
			return err
		}
	}
	in, err := open(c.File, s)
	if err != nil {
		return inputError(c.File, err)
	}
	report, err := c.redact(newRedactor(cfg, nil), in, s)
	if err := errors.Join(err, in.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.messages, "%s: %d entries, %d values replaced or dropped\n", shown(c.File), report.Entries, report.Total())
	if report.Truncated {
		_, err = fmt.Fprintf(s.messages, "%s: the file is cut off at byte %d; its %d complete entries were kept\n", shown(c.File), report.StoppedAt, report.Entries)
	}
	if report.Cut > 0 {
		_, err = fmt.Fprintf(s.messages, "%s: %d entries hold more than is read of one; what is too long in them was cut\n", shown(c.File), report.Cut)
	}
	if report.Undecoded > 0 {
		_, err = fmt.Fprintf(s.messages, "%s: %d SAML messages were not decoded; those before them inflate to more than is read\n", shown(c.File), report.Undecoded)
	}
	if report.Duplicates > 0 {
		_, err = fmt.Fprintf(s.messages, "%s: %d members stand twice in their object; the last of each was taken\n", shown(c.File), report.Duplicates)
	}
	return err
}

// checkNames refuses to write over the capture, or one output over the other.
func (c *redactCommand) checkNames() error {
	if sameFile(c.Out, c.File) || sameFile(c.Report, c.File) {
		return fmt.Errorf("%s: the output would replace it; choose another name", shown(c.File))
	}
	if sameFile(c.Out, c.Report) {
		return errors.New("redact: -o and --report name the same file")
	}
	return nil
}

// sameFile tells whether two names, none of them empty, lead to one file, there
// already or not.
func sameFile(a, b string) bool {
	if a == "" || b == "" || a == "-" || b == "-" {
		return false
	}
	first, err := os.Stat(a)
	second, err2 := os.Stat(b)
	if err == nil && err2 == nil {
		return os.SameFile(first, second)
	}
	return filepath.Clean(a) == filepath.Clean(b)
}

// redact writes output and report, both or neither.
func (c *redactCommand) redact(r *redact.Redactor, in io.Reader, s *streams) (redact.Report, error) {
	// Standard output is held back until the buffer is full, so that input that
	// is refused at once leaves nothing behind it.
	dst := bufio.NewWriterSize(s.out, readBuffer)
	var files []*outFile
	defer func() {
		for _, f := range files {
			f.discard()
		}
	}()
	if c.Out != "" {
		f, err := createOut(c.Out)
		if err != nil {
			return redact.Report{}, inputError(c.Out, err)
		}
		files = append(files, f)
		dst.Reset(f)
	}
	var reportFile *outFile
	if c.Report != "" {
		var err error
		if reportFile, err = createOut(c.Report); err != nil {
			return redact.Report{}, inputError(c.Report, err)
		}
		files = append(files, reportFile)
	}
	report, err := r.HAR(dst, in, capture.Limits{})
	if err != nil {
		return report, inputError(c.File, err)
	}
	if err := dst.Flush(); err != nil {
		return report, fmt.Errorf("writing the redacted HAR: %w", err)
	}
	if reportFile != nil {
		if err := writeJSON(reportFile, report); err != nil {
			return report, inputError(c.Report, err)
		}
	}
	for _, f := range files {
		if err := f.commit(); err != nil {
			return report, inputError(f.name, err)
		}
	}
	return report, nil
}

// newRedactor makes a redactor with a key and round of its own: what one call
// redacts compares within the call only. hidden may be nil.
func newRedactor(cfg *integration.Config, hidden *redact.Hidden) *redact.Redactor {
	key, round := redact.NewRound()
	o := redact.Options{Config: cfg, Key: key, Round: round, Hidden: hidden, Name: "proofwalk", Version: buildVersion()}
	if cfg != nil {
		o.Digest = integration.Digest(*cfg)
	}
	return redact.New(o)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
