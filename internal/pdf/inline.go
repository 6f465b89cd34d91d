package pdf

import (
	"math"
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
}

// chipBox is the set content of a chip.
type chipBox struct {
	chip   *Chip
	pieces []piece
}

// atom is what stands between two places where a line may break.
type atom struct {
	text   []rune // for breaking an atom that is wider than a line
	styles []*style
	pieces []piece
	w      float64
	space  []piece // white space behind, not counted at the end of a line
	spaceW float64
	ends   bool // the line ends here
}

// line is a set line.
type line struct {
	pieces []piece
	w      float64 // without the space at its end
	size   float64 // largest text size
}

// object stands for a chip or an icon in the text that is searched for breaks.
const object = '\uFFFC'

// inline turns spans into atoms.
func (l *layouter) inline(spans []Span, ts textStyle, parent *elem) []atom {
	var text []rune
	var styles []*style
	for i := range spans {
		sp := &spans[i]
		st := l.style(sp, ts, parent)
		var rs []rune
		if st.chip != nil {
			rs = []rune{object}
		} else if rs = []rune(l.spanText(sp)); len(rs) == 0 && st.icon != nil {
			rs = []rune{object}
		}
		for k, r := range rs {
			if k == 1 && st.icon != nil {
				st = st.rest
			}
			text = append(text, r)
			styles = append(styles, st)
		}
	}
	return l.atoms(text, styles, ts)
}

// maxChip is the most characters a chip holds.
const maxChip = 40

// style resolves the look of a span.
func (l *layouter) style(sp *Span, ts textStyle, parent *elem) *style {
	st := &style{size: sp.Size, colour: sp.Colour, elem: parent, icon: sp.Icon, chip: sp.Chip}
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
	if anchor != "" {
		l.asked = true
	}
	if st.link != nil && parent != nil && !ts.leave {
		st.elem = parent.addInline("Link")
	}
	if st.icon != nil {
		rest := *st
		rest.icon = nil
		st.rest = &rest
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

// atoms finds the break opportunities of UAX 14 and shapes what is between them.
func (l *layouter) atoms(text []rune, styles []*style, ts textStyle) []atom {
	ends := l.fonts.lineEnds(text)
	out := make([]atom, 0, len(ends))
	from := 0
	for _, to := range ends {
		out = append(out, l.atom(text[from:to], styles[from:to], ts))
		from = to
	}
	return out
}

func (l *layouter) atom(text []rune, styles []*style, ts textStyle) atom {
	body := len(text)
	for body > 0 && (text[body-1] == ' ' || text[body-1] == '\n') {
		body--
	}
	a := atom{text: text[:body], styles: styles[:body]}
	a.pieces, a.w = l.pieces(text[:body], styles[:body], ts)
	for i := body; i < len(text); i++ {
		if text[i] == '\n' {
			a.ends = true
			continue
		}
		ps, w := l.pieces(text[i:i+1], styles[i:i+1], ts)
		a.space, a.spaceW = append(a.space, ps...), a.spaceW+w
	}
	return a
}

// pieces shapes text span by span.
func (l *layouter) pieces(text []rune, styles []*style, ts textStyle) ([]piece, float64) {
	var out []piece
	var w float64
	push := func(p piece) {
		out = append(out, p)
		w += p.w
	}
	for at := 0; at < len(text); {
		st, end := styles[at], at+1
		if st.icon != nil {
			push(l.iconPiece(st, text[at] != object))
			st = st.rest
		}
		for end < len(text) && styles[end] == st {
			end++
		}
		switch {
		case st.chip != nil:
			push(l.chipPiece(st, ts))
		case text[at] != object || styles[at].icon == nil:
			ps := l.textPieces(text[at:end], st, ts)
			for i := range ps {
				w += ps[i].w
			}
			if out == nil {
				out = ps
			} else {
				out = append(out, ps...)
			}
		}
		at = end
	}
	return out, w
}

// slab gives room for n pieces. Most atoms are one piece, and a document has many
// thousands of them.
func (l *layouter) slab(n int) []piece {
	if len(l.room) < n {
		l.room = make([]piece, max(n, 512))
	}
	out := l.room[:0:n]
	l.room = l.room[n:]
	return out
}

func (l *layouter) textPieces(text []rune, st *style, ts textStyle) []piece {
	runs := l.fonts.set(st.face, text)
	out := l.slab(len(runs))
	for _, r := range runs {
		size := st.size
		if r.code {
			size = q(size * codeScale)
			if !ts.leave {
				l.unprintable++
			}
		}
		out = append(out, piece{run: r, size: size, w: r.width(size), st: st})
	}
	return out
}

// iconPiece is an icon and, before text, the gap behind it.
func (l *layouter) iconPiece(st *style, gap bool) piece {
	w := st.icon.Width * st.size
	if gap {
		w += 0.45 * st.size
	}
	p := piece{icon: st.icon, size: st.size, w: q(w), st: st}
	if st.icon.Alt != "" && st.elem != nil {
		fig := *st
		fig.elem = st.elem.addInline("Figure")
		fig.elem.alt = st.icon.Alt
		p.st = &fig
	}
	return p
}

// chipPad is the space left and right of a chip's text, in ems.
const chipPad = 0.5

func (l *layouter) chipPiece(st *style, ts textStyle) piece {
	ps := l.textPieces(st.inChip, st, ts)
	w := 2 * chipPad * st.size
	for _, p := range ps {
		w += p.w
	}
	return piece{chip: &chipBox{st.chip, ps}, size: st.size, w: q(w), st: st}
}
