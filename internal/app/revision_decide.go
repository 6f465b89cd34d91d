package app

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// ReviewDecision is the consultant's decision on a submitted revision.
type ReviewDecision struct {
	Integration uuid.UUID
	Revision    uuid.UUID
	RowVersion  int // of the revision, as it was opened
	// State is ready or returned.
	State store.RevisionState
	// Reasons may be empty for ready.
	Reasons string
}

// DecideRevision ends a review. It closes the round, which destroys its
// pseudonym key, and opens the next. ready is refused with a list while an item
// of the review is not done; it asks for edition 1 of the packet.
func (a *App) DecideRevision(ctx context.Context, cmd Command, d ReviewDecision) error {
	if err := d.check(a.gate(ctx, &cmd, place{integration: d.Integration})); err != nil {
		return err
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := cmd.Actor.Scope()
		i, err := store.LockIntegration(ctx, w.Tx, scope, d.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.DecideRevision, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		r, err := store.FindRevision(ctx, w.Tx, scope, d.Revision)
		if err != nil {
			return uuid.Nil, err
		}
		if err := checkUndecided(r, i.ID); err != nil {
			return uuid.Nil, err
		}
		if d.State == store.RevisionReady {
			if err := checkGate(ctx, w, i.ID, checklist.ReadyBlockers, "The revision is not ready yet."); err != nil {
				return uuid.Nil, err
			}
		}
		w.Audit("revision.decide", i.PartnerID, i.ID, audit.Object{ID: r.ID.String(), Kind: "revision"}, map[string]audit.Value{
			"revision": audit.Int(r.Number), "decision": audit.Text(string(d.State))})
		return r.ID, a.endReview(ctx, w, r, d)
	})
	return err
}

func (d *ReviewDecision) check(texts *gate) error {
	switch d.State {
	case store.RevisionReady:
		if strings.TrimSpace(d.Reasons) == "" {
			d.Reasons = ""
			return nil
		}
	case store.RevisionReturned:
	default:
		return apperr.InvalidFields("The revision needs a decision.", apperr.Field{Name: "decision", Text: "Choose ready or returned."})
	}
	d.Reasons = texts.text("reasons", d.Reasons)
	return texts.refusal()
}

func checkUndecided(r store.Revision, integrationID uuid.UUID) error {
	if r.IntegrationID != integrationID {
		return apperr.New(apperr.NotFound, "There is no such revision.")
	}
	if r.State != store.RevisionSubmitted {
		return apperr.New(apperr.Conflict, "The revision was decided already: "+string(r.State)+". A decision is final.")
	}
	return nil
}

// endReview writes the decision and all that follows from it.
func (a *App) endReview(ctx context.Context, w *Write, r store.Revision, d ReviewDecision) error {
	scope := w.Cmd.Actor.Scope()
	if err := store.DecideRevision(ctx, w.Tx, scope, r.ID, d.RowVersion, d.State); err != nil {
		return err
	}
	err := store.InsertDecision(ctx, w.Tx, store.Decision{PartnerID: r.PartnerID, ID: store.NewID(), IntegrationID: r.IntegrationID, RevisionID: r.ID,
		Decision: string(d.State), Reasons: d.Reasons, DecidedBy: w.Cmd.Actor.UserID, HappenedAt: w.Now, CapturedAt: w.Now, ReceivedAt: w.Now})
	if err != nil {
		return err
	}
	if err := a.turnRound(ctx, w, r); err != nil {
		return err
	}
	// What was kept back while the revision rested on it can be judged again.
	if err := a.requestJudging(ctx, w.Tx, r.IntegrationID, r.ConfigurationVersion); err != nil {
		return err
	}
	if d.State == store.RevisionReturned {
		return store.SetStage(ctx, w.Tx, scope, r.IntegrationID, store.StageTesting, w.Now)
	}
	if err := store.SetStage(ctx, w.Tx, scope, r.IntegrationID, store.StageWalkthrough, w.Now); err != nil {
		return err
	}
	return a.requestPacket(ctx, w, r.ID, 1, store.CauseDecision)
}

// turnRound closes the open round and opens the next.
func (a *App) turnRound(ctx context.Context, w *Write, r store.Revision) error {
	scope := w.Cmd.Actor.Scope()
	round, err := store.FindOpenRound(ctx, w.Tx, scope, r.IntegrationID)
	if err != nil {
		return err
	}
	if err := store.CloseRound(ctx, w.Tx, scope, round.ID, w.Now); err != nil {
		return err
	}
	return a.openRound(ctx, w, r.PartnerID, r.IntegrationID, round.Number+1)
}

// checkGate refuses with a list while items hold a gate shut.
func checkGate(ctx context.Context, w *Write, integrationID uuid.UUID, gate func([]checklist.Item) []checklist.Blocker, text string) error {
	items, err := itemRules(ctx, w, integrationID)
	if err != nil {
		return err
	}
	return refuseWith(text, blockerFields(gate(items)))
}

// itemRules gives all items as the gates look at them.
func itemRules(ctx context.Context, w *Write, integrationID uuid.UUID) ([]checklist.Item, error) {
	items, err := store.ListChecklistItems(ctx, w.Tx, w.Cmd.Actor.Scope(), integrationID)
	if err != nil {
		return nil, err
	}
	rules := make([]checklist.Item, len(items))
	for n, i := range items {
		rules[n] = i.Rule()
	}
	return rules, nil
}
