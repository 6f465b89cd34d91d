package packet

import (
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// unchecked makes a packet of content that Check may refuse, with the files of a
// good one: a server that does not ask Check could seal it.
func unchecked(t *testing.T, good, c *Content, r *keys.Ring) []byte {
	t.Helper()
	c = withFiles(c)
	seal := sealFor(t, good, r)
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		t.Fatal(err)
	}
	seal.Log = logOf(t, r, madeAt.Add(time.Minute), sealEntry(t, c, c.Name(), digestHex(m.json)))
	return repack(t, mustBuild(t, good, r).Zip, func(files []file) []file {
		files = files[:len(files)-3]
		for i := range files {
			switch files[i].name {
			case "packet.json":
				files[i].data = m.json
			case "audit/checkpoint":
				files[i].data = seal.Log.Checkpoint
			case "audit/entries.jsonl":
				files[i].data = lines(seal.Log.Entries)
			case "audit/proofs.json":
				files[i].data = seal.Log.Proofs
			}
		}
		sealed, err := sealFiles(c, m, files, seal, PDFSeal{Level: LevelBB, Stamp: StampNone})
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	})
}

// sealEntry is the audit entry that seals the packet.json of a digest.
func sealEntry(t testing.TB, c *Content, name, digest string) []byte {
	t.Helper()
	return entryOf(t, c, 3, SealAction, audit.Object{ID: name, Kind: "packet"}, map[string]audit.Value{"packet_json": audit.Text(digest)})
}

// wrongHeads are contents whose head no packet has, each for one reason.
func wrongHeads(t *testing.T) map[string]*Content {
	t.Helper()
	digest := strings.Repeat("9f", 32)
	out := map[string]*Content{}
	for what, change := range map[string]func(*Content){
		"a first edition that supersedes itself":    func(c *Content) { c.Supersedes = &Supersedes{Revision: 3, Edition: 1, SHA256: digest} },
		"a first edition that supersedes another":   func(c *Content) { c.Supersedes = &Supersedes{Revision: 2, Edition: 4, SHA256: digest} },
		"a second edition that supersedes nothing":  func(c *Content) { c.Edition = 2 },
		"a third edition that supersedes the first": func(c *Content) { c.Edition, c.Supersedes = 3, &Supersedes{Revision: 3, Edition: 1, SHA256: digest} },
		"an edition that supersedes itself":         func(c *Content) { c.Edition, c.Supersedes = 2, &Supersedes{Revision: 3, Edition: 2, SHA256: digest} },
		"an edition of another revision":            func(c *Content) { c.Edition, c.Supersedes = 2, &Supersedes{Revision: 2, Edition: 1, SHA256: digest} },
		"no edition":                                func(c *Content) { c.Edition = 0 },
		"no revision":                               func(c *Content) { c.Revision = 0 },
		"an unknown decision":                       func(c *Content) { c.Decision.Word = "fine" },
		"an unknown outcome":                        func(c *Content) { c.Outcome = &Outcome{Word: "maybe"} },
	} {
		c := smallContent(t)
		change(c)
		out[what] = c
	}
	return out
}

// A packet names the edition before it, and only that one; neither the server nor
// a verifier takes another.
func TestWrongHeads(t *testing.T) {
	t.Parallel()
	r := ring(t)
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	for name, c := range map[string]*Content{"first": smallContent(t), "second": largeContent(t)} {
		if got := verify.Verify(unchecked(t, c, c, r), trust); got.Verdict != verify.Valid {
			t.Errorf("%s edition: %s, %+v", name, got.Verdict, got.Checks)
		}
	}
	for what, c := range wrongHeads(t) {
		if err := Check(c); err == nil {
			t.Errorf("%s is made", what)
		}
		if got := verify.Verify(unchecked(t, smallContent(t), c, r), trust); got.Verdict != verify.Invalid || failed(got) != "statement signature digests sums pdf stamp content audit log" {
			t.Errorf("%s: %s, failed: %s", what, got.Verdict, failed(got))
		}
	}
}
