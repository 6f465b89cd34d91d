package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// poisons are the ways in which a note of a waiting entry can be none that a leaf
// is made of. Each gives the id in the note and the leaf hash that it has.
var poisons = map[string]func(x attacker) (uuid.UUID, []byte){
	"no_entry": func(x attacker) (uuid.UUID, []byte) {
		id, leaf := store.NewID(), make([]byte, 32)
		x.exec("INSERT INTO audit_pending (entry_id, leaf_hash) VALUES ($1, $2)", id, leaf)
		return id, leaf
	},
	"has_position": func(x attacker) (uuid.UUID, []byte) {
		x.exec("INSERT INTO audit_pending (entry_id, leaf_hash) SELECT entry_id, leaf_hash FROM audit_positions WHERE position = 1")
		return x.note("SELECT entry_id, leaf_hash FROM audit_positions WHERE position = 1")
	},
	"other_hash": func(x attacker) (uuid.UUID, []byte) {
		id := appendEntry(x.t, x.app, x.app.Store.Pool(), "sample.write")
		id, leaf := x.note("SELECT entry_id, leaf_hash FROM audit_pending WHERE entry_id = $1", id)
		x.exec("UPDATE audit_entries SET action = 'sample.other', encoded = replace(encode(encoded, 'escape'), 'sample.write', 'sample.other')::bytea WHERE id = $1", id)
		return id, leaf
	},
}

func (x attacker) note(sql string, args ...any) (id uuid.UUID, leaf []byte) {
	x.t.Helper()
	must(x.t, x.conn.QueryRow(x.t.Context(), sql, args...).Scan(&id, &leaf))
	return id, leaf
}

// What no leaf can be made of stops nobody, and is not dropped: it is kept aside,
// the log itself says so, and so do fsck and the health page.
func TestPoisonedNotesAreHeldBack(t *testing.T) {
	t.Parallel()
	for reason, poison := range poisons {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			a := testkit.App(t)
			x := attacker{t: t, app: a, conn: testkit.Superuser(t, a.Store.Pool())}
			keyEntry(t, a)
			appendEntries(t, a, 3)
			before := appendEntry(t, a, a.Store.Pool(), "sample.before")
			poisoned, leaf := poison(x)
			after := appendEntry(t, a, a.Store.Pool(), "sample.after")
			drain(t, a)
			if position(t, a, before) < 0 || position(t, a, after) < 0 {
				t.Error("entries beside it have no position")
			}
			if _, err := a.SignCheckpoint(t.Context()); err != nil {
				t.Errorf("no checkpoint is signed any more: %v", err)
			}
			report, err := a.CheckLog(t.Context(), nil)
			must(t, err)
			if report.Held != 1 || report.Found != 1 || !strings.Contains(report.Problems[0], poisoned.String()) || report.Waiting != 0 {
				t.Errorf("fsck says %+v", report)
			}
			said := lastLogged(t, a)
			if said.Action != "audit.hold" || said.Object != (audit.Object{ID: poisoned.String(), Kind: "audit_entry"}) ||
				said.Details["reason"] != audit.Text(reason) || said.Details["leaf_hash"] != audit.Text(hexOf(string(leaf))) {
				t.Errorf("the log ends with %+v", said)
			}
			troubles, err := a.Troubles(t.Context())
			must(t, err)
			if len(troubles) != 1 || !strings.Contains(troubles[0], "holds back 1 ") {
				t.Errorf("health says %q", troubles)
			}
		})
	}
}

// The same id may come again: that stops the log no more than the first time.
func TestPoisonComesTwice(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	x := attacker{t: t, app: a, conn: testkit.Superuser(t, a.Store.Pool())}
	keyEntry(t, a)
	id := store.NewID()
	for range 2 {
		x.exec("INSERT INTO audit_pending (entry_id, leaf_hash) VALUES ($1, sha256(''))", id)
		drain(t, a)
	}
	report, err := a.CheckLog(t.Context(), nil)
	must(t, err)
	if report.Held != 2 || report.Entries != 3 {
		t.Errorf("%d held back, %d entries", report.Held, report.Entries)
	}
	// What is held back cannot be made unseen: the log says how often.
	x.exec("DELETE FROM audit_held")
	if report, err = a.CheckLog(t.Context(), nil); err != nil || report.Found == 0 {
		t.Errorf("after it was taken away: %+v, %v", report, err)
	}
}

// What is held back is never changed.
func TestHeldIsAppendOnly(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	super := testkit.Superuser(t, a.Store.Pool())
	for _, sql := range []string{"UPDATE audit_held SET reason = 'no_entry'", "DELETE FROM audit_held", "TRUNCATE audit_held"} {
		if _, err := super.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: done", sql)
		}
		if _, err := a.Store.Pool().Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: done by the app role", sql)
		}
	}
}

// A log that takes up nothing any more says so.
func TestTroublesOfAStuckLog(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	clock := testkit.NewClock()
	a.Now = clock.Now
	keyEntry(t, a)
	_, err := a.SignCheckpoint(t.Context())
	must(t, err)
	appendEntry(t, a, a.Store.Pool(), "sample.waits")
	if troubles, err := a.Troubles(t.Context()); err != nil || len(troubles) > 0 {
		t.Errorf("at first: %q, %v", troubles, err)
	}
	clock.Advance(2 * time.Minute)
	if troubles, err := a.Troubles(t.Context()); err != nil || len(troubles) != 1 || !strings.Contains(troubles[0], "takes up no entries") {
		t.Errorf("after two minutes: %q, %v", troubles, err)
	}
}

// Keys that cannot be used keep no server from answering: it is said, and the rest too.
func TestTroublesWithoutUsableKeys(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	x := attacker{t: t, app: a, conn: testkit.Superuser(t, a.Store.Pool())}
	x.exec("REVOKE INSERT ON key_lists FROM proofwalk_app") // so the list of keys cannot be recorded
	if troubles, err := a.Troubles(t.Context()); err != nil || len(troubles) != 1 || !strings.Contains(troubles[0], "packets wait") {
		t.Errorf("health says %q, %v", troubles, err)
	}
}

// drain gives positions until nothing waits.
func drain(t *testing.T, a *app.App) {
	t.Helper()
	for range 10 {
		count, err := a.GivePositions(t.Context())
		must(t, err)
		if count == 0 {
			return
		}
	}
	t.Fatal("something waits again and again")
}

// lastLogged is the newest entry of the log.
func lastLogged(t *testing.T, a *app.App) audit.Entry {
	t.Helper()
	var encoded []byte
	must(t, a.Store.Pool().QueryRow(t.Context(), `SELECT e.encoded FROM audit_positions p JOIN audit_entries e ON e.id = p.entry_id
		ORDER BY p.position DESC LIMIT 1`).Scan(&encoded))
	e, err := audit.Parse(encoded)
	must(t, err)
	return e
}
