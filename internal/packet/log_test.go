package packet

import (
	"bytes"
	"testing"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// TestLogsThatDoNotFit seals packets, each with the right keys, whose part of
// the audit log is not that of the packet.
func TestLogsThatDoNotFit(t *testing.T) {
	t.Parallel()
	r, other := ring(t), ring(t)
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	c := withFiles(smallContent(t))
	seal := sealFor(t, c, r)
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := seal.Log.Entries[0], seal.Log.Entries[1]
	named := func(name, digest string) []byte {
		return entryOf(t, c, 3, SealAction, audit.Object{ID: name, Kind: "packet"}, map[string]audit.Value{"packet_json": audit.Text(digest)})
	}
	foreign := *c
	foreign.Integration.ID = "019a0b1c-0000-7000-8000-000000000009"
	at := madeAt
	for name, tt := range map[string]struct {
		log  Log
		want verify.Verdict
	}{
		"as it must be":                 {seal.Log, verify.Valid},
		"an earlier seal of another":    {logOf(t, r, at, begin, named("r3.1", digestHex([]byte("other"))), end), verify.Valid},
		"sealed twice":                  {logOf(t, r, at, begin, named("r3.1", digestHex(m.json)), end), verify.Invalid},
		"an entry after the seal":       {logOf(t, r, at, begin, end, entryOf(t, c, 4, "packet.view", audit.Object{ID: "r3.1", Kind: "packet"}, nil)), verify.Invalid},
		"no seal":                       {logOf(t, r, at, begin), verify.Invalid},
		"the seal of another content":   {logOf(t, r, at, begin, named("r3.1", digestHex([]byte("other")))), verify.Invalid},
		"the seal of another packet":    {logOf(t, r, at, begin, named("r3.2", digestHex(m.json))), verify.Invalid},
		"another integration's entry":   {logOf(t, r, at, entryOf(t, &foreign, 1, "integration.create", audit.Object{Kind: "integration"}, nil), end), verify.Invalid},
		"another server's log":          {logOf(t, other, at, begin, end), verify.Invalid},
		"entries in another order":      {withEntries(seal.Log, end, begin), verify.Invalid},
		"an entry left out":             {withEntries(seal.Log, end), verify.Invalid},
		"an entry changed":              {withEntries(seal.Log, bytes.Replace(begin, []byte("create"), []byte("delete"), 1), end), verify.Invalid},
		"the proofs of another tree":    {withProofs(seal.Log, logOf(t, r, at, begin, end, end).Proofs), verify.Invalid},
		"no proofs":                     {withProofs(seal.Log, []byte(`{"entries":[],"format":1,"size":7}`)), verify.Invalid},
		"the checkpoint of another":     {withCheckpoint(seal.Log, logOf(t, r, at, begin, end, end).Checkpoint), verify.Invalid},
		"the checkpoint's key replaced": {withKey(seal.Log, logOf(t, other, at, begin, end).Key), verify.Invalid},
		"signed before the key was":     {logOf(t, r, madeAt.AddDate(0, 0, -1), begin, end), verify.Invalid},
	} {
		zip := repack(t, mustBuild(t, c, r).Zip, func(files []file) []file {
			for i := range files {
				switch files[i].name {
				case "audit/checkpoint":
					files[i].data = tt.log.Checkpoint
				case "audit/entries.jsonl":
					files[i].data = lines(tt.log.Entries)
				case "audit/proofs.json":
					files[i].data = tt.log.Proofs
				case "validation/checkpoint.pub.pem":
					files[i].data = pemOf("PUBLIC KEY", tt.log.Key)
				}
			}
			sealed, err := sealFiles(c, m, files[:len(files)-3], seal, PDFSeal{Level: LevelBB, Stamp: StampNone})
			if err != nil {
				t.Fatal(err)
			}
			return sealed
		})
		if got := verify.Verify(zip, trust); got.Verdict != tt.want {
			t.Errorf("%s: %s, %+v", name, got.Verdict, got.Checks)
		}
	}
}

func withEntries(l Log, entries ...[]byte) Log { l.Entries = entries; return l }
func withProofs(l Log, proofs []byte) Log      { l.Proofs = proofs; return l }
func withCheckpoint(l Log, note []byte) Log    { l.Checkpoint = note; return l }
func withKey(l Log, key []byte) Log            { l.Key = key; return l }
