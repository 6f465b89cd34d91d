package app

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// NewTestRun says what a test run goes through.
type NewTestRun struct {
	Integration uuid.UUID
	Scenario    string // slug, see checklist.Scenarios
	TestUser    string // one of the integration's labels
	Release     string // the build under test; may be empty
}

// maxRelease is the longest name of a build, in characters.
const maxRelease = 80

// CreateTestRun adds a test run to the open round; without one it opens the
// next, which begins with the first run after a review decision.
func (a *App) CreateTestRun(ctx context.Context, cmd Command, run NewTestRun) (uuid.UUID, error) {
	run.Release = strings.TrimSpace(run.Release)
	texts := a.gate(ctx, &cmd, place{integration: run.Integration})
	texts.look("release", run.Release)
	if err := texts.refusal(); err != nil {
		return uuid.Nil, err
	}
	return a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := cmd.Actor.Scope()
		i, err := store.LockIntegration(ctx, w.Tx, scope, run.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.RunTests, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		if err := run.check(i.Config.TestUsers); err != nil {
			return uuid.Nil, err
		}
		round, err := a.openRoundOf(ctx, w, i)
		if err != nil {
			return uuid.Nil, err
		}
		t := store.TestRun{PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, RoundID: round.ID, Scenario: run.Scenario,
			TestUser: run.TestUser, Release: run.Release, CreatedBy: cmd.Actor.UserID, CreatedAt: w.Now}
		number, err := store.InsertTestRun(ctx, w.Tx, t)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("test_run.create", i.PartnerID, i.ID, audit.Object{ID: t.ID.String(), Kind: "test_run"}, map[string]audit.Value{
			"run": audit.Int(number), "scenario": audit.Text(run.Scenario), "round": audit.Int(round.Number)})
		return t.ID, nil
	})
}

// check gives the messages per field as one error for the form.
func (run NewTestRun) check(users []string) error {
	var fields []apperr.Field
	if _, known := checklist.FindScenario(run.Scenario); !known {
		fields = append(fields, apperr.Field{Name: "scenario", Text: "Choose what the test user goes through."})
	}
	switch {
	case len(users) == 0:
		fields = append(fields, apperr.Field{Name: "test_user", Text: "Add a label for a test user to the description first: a run names who signed in."})
	case !slices.Contains(users, run.TestUser):
		fields = append(fields, apperr.Field{Name: "test_user", Text: "Choose one of the labels of your description."})
	}
	switch {
	case utf8.RuneCountInString(run.Release) > maxRelease:
		fields = append(fields, apperr.Field{Name: "release", Text: "Shorten it to 80 characters."})
	case !isPlain(run.Release):
		fields = append(fields, apperr.Field{Name: "release", Text: "Write the name of the build only, without control characters."})
	}
	if len(fields) > 0 {
		return apperr.InvalidFields("Nothing was created yet. Change the marked fields and send it again.", fields...)
	}
	return nil
}

// openRoundOf gives the integration's open round and opens the next one when
// the last was closed by its decision.
func (a *App) openRoundOf(ctx context.Context, w *Write, i store.Integration) (store.Round, error) {
	scope := w.Cmd.Actor.Scope()
	round, err := store.FindOpenRound(ctx, w.Tx, scope, i.ID)
	if !apperr.Is(err, apperr.NotFound) {
		return round, err
	}
	last, err := store.LastRoundNumber(ctx, w.Tx, scope, i.ID)
	if err != nil {
		return store.Round{}, err
	}
	if err := a.openRound(ctx, w, i.PartnerID, i.ID, last+1); err != nil {
		return store.Round{}, err
	}
	return store.FindOpenRound(ctx, w.Tx, scope, i.ID)
}
