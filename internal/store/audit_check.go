package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// The reads of `proofwalkd fsck`: whole tables in pages, each page after the last.

// InSnapshot runs fn in one transaction that reads the database as of one moment,
// without a limit of time on its statements.
func (s *Store) InSnapshot(ctx context.Context, fn func(q Querier) error) error {
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return wrap("beginning a transaction", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	for _, setting := range []string{"statement_timeout", "idle_in_transaction_session_timeout"} {
		if err := exec(ctx, tx, "lifting a limit", `SELECT set_config(@setting, '0', true)`, pgx.NamedArgs{"setting": setting}); err != nil {
			return err
		}
	}
	return fn(tx)
}

// AuditLeafRow is a leaf of the tree with the entry that it is of; the entry's
// columns are nil where it is gone.
type AuditLeafRow struct {
	Position      int64
	EntryID       uuid.UUID
	LeafHash      []byte
	ID            *uuid.UUID
	PartnerID     *uuid.UUID
	IntegrationID *uuid.UUID
	ActorID       *uuid.UUID
	Action        *string
	ObjectKind    *string
	ObjectID      *string
	At            *time.Time
	Details       []byte
	Encoded       []byte
}

// ListAuditLeaves gives leaves from a position on.
func ListAuditLeaves(ctx context.Context, q Querier, from int64, limit int) ([]AuditLeafRow, error) {
	return many[AuditLeafRow](ctx, q, "listing the leaves of the audit tree", `
		SELECT p.position, p.entry_id, p.leaf_hash, e.id, e.partner_id, e.integration_id, e.actor_id, e.action, e.object_kind, e.object_id,
			e.at, e.details::text::bytea AS details, e.encoded
		FROM audit_positions p LEFT JOIN audit_entries e ON e.id = p.entry_id
		WHERE p.position >= @from ORDER BY p.position LIMIT @limit`, pgx.NamedArgs{"from": from, "limit": limit})
}

// AuditNodeRow is a stored node of the tree.
type AuditNodeRow struct {
	Level    int16
	Position int64
	Hash     []byte
}

// ListAuditNodes gives the stored nodes of a level from a position on.
func ListAuditNodes(ctx context.Context, q Querier, level int16, from int64, limit int) ([]AuditNodeRow, error) {
	return many[AuditNodeRow](ctx, q, "listing the nodes of the audit tree", `
		SELECT level, position, hash FROM audit_nodes WHERE level = @level AND position >= @from
		ORDER BY position LIMIT @limit`, pgx.NamedArgs{"level": level, "from": from, "limit": limit})
}

// AuditHeadRow is the stored head as it is.
type AuditHeadRow struct {
	Size int64
	Root []byte
	Edge []byte
}

// ReadAuditHead gives the stored head unread.
func ReadAuditHead(ctx context.Context, q Querier) (AuditHeadRow, error) {
	return one[AuditHeadRow](ctx, q, "reading the head of the audit log", `SELECT size, root, edge FROM audit_head`, nil)
}

// ListCheckpointsAfter gives checkpoints, oldest first, after one.
func ListCheckpointsAfter(ctx context.Context, q Querier, size int64, key string, limit int) ([]CheckpointRow, error) {
	return many[CheckpointRow](ctx, q, "listing checkpoints", `
		SELECT `+checkpointColumns+` FROM audit_checkpoints WHERE (size, key_id) > (@size, @key)
		ORDER BY size, key_id LIMIT @limit`, pgx.NamedArgs{"size": size, "key": key, "limit": limit})
}

// UnplacedRow is an entry or a note of one that is not where it must be.
type UnplacedRow struct {
	EntryID uuid.UUID
	Waits   bool // noted as waiting for its position
	Placed  bool // has a position
	Exists  bool // the entry is there
	Held    bool // a note of it is held back
}

// ListUnplacedAudit gives the entries without a position, and the notes of
// waiting entries that have one or are gone.
func ListUnplacedAudit(ctx context.Context, q Querier) ([]UnplacedRow, error) {
	return many[UnplacedRow](ctx, q, "listing entries without a position", `
		SELECT COALESCE(e.id, w.entry_id) AS entry_id, w.entry_id IS NOT NULL AS waits, p.entry_id IS NOT NULL AS placed, e.id IS NOT NULL AS exists,
			EXISTS (SELECT FROM audit_held h WHERE h.entry_id = e.id) AS held
		FROM audit_entries e FULL JOIN audit_pending w ON w.entry_id = e.id
		LEFT JOIN audit_positions p ON p.entry_id = COALESCE(e.id, w.entry_id)
		WHERE p.entry_id IS NULL OR w.entry_id IS NOT NULL`, nil)
}

// HeldRow is a note that is held back.
type HeldRow struct {
	Number   int64
	EntryID  uuid.UUID
	LeafHash []byte
	Reason   string
}

// ListAuditHeld gives the notes that are held back, after one.
func ListAuditHeld(ctx context.Context, q Querier, after int64, limit int) ([]HeldRow, error) {
	return many[HeldRow](ctx, q, "listing what the audit log holds back", `
		SELECT number, entry_id, leaf_hash, reason FROM audit_held WHERE number > @after ORDER BY number LIMIT @limit`,
		pgx.NamedArgs{"after": after, "limit": limit})
}

// PersonalRow is a personal field with the entry that holds its digest.
type PersonalRow struct {
	EntryID uuid.UUID
	Field   string
	Salt    []byte
	Value   string
	Encoded []byte
}

// ListAuditPersonal gives personal fields after one, by entry and field.
func ListAuditPersonal(ctx context.Context, q Querier, after uuid.UUID, field string, limit int) ([]PersonalRow, error) {
	return many[PersonalRow](ctx, q, "listing personal fields of the audit log", `
		SELECT f.entry_id, f.field, f.salt, f.value, e.encoded
		FROM audit_personal f JOIN audit_entries e ON e.id = f.entry_id
		WHERE (f.entry_id, f.field) > (@after, @field)
		ORDER BY f.entry_id, f.field LIMIT @limit`, pgx.NamedArgs{"after": after, "field": field, "limit": limit})
}
