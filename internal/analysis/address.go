package analysis

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// address is the part of a URL that decides where a request goes. Redacted
// hosts and segments are ordinary text in it.
type address struct {
	scheme, host, path string // host in lower case, with its port unless it is the scheme's own
}

// parseAddress cuts a URL; a relative one takes scheme and host from base.
func parseAddress(s string, base address) address {
	s, _, _ = strings.Cut(s, "#")
	s, _, _ = strings.Cut(s, "?")
	scheme, rest, absolute := strings.Cut(s, "://")
	if !absolute {
		if rest, found := strings.CutPrefix(s, "//"); found {
			return parseAddress(base.scheme+"://"+rest, address{})
		}
		if s == "" {
			return base
		}
		if !strings.HasPrefix(s, "/") {
			s = base.path[:strings.LastIndex(base.path, "/")+1] + s
		}
		return address{scheme: base.scheme, host: base.host, path: s}
	}
	host, path, _ := strings.Cut(rest, "/")
	a := address{scheme: strings.ToLower(scheme), host: strings.ToLower(host), path: "/" + path}
	switch a.scheme {
	case "https":
		a.host = strings.TrimSuffix(a.host, ":443")
	case "http":
		a.host = strings.TrimSuffix(a.host, ":80")
	}
	return a
}

func (a address) origin() string { return a.scheme + "://" + a.host }

func (a address) String() string { return a.origin() + a.path }

// hostname is the host without its port.
func (a address) hostname() string {
	name := a.host
	if i := strings.LastIndex(name, ":"); i >= 0 && !strings.HasSuffix(name, "]") {
		name = name[:i]
	}
	return strings.Trim(name, "[]")
}

// loopback tells whether the host is the machine itself: localhost, a name
// under it (RFC 6761, 6.3), or a loopback address.
func (a address) loopback() bool {
	name := strings.TrimSuffix(a.hostname(), ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

// numeric tells whether the host is an IP address.
func (a address) numeric() bool {
	_, err := netip.ParseAddr(a.hostname())
	return err == nil
}

// header gives the value of the first header of the name, in any case.
func header(fields []transcript.Field, name string) string {
	for i := range fields {
		if strings.EqualFold(fields[i].Name, name) {
			return fields[i].Value
		}
	}
	return ""
}

// queryOf gives the parameters in the query of a URL that stands in a header.
func queryOf(s string) []transcript.Field {
	_, query, found := strings.Cut(s, "?")
	if !found {
		return nil
	}
	query, _, _ = strings.Cut(query, "#")
	var out []transcript.Field
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if v, err := url.QueryUnescape(value); err == nil {
			value = v
		}
		out = append(out, transcript.Field{Name: name, Value: value})
	}
	return out
}
