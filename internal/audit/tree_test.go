package audit

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// reference is a tree as the Go checksum database's library stores it.
type reference struct{ stored []Hash }

func (r *reference) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, index := range indexes {
		out[i] = r.stored[index]
	}
	return out, nil
}

// kept is a tree as the database keeps it.
type kept struct {
	edge  Edge
	nodes map[Tile][]Hash
	heads []Head // by size
	leafs []Hash
	reads int
}

func leafOf(i int) []byte { return fmt.Appendf(nil, "entry %d", i) }

func grow(t *testing.T, n int) (*kept, *reference) {
	t.Helper()
	k, r := &kept{nodes: map[Tile][]Hash{}}, &reference{}
	for i := 0; ; i++ {
		root, err := tlog.TreeHash(int64(i), r)
		if err != nil || root != k.edge.Root() || k.edge.Size() != int64(i) {
			t.Fatalf("%d leaves: another root than the library's, %v", i, err)
		}
		k.heads = append(k.heads, Head{Size: int64(i), Root: root})
		if i == n {
			return k, r
		}
		again, err := NewEdge(k.edge.Size(), k.edge.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		k.edge = again
		leaf := LeafHash(leafOf(i))
		k.leafs = append(k.leafs, leaf)
		for _, node := range append(k.edge.Append(leaf), Node{0, int64(i), leaf}) {
			tile := Tile{node.Level, node.Position / nodeWidth}
			if int64(len(k.nodes[tile])) != node.Position%nodeWidth {
				t.Fatalf("node %d of level %d comes out of its order", node.Position, node.Level)
			}
			k.nodes[tile] = append(k.nodes[tile], node.Hash)
		}
		hashes, err := tlog.StoredHashes(int64(i), leafOf(i), r)
		if err != nil {
			t.Fatal(err)
		}
		r.stored = append(r.stored, hashes...)
	}
}

func (k *kept) read(tiles []Tile) (map[Tile][]Hash, error) {
	k.reads++
	out := map[Tile][]Hash{}
	for _, tile := range tiles {
		out[tile] = k.nodes[tile]
	}
	return out, nil
}

// 66,000 leaves have a node of level 2.
const manyLeaves = 66_000

func TestProofsAreThoseOfTheLibrary(t *testing.T) {
	t.Parallel()
	k, r := grow(t, manyLeaves)
	if len(k.nodes[Tile{2, 0}]) != 1 {
		t.Fatalf("%d nodes of level 2", len(k.nodes[Tile{2, 0}]))
	}
	for _, size := range []int{1, 2, 3, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, manyLeaves} {
		p := NewProver(k.heads[size], k.read)
		for _, index := range []int{0, 1, 2, 254, 255, 256, 300, 65_535, 65_536, size - 1} {
			if index >= size {
				continue
			}
			got, err := p.Records([]int64{int64(index)}, []Hash{k.leafs[index]})
			want, refErr := tlog.ProveRecord(int64(size), int64(index), r)
			if err != nil || refErr != nil || fmt.Sprint(got[0]) != fmt.Sprint([]Hash(want)) {
				t.Errorf("entry %d of %d: %v, %v", index, size, err, refErr)
			}
		}
		for _, older := range []int{1, 2, 255, 256, 257, 65_535, 65_536, size} {
			if older > size {
				continue
			}
			got, err := p.Extends(k.heads[older])
			want, refErr := tlog.ProveTree(int64(size), int64(older), r)
			if err != nil || refErr != nil || fmt.Sprint(got) != fmt.Sprint([]Hash(want)) {
				t.Errorf("%d in %d: %v, %v", older, size, err, refErr)
			}
		}
	}
}

func TestProofsOfManyEntriesReadTilesOnce(t *testing.T) {
	t.Parallel()
	k, _ := grow(t, 3000)
	var positions []int64
	var leaves []Hash
	for i := 0; i < 3000; i += 7 {
		positions, leaves = append(positions, int64(i)), append(leaves, k.leafs[i])
	}
	if _, err := NewProver(k.heads[2999], k.read).Records(positions, leaves); err != nil || k.reads != 1 {
		t.Errorf("%d reads, %v", k.reads, err)
	}
}

func TestNothingFalseIsProved(t *testing.T) {
	t.Parallel()
	k, _ := grow(t, 700)
	p := func() *Prover { return NewProver(k.heads[700], k.read) }
	if _, err := p().Records([]int64{5}, []Hash{k.leafs[6]}); err == nil {
		t.Error("another leaf was proved")
	}
	for _, position := range []int64{-1, 700} {
		if _, err := p().Records([]int64{position}, []Hash{k.leafs[6]}); err == nil {
			t.Errorf("position %d was proved", position)
		}
	}
	if _, err := p().Extends(Head{Size: 300, Root: k.heads[301].Root}); err == nil {
		t.Error("the tree extends another one")
	}
	for _, size := range []int64{0, 701} {
		if _, err := p().Extends(Head{Size: size}); err == nil {
			t.Errorf("the tree extends one of %d", size)
		}
	}
	delete(k.nodes, Tile{0, 1})
	if _, err := p().Records([]int64{300}, []Hash{k.leafs[300]}); err == nil {
		t.Error("proved without a part of the tree")
	}
	broken := NewProver(k.heads[700], func([]Tile) (map[Tile][]Hash, error) { return nil, errors.New("gone") })
	if _, err := broken.Extends(k.heads[3]); err == nil {
		t.Error("proved without a tree")
	}
}

func TestEdgesThatAreNone(t *testing.T) {
	t.Parallel()
	for size, b := range map[int64]int{-1: 0, 0: 32, 3: 32, 4: 31, MaxSize + 1: 32} {
		if _, err := NewEdge(size, make([]byte, b)); err == nil {
			t.Errorf("size %d with %d bytes was taken", size, b)
		}
	}
}

func testKey(fill string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(fill, ed25519.SeedSize)))
}

func TestCheckpoints(t *testing.T) {
	t.Parallel()
	key, stranger := testKey("k"), testKey("s")
	c := Checkpoint{Origin: Origin(strings.Repeat("0123456789abcdef", 4)), Head: Head{Size: 12, Root: LeafHash([]byte("a"))}, At: time.Date(2026, 11, 27, 10, 0, 0, 5000, time.UTC)}
	signed, err := c.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	want := "proofwalk/0123456789abcdef\n12\n" + c.Root.String() + "\ntime 2026-11-27T10:00:00.000005Z\n\n\u2014 proofwalk/0123456789abcdef "
	if !strings.HasPrefix(string(signed), want) {
		t.Errorf("signed %q", signed)
	}
	if got, err := OpenCheckpoint(signed, c.Origin, stranger.Public(), key.Public()); err != nil || got != c {
		t.Errorf("opened %+v, %v", got, err)
	}
	text, err := VerifierKey(c.Origin, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := note.Open(signed, note.VerifierList(verifier)); err != nil || opened.Text != c.Text() {
		t.Errorf("the library with the key %s: %v", text, err)
	}
	if _, err := OpenCheckpoint(signed, c.Origin, stranger.Public()); err == nil {
		t.Error("opened with another key")
	}
	if _, err := OpenCheckpoint(signed, "proofwalk/0123456789abcdee", key.Public()); err == nil {
		t.Error("opened as one of another log")
	}
	for i := range signed {
		bad := append([]byte(nil), signed...)
		bad[i] ^= 1
		if _, err := OpenCheckpoint(bad, c.Origin, key.Public()); err == nil {
			t.Errorf("byte %d was changed unseen", i)
		}
	}
	if _, err := (Checkpoint{Origin: c.Origin, At: c.At}).Sign(key); err == nil {
		t.Error("an empty log was signed")
	}
	if _, err := c.Sign(lame{key}); err == nil {
		t.Error("a signature that does not hold was given")
	}
}

// lame signs something else.
type lame struct{ ed25519.PrivateKey }

func (l lame) Public() crypto.PublicKey { return testKey("s").Public() }

func TestProofsAreCanonical(t *testing.T) {
	t.Parallel()
	h := LeafHash([]byte("a"))
	b := EncodeProofs(9, []int64{3, 8}, [][]Hash{{h, h}, nil})
	var got struct {
		Format, Size int
		Entries      []struct {
			Index  int64
			Hashes []string
		}
	}
	if err := json.Unmarshal(b, &got); err != nil || got.Format != 1 || got.Size != 9 || len(got.Entries) != 2 || got.Entries[0].Index != 3 ||
		len(got.Entries[0].Hashes) != 2 || got.Entries[0].Hashes[0] != fmt.Sprintf("%x", h[:]) || got.Entries[1].Index != 8 {
		t.Errorf("%s: %v", b, err)
	}
}
