package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// ItemRef says which item of which integration, as it was opened.
type ItemRef struct {
	Integration uuid.UUID
	Requirement string // "TST-09"
	RowVersion  int
}

func (r ItemRef) place() place { return place{integration: r.Integration, item: r.Requirement} }

// ClaimItem states for the partner that the item is done; every needed
// evidence slot must hold something that counts now. It clears a stale mark.
func (a *App) ClaimItem(ctx context.Context, cmd Command, ref ItemRef) error {
	return a.changeItem(ctx, cmd, ref, auth.ClaimItems, checklist.Claim, func(ctx context.Context, w *Write, item *store.ChecklistItem) error {
		if err := refuseWhileFrozen(ctx, w, *item); err != nil {
			return err
		}
		if err := checkSlots(ctx, w, *item); err != nil {
			return err
		}
		by := cmd.Actor.UserID
		item.ClaimedBy, item.ClaimedAt, item.StaleReason = &by, &w.Now, nil
		item.DecidedBy, item.DecidedAt = nil, nil
		return nil
	})
}

// UnclaimItem takes a claim back; only the claimant can, until submit.
func (a *App) UnclaimItem(ctx context.Context, cmd Command, ref ItemRef) error {
	return a.changeItem(ctx, cmd, ref, auth.ClaimItems, checklist.Unclaim, func(ctx context.Context, w *Write, item *store.ChecklistItem) error {
		if item.ClaimedBy == nil || *item.ClaimedBy != cmd.Actor.UserID {
			return apperr.New(apperr.Forbidden, "Only who claimed the item can take the claim back.")
		}
		if err := refuseWhileFrozen(ctx, w, *item); err != nil {
			return err
		}
		item.ClaimedBy, item.ClaimedAt, item.StaleReason = nil, nil, nil
		return nil
	})
}

// SetItemNotApplicable says, with a reason, that the item does not apply; the
// consultant confirms it later.
func (a *App) SetItemNotApplicable(ctx context.Context, cmd Command, ref ItemRef, reason string) error {
	text, err := a.typedText(ctx, &cmd, ref.place(), "reason", reason)
	if err != nil {
		return err
	}
	return a.changeItem(ctx, cmd, ref, auth.ClaimItems, checklist.SetNotApplicable, func(ctx context.Context, w *Write, item *store.ChecklistItem) error {
		item.NotApplicableReason, item.ConfirmedBy, item.ConfirmedAt, item.StaleReason = &text, nil, nil, nil
		item.ClaimedBy, item.ClaimedAt, item.DecidedBy, item.DecidedAt = nil, nil, nil, nil
		return refuseWhileFrozen(ctx, w, *item)
	})
}

// ResetItemNotApplicable opens an item again that was not applicable.
func (a *App) ResetItemNotApplicable(ctx context.Context, cmd Command, ref ItemRef) error {
	return a.changeItem(ctx, cmd, ref, auth.ClaimItems, checklist.ResetNotApplicable, func(ctx context.Context, w *Write, item *store.ChecklistItem) error {
		item.NotApplicableReason, item.ConfirmedBy, item.ConfirmedAt = nil, nil, nil
		return refuseWhileFrozen(ctx, w, *item)
	})
}

// itemChange fills in who and when after the state machine allowed the move.
type itemChange func(ctx context.Context, w *Write, item *store.ChecklistItem) error

// changeItem moves one item under its integration's lock: permission, row
// version, state machine, change, save, audit entry.
func (a *App) changeItem(ctx context.Context, cmd Command, ref ItemRef, p auth.Permission, action checklist.Action, change itemChange) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, item, err := lockItem(ctx, w, ref, p)
		if err != nil {
			return uuid.Nil, err
		}
		before := item.State
		next, err := checklist.Next(item.Rule(), action)
		if err != nil {
			return uuid.Nil, err
		}
		item.State, item.ChangedAt = next, w.Now
		if err := change(ctx, w, &item); err != nil {
			return uuid.Nil, err
		}
		if err := store.SaveItemState(ctx, w.Tx, cmd.Actor.Scope(), item); err != nil {
			return uuid.Nil, err
		}
		w.Audit("item."+string(action), i.PartnerID, i.ID, audit.Object{ID: item.RequirementID, Kind: "item"},
			map[string]audit.Value{"from": audit.Text(string(before)), "to": audit.Text(string(next))})
		return item.ID, nil
	})
	return err
}

// lockItem locks the integration and gives it with the item, if the actor's
// role allows the act; an item that was changed since it was opened is
// apperr.Conflict.
func lockItem(ctx context.Context, w *Write, ref ItemRef, p auth.Permission) (store.Integration, store.ChecklistItem, error) {
	scope := w.Cmd.Actor.Scope()
	i, err := store.LockIntegration(ctx, w.Tx, scope, ref.Integration)
	if err != nil {
		return store.Integration{}, store.ChecklistItem{}, err
	}
	if err := allow(w.Cmd.Actor, p, i.PartnerID); err != nil {
		return store.Integration{}, store.ChecklistItem{}, err
	}
	item, err := store.FindChecklistItem(ctx, w.Tx, scope, i.ID, ref.Requirement)
	if err != nil {
		return store.Integration{}, store.ChecklistItem{}, err
	}
	if !item.Applies {
		return store.Integration{}, store.ChecklistItem{}, apperr.New(apperr.Conflict, "The item does not apply to this integration as it is described now.")
	}
	if item.RowVersion != ref.RowVersion {
		return store.Integration{}, store.ChecklistItem{}, apperr.New(apperr.Conflict,
			"Somebody changed "+item.RequirementID+" after you opened it. Nothing was overwritten: look at it again.")
	}
	return i, item, nil
}

// checkSlots refuses a claim while a needed evidence slot is empty, or holds
// only what was shown with another description or is too old.
func checkSlots(ctx context.Context, w *Write, item store.ChecklistItem) error {
	requirement, ok := checklist.Builtin().Requirement(item.RequirementID)
	if !ok {
		return nil // a template of another version: its slots are unknown here
	}
	evidence, err := store.ListItemEvidence(ctx, w.Tx, w.Cmd.Actor.Scope(), item.IntegrationID, item.ID)
	if err != nil {
		return err
	}
	i, err := store.FindIntegration(ctx, w.Tx, w.Cmd.Actor.Scope(), item.IntegrationID)
	if err != nil {
		return err
	}
	proofs, err := Proofs(ctx, w.Tx, w.Cmd.Actor.Scope(), i, evidence, i.Config)
	if err != nil {
		return err
	}
	if why := requirement.Missing(proofs, i.Config.Protocol, w.Now); why != "" {
		return apperr.New(apperr.Conflict, "E"+why[1:]+" Add it, then go on.")
	}
	return nil
}

// refuseWhileFrozen keeps an item of the review as it is while a revision is in
// review; the walkthrough's and the go-live's are not decided there.
func refuseWhileFrozen(ctx context.Context, w *Write, item store.ChecklistItem) error {
	if item.Phase != checklist.PhaseReview {
		return nil
	}
	submitted, err := store.HasSubmittedRevision(ctx, w.Tx, w.Cmd.Actor.Scope(), item.IntegrationID)
	if err != nil {
		return err
	}
	if submitted {
		return apperr.New(apperr.Conflict, "A revision is in review. The item can be changed after its decision.")
	}
	return nil
}
