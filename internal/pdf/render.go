package pdf

import (
	"bytes"
	"strconv"
)

// renderer draws laid-out sheets and writes the file.
type renderer struct {
	doc      *Doc
	lay      *layouter
	file     *file
	pages    []*page
	titles   []title
	dests    map[string]dest
	usedFont []bool // by face
	images   []*Image
	imageOf  map[[32]byte]int
	root     *elem
	widget   *widget // of the seal
	pagesID  ref
	resID    ref
}

// dest is where a named destination leads.
type dest struct {
	page *page
	y    float64 // from the bottom
}

// maxPasses bounds the layout passes; two are enough, one to find the numbers and one
// to print them, unless the length of a page number moves a page break.
const maxPasses = 10

// Render lays out the document and writes it. It may be called again and gives
// the same bytes.
func (d *Doc) Render() (*Output, error) {
	out, err := d.RenderParts()
	if err == nil && out.Bytes == nil {
		out.Bytes, out.Parts = bytes.Join(out.Parts, nil), nil
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// RenderParts is Render for whoever writes the file at once: it leaves it in parts,
// without a copy of the pictures, which are most of many documents.
func (d *Doc) RenderParts() (*Output, error) {
	if d.opt.Title == "" {
		return nil, ErrNoTitle
	}
	if s := d.opt.Seal; s != nil && (s.Reserve < 1 || s.Reserve > MaxSealReserve) {
		return nil, ErrSealReserve
	}
	fonts, rooms := newFontSet(d.opt.Fonts), &rooms{}
	kept := make([]laid, len(d.blocks))
	found, _, err := d.pass(newLayouter(&d.opt, fonts, rooms, &numbers{pages: 1}), nil, kept)
	for pass := 2; err == nil && pass <= maxPasses; pass++ {
		var out *Output
		if found, out, err = d.pass(newLayouter(&d.opt, fonts, rooms, found), kept, nil); out != nil {
			return out, nil
		}
	}
	if err == nil {
		err = ErrNotSettled
	}
	return nil, err
}

// pass sets the document once. The first pass, with room in keep for what it sets,
// only finds the numbers; another one takes over what was kept, draws each page when
// it is full, and gives the document if it found the numbers that it printed.
func (d *Doc) pass(l *layouter, before, keep []laid) (*numbers, *Output, error) {
	root, found := newRoot(l.rooms), &numbers{byName: map[string]int{}}
	width := q(d.opt.Page.W - d.opt.Margins.Left - d.opt.Margins.Right)
	f := &flow{l: l, root: root, width: width, blocks: d.blocks, before: before, keep: keep, most: d.keeps}
	full := found.note
	var r *renderer
	if keep == nil {
		r = newRenderer(d, l, root)
		defer r.file.press.stop()
		full = func(s *sheet) {
			found.note(s)
			r.draw(s)
		}
	}
	l.paginate(f, full)
	found.unprintable = l.unprintable
	switch {
	case l.err != nil:
		return nil, nil, l.err
	case keep != nil && l.dangling(found):
		clear(keep) // what was taken for a link is none
	case keep == nil && found.equal(l.last):
		out, err := r.output(found)
		return found, out, err
	}
	return found, nil, nil
}

func newRenderer(d *Doc, l *layouter, root *elem) *renderer {
	r := &renderer{doc: d, lay: l, file: newFile(), root: root, dests: map[string]dest{}, imageOf: map[[32]byte]int{},
		usedFont: make([]bool, len(l.fonts.fonts))}
	r.pagesID, r.resID = r.file.alloc(), r.file.alloc()
	return r
}

// draw draws a page, which then is not needed again.
func (r *renderer) draw(s *sheet) {
	pg := &page{id: r.file.alloc(), content: r.file.alloc(), number: s.number, buf: blank()}
	r.pages = append(r.pages, pg)
	r.drawSheet(pg, s)
	r.file.recycled(pg.content, pg.buf)
	pg.buf = nil
}

// output is the file when all pages are drawn.
func (r *renderer) output(n *numbers) (*Output, error) {
	r.hiddenSeal()
	r.writePages()
	out := &Output{Parts: r.finish(), Pages: n.pages, Anchors: n.anchors, Unprintable: n.unprintable}
	if seal := r.doc.opt.Seal; seal != nil {
		out.Bytes, out.Parts = bytes.Join(out.Parts, nil), nil
		if err := r.file.hole.fill(out.Bytes, seal.Sign); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *renderer) drawSheet(pg *page, s *sheet) {
	p := newPainter(r, pg, r.doc.opt.Page.H)
	info := PageInfo{Number: pg.number, Total: r.lay.last.pages, Running: s.running}
	p.forced = true
	m := r.doc.opt.Margins
	if r.doc.opt.Header != nil {
		r.strip(p, r.doc.opt.Header(info), m.Top-24, m.Top-13)
	}
	p.end()
	p.forced = false
	for _, c := range s.placed {
		p.frame(c.x, c.y)
		p.node(c.n, c.x, c.y)
	}
	p.end()
	p.frame(0, p.height)
	p.forced = true
	if r.doc.opt.Footer != nil {
		bottom := r.doc.opt.Page.H - m.Bottom
		r.strip(p, r.doc.opt.Footer(info), bottom+27, bottom+14)
	}
	if r.doc.opt.Watermark != "" {
		r.watermark(p)
	}
	p.end()
}

// stripGap is the least space between the parts of a header or footer; smallestStrip
// the size down to which the left makes room for a middle in the middle.
const (
	stripGap      = 10
	smallestStrip = 6.5
)

// strip draws a header or footer with its base line at y and its rule at ruleY.
// Parts too long for their place are cut by shrinking: a name must not be lost.
func (r *renderer) strip(p *painter, s Strip, y, ruleY float64) {
	m, w := r.doc.opt.Margins, r.doc.opt.Page.W
	left, right := m.Left, w-m.Right
	set := func(spans []Span, room float64) *line {
		size := SmallSize
		ln := r.lay.oneLine(spans, textStyle{size: size, colour: Ink2}, nil)
		if ln.w > room && room > 0 {
			ln = r.lay.oneLine(spans, textStyle{size: max(q(size*room/ln.w), 3), colour: Ink2}, nil)
		}
		return ln
	}
	end := set(s.Right, (right-left)/2)
	room := right - left - end.w - stripGap
	start := set(s.Left, room)
	if len(s.Centre) > 0 {
		mid := set(s.Centre, room-start.w-stripGap)
		if beside := (right-left-mid.w)/2 - stripGap; start.w > beside { // the middle keeps its place while the left can be read
			start = set(s.Left, max(beside, start.w*smallestStrip/SmallSize))
		}
		from, to := left+start.w+stripGap, right-end.w-stripGap
		mid.draw(p, min(max((left+right-mid.w)/2, from), max(to-mid.w, from)), y)
	}
	start.draw(p, left, y)
	end.draw(p, right-end.w, y)
	if s.Rule > 0 {
		c := s.RuleColour
		if c == 0 {
			c = Ink
		}
		p.hline(left, right, ruleY, s.Rule, c)
	}
}

// watermark draws a word across the page; its transparency keeps what is below
// readable.
func (r *renderer) watermark(p *painter) {
	page := r.doc.opt.Page
	ln := r.lay.oneLine([]Span{{Text: r.doc.opt.Watermark, Bold: true, Size: 100, Colour: Ink}}, textStyle{size: 100, colour: Ink}, nil)
	k := min(1.2, 0.75*page.W/max(ln.w, 1))
	p.begin(nil)
	p.page.buf = append(p.page.buf, "q /Pale gs "...)
	const cos, sin = 0.7071, 0.7071
	for _, v := range []float64{k * cos, k * sin, -k * sin, k * cos, page.W / 2, page.H / 2} {
		p.num(v)
	}
	p.op("cm")
	outside := p.at
	p.at, p.wanted = point{}, point{}
	ln.draw(p, -ln.w/2, 35)
	p.op("Q")
	p.at, p.wanted = outside, outside
	p.fill, p.face = 0, 0 // the state before q is back
}

// node draws a node and what is inside it, and notes where it stands.
func (p *painter) node(n *node, x, y float64) {
	if n.artifact && !p.forced {
		p.end()
		p.forced = true
		defer func() {
			p.end()
			p.forced = false
		}()
	}
	if !p.forced {
		if n.anchor != "" {
			p.r.dests[n.anchor] = dest{p.page, p.height - y + 4}
		}
		if n.title != nil {
			t := *n.title
			t.page, t.y = p.page, p.height-y+4
			p.r.titles = append(p.r.titles, t)
		}
	}
	if n.line != nil {
		n.line.draw(p, x+n.shift, y+n.line.baseline())
	}
	if n.paint != nil {
		n.paint(p, x, y)
	}
	for _, c := range n.kids {
		p.node(c.n, x+c.x, y+c.y)
	}
}

// image draws a picture.
func (p *painter) image(img *Image, e *elem, x, y, w, h float64) {
	at, ok := p.r.imageOf[img.key]
	if !ok {
		at = len(p.r.images)
		p.r.imageOf[img.key] = at
		p.r.images = append(p.r.images, img)
	}
	p.begin(e)
	if !p.forced {
		e.looks().bbox = p.box(x, y, w, h)
	}
	p.page.buf = append(p.page.buf, "q "...)
	for _, v := range []float64{w, 0, 0, h} {
		p.num(v)
	}
	p.place(x, y+h)
	p.op("cm /Im" + strconv.Itoa(at) + " Do Q")
}
