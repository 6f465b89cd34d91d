package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
)

// AuditPersonal is the salt and the clear value behind one digest of an entry.
type AuditPersonal struct {
	Field string
	Salt  []byte
	Value string
}

// AuditRow is an audit entry as a page lists it.
type AuditRow struct {
	ID         uuid.UUID
	ActorName  string // "Proofwalk" for the system
	Action     string
	ObjectKind string
	ObjectID   string
	At         time.Time
	Details    map[string]any
	Encoded    []byte
	Position   *int64 // in the log; nil while it has none
	LeafHash   []byte
	Held       bool // a note of it is held back from the log
}

// InsertAuditEntry stores an entry in its one encoding, with its personal values
// apart. It notes that the entry waits for its position in the log, in the same
// statement, and waits for nobody.
func InsertAuditEntry(ctx context.Context, tx Querier, e audit.Entry, encoded []byte, personal []AuditPersonal) error {
	details := make(map[string]any, len(e.Details))
	for name, v := range e.Details {
		details[name] = v.Any()
	}
	detailsJSON, err := json.Marshal(details)
	if err != nil {
		return fmt.Errorf("encoding details of an audit entry: %w", err)
	}
	leaf := audit.LeafHash(encoded)
	err = exec(ctx, tx, "inserting an audit entry", `
		WITH waiting AS (INSERT INTO audit_pending (entry_id, leaf_hash) VALUES (@id, @leaf_hash))
		INSERT INTO audit_entries (id, partner_id, integration_id, actor_id, action, object_kind, object_id, at, details, encoded)
		VALUES (@id, @partner_id, @integration_id, @actor_id, @action, @object_kind, @object_id, @at, @details, @encoded)`,
		pgx.NamedArgs{
			"id": e.ID, "partner_id": nullable(e.PartnerID), "integration_id": nullable(e.IntegrationID),
			"actor_id": nullable(e.Actor.ID), "action": e.Action, "object_kind": e.Object.Kind, "object_id": e.Object.ID,
			"at": e.At, "details": detailsJSON, "encoded": encoded, "leaf_hash": leaf[:],
		})
	if err != nil {
		return err
	}
	for _, p := range personal {
		err := exec(ctx, tx, "inserting a personal field of an audit entry", `
			INSERT INTO audit_personal (entry_id, field, salt, value) VALUES (@entry_id, @field, @salt, @value)`,
			pgx.NamedArgs{"entry_id": e.ID, "field": p.Field, "salt": p.Salt, "value": p.Value})
		if err != nil {
			return err
		}
	}
	return nil
}

const auditSelect = `
		SELECT e.id, COALESCE(u.name, 'Proofwalk') AS actor_name, e.action, e.object_kind, e.object_id, e.at, e.details, e.encoded, p.position, p.leaf_hash,
			EXISTS (SELECT FROM audit_held h WHERE h.entry_id = e.id) AS held
		FROM audit_entries e LEFT JOIN users u ON u.id = e.actor_id LEFT JOIN audit_positions p ON p.entry_id = e.id
		WHERE (@all_partners OR e.partner_id = ANY(@partners)) AND e.integration_id = @integration`

// ListAudit gives an integration's entries, newest first. before pages: entries
// older than that entry; uuid.Nil for the first page.
func ListAudit(ctx context.Context, q Querier, scope auth.Scope, integration, before uuid.UUID, limit int) ([]AuditRow, error) {
	return many[AuditRow](ctx, q, "listing audit entries", auditSelect+`
		  AND (@before = '00000000-0000-0000-0000-000000000000'::uuid OR e.id < @before)
		ORDER BY e.id DESC LIMIT @limit`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "before": before, "limit": limit}))
}

// FindAudit gives one entry of an integration.
func FindAudit(ctx context.Context, q Querier, scope auth.Scope, integration, id uuid.UUID) (AuditRow, error) {
	return one[AuditRow](ctx, q, "finding an audit entry", auditSelect+` AND e.id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "id": id}))
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
