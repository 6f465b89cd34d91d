package conform

import "strconv"

// font is a font that content uses.
type font struct {
	where     string
	dict      dict
	sub       name
	base      name
	composite bool
	identity  bool // two-byte codes that are CIDs
	cid       dict // the descendant of a composite font
	desc      dict // font descriptor
	program   *sfnt
	embedded  bool
	unicode   map[int]string // nil when there is no ToUnicode
	widths    map[int]float64
	def       float64
	gids      []byte // CIDToGIDMap stream, nil for Identity
	used      map[int]byte
}

// fontKey tells fonts apart: by object number, or by name where they are direct.
type fontKey struct {
	num, owner int
	name       name
}

// font reads a font dictionary; each one once.
func (c *checker) font(v any, owner int, n name, at string) *font {
	key := fontKey{num: number(v)}
	if key.num == 0 {
		key = fontKey{owner: owner, name: n}
	}
	if f, ok := c.fonts[key]; ok {
		return f
	}
	d := c.f.dict(v)
	if d == nil {
		return nil
	}
	f := &font{dict: d, sub: c.f.name(d["Subtype"]), base: c.f.name(d["BaseFont"]), where: at + ", font " + quoted(n)}
	if key.num != 0 {
		f.where = "font " + strconv.Itoa(key.num) + " " + quoted(f.base)
	}
	c.fonts[key] = f
	c.fontList = append(c.fontList, f)
	f.desc = c.f.dict(d["FontDescriptor"])
	if f.sub == "Type0" {
		f.composite = true
		if list := c.f.array(d["DescendantFonts"]); len(list) == 1 {
			f.cid = c.f.dict(list[0])
		}
		f.desc = c.f.dict(f.cid["FontDescriptor"])
		enc := c.f.name(d["Encoding"])
		f.identity = enc == "Identity-H" || enc == "Identity-V"
		c.readWidths(f)
		if s := c.f.stream(f.cid["CIDToGIDMap"]); s != nil {
			f.gids, _ = c.data(s)
		}
	}
	if s := c.f.stream(d["ToUnicode"]); s != nil {
		data, err := c.data(s)
		m, ok := c.toUnicode(data)
		if err != nil || !ok {
			c.add("font-unicode-map", f.where, "the map to Unicode is damaged")
		}
		f.unicode = m
	}
	return f
}

// readWidths reads W and DW of a CIDFont (9.7.4.3).
func (c *checker) readWidths(f *font) {
	f.widths, f.def = map[int]float64{}, 1000
	if v, ok := c.f.num(f.cid["DW"]); ok {
		f.def = v
	}
	w := c.f.array(f.cid["W"])
	if !c.work(len(w)) {
		return
	}
	for i := 0; i < len(w); {
		first, ok := c.f.int(w[i])
		if !ok || i+1 >= len(w) || len(f.widths) > maxMapped {
			c.add("font-dict", f.where, "the widths are damaged")
			return
		}
		if list := c.f.array(w[i+1]); list != nil {
			if !c.grow(len(list)) {
				return
			}
			for n, v := range list {
				f.widths[first+n], _ = c.f.num(v)
			}
			i += 2
			continue
		}
		last, ok := c.f.int(w[i+1])
		if i+2 >= len(w) || !ok || last < first || last-first > 0xFFFF {
			c.add("font-dict", f.where, "the widths are damaged")
			return
		}
		v, _ := c.f.num(w[i+2])
		if !c.grow(last - first) {
			return
		}
		for n := first; n <= last; n++ {
			f.widths[n] = v
		}
		i += 3
	}
}

// width is the width of a CID in the dictionary.
func (f *font) width(cid int) float64 {
	if w, ok := f.widths[cid]; ok {
		return w
	}
	return f.def
}

// gid is the glyph of a CID.
func (f *font) gid(cid int) int {
	if f.gids == nil {
		return cid
	}
	if 2*cid+1 >= len(f.gids) {
		return 0
	}
	return int(f.gids[2*cid])<<8 | int(f.gids[2*cid+1])
}
