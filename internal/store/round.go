package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// Round is the time from the first capture after a review decision to the next
// decision. Captures of one round share a pseudonym key.
type Round struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	IntegrationID uuid.UUID
	Number        int
	SealedKey     []byte // nil once the round is closed
	Names         []byte // JSON, see the redactor's name table
	OpenedAt      time.Time
}

// InsertRound opens a round; an integration has at most one that is open.
func InsertRound(ctx context.Context, tx Querier, r Round) error {
	return exec(ctx, tx, "inserting a round", `
		INSERT INTO rounds (partner_id, id, integration_id, number, sealed_key, opened_at)
		VALUES (@partner_id, @id, @integration_id, @number, @sealed_key, @opened_at)`,
		pgx.NamedArgs{"partner_id": r.PartnerID, "id": r.ID, "integration_id": r.IntegrationID, "number": r.Number,
			"sealed_key": r.SealedKey, "opened_at": r.OpenedAt})
}

// FindOpenRound gives the integration's open round.
func FindOpenRound(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) (Round, error) {
	return one[Round](ctx, q, "finding the open round", `
		SELECT partner_id, id, integration_id, number, sealed_key, names, opened_at FROM rounds
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND integration_id = @integration AND closed_at IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// SaveRoundNames keeps the numbers that the redactor gave to undeclared hosts and segments.
func SaveRoundNames(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, names []byte) error {
	return execOne(ctx, tx, "saving a round's names", `
		UPDATE rounds SET names = @names WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND closed_at IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "names": names}))
}

// CloseRound destroys the round's key: its pseudonyms can be made by nobody again.
func CloseRound(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, now time.Time) error {
	return execOne(ctx, tx, "closing a round", `
		UPDATE rounds SET sealed_key = NULL, closed_at = @now
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND closed_at IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "now": now}))
}
