//go:build js && wasm

package main

import (
	"errors"
	"io"
	"syscall/js"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Sizes of what goes between the module and the browser in one call.
const (
	readBytes  = 512 << 10
	writeBytes = 1 << 20
)

// host is the worker around the module.
type host struct{ js.Value }

// job gives the JSON of what is to be done.
func (h host) job() string { return h.Get("job").String() }

// size gives the length of a file in bytes.
func (h host) size(file int) int64 { return int64(h.Get("sizes").Index(file).Float()) }

// progress says how many bytes of a file were read in a phase.
func (h host) progress(file int, phase string, read int64) {
	h.Call("progress", file, phase, float64(read))
}

// done hands over the result as JSON.
func (h host) done(result string) { h.Call("done", result) }

// The texts of what can go wrong between a file and the module.
var errUnreadable = apperr.New(apperr.Invalid,
	"The browser could not read the file to its end. It was changed or moved after it was chosen: choose it again.")

// file reads a chosen file, or what was written for it, in slices. It is an
// io.ReaderAt with a size, so that a container can be read from its end.
type file struct {
	host  host
	read  string // the host's function that reads a slice
	index int
	size  int64
	phase string // what progress is called; empty for none

	at  int64 // where the next Read begins
	buf []byte
	got []byte // read ahead and not taken yet
}

// Size gives the length in bytes.
func (f *file) Size() int64 { return f.size }

// Read implements io.Reader.
func (f *file) Read(p []byte) (int, error) {
	if len(f.got) == 0 {
		if f.buf == nil {
			f.buf = make([]byte, readBytes)
		}
		n, err := f.slice(f.buf, f.at)
		if err != nil {
			return 0, err
		}
		f.got = f.buf[:n]
		f.at += int64(n)
		if f.phase != "" {
			f.host.progress(f.index, f.phase, f.at)
		}
	}
	n := copy(p, f.got)
	f.got = f.got[n:]
	return n, nil
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n, err := f.slice(p[done:min(len(p), done+readBytes)], off+int64(done))
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// slice fills p from off on, as far as the file goes; io.EOF at its end.
func (f *file) slice(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("reading before the beginning of a file")
	}
	if off >= f.size {
		return 0, io.EOF
	}
	want := min(int64(len(p)), f.size-off)
	got := f.host.Call(f.read, f.index, float64(off), float64(off+want))
	if got.IsNull() || int64(got.Length()) != want {
		return 0, errUnreadable
	}
	return js.CopyBytesToGo(p, got), nil
}

// output hands what is written to the host, in large pieces, and knows how much it was.
type output struct {
	host  host
	index int
	total int64
	buf   []byte
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.total += int64(len(p))
	o.buf = append(o.buf, p...)
	if len(o.buf) >= writeBytes {
		o.flush()
	}
	return len(p), nil
}

func (o *output) flush() {
	if len(o.buf) == 0 {
		return
	}
	piece := js.Global().Get("Uint8Array").New(len(o.buf))
	js.CopyBytesToJS(piece, o.buf)
	o.host.Call("write", o.index, piece)
	o.buf = o.buf[:0]
}
