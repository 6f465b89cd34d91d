package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// RecordOutcome ends the running walkthrough with its outcome and asks for
// the next edition of the packet. What keeps an outcome from being recorded is
// apperr.Conflict with a field per step or item; see walkthrough.CheckOutcome.
func (a *App) RecordOutcome(ctx context.Context, cmd Command, ref WalkthroughRef, outcome walkthrough.Outcome, reasons string) error {
	texts := a.gate(ctx, &cmd, place{integration: ref.Integration})
	reasons = texts.optional("reasons", reasons)
	if err := texts.refusal(); err != nil {
		return err
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		held, err := openWalkthrough(ctx, w, ref.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		if held.State != store.WalkthroughRunning || held.RowVersion != ref.RowVersion {
			return uuid.Nil, staleWalkthrough(held)
		}
		held.State, held.EndedAt = store.WalkthroughEnded, &w.Now
		if err := checkOutcome(ctx, w, held, outcome, reasons); err != nil {
			return uuid.Nil, err
		}
		if err := store.SaveWalkthrough(ctx, w.Tx, cmd.Actor.Scope(), held); err != nil {
			return uuid.Nil, err
		}
		w.Audit("walkthrough.end", held.PartnerID, held.IntegrationID, audit.Object{ID: held.ID.String(), Kind: "walkthrough"},
			map[string]audit.Value{"revision": audit.Int(held.Revision), "outcome": audit.Text(string(outcome))})
		return held.ID, a.endWalkthrough(ctx, w, held, outcome, reasons)
	})
	return err
}

// checkOutcome refuses an outcome that steps, items or minutes do not allow.
func checkOutcome(ctx context.Context, w *Write, held store.Walkthrough, outcome walkthrough.Outcome, reasons string) error {
	steps, err := store.ListWalkthroughSteps(ctx, w.Tx, w.Cmd.Actor.Scope(), held.ID)
	if err != nil {
		return err
	}
	items, err := itemRules(ctx, w, held.IntegrationID)
	if err != nil {
		return err
	}
	_, err = walkthrough.BuildMinutes(walkthrough.Minutes{Revision: held.Revision, Place: held.Place, People: held.People, StartedAt: *held.StartedAt,
		EndedAt: *held.EndedAt, Steps: MarkedSteps(steps), Outcome: outcome, Reasons: reasons, DecidedBy: w.Cmd.Actor.Name}, checklist.GoBlockers(items))
	return err
}

// MarkedSteps gives stored steps as the rules and the minutes look at them.
func MarkedSteps(steps []store.WalkthroughStep) []walkthrough.MarkedStep {
	out := make([]walkthrough.MarkedStep, len(steps))
	for n, s := range steps {
		requirement, _ := checklist.Builtin().Requirement(s.RequirementID)
		out[n] = walkthrough.MarkedStep{MarkedBy: s.MarkedByName, Step: walkthrough.Step{N: s.N, ItemID: s.RequirementID, Title: s.Title,
			Say: requirement.Step.Say, Expect: requirement.Step.Expect, Required: s.Required, Mark: walkthrough.Mark(deref(s.Mark)), Observation: s.Observation}}
		if s.MarkedAt != nil {
			out[n].MarkedAt = *s.MarkedAt
		}
	}
	return out
}

// endWalkthrough writes the outcome and all that follows from it.
func (a *App) endWalkthrough(ctx context.Context, w *Write, held store.Walkthrough, outcome walkthrough.Outcome, reasons string) error {
	err := store.InsertDecision(ctx, w.Tx, store.Decision{PartnerID: held.PartnerID, ID: store.NewID(), IntegrationID: held.IntegrationID,
		RevisionID: held.RevisionID, Decision: string(outcome), Reasons: reasons, DecidedBy: w.Cmd.Actor.UserID,
		HappenedAt: w.Now, CapturedAt: w.Now, ReceivedAt: w.Now})
	if err != nil {
		return err
	}
	stage := store.StageSignOff
	if outcome == walkthrough.NoGo {
		stage = store.StageTesting
	}
	if err := store.SetStage(ctx, w.Tx, w.Cmd.Actor.Scope(), held.IntegrationID, stage, w.Now); err != nil {
		return err
	}
	last, err := store.LockLastEdition(ctx, w.Tx, w.Cmd.Actor.Scope(), held.RevisionID)
	if err != nil {
		return err
	}
	return a.requestPacket(ctx, w, held.RevisionID, last.Edition+1, store.CauseOutcome)
}
