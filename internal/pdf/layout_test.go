package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// pagesOf is the text of each page.
func pagesOf(t *testing.T, path string) []string {
	t.Helper()
	pages := strings.Split(tool(t, "pdftotext", "-layout", path, "-"), "\f")
	return pages[:len(pages)-1]
}

func TestTableOverPages(t *testing.T) {
	t.Parallel()
	d := plainDoc()
	d.Add(Heading{Level: 1, Text: "Rows"})
	tb := Table{Columns: []Column{{Width: 70}, {}}, Head: Cells("Name-of-row", "What it holds")}
	const rows = 90
	for i := range rows {
		text := fmt.Sprintf("begin-%d. ", i) + strings.Repeat("filling ", 5+i*7%60) + fmt.Sprintf("end-%d.", i)
		tb.Rows = append(tb.Rows, Row{Cells: Cells(strconv.Itoa(i), text)})
	}
	d.Add(tb)
	out, path := rendered(t, d)
	if out.Pages < 5 {
		t.Fatalf("only %d pages", out.Pages)
	}
	seen := 0
	for n, page := range pagesOf(t, path) {
		if got := strings.Count(page, "Name-of-row"); got != 1 {
			t.Errorf("page %d has %d header rows", n+1, got)
		}
		for i := range rows {
			begins, ends := strings.Contains(page, fmt.Sprintf("begin-%d.", i)), strings.Contains(page, fmt.Sprintf("end-%d.", i))
			if begins != ends {
				t.Errorf("page %d cuts row %d", n+1, i)
			}
			if begins {
				seen++
			}
		}
	}
	if seen != rows {
		t.Errorf("found %d rows of %d", seen, rows)
	}
	if got := strings.Count(tool(t, "pdfinfo", "-struct-text", path), "Name-of-row"); got != 1 {
		t.Errorf("the header row is read aloud %d times", got)
	}
}

// TestTooLarge sets blocks that are larger than a page and loses nothing.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	out, path := rendered(t, stress())
	text := tool(t, "pdftotext", path, "-")
	at := 0
	for _, want := range []string{"before box", "box-first", "box-last", "Tall row", "tall-first", "tall-last", "row behind",
		"Words", "inner two", "Figures", "Figure 1: very high", "in the middle", "beside", "stress-end"} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Errorf("%q is missing or out of order", want)
			continue
		}
		at += i
	}
	if got := strings.Count(text, "x"); got < 1000 {
		t.Errorf("a long word lost letters: %d of 1000 are left", got)
	}
	tool(t, "qpdf", "--qdf", "--object-streams=disable", path, path+".qdf")
	plain, err := os.ReadFile(path + ".qdf")
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(plain, []byte("/Pale gs")); got != out.Pages {
		t.Errorf("%d pages of %d have the watermark", got, out.Pages)
	}
	if strings.Contains(tool(t, "pdfinfo", "-struct-text", path), "DRAFT") {
		t.Error("the watermark is read aloud")
	}
}

// sheetsOf sets a document of the given width.
func sheetsOf(d *Doc, width float64) (out []*sheet) {
	rooms := &rooms{}
	l := newLayouter(&d.opt, newFontSet(nil), rooms, &numbers{})
	l.maxH = 700
	l.paginate(&flow{l: l, root: newRoot(rooms), width: width, blocks: d.blocks}, func(s *sheet) { out = append(out, s) })
	return out
}

func TestHeadingStaysWithTable(t *testing.T) {
	t.Parallel()
	for lines := range 60 {
		d := plainDoc()
		for range lines {
			d.Add(Paragraph{Spans: []Span{T("filling")}})
		}
		d.Add(Heading{Level: 1, Text: "The heading"}, Table{Columns: []Column{{}}, Head: Cells("The head"), Rows: []Row{{Cells: Cells("the row"), Anchor: "row"}}}, Anchor{"end"})
		d.blocks = append(d.blocks, Paragraph{Spans: []Span{T("behind")}})
		found := &numbers{byName: map[string]int{}}
		sheets := sheetsOf(d, 500)
		page := -1
		for _, s := range sheets {
			found.note(s)
			for _, c := range s.placed {
				if c.n.title != nil {
					page = s.number
				}
			}
		}
		if got := found.pageOf("row"); got != page {
			t.Errorf("behind %d lines the heading is on page %d and its table on %d", lines, page, got)
		}
	}
}

func TestWidows(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("several words in a line that goes on ", 9)
	for lines := 30; lines < 50; lines++ {
		d := plainDoc()
		for range lines {
			d.Add(Paragraph{Spans: []Span{T("filling")}})
		}
		d.Add(Paragraph{Spans: []Span{T(long)}})
		sheets := sheetsOf(d, 300)
		if len(sheets) == 1 {
			continue
		}
		if n := len(sheets[1].placed); n == 1 {
			t.Errorf("behind %d lines one line stands alone on the next page", lines)
		}
	}
}

func TestRunningTitles(t *testing.T) {
	t.Parallel()
	var got []string
	d := New(Options{Title: "Running", Created: made, Header: func(i PageInfo) Strip {
		got = append(got, fmt.Sprintf("%d/%d %s|%s", i.Number, i.Total, i.Running.Left, i.Running.Right))
		return Strip{Left: []Span{T(i.Running.Left)}}
	}})
	d.Add(Running{"one", "a"}, Heading{Level: 1, Text: "One"}, PageBreak{}, Paragraph{Spans: []Span{T("still one")}}, Running{"two", "b"},
		Paragraph{Spans: []Span{T("two begins")}}, PageBreak{}, Running{"three", ""}, Paragraph{Spans: []Span{T("three")}}, Need{Height: 715}, Paragraph{Spans: []Span{T("pushed on")}})
	rendered(t, d)
	want := "1/4 one|a, 2/4 one|a, 3/4 three|, 4/4 three|"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s\nwant %s", s, want)
	}
}

func TestBrokenDocuments(t *testing.T) {
	t.Parallel()
	img := screenshot(4, 4)
	tests := map[string]struct {
		want   error
		title  string
		blocks []Block
	}{
		"no title":      {ErrNoTitle, "", nil},
		"level skipped": {ErrHeadingLevel, "t", []Block{Heading{Level: 1, Text: "a"}, Heading{Level: 3, Text: "b"}}},
		"anchor twice":  {ErrDuplicateAnchor, "t", []Block{Anchor{"a"}, Box{Blocks: []Block{Anchor{"a"}}}}},
		"no alt":        {ErrNoAlt, "t", []Block{Figure{Image: img}}},
		"no picture":    {ErrNoImage, "t", []Block{Figure{Alt: "x"}}},
		"cells":         {ErrBadTable, "t", []Block{Table{Columns: []Column{{}}, Rows: []Row{{Cells: Cells("a", "b")}}}}},
		"no columns":    {ErrBadTable, "t", []Block{Table{Rows: []Row{{Cells: Cells("a")}}}}},
	}
	for name, tc := range tests {
		d := New(Options{Title: tc.title, Created: made})
		d.Add(tc.blocks...)
		if _, err := d.Render(); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestOddDocuments renders what a caller may well build from empty input.
func TestOddDocuments(t *testing.T) {
	t.Parallel()
	tests := map[string][]Block{
		"empty":         nil,
		"empty blocks":  {Paragraph{}, List{}, Table{}, Box{}, Columns{}, KeyValue{}, Group{}, Space{}, Drawing{Draw: func(*Canvas) {}}},
		"empty cells":   {Table{Columns: []Column{{}, {Fit: true}}, Head: []Cell{{}}, Rows: []Row{{}, {Cells: []Cell{{Span: 9}}}}}},
		"no room":       {Table{Columns: []Column{{Width: 900}, {}, {Width: 2}}, Rows: []Row{{Cells: Cells("abc def", "no room at all", "x")}}}},
		"deep nesting":  {nested(30)},
		"only breaks":   {PageBreak{}, PageBreak{}, Running{"a", "b"}, PageBreak{}},
		"missing links": {Paragraph{Spans: []Span{To("nowhere", "none"), PageOf("none"), {Text: "bad", Link: "javascript:alert(1)"}}}},
	}
	for name, blocks := range tests {
		d := plainDoc()
		d.Add(blocks...)
		out, path := rendered(t, d)
		if out.Pages != 1 {
			t.Errorf("%s: %d pages", name, out.Pages)
		}
		if js := tool(t, "qpdf", "--json", "--json-key=qpdf", path); strings.Contains(js, "/Annot\"") {
			t.Errorf("%s: has a link", name)
		}
	}
}

func nested(depth int) Block {
	if depth == 0 {
		return Paragraph{Spans: []Span{T("deep inside")}}
	}
	return Box{Border: Edge, Pad: 8, Blocks: []Block{nested(depth - 1)}}
}

// TestNothingFits sets what cannot be cut and is higher than its place: each
// layout must come to an end and show everything.
func TestNothingFits(t *testing.T) {
	t.Parallel()
	high := func(text string) Cell {
		return Cell{Blocks: []Block{Drawing{Width: 60, Height: 5000, Alt: text, Draw: func(c *Canvas) { c.Text(0, 2000, Left, Span{Text: text, Size: 100}) }}}}
	}
	table := Table{Columns: []Column{{}, {}}, Head: Cells("head-of-table", strings.Repeat("much text ", 60)),
		Rows: []Row{{Cells: []Cell{high("high-one"), {}}}, {Cells: []Cell{high("high-two"), {}}}, {Cells: Cells("last row", "")}}}
	tall := table
	tall.Head = Cells("head-of-table", strings.Repeat("very much text ", 900))
	for name, b := range map[string]Block{
		"table": table, "tall head": tall, "box": Box{Border: Ink, Blocks: []Block{Paragraph{Spans: []Span{T("in the box")}}, table}},
		"box, tall head": Box{Border: Ink, Blocks: []Block{tall}}, "columns": Columns{Columns: []Side{{Blocks: []Block{table}}, {Blocks: []Block{tall}}}},
		"list": List{Items: []ListItem{{Blocks: []Block{tall, table}}}},
	} {
		d := plainDoc()
		d.Add(Paragraph{Spans: []Span{T("first")}}, b, Paragraph{Spans: []Span{T("behind")}})
		out, path := rendered(t, d)
		text := tool(t, "pdftotext", path, "-")
		for _, want := range []string{"first", "head-of-table", "high-one", "high-two", "last row", "behind"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is lost", name, want)
			}
		}
		if out.Pages > 20 {
			t.Errorf("%s: %d pages", name, out.Pages)
		}
	}
}
