package app

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
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

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
