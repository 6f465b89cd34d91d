package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// attacker is a superuser of the database who knows how the log is made.
type attacker struct {
	t    *testing.T
	app  *app.App
	conn *pgx.Conn
}

func (x attacker) exec(sql string, args ...any) {
	x.t.Helper()
	// A superuser's triggers are quiet when told so.
	_, err := x.conn.Exec(x.t.Context(), "SET session_replication_role = replica")
	must(x.t, err)
	_, err = x.conn.Exec(x.t.Context(), sql, args...)
	must(x.t, err)
}

// logTables are all that the log is kept in.
var logTables = []string{"audit_entries", "audit_personal", "audit_pending", "audit_positions", "audit_nodes", "audit_head", "audit_checkpoints"}

func (x attacker) snapshot() {
	x.t.Helper()
	x.exec("CREATE SCHEMA snapshot")
	for _, table := range logTables {
		x.exec("CREATE TABLE snapshot." + table + " AS SELECT * FROM public." + table)
	}
}

func (x attacker) restore() {
	x.t.Helper()
	for _, table := range logTables {
		x.exec("DELETE FROM public." + table)
		x.exec("INSERT INTO public." + table + " SELECT * FROM snapshot." + table)
	}
}

// edit changes what an entry says, in the encoding and in the columns.
func (x attacker) edit(position int) {
	x.t.Helper()
	x.exec(`UPDATE audit_entries SET action = 'sample.other', encoded = replace(encode(encoded, 'escape'), 'sample.write', 'sample.other')::bytea
		WHERE id = (SELECT entry_id FROM audit_positions WHERE position = $1)`, position)
}

// rebuild makes positions, leaf hashes, nodes and head those of the entries, and
// with sign also every checkpoint, with the server's own key.
func (x attacker) rebuild(sign bool) {
	x.t.Helper()
	x.exec(`UPDATE audit_positions SET position = position + 1000000`)
	x.exec(`UPDATE audit_positions p SET position = n.number, leaf_hash = sha256('\x00'::bytea || e.encoded)
		FROM (SELECT entry_id, row_number() OVER (ORDER BY position) - 1 AS number FROM audit_positions) n, audit_entries e
		WHERE n.entry_id = p.entry_id AND e.id = p.entry_id`)
	rows, err := x.conn.Query(x.t.Context(), "SELECT leaf_hash FROM audit_positions ORDER BY position")
	must(x.t, err)
	leaves, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	must(x.t, err)
	x.exec("DELETE FROM audit_nodes")
	var edge audit.Edge
	roots := map[int64]audit.Hash{}
	for _, leaf := range leaves {
		for _, n := range edge.Append(audit.Hash(leaf)) {
			x.exec("INSERT INTO audit_nodes (level, position, hash) VALUES ($1, $2, $3)", n.Level, n.Position, n.Hash[:])
		}
		roots[edge.Size()] = edge.Root()
	}
	root := edge.Root()
	x.exec("UPDATE audit_head SET size = $1, root = $2, edge = $3", edge.Size(), root[:], edge.Bytes())
	if !sign {
		return
	}
	rows, err = x.conn.Query(x.t.Context(), "SELECT size, key_id, root, signed_at, note FROM audit_checkpoints")
	must(x.t, err)
	checkpoints, err := pgx.CollectRows(rows, pgx.RowToStructByName[store.CheckpointRow])
	must(x.t, err)
	ring, err := x.app.Keys.Ring()
	must(x.t, err)
	signer, _ := ring.Checkpoint()
	for _, c := range checkpoints {
		root := roots[c.Size]
		note, err := audit.Checkpoint{Origin: audit.Origin(ring.Fingerprint()), Head: audit.Head{Size: c.Size, Root: root}, At: c.SignedAt.UTC()}.Sign(signer)
		must(x.t, err)
		x.exec("UPDATE audit_checkpoints SET root = $1, note = $2 WHERE size = $3", root[:], string(note), c.Size)
	}
}

// The log of a tampering case: a checkpoint at 270 entries, the state that is
// gone back to; the kept one at 300; and the newest at 340.
const older, keptSize, newest = 270, 300, 340

func newLog(t *testing.T) (attacker, *audit.Checkpoint) {
	t.Helper()
	a := testkit.App(t)
	clock := testkit.NewClock()
	a.Now = clock.Now
	x := attacker{t: t, app: a, conn: testkit.Superuser(t, a.Store.Pool())}
	sign := func() store.CheckpointRow {
		clock.Advance(time.Minute)
		c, err := a.SignCheckpoint(t.Context())
		must(t, err)
		return c
	}
	keyEntry(t, a)
	appendEntries(t, a, older-1)
	sign()
	x.snapshot()
	appendEntries(t, a, keptSize-older)
	kept, err := a.OpenKept([]byte(sign().Note))
	must(t, err)
	appendEntries(t, a, newest-keptSize)
	sign()
	mustHold(t, a, newest)
	return x, kept
}

// TestTampering: the eight ways in which a superuser of the database can tamper
// with the log, each as well done as it can be. All are found with a checkpoint
// from before; what is not found without one is named in the report.
func TestTampering(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tamper func(x attacker)
		alone  bool // found without the kept checkpoint
	}{
		"edit": {func(x attacker) { x.edit(17); x.rebuild(false) }, true},
		"delete": {func(x attacker) {
			x.exec("DELETE FROM audit_entries WHERE id = (SELECT entry_id FROM audit_positions WHERE position = 17)")
			x.exec("DELETE FROM audit_positions WHERE position = 17")
			x.rebuild(false)
		}, true},
		"insert": {func(x attacker) {
			x.exec("UPDATE audit_positions SET position = position + 10000 WHERE position > 17")
			id := appendEntry(x.t, x.app, x.conn, "sample.invented")
			x.exec("DELETE FROM audit_pending")
			x.exec("INSERT INTO audit_positions (position, entry_id, leaf_hash) VALUES (18, $1, sha256(''))", id)
			x.rebuild(false)
		}, true},
		"reorder": {func(x attacker) {
			x.exec("UPDATE audit_positions SET position = 10018 WHERE position = 18")
			x.exec("UPDATE audit_positions SET position = 18 WHERE position = 17")
			x.exec("UPDATE audit_positions SET position = 17 WHERE position = 10018")
			x.rebuild(false)
		}, true},
		"truncate": {func(x attacker) {
			x.exec("DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_positions WHERE position >= $1)", older)
			x.exec("DELETE FROM audit_positions WHERE position >= $1", older)
			x.exec("DELETE FROM audit_checkpoints WHERE size > $1", older)
			x.rebuild(false)
		}, false},
		"rollback": {func(x attacker) { x.restore() }, false},
		"fork": {func(x attacker) {
			x.restore()
			appendEntries(x.t, x.app, newest-older)
			_, err := x.app.SignCheckpoint(x.t.Context())
			must(x.t, err)
		}, false},
		"re_sign": {func(x attacker) { x.edit(17); x.rebuild(true) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, kept := newLog(t)
			if report, err := x.app.CheckLog(t.Context(), kept); err != nil || report.Found != 0 || !report.Kept.Holds {
				t.Fatalf("before: %+v, %v", report, err)
			}
			tt.tamper(x)
			report, err := x.app.CheckLog(t.Context(), kept)
			must(t, err)
			if report.Found == 0 || report.Kept.Holds {
				t.Errorf("with the checkpoint from before nothing was found: %+v", report)
			}
			alone, err := x.app.CheckLog(t.Context(), nil)
			must(t, err)
			if (alone.Found > 0) != tt.alone {
				t.Errorf("without it: problems %q, want some: %t", alone.Problems, tt.alone)
			}
			named := slices.ContainsFunc(alone.Unseen, func(u app.Unseen) bool { return u.Case == name })
			if named == tt.alone {
				t.Errorf("named among what is not seen without it: %t", named)
			}
		})
	}
}

// TestClumsyTampering: each of these is found without any checkpoint.
func TestClumsyTampering(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"a column":             "UPDATE audit_entries SET action = 'sample.other' WHERE id = (SELECT entry_id FROM audit_positions WHERE position = 17)",
		"details":              `UPDATE audit_entries SET details = '{"n": 8, "word": "some", "yes": true}' WHERE id = (SELECT entry_id FROM audit_positions WHERE position = 17)`,
		"an encoding":          "UPDATE audit_entries SET encoded = encoded || ' ' WHERE id = (SELECT entry_id FROM audit_positions WHERE position = 17)",
		"a leaf hash":          "UPDATE audit_positions SET leaf_hash = sha256('x') WHERE position = 17",
		"an entry gone":        "DELETE FROM audit_entries WHERE id = (SELECT entry_id FROM audit_positions WHERE position = 17)",
		"a position gone":      "DELETE FROM audit_positions WHERE position = 17",
		"the last one gone":    "DELETE FROM audit_positions WHERE position = 339",
		"a node":               "UPDATE audit_nodes SET hash = sha256('x')",
		"a node gone":          "DELETE FROM audit_nodes",
		"a node too many":      "INSERT INTO audit_nodes (level, position, hash) VALUES (2, 0, sha256('x'))",
		"the head":             "UPDATE audit_head SET root = sha256('x')",
		"a checkpoint":         "UPDATE audit_checkpoints SET note = replace(note, 'time 2026', 'time 2025') WHERE size = 300",
		"its columns":          "UPDATE audit_checkpoints SET signed_at = signed_at - interval '1 day' WHERE size = 300",
		"an entry unnoticed":   "DELETE FROM audit_pending",
		"a note of none":       "INSERT INTO audit_pending (entry_id, leaf_hash) VALUES (gen_random_uuid(), sha256(''))",
		"a note of a leaf":     "INSERT INTO audit_pending (entry_id, leaf_hash) SELECT entry_id, leaf_hash FROM audit_positions WHERE position = 3",
		"what waits is gone":   "DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_pending)",
		"a person's name":      "INSERT INTO audit_personal (entry_id, field, salt, value) SELECT entry_id, 'name', '\\x00112233445566778899aabbccddeeff', 'Mallory' FROM audit_positions WHERE position = 3",
		"checkpoints too many": "UPDATE audit_checkpoints SET size = 999 WHERE size = 300",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, _ := newLog(t)
			appendEntry(t, x.app, x.app.Store.Pool(), "sample.waits")
			report, err := x.app.CheckLog(t.Context(), nil)
			must(t, err)
			if report.Found != 0 || report.Waiting != 1 {
				t.Fatalf("before: %+v", report)
			}
			x.exec(sql)
			if report, err = x.app.CheckLog(t.Context(), nil); err != nil || report.Found == 0 {
				t.Errorf("not found, %v", err)
			}
		})
	}
}

// What may stand in the database is held by triggers, for its owner too.
func TestTheLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	keyEntry(t, a)
	appendEntries(t, a, 299)
	_, err := a.SignCheckpoint(t.Context())
	must(t, err)
	super := testkit.Superuser(t, a.Store.Pool())
	for _, sql := range []string{
		"UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries CASCADE",
		"UPDATE audit_positions SET position = position + 1000", "DELETE FROM audit_positions", "TRUNCATE audit_positions",
		"UPDATE audit_nodes SET position = 9", "DELETE FROM audit_nodes", "TRUNCATE audit_nodes",
		"UPDATE audit_checkpoints SET size = 1", "DELETE FROM audit_checkpoints", "TRUNCATE audit_checkpoints",
		"UPDATE audit_head SET size = size - 1, edge = ''", "UPDATE audit_head SET root = sha256('x')", "DELETE FROM audit_head", "TRUNCATE audit_head",
	} {
		if _, err := super.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: done", sql)
		}
		if _, err := a.Store.Pool().Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: done by the app role", sql)
		}
	}
	mustHold(t, a, 300)
}

func TestKeptCheckpointsOfOthers(t *testing.T) {
	t.Parallel()
	a, other := testkit.App(t), testkit.App(t)
	appendEntries(t, other, 3)
	c, err := other.SignCheckpoint(t.Context())
	must(t, err)
	for name, b := range map[string][]byte{"another server's": []byte(c.Note), "nothing": nil, "no packet": []byte("PK\x03\x04")} {
		if _, err := a.OpenKept(b); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// Keys that are rotated while the log does not grow sign the same tree again: two
// checkpoints of one size are no tampering, whichever key's id comes first.
func TestCheckpointsOfOneSize(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	dir, clock := movingKeys(t, a)
	keyEntry(t, a)
	appendEntries(t, a, 4)
	const signed = 6 // of as many random ids some are out of order
	for range signed {
		clock.Advance(time.Hour)
		_, err := keys.NewDirectory(dir, "", clock.Now).Rotate(keys.UseCheckpoint)
		must(t, err)
		clock.Advance(time.Hour)
		c, err := a.SignCheckpoint(t.Context())
		must(t, err)
		if c.Size != 5 {
			t.Fatalf("a checkpoint of %d entries, want 5", c.Size)
		}
	}
	_, err := a.GivePositions(t.Context())
	must(t, err)
	report, err := a.CheckLog(t.Context(), nil)
	must(t, err)
	if report.Found != 0 || report.Checkpoints != signed {
		t.Errorf("%d checkpoints, problems %q", report.Checkpoints, report.Problems)
	}
}
