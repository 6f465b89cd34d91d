package packet

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The summary says what a board decides on, which packet proves it, and that it
// is not sealed itself.
func TestSummary(t *testing.T) {
	t.Parallel()
	c := largeContent(t)
	of := SummaryOf{SHA256: strings.Repeat("ab", 32), ManifestSHA256: strings.Repeat("cd", 32)}
	doc, err := RenderSummary(c, of)
	if err != nil {
		t.Fatal(err)
	}
	text := pdftotext(t, doc)
	want := []string{"Summary of packet r3.2, not sealed", "Go, with conditions", "The FAQ link is live before the first sale.", c.ArchiveName(),
		of.SHA256, of.ManifestSHA256, "10 fail, 10 warn; 31 pass and 11 are not seen", "2 of them are left out here.", "Fine until the release."}
	for _, it := range c.Items {
		want = append(want, it.ID)
	}
	for _, n := range Summarize(c).NotProven {
		want = append(want, strings.Split(n.Text, ":")[0])
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in the summary", w)
		}
	}
	if strings.Contains(text, "DRAFT") || strings.Contains(pdfinfo(t, doc), "packet.json") {
		t.Error("the summary of a packet says DRAFT or holds packet.json")
	}
	if again, err := RenderSummary(largeContent(t), of); err != nil || string(again) != string(doc) {
		t.Errorf("the same content gave another summary (%v)", err)
	}
	if _, err := RenderSummary(c, SummaryOf{SHA256: "ab"}); err == nil {
		t.Error("a summary was made of a packet without a digest")
	}
}

// A summary is made of a draft in any state, and each of its pages says so.
func TestSummaryOfADraft(t *testing.T) {
	t.Parallel()
	bare := smallContent(t)
	bare.Decision, bare.Items, bare.Findings, bare.Remarks, bare.TestRuns = nil, nil, nil, nil, nil
	bare.Transcripts, bare.Screenshots, bare.Sections = nil, nil, nil
	for name, c := range map[string]*Content{"bare": bare, "small": smallContent(t)} {
		doc, err := RenderSummary(c, SummaryOf{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, pages := pdftotext(t, doc), regexp.MustCompile(`Pages: +(\d+)`).FindStringSubmatch(pdfinfo(t, doc))
		if pages == nil || strconv.Itoa(strings.Count(text, "draft, not signed")) != pages[1] || !strings.Contains(text, "This is a draft.") {
			t.Errorf("%s: not every page says that it is of a draft", name)
		}
	}
}

// A summary of a usual checklist has two pages, neither of them nearly empty for a few
// lines more.
func TestSummaryHasTwoPages(t *testing.T) {
	t.Parallel()
	c := decidedContent(t)
	for i := range c.Items {
		c.Items[i].Title = "What the user sees after a refusal"
	}
	for i := range c.Findings[:len(c.Findings)-12] {
		if f := &c.Findings[i]; f.Verdict == "warn" {
			f.Verdict = "pass"
		}
	}
	doc, err := RenderSummary(c, SummaryOf{SHA256: strings.Repeat("ab", 32), ManifestSHA256: strings.Repeat("cd", 32)})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(pdftotextPages(t, doc)); n != 2 {
		t.Errorf("the summary has %d pages, want 2", n)
	}
}
