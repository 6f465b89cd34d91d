package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// newer is the catalogue as a later rule set that says other verdicts of some
// rules. It counts how many runs it judged.
type newer struct {
	says map[string]analysis.Verdict
	mu   sync.Mutex
	runs int
}

func (n *newer) judge(ruleSet int) app.Judge {
	return app.Judge{RuleSet: ruleSet, Run: func(cfg integration.Config, run, others []analysis.Input) analysis.Judgement {
		n.mu.Lock()
		n.runs++
		n.mu.Unlock()
		said := analysis.JudgeRun(cfg, run, others)
		for i := range said.Findings {
			f := &said.Findings[i]
			f.RuleSet = ruleSet
			if v, other := n.says[f.Rule]; other {
				f.Verdict = v
			}
		}
		return said
	}}
}

// verdicts gives the worst that each rule says of a run, and its rule set.
func (m team) verdicts(t *testing.T, id, run uuid.UUID) (verdicts map[string]analysis.Verdict, ruleSet, version int) {
	t.Helper()
	found, err := store.ListRunFindings(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, run)
	must(t, err)
	verdicts = map[string]analysis.Verdict{}
	for _, f := range found {
		if verdicts[f.Finding.Rule] == "" || f.Finding.Verdict == analysis.Fail {
			verdicts[f.Finding.Rule] = f.Finding.Verdict
		}
		ruleSet, version = f.Finding.RuleSet, f.ConfigurationVersion
	}
	return verdicts, ruleSet, version
}

func (m team) runOf(t *testing.T, id, capture uuid.UUID) uuid.UUID {
	t.Helper()
	c, err := store.FindCapture(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, capture)
	must(t, err)
	return c.TestRunID
}

// second records another run of the integration.
func (m team) second(t *testing.T, id uuid.UUID, capture string) uuid.UUID {
	t.Helper()
	cmd := app.Command{Actor: m.member}
	run, err := m.app.CreateTestRun(t.Context(), cmd, app.NewTestRun{Integration: id, Scenario: "happy-path", TestUser: m.find(t, id).Config.TestUsers[0]})
	must(t, err)
	har, err := os.ReadFile(filepath.Join("../../testdata/captures/recorded", capture))
	must(t, err)
	captureID, err := m.app.AddCapture(t.Context(), cmd, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: bytes.NewReader(har)})
	must(t, err)
	return captureID
}

// Under a newer rule set an item turns stale only where a rule that it names
// says worse of a run that its evidence cites.
func TestANewerRuleSetVoidsWhatGotWorse(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	elsewhere := m.second(t, id, "right-second-happy-path.har")
	run := m.runOf(t, id, capture)
	before, _, _ := m.verdicts(t, id, run)
	if before["AR-14"] != analysis.Pass || before["TR-06"] != analysis.Pass || before["AR-02"] != analysis.Pass {
		t.Fatalf("the recording does not pass what this test changes: %v", before)
	}
	m.cite(t, id, capture, "TST-04", "TST-09", "TST-10")                                                                                      // AR-14; TR-06 and others; none of them
	m.cite(t, id, elsewhere, "TST-05")                                                                                                        // AR-02, by the other run
	m.claim(t, id, "RDY-02")                                                                                                                  // cites no run
	must(t, m.app.AddCaptureEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-06"), checklist.EvidenceRedirect, capture)) // open
	rule := &newer{says: map[string]analysis.Verdict{"AR-14": analysis.Fail, "AR-06": analysis.Fail}}
	judge := rule.judge(analysis.RuleSet + 1)
	entries := len(m.entries(t, id))
	must(t, m.app.JudgeAgain(t.Context(), judge, id))

	verdicts, ruleSet, _ := m.verdicts(t, id, run)
	if verdicts["AR-14"] != analysis.Fail || ruleSet != analysis.RuleSet+1 {
		t.Errorf("AR-14 says %s under rule set %d", verdicts["AR-14"], ruleSet)
	}
	want := map[string]string{"TST-04": "Run 1 was judged again under rule set 3: AR-14 said pass and says fail now."}
	want["TST-04"] = strings.Replace(want["TST-04"], "set 3", "set "+itoa(analysis.RuleSet+1), 1)
	if diff := cmp.Diff(want, m.stale(t, id)); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
	changes, err := store.ListVerdictChanges(t.Context(), m.app.Store.Reader(), m.member.Scope(), id, []uuid.UUID{run}, []string{"AR-14", "TR-06"})
	if err != nil || len(changes) != 1 || changes[0].VerdictBefore != analysis.Pass || changes[0].Verdict != analysis.Fail ||
		changes[0].RuleSetBefore != analysis.RuleSet || changes[0].RuleSet != analysis.RuleSet+1 || changes[0].RunNumber != 1 {
		t.Errorf("kept of the change: %+v, %v", changes, err)
	}
	after := m.entries(t, id)
	if len(after) != entries+2 || after[entries].Action != "test_run.judge" || after[entries].Actor.Kind != "system" || after[entries].Details["stale_items"].String() != "TST-04" {
		t.Errorf("%d audit entries for two runs; the first: %+v", len(after)-entries, after[entries])
	}
	must(t, m.app.JudgeAgain(t.Context(), judge, id))              // once is enough
	must(t, m.app.JudgeAgain(t.Context(), app.BuiltinJudge(), id)) // and an older program changes nothing
	if again := len(m.entries(t, id)); again != len(after) || rule.runs != 2 {
		t.Errorf("%d runs judged, %d audit entries more", rule.runs, again-len(after))
	}
	// Claiming again, after a look at the verdicts, is enough.
	must(t, m.app.ClaimItem(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-04")))
	if got := m.stale(t, id); len(got) != 0 {
		t.Errorf("stale after the claim: %v", got)
	}
}

func itoa(n int) string { return string(rune('0' + n)) }

func TestVerdictsThatGotBetterVoidNothing(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-04")
	worse := &newer{says: map[string]analysis.Verdict{"AR-14": analysis.Fail}}
	must(t, m.app.JudgeAgain(t.Context(), worse.judge(analysis.RuleSet+1), id))
	must(t, m.app.ClaimItem(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-04")))
	must(t, m.app.JudgeAgain(t.Context(), (&newer{}).judge(analysis.RuleSet+2), id)) // AR-14 passes again
	if verdicts, _, _ := m.verdicts(t, id, m.runOf(t, id, capture)); verdicts["AR-14"] != analysis.Pass || len(m.stale(t, id)) != 0 {
		t.Errorf("AR-14 says %s, stale %v", verdicts["AR-14"], m.stale(t, id))
	}
}

// What is in review is left alone until the decision; what was frozen and
// packed keeps its findings for good.
func TestAReviewKeepsItsFindings(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-04")
	r := m.submit(t, id)
	run := m.runOf(t, id, capture)
	judge := (&newer{says: map[string]analysis.Verdict{"AR-14": analysis.Fail}}).judge(analysis.RuleSet + 1)
	must(t, m.app.JudgeAgain(t.Context(), judge, id))
	if verdicts, ruleSet, _ := m.verdicts(t, id, run); ruleSet != analysis.RuleSet || verdicts["AR-14"] != analysis.Pass {
		t.Fatalf("judged again in review: AR-14 says %s under rule set %d", verdicts["AR-14"], ruleSet)
	}
	m.confirmAll(t, id)
	for _, item := range []string{"RDY-02", "TST-04"} {
		must(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, item)))
	}
	must(t, m.decide(t, r, store.RevisionReady, ""))
	m.save(t, id, func(c *integration.Config) { c.Policies = []string{"military"} }) // after the round was closed
	must(t, m.app.JudgeAgain(t.Context(), judge, id))
	verdicts, ruleSet, version := m.verdicts(t, id, run)
	if ruleSet != analysis.RuleSet+1 || verdicts["AR-14"] != analysis.Fail || version != 1 {
		t.Errorf("after the decision AR-14 says %s under rule set %d and description %d, want description 1", verdicts["AR-14"], ruleSet, version)
	}
	frozen, err := store.FindFrozen(t.Context(), m.app.Store.Reader(), auth.System().Scope(), r.ID)
	must(t, err)
	for _, f := range frozen.Findings {
		if f.Finding.RuleSet != analysis.RuleSet || f.Finding.Rule == "AR-14" && f.Finding.Verdict != analysis.Pass {
			t.Errorf("the frozen revision says %s of %s under rule set %d", f.Finding.Verdict, f.Finding.Rule, f.Finding.RuleSet)
		}
	}
}

// The packet of the outcome keeps the findings of its revision, though the runs
// were judged again since; it says what is stale by it.
func TestTheSecondEditionKeepsTheFindings(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-04")
	r := m.submit(t, id)
	m.confirmAll(t, id)
	cmd := app.Command{Actor: m.consultant}
	for _, item := range []string{"RDY-02", "TST-04"} {
		must(t, m.app.AcceptItem(t.Context(), cmd, m.ref(t, id, item)))
	}
	must(t, m.decide(t, r, store.RevisionReady, ""))
	must(t, m.app.PlanWalkthrough(t.Context(), cmd, m.plan(id, 0)))
	held, _ := m.held(t, id)
	must(t, m.app.StartWalkthrough(t.Context(), cmd, app.WalkthroughRef{Integration: id, RowVersion: held.RowVersion}))
	must(t, m.app.JudgeAgain(t.Context(), (&newer{says: map[string]analysis.Verdict{"AR-14": analysis.Fail}}).judge(analysis.RuleSet+1), id))
	must(t, m.end(t, id, walkthrough.NoGo, "The button was missing."))

	newest := m.packets(t, id)[0]
	source, err := store.FindPacketSource(t.Context(), m.app.Store.Reader(), auth.System().Scope(), newest.ID)
	must(t, err)
	var got struct {
		Content struct {
			RuleSet  int `json:"rule_set"`
			Findings []packet.Finding
			Items    []packet.Item
		}
	}
	must(t, json.Unmarshal(source.Content, &got))
	seen := 0
	for _, f := range got.Content.Findings {
		if f.RuleSet != analysis.RuleSet {
			t.Fatalf("edition %d has a finding of rule set %d", newest.Edition, f.RuleSet)
		}
		if f.Rule == "AR-14" {
			seen++
			if f.Verdict != string(analysis.Pass) {
				t.Errorf("AR-14 says %s in edition %d", f.Verdict, newest.Edition)
			}
		}
	}
	if newest.Edition != 2 || seen == 0 {
		t.Errorf("edition %d with %d findings of AR-14", newest.Edition, seen)
	}
	for _, i := range got.Content.Items {
		if want := i.ID == "TST-04"; i.Stale != want || strings.Contains(i.StaleReason, "AR-14 said pass and says fail now") != want {
			t.Errorf("%s: stale %v because of %q", i.ID, i.Stale, i.StaleReason)
		}
	}
}

// Evidence of another release says so in the packet.
func TestThePacketNamesAnOlderRelease(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, _ := m.recorded(t, "right-happy-path.har")
	cmd := app.Command{Actor: m.member}
	run, err := m.app.CreateTestRun(t.Context(), cmd, app.NewTestRun{Integration: id, Scenario: "happy-path", TestUser: m.find(t, id).Config.TestUsers[0], Release: "2026.10"})
	must(t, err)
	har, err := os.ReadFile("../../testdata/captures/recorded/right-second-happy-path.har")
	must(t, err)
	capture, err := m.app.AddCapture(t.Context(), cmd, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: bytes.NewReader(har)})
	must(t, err)
	m.cite(t, id, capture, "TST-10")
	m.submit(t, id)
	m.confirmAll(t, id)
	for _, item := range []string{"RDY-02", "TST-10"} {
		must(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, item)))
	}
	must(t, m.decide(t, m.revision(t, id), store.RevisionReady, ""))
	source, err := store.FindPacketSource(t.Context(), m.app.Store.Reader(), auth.System().Scope(), m.packets(t, id)[0].ID)
	if err != nil || !strings.Contains(string(source.Content), `"older_release": "2026.10"`) && !strings.Contains(string(source.Content), `"older_release":"2026.10"`) {
		t.Errorf("the packet's content does not name the older release, or %v", err)
	}
}

// After the description was saved, the runs of the open round are judged with it.
func TestTheOpenRoundFollowsTheDescription(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	run := m.runOf(t, id, capture)
	m.cite(t, id, capture, "TST-09")
	m.save(t, id, func(c *integration.Config) { c.Policies = []string{"military"} })
	if got := m.stale(t, id); len(got) != 0 {
		t.Fatalf("TST-09 does not rest on policies: %v", got)
	}
	must(t, m.app.JudgeAgain(t.Context(), app.BuiltinJudge(), id))
	verdicts, _, version := m.verdicts(t, id, run)
	if verdicts["AR-14"] != analysis.Fail || verdicts["TR-06"] != analysis.Pass || version != 2 {
		t.Errorf("AR-14 says %s and TR-06 %s under description %d, want fail and pass under 2", verdicts["AR-14"], verdicts["TR-06"], version)
	}
	// That the address was registered is a fact of the old description.
	m.save(t, id, func(c *integration.Config) {
		for n := range c.RedirectURIs {
			c.RedirectURIs[n] += "2"
		}
	})
	must(t, m.app.JudgeAgain(t.Context(), app.BuiltinJudge(), id))
	if verdicts, _, version = m.verdicts(t, id, run); verdicts["TR-06"] != analysis.Fail || version != 3 {
		t.Errorf("TR-06 says %s under description %d, want fail under 3", verdicts["TR-06"], version)
	}
}

// Servers that do the same job at once judge each run once.
func TestTwoServersJudgeOnce(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, _ := m.recorded(t, "right-happy-path.har")
	m.second(t, id, "right-second-happy-path.har")
	judge := (&newer{}).judge(analysis.RuleSet + 1)
	before := len(m.entries(t, id))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := m.app.JudgeAgain(t.Context(), judge, id); err != nil && !apperr.Is(err, apperr.Unavailable) {
				t.Errorf("judging: %v", err)
			}
		})
	}
	wg.Wait()
	if more := len(m.entries(t, id)) - before; more != 2 {
		t.Errorf("%d judgements of two runs were stored", more)
	}
}

func TestJudgingIsAskedForOnce(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	jobs := func() (n int) {
		err := m.app.Store.Reader().QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE kind = 'judge_again' AND args->>'integration_id' = $1", id.String()).Scan(&n)
		must(t, err)
		return n
	}
	must(t, m.app.RequestJudging(t.Context()))
	if n := jobs(); n != 0 {
		t.Fatalf("%d jobs although nothing is outdated", n)
	}
	_, err := m.app.Store.Pool().Exec(t.Context(), "UPDATE findings SET rule_set = rule_set - 1 WHERE test_run_id = $1", m.runOf(t, id, capture))
	must(t, err)
	var wg sync.WaitGroup
	for range 4 { // servers that start at once
		wg.Go(func() {
			if err := m.app.RequestJudging(t.Context()); err != nil {
				t.Errorf("asking: %v", err)
			}
		})
	}
	wg.Wait()
	if n := jobs(); n != 1 {
		t.Errorf("%d jobs, want 1", n)
	}
	m.save(t, id, func(c *integration.Config) { c.Notes = "Another word." })
	if n := jobs(); n != 2 { // for the new description
		t.Errorf("%d jobs after a save, want 2", n)
	}
}

// What was judged before a server ended stays judged; the next attempt goes on.
func TestJudgingGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, first := m.recorded(t, "right-happy-path.har")
	second := m.second(t, id, "right-second-happy-path.har")
	rule := &newer{}
	judge := rule.judge(analysis.RuleSet + 1)
	ctx, end := context.WithCancel(t.Context())
	ending := judge
	ending.Run = func(cfg integration.Config, run, others []analysis.Input) analysis.Judgement {
		said := judge.Run(cfg, run, others)
		if rule.runs == 2 {
			end()
		}
		return said
	}
	if err := m.app.JudgeAgain(ctx, ending, id); err == nil {
		t.Fatal("judging ended in time although the server did not")
	}
	_, done, _ := m.verdicts(t, id, m.runOf(t, id, first))
	_, left, _ := m.verdicts(t, id, m.runOf(t, id, second))
	if done != analysis.RuleSet+1 || left != analysis.RuleSet {
		t.Fatalf("the runs are of rule sets %d and %d", done, left)
	}
	must(t, m.app.JudgeAgain(t.Context(), judge, id))
	if _, left, _ = m.verdicts(t, id, m.runOf(t, id, second)); left != analysis.RuleSet+1 || rule.runs != 3 {
		t.Errorf("rule set %d after %d judgements, want 3: the first run is not judged twice", left, rule.runs)
	}
}
