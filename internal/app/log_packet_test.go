package app_test

import (
	"bytes"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
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
