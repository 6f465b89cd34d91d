package pdf

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

func (b Box) lay(l *layouter, width float64) []*node {
	pad, radius, border := b.Pad, b.Radius, b.BorderWidth
	if pad == 0 {
		pad = 12
	}
	if radius == 0 {
		radius = 3
	}
	if border == 0 {
		border = 0.75
	}
	inner := l.smaller(2*pad, func() []*node {
		return l.within(l.parent.add("Div"), width-2*pad, b.Blocks)
	})
	out := padded(stacked(trimmed(inner)), pad, pad, pad, pad, func(p *painter, x, y, h float64, _ bool) {
		c := &Canvas{W: width, H: h, p: p, x: x, y: y, k: 1}
		in := border / 2
		c.RoundRect(in, in, width-border, h-border, radius, Stroke{Fill: b.Fill, Line: b.Border, Width: border})
	})
	out.gap = gap(b.Before, 10)
	return []*node{out}
}

// smaller lays with less height on a page.
func (l *layouter) smaller(by float64, lay func() []*node) []*node {
	l.maxH -= by
	defer func() { l.maxH += by }()
	return lay()
}

// trimmed drops the space above the first node that has ink.
func trimmed(nodes []*node) []*node {
	for _, n := range nodes {
		if !n.control {
			n.gap = 0
			break
		}
	}
	return nodes
}

func (b Columns) lay(l *layouter, width float64) []*node {
	gutter := b.Gap
	if gutter == 0 {
		gutter = 18
	}
	fixed, weights := 0.0, 0.0
	for _, s := range b.Columns {
		if s.Width > 0 {
			fixed += s.Width
		} else {
			weights += weight(s.Weight)
		}
	}
	rest := width - fixed - gutter*float64(max(len(b.Columns)-1, 0))
	var stacks []*node
	var xs []float64
	x := 0.0
	for _, s := range b.Columns {
		w := s.Width
		if w <= 0 {
			w = q(rest * weight(s.Weight) / weights)
		}
		stacks = append(stacks, stacked(trimmed(l.within(l.parent.add("Div"), w, s.Blocks))))
		xs = append(xs, x)
		x = q(x + w + gutter)
	}
	var paint func(h float64) func(p *painter, x, y float64)
	if b.Divider != 0 {
		paint = func(h float64) func(p *painter, x, y float64) {
			return func(p *painter, x, y float64) {
				c := &Canvas{p: p, x: x, y: y, k: 1}
				for _, at := range xs[1:] {
					c.Line(at-gutter/2, 0, at-gutter/2, h, Stroke{Line: b.Divider})
				}
			}
		}
	}
	out := beside(stacks, xs, paint)
	out.gap = gap(b.Before, 10)
	return []*node{out}
}

func weight(w float64) float64 {
	if w <= 0 {
		return 1
	}
	return w
}

func (b Later) lay(l *layouter, width float64) []*node { return b().lay(l, width) }

func (b Group) lay(l *layouter, width float64) []*node {
	nodes := l.within(l.parent, width, b.Blocks)
	if len(nodes) == 0 {
		return nil
	}
	for _, n := range nodes {
		if n.running != nil || n.fresh {
			return nodes // these steer pages, which they cannot do from inside
		}
	}
	out := stacked(nodes)
	if out.h > l.maxH {
		return nodes // taller than a page: let it break as its blocks do
	}
	out.split, out.gap = nil, nodes[0].gap
	out.keep = nodes[len(nodes)-1].keep
	return []*node{out}
}

func (b Space) lay(*layouter, float64) []*node { return []*node{{gap: q(b.Height), keep: true}} }

func (b Rule) lay(_ *layouter, width float64) []*node {
	w, c := b.Width, b.Colour
	if w == 0 {
		w = 0.5
	}
	if c == 0 {
		c = Line
	}
	return []*node{{h: w, gap: gap(b.Before, 8), paint: func(p *painter, x, y float64) {
		p.hline(x, x+width, y+w/2, w, c)
	}}}
}

func (PageBreak) lay(*layouter, float64) []*node {
	return []*node{{control: true, fresh: true, keep: true}}
}

func (b Need) lay(*layouter, float64) []*node {
	return []*node{{control: true, need: b.Height, keep: true}}
}

func (b Anchor) lay(l *layouter, _ float64) []*node {
	return []*node{{control: true, keep: true, anchor: l.name(b.Name)}}
}

func (b Running) lay(*layouter, float64) []*node {
	return []*node{{control: true, keep: true, running: &b}}
}

// headingRoom is kept free above pictures as high as a page, for the heading that
// must stay with them.
const headingRoom = 48

func (b Drawing) lay(l *layouter, width float64) []*node {
	k := min(1, width/b.Width, (l.maxH-headingRoom)/b.Height)
	var e *elem
	if strings.TrimSpace(b.Alt) != "" {
		e = l.parent.add("Figure")
		e.looks().alt = b.Alt
	}
	shift := 0.0
	switch b.Align {
	case Right:
		shift = width - k*b.Width
	case Centre:
		shift = (width - k*b.Width) / 2
	}
	return []*node{{h: q(k * b.Height), gap: gap(b.Before, 8), paint: func(p *painter, x, y float64) {
		if e != nil && !p.forced {
			e.looks().bbox = p.box(x+shift, y, k*b.Width, k*b.Height)
		}
		b.Draw(&Canvas{W: b.Width, H: b.Height, p: p, x: q(x + shift), y: y, k: k, elem: e})
	}}}
}

func (b Figure) lay(l *layouter, width float64) []*node {
	e := l.parent.add("Figure")
	e.looks().alt = b.Alt
	if strings.TrimSpace(b.Alt) == "" {
		l.fail(ErrNoAlt)
	}
	if b.Image == nil {
		l.fail(ErrNoImage)
		return nil
	}
	w := b.Width
	if w == 0 {
		w = float64(b.Image.Width) * 72 / 96
	}
	w = min(w, width)
	var caption []*node
	captionH := 0.0
	if len(b.Caption) > 0 {
		caption = l.textNodes(b.Caption, textStyle{size: SmallSize, colour: Ink2}, Left, width, l.parent.add("P"))
		caption[0].gap = 4
		captionH = 4 + stacked(caption).h
	}
	h := w * float64(b.Image.Height) / float64(b.Image.Width)
	limit := l.maxH - captionH - headingRoom
	if b.MaxHeight > 0 {
		limit = min(limit, b.MaxHeight)
	}
	if h > limit {
		w, h = w*limit/h, limit
	}
	w, h = q(w), q(h)
	pic := &node{h: h, gap: gap(b.Before, 8), keep: len(caption) > 0, paint: func(p *painter, x, y float64) {
		p.image(b.Image, e, x, y, w, h)
		if b.Border != 0 {
			c := &Canvas{p: p, x: x, y: y, k: 1}
			c.Rect(0, 0, w, h, Stroke{Line: b.Border, Width: 0.6})
		}
	}}
	return append([]*node{pic}, caption...)
}
