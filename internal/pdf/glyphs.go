package pdf

import (
	"slices"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/shaping"
)

// docFont is a typeface as one document uses it. Page content names glyphs by
// codes: the number of the glyph for the first text it stands for, and one behind
// all glyph numbers for each other text, so that every code has one text and the
// file can be read back.
type docFont struct {
	id     faceID
	t      *typeface
	face   *font.Face
	used   []bool   // by glyph
	text   []string // by code: what ToUnicode says
	others []uint16 // glyphs of the codes behind the glyph numbers
	codes  map[spelling]uint16
	obj    ref
}

// spelling is a glyph with a text that it stands for beside its first one.
type spelling struct {
	gid  uint16
	text string
}

func newDocFont(id faceID, t *typeface) *docFont {
	n := len(t.advances)
	return &docFont{id: id, t: t, face: font.NewFace(t.font), used: make([]bool, n), text: make([]string, n)}
}

// maxCode is the largest code that two bytes hold.
const maxCode = 0xFFFF

// code finds the code of a glyph that stands for a text; false when there are no
// codes left and the glyph has another text.
func (f *docFont) code(gid uint16, text string) (uint16, bool) {
	f.used[gid] = true
	if f.text[gid] == "" {
		f.text[gid] = text
	}
	if f.text[gid] == text {
		return gid, true
	}
	key := spelling{gid, text}
	c, ok := f.codes[key]
	if !ok {
		if len(f.text) > maxCode {
			return gid, false
		}
		if f.codes == nil {
			f.codes = map[spelling]uint16{}
		}
		c = uint16(len(f.text))
		f.codes[key] = c
		f.text, f.others = append(f.text, text), append(f.others, gid)
	}
	return c, true
}

// glyphOf is the glyph of a code.
func (f *docFont) glyphOf(code int) uint16 {
	if n := len(f.t.advances); code >= n {
		return f.others[code-n]
	}
	return uint16(code)
}

// width is the advance of a code in thousandths of an em.
func (f *docFont) width(code int) int { return f.t.em(int(f.t.advances[f.glyphOf(code)])) }

// em turns font units into thousandths of an em, rounded.
func (t *typeface) em(units int) int {
	if t.upem == 1000 {
		return units
	}
	if units < 0 {
		return -((-units*2000 + t.upem) / (2 * t.upem))
	}
	return (units*2000 + t.upem) / (2 * t.upem)
}

// glyph is a shaped glyph; lengths in font units.
type glyph struct {
	code        uint16
	mute        bool // its text stands at another glyph
	nat         int32
	adv, dx, dy int32 // nat is the advance that viewers know, adv that of this place
}

// speller turns the output of the shaper into glyphs with codes.
type speller struct {
	f      *docFont
	runes  []rune
	glyphs []glyph
	actual bool // the codes alone do not give the text back
}

// filler is the text of a glyph that has none of its own. It is never read: the
// whole run has replacement text.
const filler = "\u200B"

// spell gives every glyph a code; false when a character has no glyph, which
// happens when shaping needs one that the plain look-up does not.
func (s *speller) spell(out []shaping.Glyph, rtl bool) bool {
	for i := range out {
		if id := out[i].GlyphID; id == 0 || int(id) >= len(s.f.t.advances) {
			return false
		}
	}
	for i := 0; i < len(out); {
		n := max(out[i].GlyphsCount(), 1)
		at := out[i].TextIndex()
		text := s.runes[at : at+out[i].RunesCount()]
		if rtl {
			s.backward(out[i:i+n], text)
		} else {
			s.forward(out[i:i+n], text)
		}
		i += n
	}
	return true
}

func (s *speller) add(g *shaping.Glyph, text string) *glyph {
	code, ok := s.f.code(uint16(g.GlyphID), text)
	if !ok {
		s.actual = true
	}
	s.glyphs = append(s.glyphs, glyph{code: code, nat: int32(s.f.t.advances[g.GlyphID]), adv: int32(g.Advance.Round()),
		dx: int32(g.XOffset.Round()), dy: int32(g.YOffset.Round())})
	return &s.glyphs[len(s.glyphs)-1]
}

// forward spells a cluster that runs from left to right. When its glyphs do not
// stand one by one for its characters, as in Devanagari, the first one has the
// whole text and the run says so in replacement text.
func (s *speller) forward(gs []shaping.Glyph, text []rune) {
	if len(gs) == 1 {
		s.add(&gs[0], string(text))
		s.actual = s.actual || gs[0].YOffset != 0
		return
	}
	if len(gs) == len(text) {
		plain := true
		for i := range gs {
			id, ok := s.f.t.font.NominalGlyph(text[i])
			plain = plain && ok && id == gs[i].GlyphID
		}
		if plain {
			for i := range gs {
				if gs[i].Advance == 0 || gs[i].YOffset != 0 {
					s.actual = true // a mark, which by its place would be read as another line
				}
				s.add(&gs[i], string(text[i:i+1]))
			}
			return
		}
	}
	s.actual = true
	for i := range gs {
		if i == 0 {
			s.add(&gs[i], string(text))
		} else {
			s.add(&gs[i], filler)
		}
	}
}

// backward spells a cluster that runs from right to left. Readers find the order
// of such text by turning round what stands from left to right, character by
// character, and turn replacement text round as well; so each glyph gets one
// character, the last one first. What has no glyph, as the second letter of a
// ligature, gets a blank one, and so do marks, which by their place above or below
// the line would be read as a line of their own; the glyphs of the marks are muted,
// and so is a glyph too many.
func (s *speller) backward(gs []shaping.Glyph, text []rune) {
	last := len(gs) - 1
	even := len(gs) == len(text)
	for i := range gs {
		even = even && (last == 0 || gs[i].Advance != 0)
	}
	if even || s.f.t.blank < 0 {
		for i := range gs {
			from, to := min(last-i, len(text)-1), last-i+1
			if i == 0 || to > len(text) {
				to = len(text)
			}
			s.add(&gs[i], string(text[from:to]))
		}
		return
	}
	behind := slices.Clone(text[1:])
	slices.Reverse(behind)
	if len(s.glyphs) == 0 && len(behind) > 0 && unicode.Is(unicode.M, behind[0]) {
		behind = append([]rune{rightToLeftMark}, behind...)
	}
	if len(behind) > 0 {
		s.add(&shaping.Glyph{GlyphID: font.GID(s.f.t.blank)}, string(behind)).dx = int32(-s.f.t.blankWidth())
	}
	for i := range gs[:last] {
		s.add(&gs[i], filler).mute = true
	}
	s.add(&gs[last], string(text[:1]))
}

// rightToLeftMark stands before marks at the left end of a word, which would be
// counted to the text before them.
const rightToLeftMark = '\u200F'

// blankWidth is the width of a blank glyph, which stands over the end of the glyph
// before. It is as small as can be: pdftotext takes what begins closer to its
// neighbour than a tenth of an em for a shadow of it, and cuts the word.
func (t *typeface) blankWidth() int { return t.upem * 105 / 1000 }

// joiner tells whether a character makes its neighbours join or keeps them apart.
func joiner(r rune) bool { return r == '\u200C' || r == '\u200D' }

// joined tells whether a joiner belongs to the spelling of a word: behind a letter
// of a script in which it has a meaning. Elsewhere it is hidden text.
func joined(before, r rune) bool {
	return joiner(r) && before >= 0x600 && before <= 0x18AF && unicode.In(before, unicode.L, unicode.M)
}
