package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// AssignConsultant names the integration's consultant.
func (a *App) AssignConsultant(ctx context.Context, cmd Command, id, consultant uuid.UUID) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.LockIntegration(ctx, w.Tx, cmd.Actor.Scope(), id)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.AssignConsultant, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		user, err := store.FindUser(ctx, w.Tx, consultant)
		if err != nil {
			return uuid.Nil, err
		}
		if user.ProviderRole != auth.Consultant || user.Disabled {
			return uuid.Nil, apperr.New(apperr.Invalid, "Choose one of the provider's consultants.")
		}
		if err := store.SetConsultant(ctx, w.Tx, cmd.Actor.Scope(), i.ID, consultant); err != nil {
			return uuid.Nil, err
		}
		w.Audit("consultant.assign", i.PartnerID, i.ID, audit.Object{ID: consultant.String(), Kind: "user"}, nil)
		w.AuditPersonal("consultant_name", user.Name)
		return i.ID, nil
	})
	return err
}
