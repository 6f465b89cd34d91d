package conform

import (
	"encoding/binary"
	"fmt"
	"strings"
)

func contentDefects() []defect {
	one := func(rule, from, to string) defect { return defect{rule: rule, object: swap(oContent1, from, to)} }
	state := func(rule, key, src string) defect { return defect{rule: rule, object: put1(oState, key, src)} }
	return []defect{
		{rule: "content-syntax", also: "mcid-content", object: swap(oContent1, "<000200010003>Tj", "(Tj")},
		{rule: "content-syntax", also: "mcid-content", object: swap(oContent1, "0 0 m", "0g 0 m")},
		{rule: "content-syntax", object: put1(oPage1, "Contents", fmt.Sprintf("[%d 0 R 99 0 R]", oContent1))},
		one("content-syntax", "<000200010003>Tj", "<00020001000300>Tj"),
		one("content-operators", "0 0 m", "0 0 m foo"),
		one("content-operators", "0 0 m", "BX foo EX 0 0 m"),
		one("content-operators", "10 10 l S", "10 l S"),
		{rule: "content-balance", also: "artifact-inside", object: swap(oContent2, "EMC EMC", "EMC")},
		one("content-balance", "S Q EMC", "S EMC"),
		one("content-balance", "Q EMC", "Q Q EMC"),
		one("content-balance", "Q EMC", "Q EMC EMC"),
		one("content-balance", "<0003>Tj ET EMC", "<0003>Tj EMC ET"),
		one("content-balance", "BT /F0 12 Tf 72 680 Td", "BT BT /F0 12 Tf 72 680 Td"),
		one("content-tagged", "/Artifact<</Type/Pagination>>BDC q 1 0 0 RG 0 0 m 10 10 l S Q EMC", "0 0 m 9 9 l S"),
		one("content-tagged", "/Fm0 Do", "/Fm0 Do BT /F0 9 Tf <0003>Tj ET"),
		one("content-tagged", "/Fm0 Do", "/Fm0 Do /Im0 Do"),
		{rule: "content-tagged", object: swap(oForm, "/Artifact BMC 0 0 9 9 re f EMC", "0 0 9 9 re f")},
		one("artifact-inside", "/H1<</MCID 0>>BDC", "/H1<</MCID 0>>BDC /Artifact BMC 0 0 m 9 9 l S EMC"),
		one("tagged-inside", "/H1<</MCID 0>>BDC BT /F0 12 Tf 72 700 Td <000200010003>Tj ET EMC", "/Artifact BMC /H1<</MCID 0>>BDC BT /F0 12 Tf 72 700 Td <000200010003>Tj ET EMC EMC"),
		one("mcid-nested", "<000200010003>Tj ET EMC\n/P<</MCID 1>>BDC BT /F0 12 Tf 72 680 Td [<0002>-20<0003>]TJ ET EMC", "<000200010003>Tj ET\n/P<</MCID 1>>BDC BT /F0 12 Tf 72 680 Td [<0002>-20<0003>]TJ ET EMC EMC"),
		one("limit-states", "/Fm0 Do", strings.Repeat("q ", 29)+"/Fm0 Do"+strings.Repeat(" Q", 29)),
		{rule: "resources-own", object: func(b *book) {
			b.put(oPage2, "Resources", "")
			b.put(oPages, "Resources", fmt.Sprintf("%d 0 R", oResources))
		}},
		{rule: "resources-own", object: drop(oForm, "Resources")},
		one("resource-missing", "/Fm0 Do", "/Fm0 Do /Fm9 Do"),
		{rule: "resource-missing", object: drop(oResources, "ExtGState")},
		{rule: "resource-missing", object: put1(oResources, "ColorSpace.CS0", "(RGB)")},
		{rule: "resource-missing", object: put1(oResources, "ExtGState.G0", "/Normal")},
		{rule: "resource-missing", object: drop(oResources, "ColorSpace.CS0")},
		state("gs-transfer", "TR", "/Identity"),
		state("gs-transfer", "TR2", "/Identity"),
		state("gs-halftone", "HT", "<</HalftoneType 6>>"),
		state("gs-halftone", "HT", "<</HalftoneType 1/HalftoneName(x)>>"),
		state("rendering-intent", "RI", "/Pretty"),
		one("rendering-intent", "/Perceptual ri", "/Pretty ri"),
		state("gs-alpha", "ca", "1.5"),
		state("gs-alpha", "CA", "/Half"),
		state("blend-mode", "BM", "/Mix"),
		{rule: "transparency-space", also: "device-rgb device-gray", object: drop(oCatalog, "OutputIntents")},
		{rule: "form-postscript", object: put1(oForm, "Subtype2", "/PS")},
		{rule: "form-postscript", also: "mcid-content", object: put1(oForm, "Subtype", "/PS")},
		{rule: "form-box", object: drop(oForm, "BBox")},
		{rule: "form-box", object: put1(oAppearance, "BBox", "[0 0 20]")},
		{rule: "form-reference", object: put1(oForm, "Ref", "<<>>")},
		one("form-once", "/Fm0 Do", "/Fm0 Do /Fm0 Do"),
	}
}

func imageDefects() []defect {
	image := func(rule, key, src string) defect { return defect{rule: rule, object: put1(oImage, key, src)} }
	return []defect{
		image("image-alternates", "Alternates", "[]"),
		image("image-alternates", "OPI", "<<>>"),
		image("image-interpolate", "Interpolate", "true"),
		{rule: "image-interpolate", object: swap(oContent1, "/CS /RGB ID", "/CS /RGB /I true ID")},
		{rule: "image-bits", also: "image-data", object: put1(oImage, "BitsPerComponent", "3")},
		{rule: "image-space", object: put1(oJPEG, "ColorSpace", "/DeviceRGB")},
		{rule: "image-space", object: drop(oImage, "ColorSpace")},
		image("image-data", "Height", "3"),
		image("image-data", "Width", "0"),
		image("image-data", "DecodeParms.Columns", "3"),
		image("image-data", "Filter", "[]"),
		{rule: "image-space", object: put1(oJPEG, "ColorSpace", "(RGB)")},
		{rule: "inline-filter", object: swap(oContent1, "/CS /RGB ID", "/CS /RGB /F /LZW ID")},
	}
}

// program changes the font program.
func program(change func(p []byte) []byte) func(b *book) {
	return func(b *book) { b.objects[oProgram].(*stream).raw = deflate(change(trueType())) }
}

// table finds a table of a font program.
func table(p []byte, tag string) []byte {
	for i := range int(p[5]) {
		if e := p[12+16*i:]; string(e[:4]) == tag {
			return p[binary.BigEndian.Uint32(e[8:]):]
		}
	}
	return nil
}

// simpleFont replaces the font by a simple one.
func simpleFont(src string) func(b *book) {
	return func(b *book) {
		b.set(oFont, fmt.Sprintf("<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Test/FirstChar 0/LastChar 4/Widths[500 250 600 700 700]/FontDescriptor %d 0 R/ToUnicode %d 0 R%s>>", oDescriptor, oUnicode, src))
		b.objects[oUnicode].(*stream).raw = []byte("1 beginbfrange <00><04><0041> endbfrange")
	}
}

func fontDefects() []defect {
	return []defect{
		{rule: "font-dict", object: drop(oFont, "Type")},
		{rule: "font-dict", object: put1(oCIDFont, "Subtype", "/TrueType")},
		{rule: "font-dict", also: "font-widths", object: put1(oCIDFont, "W", "[0 [500] 1]")},
		{rule: "font-descriptor", object: drop(oDescriptor, "StemV")},
		{rule: "font-descriptor", object: put1(oDescriptor, "Flags", "36")},
		{rule: "font-name", object: put1(oDescriptor, "FontName", "/ABCDEF+Other")},
		{rule: "font-embedded", object: drop(oDescriptor, "FontFile2")},
		{rule: "font-program", object: program(func(p []byte) []byte { return p[:100] })},
		{rule: "font-program", object: put1(oProgram, "Length1", "1")},
		{rule: "font-program", object: func(b *book) {
			b.objects[oDescriptor].(dict)["FontFile"] = b.at(oDescriptor, "FontFile2")
			b.put(oDescriptor, "FontFile", fmt.Sprintf("%d 0 R", oProgram))
			b.put(oDescriptor, "FontFile2", "")
		}},
		{rule: "font-system", object: drop(oCIDFont, "CIDSystemInfo.Ordering")},
		{rule: "font-cid-map", object: drop(oCIDFont, "CIDToGIDMap")},
		{rule: "font-cmap", object: put1(oFont, "Encoding", "/Mine-H")},
		{rule: "font-glyphs", object: program(func(p []byte) []byte {
			copy(table(p, "loca")[12:16], table(p, "loca")[16:20]) // the outline of glyph 3 belongs to glyph 2
			return p
		})},
		{rule: "font-glyphs", object: swap(oContent1, "<000200010003>", "<000200010009>"), also: "font-unicode"},
		{rule: "font-cidset", object: func(b *book) {
			b.stream(oUnused, "<<>>", []byte{0xC0})
			b.put(oDescriptor, "CIDSet", fmt.Sprintf("%d 0 R", oUnused))
		}},
		{rule: "font-widths", object: put1(oCIDFont, "W", "[0[500 250 602]3 4 700]")},
		{rule: "font-widths", object: program(func(p []byte) []byte { table(p, "hmtx")[13]++; table(p, "hmtx")[13]++; return p })},
		{rule: "font-encoding", object: both(simpleFont(""), put1(oDescriptor, "Flags", "4"), swap(oContent1, "0003", "03"))},
		{rule: "font-unicode-map", also: "font-unicode", object: swap(oUnicode, "<0001><0020>", "<0001>(")},
		{rule: "font-unicode", object: swap(oUnicode, "<0002><0003><0041>", "<0005><0006><0041>")},
		{rule: "font-unicode", object: drop(oFont, "ToUnicode")},
		{rule: "font-unicode-value", object: swap(oUnicode, "<0002><0003><0041>", "<0002><0003><FEFE>")},
		{rule: "font-unicode-value", object: swap(oUnicode, "<0002><0003><0041>", "<0002><0003>[<0041><0000>]")},
		{rule: "font-private", object: swap(oContent2, "/ActualText(sign)", "")},
		{rule: "font-notdef", object: swap(oContent1, "<000200010003>", "<00020000>"), also: "font-unicode"},
	}
}
