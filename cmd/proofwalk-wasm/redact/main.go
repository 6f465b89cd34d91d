//go:build js && wasm

// Command redact is the redactor for the browser: the same code as in the kit
// and on the server, built as a WebAssembly module. The upload page runs it in
// a worker that may reach no network (see views/assets/js/redact_worker.js).
//
// It runs once per choice of files and ends. The worker puts an object
// "proofwalkHost" into the global scope: the job as JSON, the sizes of the
// files, and functions that take the redacted bytes and hear how far it is. One
// more fetches a slice of a file, from a second worker that reads ahead, and
// calls back: while the program waits, the browser gives memory back.
package main

import (
	"runtime/debug"
	"syscall/js"
)

// Go's heap in the tab. The redactor holds one entry at a time, so what lives is
// small; collecting seldom is faster, and the limit keeps the module's memory,
// which never shrinks once it grew, well below what a tab may take.
const (
	collectAt   = 400      // percent of growth
	memoryLimit = 24 << 20 // bytes
)

func main() {
	debug.SetGCPercent(collectAt)
	debug.SetMemoryLimit(memoryLimit)
	h := newHost(js.Global().Get("proofwalkHost"))
	h.done(run(h))
}
