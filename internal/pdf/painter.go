package pdf

import (
	"strconv"
	"strings"
)

// page is a page while it is drawn. Its coordinates have y growing downwards;
// the painter turns them round.
type page struct {
	id      ref
	content ref
	number  int // from 1
	buf     []byte
	marks   []*elem // by marked-content identifier
	annots  []annot
}

// annot is a link on a page, or the field of the seal.
type annot struct {
	id     ref
	rect   [4]float64 // left, bottom, right, top, in PDF coordinates
	to     target
	elem   *elem
	text   string
	widget bool
}

// painter writes page content. Every operator stands inside marked content:
// that of an element, or an artifact.
type painter struct {
	r       *renderer
	page    *page
	height  float64
	open    bool
	current *elem // nil while an artifact is open
	forced  bool  // everything is an artifact: headers, footers, repeated heads
	loose   bool  // the content is no page's and has no marks
	fill    Colour
	stroke  Colour
	width   float64
	face    faceID // of the last text and one more, 0 for none
	size    float64
	at      point // origin of the coordinates that are written
	wanted  point // that of what is drawn next, see frame
}

// point is a place on a page, from its top left corner.
type point struct{ x, y float64 }

func newPainter(r *renderer, pg *page, height float64) *painter {
	corner := point{0, height} // where coordinates begin in PDF
	return &painter{r: r, page: pg, height: height, at: corner, wanted: corner}
}

// frame makes a place the origin of what is drawn from here on, and returns the one
// before. Rows, marks and shapes that look alike are then written alike, wherever
// they stand, and nearly vanish when the page is compressed: in a packet's report,
// which has one shape for each hop, pages are half as large.
func (p *painter) frame(x, y float64) point {
	old := p.wanted
	p.wanted = point{x, y}
	return old
}

// move writes the change of origin before something is drawn. The origin is rounded
// by itself, so nothing adds up: each coordinate is off by at most 1/100 point.
func (p *painter) move() {
	p.page.buf = append(p.page.buf, "1 0 0 1 "...)
	p.page.buf = append(appendHundredths(p.page.buf, hundredths(p.wanted.x)-hundredths(p.at.x)), ' ')
	p.page.buf = append(appendHundredths(p.page.buf, hundredths(p.at.y)-hundredths(p.wanted.y)), ' ')
	p.op("cm")
	p.at = p.wanted
}

func (p *painter) num(v float64) {
	p.page.buf = append(appendNum(p.page.buf, v), ' ')
}

// place writes the coordinates of a place on the page.
func (p *painter) place(x, y float64) {
	p.num(x - p.at.x)
	p.num(p.at.y - y)
}

func (p *painter) op(s string) { p.page.buf = append(append(p.page.buf, s...), '\n') }

// begin opens marked content for an element, or an artifact for nil.
func (p *painter) begin(e *elem) {
	if p.wanted != p.at {
		p.move()
	}
	if p.loose {
		return
	}
	if p.forced {
		e = nil
	}
	if p.open && p.current == e {
		return
	}
	p.end()
	p.open, p.current = true, e
	switch {
	case e != nil:
		e.join()
		id := len(p.page.marks)
		p.page.marks = append(p.page.marks, e)
		if e.kids == nil {
			e.kids = p.r.lay.kids.take(1)
		}
		e.kids = append(e.kids, kid{page: p.page, mcid: int32(id)})
		p.page.buf = append(append(p.page.buf, '/'), e.tag...)
		p.page.buf = strconv.AppendInt(append(p.page.buf, "<</MCID "...), int64(id), 10)
		p.op(">>BDC")
	case p.forced:
		p.op("/Artifact<</Type/Pagination>>BDC")
	default:
		p.op("/Artifact<</Type/Layout>>BDC")
	}
}

// end closes open marked content.
func (p *painter) end() {
	if p.open {
		p.op("EMC")
	}
	p.open, p.current = false, nil
}

func (p *painter) rgb(c Colour, op string) {
	for shift := 16; shift >= 0; shift -= 8 {
		p.num(float64(c>>shift&0xFF) / 255)
	}
	p.op(op)
}

func (p *painter) fillColour(c Colour) {
	if p.fill != c {
		p.fill = c
		p.rgb(c, "rg")
	}
}

func (p *painter) strokeStyle(c Colour, width float64) {
	if p.stroke != c {
		p.stroke = c
		p.rgb(c, "RG")
	}
	if p.width != width {
		p.width = width
		p.num(width)
		p.op("w")
	}
}

// text shows pieces of one font, size, colour and element at a base line.
func (p *painter) text(ps []piece, x, y float64) {
	first := &ps[0]
	if first.run.code {
		c := &Canvas{p: p, x: x, y: y, k: first.size}
		c.RoundRect(0.05, -0.92, first.w/first.size-0.1, 1.16, 0.15, Stroke{Fill: Sunken})
	}
	p.begin(first.st.elem)
	p.fillColour(first.st.colour)
	if first.run.actual {
		p.page.buf = appendUTF16(append(p.page.buf, "/Span<</ActualText<FEFF"...), first.run.text)
		p.op(">>>BDC")
	}
	p.page.buf = append(p.page.buf, "BT "...)
	p.font(first.run.font.id, first.size)
	p.place(x, y)
	p.page.buf = append(p.page.buf, "Td "...)
	p.glyphs(ps)
	p.op("ET")
	if first.run.actual {
		p.op("EMC")
	}
}

// glyphs writes one TJ operator, or several when marks are raised or a glyph is
// muted. The shaper wants the next glyph at want; the viewer's pen stands at pen.
func (p *painter) glyphs(ps []piece) {
	t := ps[0].run.font.t
	b, shown, rise := p.page.buf, false, int32(0)
	want, pen := 0, 0 // in font units, in thousandths of an em
	b = append(b, '[')
	for i := range ps {
		for k := range ps[i].run.glyphs {
			g := &ps[i].run.glyphs[k]
			if g.dy != rise || g.mute {
				b, shown = stopShowing(b, shown), false
				if g.dy != rise {
					b = append(appendNum(b, float64(t.em(int(g.dy)))*ps[0].size/1000), " Ts "...)
					rise = g.dy
				}
				if g.mute {
					b = append(b, "/Span<</ActualText()>>BDC "...)
				}
				b = append(b, '[')
			}
			if move := t.em(want+int(g.dx)) - pen; move != 0 {
				if shown {
					b = append(b, ')')
				}
				b = strconv.AppendInt(b, int64(-move), 10)
				shown = false
				pen += move
			}
			if !shown {
				b, shown = append(b, '('), true
			}
			b = appendCode(b, g.code)
			pen += t.em(int(g.nat))
			want += int(g.adv)
			if g.mute {
				b, shown = append(stopShowing(b, shown), "EMC ["...), false
			}
		}
	}
	b = stopShowing(b, shown)
	if rise != 0 {
		b = append(b, "0 Ts "...)
	}
	p.page.buf = b
}

// font sets font and size, which last from one text object to the next.
func (p *painter) font(id faceID, size float64) {
	if p.face == id+1 && p.size == size {
		return
	}
	p.face, p.size = id+1, size
	p.r.usedFont[id] = true
	p.page.buf = append(strconv.AppendInt(append(p.page.buf, "/F"...), int64(id), 10), ' ')
	p.num(size)
	p.page.buf = append(p.page.buf, "Tf "...)
}

// stopShowing ends a TJ operator, within a string or behind one.
func stopShowing(b []byte, shown bool) []byte {
	if shown {
		b = append(b, ')')
	}
	return append(b, "] TJ "...)
}

// appendCode writes a code of two bytes inside of a literal string (7.3.4.2),
// which is half as long as a hexadecimal one.
func appendCode(b []byte, code uint16) []byte {
	for _, c := range [2]byte{byte(code >> 8), byte(code)} {
		switch c {
		case '(', ')', '\\':
			b = append(b, '\\', c)
		case '\r':
			b = append(b, '\\', 'r')
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, c)
		}
	}
	return b
}

// hline draws a line as an artifact.
func (p *painter) hline(x1, x2, y, width float64, c Colour) {
	p.begin(nil)
	p.strokeStyle(c, width)
	p.place(x1, y)
	p.page.buf = append(p.page.buf, "m "...)
	p.place(x2, y)
	p.op("l S")
}

// link puts a link over an area and ties it to its element.
func (p *painter) link(to target, e *elem, x1, y1, x2, y2 float64) {
	if e == nil || e.tag != "Link" {
		return
	}
	text := to.uri
	if to.anchor != "" {
		text = "Go to " + to.anchor
	}
	p.annotate(&annot{to: to, elem: e, text: text, rect: [4]float64{x1, p.height - y2, x2, p.height - y1}})
}

// annotate puts an annotation on the page and into its element.
func (p *painter) annotate(a *annot) {
	a.id = p.r.file.alloc()
	p.page.annots = append(p.page.annots, *a)
	a.elem.kids = append(a.elem.kids, kid{page: p.page, annot: a.id})
}

// iconPiece draws an icon in a line.
func (p *painter) iconPiece(pc *piece, x, y float64) {
	ic := pc.icon
	w, h := ic.Width*pc.size, ic.Height*pc.size
	top := y + ic.Drop*pc.size - h
	c := &Canvas{W: w, H: h, p: p, x: x, y: top, k: 1}
	if strings.TrimSpace(ic.Alt) != "" && pc.st.elem != nil {
		c.elem = pc.st.elem
		pc.st.elem.looks().bbox = p.box(x, top, w, h)
	}
	around := p.frame(x, top)
	ic.Draw(c)
	p.frame(around.x, around.y)
}

// box is a rectangle in PDF coordinates: left, bottom, right, top.
func (p *painter) box(x, y, w, h float64) []byte {
	var b []byte
	for i, v := range []float64{x, p.height - y - h, x + w, p.height - y} {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendNum(b, v)
	}
	return b
}

// chipPiece draws the box of a chip and its text.
func (p *painter) chipPiece(pc *piece, x, y float64) {
	s := pc.size
	c := &Canvas{W: pc.w, H: 1.45 * s, p: p, x: x, y: y - 1.1*s, k: 1}
	c.RoundRect(0.1*s, 0, pc.w-0.2*s, 1.45*s, 2, Stroke{Fill: pc.chip.chip.Fill, Line: pc.chip.chip.Border, Width: 0.6})
	pc.chip.line.draw(p, x+chipPad*s, y)
}
