package pdf

import (
	"encoding/binary"
	"math/bits"
)

// Composite glyph flags of the OpenType glyf table.
const (
	argsAreWords     = 1 << 0
	haveScale        = 1 << 3
	moreComponents   = 1 << 5
	haveXYScale      = 1 << 6
	haveTwoByTwo     = 1 << 7
	haveInstructions = 1 << 8
)

// place is where the glyf entry of a glyph stands.
func (t *typeface) place(gid int) (from, to int) {
	loca := t.tables["loca"]
	if t.longLoca {
		return int(binary.BigEndian.Uint32(loca[4*gid:])), int(binary.BigEndian.Uint32(loca[4*gid+4:]))
	}
	return 2 * int(binary.BigEndian.Uint16(loca[2*gid:])), 2 * int(binary.BigEndian.Uint16(loca[2*gid+2:]))
}

// outline returns the glyf entry of a glyph, empty when it has no outline.
func (t *typeface) outline(gid int) []byte {
	from, to := t.place(gid)
	return t.tables["glyf"][from:to]
}

// closure adds the components of composite glyphs to the used ones.
func (t *typeface) closure(used []bool) {
	var todo []int
	for g, u := range used {
		if u {
			todo = append(todo, g)
		}
	}
	for len(todo) > 0 {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		parts, _, _ := components(t.outline(g)) // checked when the font was read
		for _, c := range parts {
			if !used[c.gid] {
				used[c.gid] = true
				todo = append(todo, c.gid)
			}
		}
	}
}

// component is the reference of a composite glyph to another glyph.
type component struct{ at, gid int }

// components lists the glyphs a composite glyph is made of; end is where the list
// ends, false stands for a glyph that is cut short.
func components(o []byte) (out []component, end int, ok bool) {
	if len(o) < 10 || int16(binary.BigEndian.Uint16(o)) >= 0 {
		return nil, 0, true
	}
	for at := 10; ; {
		if at+4 > len(o) {
			return nil, 0, false
		}
		flags := binary.BigEndian.Uint16(o[at:])
		out = append(out, component{at, int(binary.BigEndian.Uint16(o[at+2:]))})
		at += 6
		if flags&argsAreWords != 0 {
			at += 2
		}
		switch {
		case flags&haveScale != 0:
			at += 2
		case flags&haveXYScale != 0:
			at += 4
		case flags&haveTwoByTwo != 0:
			at += 8
		}
		if flags&moreComponents == 0 {
			return out, at, at <= len(o)
		}
	}
}

// noContours is an outline that is there and draws nothing. A glyph without an
// entry counts as missing when it stands for a letter.
var noContours [12]byte

// appendBare adds an outline without its instructions, which fit glyphs to the
// pixels of screens of old and are a third of a font.
func appendBare(b, o []byte) []byte {
	if len(o) < 12 {
		return append(b, o...)
	}
	if parts, end, _ := components(o); parts != nil {
		from := len(b)
		b = append(b, o[:end]...)
		for _, c := range parts {
			b[from+c.at] &^= haveInstructions >> 8
		}
		return b
	}
	at := 10 + 2*int(binary.BigEndian.Uint16(o))
	if at+2 > len(o) {
		return append(b, o...)
	}
	skip := at + 2 + int(binary.BigEndian.Uint16(o[at:]))
	if skip > len(o) {
		return append(b, o...)
	}
	return append(append(append(b, o[:at]...), 0, 0), o[skip:]...)
}

// subset writes a font file with the outlines of the used glyphs only. Glyph
// numbers stay, so the composite glyphs and the page content need no change.
func (t *typeface) subset(used []bool) []byte {
	used[0] = true
	t.closure(used)
	glyf := []byte{}
	loca := make([]byte, 0, 4*len(used)+4)
	for g, u := range used {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if u {
			if g == t.blank {
				glyf = append(glyf, noContours[:]...)
			}
			glyf = appendBare(glyf, t.outline(g))
			for len(glyf)%4 != 0 {
				glyf = append(glyf, 0)
			}
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head := append([]byte(nil), t.tables["head"]...)
	binary.BigEndian.PutUint16(head[50:], 1) // long loca
	binary.BigEndian.PutUint32(head[8:], 0)
	made := map[string][]byte{"glyf": glyf, "loca": loca, "head": head, "hmtx": t.usedMetrics(used)}
	for tag, b := range t.tables {
		if made[tag] == nil {
			made[tag] = b
		}
	}
	return assemble(made)
}

// usedMetrics is hmtx with zeros for unused glyphs: they are never asked for,
// and zeros compress away.
func (t *typeface) usedMetrics(used []bool) []byte {
	hmtx := append([]byte(nil), t.tables["hmtx"]...)
	if t.blank >= 0 {
		binary.BigEndian.PutUint16(hmtx[4*t.blank:], t.advances[t.blank])
	}
	long := int(binary.BigEndian.Uint16(t.tables["hhea"][34:]))
	for g := range used {
		if used[g] {
			continue
		}
		if g < long-1 {
			clear(hmtx[4*g : 4*g+4])
		} else if g >= long {
			at := 4*long + 2*(g-long)
			clear(hmtx[at : at+2])
		}
	}
	return hmtx
}

// assemble writes an sfnt file of the subset tables.
func assemble(tables map[string][]byte) []byte {
	n := len(subsetTables)
	log := bits.Len(uint(n)) - 1
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, 16 << log, log, 16*n - 16<<log} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	var body []byte
	start, headAt := len(out)+16*n, 0
	for _, tag := range subsetTables {
		b := tables[tag]
		if tag == "head" {
			headAt = start + len(body)
		}
		out = append(out, tag...)
		out = binary.BigEndian.AppendUint32(out, checksum(b))
		out = binary.BigEndian.AppendUint32(out, uint32(start+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(b)))
		body = append(body, b...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out[headAt+8:], 0xB1B0AFBA-checksum(out))
	return out
}

// checksum is the sum of big-endian words, the last one padded with zeros.
func checksum(b []byte) uint32 {
	var sum uint32
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var last [4]byte
	copy(last[:], b)
	return sum + binary.BigEndian.Uint32(last[:])
}
