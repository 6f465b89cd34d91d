package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// AcceptItem accepts a claimed item, or one that the consultant does alone.
// Claiming and accepting are two persons (apperr.Forbidden otherwise).
func (a *App) AcceptItem(ctx context.Context, cmd Command, ref ItemRef) error {
	return a.changeItem(ctx, cmd, ref, auth.ReviewItems, checklist.Accept, func(ctx context.Context, w *Write, item *store.ChecklistItem) error {
		if err := checkDecidable(ctx, w, *item); err != nil {
			return err
		}
		return acceptItem(ctx, w, item)
	})
}

// acceptItem fills in who accepted, after the two-person rule and the
// observation that an item of the consultant alone needs.
func acceptItem(ctx context.Context, w *Write, item *store.ChecklistItem) error {
	by := w.Cmd.Actor.UserID
	switch {
	case item.DoneBy == checklist.ByConsultant:
		if err := needObservation(ctx, w, *item); err != nil {
			return err
		}
		if err := checkSlots(ctx, w, *item); err != nil {
			return err
		}
		item.StaleReason = nil
	case item.ClaimedBy != nil && *item.ClaimedBy == by:
		return apperr.New(apperr.Forbidden, "You claimed this item. Somebody else has to accept it.")
	case item.StaleReason != nil:
		return apperr.New(apperr.Conflict, "What the item rests on changed after the claim. Return it, so that it is shown again.")
	}
	item.DecidedBy, item.DecidedAt = &by, &w.Now
	return nil
}

// ReturnItem returns an item with at least one remark that says what to mend.
func (a *App) ReturnItem(ctx context.Context, cmd Command, ref ItemRef, remarks []NewRemark) error {
	if len(remarks) == 0 {
		remarks = []NewRemark{{}} // is refused with what to write
	}
	remarks = slices.Clone(remarks)
	for n := range remarks {
		if err := remarks[n].check(a.gate(ctx, &cmd, ref.place())); err != nil {
			return err
		}
	}
	return a.changeItem(ctx, cmd, ref, auth.ReviewItems, checklist.Return, func(ctx context.Context, w *Write, item *store.ChecklistItem) error {
		if err := checkDecidable(ctx, w, *item); err != nil {
			return err
		}
		for _, r := range remarks {
			if _, err := insertRemark(ctx, w, *item, r); err != nil {
				return err
			}
		}
		return returnItem(ctx, w, item)
	})
}

func returnItem(ctx context.Context, w *Write, item *store.ChecklistItem) error {
	if item.DoneBy == checklist.ByConsultant {
		if err := needObservation(ctx, w, *item); err != nil {
			return err
		}
	}
	by := w.Cmd.Actor.UserID
	item.DecidedBy, item.DecidedAt = &by, &w.Now
	return nil
}

// ConfirmNotApplicable is the consultant's word that an item does not apply.
func (a *App) ConfirmNotApplicable(ctx context.Context, cmd Command, ref ItemRef) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, item, err := lockItem(ctx, w, ref, auth.ReviewItems)
		if err != nil {
			return uuid.Nil, err
		}
		if item.State != checklist.NotApplicable || item.ConfirmedBy != nil {
			return uuid.Nil, apperr.New(apperr.Conflict, "There is nothing to confirm: the item is not marked as not applicable, or that is confirmed already.")
		}
		if item.Phase == checklist.PhaseReview {
			if err := needSubmitted(ctx, w, i.ID); err != nil {
				return uuid.Nil, err
			}
		}
		by := cmd.Actor.UserID
		item.ConfirmedBy, item.ConfirmedAt, item.ChangedAt = &by, &w.Now, w.Now
		if err := store.SaveItemState(ctx, w.Tx, cmd.Actor.Scope(), item); err != nil {
			return uuid.Nil, err
		}
		w.Audit("item.confirm", i.PartnerID, i.ID, audit.Object{ID: item.RequirementID, Kind: "item"},
			map[string]audit.Value{"state": audit.Text(string(item.State))})
		return item.ID, nil
	})
	return err
}

// checkDecidable: items of the review are decided while a revision is in
// review, those of the walkthrough while it is held, those of the go-live any time.
func checkDecidable(ctx context.Context, w *Write, item store.ChecklistItem) error {
	switch item.Phase {
	case checklist.PhaseReview:
		return needSubmitted(ctx, w, item.IntegrationID)
	case checklist.PhaseWalkthrough:
		running, err := store.IsWalkthroughRunning(ctx, w.Tx, w.Cmd.Actor.Scope(), item.IntegrationID)
		if err != nil {
			return err
		}
		if !running {
			return apperr.New(apperr.Conflict, "The item is decided in the walkthrough, and none is being held now.")
		}
	}
	return nil
}

func needSubmitted(ctx context.Context, w *Write, integrationID uuid.UUID) error {
	submitted, err := store.HasSubmittedRevision(ctx, w.Tx, w.Cmd.Actor.Scope(), integrationID)
	if err != nil {
		return err
	}
	if !submitted {
		return apperr.New(apperr.Conflict, "No revision is in review. The partner submits the checklist first.")
	}
	return nil
}

// needObservation refuses while an item of the consultant alone has no
// observation: it would rest on nothing.
func needObservation(ctx context.Context, w *Write, item store.ChecklistItem) error {
	evidence, err := store.ListItemEvidence(ctx, w.Tx, w.Cmd.Actor.Scope(), item.IntegrationID, item.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(evidence, func(e store.Evidence) bool { return e.Kind == checklist.EvidenceObservation }) {
		return nil
	}
	return apperr.New(apperr.Conflict, "Add an observation first: what you saw is the evidence of this item.")
}
