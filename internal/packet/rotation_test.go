package packet

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/audit"
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
		p, err := build(c, sealFor(t, c, ringNow()), attaching)
		if err != nil {
			t.Fatal(err)
		}
		return p
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

// attaching stands for the report where packet.json in it matters.
func attaching(s *sheet) ([]byte, error) {
	p := newSmallPDF(s.manifestSHA256, testReserve)
	p.extra = "9 0 obj\n" + stream("/Type/EmbeddedFile", string(s.manifest)) + "\nendobj\n"
	return p.sign(s.seal.Sign)
}

// TestStolenKeys: what somebody makes with the keys that a list marks as
// compromised is never valid by that list, whatever times they write into it.
func TestStolenKeys(t *testing.T) {
	t.Parallel()
	var now atomic.Pointer[time.Time]
	set := func(at time.Time) { now.Store(&at) }
	set(madeAt.Add(-time.Hour))
	d := keys.NewDirectory(t.TempDir(), "", func() time.Time { return *now.Load() })
	if err := d.Make(); err != nil {
		t.Fatal(err)
	}
	r, err := d.Ring()
	if err != nil {
		t.Fatal(err)
	}
	made := func(change func(*Content)) (*Content, Seal, *Packet) {
		c := smallContent(t)
		change(c)
		seal := sealFor(t, c, r)
		p, err := Build(c, seal) // the whole report, in which packet.json is
		if err != nil {
			t.Fatal(err)
		}
		return c, seal, p
	}
	c, seal, good := made(func(*Content) {})
	_, _, other := made(func(c *Content) { c.Decision.Text = "Something else." })
	c = withFiles(c)
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		t.Fatal(err)
	}
	swapped := repack(t, good.Zip, func(files []file) []file {
		files[0].data = other.PDF
		sealed, err := sealFiles(c, m, files[:len(files)-3], seal, good.PDFSeal)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	})
	set(madeAt.Add(2 * time.Hour))
	_, bundle := r.Bundle()
	_, _, pdf := r.PDF()
	_, log := r.Checkpoint()
	python := startPython(t, pythonVerifier)
	judge := func(what string, zip []byte, want verify.Verdict) {
		t.Helper()
		list, err := d.Ring()
		if err != nil {
			t.Fatal(err)
		}
		python.same(asked{name: what, zip: zip, keys: list.KeysJSON()}, want)
	}
	steal := func(id string) {
		t.Helper()
		set(now.Load().Add(time.Hour))
		if _, _, err := d.Compromise(id, madeAt.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	judge("nothing stolen", good.Zip, verify.Valid)
	steal(bundle)
	judge("the bundle key stolen, the packet as it was", good.Zip, verify.Valid)
	judge("the PDF of another packet under it", swapped, verify.Invalid)
	steal(pdf)
	judge("the PDF key too", good.Zip, verify.Invalid)
	steal(log)
	judge("every key", good.Zip, verify.Invalid)
}

// TestProofsOfACompromisedKey: a checkpoint alone does not show that it is older
// than the theft of its key; a newer one that begins with its log does.
func TestProofsOfACompromisedKey(t *testing.T) {
	t.Parallel()
	at := madeAt
	d := keys.NewDirectory(t.TempDir(), "", func() time.Time { return at })
	if err := d.Make(); err != nil {
		t.Fatal(err)
	}
	var edge audit.Edge
	leaf := audit.LeafHash([]byte(`{"n":0}`))
	edge.Append(leaf)
	checkpoint := func() (signed []byte, r *keys.Ring) {
		r, err := d.Ring()
		if err != nil {
			t.Fatal(err)
		}
		key, _ := r.Checkpoint()
		signed, err = audit.Checkpoint{Origin: audit.Origin(r.Fingerprint()), Head: audit.Head{Size: 1, Root: edge.Root()}, At: at}.Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed, r
	}
	older, r := checkpoint()
	_, id := r.Checkpoint()
	alone, err := audit.EntryProof{Checkpoint: older, Entry: []byte(`{"n":0}`), Keys: r.KeysJSON()}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	at = madeAt.Add(2 * time.Hour)
	if _, _, err := d.Compromise(id, madeAt.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	newer, young := checkpoint()
	grown, err := audit.Extension{Checkpoint: newer, Older: older, Keys: young.KeysJSON()}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	marked, err := audit.EntryProof{Checkpoint: older, Entry: []byte(`{"n":0}`), Keys: young.KeysJSON()}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		what  string
		proof []byte
		list  []byte
		want  verify.Verdict
	}{
		{"before the mark", alone, r.KeysJSON(), verify.Valid},
		{"by the list that marks it", alone, young.KeysJSON(), verify.Invalid},
		{"with the list that marks it", marked, nil, verify.Invalid},
		{"the newer begins with it", grown, young.KeysJSON(), verify.Valid},
	} {
		if got := verify.VerifyProof(tt.proof, verify.Trust{Keys: tt.list}); got.Verdict != tt.want {
			t.Errorf("%s: %s, want %s\n%+v", tt.what, got.Verdict, tt.want, got.Checks)
		}
	}
}
