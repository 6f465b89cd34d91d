package pdf

import (
	"slices"
	"strings"
)

// draw shows a single piece.
func (pc *piece) draw(p *painter, x, y float64) {
	switch {
	case pc.icon != nil:
		p.iconPiece(pc, x, y)
	case pc.chip != nil:
		p.chipPiece(pc, x, y)
	default:
		p.text([]piece{*pc}, x, y)
	}
}

// visual is the order of the pieces from left to right (UAX 9, L1 and L2).
func (ln *line) visual() []int {
	base := level(0)
	if ln.rtl {
		base = 1
	}
	depth := func(i int) level {
		if i >= ln.body {
			return base
		}
		return ln.pieces[i].depth()
	}
	order := make([]int, len(ln.pieces))
	deepest := base
	for i := range order {
		order[i] = i
		deepest = max(deepest, depth(i))
	}
	for ; deepest > 0; deepest-- {
		for i := 0; i < len(order); i++ {
			end := i
			for end < len(order) && depth(order[end]) >= deepest {
				end++
			}
			if end > i {
				slices.Reverse(order[i:end])
				i = end
			}
		}
	}
	return order
}

// drawTurned sets a line on which something runs from right to left. The pieces
// are drawn in the order of the text, each at its place, so that they are read in
// that order.
func (ln *line) drawTurned(p *painter, x, y float64) {
	order := ln.visual()
	if ln.rtl {
		x -= ln.spaceW // the space at the end of the line stands before its left end
	}
	at := make([]float64, len(order))
	for _, i := range order {
		at[i] = x
		x += ln.pieces[i].w
	}
	for i := 0; i < len(ln.pieces); {
		end := ln.sameVoice(i)
		ln.speak(p, i, end, at, y)
		i = end
	}
	var lk linkRun
	right := 0.0
	for _, i := range order {
		pc := &ln.pieces[i]
		if lk.st != pc.st && (lk.st == nil || lk.st.elem != pc.st.elem) {
			lk.close(p, right, y)
			lk = linkRun{st: pc.st, from: at[i]}
		}
		lk.size = max(lk.size, pc.size)
		right = at[i] + pc.w
	}
	lk.close(p, right, y)
}

// sameVoice is the end of the pieces of one element that run in one direction.
func (ln *line) sameVoice(i int) int {
	first, end := &ln.pieces[i], i+1
	for end < len(ln.pieces) && ln.pieces[end].st.elem == first.st.elem && ln.pieces[end].rtl() == first.rtl() {
		end++
	}
	return end
}

// speak draws pieces. Glyphs of text from right to left stand in the file from
// left to right, as readers of plain text expect; for those who read aloud, the
// text stands in an element of its own in the order in which it is spoken.
func (ln *line) speak(p *painter, i, end int, at []float64, y float64) {
	var voice *elem
	if e := ln.pieces[i].st.elem; ln.pieces[i].rtl() && e != nil && !p.forced && !p.loose {
		var b strings.Builder
		for k := i; k < end; k++ {
			if ln.pieces[k].run != nil {
				b.WriteString(ln.pieces[k].run.text)
			}
		}
		voice = e.addInline("Span")
		voice.actual = b.String()
	}
	for ; i < end; i++ {
		pc := ln.pieces[i]
		if voice != nil && pc.run != nil {
			st := *pc.st
			st.elem = voice
			pc.st = &st
		}
		pc.draw(p, at[i], y)
	}
}
