package keys

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// certificateYears is how long the certificate of a PDF key is valid. The key
// is rotated much earlier; the years are for the readers of old packets.
const certificateYears = 10

// documentSigning is the extended key usage of RFC 9336.
var documentSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36}

// selfCertify makes the certificate of a PDF key. It is self-signed: that the
// key is the server's is said by the root's signature over keys.json only.
// The serial is random because readers refuse two certificates of one issuer
// and serial (RFC 5280, section 4.1.2.2).
func selfCertify(private crypto.Signer, k Key) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("making the serial of a certificate: %w", err)
	}
	serial.SetBit(serial, 126, 1) // 127 bits always: positive and of one length
	from := k.NotBefore.UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Proofwalk PDF seal " + k.ID[:16]},
		NotBefore: from, NotAfter: from.AddDate(certificateYears, 0, 0), SignatureAlgorithm: x509.ECDSAWithSHA256,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		UnknownExtKeyUsage:    []asn1.ObjectIdentifier{documentSigning},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, fmt.Errorf("making the certificate of the PDF key: %w", err)
	}
	return der, nil
}

// checkCertificate demands a certificate of the same key where the use is PDF,
// and none elsewhere.
func (k Key) checkCertificate() error {
	if k.Use != UsePDF {
		if k.Certificate != nil {
			return errors.New("it has a certificate, which only PDF keys have")
		}
		return nil
	}
	certificate, err := x509.ParseCertificate(k.Certificate)
	if err != nil {
		return errors.New("its certificate does not parse")
	}
	if !bytes.Equal(certificate.RawSubjectPublicKeyInfo, k.PublicKey) {
		return errors.New("its certificate is that of another key")
	}
	return nil
}
