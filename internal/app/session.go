package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// SignInWithPasskey records a sign-in and keeps the passkey's new counter.
func (a *App) SignInWithPasskey(ctx context.Context, requestID string, user uuid.UUID, used auth.Credential) error {
	cmd := Command{Actor: auth.Actor{UserID: user}, RequestID: requestID}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		if err := store.UsePasskey(ctx, w.Tx, used.ID, used.JSON, w.Now); err != nil {
			return uuid.Nil, err
		}
		auditSession(w, "session.start", "passkey")
		return user, nil
	})
	return err
}

// SignInDemo records that somebody chose to be this person in the demo. A
// person who is not there, or has no access, is apperr.NotFound.
func (a *App) SignInDemo(ctx context.Context, requestID string, user uuid.UUID) error {
	actor, err := store.FindActor(ctx, a.Store.Reader(), user)
	if err != nil {
		return err
	}
	_, err = a.write(ctx, Command{Actor: actor, RequestID: requestID}, func(_ context.Context, w *Write) (uuid.UUID, error) {
		auditSession(w, "session.start", "demo")
		return user, nil
	})
	return err
}

// SignOut records the end of a login session.
func (a *App) SignOut(ctx context.Context, cmd Command) error {
	_, err := a.write(ctx, cmd, func(_ context.Context, w *Write) (uuid.UUID, error) {
		auditSession(w, "session.end", "sign_out")
		return cmd.Actor.UserID, nil
	})
	return err
}

func auditSession(w *Write, action, method string) {
	w.Audit(action, uuid.Nil, uuid.Nil, audit.Object{ID: w.Cmd.Actor.UserID.String(), Kind: "user"},
		map[string]audit.Value{"method": audit.Text(method)})
}

// AddPasskey keeps a passkey that the actor registered. Without a name it is
// named after the day.
func (a *App) AddPasskey(ctx context.Context, cmd Command, made auth.Credential, name string) (uuid.UUID, error) {
	if len(redact.CheckText(name)) > 0 {
		return uuid.Nil, errField("name", "Name the device: what was typed looks like a credential.", nil)
	}
	return a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		p := store.Passkey{ID: store.NewID(), UserID: cmd.Actor.UserID, CredentialID: made.ID, Credential: made.JSON,
			Name: passkeyName(name, w), CreatedAt: w.Now}
		if err := store.InsertPasskey(ctx, w.Tx, p); err != nil {
			if apperr.Is(err, apperr.Conflict) {
				err = apperr.Wrap(apperr.Conflict, "This passkey is in use already.", err)
			}
			return uuid.Nil, err
		}
		auditPasskey(w, "passkey.add", p.ID)
		return p.ID, nil
	})
}

// RemovePasskey removes one of the actor's own passkeys.
func (a *App) RemovePasskey(ctx context.Context, cmd Command, id uuid.UUID) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		if err := store.DeletePasskey(ctx, w.Tx, cmd.Actor.UserID, id); err != nil {
			return uuid.Nil, err
		}
		auditPasskey(w, "passkey.remove", id)
		return id, nil
	})
	return err
}

func auditPasskey(w *Write, action string, id uuid.UUID) {
	w.Audit(action, uuid.Nil, uuid.Nil, audit.Object{ID: id.String(), Kind: "passkey"}, nil)
}

func passkeyName(name string, w *Write) string {
	if checked, ok := oneLine(name); ok {
		return checked
	}
	return "Passkey of " + w.Now.Format("2 January 2006")
}
