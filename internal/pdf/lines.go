package pdf

// The shape of lines, in ems. The letters of the fonts reach from -0.275 to
// 1.025; that band is centred in the line.
const (
	textLeading  = 1.4
	titleLeading = 1.2
	titleFrom    = 13 // points; text of this size and above is set tighter
	fontAscent   = 1.025
	fontDescent  = 0.275
)

// height is the distance from the top of a line to that of the next.
func (ln *line) height() float64 {
	if ln.size >= titleFrom {
		return q(ln.size * titleLeading)
	}
	return q(ln.size * textLeading)
}

// baseline is the distance from the top of a line to its base line.
func (ln *line) baseline() float64 {
	band := (fontAscent + fontDescent) * ln.size
	return q((ln.height()-band)/2 + fontAscent*ln.size)
}

// breaker fills lines one after the other.
type breaker struct {
	l     *layouter
	ts    textStyle
	width float64
	store []piece // of all lines, as far as it reaches
	cur   *line
	x     float64 // width of cur with the space at its end
}

// breakLines breaks atoms into lines no wider than width, which are listed until
// the next call. A word wider than a line is broken after one of / & ? = ; , : . _ -
// @ where it has one, else anywhere.
func (l *layouter) breakLines(atoms []atom, width float64, ts textStyle) []*line {
	n := 0
	for i := range atoms {
		n += len(atoms[i].pieces) + len(atoms[i].space)
	}
	b := &breaker{l: l, ts: ts, width: width, store: l.rooms.pieces.take(n)}
	l.broken = l.broken[:0]
	b.next()
	for i := range atoms {
		b.add(&atoms[i], 0)
		if atoms[i].ends {
			b.next()
		}
	}
	if n := len(l.broken); n > 1 && len(b.cur.pieces) == 0 && !atoms[len(atoms)-1].ends {
		l.broken = l.broken[:n-1]
	}
	for _, ln := range l.broken {
		ln.size = ts.size
		for i := range ln.pieces {
			ln.size = max(ln.size, ln.pieces[i].size)
		}
	}
	return l.broken
}

func (b *breaker) next() {
	b.cur = b.l.rooms.lines.one()
	b.l.broken = append(b.l.broken, b.cur)
	b.store = b.store[len(b.store):]
	b.x = 0
}

// slack forgives rounding when text was measured to fit exactly.
const slack = 0.05

// add places an atom; fine says how finely it has been cut already.
func (b *breaker) add(a *atom, fine int) {
	if b.x+a.w > b.width+slack {
		if a.w > b.width+slack && fine < 2 && len(a.text) > 1 {
			for _, part := range b.cut(a, fine) {
				b.add(&part, fine+1)
			}
			return
		}
		if len(b.cur.pieces) > 0 {
			b.cur.broken = true
			b.next()
			b.cur.broken = true
		}
	}
	if a.levels != nil {
		b.cur.turned, b.cur.rtl = true, a.rtl
	}
	b.store = append(b.store, a.pieces...)
	b.cur.w, b.cur.body = b.x+a.w, len(b.store)
	b.store = append(b.store, a.space...)
	b.cur.pieces, b.cur.spaceW = b.store, a.spaceW
	b.x = b.cur.w + a.spaceW
}

// cut divides an atom: first after punctuation, then between characters. The
// last part gets the space.
func (b *breaker) cut(a *atom, fine int) []atom {
	var ends []int
	if fine > 0 {
		ends = b.l.fonts.graphemeEnds(a.text)
	}
	var out []atom
	from := 0
	for i := range a.text {
		end := i+1 == len(a.text)
		if !end && fine == 0 && !punctuation(a.text[i]) {
			continue
		}
		if fine > 0 {
			if i+1 != ends[0] {
				continue
			}
			ends = ends[1:]
		}
		part := atom{marked: a.part(from, i+1), rtl: a.rtl}
		if end {
			part.space, part.spaceW = a.space, a.spaceW
		}
		// Counted when the whole atom was set; not again for its parts.
		seen := b.l.unprintable
		part.pieces, part.w = b.l.shapedPieces(part.marked, b.ts)
		b.l.unprintable = seen
		out = append(out, part)
		from = i + 1
	}
	return out
}

func punctuation(r rune) bool {
	switch r {
	case '/', '&', '?', '=', ';', ',', ':', '.', '_', '-', '@':
		return true
	}
	return false
}

// draw sets a line with its base line at y.
func (ln *line) draw(p *painter, x, y float64) {
	if ln.turned {
		ln.drawTurned(p, x, y)
		return
	}
	var lk linkRun
	for i := 0; i < len(ln.pieces); {
		pc := &ln.pieces[i]
		if lk.st != pc.st && (lk.st == nil || lk.st.elem != pc.st.elem) {
			lk.close(p, x, y)
			lk = linkRun{st: pc.st, from: x}
		}
		lk.size = max(lk.size, pc.size)
		if pc.run == nil {
			pc.draw(p, x, y)
			x += pc.w
			i++
			continue
		}
		end, w := sameText(ln.pieces, i)
		p.text(ln.pieces[i:end], x, y)
		x += w
		i = end
	}
	lk.close(p, x, y)
}

// sameText finds the pieces that can be shown with one operator.
func sameText(ps []piece, i int) (end int, w float64) {
	first := &ps[i]
	for end = i; end < len(ps); end++ {
		p := &ps[end]
		if p.run == nil || p.run.font != first.run.font || p.size != first.size || p.st.colour != first.st.colour ||
			p.st.elem != first.st.elem || end > i && (alone(p.run) || alone(first.run)) {
			break
		}
		w += p.w
	}
	return end, w
}

// alone tells whether a run needs an operator of its own.
func alone(r *run) bool { return r.actual || r.code }

// linkRun is the part of a line that belongs to one link.
type linkRun struct {
	st   *style
	from float64
	size float64
}

func (lk *linkRun) close(p *painter, to, y float64) {
	if lk.st == nil || lk.st.link == nil || p.forced || to <= lk.from {
		return
	}
	p.link(*lk.st.link, lk.st.elem, lk.from, y-fontAscent*lk.size, to, y+fontDescent*lk.size)
	if lk.st.link.uri != "" {
		p.hline(lk.from, to, y+0.14*lk.size, 0.5, lk.st.colour)
	}
}
