//go:build js && wasm

// Command redact is the redactor for the browser: the same code as in the kit
// and on the server, built as a WebAssembly module. The upload page runs it in
// a worker that may reach no network (see views/assets/js/redact_worker.js).
//
// It runs once per choice of files and ends. The worker puts an object
// "proofwalkHost" into the global scope: the job as JSON, the sizes of the
// files, and functions that read slices of a file, take the redacted bytes and
// hear how far it is. All of them work at once, without promises, so that the
// program needs nothing but the one goroutine.
package main

import (
	"runtime/debug"
	"syscall/js"
)

// Go's heap in the tab. The redactor holds one entry at a time; collecting
// early keeps the module's memory small, which never shrinks once it grew.
const (
	collectAt   = 50       // percent of growth
	memoryLimit = 48 << 20 // bytes
)

func main() {
	debug.SetGCPercent(collectAt)
	debug.SetMemoryLimit(memoryLimit)
	h := host{js.Global().Get("proofwalkHost")}
	h.done(run(h))
}
