package redact

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendFolded lowers a text and joins its words with single spaces, + counting
// as one; out is empty.
func appendFolded(out, text []byte) []byte {
	space := false // one is due before the next character
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			if c <= ' ' && (c == ' ' || c >= '\t' && c <= '\r') || c == '+' {
				space = len(out) > 0
				continue
			}
			if space {
				out = append(out, ' ')
				space = false
			}
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			out = append(out, c)
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		i += n
		if r = unicode.ToLower(r); unicode.IsSpace(r) {
			space = len(out) > 0
			continue
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// visibleChars counts what is not white space.
func visibleChars(text []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	n := 0
	for i := 0; i < len(text); {
		for i+8 <= len(text) { // of eight ASCII characters at once: taking 33 leaves the high bit of what is above a blank
			word := binary.LittleEndian.Uint64(text[i:])
			if word&highs != 0 {
				break
			}
			n += bits.OnesCount64(((word | highs) - ones*('\x21')) & highs)
			i += 8
		}
		if i == len(text) {
			break
		}
		if c := text[i]; c < utf8.RuneSelf {
			if i++; c > ' ' {
				n++
			}
			continue
		}
		c, size := utf8.DecodeRune(text[i:])
		i += size
		if c != '\u00a0' && c != '\u200b' && c != '\ufeff' {
			n++
		}
	}
	return n
}

// stackMarks are what the stack traces of common languages hold, each with two
// bytes of it that are not common in prose, the first least of all: only where
// they stand is it looked for.
var stackMarks = []struct{ pair, mark string }{
	{"Tr", "Traceback (most recent call last)"}, {"Ex", "Exception in thread "}, {"ja", "\tat java."}, {"ja", "at java.base/"},
	{"gf", "at org.springframework"}, {"fl", "at sun.reflect"}, {"ja", ".java:"}, {"kt", ".kt:"}, {"go", "goroutine 1 ["},
	{"/g", "/usr/local/go/src/"}, {"Ob", "at Object.<anonymous>"}, {"Mo", "at Module._compile"}, {"Ti", "at process.processTicksAndRejections"},
	{":i", "node:internal/"}, {"_m", "/node_modules/"}, {"Nu", "System.NullReferenceException"}, {"Sy", "at System."}, {"Mi", "at Microsoft."},
	{"HP", "PHP Fatal error"}, {"HP", "PHP Stack trace"}, {"#0", "#0 /"}, {"St", "Stack trace:"}, {"Co", "ActionController::"}, {"/g", "/gems/"},
	{"/c", "app/controllers/"}, {"-p", "site-packages/"}, {"Me", "NoMethodError"}, {"QL", "SQLSTATE["}, {": ", "panic: runtime error"},
}

// stackFirst marks the first bytes of the pairs, stackPair the pairs.
var stackFirst, stackPair = func() (first [256]byte, pair [256][256]bool) {
	for _, m := range stackMarks {
		first[m.pair[0]] = 1
		pair[m.pair[0]][m.pair[1]] = true
	}
	return first, pair
}()

// hasStackTrace looks for the marks of stack traces.
func hasStackTrace(text []byte) bool {
	for i := 0; i+1 < len(text); i++ {
		for i+9 < len(text) && stackFirst[text[i]]|stackFirst[text[i+1]]|stackFirst[text[i+2]]|stackFirst[text[i+3]]|
			stackFirst[text[i+4]]|stackFirst[text[i+5]]|stackFirst[text[i+6]]|stackFirst[text[i+7]] == 0 {
			i += 8
		}
		if stackPair[text[i]][text[i+1]] && isStackMark(text, i, text[i], text[i+1]) {
			return true
		}
	}
	return false
}

// isStackMark tells whether a mark has its pair a, b at i.
func isStackMark(text []byte, i int, a, b byte) bool {
	for k := range stackMarks {
		m := &stackMarks[k]
		if m.pair[0] != a || m.pair[1] != b {
			continue
		}
		if from := i - strings.Index(m.mark, m.pair); from >= 0 && len(text)-from >= len(m.mark) && string(text[from:from+len(m.mark)]) == m.mark {
			return true
		}
	}
	return false
}

// scriptScan is what one look at a script finds.
type scriptScan struct{ secret, token bool }

// look searches a script for names that are given a literal value of eight
// characters or more (name, quotes, = or :, and a quoted value), and for a JWT.
// Every name has an underscore before its last word, so that only those are
// looked at.
func (s *scriptScan) look(text []byte) {
	s.token = s.token || findJWT(text, 0) >= 0
	for from := 0; !s.secret || !s.token; {
		n := bytes.IndexByte(text[from:], '_')
		if n < 0 {
			return
		}
		at := from + n
		from = at + 1
		secret, size := scriptName(text[:at], text[from:])
		if size == 0 {
			continue
		}
		from += size
		if !givesValue(text[from:]) {
			continue
		}
		if secret {
			s.secret = true
		} else {
			s.token = true
		}
	}
}

// findJWT gives the offset of the next compact JWS or JWE at or after from, -1
// for none. The rarest letter of eyJ is the one to search for.
func findJWT(text []byte, from int) int {
	for at := from + 2; at < len(text); {
		n := bytes.IndexByte(text[at:], 'J')
		if n < 0 {
			return -1
		}
		at += n + 1
		i := at - 3
		if text[i] == 'e' && text[i+1] == 'y' && (i == 0 || !isWordChar(text[i-1])) && followsJWT(text[at:]) {
			return i
		}
	}
	return -1
}

// scriptName knows the names around an underscore and gives the length of what
// stands behind it, 0 for any other name.
func scriptName(before, behind []byte) (secret bool, size int) {
	if len(behind) < len("token") {
		return false, 0
	}
	switch behind[0] {
	case 't':
		if string(behind[:5]) == "token" {
			switch {
			case hasSuffix(before, "access"), hasSuffix(before, "id"):
				return false, 5
			case hasSuffix(before, "refresh"):
				return true, 5
			}
		}
	case 's':
		if hasPrefix(behind, "secret") && hasSuffix(before, "client") {
			return true, 6
		}
	case 'v':
		if hasPrefix(behind, "verifier") && hasSuffix(before, "code") {
			return true, 8
		}
	}
	return false, 0
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }
func hasSuffix(b []byte, s string) bool { return len(b) >= len(s) && string(b[len(b)-len(s):]) == s }

// givesValue tells whether what follows a name gives it a quoted value.
func givesValue(text []byte) bool {
	rest := trimLeft(text[:min(len(text), 8)], "\"'`\\ \t]")
	if len(rest) == 0 || rest[0] != '=' && rest[0] != ':' {
		return false
	}
	at := bytes.IndexByte(text, rest[0]) + 1
	value := trimLeft(text[at:min(len(text), at+64)], " \t\\")
	quoted := trimLeft(value, "\"'`")
	return len(quoted) < len(value) && runLength(quoted) >= 8
}

func trimLeft(b []byte, cut string) []byte {
	for len(b) > 0 && strings.IndexByte(cut, b[0]) >= 0 {
		b = b[1:]
	}
	return b
}

// runLength gives the length of the token-like run that b begins with.
func runLength(b []byte) int {
	n := 0
	for n < len(b) && (isWordChar(b[n]) || strings.IndexByte(".~+/=", b[n]) >= 0) {
		n++
	}
	return n
}
