//go:build js && wasm

// Command verify is the verifier for the browser: the same code as in the kit,
// built as a WebAssembly module of the standard library alone. It checks one
// archive and ends. Whoever runs it puts an object "proofwalkHost" into the global
// scope: the archive's bytes, a fingerprint or the bytes of a keys.json, and a
// function that takes the answer as JSON. It reaches nothing else.
package main

import (
	"encoding/json"
	"strings"
	"syscall/js"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// answer is what the page shows.
type answer struct {
	// Error says why there is no result: the fingerprint is none.
	Error string `json:"error,omitempty"`
	verify.Result
	// Text is the answer as the kit writes it.
	Text string `json:"text"`
}

func main() {
	host := js.Global().Get("proofwalkHost")
	out, err := json.Marshal(run(host))
	if err != nil {
		out = []byte(`{"error":"The answer could not be written down."}`)
	}
	host.Call("done", string(out))
}

func run(host js.Value) answer {
	var trust verify.Trust
	if fingerprint := host.Get("fingerprint").String(); fingerprint != "" {
		read, err := verify.ParseFingerprint(fingerprint)
		if err != nil {
			return answer{Error: "A fingerprint has 64 hex digits, perhaps in groups. This one has not."}
		}
		trust.Fingerprint = read
	}
	if keys := host.Get("keys"); keys.Truthy() {
		trust.Keys = bytesOf(keys)
	}
	result := verify.Verify(bytesOf(host.Get("bytes")), trust)
	var text strings.Builder
	_ = result.Write(&text) // a builder never gives an error
	return answer{Result: result, Text: text.String()}
}

// bytesOf copies what a Uint8Array holds.
func bytesOf(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}
