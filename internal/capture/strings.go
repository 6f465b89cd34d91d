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
	l.pos++
	stop := l.special()
	if n := stop - l.pos; n <= max && stop < l.end && l.buf[stop] == '"' {
		l.pending = false
		text = l.buf[l.pos:stop]
		l.pos = stop + 1
		return validText(text, false), int64(n), false
	}
	l.scratch, size, cut = l.appendStr(l.scratch[:0], max)
	return l.scratch, size, cut
}

// special gives the position of the next quote or backslash of the window, the
// window's end when there is none. Where each of the two comes next is
// remembered, so that the window is searched once for either, and not once for
// each string.
func (l *lexer) special() int {
	if l.quote < l.pos {
		l.quote = l.next('"')
	}
	if l.back < l.pos {
		l.back = l.next('\\')
	}
	return min(l.quote, l.back)
}

func (l *lexer) next(c byte) int {
	if n := bytes.IndexByte(l.buf[l.pos:l.end], c); n >= 0 {
		return l.pos + n
	}
	return l.end
}

// plainEscapes maps what stands behind a backslash to what it stands for, where
// that is one byte; 0 for all else.
var plainEscapes = [256]byte{'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f', '"': '"', '\\': '\\', '/': '/', '\'': '\''}

// appendStr is str for strings of any length, whose opening quote is passed; it
// appends the text to out, which is empty.
func (l *lexer) appendStr(out []byte, max int) (text []byte, size int64, cut bool) {
	l.pending = false
	for l.err == nil {
		if l.pos == l.end {
			l.fill()
			continue
		}
		stop := l.special()
		part := l.buf[l.pos:stop]
		size += int64(len(part))
		out = append(out, part[:min(len(part), max-len(out))]...) // nothing follows a gap
		if l.pos = stop; stop == l.end {
			continue
		}
		if l.buf[stop] == '"' {
			l.pos++
			cut = size > int64(len(out))
			return validText(out, cut), size, cut
		}
		if stop+1 < l.end && len(out) < max {
			if c := plainEscapes[l.buf[stop+1]]; c != 0 {
				out = append(out, c)
				size++
				l.pos += 2
				continue
			}
		}
		r := l.escape()
		n := utf8.RuneLen(r)
		size += int64(n)
		if len(out)+n <= max {
			out = utf8.AppendRune(out, r)
		} else {
			max = len(out)
		}
	}
	return out[:0], size, false
}

// skipString passes a string whose opening quote is passed.
func (l *lexer) skipString() {
	for l.err == nil {
		if l.pos == l.end {
			l.fill()
			continue
		}
		stop := l.special()
		if l.pos = stop; stop == l.end {
			continue
		}
		l.pos++
		if l.buf[stop] == '"' {
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
