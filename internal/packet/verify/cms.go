package verify

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
)

// Object identifiers, as the content of their DER.
const (
	oidData                 = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
	oidSignedData           = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
	oidContentType          = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
	oidMessageDigest        = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"
	oidTSTInfo              = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04"
	oidSigningCertificate   = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0c"
	oidTimeStampToken       = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e"
	oidSigningCertificateV2 = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f"
	oidSHA256               = "\x60\x86\x48\x01\x65\x03\x04\x02\x01"
	oidSHA384               = "\x60\x86\x48\x01\x65\x03\x04\x02\x02"
	oidSHA512               = "\x60\x86\x48\x01\x65\x03\x04\x02\x03"
	oidRSA                  = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	oidSHA256WithRSA        = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
	oidSHA384WithRSA        = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"
	oidSHA512WithRSA        = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"
	oidECDSAWithSHA256      = "\x2a\x86\x48\xce\x3d\x04\x03\x02"
	oidECDSAWithSHA384      = "\x2a\x86\x48\xce\x3d\x04\x03\x03"
	oidECDSAWithSHA512      = "\x2a\x86\x48\xce\x3d\x04\x03\x04"
)

// cms is what a PDF's signature says that is not already known.
type cms struct {
	signature []byte
	token     []byte // nil without a time stamp
}

// readCMS takes signature and token out of a CMS object; all else is compared
// afterwards.
func readCMS(b []byte) (cms, error) {
	d := derOf(b)
	outer := d.enter(tagSequence)
	outer.take(tagOID)
	data := outer.enter(tagContext0).enter(tagSequence)
	data.take(tagInteger)
	data.take(tagSet)
	data.take(tagSequence)
	data.take(tagContext0)
	signer := data.enter(tagSet).enter(tagSequence)
	signer.take(tagInteger)
	signer.take(tagSequence)
	signer.take(tagSequence)
	signer.take(tagContext0)
	signer.take(tagSequence)
	c := cms{signature: signer.take(tagOctets).content}
	if signer.more() {
		attribute := signer.enter(tagContext1).enter(tagSequence)
		attribute.take(tagOID)
		c.token = attribute.enter(tagSet).take(tagSequence).whole
		if attribute.bad || c.token == nil {
			return cms{}, errors.New("the signature in packet.pdf is not CMS")
		}
	}
	if signer.bad || !d.ended() {
		return cms{}, errors.New("the signature in packet.pdf is not CMS")
	}
	return c, nil
}

// signedAttributes are those of a PAdES signature without a signing time, as
// the SET OF over which the signature is, in the order that DER demands.
func signedAttributes(certificate []byte, digest [sha256.Size]byte) []byte {
	hash := sha256.Sum256(certificate)
	attribute := func(oid string, value []byte) []byte {
		return tlv(tagSequence, tlv(tagOID, []byte(oid)), tlv(tagSet, value))
	}
	return tlv(tagSet,
		attribute(oidContentType, tlv(tagOID, []byte(oidData))),
		attribute(oidMessageDigest, tlv(tagOctets, digest[:])),
		attribute(oidSigningCertificateV2, tlv(tagSequence, tlv(tagSequence, tlv(tagSequence, tlv(tagOctets, hash[:]))))),
	)
}

// writeCMS makes the one CMS object that a packet's PDF can hold for the
// digest, the certificate, the signature and the token.
func writeCMS(certificate *x509.Certificate, digest [sha256.Size]byte, c cms) ([]byte, error) {
	_, serial, err := nameAndSerial(certificate)
	if err != nil {
		return nil, err
	}
	sha := tlv(tagSequence, tlv(tagOID, []byte(oidSHA256)))
	one := []byte{tagInteger, 1, 1}
	signed := bytes.Clone(signedAttributes(certificate.Raw, digest))
	signed[0] = tagContext0
	var unsigned []byte
	if c.token != nil {
		unsigned = tlv(tagContext1, tlv(tagSequence, tlv(tagOID, []byte(oidTimeStampToken)), tlv(tagSet, c.token)))
	}
	signer := tlv(tagSequence,
		one, tlv(tagSequence, certificate.RawIssuer, serial), sha, signed,
		tlv(tagSequence, tlv(tagOID, []byte(oidECDSAWithSHA256))), tlv(tagOctets, c.signature), unsigned,
	)
	data := tlv(tagSequence,
		one, tlv(tagSet, sha), tlv(tagSequence, tlv(tagOID, []byte(oidData))),
		tlv(tagContext0, certificate.Raw), tlv(tagSet, signer),
	)
	return tlv(tagSequence, tlv(tagOID, []byte(oidSignedData)), tlv(tagContext0, data)), nil
}

// nameAndSerial are a certificate's issuer and serial number as they are encoded.
func nameAndSerial(certificate *x509.Certificate) (issuer, serial []byte, err error) {
	body := derOf(certificate.Raw).enter(tagSequence).enter(tagSequence)
	if body.has(tagContext0) {
		body.next() // version
	}
	serial = body.take(tagInteger).whole
	body.take(tagSequence)
	issuer = body.take(tagSequence).whole
	if body.bad {
		return nil, nil, errors.New("a certificate is not DER")
	}
	return issuer, serial, nil
}
