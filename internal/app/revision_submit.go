package app

import (
	"context"
	"io"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// SubmitRevision freezes the checklist as revision rN and hands it to review.
// It is refused while a revision is in review, and with a list (apperr.Conflict,
// a field per reason, named by the item) while an item keeps the gate shut, or a
// typed text or transcript holds what looks like a credential now.
func (a *App) SubmitRevision(ctx context.Context, cmd Command, integrationID uuid.UUID) (uuid.UUID, error) {
	checked, err := a.checkTranscripts(ctx, cmd, integrationID)
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
		if err := checkSubmit(frozen, checked); err != nil {
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
	used := evidencedRuns(f.Evidence)
	f.TestRuns = slices.DeleteFunc(f.TestRuns, func(t store.TestRun) bool { return !used[t.ID] })
	f.Captures = slices.DeleteFunc(f.Captures, func(c store.Capture) bool { return !used[c.TestRunID] })
	f.Findings = slices.DeleteFunc(f.Findings, func(x store.Finding) bool { return !used[x.TestRunID] })
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

// checkTranscripts looks through every transcript of the integration under the
// current policy, before the transaction. It gives for each capture whether it
// is clean.
func (a *App) checkTranscripts(ctx context.Context, cmd Command, integrationID uuid.UUID) (map[uuid.UUID]bool, error) {
	scope := cmd.Actor.Scope()
	i, err := store.FindIntegration(ctx, a.Store.Reader(), scope, integrationID)
	if err != nil {
		return nil, err
	}
	if err := allow(cmd.Actor, auth.SubmitRevision, i.PartnerID); err != nil {
		return nil, err
	}
	captures, err := store.ListCaptures(ctx, a.Store.Reader(), scope, integrationID)
	if err != nil {
		return nil, err
	}
	clean := make(map[uuid.UUID]bool, len(captures))
	for _, c := range captures {
		if clean[c.ID], err = a.isClean(ctx, c.Digest); err != nil {
			return nil, err
		}
	}
	return clean, nil
}

func (a *App) isClean(ctx context.Context, digest string) (bool, error) {
	file, err := a.Blobs.Open(ctx, digest)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }() // reading only
	_, err = redact.Check(io.Reader(file))
	if apperr.Is(err, apperr.Invalid) {
		return false, nil
	}
	return err == nil, err
}

// checkSubmit gives all that keeps a checklist from being submitted as one
// error with a field per reason.
func checkSubmit(f store.Frozen, clean map[uuid.UUID]bool) error {
	rules := make([]checklist.Item, len(f.Items))
	for n, i := range f.Items {
		rules[n] = i.Rule()
	}
	held := blockerFields(checklist.SubmitBlockers(rules))
	names := map[uuid.UUID]string{}
	for _, i := range f.Items {
		names[i.ID] = i.RequirementID
		for _, t := range []string{i.Title, i.Help, deref(i.NotApplicableReason)} {
			held = append(held, textField(i.RequirementID, "its text", t)...)
		}
	}
	captures := map[uuid.UUID]store.Capture{}
	for _, c := range f.Captures {
		captures[c.ID] = c
	}
	for _, e := range f.Evidence {
		item := names[e.ItemID]
		held = append(held, textField(item, "its evidence", deref(e.Text))...)
		if e.CaptureID == nil {
			continue
		}
		ok, looked := clean[*e.CaptureID]
		switch {
		case !looked:
			return apperr.New(apperr.Conflict, "A capture was added at this moment. Submit again, so that it is looked through too.")
		case !ok:
			held = append(held, apperr.Field{Name: item, Text: item + " rests on a capture that holds what looks like a credential: record the run again"})
		}
	}
	return refuseWith("The checklist cannot be submitted yet.", held)
}

func textField(item, where, text string) []apperr.Field {
	if len(redact.CheckText(text)) == 0 {
		return nil
	}
	return []apperr.Field{{Name: item, Text: item + ": " + where + " holds what looks like a credential: take it out"}}
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
