package pdf

import "math"

// Canvas is a surface for vector drawings. The origin is the top left corner, y
// grows downwards, lengths are points. A canvas is valid only while the Draw
// function that got it runs.
type Canvas struct {
	W, H float64 // size of the surface
	// Continued says that the surface is the rest of a table cell that began on the
	// page before, which happens only to rows taller than a page.
	Continued bool

	p    *painter
	x, y float64 // place of the origin on the page
	k    float64 // scale
	elem *elem   // nil: shapes are artifacts
	text *elem   // element of text; nil: that of shapes
}

// Stroke is how a shape is painted. A zero Colour leaves its part out.
type Stroke struct {
	Fill, Line Colour
	Width      float64   // of the line; zero means 0.75
	Dash       []float64 // lengths of dashes and gaps in turn
	Round      bool      // round line ends and corners
}

// at writes a place. Conversions keep processors from joining a product and a sum,
// which round differently.
func (c *Canvas) at(x, y float64) {
	c.p.num(c.x - c.p.at.x + float64(c.k*x))
	c.p.num(c.p.at.y - c.y - float64(c.k*y))
}

func (c *Canvas) pt(x, y float64, op string) {
	c.at(x, y)
	c.p.page.buf = append(append(c.p.page.buf, op...), ' ')
}

// start sets the state for a shape; paint ends it.
func (c *Canvas) start(s *Stroke) {
	c.p.begin(c.elem)
	if s.Width == 0 {
		s.Width = 0.75
	}
	if s.Fill != 0 {
		c.p.fillColour(s.Fill)
	}
	if s.Line != 0 {
		c.p.strokeStyle(s.Line, s.Width*c.k)
		if s.Round {
			c.p.op("1 J 1 j")
		}
		if len(s.Dash) > 0 {
			c.p.page.buf = append(c.p.page.buf, '[')
			for _, d := range s.Dash {
				c.p.num(d * c.k)
			}
			c.p.op("]0 d")
		}
	}
}

func (c *Canvas) paint(s *Stroke, closed bool) {
	switch {
	case s.Fill != 0 && s.Line != 0 && closed:
		c.p.op("b")
	case s.Fill != 0:
		c.p.op("f")
	case s.Line != 0 && closed:
		c.p.op("s")
	case s.Line != 0:
		c.p.op("S")
	default:
		c.p.op("n")
	}
	if s.Line != 0 && s.Round {
		c.p.op("0 J 0 j")
	}
	if s.Line != 0 && len(s.Dash) > 0 {
		c.p.op("[]0 d")
	}
}

// Rect draws a rectangle.
func (c *Canvas) Rect(x, y, w, h float64, s Stroke) {
	c.start(&s)
	c.at(x, y+h)
	c.p.num(c.k * w)
	c.p.num(c.k * h)
	c.p.page.buf = append(c.p.page.buf, "re "...)
	c.paint(&s, true)
}

// kappa is how far the control points of a quarter circle stand off, in radii.
const kappa = 0.5522847498

// RoundRect draws a rectangle with corners of radius r.
func (c *Canvas) RoundRect(x, y, w, h, r float64, s Stroke) {
	r = min(r, w/2, h/2)
	if r <= 0 {
		c.Rect(x, y, w, h, s)
		return
	}
	o := r - r*kappa
	around := c.p.frame(c.x+float64(c.k*x), c.y+float64(c.k*y))
	c.start(&s)
	wide, high := w > 2*r, h > 2*r // sides of no length are not written
	c.pt(x+r, y, "m")
	if wide {
		c.pt(x+w-r, y, "l")
	}
	c.curve(x+w-o, y, x+w, y+o, x+w, y+r)
	if high {
		c.pt(x+w, y+h-r, "l")
	}
	c.curve(x+w, y+h-o, x+w-o, y+h, x+w-r, y+h)
	if wide {
		c.pt(x+r, y+h, "l")
	}
	c.curve(x+o, y+h, x, y+h-o, x, y+h-r)
	if high {
		c.pt(x, y+r, "l")
	}
	c.curve(x, y+o, x+o, y, x+r, y)
	c.paint(&s, true)
	c.p.frame(around.x, around.y)
}

func (c *Canvas) curve(x1, y1, x2, y2, x3, y3 float64) {
	c.at(x1, y1)
	c.at(x2, y2)
	c.pt(x3, y3, "c")
}

// Circle draws a circle around (x, y).
func (c *Canvas) Circle(x, y, r float64, s Stroke) { c.RoundRect(x-r, y-r, 2*r, 2*r, r, s) }

// Line draws a straight line.
func (c *Canvas) Line(x1, y1, x2, y2 float64, s Stroke) { c.Polyline(s, x1, y1, x2, y2) }

// Polyline draws an open line through points given as x, y, x, y and so on.
func (c *Canvas) Polyline(s Stroke, points ...float64) {
	s.Fill = 0
	c.path(s, false, points)
}

// Polygon draws a closed shape through points.
func (c *Canvas) Polygon(s Stroke, points ...float64) { c.path(s, true, points) }

func (c *Canvas) path(s Stroke, closed bool, points []float64) {
	if len(points) < 4 {
		return
	}
	c.start(&s)
	for i := 0; i+1 < len(points); i += 2 {
		if i == 0 {
			c.pt(points[i], points[i+1], "m")
		} else {
			c.pt(points[i], points[i+1], "l")
		}
	}
	c.paint(&s, closed)
}

// Arrow draws a line with a filled head at its end.
func (c *Canvas) Arrow(x1, y1, x2, y2 float64, s Stroke) {
	if s.Width == 0 {
		s.Width = 0.75
	}
	dx, dy := x2-x1, y2-y1
	length := math.Hypot(dx, dy)
	if length == 0 || s.Line == 0 {
		return
	}
	dx, dy = dx/length, dy/length
	head := min(4+1.6*s.Width, length)
	half := head * 0.55
	bx, by := x2-dx*head, y2-dy*head
	c.Line(x1, y1, bx, by, s)
	c.Polygon(Stroke{Fill: s.Line}, x2, y2, bx-dy*half, by+dx*half, bx+dy*half, by-dx*half)
}

// Icon draws an icon with its top left corner at (x, y); size is an em.
func (c *Canvas) Icon(i *Icon, x, y, size float64) {
	inner := *c
	inner.x, inner.y = c.x+c.k*x, c.y+c.k*y
	inner.k = c.k
	inner.W, inner.H = i.Width*size, i.Height*size
	i.Draw(&inner)
}

// textElem is the element that text on the canvas belongs to.
func (c *Canvas) textElem() *elem {
	if c.text != nil {
		return c.text
	}
	return c.elem
}

// Text sets one line with its base line at y. With align Right it ends at x,
// with Centre its middle is there. Links and line feeds do nothing here.
func (c *Canvas) Text(x, y float64, align Align, spans ...Span) {
	ln := c.line(spans, c.textElem())
	switch align {
	case Right:
		x -= ln.w / c.k
	case Centre:
		x -= ln.w / c.k / 2
	}
	ln.draw(c.p, c.x+c.k*x, c.y+c.k*y)
}

// TextWidth is the width of one line of text.
func (c *Canvas) TextWidth(spans ...Span) float64 { return c.line(spans, nil).w / c.k }

func (c *Canvas) line(spans []Span, e *elem) *line {
	plain := make([]Span, len(spans), len(spans)+1)
	for i, sp := range spans {
		sp.Link, sp.To = "", ""
		if sp.Size != 0 {
			sp.Size *= c.k
		}
		plain[i] = sp
	}
	if e != nil {
		plain = append(plain, Span{Text: " "}) // keeps it apart from what is drawn next when both are read
	}
	return c.p.r.lay.oneLine(plain, textStyle{size: q(SmallSize * c.k), colour: Ink}, e)
}
