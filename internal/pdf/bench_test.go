package pdf

import (
	"testing"
)

// hopRow is a row of a transcript table.
func hopRow(i int) Row {
	return Row{Cells: []Cell{{Spans: []Span{T(itoa(i))}}, {Spans: []Span{M("GET")}},
		{Spans: []Span{M("api.idmelabs.com"), {Text: "/oauth/authorize/" + itoa(i), Mono: true, Bold: true}}},
		{Spans: []Span{T("client_id, state of hop " + itoa(i))}},
		{Spans: Verdict(MarkPass, "Pass", Pass)}}}
}

// large is a document of 19 pages with 400 rows and six pictures.
func large(img *Image) *Doc {
	d := New(Options{Title: "Large", Created: made, Header: header, Footer: footer})
	firstPage(d)
	d.Add(PageBreak{}, Heading{Level: 2, Text: "Run", Anchor: "rules"}, Anchor{"ERR-01.1"}, Anchor{"TST-69"}, Anchor{"scripts"})
	for run := range 20 {
		tb := Table{Columns: []Column{{Width: 28}, {Width: 40}, {Weight: 2}, {Weight: 2}, {Fit: true}},
			Head: Cells("Hop", "Method", "Address", "Parameters", "Verdict")}
		for i := range 20 {
			tb.Rows = append(tb.Rows, hopRow(run*20+i))
		}
		d.Add(Heading{Level: 3, Text: "Transcript " + itoa(run)}, tb)
		if run%3 == 0 && run < 18 {
			d.Add(Figure{Image: img, Alt: "Page " + itoa(run), Width: 190, Border: Edge})
		}
	}
	return d
}

func BenchmarkRender(b *testing.B) {
	img := screenshot(1280, 800)
	b.ReportAllocs()
	pages := 0
	for b.Loop() {
		out, err := large(img).Render()
		if err != nil {
			b.Fatal(err)
		}
		pages = out.Pages
	}
	b.ReportMetric(float64(pages), "pages")
	b.ReportMetric(float64(pages)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}
