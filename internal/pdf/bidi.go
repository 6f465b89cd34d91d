package pdf

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// level is the depth of embedding of a character (UAX 9, BD2): odd ones run from
// right to left. The depth of the paragraph stands in its own bit.
type level uint8

const paragraphRTL level = 1 << 7

func (v level) depth() level { return v &^ paragraphRTL }

func (v level) rtl() bool { return v&1 != 0 }

// bidiClass is the class of a character (UAX 9, 3.2). Characters that steer
// direction are printed as code points and so are neutral here, which leaves the
// rules for explicit embedding without work.
func bidiClass(r rune) bidi.Class {
	if r < 0x590 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
		return bidi.L
	}
	p, _ := bidi.LookupRune(r)
	switch c := p.Class(); c {
	case bidi.Control, bidi.LRO, bidi.RLO, bidi.LRE, bidi.RLE, bidi.PDF, bidi.LRI, bidi.RLI, bidi.FSI, bidi.PDI, bidi.B, bidi.S:
		return bidi.ON
	case bidi.BN:
		if joiner(r) {
			return bidi.NSM // goes with the letter before it
		}
		return bidi.ON
	default:
		return c
	}
}

// rightToLeft tells whether text has anything that runs from right to left.
func rightToLeft(text []rune) bool {
	for _, r := range text {
		if r >= 0x590 {
			if c := bidiClass(r); c == bidi.R || c == bidi.AL || c == bidi.AN {
				return true
			}
		}
	}
	return false
}

// levels finds the level of each character, nil when everything runs from left to
// right. The direction of a paragraph, which ends at a line feed, is that of its
// first letter outside of such parts. A part of a paragraph (same tells which characters belong to one)
// that holds text from right to left is an isolate: names and remarks of people
// stand in parts of their own, and must not reorder the words around them.
func levels(text []rune, same func(i, j int) bool) []level {
	if !rightToLeft(text) {
		return nil
	}
	out := make([]level, len(text))
	for from := 0; from < len(text); {
		to := from
		for to < len(text) && text[to] != '\n' {
			to++
		}
		within := func(i, j int) bool { return same(from+i, from+j) }
		base := direction(text[from:to], within)
		paragraph(text[from:to], out[from:to], base, within)
		if to < len(text) {
			out[to] = base
			to++
		}
		if base == 1 {
			for i := from; i < to; i++ {
				out[i] |= paragraphRTL
			}
		}
		from = to
	}
	return out
}

// direction is the level of a paragraph: that of its first letter outside of
// isolates (P2), so that a name at the beginning does not turn the line around.
func direction(text []rune, same func(i, j int) bool) level {
	for at := 0; at < len(text); {
		end := at + 1
		for end < len(text) && same(end-1, end) {
			end++
		}
		if part := text[at:end]; !rightToLeft(part) && firstStrong(part, 1) == 0 {
			return 0
		}
		at = end
	}
	return firstStrong(text, 0)
}

// firstStrong is the level of the first letter (P2, P3), or other when there is
// none.
func firstStrong(text []rune, other level) level {
	for _, r := range text {
		switch bidiClass(r) {
		case bidi.L:
			return 0
		case bidi.R, bidi.AL:
			return 1
		}
	}
	return other
}

// paragraph resolves a paragraph without line feeds.
func paragraph(text []rune, out []level, base level, same func(i, j int) bool) {
	var items []item
	for at := 0; at < len(text); {
		end := at + 1
		for end < len(text) && same(end-1, end) {
			end++
		}
		part := text[at:end]
		if end-at == len(text) || !rightToLeft(part) {
			for i, r := range part {
				c := bidiClass(r)
				items = append(items, item{at: at + i, class: c, r: r, mark: c == bidi.NSM})
			}
		} else {
			items = append(items, item{at: at, class: bidi.ON, isolate: true})
			inner := base + 1
			if firstStrong(part, base) != inner&1 {
				inner++
			}
			paragraph(part, out[at:end], inner, func(int, int) bool { return true })
		}
		at = end
	}
	resolve(items, base)
	for _, it := range items {
		if !it.isolate {
			out[it.at] = it.level
		}
	}
}

// item is a character or an isolate while its level is found.
type item struct {
	at      int
	r       rune
	isolate bool // stands for many characters
	mark    bool
	class   bidi.Class
	level   level
}

// resolve applies the rules W1 to I2 to one sequence of items.
func resolve(items []item, base level) {
	edge := bidi.L
	if base.rtl() {
		edge = bidi.R
	}
	weak(items, edge)
	brackets(items, edge)
	neutral(items, edge)
	for i := range items {
		switch c := items[i].class; {
		case !base.rtl() && c == bidi.R, base.rtl() && c != bidi.R:
			items[i].level = base + 1
		case !base.rtl() && c != bidi.L:
			items[i].level = base + 2
		default:
			items[i].level = base
		}
	}
}

// weak resolves marks, numbers and what stands in and around numbers (W1 to W7).
func weak(items []item, edge bidi.Class) {
	before, strong := edge, edge
	for i := range items { // W1 to W3
		c := &items[i].class
		switch *c {
		case bidi.NSM:
			*c = before
		case bidi.L, bidi.R, bidi.AL:
			strong = *c
		case bidi.EN:
			if strong == bidi.AL {
				*c = bidi.AN
			}
		}
		before = *c
	}
	for i := range items {
		if items[i].class == bidi.AL {
			items[i].class = bidi.R
		}
	}
	for i := 1; i+1 < len(items); i++ { // W4
		a, c, b := items[i-1].class, items[i].class, items[i+1].class
		if a == b && (a == bidi.EN && (c == bidi.ES || c == bidi.CS) || a == bidi.AN && c == bidi.CS) {
			items[i].class = a
		}
	}
	for i := 0; i < len(items); i++ { // W5, W6
		switch items[i].class {
		case bidi.ET:
			end := i
			for end < len(items) && items[end].class == bidi.ET {
				end++
			}
			c := bidi.ON
			if i > 0 && items[i-1].class == bidi.EN || end < len(items) && items[end].class == bidi.EN {
				c = bidi.EN
			}
			for ; i < end; i++ {
				items[i].class = c
			}
			i--
		case bidi.ES, bidi.CS:
			items[i].class = bidi.ON
		}
	}
	strong = edge
	for i := range items { // W7
		switch c := &items[i].class; *c {
		case bidi.L, bidi.R:
			strong = *c
		case bidi.EN:
			if strong == bidi.L {
				*c = bidi.L
			}
		}
	}
}

// side is the direction that a class has for neutrals, ON for none.
func side(c bidi.Class) bidi.Class {
	switch c {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

// pair is two brackets that belong together.
type pair struct{ open, shut int }

// maxPairs bounds how deep brackets nest (BD16).
const maxPairs = 63

// bracketPairs finds the pairs in the order of their first brackets (BD16).
func bracketPairs(items []item) []pair {
	type opened struct {
		at   int
		shut rune
	}
	var stack []opened
	var out []pair
	for i := range items {
		it := &items[i]
		if it.class != bidi.ON || it.isolate {
			continue
		}
		p, _ := bidi.LookupRune(it.r)
		switch {
		case !p.IsBracket():
		case p.IsOpeningBracket():
			if len(stack) == maxPairs {
				return nil
			}
			stack = append(stack, opened{i, closing(it.r)})
		default:
			for k := len(stack) - 1; k >= 0; k-- {
				if stack[k].shut == plainBracket(it.r) {
					out = append(out, pair{stack[k].at, i})
					stack = stack[:k]
					break
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b pair) int { return a.open - b.open })
	return out
}

// plainBracket maps the two angle brackets that have equals.
func plainBracket(r rune) rune {
	switch r {
	case 0x2329:
		return 0x3008
	case 0x232A:
		return 0x3009
	}
	return r
}

// closing is the bracket that ends what r begins. Pairs are neighbours in
// Unicode, but for the oldest ones and a few that stand the other way round.
func closing(r rune) rune {
	switch r = plainBracket(r); r {
	case '[', '{', 0xFF3B, 0xFF5B:
		return r + 2
	case 0x298D, 0x298F:
		if r == 0x298D {
			return 0x2990
		}
		return 0x298E
	}
	return r + 1
}

// brackets gives both brackets of a pair the direction of what is inside (N0).
func brackets(items []item, edge bidi.Class) {
	for _, p := range bracketPairs(items) {
		same, other := false, false
		for i := p.open + 1; i < p.shut; i++ {
			switch side(items[i].class) {
			case edge:
				same = true
			case bidi.L, bidi.R:
				other = true
			}
		}
		c := edge
		if !same {
			if !other {
				continue
			}
			for i := p.open - 1; i >= 0; i-- { // the context before the pair decides
				if s := side(items[i].class); s != bidi.ON {
					c = s
					break
				}
			}
		}
		for _, at := range []int{p.open, p.shut} {
			items[at].class = c
			for at++; at < len(items) && items[at].mark; at++ {
				items[at].class = c
			}
		}
	}
}

// neutral gives neutrals the direction of their neighbours if these agree, else
// that of the paragraph (N1, N2).
func neutral(items []item, edge bidi.Class) {
	before := edge
	for i := 0; i < len(items); i++ {
		if s := side(items[i].class); s != bidi.ON {
			before = s
			continue
		}
		end := i
		for end < len(items) && side(items[end].class) == bidi.ON {
			end++
		}
		after := edge
		if end < len(items) {
			after = side(items[end].class)
		}
		c := edge
		if before == after {
			c = before
		}
		for ; i < end; i++ {
			items[i].class = c
		}
		i--
	}
}
