package verify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"
)

// A token with an RSA key of any size would keep a browser busy for long: it
// is refused before anything is computed with it.
func TestStampKeysOfAnySize(t *testing.T) {
	t.Parallel()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: at, NotAfter: at.Add(time.Hour),
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
	}
	for bits, says := range map[uint]string{maxRSA: "does not hold", maxRSA + 1: "larger key", 400_000: "larger key"} {
		n := new(big.Int).Lsh(big.NewInt(1), bits-1)
		public := &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 1<<31 - 1}
		der, err := x509.CreateCertificate(rand.Reader, template, template, public, signer)
		if err != nil {
			t.Fatal(err)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		token := &stampToken{certificate: certificate, algorithm: x509.SHA256WithRSA, signature: make([]byte, (bits+7)/8)}
		begin := time.Now()
		if err := token.checkSigner(at); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%d bits: %v", bits, err)
		}
		t.Logf("%d bits: %s", bits, time.Since(begin))
	}
}
