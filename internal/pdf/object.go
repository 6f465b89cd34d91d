package pdf

import (
	"encoding/hex"
	"strconv"
	"unicode/utf16"
)

// ref is the number of an indirect object; generations are always 0.
type ref int32

// String is the reference as it stands in other objects.
func (r ref) String() string { return strconv.Itoa(int(r)) + " 0 R" }

// append writes the reference.
func (r ref) append(b []byte) []byte { return append(strconv.AppendInt(b, int64(r), 10), " 0 R"...) }

// appendNum writes a length with at most two decimals: a hundredth of a point is
// finer than any printer, and short numbers keep pages small.
func appendNum(b []byte, v float64) []byte { return appendHundredths(b, hundredths(v)) }

// hundredths rounds a length to 1/100 point.
func hundredths(v float64) int64 {
	if v < 0 {
		return -int64(float64(-v*100) + 0.5)
	}
	return int64(float64(v*100) + 0.5)
}

func appendHundredths(b []byte, n int64) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	if r := n % 100; r != 0 {
		b = append(b, '.', byte('0'+r/10))
		if r%10 != 0 {
			b = append(b, byte('0'+r%10))
		}
	}
	return b
}

// textString is the visible text as a text string (7.9.2.2).
func textString(s string) string { return string(appendText(nil, s)) }

// appendText writes a text string. ASCII stands for itself; other text is UTF-16 in
// hexadecimal, in which no character can end the string or begin an object.
func appendText(b []byte, s string) []byte {
	s = visible(s)
	if printable(s) {
		return appendLiteral(b, s)
	}
	return append(appendUTF16(append(b, "<FEFF"...), s), '>')
}

// appendBytes writes a string of any bytes.
func appendBytes(b []byte, s string) []byte {
	if printable(s) {
		return appendLiteral(b, s)
	}
	return append(hex.AppendEncode(append(b, '<'), []byte(s)), '>')
}

// printable tells whether a string is printable ASCII.
func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// appendLiteral writes printable ASCII as a literal string (7.3.4.2).
func appendLiteral(b []byte, s string) []byte {
	b = append(b, '(')
	for i := 0; i < len(s); i++ {
		if s[i] == '(' || s[i] == ')' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, ')')
}

// appendUTF16 writes UTF-16 in hexadecimal.
func appendUTF16(b []byte, s string) []byte {
	for _, r := range s {
		if r <= 0xFFFF {
			b = appendHex16(b, uint16(r))
			continue
		}
		hi, lo := utf16.EncodeRune(r)
		b = appendHex16(appendHex16(b, uint16(hi)), uint16(lo))
	}
	return b
}

const hexDigits = "0123456789ABCDEF"

func appendHex16(b []byte, v uint16) []byte {
	return append(b, hexDigits[v>>12], hexDigits[v>>8&15], hexDigits[v>>4&15], hexDigits[v&15])
}

// name writes a name object; everything but letters and digits is escaped, and
// NUL, which a name cannot hold, and what is too long are left out.
func name(s string) string {
	b := []byte{'/'}
	for i := 0; i < min(len(s), maxName); i++ {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			b = append(b, c)
		} else if c != 0 {
			b = append(b, '#', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(b)
}
