package pdf

import (
	"errors"
	"fmt"
)

// Errors of a document that breaks the rules of its structure.
var (
	ErrNoTitle         = errors.New("document has no title")
	ErrHeadingLevel    = errors.New("heading level skips one")
	ErrDuplicateAnchor = errors.New("anchor is named twice")
	ErrNoImage         = errors.New("figure has no picture")
	ErrNoAlt           = errors.New("figure has no alternative text")
	ErrBadTable        = errors.New("table row has more cells than the table has columns")
	ErrTooLong         = errors.New("document has too many pages")
	ErrNotSettled      = errors.New("page numbers do not settle")
)

// node is a part of the flow with its final size, not yet placed on a page.
type node struct {
	h      float64
	gap    float64 // space above, dropped at the top of a page
	keep   bool    // stays on the page of the node behind it
	kids   []child
	line   *line // text, instead of kids
	shift  float64
	paint  func(p *painter, x, y float64) // drawn below the kids
	repeat *node                          // drawn first, as an artifact, when the node begins a page
	// split cuts the node so that the first part is at most avail high; head is
	// nil when nothing fits. A node without split is never cut.
	split func(avail float64) (head, rest *node)

	artifact bool // a repeated head

	control bool // has no ink: an anchor, a running title, a break
	fresh   bool // begins a new page
	need    float64
	anchor  string
	running *Running
	title   *title
}

// child is a node at a place inside another.
type child struct {
	n    *node
	x, y float64
}

// title is a bookmark.
type title struct {
	level int
	text  string
	page  *page
	y     float64
}

// layouter sets blocks into nodes. One is used for each pass.
type layouter struct {
	opt    *Options
	fonts  *fontSet
	parent *elem
	maxH   float64  // height of the flow of a page, less the boxes around
	last   *numbers // what the pass before found

	asked       bool     // a number of the last pass was used
	refs        []string // anchors that links lead to
	unprintable int
	level       int // of the last heading
	sealed      bool
	anchors     map[string]bool
	named       []string // the anchors in their order
	err         error
	*rooms
}

// rooms is what the passes over a document share.
type rooms struct {
	elems  slab[elem]
	kids   slab[kid]
	nodes  slab[node]
	lists  slab[*node]
	lines  slab[line]
	pieces slab[piece]
	styles slab[style]
	text   []rune // that is being broken
	looks  []*style
	atoms  []atom
	tried  []piece // of these atoms
	broken []*line
}

// numbers are what a pass finds and the next one prints. The first pass has none,
// takes every anchor for there, and sets page numbers of the usual width.
type numbers struct {
	pages       int
	unprintable int
	anchors     []AnchorPage
	byName      map[string]int // nil in the first pass
}

const usualPage = 10

func (n *numbers) has(anchor string) bool {
	_, ok := n.byName[anchor]
	return ok || n.byName == nil
}

func (n *numbers) pageOf(anchor string) int {
	if n.byName == nil {
		return usualPage
	}
	return n.byName[anchor]
}

func (n *numbers) equal(o *numbers) bool {
	if o.byName == nil || n.pages != o.pages || n.unprintable != o.unprintable || len(n.anchors) != len(o.anchors) {
		return false
	}
	for i := range n.anchors {
		if n.anchors[i] != o.anchors[i] {
			return false
		}
	}
	return true
}

// fail keeps the first error; layout goes on.
func (l *layouter) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// name notes an anchor and returns it.
func (l *layouter) name(anchor string) string {
	if anchor != "" {
		if l.anchors[anchor] {
			l.fail(fmt.Errorf("naming anchor %d: %w", len(l.anchors)+1, ErrDuplicateAnchor))
		}
		l.anchors[anchor] = true
		l.named = append(l.named, anchor)
	}
	return anchor
}

// within sets blocks below an element.
func (l *layouter) within(e *elem, width float64, blocks []Block) []*node {
	old := l.parent
	l.parent = e
	defer func() { l.parent = old }()
	var out []*node
	for _, b := range blocks {
		out = append(out, b.lay(l, width)...)
	}
	return out
}

// oneLine sets spans on a single line of any length.
func (l *layouter) oneLine(spans []Span, ts textStyle, e *elem) *line {
	ts.leave = true
	return l.breakLines(l.inline(spans, ts, e), 1e9, ts)[0]
}

// cut divides a node at a height; head is nil when nothing fits.
func (n *node) cut(avail float64) (head, rest *node) {
	if n.split == nil {
		return nil, n
	}
	return n.split(avail)
}

// stacked puts nodes below each other into one.
func stacked(nodes []*node) *node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	out := &node{kids: make([]child, 0, len(nodes))}
	for i, n := range nodes {
		if i > 0 {
			out.h += n.gap
		}
		out.kids = append(out.kids, child{n: n, y: out.h})
		out.h += n.h
	}
	out.split = func(avail float64) (head, rest *node) {
		fit := splitFlow(nodes, avail)
		if fit.head == nil {
			return nil, out
		}
		return stacked(fit.head), stacked(fit.rest)
	}
	return out
}

// flowSplit is a flow cut at a height.
type flowSplit struct{ head, rest []*node }

// splitFlow cuts nodes so that the first part fits, keeping together what is to
// be kept and cutting a node only when it cannot be moved on.
func splitFlow(nodes []*node, avail float64) flowSplit {
	var h float64
	n, safe := 0, 0
	for ; n < len(nodes); n++ {
		next := h + nodes[n].h
		if n > 0 {
			next += nodes[n].gap
		}
		if next > avail+slack {
			break
		}
		h = next
		if !nodes[n].keep {
			safe = n + 1
		}
	}
	if n == len(nodes) {
		return flowSplit{head: nodes}
	}
	if safe == 0 && nodes[n].split != nil {
		if n > 0 {
			h += nodes[n].gap
		}
		if a, b := nodes[n].split(avail - h); a != nil {
			b.repeat = nodes[n].repeat
			return flowSplit{append(append([]*node(nil), nodes[:n]...), a), headed(append([]*node{b}, nodes[n+1:]...))}
		}
	}
	if safe == 0 {
		safe = n // nothing can be kept: better a bad break than none
	}
	if safe == 0 || safe == 1 && nodes[0].artifact {
		return flowSplit{rest: nodes} // a repeated head alone would be no step on
	}
	return flowSplit{nodes[:safe], headed(nodes[safe:])}
}

// headed puts the repeated head of a table before the rest of its rows.
func headed(nodes []*node) []*node {
	if r := nodes[0].repeat; r != nil {
		return append([]*node{r}, nodes...)
	}
	return nodes
}

// beside puts stacks next to each other, each at its x.
func beside(cols []*node, xs []float64, paint func(h float64) func(p *painter, x, y float64)) *node {
	out := &node{kids: make([]child, 0, len(cols))}
	for i, c := range cols {
		out.kids = append(out.kids, child{n: c, x: xs[i]})
		out.h = max(out.h, c.h)
	}
	if paint != nil {
		out.paint = paint(out.h)
	}
	out.split = func(avail float64) (head, rest *node) {
		heads, rests := make([]*node, len(cols)), make([]*node, len(cols))
		any := false
		for i, c := range cols {
			heads[i], rests[i] = c, stacked(nil)
			if c.h > avail {
				heads[i], rests[i] = c.cut(avail)
			}
			if heads[i] == nil {
				heads[i] = stacked(nil)
			} else if heads[i].h > 0 {
				any = true
			}
		}
		if !any {
			return nil, out
		}
		return beside(heads, xs, paint), beside(rests, xs, paint)
	}
	return out
}

// padded puts space around a node and paints behind it; rest tells paint that
// this is the continuation of a node that was cut.
func padded(in *node, left, top, right, bottom float64, paint func(p *painter, x, y, h float64, rest bool)) *node {
	return paddedPart(in, left, top, right, bottom, paint, false)
}

func paddedPart(in *node, left, top, right, bottom float64, paint func(p *painter, x, y, h float64, rest bool), rest bool) *node {
	out := &node{h: in.h + top + bottom, kids: []child{{n: in, x: left, y: top}}}
	h := out.h
	if paint != nil {
		out.paint = func(p *painter, x, y float64) { paint(p, x, y, h, rest) }
	}
	if in.split != nil {
		out.split = func(avail float64) (*node, *node) {
			a, b := in.split(avail - top - bottom)
			if a == nil {
				return nil, out
			}
			return paddedPart(a, left, top, right, bottom, paint, rest), paddedPart(b, left, top, right, bottom, paint, true)
		}
	}
	return out
}
