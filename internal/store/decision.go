package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// Decision is the decision of a review (ready, returned) or the outcome of a
// walkthrough (go, go_with_conditions, no_go).
type Decision struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	IntegrationID uuid.UUID
	RevisionID    uuid.UUID
	Decision      string
	Reasons       string // empty when none were needed
	DecidedBy     uuid.UUID
	DecidedByName string
	HappenedAt    time.Time
	CapturedAt    time.Time
	ReceivedAt    time.Time
}

// ListDecisions gives the decisions and outcomes of an integration, oldest first.
func ListDecisions(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]Decision, error) {
	return many[Decision](ctx, q, "listing decisions", `
		SELECT d.partner_id, d.id, d.integration_id, d.revision_id, d.decision, d.reasons, d.decided_by, u.name AS decided_by_name,
		       d.happened_at, d.captured_at, d.received_at
		FROM decisions d JOIN users u ON u.id = d.decided_by
		WHERE (@all_partners OR d.partner_id = ANY(@partners)) AND d.integration_id = @integration
		ORDER BY d.received_at, d.id`, scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// InsertDecision adds a decision; it is never changed.
func InsertDecision(ctx context.Context, tx Querier, d Decision) error {
	return exec(ctx, tx, "inserting a decision", `
		INSERT INTO decisions (partner_id, id, integration_id, revision_id, decision, reasons, decided_by, happened_at, captured_at, received_at)
		VALUES (@partner_id, @id, @integration_id, @revision_id, @decision, @reasons, @decided_by, @happened_at, @captured_at, @received_at)`,
		pgx.NamedArgs{"partner_id": d.PartnerID, "id": d.ID, "integration_id": d.IntegrationID, "revision_id": d.RevisionID,
			"decision": d.Decision, "reasons": d.Reasons, "decided_by": d.DecidedBy, "happened_at": d.HappenedAt,
			"captured_at": d.CapturedAt, "received_at": d.ReceivedAt})
}

// SignOff is a person's approval of the go-live: a human act, no cryptography.
type SignOff struct {
	PartnerID       uuid.UUID
	ID              uuid.UUID
	IntegrationID   uuid.UUID
	RevisionID      uuid.UUID
	Part            string // partner, reviewer, account_team
	SignedOffBy     uuid.UUID
	SignedOffByName string
	SignedOffAt     time.Time
}

// ListSignOffs gives the sign-offs of an integration's revisions, oldest first.
func ListSignOffs(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]SignOff, error) {
	return many[SignOff](ctx, q, "listing sign-offs", `
		SELECT s.partner_id, s.id, s.integration_id, s.revision_id, s.part, s.signed_off_by, u.name AS signed_off_by_name, s.signed_off_at
		FROM sign_offs s JOIN users u ON u.id = s.signed_off_by
		WHERE (@all_partners OR s.partner_id = ANY(@partners)) AND s.integration_id = @integration
		ORDER BY s.signed_off_at, s.id`, scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// InsertSignOff adds a sign-off; a second one of the same part is apperr.Conflict.
func InsertSignOff(ctx context.Context, tx Querier, s SignOff) error {
	return exec(ctx, tx, "inserting a sign-off", `
		INSERT INTO sign_offs (partner_id, id, integration_id, revision_id, part, signed_off_by, signed_off_at)
		VALUES (@partner_id, @id, @integration_id, @revision_id, @part, @signed_off_by, @signed_off_at)`,
		pgx.NamedArgs{"partner_id": s.PartnerID, "id": s.ID, "integration_id": s.IntegrationID, "revision_id": s.RevisionID,
			"part": s.Part, "signed_off_by": s.SignedOffBy, "signed_off_at": s.SignedOffAt})
}
