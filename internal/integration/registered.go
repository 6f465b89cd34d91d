package integration

import (
	"net/netip"
	"net/url"
	"strings"
)

// HostRole says whose a host is.
type HostRole string

// The host roles.
const (
	HostPartner    HostRole = "partner"
	HostProvider   HostRole = "provider"
	HostThirdParty HostRole = "third_party"
	HostLoopback   HostRole = "loopback"
	HostUndeclared HostRole = "undeclared"
)

// Host is what the registration says about a host.
type Host struct {
	Role HostRole
	// Env is where a host of the provider belongs; empty for other roles.
	Env Environment
	// Production is true for a declared production host of the partner.
	Production bool
	// Named is true when the name may stand in clear: it was declared, is the
	// name of the machine itself, or is from the list of the provider's hosts.
	Named bool
}

// Page is a declared page of the partner.
type Page struct {
	Role   string // start, landing, denied, error, logout
	Host   string // normal form; empty for every host of the partner
	Path   string
	Prefix bool // any rest may follow Path
}

// Registered holds the public values of an integration: what may stand in clear
// in a transcript and what rules compare with. Values are exact, as registered.
type Registered struct {
	ClientID     string
	RedirectURIs []string
	ACSURLs      []string
	EntityID     string
	Policies     []string
	APIHost      string // expected_api_host in normal form, empty when not stated
	Pages        []Page
	// Paths are the paths in clear: of redirect URIs, ACS URLs, links, pages and
	// reveal, percent-encoded. A * at the end stands for any rest, which is not in clear.
	Paths      []string
	Titles     []string
	ErrorText  []string
	Attributes []string // handles

	hosts map[string]Host // by normal form
}

// providerHosts are the hosts of ID.me that its documentation names.
var providerHosts = map[string]Environment{
	"api.id.me":               Production,
	"groups.id.me":            Production,
	"services.id.me":          Production,
	"id.me":                   Production,
	"www.id.me":               Production,
	"developers.id.me":        Production,
	"developer.id.me":         Production,
	"docs.id.me":              Production,
	"events.id.me":            Production,
	"status.id.me":            Production,
	"api.idmelabs.com":        Sandbox,
	"groups.idmelabs.com":     Sandbox,
	"services.idmelabs.com":   Sandbox,
	"developers.idmelabs.com": Sandbox,
	"idmelabs.com":            Sandbox,
}

// RegisteredValues gathers the public values of an integration. The zero Config
// gives the provider's hosts and nothing else.
func RegisteredValues(c Config) Registered {
	r := Registered{
		ClientID:     c.Client.ID,
		RedirectURIs: c.RedirectURIs,
		ACSURLs:      c.SAML.ACSURLs,
		EntityID:     c.SAML.EntityID,
		Policies:     c.Policies,
		APIHost:      normal("", c.ExpectedAPIHost),
		Titles:       c.Reveal.Titles,
		ErrorText:    c.Reveal.ErrorText,
		hosts:        make(map[string]Host),
	}
	for _, a := range c.Attributes {
		r.Attributes = append(r.Attributes, a.Handle)
	}
	for _, h := range c.Hosts.ThirdParty {
		r.declare(normal("", h), Host{Role: HostThirdParty})
	}
	for _, list := range [][]string{c.RedirectURIs, c.SAML.ACSURLs} {
		for _, s := range list {
			r.address(s, true)
		}
	}
	for _, s := range []string{c.Links.Privacy, c.Links.Terms, c.Links.FAQ, c.Links.TestLink} {
		r.address(s, false)
	}
	for _, h := range c.Hosts.Own {
		r.declare(normal("", h), Host{Role: HostPartner})
	}
	r.pages(c.Pages)
	for _, h := range c.Hosts.Production {
		r.declare(normal("", h), Host{Role: HostPartner, Production: true})
	}
	if r.APIHost != "" {
		env := c.Environment
		if known, ok := providerEnv(r.APIHost); ok {
			env = known
		}
		r.declare(r.APIHost, Host{Role: HostProvider, Env: env})
	}
	r.Paths = append(r.Paths, c.Reveal.Paths...)
	return r
}

// declare notes a host; what is declared later rules, but a production host
// stays one.
func (r *Registered) declare(name string, h Host) {
	if name == "" {
		return
	}
	h.Named = true
	h.Production = h.Production || h.Role == HostPartner && r.hosts[name].Production
	r.hosts[name] = h
}

// address notes the path of a registered URL and, where the URL is where people
// return to, its host as the partner's.
func (r *Registered) address(s string, own bool) {
	u, err := url.Parse(s)
	if err != nil || s == "" {
		return
	}
	if own && u.Host != "" && isWeb(u) {
		r.declare(normal(u.Scheme, u.Host), Host{Role: HostPartner})
	}
	if p := u.EscapedPath(); p != "" {
		r.Paths = append(r.Paths, p)
	}
}

func (r *Registered) pages(p Pages) {
	for _, d := range []struct{ role, value string }{
		{"start", p.Start}, {"landing", p.Landing}, {"denied", p.Denied}, {"error", p.Error}, {"logout", p.Logout},
	} {
		if d.value == "" {
			continue
		}
		value, prefix := strings.CutSuffix(d.value, "*")
		u, err := url.Parse(value)
		if err != nil {
			continue
		}
		page := Page{Role: d.role, Path: u.EscapedPath(), Prefix: prefix}
		if u.Host != "" {
			page.Host = normal(u.Scheme, u.Host)
			r.declare(page.Host, Host{Role: HostPartner})
		}
		if page.Path == "" {
			page.Path = "/"
		}
		r.Pages = append(r.Pages, page)
		if prefix {
			r.Paths = append(r.Paths, page.Path+"*")
		} else {
			r.Paths = append(r.Paths, page.Path)
		}
	}
}

// Host tells whose the host of a URL is. What is declared rules over the list of
// the provider's hosts, and that over loopback.
func (r *Registered) Host(scheme, hostport string) Host {
	name := normal(scheme, hostport)
	if h, ok := r.hosts[name]; ok {
		return h
	}
	if env, ok := providerEnv(name); ok {
		_, listed := providerHosts[name]
		return Host{Role: HostProvider, Env: env, Named: listed}
	}
	bare := strings.Trim(withoutPort(name), "[]")
	if addr, err := netip.ParseAddr(bare); err == nil {
		if addr.Unmap().IsLoopback() {
			// The others have room for a number of nine digits.
			return Host{Role: HostLoopback, Named: bare == "127.0.0.1" || bare == "::1"}
		}
	} else if bare == "localhost" {
		return Host{Role: HostLoopback, Named: true}
	} else if strings.HasSuffix(bare, ".localhost") {
		return Host{Role: HostLoopback}
	}
	return Host{Role: HostUndeclared}
}

// Page gives the roles of the declared pages that a URL of the partner shows, in
// the order start, landing, denied, error, logout; path is percent-encoded. A
// page without * is met by its path alone.
func (r *Registered) Page(scheme, hostport, path string) []string {
	name := normal(scheme, hostport)
	if r.Host(scheme, hostport).Role != HostPartner {
		return nil
	}
	if path == "" {
		path = "/"
	}
	var roles []string
	for _, p := range r.Pages {
		if (p.Host == "" || p.Host == name) && (p.Path == path || p.Prefix && strings.HasPrefix(path, p.Path)) {
			roles = append(roles, p.Role)
		}
	}
	return roles
}

// providerEnv knows the hosts of ID.me by their domains.
func providerEnv(name string) (Environment, bool) {
	switch {
	case name == "id.me" || strings.HasSuffix(name, ".id.me"):
		return Production, true
	case name == "idmelabs.com" || strings.HasSuffix(name, ".idmelabs.com"):
		return Sandbox, true
	}
	return "", false
}

// normal is the form in which hosts are compared: lower case, no final dot, and
// no port that is the scheme's own; without a scheme both own ports go.
func normal(scheme, hostport string) string {
	name := strings.ToLower(hostport)
	for s, port := range map[string]string{"https": ":443", "http": ":80"} {
		if bare, ok := strings.CutSuffix(name, port); ok && (scheme == "" || strings.EqualFold(scheme, s)) && !strings.HasSuffix(bare, ":") {
			name = bare
			break
		}
	}
	return strings.TrimSuffix(name, ".")
}

func withoutPort(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		return name[:i]
	}
	return name
}
