package pdf

import (
	"fmt"
	"slices"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/segmenter"
	"github.com/go-text/typesetting/shaping"
)

// docFont is a typeface as one document uses it.
type docFont struct {
	id   faceID
	t    *typeface
	face *font.Face
	used []bool   // by glyph
	text []string // by glyph: what ToUnicode says
	obj  ref
}

// glyph is a shaped glyph; lengths in font units.
type glyph struct {
	id          uint16
	adv, dx, dy int
}

// run is shaped text of one font, independent of its size.
type run struct {
	font   *docFont
	glyphs []glyph
	adv    int
	// actual is set when the glyphs alone do not give the text back: a character
	// printed as its code point, or glyphs that stand for several texts.
	actual string
	code   bool // a printed code point
}

// width is the advance at a size in points.
func (r *run) width(size float64) float64 {
	return q(float64(r.adv) * size / float64(r.font.t.upem))
}

type runKey struct {
	face faceID
	text string
}

// fontSet shapes the text of one document. It keeps what it found, because words
// come back and because layout is done more than once.
type fontSet struct {
	fonts  [faceCount]*docFont
	shaper shaping.HarfbuzzShaper
	cache  map[runKey]*run
	words  map[runKey][]*run // what set found for a word
	breaks map[string][]int  // where lines may end, by text
	seg    segmenter.Segmenter
}

func newFontSet() *fontSet {
	fs := &fontSet{cache: map[runKey]*run{}, words: map[runKey][]*run{}, breaks: map[string][]int{}}
	for id, t := range typefaces() {
		n := len(t.advances)
		fs.fonts[id] = &docFont{id: faceID(id), t: t, face: font.NewFace(t.font),
			used: make([]bool, n), text: make([]string, n)}
	}
	return fs
}

// shape sets text that the face is known to have, from a cache of words.
func (fs *fontSet) shape(id faceID, text string) *run {
	key := runKey{id, text}
	if r, ok := fs.cache[key]; ok {
		return r
	}
	r := fs.shapeNew(fs.fonts[id], text)
	fs.cache[key] = r
	return r
}

// noLigatures keeps each character of an identifier in a cell of its own.
var noLigatures = []shaping.FontFeature{
	{Tag: ot.NewTag('l', 'i', 'g', 'a')}, {Tag: ot.NewTag('c', 'l', 'i', 'g')},
}

func (fs *fontSet) shapeNew(f *docFont, text string) *run {
	runes := []rune(text)
	in := shaping.Input{Text: runes, RunEnd: len(runes), Direction: di.DirectionLTR, Face: f.face,
		Script: scriptOf(runes), Language: "en"}
	in.Size = unitsPerEm << 6 // 26.6 fixed point; results are then in font units
	if f.id == mono || f.id == monoBold {
		in.FontFeatures = noLigatures
	}
	out := fs.shaper.Shape(in)
	r := &run{font: f, glyphs: make([]glyph, len(out.Glyphs))}
	for i := range out.Glyphs {
		g := &out.Glyphs[i]
		r.glyphs[i] = glyph{id: uint16(g.GlyphID), adv: g.Advance.Round(), dx: g.XOffset.Round(), dy: g.YOffset.Round()}
		r.adv += r.glyphs[i].adv
		f.used[g.GlyphID] = true
		at := g.TextIndex()
		if i > 0 && out.Glyphs[i-1].TextIndex() == at {
			r.actual = text // several glyphs for one piece of text
			continue
		}
		if !f.maps(int(g.GlyphID), string(runes[at:at+g.RunesCount()])) {
			r.actual = text
		}
	}
	return r
}

// maps notes what text a glyph stands for; false when it already stands for
// another one.
func (f *docFont) maps(gid int, text string) bool {
	if f.text[gid] == "" {
		f.text[gid] = text
	}
	return f.text[gid] == text
}

func scriptOf(runes []rune) language.Script {
	for _, r := range runes {
		switch s := language.LookupScript(r); s {
		case language.Common, language.Inherited, language.Unknown:
		default:
			return s
		}
	}
	return language.Latin
}

// hidden tells whether a character is invisible or steers its neighbours:
// controls, format characters (bidirectional overrides among them), private use,
// surrogates, line and paragraph separators.
func hidden(r rune) bool {
	return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp)
}

// complex tells whether a script needs right-to-left or reordering layout, which
// this version does not do, whatever the fonts hold.
func complexScript(r rune) bool {
	switch language.LookupScript(r) {
	case language.Common, language.Inherited, language.Unknown, language.Latin, language.Greek, language.Cyrillic:
		return false
	}
	return true
}

// choose finds the font for a character and the marks that stand on it.
func (fs *fontSet) choose(first faceID, cluster []rune) (faceID, bool) {
	if hidden(cluster[0]) || complexScript(cluster[0]) {
		return 0, false
	}
	if fs.hasAll(first, cluster) {
		return first, true
	}
	for _, id := range fallbacks[first] {
		if fs.hasAll(id, cluster) {
			return id, true
		}
	}
	return 0, false
}

func (fs *fontSet) hasAll(id faceID, cluster []rune) bool {
	for _, r := range cluster {
		if !fs.fonts[id].t.has(r) || hidden(r) {
			return false
		}
	}
	return true
}

// set splits text by font and shapes each part. It never fails and never uses
// the glyph for missing characters.
func (fs *fontSet) set(id faceID, text []rune) []*run {
	key := runKey{id, string(text)}
	out, ok := fs.words[key]
	if !ok {
		out = fs.setNew(id, text)
		fs.words[key] = out
	}
	return out
}

func (fs *fontSet) setNew(id faceID, text []rune) []*run {
	var out []*run
	from, face := 0, faceID(-1)
	flush := func(to int) {
		if face >= 0 && from < to {
			out = append(out, fs.shape(face, string(text[from:to])))
		}
		from, face = to, -1
	}
	for at := 0; at < len(text); {
		end := at + 1
		for end < len(text) && unicode.Is(unicode.M, text[end]) {
			end++
		}
		chosen, ok := fs.choose(id, text[at:end])
		if !ok {
			end = at + 1 // a mark that no font has must not take its base with it
			chosen, ok = fs.choose(id, text[at:end])
		}
		if !ok {
			flush(at)
			out = append(out, fs.codePoint(text[at]))
			from = end
		} else if chosen != face {
			flush(at)
			from, face = at, chosen
		}
		at = end
	}
	flush(len(text))
	return out
}

// A printed code point is smaller than the text around it and stands off from
// its neighbours.
const (
	codeScale = 0.72
	codeGap   = 90 // font units; more would be read as a space
)

func (fs *fontSet) codePoint(r rune) *run {
	key := runKey{-1, string(r)}
	if c, ok := fs.cache[key]; ok {
		return c
	}
	c := *fs.shape(mono, fmt.Sprintf("U+%04X", r))
	c.glyphs = slices.Clone(c.glyphs)
	for i := range c.glyphs {
		c.glyphs[i].dx += codeGap / 2
	}
	c.glyphs[len(c.glyphs)-1].adv += codeGap
	c.adv += codeGap
	c.code = true
	if !hidden(r) {
		c.actual = string(r)
	}
	fs.cache[key] = &c
	return &c
}

// joins tells whether a character must stay with the one before it.
func joins(r rune) bool { return unicode.Is(unicode.M, r) }

// lineEnds lists where the lines of a text may end (UAX 14), as rune offsets.
func (fs *fontSet) lineEnds(text []rune) []int {
	key := string(text)
	ends, ok := fs.breaks[key]
	if !ok {
		fs.seg.Init(text)
		for it := fs.seg.LineIterator(); it.Next(); {
			part := it.Line()
			ends = append(ends, part.Offset+len(part.Text))
		}
		fs.breaks[key] = ends
	}
	return ends
}
