package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gowebpki/jcs"
)

// Format is the version of keys.json.
const Format = 1

// Use is what a key may sign.
type Use string

// The uses.
const (
	UsePDF        Use = "pdf"
	UseBundle     Use = "bundle"
	UseCheckpoint Use = "checkpoint"
)

// Status is the state of a key.
type Status string

// The states. What an active key signed holds; what a retired key signed
// before it was retired holds; of a compromised key only what it signed before
// the moment of the compromise.
const (
	Active      Status = "active"
	Retired     Status = "retired"
	Compromised Status = "compromised"
)

// The algorithms, by use: ECDSA for PDFs and bundles, Ed25519 for the rest.
const (
	AlgorithmECDSA   = "ecdsa-p256-sha256"
	AlgorithmEd25519 = "ed25519"
)

// File is keys.json: canonical JSON (RFC 8785), signed by the root over the
// canonical form of everything but the signature.
type File struct {
	Format    int     `json:"format"`
	IssuedAt  Time    `json:"issued_at"`
	Root      RootKey `json:"root"`
	Keys      []Key   `json:"keys"`
	Signature Base64  `json:"signature,omitempty"`
}

// RootKey is the public half of the root.
type RootKey struct {
	ID        string `json:"id"` // the fingerprint
	Algorithm string `json:"algorithm"`
	PublicKey Base64 `json:"public_key"` // SubjectPublicKeyInfo, DER
}

// Key is one key of the list.
type Key struct {
	ID        string `json:"id"` // SHA-256 of the SubjectPublicKeyInfo, hex
	Use       Use    `json:"use"`
	Algorithm string `json:"algorithm"`
	PublicKey Base64 `json:"public_key"`
	// Certificate is the self-signed X.509 certificate (DER) under which readers
	// of PDFs know a key of UsePDF; nil for the others.
	Certificate   Base64 `json:"certificate"`
	NotBefore     Time   `json:"not_before"`
	Status        Status `json:"status"`
	RetiredAt     *Time  `json:"retired_at"`
	CompromisedAt *Time  `json:"compromised_at"`
}

// Base64 is bytes as standard base64 in JSON.
type Base64 []byte

// Time is an instant in UTC with microseconds and one written form.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000000Z"

// MarshalJSON writes the fixed-width form.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(timeLayout) + `"`), nil
}

// UnmarshalJSON reads the fixed-width form.
func (t *Time) UnmarshalJSON(b []byte) error {
	v, err := time.Parse(`"`+timeLayout+`"`, string(b))
	t.Time = v
	return err
}

// ParseFile reads keys.json and checks the root's signature and that every id
// is the digest of its key. Whether the root is the right one is the caller's
// question: compare Root.ID.
func ParseFile(b []byte) (*File, error) {
	var f File
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("parsing keys.json: not a key list at offset %d", dec.InputOffset())
	}
	if f.Format != Format {
		return nil, errors.New("parsing keys.json: unknown format")
	}
	again, err := f.encode()
	if err != nil || !bytes.Equal(again, b) {
		return nil, errors.New("parsing keys.json: not in its one encoding")
	}
	if digestHex(f.Root.PublicKey) != f.Root.ID {
		return nil, errors.New("parsing keys.json: the root's id is not its digest")
	}
	for i, k := range f.Keys {
		if digestHex(k.PublicKey) != k.ID {
			return nil, fmt.Errorf("parsing keys.json: the id of key %d is not its digest", i+1)
		}
		if err := k.checkCertificate(); err != nil {
			return nil, fmt.Errorf("parsing keys.json: key %d: %w", i+1, err)
		}
	}
	root, err := x509.ParsePKIXPublicKey(f.Root.PublicKey)
	if err != nil {
		return nil, errors.New("parsing keys.json: the root key does not parse")
	}
	public, ok := root.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("parsing keys.json: the root key is not Ed25519")
	}
	body, err := f.body()
	if err != nil {
		return nil, err
	}
	if !ed25519.Verify(public, body, f.Signature) {
		return nil, errors.New("parsing keys.json: the root's signature does not hold")
	}
	return &f, nil
}

// sign sets the root's signature and gives the file's bytes.
func (f *File) sign(root ed25519.PrivateKey) ([]byte, error) {
	body, err := f.body()
	if err != nil {
		return nil, err
	}
	f.Signature = ed25519.Sign(root, body)
	return f.encode()
}

// body is what the root signs.
func (f *File) body() ([]byte, error) {
	unsigned := *f
	unsigned.Signature = nil
	return unsigned.encode()
}

func (f *File) encode() ([]byte, error) {
	plain, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encoding keys.json: %w", err)
	}
	out, err := jcs.Transform(plain)
	if err != nil {
		return nil, fmt.Errorf("encoding keys.json: %w", err)
	}
	return out, nil
}

// find gives the key with the id.
func (f *File) find(id string) (Key, bool) {
	for _, k := range f.Keys {
		if k.ID == id {
			return k, true
		}
	}
	return Key{}, false
}

func digestHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
