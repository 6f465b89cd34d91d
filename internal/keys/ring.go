// Package keys makes, keeps and hands out the server's keys: a root that signs
// only the list of the others, one key each for PDFs, bundles and checkpoints,
// and a secret that seals small values in the database.
//
// A key directory holds the private keys sealed with age (NAME.age), the age
// identity that opens them (identity.txt, unless it is kept elsewhere), and
// keys.json, the signed public list. The directory is made at first start,
// readable by its owner only, and belongs into the backup of the keys, never
// into that of the database. The secret is in another directory.
package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Ring holds opened keys: those of one list, which never change. What belongs
// together, such as a packet's signatures and the list in it, is taken from one
// Ring. It is safe for concurrent use.
type Ring struct {
	root    ed25519.PrivateKey
	private map[string]crypto.Signer // by key id
	active  map[Use]string           // key id
	file    *File
	json    []byte
	// certificate is that of the active PDF key.
	certificate *x509.Certificate
}

// Open opens the key directory with the age identity in it; where there is
// none, or an empty one, it makes the keys, valid from now.
func Open(dir string, now time.Time) (*Ring, error) {
	d := NewDirectory(dir, "", func() time.Time { return now })
	if err := d.Make(); err != nil {
		return nil, err
	}
	return d.Ring()
}

// Bundle gives the signer of statements and of SHA256SUMS, ECDSA P-256, and
// its key id. With a nil random source its signatures follow RFC 6979: equal
// digests get equal signatures.
func (r *Ring) Bundle() (crypto.Signer, string) { return r.signer(UseBundle) }

// PDF gives the signer of PDFs, ECDSA P-256, its certificate as it stands in
// keys.json, and its key id.
func (r *Ring) PDF() (crypto.Signer, *x509.Certificate, string) {
	signer, id := r.signer(UsePDF)
	return signer, r.certificate, id
}

// Checkpoint gives the signer of audit checkpoints, Ed25519, and its key id.
func (r *Ring) Checkpoint() (crypto.Signer, string) { return r.signer(UseCheckpoint) }

func (r *Ring) signer(u Use) (crypto.Signer, string) {
	id := r.active[u]
	return r.private[id], id
}

// Fingerprint is the lower-case hex SHA-256 of the root public key's
// SubjectPublicKeyInfo: what strangers compare to believe a packet.
func (r *Ring) Fingerprint() string { return r.file.Root.ID }

// KeysJSON gives a copy of keys.json as it goes into packets.
func (r *Ring) KeysJSON() []byte { return bytes.Clone(r.json) }

// List gives the public keys, oldest first, without the root.
func (r *Ring) List() []Key { return append([]Key(nil), r.file.Keys...) }

// IssuedAt is when the list was signed.
func (r *Ring) IssuedAt() time.Time { return r.file.IssuedAt.Time }

// Since is when the youngest of the active keys became valid: nothing that the
// ring signs may say that it was made earlier.
func (r *Ring) Since() time.Time {
	var since time.Time
	for _, id := range r.active {
		if k, _ := r.file.find(id); k.NotBefore.After(since) {
			since = k.NotBefore.Time
		}
	}
	return since
}

// selfTest signs and verifies with every private key, and holds keys.json
// against the root that was opened.
func (r *Ring) selfTest(now time.Time) error {
	if err := r.testRoot(); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("proofwalk self test"))
	for _, u := range Uses() {
		signer, id := r.signer(u)
		if signer == nil {
			return fmt.Errorf("no active %s key", u)
		}
		k, ok := r.file.find(id)
		if !ok || k.NotBefore.After(now) {
			return fmt.Errorf("the %s key is not valid yet: is the clock right?", u)
		}
		if err := signAndVerify(signer, k.PublicKey, digest[:]); err != nil {
			return fmt.Errorf("%s key: %w", u, err)
		}
	}
	return nil
}

// testRoot demands that the list was signed by the root that was opened.
func (r *Ring) testRoot() error {
	rootDER, err := x509.MarshalPKIXPublicKey(r.root.Public())
	if err != nil {
		return fmt.Errorf("encoding root key: %w", err)
	}
	if !bytes.Equal(rootDER, r.file.Root.PublicKey) {
		return errors.New("keys.json is of another root than root.age")
	}
	return nil
}

// signAndVerify signs with the private key and verifies with the listed public one.
func signAndVerify(s crypto.Signer, publicDER, digest []byte) error {
	public, err := x509.ParsePKIXPublicKey(publicDER)
	if err != nil {
		return errors.New("the listed public key does not parse")
	}
	switch public := public.(type) {
	case *ecdsa.PublicKey:
		sig, err := s.Sign(nil, digest, crypto.SHA256)
		if err == nil && ecdsa.VerifyASN1(public, digest, sig) {
			return nil
		}
	case ed25519.PublicKey:
		sig, err := s.Sign(nil, digest, crypto.Hash(0))
		if err == nil && ed25519.Verify(public, digest, sig) {
			return nil
		}
	}
	return errors.New("the private key is not that of the listed public key")
}

// generate makes a private key for a use.
func generate(u Use) (crypto.Signer, error) {
	if u == UseCheckpoint {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// KeyID is the lower-case hex SHA-256 of a public key's SubjectPublicKeyInfo.
func KeyID(public crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("encoding public key: %w", err)
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil
}
