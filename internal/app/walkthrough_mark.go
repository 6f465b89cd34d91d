package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// StepMark is what the lead says of one step.
type StepMark struct {
	Integration uuid.UUID
	N           int // of the step, from 1
	RowVersion  int // of the step, as it was opened
	Mark        walkthrough.Mark
	// Observation is what was seen; only a confirmed step can go without.
	Observation string
}

// MarkStep marks a step of the running walkthrough. A confirmed step accepts
// its item where the consultant does it alone, with what was seen as evidence,
// or where somebody else claimed it; one that is not confirmed returns it with
// a remark. The item stays as it is where its state allows neither.
func (a *App) MarkStep(ctx context.Context, cmd Command, m StepMark) error {
	if err := walkthrough.CheckMark(m.Mark, m.Observation); err != nil {
		return err
	}
	texts := a.gate(ctx, &cmd, place{integration: m.Integration})
	m.Observation = texts.optional("observation", m.Observation)
	if err := texts.refusal(); err != nil {
		return err
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		held, err := openWalkthrough(ctx, w, m.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		if held.State != store.WalkthroughRunning {
			return uuid.Nil, staleWalkthrough(held)
		}
		step, err := findStep(ctx, w, held, m)
		if err != nil {
			return uuid.Nil, err
		}
		mark, by := string(m.Mark), cmd.Actor.UserID
		step.Mark, step.Observation, step.MarkedBy, step.MarkedAt = &mark, m.Observation, &by, &w.Now
		if err := store.SaveStepMark(ctx, w.Tx, cmd.Actor.Scope(), step); err != nil {
			return uuid.Nil, err
		}
		state, err := carryMark(ctx, w, held, step, m)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("walkthrough.mark", held.PartnerID, held.IntegrationID, audit.Object{ID: step.RequirementID, Kind: "item"},
			map[string]audit.Value{"step": audit.Int(step.N), "mark": audit.Text(mark), "to": audit.Text(string(state))})
		return step.ID, nil
	})
	return err
}

func findStep(ctx context.Context, w *Write, held store.Walkthrough, m StepMark) (store.WalkthroughStep, error) {
	steps, err := store.ListWalkthroughSteps(ctx, w.Tx, w.Cmd.Actor.Scope(), held.ID)
	if err != nil {
		return store.WalkthroughStep{}, err
	}
	n := slices.IndexFunc(steps, func(s store.WalkthroughStep) bool { return s.N == m.N })
	if n < 0 {
		return store.WalkthroughStep{}, apperr.New(apperr.NotFound, "There is no such step.")
	}
	if steps[n].RowVersion != m.RowVersion {
		return store.WalkthroughStep{}, apperr.New(apperr.Conflict, fmt.Sprintf("Somebody marked step %d after you opened it. Nothing was overwritten: look at it again.", m.N))
	}
	return steps[n], nil
}

// carryMark moves the step's item as the mark says and gives its state after it.
func carryMark(ctx context.Context, w *Write, held store.Walkthrough, step store.WalkthroughStep, m StepMark) (checklist.State, error) {
	item, err := store.FindChecklistItem(ctx, w.Tx, w.Cmd.Actor.Scope(), held.IntegrationID, step.RequirementID)
	if err != nil {
		return "", err
	}
	if item.DoneBy == checklist.ByConsultant {
		if err := observe(ctx, w, item, step); err != nil {
			return "", err
		}
	}
	action := map[walkthrough.Mark]checklist.Action{walkthrough.Confirmed: checklist.Accept, walkthrough.NotConfirmed: checklist.Return}[m.Mark]
	next, err := checklist.Next(item.Rule(), action)
	if err != nil {
		return item.State, nil // the gate of the outcome tells what is left
	}
	if action == checklist.Accept {
		err = acceptItem(ctx, w, &item)
	} else {
		err = returnItem(ctx, w, &item)
		if err == nil {
			_, err = insertRemark(ctx, w, item, NewRemark{Text: step.Observation})
		}
	}
	if err != nil {
		return "", err
	}
	item.State, item.ChangedAt = next, w.Now
	return next, store.SaveItemState(ctx, w.Tx, w.Cmd.Actor.Scope(), item)
}

// observe ties what was seen in a step to its item.
func observe(ctx context.Context, w *Write, item store.ChecklistItem, step store.WalkthroughStep) error {
	i, err := store.FindIntegration(ctx, w.Tx, w.Cmd.Actor.Scope(), item.IntegrationID)
	if err != nil {
		return err
	}
	text := step.Observation
	if text == "" {
		text = fmt.Sprintf("Seen and confirmed in step %d of the walkthrough.", step.N)
	}
	return store.InsertEvidence(ctx, w.Tx, store.Evidence{PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, ItemID: item.ID,
		Kind: checklist.EvidenceObservation, Text: &text, ConfigurationVersion: i.ConfigurationVersion, RuleSet: analysis.RuleSet,
		HappenedAt: &w.Now, CapturedAt: &w.Now, ReceivedAt: w.Now, CreatedBy: w.Cmd.Actor.UserID})
}
