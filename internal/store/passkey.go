package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Passkey is one credential of a user, as the webauthn library keeps it.
type Passkey struct {
	ID           uuid.UUID
	UserID       uuid.UUID
	CredentialID []byte
	Credential   []byte // JSON
	Name         string
	CreatedAt    time.Time
	LastUsedAt   *time.Time
}

// ListPasskeys gives a user's passkeys, oldest first.
func ListPasskeys(ctx context.Context, q Querier, user uuid.UUID) ([]Passkey, error) {
	return many[Passkey](ctx, q, "listing passkeys", `
		SELECT id, user_id, credential_id, credential, name, created_at, last_used_at FROM passkeys
		WHERE user_id = @user ORDER BY created_at, id`, pgx.NamedArgs{"user": user})
}

// InsertPasskey adds a passkey.
func InsertPasskey(ctx context.Context, tx Querier, p Passkey) error {
	return exec(ctx, tx, "inserting a passkey", `
		INSERT INTO passkeys (id, user_id, credential_id, credential, name, created_at)
		VALUES (@id, @user_id, @credential_id, @credential, @name, @created_at)`,
		pgx.NamedArgs{"id": p.ID, "user_id": p.UserID, "credential_id": p.CredentialID, "credential": p.Credential,
			"name": p.Name, "created_at": p.CreatedAt})
}

// UsePasskey keeps the credential's new counter and the time of its use.
func UsePasskey(ctx context.Context, tx Querier, credentialID, credential []byte, at time.Time) error {
	return execOne(ctx, tx, "using a passkey",
		`UPDATE passkeys SET credential = @credential, last_used_at = @at WHERE credential_id = @credential_id`,
		pgx.NamedArgs{"credential_id": credentialID, "credential": credential, "at": at})
}

// DeletePasskey removes a passkey of the user.
func DeletePasskey(ctx context.Context, tx Querier, user, id uuid.UUID) error {
	return execOne(ctx, tx, "deleting a passkey", `DELETE FROM passkeys WHERE id = @id AND user_id = @user`,
		pgx.NamedArgs{"id": id, "user": user})
}
