package conform

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"unicode"
)

var fontRules = []Rule{
	{"font-dict", "7.21.2", "", "6.2.11.2", "Font dictionaries have type, subtype, name, widths and what else their kind needs."},
	{"font-descriptor", "7.21.2", "", "6.2.11.2", "Font descriptors have all entries and either the Symbolic or the Nonsymbolic flag."},
	{"font-name", "7.21.2", "", "6.2.11.2", "The names of a font, its descendant and its descriptor are the same."},
	{"font-embedded", "7.21.4.1", "31-009", "6.2.11.4.1", "The program of every font that is drawn is embedded."},
	{"font-program", "7.21.2", "", "6.2.11.2", "Font programs are of the kind that their key says."},
	{"font-system", "7.21.3.1", "31-001", "6.2.11.3.1", "Composite fonts have a CIDSystemInfo that fits their encoding."},
	{"font-cid-map", "7.21.3.2", "31-005", "6.2.11.3.2", "An embedded CIDFontType2 has a CIDToGIDMap: Identity or a stream."},
	{"font-cmap", "7.21.3.3", "31-006", "6.2.11.3.3", "The encoding of a composite font is predefined or embedded."},
	{"font-glyphs", "7.21.4.1", "31-011", "6.2.11.4.1", "Every glyph that is drawn is in the embedded font program."},
	{"font-cidset", "7.21.4.2", "31-014", "6.2.11.4.2", "A CIDSet, if there is one, lists all glyphs of the font program."},
	{"font-widths", "7.21.5", "31-016", "6.2.11.5", "The widths in the dictionary are those of the font program."},
	{"font-encoding", "7.21.6", "31-020", "6.2.11.6", "Non-symbolic TrueType fonts have MacRoman or WinAnsi encoding and a cmap, symbolic ones none."},
	{"font-unicode-map", "7.21.7", "", "6.2.11.7.2", "The map to Unicode can be read."},
	{"font-unicode", "7.21.7", "10-001", "6.2.11.7.2", "Every character code that is shown has a Unicode value."},
	{"font-unicode-value", "7.21.7", "31-028", "6.2.11.7.2", "Unicode values are not 0, U+FEFF or U+FFFE."},
	{"font-private", "", "", "6.2.11.7.3", "Characters of the Private Use Area have a replacement text."},
	{"font-notdef", "7.21.8", "31-030", "6.2.11.8", "The glyph .notdef is not shown."},
}

func (c *checker) checkFonts() {
	for _, f := range c.fontList {
		if c.f.err != nil {
			return
		}
		c.fontDict(f)
		c.fontProgram(f)
		if f.composite {
			c.composite(f)
		} else {
			c.simple(f)
		}
		c.codes(f)
	}
}

func (c *checker) fontDict(f *font) {
	ok := c.f.name(f.dict["Type"]) == "Font" && (f.base != "" || f.sub == "Type3")
	switch f.sub {
	case "Type0":
		ok = ok && f.cid != nil && c.f.name(f.cid["Type"]) == "Font"
		if s := c.f.name(f.cid["Subtype"]); s != "CIDFontType0" && s != "CIDFontType2" {
			ok = false
		}
	case "Type1", "MMType1", "TrueType", "Type3":
		if f.desc != nil {
			first, ok1 := c.f.int(f.dict["FirstChar"])
			last, ok2 := c.f.int(f.dict["LastChar"])
			ok = ok && ok1 && ok2 && len(c.f.array(f.dict["Widths"])) == last-first+1
		}
	default:
		ok = false
	}
	if !ok {
		c.add("font-dict", f.where, "the font dictionary is not complete")
	}
	if f.sub == "Type3" {
		c.unknown(f.where, "the glyphs of a Type 3 font are not looked at")
		return
	}
	if f.desc != nil {
		c.descriptor(f)
	}
}

func (c *checker) descriptor(f *font) {
	ok := c.f.name(f.desc["Type"]) == "FontDescriptor" && c.f.nums(f.desc["FontBBox"], 4) != nil
	for _, k := range []name{"ItalicAngle", "Ascent", "Descent", "CapHeight", "StemV"} {
		if _, is := c.f.num(f.desc[k]); !is {
			ok = false
		}
	}
	flags, is := c.f.int(f.desc["Flags"])
	if symbolic, plain := flags&4 != 0, flags&32 != 0; !is || symbolic == plain {
		ok = false
	}
	if !ok {
		c.add("font-descriptor", f.where, "the font descriptor is not complete")
	}
	names := []name{f.base, c.f.name(f.desc["FontName"])}
	if f.composite {
		names = append(names, c.f.name(f.cid["BaseFont"]))
	}
	for _, n := range names {
		if n != f.base && !(c.f.name(f.cid["Subtype"]) == "CIDFontType0" && strings.HasPrefix(string(f.base), string(n))) {
			c.add("font-name", f.where, "the font has also the name %s", quoted(n))
		}
	}
}

// fontProgram reads the embedded program.
func (c *checker) fontProgram(f *font) {
	visible := false
	for _, u := range f.used {
		visible = visible || u&usedVisible != 0
	}
	if f.composite && !f.identity {
		visible = true
	}
	key := name("")
	for _, k := range []name{"FontFile", "FontFile2", "FontFile3"} {
		if c.f.stream(f.desc[k]) != nil {
			key = k
		}
	}
	if key == "" {
		if visible && f.sub != "Type3" {
			c.add("font-embedded", f.where, "the font program is not embedded")
		}
		return
	}
	f.embedded = true
	s := c.f.stream(f.desc[key])
	data, err := c.data(s)
	kind := f.sub
	if f.composite {
		kind = c.f.name(f.cid["Subtype"])
	}
	program := readSFNT(data)
	ok := err == nil
	switch key {
	case "FontFile2":
		n, _ := c.f.int(s.dict["Length1"])
		ok = ok && program != nil && !program.cff && (kind == "TrueType" || kind == "CIDFontType2") && n == len(data)
		f.program = program
	case "FontFile":
		ok = ok && kind == "Type1" && bytes.HasPrefix(data, []byte("%!"))
	case "FontFile3":
		sub := c.f.name(s.dict["Subtype"])
		ok = ok && (sub == "OpenType" && program != nil || sub == "Type1C" && kind == "Type1" || sub == "CIDFontType0C" && kind == "CIDFontType0")
	}
	if !ok {
		c.add("font-program", f.where, "the font program is not what %s says", key)
		f.program = nil
	}
	if f.program == nil && ok {
		c.unknown(f.where, "widths and glyphs of the font program under %s are not compared", key)
	}
}

// composite checks what only Type 0 fonts have.
func (c *checker) composite(f *font) {
	info := c.f.dict(f.cid["CIDSystemInfo"])
	registry, _ := c.f.bytes(info["Registry"])
	ordering, _ := c.f.bytes(info["Ordering"])
	_, supplement := c.f.int(info["Supplement"])
	ok := registry != "" && ordering != "" && supplement
	switch enc := c.f.get(f.dict["Encoding"]).(type) {
	case name:
		if !predefined(string(enc)) {
			c.add("font-cmap", f.where, "the encoding %s is neither predefined nor embedded", quoted(enc))
		}
	case *stream:
		m := c.f.dict(enc.dict["CIDSystemInfo"])
		r, _ := c.f.bytes(m["Registry"])
		o, _ := c.f.bytes(m["Ordering"])
		ok = ok && r == registry && o == ordering
		if use, is := c.f.get(enc.dict["UseCMap"]).(name); is && !predefined(string(use)) || c.f.stream(enc.dict["UseCMap"]) != nil {
			c.add("font-cmap", f.where, "the encoding uses one that is not predefined")
		}
	default:
		c.add("font-cmap", f.where, "there is no encoding")
	}
	if !ok {
		c.add("font-system", f.where, "CIDSystemInfo is missing or does not fit the encoding")
	}
	if !f.identity {
		c.unknown(f.where, "codes of encodings other than Identity are not followed")
	}
	if f.embedded && c.f.name(f.cid["Subtype"]) == "CIDFontType2" && c.f.name(f.cid["CIDToGIDMap"]) != "Identity" && f.gids == nil {
		c.add("font-cid-map", f.where, "there is no CIDToGIDMap")
	}
	if s := c.f.stream(f.desc["CIDSet"]); s != nil && f.program != nil {
		c.cidSet(f, s)
	}
}

func (c *checker) cidSet(f *font, s *stream) {
	data, err := c.data(s)
	if !c.work(f.program.glyphs) {
		return
	}
	for cid := range f.program.glyphs {
		if n, ok := f.program.outline(f.gid(cid)); ok && n > 0 && (err != nil || cid/8 >= len(data) || data[cid/8]&(0x80>>(cid%8)) == 0) {
			c.add("font-cidset", f.where, "CIDSet does not list the glyph %d", cid)
			return
		}
	}
}

// predefined tells whether a CMap is one of ISO 32000-1, Table 118. Only the
// families are told apart here: their members end in -H or -V, or are H and V.
func predefined(n string) bool {
	if n == "H" || n == "V" {
		return true
	}
	family, dir := n, ""
	if i := strings.LastIndexByte(n, '-'); i > 0 {
		family, dir = n[:i], n[i+1:]
	}
	return (dir == "H" || dir == "V") && slices.Contains(cmapFamilies, family)
}

var cmapFamilies = []string{"Identity", "GB-EUC", "GBpc-EUC", "GBK-EUC", "GBKp-EUC", "GBK2K", "UniGB-UCS2", "UniGB-UTF16", "B5pc", "HKscs-B5",
	"ETen-B5", "ETenms-B5", "CNS-EUC", "UniCNS-UCS2", "UniCNS-UTF16", "83pv-RKSJ", "90ms-RKSJ", "90msp-RKSJ", "90pv-RKSJ", "Add-RKSJ", "EUC",
	"Ext-RKSJ", "UniJIS-UCS2", "UniJIS-UCS2-HW", "UniJIS-UTF16", "KSC-EUC", "KSCms-UHC", "KSCms-UHC-HW", "KSCpc-EUC", "UniKS-UCS2", "UniKS-UTF16"}

// invisible tells whether a text has no outline in any font.
func invisible(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Variation_Selector, r) {
			return false
		}
	}
	return true
}

// usedCodes are the codes in order.
func (f *font) usedCodes() []int { return slices.Sorted(maps.Keys(f.used)) }
