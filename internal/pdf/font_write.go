package pdf

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
)

// writeFont embeds the used glyphs of a font as a composite font (ISO 32000-1,
// 9.7). Its codes are glyph numbers as long as each glyph has one text.
func (r *renderer) writeFont(f *docFont) {
	used := slices.Clone(f.used)
	data := f.t.subset(used)
	full := subsetTag(data) + "+" + f.t.name
	program, descriptor, cid, uni := r.file.alloc(), r.file.alloc(), r.file.alloc(), r.file.alloc()
	f.obj = r.file.alloc()
	r.file.deflated(program, "/Length1 "+strconv.Itoa(len(data)), data)
	r.file.deflated(uni, "", toUnicode(f))
	t := f.t
	d := "<</Type/FontDescriptor/FontName/" + full + "/Flags " + itoa(t.flags) + "/FontBBox["
	for _, v := range t.bbox {
		d += itoa(v) + " "
	}
	d += "]/ItalicAngle " + itoa(t.italic) + "/Ascent " + itoa(t.ascent) + "/Descent " + itoa(t.descent) +
		"/CapHeight " + itoa(t.capHeight) + "/StemV " + itoa(t.stemV) + "/FontFile2 " + program.String() + ">>"
	r.file.pack(descriptor, []byte(d))
	r.file.pack(cid, []byte("<</Type/Font/Subtype/CIDFontType2/BaseFont/"+full+
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor "+descriptor.String()+
		"/CIDToGIDMap"+r.glyphMap(f)+"/DW 0/W["+widths(f)+"]>>"))
	r.file.pack(f.obj, []byte("<</Type/Font/Subtype/Type0/BaseFont/"+full+"/Encoding/Identity-H/DescendantFonts["+
		cid.String()+"]/ToUnicode "+uni.String()+">>"))
}

// subsetTag is the six-letter tag of a subset (9.6.4), made from its content.
func subsetTag(data []byte) string {
	sum := sha256.Sum256(data)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag)
}

// glyphMap is the map from codes to glyphs (9.7.4.2).
func (r *renderer) glyphMap(f *docFont) string {
	if len(f.others) == 0 {
		return "/Identity"
	}
	b := make([]byte, 2*len(f.text))
	for c := range f.text {
		if f.text[c] != "" {
			binary.BigEndian.PutUint16(b[2*c:], f.glyphOf(c))
		}
	}
	id := r.file.alloc()
	r.file.deflated(id, "", b)
	return " " + id.String()
}

// widths lists the advances of used codes and of glyph 0, consecutive ones
// together.
func widths(f *docFont) string {
	var b []byte
	for c := 0; c < len(f.text); c++ {
		if f.text[c] == "" && c != 0 {
			continue
		}
		b = append(strconv.AppendInt(b, int64(c), 10), '[')
		for ; c < len(f.text) && (f.text[c] != "" || c == 0); c++ {
			b = append(strconv.AppendInt(b, int64(f.width(c)), 10), ' ')
		}
		b = append(b, ']')
	}
	return string(b)
}

// mapSize is the most entries of one bfchar block (Adobe Technical Note 5014).
const mapSize = 100

// toUnicode writes the map from codes to text (9.10.3).
func toUnicode(f *docFont) []byte {
	b := []byte("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	var have []int
	for g, text := range f.text {
		if text != "" {
			have = append(have, g)
		}
	}
	for block := range slices.Chunk(have, mapSize) {
		b = append(strconv.AppendInt(b, int64(len(block)), 10), " beginbfchar\n"...)
		for _, g := range block {
			b = append(appendHex16(append(b, '<'), uint16(g)), "><"...)
			b = append(appendUTF16(b, f.text[g]), ">\n"...)
		}
		b = append(b, "endbfchar\n"...)
	}
	return append(b, "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n"...)
}
