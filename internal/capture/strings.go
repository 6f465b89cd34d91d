package capture

import (
	"bytes"
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
	if quote := bytes.IndexByte(window, '"'); quote >= 0 && quote <= max &&
		bytes.IndexByte(window[:quote], '\\') < 0 {
		l.pos += quote + 1
		return validText(window[:quote], false), int64(quote), false
	}
	return l.longStr(max)
}

// longStr is str for strings with escapes or beyond the window.
func (l *lexer) longStr(max int) (text []byte, size int64, cut bool) {
	out := l.scratch[:0]
	quote := finder{l: l}
	for l.err == nil {
		if l.pos == l.end {
			l.fill()
			continue
		}
		stop := quote.next()
		if i := bytes.IndexByte(l.buf[l.pos:stop], '\\'); i >= 0 {
			stop = l.pos + i
		}
		part := l.buf[l.pos:stop]
		size += int64(len(part))
		if room := max - len(out); len(part) > room {
			part = part[:room]
			max = len(out) + room
		}
		out = append(out, part...)
		if l.pos = stop; stop == l.end {
			continue
		}
		if l.buf[stop] == '"' {
			l.pos++
			l.scratch = out
			cut = size > int64(len(out))
			return validText(out, cut), size, cut
		}
		r := l.escape()
		n := utf8.RuneLen(r)
		size += int64(n)
		if len(out)+n <= max {
			out = utf8.AppendRune(out, r)
		} else {
			max = len(out) // nothing follows a gap
		}
	}
	l.scratch = out
	return nil, size, false
}

// skipString passes a string whose opening quote is passed.
func (l *lexer) skipString() {
	quote := finder{l: l}
	for l.err == nil {
		if l.pos == l.end {
			l.fill()
			continue
		}
		stop := quote.next()
		if back := bytes.IndexByte(l.buf[l.pos:stop], '\\'); back >= 0 {
			l.pos += back + 1 // what is escaped is one byte, or hexadecimal digits
			if l.pos < l.end || l.fill() {
				l.pos++
			}
			continue
		}
		if l.pos = stop; stop < l.end {
			l.pos++
			return
		}
	}
}

// finder remembers where the next quote is, so that a window full of escapes is
// searched once and not once per escape.
type finder struct {
	l     *lexer
	at    int
	fills int
	known bool
}

// next gives the position of the next quote of the window, or the window's end.
func (f *finder) next() int {
	l := f.l
	if !f.known || f.at < l.pos || f.fills != l.fills {
		f.at, f.fills, f.known = l.end, l.fills, true
		if i := bytes.IndexByte(l.buf[l.pos:l.end], '"'); i >= 0 {
			f.at = l.pos + i
		}
	}
	return f.at
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
