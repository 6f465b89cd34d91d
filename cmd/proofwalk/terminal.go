package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unicode"
)

// terminal is the person at the keyboard. It is opened by its own name, not
// taken from standard output or error, which may be a file: what is shown here
// reaches nothing but the screen, whatever is redirected where.
type terminal struct {
	in, out *os.File
	lines   *bufio.Reader
}

// errNoTerminal says why nothing is shown.
var errNoTerminal = errors.New("--preview shows names in clear, so it needs a terminal, and there is none here; leave it out to redact without looking")

// openTerminal opens the terminal that controls this process.
func openTerminal() (*terminal, error) {
	in, out := "/dev/tty", "/dev/tty"
	if runtime.GOOS == "windows" {
		in, out = "CONIN$", "CONOUT$"
	}
	t := &terminal{}
	var err error
	if t.out, err = os.OpenFile(out, os.O_RDWR, 0); err != nil {
		return nil, errNoTerminal
	}
	if t.in, err = os.OpenFile(in, os.O_RDWR, 0); err != nil || !isTerminal(t.in) || !isTerminal(t.out) {
		return nil, errors.Join(errNoTerminal, t.close())
	}
	t.lines = bufio.NewReader(t.in)
	return t, nil
}

func (t *terminal) close() error {
	err := t.out.Close()
	if t.in != nil {
		err = errors.Join(err, t.in.Close())
	}
	return err
}

func (t *terminal) Write(p []byte) (int, error) { return t.out.Write(p) }

// ask writes a question and reads a line; io.EOF means that nobody answers.
func (t *terminal) ask(question string) (string, error) {
	if _, err := fmt.Fprint(t.out, question); err != nil {
		return "", fmt.Errorf("writing to the terminal: %w", err)
	}
	line, err := t.lines.ReadString('\n')
	if err != nil && (line == "" || !errors.Is(err, io.EOF)) {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// plain is a name as a terminal may show it: one that holds anything but letters,
// marks and spaces is quoted, so that a capture cannot steer the terminal.
func plain(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) >= 0 {
		return strconv.Quote(s)
	}
	return s
}
