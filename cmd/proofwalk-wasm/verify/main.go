//go:build js && wasm

// Command verify is the verifier for the browser: the same code as in the kit,
// built as a WebAssembly module of the standard library alone. It checks one
// file, a packet or a proof, and ends. Whoever runs it puts an object "proofwalkHost" into the global
// scope: the file's bytes, a fingerprint or the bytes of a keys.json, and a
// function that takes the answer as JSON. It reaches nothing else.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"syscall/js"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// answer is what the page shows.
type answer struct {
	// Error says why there is no result: the fingerprint is none.
	Error string `json:"error,omitempty"`
	// NoPacket says why there is none: the file is neither a packet nor a proof.
	NoPacket string `json:"no_packet,omitempty"`
	// NoKeys says why there is none: what was given as a keys.json is none.
	NoKeys string `json:"no_keys,omitempty"`
	// Proof tells that the file is a proof about the audit log. It makes no claims.
	Proof bool `json:"proof,omitempty"`
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
		if why := verify.WhyNoKeys(trust.Keys); why != "" {
			return answer{NoKeys: "The second file is no keys.json: " + why + "."}
		}
	}
	file := bytesOf(host.Get("bytes"))
	if why := verify.WhyNoPacket(file); why != "" {
		return answer{NoPacket: "This is not a packet: " + why + "."}
	}
	var text strings.Builder // it never gives an error
	if verify.IsProof(file) {
		proof := verify.VerifyProof(file, trust)
		_ = proof.Write(&text)
		sum := sha256.Sum256(file)
		result := verify.Result{Verdict: proof.Verdict, Checks: proof.Checks, Root: proof.Root, SHA256: hex.EncodeToString(sum[:])}
		return answer{Proof: true, Result: result, Text: text.String()}
	}
	result := verify.Verify(file, trust)
	_ = result.Write(&text)
	return answer{Result: result, Text: text.String()}
}

// bytesOf copies what a Uint8Array holds.
func bytesOf(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}
