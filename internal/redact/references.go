package redact

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// clearText gives a text token as a reader sees it: line ends as \n, character
// references undone. What holds neither is given as it stands.
func (z *htmlTokens) clearText() []byte {
	b := z.text
	if z.references && bytes.IndexByte(b, '&') >= 0 || bytes.IndexByte(b, '\r') >= 0 || z.element && bytes.IndexByte(b, 0) >= 0 {
		s := lineEnds(string(b))
		if z.element {
			s = strings.ReplaceAll(s, "\x00", "\ufffd")
		}
		if z.references {
			s = html.UnescapeString(s)
		}
		return []byte(s)
	}
	return b
}

// clearValue does the same for the value of an attribute.
func clearValue(b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '\r') < 0 && bytes.IndexByte(b, 0) < 0 {
		return b
	}
	return []byte(unescapeAttr(lineEnds(strings.ReplaceAll(string(b), "\x00", "\ufffd"))))
}

func lineEnds(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// unescapeAttr undoes the character references of an attribute's value. Unlike
// in text, a name without ; counts only where neither = nor more of a word
// follows it (HTML 13.2.5.73).
func unescapeAttr(s string) string {
	var out strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		s = s[i:]
		n := 1 // of the reference
		if len(s) > 1 && s[1] == '#' {
			n = 2
		}
		for n < len(s) && (isLetter(s[n]) || isDigit(s[n])) {
			n++
		}
		ends := n < len(s) && s[n] == ';'
		if ends {
			n++
		}
		text := html.UnescapeString(s[:n])
		if len(s) > 1 && s[1] != '#' && (!ends && n < len(s) && s[n] == '=' || !wholeReference(text, ends)) {
			text = s[:n]
		}
		out.WriteString(text)
		s = s[n:]
	}
}

// wholeReference tells whether text came from a name that is known as a whole,
// and not from the beginning of a longer word, which would leave the rest of
// the word behind it.
func wholeReference(text string, ends bool) bool {
	last := text[len(text)-1]
	if ends {
		return last != ';' || text == ";"
	}
	return !isLetter(last) && !isDigit(last)
}
