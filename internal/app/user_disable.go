package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// DisableUser ends a person's access: their links stop working, and so do
// their login sessions with the next request. What they did stays under their
// name. Nobody can disable themselves, and an admin of the provider stays.
func (a *App) DisableUser(ctx context.Context, cmd Command, user uuid.UUID) error {
	if user == cmd.Actor.UserID {
		return apperr.New(apperr.Conflict, "You cannot end your own access. Ask another admin.")
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		person, err := mayManage(ctx, w, user)
		if err != nil {
			return uuid.Nil, err
		}
		if person.ProviderRole == auth.ProviderAdmin {
			if err := oneAdminStays(ctx, w); err != nil {
				return uuid.Nil, err
			}
		}
		if err := store.ExpireLinksOf(ctx, w.Tx, user, w.Now); err != nil {
			return uuid.Nil, err
		}
		if err := store.DisableUser(ctx, w.Tx, user, w.Now); err != nil {
			return uuid.Nil, err
		}
		w.Audit("user.disable", firstPartner(person), uuid.Nil, audit.Object{ID: user.String(), Kind: "user"}, nil)
		return user, nil
	})
	return err
}

// oneAdminStays refuses to disable the last provider admin.
func oneAdminStays(ctx context.Context, w *Write) error {
	if err := store.LockAdmins(ctx, w.Tx); err != nil {
		return err
	}
	admins, err := store.CountProviderAdmins(ctx, w.Tx)
	if err == nil && admins < 2 {
		err = apperr.New(apperr.Conflict, "This is the last admin of the provider. Invite another one first.")
	}
	return err
}
