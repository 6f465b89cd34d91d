// Package pades makes the CMS object of a PAdES signature (ETSI EN 319 142-1,
// levels B-B and B-T), and the bytes that are asked of a time-stamp authority
// and taken from it (RFC 3161). It touches no network: the caller carries the
// bytes.
package pades

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// Bytes of DER that a CMS object needs at most, to be reserved in the PDF
// before it is signed.
const (
	Reserve        = 2 << 10            // without a time stamp
	ReserveStamped = Reserve + MaxToken // with one
	MaxToken       = 8 << 10            // a larger token is none that can be sealed
)

var (
	oidData               = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCertificate = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // V2, RFC 5035
	oidTimeStamp          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14} // RFC 3161, appendix A
	oidSHA256             = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSAWithSHA256    = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

// The structures of RFC 5652 as far as they are needed. Raw values are those
// with tags that encoding/asn1 would get wrong.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue // [0] EXPLICIT
	}
	signedData struct {
		Version      int
		Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
		Content      struct{ Type asn1.ObjectIdentifier }
		Certificates asn1.RawValue // [0] IMPLICIT SET
		Signers      []signerInfo  `asn1:"set"`
	}
	signerInfo struct {
		Version   int
		Signer    issuerAndSerial
		Digest    pkix.AlgorithmIdentifier
		Signed    asn1.RawValue // [0] IMPLICIT SET OF attribute
		Algorithm pkix.AlgorithmIdentifier
		Signature []byte
		Unsigned  asn1.RawValue `asn1:"optional"` // [1] IMPLICIT SET OF attribute
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
	signingCertificateV2 struct{ Certs []essCertID }
	essCertID            struct{ Hash []byte } // SHA-256 is the default and is left out
)

// Signature is a PDF's signature: signed, and waiting for its time stamp.
type Signature struct {
	certificate *x509.Certificate
	attributes  []byte // the signed ones, DER of a SET OF
	value       []byte // DER of ECDSA-Sig-Value
}

// Sign signs the SHA-256 of the signed bytes of a PDF with an ECDSA P-256 key
// and the certificate of that key. The signed attributes are contentType,
// messageDigest and signingCertificateV2; PAdES forbids signingTime there.
// With a signer that follows RFC 6979 equal digests get equal signatures.
func Sign(signer crypto.Signer, certificate *x509.Certificate, digest [sha256.Size]byte) (*Signature, error) {
	public, ok := certificate.PublicKey.(*ecdsa.PublicKey)
	if !ok || !public.Equal(signer.Public()) {
		return nil, errors.New("signing PDF: the certificate is not of the key")
	}
	attributes, err := signedAttributes(certificate, digest)
	if err != nil {
		return nil, fmt.Errorf("signing PDF: %w", err)
	}
	value, err := SignP256(signer, attributes)
	if err != nil {
		return nil, fmt.Errorf("signing PDF: %w", err)
	}
	return &Signature{certificate, attributes, value}, nil
}

// Imprint is what a time stamp of the signature is over (RFC 3161, appendix A).
func (s *Signature) Imprint() [sha256.Size]byte { return sha256.Sum256(s.value) }

// CMS gives the DER of the signature with its certificate, and with the
// time-stamp token if there is one: level B-T, else B-B.
func (s *Signature) CMS(token []byte) ([]byte, error) {
	sha := pkix.AlgorithmIdentifier{Algorithm: oidSHA256}
	signed := bytes.Clone(s.attributes)
	signed[0] = 0xa0 // within the SignerInfo the SET OF is [0] IMPLICIT
	signer := signerInfo{
		Version: 1, Signer: issuerAndSerial{asn1.RawValue{FullBytes: s.certificate.RawIssuer}, s.certificate.SerialNumber},
		Digest: sha, Signed: asn1.RawValue{FullBytes: signed},
		Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSAWithSHA256}, Signature: s.value,
	}
	if token != nil {
		unsigned, err := attributeSet(attribute{oidTimeStamp, []asn1.RawValue{{FullBytes: token}}})
		if err != nil {
			return nil, fmt.Errorf("encoding time stamp: %w", err)
		}
		unsigned[0] = 0xa1
		signer.Unsigned = asn1.RawValue{FullBytes: unsigned}
	}
	data := signedData{
		Version: 1, Digests: []pkix.AlgorithmIdentifier{sha},
		Certificates: tagged(0, s.certificate.Raw), Signers: []signerInfo{signer},
	}
	data.Content.Type = oidData
	inner, err := asn1.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("encoding CMS: %w", err)
	}
	out, err := asn1.Marshal(contentInfo{oidSignedData, tagged(0, inner)})
	if err != nil {
		return nil, fmt.Errorf("encoding CMS: %w", err)
	}
	return out, nil
}

func signedAttributes(certificate *x509.Certificate, digest [sha256.Size]byte) ([]byte, error) {
	hash := sha256.Sum256(certificate.Raw)
	var attributes []attribute
	for _, a := range []struct {
		name  asn1.ObjectIdentifier
		value any
	}{
		{oidContentType, oidData},
		{oidMessageDigest, digest[:]},
		{oidSigningCertificate, signingCertificateV2{[]essCertID{{hash[:]}}}},
	} {
		value, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, fmt.Errorf("encoding a signed attribute: %w", err)
		}
		attributes = append(attributes, attribute{a.name, []asn1.RawValue{{FullBytes: value}}})
	}
	return attributeSet(attributes...)
}

// attributeSet encodes attributes as DER demands: in the order of their encodings.
func attributeSet(attributes ...attribute) ([]byte, error) {
	return asn1.MarshalWithParams(attributes, "set")
}

// tagged puts a context-specific constructed tag around DER.
func tagged(tag int, der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: der}
}
