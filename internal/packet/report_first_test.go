package packet

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// firstPageOf is the text of a draft's first page, and that of all pages.
func firstPageOf(t *testing.T, c *Content) (first, all string) {
	t.Helper()
	draft, err := RenderDraft(c)
	if err != nil {
		t.Fatal(err)
	}
	pages := pdftotextPages(t, draft)
	return strings.Join(strings.Fields(pages[0]), " "), strings.Join(strings.Fields(strings.Join(pages, " ")), " ")
}

// TestPageOneNamesWaivers: whoever reads page one alone sees what was let go and why.
func TestPageOneNamesWaivers(t *testing.T) {
	t.Parallel()
	c := smallContent(t)
	first, all := firstPageOf(t, c)
	for _, want := range []string{"rm-001 on TST-09: Fine until the release. (until 21 Feb 2027)", "1 with a waiver", "Accepted, with a waiver"} {
		if !strings.Contains(first, want) {
			t.Errorf("page one does not say %q:\n%s", want, first)
		}
	}
	if n := strings.Count(all, "Accepted, with a waiver"); n != 2 {
		t.Errorf("the key and the one item say it %d times, want 2", n)
	}
	if !strings.Contains(all, "Why it was waived By Until") {
		t.Error("the table of waivers has no column for the date")
	}

	c.Remarks[0].Until = Time{}
	for i := range 4 {
		more := c.Remarks[0]
		more.ID, more.Item = fmt.Sprintf("rm-%03d", i+2), ""
		c.Remarks = append(c.Remarks, more)
	}
	first, all = firstPageOf(t, c)
	if !strings.Contains(first, "rm-003: Fine until the release. And 2 more. Page") || strings.Contains(first, "rm-004") {
		t.Errorf("page one does not name three waivers and count the rest:\n%s", first)
	}
	if strings.Contains(all, "no date") || strings.Contains(all, "By Until") {
		t.Error("there is a column for dates that nobody gave")
	}
	for i := range c.Items {
		c.Items[i].Stale = true
	}
	if summary := Summarize(c); summary.WithWaiver(&c.Items[0]) {
		t.Error("an item that is stale counts as accepted with a waiver")
	}
}

// TestPageOneNamesFailures: a good answer hides no finding that fails.
func TestPageOneNamesFailures(t *testing.T) {
	t.Parallel()
	c := smallContent(t)
	if first, _ := firstPageOf(t, c); strings.Contains(first, "What fails") {
		t.Errorf("something is said to fail:\n%s", first)
	}
	c.Findings[0].Verdict = "fail"
	first, _ := firstPageOf(t, c)
	if !strings.Contains(first, "What fails") || !strings.Contains(first, "AR-03 The redirect URI equals a registered one f-001 page 2; item TST-09") {
		t.Errorf("page one does not name what fails:\n%s", first)
	}
	first, _ = firstPageOf(t, largeContent(t))
	if got := strings.Count(first, "CB-"); got != failuresNamed || !strings.Contains(first, "And 5 more. Page") {
		t.Errorf("page one names %d of 10 failures, want %d and how many more:\n%s", got, failuresNamed, first)
	}
}

// TestTranscriptsHaveAChapter: transcripts of one scenario are told by their labels.
func TestTranscriptsHaveAChapter(t *testing.T) {
	t.Parallel()
	draft, err := RenderDraft(largeContent(t))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "draft.pdf")
	if err := os.WriteFile(name, draft, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdfinfo", "-struct-text", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{`H2 (block) "Transcripts"`, `H3 (block) "t-001 Consent denied"`, `H3 (block) "t-002 Happy path"`, `H4 (block) "Expected and actual"`} {
		if !strings.Contains(said, want) {
			t.Errorf("the structure has no %s", want)
		}
	}
}

// TestExcerptWithoutOnePart: one part was withheld, not "1 were".
func TestExcerptWithoutOnePart(t *testing.T) {
	t.Parallel()
	doc, err := mustCut(t, mustBuild(t, smallContent(t), ring(t)).Zip, "f-002").PDF()
	if err != nil {
		t.Fatal(err)
	}
	if first := pdftotextPages(t, doc)[0]; !strings.Contains(first, "parts are shown, 1 was withheld.") {
		t.Errorf("page one says otherwise:\n%s", first)
	}
}
