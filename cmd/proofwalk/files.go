package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// readBuffer is how much is read from a file at once.
const readBuffer = 256 << 10

// open opens a capture for reading; - is standard input. A file can be asked for
// any part of it, by which the bodies in a zip are found; see capture.Read. On a
// terminal the reader shows its progress.
func open(name string, s *streams) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(bufio.NewReaderSize(s.in, readBuffer)), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if !info.Mode().IsRegular() { // a pipe has no parts to be asked for
		return struct{ io.ReadCloser }{f}, nil
	}
	return &progress{File: f, total: info.Size(), show: isTerminal(s.messages), messages: s.messages}, nil
}

// progress says on a terminal how much of a file was read, from the first second on.
type progress struct {
	*os.File
	messages    io.Writer
	total, read int64
	show, shown bool
	next        time.Time
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.File.Read(b)
	p.say(n)
	return n, err
}

// ReadAt implements io.ReaderAt.
func (p *progress) ReadAt(b []byte, at int64) (int, error) {
	n, err := p.File.ReadAt(b, at)
	p.say(n)
	return n, err
}

// Size is that of the whole file.
func (p *progress) Size() int64 { return p.total }

// say counts bytes that were read and shows the part that they are of the file.
func (p *progress) say(n int) {
	p.read += int64(n)
	if !p.show || p.total == 0 {
		return
	}
	now := time.Now()
	if p.next.IsZero() {
		p.next = now.Add(time.Second)
	}
	if now.After(p.next) {
		p.next = now.Add(200 * time.Millisecond)
		p.shown = true
		_, _ = fmt.Fprintf(p.messages, "\r%3d %% of %d MB ", min(p.read, p.total)*100/p.total, p.total>>20)
	}
}

// Close closes the file and clears the line.
func (p *progress) Close() error {
	if p.shown {
		_, _ = fmt.Fprint(p.messages, "\r                        \r")
	}
	return p.File.Close()
}

// isTerminal tells whether w is a character device, which is near enough.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// outFile is an output file that appears whole or not at all: a temporary file
// beside it, flushed, then renamed.
type outFile struct {
	*os.File
	name string
	done bool
}

func createOut(name string) (*outFile, error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return nil, err
	}
	return &outFile{File: f, name: name}, nil
}

// commit makes the file appear under its name, readable as files usually are.
func (o *outFile) commit() error {
	o.done = true
	err := errors.Join(o.Chmod(0o644), o.Sync(), o.File.Close())
	if err == nil {
		err = os.Rename(o.File.Name(), o.name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(o.File.Name()))
	}
	return nil
}

// discard removes the file unless it was committed.
func (o *outFile) discard() {
	if !o.done {
		_ = o.File.Close()
		_ = os.Remove(o.File.Name())
	}
}

// maxIntegration is the longest integration.yaml that is read.
const maxIntegration = 1 << 20

// readIntegration reads and checks an integration.yaml; no name gives nil.
func readIntegration(name string) (*integration.Config, error) {
	if name == "" {
		return nil, nil
	}
	doc, err := readLimited(name, maxIntegration)
	if err != nil {
		return nil, inputError(name, err)
	}
	cfg, err := integration.Parse(doc)
	if err != nil {
		return nil, inputError(name, err)
	}
	return &cfg, nil
}

// readLimited reads a whole file of at most limit bytes.
func readLimited(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	err = errors.Join(err, f.Close())
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("it is longer than %d bytes", limit)
	}
	return b, err
}
