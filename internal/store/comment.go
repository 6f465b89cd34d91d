package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// Comment is free text in the thread of an item or of a capture's entry.
type Comment struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	IntegrationID uuid.UUID
	ItemID        *uuid.UUID
	CaptureID     *uuid.UUID
	EntryN        *int // entry of the capture, from 0
	Text          string
	CreatedBy     uuid.UUID
	CreatedByName string
	FromProvider  bool
	CreatedAt     time.Time
}

const commentSelect = `
	SELECT c.partner_id, c.id, c.integration_id, c.item_id, c.capture_id, c.entry_n, c.text, c.created_by, u.name AS created_by_name,
	       u.provider_role IS NOT NULL AS from_provider, c.created_at
	FROM comments c JOIN users u ON u.id = c.created_by
	WHERE (@all_partners OR c.partner_id = ANY(@partners)) AND c.integration_id = @integration`

// ListItemComments gives an item's comments, oldest first.
func ListItemComments(ctx context.Context, q Querier, scope auth.Scope, integration, item uuid.UUID) ([]Comment, error) {
	return many[Comment](ctx, q, "listing an item's comments", commentSelect+` AND c.item_id = @item ORDER BY c.created_at, c.id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "item": item}))
}

// ListCaptureComments gives a capture's comments, oldest first.
func ListCaptureComments(ctx context.Context, q Querier, scope auth.Scope, integration, capture uuid.UUID) ([]Comment, error) {
	return many[Comment](ctx, q, "listing a capture's comments", commentSelect+` AND c.capture_id = @capture ORDER BY c.created_at, c.id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "capture": capture}))
}

// InsertComment adds a comment.
func InsertComment(ctx context.Context, tx Querier, c Comment) error {
	return exec(ctx, tx, "inserting a comment", `
		INSERT INTO comments (partner_id, id, integration_id, item_id, capture_id, entry_n, text, created_by, created_at)
		VALUES (@partner_id, @id, @integration_id, @item_id, @capture_id, @entry_n, @text, @created_by, @created_at)`,
		pgx.NamedArgs{"partner_id": c.PartnerID, "id": c.ID, "integration_id": c.IntegrationID, "item_id": c.ItemID,
			"capture_id": c.CaptureID, "entry_n": c.EntryN, "text": c.Text, "created_by": c.CreatedBy, "created_at": c.CreatedAt})
}
