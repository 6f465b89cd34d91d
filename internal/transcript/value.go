package transcript

import (
	"slices"
	"strings"
)

// Kind says what sort of value a redacted string is.
type Kind string

// The kinds of values.
const (
	// Clear: vocabulary, a grammar or a registered public value.
	Clear Kind = "clear"
	// Pseudonym: ~class.KEY; equal keys mean equal values within one round.
	Pseudonym Kind = "pseudonym"
	// Ordinal: ~class#N, for values too short to hash; equal numbers mean equal
	// values within one capture and say nothing across captures.
	Ordinal Kind = "ordinal"
	// Constant: ~class; compares with nothing, not even itself.
	Constant Kind = "constant"
)

// KeyChars is the length of a pseudonym's key: 80 bits in base32.
const KeyChars = 16

// MaxOrdinal is the largest number of an ordinal, a numbered host or segment.
const MaxOrdinal = 99_999

// Classes are the classes that pseudonyms and ordinals may have; the class is a
// label only and takes no part in comparing.
var Classes = []string{
	"code", "cookie", "id", "name", "nonce", "pkce", "relay", "saml", "secret", "sid", "state", "sub", "token",
}

// Constants are the class constants, without their tilde.
var Constants = []string{
	"hdr", "name", "num", "opaque", "pii", "secret", "str", "text", "userinfo",
}

// Value is one redacted value, or one piece of a longer one.
type Value struct {
	Kind  Kind
	Class string // for all but Clear
	Key   string // the comparable part of a pseudonym or ordinal
	Text  string // as it stands in the transcript
}

// ParseValue classifies a whole value. A text in which pseudonyms are only a
// part (a URL, a cookie header) is Clear; see Pieces.
func ParseValue(s string) Value {
	v, n := match(s)
	if n == 0 || n != len(s) {
		return Value{Kind: Clear, Text: s}
	}
	return v
}

// Pieces cuts a value into its clear parts and the redacted values between
// them; the texts joined are the value. In a URL the # of an ordinal stands as %23.
func Pieces(s string) []Value {
	var out []Value
	start := 0
	for i := 0; i < len(s); {
		if s[i] != '~' {
			i++
			continue
		}
		v, n := match(s[i:])
		if n == 0 {
			i++
			continue
		}
		if i > start {
			out = append(out, Value{Kind: Clear, Text: s[start:i]})
		}
		out = append(out, v)
		i += n
		start = i
	}
	if start < len(s) || len(out) == 0 {
		out = append(out, Value{Kind: Clear, Text: s[start:]})
	}
	return out
}

// match reads one redacted value at the start of s and gives its length, 0 when there is none.
func match(s string) (Value, int) {
	if len(s) < 2 || s[0] != '~' {
		return Value{}, 0
	}
	end := 1
	for end < len(s) && s[end] >= 'a' && s[end] <= 'z' {
		end++
	}
	class := s[1:end]
	rest := s[end:]
	if strings.HasPrefix(rest, ".") && slices.Contains(Classes, class) && isKey(rest[1:]) {
		n := end + 1 + KeyChars
		return Value{Kind: Pseudonym, Class: class, Key: s[end+1 : n], Text: s[:n]}, n
	}
	for _, mark := range []string{"#", "%23"} {
		if digits := ordinalDigits(strings.TrimPrefix(rest, mark)); strings.HasPrefix(rest, mark) && digits > 0 && slices.Contains(Classes, class) {
			from := end + len(mark)
			n := from + digits
			return Value{Kind: Ordinal, Class: class, Key: s[from:n], Text: s[:n]}, n
		}
	}
	if slices.Contains(Constants, class) && !continues(rest) {
		return Value{Kind: Constant, Class: class, Text: s[:end]}, end
	}
	return Value{}, 0
}

// isKey tells whether s begins with a key that nothing continues.
func isKey(s string) bool {
	if len(s) < KeyChars {
		return false
	}
	for i := range KeyChars {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return !continues(s[KeyChars:])
}

// continues tells whether the rest goes on in characters that would make the
// match a part of some longer word.
func continues(rest string) bool {
	if rest == "" {
		return false
	}
	c := rest[0]
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// ordinalDigits gives the length of the number that s begins with, 0 when it is none.
func ordinalDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 0 || n > 5 || s[0] == '0' || continues(s[n:]) {
		return 0
	}
	return n
}

// Comparable tells whether two values of one round may be compared and, if so,
// whether they are equal. A value that holds a class constant compares with
// nothing. Ordinals compare only inside one capture: a caller that holds values
// of two captures must not compare them; see HasOrdinal.
func Comparable(a, b string) (equal, comparable bool) {
	pa, pb := Pieces(a), Pieces(b)
	for _, p := range slices.Concat(pa, pb) {
		if p.Kind == Constant {
			return false, false
		}
	}
	if len(pa) != len(pb) {
		return false, true
	}
	for i := range pa {
		if pa[i].Kind != pb[i].Kind || pa[i].Key != pb[i].Key {
			return false, true
		}
		if pa[i].Kind == Clear && pa[i].Text != pb[i].Text {
			return false, true
		}
	}
	return true, true
}

// HasOrdinal tells whether a value holds an ordinal, so that it compares inside
// its own capture only.
func HasOrdinal(s string) bool {
	return slices.ContainsFunc(Pieces(s), func(v Value) bool { return v.Kind == Ordinal })
}

// DerivedNames are the names of fields that the redactor adds after the
// parameter they were computed from: the S256 challenge of a code_verifier and
// what a SAML message says.
var DerivedNames = []string{
	"code_verifier.s256",
	"saml.type", "saml.id", "saml.in_response_to", "saml.destination", "saml.recipient", "saml.issuer",
	"saml.audience", "saml.acs_url", "saml.status", "saml.substatus", "saml.status_message", "saml.certificate",
	"saml.attributes", "saml.empty_attributes", "saml.authn_context", "saml.name_id_format", "saml.name_id",
}
