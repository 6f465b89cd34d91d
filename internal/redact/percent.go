package redact

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// appendQuery puts redacted parameters back into a query.
func appendQuery(b []byte, fields []transcript.Field) []byte {
	for i, f := range fields {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(appendEscaped(b, f.Name), '=')
		b = appendEscaped(b, f.Value)
	}
	return b
}

const hexUpper = "0123456789ABCDEF"

// queryPlain are the bytes that a query value may hold as they are.
var queryPlain = func() (t [256]bool) {
	for i := range t {
		c := byte(i)
		t[i] = isLetter(c) || isDigit(c) || strings.IndexByte("-_.~:/?@,;*()!'", c) >= 0
	}
	return t
}()

// appendEscaped appends s with everything percent-encoded that a query value
// must not hold; the characters of URLs stay readable.
func appendEscaped(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case queryPlain[c]:
			b = append(b, c)
		case c == ' ':
			b = append(b, '+')
		default:
			b = append(b, '%', hexUpper[c>>4], hexUpper[c&15])
		}
	}
	return b
}

// decode undoes percent-encoding once, and + as space in queries and forms;
// a broken sequence stays as it is.
func decode(s string, plus bool) string {
	if !isEncoded(s, plus) {
		return s
	}
	return string(appendDecoded(make([]byte, 0, len(s)), s, plus))
}

// decoded is decode with the memory of the entry.
func (r *run) decoded(s string, plus bool) string {
	if !isEncoded(s, plus) {
		return s
	}
	r.scratch = appendDecoded(r.scratch[:0], s, plus)
	return r.texts.Keep(r.scratch)
}

func isEncoded(s string, plus bool) bool {
	return strings.IndexByte(s, '%') >= 0 || plus && strings.IndexByte(s, '+') >= 0
}

func appendDecoded(b []byte, s string, plus bool) []byte {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+' && plus:
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			b = append(b, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return b
}

func unhex(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
