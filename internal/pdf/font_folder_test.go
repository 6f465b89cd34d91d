package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// eastern are names that need the fonts of the folder.
var eastern = []string{
	"山田太郎", "東京都", "王小明", "北京市", "張偉", "たなかゆき", "コトブキ", "김철수", "박지영", "서울",
	"สมชาย ใจดี", "ณัฐพงษ์", "กรุงเทพฯ", "น้ำผึ้ง", "ผู้ใหญ่", "เปี๊ยก",
}

func folder(t testing.TB) *FontSet {
	t.Helper()
	set, err := LoadFonts(os.DirFS("testdata/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestFontFolder(t *testing.T) {
	t.Parallel()
	build := func(set *FontSet) *Doc {
		d := New(Options{Title: "Eastern", Created: made, Fonts: set})
		for i, n := range eastern {
			d.Add(Paragraph{Spans: []Span{T("A" + itoa(i) + " " + n + " Z")}}, Paragraph{Spans: []Span{B(n)}}, Paragraph{Spans: []Span{M(n)}})
		}
		return d
	}
	out, path := rendered(t, build(folder(t)))
	if out.Unprintable != 0 {
		t.Errorf("%d characters have no glyph", out.Unprintable)
	}
	text := tool(t, "pdftotext", path, "-")
	for i, n := range eastern {
		if got := strings.Count(text, n); got != 3 {
			t.Errorf("%q is found %d times, want 3", n, got)
		}
		if !strings.Contains(text, "A"+itoa(i)+" "+n+" Z") {
			t.Errorf("%q has lost its place", n)
		}
	}
	if testing.Verbose() {
		t.Logf("%+q", text)
	}
	again, err := build(folder(t)).Render()
	if err != nil || !bytes.Equal(again.Bytes, out.Bytes) {
		t.Errorf("the same fonts read again give another file (%v)", err)
	}
	without, err := build(nil).Render()
	if err != nil || without.Unprintable < 200 {
		t.Errorf("without the folder %d characters are printed as code points (%v)", without.Unprintable, err)
	}
}

// TestEasternLines breaks Chinese between characters and Thai where it must.
func TestEasternLines(t *testing.T) {
	t.Parallel()
	d := New(Options{Title: "Lines", Created: made, Fonts: folder(t), Page: Size{W: 200, H: 800}, Margins: Margins{Top: 40, Right: 40, Bottom: 40, Left: 40}})
	chinese := strings.Repeat("山田太郎、東京都。", 6)
	thai := strings.Repeat("น้ำผึ้งผู้ใหญ่", 6)
	d.Add(Paragraph{Spans: []Span{T(chinese)}}, Heading{Level: 1, Text: "Thai"}, Paragraph{Spans: []Span{T(thai)}})
	_, path := rendered(t, d)
	parts := strings.SplitN(tool(t, "pdftotext", path, "-"), "Thai", 2)
	if got := strings.ReplaceAll(parts[0], "\n", ""); got != chinese {
		t.Errorf("the Chinese reads %q", got)
	}
	if got := strings.NewReplacer("\n", "", "\f", "").Replace(parts[1]); got != thai {
		t.Errorf("the Thai reads %q", got)
	}
	for _, line := range strings.Split(strings.TrimSpace(parts[0]), "\n") {
		if strings.HasPrefix(line, "、") || strings.HasPrefix(line, "。") || len([]rune(line)) < 5 && line == "" {
			t.Errorf("a line begins with punctuation: %q", line)
		}
	}
	if n := strings.Count(strings.TrimSpace(parts[0]), "\n"); n < 4 {
		t.Errorf("the Chinese has only %d line ends", n)
	}
}

// edited is the Thai font with a change to one table.
func edited(t *testing.T, tag string, change func(entry, table []byte)) fs.FS {
	t.Helper()
	data, err := os.ReadFile("testdata/fonts/NotoSansThai-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	for at := 12; ; at += 16 {
		if string(data[at:at+4]) == tag {
			from := binary.BigEndian.Uint32(data[at+8:])
			change(data[at:at+16], data[from:from+binary.BigEndian.Uint32(data[at+12:])])
			return fstest.MapFS{"font.ttf": {Data: data}}
		}
	}
}

func TestFontFolderRefuses(t *testing.T) {
	t.Parallel()
	many := fstest.MapFS{}
	thai, err := os.ReadFile("testdata/fonts/NotoSansThai-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	for i := range MaxFonts + 1 {
		many["font-"+itoa(i)+".ttf"] = &fstest.MapFile{Data: thai}
	}
	for name, tc := range map[string]struct {
		want error
		in   fs.FS
	}{
		"empty":      {ErrNoFonts, fstest.MapFS{"readme.txt": {Data: []byte("x")}}},
		"no folder":  {fs.ErrNotExist, os.DirFS("testdata/none")},
		"no font":    {ErrFontDamaged, fstest.MapFS{"a.ttf": {Data: []byte("not a font")}}},
		"half":       {ErrFontDamaged, fstest.MapFS{"a.TTF": {Data: thai[:len(thai)/2]}}},
		"too many":   {ErrTooManyFonts, many},
		"too large":  {ErrFontTooLarge, fstest.MapFS{"a.ttf": {Data: make([]byte, MaxFontBytes+1)}}},
		"CFF":        {ErrFontOutlines, edited(t, "glyf", func(entry, _ []byte) { copy(entry, "CFF ") })},
		"restricted": {ErrFontLicence, edited(t, "OS/2", func(_, os2 []byte) { os2[9] = 2 })},
		"bitmaps":    {ErrFontLicence, edited(t, "OS/2", func(_, os2 []byte) { os2[8] = 2 })},
		"short glyf": {ErrFontDamaged, edited(t, "glyf", func(entry, _ []byte) { binary.BigEndian.PutUint32(entry[12:], 100) })},
		"few widths": {ErrFontDamaged, edited(t, "hmtx", func(entry, _ []byte) { binary.BigEndian.PutUint32(entry[12:], 100) })},
		"no grid":    {ErrFontDamaged, edited(t, "head", func(_, head []byte) { head[18], head[19] = 0, 0 })},
	} {
		if _, err := LoadFonts(tc.in); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
}
