package analysis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// samlParts are the parts of a right SAML sign-in that a fault changes.
type samlParts struct {
	cfg                       integration.Config
	request, response, called string
	page                      string
}

// in replaces a text of a message that must be there.
func in(t *testing.T, message *string, from, to string) {
	t.Helper()
	if !strings.Contains(*message, from) {
		t.Fatalf("the message holds no %q", from)
	}
	*message = strings.ReplaceAll(*message, from, to)
}

// TestSAMLFaults puts one fault at a time into a right SAML sign-in before it is
// redacted: exactly the rule about it fails or warns.
func TestSAMLFaults(t *testing.T) {
	t.Parallel()
	const entity, service = "https://rp.example/saml/metadata", "https://rp.example/saml/acs"
	for _, tc := range []struct {
		name string
		edit func(t *testing.T, p *samlParts)
		want string
	}{
		{"none", func(*testing.T, *samlParts) {}, ""},
		{"an issuer that is not registered", func(t *testing.T, p *samlParts) {
			in(t, &p.request, "<saml:Issuer>"+entity, "<saml:Issuer>https://old.example/metadata")
		}, "SA-09 fail"},
		{"no issuer", func(t *testing.T, p *samlParts) { in(t, &p.request, "<saml:Issuer>"+entity+"</saml:Issuer>", "") }, "SA-09 fail"},
		{"another policy", func(t *testing.T, p *samlParts) { in(t, &p.request, "fortified_identity", "military") }, "SA-10 fail"},
		{"a policy that nobody knows", func(t *testing.T, p *samlParts) { in(t, &p.request, "fortified_identity", "urn:example:loa:9") }, "SA-10 fail"},
		{"no policy", func(t *testing.T, p *samlParts) {
			in(t, &p.request, "<saml:AuthnContextClassRef>fortified_identity</saml:AuthnContextClassRef>", "")
		}, "SA-10 warn"},
		{"an address as NameID", func(t *testing.T, p *samlParts) {
			in(t, &p.request, "SAML:2.0:nameid-format:persistent", "SAML:1.1:nameid-format:emailAddress")
		}, "SA-10 warn"},
		{"an assertion in clear", func(_ *testing.T, p *samlParts) { p.cfg.SAML.Encryption = true }, "SA-11 fail"},
		{"an assertion in clear beside an encrypted one", func(t *testing.T, p *samlParts) {
			p.cfg.SAML.Encryption = true
			in(t, &p.response, "</samlp:Response>", encryptedAssertion+"</samlp:Response>")
		}, "SA-11 fail"},
		{"a day of validity", func(t *testing.T, p *samlParts) {
			in(t, &p.response, `NotBefore="2026-11-23T08:59`, `NotBefore="2026-11-22T08:59`)
		}, "SA-06 warn"},
		{"an attribute without purpose", func(t *testing.T, p *samlParts) { in(t, &p.response, `Name="zip"`, `Name="social"`) }, "DA-04 fail"},
		{"an attribute that nobody knows", func(t *testing.T, p *samlParts) { in(t, &p.response, `Name="zip"`, `Name="urn:example:shoe size"`) }, "DA-04 fail"},
		{"a test user who is not described", func(_ *testing.T, p *samlParts) { p.cfg.TestUsers = []string{"passport"} }, "DA-01 warn"},
		{"an address sent to others", func(_ *testing.T, p *samlParts) { p.called = "https://count.example/c?who=nobody%40example.com" }, "PV-01 fail"},
		{"a social security number in the page", func(_ *testing.T, p *samlParts) { p.page += "<p>514-23-8876</p>" }, "PV-02 fail"},
		// Of several Audiences and Recipients one that fits is enough, wherever it stands.
		{"more than one audience", func(t *testing.T, p *samlParts) {
			in(t, &p.response, "</saml:Audience>", "</saml:Audience><saml:Audience>https://other.example/metadata</saml:Audience>")
			in(t, &p.response, "</saml:Subject>", `<saml:SubjectConfirmation><saml:SubjectConfirmationData Recipient="https://other.example/acs"/></saml:SubjectConfirmation></saml:Subject>`)
		}, ""},
		{"only other audiences", func(t *testing.T, p *samlParts) {
			in(t, &p.response, "<saml:Audience>"+entity, "<saml:Audience>https://other.example/metadata</saml:Audience><saml:Audience>https://third.example/metadata")
		}, "SA-06 fail"},
		{"only other recipients", func(t *testing.T, p *samlParts) {
			in(t, &p.response, `Recipient="`+service, `Recipient="https://other.example/acs`)
		}, "SA-02 fail"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := &samlParts{cfg: samlConfig(), request: authnRequest, response: samlResponse(success, fullAssertion), page: helpfulPage}
			p.cfg.TestUsers = []string{"licence"}
			tc.edit(t, p)
			r := redactorWithDigest(&p.cfg)
			input := redacted(t, r, "c1", samlHAROf(t, p.request, p.response, "/home", p.page, p.called))
			input.TestUser = "licence"
			var bad []string
			findings := analysis.Judge(p.cfg, []analysis.Input{input}, nil)
			for _, f := range findings {
				checkWhole(t, tc.name, f)
				if f.Verdict == analysis.Fail || f.Verdict == analysis.Warn {
					bad = append(bad, f.Rule+" "+string(f.Verdict))
				}
			}
			slices.Sort(bad)
			if diff := cmp.Diff(tc.want, strings.Join(bad, ", ")); diff != "" {
				t.Errorf("fails or warns (-want +got):\n%s\n%s", diff, render(findings))
			}
			kept, _ := keptOf(t, input)
			if diff := cmp.Diff(findings, analysis.Judge(p.cfg, []analysis.Input{kept}, nil)); diff != "" {
				t.Errorf("findings differ (-whole +kept):\n%s", diff)
			}
		})
	}
}
