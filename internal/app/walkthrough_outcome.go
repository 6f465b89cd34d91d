package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// RecordOutcome ends the running walkthrough with its outcome and asks for
// edition 2 of the packet. What keeps an outcome from being recorded is
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
	return a.requestPacket(ctx, w, held.RevisionID, 2)
}

// The parts of a sign-off.
const (
	SignOffPartner     = "partner"
	SignOffReviewer    = "reviewer"
	SignOffAccountTeam = "account_team"
)

var signOffPermissions = map[string]auth.Permission{
	SignOffPartner: auth.SignOffPartner, SignOffReviewer: auth.HoldWalkthrough, SignOffAccountTeam: auth.SignOffAccount,
}

// SignOff is a person's approval of the go-live after the outcome go or go with
// conditions. The account team's comes from a person who accepted or confirmed
// no item (apperr.Forbidden otherwise) and makes the integration live.
func (a *App) SignOff(ctx context.Context, cmd Command, integrationID uuid.UUID, part string) error {
	p, known := signOffPermissions[part]
	if !known {
		return apperr.New(apperr.Invalid, "The form could not be read.")
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := cmd.Actor.Scope()
		i, err := store.LockIntegration(ctx, w.Tx, scope, integrationID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, p, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		if i.Stage != store.StageSignOff && i.Stage != store.StageLive {
			return uuid.Nil, apperr.New(apperr.Conflict, "There is nothing to sign off: no walkthrough has ended with go.")
		}
		r, err := store.FindLastRevision(ctx, w.Tx, scope, i.ID)
		if err != nil {
			return uuid.Nil, err
		}
		s := store.SignOff{PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, RevisionID: r.ID, Part: part,
			SignedOffBy: cmd.Actor.UserID, SignedOffAt: w.Now}
		if err := signOff(ctx, w, s); err != nil {
			return uuid.Nil, err
		}
		w.Audit("sign_off.create", i.PartnerID, i.ID, audit.Object{ID: r.ID.String(), Kind: "revision"},
			map[string]audit.Value{"revision": audit.Int(r.Number), "part": audit.Text(part)})
		return s.ID, nil
	})
	return err
}

func signOff(ctx context.Context, w *Write, s store.SignOff) error {
	scope := w.Cmd.Actor.Scope()
	if s.Part == SignOffAccountTeam {
		if err := refuseDecider(ctx, w, s.IntegrationID); err != nil {
			return err
		}
		if err := store.SetStage(ctx, w.Tx, scope, s.IntegrationID, store.StageLive, w.Now); err != nil {
			return err
		}
	}
	err := store.InsertSignOff(ctx, w.Tx, s)
	if apperr.Is(err, apperr.Conflict) {
		return apperr.Wrap(apperr.Conflict, "This part has signed off already.", err)
	}
	return err
}

// refuseDecider keeps who accepted or confirmed an item from signing off for
// the account team.
func refuseDecider(ctx context.Context, w *Write, integrationID uuid.UUID) error {
	items, err := store.ListChecklistItems(ctx, w.Tx, w.Cmd.Actor.Scope(), integrationID)
	if err != nil {
		return err
	}
	by := w.Cmd.Actor.UserID
	for _, i := range items {
		accepted := i.State == checklist.Accepted && i.DecidedBy != nil && *i.DecidedBy == by
		if accepted || i.ConfirmedBy != nil && *i.ConfirmedBy == by {
			return apperr.New(apperr.Forbidden, "You accepted or confirmed "+i.RequirementID+". Somebody who decided no item has to sign off for the account team.")
		}
	}
	return nil
}
