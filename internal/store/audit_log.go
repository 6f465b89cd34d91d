package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
)

// lockSequencer is the advisory lock of whoever gives positions in the audit
// log, lockCheckpoint that of whoever signs a checkpoint.
const (
	lockSequencer  = int64(0x70775f736571)
	lockCheckpoint = int64(0x70775f636870)
)

// ClaimSequencer lets the session give positions in the audit log until it
// ends; held tells whether it may: not while another session does.
func ClaimSequencer(ctx context.Context, session Querier) (held bool, err error) {
	return value[bool](ctx, session, "claiming the sequencer", `SELECT pg_try_advisory_lock(@key)`, pgx.NamedArgs{"key": lockSequencer})
}

// ClaimSequencerInTx is ClaimSequencer until the transaction ends. The session
// that has claimed it already may claim it again.
func ClaimSequencerInTx(ctx context.Context, tx Querier) (held bool, err error) {
	return value[bool](ctx, tx, "claiming the sequencer", `SELECT pg_try_advisory_xact_lock(@key)`, pgx.NamedArgs{"key": lockSequencer})
}

// LockCheckpoints keeps others from signing a checkpoint until the transaction ends.
func LockCheckpoints(ctx context.Context, tx Querier) error {
	return exec(ctx, tx, "locking the checkpoints", `SELECT pg_advisory_xact_lock(@key)`, pgx.NamedArgs{"key": lockCheckpoint})
}

// AuditWaits tells whether entries wait for their positions.
func AuditWaits(ctx context.Context, q Querier) (bool, error) {
	return value[bool](ctx, q, "looking for entries without a position", `SELECT EXISTS (SELECT FROM audit_pending)`, nil)
}

// AuditIsHeld tells whether an entry is held back from the log.
func AuditIsHeld(ctx context.Context, q Querier, entry uuid.UUID) (bool, error) {
	return value[bool](ctx, q, "looking for an entry that is held back", `SELECT EXISTS (SELECT FROM audit_held WHERE entry_id = @entry)`,
		pgx.NamedArgs{"entry": entry})
}

// LogState is how the log gets on.
type LogState struct {
	Held         int64      // notes that are held back
	WaitingSince *time.Time // of the oldest entry that waits for its position
	UncoveredAt  *time.Time // of the first entry that no checkpoint covers
}

// ReadLogState reads how the log gets on, in few rows whatever its size.
func ReadLogState(ctx context.Context, q Querier) (LogState, error) {
	return one[LogState](ctx, q, "reading how the audit log gets on", `
		SELECT (SELECT count(*) FROM audit_held) AS held,
			(SELECT e.at FROM audit_pending w JOIN audit_entries e ON e.id = w.entry_id ORDER BY w.entry_id LIMIT 1) AS waiting_since,
			(SELECT e.at FROM audit_positions p JOIN audit_entries e ON e.id = p.entry_id
				WHERE p.position = COALESCE((SELECT max(size) FROM audit_checkpoints), 0)) AS uncovered_at`, nil)
}

// AuditHead gives the right edge of the tree.
func AuditHead(ctx context.Context, q Querier) (audit.Edge, error) {
	type row struct {
		Size int64
		Edge []byte
	}
	r, err := one[row](ctx, q, "reading the head of the audit log", `SELECT size, edge FROM audit_head`, nil)
	if err != nil {
		return audit.Edge{}, err
	}
	return audit.NewEdge(r.Size, r.Edge)
}

// HeldEntry is a note of a waiting entry that no leaf can be made of.
type HeldEntry struct {
	EntryID       uuid.UUID
	LeafHash      []byte
	Reason        string     // no_entry, has_position, other_hash
	PartnerID     *uuid.UUID // of the entry; nil where there is none
	IntegrationID *uuid.UUID
}

// GivePositions takes at most limit entries that are visible and wait, gives them
// the next positions, from size on, and tells their leaf hashes in that order. What no leaf
// can be made of gets no position: it is moved to audit_held. The caller has
// claimed the sequencer.
func GivePositions(ctx context.Context, tx pgx.Tx, size int64, limit int, now time.Time) ([]audit.Hash, []HeldEntry, error) {
	args := pgx.NamedArgs{"size": size, "limit": limit, "now": now, "look": false}
	var taken takenRow
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) (err error) {
		taken, err = takeUp(ctx, tx, args)
		return err
	})
	if apperr.Is(err, apperr.Conflict) { // one of them has a position already: looking which costs a third of the speed
		args["look"] = true
		taken, err = takeUp(ctx, tx, args)
	}
	if err != nil {
		return nil, nil, err
	}
	leaves, err := hashesOf(taken.Leaves)
	if err != nil || taken.Held == 0 {
		return leaves, nil, err
	}
	held, err := many[HeldEntry](ctx, tx, "reading what is held back", `
		SELECT h.entry_id, h.leaf_hash, h.reason, e.partner_id, e.integration_id
		FROM (SELECT * FROM audit_held ORDER BY number DESC LIMIT @count) h LEFT JOIN audit_entries e ON e.id = h.entry_id
		ORDER BY h.number`, pgx.NamedArgs{"count": taken.Held})
	return leaves, held, err
}

// takenRow is what one batch came to.
type takenRow struct {
	Leaves []byte // hashes, one after the other
	Held   int64
}

// takeUp is one batch. LATERAL and LIMIT make PostgreSQL look each entry up by its
// key, whatever it believes of the number of rows, and never read the whole log.
func takeUp(ctx context.Context, tx Querier, args pgx.NamedArgs) (takenRow, error) {
	return one[takenRow](ctx, tx, "giving positions", `
		WITH taken AS (
			DELETE FROM audit_pending WHERE ctid = ANY(ARRAY(SELECT ctid FROM audit_pending ORDER BY entry_id LIMIT @limit))
			RETURNING entry_id, leaf_hash
		), judged AS (
			SELECT t.entry_id, t.leaf_hash, CASE
				WHEN e.hash IS NULL THEN 'no_entry'
				WHEN e.hash <> t.leaf_hash THEN 'other_hash'
				WHEN p.position IS NOT NULL THEN 'has_position'
			END AS reason
			FROM taken t
			LEFT JOIN LATERAL (SELECT sha256('\x00'::bytea || encoded) AS hash FROM audit_entries WHERE id = t.entry_id LIMIT 1) e ON true
			LEFT JOIN LATERAL (SELECT position FROM audit_positions WHERE @look::boolean AND entry_id = t.entry_id LIMIT 1) p ON true
		), given AS (
			INSERT INTO audit_positions (position, entry_id, leaf_hash)
			SELECT @size + row_number() OVER (ORDER BY entry_id) - 1, entry_id, leaf_hash FROM judged WHERE reason IS NULL
			RETURNING position, leaf_hash
		), held AS (
			INSERT INTO audit_held (entry_id, leaf_hash, reason, held_at)
			SELECT entry_id, leaf_hash, reason, @now FROM judged WHERE reason IS NOT NULL
			RETURNING number
		)
		SELECT COALESCE((SELECT string_agg(leaf_hash, ''::bytea ORDER BY position) FROM given), ''::bytea) AS leaves,
			(SELECT count(*) FROM held) AS held`,
		args)
}

// hashesOf cuts a row of hashes apart.
func hashesOf(b []byte) ([]audit.Hash, error) {
	if len(b)%sha256.Size != 0 {
		return nil, errors.New("reading hashes of the audit log: one is cut off")
	}
	out := make([]audit.Hash, len(b)/sha256.Size)
	for i := range out {
		out[i] = audit.Hash(b[i*sha256.Size:])
	}
	return out, nil
}

// SaveAuditGrowth stores what appending has completed and the new right edge.
func SaveAuditGrowth(ctx context.Context, tx Querier, before int64, edge audit.Edge, nodes []audit.Node) error {
	levels, positions, hashes := make([]int16, len(nodes)), make([]int64, len(nodes)), make([][]byte, len(nodes))
	for i, n := range nodes {
		levels[i], positions[i], hashes[i] = int16(n.Level), n.Position, n.Hash[:]
	}
	if len(nodes) > 0 {
		err := exec(ctx, tx, "inserting nodes of the audit tree", `
			INSERT INTO audit_nodes (level, position, hash) SELECT * FROM unnest(@levels::smallint[], @positions::bigint[], @hashes::bytea[])`,
			pgx.NamedArgs{"levels": levels, "positions": positions, "hashes": hashes})
		if err != nil {
			return err
		}
	}
	root := edge.Root()
	return execOne(ctx, tx, "moving the head of the audit log", `
		UPDATE audit_head SET size = @size, root = @root, edge = @edge WHERE size = @before`,
		pgx.NamedArgs{"size": edge.Size(), "root": root[:], "edge": edge.Bytes(), "before": before})
}

// AuditTiles reads tiles of the tree; see audit.Tiles.
func AuditTiles(ctx context.Context, q Querier) audit.Tiles {
	return func(tiles []audit.Tile) (map[audit.Tile][]audit.Hash, error) {
		var leaves, levels, numbers []int64
		for _, t := range tiles {
			if t.Level == 0 {
				leaves = append(leaves, t.Number)
			} else {
				levels, numbers = append(levels, int64(t.Level)), append(numbers, t.Number)
			}
		}
		type row struct {
			Level, Number int64
			Hashes        []byte
		}
		rows, err := many[row](ctx, q, "reading the audit tree", `
			SELECT 0::bigint AS level, t.number, string_agg(p.leaf_hash, ''::bytea ORDER BY p.position) AS hashes
			FROM unnest(@leaves::bigint[]) AS t (number)
			JOIN audit_positions p ON p.position >= t.number * 256 AND p.position < (t.number + 1) * 256
			GROUP BY t.number
			UNION ALL
			SELECT t.level, t.number, string_agg(n.hash, ''::bytea ORDER BY n.position)
			FROM unnest(@levels::bigint[], @numbers::bigint[]) AS t (level, number)
			JOIN audit_nodes n ON n.level = t.level AND n.position >= t.number * 256 AND n.position < (t.number + 1) * 256
			GROUP BY t.level, t.number`,
			pgx.NamedArgs{"leaves": leaves, "levels": levels, "numbers": numbers})
		if err != nil {
			return nil, err
		}
		out := make(map[audit.Tile][]audit.Hash, len(rows))
		for _, r := range rows {
			if out[audit.Tile{Level: int(r.Level), Number: r.Number}], err = hashesOf(r.Hashes); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
}

// AuditPosition gives an entry's position; known is false while it has none.
func AuditPosition(ctx context.Context, q Querier, entry uuid.UUID) (position int64, known bool, err error) {
	found, err := many[positionRow](ctx, q, "finding a position in the audit log", `
		SELECT position FROM audit_positions WHERE entry_id = @entry`, pgx.NamedArgs{"entry": entry})
	if err != nil || len(found) == 0 {
		return 0, false, err
	}
	return found[0].Position, true, nil
}

type positionRow struct{ Position int64 }

// LoggedEntry is an entry with its place in the tree.
type LoggedEntry struct {
	Position int64
	Encoded  []byte
}

// LoggedEntries gives an integration's entries up to and including a position,
// in the order of the log.
func LoggedEntries(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID, last int64) ([]LoggedEntry, error) {
	return many[LoggedEntry](ctx, q, "reading logged entries", `
		SELECT p.position, e.encoded
		FROM audit_entries e JOIN audit_positions p ON p.entry_id = e.id
		WHERE (@all_partners OR e.partner_id = ANY(@partners)) AND e.integration_id = @integration AND p.position <= @last
		ORDER BY p.position`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "last": last}))
}

// CheckpointRow is a signed checkpoint.
type CheckpointRow struct {
	Size     int64
	KeyID    string
	Root     []byte
	SignedAt time.Time
	Note     string
}

// Head is the tree that the checkpoint is about.
func (c CheckpointRow) Head() audit.Head { return audit.Head{Size: c.Size, Root: audit.Hash(c.Root)} }

const checkpointColumns = `size, key_id, root, signed_at, note`

// InsertCheckpoint stores a signed checkpoint.
func InsertCheckpoint(ctx context.Context, tx Querier, c CheckpointRow) error {
	return exec(ctx, tx, "inserting a checkpoint", `
		INSERT INTO audit_checkpoints (size, key_id, root, signed_at, note) VALUES (@size, @key_id, @root, @signed_at, @note)`,
		pgx.NamedArgs{"size": c.Size, "key_id": c.KeyID, "root": c.Root, "signed_at": c.SignedAt, "note": c.Note})
}

// ListCheckpoints gives checkpoints, newest first. below pages: those of a
// smaller tree; 0 for the newest.
func ListCheckpoints(ctx context.Context, q Querier, below int64, limit int) ([]CheckpointRow, error) {
	return many[CheckpointRow](ctx, q, "listing checkpoints", `
		SELECT `+checkpointColumns+` FROM audit_checkpoints WHERE @below::bigint = 0 OR size < @below
		ORDER BY size DESC, signed_at DESC LIMIT @limit`, pgx.NamedArgs{"below": below, "limit": limit})
}

// LastCheckpoint gives the newest checkpoint; apperr.NotFound before the first.
func LastCheckpoint(ctx context.Context, q Querier) (CheckpointRow, error) {
	return one[CheckpointRow](ctx, q, "finding the newest checkpoint", `
		SELECT `+checkpointColumns+` FROM audit_checkpoints ORDER BY size DESC, signed_at DESC LIMIT 1`, nil)
}

// FindCheckpoint gives the newest checkpoint of a tree of the size.
func FindCheckpoint(ctx context.Context, q Querier, size int64) (CheckpointRow, error) {
	return one[CheckpointRow](ctx, q, "finding a checkpoint", `
		SELECT `+checkpointColumns+` FROM audit_checkpoints WHERE size = @size ORDER BY signed_at DESC LIMIT 1`, pgx.NamedArgs{"size": size})
}

// Sequencer is a session that holds the sequencer.
type Sequencer struct{ session *pgx.Conn }

// LeadSequencer opens a session of its own that holds the sequencer; nil when
// another session does. The store must reach PostgreSQL without a pooler, since
// the lock belongs to the session.
func (s *Store) LeadSequencer(ctx context.Context) (*Sequencer, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, wrap("opening the sequencer's session", err)
	}
	held, err := ClaimSequencer(ctx, conn)
	if err != nil || !held {
		conn.Release()
		return nil, err
	}
	return &Sequencer{session: conn.Hijack()}, nil // the pool must not lend it to others
}

// Waits tells whether entries wait for their positions; its error says that the
// session, and with it the lead, is lost.
func (s *Sequencer) Waits(ctx context.Context) (bool, error) { return AuditWaits(ctx, s.session) }

// InTx runs fn in one transaction of the session.
func (s *Sequencer) InTx(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return inTx(ctx, s.session, fn)
}

// Close ends the session, and with it the lead.
func (s *Sequencer) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.session.Close(ctx); err != nil {
		return fmt.Errorf("closing the sequencer's session: %w", err)
	}
	return nil
}
