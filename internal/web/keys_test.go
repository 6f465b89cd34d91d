package web_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/keys"
)

// Anybody reads the keys with what happened to them, and takes the list and the
// certificates; also while the server cannot sign.
func TestPageOfKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stranger, now := s.visitor(t), s.Now()
	s.Keys = keys.NewDirectory(t.TempDir(), "", func() time.Time { now = now.Add(time.Minute); return now })
	if err := s.Keys.Make(); err != nil {
		t.Fatal(err)
	}
	ring, err := s.SigningKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, certificate, pdf := ring.PDF()
	if _, err := s.Keys.Rotate(keys.UsePDF); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Keys.Compromise(pdf, s.Now()); err != nil {
		t.Fatal(err)
	}
	p := stranger.get("/keys")
	if got := p.text("p > code.fingerprint"); got != ring.Fingerprint() {
		t.Errorf("fingerprint %q", got)
	}
	rows := p.all("#keys tbody tr")
	if len(rows) != 4 {
		t.Errorf("%d keys are shown, want 4", len(rows))
	}
	for _, want := range []string{"compromised since", "2 Mar 2026", "active", pdf} {
		if !strings.Contains(p.text("#keys tbody"), want) {
			t.Errorf("the table does not say %q: %s", want, p.text("#keys tbody"))
		}
	}
	if list := stranger.get("/keys.json"); list.Status != http.StatusOK || !strings.Contains(list.Body, `"status":"compromised"`) {
		t.Errorf("keys.json: %d %s", list.Status, list.Body)
	}
	links := p.all(`#keys a[href$="/certificate.pem"]`)
	if len(links) != 2 {
		t.Fatalf("%d certificates are offered, want 2", len(links))
	}
	block, _ := pem.Decode([]byte(stranger.get("/keys/" + pdf + "/certificate.pem").Body))
	if block == nil || !bytes.Equal(block.Bytes, certificate.Raw) {
		t.Error("the certificate is another than the ring's")
	} else if _, err := x509.ParseCertificate(block.Bytes); err != nil {
		t.Error(err)
	}
	if got := stranger.get("/keys/" + strings.Repeat("0", 64) + "/certificate.pem").Status; got != http.StatusNotFound {
		t.Errorf("a certificate of no key: status %d", got)
	}

	if ready := stranger.get("/readyz"); ready.Body != "ready\n" {
		t.Errorf("ready says %q", ready.Body)
	}
	s.Keys = keys.NewDirectory(filepath.Join(t.TempDir(), "none"), "", s.Now)
	if ready := stranger.get("/readyz"); ready.Status != http.StatusOK || !strings.Contains(ready.Body, "no signing key") {
		t.Errorf("without keys ready says %d %q", ready.Status, ready.Body)
	}
	if p := stranger.get("/keys"); p.text("p > code.fingerprint") != ring.Fingerprint() || !strings.Contains(p.text(".notice"), "cannot sign at the moment") {
		t.Errorf("without keys the page says %q", p.text("main"))
	}
}
