package pdf

import (
	"bytes"
	"fmt"
	"testing"
)

// The first filling that fits is taken, and the last where none does; what is set
// behind it changes nothing.
func TestAddFirstFitting(t *testing.T) {
	t.Parallel()
	for lines, want := range map[int]string{3: "full", 70: "less", 400: "least"} {
		doc := New(Options{Title: "Fitting", Created: made})
		doc.AddFirstFitting(1, 3, func(way int, page *Doc) {
			for range []int{lines, lines / 2, lines / 3}[way] {
				page.Add(Paragraph{Spans: []Span{T("A line. See page "), PageOf("end")}})
			}
			page.Add(Paragraph{Anchor: []string{"full", "less", "least"}[way], Spans: []Span{T("The last line.")}})
		})
		doc.Add(Paragraph{Anchor: "end", Spans: []Span{T("The end.")}})
		out, err := doc.Render()
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Anchors[0].Name; got != want {
			t.Errorf("%d lines: the page is the %s one, want the %s one", lines, got, want)
		}
		if again, err := doc.Render(); err != nil || !bytes.Equal(again.Bytes, out.Bytes) {
			t.Errorf("%d lines: rendered again it differs (%v)", lines, err)
		}
	}
}

// The last row of a table does not begin a page alone.
func TestLastRowHasCompany(t *testing.T) {
	t.Parallel()
	for rows := 30; rows < 60; rows++ {
		doc := New(Options{Title: "Rows", Created: made})
		table := Table{Columns: []Column{{}}, Head: Cells("Row")}
		for n := range rows {
			table.Rows = append(table.Rows, Row{Anchor: fmt.Sprint("row-", n), Cells: Cells(fmt.Sprint("Row ", n))})
		}
		doc.Add(table)
		out, err := doc.Render()
		if err != nil {
			t.Fatal(err)
		}
		a := out.Anchors
		if last, before := a[rows-1].Page, a[rows-2].Page; last != before {
			t.Fatalf("of %d rows the last stands on page %d, the one before on page %d", rows, last, before)
		}
	}
}
