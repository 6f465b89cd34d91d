package pdf

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
)

// The fonts of Latin text are kept as they are. Those of other scripts, twice as
// large and seldom asked for, are packed and inflated at their first use.
//
//go:embed fonts/*.ttf fonts/*.ttf.gz
var fontFiles embed.FS

// faceID is one of the built-in fonts, or one of a [FontSet] from faceCount on.
type faceID int

const (
	sans faceID = iota
	sansBold
	sansItalic
	mono
	monoBold
	arabic
	arabicBold
	hebrew
	hebrewBold
	devanagari
	devanagariBold
	wide
	wideBold
	faceCount
)

var faceNames = [faceCount]string{
	sans: "IBMPlexSans-Regular", sansBold: "IBMPlexSans-SemiBold", sansItalic: "IBMPlexSans-Italic",
	mono: "IBMPlexMono-Regular", monoBold: "IBMPlexMono-SemiBold",
	arabic: "NotoSansArabic-Regular", arabicBold: "NotoSansArabic-Bold",
	hebrew: "NotoSansHebrew-Regular", hebrewBold: "NotoSansHebrew-Bold",
	devanagari: "NotoSansDevanagari-Regular", devanagariBold: "NotoSansDevanagari-Bold",
	wide: "NotoSans-Regular", wideBold: "NotoSans-Bold",
}

// fallbacks lists the built-in fonts tried after the first, nearest first.
var fallbacks = [faceCount][]faceID{
	sans:       {sansBold, arabic, hebrew, devanagari, wide},
	sansBold:   {sans, arabicBold, hebrewBold, devanagariBold, wideBold},
	sansItalic: {sans, arabic, hebrew, devanagari, wide},
	mono:       {sans, sansBold, arabic, hebrew, devanagari, wide},
	monoBold:   {sansBold, sans, arabicBold, hebrewBold, devanagariBold, wideBold},
}

// typeface is a parsed font file, shared by all documents and never written to.
type typeface struct {
	name      string
	font      *font.Font
	tables    map[string][]byte
	upem      int
	advances  []uint16 // by glyph, in font units
	longLoca  bool
	ascent    int // in thousandths of an em, as all below
	descent   int
	capHeight int
	italic    int // degrees
	flags     int // ISO 32000-1, table 123
	stemV     int
	bbox      [4]int
	bold      bool
	blank     int // a glyph without ink, -1 when there is none; see blankWidth
}

// subsetTables are the tables a subset keeps; glyf and loca are made anew.
var subsetTables = []string{"glyf", "head", "hhea", "hmtx", "loca", "maxp"}

// builtIn parses each built-in font when it is first asked for.
var builtIn = func() (all [faceCount]func() *typeface) {
	for id, name := range faceNames {
		all[id] = sync.OnceValue(func() *typeface {
			file, err := fontFile(name)
			var t *typeface
			if err == nil {
				t, err = parseTypeface(file)
			}
			if err != nil {
				// The fonts are part of the program; a bad one is a bad build.
				panic(fmt.Errorf("pdf: reading built-in font %s: %w", name, err))
			}
			t.name = name
			return t
		})
	}
	return all
}()

// Preload reads the fonts that nearly every document needs. It may run beside whatever
// comes before a document; one that is made meanwhile waits for the font it needs.
func Preload() {
	for _, id := range []faceID{sans, sansBold, mono, monoBold} {
		builtIn[id]()
	}
}

// fontFile opens the file of a built-in font. One that is not packed is read where it
// stands in the program.
func fontFile(name string) (ot.Resource, error) {
	plain, err := fontFiles.Open("fonts/" + name + ".ttf")
	if file, ok := plain.(ot.Resource); ok {
		return file, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	packed, err := fontFiles.Open("fonts/" + name + ".ttf.gz")
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(z)
	return bytes.NewReader(data), err
}

// Errors of font files.
var (
	ErrFontDamaged  = errors.New("font is damaged")
	ErrFontOutlines = errors.New("font has no TrueType outlines (CFF outlines are not embedded)")
	ErrFontLicence  = errors.New("font forbids embedding")
)

// parseTypeface reads a TrueType file, or the first font of a collection.
func parseTypeface(file ot.Resource) (*typeface, error) {
	lds, err := ot.NewLoaders(file)
	if err != nil || len(lds) == 0 {
		return nil, ErrFontDamaged
	}
	ld := lds[0]
	t := &typeface{tables: map[string][]byte{}}
	for _, tag := range append([]string{"OS/2", "post"}, subsetTables...) {
		raw, err := ld.RawTable(ot.NewTag(tag[0], tag[1], tag[2], tag[3]))
		switch {
		case err == nil:
			t.tables[tag] = raw
		case tag == "glyf" || tag == "loca":
			return nil, ErrFontOutlines
		default:
			return nil, ErrFontDamaged
		}
	}
	if err := t.measure(); err != nil {
		return nil, err
	}
	if t.font, err = shapeable(ld); err != nil {
		return nil, err
	}
	return t, nil
}

// shapeable reads the tables for shaping. The reader panics on some damage.
func shapeable(ld *ot.Loader) (f *font.Font, err error) {
	defer func() {
		if recover() != nil {
			f, err = nil, ErrFontDamaged
		}
	}()
	if f, err = font.NewFont(ld); err != nil {
		return nil, ErrFontDamaged
	}
	return f, nil
}

// leastSizes are the lengths of tables up to the last field that is read.
var leastSizes = map[string]int{"head": 54, "hhea": 36, "maxp": 6, "OS/2": 78, "post": 16}

// measure reads the numbers of the font descriptor (ISO 32000-1, 9.8).
func (t *typeface) measure() error {
	for tag, n := range leastSizes {
		if len(t.tables[tag]) < n {
			return ErrFontDamaged
		}
	}
	head, hhea, os2, post := t.tables["head"], t.tables["hhea"], t.tables["OS/2"], t.tables["post"]
	s16 := func(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
	u16 := func(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
	if t.upem = u16(head, 18); t.upem < 16 || t.upem > 16384 {
		return ErrFontDamaged
	}
	if access := u16(os2, 8); access&0xF == 2 || access&0x200 != 0 {
		return ErrFontLicence // restricted, or bitmaps only
	}
	em := func(v int) int { return v * 1000 / t.upem }
	t.longLoca = s16(head, 50) == 1
	for i := range t.bbox {
		t.bbox[i] = em(s16(head, 36+2*i))
	}
	t.ascent, t.descent = em(s16(hhea, 4)), em(s16(hhea, 6))
	t.capHeight = t.ascent
	if s16(os2, 0) >= 2 && len(os2) >= 90 {
		t.capHeight = em(s16(os2, 88))
	}
	t.italic = s16(post, 4)
	weight := u16(os2, 4)
	t.bold = weight >= 600
	t.stemV = 50 + weight/8
	t.flags = 1 << 5 // nonsymbolic
	if binary.BigEndian.Uint32(post[12:]) != 0 {
		t.flags |= 1
	}
	if t.italic != 0 {
		t.flags |= 1 << 6
	}
	return t.glyphTables(u16(t.tables["maxp"], 4), u16(hhea, 34))
}

// glyphTables checks that every glyph has a width and an outline inside of its
// table, so that nothing later has to.
func (t *typeface) glyphTables(glyphs, long int) error {
	hmtx, loca, glyf := t.tables["hmtx"], t.tables["loca"], t.tables["glyf"]
	size := 2
	if t.longLoca {
		size = 4
	}
	if glyphs < 1 || long < 1 || long > glyphs || len(hmtx) < 4*long+2*(glyphs-long) || len(loca) < size*(glyphs+1) {
		return ErrFontDamaged
	}
	t.advances = make([]uint16, glyphs)
	t.blank = -1
	for g := range t.advances {
		t.advances[g] = binary.BigEndian.Uint16(hmtx[4*min(g, long-1):])
		from, to := t.place(g)
		if from > to || to > len(glyf) {
			return ErrFontDamaged
		}
		if g > 0 && g < long-1 && t.blank < 0 && from == to && t.advances[g] == 0 {
			t.blank = g // free to be given a width: shaping leaves out what it stands for
			t.advances[g] = uint16(t.blankWidth())
		}
	}
	for g := range t.advances {
		parts, _, ok := components(t.outline(g))
		if !ok {
			return ErrFontDamaged
		}
		for _, c := range parts {
			if c.gid >= glyphs {
				return ErrFontDamaged
			}
		}
	}
	return nil
}

// has tells whether the font has a glyph of its own for a character.
func (t *typeface) has(r rune) bool {
	g, ok := t.font.NominalGlyph(r)
	return ok && g != 0
}
