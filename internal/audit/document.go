package audit

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/gowebpki/jcs"
)

// EntryProof is one entry's proof as a file of its own: all that a stranger
// needs to check it, but the root's fingerprint.
type EntryProof struct {
	Checkpoint []byte // the signed note
	Entry      []byte // as encoded
	Position   int64
	Hashes     []Hash
	Keys       []byte // keys.json
}

// Encode writes the file, canonical JSON.
func (p EntryProof) Encode() ([]byte, error) {
	return canonical(struct {
		Checkpoint string   `json:"checkpoint"`
		Entry      string   `json:"entry"`
		Format     int      `json:"format"`
		Hashes     []string `json:"hashes"`
		Index      int64    `json:"index"`
		Keys       string   `json:"keys"`
		Kind       string   `json:"kind"`
	}{string(p.Checkpoint), string(p.Entry), ProofsFormat, inHex(p.Hashes), p.Position, string(p.Keys), "audit_entry"})
}

// Extension is the proof that the log begins with an older one.
type Extension struct {
	Checkpoint, Older []byte // signed notes
	Hashes            []Hash
	Keys              []byte // keys.json
}

// Encode writes the file, canonical JSON.
func (x Extension) Encode() ([]byte, error) {
	return canonical(struct {
		Checkpoint string   `json:"checkpoint"`
		Format     int      `json:"format"`
		Hashes     []string `json:"hashes"`
		Keys       string   `json:"keys"`
		Kind       string   `json:"kind"`
		Older      string   `json:"older"`
	}{string(x.Checkpoint), ProofsFormat, inHex(x.Hashes), string(x.Keys), "audit_extension", string(x.Older)})
}

func inHex(hashes []Hash) []string {
	out := make([]string, len(hashes))
	for i, h := range hashes {
		out[i] = hex.EncodeToString(h[:])
	}
	return out
}

func canonical(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding a proof: %w", err)
	}
	out, err := jcs.Transform(plain)
	if err != nil {
		return nil, fmt.Errorf("encoding a proof: %w", err)
	}
	return out, nil
}
