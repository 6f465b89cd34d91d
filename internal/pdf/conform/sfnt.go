package conform

import "encoding/binary"

// sfnt is a TrueType font program, as far as the rules need it.
type sfnt struct {
	tables map[string][]byte
	glyphs int
	upem   int
	long   int // entries of hmtx with an advance
	wide   bool
	cff    bool
	cmaps  [][2]int // platform and encoding of the cmap subtables
}

// maxTables is the most tables of a font program.
const maxTables = 128

// readSFNT reads the directory and the heads; nil when the program is damaged.
func readSFNT(b []byte) *sfnt {
	if len(b) < 12 {
		return nil
	}
	f := &sfnt{tables: map[string][]byte{}}
	switch string(b[:4]) {
	case "\x00\x01\x00\x00", "true":
	case "OTTO":
		f.cff = true
	default:
		return nil
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	if n > maxTables || len(b) < 12+16*n {
		return nil
	}
	for i := range n {
		e := b[12+16*i:]
		at, size := int64(binary.BigEndian.Uint32(e[8:])), int64(binary.BigEndian.Uint32(e[12:]))
		if at+size > int64(len(b)) {
			return nil
		}
		f.tables[string(e[:4])] = b[at : at+size]
	}
	if f.cff {
		return f
	}
	head, hhea, maxp := f.tables["head"], f.tables["hhea"], f.tables["maxp"]
	if len(head) < 54 || len(hhea) < 36 || len(maxp) < 6 {
		return nil
	}
	f.upem, f.wide = int(binary.BigEndian.Uint16(head[18:])), binary.BigEndian.Uint16(head[50:]) != 0
	f.long, f.glyphs = int(binary.BigEndian.Uint16(hhea[34:])), int(binary.BigEndian.Uint16(maxp[4:]))
	entry := 2
	if f.wide {
		entry = 4
	}
	if f.upem == 0 || f.long == 0 || len(f.tables["hmtx"]) < 4*f.long || len(f.tables["loca"]) < entry*(f.glyphs+1) {
		return nil
	}
	f.readCmaps()
	return f
}

func (f *sfnt) readCmaps() {
	b := f.tables["cmap"]
	if len(b) < 4 {
		return
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	for i := 0; i < n && 4+8*i+8 <= len(b); i++ {
		e := b[4+8*i:]
		f.cmaps = append(f.cmaps, [2]int{int(binary.BigEndian.Uint16(e)), int(binary.BigEndian.Uint16(e[2:]))})
	}
}

// advance is the width of a glyph in thousandths of an em.
func (f *sfnt) advance(g int) float64 {
	i := min(g, f.long-1)
	return float64(binary.BigEndian.Uint16(f.tables["hmtx"][4*i:])) * 1000 / float64(f.upem)
}

// outline is the length of a glyph's outline; ok is false for a glyph that the
// program does not have.
func (f *sfnt) outline(g int) (length int, ok bool) {
	if g < 0 || g >= f.glyphs {
		return 0, false
	}
	loca := f.tables["loca"]
	var from, to int64
	if f.wide {
		from, to = int64(binary.BigEndian.Uint32(loca[4*g:])), int64(binary.BigEndian.Uint32(loca[4*g+4:]))
	} else {
		from, to = 2*int64(binary.BigEndian.Uint16(loca[2*g:])), 2*int64(binary.BigEndian.Uint16(loca[2*g+2:]))
	}
	if from > to || to > int64(len(f.tables["glyf"])) {
		return 0, false
	}
	return int(to - from), true
}
