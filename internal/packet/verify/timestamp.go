package verify

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
	"time"
)

// Limits on a time-stamp token.
const (
	maxToken = 64 << 10 // bytes
	maxRSA   = 8192     // bits of an authority's RSA key: one of 400,000 takes five seconds, in a browser more
)

// Stamp is what a time-stamp token says (RFC 3161). That its authority is one
// to believe it does not say: no root of authorities comes with this package.
type Stamp struct {
	Time        time.Time // UTC
	Authority   string    // name in the authority's certificate
	Certificate string    // SHA-256 of that certificate, hex
	Nonce       *big.Int  // nil without one
}

// ReadStamp checks a time-stamp token: it is for the imprint (SHA-256), and
// signed by the certificate that it carries, which is one for time stamping
// alone and was valid at the time of the stamp.
func ReadStamp(token []byte, imprint [sha256.Size]byte) (*Stamp, error) {
	if len(token) > maxToken {
		return nil, errors.New("the time stamp is too large")
	}
	t, err := parseToken(token)
	if err != nil {
		return nil, err
	}
	stamp, err := parseInfo(t.info, imprint)
	if err != nil {
		return nil, err
	}
	if err := t.checkAttributes(); err != nil {
		return nil, err
	}
	if err := t.checkSigner(stamp.Time); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(t.certificate.Raw)
	stamp.Authority, stamp.Certificate = t.certificate.Subject.String(), hex.EncodeToString(sum[:])
	return stamp, nil
}

// stampToken is a token's CMS, taken apart.
type stampToken struct {
	info        []byte // TSTInfo
	certificate *x509.Certificate
	digest      crypto.Hash
	attributes  []byte // signed attributes as the SET OF that is signed
	algorithm   x509.SignatureAlgorithm
	signature   []byte
}

var errToken = errors.New("the time stamp is not a token of RFC 3161")

// parseToken reads a ContentInfo with a SignedData (RFC 5652) of one signer.
func parseToken(b []byte) (*stampToken, error) {
	d := derOf(b)
	outer := d.enter(tagSequence)
	signedData := string(outer.take(tagOID).content) == oidSignedData
	explicit := outer.enter(tagContext0)
	data := explicit.enter(tagSequence)
	data.take(tagInteger)
	data.take(tagSet)
	content := data.enter(tagSequence)
	tstInfo := string(content.take(tagOID).content) == oidTSTInfo
	wrapped := content.enter(tagContext0)
	t := &stampToken{info: wrapped.take(tagOctets).content}
	certificates := data.enter(tagContext0)
	if data.has(tagContext1) {
		data.next() // revocation lists
	}
	signers := data.enter(tagSet)
	signer := signers.enter(tagSequence)
	for _, r := range []*derReader{d, outer, explicit, data, content, wrapped, signers} {
		if !r.ended() {
			return nil, errToken
		}
	}
	if !signedData || !tstInfo {
		return nil, errToken
	}
	if err := t.readSigner(signer, certificates); err != nil {
		return nil, err
	}
	return t, nil
}

// readSigner reads the SignerInfo and finds the certificate that it names.
func (t *stampToken) readSigner(signer, certificates *derReader) error {
	signer.take(tagInteger)
	who := signer.next()
	digest := algorithmOf(signer)
	attributes := signer.take(tagContext0).whole
	algorithm := algorithmOf(signer)
	t.signature = signer.take(tagOctets).content
	if signer.has(tagContext1) {
		signer.next() // unsigned attributes
	}
	if !signer.ended() {
		return errToken
	}
	t.attributes = bytes.Clone(attributes)
	t.attributes[0] = tagSet
	for certificates.more() {
		e := certificates.next()
		if e.tag != tagSequence {
			continue
		}
		c, err := x509.ParseCertificate(e.whole)
		if err == nil && isCertificateOf(c, who) {
			t.certificate = c
		}
	}
	if certificates.bad || t.certificate == nil {
		return errors.New("the time stamp does not hold its signer's certificate")
	}
	known := false
	if t.digest, known = digestNames[digest]; !known {
		return errors.New("the time stamp uses a hash that is not known here")
	}
	if algorithm == oidRSA {
		t.algorithm = map[crypto.Hash]x509.SignatureAlgorithm{
			crypto.SHA256: x509.SHA256WithRSA, crypto.SHA384: x509.SHA384WithRSA, crypto.SHA512: x509.SHA512WithRSA,
		}[t.digest]
	} else if t.algorithm, known = signatureNames[algorithm]; !known {
		return errors.New("the time stamp uses a signature algorithm that is not known here")
	}
	return nil
}

var digestNames = map[string]crypto.Hash{oidSHA256: crypto.SHA256, oidSHA384: crypto.SHA384, oidSHA512: crypto.SHA512}

var signatureNames = map[string]x509.SignatureAlgorithm{
	oidSHA256WithRSA: x509.SHA256WithRSA, oidSHA384WithRSA: x509.SHA384WithRSA, oidSHA512WithRSA: x509.SHA512WithRSA,
	oidECDSAWithSHA256: x509.ECDSAWithSHA256, oidECDSAWithSHA384: x509.ECDSAWithSHA384, oidECDSAWithSHA512: x509.ECDSAWithSHA512,
}

// algorithmOf reads an AlgorithmIdentifier whose parameters, if any, are NULL.
func algorithmOf(d *derReader) string {
	a := d.enter(tagSequence)
	oid := a.take(tagOID).content
	if a.more() && !bytes.Equal(a.next().whole, []byte{5, 0}) || !a.ended() {
		d.bad = true
	}
	return string(oid)
}

// isCertificateOf tells whether a SignerIdentifier names the certificate: by
// issuer and serial number, or by the key's identifier.
func isCertificateOf(c *x509.Certificate, who element) bool {
	if who.tag == tagPrimitive0 {
		return len(c.SubjectKeyId) > 0 && bytes.Equal(who.content, c.SubjectKeyId)
	}
	issuer, serial, err := nameAndSerial(c)
	return err == nil && who.tag == tagSequence && bytes.Equal(who.content, append(bytes.Clone(issuer), serial...))
}

// parseInfo reads a TSTInfo (RFC 3161, section 2.4.2).
func parseInfo(b []byte, imprint [sha256.Size]byte) (*Stamp, error) {
	d := derOf(b)
	info := d.enter(tagSequence)
	info.take(tagInteger)
	info.take(tagOID) // policy
	of := info.enter(tagSequence)
	hash := algorithmOf(of)
	digest := of.take(tagOctets).content
	info.take(tagInteger) // serial number
	at := string(info.take(tagTime).content)
	if info.has(tagSequence) {
		info.next() // accuracy
	}
	if info.has(tagBoolean) {
		info.next() // ordering
	}
	s := &Stamp{}
	if info.has(tagInteger) {
		if nonce := info.next().content; len(nonce) > 0 && nonce[0] < 0x80 {
			s.Nonce = new(big.Int).SetBytes(nonce)
		}
	}
	if info.has(tagContext0) {
		info.next() // name of the authority
	}
	if info.has(tagContext1) {
		info.next() // extensions
	}
	if !of.ended() || !info.ended() || !d.ended() {
		return nil, errToken
	}
	if hash != oidSHA256 || !bytes.Equal(digest, imprint[:]) {
		return nil, errors.New("the time stamp is for something else")
	}
	var ok bool
	if s.Time, ok = parseStampTime(at); !ok {
		return nil, errToken
	}
	return s, nil
}

// parseStampTime reads a GeneralizedTime as RFC 3161 has it: UTC, to the second,
// with a fraction that does not end in zero if there is one.
func parseStampTime(s string) (time.Time, bool) {
	t, err := time.Parse("20060102150405.999999999Z", s)
	if err != nil || t.Format("20060102150405.999999999Z") != s {
		return time.Time{}, false
	}
	return t, true
}

// checkAttributes demands that the signed attributes are about this content
// and this certificate.
func (t *stampToken) checkAttributes() error {
	hash := t.digest.New()
	hash.Write(t.info)
	var content, digest, certificate int
	set := derOf(t.attributes).enter(tagSet)
	for set.more() {
		a := set.enter(tagSequence)
		oid := string(a.take(tagOID).content)
		values := a.enter(tagSet)
		value := values.next()
		if !values.ended() || !a.ended() {
			return errToken
		}
		switch oid {
		case oidContentType:
			content++
			if string(value.content) != oidTSTInfo {
				return errToken
			}
		case oidMessageDigest:
			digest++
			if value.tag != tagOctets || !bytes.Equal(value.content, hash.Sum(nil)) {
				return errors.New("the time stamp was changed: its digest is another")
			}
		case oidSigningCertificate, oidSigningCertificateV2:
			certificate++
			if !t.namesCertificate(value.content, oid == oidSigningCertificateV2) {
				return errors.New("the time stamp is bound to another certificate than the one in it")
			}
		}
	}
	if !set.ended() || content != 1 || digest != 1 || certificate == 0 || certificate > 2 {
		return errToken
	}
	return nil
}

// namesCertificate tells whether the first certificate of a SigningCertificate
// (RFC 2634, SHA-1) or a SigningCertificateV2 (RFC 5035) is the signer's.
func (t *stampToken) namesCertificate(value []byte, v2 bool) bool {
	id := derOf(value).enter(tagSequence).enter(tagSequence)
	if !v2 {
		sum := sha1.Sum(t.certificate.Raw)
		return bytes.Equal(id.take(tagOctets).content, sum[:])
	}
	hash := crypto.SHA256
	if id.has(tagSequence) {
		known := false
		if hash, known = digestNames[algorithmOf(id)]; !known {
			return false
		}
	}
	h := hash.New()
	h.Write(t.certificate.Raw)
	return bytes.Equal(id.take(tagOctets).content, h.Sum(nil))
}

// checkSigner demands a signature by a certificate for time stamping alone
// (RFC 3161, section 2.3) that was valid at the time.
func (t *stampToken) checkSigner(at time.Time) error {
	c := t.certificate
	usage := slices.IndexFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 37}) })
	if usage < 0 || !c.Extensions[usage].Critical || len(c.UnknownExtKeyUsage) > 0 || !slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}) {
		return errors.New("the time stamp's certificate is not one for time stamping alone")
	}
	if at.Before(c.NotBefore) || at.After(c.NotAfter) {
		return errors.New("the time stamp's certificate was not valid at its time")
	}
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSA {
		return errors.New("the time stamp's certificate has a larger key than any authority's")
	}
	if err := c.CheckSignature(t.algorithm, t.attributes, t.signature); err != nil {
		return errors.New("the time stamp's signature does not hold")
	}
	return nil
}
