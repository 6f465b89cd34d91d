package pdf

import "strings"

var headingSizes = [...]float64{1: H1Size, 2: H2Size, 3: H3Size, 4: BodySize, 5: BodySize, 6: BodySize}

// headingGaps are the spaces above headings, in lines of their size.
var headingGaps = [...]float64{1: 0.7, 2: 1.3, 3: 1.3, 4: 1, 5: 1, 6: 1}

func (h Heading) lay(l *layouter, width float64) []*node {
	level := min(max(h.Level, 1), 6)
	if level > l.level+1 {
		l.fail(ErrHeadingLevel)
	}
	l.level = level
	spans := h.Spans
	if len(spans) == 0 {
		spans = []Span{T(h.Text)}
	}
	size := h.Size
	if size == 0 {
		size = headingSizes[level]
	}
	e := l.parent.add("H" + string(rune('0'+level)))
	ts := textStyle{size: size, colour: Ink, bold: true}
	nodes := l.textNodes(spans, ts, Left, width, e)
	for _, n := range nodes {
		n.keep = true
	}
	first, last := nodes[0], nodes[len(nodes)-1]
	first.gap = gap(h.Before, headingGaps[level]*size)
	first.anchor = l.name(h.Anchor)
	if !h.NoBookmark {
		first.title = &title{level: level, text: l.plain(spans)}
	}
	last.h += q(size * 0.2)
	return nodes
}

// plain is the text of spans for a bookmark.
func (l *layouter) plain(spans []Span) string {
	var b strings.Builder
	for i := range spans {
		b.WriteString(strings.ReplaceAll(l.spanText(&spans[i]), "\n", " "))
	}
	return b.String()
}

// gap is the space above a block: what was asked for, or the usual, or none.
func gap(asked, usual float64) float64 {
	switch {
	case asked < 0:
		return 0
	case asked == 0:
		return q(usual)
	}
	return q(asked)
}

func (b Paragraph) lay(l *layouter, width float64) []*node {
	ts := textStyle{size: b.Size, colour: b.Colour}
	if ts.size == 0 {
		ts.size = BodySize
	}
	if ts.colour == 0 {
		ts.colour = Ink
	}
	nodes := l.textNodes(b.Spans, ts, b.Align, width, l.parent.add("P"))
	last := len(nodes) - 1
	nodes[0].gap = gap(b.Before, ts.size*textLeading/3)
	nodes[0].anchor = l.name(b.Anchor)
	for i, n := range nodes {
		n.keep = b.KeepNext || i == 0 && last > 0 || i == last-1
	}
	return nodes
}

// textNodes sets text as a node for each line.
func (l *layouter) textNodes(spans []Span, ts textStyle, align Align, width float64, e *elem) []*node {
	lines := l.breakLines(l.inline(spans, ts, e), width, ts)
	nodes := l.lists.take(len(lines))
	for _, ln := range lines {
		shift, place := 0.0, align
		if align == Left && ln.rtl && ln.broken {
			place = Right // lines of a paragraph from right to left begin at the right
		}
		switch place {
		case Right:
			shift = width - ln.w
		case Centre:
			shift = q((width - ln.w) / 2)
		}
		n := l.nodes.one()
		n.h, n.line, n.shift = ln.height(), ln, shift
		nodes = append(nodes, n)
	}
	return nodes
}

// The label of a list item stands in a column of this width, in ems.
const listIndent = 1.7

func (b List) lay(l *layouter, width float64) []*node {
	size := b.Size
	if size == 0 {
		size = BodySize
	}
	list := l.parent.add("L")
	list.attrs = "/O/List/ListNumbering/Disc"
	if b.Ordered {
		list.attrs = "/O/List/ListNumbering/Decimal"
	}
	indent := q(listIndent * size)
	var out []*node
	for i, item := range b.Items {
		li := list.add("LI")
		label := Span{Text: "•"}
		if b.Ordered {
			label = Span{Text: itoa(i+1) + ".", Bold: true}
		}
		mark := l.textNodes([]Span{label}, textStyle{size: size, colour: Ink}, Left, indent, li.add("Lbl"))[0]
		nodes := l.within(li.add("LBody"), width-indent, sized(item.Blocks, size))
		for k, n := range nodes {
			in := &node{h: n.h, gap: n.gap, keep: n.keep, kids: []child{{n: n, x: indent}}, repeat: n.repeat}
			if k == 0 {
				in.kids = append([]child{{n: mark}}, in.kids...)
				in.h = max(in.h, mark.h)
				in.gap = q(size * 0.3)
				if i == 0 {
					in.gap = gap(b.Before, size*0.3)
				}
			}
			if n.split != nil {
				in.split = indented(n, in.kids, indent)
			}
			out = append(out, in)
		}
	}
	return out
}

// indented cuts a node of a list item; the label stays with the first part.
func indented(n *node, kids []child, indent float64) func(avail float64) (head, rest *node) {
	var split func(n *node, before []child, avail float64) (head, rest *node)
	split = func(n *node, before []child, avail float64) (*node, *node) {
		a, b := n.split(avail)
		wrap := func(n *node, kids []child) *node {
			out := &node{h: n.h, kids: append(kids[:len(kids):len(kids)], child{n: n, x: indent})}
			if n.split != nil {
				out.split = func(avail float64) (head, rest *node) { return split(n, kids, avail) }
			}
			return out
		}
		if a == nil {
			return nil, wrap(n, before)
		}
		return wrap(a, before), wrap(b, nil)
	}
	before := kids[:len(kids)-1]
	return func(avail float64) (head, rest *node) { return split(n, before, avail) }
}

// sized gives paragraphs without a size that of the list around them.
func sized(blocks []Block, size float64) []Block {
	out := make([]Block, len(blocks))
	for i, b := range blocks {
		if p, ok := b.(Paragraph); ok && p.Size == 0 {
			p.Size = size
			b = p
		}
		out[i] = b
	}
	return out
}

// keySize is the size of the names in a [KeyValue].
const keySize = 8.5

func (b KeyValue) lay(l *layouter, width float64) []*node {
	size, cols, key := b.Size, max(b.Columns, 1), b.KeyWidth
	if size == 0 {
		size = BodySize
	}
	if key == 0 {
		key = 62
	}
	list := l.parent.add("L")
	list.attrs = "/O/List/ListNumbering/None"
	colW := q(width / float64(cols))
	widths := [2]float64{colW, colW} // of the first column and of the others
	if cols == 2 && b.Share > 0 {
		widths[0] = q(width * b.Share)
		widths[1] = width - widths[0]
	}
	var out []*node
	for from := 0; from < len(b.Pairs); from += cols {
		var stacks []*node
		var xs []float64
		for i, pair := range b.Pairs[from:min(from+cols, len(b.Pairs))] {
			li := list.add("LI")
			label := l.textNodes([]Span{T(pair.Key)}, textStyle{size: min(keySize, size), colour: Ink3}, Left, key-6, li.add("Lbl"))
			value := l.textNodes(pair.Value, textStyle{size: size, colour: Ink}, Left, widths[min(i, 1)]-key-8, li.add("LBody"))
			stacks = append(stacks, lowered(label, value), stacked(value))
			x := 0.0
			if i > 0 {
				x = widths[0] + float64(i-1)*colW
			}
			xs = append(xs, x, x+key)
		}
		n := beside(stacks, xs, nil)
		n.gap = q(size * 0.35)
		if from == 0 {
			n.gap = gap(b.Before, size*0.5)
		}
		out = append(out, n)
	}
	return out
}

// lowered stacks small text so that its first base line meets that of larger
// text beside it.
func lowered(small, large []*node) *node {
	s := stacked(small)
	if d := large[0].h - small[0].h; d > 0 {
		return padded(s, 0, q(d*0.72), 0, 0, nil)
	}
	return s
}
