package packet

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/testkit/authority"
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

// TestSingleProofs: proofs that the server hands out one by one; each byte counts.
func TestSingleProofs(t *testing.T) {
	t.Parallel()
	r, other := ring(t), ring(t)
	key, _ := r.Checkpoint()
	var edge audit.Edge
	var leaves []audit.Hash
	head := func(n int) audit.Head {
		for len(leaves) < n {
			leaves = append(leaves, audit.LeafHash(fmt.Appendf(nil, `{"n":%d}`, len(leaves))))
			edge.Append(leaves[len(leaves)-1])
		}
		return audit.Head{Size: edge.Size(), Root: edge.Root()}
	}
	sign := func(h audit.Head, at time.Time) []byte {
		signed, err := audit.Checkpoint{Origin: audit.Origin(r.Fingerprint()), Head: h, At: at}.Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	older, newer := head(5), head(13)
	prover := audit.NewProver(newer, func([]audit.Tile) (map[audit.Tile][]audit.Hash, error) {
		return map[audit.Tile][]audit.Hash{{}: leaves}, nil
	})
	paths, err := prover.Records([]int64{6}, leaves[6:7])
	if err != nil {
		t.Fatal(err)
	}
	grown, err := prover.Extends(older)
	if err != nil {
		t.Fatal(err)
	}
	signed := sign(newer, madeAt)
	entry, err := audit.EntryProof{Checkpoint: signed, Entry: []byte(`{"n":6}`), Position: 6, Hashes: paths[0], Keys: r.KeysJSON()}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	extension := audit.Extension{Checkpoint: signed, Older: sign(older, madeAt.Add(-time.Second)), Hashes: grown, Keys: r.KeysJSON()}
	extended, err := extension.Encode()
	if err != nil {
		t.Fatal(err)
	}
	extension.Older = sign(older, madeAt.Add(time.Second))
	later, err := extension.Encode()
	if err != nil {
		t.Fatal(err)
	}
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	if got := verify.VerifyProof(later, trust); got.Verdict != verify.Invalid {
		t.Errorf("an older log that was signed later: %s", got.Verdict)
	}
	for name, proof := range map[string][]byte{"an entry": entry, "an extension": extended} {
		for _, tt := range []struct {
			trust verify.Trust
			want  verify.Verdict
		}{
			{trust, verify.Valid}, {verify.Trust{Keys: r.KeysJSON()}, verify.Valid}, {verify.Trust{}, verify.SignerUnknown},
			{verify.Trust{Fingerprint: other.Fingerprint()}, verify.Invalid}, {verify.Trust{Keys: other.KeysJSON()}, verify.Invalid},
		} {
			if got := verify.VerifyProof(proof, tt.trust); got.Verdict != tt.want {
				t.Errorf("%s: %s, want %s: %+v", name, got.Verdict, tt.want, got.Checks)
			}
		}
		for i := range proof {
			bad := bytes.Clone(proof)
			bad[i] ^= 1
			if got := verify.VerifyProof(bad, trust); got.Verdict != verify.Invalid {
				t.Errorf("%s: byte %d changed: %s", name, i, got.Verdict)
			}
		}
	}
}

func withEntries(l Log, entries ...[]byte) Log { l.Entries = entries; return l }
func withProofs(l Log, proofs []byte) Log      { l.Proofs = proofs; return l }
func withCheckpoint(l Log, note []byte) Log    { l.Checkpoint = note; return l }
func withKey(l Log, key []byte) Log            { l.Key = key; return l }

// A seal without any audit entry is nothing that could not be checked: it is wrong.
func TestNoAuditEntry(t *testing.T) {
	t.Parallel()
	r, _ := newResealer(t, stampBy(t, authority.New(t)))
	got := r.with(func(f map[string][]byte) { f["audit/entries.jsonl"] = nil })
	for _, c := range got.Checks {
		if (c.State == verify.Fails) != (c.Name == "log") {
			t.Errorf("%s is %s: %s", c.Name, c.State, c.Detail)
		}
	}
	if got.Verdict != verify.Invalid {
		t.Error(got.Verdict)
	}
}
