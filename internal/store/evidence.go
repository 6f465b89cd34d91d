package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
)

// Evidence ties a capture, a picture or words to an item.
type Evidence struct {
	PartnerID      uuid.UUID
	ID             uuid.UUID
	IntegrationID  uuid.UUID
	ItemID         uuid.UUID
	Kind           checklist.EvidenceKind
	CaptureID      *uuid.UUID // redirect, error, back_channel
	CaptureNumber  int        // 0 without a capture
	TestRunID      *uuid.UUID
	RunNumber      int
	Scenario       string
	Release        string  // that the test run names, empty without one
	ArtifactDigest *string // screenshot
	Width, Height  int     // of the screenshot
	Masks          int     // areas of it that were covered before it was sent
	Text           *string // declaration, observation
	// Document is a file beside the text; nil without one.
	DocumentDigest       *string
	DocumentName         *string
	DocumentType         string // media type, empty without one
	DocumentBytes        int64
	ConfigurationVersion int
	RuleSet              int
	HappenedAt           *time.Time
	CapturedAt           *time.Time
	ReceivedAt           time.Time // when it was tied to the item
	// FirstReceivedAt is when the server had what it is made of: a capture's own
	// time, else ReceivedAt.
	FirstReceivedAt time.Time
	CreatedBy       uuid.UUID
	CreatedByName   string
}

const evidenceSelect = `
	SELECT e.partner_id, e.id, e.integration_id, e.item_id, e.kind, e.capture_id, COALESCE(c.number, 0) AS capture_number,
	       c.test_run_id, COALESCE(t.number, 0) AS run_number, COALESCE(t.scenario, '') AS scenario, COALESCE(t.release, '') AS release,
	       e.artifact_digest, COALESCE(a.width, 0) AS width, COALESCE(a.height, 0) AS height, e.masks, e.text,
	       e.document_digest, e.document_name, COALESCE(d.media_type, '') AS document_type, COALESCE(d.bytes, 0) AS document_bytes,
	       e.configuration_version, e.rule_set, e.happened_at, e.captured_at, e.received_at, COALESCE(c.received_at, e.received_at) AS first_received_at,
	       e.created_by, u.name AS created_by_name
	FROM evidence e
	JOIN users u ON u.id = e.created_by
	LEFT JOIN captures c ON c.partner_id = e.partner_id AND c.id = e.capture_id
	LEFT JOIN test_runs t ON t.partner_id = c.partner_id AND t.id = c.test_run_id
	LEFT JOIN artifacts a ON a.partner_id = e.partner_id AND a.digest = e.artifact_digest
	LEFT JOIN artifacts d ON d.partner_id = e.partner_id AND d.digest = e.document_digest
	WHERE (@all_partners OR e.partner_id = ANY(@partners)) AND e.integration_id = @integration AND e.withdrawn_at IS NULL`

// ListEvidence gives all evidence of an integration that was not withdrawn, oldest first.
func ListEvidence(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]Evidence, error) {
	return many[Evidence](ctx, q, "listing evidence", evidenceSelect+` ORDER BY e.received_at, e.id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// ListItemEvidence gives one item's evidence, oldest first.
func ListItemEvidence(ctx context.Context, q Querier, scope auth.Scope, integration, item uuid.UUID) ([]Evidence, error) {
	return many[Evidence](ctx, q, "listing an item's evidence", evidenceSelect+` AND e.item_id = @item ORDER BY e.received_at, e.id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "item": item}))
}

// FindEvidence gives one piece of evidence.
func FindEvidence(ctx context.Context, q Querier, scope auth.Scope, integration, id uuid.UUID) (Evidence, error) {
	return one[Evidence](ctx, q, "finding evidence", evidenceSelect+` AND e.id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "id": id}))
}

// InsertEvidence adds evidence to an item.
func InsertEvidence(ctx context.Context, tx Querier, e Evidence) error {
	return exec(ctx, tx, "inserting evidence", `
		INSERT INTO evidence (partner_id, id, integration_id, item_id, kind, capture_id, artifact_digest, text, document_digest,
			document_name, configuration_version, rule_set, happened_at, captured_at, received_at, created_by, masks)
		VALUES (@partner_id, @id, @integration_id, @item_id, @kind, @capture_id, @artifact_digest, @text, @document_digest,
			@document_name, @configuration_version, @rule_set, @happened_at, @captured_at, @received_at, @created_by, @masks)`,
		pgx.NamedArgs{"partner_id": e.PartnerID, "id": e.ID, "integration_id": e.IntegrationID, "item_id": e.ItemID, "kind": string(e.Kind),
			"capture_id": e.CaptureID, "artifact_digest": e.ArtifactDigest, "text": e.Text,
			"document_digest": e.DocumentDigest, "document_name": e.DocumentName, "configuration_version": e.ConfigurationVersion,
			"rule_set": e.RuleSet, "happened_at": e.HappenedAt, "captured_at": e.CapturedAt, "received_at": e.ReceivedAt, "created_by": e.CreatedBy, "masks": e.Masks})
}

// WithdrawEvidence takes evidence off its item; what was frozen keeps it.
func WithdrawEvidence(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, now time.Time) error {
	return execOne(ctx, tx, "withdrawing evidence", `
		UPDATE evidence SET withdrawn_at = @now
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND withdrawn_at IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "now": now}))
}
