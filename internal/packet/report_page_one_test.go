package packet

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// decidedContent is an outcome with a condition, three sign-offs, a waiver and a
// finding that fails: what a good packet has at most.
func decidedContent(t testing.TB) *Content {
	t.Helper()
	c := largeContent(t)
	c.SignOffs = append(c.SignOffs, SignOff{Role: "account_team", Act: act("Marcus Oyelaran", "ID.me", "", 3)})
	failing := 0
	for i := range c.Findings {
		if f := &c.Findings[i]; f.Verdict == "fail" {
			if failing++; failing > 1 {
				f.Verdict = "pass"
			}
		}
	}
	return c
}

// crowdedContent has more of everything than page one can name.
func crowdedContent(t testing.TB) *Content {
	t.Helper()
	c := decidedContent(t)
	long := strings.Repeat("The second redirect URI keeps its query until the shop is rebuilt in spring. ", 6)
	for i := range 40 {
		c.Findings[i].Verdict = "fail"
		waived := c.Remarks[0]
		waived.ID, waived.Closed = fmt.Sprintf("rm-%03d", i+2), ptr(act("Dana Whitlock", "ID.me", long, -2))
		c.Remarks = append(c.Remarks, waived)
		c.Outcome.Conditions = append(c.Outcome.Conditions, long)
	}
	c.Outcome.Text, c.Decision.Text = long, long
	for i := range 2 { // eight sections, as the template has
		section := Section{fmt.Sprintf("X%d", i), "One more section"}
		c.Sections = append(c.Sections, section)
		c.Items[20+i].Section = section.ID
	}
	c.Items[3].Evidence = append(c.Items[3].Evidence, Evidence{Kind: "declaration", Text: "See there.", Clocks: clocks(0),
		Document: &Document{Name: "plan.pdf", MediaType: "application/pdf", Bytes: 1200, SHA256: strings.Repeat("9f", 32)}})
	c.CredentialPasses = []CredentialPass{{ID: "cp-001", Field: "text", Rules: []string{"bearer token"}, Act: act("Dana Whitlock", "ID.me", "It is an example.", -3)}}
	return c
}

// TestPageOneHoldsTheAnswer: whoever is handed page one alone knows what was decided
// of what and by whom, what is missing, and how to check it.
func TestPageOneHoldsTheAnswer(t *testing.T) {
	t.Parallel()
	first := decidedContent(t)
	first.Edition, first.Supersedes, first.Outcome, first.Walkthrough, first.SignOffs, first.Questions = 1, nil, nil, nil, nil, nil
	for name, c := range map[string]*Content{"small": smallContent(t), "first edition": first, "decided": decidedContent(t), "large": largeContent(t), "crowded": crowdedContent(t)} {
		p, err := Build(c, sealFor(t, c, ring(t)))
		if err != nil {
			t.Fatal(err)
		}
		pages := pdftotextPages(t, p.PDF)
		want := []string{c.Integration.Name, c.Integration.Partner, "revision 3", c.Answer().Title, "“ready” by Dana Whitlock, ID.me", "items accepted", "A mark for each item",
			"What this packet does not prove", "Sign-offs", "Check it yourself", "proofwalk verify --fingerprint SHA256 " + c.ArchiveName()}
		if c.Outcome != nil {
			want = append(want, "Outcome recorded by Dana Whitlock, ID.me", "Condition: The FAQ link is live before the first sale.", "What fails")
		}
		for _, n := range Summarize(c).NotProven {
			want = append(want, strings.TrimSuffix(regexp.MustCompile(`:|\. `).Split(n.Text, 2)[0], "."))
		}
		for _, w := range want {
			if !strings.Contains(pages[0], w) {
				t.Errorf("%s: page one does not say %q:\n%s", name, w, pages[0])
			}
		}
		if !strings.Contains(pages[1], "Items") {
			t.Errorf("%s: the items do not begin on page two:\n%s", name, pages[1])
		}
	}
}

// TestCrowdedPageOneCounts: what page one has no room for it counts, and says where it is.
func TestCrowdedPageOneCounts(t *testing.T) {
	t.Parallel()
	c := crowdedContent(t)
	page, all := firstPageOf(t, c)
	for _, want := range []string{`41 remarks were waived, not mended\. Page \d`, `And \d+ more\. Page \d+\..*A mark for each item`, `Condition: .*And \d+ more\. Page \d+\..*items accepted`} {
		if !regexp.MustCompile(want).MatchString(page) {
			t.Errorf("page one does not match %q:\n%s", want, page)
		}
	}
	long := c.Outcome.Text
	if n := strings.Count(all, strings.TrimSpace(long)); n < 2*40+2 {
		t.Errorf("what page one cuts short stands %d times behind it, want each waiver, condition and reason", n)
	}
	for _, n := range Summarize(c).NotProven {
		if !strings.Contains(all, n.Text) {
			t.Errorf("%q is nowhere in full", n.Text)
		}
	}
}

// TestLongReasonIsWhole: a reason and conditions as long as a person may write them stand
// whole in the report, and on the page of an excerpt that nothing can be withheld from.
func TestLongReasonIsWhole(t *testing.T) {
	t.Parallel()
	c := decidedContent(t)
	reason := "First. " + strings.Repeat("The second redirect URI keeps its query until spring. ", 70) + "Last of the reason."
	c.Decision.Text = reason
	for n := range 14 {
		c.Outcome.Conditions = append(c.Outcome.Conditions, fmt.Sprintf("Condition number %d holds.", n))
	}
	_, all := firstPageOf(t, c)
	for _, want := range []string{"Last of the reason.", "Condition number 13 holds."} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is nowhere in the report", want)
		}
	}
	doc, err := mustCut(t, mustBuild(t, c, ring(t)).Zip, someWithheld...).PDF()
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(strings.Fields(pdftotext(t, doc)), " "); !strings.Contains(text, "Last of the reason.") || !strings.Contains(text, "Condition number 13 holds.") {
		t.Errorf("the excerpt cuts what it cannot withhold:\n%s", text)
	}
}
