package verify

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

const timeLayout = "2006-01-02T15:04:05.000000Z"

// keyList is a keys.json whose root signature holds.
type keyList struct {
	rootID  string
	rootDER []byte
	keys    []listedKey
}

type listedKey struct {
	id, use, algorithm, status string
	der                        []byte
	notBefore                  time.Time
	retiredAt, compromisedAt   time.Time // zero when null
}

// readKeys reads the packet's own list.
func (v *verifier) readKeys() (string, error) {
	b, ok := v.byName[keysName]
	if !ok {
		return "", errors.New("not checked: there is no list of keys")
	}
	list, err := parseKeys(b)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(v.byName[rootPEMName], pemOf(list.rootDER)) {
		return "", fmt.Errorf("%s is not the root of the list", rootPEMName)
	}
	v.list, v.result.Root = list, list.rootID
	return "the list of keys is signed by the root in it", nil
}

// parseKeys reads a keys.json and checks its signature and ids.
func parseKeys(b []byte) (*keyList, error) {
	n, err := parseJSON(b)
	if err != nil {
		return nil, err
	}
	var r reader
	top := r.object("the list of keys", n, "format", "issued_at", "keys", "root", "signature")
	if r.err != nil {
		return nil, r.err
	}
	r.format("the list of keys", top[0])
	r.time("the list's time", top[1])
	root := r.object("the root key", top[3], "algorithm", "id", "public_key")
	r.word("the root's algorithm", root[0], "ed25519")
	list := &keyList{rootID: r.text("the root's id", root[1]), rootDER: r.base64("the root key", root[2])}
	r.keys(list, top[2])
	signature := r.base64("the root's signature", top[4])
	if r.err != nil {
		return nil, r.err
	}
	if digestHex(list.rootDER) != list.rootID {
		return nil, errors.New("the root's id is not the digest of its key")
	}
	public, err := x509.ParsePKIXPublicKey(list.rootDER)
	if err != nil {
		return nil, errors.New("the root key does not parse")
	}
	ed, ok := public.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("the root key is not Ed25519")
	}
	// The root signed the object without its last member.
	body := append(bytes.Clone(n[:len(n)-len(top[4])-len(`,"signature":}`)]), '}')
	if !ed25519.Verify(ed, body, signature) {
		return nil, errors.New("the root's signature over the list of keys does not hold")
	}
	return list, nil
}

// keys reads the lines of the list: each key stands there once.
func (r *reader) keys(list *keyList, n node) {
	known := map[string]bool{}
	for _, line := range r.array("the list of keys", n, MaxKeys) {
		k := r.key(line)
		if known[k.id] {
			r.fail("the list of keys")
		}
		if r.err != nil {
			return
		}
		known[k.id] = true
		list.keys = append(list.keys, k)
	}
}

// key reads a line of the list.
func (r *reader) key(n node) listedKey {
	m := r.object("a key of the list", n, "algorithm", "compromised_at", "id", "not_before", "public_key", "retired_at", "status", "use")
	k := listedKey{
		algorithm: r.text("a key's algorithm", m[0]), id: r.text("a key's id", m[2]),
		notBefore: r.time("a key's time", m[3]), der: r.base64("a public key", m[4]),
		status: r.text("a key's status", m[6]), use: r.text("a key's use", m[7]),
	}
	if !m[1].isNull() {
		k.compromisedAt = r.time("a key's time", m[1])
	}
	if !m[5].isNull() {
		k.retiredAt = r.time("a key's time", m[5])
	}
	if digestHex(k.der) != k.id {
		r.fail("a key's id")
	}
	return k
}

// find gives the bundle key with the id.
func (l *keyList) find(id string) (listedKey, error) {
	for _, k := range l.keys {
		if k.id == id && k.use == "bundle" && k.algorithm == "ecdsa-p256-sha256" {
			return k, nil
		}
	}
	return listedKey{}, errors.New("the list of keys has no bundle key with the signer's id")
}

// vouches tells whether the list stands for what the key signed at the time.
func (l *keyList) vouches(id string, at time.Time) error {
	k, err := l.find(id)
	if err != nil {
		return err
	}
	return k.standsAt(at)
}

// standsAt tells whether what the key signed at the time holds.
func (k listedKey) standsAt(at time.Time) error {
	if at.Before(k.notBefore) {
		return errors.New("the packet says that it was made before its key was valid")
	}
	switch k.status {
	case "active":
		if !k.retiredAt.IsZero() || !k.compromisedAt.IsZero() {
			return errors.New("the list of keys contradicts itself about the signer's key")
		}
		return nil
	case "retired":
		if !k.compromisedAt.IsZero() {
			return errors.New("the list of keys contradicts itself about the signer's key")
		}
		if k.retiredAt.IsZero() || at.After(k.retiredAt) {
			return errors.New("the packet says that it was made after its key was retired")
		}
		return nil
	case "compromised":
		if k.compromisedAt.IsZero() || !at.Before(k.compromisedAt) {
			return errors.New("the key is marked compromised from before the packet was made")
		}
		return nil
	default:
		return errors.New("the signer's key has an unknown status")
	}
}

// verifyECDSA checks a signature over a message with a P-256 key. It accepts
// only DER with the lower s: of each message and key one signature.
func verifyECDSA(der, message, signature []byte) error {
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return errors.New("the signer's key does not parse")
	}
	key, ok := public.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return errors.New("the signer's key is not of P-256")
	}
	var sig struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &sig); err != nil || len(rest) > 0 {
		return errors.New("the signature is not DER")
	}
	if again, err := asn1.Marshal(sig); err != nil || !bytes.Equal(again, signature) {
		return errors.New("the signature is not in its one encoding")
	}
	if half := new(big.Int).Rsh(elliptic.P256().Params().N, 1); sig.S.Cmp(half) > 0 {
		return errors.New("the signature is not in its one encoding")
	}
	digest := sha256.Sum256(message)
	if !ecdsa.VerifyASN1(key, digest[:], signature) {
		return errors.New("the signature does not hold")
	}
	return nil
}

// base64 demands standard base64 with padding in its one spelling.
func (r *reader) base64(what string, n node) []byte {
	s := r.text(what, n)
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || base64.StdEncoding.EncodeToString(b) != s {
		r.fail(what)
	}
	return b
}

// time demands UTC with microseconds in its one spelling.
func (r *reader) time(what string, n node) time.Time {
	s := r.text(what, n)
	t, err := time.Parse(timeLayout, s)
	if err != nil || t.Format(timeLayout) != s {
		r.fail(what)
	}
	return t
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
