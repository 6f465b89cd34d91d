package pdf

// laid is a block of the flow as the pass before set it.
type laid struct {
	nodes       []*node
	kids        []kid // its elements
	named       []string
	unprintable int
	level       int
	sealed      bool
	asked       bool // it prints numbers of the pass before and must be set again
}

func newLayouter(opt *Options, fonts *fontSet, rooms *rooms, last *numbers) *layouter {
	return &layouter{opt: opt, fonts: fonts, rooms: rooms, last: last, anchors: map[string]bool{},
		maxH: opt.Page.H - opt.Margins.Top - opt.Margins.Bottom}
}

func newRoot(rooms *rooms) *elem {
	return &elem{room: &rooms.elems, tag: "Document", joined: true}
}

// flow sets the blocks of a document below its root. Blocks that print no number
// are taken over from the pass before, for only their places have changed.
func (l *layouter) flow(root *elem, width float64, blocks []Block, before []laid) ([]*node, []laid) {
	l.parent = root
	out := make([]laid, len(blocks))
	count, asked := 0, false
	for i, b := range blocks {
		if before != nil && !before[i].asked {
			out[i] = before[i]
			l.takeOver(root, &before[i])
		} else {
			out[i] = l.layNew(root, width, b)
		}
		asked = asked || out[i].asked
		count += len(out[i].nodes)
	}
	l.asked = asked
	nodes := make([]*node, 0, count)
	for i := range out {
		nodes = append(nodes, out[i].nodes...)
	}
	return nodes, out
}

func (l *layouter) layNew(root *elem, width float64, b Block) laid {
	kids, named, unprintable := len(root.kids), len(l.named), l.unprintable
	sealed := l.sealed
	l.asked = false
	out := laid{nodes: b.lay(l, width)}
	out.kids, out.named = root.kids[kids:], l.named[named:]
	out.unprintable, out.level = l.unprintable-unprintable, l.level
	out.sealed, out.asked = l.sealed != sealed, l.asked
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
	for _, a := range l.refs {
		if !found.has(a) {
			l.asked = true
			return true
		}
	}
	return false
}
