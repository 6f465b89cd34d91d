package app

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/proofwalk/proofwalk/internal/blob"
)

// What goes through both ends comes out the same, in whatever pieces.
func TestStreamsPassTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, streamBlockBytes - 1, streamBlockBytes, streamBlockBytes + 1, streamBlocks*streamBlockBytes + 7, 20 * streamBlockBytes} {
		want := make([]byte, size)
		r := rand.NewChaCha8([32]byte{byte(size)})
		_, _ = r.Read(want)
		in := newReadAhead(iotest.HalfReader(bytes.NewReader(want)))
		var stored bytes.Buffer
		out := newWriteBehind(&stored)
		if _, err := io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		in.Close()
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(stored.Bytes(), want) {
			t.Errorf("%d bytes: others came out", size)
		}
	}
}

// An error of reading comes after the bytes before it; one of writing ends the
// writing and is given at the end; who stops early leaves nothing running.
func TestStreamsGiveErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("the line broke")
	in := newReadAhead(io.MultiReader(bytes.NewReader(make([]byte, streamBlockBytes+5)), iotest.ErrReader(broken)))
	n, err := io.Copy(io.Discard, struct{ io.Reader }{in})
	if n != streamBlockBytes+5 || !errors.Is(err, broken) {
		t.Errorf("%d bytes and %v", n, err)
	}
	in.Close()

	full := errors.New("the disk is full")
	out := newWriteBehind(failingWriter{full})
	for err = nil; err == nil; {
		_, err = out.Write(make([]byte, streamBlockBytes))
	}
	if err := out.Close(); !errors.Is(err, full) {
		t.Errorf("Close gives %v", err)
	}

	early := newReadAhead(iotest.OneByteReader(bytes.NewReader(make([]byte, 10*streamBlockBytes))))
	if _, err := early.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	early.Close()
}

// endless is a file that never ends, in small pieces, and counts them.
type endless struct{ pieces atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.pieces.Add(1)
	return copy(p, " "), nil
}

// When redacting panics, nothing goes on reading and no file stays.
func TestAPanicLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	blobs, err := blob.OpenDirectory(root)
	if err != nil {
		t.Fatal(err)
	}
	file := &endless{}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("there was no panic")
			}
		}()
		_, _ = (&App{Blobs: blobs}).redactWith(nil, captureBase{rawAllowed: true}, NewCapture{File: file}) // no redactor: the panic
	}()
	before := file.pieces.Load()
	for range 1000 {
		runtime.Gosched()
	}
	if after := file.pieces.Load(); after != before {
		t.Errorf("the file is read on, from %d pieces to %d", before, after)
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("%s is left", d.Name())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
