package pdf

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// q rounds a length to 1/1024 point: sums of such lengths are exact, so the
// order of adding and the processor do not matter.
func q(v float64) float64 { return math.Round(v*1024) / 1024 }

// textStyle is what the spans of a block inherit.
type textStyle struct {
	size   float64
	colour Colour
	bold   bool
	leave  bool // measuring: make no elements, count nothing
}

// target is where a link leads: one of the two is set.
type target struct{ uri, anchor string }

// style is a span's resolved look.
type style struct {
	face   faceID
	size   float64
	colour Colour
	elem   *elem
	link   *target
	icon   *Icon
	rest   *style // with an icon: the style of the text behind it
	chip   *Chip
	inChip []rune
}

// piece is an unbreakable bit of a line: text, icon or chip.
type piece struct {
	run  *run
	icon *Icon
	chip *chipBox
	size float64
	w    float64
	st   *style
	level
}

// chipBox is the set content of a chip.
type chipBox struct {
	chip *Chip
	line line
}

// atom is what stands between two places where a line may break.
type atom struct {
	marked // for breaking an atom that is wider than a line
	pieces []piece
	w      float64
	space  []piece // white space behind, not counted at the end of a line
	spaceW float64
	ends   bool // the line ends here
	rtl    bool // the paragraph runs from right to left
}

// marked is text with the style and the level of each character; no levels mean
// that everything runs from left to right.
type marked struct {
	text   []rune
	styles []*style
	levels []level
}

// part is a part of the text.
func (m marked) part(from, to int) marked {
	out := marked{text: m.text[from:to], styles: m.styles[from:to]}
	if m.levels != nil {
		out.levels = m.levels[from:to]
	}
	return out
}

func (m marked) level(at int) level {
	if m.levels == nil {
		return 0
	}
	return m.levels[at]
}

// line is a set line.
type line struct {
	pieces []piece
	body   int     // pieces before the space at its end
	w      float64 // without the space at its end
	spaceW float64 // of that space
	size   float64 // largest text size
	rtl    bool    // its paragraph runs from right to left
	broken bool    // its paragraph has more than one line
	turned bool    // something on it runs from right to left
}

// object stands for a chip or an icon in the text that is searched for breaks.
const object = "\uFFFC"

const objectRune = '\uFFFC'

// inline turns spans into atoms, which are good until the next call.
func (l *layouter) inline(spans []Span, ts textStyle, parent *elem) []atom {
	l.tried = l.tried[:0]
	var all marked
	all.text, all.styles = l.text[:0], l.looks[:0]
	for i := range spans {
		sp := &spans[i]
		st := l.style(sp, ts, parent)
		text := l.spanText(sp)
		if st.chip != nil || text == "" && st.icon != nil {
			text = object
		}
		for k, r := range text {
			if k > 0 && st.icon != nil {
				st = st.rest
			}
			all.text = append(all.text, r)
			all.styles = append(all.styles, st)
		}
	}
	l.text, l.looks = all.text, all.styles
	all.levels = levels(all.text, func(i, j int) bool {
		return all.styles[i] == all.styles[j] || all.styles[i].rest == all.styles[j]
	})
	return l.breakAtoms(all, ts)
}

// maxChip is the most characters a chip holds.
const maxChip = 40

// style resolves the look of a span.
func (l *layouter) style(sp *Span, ts textStyle, parent *elem) *style {
	st := l.styles.one()
	st.size, st.colour, st.elem, st.icon, st.chip = sp.Size, sp.Colour, parent, sp.Icon, sp.Chip
	if st.size == 0 {
		st.size = ts.size
	}
	if st.colour == 0 {
		st.colour = ts.colour
	}
	bold := sp.Bold || ts.bold
	switch {
	case sp.Mono:
		st.face = mono
		st.size = q(st.size * MonoScale)
		if bold {
			st.face = monoBold
		}
	case bold:
		st.face = sansBold
	case sp.Italic:
		st.face = sansItalic
	}
	anchor := sp.To
	if sp.PageOf != "" {
		anchor = sp.PageOf
	}
	if anchor != "" && l.last.has(anchor) {
		st.link = &target{anchor: anchor}
	} else if safeAddress(sp.Link) {
		st.link = &target{uri: sp.Link}
	}
	if anchor != "" && l.last.byName == nil {
		l.refs = append(l.refs, anchor)
	}
	if st.link != nil && parent != nil && !ts.leave {
		st.elem = parent.addInline("Link")
	}
	if st.icon != nil {
		st.rest = l.styles.one()
		*st.rest = *st
		st.rest.icon, st.rest.rest = nil, nil
	}
	if st.chip != nil {
		st.inChip = []rune(l.spanText(sp))
		if len(st.inChip) > maxChip {
			st.chip = nil // a chip is not broken, so it must fit on a line
		}
	}
	return st
}

// safeAddress accepts web and mail addresses made of visible ASCII only; anything
// else could show one address and open another.
func safeAddress(s string) bool {
	lower := strings.ToLower(s)
	if !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "mailto:") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7F {
			return false
		}
	}
	return len(s) <= 2048
}

// spanText is the text of a span with its counters filled in and its white
// space made plain: a tab is a space, every line end is a line feed.
func (l *layouter) spanText(sp *Span) string {
	switch {
	case sp.PageOf != "":
		l.asked = true
		if n := l.last.pageOf(sp.PageOf); n > 0 {
			return strconv.Itoa(n)
		}
		if said := l.absent(sp.PageOf); said != "" {
			return said
		}
		return "?"
	case sp.Counter == TotalPages:
		l.asked = true
		return strconv.Itoa(l.last.pages)
	case sp.Counter == UnprintableCount:
		l.asked = true
		return strconv.Itoa(l.last.unprintable)
	}
	text := sp.Text
	if said := l.absent(sp.To); said != "" {
		text += " (" + said + ")"
	}
	if !strings.ContainsAny(text, "\t\r") {
		return text
	}
	return plainSpace.Replace(text)
}

// absent is what is said of an anchor that the last pass has not found.
func (l *layouter) absent(anchor string) string {
	if anchor == "" || l.opt.Absent == nil || l.last.has(anchor) {
		return ""
	}
	return l.opt.Absent(anchor)
}

var plainSpace = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")

// breakAtoms finds the break opportunities of UAX 14 and shapes what is between them.
func (l *layouter) breakAtoms(all marked, ts textStyle) []atom {
	ends := l.fonts.lineEnds(all.text)
	l.rooms.atoms = l.rooms.atoms[:0]
	from := 0
	for _, to := range ends {
		l.rooms.atoms = append(l.rooms.atoms, l.atom(all.part(from, to), ts))
		from = to
	}
	return l.rooms.atoms
}

func (l *layouter) atom(m marked, ts textStyle) atom {
	body := len(m.text)
	for body > 0 && (m.text[body-1] == ' ' || m.text[body-1] == '\n') {
		body--
	}
	a := atom{marked: m.part(0, body), rtl: m.runsLeft()}
	a.pieces, a.w = l.shapedPieces(a.marked, ts)
	for i := body; i < len(m.text); i++ {
		if m.text[i] == '\n' {
			a.ends = true
			m.text[i] = ' ' // keeps the words of two lines apart when they are read
		}
		ps, w := l.shapedPieces(m.part(i, i+1), ts)
		if a.space == nil {
			a.space, a.spaceW = ps, w
		} else {
			a.space, a.spaceW = append(a.space, ps...), a.spaceW+w
		}
	}
	return a
}

// shapedPieces shapes text span by span and direction by direction. The pieces
// are good until the next call of inline.
func (l *layouter) shapedPieces(m marked, ts textStyle) ([]piece, float64) {
	first := len(l.tried)
	for at := 0; at < len(m.text); {
		st, end, lv := m.styles[at], at+1, m.level(at)
		if st.icon != nil {
			l.tried = append(l.tried, l.iconPiece(st, m.text[at] != objectRune, lv))
			st = st.rest
		}
		for end < len(m.text) && m.styles[end] == st && m.level(end) == lv {
			end++
		}
		switch {
		case st.chip != nil:
			l.tried = append(l.tried, l.chipPiece(st, ts, lv))
		case m.text[at] != objectRune || m.styles[at].icon == nil:
			l.textPieces(m.text[at:end], st, ts, lv)
		}
		at = end
	}
	out, w := l.tried[first:len(l.tried):len(l.tried)], 0.0
	for i := range out {
		w += out[i].w
	}
	return out, w
}

func (l *layouter) textPieces(text []rune, st *style, ts textStyle, lv level) {
	for _, r := range l.fonts.set(st.face, text, lv.rtl()) {
		size := st.size
		if r.code {
			size = q(size * codeScale)
			if !ts.leave {
				l.unprintable++
			}
		}
		l.tried = append(l.tried, piece{run: r, size: size, w: r.width(size), st: st, level: lv})
	}
}

// iconPiece is an icon and, before text, the gap behind it.
func (l *layouter) iconPiece(st *style, gap bool, lv level) piece {
	w := st.icon.Width * st.size
	if gap {
		w += 0.45 * st.size
	}
	p := piece{icon: st.icon, size: st.size, w: q(w), st: st, level: lv}
	if strings.TrimSpace(st.icon.Alt) != "" && st.elem != nil {
		fig := *st
		fig.elem = st.elem.addInline("Figure")
		fig.elem.looks().alt = st.icon.Alt
		p.st = &fig
	}
	return p
}

// chipPad is the space left and right of a chip's text, in ems.
const chipPad = 0.5

// chipPiece sets the text of a chip, which is a line of its own.
func (l *layouter) chipPiece(st *style, ts textStyle, lv level) piece {
	inner := *st
	inner.chip = nil
	m := marked{text: st.inChip, styles: slices.Repeat([]*style{&inner}, len(st.inChip))}
	m.levels = levels(m.text, func(int, int) bool { return true })
	ln := line{size: st.size, rtl: m.runsLeft(), turned: m.levels != nil}
	before := len(l.tried)
	ln.pieces, ln.w = l.shapedPieces(m, ts)
	ln.pieces, l.tried = slices.Clone(ln.pieces), l.tried[:before]
	ln.body = len(ln.pieces)
	return piece{chip: &chipBox{st.chip, ln}, size: st.size, w: q(ln.w + 2*chipPad*st.size), st: st, level: lv}
}

// runsLeft tells whether the paragraph runs from right to left.
func (m marked) runsLeft() bool { return len(m.text) > 0 && m.level(0) >= paragraphRTL }
