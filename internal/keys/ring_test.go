package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 11, 21, 22, 4, 5, 123456789, time.UTC)

func open(t *testing.T, dir string) *Ring {
	t.Helper()
	r, err := Open(dir, start)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOpenMakesOnceAndKeeps(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	first := open(t, dir)
	again, err := Open(dir, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if first.Fingerprint() != again.Fingerprint() || !bytes.Equal(first.KeysJSON(), again.KeysJSON()) {
		t.Error("opened again, the keys are others")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(e.Name(), ".age") && !bytes.HasPrefix(b, []byte("age-encryption.org/v1\n")) {
			t.Errorf("%s is not sealed", e.Name())
		}
	}
	if len(entries) != 7 { // identity, lock, keys.json, root, pdf, bundle, checkpoint
		t.Errorf("%d files in the key directory", len(entries))
	}
}

func TestKeysJSON(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	f, err := ParseFile(r.KeysJSON())
	if err != nil {
		t.Fatal(err)
	}
	if f.Root.ID != r.Fingerprint() || len(f.Root.ID) != 64 {
		t.Errorf("fingerprint %q, root %q", r.Fingerprint(), f.Root.ID)
	}
	var uses []Use
	for _, k := range f.Keys {
		uses = append(uses, k.Use)
		if k.Status != Active || !k.NotBefore.Equal(start.Truncate(time.Microsecond)) {
			t.Errorf("%s key: %s from %v", k.Use, k.Status, k.NotBefore)
		}
	}
	if diff := cmp.Diff([]Use{UsePDF, UseBundle, UseCheckpoint}, uses); diff != "" {
		t.Error(diff)
	}
	signer, id := r.Bundle()
	if got, err := KeyID(signer.Public()); err != nil || got != id {
		t.Errorf("KeyID = %q, %v, want %q", got, err, id)
	}
	good := r.KeysJSON()
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := ParseFile(bad); err == nil {
			t.Fatalf("parsed with byte %d flipped", i)
		}
	}
}

// The PDF key has a certificate that a reader of PDFs takes for signing
// documents and e-mail, of the key itself and for ten years.
func TestCertificateOfThePDFKey(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	signer, certificate, id := r.PDF()
	if got, err := KeyID(certificate.PublicKey); err != nil || got != id {
		t.Errorf("certificate of key %s, %v, want %s", got, err, id)
	}
	if got, err := KeyID(signer.Public()); err != nil || got != id {
		t.Errorf("signer %s, %v, want %s", got, err, id)
	}
	if err := certificate.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature); err != nil {
		t.Errorf("self-signature: %v", err)
	}
	if name := "Proofwalk PDF seal " + id[:16]; certificate.Subject.CommonName != name || certificate.Issuer.CommonName != name {
		t.Errorf("subject %q, issuer %q", certificate.Subject, certificate.Issuer)
	}
	if bits := certificate.SerialNumber.BitLen(); bits != 127 || certificate.SerialNumber.Sign() != 1 {
		t.Errorf("serial of %d bits", bits)
	}
	from := start.Truncate(time.Second)
	if !certificate.NotBefore.Equal(from) || !certificate.NotAfter.Equal(from.AddDate(10, 0, 0)) {
		t.Errorf("valid from %v to %v", certificate.NotBefore, certificate.NotAfter)
	}
	if certificate.IsCA || certificate.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment {
		t.Errorf("CA %v, key usage %b", certificate.IsCA, certificate.KeyUsage)
	}
	if diff := cmp.Diff([]x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}, certificate.ExtKeyUsage); diff != "" || len(certificate.UnknownExtKeyUsage) != 1 ||
		certificate.UnknownExtKeyUsage[0].String() != "1.3.6.1.5.5.7.3.36" {
		t.Errorf("extended key usage %v %v", certificate.ExtKeyUsage, certificate.UnknownExtKeyUsage)
	}
	for _, k := range r.List() {
		if want := k.Use == UsePDF; (k.Certificate != nil) != want || want && !bytes.Equal(k.Certificate, certificate.Raw) {
			t.Errorf("%s key: %d bytes of a certificate", k.Use, len(k.Certificate))
		}
	}
}

func TestBundleSignaturesAreDeterministic(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	signer, _ := r.Bundle()
	digest := sha256.Sum256([]byte("statement"))
	a, err := signer.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	b, err := signer.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("two signatures of one digest differ")
	}
}

// TestRFC6979 holds the library's deterministic signature against the vector
// of RFC 6979, appendix A.2.5 (P-256, SHA-256, "sample").
func TestRFC6979(t *testing.T) {
	t.Parallel()
	d, err := hex.DecodeString("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("sample"))
	der, err := key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		t.Fatal(err)
	}
	if got := sig.R.Text(16); got != "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" {
		t.Errorf("r = %s", got)
	}
	if got := sig.S.Text(16); got != "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" {
		t.Errorf("s = %s", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(t *testing.T, dir string)
		want  string
	}{
		"keys.json gone": {func(t *testing.T, dir string) { remove(t, dir, "keys.json") }, "keys.json is missing"},
		"identity gone":  {func(t *testing.T, dir string) { remove(t, dir, "identity.txt") }, "no such file"},
		"root gone":      {func(t *testing.T, dir string) { remove(t, dir, "root.age") }, "no such file"},
		"bundle gone":    {func(t *testing.T, dir string) { remove(t, dir, "bundle-*.age") }, "no such file"},
		"identity readable by others": {func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, "identity.txt"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "chmod 600"},
		"root of another server": {func(t *testing.T, dir string) {
			other := t.TempDir()
			open(t, other)
			for _, name := range []string{"keys.json"} {
				b, err := os.ReadFile(filepath.Join(other, name))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}, "no such file"},
		"keys swapped": {func(t *testing.T, dir string) {
			pdf, bundle := glob(t, dir, "pdf-*.age"), glob(t, dir, "bundle-*.age")
			if err := os.Rename(pdf, pdf+".x"); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(bundle, pdf); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(pdf+".x", bundle); err != nil {
				t.Fatal(err)
			}
		}, "not that of the listed public key"},
		"clock far back": {func(*testing.T, string) {}, "not valid yet"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, now := t.TempDir(), start
			open(t, dir)
			tt.spoil(t, dir)
			if name == "clock far back" {
				now = start.Add(-time.Hour)
			}
			_, err := Open(dir, now)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open: %v, want %q", err, tt.want)
			}
		})
	}
}

func TestHalfMadeKeysAreMadeAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := open(t, dir).Fingerprint()
	remove(t, dir, "keys.json")
	if err := os.WriteFile(filepath.Join(dir, makingName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if open(t, dir).Fingerprint() == before {
		t.Error("the half-made root was kept")
	}
	if exists(filepath.Join(dir, makingName)) {
		t.Error("the mark of making is still there")
	}
}

// A crash after keys.json was written leaves the mark of making behind. From
// then on the keys have signed packets: they are never made again.
func TestMarkLeftBehindIsCleared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := open(t, dir).Fingerprint()
	if err := os.WriteFile(filepath.Join(dir, makingName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if open(t, dir).Fingerprint() != before {
		t.Error("complete keys were made again")
	}
	remove(t, dir, "keys.json")
	if _, err := Open(dir, start); err == nil || !strings.Contains(err.Error(), "keys.json is missing") {
		t.Errorf("Open without keys.json: %v", err)
	}
	glob(t, dir, "root.age")
}

func TestTwoServersStartTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wg sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		wg.Go(func() {
			if r, err := Open(dir, start); err == nil {
				got[i] = r.Fingerprint()
			}
		})
	}
	wg.Wait()
	for i := range got {
		if got[i] == "" || got[i] != got[0] {
			t.Fatalf("fingerprints %q", got)
		}
	}
}

func TestIdentityElsewhere(t *testing.T) {
	t.Parallel()
	dir, identity := t.TempDir(), filepath.Join(t.TempDir(), "age.txt")
	d := NewDirectory(dir, identity, func() time.Time { return start })
	if err := d.Make(); err != nil {
		t.Fatal(err)
	}
	a, err := d.Ring()
	if err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Join(dir, "identity.txt")) {
		t.Error("an identity was written beside the keys")
	}
	b, err := NewDirectory(dir, identity, d.now).Ring()
	if err != nil || a.Fingerprint() != b.Fingerprint() {
		t.Errorf("opened again: %v", err)
	}
	if _, err := NewDirectory(dir, "", d.now).Ring(); !errors.Is(err, ErrMissing) {
		t.Errorf("without the identity: %v", err)
	}
}

func glob(t *testing.T, dir, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: %v %v", pattern, names, err)
	}
	return names[0]
}

func remove(t *testing.T, dir, pattern string) {
	t.Helper()
	if err := os.Remove(glob(t, dir, pattern)); err != nil {
		t.Fatal(err)
	}
}
