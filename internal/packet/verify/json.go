package verify

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const maxDepth = 32

// node is a JSON value in canonical form (RFC 8785), as scan has found it.
// Numbers are whole and of at most 53 bits: packets have no others.
type node []byte

// parseJSON demands that the bytes are one canonical value and nothing more.
func parseJSON(b []byte) (node, error) {
	if len(b) > MaxJSON {
		return nil, fmt.Errorf("larger than %d MiB", MaxJSON>>20)
	}
	s := scanner{b: b}
	if !s.value(0) || s.at != len(b) {
		return nil, fmt.Errorf("not canonical JSON at byte %d", s.at)
	}
	return b, nil
}

// scanner walks over canonical JSON; at is where it stopped.
type scanner struct {
	b  []byte
	at int
}

func (s *scanner) take(c byte) bool {
	if s.at < len(s.b) && s.b[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) word(w string) bool {
	if len(s.b)-s.at < len(w) || string(s.b[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

func (s *scanner) value(depth int) bool {
	if s.at >= len(s.b) || depth > maxDepth {
		return false
	}
	switch c := s.b[s.at]; c {
	case '{':
		return s.object(depth)
	case '[':
		return s.array(depth)
	case '"':
		_, ok := s.text()
		return ok
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		_, ok := s.number()
		return ok
	}
}

func (s *scanner) object(depth int) bool {
	s.at++
	if s.take('}') {
		return true
	}
	var last []byte
	for first := true; ; first = false {
		name, ok := s.text()
		if !ok || !first && compareUTF16(last, name) >= 0 || !s.take(':') || !s.value(depth+1) {
			return false
		}
		last = name
		if s.take('}') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

func (s *scanner) array(depth int) bool {
	s.at++
	if s.take(']') {
		return true
	}
	for {
		if !s.value(depth + 1) {
			return false
		}
		if s.take(']') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

// number: a whole number without leading zeros, exponent or negative zero.
func (s *scanner) number() (int64, bool) {
	begin := s.at
	s.take('-')
	for s.at < len(s.b) && s.b[s.at] >= '0' && s.b[s.at] <= '9' {
		s.at++
	}
	text := string(s.b[begin:s.at])
	n, err := strconv.ParseInt(text, 10, 64)
	const most = 1<<53 - 1
	if err != nil || n > most || n < -most || strconv.FormatInt(n, 10) != text {
		s.at = begin
		return 0, false
	}
	return n, true
}

// escapes are the two-character escapes; other control characters are written
// \u00xx in lower case, and nothing else is escaped.
var escapes = map[byte]byte{'"': '"', '\\': '\\', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// text gives what a string says: the very bytes of the JSON where nothing is escaped.
func (s *scanner) text() (text []byte, ok bool) {
	if !s.take('"') {
		return nil, false
	}
	begin, escaped := s.at, false
	for {
		s.at += asItStands(s.b[s.at:])
		if s.at == len(s.b) {
			return nil, false
		}
		switch c := s.b[s.at]; {
		case c == '"':
			text = s.b[begin:s.at]
			s.at++
			if escaped {
				text = unescape(text)
			}
			return text, true
		case c == '\\':
			escaped = true
			if _, ok := s.escape(); !ok {
				return nil, false
			}
		default:
			r, n := utf8.DecodeRune(s.b[s.at:])
			if c < ' ' || r == utf8.RuneError && n == 1 {
				return nil, false
			}
			s.at += n
		}
	}
}

// asItStands counts the bytes at the begin that stand for themselves: ASCII without
// quotes, backslashes and control characters.
func asItStands(b []byte) int {
	for i, c := range b {
		if c == '"' || c == '\\' || c < ' ' || c >= utf8.RuneSelf {
			return i
		}
	}
	return len(b)
}

// unescape resolves the escapes of a string in which all are as they must be.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for s := (scanner{b: b}); s.at < len(b); {
		c := b[s.at]
		if c == '\\' {
			c, _ = s.escape()
		} else {
			s.at++
		}
		out = append(out, c)
	}
	return out
}

func (s *scanner) escape() (byte, bool) {
	if len(s.b)-s.at < 2 {
		return 0, false
	}
	if c, ok := escapes[s.b[s.at+1]]; ok {
		s.at += 2
		return c, true
	}
	if len(s.b)-s.at < 6 || string(s.b[s.at:s.at+4]) != `\u00` || s.b[s.at+4] != '0' && s.b[s.at+4] != '1' {
		return 0, false
	}
	low := strings.IndexByte("0123456789abcdef", s.b[s.at+5])
	if low < 0 {
		return 0, false
	}
	c := (s.b[s.at+4]-'0')<<4 | byte(low)
	if strings.IndexByte("\b\f\n\r\t", c) >= 0 {
		return 0, false
	}
	s.at += 6
	return c, true
}

// compareUTF16 orders names by their UTF-16 code units. Where ASCII decides, bytes
// have the same order.
func compareUTF16(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		if a[i] < utf8.RuneSelf && b[i] < utf8.RuneSelf {
			return cmp.Compare(a[i], b[i])
		}
		return slices.Compare(utf16.Encode([]rune(string(a))), utf16.Encode([]rune(string(b))))
	}
	return cmp.Compare(len(a), len(b))
}

// member is a name and a value of an object.
type member struct {
	name  string
	value node
}

// members gives an object's members; ok is false for anything else and for an
// object of more than most.
func (n node) members(most int) (out []member, ok bool) {
	if len(n) == 0 || n[0] != '{' {
		return nil, false
	}
	s := scanner{b: n, at: 1}
	for !s.take('}') {
		if len(out) == most {
			return nil, false
		}
		s.take(',')
		name, _ := s.text()
		s.take(':')
		begin := s.at
		if !s.value(0) {
			return nil, false
		}
		out = append(out, member{string(name), n[begin:s.at]})
	}
	return out, true
}

// elements gives an array's elements; ok is false for anything else and for
// an array of more than most.
func (n node) elements(most int) (out []node, ok bool) {
	if len(n) == 0 || n[0] != '[' {
		return nil, false
	}
	s := scanner{b: n, at: 1}
	for !s.take(']') {
		if len(out) == most {
			return nil, false
		}
		s.take(',')
		begin := s.at
		if !s.value(0) {
			return nil, false
		}
		out = append(out, n[begin:s.at])
	}
	return out, true
}

func (n node) isNull() bool { return string(n) == "null" }

// reader takes values out of nodes and remembers the first thing that was
// not as it must be.
type reader struct{ err error }

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = errors.New(what + " is not as it must be")
	}
}

// object demands an object with exactly these names, in canonical order, and
// gives the values in that order.
func (r *reader) object(what string, n node, names ...string) []node {
	members, ok := n.members(len(names))
	out := make([]node, len(names))
	if !ok || len(members) != len(names) {
		r.fail(what)
		return out
	}
	for i, m := range members {
		if m.name != names[i] {
			r.fail(what)
			return out
		}
		out[i] = m.value
	}
	return out
}

// maxMembers is how many members an object may have of which only some matter:
// far more than any has, so that reading one costs little memory.
const maxMembers = 1000

// member gives one member of an object whose others do not matter.
func (r *reader) member(what string, n node, name string) node {
	members, ok := n.members(maxMembers)
	if ok {
		for _, m := range members {
			if m.name == name {
				return m.value
			}
		}
	}
	r.fail(what)
	return nil
}

func (r *reader) array(what string, n node, most int) []node {
	out, ok := n.elements(most)
	if !ok {
		r.fail(what)
	}
	return out
}

func (r *reader) text(what string, n node) string {
	s := scanner{b: n}
	out, ok := s.text()
	if !ok {
		r.fail(what)
	}
	return string(out)
}

func (r *reader) number(what string, n node) int64 {
	s := scanner{b: n}
	out, ok := s.number()
	if !ok {
		r.fail(what)
	}
	return out
}

// word demands one fixed text.
func (r *reader) word(what string, n node, want string) {
	if r.text(what, n) != want {
		r.fail(what)
	}
}

// format demands the number of the one format that this package reads.
func (r *reader) format(what string, n node) {
	if r.number(what, n) != 1 {
		r.fail("the format number of " + what)
	}
}
