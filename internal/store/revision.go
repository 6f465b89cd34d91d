package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// RevisionState is where a revision stands.
type RevisionState string

// The states of a revision; the last two are final.
const (
	RevisionSubmitted RevisionState = "submitted"
	RevisionReady     RevisionState = "ready"
	RevisionReturned  RevisionState = "returned"
)

// Revision is the frozen state of a checklist at submit, without what was
// frozen; see FindFrozen.
type Revision struct {
	PartnerID            uuid.UUID
	ID                   uuid.UUID
	IntegrationID        uuid.UUID
	Number               int // N of rN, from 1
	ConfigurationVersion int
	RuleSet              int
	RoundID              uuid.UUID
	State                RevisionState
	SubmittedBy          uuid.UUID
	SubmittedByName      string
	SubmittedAt          time.Time
	RowVersion           int
}

// Frozen is what a revision holds: rows as they stood when the partner
// submitted. Comments are no part of it.
type Frozen struct {
	// Items are all items of the checklist, those that do not apply included.
	Items    []ChecklistItem
	Evidence []Evidence
	// TestRuns are those that evidence was taken from, with all their captures,
	// findings and sign-ins. SignIns is nil in a revision that was frozen before
	// they were kept, and never nil in a later one.
	TestRuns []TestRun
	Captures []Capture
	Findings []Finding
	SignIns  []SignIn
}

const revisionSelect = `
	SELECT r.partner_id, r.id, r.integration_id, r.number, r.configuration_version, r.rule_set, r.round_id, r.state,
	       r.submitted_by, u.name AS submitted_by_name, r.submitted_at, r.row_version
	FROM revisions r JOIN users u ON u.id = r.submitted_by
	WHERE (@all_partners OR r.partner_id = ANY(@partners))`

// HasSubmittedRevision tells whether a revision of the integration is in review.
func HasSubmittedRevision(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) (bool, error) {
	return value[bool](ctx, q, "asking for a submitted revision", `
		SELECT EXISTS (SELECT 1 FROM revisions
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND integration_id = @integration AND state = 'submitted')`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// ListRevisions gives an integration's revisions, newest first.
func ListRevisions(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]Revision, error) {
	return many[Revision](ctx, q, "listing revisions", revisionSelect+` AND r.integration_id = @integration ORDER BY r.number DESC`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// FindLastRevision gives an integration's newest revision.
func FindLastRevision(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) (Revision, error) {
	return one[Revision](ctx, q, "finding the last revision", revisionSelect+` AND r.integration_id = @integration ORDER BY r.number DESC LIMIT 1`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// FindLastDecidedRevision gives the newest revision of an integration that is not in review.
func FindLastDecidedRevision(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) (Revision, error) {
	return one[Revision](ctx, q, "finding the revision decided last", revisionSelect+`
		AND r.integration_id = @integration AND r.state <> 'submitted' ORDER BY r.number DESC LIMIT 1`, scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// FindRevision gives one revision.
func FindRevision(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID) (Revision, error) {
	return one[Revision](ctx, q, "finding a revision", revisionSelect+` AND r.id = @id`, scopeArgs(scope, pgx.NamedArgs{"id": id}))
}

// FindFrozen gives what a revision froze.
func FindFrozen(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID) (Frozen, error) {
	return value[Frozen](ctx, q, "reading a frozen revision", `
		SELECT frozen FROM revisions WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"id": id}))
}

// InsertRevision adds a revision with the integration's next number, which it
// gives; the integration must be locked.
func InsertRevision(ctx context.Context, tx Querier, r Revision, frozen Frozen) (number int, err error) {
	encoded, err := json.Marshal(frozen)
	if err != nil {
		return 0, fmt.Errorf("encoding a revision: %w", err)
	}
	return value[int](ctx, tx, "inserting a revision", `
		INSERT INTO revisions (partner_id, id, integration_id, number, configuration_version, rule_set, round_id, frozen, state,
			submitted_by, submitted_at)
		VALUES (@partner_id, @id, @integration_id,
			(SELECT COALESCE(max(number), 0) + 1 FROM revisions WHERE partner_id = @partner_id AND integration_id = @integration_id),
			@configuration_version, @rule_set, @round_id, @frozen, 'submitted', @submitted_by, @submitted_at)
		RETURNING number`,
		pgx.NamedArgs{"partner_id": r.PartnerID, "id": r.ID, "integration_id": r.IntegrationID, "configuration_version": r.ConfigurationVersion,
			"rule_set": r.RuleSet, "round_id": r.RoundID, "frozen": encoded, "submitted_by": r.SubmittedBy, "submitted_at": r.SubmittedAt})
}

// DecideRevision gives a submitted revision its final state; one that was
// decided meanwhile is apperr.Conflict.
func DecideRevision(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, rowVersion int, state RevisionState) error {
	return execOne(ctx, tx, "deciding a revision", `
		UPDATE revisions SET state = @state, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version AND state = 'submitted'`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "row_version": rowVersion, "state": string(state)}))
}

// QueuedRevision is a submitted revision that waits for its decision.
type QueuedRevision struct {
	IntegrationID   uuid.UUID
	PartnerName     string
	IntegrationName string
	ConsultantID    *uuid.UUID
	ConsultantName  string // empty without a consultant
	Number          int
	SubmittedByName string
	SubmittedAt     time.Time
	// Claimed counts items that wait to be accepted or returned; Items those that apply.
	Claimed int
	Items   int
}

// ListSubmittedRevisions gives all revisions in review, the oldest first.
func ListSubmittedRevisions(ctx context.Context, q Querier, scope auth.Scope) ([]QueuedRevision, error) {
	return many[QueuedRevision](ctx, q, "listing submitted revisions", `
		SELECT r.integration_id, p.name AS partner_name, i.name AS integration_name, i.consultant_id, COALESCE(c.name, '') AS consultant_name,
		       r.number, u.name AS submitted_by_name, r.submitted_at, n.claimed, n.items
		FROM revisions r
		JOIN integrations i ON i.partner_id = r.partner_id AND i.id = r.integration_id
		JOIN partners p ON p.id = r.partner_id
		JOIN users u ON u.id = r.submitted_by
		LEFT JOIN users c ON c.id = i.consultant_id
		JOIN LATERAL (SELECT count(*) FILTER (WHERE x.state = 'claimed' AND x.phase = 'review') AS claimed,
		                     count(*) FILTER (WHERE x.phase = 'review') AS items
		              FROM checklist_items x WHERE x.partner_id = r.partner_id AND x.integration_id = r.integration_id AND x.applies) n ON true
		WHERE (@all_partners OR r.partner_id = ANY(@partners)) AND r.state = 'submitted'
		ORDER BY r.submitted_at, r.id`, scopeArgs(scope, nil))
}
