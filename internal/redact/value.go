package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"hash"
	"math"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// minHashBits is the room a value must have to be hashed; below it a dictionary
// would find the value by trying, and an ordinal is written instead.
const minHashBits = 64

// maxOrdinals bounds the memory of a capture's ordinals; later values are ~str.
const maxOrdinals = 20_000

var base32Std = base32.StdEncoding

// pseudonyms makes the comparable values of one capture.
type pseudonyms struct {
	again    bool // the entry at hand was redacted before
	cut      bool // it has values that are only beginnings
	mac      hash.Hash
	memo     *memo
	ordinals map[valueKey]int
	last     int
	carried  map[valueKey]string // codes, tokens and states seen so far, with their class
	lengths  [256]bool           // of the long ones among them, modulo 256

	texts capture.Texts
	line  []byte
}

// Bounds of what is remembered to be recognised under another name.
const (
	maxCarried     = 10_000
	minCarriedSize = 8
)

func newPseudonyms(key [32]byte, m *memo) *pseudonyms {
	return &pseudonyms{mac: hmac.New(sha256.New, key[:]), memo: m, ordinals: map[valueKey]int{}, carried: map[valueKey]string{}}
}

// valueKey is what a capture remembers a value by: itself, or of a long one a
// keyed digest, so that memory does not grow with the length of values and
// nobody can make two that are taken for one.
type valueKey struct {
	short string
	sum   [16]byte
}

// longValue is the length from which a value is remembered by its digest.
const longValue = 49

func (p *pseudonyms) key(value string) valueKey {
	if len(value) < longValue {
		return valueKey{short: value}
	}
	sum := p.digest(value)
	return valueKey{sum: [16]byte(sum[:])}
}

// clone makes a key last when the text that its value is part of is gone.
func (k valueKey) clone() valueKey {
	k.short = strings.Clone(k.short)
	return k
}

func (p *pseudonyms) digest(value string) (sum [sha256.Size]byte) {
	p.mac.Reset()
	p.mac.Write([]byte(value))
	p.mac.Sum(sum[:0])
	return sum
}

// carry remembers a value of the protocol, so that it is recognised where it
// leaves under a name that nobody knows.
func (p *pseudonyms) carry(class, value string) {
	switch class {
	case "code", "token", "state", "nonce", "saml":
		if len(value) < minCarriedSize || len(p.carried) == maxCarried {
			return
		}
		k := p.key(value)
		if _, known := p.carried[k]; !known {
			k = k.clone()
		}
		p.carried[k] = class
		if len(value) >= longValue {
			p.lengths[len(value)%len(p.lengths)] = true
		}
	}
}

// carriedAs gives the class of a value that was carried before.
func (p *pseudonyms) carriedAs(value string) (class string, ok bool) {
	if len(value) >= longValue && !p.lengths[len(value)%len(p.lengths)] {
		return "", false // without working out its digest
	}
	class, ok = p.carried[p.key(value)]
	return class, ok
}

// of gives the pseudonym or ordinal of a decoded value; the class is a label. A
// part of a value has none: two values may begin alike.
func (p *pseudonyms) of(class, value string) string {
	if p.cut && isCut(value) {
		return "~str"
	}
	seen, known := p.memo.find(class, value)
	if !known && roomBits(value) >= minHashBits && !isPII(value) {
		seen.text = p.keyed(class, value)
	}
	if seen.text != "" {
		return seen.text
	}
	k := p.key(value)
	n, ok := p.ordinals[k]
	if !ok {
		if len(p.ordinals) == maxOrdinals || p.last == transcript.MaxOrdinal {
			return "~str"
		}
		p.last++
		n = p.last
		p.ordinals[k.clone()] = n
	}
	p.line = append(append(append(p.line[:0], '~'), class...), '#')
	p.line = strconv.AppendInt(p.line, int64(n), 10)
	return p.texts.Keep(p.line)
}

func (p *pseudonyms) keyed(class, value string) string {
	sum := p.digest(value)
	return "~" + class + "." + base32Std.EncodeToString(sum[:transcript.KeyChars*5/8])
}

// kept takes over a value that was redacted before; ok is false for any other,
// and for all of an entry that was not: what only looks like a pseudonym there
// is somebody's secret.
func (p *pseudonyms) kept(value string) (text string, ok bool) {
	if !p.again || value == "" || value[0] != '~' {
		return "", false
	}
	v := transcript.ParseValue(value)
	if v.Kind == transcript.Clear {
		return "", false
	}
	return p.keep(v), true
}

// isClear tells whether a value is none that was redacted before.
func (p *pseudonyms) isClear(value string) bool {
	return !p.again || value == "" || value[0] != '~' || transcript.ParseValue(value).Kind == transcript.Clear
}

// keep takes over a value that was redacted before.
func (p *pseudonyms) keep(v transcript.Value) string {
	if v.Kind == transcript.Ordinal {
		if n, err := strconv.Atoi(v.Key); err == nil {
			p.last = max(p.last, n)
		}
		return "~" + v.Class + "#" + v.Key
	}
	return v.Text
}

// roomBits estimates how many bits a value of this length and alphabet can
// hold: a lower bound, so that neither a guessable value is hashed nor a weak
// state called strong.
func roomBits(s string) int {
	if isUUID(strings.ToLower(s)) {
		return 122 // version 4, RFC 9562 5.4
	}
	var digit, hexLow, hexUp, low, up, mark, other bool
	seen := [256]bool{}
	distinct := 0
	for i := range len(s) {
		c := s[i]
		if !seen[c] {
			seen[c] = true
			distinct++
		}
		switch {
		case c >= '0' && c <= '9':
			digit = true
		case c >= 'a' && c <= 'f':
			hexLow = true
		case c >= 'A' && c <= 'F':
			hexUp = true
		case c >= 'a' && c <= 'z':
			low = true
		case c >= 'A' && c <= 'Z':
			up = true
		case c == '-' || c == '_' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=':
			mark = true
		default:
			other = true
		}
	}
	alphabet := 0
	add := func(has bool, n int) {
		if has {
			alphabet += n
		}
	}
	add(digit, 10)
	add(low || hexLow && !digit, 26)
	add(hexLow && digit && !low, 6)
	add(up || hexUp && !digit, 26)
	add(hexUp && digit && !up, 6)
	add(mark, 2)
	add(other, 16)
	if distinct < 6 && len(s) > 2*distinct { // repetition holds less than its length says
		alphabet = min(alphabet, distinct)
	}
	if alphabet < 2 {
		return 0
	}
	return int(float64(len(s)) * math.Log2(float64(alphabet)))
}
