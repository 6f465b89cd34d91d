package pdf

// sheet is a page before it is drawn.
type sheet struct {
	placed  []child
	running Running
}

// pager fills sheets with the nodes of the flow.
type pager struct {
	left, top, bottom float64
	sheets            []*sheet
	cur               *sheet
	y                 float64
	inked             bool // something visible stands on the sheet
	running           Running
}

// MaxPages is the most pages a document may have.
const MaxPages = 10_000

// paginate breaks a flow into sheets.
func (l *layouter) paginate(nodes []*node) []*sheet {
	m := l.opt.Margins
	g := &pager{left: m.Left, top: m.Top, bottom: l.opt.Page.H - m.Bottom}
	g.next()
	for i := range nodes {
		if len(g.sheets) > MaxPages {
			l.fail(ErrTooLong)
			break
		}
		g.breakBefore(nodes[i:])
		g.add(nodes[i])
	}
	return g.sheets
}

func (g *pager) next() {
	g.cur = &sheet{running: g.running}
	g.sheets = append(g.sheets, g.cur)
	g.y, g.inked = g.top, false
}

// breakBefore begins a new sheet when the first node and those it must stay
// with do not fit on this one.
func (g *pager) breakBefore(nodes []*node) {
	if !g.inked {
		return
	}
	if nodes[0].fresh || nodes[0].need > g.bottom-g.y {
		g.next()
		return
	}
	h := 0.0
	for i, n := range nodes {
		if i > 0 && n.fresh {
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
	} else if g.y+nodes[0].gap+nodes[0].h > g.bottom+slack && nodes[0].split == nil {
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

// find collects the anchors of the sheets.
func (l *layouter) find(sheets []*sheet) *numbers {
	out := &numbers{pages: len(sheets), unprintable: l.unprintable, byName: map[string]int{}}
	var walk func(n *node, page int)
	walk = func(n *node, page int) {
		if n.artifact {
			return
		}
		if n.anchor != "" {
			if _, ok := out.byName[n.anchor]; !ok {
				out.byName[n.anchor] = page
				out.anchors = append(out.anchors, AnchorPage{n.anchor, page})
			}
		}
		for _, c := range n.kids {
			walk(c.n, page)
		}
	}
	for i, s := range sheets {
		for _, c := range s.placed {
			walk(c.n, i+1)
		}
	}
	return out
}
