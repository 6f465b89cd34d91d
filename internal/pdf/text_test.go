package pdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestScriptsAreExtracted(t *testing.T) {
	t.Parallel()
	d := plainDoc()
	for _, s := range samples {
		d.Add(Paragraph{Spans: []Span{T(s)}}, Paragraph{Spans: []Span{M(s)}}, Paragraph{Spans: []Span{B(s)}}, Paragraph{Spans: []Span{{Text: s, Italic: true}}})
	}
	// Letters and marks apart, as some systems store names.
	d.Add(Paragraph{Spans: []Span{T("apart: Đa\u0323\u0306ng e\u0301 o\u0308 q\u0301")}})
	out, path := rendered(t, d)
	if out.Unprintable != 0 {
		t.Errorf("%d characters have no glyph", out.Unprintable)
	}
	text := tool(t, "pdftotext", path, "-")
	for _, s := range samples {
		if got := strings.Count(text, s); got != 4 {
			t.Errorf("%q is found %d times, want 4", s, got)
		}
	}
}

func TestCodePoints(t *testing.T) {
	t.Parallel()
	d := plainDoc()
	d.Add(Paragraph{Spans: []Span{T("left⟨right 🎉 end, over\u202Eride, nul\x00byte, count "), {Counter: UnprintableCount}}})
	out, path := rendered(t, d)
	if out.Unprintable != 4 {
		t.Errorf("counted %d characters, want 4", out.Unprintable)
	}
	// Poppler puts a space where the size of the text changes.
	text := strings.ReplaceAll(tool(t, "pdftotext", path, "-"), " ", "")
	for _, want := range []string{"left⟨right🎉end", "U+202E", "U+0000", "count4"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the text: %q", want, text)
		}
	}
	for _, r := range []rune{'\u202E', 0} {
		if strings.ContainsRune(text, r) {
			t.Errorf("U+%04X came through", r)
		}
	}
}

// TestNoMissingGlyph shapes every character of the basic plane and many above, in
// both directions: none may use the glyph for missing characters.
func TestNoMissingGlyph(t *testing.T) {
	t.Parallel()
	fs := newFontSet(nil)
	printed := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r > 0x20000 && r%997 != 0 || r >= 0x3400 && r < 0xD7A0 && r%97 != 0 {
			continue
		}
		for _, id := range []faceID{sans, monoBold} {
			for _, rtl := range []bool{false, true} {
				for _, run := range fs.setNew(id, []rune{'a', r, 'b'}, rtl) {
					for _, g := range run.glyphs {
						if run.font.glyphOf(int(g.code)) == 0 {
							t.Fatalf("U+%04X is set with the missing glyph of %s", r, run.font.t.name)
						}
					}
					if !run.code {
						printed++
					}
				}
			}
		}
		clear(fs.codes)
	}
	if printed == 0 {
		t.Error("nothing was printed as itself")
	}
	for _, f := range fs.fonts {
		if f != nil && f.used[0] {
			t.Errorf("%s used glyph 0", f.t.name)
		}
	}
}

// TestTypewritten compares the short way for mono text with the shaper.
func TestTypewritten(t *testing.T) {
	t.Parallel()
	fs := newFontSet(nil)
	var text []rune
	for a := ' '; a <= '~'; a++ {
		text = append(text, a, a)
		for _, b := range "fi-=><!/.:*&_|w" { // what other mono fonts draw as one
			text = append(text, a, b, a)
		}
	}
	for _, id := range []faceID{mono, monoBold} {
		short := fs.shape(id, text, false)
		long := fs.shape(id, append([]rune{'é'}, text...), false)
		if diff := cmp.Diff(long.glyphs[1:], short.glyphs, cmp.AllowUnexported(glyph{})); diff != "" {
			t.Errorf("%s: (-shaper +short way)\n%s", faceNames[id], diff)
		}
	}
}

// hostile are texts that would do harm if they reached the file unescaped.
var hostile = []string{
	"plain) >> /JavaScript (x", "endstream endobj 1 0 obj << /OpenAction 2 0 R >>", "<script>alert(1)</script>", "]]> <x:y> &amp; &#0;",
	"\\) Tj ET Q EMC", "\u202Egnp.exe", "a\x00b\x1b[31m", "\uFFFE\uFFFF", string([]byte{0xFF, 0xFE, 0x41}), "new\nline\r\nand\ttab", strings.Repeat("n", 10_000),
	"%%EOF", "' OR 1=1; --", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦", "مرحبا بالعالم", "Z̷̢̛͎a̵͓͝l̶̰̏g̸̱̈o̵̤͗",
}

func hostileDoc(s string) *Doc {
	d := New(Options{Title: s, Author: s, Subject: s, Creator: s, Lang: "en", Created: made, Watermark: "x",
		Footer:      func(PageInfo) Strip { return Strip{Left: []Span{T(s)}, Right: []Span{T(s)}} },
		Attachments: []Attachment{{Name: s, Type: s, Description: s, Relationship: "Data", Data: []byte(s)}}})
	d.Add(Heading{Level: 1, Text: s, Anchor: s}, Paragraph{Spans: []Span{To(s, s), {Text: s, Link: "https://host.example/" + s}, M(s), {Text: s, Chip: &Chip{}}}},
		Table{Columns: []Column{{}, {Fit: true}}, Head: Cells(s, s), Summary: s, Rows: []Row{{Cells: Cells(s, s)}}},
		Figure{Image: screenshot(4, 4), Alt: s})
	return d
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	for i, s := range hostile {
		out, path := rendered(t, hostileDoc(s))
		js := tool(t, "qpdf", "--json", "--json-key=qpdf", path)
		for _, bad := range []string{`"/JavaScript"`, `"/OpenAction"`, `"/JS"`, `"/Launch"`} {
			if strings.Contains(js, bad) {
				t.Errorf("text %d brought %s into the file", i, bad)
			}
		}
		if out.PageOf(s) != 1 {
			t.Errorf("text %d: the heading is on page %d", i, out.PageOf(s))
		}
		dec := xml.NewDecoder(strings.NewReader(tool(t, "pdfinfo", "-meta", path)))
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("text %d breaks the metadata: %v", i, err)
				break
			}
		}
		for _, a := range []string{"-struct-text", "-dests"} {
			tool(t, "pdfinfo", a, path)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"https://a.example/x?y=z": true, "HTTP://a.example": true, "mailto:a@b.example": true, "javascript:alert(1)": false, "file:///etc/passwd": false,
		"https://a.example/\u202E": false, "https://a.example/ b": false, "https://a.example/\n": false, "": false, "https://" + strings.Repeat("a", 3000): false,
	} {
		if got := safeAddress(s); got != want {
			t.Errorf("%.40q: got %v", s, got)
		}
	}
	d := plainDoc()
	d.Add(Paragraph{Spans: []Span{{Text: "over two lines " + strings.Repeat("words ", 30), Link: "https://a.example/"}}})
	_, path := rendered(t, d)
	js := tool(t, "qpdf", "--json", "--json-key=qpdf", path)
	if got := strings.Count(js, `"/Subtype": "/Link"`); got < 2 {
		t.Errorf("a link over two lines has %d areas", got)
	}
	if got := strings.Count(js, `"/S": "/Link"`); got != 1 {
		t.Errorf("a link over two lines is read as %d links", got)
	}
}

// FuzzText sets any text in narrow and wide places. Layout must end, use no
// missing glyph, count what it could not print, and give the same bytes again.
func FuzzText(f *testing.F) {
	seeds := 0
	for _, s := range append(append([]string(nil), hostile...), samples...) {
		f.Add(s)
		seeds++
	}
	if seeds != 23 {
		f.Fatalf("%d seeds, want 23", seeds)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = s[:min(len(s), 300)] // long text is TestHostileText's
		d := plainDoc()
		d.Add(Heading{Level: 1, Text: s, Anchor: s}, Paragraph{Spans: []Span{M(s), {Text: s, Chip: &Chip{Border: Edge}}, {Text: s, Icon: MarkPass}}},
			Table{Columns: []Column{{Width: 20}, {Fit: true}, {}}, Head: Cells(s, "b", "c"), Rows: []Row{{Cells: Cells("a", s, s)}}})
		first, err := d.Render()
		if err != nil {
			t.Fatalf("rendering: %v", err)
		}
		second, err := d.Render()
		if err != nil || !bytes.Equal(first.Bytes, second.Bytes) {
			t.Fatalf("rendering again differs: %v", err)
		}
		hiddenRunes := 0
		for _, r := range s {
			if hidden(r) && r != '\n' && r != '\r' && r != '\t' {
				hiddenRunes++
			}
		}
		if first.Unprintable < hiddenRunes {
			t.Fatalf("%d hidden characters, %d printed as code points", hiddenRunes, first.Unprintable)
		}
	})
}

// TestWordsStandApart: what stands on two lines, or is drawn in two places, is
// read as two words.
func TestWordsStandApart(t *testing.T) {
	t.Parallel()
	d := plainDoc()
	d.Add(Paragraph{Spans: []Span{T("Kestrel Ticketing\nSat 21 Nov")}},
		Table{Columns: []Column{{}, {}}, Head: Cells("Lane", "Status"), Rows: []Row{{Cells: []Cell{
			{Draw: func(c *Canvas) { c.Text(0, 10, Left, T("Kestrel")); c.Text(60, 10, Left, T("ID.me")) }},
			{Spans: []Span{T("302")}, Spoken: "ID.me answers 302"}}}}})
	_, path := rendered(t, d)
	tree := tool(t, "pdfinfo", "-struct-text", path)
	for _, want := range []string{"Ticketing Sat", "Kestrel ID.me"} {
		if !strings.Contains(tree, want) {
			t.Errorf("%q is not read:\n%s", want, tree)
		}
	}
	js := tool(t, "qpdf", "--json", "--json-key=qpdf", path)
	if !strings.Contains(js, `"/ActualText": "u:ID.me answers 302"`) {
		t.Error("the cell does not say its text")
	}
}
