package app_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// newEntry makes an audit entry of no partner.
func newEntry(t *testing.T, a *app.App, action string) (e audit.Entry, encoded []byte) {
	t.Helper()
	e = audit.Entry{ID: store.NewID().String(), Actor: audit.Actor{Kind: "system"}, Action: action, Object: audit.Object{ID: "x", Kind: "sample"}, At: a.Now(),
		Details: map[string]audit.Value{"n": audit.Int(7), "word": audit.Text("some"), "yes": audit.Bool(true)}}
	encoded, err := audit.Encode(e)
	must(t, err)
	return e, encoded
}

// appendEntry writes an audit entry inside a transaction, as a write does.
func appendEntry(t *testing.T, a *app.App, tx store.Querier, action string) uuid.UUID {
	t.Helper()
	e, encoded := newEntry(t, a, action)
	must(t, store.InsertAuditEntry(t.Context(), tx, e, encoded, nil))
	return uuid.MustParse(e.ID)
}

// keyEntry has the entry written that the first use of the keys leaves, and gives
// it its position.
func keyEntry(t *testing.T, a *app.App) {
	t.Helper()
	_, err := a.SigningKeys(t.Context())
	must(t, err)
	count, err := a.GivePositions(t.Context())
	must(t, err)
	if count != 1 {
		t.Fatalf("%d entries about the keys, want 1", count)
	}
}

// appendEntries writes many at once and gives them their positions.
func appendEntries(t *testing.T, a *app.App, n int) (ids []uuid.UUID) {
	t.Helper()
	var rows, waiting [][]any
	for range n {
		e, encoded := newEntry(t, a, "sample.write")
		id, leaf := uuid.MustParse(e.ID), audit.LeafHash(encoded)
		ids = append(ids, id)
		rows = append(rows, []any{id, e.Action, e.Object.Kind, e.Object.ID, e.At, map[string]any{"n": 7, "word": "some", "yes": true}, encoded})
		waiting = append(waiting, []any{id, leaf[:]})
	}
	must(t, a.Store.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.CopyFrom(t.Context(), pgx.Identifier{"audit_entries"},
			[]string{"id", "action", "object_kind", "object_id", "at", "details", "encoded"}, pgx.CopyFromRows(rows))
		must(t, err)
		_, err = tx.CopyFrom(t.Context(), pgx.Identifier{"audit_pending"}, []string{"entry_id", "leaf_hash"}, pgx.CopyFromRows(waiting))
		return err
	}))
	count, err := a.GivePositions(t.Context())
	must(t, err)
	if count != n {
		t.Fatalf("%d entries got positions, want %d", count, n)
	}
	return ids
}

func position(t *testing.T, a *app.App, id uuid.UUID) int64 {
	t.Helper()
	p, known, err := store.AuditPosition(t.Context(), a.Store.Reader(), id)
	must(t, err)
	if !known {
		return -1
	}
	return p
}

// mustHold checks the whole log.
func mustHold(t *testing.T, a *app.App, entries int64) {
	t.Helper()
	report, err := a.CheckLog(t.Context(), nil)
	must(t, err)
	if report.Found != 0 || report.Entries != entries || report.Waiting != 0 {
		t.Errorf("%d entries (want %d), %d waiting, problems %q", report.Entries, entries, report.Waiting, report.Problems)
	}
}

// A transaction that stays open neither holds up others nor loses its entry,
// whose id and time are older than those that have their positions by then.
func TestLateTransactionsAreTakenUp(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	slow, err := a.Store.Pool().Begin(t.Context())
	must(t, err)
	late := appendEntry(t, a, slow, "sample.late")
	first := appendEntries(t, a, 3)
	if got := position(t, a, first[2]); got != 2 {
		t.Errorf("while a transaction is open, the third entry of others has position %d", got)
	}
	if got := position(t, a, late); got != -1 {
		t.Errorf("an entry that is not committed has position %d", got)
	}
	must(t, slow.Commit(t.Context()))
	count, err := a.GivePositions(t.Context())
	must(t, err)
	if got := position(t, a, late); got != 3 || count != 1 {
		t.Errorf("the late entry has position %d, want 3", got)
	}
	mustHold(t, a, 4)
}

// An entry of a transaction that is rolled back leaves nothing behind.
func TestRolledBackEntriesLeaveNoGap(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	tx, err := a.Store.Pool().Begin(t.Context())
	must(t, err)
	appendEntry(t, a, tx, "sample.gone")
	must(t, tx.Rollback(t.Context()))
	appendEntries(t, a, 2)
	mustHold(t, a, 2)
}

// Several servers write and stand by; the log has each entry once, and another
// server leads on when the first one ends.
func TestSeveralServersOneSequencer(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	clock := testkit.NewClock()
	a.Now = clock.Now
	first, endFirst := context.WithCancel(t.Context())
	second, endSecond := context.WithCancel(t.Context())
	defer endFirst()
	var servers, writers sync.WaitGroup
	servers.Go(func() { a.RunSequencer(first, a.Store) })
	servers.Go(func() { a.RunSequencer(second, a.Store) })
	const writing, each = 3, 40
	for w := range writing {
		writers.Go(func() {
			for n := range each {
				err := a.Store.InTx(t.Context(), func(tx pgx.Tx) error {
					appendEntry(t, a, tx, "sample.write")
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				if w == 0 && n == each/2 {
					endFirst()
				}
			}
		})
	}
	writers.Wait()
	waitFor(t, func() bool {
		clock.Advance(time.Second)
		waits, err := store.AuditWaits(t.Context(), a.Store.Reader())
		must(t, err)
		_, unsigned := store.LastCheckpoint(t.Context(), a.Store.Reader())
		return !waits && unsigned == nil
	})
	endSecond()
	servers.Wait()
	mustHold(t, a, writing*each+1) // and the entry about the keys
}

// waitFor asks again and again, for half a minute at most.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-timeout.C:
			t.Fatal("nothing came for half a minute")
		}
	}
}

// While another session leads nobody else gives positions.
func TestOnlyTheLeaderGivesPositions(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	appendEntries(t, a, 1)
	lead, err := a.Store.LeadSequencer(t.Context())
	must(t, err)
	must(t, a.Store.InTx(t.Context(), func(tx pgx.Tx) error {
		appendEntry(t, a, tx, "sample.write")
		return nil
	}))
	if count, err := a.GivePositions(t.Context()); count != 0 || err != nil {
		t.Errorf("%d positions were given beside the leader, %v", count, err)
	}
	if other, err := a.Store.LeadSequencer(t.Context()); other != nil || err != nil {
		t.Errorf("a second leader, %v", err)
	}
	must(t, lead.Close())
	waitFor(t, func() bool { // PostgreSQL ends the session a moment later
		count, err := a.GivePositions(t.Context())
		must(t, err)
		return count == 1
	})
	mustHold(t, a, 2)
}

func TestCheckpointsGrowAndNeverGoBack(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	clock := testkit.NewClock()
	a.Now = clock.Now
	if _, err := a.SignCheckpoint(t.Context()); err == nil {
		t.Error("a checkpoint of an empty log was signed")
	}
	keyEntry(t, a)
	appendEntries(t, a, 299)
	first, err := a.SignCheckpoint(t.Context())
	must(t, err)
	if again, err := a.SignCheckpoint(t.Context()); err != nil || again.Note != first.Note {
		t.Errorf("another checkpoint for the same log: %v", err)
	}
	appendEntries(t, a, 5)
	clock.Advance(-time.Hour)
	second, err := a.SignCheckpoint(t.Context())
	must(t, err)
	if second.Size != 305 || second.SignedAt.Before(first.SignedAt) {
		t.Errorf("after the clock went back: %d entries at %s, before it %s", second.Size, second.SignedAt, first.SignedAt)
	}
	ring, err := a.Keys.Ring()
	must(t, err)
	signer, _ := ring.Checkpoint()
	opened, err := audit.OpenCheckpoint([]byte(second.Note), audit.Origin(ring.Fingerprint()), signer.Public())
	if err != nil || opened.Head != second.Head() {
		t.Errorf("opened %+v, %v", opened, err)
	}
	mustHold(t, a, 305)
}

// What does not begin with the tree that was signed before is not signed.
func TestTamperedLogIsNotSigned(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	keyEntry(t, a)
	appendEntries(t, a, 299)
	_, err := a.SignCheckpoint(t.Context())
	must(t, err)
	attack := attacker{t: t, app: a, conn: testkit.Superuser(t, a.Store.Pool())}
	attack.edit(10)
	attack.rebuild(false)
	appendEntries(t, a, 1)
	if _, err := a.SignCheckpoint(t.Context()); err == nil {
		t.Error("a log that does not extend the one before was signed")
	}
}

// Erasing a person keeps every byte that was hashed.
func TestErasureKeepsTheTree(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	admin := app.Command{Actor: m.provider}
	for _, name := range []string{"Hidi", "Anna"} {
		_, err := m.app.InviteUser(t.Context(), admin, app.Invitation{
			NewPerson: app.NewPerson{Name: name, Email: name + "@northfall.example"}, Partner: m.partner, PartnerRole: auth.PartnerMember})
		must(t, err)
	}
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	before, err := m.app.CheckLog(t.Context(), nil)
	must(t, err)
	if before.Found != 0 || before.Personal == 0 {
		t.Fatalf("%d personal fields, problems %q", before.Personal, before.Problems)
	}
	kept, err := m.app.OpenKept(m.download(t, id, p.ID))
	must(t, err)
	_, err = m.app.Store.Pool().Exec(t.Context(), "DELETE FROM audit_personal")
	must(t, err)
	_, err = m.app.GivePositions(t.Context())
	must(t, err)
	after, err := m.app.CheckLog(t.Context(), kept)
	must(t, err)
	if after.Found != 0 || !after.Kept.Holds || after.Personal != 0 || after.Entries < before.Entries {
		t.Errorf("after the erasure: %+v", after)
	}
}
