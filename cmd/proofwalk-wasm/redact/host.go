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
	readBytes   = 2 << 20
	writeBytes  = 1 << 20
	windowBytes = 256 << 10 // in a container
)

// host is the worker around the module.
type host struct {
	js.Value
	slices chan js.Value // what the host answers to read
	take   js.Func       // puts it there
}

func newHost(worker js.Value) host {
	slices := make(chan js.Value, 1)
	return host{worker, slices, js.FuncOf(func(_ js.Value, args []js.Value) any { slices <- args[0]; return nil })}
}

// job gives the JSON of what is to be done.
func (h host) job() string { return h.Get("job").String() }

// size gives the length of a file in bytes.
func (h host) size(file int) int64 { return int64(h.Get("sizes").Index(file).Float()) }

// progress says how many bytes of a file were read.
func (h host) progress(file int, read int64) { h.Call("progress", file, float64(read)) }

// done hands over the result as JSON.
func (h host) done(result string) { h.Call("done", result) }

// The texts of what can go wrong between a file and the module.
var errUnreadable = apperr.New(apperr.Invalid,
	"The browser could not read the file to its end. It was changed or moved after it was chosen: choose it again.")

// file reads a chosen file in slices. It is an io.ReaderAt with a size, so that
// a container can be read from its end.
type file struct {
	host  host
	index int
	size  int64
	at    int64 // where the next slice begins
	buf   []byte
	got   []byte // read and not taken yet

	window   []byte // what ReadAt fetched last
	windowAt int64
}

func newFile(h host, index int) *file {
	return &file{host: h, index: index, size: h.size(index), buf: make([]byte, readBytes)}
}

// Size gives the length in bytes.
func (f *file) Size() int64 { return f.size }

// Read implements io.Reader.
func (f *file) Read(p []byte) (int, error) {
	if len(f.got) == 0 {
		n, err := f.slice(f.buf, f.at)
		if err != nil {
			return 0, err
		}
		f.got = f.buf[:n]
		f.at += int64(n)
		f.host.progress(f.index, f.at)
	}
	n := copy(p, f.got)
	f.got = f.got[n:]
	return n, nil
}

// ReadAt implements io.ReaderAt. A container is read from here to there in small
// parts, so a whole window is fetched for them.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		at := off + int64(done)
		if at < f.windowAt || at >= f.windowAt+int64(len(f.window)) {
			f.windowAt, f.window = at, append(f.window[:0], make([]byte, windowBytes)...)
			n, err := f.slice(f.window, at)
			f.window = f.window[:n]
			if err != nil {
				return done, err
			}
			f.host.progress(f.index, at+int64(n))
		}
		done += copy(p[done:], f.window[at-f.windowAt:])
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
	f.host.Call("read", f.index, float64(off), float64(off+want), f.host.take)
	got := <-f.host.slices // meanwhile the browser works
	if !got.Truthy() || int64(got.Length()) != want {
		return 0, errUnreadable
	}
	return js.CopyBytesToGo(p, got), nil
}

// output hands what is written to the host, in large pieces, and knows how much
// it was.
type output struct {
	host  host
	index int
	total int64
	buf   []byte
}

func newOutput(h host, index int) *output {
	return &output{host: h, index: index, buf: make([]byte, 0, writeBytes)}
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	if len(o.buf)+len(p) > writeBytes {
		o.flush()
	}
	o.total += int64(len(p))
	o.buf = append(o.buf, p...)
	return len(p), nil
}

func (o *output) flush() {
	piece := js.Global().Get("Uint8Array").New(len(o.buf))
	js.CopyBytesToJS(piece, o.buf)
	o.host.Call("write", o.index, piece)
	o.buf = o.buf[:0]
}

// finish hands over the rest.
func (o *output) finish() {
	o.flush()
	o.host.Call("finish", o.index)
}
