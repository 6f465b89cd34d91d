package verify

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Limits of a checkpoint.
const (
	maxCheckpoint = 1024
	maxTree       = 1<<53 - 1
)

// checkpoint is what the signer of the log said that it was at a time.
type checkpoint struct {
	origin    string
	size      int64
	root      [sha256.Size]byte
	at        time.Time
	text      []byte // what is signed: the four lines
	keyHash   [4]byte
	signature []byte
}

// parseCheckpoint reads a signed note (C2SP signed-note, tlog-checkpoint) with
// one extension line for the time and one signature, in its one spelling.
func parseCheckpoint(b []byte) (*checkpoint, error) {
	malformed := errors.New("not a checkpoint: four lines, an empty line and one signature")
	if len(b) > maxCheckpoint {
		return nil, errors.New("longer than a checkpoint")
	}
	text, signed, ok := bytes.Cut(b, []byte("\n\n"))
	if !ok {
		return nil, malformed
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) != 4 {
		return nil, malformed
	}
	c := &checkpoint{origin: lines[0], text: append(bytes.Clone(text), '\n')}
	var err error
	if c.size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.size < 1 || c.size > maxTree || strconv.FormatInt(c.size, 10) != lines[1] {
		return nil, malformed
	}
	root, ok := strictBase64(lines[2])
	if !ok || len(root) != sha256.Size {
		return nil, malformed
	}
	c.root = [sha256.Size]byte(root)
	if c.at, err = time.Parse("time "+timeLayout, lines[3]); err != nil || c.at.Format("time "+timeLayout) != lines[3] {
		return nil, malformed
	}
	line, begins := strings.CutPrefix(string(signed), "\u2014 "+c.origin+" ")
	line, ends := strings.CutSuffix(line, "\n")
	signature, ok := strictBase64(line)
	if !begins || !ends || !ok || len(signature) != 4+ed25519.SignatureSize {
		return nil, malformed
	}
	c.keyHash, c.signature = [4]byte(signature), signature[4:]
	return c, nil
}

// signer finds the key of the list that signed the checkpoint, and demands that
// the list vouches for it at the checkpoint's time.
func (c *checkpoint) signer(list *keyList) (listedKey, error) {
	if c.origin != logOrigin(list.rootID) {
		return listedKey{}, errors.New("the checkpoint is of the log of another root")
	}
	for _, k := range list.keys {
		if k.use != useCheckpoint || k.algorithm != algorithms[useCheckpoint] {
			continue
		}
		parsed, err := x509.ParsePKIXPublicKey(k.der)
		public, ok := parsed.(ed25519.PublicKey)
		if err != nil || !ok || noteKeyHash(c.origin, public) != c.keyHash {
			continue
		}
		if !ed25519.Verify(public, c.text, c.signature) {
			return listedKey{}, errors.New("the signature of the checkpoint does not hold")
		}
		if list.vouches(useCheckpoint, k.id, c.at, c.at) != nil {
			return listedKey{}, errors.New("the list of keys does not vouch for the checkpoint's key at the checkpoint's time")
		}
		return k, nil
	}
	return listedKey{}, errors.New("the list of keys has no checkpoint key that signed the checkpoint")
}

// logOrigin is the name of the log of a root.
func logOrigin(rootID string) string { return "proofwalk/" + rootID[:16] }

// noteKeyHash is what stands before a signature: the first bytes of the digest
// of name, line feed, algorithm 1 (Ed25519) and key.
func noteKeyHash(name string, key ed25519.PublicKey) [4]byte {
	sum := sha256.Sum256(append([]byte(name+"\n\x01"), key...))
	return [4]byte(sum[:4])
}

// strictBase64 takes standard base64 with padding in its one spelling.
func strictBase64(s string) ([]byte, bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return b, err == nil && base64.StdEncoding.EncodeToString(b) == s
}
