package redact

import "bytes"

// htmlTokens cuts a page into tags and texts as the tokenizer of
// golang.org/x/net/html does; a test compares the two. It works on the bytes
// where they are and allocates nothing but its list of attributes.
type htmlTokens struct {
	page []byte
	at   int
	raw  string // the element whose text ends at its own end tag only: script, title ...

	// The token at hand, as it stands in the page.
	name       []byte // of a tag
	attrs      []htmlAttr
	text       []byte
	references bool // the text may hold character references
	element    bool // the text is that of a raw element: NUL stands for U+FFFD
}

type htmlAttr struct {
	key, value []byte
	end        int // of the value in the page
}

type tokenKind int

const (
	pageEnd tokenKind = iota
	startTag
	selfClosingTag
	endTag
	textToken
	otherToken // comment, doctype, processing instruction
)

// next goes on to the next token. A tag that the page's end cuts is none.
func (z *htmlTokens) next() tokenKind {
	if z.raw != "" && z.rawText() {
		return textToken
	}
	start := z.at
	for i := start; i < len(z.page); {
		n := bytes.IndexByte(z.page[i:], '<')
		if n < 0 || i+n+1 == len(z.page) {
			break
		}
		i += n + 1
		c := z.page[i]
		if !isLetter(c) && c != '/' && c != '!' && c != '?' {
			continue
		}
		if open := i - 1; open > start { // the text before the tag comes first
			return z.textUpTo(open)
		}
		switch {
		case isLetter(c):
			return z.startTag(i)
		case c == '/':
			return z.endTag(i + 1)
		case c == '!':
			return z.declaration(i + 1)
		}
		return z.upToAngle(i)
	}
	if start == len(z.page) {
		return pageEnd
	}
	return z.textUpTo(len(z.page))
}

func (z *htmlTokens) textUpTo(end int) tokenKind {
	z.text, z.at = z.page[z.at:end], end
	z.references, z.element = true, false
	return textToken
}

// upToAngle passes what ends at the next > from i on.
func (z *htmlTokens) upToAngle(i int) tokenKind {
	z.at = len(z.page)
	if n := bytes.IndexByte(z.page[i:], '>'); n >= 0 {
		z.at = i + n + 1
	}
	return otherToken
}

func (z *htmlTokens) startTag(i int) tokenKind {
	if !z.tag(i) {
		return pageEnd
	}
	z.raw = rawElement(z.name)
	last := z.at - 2
	if z.page[last] == '/' && (len(z.attrs) == 0 || z.attrs[len(z.attrs)-1].end-1 != last) { // not <p a=/>
		return selfClosingTag
	}
	return startTag
}

// rawElements are those whose content is text only.
var rawElements = [...]string{"xmp", "style", "title", "script", "iframe", "noembed", "noscript", "textarea", "noframes", "plaintext"}

// rawElement gives the name in lower case where it is one of rawElements.
func rawElement(name []byte) string {
	if len(name) < len("xmp") || len(name) > len("plaintext") {
		return ""
	}
	for _, raw := range rawElements {
		if equalFold(name, raw) {
			return raw
		}
	}
	return ""
}

// equalFold compares with an ASCII word in lower case, letters of both cases
// being equal and nothing else.
func equalFold[text string | []byte](s text, word string) bool {
	if len(s) != len(word) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

func (z *htmlTokens) endTag(i int) tokenKind {
	switch {
	case i == len(z.page): // </ at the very end is text
		return z.textUpTo(i)
	case !isLetter(z.page[i]):
		return z.upToAngle(i)
	case !z.tag(i):
		return pageEnd
	}
	return endTag
}

// tag reads the tag whose name begins at i; false means that the page ends in it.
func (z *htmlTokens) tag(i int) bool {
	p, start := z.page, i
	for i < len(p) && !isTagSpace(p[i]) && p[i] != '/' && p[i] != '>' {
		i++
	}
	z.name, z.attrs = p[start:i], z.attrs[:0]
	for {
		if i = skipTagSpace(p, i); i == len(p) {
			z.at = i
			return false
		}
		if p[i] == '>' {
			z.at = i + 1
			return true
		}
		var a htmlAttr
		if a, i = readAttr(p, i); len(a.key) > 0 {
			z.attrs = append(z.attrs, a)
		}
	}
}

// readAttr reads the attribute at i, or passes a lone slash, and gives where to
// go on: the end of the page where that cuts the attribute.
func readAttr(p []byte, i int) (htmlAttr, int) {
	start := i
	for i < len(p) && !isTagSpace(p[i]) && p[i] != '/' && p[i] != '>' && (p[i] != '=' || i == start) {
		i++
	}
	a := htmlAttr{key: p[start:i], end: i}
	if i = skipTagSpace(p, i); i == len(p) {
		return a, i
	}
	switch p[i] {
	case '/':
		return a, i + 1
	case '=':
	default:
		return a, i
	}
	if i = skipTagSpace(p, i+1); i == len(p) || p[i] == '>' {
		return a, i
	}
	if quote := p[i]; quote == '"' || quote == '\'' {
		i++
		n := bytes.IndexByte(p[i:], quote)
		if n < 0 {
			return a, len(p)
		}
		a.value, a.end = p[i:i+n], i+n
		return a, i + n + 1
	}
	start = i
	for i < len(p) && !isTagSpace(p[i]) && p[i] != '>' {
		i++
	}
	a.value, a.end = p[start:i], i
	return a, i
}

func isTagSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' && c != '\v' }

func skipTagSpace(p []byte, i int) int {
	for i < len(p) && isTagSpace(p[i]) {
		i++
	}
	return i
}

// declaration passes a comment or doctype behind <!.
func (z *htmlTokens) declaration(i int) tokenKind {
	if len(z.page)-i < 2 {
		z.at = len(z.page)
		return otherToken
	}
	if z.page[i] != '-' || z.page[i+1] != '-' {
		return z.upToAngle(i)
	}
	z.at = commentEnd(z.page, i+2)
	return otherToken
}

// commentEnd gives the position behind the comment whose text begins at i. It
// ends at --> and --!>, and at once at > and ->.
func commentEnd(p []byte, i int) int {
	dashes, beginning := 0, true
	for i < len(p) {
		if dashes == 0 && !beginning {
			n := bytes.IndexByte(p[i:], '-')
			if n < 0 {
				break
			}
			i += n
		}
		c := p[i]
		i++
		switch {
		case c == '-':
			dashes++
			continue
		case c == '>' && (dashes >= 2 || beginning):
			return i
		case c == '!' && dashes >= 2 && i < len(p):
			c = p[i]
			i++
			if c == '>' {
				return i
			}
			if c == '-' {
				dashes, beginning = 1, false
				continue
			}
		}
		dashes, beginning = 0, false
	}
	return len(p)
}

// rawText takes the text of a raw element up to its end tag, which is the next
// token; false means that there is none.
func (z *htmlTokens) rawText() bool {
	name, end := z.raw, len(z.page)
	z.raw = ""
	switch name {
	case "plaintext":
	case "script":
		end = scriptEnd(z.page, z.at)
	default:
		for i := z.at; i < len(z.page); {
			n := bytes.Index(z.page[i:], []byte("</"))
			if n < 0 {
				break
			}
			if i += n + 2; endsElement(z.page[i:], name) {
				end = i - 2
				break
			}
		}
	}
	if end == z.at {
		return false
	}
	z.text, z.at = z.page[z.at:end], end
	z.references, z.element = name == "textarea" || name == "title", true
	return true
}

// endsElement tells whether what follows </ is this name as a whole.
func endsElement(rest []byte, name string) bool {
	return len(rest) > len(name) && equalFold(rest[:len(name)], name) &&
		(isTagSpace(rest[len(name)]) || rest[len(name)] == '/' || rest[len(name)] == '>')
}

// scriptEnd finds where the text of a script that begins at i ends, by the rules
// for scripts that hide themselves, or another script, in a comment.
func scriptEnd(p []byte, i int) int {
	const (
		plain   = iota
		escaped // behind <!--
		double  // in a script behind <!--
	)
	state, dashes := plain, 0
	for i < len(p) {
		if state == plain {
			n := bytes.IndexByte(p[i:], '<')
			if n < 0 {
				return len(p)
			}
			i += n
		}
		c := p[i]
		i++
		switch {
		case c == '-' && state != plain:
			dashes++
			continue
		case c == '>' && dashes >= 2:
			state = plain
		case c != '<' || i == len(p):
		case p[i] == '/':
			i++
			switch ends := endsElement(p[i:], "script"); {
			case ends && state == double:
				state = escaped
				i += len("script>")
			case ends:
				return i - 2
			}
		case state == plain:
			if bytes.HasPrefix(p[i:], []byte("!--")) {
				i += 3
				state, dashes = escaped, 2
				continue
			}
		case state == double:
		case isLetter(p[i]):
			if endsElement(p[i:], "script") {
				state = double
				i += len("script>")
			}
		default:
			state = plain
		}
		dashes = 0
	}
	return len(p)
}
