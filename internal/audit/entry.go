// Package audit defines the audit entry and its one encoding. An entry says
// who did what to which object and when; what could name a person stands in it
// only as a salted digest, so that erasing the clear value and its salt
// elsewhere leaves every entry's bytes, and so every proof over them, intact.
//
// The encoding is RFC 8785 canonical JSON with a version number. It is what is
// stored, packed and, as leaf data, hashed; it never changes for entries that
// exist. The package reads no clock and no random source of its own.
package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gowebpki/jcs"
)

// Version is the version of the encoding that Encode writes and Parse reads.
const Version = 1

// Limits of an entry.
const (
	MaxWord    = 64      // bytes of an action, a kind, a name in Details or Personal
	MaxText    = 128     // bytes of an id or a text in Details
	MaxFields  = 32      // names in Details, and in Personal
	MaxEncoded = 1 << 15 // bytes of an encoded entry
)

// timeLayout is the one written form of At.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// Entry is one audit entry. Every text is an identifier or a word of a closed
// list, never prose: Encode refuses anything outside [A-Za-z0-9._:/+#-].
type Entry struct {
	ID            string // UUIDv7, lower case
	PartnerID     string // UUID; empty when the act concerns no partner
	IntegrationID string // UUID; empty when it concerns no integration
	Actor         Actor
	Action        string // noun.verb, "item.claim"
	Object        Object
	RequestID     string    // of the request or job that acted; empty for none
	At            time.Time // encoded in UTC, cut to microseconds
	// Details are what the act changed: numbers, truth values and words.
	Details map[string]Value
	// Personal holds digests of what names a person, by field: see Personal.
	Personal map[string]string
}

// Actor is who acted. Names and addresses of people belong into Personal.
type Actor struct {
	ID   string `json:"id"`   // UUID of the user or key; empty for the system
	Kind string `json:"kind"` // user, api_key, link, system
}

// Object is what was acted on.
type Object struct {
	ID   string `json:"id"` // identifier, or label such as TST-09
	Kind string `json:"kind"`
}

// Value is a scalar of Details: made by Text, Int or Bool, or read by Parse.
type Value struct{ v any }

// Text is a word or identifier; see Entry for its alphabet.
func Text(s string) Value { return Value{s} }

// Int is a whole number of at most 53 bits.
func Int(n int) Value { return Value{int64(n)} }

// Bool is a truth value.
func Bool(b bool) Value { return Value{b} }

// Any gives the value as a string, an int64 or a bool.
func (v Value) Any() any { return v.v }

// String gives the value in words, for a page.
func (v Value) String() string { return fmt.Sprint(v.v) }

// Equal tells whether two values are the same.
func (v Value) Equal(w Value) bool { return v.v == w.v }

// wire is the encoded form; JCS orders the names.
type wire struct {
	Version       int               `json:"v"`
	ID            string            `json:"id"`
	PartnerID     *string           `json:"partner_id"`
	IntegrationID *string           `json:"integration_id"`
	Actor         Actor             `json:"actor"`
	Action        string            `json:"action"`
	Object        Object            `json:"object"`
	RequestID     string            `json:"request_id"`
	At            string            `json:"at"`
	Details       map[string]any    `json:"details"`
	Personal      map[string]string `json:"personal"`
}

// Encode gives the entry's one encoding. An entry with a field outside its
// grammar is refused; the error names the field, never its value.
func Encode(e Entry) ([]byte, error) {
	if err := check(e); err != nil {
		return nil, fmt.Errorf("encoding audit entry: %w", err)
	}
	w := wire{
		Version: Version, ID: e.ID, PartnerID: optional(e.PartnerID), IntegrationID: optional(e.IntegrationID),
		Actor: e.Actor, Action: e.Action, Object: e.Object, RequestID: e.RequestID,
		At:      e.At.UTC().Truncate(time.Microsecond).Format(timeLayout),
		Details: make(map[string]any, len(e.Details)), Personal: e.Personal,
	}
	for name, v := range e.Details {
		w.Details[name] = v.v
	}
	if w.Personal == nil {
		w.Personal = map[string]string{}
	}
	plain, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encoding audit entry: %w", err)
	}
	out, err := jcs.Transform(plain)
	if err != nil {
		return nil, fmt.Errorf("encoding audit entry: %w", err)
	}
	return out, nil
}

// Parse reads an encoded entry. It takes exactly what Encode writes: any other
// spelling of the same entry is refused.
func Parse(b []byte) (Entry, error) {
	e, err := parse(b)
	if err != nil {
		return Entry{}, fmt.Errorf("parsing audit entry: %w", err)
	}
	again, err := Encode(e)
	if err != nil {
		return Entry{}, fmt.Errorf("parsing audit entry: %w", err)
	}
	if !bytes.Equal(again, b) {
		return Entry{}, errors.New("parsing audit entry: not in its one encoding")
	}
	return e, nil
}

func parse(b []byte) (Entry, error) {
	if len(b) > MaxEncoded {
		return Entry{}, errors.New("too long")
	}
	var w wire
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(&w); err != nil {
		// The decoder's own message can hold a piece of the input.
		return Entry{}, fmt.Errorf("not an entry at offset %d", dec.InputOffset())
	}
	if w.Version != Version {
		return Entry{}, errors.New("unknown version")
	}
	at, err := time.Parse(timeLayout, w.At)
	if err != nil {
		return Entry{}, errors.New("at is not a time")
	}
	e := Entry{
		ID: w.ID, PartnerID: deref(w.PartnerID), IntegrationID: deref(w.IntegrationID), Actor: w.Actor,
		Action: w.Action, Object: w.Object, RequestID: w.RequestID, At: at,
	}
	if len(w.Details) > 0 {
		e.Details = make(map[string]Value, len(w.Details))
	}
	for name, v := range w.Details {
		if n, ok := v.(json.Number); ok {
			i, err := n.Int64()
			if err != nil {
				return Entry{}, errors.New("details hold a number that is not whole")
			}
			v = i
		}
		e.Details[name] = Value{v}
	}
	if len(w.Personal) > 0 {
		e.Personal = w.Personal
	}
	return e, nil
}

// Digest is the SHA-256 of the encoding.
func Digest(encoded []byte) [sha256.Size]byte { return sha256.Sum256(encoded) }

// SaltSize is the length of a salt in bytes.
const SaltSize = 16

// Personal gives the digest that stands in an entry for a personal value:
// lower-case hex of SHA-256(salt || JCS(value)). The salt is fresh and random
// for each field of each entry, and is kept, with the value, apart from the
// entry, where both can be erased.
func Personal(salt [SaltSize]byte, value string) (string, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("digesting personal value: %w", err)
	}
	// Transform takes objects and arrays only: the value's canonical form is
	// that of a one-element array without its brackets.
	canonical, err := jcs.Transform(append(append([]byte{'['}, plain...), ']'))
	if err != nil {
		return "", fmt.Errorf("digesting personal value: %w", err)
	}
	sum := sha256.Sum256(append(salt[:], canonical[1:len(canonical)-1]...))
	return hex.EncodeToString(sum[:]), nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
