package app_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// TestDigestComesBack: attempts of one packet whose packet.json is this, then
// another, then this again, as when an older program takes over once more. The
// third takes the first one's entry: two that name the same bytes would be refused.
func TestDigestComesBack(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	attempt := func() []byte {
		t.Helper()
		must(t, m.app.BuildPacket(t.Context(), p.ID))
		archive := m.download(t, id, p.ID)
		if got := verify.Verify(archive, verify.Trust{Fingerprint: fingerprint(t, m.app)}); got.Verdict != verify.Valid {
			t.Errorf("verified as %s: %+v", got.Verdict, got.Checks)
		}
		m.again(t, p)
		return archive
	}
	otherSalts := func() {
		t.Helper()
		_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE packets SET salts = sha256(salts) WHERE id = $1`, p.ID)
		must(t, err)
	}
	var seed []byte
	must(t, m.app.Store.Pool().QueryRow(t.Context(), `SELECT salts FROM packets WHERE id = $1`, p.ID).Scan(&seed))
	first := attempt()
	otherSalts()
	if bytes.Equal(first, attempt()) {
		t.Fatal("other salts made the same packet")
	}
	_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE packets SET salts = $2 WHERE id = $1`, p.ID, seed)
	must(t, err)
	if !bytes.Equal(first, attempt()) {
		t.Error("the same packet.json made another packet than at first")
	}
	var seals int
	must(t, m.app.Store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM audit_entries WHERE action = 'packet.seal'`).Scan(&seals))
	if seals != 2 {
		t.Errorf("%d entries seal the packet, want 2", seals)
	}
	drain(t, m.app)
	report, err := m.app.CheckLog(t.Context(), nil)
	must(t, err)
	if report.Found != 0 {
		t.Errorf("problems %q", report.Problems)
	}
}

// TestHeldSealIsReplaced: where the entry that seals a packet is held back, the
// next attempt seals with an entry of its own, so that no note in the database
// keeps the packet, and every edition after it, from being made.
func TestHeldSealIsReplaced(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	lead, err := m.app.Store.LeadSequencer(t.Context()) // nobody gives positions until it is closed
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	attempt := make(chan error, 1)
	go func() { attempt <- m.app.BuildPacket(ctx, p.ID) }()
	var entry uuid.UUID
	waitFor(t, func() bool {
		return m.app.Store.Pool().QueryRow(t.Context(), "SELECT entry_id FROM packet_seals WHERE packet_id = $1", p.ID).Scan(&entry) == nil
	})
	stop()
	if err := <-attempt; err == nil {
		t.Fatal("a packet was sealed with an entry that has no position")
	}
	x := attacker{t: t, app: m.app, conn: testkit.Superuser(t, m.app.Store.Pool())}
	x.exec("UPDATE audit_pending SET leaf_hash = sha256('') WHERE entry_id = $1", entry)
	must(t, lead.Close())
	waitFor(t, func() bool {
		_, err := m.app.GivePositions(t.Context())
		must(t, err)
		held, err := store.AuditIsHeld(t.Context(), m.app.Store.Reader(), entry)
		return err == nil && held
	})
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	if got := verify.Verify(m.download(t, id, p.ID), verify.Trust{Fingerprint: fingerprint(t, m.app)}); got.Verdict != verify.Valid {
		t.Errorf("verified as %s: %+v", got.Verdict, got.Checks)
	}
	stored, err := m.app.CheckStored(t.Context())
	must(t, err)
	if stored.Found != 0 {
		t.Errorf("fsck says %q", stored.Problems)
	}
}
