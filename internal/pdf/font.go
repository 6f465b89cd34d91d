package pdf

import (
	"bytes"
	"embed"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
)

//go:embed fonts/*.ttf
var fontFiles embed.FS

// faceID is one of the built-in fonts.
type faceID int

const (
	sans faceID = iota
	sansBold
	sansItalic
	mono
	monoBold
	faceCount
)

var faceNames = [faceCount]string{
	sans: "IBMPlexSans-Regular", sansBold: "IBMPlexSans-SemiBold", sansItalic: "IBMPlexSans-Italic",
	mono: "IBMPlexMono-Regular", monoBold: "IBMPlexMono-SemiBold",
}

// fallbacks lists the fonts tried after the first, nearest first.
var fallbacks = [faceCount][]faceID{
	sans: {sansBold}, sansBold: {sans}, sansItalic: {sans},
	mono: {sans, sansBold}, monoBold: {sansBold, sans},
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
}

// subsetTables are the tables a subset keeps; glyf and loca are made anew.
var subsetTables = []string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"}

// unitsPerEm is the grid of the built-in fonts, and that of PDF.
const unitsPerEm = 1000

// typefaces parses the built-in fonts once.
var typefaces = sync.OnceValue(func() *[faceCount]*typeface {
	var all [faceCount]*typeface
	for id := range faceNames {
		data, err := fontFiles.ReadFile("fonts/" + faceNames[id] + ".ttf")
		if err == nil {
			all[id], err = parseTypeface(faceNames[id], data)
		}
		if err != nil {
			// The fonts are part of the program; a bad one is a bad build.
			panic(fmt.Errorf("pdf: reading built-in font %s: %w", faceNames[id], err))
		}
	}
	return &all
})

func parseTypeface(name string, data []byte) (*typeface, error) {
	ld, err := ot.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading font directory: %w", err)
	}
	f, err := font.NewFont(ld)
	if err != nil {
		return nil, fmt.Errorf("reading font: %w", err)
	}
	t := &typeface{name: name, font: f, tables: map[string][]byte{}, upem: int(f.Upem())}
	for _, tag := range append([]string{"OS/2", "post"}, subsetTables...) {
		raw, err := ld.RawTable(ot.NewTag(tag[0], tag[1], tag[2], tag[3]))
		if err != nil {
			return nil, fmt.Errorf("reading font table %q: %w", tag, err)
		}
		t.tables[tag] = raw
	}
	if t.upem != unitsPerEm {
		return nil, fmt.Errorf("reading font grid: %d units, want %d", t.upem, unitsPerEm)
	}
	t.metrics()
	return t, nil
}

// metrics reads the numbers of the font descriptor (ISO 32000-1, 9.8).
func (t *typeface) metrics() {
	head, hhea, os2, post := t.tables["head"], t.tables["hhea"], t.tables["OS/2"], t.tables["post"]
	s16 := func(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
	em := func(v int) int { return v * 1000 / t.upem }
	t.longLoca = s16(head, 50) == 1
	for i := range t.bbox {
		t.bbox[i] = em(s16(head, 36+2*i))
	}
	t.ascent, t.descent = em(s16(hhea, 4)), em(s16(hhea, 6))
	t.capHeight = em(s16(os2, 88))
	t.italic = s16(post, 4)
	t.stemV = 50 + s16(os2, 4)/8
	t.flags = 1 << 5 // nonsymbolic
	if binary.BigEndian.Uint32(post[12:]) != 0 {
		t.flags |= 1
	}
	if t.italic != 0 {
		t.flags |= 1 << 6
	}
	glyphs, long := s16(t.tables["maxp"], 4), s16(hhea, 34)
	t.advances = make([]uint16, glyphs)
	for g := range t.advances {
		t.advances[g] = binary.BigEndian.Uint16(t.tables["hmtx"][4*min(g, long-1):])
	}
}

// has tells whether the font has a glyph of its own for a character.
func (t *typeface) has(r rune) bool {
	g, ok := t.font.NominalGlyph(r)
	return ok && g != 0
}
