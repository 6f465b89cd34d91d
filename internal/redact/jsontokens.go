package redact

import (
	"unicode/utf16"
	"unicode/utf8"
)

// jsonTokens reads the tokens of a JSON text as encoding/json's Decoder does,
// which a test compares it with: a text that is broken or cut gives its tokens
// up to there. It works on the bytes where they are.
type jsonTokens struct {
	text  []byte
	at    int
	state jsonState
	outer []jsonState // of the arrays and objects around

	// The token at hand.
	kind   jsonKind
	value  []byte // of a string, clear; of a number, as it stands; valid until the next token
	isTrue bool

	scratch []byte
}

type jsonKind int

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonBegin // of an object or array
	jsonEnd
)

// jsonState is what may come next.
type jsonState int

const (
	atTop       jsonState = iota
	arrayStart            // a value or ]
	arrayValue            // a value
	arrayComma            // , or ]
	objectStart           // a name or }
	objectName            // a name
	objectColon           // :
	objectValue           // a value
	objectComma           // , or }
)

// reset begins a text.
func (t *jsonTokens) reset(text []byte) {
	t.text, t.at, t.state, t.outer = text, 0, atTop, t.outer[:0]
}

// peek gives the next byte that is no white space; false at the end.
func (t *jsonTokens) peek() (byte, bool) {
	for ; t.at < len(t.text); t.at++ {
		if c := t.text[t.at]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c, true
		}
	}
	return 0, false
}

// more tells whether another member or element follows.
func (t *jsonTokens) more() bool {
	c, ok := t.peek()
	return ok && c != ']' && c != '}'
}

func (t *jsonTokens) valueAllowed() bool {
	switch t.state {
	case atTop, arrayStart, arrayValue, objectValue:
		return true
	}
	return false
}

// next reads the next token; false at the end and where the text breaks.
func (t *jsonTokens) next() bool {
	for {
		c, ok := t.peek()
		if !ok {
			return false
		}
		switch c {
		case '[', '{':
			return t.begin(c)
		case ']', '}':
			return t.end(c)
		case ':':
			if t.state != objectColon {
				return false
			}
			t.at++
			t.state = objectValue
		case ',':
			switch t.state {
			case arrayComma:
				t.state = arrayValue
			case objectComma:
				t.state = objectName
			default:
				return false
			}
			t.at++
		default:
			return t.scalar(c)
		}
	}
}

func (t *jsonTokens) begin(c byte) bool {
	if !t.valueAllowed() {
		return false
	}
	t.at++
	t.kind = jsonBegin
	t.outer = append(t.outer, t.state)
	t.state = arrayStart
	if c == '{' {
		t.state = objectStart
	}
	return true
}

func (t *jsonTokens) end(c byte) bool {
	if c == ']' && t.state != arrayStart && t.state != arrayComma || c == '}' && t.state != objectStart && t.state != objectComma {
		return false
	}
	t.at++
	t.kind = jsonEnd
	t.state = t.outer[len(t.outer)-1]
	t.outer = t.outer[:len(t.outer)-1]
	t.valueEnded()
	return true
}

// valueEnded goes on to what may follow a value.
func (t *jsonTokens) valueEnded() {
	switch t.state {
	case arrayStart, arrayValue:
		t.state = arrayComma
	case objectValue:
		t.state = objectComma
	}
}

// scalar reads a name, a string, a number or a word.
func (t *jsonTokens) scalar(c byte) bool {
	if c == '"' && (t.state == objectStart || t.state == objectName) {
		t.kind, t.state = jsonString, objectColon
		return t.str()
	}
	if !t.valueAllowed() {
		return false
	}
	t.valueEnded()
	switch c {
	case '"':
		t.kind = jsonString
		return t.str()
	case 't':
		t.kind, t.isTrue = jsonBool, true
		return t.word("true")
	case 'f':
		t.kind, t.isTrue = jsonBool, false
		return t.word("false")
	case 'n':
		t.kind = jsonNull
		return t.word("null")
	}
	t.kind = jsonNumber
	return t.number()
}

func (t *jsonTokens) word(w string) bool {
	if !hasPrefix(t.text[t.at:], w) {
		return false
	}
	t.at += len(w)
	return true
}

// number reads a number by the grammar of JSON; what follows it is another token.
func (t *jsonTokens) number() bool {
	start := t.at
	if t.text[t.at] == '-' {
		t.at++
	}
	if t.at < len(t.text) && t.text[t.at] == '0' {
		t.at++
	} else if !t.digits() {
		return false
	}
	if t.at < len(t.text) && t.text[t.at] == '.' {
		t.at++
		if !t.digits() {
			return false
		}
	}
	if t.at < len(t.text) && t.text[t.at]|0x20 == 'e' {
		t.at++
		if t.at < len(t.text) && (t.text[t.at] == '+' || t.text[t.at] == '-') {
			t.at++
		}
		if !t.digits() {
			return false
		}
	}
	t.value = t.text[start:t.at]
	return true
}

// digits passes digits; false when there are none.
func (t *jsonTokens) digits() bool {
	start := t.at
	for t.at < len(t.text) && isDigit(t.text[t.at]) {
		t.at++
	}
	return t.at > start
}

// str reads the string at hand: strict about escapes and control characters,
// invalid UTF-8 and lone surrogates become U+FFFD.
func (t *jsonTokens) str() bool {
	rest := t.text[t.at+1:]
	n := 0
	for n < len(rest) && rest[n] != '"' && rest[n] != '\\' && rest[n] >= ' ' {
		n++
	}
	if n < len(rest) && rest[n] == '"' && utf8.Valid(rest[:n]) {
		t.at += n + 2
		t.value = rest[:n]
		return true
	}
	n = 0
	out := t.scratch[:0]
	for n < len(rest) {
		c := rest[n]
		switch {
		case c == '"':
			t.at += n + 2
			t.scratch, t.value = out, out
			return true
		case c == '\\':
			var size int
			if out, size = appendEscape(out, rest[n:]); size == 0 {
				return false
			}
			n += size
		case c < ' ':
			return false
		case c < utf8.RuneSelf:
			out = append(out, c)
			n++
		default:
			r, size := utf8.DecodeRune(rest[n:])
			out = utf8.AppendRune(out, r)
			n += size
		}
	}
	return false
}

// appendEscape appends what the escape sequence at the start of b stands for and
// gives its length, 0 when it is none.
func appendEscape(out, b []byte) ([]byte, int) {
	if len(b) < 2 {
		return out, 0
	}
	switch c := b[1]; c {
	case '"', '\\', '/':
		return append(out, c), 2
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'n':
		return append(out, '\n'), 2
	case 'r':
		return append(out, '\r'), 2
	case 't':
		return append(out, '\t'), 2
	}
	r := unicodeEscape(b)
	if r < 0 {
		return out, 0
	}
	if utf16.IsSurrogate(r) {
		if pair := utf16.DecodeRune(r, unicodeEscape(b[6:])); pair != utf8.RuneError {
			return utf8.AppendRune(out, pair), 12
		}
		r = utf8.RuneError
	}
	return utf8.AppendRune(out, r), 6
}

// unicodeEscape reads \uXXXX, -1 when b does not begin with it.
func unicodeEscape(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range b[2:6] {
		d := unhex(c)
		if d < 0 {
			return -1
		}
		r = r<<4 | rune(d)
	}
	return r
}
