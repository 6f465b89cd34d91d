package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// SubmitRevision freezes the checklist as revision rN and hands it to review.
// It is refused while a revision is in review, and with a list (apperr.Conflict,
// a field per reason, named by the item) while an item keeps the gate shut, or a
// typed text, document or transcript holds what looks like a credential now. A
// text that was passed with a reason before stays passed; the command's own
// reason passes those that are no credential.
func (a *App) SubmitRevision(ctx context.Context, cmd Command, integrationID uuid.UUID) (uuid.UUID, error) {
	checked, err := a.checkStored(ctx, cmd, integrationID)
	if err != nil {
		return uuid.Nil, err
	}
	return a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := cmd.Actor.Scope()
		i, err := store.LockIntegration(ctx, w.Tx, scope, integrationID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.SubmitRevision, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		if err := refuseNextRevision(ctx, w, i.ID); err != nil {
			return uuid.Nil, err
		}
		frozen, err := freeze(ctx, w, i.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := checkSubmit(ctx, w, i, frozen, checked); err != nil {
			return uuid.Nil, err
		}
		round, err := a.openRoundOf(ctx, w, i)
		if err != nil {
			return uuid.Nil, err
		}
		r := store.Revision{PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, ConfigurationVersion: i.ConfigurationVersion,
			RuleSet: analysis.RuleSet, RoundID: round.ID, SubmittedBy: cmd.Actor.UserID, SubmittedAt: w.Now}
		number, err := store.InsertRevision(ctx, w.Tx, r, frozen)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("revision.submit", i.PartnerID, i.ID, audit.Object{ID: r.ID.String(), Kind: "revision"}, map[string]audit.Value{
			"revision": audit.Int(number), "configuration_version": audit.Int(i.ConfigurationVersion), "rule_set": audit.Int(analysis.RuleSet)})
		return r.ID, store.SetStage(ctx, w.Tx, scope, i.ID, store.StageReview, w.Now)
	})
}

// refuseNextRevision: one revision after the other, and none while the
// walkthrough of the last one is being held.
func refuseNextRevision(ctx context.Context, w *Write, integrationID uuid.UUID) error {
	scope := w.Cmd.Actor.Scope()
	submitted, err := store.HasSubmittedRevision(ctx, w.Tx, scope, integrationID)
	if err != nil {
		return err
	}
	if submitted {
		return apperr.New(apperr.Conflict, "A revision is in review already. The next one can be submitted after its decision.")
	}
	running, err := store.IsWalkthroughRunning(ctx, w.Tx, scope, integrationID)
	if err != nil {
		return err
	}
	if running {
		return apperr.New(apperr.Conflict, "A walkthrough is being held. The next revision can be submitted after its outcome.")
	}
	return nil
}

// freeze reads what a revision holds.
func freeze(ctx context.Context, w *Write, integrationID uuid.UUID) (store.Frozen, error) {
	scope := w.Cmd.Actor.Scope()
	var f store.Frozen
	var err error
	if f.Items, err = store.ListChecklistItems(ctx, w.Tx, scope, integrationID); err != nil {
		return f, err
	}
	if f.Evidence, err = store.ListEvidence(ctx, w.Tx, scope, integrationID); err != nil {
		return f, err
	}
	if f.TestRuns, err = store.ListTestRuns(ctx, w.Tx, scope, integrationID); err != nil {
		return f, err
	}
	if f.Captures, err = store.ListCaptures(ctx, w.Tx, scope, integrationID); err != nil {
		return f, err
	}
	if f.Findings, err = store.ListFindings(ctx, w.Tx, scope, integrationID); err != nil {
		return f, err
	}
	if f.SignIns, err = store.ListSignIns(ctx, w.Tx, scope, integrationID); err != nil {
		return f, err
	}
	used := evidencedRuns(f.Evidence)
	f.TestRuns = slices.DeleteFunc(f.TestRuns, func(t store.TestRun) bool { return !used[t.ID] })
	f.Captures = slices.DeleteFunc(f.Captures, func(c store.Capture) bool { return !used[c.TestRunID] })
	f.Findings = slices.DeleteFunc(f.Findings, func(x store.Finding) bool { return !used[x.TestRunID] })
	f.SignIns = slices.DeleteFunc(f.SignIns, func(x store.SignIn) bool { return !used[x.TestRunID] })
	return f, nil
}

// evidencedRuns are the test runs that evidence was taken from.
func evidencedRuns(evidence []store.Evidence) map[uuid.UUID]bool {
	used := map[uuid.UUID]bool{}
	for _, e := range evidence {
		if e.TestRunID != nil {
			used[*e.TestRunID] = true
		}
	}
	return used
}

// blockerFields gives one field per blocker, named by its item.
func blockerFields(blockers []checklist.Blocker) []apperr.Field {
	fields := make([]apperr.Field, len(blockers))
	for n, b := range blockers {
		fields[n] = apperr.Field{Name: b.ItemID, Text: b.ItemID + " " + b.Reason}
	}
	return fields
}

// refuseWith makes one conflict of all that holds a gate shut, nil when nothing does.
func refuseWith(text string, held []apperr.Field) error {
	if len(held) == 0 {
		return nil
	}
	return &apperr.Error{Kind: apperr.Conflict, Text: text, Fields: held}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
