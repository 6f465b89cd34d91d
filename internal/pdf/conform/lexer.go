package conform

import (
	"bytes"
	"math"
	"strconv"
)

// lexer reads the objects of a file or a content stream.
type lexer struct {
	b       []byte
	at      int
	content bool // a content stream: no references, operators are keywords
	// odd is told about things that can be read but that the standards forbid.
	odd func(rule, text string)
}

// errEnd is returned at the end of the bytes.
const errEnd = lexError("end of data")

type lexError string

func (e lexError) Error() string { return string(e) }

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func isRegular(c byte) bool { return !isSpace(c) && !isDelimiter(c) }

// skip passes white space and comments.
func (l *lexer) skip() {
	for l.at < len(l.b) {
		switch c := l.b[l.at]; {
		case isSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

func (l *lexer) note(rule, text string) {
	if l.odd != nil {
		l.odd(rule, text)
	}
}

// next reads an object or a keyword.
func (l *lexer) next(depth int) (any, error) {
	l.skip()
	if l.at >= len(l.b) {
		return nil, errEnd
	}
	if depth > maxNesting {
		return nil, ErrLimit
	}
	switch c := l.b[l.at]; c {
	case '/':
		return l.name(), nil
	case '(':
		return l.literal()
	case '[':
		l.at++
		return l.array(depth)
	case '<':
		if bytes.HasPrefix(l.b[l.at:], []byte("<<")) {
			l.at += 2
			return l.dict(depth)
		}
		return l.hex()
	case ')', '>', ']', '}', '{':
		l.at++
		if c == '>' && l.at < len(l.b) && l.b[l.at] == '>' {
			l.at++
			return keyword(">>"), nil
		}
		return keyword(c), nil
	case '+', '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return l.number()
	}
	return l.keyword(), nil
}

func (l *lexer) word() []byte {
	start := l.at
	for l.at < len(l.b) && isRegular(l.b[l.at]) {
		l.at++
	}
	return l.b[start:l.at]
}

func (l *lexer) keyword() any {
	switch w := l.word(); string(w) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	default:
		return keyword(w)
	}
}

// number reads an integer or a real, or a reference where one may stand.
func (l *lexer) number() (any, error) {
	w := l.word()
	real := false
	for i, c := range w {
		switch {
		case c == '.':
			if real {
				return nil, ErrDamaged
			}
			real = true
		case (c == '+' || c == '-') && i == 0 || c >= '0' && c <= '9':
		default:
			// An operator such as "0g" is no PDF.
			return nil, ErrDamaged
		}
	}
	if !real {
		n, err := strconv.ParseInt(string(w), 10, 64)
		if err != nil {
			l.note(ruleLimitInteger, "an integer has too many digits")
			return float64(math.MaxInt32), nil
		}
		if n > math.MaxInt32 || n < math.MinInt32 {
			l.note(ruleLimitInteger, "an integer is out of range")
		}
		if !l.content && n >= 0 && n < maxObjects {
			return l.reference(n), nil
		}
		return n, nil
	}
	v, err := strconv.ParseFloat(string(w), 64)
	if err != nil {
		if string(w) != "." && string(w) != "-." && string(w) != "-" {
			return nil, ErrDamaged
		}
		v = 0
	}
	if a := math.Abs(v); a > 3.403e38 || a != 0 && a < 1.175e-38 {
		l.note(ruleLimitReal, "a real number is out of range")
	}
	return v, nil
}

// reference looks for the rest of "n g R" behind n.
func (l *lexer) reference(n int64) any {
	start := l.at
	l.skip()
	g := l.word()
	if gen, err := strconv.ParseUint(string(g), 10, 16); err == nil {
		l.skip()
		if r := l.word(); len(r) == 1 && r[0] == 'R' {
			return ref{int(n), int(gen)}
		}
	}
	l.at = start
	return n
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// name reads a name and resolves its escapes (7.3.5).
func (l *lexer) name() name {
	l.at++
	w := l.word()
	if bytes.IndexByte(w, '#') >= 0 {
		out := make([]byte, 0, len(w))
		for i := 0; i < len(w); i++ {
			if w[i] == '#' && i+2 < len(w) && unhex(w[i+1]) >= 0 && unhex(w[i+2]) >= 0 {
				out = append(out, byte(unhex(w[i+1])<<4|unhex(w[i+2])))
				i += 2
			} else {
				out = append(out, w[i])
			}
		}
		w = out
	}
	if len(w) > 127 {
		l.note(ruleLimitName, "a name has "+strconv.Itoa(len(w))+" bytes")
	}
	return name(w)
}

// hex reads a hexadecimal string.
func (l *lexer) hex() (any, error) {
	l.at++
	var out []byte
	digits, high := 0, 0
	for l.at < len(l.b) {
		c := l.b[l.at]
		l.at++
		if c == '>' {
			if digits%2 == 1 {
				out = append(out, byte(high<<4))
				l.note(ruleHexString, "a hexadecimal string has an odd number of digits")
			}
			return l.string(out), nil
		}
		v := unhex(c)
		switch {
		case v >= 0 && digits%2 == 0:
			high = v
			digits++
		case v >= 0:
			out = append(out, byte(high<<4|v))
			digits++
		case !isSpace(c):
			l.note(ruleHexString, "a hexadecimal string has something else than digits")
		}
	}
	return nil, ErrDamaged
}

func (l *lexer) string(b []byte) str {
	if len(b) > 32767 {
		l.note(ruleLimitString, "a string has "+strconv.Itoa(len(b))+" bytes")
	}
	return str(b)
}
