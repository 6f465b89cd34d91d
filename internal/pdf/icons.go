package pdf

// The marks of a report. Squares and other shapes with corners are verdicts of
// rules, circles are decisions of people. Each differs by shape, not by colour
// alone, and stands beside its word, so none has an alternative text.
var (
	MarkPass = mark(func(c *Canvas) {
		block(c, Stroke{Fill: Pass})
		tick(c, White)
	})
	MarkFail = mark(func(c *Canvas) {
		const a, b = 0.3, 0.7 // the corners of an octagon
		unitShape(c, Stroke{Fill: Fail}, a, 0, b, 0, 1, a, 1, b, b, 1, a, 1, 0, b, 0, a)
		cross(c, White)
	})
	MarkWarn = mark(func(c *Canvas) {
		unitShape(c, Stroke{Fill: Warn, Line: Warn, Width: 0.08 * c.W, Round: true}, 0.5, 0.08, 0.96, 0.92, 0.04, 0.92)
		unitLine(c, White, 0.12, 0.5, 0.36, 0.5, 0.62)
		c.Circle(0.5*c.W, 0.78*c.H, 0.07*c.W, Stroke{Fill: White})
	})
	MarkNotSeen = mark(func(c *Canvas) {
		block(c, Stroke{Line: NotSeen, Width: 0.09 * c.W, Dash: []float64{0.2 * c.W, 0.13 * c.W}})
		question(c, NotSeen)
	})
	MarkNotRun = mark(func(c *Canvas) {
		block(c, Stroke{Line: Edge, Width: 0.09 * c.W})
		unitLine(c, Edge, 0.1, 0.3, 0.5, 0.7, 0.5)
	})
	MarkAccepted = mark(func(c *Canvas) {
		disc(c, Stroke{Fill: Pass})
		tick(c, White)
	})
	MarkReturned = mark(func(c *Canvas) {
		disc(c, Stroke{Fill: Warn})
		unitLine(c, White, 0.11, 0.72, 0.5, 0.3, 0.5)
		unitLine(c, White, 0.11, 0.48, 0.3, 0.28, 0.5, 0.48, 0.7)
	})
	MarkClaimed = mark(func(c *Canvas) {
		disc(c, Stroke{Line: Accent, Width: 0.1 * c.W})
		c.Circle(c.W/2, c.H/2, 0.22*c.W, Stroke{Fill: Accent})
	})
	MarkOpen          = mark(func(c *Canvas) { disc(c, Stroke{Line: Edge, Width: 0.1 * c.W}) })
	MarkNotApplicable = mark(func(c *Canvas) {
		disc(c, Stroke{Line: NotSeen, Width: 0.1 * c.W})
		unitLine(c, NotSeen, 0.1, 0.22, 0.78, 0.78, 0.22)
	})
	MarkWaived = mark(func(c *Canvas) {
		disc(c, Stroke{Line: Warn, Width: 0.1 * c.W})
		unitLine(c, Warn, 0.11, 0.28, 0.5, 0.72, 0.5)
	})
)

// markSize is the width and height of a mark in ems.
const markSize = 1.1

func mark(draw func(c *Canvas)) *Icon {
	return &Icon{Width: markSize, Height: markSize, Drop: 0.2, Draw: draw}
}

// Verdict is a mark with its word.
func Verdict(i *Icon, word string, c Colour) []Span {
	return []Span{{Icon: i, Text: word, Bold: true, Colour: c}}
}

// block is the rounded square of a rule's verdict.
func block(c *Canvas, s Stroke) {
	in := 0.0
	if s.Line != 0 {
		in = s.Width / 2
	}
	c.RoundRect(in, in, c.W-2*in, c.H-2*in, 0.14*c.W, s)
}

// disc is the circle of a person's decision.
func disc(c *Canvas, s Stroke) {
	r := c.W / 2
	if s.Line != 0 {
		r -= s.Width / 2
	}
	c.Circle(c.W/2, c.H/2, r, s)
}

// unitShape draws a polygon whose points are parts of the mark's size.
func unitShape(c *Canvas, s Stroke, points ...float64) { c.Polygon(s, scaled(c, points)...) }

// unitLine draws a line of a width and through points that are parts of the
// mark's size.
func unitLine(c *Canvas, col Colour, width float64, points ...float64) {
	c.Polyline(Stroke{Line: col, Width: width * c.W}, scaled(c, points)...)
}

func scaled(c *Canvas, points []float64) []float64 {
	out := make([]float64, len(points))
	for i, v := range points {
		out[i] = v * c.W
	}
	return out
}

func tick(c *Canvas, col Colour) {
	unitLine(c, col, 0.15, 0.22, 0.53, 0.42, 0.72, 0.78, 0.3)
}

func cross(c *Canvas, col Colour) {
	unitLine(c, col, 0.14, 0.32, 0.32, 0.68, 0.68)
	unitLine(c, col, 0.14, 0.68, 0.32, 0.32, 0.68)
}

// question draws a question mark as lines, so that it is not read as text.
func question(c *Canvas, col Colour) {
	unitLine(c, col, 0.1, 0.36, 0.4, 0.36, 0.33, 0.43, 0.27, 0.57, 0.27, 0.64, 0.33, 0.64, 0.43, 0.5, 0.53, 0.5, 0.63)
	c.Circle(0.5*c.W, 0.75*c.H, 0.06*c.W, Stroke{Fill: col})
}
