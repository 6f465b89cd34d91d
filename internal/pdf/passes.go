package pdf

import "slices"

// laid is a block of the flow as the first pass set it.
type laid struct {
	nodes       []*node
	kids        []kid // its elements
	named       []string
	unprintable int
	level       int
	sealed      bool
	kept        bool // it need not be set again: it prints no numbers of the pass before

	// A table that must be set again keeps the rows that need not.
	block Block
	rows  *setRows
}

// maxKept bounds the nodes (about 25 a page) that are kept from one pass for the next. A
// document with more keeps none: it is set once more while it is drawn and forgotten page
// by page. That takes a tenth longer, but its memory does not grow by what stands on its
// pages, which is most of it. A frugal document comes to that sooner.
const (
	maxKept       = 20_000
	maxKeptFrugal = 1_000
)

// flow gives the nodes of a document's blocks one after the other. A block is set
// when its first node is looked at.
type flow struct {
	l      *layouter
	root   *elem
	width  float64
	blocks []Block
	before []laid // by the pass before; what is taken over is forgotten
	keep   []laid // for the pass behind, nil when there is to be none
	most   int    // nodes to be kept
	count  int    // nodes so far
	next   int    // block to be set
	nodes  []*node
}

// ahead is the node behind i others, nil behind the last.
func (f *flow) ahead(i int) *node {
	for len(f.nodes) <= i {
		if f.next == len(f.blocks) {
			return nil
		}
		f.nodes = append(f.nodes, f.lay(f.next)...)
		f.next++
	}
	return f.nodes[i]
}

// pass goes on to the next node.
func (f *flow) pass() {
	f.nodes[0] = nil
	f.nodes = f.nodes[1:]
}

// lay sets a block, or takes it over. Only its place has changed then.
func (f *flow) lay(i int) []*node {
	var old laid
	if i < len(f.before) {
		old, f.before[i] = f.before[i], laid{}
	}
	if old.kept {
		f.l.takeOver(f.root, &old)
		return old.nodes
	}
	block := old.block
	if block == nil {
		block = f.blocks[i]
	}
	if later, ok := block.(Later); ok {
		block = later()
	}
	first := len(f.root.kids)
	b := f.l.layNew(f.root, f.width, block, old.rows)
	if f.keep == nil {
		return b.nodes
	}
	if f.count += len(b.nodes); f.count > f.most {
		clear(f.keep)
		b.kept, b.rows = false, nil
	}
	switch {
	case b.kept:
		f.keep[i] = b
		return b.nodes
	case b.rows != nil:
		f.keep[i] = laid{block: block, rows: b.rows}
	}
	clear(f.root.kids[first:]) // the elements go with the nodes
	f.root.kids = f.root.kids[:first]
	return b.nodes
}

func newLayouter(opt *Options, fonts *fontSet, rooms *rooms, last *numbers) *layouter {
	return &layouter{opt: opt, fonts: fonts, rooms: rooms, last: last, anchors: map[string]bool{},
		maxH: opt.Page.H - opt.Margins.Top - opt.Margins.Bottom}
}

func newRoot(rooms *rooms) *elem {
	return &elem{room: &rooms.elems, tag: "Document", joined: true}
}

func (l *layouter) layNew(root *elem, width float64, b Block, old *setRows) (out laid) {
	kids, named, unprintable := len(root.kids), len(l.named), l.unprintable
	sealed := l.sealed
	l.parent, l.asked = root, false
	if t, ok := b.(Table); ok {
		out.nodes, out.rows = t.set(l, width, old)
	} else {
		out.nodes = b.lay(l, width)
	}
	out.kids, out.named = root.kids[kids:], l.named[named:]
	out.unprintable, out.level = l.unprintable-unprintable, l.level
	out.sealed, out.kept = l.sealed != sealed, !l.asked
	return out
}

func (l *layouter) takeOver(root *elem, b *laid) {
	for _, k := range b.kids {
		k.elem.parent = root
	}
	root.kids = append(root.kids, b.kids...)
	for _, a := range b.named {
		l.name(a)
	}
	l.unprintable += b.unprintable
	l.level, l.sealed = b.level, l.sealed || b.sealed
}

// dangling tells, after the first pass, whether a link leads to an anchor that the
// document does not have.
func (l *layouter) dangling(found *numbers) bool {
	return slices.ContainsFunc(l.refs, func(a string) bool { return !found.has(a) })
}
