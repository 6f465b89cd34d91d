package pdf

import "strconv"

// elem is an element of the structure tree (ISO 32000-1, 14.7.2).
type elem struct {
	room   *slab[elem] // of the whole tree
	tag    string
	parent *elem
	kids   []kid
	attrs  string // inside of the attribute dictionary
	actual string // replacement text
	look   *look  // of a figure or a form
	id     ref
	inline bool // attached to its parent when its content is first drawn
	joined bool
}

// look is what an element has that is seen and not read. Few elements do, so that it
// stands apart: a long document has tens of thousands.
type look struct {
	alt  string
	bbox []byte // filled in when it is drawn
}

// looks gives the element a look if it has none.
func (e *elem) looks() *look {
	if e.look == nil {
		e.look = &look{}
	}
	return e.look
}

// kid is one of: a child element, marked content on a page, an annotation.
type kid struct {
	elem  *elem
	page  *page
	mcid  int32
	annot ref
}

// add makes a child element after those there are.
func (e *elem) add(tag string) *elem {
	c := e.made(tag)
	c.joined = true
	e.kids = append(e.kids, kid{elem: c})
	return c
}

// addInline makes a child whose place among its siblings is decided by drawing.
func (e *elem) addInline(tag string) *elem {
	c := e.made(tag)
	c.inline = true
	return c
}

func (e *elem) made(tag string) *elem {
	c := e.room.one()
	c.room, c.tag, c.parent = e.room, tag, e
	return c
}

// join attaches an inline element at the end of what its parent has so far.
func (e *elem) join() {
	if e.joined {
		return
	}
	e.joined = true
	e.parent.join()
	e.parent.kids = append(e.parent.kids, kid{elem: e})
}

// empty tells whether nothing of the element was drawn.
func (e *elem) empty() bool {
	for _, k := range e.kids {
		if k.elem == nil || !k.elem.empty() {
			return false
		}
	}
	return true
}

// keepsEmpty lists elements that mean something without content: an empty cell
// still counts for the columns of its row.
func (e *elem) keepsEmpty() bool { return e.tag == "TD" || e.tag == "TH" }

// number gives object numbers to the elements that are written.
func (e *elem) number(f *file) {
	e.id = f.alloc()
	kept := e.kids[:0]
	for _, k := range e.kids {
		if k.elem != nil {
			if k.elem.empty() && !k.elem.keepsEmpty() {
				continue
			}
			k.elem.number(f)
		}
		kept = append(kept, k)
	}
	e.kids = kept
}

// write packs the element and everything below it.
func (e *elem) write(f *file, parent ref) {
	b := append(f.scratch(), "<</S/"...)
	b = append(b, e.tag...)
	b = append(b, "/P "...)
	b = parent.append(b)
	pg := e.firstPage()
	if pg != nil {
		b = pg.id.append(append(b, "/Pg "...))
	}
	if len(e.kids) > 0 {
		b = append(b, "/K["...)
		for i, k := range e.kids {
			if i > 0 {
				b = append(b, ' ')
			}
			b = k.append(b, pg)
		}
		b = append(b, ']')
	}
	var seen look
	if e.look != nil {
		seen = *e.look
	}
	if e.attrs != "" || seen.bbox != nil {
		b = append(append(b, "/A<<"...), e.attrs...)
		if seen.bbox != nil {
			b = append(append(append(b, "/O/Layout/BBox["...), seen.bbox...), ']')
			if !e.inline {
				b = append(b, "/Placement/Block"...)
			}
		}
		b = append(b, ">>"...)
	}
	if seen.alt != "" {
		b = appendText(append(b, "/Alt"...), seen.alt)
	}
	if e.actual != "" {
		b = appendText(append(b, "/ActualText"...), e.actual)
	}
	f.packDone(e.id, append(b, ">>"...))
	for _, k := range e.kids {
		if k.elem != nil {
			k.elem.write(f, e.id)
		}
	}
}

func (e *elem) firstPage() *page {
	for _, k := range e.kids {
		if k.elem == nil {
			return k.page
		}
	}
	return nil
}

func (k kid) append(b []byte, pg *page) []byte {
	switch {
	case k.elem != nil:
		return k.elem.id.append(b)
	case k.annot != 0:
		b = append(b, "<</Type/OBJR"...)
		if k.page != pg {
			b = k.page.id.append(append(b, "/Pg "...))
		}
		b = k.annot.append(append(b, "/Obj "...))
		return append(b, ">>"...)
	case k.page != pg:
		b = k.page.id.append(append(b, "<</Type/MCR/Pg "...))
		b = append(b, "/MCID "...)
		b = strconv.AppendInt(b, int64(k.mcid), 10)
		return append(b, ">>"...)
	}
	return strconv.AppendInt(b, int64(k.mcid), 10)
}
