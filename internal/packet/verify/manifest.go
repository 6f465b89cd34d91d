package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Limits of packet.json: far more than any packet needs.
const (
	maxLeaves  = 200_000
	maxAnchors = 1_000_000
)

// checkManifest holds packet.json against the statement and the files.
func (v *verifier) checkManifest() (string, error) {
	b, ok := v.byName[manifestName]
	if !ok || v.statement == nil {
		return "", notChecked("there is no packet.json or no readable statement")
	}
	n, err := parseJSON(b)
	if err != nil {
		return "", fmt.Errorf("packet.json: %w", err)
	}
	var r reader
	top := r.object("packet.json", n, "anchors", "format", "head", "leaves")
	if r.err != nil {
		return "", r.err
	}
	r.format("packet.json", top[1])
	if digestHex(top[2]) != v.statement.head {
		return "", errors.New("packet.json: the head is not the one of the statement")
	}
	leaves := r.array("the leaves of packet.json", top[3], maxLeaves)
	anchors, err := v.checkLeaves(&r, leaves)
	if err != nil {
		return "", err
	}
	v.checkHead(&r, top[2])
	if err := checkAnchors(&r, top[0], anchors); err != nil {
		return "", err
	}
	if r.err != nil {
		return "", fmt.Errorf("packet.json: %w", r.err)
	}
	return fmt.Sprintf("%d leaves have the Merkle root of the statement", len(leaves)), nil
}

// checkLeaves computes the Merkle root, finds the file of each leaf that has one,
// and gives the anchors.
func (v *verifier) checkLeaves(r *reader, leaves []node) (anchors []string, err error) {
	hashes := make([][sha256.Size]byte, len(leaves))
	anchors = make([]string, len(leaves))
	named := map[string]bool{} // files
	for i, l := range leaves {
		if anchors[i], err = v.checkLeaf(r, l, named); err != nil {
			return nil, fmt.Errorf("packet.json: leaf %d: %w", i+1, err)
		}
		hashes[i] = leafHash(l)
	}
	if err := v.checkRoot(hashes, named); err != nil {
		return nil, fmt.Errorf("packet.json: %w", err)
	}
	return anchors, nil
}

// checkLeaf reads a leaf, finds its file where it has one, and gives its anchor.
func (v *verifier) checkLeaf(r *reader, l node, named map[string]bool) (anchor string, err error) {
	m := r.object("a leaf", l, "anchor", "body", "kind", "salt")
	if r.err != nil {
		return "", r.err
	}
	if salt := r.text("a salt", m[3]); len(salt) != 32 || strings.Trim(salt, "0123456789abcdef") != "" {
		return "", errors.New("it has no salt of 16 bytes")
	}
	kind := r.text("a kind", m[2])
	if kind == "transcript" || kind == "screenshot" {
		name := r.text("a file's name", r.member("a file's name", m[1], "file"))
		digest := r.text("a file's digest", r.member("a file's digest", m[1], "sha256"))
		_, ok := v.byName[name]
		if !ok || named[name] || !strings.HasPrefix(name, kind+"s/") || v.digests[name] != digest {
			return "", errors.New("its file is not there as it says")
		}
		named[name] = true
	}
	return r.text("an anchor", m[0]), nil
}

// checkRoot holds the leaves' hashes against the statement, and demands that
// every transcript and picture that is there belongs to a leaf.
func (v *verifier) checkRoot(hashes [][sha256.Size]byte, named map[string]bool) error {
	root := merkleRoot(hashes)
	if hex.EncodeToString(root[:]) != v.statement.root || int64(len(hashes)) != v.statement.leaves {
		return errors.New("the leaves have another Merkle root than the statement")
	}
	for _, f := range v.files {
		folder := strings.HasPrefix(f.name, "transcripts/") || strings.HasPrefix(f.name, "screenshots/")
		if folder && !named[f.name] {
			return errors.New("there is a file that no leaf names")
		}
	}
	return nil
}

// checkHead demands that the head says what the statement says.
func (v *verifier) checkHead(r *reader, head node) {
	p := v.statement.predicate
	for _, place := range []int{pDecision, pEdition, pMadeAt, pName, pOutcome, pRevision, pSupersedes} {
		name := predicateNames[place]
		said := r.member("the head", head, name)
		if (place == pDecision || place == pOutcome) && !said.isNull() {
			said = r.member("the head's "+name, said, "word")
		}
		if !bytes.Equal(said, p[place]) {
			r.fail("the head's " + name)
		}
	}
	v.checkSignOffs(r, head)
	if address := r.member("the head", head, "address"); !address.isNull() {
		place := r.text("the packet's address", address)
		if !v.isExcerpt() { // the address is that of the packet's digest, which no excerpt holds
			v.result.Claims.Address = place + v.result.SHA256
		}
	}
	integration := r.member("the head", head, "integration")
	i := r.object("the statement's integration", p[pIntegration], "id", "name", "partner")
	for k, name := range []string{"id", "name", "partner"} {
		if !bytes.Equal(r.member("the head's integration", integration, name), i[k]) {
			r.fail("the head's integration")
		}
	}
	for _, n := range r.array("what is not proven", r.member("the head", head, "not_proven"), maxLeaves) {
		v.result.Claims.NotProven = append(v.result.Claims.NotProven, r.text("what is not proven", r.member("what is not proven", n, "text")))
	}
}

// checkSignOffs demands the sign-offs of the statement in the head, in order.
func (v *verifier) checkSignOffs(r *reader, head node) {
	said := r.array("the head's sign-offs", r.member("the head", head, "sign_offs"), len(roles))
	signed := r.array("the sign-offs", v.statement.predicate[pSignOffs], len(roles))
	if len(said) != len(signed) {
		r.fail("the head's sign-offs")
		return
	}
	for i, s := range signed {
		m := r.object("a sign-off", s, "at", "by", "role")
		for k, name := range []string{"at", "by", "role"} {
			if !bytes.Equal(r.member("a sign-off", said[i], name), m[k]) {
				r.fail("the head's sign-offs")
			}
		}
	}
}

// checkAnchors demands that every leaf can be found in the report, under an
// anchor of its own.
func checkAnchors(r *reader, list node, anchors []string) error {
	known := map[string]bool{}
	for _, a := range r.array("the anchors", list, maxAnchors) {
		name := r.text("an anchor", a)
		if known[name] {
			return errors.New("packet.json: an anchor stands there twice")
		}
		known[name] = true
	}
	seen := map[string]bool{}
	for i, anchor := range anchors {
		if !known[anchor] || seen[anchor] {
			return fmt.Errorf("packet.json: the anchor of leaf %d is missing or taken", i+1)
		}
		seen[anchor] = true
	}
	return nil
}

// merkleRoot is the Merkle tree hash of RFC 6962, section 2.1, over leaf hashes.
func merkleRoot(hashes [][sha256.Size]byte) [sha256.Size]byte {
	// Nodes are joined pairwise, level by level; an odd last one rises as it
	// is, which gives the tree of the RFC.
	if len(hashes) == 0 {
		return sha256.Sum256(nil)
	}
	for len(hashes) > 1 {
		var next [][sha256.Size]byte
		for i := 0; i+1 < len(hashes); i += 2 {
			next = append(next, nodeHash(hashes[i], hashes[i+1]))
		}
		if len(hashes)%2 == 1 {
			next = append(next, hashes[len(hashes)-1])
		}
		hashes = next
	}
	return hashes[0]
}
