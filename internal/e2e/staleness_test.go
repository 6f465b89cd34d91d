package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// lookHere looks at the page that is open, at two widths in two colour schemes.
func (b *browser) lookHere(v visit) {
	b.t.Helper()
	for _, width := range []int64{1440, 360} {
		b.lookOnce(v, width, "light", allOfAxe)
		b.lookOnce(v, width, "dark", onlyContrast)
	}
	b.look(1440, "light")
}

// TestAChangedRedirectURI changes a redirect URI in the form: a page says what
// the save voids, exactly that turns stale, and it clears when shown again.
func TestAChangedRedirectURI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const lakeshore = "Lakeshore Benefits"
	base := "/integrations/" + s.integration(t, lakeshore).String()
	b := s.newBrowser(t)
	b.signIn(partner)
	b.look(1440, "light")
	// What the demo claims of all that rests on redirect URIs.
	const rests = "TST-01 TST-03 TST-05 TST-08 TST-09 TST-10 TST-11 ERR-01 ERR-03 ERR-04 SES-07"

	b.open(base + "/description")
	b.run("writing another redirect URI", chromedp.SetValue(`textarea[name=redirect_uris]`, "https://right.localhost:8082/auth/return", chromedp.ByQuery))
	b.press("Save the description", shows("Saving makes 11 items stale"))
	if got := b.texts(`#voids tbody th a`); got != rests {
		t.Errorf("the page before the save lists %s, want %s", got, rests)
	}
	b.lookHere(visit{name: "description-voids"})
	if got := s.staleItems(t, lakeshore); got != "" {
		t.Fatalf("stale before the save: %s", got)
	}
	b.press("Save and make 11 items stale", shows("11 items are stale"))
	b.open(base + "/checklist?show=stale")
	if got := b.texts(`.item-row .id`); got != rests {
		t.Errorf("the checklist lists as stale %s, want %s", got, rests)
	}
	b.open(base)
	b.run("reading the overview", shows("Stale, and because of what"))
	b.lookHere(visit{name: "overview-stale"})

	b.open(base + "/checklist/TST-10")
	b.run("reading the reason", shows("The redirect URIs changed on"), shows("(description 1 to 2); this was shown before."), shows("Show it again"))
	b.lookHere(visit{name: "item-stale"})
	b.run("showing it again", chromedp.Click(`details.slot-add summary`, chromedp.ByQuery))
	b.press("Tie it to TST-10", shows("TST-10 has new evidence."))
	b.press("Claim TST-10", shows("TST-10 is claimed."))
	if got, want := s.staleItems(t, lakeshore), strings.Replace(rests, " TST-10", "", 1); got != want {
		t.Errorf("stale now: %s, want %s", got, want)
	}

	s.judgeWorse(t, lakeshore, "AR-14")
	b.open(base + "/checklist/TST-04")
	b.run("reading both verdicts", shows("AR-14 said pass and says fail now"), shows("What judging again changed"))
	b.lookHere(visit{name: "item-judged-again"})
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
}

// texts gives the texts of the elements that a selector matches, with blanks between.
func (b *browser) texts(selector string) string {
	b.t.Helper()
	var got string
	b.run("reading "+selector, chromedp.Evaluate(`Array.from(document.querySelectorAll(`+quote(selector)+`)).map(e => e.textContent.trim()).join(" ")`, &got))
	return got
}

// staleItems lists the stale items of an integration, in order.
func (s *site) staleItems(t *testing.T, integration string) string {
	t.Helper()
	items, err := store.ListChecklistItems(t.Context(), s.Store.Reader(), auth.System().Scope(), s.integration(t, integration))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, i := range items {
		if i.StaleReason != nil {
			ids = append(ids, i.RequirementID)
		}
	}
	return strings.Join(ids, " ")
}

// judgeWorse judges an integration again under a later rule set, under which one
// rule fails every run.
func (s *site) judgeWorse(t *testing.T, name, rule string) {
	t.Helper()
	judge := app.Judge{RuleSet: analysis.RuleSet + 1, Run: func(cfg integration.Config, run, others []analysis.Input) analysis.Judgement {
		said := analysis.JudgeRun(cfg, run, others)
		for n := range said.Findings {
			f := &said.Findings[n]
			f.RuleSet = analysis.RuleSet + 1
			if f.Rule == rule {
				f.Verdict = analysis.Fail
			}
		}
		return said
	}}
	if err := s.JudgeAgain(t.Context(), judge, s.integration(t, name)); err != nil {
		t.Fatal(err)
	}
}
