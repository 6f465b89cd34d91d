package pdf

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// The middle of a footer stands in the middle of the page, beside a long left too.
func TestFooterHasItsMiddle(t *testing.T) {
	t.Parallel()
	for _, left := range []string{"Lakeshore, revision 1", "Lakeshore Benefits, Group discounts at the checkout, revision 12"} {
		d := New(Options{Title: "Strip", Created: made, Footer: func(PageInfo) Strip {
			return Strip{Left: []Span{T(left)}, Centre: []Span{M("middle")}, Right: []Span{T("1 of 1")}}
		}})
		d.Add(Paragraph{Spans: []Span{T("Text.")}})
		_, path := rendered(t, d)
		box := regexp.MustCompile(`xMin="([\d.]+)".* xMax="([\d.]+)".*>middle<`).FindStringSubmatch(tool(t, "pdftotext", "-bbox", path, "-"))
		if box == nil {
			t.Fatal("the footer has no middle")
		}
		from, _ := strconv.ParseFloat(box[1], 64)
		to, _ := strconv.ParseFloat(box[2], 64)
		if off := math.Abs((from+to)/2 - A4.W/2); off > 1 {
			t.Errorf("beside %q the middle is %.1f points off", left, off)
		}
	}
}
