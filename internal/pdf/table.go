package pdf

import "slices"

// Space left and right of a cell's content, and the size of header cells.
const (
	cellPad  = 6
	headSize = 8.5
)

// grid is a table while it is set.
type grid struct {
	t      Table
	l      *layouter
	width  float64
	size   float64
	pad    float64
	lines  Colour
	widths []float64
	xs     []float64
	inset  float64 // space left of the first column
}

// setRows are the rows of a table as the first pass set them.
type setRows struct {
	widths []float64 // of the columns
	rows   []setRow
}

type setRow struct {
	node        *node
	tr          *elem
	unprintable int
	kept        bool // as laid has it
}

func (b Table) lay(l *layouter, width float64) []*node {
	nodes, _ := b.set(l, width, nil)
	return nodes
}

// set sets a table with the rows of before that can be taken over.
func (b Table) set(l *layouter, width float64, before *setRows) ([]*node, *setRows) {
	g := &grid{t: b, l: l, width: width, size: b.Size, pad: b.Pad, lines: b.Lines}
	if g.size == 0 {
		g.size = BodySize
	}
	if g.pad == 0 {
		g.pad = 4
	}
	if g.lines == 0 {
		g.lines = Line
	}
	if b.Frame || filled(b.Rows) {
		g.inset = cellPad
	}
	if len(b.Columns) == 0 && len(b.Rows)+len(b.Head) > 0 {
		l.fail(ErrBadTable)
	}
	g.measure()
	table := l.parent.add("Table")
	if b.Summary != "" {
		table.attrs = "/O/Table/Summary" + textString(b.Summary)
	}
	var out []*node
	var head *node
	if len(b.Head) > 0 {
		row := Row{Cells: b.Head}
		head = g.row(row, table.add("THead").add("TR"), true)
		head.keep = true
		out = append(out, head)
		if head.h > l.maxH/4 {
			head = nil // too high to stand on every page
		} else {
			repeat := *head
			repeat.artifact, repeat.split = true, nil
			head = &repeat
			l.maxH -= head.h
			defer func() { l.maxH += repeat.h }()
		}
	}
	rows := g.body(table, before)
	for i := range rows.rows {
		n := rows.rows[i].node
		n.anchor, n.repeat = l.name(b.Rows[i].Anchor), head
		n.keep = i == len(rows.rows)-2 // the last row does not begin a page alone
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil, nil
	}
	out[0].gap = gap(b.Before, 5)
	return out, rows
}

// body sets the rows below the head, or takes them over.
func (g *grid) body(table *elem, before *setRows) *setRows {
	out := &setRows{widths: g.widths, rows: make([]setRow, len(g.t.Rows))}
	if len(g.t.Rows) == 0 {
		return out
	}
	if before != nil && !slices.Equal(before.widths, g.widths) {
		before = nil
	}
	body := table.add("TBody")
	for i := range g.t.Rows {
		if before == nil || !before.rows[i].kept {
			out.rows[i] = g.newRow(&g.t.Rows[i], body.add("TR"))
			continue
		}
		s := before.rows[i]
		s.tr.parent = body
		body.kids = append(body.kids, kid{elem: s.tr})
		g.l.unprintable += s.unprintable
		out.rows[i] = s
	}
	return out
}

// newRow sets a row and notes whether that changed nothing else.
func (g *grid) newRow(r *Row, tr *elem) setRow {
	l := g.l
	asked, unprintable, level, sealed, named := l.asked, l.unprintable, l.level, l.sealed, len(l.named)
	l.asked = false
	s := setRow{node: g.row(*r, tr, false), tr: tr, unprintable: l.unprintable - unprintable}
	s.kept = !l.asked && l.level == level && l.sealed == sealed && len(l.named) == named
	l.asked = l.asked || asked
	return s
}

func filled(rows []Row) bool {
	for i := range rows {
		if rows[i].Fill != 0 {
			return true
		}
	}
	return false
}

// measure decides the widths of the columns.
func (g *grid) measure() {
	n := len(g.t.Columns)
	g.widths, g.xs = make([]float64, n), make([]float64, n+1)
	rest, weights := g.width, 0.0
	for i, c := range g.t.Columns {
		switch {
		case c.Width > 0:
			g.widths[i] = q(c.Width)
		case c.Fit:
			g.widths[i] = g.fit(i)
		default:
			weights += weight(c.Weight)
			continue
		}
		rest -= g.widths[i]
	}
	if weights == 0 && n > 0 {
		g.widths[n-1] += rest // the last column takes what is left or gives what lacks
	}
	for i, c := range g.t.Columns {
		if c.Width <= 0 && !c.Fit {
			g.widths[i] = q(max(rest, 0) * weight(c.Weight) / weights)
		}
		g.xs[i+1] = q(g.xs[i] + g.widths[i])
	}
}

// fit is the width of a column's widest line, up to a third of the table.
func (g *grid) fit(col int) float64 {
	widest := 0.0
	try := func(cells []Cell, head bool) {
		at := 0
		for i := range cells {
			if at == col && cells[i].Span <= 1 && len(cells[i].Spans) > 0 {
				ts := g.style(&cells[i], head)
				ts.leave = true
				for _, ln := range g.l.breakLines(g.l.inline(cells[i].Spans, ts, nil), 1e9, ts) {
					widest = max(widest, ln.w)
				}
			}
			at += max(cells[i].Span, 1)
		}
	}
	try(g.t.Head, true)
	for i := range g.t.Rows {
		try(g.t.Rows[i].Cells, false)
	}
	left, right := g.pads(col)
	return q(min(widest+left+right+slack, g.width/3))
}

// pads is the space left and right in a column.
func (g *grid) pads(col int) (left, right float64) {
	if col == 0 {
		return g.inset, cellPad
	}
	return cellPad, cellPad
}

func (g *grid) style(c *Cell, head bool) textStyle {
	ts := textStyle{size: g.size, colour: Ink}
	if head {
		return textStyle{size: min(headSize, g.size), colour: Ink2, bold: true}
	}
	ts.bold = c.Header
	return ts
}

// rowCell is a set cell.
type rowCell struct {
	x, w float64
	draw func(c *Canvas)
	elem *elem
}

// row sets the cells of a row side by side. Cells that are missing are added
// empty, so that every row has the same number of columns.
func (g *grid) row(r Row, tr *elem, head bool) *node {
	stacks := g.l.lists.take(len(g.t.Columns))
	xs := make([]float64, 0, len(g.t.Columns))
	cells := make([]rowCell, 0, len(g.t.Columns))
	tr.kids = make([]kid, 0, len(g.t.Columns))
	least := 0.0
	for at, i := 0, 0; at < len(g.t.Columns); i++ {
		c := Cell{}
		if i < len(r.Cells) {
			c = r.Cells[i]
		}
		span := min(max(c.Span, 1), len(g.t.Columns)-at)
		x, w := g.xs[at], g.xs[at+span]-g.xs[at]
		e := g.cellElem(tr, &c, span, head)
		left, right := g.pads(at)
		nodes := g.content(&c, e, g.t.Columns[at].Align, w-left-right, head)
		stacks = append(stacks, stacked(trimmed(nodes)))
		xs = append(xs, x+left)
		cells = append(cells, rowCell{x, w, c.Draw, e})
		least = max(least, c.MinHeight)
		at += span
		if at == len(g.t.Columns) && i+1 < len(r.Cells) {
			g.l.fail(ErrBadTable)
		}
	}
	in := beside(stacks, xs, nil)
	bottom := g.pad
	if in.h+2*g.pad < least {
		bottom = least - in.h - g.pad
	}
	return padded(in, 0, g.pad, 0, q(bottom), g.painter(cells, r.Fill, head))
}

// painter draws what stands behind a row: fill, drawings, lines.
func (g *grid) painter(cells []rowCell, fill Colour, head bool) func(p *painter, x, y, h float64, rest bool) {
	return func(p *painter, x, y, h float64, rest bool) {
		c := &Canvas{W: g.width, H: h, p: p, x: x, y: y, k: 1}
		if fill != 0 {
			c.Rect(0, 0, g.width, h, Stroke{Fill: fill})
		}
		if head {
			p.hline(x, x+g.width, y+h, 0.9, Edge)
			if g.t.Frame {
				p.hline(x, x+g.width, y, 0.75, Line)
			}
		} else {
			p.hline(x, x+g.width, y+h, 0.75, g.lines)
			if g.t.Frame && len(g.t.Head) == 0 {
				p.hline(x, x+g.width, y, 0.75, Line)
			}
		}
		if g.t.Frame {
			c.Line(0, 0, 0, h, Stroke{Line: Line})
			c.Line(g.width, 0, g.width, h, Stroke{Line: Line})
		}
		for _, cell := range cells {
			if cell.draw != nil {
				cell.draw(&Canvas{W: cell.w, H: h, p: p, x: x + cell.x, y: y, k: 1, text: cell.elem, Continued: rest})
			}
		}
	}
}

func (g *grid) cellElem(tr *elem, c *Cell, span int, head bool) *elem {
	tag, attrs := "TD", ""
	switch {
	case head:
		tag, attrs = "TH", "/O/Table/Scope/Column"
	case c.Header:
		tag, attrs = "TH", "/O/Table/Scope/Row"
	}
	if span > 1 {
		if attrs == "" {
			attrs = "/O/Table"
		}
		attrs += "/ColSpan " + itoa(span)
	}
	e := tr.add(tag)
	e.attrs, e.actual = attrs, c.Spoken
	return e
}

func (g *grid) content(c *Cell, e *elem, align Align, width float64, head bool) []*node {
	if c.Align != nil {
		align = *c.Align
	}
	var out []*node
	if len(c.Spans) > 0 {
		out = g.l.textNodes(c.Spans, g.style(c, head), align, width, e)
	}
	if len(c.Blocks) > 0 {
		out = append(out, g.l.smaller(2*g.pad, func() []*node {
			return g.l.within(e, width, sized(c.Blocks, g.size))
		})...)
	}
	return out
}
