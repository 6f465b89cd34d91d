package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Judge is a rule set and what it says: the catalogue of this program, or
// another one in a test.
type Judge struct {
	RuleSet int
	// Run judges the captures of one run beside the others of its round; each
	// finding names RuleSet.
	Run func(cfg integration.Config, run, others []analysis.Input) analysis.Judgement
}

// BuiltinJudge is the catalogue of this program.
func BuiltinJudge() Judge { return Judge{RuleSet: analysis.RuleSet, Run: analysis.JudgeRun} }

// JudgeAgainArgs asks for the stored test runs of an integration to be judged
// with a rule set, and with a configuration version those of the open round.
type JudgeAgainArgs struct {
	IntegrationID        uuid.UUID `json:"integration_id"`
	RuleSet              int       `json:"rule_set"`
	ConfigurationVersion int       `json:"configuration_version"`
}

// Kind names the job.
func (JudgeAgainArgs) Kind() string { return "judge_again" }

// InsertOpts lets the same ask wait once only, whoever asks.
func (JudgeAgainArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}}}
}

func (a *App) requestJudging(ctx context.Context, tx pgx.Tx, id uuid.UUID, version int) error {
	args := JudgeAgainArgs{IntegrationID: id, RuleSet: analysis.RuleSet, ConfigurationVersion: version}
	if _, err := a.Jobs.InsertTx(ctx, tx, args, nil); err != nil {
		return fmt.Errorf("enqueuing a judgement: %w", err)
	}
	return nil
}

// RequestJudging enqueues a job for every integration whose findings are of an
// older rule set or description. Several servers that ask at once enqueue one.
func (a *App) RequestJudging(ctx context.Context) error {
	return a.Store.InTx(ctx, func(tx pgx.Tx) error {
		waiting, err := store.ListUnjudgedIntegrations(ctx, tx, auth.System().Scope(), analysis.RuleSet)
		if err != nil {
			return err
		}
		for _, i := range waiting {
			if err := a.requestJudging(ctx, tx, i.ID, i.ConfigurationVersion); err != nil {
				return err
			}
		}
		return nil
	})
}

// errMovedOn says that what was judged is not what is stored any more.
var errMovedOn = errors.New("judging again: the round or the description changed meanwhile")

// JudgeAgain judges every run of the integration whose findings are of an older
// rule set, or whose round is open and whose findings are of an older
// description. Runs of closed rounds keep the description they were judged
// with; runs that a revision in review rests on are left alone. Each run is a
// write of its own, so that what is done stays done, and a run that somebody
// else judged meanwhile is not judged twice. A round that cannot be judged keeps
// no other from it.
func (a *App) JudgeAgain(ctx context.Context, judge Judge, id uuid.UUID) error {
	scope := auth.System().Scope()
	i, err := store.FindIntegration(ctx, a.Store.Reader(), scope, id)
	if err != nil {
		return err
	}
	runs, err := store.ListTestRuns(ctx, a.Store.Reader(), scope, id)
	if err != nil {
		return err
	}
	inReview, err := runsInReview(ctx, a.Store.Reader(), scope, id)
	if err != nil {
		return err
	}
	byRound := map[uuid.UUID][]store.TestRun{}
	for _, run := range slices.Backward(runs) { // the oldest first
		if judge.outdated(run, i.ConfigurationVersion) && !inReview[run.ID] {
			byRound[run.RoundID] = append(byRound[run.RoundID], run)
		}
	}
	var failed error
	for round, runs := range byRound {
		failed = errors.Join(failed, a.judgeRoundAgain(ctx, judge, i, round, runs))
	}
	return failed
}

// outdated tells whether a run's findings are not those that this judge gives.
func (j Judge) outdated(run store.TestRun, version int) bool {
	if run.JudgedRuleSet == 0 || run.JudgedRuleSet > j.RuleSet { // nothing was judged, or a newer program judged it
		return false
	}
	return run.JudgedRuleSet < j.RuleSet || run.RoundOpen && run.JudgedVersion < version
}

func (a *App) judgeRoundAgain(ctx context.Context, judge Judge, i store.Integration, round uuid.UUID, runs []store.TestRun) error {
	captures, err := store.ListRoundCaptures(ctx, a.Store.Reader(), auth.System().Scope(), i.ID, round)
	if err != nil {
		return err
	}
	inputs, err := a.loadInputs(ctx, captures)
	if err != nil {
		return err
	}
	for _, run := range runs {
		j, err := a.rejudge(ctx, judge, i, run, captures, inputs)
		if err != nil {
			return err
		}
		if err := a.writeIfAny(ctx, func(ctx context.Context, w *Write) (uuid.UUID, error) { return run.ID, j.store(ctx, w) }); err != nil {
			return err
		}
	}
	return nil
}

// rejudged is what a judge says of a stored run, with all that it rests on.
type rejudged struct {
	judge       Judge
	run         store.TestRun
	captures    []store.Capture // of the round
	integration store.Integration
	version     int // of the configuration that it was judged with
	said        analysis.Judgement
}

func (a *App) rejudge(ctx context.Context, judge Judge, i store.Integration, run store.TestRun, captures []store.Capture, inputs []analysis.Input) (rejudged, error) {
	j := rejudged{judge: judge, run: run, captures: captures, integration: i, version: i.ConfigurationVersion}
	cfg := i.Config
	if !run.RoundOpen {
		old, err := store.FindConfigurationVersion(ctx, a.Store.Reader(), auth.System().Scope(), i.ID, run.JudgedVersion)
		if err != nil {
			return j, err
		}
		j.version, cfg = old.Version, old.Config
	}
	own, others := splitInputs(captures, inputs, run.ID)
	j.said = judge.Run(cfg, own, others)
	return j, nil
}

// store puts what was said in the place of the one before, keeps what it changed,
// and marks the items that it supports less.
func (j rejudged) store(ctx context.Context, w *Write) error {
	if err := j.checkUnchanged(ctx, w); err != nil {
		return err
	}
	run := j.run
	judged := []judgedRun{{run: run, ruleSet: j.judge.RuleSet, version: j.version, because: "under " + j.underWords(), said: j.said}}
	if err := judged[0].replace(ctx, w); err != nil {
		return err
	}
	details := map[string]audit.Value{
		"run": audit.Int(run.Number), "rule_set": audit.Int(j.judge.RuleSet), "configuration_version": audit.Int(j.version)}
	if err := voidWorse(ctx, w, run.IntegrationID, judged, details); err != nil {
		return err
	}
	w.Audit("test_run.judge", run.PartnerID, run.IntegrationID, audit.Object{ID: run.ID.String(), Kind: "test_run"}, details)
	return nil
}

// checkUnchanged gives errNothing where the run is judged already or has to wait
// for a decision, and errMovedOn where something else was judged than is stored.
func (j rejudged) checkUnchanged(ctx context.Context, w *Write) error {
	scope := w.Cmd.Actor.Scope()
	i, err := store.LockIntegration(ctx, w.Tx, scope, j.integration.ID)
	if err != nil {
		return err
	}
	run, err := store.FindTestRun(ctx, w.Tx, scope, i.ID, j.run.ID)
	if err != nil {
		return err
	}
	captures, err := store.ListRoundCaptures(ctx, w.Tx, scope, i.ID, run.RoundID)
	if err != nil {
		return err
	}
	inReview, err := runsInReview(ctx, w.Tx, scope, i.ID)
	if err != nil {
		return err
	}
	switch {
	case inReview[run.ID], !j.judge.outdated(run, i.ConfigurationVersion):
		return errNothing
	case !sameCaptures(captures, j.captures), run.RoundOpen != j.run.RoundOpen, run.RoundOpen && i.ConfigurationVersion != j.version,
		run.JudgedRuleSet != j.run.JudgedRuleSet, run.JudgedVersion != j.run.JudgedVersion:
		return errMovedOn
	}
	return nil
}

// underWords names what is new in what the run was judged under.
func (j rejudged) underWords() string {
	var words []string
	if j.judge.RuleSet != j.run.JudgedRuleSet {
		words = append(words, fmt.Sprintf("rule set %d", j.judge.RuleSet))
	}
	if j.version != j.run.JudgedVersion {
		words = append(words, fmt.Sprintf("description %d", j.version))
	}
	return strings.Join(words, " and ")
}
