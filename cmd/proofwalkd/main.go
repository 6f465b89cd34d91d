// Command proofwalkd is the server: the web app, its workers and the
// operator's commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// version is set when the binary is built.
var version = "dev"

// commands is the command line.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve the web app and run its workers."`
	Demo    demoCommand    `cmd:"" help:"Serve a demo with sample partners on this machine only."`
	Migrate migrateCommand `cmd:"" help:"Change the database schema."`
	Keys    keysCommand    `cmd:"" help:"Make, list and export the signing keys."`
	User    userCommand    `cmd:"" help:"Make sign-in links, list and disable people."`
	Packet  packetCommand  `cmd:"" help:"Make a packet's report from its packet.json."`
	Fsck    fsckCommand    `cmd:"" help:"Check the audit log, the packets and the stored files; changes nothing."`
	Version versionCommand `cmd:"" help:"Say what this build is."`
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(out io.Writer) error {
	_, err := fmt.Fprintln(out, "proofwalkd", version)
	return err
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run gives the exit code: 0 fine, 1 the answer is no, 2 could not do it.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commands
	parser, err := kong.New(&cli, kong.Name("proofwalkd"),
		kong.Description("Proofwalk records the test runs and the end-to-end walkthrough of an identity integration and seals its readiness packet."),
		kong.Writers(stdout, stderr), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(stdout, (*io.Writer)(nil)))
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "proofwalkd:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "proofwalkd:", err)
		return 2
	}
	err = parsed.Run()
	if errors.Is(err, errProblems) {
		return 1 // the command has said what they are
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "proofwalkd:", operatorText(err))
		return 2
	}
	return 0
}

// operatorText is an error for the person at the terminal: the text, and the
// cause behind it, since the operator is who mends it.
func operatorText(err error) string {
	if apperr.Is(err, apperr.Internal) {
		return err.Error()
	}
	text := apperr.TextOf(err)
	if cause := unwrapped(err); cause != "" {
		text += " (" + cause + ")"
	}
	return text
}

func unwrapped(err error) string {
	u, ok := err.(interface{ Unwrap() error })
	if !ok || u.Unwrap() == nil {
		return ""
	}
	return u.Unwrap().Error()
}
