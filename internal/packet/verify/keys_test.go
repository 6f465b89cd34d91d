package verify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"testing"
	"time"
)

func TestVouches(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	good := listedKey{id: "k", use: "bundle", algorithm: "ecdsa-p256-sha256", status: "active", notBefore: at.Add(-day)}
	for name, tt := range map[string]struct {
		change func(*listedKey)
		ok     bool
	}{
		"active":                         {func(*listedKey) {}, true},
		"made at the first moment":       {func(k *listedKey) { k.notBefore = at }, true},
		"not valid yet":                  {func(k *listedKey) { k.notBefore = at.Add(1) }, false},
		"key of another use":             {func(k *listedKey) { k.use = "pdf" }, false},
		"another algorithm":              {func(k *listedKey) { k.algorithm = "ed25519" }, false},
		"another key":                    {func(k *listedKey) { k.id = "l" }, false},
		"retired later":                  {func(k *listedKey) { k.status, k.retiredAt = "retired", at.Add(day) }, true},
		"retired and compromised":        {func(k *listedKey) { k.status, k.retiredAt, k.compromisedAt = "retired", at.Add(day), at.Add(-day) }, false},
		"retired before":                 {func(k *listedKey) { k.status, k.retiredAt = "retired", at.Add(-1) }, false},
		"retired without a time":         {func(k *listedKey) { k.status = "retired" }, false},
		"compromised later":              {func(k *listedKey) { k.status, k.compromisedAt = "compromised", at.Add(day) }, true},
		"compromised without a time":     {func(k *listedKey) { k.status = "compromised" }, false},
		"active, yet compromised":        {func(k *listedKey) { k.compromisedAt = at.Add(day) }, false},
		"a status that is not known yet": {func(k *listedKey) { k.status = "suspended" }, false},
		// The log had the packet an hour after it says it was made.
		"compromised when the log had it":         {func(k *listedKey) { k.status, k.compromisedAt = "compromised", at.Add(time.Hour) }, false},
		"compromised right after the log had it":  {func(k *listedKey) { k.status, k.compromisedAt = "compromised", at.Add(time.Hour+1) }, true},
		"compromised between making and the log":  {func(k *listedKey) { k.status, k.compromisedAt = "compromised", at.Add(time.Minute) }, false},
		"compromised, retired before":             {func(k *listedKey) { k.status, k.retiredAt, k.compromisedAt = "compromised", at.Add(-1), at.Add(day) }, false},
		"compromised, retired between the two":    {func(k *listedKey) { k.status, k.retiredAt, k.compromisedAt = "compromised", at.Add(1), at.Add(day) }, true},
		"compromised, not valid yet when made at": {func(k *listedKey) { k.status, k.notBefore, k.compromisedAt = "compromised", at.Add(1), at.Add(day) }, false},
	} {
		k := good
		tt.change(&k)
		l := &keyList{keys: []listedKey{k}}
		if err := l.vouches("bundle", "k", at, at.Add(time.Hour)); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.status, good.compromisedAt = "compromised", at.Add(day)
	if (&keyList{keys: []listedKey{good}}).vouches("bundle", "k", at, time.Time{}) == nil {
		t.Error("a compromised key is vouched for without a log")
	}
}

// A PDF key stands in the list with its own certificate, every other without.
func TestListedCertificates(t *testing.T) {
	t.Parallel()
	pdf, pdfCertificate := certified(t)
	_, other := certified(t)
	for name, tt := range map[string]struct {
		use, certificate string
		ok               bool
	}{
		"its own":                {"pdf", pdfCertificate, true},
		"that of another key":    {"pdf", other, false},
		"none for a PDF key":     {"pdf", "null", false},
		"no certificate":         {"pdf", `"AAAA"`, false},
		"empty":                  {"pdf", `""`, false},
		"one for a bundle key":   {"bundle", pdfCertificate, false},
		"none for a bundle key":  {"bundle", "null", true},
		"empty for a bundle key": {"bundle", `""`, false},
	} {
		line := fmt.Sprintf(`{"algorithm":"ecdsa-p256-sha256","certificate":%s,"compromised_at":null,"id":"%s","not_before":"2026-11-21T22:04:05.000000Z",`+
			`"public_key":"%s","retired_at":null,"status":"active","use":"%s"}`, tt.certificate, digestHex(pdf), base64.StdEncoding.EncodeToString(pdf), tt.use)
		list, err := parseKeys(rootList(t, line))
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (list.keys[0].certificate != nil) != (tt.use == "pdf") {
			t.Errorf("%s: %d bytes of a certificate", name, len(list.keys[0].certificate))
		}
	}
}

// certified makes a key and its certificate as a member of a list has it.
func certified(t *testing.T) (public []byte, certificate string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if public, err = x509.MarshalPKIXPublicKey(key.Public()); err != nil {
		t.Fatal(err)
	}
	return public, `"` + base64.StdEncoding.EncodeToString(der) + `"`
}

func TestParseFingerprint(t *testing.T) {
	t.Parallel()
	const want = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	for _, s := range []string{
		want, "  " + want + "\n", "SHA256:" + want, "sha256 0011 2233 4455 6677 8899 AABB CCDD EEFF 0011 2233 4455 6677 8899 AABB CCDD EEFF",
		"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff",
	} {
		if got, err := ParseFingerprint(s); err != nil || got != want {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", want[1:], want + "0", "g" + want[1:]} {
		if _, err := ParseFingerprint(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
