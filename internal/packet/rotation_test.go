package packet

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// TestKeysChange: after a rotation both packets verify through their own list
// and through the newest; after a compromise only what was sealed before it
// does, and of the newest list only.
func TestKeysChange(t *testing.T) {
	t.Parallel()
	var now atomic.Pointer[time.Time]
	set := func(at time.Time) { now.Store(&at) }
	set(madeAt.Add(-time.Hour))
	d := keys.NewDirectory(t.TempDir(), "", func() time.Time { return *now.Load() })
	if err := d.Make(); err != nil {
		t.Fatal(err)
	}
	ringNow := func() *keys.Ring {
		r, err := d.Ring()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	packetAt := func(at time.Time) *Packet {
		set(at)
		c := smallContent(t)
		c.MadeAt = At(at)
		return mustBuild(t, c, ringNow())
	}
	judge := func(what string, p *Packet, list []byte, want verify.Verdict) {
		t.Helper()
		if got := verify.Verify(p.Zip, verify.Trust{Keys: list, Fingerprint: ringNow().Fingerprint()}); got.Verdict != want {
			t.Errorf("%s: %s, want %s\n%+v", what, got.Verdict, want, got.Checks)
		}
	}
	_, oldID := ringNow().Bundle()
	old := packetAt(madeAt)
	set(madeAt.Add(time.Hour))
	if _, err := d.Rotate(keys.Uses()...); err != nil {
		t.Fatal(err)
	}
	young := packetAt(madeAt.Add(2 * time.Hour))
	rotated := ringNow().KeysJSON()
	judge("old, its own list", old, nil, verify.Valid)
	judge("old, the new list", old, rotated, verify.Valid)
	judge("young, its own list", young, nil, verify.Valid)
	judge("young, the new list", young, rotated, verify.Valid)

	set(madeAt.Add(3 * time.Hour))
	if _, _, err := d.Compromise(oldID, madeAt.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	judge("sealed before the compromise", old, ringNow().KeysJSON(), verify.Valid)
	// That a packet is older than the loss of its key only its log can show, and
	// an excerpt has none.
	excerpt := &Packet{Zip: mustCut(t, old.Zip, "f-002").Zip}
	judge("its excerpt, by the list of before", excerpt, rotated, verify.Valid)
	judge("its excerpt", excerpt, ringNow().KeysJSON(), verify.Invalid)
	set(madeAt.Add(4 * time.Hour))
	if _, _, err := d.Compromise(oldID, madeAt); err != nil {
		t.Fatal(err)
	}
	judge("sealed after the compromise", old, ringNow().KeysJSON(), verify.Invalid)
	judge("sealed after it, its own list", old, nil, verify.Valid)
	judge("sealed by another key", young, ringNow().KeysJSON(), verify.Valid)
}
