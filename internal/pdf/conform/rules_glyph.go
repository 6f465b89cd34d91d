package conform

import (
	"math"
	"strings"
)

// simple checks what only simple fonts have.
func (c *checker) simple(f *font) {
	if f.sub != "TrueType" {
		return
	}
	flags, _ := c.f.int(f.desc["Flags"])
	enc, base := c.encoding(f)
	if flags&4 != 0 {
		if enc != nil {
			c.add("font-encoding", f.where, "a symbolic font has an encoding")
		}
		if f.program != nil && len(f.program.cmaps) != 1 && !f.program.hasCmap(3, 0) {
			c.add("font-encoding", f.where, "a symbolic font has %d cmaps", len(f.program.cmaps))
		}
		return
	}
	if base != "MacRomanEncoding" && base != "WinAnsiEncoding" {
		c.add("font-encoding", f.where, "the encoding is neither MacRoman nor WinAnsi")
	}
	if f.program != nil && !f.program.hasCmap(3, 1) && !f.program.hasCmap(1, 0) {
		c.add("font-encoding", f.where, "the font program has no cmap for the encoding")
	}
	if f.program != nil {
		c.unknown(f.where, "widths and glyphs of a simple TrueType font are not compared")
	}
}

// encoding is that of a simple font, and the name of the one that it is or is based on.
func (c *checker) encoding(f *font) (enc any, base name) {
	enc = c.f.get(f.dict["Encoding"])
	base, _ = enc.(name)
	if d, ok := enc.(dict); ok {
		base = c.f.name(d["BaseEncoding"])
		if _, ok := d["Differences"]; ok {
			c.unknown(f.where, "the glyph names of Differences are not followed")
		}
	}
	return enc, base
}

func (f *sfnt) hasCmap(platform, encoding int) bool {
	for _, m := range f.cmaps {
		if m == [2]int{platform, encoding} {
			return true
		}
	}
	return false
}

// named tells whether a simple font has its Unicode values from a standard encoding.
func (c *checker) named(f *font) bool {
	if f.composite {
		return false
	}
	_, n := c.encoding(f)
	flags, _ := c.f.int(f.desc["Flags"])
	return n == "WinAnsiEncoding" || n == "MacRomanEncoding" || n == "MacExpertEncoding" || f.sub == "Type1" && flags&4 == 0
}

// codes checks every code that content shows.
func (c *checker) codes(f *font) {
	if f.composite && !f.identity {
		if f.unicode == nil && !predefinedUnicode(c.f.name(f.dict["Encoding"])) {
			c.add("font-unicode", f.where, "there is no map to Unicode")
		}
		return
	}
	standardText := c.named(f)
	for _, code := range f.usedCodes() {
		text, mapped := f.unicode[code]
		if !c.step() {
			return
		}
		if !mapped && !standardText || mapped && text == "" {
			c.add("font-unicode", f.where, "the code %d has no Unicode value", code)
		}
		c.value(f, code, text)
		if f.composite {
			c.glyph(f, code, utf16Text(text))
		}
	}
}

// predefinedUnicode tells whether an encoding gives Unicode values by itself.
func predefinedUnicode(n name) bool {
	return predefined(string(n)) && !strings.HasPrefix(string(n), "Identity")
}

// value checks the Unicode value of a code.
func (c *checker) value(f *font, code int, text string) {
	for _, r := range utf16Text(text) {
		switch {
		case r == 0, r == 0xFEFF, r == 0xFFFE:
			c.add("font-unicode-value", f.where, "the code %d has the value U+%04X", code, r)
		case (r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000) && f.used[code]&usedBare != 0:
			c.add("font-private", f.where, "the code %d has the private value U+%04X and no replacement text", code, r)
		}
	}
}

// glyph compares a code of a composite font with the font program.
func (c *checker) glyph(f *font, cid int, text string) {
	g := f.gid(cid)
	if g == 0 {
		c.add("font-notdef", f.where, "the code %d shows .notdef", cid)
		return
	}
	if f.program == nil || f.used[cid]&usedVisible == 0 {
		return
	}
	n, ok := f.program.outline(g)
	if !ok || n == 0 && !invisible(text) {
		c.add("font-glyphs", f.where, "the glyph %d is not in the font program", g)
		return
	}
	if got, want := f.width(cid), f.program.advance(g); math.Abs(got-want) > 1 {
		c.add("font-widths", f.where, "the glyph %d is %g wide in the dictionary and %g in the font program", g, got, want)
	}
}
