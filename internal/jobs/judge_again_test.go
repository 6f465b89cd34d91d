package jobs

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// recorded gives an integration with a run that has one capture.
func recorded(t *testing.T, a *app.App) (admin auth.Actor, id uuid.UUID) {
	t.Helper()
	partner := testkit.Partner(t, a, "Northfall")
	admin = testkit.Member(t, a, partner, "Priya", auth.PartnerAdmin)
	doc, err := os.ReadFile("../../testdata/integrations/right.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := integration.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	cmd := app.Command{Actor: admin}
	if id, err = a.CreateIntegration(t.Context(), cmd, partner, cfg); err != nil {
		t.Fatal(err)
	}
	run, err := a.CreateTestRun(t.Context(), cmd, app.NewTestRun{Integration: id, Scenario: "happy-path", TestUser: cfg.TestUsers[0]})
	if err != nil {
		t.Fatal(err)
	}
	har, err := os.Open("../../testdata/captures/recorded/right-happy-path.har")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = har.Close() }()
	if _, err := a.AddCapture(t.Context(), cmd, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: har}); err != nil {
		t.Fatal(err)
	}
	return admin, id
}

func judgedUnder(t *testing.T, a *app.App, id uuid.UUID) (ruleSet, version int) {
	t.Helper()
	runs, err := store.ListTestRuns(t.Context(), a.Store.Reader(), auth.System().Scope(), id)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	return runs[0].JudgedRuleSet, runs[0].JudgedVersion
}

// A server leaves a newer rule set to the one that has it.
func TestAnOlderServerLeavesTheJob(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	_, id := recorded(t, a)
	args := app.JudgeAgainArgs{IntegrationID: id, RuleSet: analysis.RuleSet + 1}
	if err := (&judgeAgain{app: a, judge: app.BuiltinJudge()}).Work(t.Context(), &river.Job[app.JudgeAgainArgs]{Args: args}); err == nil {
		t.Error("the older server takes the job for done")
	}
	later := app.Judge{RuleSet: analysis.RuleSet + 1, Run: func(cfg integration.Config, run, others []analysis.Input) analysis.Judgement {
		said := analysis.JudgeRun(cfg, run, others)
		for n := range said.Findings {
			said.Findings[n].RuleSet = analysis.RuleSet + 1
		}
		return said
	}}
	if err := (&judgeAgain{app: a, judge: later}).Work(t.Context(), &river.Job[app.JudgeAgainArgs]{Args: args}); err != nil {
		t.Errorf("the newer server: %v", err)
	}
	if ruleSet, _ := judgedUnder(t, a, id); ruleSet != analysis.RuleSet+1 {
		t.Errorf("judged under rule set %d", ruleSet)
	}
}

// A saved description comes to the runs through the queue, and the ages of
// evidence are looked at from the start.
func TestTheQueueWorksBothJobs(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	client, err := New(a.Store.Pool(), a, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	a.Jobs = client
	admin, id := recorded(t, a)
	if err := client.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := client.Stop(stop); err != nil {
			t.Errorf("stopping the workers: %v", err)
		}
	})
	i, err := store.FindIntegration(t.Context(), a.Store.Reader(), admin.Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	i.Config.Notes = "Another word."
	if err := a.SaveIntegration(t.Context(), app.Command{Actor: admin}, id, i.RowVersion, i.Config, ""); err != nil {
		t.Fatal(err)
	}
	waited, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		_, version := judgedUnder(t, a, id)
		var aged int
		if err := a.Store.Reader().QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE kind = 'age_evidence' AND state = 'completed'").Scan(&aged); err != nil {
			t.Fatal(err)
		}
		if version == 2 && aged > 0 {
			return
		}
		select {
		case <-tick.C:
		case <-waited.Done():
			t.Fatalf("after a minute the run is judged with description %d and ages were looked at %d times", version, aged)
		}
	}
}
