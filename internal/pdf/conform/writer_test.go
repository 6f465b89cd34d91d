package conform_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/pdf"
	"github.com/proofwalk/proofwalk/internal/pdf/conform"
	"github.com/proofwalk/proofwalk/internal/testkit/pdfreaders"
)

var made = time.Date(2026, 11, 21, 22, 4, 5, 0, time.UTC)

// picture is a picture of a kind.
func picture(t testing.TB, kind string) *pdf.Image {
	t.Helper()
	rect := image.Rect(0, 0, 40, 30)
	var src image.Image
	rgba, gray := image.NewNRGBA(rect), image.NewGray(rect)
	for y := range rect.Dy() {
		for x := range rect.Dx() {
			rgba.Set(x, y, color.NRGBA{byte(6 * x), byte(8 * y), 90, byte(255 - x)})
			gray.SetGray(x, y, color.Gray{byte(x * y)})
		}
	}
	src = rgba
	if strings.HasPrefix(kind, "gray") {
		src = gray
	}
	var buf bytes.Buffer
	var err error
	if strings.HasSuffix(kind, "jpeg") {
		err = jpeg.Encode(&buf, src, nil)
	} else {
		err = png.Encode(&buf, src)
	}
	if err != nil {
		t.Fatal(err)
	}
	img, err := pdf.NewImage(buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// scripts are names and sentences of the scripts that are set, and of one that is not.
const scripts = "Zażółć gęślą jaźń, Ξεσκεπάζω, Съешь ещё, Đặng Thị Ngọc Ánh, السلام عليكم ١٢٣, שלום עולם, नमस्ते दुनिया, ⟨x⟩ 🎉 山田 \u202Eabc\u200B\x00 fi"

// everything is a document with every kind of block, one after and within another.
func everything(t testing.TB, text string) *pdf.Doc {
	strip := func(i pdf.PageInfo) pdf.Strip {
		return pdf.Strip{Left: []pdf.Span{pdf.T(text), {Text: "site", Link: "https://proofwalk.example"}}, Centre: []pdf.Span{pdf.To("top", "top")}, Right: []pdf.Span{pdf.T(fmt.Sprint(i.Number)), pdf.PageOf("table")}, Rule: 1}
	}
	d := pdf.New(pdf.Options{
		Title: "Everything " + text, Lang: "en-GB", Author: text, Subject: "  " + text, Created: made, Header: strip, Footer: strip, Watermark: "DRAFT " + text,
		Attachments: []pdf.Attachment{
			{Name: "packet.json", Type: "application/json", Relationship: "Source", Description: text, Data: []byte("{}")},
			{Name: text + ".bin", Data: nil},
		},
	})
	spans := []pdf.Span{
		pdf.T(text + " "), pdf.B(text), pdf.M(text), {Text: text, Italic: true}, {Icon: pdf.MarkPass, Text: text}, {Icon: pdf.MarkFail},
		{Text: "chip", Chip: &pdf.Chip{Fill: pdf.AccentTint, Border: pdf.Accent}}, {Text: "chip " + text, Link: "https://proofwalk.example/a?b=c", Chip: &pdf.Chip{Fill: pdf.AccentTint}},
		{Text: strings.Repeat("a long link "+text, 8), Link: "mailto:somebody@proofwalk.example", Icon: pdf.MarkWarn}, pdf.To("to the table", "table"),
		pdf.PageOf("top"), pdf.PageOf("nowhere"), {Counter: pdf.UnprintableCount}, {Counter: pdf.TotalPages}, {Text: "line\nfeed\n"},
		{Icon: &pdf.Icon{Width: 1, Height: 1, Alt: "a dot " + text, Draw: func(c *pdf.Canvas) { c.Rect(0, 0, c.W, c.H, pdf.Stroke{Fill: pdf.Fail}) }}},
	}
	paragraph := pdf.Paragraph{Spans: spans}
	list := pdf.List{Ordered: true, Items: []pdf.ListItem{pdf.Item(spans...), {Blocks: []pdf.Block{paragraph, pdf.List{Items: []pdf.ListItem{pdf.Item(pdf.T("inner"))}}}}, {}}}
	table := pdf.Table{
		Columns: []pdf.Column{{Fit: true}, {}, {Width: 90, Align: pdf.Right}}, Head: []pdf.Cell{{Spans: spans[:2]}, {Spans: []pdf.Span{{Text: "link", Link: "https://proofwalk.example"}}, Span: 2}},
		Summary: text, Frame: true,
		Rows: []pdf.Row{
			{Anchor: "row", Cells: []pdf.Cell{{Spans: spans, Header: true}, {Blocks: []pdf.Block{list}}, {}}},
			{Fill: pdf.WarnTint, Cells: []pdf.Cell{{Spans: []pdf.Span{pdf.T("wide")}, Span: 3}}},
			{Cells: []pdf.Cell{{Draw: func(c *pdf.Canvas) {
				c.Text(3, 9, pdf.Left, pdf.T(text))
				c.Line(0, 0, c.W, c.H, pdf.Stroke{Line: pdf.Ink})
			}, MinHeight: 40}}},
			{Cells: []pdf.Cell{{Blocks: []pdf.Block{pdf.Figure{Image: picture(t, "png"), Alt: "picture " + text}}}, {Blocks: []pdf.Block{pdf.Table{Columns: []pdf.Column{{}}, Rows: []pdf.Row{{Cells: []pdf.Cell{{Spans: []pdf.Span{pdf.T(text)}, Spoken: "spoken " + text}}}}}}}}},
		},
	}
	for i := range 25 {
		table.Rows = append(table.Rows, pdf.Row{Cells: pdf.Cells(fmt.Sprint(i), text, "1")})
	}
	d.Add(
		pdf.Heading{Level: 1, Text: "Everything " + text, Anchor: "top"}, paragraph, pdf.Rule{}, pdf.Space{Height: 9}, pdf.Need{Height: 90}, list,
		pdf.Heading{Level: 2, Spans: spans}, pdf.Anchor{Name: "table"}, table, pdf.Heading{Level: 3, Text: text, NoBookmark: true},
		pdf.Heading{Level: 2, Text: "Pictures"}, pdf.Running{Left: text, Right: text},
	)
	for _, kind := range []string{"png", "jpeg", "gray png", "gray jpeg"} {
		d.Add(pdf.Figure{Image: picture(t, kind), Alt: kind + " " + text, Caption: spans, Border: pdf.Edge})
	}
	draw := func(c *pdf.Canvas) {
		c.Arrow(1, 1, 90, 90, pdf.Stroke{Line: pdf.Ink, Width: 2, Dash: []float64{3, 2}})
		c.RoundRect(1, 1, 20, 20, 4, pdf.Stroke{Fill: pdf.Pass, Line: pdf.Fail})
		c.Icon(pdf.MarkWaived, 30, 30, 20)
		c.Text(50, 50, pdf.Centre, spans...)
	}
	d.Add(
		pdf.Drawing{Width: 100, Height: 100, Alt: "drawing " + text, Draw: draw}, pdf.Drawing{Width: 100, Height: 100, Draw: draw},
		pdf.Box{Fill: pdf.Sunken, Border: pdf.Ink, Blocks: []pdf.Block{paragraph, pdf.Box{Blocks: []pdf.Block{list}}}}, pdf.PageBreak{},
		pdf.KeyValue{Columns: 2, Pairs: []pdf.Pair{{Key: "Key " + text, Value: spans}, {Key: text}, {Value: spans[:1]}, {}}},
		pdf.Columns{Divider: pdf.Line, Columns: []pdf.Side{{Blocks: []pdf.Block{paragraph}}, {Blocks: []pdf.Block{list, pdf.SealBox{Spans: spans[:2]}}}, {}}},
		pdf.Group{Blocks: []pdf.Block{pdf.Heading{Level: 2, Text: "Group"}, pdf.Paragraph{}, pdf.Paragraph{Spans: []pdf.Span{pdf.T("")}}}},
		pdf.Table{Columns: []pdf.Column{{}, {}}, Head: pdf.Cells("only", "a head")}, pdf.List{}, pdf.KeyValue{}, pdf.Columns{}, pdf.Box{}, pdf.Table{},
	)
	return d
}

func conforms(t *testing.T, what string, d *pdf.Doc) []byte {
	t.Helper()
	out, err := d.Render()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return nil
	}
	r, err := conform.Check(out.Bytes)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	for _, v := range r.Violations {
		t.Errorf("%s: %s", what, v)
	}
	for _, u := range r.Undecided {
		t.Errorf("%s: undecided: %s", what, u)
	}
	if len(r.Rules) != len(conform.Rules()) || r.Pages != out.Pages {
		t.Errorf("%s: looked at %d pages of %d with %d rules", what, r.Pages, out.Pages, len(r.Rules))
	}
	return out.Bytes
}

// TestWriterConforms: what internal/pdf writes breaks no rule. Its claims of
// PDF/UA-1 and PDF/A-3a rest on this test.
func TestWriterConforms(t *testing.T) {
	t.Parallel()
	for what, text := range map[string]string{
		"plain": "text", "empty": "", "blank": "  ", "syntax": "<<(>>) Tj\nendobj /x#00 %%EOF ]]>&amp;", "marks": "e\u0301\u0323 \u0301 नि क्षि \u0645\u064E",
		"blanks": "a\u00A0b\u2003c\u2007d\u3000e\u2800f\u3164g\u115Fh\u00ADi\u200Dj\u2060k\uFEFFl", "private": "\uE000 \U000F0001 \uFFFF \uFFFE \uFFFD",
		"long": strings.Repeat("unbreakable", 40),
	} {
		conforms(t, what, everything(t, text))
	}
	pdfreaders.Agree(t, conforms(t, "scripts", everything(t, scripts)))
	conforms(t, "no blocks", pdf.New(pdf.Options{Title: "Nothing", Created: made}))
	conforms(t, "white title", pdf.New(pdf.Options{Title: "\x00\x01", Created: made}))
}

// TestWriterConformsSealed: a signature changes nothing of that, shown or not.
func TestWriterConformsSealed(t *testing.T) {
	t.Parallel()
	for _, shown := range []bool{true, false} {
		seal := &pdf.Seal{Reserve: 2000, Name: "Kestrel", Reason: "Packet", Sign: func([sha256.Size]byte) ([]byte, error) { return conform.Message(), nil }}
		d := pdf.New(pdf.Options{Title: "Sealed", Created: made, Seal: seal})
		d.Add(pdf.Heading{Level: 1, Text: "Sealed"}, pdf.Paragraph{Spans: []pdf.Span{pdf.T(scripts)}})
		if shown {
			d.Add(pdf.SealBox{Spans: []pdf.Span{pdf.B("Sealed by Kestrel")}, Fill: pdf.PassTint, Border: pdf.Pass})
		}
		pdfreaders.Agree(t, conforms(t, fmt.Sprint("shown ", shown), d))
	}
}

// TestWriterConformsWithFonts: nor does a folder of fonts.
func TestWriterConformsWithFonts(t *testing.T) {
	t.Parallel()
	fonts, err := pdf.LoadFonts(os.DirFS("../testdata/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	d := pdf.New(pdf.Options{Title: "Fonts", Created: made, Fonts: fonts})
	d.Add(pdf.Heading{Level: 1, Text: "สมชาย 山田太郎 김철수"}, pdf.Paragraph{Spans: []pdf.Span{pdf.T("ผู้ใหญ่ 東京都 서울"), pdf.B("เปี๊ยก 北京市"), pdf.M("박지영")}})
	conforms(t, "fonts", d)
}
