// Command proofwalk is the kit for partners and strangers: it redacts captures
// on one's own machine, judges them, and verifies packets. It never uses the
// network and holds no server code.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Exit codes, stable from the first release.
const (
	exitFine = 0
	exitNo   = 1 // the answer is no: findings fail, packet invalid, signer unknown
	exitFail = 2 // could not do it: bad usage, unreadable input
)

// commands is the command line.
type commands struct {
	Redact  redactCommand  `cmd:"" help:"Take secrets and personal data out of a capture."`
	Inspect inspectCommand `cmd:"" help:"Judge captures by the rules: exit 1 when one fails."`
	Verify  verifyCommand  `cmd:"" help:"Check a packet: exit 1 when it is not valid or its signer not known."`
	Excerpt excerptCommand `cmd:"" help:"Cut parts out of a packet so that the rest still verifies."`
	Version versionCommand `cmd:"" help:"Say what this build is."`
}

// streams are where a command reads and writes: results on out, messages on messages.
type streams struct {
	in            io.Reader
	out, messages io.Writer
}

func main() {
	os.Exit(run(os.Args[1:], &streams{os.Stdin, os.Stdout, os.Stderr}))
}

func run(args []string, s *streams) int {
	var cli commands
	parser, err := kong.New(&cli, kong.Name("proofwalk"),
		kong.Description("Redacts captures on your machine, judges them, and verifies readiness packets."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Writers(s.out, s.messages), kong.Bind(s))
	if err != nil {
		return fail(s, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		return fail(s, fmt.Errorf("%w; see proofwalk --help", err))
	}
	var no answerNo
	switch err := command.Run(); {
	case err == nil:
		return exitFine
	case errors.As(err, &no):
		return exitNo
	default:
		return fail(s, err)
	}
}

// answerNo is how a command says that it worked and the answer is no.
type answerNo struct{}

func (answerNo) Error() string { return "the answer is no" }

// fail writes the one line of an error: what and where, never a value of the input.
func fail(s *streams, err error) int {
	_, _ = fmt.Fprintln(s.messages, "proofwalk:", err)
	return exitFail
}

// longestText is how much of a text an error's line has room for.
const longestText = 120

// inputError names the file before the user-safe text of an error. Of a long one
// it takes the first sentence, what is wrong and where: what to do about it is
// for pages.
func inputError(name string, err error) error {
	var known *apperr.Error
	if errors.As(err, &known) {
		said := known.Text
		if first, _, more := strings.Cut(said, ". "); more && len(said) > longestText {
			said = first + "."
		}
		return fmt.Errorf("%s: %s", shown(name), said)
	}
	var path *os.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w", shown(name), path.Err)
	}
	return fmt.Errorf("%s: %w", shown(name), err)
}

// shown is how a file is named in messages.
func shown(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}
