package pdf

import (
	"fmt"
	"slices"
	"unicode"

	"github.com/go-text/typesetting/di"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/segmenter"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// run is shaped text of one font, independent of its size. Its glyphs stand from
// left to right whatever the direction of the text.
type run struct {
	font   *docFont
	glyphs []glyph
	adv    int
	text   string // what is read
	actual bool   // the text is replacement text: the codes do not give it back
	code   bool   // a printed code point
}

// width is the advance at a size in points.
func (r *run) width(size float64) float64 {
	return q(float64(r.adv) * size / float64(r.font.t.upem))
}

// word is text of one font, size and direction that was set before.
type word struct {
	face faceID
	rtl  bool
	text []rune
	runs []*run
	next *word // with the same digest
}

// fontSet shapes the text of one document. It keeps what it found, because words
// come back and because layout is done more than once.
type fontSet struct {
	extra  *FontSet
	fonts  []*docFont // made when they are first used
	order  [faceCount][]faceID
	shaper shaping.HarfbuzzShaper
	codes  map[rune]*run // printed code points
	words  map[uint64]*word
	glyphs slab[glyph]
	runs   slab[run]
	lists  slab[*run]
	runes  slab[rune]
	known  slab[word]
	ends   []int // see lineEnds
	seg    segmenter.Segmenter
}

func newFontSet(extra *FontSet) *fontSet {
	fs := &fontSet{extra: extra, codes: map[rune]*run{}, words: map[uint64]*word{}}
	n := int(faceCount)
	if extra != nil {
		n += len(extra.faces)
	}
	fs.fonts = make([]*docFont, n)
	for _, id := range []faceID{sans, sansBold, sansItalic, mono, monoBold} {
		fs.order[id] = extra.order(id)
	}
	return fs
}

// typeface is a built-in font or one of the set.
func (fs *fontSet) typeface(id faceID) *typeface {
	if id >= faceCount {
		return fs.extra.faces[id-faceCount]
	}
	return builtIn[id]()
}

func (fs *fontSet) font(id faceID) *docFont {
	if fs.fonts[id] == nil {
		fs.fonts[id] = newDocFont(id, fs.typeface(id))
	}
	return fs.fonts[id]
}

// noLigatures keeps each character of an identifier in a cell of its own.
var noLigatures = []shaping.FontFeature{
	{Tag: ot.NewTag('l', 'i', 'g', 'a')}, {Tag: ot.NewTag('c', 'l', 'i', 'g')},
}

// shape sets text that the face is known to have; nil when it has not.
func (fs *fontSet) shape(id faceID, text []rune, rtl bool) *run {
	f := fs.font(id)
	if (id == mono || id == monoBold) && !rtl && plainASCII(text) {
		return fs.typewritten(f, text)
	}
	in := shaping.Input{Text: text, RunEnd: len(text), Direction: di.DirectionLTR, Face: f.face,
		Script: scriptOf(text), Language: "en"}
	if rtl {
		in.Direction = di.DirectionRTL
	}
	in.Size = fixed.I(f.t.upem) // results are then in font units
	if id == mono || id == monoBold {
		in.FontFeatures = noLigatures
	}
	out := fs.shaper.ShapeNoExtents(in)
	s := &speller{f: f, runes: text, glyphs: fs.glyphs.take(len(out.Glyphs))}
	if !s.spell(out.Glyphs, rtl) {
		return nil
	}
	r := fs.runs.one()
	r.font, r.glyphs, r.text, r.actual = f, s.glyphs, string(text), s.actual
	for i := range r.glyphs {
		r.adv += int(r.glyphs[i].adv)
	}
	return r
}

func plainASCII(text []rune) bool {
	for _, r := range text {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return true
}

// typewritten sets ASCII in a mono font, in which the shaper changes nothing: half
// of the words of a packet are identifiers.
func (fs *fontSet) typewritten(f *docFont, text []rune) *run {
	r := fs.runs.one()
	r.font, r.text, r.glyphs = f, string(text), fs.glyphs.take(len(text))
	for _, c := range text {
		gid, _ := f.t.font.NominalGlyph(c)
		adv := int32(f.t.advances[gid])
		code, ok := f.code(uint16(gid), r.text[len(r.glyphs):len(r.glyphs)+1])
		r.actual = r.actual || !ok
		r.glyphs = append(r.glyphs, glyph{code: code, nat: adv, adv: adv})
		r.adv += int(adv)
	}
	return r
}

// scriptIn is the script of a character, false when it has that of its
// neighbours.
func scriptIn(r rune) (language.Script, bool) {
	switch s := language.LookupScript(r); s {
	case language.Common, language.Inherited, language.Unknown:
		return 0, false
	default:
		return s, true
	}
}

func scriptOf(runes []rune) language.Script {
	for _, r := range runes {
		if s, ok := scriptIn(r); ok {
			return s
		}
	}
	return language.Latin
}

// hidden tells whether a character is invisible or steers its neighbours:
// controls, format characters (bidirectional overrides among them), private use,
// unassigned ones, line and paragraph separators.
func hidden(r rune) bool {
	if r < 0x7F {
		return r < ' '
	}
	return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp)
}

// choose finds the font for a character and the marks that stand on it.
func (fs *fontSet) choose(first faceID, cluster []rune) (faceID, bool) {
	if hidden(cluster[0]) {
		return 0, false
	}
	if fs.hasAll(first, cluster) {
		return first, true
	}
	for _, id := range fs.order[first] {
		if mayHave(id, cluster[0]) && fs.hasAll(id, cluster) {
			return id, true
		}
	}
	return 0, false
}

// mayHave spares reading a font of one script for a character far from it.
func mayHave(id faceID, r rune) bool {
	switch id {
	case arabic, arabicBold:
		return r >= 0x600 && r < 0x900 || r >= 0xFB50 && r < 0xFF00
	case hebrew, hebrewBold:
		return r >= 0x590 && r < 0x600 || r >= 0xFB1D && r < 0xFB50 || r == 0x20AA
	case devanagari, devanagariBold:
		return r >= 0x900 && r < 0x980 || r >= 0x1CD0 && r < 0x1D00 || r >= 0xA8E0 && r < 0xA900 || r == 0x20B9
	}
	return true
}

func (fs *fontSet) hasAll(id faceID, cluster []rune) bool {
	t := fs.typeface(id)
	for i, r := range cluster {
		if i > 0 && joiner(r) {
			continue // the shaper needs no glyph for it
		}
		if !t.has(r) || hidden(r) {
			return false
		}
	}
	return true
}

// set splits text by font and shapes each part. It never fails and never uses
// the glyph for missing characters. The runs stand in the order of the text.
func (fs *fontSet) set(id faceID, text []rune, rtl bool) []*run {
	digest := uint64(14695981039346656037) // FNV-1a
	for _, r := range text {
		digest = (digest ^ uint64(r)) * 1099511628211
	}
	digest = (digest^uint64(id))*2 + 1
	if rtl {
		digest++
	}
	for w := fs.words[digest]; w != nil; w = w.next {
		if w.face == id && w.rtl == rtl && slices.Equal(w.text, text) {
			return w.runs
		}
	}
	w := fs.known.one()
	w.face, w.rtl, w.runs, w.next = id, rtl, fs.setNew(id, text, rtl), fs.words[digest]
	w.text = append(fs.runes.take(len(text)), text...)
	fs.words[digest] = w
	return w.runs
}

func (fs *fontSet) setNew(id faceID, text []rune, rtl bool) []*run {
	out := fs.lists.take(1) // nearly always enough
	from, face := 0, faceID(-1)
	var script language.Script
	flush := func(to int) {
		if face >= 0 && from < to {
			out = fs.shaped(out, face, text[from:to], rtl)
		}
		from, face, script = to, -1, 0
	}
	for at := 0; at < len(text); {
		end := clusterEnd(text, at)
		chosen, ok := fs.choose(id, text[at:end])
		if !ok {
			end = at + 1 // a mark that no font has must not take its base with it
			chosen, ok = fs.choose(id, text[at:end])
		}
		if !ok {
			flush(at)
			out = append(out, fs.codePoint(text[at]))
			from, at = end, end
			continue
		}
		own, strong := scriptIn(text[at])
		if chosen != face || strong && script != 0 && own != script {
			flush(at)
			from, face = at, chosen
		}
		if strong {
			script = own
		}
		at = end
	}
	flush(len(text))
	return out
}

// clusterEnd is the end of a character with its marks and joiners.
func clusterEnd(text []rune, at int) int {
	end := at + 1
	for end < len(text) && (unicode.Is(unicode.M, text[end]) || joined(text[end-1], text[end])) {
		end++
	}
	return end
}

// shaped adds text in one font. Where the shaper asks for a glyph that the font
// lacks, the characters are printed as code points.
func (fs *fontSet) shaped(out []*run, id faceID, text []rune, rtl bool) []*run {
	if r := fs.shape(id, text, rtl); r != nil {
		return append(out, r)
	}
	for at := 0; at < len(text); {
		end := clusterEnd(text, at)
		r := fs.shape(id, text[at:end], rtl)
		if r != nil {
			out = append(out, r)
		} else {
			for _, c := range text[at:end] {
				out = append(out, fs.codePoint(c))
			}
		}
		at = end
	}
	return out
}

// A printed code point is smaller than the text around it and stands off from
// its neighbours.
const (
	codeScale = 0.72
	codeGap   = 90 // font units; more would be read as a space
)

func (fs *fontSet) codePoint(r rune) *run {
	if c, ok := fs.codes[r]; ok {
		return c
	}
	text := fmt.Sprintf("U+%04X", r)
	c := *fs.set(mono, []rune(text), false)[0]
	c.glyphs = slices.Clone(c.glyphs)
	for i := range c.glyphs {
		c.glyphs[i].dx += codeGap / 2
	}
	c.glyphs[len(c.glyphs)-1].adv += codeGap
	c.adv += codeGap
	c.code = true
	if !hidden(r) {
		c.text, c.actual = string(r), true
	}
	fs.codes[r] = &c
	return &c
}

// graphemeEnds lists where a word may be cut that is wider than a line, as rune
// offsets: never inside of what a reader takes for one character.
func (fs *fontSet) graphemeEnds(text []rune) []int {
	var ends []int
	fs.seg.Init(text)
	for it := fs.seg.GraphemeIterator(); it.Next(); {
		part := it.Grapheme()
		ends = append(ends, part.Offset+len(part.Text))
	}
	return ends
}

// lineEnds lists where the lines of a text may end (UAX 14), as rune offsets that
// are good until the next call: behind spaces, hyphens and between the characters
// of Chinese, Japanese and Korean. Thai, which writes no spaces between words and
// has no rule short of a dictionary, breaks at its spaces, and in a phrase wider
// than a line between characters (see graphemeEnds).
func (fs *fontSet) lineEnds(text []rune) []int {
	fs.ends = fs.ends[:0]
	if onlyWords(text) {
		for i := 1; i < len(text); i++ {
			if text[i-1] == ' ' && text[i] != ' ' {
				fs.ends = append(fs.ends, i)
			}
		}
		if len(text) > 0 {
			fs.ends = append(fs.ends, len(text))
		}
		return fs.ends
	}
	fs.seg.Init(text)
	for it := fs.seg.LineIterator(); it.Next(); {
		part := it.Line()
		fs.ends = append(fs.ends, part.Offset+len(part.Text))
	}
	return fs.ends
}

// onlyWords tells whether text has nothing but ASCII letters, digits and spaces,
// for which the rules come down to one.
func onlyWords(text []rune) bool {
	for _, r := range text {
		if r != ' ' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}
