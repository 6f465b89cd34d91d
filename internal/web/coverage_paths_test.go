package web

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// The error transcript that a state rests on stands beside it, though newer runs
// that cannot tell were recorded since, and a page draws some of many only.
func TestThePathShowsWhatDecidesFirst(t *testing.T) {
	t.Parallel()
	var signIns []store.SignIn
	for run := 1; run <= 50; run++ {
		handling := analysis.Untold
		if run == 3 {
			handling = analysis.Handled
		}
		signIns = append(signIns, store.SignIn{RunNumber: run, Scenario: "consent-denied", TestRunID: uuid.New(), Number: 1,
			Errors: []analysis.ErrorTranscript{{Refusal: analysis.RefusalDenied, By: analysis.ByCallback, Handling: handling}}})
	}
	c := coverage{Coverage: app.CoverageOf(integration.Config{Protocol: integration.OIDC}, signIns), runs: map[int]store.SignIn{}, labels: newLabels()}
	for _, s := range signIns {
		c.runs[s.RunNumber] = s
	}
	for _, line := range c.paths().Lines {
		if line.ID != pathAnchor(analysis.RefusalDenied) {
			continue
		}
		if line.State != "Handled" || line.Shown[0].Run != runTitle(3, "consent-denied") || line.Shown[1].Run != runTitle(50, "consent-denied") {
			t.Errorf("%s, shown by %s, then %s", line.State, line.Shown[0].Run, line.Shown[1].Run)
		}
		if len(line.Shown) != mostShown || line.Others != 49 {
			t.Errorf("%d are drawn and %d others counted", len(line.Shown), line.Others)
		}
		return
	}
	t.Error("the refusal is not listed")
}

// Runs of an older rule set do not pass for runs that show nothing.
func TestCoverageSaysWhatIsNotJudged(t *testing.T) {
	t.Parallel()
	older, now, empty := store.TestRun{JudgedRuleSet: analysis.RuleSet - 1}, store.TestRun{JudgedRuleSet: analysis.RuleSet}, store.TestRun{}
	if got := waitingSaid([]store.TestRun{now, empty}); got != "" {
		t.Errorf("everything is judged, and the page says %q", got)
	}
	if got, want := waitingSaid([]store.TestRun{older, now, older}), "2 test runs still have to be judged again"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
