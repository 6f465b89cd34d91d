package analysis_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// wholeConfig is an integration of which nothing is missing.
func wholeConfig() integration.Config {
	c := baseConfig()
	c.Client.AuthMethod = "client_secret_post"
	c.Attributes = []integration.Attribute{{Handle: "uuid", Purpose: "finds the account"}}
	c.Links = integration.Links{Privacy: "https://rp.example/privacy", Terms: "https://rp.example/terms"}
	c.TestUsers = []string{"passport"}
	return c
}

func TestPreflightOfOtherFields(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		field string
		edit  func(*integration.Config)
		want  []string
	}{
		"client":             {"client", func(*integration.Config) {}, []string{"pass The client's type and authentication fit"}},
		"no client":          {"client.id", func(c *integration.Config) { c.Client.ID = "" }, []string{"fail No client is described"}},
		"public with secret": {"client.auth_method", func(c *integration.Config) { c.Client.Type = integration.PublicClient }, []string{"fail A public client is described with a secret"}},
		"confidential, none": {"client.auth_method", func(c *integration.Config) { c.Client.AuthMethod = "none" }, []string{"fail A confidential client is described without authentication"}},
		"client type":        {"client.type", func(c *integration.Config) { c.Client.Type = "" }, []string{"warn Whether the client is public or confidential is not described"}},
		"public, none":       {"client", func(c *integration.Config) { c.Client.Type, c.Client.AuthMethod = integration.PublicClient, "none" }, []string{"pass The client's type and authentication fit"}},
		"policies":           {"policies", func(*integration.Config) {}, []string{"pass The agreed policies are described"}},
		"no policy":          {"policies", func(c *integration.Config) { c.Policies = nil }, []string{"fail No policy is described"}},
		"openid as a policy": {"policies", func(c *integration.Config) { c.Policies = []string{"openid"} }, []string{"warn openid is described as a policy"}},
		"a policy twice": {"policies", func(c *integration.Config) {
			c.Policies = []string{"military", "military"}
			c.UseCases = []integration.UseCase{integration.Group}
		}, []string{"warn A policy stands twice"}},
		"policies of groups": {"policies", func(c *integration.Config) {
			c.Policies = []string{"military", "student"}
			c.UseCases = []integration.UseCase{integration.Group}
		}, []string{"pass The agreed policies are described"}},
		"two identity": {"policies", func(c *integration.Config) { c.Policies = []string{"a", "b"} }, []string{"warn Several policies are described for an identity integration"}},
		"attributes":   {"attributes", func(*integration.Config) {}, []string{"pass Each attribute has a purpose"}},
		"no purpose":   {"attributes", func(c *integration.Config) { c.Attributes[0].Purpose = " " }, []string{"warn An attribute has no purpose"}},
		"required and null": {"attributes", func(c *integration.Config) {
			c.Attributes[0].Required, c.Attributes[0].MayBeNullWhen = true, "passport"
		}, []string{"warn A required attribute may be missing"}},
		"no attributes": {"attributes", func(c *integration.Config) { c.Attributes = nil }, []string{"warn No attributes are described"}},
		"authentication only": {"attributes", func(c *integration.Config) {
			c.Attributes, c.UseCases = nil, []integration.UseCase{integration.Authentication}
		}, nil},
		"surroundings": {"pages", func(*integration.Config) {}, []string{"pass Links, pages and test users are described"}},
		"no privacy":   {"links.privacy", func(c *integration.Config) { c.Links.Privacy = "" }, []string{"warn No link to the privacy policy is described"}},
		"no terms":     {"links.terms", func(c *integration.Config) { c.Links.Terms = "" }, []string{"warn No link to the terms of service is described"}},
		"no page":      {"pages.denied", func(c *integration.Config) { c.Pages.Denied = "" }, []string{"warn The page after consent was declined is not described"}},
		"no test user": {"test_users", func(c *integration.Config) { c.TestUsers = nil }, []string{"fail No test user is described"}},
	} {
		cfg := wholeConfig()
		tc.edit(&cfg)
		if diff := cmp.Diff(tc.want, preflight(t, cfg, tc.field)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// certificate makes a self-signed one for a key.
func certificate(t *testing.T, key crypto.Signer, from, until time.Time) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestPreflightOfSAML(t *testing.T) {
	t.Parallel()
	now, year := fixtureStart, 365*24*time.Hour
	curve := func(c elliptic.Curve) crypto.Signer {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	primes := func(bits int) crypto.Signer {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := curve(elliptic.P256())
	const soon = 60 * 24 * time.Hour
	for name, tc := range map[string]struct {
		certificate string
		want        []string
	}{
		"curve":         {certificate(t, good, now, now.Add(year)), []string{"pass The certificate is valid"}},
		"RSA":           {certificate(t, primes(2048), now, now.Add(year)), []string{"pass The certificate is valid"}},
		"Edwards":       {certificate(t, edwards, now, now.Add(year)), []string{"pass The certificate is valid"}},
		"short RSA":     {certificate(t, primes(1024), now, now.Add(year)), []string{"fail The key of the certificate is short"}},
		"short curve":   {certificate(t, curve(elliptic.P224()), now, now.Add(year)), []string{"fail The key of the certificate is short"}},
		"ended":         {certificate(t, good, now.Add(-year), now.Add(-time.Second)), []string{"fail The certificate is out of date"}},
		"not yet":       {certificate(t, good, now.Add(time.Second), now.Add(year)), []string{"fail The certificate is not valid yet"}},
		"60 days":       {certificate(t, good, now, now.Add(soon)), []string{"pass The certificate is valid"}},
		"under 60 days": {certificate(t, good, now, now.Add(soon-time.Second)), []string{"warn The certificate ends soon"}},
		"broken":        {"-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n", []string{"fail The certificate cannot be read"}},
		"none":          {"", []string{"fail No certificate is described"}},
		"two": {certificate(t, good, now, now.Add(year)) + certificate(t, good, now.Add(-year), now.Add(-time.Second)),
			[]string{"pass The certificate is valid", "fail The certificate is out of date"}},
	} {
		cfg := wholeConfig()
		cfg.Protocol, cfg.SAML = integration.SAML2, integration.SAML{EntityID: "sp", ACSURLs: []string{"https://sp.example/acs"}, Certificate: tc.certificate}
		if diff := cmp.Diff(tc.want, preflight(t, cfg, "saml.certificate")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if got := preflight(t, cfg, "client"); got != nil {
			t.Errorf("%s: a SAML integration is judged as a client: %v", name, got)
		}
	}
	for acs, want := range map[string]string{
		"https://sp.example/acs": "pass The assertion consumer service is a plain address", "http://sp.example/acs": "fail The assertion consumer service does not use https",
		"https://sp.example/*": "fail The assertion consumer service is no plain address", "http://localhost:8000/acs": "pass The assertion consumer service is a plain address",
	} {
		cfg := wholeConfig()
		cfg.Protocol, cfg.SAML = integration.SAML2, integration.SAML{ACSURLs: []string{acs}}
		if got := strings.Join(preflight(t, cfg, "saml.acs_urls"), "; "); got != want {
			t.Errorf("%s: %s, want %s", acs, got, want)
		}
		if got := preflight(t, cfg, "saml.entity_id"); len(got) != 1 || got[0] != "fail No entity ID is described" {
			t.Errorf("without an entity ID: %v", got)
		}
		cfg.SAML.ACSURLs, cfg.Environment = nil, integration.Production
		if got := preflight(t, cfg, "saml.acs_urls"); len(got) != 1 || got[0] != "fail No assertion consumer service is described" {
			t.Errorf("without an address: %v", got)
		}
		cfg.SAML.ACSURLs = []string{"https://10.0.0.7/acs"}
		if got := preflight(t, cfg, "saml.acs_urls"); len(got) != 1 || got[0] != "fail The assertion consumer service leads to one machine" {
			t.Errorf("in production: %v", got)
		}
	}
}
