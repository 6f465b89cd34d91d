package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// RemarkState is where a remark stands.
type RemarkState string

// The states of a remark; the last two are final.
const (
	RemarkOpen     RemarkState = "open"
	RemarkAnswered RemarkState = "answered"
	RemarkClosed   RemarkState = "closed"
	RemarkWaived   RemarkState = "waived"
)

// Remark is what a reviewer asks to be mended, pinned to an item and, if it
// names one, to a hop and a parameter.
type Remark struct {
	PartnerID      uuid.UUID
	ID             uuid.UUID
	IntegrationID  uuid.UUID
	ItemID         uuid.UUID
	RequirementID  string
	Number         int        // within the integration, from 1
	RevisionID     *uuid.UUID // the revision that it was written on; nil outside a review
	CaptureID      *uuid.UUID
	EntryN         *int // entry of the capture, from 0
	Param          *string
	Text           string
	State          RemarkState
	CreatedBy      uuid.UUID
	CreatedByName  string
	CreatedAt      time.Time
	Answer         *string
	AnsweredBy     *uuid.UUID
	AnsweredByName string
	AnsweredAt     *time.Time
	ClosedBy       *uuid.UUID // who closed or waived it
	ClosedByName   string
	ClosedAt       *time.Time
	WaiverReason   *string
	RowVersion     int
}

const remarkSelect = `
	SELECT r.partner_id, r.id, r.integration_id, r.item_id, i.requirement_id, r.number, r.revision_id, r.capture_id, r.entry_n, r.param,
	       r.text, r.state, r.created_by, u.name AS created_by_name, r.created_at,
	       r.answer, r.answered_by, COALESCE(a.name, '') AS answered_by_name, r.answered_at,
	       r.closed_by, COALESCE(c.name, '') AS closed_by_name, r.closed_at, r.waiver_reason, r.row_version
	FROM remarks r
	JOIN checklist_items i ON i.partner_id = r.partner_id AND i.id = r.item_id
	JOIN users u ON u.id = r.created_by
	LEFT JOIN users a ON a.id = r.answered_by
	LEFT JOIN users c ON c.id = r.closed_by
	WHERE (@all_partners OR r.partner_id = ANY(@partners)) AND r.integration_id = @integration`

// ListRemarks gives an integration's remarks, in order of their numbers.
func ListRemarks(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]Remark, error) {
	return many[Remark](ctx, q, "listing remarks", remarkSelect+` ORDER BY r.number`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// ListItemRemarks gives one item's remarks, in order of their numbers.
func ListItemRemarks(ctx context.Context, q Querier, scope auth.Scope, integration, item uuid.UUID) ([]Remark, error) {
	return many[Remark](ctx, q, "listing an item's remarks", remarkSelect+` AND r.item_id = @item ORDER BY r.number`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "item": item}))
}

// FindRemark gives one remark of an integration.
func FindRemark(ctx context.Context, q Querier, scope auth.Scope, integration, id uuid.UUID) (Remark, error) {
	return one[Remark](ctx, q, "finding a remark", remarkSelect+` AND r.id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "id": id}))
}

// InsertRemark adds an open remark with the integration's next number, which it
// gives; the integration must be locked.
func InsertRemark(ctx context.Context, tx Querier, r Remark) (number int, err error) {
	return value[int](ctx, tx, "inserting a remark", `
		INSERT INTO remarks (partner_id, id, integration_id, item_id, number, revision_id, capture_id, entry_n, param, text, state,
			created_by, created_at)
		VALUES (@partner_id, @id, @integration_id, @item_id,
			(SELECT COALESCE(max(number), 0) + 1 FROM remarks WHERE partner_id = @partner_id AND integration_id = @integration_id),
			@revision_id, @capture_id, @entry_n, @param, @text, 'open', @created_by, @created_at)
		RETURNING number`,
		pgx.NamedArgs{"partner_id": r.PartnerID, "id": r.ID, "integration_id": r.IntegrationID, "item_id": r.ItemID,
			"revision_id": r.RevisionID, "capture_id": r.CaptureID, "entry_n": r.EntryN, "param": r.Param, "text": r.Text,
			"created_by": r.CreatedBy, "created_at": r.CreatedAt})
}

// SaveRemark writes a remark's state with its answer and its end; a stale row
// version is apperr.Conflict.
func SaveRemark(ctx context.Context, tx Querier, scope auth.Scope, r Remark) error {
	return execOne(ctx, tx, "saving a remark", `
		UPDATE remarks SET state = @state, answer = @answer, answered_by = @answered_by, answered_at = @answered_at,
			closed_by = @closed_by, closed_at = @closed_at, waiver_reason = @waiver_reason, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version`,
		scopeArgs(scope, pgx.NamedArgs{"id": r.ID, "state": string(r.State), "answer": r.Answer, "answered_by": r.AnsweredBy,
			"answered_at": r.AnsweredAt, "closed_by": r.ClosedBy, "closed_at": r.ClosedAt, "waiver_reason": r.WaiverReason,
			"row_version": r.RowVersion}))
}
