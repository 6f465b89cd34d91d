package capture

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads the string ahead and gives at most max bytes of its text as valid
// UTF-8, the length of the whole text, and whether it was cut. The text is
// valid until the next call of the lexer.
func (l *lexer) str(max int) (text []byte, size int64, cut bool) {
	l.pending = false
	l.pos++
	window := l.buf[l.pos:l.end]
	if n := special(window); n <= max && n < len(window) && window[n] == '"' {
		l.pos += n + 1
		return validText(window[:n], false), int64(n), false
	}
	return l.longStr(max)
}

// special gives the position of the first quote or backslash, the length of b
// when there is none. It looks at eight bytes at once: what a byte differs in
// from the one sought is zero where it is that one, and taking one from each
// byte borrows from the lowest zero first.
func special(b []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	i := 0
	for ; i+8 <= len(b); i += 8 {
		word := binary.LittleEndian.Uint64(b[i:])
		quote, back := word^ones*'"', word^ones*'\\'
		if found := ((quote-ones)&^quote | (back-ones)&^back) & highs; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b); i++ {
		if b[i] == '"' || b[i] == '\\' {
			return i
		}
	}
	return len(b)
}

// plainEscapes maps what stands behind a backslash to what it stands for, where
// that is one byte; 0 for all else.
var plainEscapes = [256]byte{'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f', '"': '"', '\\': '\\', '/': '/', '\'': '\''}

// longStr is str for strings with escapes or beyond the window.
func (l *lexer) longStr(max int) (text []byte, size int64, cut bool) {
	out := l.scratch[:0]
	for l.err == nil {
		if l.pos == l.end {
			l.fill()
			continue
		}
		window := l.buf[l.pos:l.end]
		n := special(window)
		size += int64(n)
		if len(out)+n <= max {
			out = append(out, window[:n]...)
		} else {
			out = append(out, window[:max-len(out)]...) // nothing follows a gap
		}
		l.pos += n
		if n == len(window) {
			continue
		}
		if window[n] == '"' {
			l.pos++
			l.scratch = out
			cut = size > int64(len(out))
			return validText(out, cut), size, cut
		}
		if n+1 < len(window) && len(out) < max {
			if c := plainEscapes[window[n+1]]; c != 0 {
				out = append(out, c)
				size++
				l.pos += 2
				continue
			}
		}
		r := l.escape()
		n = utf8.RuneLen(r)
		size += int64(n)
		if len(out)+n <= max {
			out = utf8.AppendRune(out, r)
		} else {
			max = len(out)
		}
	}
	l.scratch = out
	return nil, size, false
}

// skipString passes a string whose opening quote is passed.
func (l *lexer) skipString() {
	for l.err == nil {
		if l.pos == l.end {
			l.fill()
			continue
		}
		window := l.buf[l.pos:l.end]
		n := special(window)
		if l.pos += n; n == len(window) {
			continue
		}
		l.pos++
		if window[n] == '"' {
			return
		}
		if l.pos < l.end || l.fill() { // what is escaped is one byte, or hexadecimal digits
			l.pos++
		}
	}
}

// validText replaces invalid UTF-8; of a cut text a broken last character goes.
func validText(b []byte, cut bool) []byte {
	if cut {
		for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
			if c := b[len(b)-i]; utf8.RuneStart(c) {
				if !utf8.FullRune(b[len(b)-i:]) {
					b = b[:len(b)-i]
				}
				break
			}
		}
	}
	if utf8.Valid(b) {
		return b
	}
	return bytes.ToValidUTF8(b, []byte("\uFFFD"))
}

// escape reads an escape sequence; the lexer stands at its backslash. A
// sequence that JSON does not know stands for the escaped character.
func (l *lexer) escape() rune {
	if !l.ensure(2) {
		l.pos = l.end
		return utf8.RuneError
	}
	c := l.buf[l.pos+1]
	l.pos += 2
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'u':
		return l.unicodeEscape()
	}
	if c >= utf8.RuneSelf {
		l.pos-- // the character's bytes follow as plain text
		return utf8.RuneError
	}
	return rune(c)
}

// unicodeEscape reads the digits after \u and, of a surrogate pair, the second
// half; a lone half becomes U+FFFD.
func (l *lexer) unicodeEscape() rune {
	r, ok := l.hex4(0)
	if !ok {
		return utf8.RuneError
	}
	l.pos += 4
	if !utf16.IsSurrogate(r) {
		return r
	}
	if !l.ensure(6) || l.buf[l.pos] != '\\' || l.buf[l.pos+1] != 'u' {
		return utf8.RuneError
	}
	low, ok := l.hex4(2)
	if !ok {
		return utf8.RuneError
	}
	pair := utf16.DecodeRune(r, low)
	if pair != utf8.RuneError {
		l.pos += 6
	}
	return pair
}

// hex4 reads four hexadecimal digits that begin skip bytes ahead.
func (l *lexer) hex4(skip int) (rune, bool) {
	if !l.ensure(skip + 4) {
		return 0, false
	}
	var r rune
	for _, c := range l.buf[l.pos+skip : l.pos+skip+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
