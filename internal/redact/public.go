package redact

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// public is what an integration registered or declared: vocabulary.
type public struct {
	integration.Registered

	cfg       *integration.Config // nil without an integration
	exact     map[string]bool     // values written as they are, wherever they stand
	names     map[string]bool     // declared host names without their ports
	paths     map[string]bool     // whole paths
	prefixes  []string            // declared paths that ended in *
	scopes    map[string]bool
	sentences map[string]bool
	folded    [][]byte // the sentences as pages are searched for them
	titles    map[string]bool
	handles   map[string]bool
}

func newPublic(cfg *integration.Config) *public {
	known := integration.Config{}
	if cfg != nil {
		known = *cfg
	}
	p := &public{
		Registered: integration.RegisteredValues(known), cfg: cfg,
		exact: map[string]bool{}, names: map[string]bool{}, paths: map[string]bool{}, scopes: map[string]bool{},
		sentences: map[string]bool{}, titles: map[string]bool{}, handles: map[string]bool{},
	}
	for _, list := range [][]string{p.RedirectURIs, p.ACSURLs, {p.ClientID, p.EntityID}} {
		for _, v := range list {
			// What is as short as a common word is no registered value by itself.
			if len(v) >= 4 {
				p.exact[v] = true
			}
			p.hostName(v)
		}
	}
	for _, list := range [][]string{known.Hosts.Own, known.Hosts.Production, known.Hosts.ThirdParty, {known.ExpectedAPIHost}} {
		for _, h := range list {
			p.hostName("https://" + h)
		}
	}
	pages := known.Pages
	for _, u := range []string{pages.Start, pages.Landing, pages.Denied, pages.Error, pages.Logout} {
		p.hostName(u)
	}
	for _, path := range p.Paths {
		p.path(path)
	}
	for from, to := range map[*[]string]map[string]bool{
		&p.Policies: p.scopes, &p.ErrorText: p.sentences, &p.Titles: p.titles, &p.Attributes: p.handles, &documentedSentences: p.sentences,
	} {
		for _, v := range *from {
			to[v] = true
		}
	}
	delete(p.sentences, "")
	for t := range p.sentences {
		p.folded = append(p.folded, appendFolded(nil, []byte(t)))
	}
	return p
}

// hostName notes the bare host name of a declared address.
func (p *public) hostName(address string) {
	u := cutURL(address)
	if name, _ := splitPort(u.host); name != "" && (u.scheme == "https" || u.scheme == "http") {
		p.names[strings.TrimSuffix(name, ".")] = true
	}
}

// path notes a declared path; the root and everything say nothing.
func (p *public) path(path string) {
	prefix, any := strings.CutSuffix(path, "*")
	switch {
	case prefix == "" || prefix == "/" || !strings.HasPrefix(prefix, "/"):
	case any:
		p.prefixes = append(p.prefixes, prefix)
	default:
		p.paths[path] = true
	}
}

// keeps tells whether a host name may be written. The name must be nothing but
// a name: a port that is none or an address's zone could carry any text.
func (p *public) keeps(name string) bool {
	if p.names[name] {
		return true
	}
	plain := name == "[::1]" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
	return plain && p.Host("", name).Named
}

// splitPort cuts host:port; the port is empty without one. An address in
// brackets keeps them.
func splitPort(h string) (name, port string) {
	i := strings.LastIndexByte(h, ':')
	if i < 0 || strings.HasSuffix(h, "]") {
		return h, ""
	}
	return h[:i], h[i+1:]
}

// isIP tells whether a host name is an IPv4 address or one in brackets.
func isIP(name string) bool {
	if strings.HasPrefix(name, "[") {
		return true
	}
	parts := strings.Split(name, ".")
	if len(parts) != 4 {
		return false
	}
	for _, part := range parts {
		if part == "" || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
}
