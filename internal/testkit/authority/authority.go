// Package authority is a time-stamp authority for tests: openssl answers, with a
// certificate made for one test.
package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Name is the common name in the authority's certificate.
const Name = "Test time-stamp authority"

// Authority answers requests for time stamps (RFC 3161).
type Authority struct {
	// RootFile holds the certificate of the root that signed the authority's, PEM.
	RootFile string

	t    testing.TB
	dir  string
	busy sync.Mutex // openssl counts serial numbers in a file
}

const settings = `[tsa]
default_tsa = main
[main]
serial = serial
crypto_device = builtin
signer_cert = authority.pem
certs = root.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`

// New makes an authority with an ECDSA key.
func New(t testing.TB) *Authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return with(t, key, err)
}

// NewRSA makes an authority with an RSA key, as most that are in use have.
func NewRSA(t testing.TB) *Authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	return with(t, key, err)
}

func with(t testing.TB, key crypto.Signer, err error) *Authority {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	a := &Authority{t: t, dir: t.TempDir()}
	a.RootFile = filepath.Join(a.dir, "root.pem")
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test root"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: Name}, NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature,
		// RFC 3161, section 2.3: critical, and nothing else.
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
	}
	a.write("root.pem", "CERTIFICATE", a.certify(root, root, rootKey.Public(), rootKey))
	a.write("authority.pem", "CERTIFICATE", a.certify(leaf, root, key.Public(), rootKey))
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	a.write("key.pem", "PRIVATE KEY", der)
	for name, text := range map[string]string{"openssl.cnf": settings, "serial": "01\n"} {
		if err := os.WriteFile(filepath.Join(a.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func (a *Authority) certify(c, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) []byte {
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

func (a *Authority) write(name, kind string, der []byte) {
	b := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(filepath.Join(a.dir, name), b, 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// Answer gives the response to a request, both in DER.
func (a *Authority) Answer(request []byte) ([]byte, error) {
	a.busy.Lock()
	defer a.busy.Unlock()
	if err := os.WriteFile(filepath.Join(a.dir, "request"), request, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("openssl", "ts", "-reply", "-config", "openssl.cnf", "-section", "main", "-queryfile", "request", "-out", "answer")
	cmd.Dir = a.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		a.t.Logf("openssl ts: %s", out)
		return nil, err
	}
	return os.ReadFile(filepath.Join(a.dir, "answer"))
}

// ServeHTTP answers over HTTP (RFC 3161, section 3.4).
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "not a request for a time stamp", http.StatusBadRequest)
		return
	}
	answer, err := a.Answer(request)
	if err != nil {
		http.Error(w, "openssl gave no answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(answer) // a client that has gone needs none
}
