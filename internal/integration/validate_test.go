package integration

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", maxLong+1)
	tests := []struct {
		name string
		edit func(c *Config)
		want []string // fields with a message
	}{
		{"nothing but a name", func(*Config) {}, nil},
		{"no name", func(c *Config) { c.Name = " " }, []string{"name"}},
		{"no format", func(c *Config) { c.Format = "" }, []string{"format"}},
		{"words", func(c *Config) {
			c.Protocol, c.Environment, c.Client.Type, c.Client.AuthMethod, c.UseCases = "ldap", "moon", "odd", "none ", []UseCase{Group, "x"}
		}, []string{"protocol", "use_cases[1]", "environment", "client.type", "client.auth_method"}},
		{"good words", func(c *Config) {
			c.Protocol, c.Environment, c.Client.Type, c.Client.AuthMethod, c.UseCases = OIDC, Sandbox, PublicClient, "none", []UseCase{Group, Identity, Authentication}
		}, nil},
		{"lengths at the limit", func(c *Config) {
			c.Name, c.Release, c.Notes = long[:maxName], long[:maxText], long[:maxLong]
			c.TestUsers = numbered(maxItems)
		}, nil},
		{"lengths one over", func(c *Config) {
			c.Name, c.Release, c.Notes = long[:maxName+1], long[:maxText+1], long
			c.TestUsers = numbered(maxItems + 1)
		}, []string{"name", "test_users", "release", "notes"}},
		{"bytes", func(c *Config) { c.Name, c.Release, c.Notes = "\xff", "a\nb", "a\nb\x07" }, []string{"name", "release", "notes"}},
		{"lines where they belong", func(c *Config) { c.Notes = "a\r\n\tb\n" }, nil},
		{"redirect URIs", func(c *Config) {
			c.RedirectURIs = []string{"https://a.example/cb", "https://a.example/*#f?x", "com.example.app:/cb", "http://127.0.0.1/cb", "/cb", "https:///cb", "", "https://a.example/cb", "https://u:p@a.example/", "https://a b/", "%"}
		}, []string{"redirect_uris[4]", "redirect_uris[5]", "redirect_uris[6]", "redirect_uris[7]", "redirect_uris[8]", "redirect_uris[9]", "redirect_uris[10]"}},
		{"URLs", func(c *Config) {
			c.SAML.ACSURLs, c.Links.Privacy, c.Links.Terms = []string{"ftp://a.example/"}, "a.example/privacy", "https://a.example/terms"
		}, []string{"saml.acs_urls[0]", "links.privacy"}},
		{"hosts", func(c *Config) {
			c.ExpectedAPIHost = "https://api.id.me"
			c.Hosts.Own = []string{"a.example", "localhost:8080", "[::1]:80", "[::1]", "10.0.0.1", "*.example", "a.example/x", "-a.example", "a..b", "a:0", "a:65536", "a:", "[::1"}
		}, []string{"expected_api_host", "hosts.own[5]", "hosts.own[6]", "hosts.own[7]", "hosts.own[8]", "hosts.own[9]", "hosts.own[10]", "hosts.own[11]", "hosts.own[12]"}},
		{"host of two owners", func(c *Config) {
			c.Hosts.Own, c.Hosts.ThirdParty, c.Hosts.Production = []string{"a.example"}, []string{"b.example", "A.example"}, []string{"a.example"}
		}, []string{"hosts.third_party[1]"}},
		{"pages", func(c *Config) {
			c.Pages = Pages{Start: "/", Landing: "/a/*", Denied: "https://a.example/denied", Error: "error", Logout: "/*/x"}
			c.Reveal.Paths = []string{"/ok", "no", "/a b"}
		}, []string{"pages.error", "pages.logout", "reveal.paths[1]", "reveal.paths[2]"}},
		{"attributes", func(c *Config) { c.Attributes = []Attribute{{Handle: "fname"}, {}, {Handle: "a b"}, {Handle: "fname"}} },
			[]string{"attributes[1].handle", "attributes[2].handle", "attributes[3].handle"}},
		{"test users", func(c *Config) { c.TestUsers = []string{"passport", "a@b.example"} }, []string{"test_users[1]"}},
		{"contacts", func(c *Config) {
			c.Contacts = []Contact{{Name: "A", Email: "a@b.example"}, {Email: "a"}, {Name: "C", Email: "@b.example"}}
		}, []string{"contacts[1].name", "contacts[1].email", "contacts[2].email"}},
		{"date", func(c *Config) { c.Launch.Date = "1.2.2026" }, []string{"launch.date"}},
		{"no such day", func(c *Config) { c.Launch.Date = "2026-02-30" }, []string{"launch.date"}},
		{"certificate", func(c *Config) {
			c.SAML.Certificate = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n"
		}, nil},
		{"certificate that is none", func(c *Config) { c.SAML.Certificate = "YWJj" }, []string{"saml.certificate"}},
		{"private key", func(c *Config) {
			c.SAML.Certificate = "-----BEGIN EC PRIVATE KEY-----\nYWJj\n-----END EC PRIVATE KEY-----\n"
		}, []string{"saml.certificate"}},
		{"blanks", func(c *Config) { c.Client.ID, c.SAML.EntityID, c.Policies = "a b", "a b", []string{"openid profile"} },
			[]string{"client.id", "policies[0]", "saml.entity_id"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := Config{Format: Format, Name: "Shop"}
			tt.edit(&c)
			var got []string
			for _, f := range Validate(c) {
				got = append(got, f.Name)
				if !strings.HasSuffix(f.Text, ".") {
					t.Errorf("%s: %q is no sentence", f.Name, f.Text)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("fields differ (-want +got):\n%s", d)
			}
		})
	}
}

func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strings.Repeat("u", i+1)
	}
	return out
}

func TestDigest(t *testing.T) {
	t.Parallel()
	c := Config{Format: Format, Name: "Shop", Policies: []string{"openid"}}
	d := Digest(c)
	if len(d) != 64 {
		t.Fatalf("digest is %q", d)
	}
	same := c
	same.RedirectURIs, same.Format = []string{}, ""
	if Digest(same) != d {
		t.Error("an empty list or a missing format name changes the digest")
	}
	if c.RedirectURIs != nil || same.RedirectURIs == nil || same.Format != "" {
		t.Error("Digest changed its argument")
	}
	other := c
	other.Uses.Popup = true
	if Digest(other) == d {
		t.Error("another configuration has the same digest")
	}
	if got := string(Canonical(Config{Name: "<Å>\x01"})); !strings.HasPrefix(got, `{"attributes":[],"client":{"auth_method":"","id":"","type":""},"contacts":[],`) ||
		!strings.Contains(got, `"name":"<Å>\u0001"`) {
		t.Errorf("canonical form is %s", got)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	a := Config{Format: Format, Name: "Shop", RedirectURIs: []string{"https://a.example/cb"}, Policies: []string{}, Attributes: []Attribute{{Handle: "fname", Required: true}}}
	b := a
	b.Name = "Store"
	b.RedirectURIs = []string{"https://a.example/cb", "https://a.example/cb2"}
	b.Policies = nil
	b.Uses.Popup = true
	b.Attributes = []Attribute{{Handle: "fname", Purpose: "greeting"}}
	want := []Change{
		{"name", "Shop", "Store"},
		{"redirect_uris", "https://a.example/cb", "https://a.example/cb\nhttps://a.example/cb2"},
		{"uses.popup", "false", "true"},
		{"attributes", "handle: fname; required: true", "handle: fname; purpose: greeting"},
	}
	if d := cmp.Diff(want, Diff(a, b)); d != "" {
		t.Errorf("differs (-want +got):\n%s", d)
	}
	if got := Diff(a, a); got != nil {
		t.Errorf("a configuration differs from itself: %v", got)
	}
}

func TestRegisteredValues(t *testing.T) {
	t.Parallel()
	r := RegisteredValues(Config{
		Environment:     Sandbox,
		ExpectedAPIHost: "idp.localhost:8081",
		RedirectURIs:    []string{"https://App.example/cb", "com.example:/x"},
		SAML:            SAML{ACSURLs: []string{"https://sp.example:8443/acs"}},
		Hosts: Hosts{
			Own: []string{"app.example", "dev.example:8080"}, ThirdParty: []string{"cdn.example"}, Production: []string{"www.example", "app.example"},
		},
		Links:  Links{Privacy: "https://law.example/privacy"},
		Pages:  Pages{Start: "/", Landing: "/account/*", Denied: "https://help.example/denied"},
		Reveal: Reveal{Paths: []string{"/login"}},
	})
	hosts := map[string]Host{
		"https app.example":        {HostPartner, "", true, true},
		"https APP.example.:443":   {HostPartner, "", true, true},
		"https app.example:443":    {HostPartner, "", true, true},
		"https app.example.":       {HostPartner, "", true, true},
		"https app.example:80":     {HostUndeclared, "", false, false},
		"http app.example:80":      {HostPartner, "", true, true},
		"http dev.example:8080":    {HostPartner, "", false, true},
		"https dev.example":        {HostUndeclared, "", false, false},
		"https sp.example:8443":    {HostPartner, "", false, true},
		"https help.example":       {HostPartner, "", false, true},
		"https www.example":        {HostPartner, "", true, true},
		"https cdn.example":        {HostThirdParty, "", false, true},
		"https law.example":        {HostUndeclared, "", false, false},
		"http idp.localhost:8081":  {HostProvider, Sandbox, false, true},
		"http rp.localhost:8082":   {HostLoopback, "", false, false},
		"http localhost:3000":      {HostLoopback, "", false, true},
		"http 127.0.0.1:3000":      {HostLoopback, "", false, true},
		"http 127.98.76.54:3000":   {HostLoopback, "", false, false},
		"http [::1]:3000":          {HostLoopback, "", false, true},
		"https api.id.me":          {HostProvider, Production, false, true},
		"https api.idmelabs.com":   {HostProvider, Sandbox, false, true},
		"https x7.id.me":           {HostProvider, Production, false, false},
		"https notid.me":           {HostUndeclared, "", false, false},
		"https api.id.me.evil.com": {HostUndeclared, "", false, false},
	}
	for in, want := range hosts {
		scheme, host, _ := strings.Cut(in, " ")
		if got := r.Host(scheme, host); got != want {
			t.Errorf("%s is %+v, want %+v", in, got, want)
		}
	}
	pages := map[string][]string{
		"https app.example /":              {"start"},
		"https app.example ":               {"start"},
		"https app.example /account/a/b":   {"landing"},
		"https app.example /account":       nil,
		"https cdn.example /":              nil,
		"https help.example /denied":       {"denied"},
		"https app.example /denied":        nil,
		"http dev.example:8080 /account/x": {"landing"},
	}
	for in, want := range pages {
		part := strings.SplitN(in, " ", 3)
		if d := cmp.Diff(want, r.Page(part[0], part[1], part[2])); d != "" {
			t.Errorf("%s (-want +got):\n%s", in, d)
		}
	}
	want := []string{"/cb", "/x", "/acs", "/privacy", "/", "/account/*", "/denied", "/login"}
	if d := cmp.Diff(want, r.Paths); d != "" {
		t.Errorf("paths differ (-want +got):\n%s", d)
	}
}
