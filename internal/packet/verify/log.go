package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Limits of the packet's part of the audit log.
const (
	maxEntries = 1_000_000
	maxProof   = 64 // hashes; a tree of 2^53 leaves needs 53
)

// logged is an audit entry of the packet.
type logged struct {
	line node
	// seals is the digest that the entry names if it seals this packet.
	seals string
}

// readCheckpoint reads the checkpoint and demands that the list of keys vouches
// for it.
func (v *verifier) readCheckpoint() (string, error) {
	b, ok := v.byName[checkpointName]
	if !ok || v.list == nil {
		return "", notChecked("there is no checkpoint or no readable list of keys")
	}
	c, err := parseCheckpoint(b)
	if err != nil {
		return "", fmt.Errorf("%s: %w", checkpointName, err)
	}
	key, err := c.signer(v.list)
	if err != nil {
		return "", fmt.Errorf("%s: %w", checkpointName, err)
	}
	if !bytes.Equal(v.byName[checkpointPEMName], pemOf(key.der)) {
		return "", fmt.Errorf("%s is not the key of the checkpoint", checkpointPEMName)
	}
	v.checkpoint = c
	v.signers = append(v.signers, signer{use: useCheckpoint, keyID: key.id, at: c.at})
	return fmt.Sprintf("the log had %d entries at %s, signed by key %s", c.size, c.at.Format(timeLayout), key.id[:16]), nil
}

// checkEntries demands that the audit entries are in their one encoding and
// belong to the packet's integration.
func (v *verifier) checkEntries() (string, error) {
	b, ok := v.byName[auditName]
	if !ok || v.statement == nil {
		return "", notChecked("there are no audit entries or no readable statement")
	}
	var r reader
	p := v.statement.predicate
	integration := r.object("the statement's integration", p[pIntegration], "id", "name", "partner")[0]
	entries := []logged{}
	for count := 1; len(b) > 0; count++ {
		line, rest, ended := bytes.Cut(b, []byte("\n"))
		if !ended || count > maxEntries {
			return "", fmt.Errorf("%s: the last line has no end, or there are more than %d", auditName, maxEntries)
		}
		n, err := parseJSON(line)
		if err != nil {
			return "", fmt.Errorf("%s, line %d: %w", auditName, count, err)
		}
		r.format("the entry", r.member("the entry", n, "v"))
		if !bytes.Equal(r.member("the entry", n, "integration_id"), integration) {
			r.fail("the entry's integration")
		}
		entries = append(entries, logged{line: n, seals: r.seals(n, p[pName])})
		if r.err != nil {
			return "", fmt.Errorf("%s, line %d: %w", auditName, count, r.err)
		}
		b = rest
	}
	v.entries = entries
	return fmt.Sprintf("%d entries of the integration in their one encoding", len(entries)), nil
}

// seals gives the digest of packet.json that the entry names if it seals the
// packet of that name; empty for any other entry.
func (r *reader) seals(entry, name node) string {
	if r.text("the entry's action", r.member("the entry", entry, "action")) != "packet.seal" {
		return ""
	}
	object := r.object("the entry's object", r.member("the entry", entry, "object"), "id", "kind")
	if !bytes.Equal(object[0], name) || r.text("the kind of the entry's object", object[1]) != "packet" {
		return ""
	}
	return r.text("the entry's packet_json", r.member("the entry's details", r.member("the entry", entry, "details"), "packet_json"))
}

// checkLog demands a proof for each entry that it is in the tree of the
// checkpoint, and that the last entry, and no other, seals this packet.
func (v *verifier) checkLog() (string, error) {
	b, ok := v.byName[proofsName]
	if !ok || v.checkpoint == nil || v.entries == nil || v.statement == nil {
		return "", notChecked("there are no proofs, no readable checkpoint, no readable audit entries or no readable statement")
	}
	if len(v.entries) == 0 {
		return "", fmt.Errorf("%s: it is empty, so that no entry seals this packet.json", auditName)
	}
	n, err := parseJSON(b)
	if err != nil {
		return "", fmt.Errorf("%s: %w", proofsName, err)
	}
	var r reader
	top := r.object("the proofs", n, "entries", "format", "size")
	if r.err != nil {
		return "", r.err
	}
	r.format("the proofs", top[1])
	if r.number("the size", top[2]) != v.checkpoint.size {
		r.fail("the size of the proofs")
	}
	proofs := r.array("the proofs", top[0], maxEntries)
	if r.err == nil && len(proofs) != len(v.entries) {
		r.fail("the number of proofs")
	}
	last := int64(-1)
	for i, proof := range proofs {
		if r.err != nil {
			break
		}
		m := r.object("a proof", proof, "hashes", "index")
		index := r.number("an index", m[1])
		if index <= last {
			r.fail("the order of the proofs")
		}
		last = index
		if hashes := r.hashes(m[0]); r.err == nil && !proves(v.checkpoint, index, hashes, v.entries[i].line) {
			return "", fmt.Errorf("%s, line %d: the proof that it is in the log does not hold", auditName, i+1)
		}
	}
	if r.err != nil {
		return "", fmt.Errorf("%s: %w", proofsName, r.err)
	}
	if err := v.checkSeal(); err != nil {
		return "", err
	}
	v.loggedAt = v.checkpoint.at
	return fmt.Sprintf("%d entries are in the log; entry %d seals this packet.json", len(proofs), last), nil
}

// checkSeal: the last entry names the digest of this packet.json, no other does.
func (v *verifier) checkSeal() error {
	digest := digestHex(v.byName[manifestName])
	for i, e := range v.entries {
		if (e.seals == digest) != (i == len(v.entries)-1) {
			return fmt.Errorf("%s: not the last entry alone seals this packet.json", auditName)
		}
	}
	return nil
}

// hashes reads an array of digests.
func (r *reader) hashes(n node) [][sha256.Size]byte {
	var out [][sha256.Size]byte
	for _, e := range r.array("a proof", n, maxProof) {
		s := r.text("a hash", e)
		b, err := hex.DecodeString(s)
		if err != nil || !isDigest(s) {
			r.fail("a hash")
			return nil
		}
		out = append(out, [sha256.Size]byte(b))
	}
	return out
}

// proves checks an inclusion proof (RFC 9162, section 2.1.3.2): that the tree
// of the checkpoint has the entry at the index.
func proves(c *checkpoint, index int64, proof [][sha256.Size]byte, entry []byte) bool {
	if index < 0 || index >= c.size {
		return false
	}
	at, last := uint64(index), uint64(c.size-1)
	h := leafHash(entry)
	for _, p := range proof {
		if last == 0 {
			return false
		}
		if at&1 == 1 || at == last {
			h = nodeHash(p, h)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			h = nodeHash(h, p)
		}
		at, last = at>>1, last>>1
	}
	return last == 0 && h == c.root
}

// extends checks a consistency proof (RFC 9162, section 2.1.4.2): that the newer
// tree begins with the older one.
func extends(older, newer *checkpoint, proof [][sha256.Size]byte) bool {
	if older.size == newer.size {
		return len(proof) == 0 && older.root == newer.root
	}
	if older.size > newer.size || older.size < 1 {
		return false
	}
	if older.size&(older.size-1) == 0 { // a complete tree is itself the first node
		proof = append([][sha256.Size]byte{older.root}, proof...)
	}
	if len(proof) == 0 {
		return false
	}
	at, last := uint64(older.size-1), uint64(newer.size-1)
	for at&1 == 1 {
		at, last = at>>1, last>>1
	}
	first, second := proof[0], proof[0]
	for _, p := range proof[1:] {
		if last == 0 {
			return false
		}
		if at&1 == 1 || at == last {
			first, second = nodeHash(p, first), nodeHash(p, second)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			second = nodeHash(second, p)
		}
		at, last = at>>1, last>>1
	}
	return last == 0 && first == older.root && second == newer.root
}

// leafHash and nodeHash are those of RFC 6962, section 2.1.
func leafHash(b []byte) [sha256.Size]byte { return sha256.Sum256(append([]byte{0}, b...)) }

func nodeHash(left, right [sha256.Size]byte) [sha256.Size]byte {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}
