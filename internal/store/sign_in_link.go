package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// LinkPurpose says what a sign-in link is for.
type LinkPurpose string

// The purposes.
const (
	LinkSetup      LinkPurpose = "setup"      // the first provider admin names themselves
	LinkInvitation LinkPurpose = "invitation" // a person who was invited
	LinkSignIn     LinkPurpose = "sign_in"    // a person without a passkey at hand
)

// SignInLink is a one-time link; its token is known by its hash only.
type SignInLink struct {
	ID        uuid.UUID
	Purpose   LinkPurpose
	UserID    *uuid.UUID // nil for setup
	UserName  string
	Inviter   string // empty when the operator made it, or the inviter is gone
	Disabled  bool   // the person's access has ended
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// InsertSignInLink keeps a link under the hash of its token. createdBy is nil
// for links that the operator's command or the first start made.
func InsertSignInLink(ctx context.Context, tx Querier, l SignInLink, hash []byte, createdBy *uuid.UUID, now time.Time) error {
	return exec(ctx, tx, "inserting a sign-in link", `
		INSERT INTO sign_in_links (id, token_hash, purpose, user_id, created_by, created_at, expires_at)
		VALUES (@id, @hash, @purpose, @user_id, @created_by, @now, @expires_at)`,
		pgx.NamedArgs{"id": l.ID, "hash": hash, "purpose": string(l.Purpose), "user_id": l.UserID,
			"created_by": createdBy, "now": now, "expires_at": l.ExpiresAt})
}

// FindSignInLink gives the link of a token's hash, used or expired ones too.
func FindSignInLink(ctx context.Context, q Querier, hash []byte) (SignInLink, error) {
	return one[SignInLink](ctx, q, "finding a sign-in link", `
		SELECT l.id, l.purpose, l.user_id, COALESCE(u.name, '') AS user_name, COALESCE(c.name, '') AS inviter,
		       u.disabled_at IS NOT NULL AS disabled, l.expires_at, l.used_at
		FROM sign_in_links l LEFT JOIN users u ON u.id = l.user_id LEFT JOIN users c ON c.id = l.created_by AND c.disabled_at IS NULL
		WHERE l.token_hash = @hash`, pgx.NamedArgs{"hash": hash})
}

// UseSignInLink uses a link up; when somebody else was faster it is apperr.Conflict.
func UseSignInLink(ctx context.Context, tx Querier, id uuid.UUID, now time.Time) error {
	return execOne(ctx, tx, "using a sign-in link",
		`UPDATE sign_in_links SET used_at = @now WHERE id = @id AND used_at IS NULL AND expires_at > @now`,
		pgx.NamedArgs{"id": id, "now": now})
}

// ExpireSetupLinks ends earlier links for the first admin: each start prints a new one.
func ExpireSetupLinks(ctx context.Context, tx Querier, now time.Time) error {
	return exec(ctx, tx, "expiring setup links",
		`UPDATE sign_in_links SET expires_at = @now WHERE purpose = 'setup' AND used_at IS NULL AND expires_at > @now`,
		pgx.NamedArgs{"now": now})
}

// ExpireLinksOf ends a person's earlier links: only the newest one works.
func ExpireLinksOf(ctx context.Context, tx Querier, user uuid.UUID, now time.Time) error {
	return exec(ctx, tx, "expiring a user's links",
		`UPDATE sign_in_links SET expires_at = @now WHERE user_id = @user AND used_at IS NULL AND expires_at > @now`,
		pgx.NamedArgs{"user": user, "now": now})
}
