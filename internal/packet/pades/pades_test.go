package pades

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certified makes a key and a certificate of it.
func certified(t testing.TB, curve elliptic.Curve, change func(*x509.Certificate)) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(0x80ff), Subject: pkix.Name{CommonName: "Test"}, NotBefore: stampTime.Add(-time.Hour),
		NotAfter: stampTime.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if change != nil {
		change(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, parsed
}

func TestSign(t *testing.T) {
	t.Parallel()
	key, certificate := certified(t, elliptic.P256(), nil)
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	for i := range 40 {
		digest := sha256.Sum256([]byte{byte(i)})
		var before []byte
		for range 2 {
			s, err := Sign(key, certificate, digest)
			if err != nil {
				t.Fatal(err)
			}
			cms, err := s.CMS(nil)
			if err != nil {
				t.Fatal(err)
			}
			if before != nil && !bytes.Equal(before, cms) {
				t.Fatal("the same digest got another signature")
			}
			if len(cms) > Reserve {
				t.Errorf("%d bytes, more than are reserved", len(cms))
			}
			before = cms
			var sig struct{ R, S *big.Int }
			if _, err := asn1.Unmarshal(s.value, &sig); err != nil || sig.S.Cmp(half) > 0 {
				t.Errorf("s is not the lower one: %v", err)
			}
			if s.Imprint() != sha256.Sum256(s.value) {
				t.Error("the imprint is not that of the signature")
			}
		}
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	key, certificate := certified(t, elliptic.P256(), nil)
	other, _ := certified(t, elliptic.P256(), nil)
	large, largeCertificate := certified(t, elliptic.P384(), nil)
	for name, tt := range map[string]struct {
		signer      crypto.Signer
		certificate *x509.Certificate
	}{
		"another key":          {other, certificate},
		"P-384":                {large, largeCertificate},
		"an unfaithful signer": {liar{key, other}, certificate},
	} {
		if _, err := Sign(tt.signer, tt.certificate, sha256.Sum256(nil)); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

// liar says that it is one key and signs with another.
type liar struct{ says, signs *ecdsa.PrivateKey }

func (l liar) Public() crypto.PublicKey { return l.says.Public() }

func (l liar) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return l.signs.Sign(rand.Reader, digest, opts)
}

// TestStampRequest has openssl read a request.
func TestStampRequest(t *testing.T) {
	t.Parallel()
	request, err := StampRequest(sha256.Sum256([]byte("x")), big.NewInt(0x1234abcd))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "request")
	if err := os.WriteFile(name, request, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("openssl", "ts", "-query", "-in", name, "-text").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"Hash Algorithm: sha256", "0000 - 2d 71 16 42 b7 26 b0 44-01 62 7c a9 fb ac 32 f5", "Nonce: 0x1234ABCD", "Certificate required: yes"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("openssl does not say %q:\n%s", want, out)
		}
	}
	for _, nonce := range []int64{0, -1} {
		if _, err := StampRequest(sha256.Sum256(nil), big.NewInt(nonce)); err == nil {
			t.Errorf("nonce %d was taken", nonce)
		}
	}
}
