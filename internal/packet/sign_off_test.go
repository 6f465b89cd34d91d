package packet

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// The statement itself names who signed off, and says the same as the head.
func TestSignOffsAreInTheStatement(t *testing.T) {
	t.Parallel()
	r := ring(t)
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	c := largeContent(t)
	zip := mustBuild(t, c, r).Zip
	got := verify.Verify(zip, trust)
	want := []verify.SignOff{{Role: "partner", By: "Hugo Brandt", At: "2026-11-21T23:04:05.000000Z"}, {Role: "consultant", By: "Dana Whitlock", At: "2026-11-22T00:04:05.000000Z"}}
	if diff := cmp.Diff(want, got.Claims.SignOffs); diff != "" || got.Verdict != verify.Valid {
		t.Errorf("%s, sign-offs (-want +got):\n%s", got.Verdict, diff)
	}
	c = withFiles(c)
	seal := sealFor(t, c, r)
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Content){
		"one less": func(c *Content) { c.SignOffs = c.SignOffs[:1] },
		"none":     func(c *Content) { c.SignOffs = nil },
		"another name": func(c *Content) {
			c.SignOffs = append([]SignOff(nil), c.SignOffs...)
			c.SignOffs[1].By = "Marcus Hale"
		},
		"another order": func(c *Content) { c.SignOffs = []SignOff{c.SignOffs[1], c.SignOffs[0]} },
		"another time": func(c *Content) {
			c.SignOffs = append([]SignOff(nil), c.SignOffs...)
			c.SignOffs[0].At = At(madeAt)
		},
	} {
		other := *c
		change(&other)
		forged := repack(t, zip, func(files []file) []file {
			sealed, err := sealFiles(&other, m, files[:len(files)-3], seal, PDFSeal{Level: LevelBB, Stamp: StampNone})
			if err != nil {
				t.Fatal(err)
			}
			return sealed
		})
		if got := verify.Verify(forged, trust); got.Verdict != verify.Invalid {
			t.Errorf("a statement with %s: %s", what, got.Verdict)
		}
	}
	c.SignOffs = append(c.SignOffs, c.SignOffs[0])
	if err := Check(c); err == nil {
		t.Error("one role signed off twice")
	}
}
