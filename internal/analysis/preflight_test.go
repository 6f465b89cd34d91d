package analysis_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

func TestPreflightRedirectURIs(t *testing.T) {
	t.Parallel()
	production := func(c *integration.Config) { c.Environment = integration.Production }
	public := func(c *integration.Config) { c.Client.Type = integration.PublicClient }
	for _, tc := range []struct {
		uri  string
		edit func(*integration.Config)
		want []string
	}{
		{"https://rp.example/cb", nil, []string{"pass The redirect URI is static and clean"}},
		{"https://rp.example/*", nil, []string{"fail The redirect URI has a wildcard"}},
		{"https://rp.example/cb#top", nil, []string{"fail The redirect URI has a fragment"}},
		{"https://rp.example/cb?from=idme", nil, []string{"warn The redirect URI has a query"}},
		{"https://rp.example/*?a=b#c", nil, []string{
			"fail The redirect URI has a wildcard", "fail The redirect URI has a fragment", "warn The redirect URI has a query",
		}},
		{"http://rp.example/cb", nil, []string{"fail The redirect URI uses http"}},
		{"http://localhost:3000/cb", nil, []string{"warn The redirect URI leads to one machine"}},
		{"https://rp.localhost/cb", nil, []string{"warn The redirect URI leads to one machine"}},
		{"https://10.0.0.7/cb", nil, []string{"warn The redirect URI leads to one machine"}},
		{"https://abc.ngrok-free.app/cb", nil, []string{"warn The redirect URI leads to one machine"}},
		{"https://abc.ngrok-free.app/cb", production, []string{"fail The redirect URI leads to one machine"}},
		{"http://127.0.0.1:3000/cb", production, []string{"fail The redirect URI leads to one machine"}},
		{"https://you@rp.example/cb", nil, []string{"fail The redirect URI holds a user name"}},
		{"/cb", nil, []string{"fail The redirect URI is no absolute address"}},
		{"rp.example/cb", nil, []string{"fail The redirect URI is no absolute address"}},
		{"yourapp://idme/callback", public, []string{"pass The redirect URI is static and clean"}},
		{"yourapp://idme/callback", nil, []string{"warn The redirect URI has a scheme of its own"}},
		{"https://rp.example/" + strings.Repeat("a", 236), nil, []string{"pass The redirect URI is static and clean"}},
		{"https://rp.example/" + strings.Repeat("a", 237), nil, []string{"warn The redirect URI is long"}},
	} {
		cfg := baseConfig()
		cfg.RedirectURIs = []string{tc.uri}
		if tc.edit != nil {
			tc.edit(&cfg)
		}
		if diff := cmp.Diff(tc.want, preflight(t, cfg, "redirect_uris")); diff != "" {
			t.Errorf("%.60s (-want +got):\n%s", tc.uri, diff)
		}
	}
	none := baseConfig()
	none.RedirectURIs = nil
	if diff := cmp.Diff([]string{"fail No redirect URI is described"}, preflight(t, none, "redirect_uris")); diff != "" {
		t.Error(diff)
	}
	none.Protocol = integration.SAML2
	if got := preflight(t, none, "redirect_uris"); got != nil {
		t.Errorf("SAML: %v", got)
	}
	twice := baseConfig()
	twice.RedirectURIs = []string{"https://rp.example/cb", "https://rp.example/cb"}
	want := []string{"pass The redirect URI is static and clean", "warn The redirect URI stands twice"}
	if diff := cmp.Diff(want, preflight(t, twice, "redirect_uris")); diff != "" {
		t.Error(diff)
	}
}

func TestPreflightExpectedHost(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		host string
		env  integration.Environment
		use  integration.UseCase
		want string
	}{
		{"api.idmelabs.com", integration.Sandbox, integration.Identity, "pass The expected host fits the environment"},
		{"API.idmelabs.com", integration.Sandbox, integration.Identity, "pass The expected host fits the environment"},
		{"api.id.me", integration.Production, integration.Identity, "pass The expected host fits the environment"},
		{"api.id.me", integration.Sandbox, integration.Identity, "warn The expected host belongs to production"},
		{"api.id.me", integration.Sandbox, integration.Group, "pass The expected host is shared with production"},
		{"api.idmelabs.com", integration.Production, integration.Identity, "fail The expected host belongs to the sandbox"},
		{"www.id.me", integration.Production, integration.Identity, "warn The expected host is not one to which sign-ins go"},
		{"idp.example:8443", integration.Sandbox, integration.Identity, "pass The expected host is a plain host of another provider"},
		{"rp.example", integration.Sandbox, integration.Identity, "fail The expected host is one of the partner's own"},
		{"https://api.id.me/", integration.Production, integration.Identity, "fail The expected host is more than a host"},
		{"", integration.Sandbox, integration.Identity, "fail No expected host is described"},
	} {
		cfg := baseConfig()
		cfg.ExpectedAPIHost, cfg.Environment, cfg.UseCases = tc.host, tc.env, []integration.UseCase{tc.use}
		if diff := cmp.Diff([]string{tc.want}, preflight(t, cfg, "expected_api_host")); diff != "" {
			t.Errorf("%s, %s, %s (-want +got):\n%s", tc.host, tc.env, tc.use, diff)
		}
	}
}

// preflight gives verdict and title of a field's checks and fails on one that is not whole.
func preflight(t *testing.T, cfg integration.Config, field string) []string {
	t.Helper()
	var out []string
	for _, c := range analysis.Preflight(cfg, fixtureStart) {
		if !sentence(c.Reason) || c.Source.Title == "" || !strings.HasPrefix(c.Source.URL, "https://") {
			t.Errorf("%s: no reason or source", c.Title)
		}
		if (c.Verdict == analysis.Pass) != (c.Cure == "") || c.Cure != "" && !sentence(c.Cure) {
			t.Errorf("%s: %s with cure %q", c.Title, c.Verdict, c.Cure)
		}
		if c.Field == field {
			out = append(out, string(c.Verdict)+" "+c.Title)
		}
	}
	return out
}
