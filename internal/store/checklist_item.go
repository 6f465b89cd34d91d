package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
)

// ChecklistItem is a requirement inside one integration's checklist.
type ChecklistItem struct {
	PartnerID           uuid.UUID
	ID                  uuid.UUID
	IntegrationID       uuid.UUID
	TemplateVersion     int
	RequirementID       string
	Position            int
	Title               string
	Help                string
	Applies             bool
	Required            bool
	Phase               checklist.Phase
	DoneBy              checklist.By
	MayBeAsked          bool
	State               checklist.State
	StaleReason         *string // nil while the item is not stale
	NotApplicableReason *string
	ConfirmedBy         *uuid.UUID // consultant who confirmed that it does not apply
	ConfirmedByName     string
	ConfirmedAt         *time.Time
	OwnerID             *uuid.UUID
	OwnerName           string
	DueOn               *time.Time // date, UTC midnight
	ClaimedBy           *uuid.UUID
	ClaimedByName       string
	ClaimedAt           *time.Time
	DecidedBy           *uuid.UUID
	DecidedByName       string
	DecidedAt           *time.Time
	ChangedAt           time.Time
	RowVersion          int
}

// Rule gives what the state machine looks at.
func (i ChecklistItem) Rule() checklist.Item {
	return checklist.Item{ID: i.RequirementID, By: i.DoneBy, Phase: i.Phase, Required: i.Required, Applies: i.Applies,
		State: i.State, Stale: i.StaleReason != nil, Confirmed: i.ConfirmedBy != nil}
}

const itemColumns = `i.partner_id, i.id, i.integration_id, i.template_version, i.requirement_id, i.position, i.title, i.help, i.applies,
	i.required, i.phase, i.done_by, i.may_be_asked, i.state, i.stale_reason, i.not_applicable_reason,
	i.confirmed_by, COALESCE(f.name, '') AS confirmed_by_name, i.confirmed_at,
	i.owner_id, COALESCE(o.name, '') AS owner_name, i.due_on,
	i.claimed_by, COALESCE(c.name, '') AS claimed_by_name, i.claimed_at,
	i.decided_by, COALESCE(d.name, '') AS decided_by_name, i.decided_at, i.changed_at, i.row_version`

const itemTables = `checklist_items i
	LEFT JOIN users f ON f.id = i.confirmed_by LEFT JOIN users o ON o.id = i.owner_id
	LEFT JOIN users c ON c.id = i.claimed_by LEFT JOIN users d ON d.id = i.decided_by`

// ListChecklistItems gives an integration's items in the template's order,
// those that do not apply included.
func ListChecklistItems(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]ChecklistItem, error) {
	return many[ChecklistItem](ctx, q, "listing checklist items", `
		SELECT `+itemColumns+` FROM `+itemTables+`
		WHERE (@all_partners OR i.partner_id = ANY(@partners)) AND i.integration_id = @integration
		ORDER BY i.position`, scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// FindChecklistItem gives one item of an integration by its requirement's id.
func FindChecklistItem(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID, requirement string) (ChecklistItem, error) {
	return one[ChecklistItem](ctx, q, "finding a checklist item", `
		SELECT `+itemColumns+` FROM `+itemTables+`
		WHERE (@all_partners OR i.partner_id = ANY(@partners)) AND i.integration_id = @integration AND i.requirement_id = @requirement`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "requirement": requirement}))
}

// InsertChecklistItems adds the items of a new checklist.
func InsertChecklistItems(ctx context.Context, tx Querier, items []ChecklistItem) error {
	for _, i := range items {
		err := exec(ctx, tx, "inserting a checklist item", `
			INSERT INTO checklist_items (partner_id, id, integration_id, template_version, requirement_id, position, title, help,
				applies, required, phase, done_by, may_be_asked, state, changed_at)
			VALUES (@partner_id, @id, @integration_id, @template_version, @requirement_id, @position, @title, @help,
				@applies, @required, @phase, @done_by, @may_be_asked, @state, @changed_at)`,
			pgx.NamedArgs{"partner_id": i.PartnerID, "id": i.ID, "integration_id": i.IntegrationID, "template_version": i.TemplateVersion,
				"requirement_id": i.RequirementID, "position": i.Position, "title": i.Title, "help": i.Help, "applies": i.Applies,
				"required": i.Required, "phase": string(i.Phase), "done_by": string(i.DoneBy), "may_be_asked": i.MayBeAsked,
				"state": string(checklist.Open), "changed_at": i.ChangedAt})
		if err != nil {
			return err
		}
	}
	return nil
}

// SetItemApplies keeps whether a requirement applies after the configuration changed.
func SetItemApplies(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, applies bool, now time.Time) error {
	return execOne(ctx, tx, "setting whether an item applies", `
		UPDATE checklist_items SET applies = @applies, changed_at = @now, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "applies": applies, "now": now}))
}

// MarkItemStale says why an item that somebody stands for counts no more; one
// that moved meanwhile or is stale already is apperr.Conflict.
func MarkItemStale(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, reason string, now time.Time) error {
	return execOne(ctx, tx, "marking an item as stale", `
		UPDATE checklist_items SET stale_reason = @reason, changed_at = @now, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND state IN ('claimed', 'accepted') AND stale_reason IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "reason": reason, "now": now}))
}

// ListStandingIntegrations gives the integrations with items that are claimed or
// accepted and not stale.
func ListStandingIntegrations(ctx context.Context, q Querier, scope auth.Scope) ([]uuid.UUID, error) {
	return value[[]uuid.UUID](ctx, q, "listing integrations with claims", `
		SELECT COALESCE(array_agg(DISTINCT integration_id), '{}') FROM checklist_items
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND applies AND state IN ('claimed', 'accepted') AND stale_reason IS NULL`,
		scopeArgs(scope, nil))
}

// SaveItemState writes an item's state and who brought it there; a stale row
// version is apperr.Conflict.
func SaveItemState(ctx context.Context, tx Querier, scope auth.Scope, i ChecklistItem) error {
	return execOne(ctx, tx, "saving an item's state", `
		UPDATE checklist_items SET state = @state, stale_reason = @stale_reason, not_applicable_reason = @not_applicable_reason,
			confirmed_by = @confirmed_by, confirmed_at = @confirmed_at, claimed_by = @claimed_by, claimed_at = @claimed_at,
			decided_by = @decided_by, decided_at = @decided_at, changed_at = @changed_at, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version`,
		scopeArgs(scope, pgx.NamedArgs{"id": i.ID, "state": string(i.State), "stale_reason": i.StaleReason,
			"not_applicable_reason": i.NotApplicableReason, "confirmed_by": i.ConfirmedBy, "confirmed_at": i.ConfirmedAt,
			"claimed_by": i.ClaimedBy, "claimed_at": i.ClaimedAt, "decided_by": i.DecidedBy, "decided_at": i.DecidedAt,
			"changed_at": i.ChangedAt, "row_version": i.RowVersion}))
}

// SaveItemPlan writes who owns an item and when it is due; a stale row version
// is apperr.Conflict.
func SaveItemPlan(ctx context.Context, tx Querier, scope auth.Scope, i ChecklistItem) error {
	return execOne(ctx, tx, "saving an item's plan", `
		UPDATE checklist_items SET owner_id = @owner_id, due_on = @due_on, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version`,
		scopeArgs(scope, pgx.NamedArgs{"id": i.ID, "owner_id": i.OwnerID, "due_on": i.DueOn, "row_version": i.RowVersion}))
}

// SaveItemWording writes the wording and weight of an item that may be asked; a
// stale row version is apperr.Conflict.
func SaveItemWording(ctx context.Context, tx Querier, scope auth.Scope, i ChecklistItem) error {
	return execOne(ctx, tx, "saving an item's wording", `
		UPDATE checklist_items SET title = @title, help = @help, required = @required, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version AND may_be_asked`,
		scopeArgs(scope, pgx.NamedArgs{"id": i.ID, "title": i.Title, "help": i.Help, "required": i.Required, "row_version": i.RowVersion}))
}
