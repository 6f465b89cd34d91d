package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// WalkthroughState is where a walkthrough stands.
type WalkthroughState string

// The states of a walkthrough.
const (
	WalkthroughPlanned WalkthroughState = "planned"
	WalkthroughRunning WalkthroughState = "running"
	WalkthroughEnded   WalkthroughState = "ended"
)

// Walkthrough is the walkthrough of one ready revision.
type Walkthrough struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	IntegrationID uuid.UUID
	RevisionID    uuid.UUID
	Revision      int // its number
	State         WalkthroughState
	PlannedFor    time.Time
	Place         string
	People        []walkthrough.Person
	StartedAt     *time.Time
	EndedAt       *time.Time
	CreatedBy     uuid.UUID
	CreatedAt     time.Time
	RowVersion    int
}

// WalkthroughStep is one step with its item as it stands now.
type WalkthroughStep struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	WalkthroughID uuid.UUID
	N             int // from 1
	ItemID        uuid.UUID
	RequirementID string
	Required      bool // as the item is
	Title         string
	Mark          *string // nil while nothing was said
	Observation   string
	MarkedBy      *uuid.UUID
	MarkedByName  string
	MarkedAt      *time.Time
	RowVersion    int
}

const walkthroughSelect = `
	SELECT w.partner_id, w.id, w.integration_id, w.revision_id, r.number AS revision, w.state, w.planned_for, w.place, w.people,
	       w.started_at, w.ended_at, w.created_by, w.created_at, w.row_version
	FROM walkthroughs w JOIN revisions r ON r.partner_id = w.partner_id AND r.id = w.revision_id
	WHERE (@all_partners OR w.partner_id = ANY(@partners)) AND w.integration_id = @integration`

// FindWalkthrough gives the walkthrough of a revision.
func FindWalkthrough(ctx context.Context, q Querier, scope auth.Scope, integration, revision uuid.UUID) (Walkthrough, error) {
	return one[Walkthrough](ctx, q, "finding a walkthrough", walkthroughSelect+` AND w.revision_id = @revision`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "revision": revision}))
}

// IsWalkthroughRunning tells whether a walkthrough of the integration is being held.
func IsWalkthroughRunning(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) (bool, error) {
	return value[bool](ctx, q, "asking for a running walkthrough", `
		SELECT EXISTS (SELECT 1 FROM walkthroughs
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND integration_id = @integration AND state = 'running')`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// InsertWalkthrough adds a planned walkthrough; a second one of the same
// revision is apperr.Conflict.
func InsertWalkthrough(ctx context.Context, tx Querier, w Walkthrough) error {
	people, err := json.Marshal(w.People)
	if err != nil {
		return fmt.Errorf("encoding who takes part: %w", err)
	}
	return exec(ctx, tx, "inserting a walkthrough", `
		INSERT INTO walkthroughs (partner_id, id, integration_id, revision_id, state, planned_for, place, people, created_by, created_at)
		VALUES (@partner_id, @id, @integration_id, @revision_id, 'planned', @planned_for, @place, @people, @created_by, @created_at)`,
		pgx.NamedArgs{"partner_id": w.PartnerID, "id": w.ID, "integration_id": w.IntegrationID, "revision_id": w.RevisionID,
			"planned_for": w.PlannedFor, "place": w.Place, "people": people, "created_by": w.CreatedBy, "created_at": w.CreatedAt})
}

// SaveWalkthrough writes plan and state of a walkthrough; a stale row version
// is apperr.Conflict.
func SaveWalkthrough(ctx context.Context, tx Querier, scope auth.Scope, w Walkthrough) error {
	people, err := json.Marshal(w.People)
	if err != nil {
		return fmt.Errorf("encoding who takes part: %w", err)
	}
	return execOne(ctx, tx, "saving a walkthrough", `
		UPDATE walkthroughs SET state = @state, planned_for = @planned_for, place = @place, people = @people,
			started_at = @started_at, ended_at = @ended_at, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version`,
		scopeArgs(scope, pgx.NamedArgs{"id": w.ID, "state": string(w.State), "planned_for": w.PlannedFor, "place": w.Place,
			"people": people, "started_at": w.StartedAt, "ended_at": w.EndedAt, "row_version": w.RowVersion}))
}

// ListWalkthroughSteps gives the steps of a walkthrough in their order.
func ListWalkthroughSteps(ctx context.Context, q Querier, scope auth.Scope, walkthroughID uuid.UUID) ([]WalkthroughStep, error) {
	return many[WalkthroughStep](ctx, q, "listing a walkthrough's steps", `
		SELECT s.partner_id, s.id, s.walkthrough_id, s.n, s.item_id, i.requirement_id, i.required, s.title, s.mark, s.observation,
		       s.marked_by, COALESCE(u.name, '') AS marked_by_name, s.marked_at, s.row_version
		FROM walkthrough_steps s
		JOIN checklist_items i ON i.partner_id = s.partner_id AND i.id = s.item_id
		LEFT JOIN users u ON u.id = s.marked_by
		WHERE (@all_partners OR s.partner_id = ANY(@partners)) AND s.walkthrough_id = @walkthrough
		ORDER BY s.n`, scopeArgs(scope, pgx.NamedArgs{"walkthrough": walkthroughID}))
}

// ReplaceWalkthroughSteps puts the agenda in the place of the one before; no
// step may be marked yet.
func ReplaceWalkthroughSteps(ctx context.Context, tx Querier, scope auth.Scope, w Walkthrough, steps []WalkthroughStep) error {
	err := exec(ctx, tx, "deleting a walkthrough's steps", `
		DELETE FROM walkthrough_steps WHERE (@all_partners OR partner_id = ANY(@partners)) AND walkthrough_id = @walkthrough AND mark IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"walkthrough": w.ID}))
	if err != nil {
		return err
	}
	for _, s := range steps {
		err := exec(ctx, tx, "inserting a walkthrough's step", `
			INSERT INTO walkthrough_steps (partner_id, id, walkthrough_id, n, item_id, title)
			VALUES (@partner_id, @id, @walkthrough_id, @n, @item_id, @title)`,
			pgx.NamedArgs{"partner_id": w.PartnerID, "id": s.ID, "walkthrough_id": w.ID, "n": s.N, "item_id": s.ItemID, "title": s.Title})
		if err != nil {
			return err
		}
	}
	return nil
}

// SaveStepMark writes what was said of a step; a stale row version is
// apperr.Conflict.
func SaveStepMark(ctx context.Context, tx Querier, scope auth.Scope, s WalkthroughStep) error {
	return execOne(ctx, tx, "saving a step's mark", `
		UPDATE walkthrough_steps SET mark = @mark, observation = @observation, marked_by = @marked_by, marked_at = @marked_at,
			row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version`,
		scopeArgs(scope, pgx.NamedArgs{"id": s.ID, "mark": s.Mark, "observation": s.Observation, "marked_by": s.MarkedBy,
			"marked_at": s.MarkedAt, "row_version": s.RowVersion}))
}
