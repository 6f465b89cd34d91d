package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// PlanItem names who owns an item and when it is due; nil for nobody and no date.
func (a *App) PlanItem(ctx context.Context, cmd Command, ref ItemRef, owner *uuid.UUID, due *time.Time) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, item, err := lockItem(ctx, w, ref, auth.ClaimItems)
		if err != nil {
			return uuid.Nil, err
		}
		if owner != nil {
			person, err := store.FindActor(ctx, w.Tx, *owner)
			if err != nil {
				return uuid.Nil, err
			}
			if _, member := person.Memberships[i.PartnerID]; !member {
				return uuid.Nil, apperr.New(apperr.Invalid, "Choose somebody of the partner's team.")
			}
		}
		item.OwnerID, item.DueOn = owner, due
		if err := store.SaveItemPlan(ctx, w.Tx, cmd.Actor.Scope(), item); err != nil {
			return uuid.Nil, err
		}
		details := map[string]audit.Value{"has_owner": audit.Bool(owner != nil)}
		if due != nil {
			details["due_on"] = audit.Text(due.Format(time.DateOnly))
		}
		w.Audit("item.plan", i.PartnerID, i.ID, audit.Object{ID: item.RequirementID, Kind: "item"}, details)
		return item.ID, nil
	})
	return err
}

// RewordItem changes wording and weight of an item that may be asked.
func (a *App) RewordItem(ctx context.Context, cmd Command, ref ItemRef, title, help string, required bool) error {
	texts := a.gate(ctx, &cmd, ref.place())
	title, help = texts.text("title", title), texts.text("help", help)
	if err := texts.refusal(); err != nil {
		return err
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, item, err := lockItem(ctx, w, ref, auth.EditChecklist)
		if err != nil {
			return uuid.Nil, err
		}
		if !item.MayBeAsked {
			return uuid.Nil, apperr.New(apperr.Conflict, "Only items that may be asked can be reworded.")
		}
		item.Title, item.Help, item.Required = title, help, required
		if err := store.SaveItemWording(ctx, w.Tx, cmd.Actor.Scope(), item); err != nil {
			return uuid.Nil, err
		}
		w.Audit("item.reword", i.PartnerID, i.ID, audit.Object{ID: item.RequirementID, Kind: "item"},
			map[string]audit.Value{"required": audit.Bool(required)})
		return item.ID, nil
	})
	return err
}
