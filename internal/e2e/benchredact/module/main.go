//go:build js && wasm

// Command module is the redactor as WebAssembly with nothing around it but the
// reading of a file in slices and the writing in pieces, as the upload page's
// worker does both. Beside the kit it tells what WebAssembly itself costs.
package main

import (
	"bufio"
	"io"
	"runtime/debug"
	"syscall/js"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
)

const (
	readBytes  = 512 << 10
	writeBytes = 1 << 20
)

func main() {
	debug.SetGCPercent(800)
	debug.SetMemoryLimit(48 << 20)
	h := js.Global().Get("benchHost")
	key, round := redact.NewRound()
	out := bufio.NewWriterSize(writer{h}, writeBytes)
	_, err := redact.New(redact.Options{Key: key, Round: round}).HAR(out, bufio.NewReaderSize(reader{h}, readBytes), capture.Limits{})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		h.Call("fail", err.Error())
	}
}

// reader and writer work at once, without promises.
type (
	reader struct{ host js.Value }
	writer struct{ host js.Value }
)

// Read implements io.Reader.
func (r reader) Read(p []byte) (int, error) {
	got := r.host.Call("read", len(p))
	if got.Length() == 0 {
		return 0, io.EOF
	}
	return js.CopyBytesToGo(p, got), nil
}

// Write implements io.Writer.
func (w writer) Write(p []byte) (int, error) {
	piece := js.Global().Get("Uint8Array").New(len(p))
	js.CopyBytesToJS(piece, p)
	w.host.Call("write", piece)
	return len(p), nil
}
