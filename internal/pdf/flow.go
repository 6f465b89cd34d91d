package pdf

// sheet is a page before it is drawn.
type sheet struct {
	number  int // from 1
	placed  []child
	running Running
}

// pager fills sheets with the nodes of the flow, one after the other.
type pager struct {
	left, top, bottom float64
	full              func(*sheet) // gets each sheet when nothing more is placed on it
	cur               *sheet
	y                 float64
	inked             bool // something visible stands on the sheet
	running           Running
}

// MaxPages is the most pages a document may have.
const MaxPages = 10_000

// paginate breaks a flow into sheets and hands each on when it is full.
func (l *layouter) paginate(f *flow, full func(*sheet)) {
	m := l.opt.Margins
	g := &pager{left: m.Left, top: m.Top, bottom: l.opt.Page.H - m.Bottom, full: full, cur: &sheet{number: 1}}
	g.y = g.top
	for n := f.ahead(0); n != nil && l.err == nil; n = f.ahead(0) {
		if g.cur.number > MaxPages {
			l.fail(ErrTooLong)
			break
		}
		g.breakBefore(f)
		f.pass()
		g.add(n)
	}
	g.full(g.cur)
}

func (g *pager) next() {
	g.full(g.cur)
	g.cur = &sheet{number: g.cur.number + 1, running: g.running}
	g.y, g.inked = g.top, false
}

// breakBefore begins a new sheet when the next node and those it must stay
// with do not fit on this one.
func (g *pager) breakBefore(f *flow) {
	if !g.inked {
		return
	}
	first := f.ahead(0)
	if first.fresh || first.need > g.bottom-g.y {
		g.next()
		return
	}
	h := 0.0
	for i := 0; ; i++ {
		n := f.ahead(i)
		if n == nil || i > 0 && n.fresh {
			break
		}
		h += n.gap + n.h
		if n.h > g.bottom-g.top && n.split != nil {
			// Taller than a page: begin it here if a third of the page is left.
			h -= n.h - (g.bottom-g.top)/3
			break
		}
		if !n.keep {
			break
		}
	}
	if g.y+h > g.bottom+slack && h <= g.bottom-g.top+slack {
		g.next()
	} else if g.y+first.gap+first.h > g.bottom+slack && first.split == nil {
		g.next()
	}
}

// add places a node, cutting it as often as needed.
func (g *pager) add(n *node) {
	for {
		if n.control {
			g.place(n)
			if n.running != nil {
				g.running = *n.running
				if !g.inked {
					g.cur.running = g.running
				}
			}
			return
		}
		top := !g.inked
		if !top {
			g.y += n.gap
		} else if n.repeat != nil {
			g.place(n.repeat)
		}
		if g.y+n.h <= g.bottom+slack || n.split == nil {
			g.place(n)
			return
		}
		head, rest := n.split(g.bottom - g.y)
		if head == nil {
			if top {
				g.place(n) // nothing can be cut: let it run over rather than lose it
				return
			}
			g.next()
			continue
		}
		if head.anchor == "" {
			head.anchor = n.anchor // where the cut block begins
		}
		g.place(head)
		if rest.repeat == nil {
			rest.repeat = n.repeat
		}
		n = rest
		g.next()
	}
}

func (g *pager) place(n *node) {
	g.cur.placed = append(g.cur.placed, child{n: n, x: g.left, y: g.y})
	g.y += n.h
	if !n.control && n.h > 0 {
		g.inked = true
	}
}

// note counts a sheet and collects its anchors.
func (n *numbers) note(s *sheet) {
	n.pages = s.number
	for _, c := range s.placed {
		n.noteNode(c.n)
	}
}

func (n *numbers) noteNode(in *node) {
	if in.artifact {
		return
	}
	if in.anchor != "" {
		if _, ok := n.byName[in.anchor]; !ok {
			n.byName[in.anchor] = n.pages
			n.anchors = append(n.anchors, AnchorPage{in.anchor, n.pages})
		}
	}
	for _, c := range in.kids {
		n.noteNode(c.n)
	}
}
