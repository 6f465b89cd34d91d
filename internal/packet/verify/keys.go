package verify

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
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
	certificate                []byte // DER, of the same key; nil but for PDF keys
	notBefore                  time.Time
	retiredAt, compromisedAt   time.Time // zero when null
}

// readKeys reads the packet's own list.
func (v *verifier) readKeys() (string, error) {
	b, ok := v.byName[keysName]
	if !ok {
		return "", notChecked("there is no list of keys")
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

// WhyNoKeys says why a file is no keys.json at all, so that whoever gives the wrong
// one learns that and no verdict; empty where it may be one, also one that does not hold.
func WhyNoKeys(b []byte) string {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(b, &top); err != nil || top == nil {
		return "it is no JSON object, or was cut off"
	}
	for _, name := range []string{"format", "keys", "root"} {
		if _, there := top[name]; !there {
			return "it is another JSON object, without " + name
		}
	}
	return ""
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
	m := r.object("a key of the list", n, "algorithm", "certificate", "compromised_at", "id", "not_before", "public_key", "retired_at", "status", "use")
	k := listedKey{
		algorithm: r.text("a key's algorithm", m[0]), id: r.text("a key's id", m[3]),
		notBefore: r.time("a key's time", m[4]), der: r.base64("a public key", m[5]),
		status: r.text("a key's status", m[7]), use: r.text("a key's use", m[8]),
	}
	if !m[2].isNull() {
		k.compromisedAt = r.time("a key's time", m[2])
	}
	if !m[6].isNull() {
		k.retiredAt = r.time("a key's time", m[6])
	}
	if digestHex(k.der) != k.id {
		r.fail("a key's id")
	}
	r.certificate(&k, m[1])
	return k
}

// certificate reads the certificate of a PDF key, which must be of that key.
// Other keys have none.
func (r *reader) certificate(k *listedKey, n node) {
	if k.use != usePDF {
		if !n.isNull() {
			r.fail("a certificate")
		}
		return
	}
	k.certificate = r.base64("a certificate", n)
	if r.err != nil {
		return
	}
	certificate, err := x509.ParseCertificate(k.certificate)
	if err != nil || !bytes.Equal(certificate.RawSubjectPublicKeyInfo, k.der) {
		r.fail("a certificate")
	}
}

// The uses of keys.
const (
	useBundle     = "bundle"
	usePDF        = "pdf"
	useCheckpoint = "checkpoint"
)

// algorithms says which algorithm the keys of each use have.
var algorithms = map[string]string{useBundle: "ecdsa-p256-sha256", usePDF: "ecdsa-p256-sha256", useCheckpoint: "ed25519"}

// find gives the key of the use with the id.
func (l *keyList) find(use, id string) (listedKey, error) {
	for _, k := range l.keys {
		if k.id == id && k.use == use && k.algorithm == algorithms[use] {
			return k, nil
		}
	}
	return listedKey{}, fmt.Errorf("the list of keys has no %s key with the signer's id", use)
}

// vouches tells whether the list stands for a signature that the key of the
// use made. madeAt is when the signature says that it was made: it decides for
// active and retired keys, which only their owner has. Whoever has stolen a key
// can write any time into what it signs, so for a compromised key loggedAt
// decides: the time of the checkpoint of the audit log that covers the
// signature. Zero means that there is no such checkpoint, and then a
// compromised key is never vouched for.
func (l *keyList) vouches(use, id string, madeAt, loggedAt time.Time) error {
	k, err := l.find(use, id)
	if err != nil {
		return err
	}
	if madeAt.Before(k.notBefore) {
		return fmt.Errorf("the packet says that it was made before its %s key was valid", use)
	}
	switch k.status {
	case "active":
		if !k.retiredAt.IsZero() || !k.compromisedAt.IsZero() {
			return fmt.Errorf("the list of keys contradicts itself about the %s key", use)
		}
		return nil
	case "retired":
		if !k.compromisedAt.IsZero() {
			return fmt.Errorf("the list of keys contradicts itself about the %s key", use)
		}
		if k.retiredAt.IsZero() || madeAt.After(k.retiredAt) {
			return fmt.Errorf("the packet says that it was made after its %s key was retired", use)
		}
		return nil
	case "compromised":
		if !k.retiredAt.IsZero() && madeAt.After(k.retiredAt) {
			return fmt.Errorf("the packet says that it was made after its %s key was retired", use)
		}
		return k.beforeCompromise(loggedAt)
	default:
		return fmt.Errorf("the %s key has an unknown status", use)
	}
}

// beforeCompromise demands that the log knew of the signature before the key
// was in other hands.
func (k listedKey) beforeCompromise(loggedAt time.Time) error {
	switch {
	case loggedAt.IsZero():
		return fmt.Errorf("the %s key is marked compromised, and no checkpoint of the audit log tells when it signed", k.use)
	case k.compromisedAt.IsZero() || !loggedAt.Before(k.compromisedAt):
		return fmt.Errorf("the %s key is marked compromised from before the audit log knew of the packet", k.use)
	}
	return nil
}

// signer is a key that signed something of the packet, at the time that the
// signed thing says.
type signer struct {
	use, keyID string
	at         time.Time
}

// vouchedBy demands that the list stands for every key that signed. Of a
// compromised key another one has to say when it signed and what: of the
// checkpoint's and the PDF's the statement does, which binds every byte of what
// they signed; of the bundle key the log does for packet.json, and the PDF for
// itself.
func (v *verifier) vouchedBy(list *keyList) error {
	if len(v.signers) == 0 {
		return notChecked("nothing is signed")
	}
	stolen := map[string]bool{} // by use
	for _, s := range v.signers {
		if err := list.vouches(s.use, s.keyID, s.at, v.loggedAt); err != nil {
			return err
		}
		stolen[s.use] = stolen[s.use] || list.compromised(s.use, s.keyID)
	}
	switch {
	case !stolen[useBundle]:
		// The statement binds every byte, so that the other keys' thief changes nothing.
		return nil
	case stolen[useCheckpoint]:
		return errors.New("the bundle key and the checkpoint key are marked compromised: whoever has both writes any time into the log")
	case stolen[usePDF] || !v.attached:
		return errors.New("the bundle key is marked compromised, and no other key shows that packet.pdf belongs to this packet.json")
	}
	return nil
}

// compromised tells whether the list marks the key so, from whenever on.
func (l *keyList) compromised(use, id string) bool {
	k, err := l.find(use, id)
	return err == nil && k.status == "compromised"
}

// checkTimes holds the packet's own list against when its keys signed. It comes
// after the checks that note the signers and read the log's time.
func (v *verifier) checkTimes() (string, error) {
	if v.list == nil || len(v.signers) == 0 {
		return "", notChecked("there is no readable list of keys or nothing that is signed")
	}
	if err := v.vouchedBy(v.list); err != nil {
		return "", err
	}
	return "each key was valid when it signed", nil
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
	b, ok := strictBase64(r.text(what, n))
	if !ok {
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
