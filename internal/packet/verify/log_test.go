package verify

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// trees are logs of 0 to n leaves, as the Go checksum database's library has them.
type trees struct {
	stored []tlog.Hash
	roots  []tlog.Hash // by size
}

func leaf(i int) []byte { return fmt.Appendf(nil, `{"leaf":%d}`, i) }

func newTrees(t *testing.T, n int) *trees {
	t.Helper()
	out := &trees{}
	for i := 0; ; i++ {
		root, err := tlog.TreeHash(int64(i), out)
		if err != nil {
			t.Fatal(err)
		}
		out.roots = append(out.roots, root)
		if i == n {
			return out
		}
		hashes, err := tlog.StoredHashes(int64(i), leaf(i), out)
		if err != nil {
			t.Fatal(err)
		}
		out.stored = append(out.stored, hashes...)
	}
}

func (t *trees) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = t.stored[index]
	}
	return out, nil
}

func (t *trees) head(size int) *checkpoint {
	return &checkpoint{size: int64(size), root: t.roots[size]}
}

func plain(proof []tlog.Hash) [][sha256.Size]byte {
	out := make([][sha256.Size]byte, len(proof))
	for i, h := range proof {
		out[i] = h
	}
	return out
}

const most = 70 // leaves: trees of every shape up to seven levels

func TestInclusionProofsOfAnotherLibrary(t *testing.T) {
	t.Parallel()
	log := newTrees(t, most)
	for size := 1; size <= most; size++ {
		for index := range size {
			made, err := tlog.ProveRecord(int64(size), int64(index), log)
			if err != nil {
				t.Fatal(err)
			}
			proof, head := plain(made), log.head(size)
			if !proves(head, int64(index), proof, leaf(index)) {
				t.Fatalf("entry %d of %d: a right proof does not hold", index, size)
			}
			for what, holds := range map[string]bool{
				"another entry":  proves(head, int64(index), proof, leaf(index+1)),
				"another index":  proves(head, int64(index+1), proof, leaf(index)),
				"a hash more":    proves(head, int64(index), append(proof, head.root), leaf(index)),
				"another root":   proves(log.head(size-1), int64(index), proof, leaf(index)),
				"a negative one": proves(head, -1, proof, leaf(index)),
				"a hash less":    len(proof) > 0 && proves(head, int64(index), proof[:max(0, len(proof)-1)], leaf(index)),
			} {
				if holds {
					t.Errorf("entry %d of %d: the proof holds for %s", index, size, what)
				}
			}
			for i := range proof {
				proof[i][0] ^= 1
				if proves(head, int64(index), proof, leaf(index)) {
					t.Errorf("entry %d of %d: a changed hash %d went unseen", index, size, i)
				}
				proof[i][0] ^= 1
			}
		}
	}
}

func TestConsistencyProofsOfAnotherLibrary(t *testing.T) {
	t.Parallel()
	log := newTrees(t, most)
	for size := 1; size <= most; size++ {
		for older := 1; older <= size; older++ {
			made, err := tlog.ProveTree(int64(size), int64(older), log)
			if err != nil {
				t.Fatal(err)
			}
			proof, newer := plain(made), log.head(size)
			if !extends(log.head(older), newer, proof) {
				t.Fatalf("%d in %d: a right proof does not hold", older, size)
			}
			wrong := &checkpoint{size: int64(older), root: sha256.Sum256([]byte("forked"))}
			if extends(wrong, newer, proof) || extends(log.head(older), &checkpoint{size: newer.size, root: wrong.root}, proof) {
				t.Errorf("%d in %d: the proof holds for another tree", older, size)
			}
			if extends(log.head(older), newer, append(proof, newer.root)) || len(proof) > 0 && extends(log.head(older), newer, proof[:len(proof)-1]) {
				t.Errorf("%d in %d: a longer or shorter proof holds", older, size)
			}
			if older < size && extends(newer, log.head(older), proof) {
				t.Errorf("%d in %d: the proof holds the other way round", older, size)
			}
			for i := range proof {
				proof[i][0] ^= 1
				if extends(log.head(older), newer, proof) {
					t.Errorf("%d in %d: a changed hash %d went unseen", older, size, i)
				}
				proof[i][0] ^= 1
			}
		}
	}
}

// logKeys is a list with one checkpoint key, and that key.
func logKeys(t *testing.T) (*keyList, ed25519.PrivateKey) {
	t.Helper()
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &keyList{rootID: strings.Repeat("0123456789abcdef", 4), keys: []listedKey{
		{id: "other", use: "checkpoint", algorithm: "ed25519", status: "active"},
		{id: digestHex(der), use: "checkpoint", algorithm: "ed25519", status: "active", der: der, notBefore: logTime.Add(-time.Hour)},
	}}, private
}

var logTime = time.Date(2026, 11, 21, 22, 5, 5, 0, time.UTC)

const logText = "proofwalk/0123456789abcdef\n12\nRFJ7hCJ+Ur4+RZ1fvQVtQU8H5YBB8uVHcDQ5UWY5uPM=\ntime 2026-11-21T22:05:05.000000Z\n"

// signNote signs a text as the Go checksum database's library does.
func signNote(t *testing.T, text string, private ed25519.PrivateKey) []byte {
	t.Helper()
	name, _, _ := strings.Cut(text, "\n")
	encoded := "PRIVATE+KEY+" + name + "+" + fmt.Sprintf("%x", noteKeyHash(name, private.Public().(ed25519.PublicKey))) + "+" +
		base64.StdEncoding.EncodeToString(append([]byte{1}, private.Seed()...))
	signer, err := note.NewSigner(encoded)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestNotesOfAnotherLibrary(t *testing.T) {
	t.Parallel()
	list, private := logKeys(t)
	signed := signNote(t, logText, private)
	c, err := parseCheckpoint(signed)
	if err != nil {
		t.Fatal(err)
	}
	key, err := c.signer(list)
	if err != nil || key.id != list.keys[1].id || c.size != 12 || !c.at.Equal(logTime) || c.root[0] != 0x44 {
		t.Fatalf("%+v by %s, %v", c, key.id, err)
	}
	for i := range signed {
		bad := append([]byte(nil), signed...)
		bad[i] ^= 1
		if c, err := parseCheckpoint(bad); err == nil {
			if _, err := c.signer(list); err == nil {
				t.Errorf("byte %d (%q) was changed unseen", i, signed[i])
			}
		}
	}
}

func TestOtherNotesAreRefused(t *testing.T) {
	t.Parallel()
	list, private := logKeys(t)
	good := string(signNote(t, logText, private))
	text, _, _ := strings.Cut(good, "\u2014")
	line := good[len(text):]
	beforeTime, _, _ := strings.Cut(logText, "time")
	stranger := ed25519.NewKeyFromSeed([]byte(strings.Repeat("s", ed25519.SeedSize)))
	for name, signed := range map[string]string{
		"a stranger's":        string(signNote(t, logText, stranger)),
		"two signatures":      good + string(signNote(t, logText, stranger))[len(text):],
		"the same one twice":  good + line,
		"another log":         string(signNote(t, strings.Replace(logText, "cdef", "cdee", 1), private)),
		"a line more":         string(signNote(t, logText+"more\n", private)),
		"a line less":         string(signNote(t, beforeTime, private)),
		"a leading zero":      string(signNote(t, strings.Replace(logText, "\n12\n", "\n012\n", 1), private)),
		"no entry":            string(signNote(t, strings.Replace(logText, "\n12\n", "\n0\n", 1), private)),
		"a plus":              string(signNote(t, strings.Replace(logText, "\n12\n", "\n+12\n", 1), private)),
		"a longer size":       string(signNote(t, strings.Replace(logText, "\n12\n", "\n9007199254740992\n", 1), private)),
		"a shorter root":      string(signNote(t, strings.Replace(logText, "uPM=", "uA==", 1), private)),
		"a root of bits more": string(signNote(t, strings.Replace(logText, "uPM=", "uPN=", 1), private)),
		"a time with a comma": string(signNote(t, strings.Replace(logText, ".000000Z", ",000000Z", 1), private)),
		"nothing":             "", "no signature": logText + "\n", "spaces at the end": good + " ", "no end": good[:len(good)-1],
		"much": logText + "\n" + strings.Repeat(line, 20),
	} {
		c, err := parseCheckpoint([]byte(signed))
		if err == nil {
			_, err = c.signer(list)
		}
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// A compromised key: what the log had before counts, and nothing else.
func TestCompromisedKeysAndTheLog(t *testing.T) {
	t.Parallel()
	_, private := logKeys(t)
	c, err := parseCheckpoint(signNote(t, logText, private))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(bundle, log *listedKey)
		ok     bool
	}{
		"nothing compromised":           {func(_, _ *listedKey) {}, true},
		"the bundle key later":          {func(b, _ *listedKey) { b.status, b.compromisedAt = "compromised", logTime.Add(1) }, true},
		"the bundle key at that moment": {func(b, _ *listedKey) { b.status, b.compromisedAt = "compromised", logTime }, false},
		"the log's key later":           {func(_, l *listedKey) { l.status, l.compromisedAt = "compromised", logTime.Add(1) }, true},
		"the log's key before":          {func(_, l *listedKey) { l.status, l.compromisedAt = "compromised", logTime.Add(-1) }, false},
		"the log's key retired later":   {func(_, l *listedKey) { l.status, l.retiredAt = "retired", logTime.Add(1) }, true},
		"the log's key retired before":  {func(_, l *listedKey) { l.status, l.retiredAt = "retired", logTime.Add(-1) }, false},
		"the log's key not valid yet":   {func(_, l *listedKey) { l.notBefore = logTime.Add(1) }, false},
		"the log's key of another use":  {func(_, l *listedKey) { l.use = "bundle" }, false},
	} {
		list, _ := logKeys(t)
		list.keys = append(list.keys, listedKey{id: "bundle", use: "bundle", algorithm: "ecdsa-p256-sha256", status: "active"})
		tt.change(&list.keys[2], &list.keys[1])
		v := &verifier{loggedAt: c.at, attached: true, signers: []signer{{useBundle, "bundle", c.at}, {useCheckpoint, list.keys[1].id, c.at}}}
		if err := v.vouchedBy(list); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of a compromised key another one must say when and what it signed: whoever has
// all the keys of a packet writes what and when they like.
func TestKeysCompromisedTogether(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		compromised string
		attached    bool
		ok          bool
	}{
		"none":                                     {"", false, true},
		"the bundle key":                           {"bundle", true, true},
		"the bundle key, a PDF of anything":        {"bundle", false, false},
		"the PDF key":                              {"pdf", false, true},
		"the log's key":                            {"checkpoint", false, true},
		"the keys of the log and of PDFs":          {"checkpoint pdf", false, true},
		"the keys of bundles and of PDFs":          {"bundle pdf", true, false},
		"the keys of bundles and of the log":       {"bundle checkpoint", true, false},
		"all keys, so that every word can be made": {"bundle checkpoint pdf", true, false},
	} {
		list := &keyList{}
		v := &verifier{loggedAt: logTime, attached: tt.attached}
		for use, algorithm := range algorithms {
			k := listedKey{id: use, use: use, algorithm: algorithm, status: "active"}
			if strings.Contains(tt.compromised, use) {
				k.status, k.compromisedAt = "compromised", logTime.Add(time.Hour)
			}
			list.keys = append(list.keys, k)
			v.signers = append(v.signers, signer{use, use, logTime})
		}
		if err := v.vouchedBy(list); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
