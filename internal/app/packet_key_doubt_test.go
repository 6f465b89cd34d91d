package app_test

import (
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// The status of a packet says what a verifier with the newest list says, for each
// key and each moment from which it is compromised.
func TestStatusAfterACompromise(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	dir, clock := movingKeys(t, m.app)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	clock.Advance(time.Hour)
	p := m.packets(t, id)[0]
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	p = m.packets(t, id)[0]
	ring, err := m.app.SigningKeys(t.Context())
	must(t, err)
	_, bundle := ring.Bundle()
	_, _, pdf := ring.PDF()
	zip := m.download(t, id, p.ID)
	clock.Advance(time.Hour)
	for _, tt := range []struct {
		name, key string
		since     time.Time
		want      string
	}{
		{"nothing", "", time.Time{}, app.StatusCurrent},
		{"the key of packets, later", bundle, p.MadeAt.Add(time.Minute), app.StatusCurrent},
		{"the key of PDFs too, later", pdf, p.MadeAt.Add(time.Minute), app.StatusCompromised},
		{"the key of packets, before", bundle, p.MadeAt.Add(-time.Minute), app.StatusCompromised},
	} {
		if tt.key != "" {
			_, _, err := keys.NewDirectory(dir, "", clock.Now).Compromise(tt.key, tt.since)
			must(t, err)
			clock.Advance(time.Minute)
		}
		m.app.Keys = keys.NewDirectory(dir, "", clock.Now)
		status, err := m.app.StatusOfPacket(t.Context(), *p.Digest)
		must(t, err)
		ring, err := m.app.SigningKeys(t.Context())
		must(t, err)
		got := verify.Verify(zip, verify.Trust{Keys: ring.KeysJSON()})
		if status.State != tt.want || (got.Verdict == verify.Valid) != (tt.want == app.StatusCurrent) || (status.CompromisedAt != nil) != (tt.want == app.StatusCompromised) {
			t.Errorf("%s: the status is %s since %v, want %s; the verdict is %s", tt.name, status.State, status.CompromisedAt, tt.want, got.Verdict)
		}
	}
	// What the successors seal is not doubted.
	other := m.create(t, "Member sign-in")
	m.ready(t, other)
	must(t, m.app.BuildPacket(t.Context(), m.packets(t, other)[0].ID))
	if status, err := m.app.StatusOfPacket(t.Context(), *m.packets(t, other)[0].Digest); err != nil || status.State != app.StatusCurrent {
		t.Errorf("a packet of the successors is %s: %v", status.State, err)
	}
}
