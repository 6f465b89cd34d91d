package verify

import (
	"bytes"
	"encoding/hex"
)

// pdfKind is what a token of a PDF is.
type pdfKind byte

const (
	kindWord     pdfKind = iota // a number, a keyword
	kindName                    // without the slash, #xx resolved
	kindString                  // in parentheses
	kindHex                     // in angle brackets
	kindOpen                    // <<
	kindClose                   // >>
	kindArray                   // [
	kindArrayEnd                // ]
)

// pdfToken is a token and where it stands.
type pdfToken struct {
	kind       pdfKind
	text       []byte // of words and names
	begin, end int
}

// pdfScanner cuts bytes into tokens (ISO 32000-1, 7.2); at is where it stands.
type pdfScanner struct {
	b  []byte
	at int
}

// pdfClass is what a byte is to the scanner.
type pdfClass byte

const (
	isSpace     pdfClass = 1 << iota // between tokens
	isDelimiter                      // begins and ends a token
	isHex                            // of hexadecimal strings
)

var pdfClasses = func() (classes [256]pdfClass) {
	for class, bytes := range map[pdfClass]string{isSpace: " \n\r\t\f\x00", isDelimiter: "()<>[]{}/%", isHex: "0123456789abcdefABCDEF"} {
		for _, c := range []byte(bytes) {
			classes[c] |= class
		}
	}
	return classes
}()

// next gives the next token; ok is false at the end and before what packets do
// not have: comments, braces, strings without an end.
func (s *pdfScanner) next() (t pdfToken, ok bool) {
	for s.at < len(s.b) && pdfClasses[s.b[s.at]]&isSpace != 0 {
		s.at++
	}
	if s.at == len(s.b) {
		return t, false
	}
	t.begin = s.at
	switch c := s.b[s.at]; c {
	case '[', ']':
		s.at++
		t.kind, ok = kindArray, true
		if c == ']' {
			t.kind = kindArrayEnd
		}
	case '/':
		s.at++
		t.kind = kindName
		t.text, ok = pdfNameText(s.regular())
	case '(':
		t.kind, ok = kindString, s.parentheses()
	case '<', '>':
		t.kind, ok = s.angles(c)
	default:
		t.kind, t.text = kindWord, s.regular()
		ok = len(t.text) > 0
	}
	t.end = s.at
	return t, ok
}

// regular takes the characters up to the next space or delimiter.
func (s *pdfScanner) regular() []byte {
	begin := s.at
	for s.at < len(s.b) && pdfClasses[s.b[s.at]]&(isSpace|isDelimiter) == 0 {
		s.at++
	}
	return s.b[begin:s.at]
}

// pdfNameText resolves the escapes of a name, by which it could hide.
func pdfNameText(name []byte) ([]byte, bool) {
	before, after, found := bytes.Cut(name, []byte("#"))
	if !found {
		return name, true
	}
	out := bytes.Clone(before)
	for found {
		if len(after) < 2 {
			return nil, false
		}
		c, err := hex.DecodeString(string(after[:2]))
		if err != nil {
			return nil, false
		}
		before, after, found = bytes.Cut(after[2:], []byte("#"))
		out = append(append(out, c...), before...)
	}
	return out, true
}

// parentheses takes a string with those inside it.
func (s *pdfScanner) parentheses() bool {
	for depth := 0; s.at < len(s.b); s.at++ {
		switch s.b[s.at] {
		case '\\':
			s.at++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				s.at++
				return true
			}
		}
	}
	return false
}

// angles takes << or >> or a hexadecimal string.
func (s *pdfScanner) angles(c byte) (pdfKind, bool) {
	if s.at+1 < len(s.b) && s.b[s.at+1] == c {
		s.at += 2
		if c == '<' {
			return kindOpen, true
		}
		return kindClose, true
	}
	if c == '>' {
		return kindClose, false
	}
	for s.at++; s.at < len(s.b); s.at++ {
		if s.b[s.at] == '>' {
			s.at++
			return kindHex, true
		}
		if pdfClasses[s.b[s.at]]&isHex == 0 {
			return kindHex, false
		}
	}
	return kindHex, false
}
