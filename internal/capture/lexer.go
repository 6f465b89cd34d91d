package capture

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// What stops the lexer, beside errors of the input itself.
var (
	errCut    = errors.New("input ends inside the document")
	errSyntax = errors.New("input is not JSON")
	errDeep   = errors.New("document is nested too deep")
)

const (
	windowBytes = 64 << 10 // the part of the input that is in memory
	keyBytes    = 512      // longest member name; a longer one is an unknown one
	wordBytes   = 64       // longest number or word
)

// lexer pulls JSON values from a stream through one window: no part of its
// memory grows with the document. The first error sticks and ends every loop;
// what is read after it is empty.
//
// It takes what exporters write and JSON forbids: raw control characters and
// invalid UTF-8 in strings, NaN, Infinity and undefined, doubled and trailing
// commas. A value of another type than asked for is skipped and read as absent.
type lexer struct {
	in       io.Reader
	buf      []byte
	pos, end int   // the unread part of buf
	base     int64 // offset of buf[0] in the input
	err      error
	inErr    error // came along with bytes; stops the lexer after them

	quote, back int // where the next quote and backslash stand; unknown when before pos

	pending  bool // a value stands ahead that nobody has read
	depth    int
	maxDepth int
	repeats  int // names of members that stood before in their object
	key      []byte
	scratch  []byte
}

func newLexer(in io.Reader, maxDepth int) *lexer {
	return &lexer{in: in, buf: make([]byte, windowBytes), maxDepth: maxDepth}
}

// offset is the position of the next unread byte.
func (l *lexer) offset() int64 { return l.base + int64(l.pos) }

// fail keeps the first error.
func (l *lexer) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// fill moves the unread part to the front and reads more behind it; false means
// that nothing came.
func (l *lexer) fill() bool {
	if l.err != nil {
		return false
	}
	if l.pos > 0 {
		copy(l.buf, l.buf[l.pos:l.end])
		l.base += int64(l.pos)
		l.end -= l.pos
		l.pos = 0
	}
	l.quote, l.back = -1, -1
	for range 100 {
		if l.inErr != nil {
			break
		}
		n, err := l.in.Read(l.buf[l.end:])
		l.end += n
		l.inErr = err
		if n > 0 {
			return true
		}
	}
	switch {
	case l.inErr == nil:
		l.fail(io.ErrNoProgress)
	case l.inErr == io.EOF: //nolint:errorlint // an error that wraps EOF is a fault of the input, not its end
		l.fail(errCut)
	default:
		l.fail(l.inErr)
	}
	return false
}

// ensure tries to have n unread bytes in the window, n being small, and leaves
// the lexer as it is when the input has no more.
func (l *lexer) ensure(n int) bool {
	for l.end-l.pos < n {
		if !l.fill() {
			if errors.Is(l.err, errCut) && l.end > l.pos {
				l.err = nil // the end is met when the last byte is read
			}
			return false
		}
	}
	return true
}

// peek gives the next byte that is not white space, 0 when there is none.
func (l *lexer) peek() byte {
	if l.pos < l.end && l.err == nil {
		if c := l.buf[l.pos]; c > ' ' {
			return c
		}
	}
	return l.passSpace()
}

// passSpace is peek where there is white space, or the window ends.
func (l *lexer) passSpace() byte {
	for l.err == nil {
		window := l.buf[l.pos:l.end]
		for i := 0; i < len(window); {
			c := window[i]
			if c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				l.pos += i
				return c
			}
			for i++; i+8 <= len(window); i += 8 {
				if other := binary.LittleEndian.Uint64(window[i:]) ^ indent; other != 0 {
					i += bits.TrailingZeros64(other) / 8
					break
				}
			}
		}
		l.pos = l.end
		l.fill()
	}
	return 0
}

// indent is eight blanks: exporters indent their files.
const indent = 0x2020202020202020

// enter steps over an opening bracket.
func (l *lexer) enter() {
	l.pos++
	if l.depth++; l.depth > l.maxDepth {
		l.fail(errDeep)
	}
}

// leave steps over a closing bracket.
func (l *lexer) leave() {
	l.pos++
	l.depth--
}

// members yields the names of the object ahead; the loop's body reads the value
// or leaves it to be skipped. A name is valid until its value is read. A value
// that is no object has no members.
func (l *lexer) members(yield func(name []byte) bool) {
	if l.peek() != '{' {
		l.skip()
		return
	}
	l.pending = false
	l.enter()
	var names nameSet
	for l.err == nil {
		switch l.peek() {
		case '}':
			l.leave()
			return
		case ',':
			l.pos++
		case '"':
			name, _, cut := l.str(keyBytes)
			if cut {
				name = nil
			}
			l.key = append(l.key[:0], name...)
			if l.peek() != ':' {
				l.fail(errSyntax)
				return
			}
			l.pos++
			if !cut && names.repeated(l.key) {
				l.repeats++
			}
			if !l.one(l.key, yield) {
				return
			}
		default:
			l.fail(errSyntax)
		}
	}
}

// one yields one member and sees to it that its value is passed.
func (l *lexer) one(name []byte, yield func([]byte) bool) bool {
	l.pending = true
	if l.err != nil || !yield(name) {
		return false
	}
	if l.pending {
		l.skip()
	}
	if c := l.peek(); c != ',' && c != '}' {
		l.fail(errSyntax)
	}
	return l.err == nil
}

// elements yields the positions of the array ahead, as members does.
func (l *lexer) elements(yield func(i int) bool) {
	if l.peek() != '[' {
		l.skip()
		return
	}
	l.pending = false
	l.enter()
	for i := 0; l.err == nil; {
		switch l.peek() {
		case ']':
			l.leave()
			return
		case ',':
			l.pos++
			continue
		}
		l.pending = true
		if l.err != nil || !yield(i) {
			return
		}
		if l.pending {
			l.skip()
		}
		if c := l.peek(); c != ',' && c != ']' {
			l.fail(errSyntax)
		}
		i++
	}
}

// skip passes the value ahead in constant memory, whatever its size and depth.
func (l *lexer) skip() {
	l.pending = false
	switch l.peek() {
	case '"':
		l.pos++
		l.skipString()
	case '{', '[':
		l.skipNested()
	default:
		l.word()
	}
}

// skipNested passes an object or array by its brackets alone.
func (l *lexer) skipNested() {
	for open := 0; l.err == nil; {
		if l.pos == l.end {
			l.fill()
			continue
		}
		switch l.buf[l.pos] {
		case '"':
			l.pos++
			l.skipString()
		case '{', '[':
			l.enter()
			open++
		case '}', ']':
			l.leave()
			if open--; open == 0 {
				return
			}
		default:
			l.pos++
		}
	}
}

// word reads a number or a word up to the next delimiter.
func (l *lexer) word() []byte {
	l.pending = false
	l.peek()
	out := l.scratch[:0]
	for l.err == nil {
		if l.pos == l.end {
			l.fill()
			continue
		}
		c := l.buf[l.pos]
		if !isWordByte(c) {
			break
		}
		if out = append(out, c); len(out) > wordBytes {
			l.fail(errSyntax)
		}
		l.pos++
	}
	l.scratch = out
	if l.err == nil && !isWord(out) {
		l.fail(errSyntax)
	}
	if l.err != nil {
		return nil
	}
	return out
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		c == '-' || c == '+' || c == '.'
}

// isWord knows the words of JSON and of JavaScript that exporters print, and
// takes for a number what begins like one.
func isWord(b []byte) bool {
	switch string(b) {
	case "":
		return false
	case "true", "false", "null", "NaN", "Infinity", "-Infinity", "undefined":
		return true
	}
	c := b[0]
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.'
}
