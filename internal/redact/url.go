package redact

import (
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Bounds of one URL.
const (
	maxURLDepth    = 3   // URLs inside parameters of URLs
	maxSegments    = 32  // path segments that are written
	maxQueryFields = 200 // parameters that are written
)

// splitURL is a URL cut into its parts as they stand, nothing decoded.
type splitURL struct {
	scheme, userinfo, host, path, query, fragment string
	hasAuthority, hasQuery, hasFragment           bool
}

// cutURL cuts any string as a browser would read it, without judging it.
func cutURL(raw string) splitURL {
	var u splitURL
	rest := raw
	rest, u.fragment, u.hasFragment = strings.Cut(rest, "#")
	rest, u.query, u.hasQuery = strings.Cut(rest, "?")
	rest = strings.ReplaceAll(rest, `\`, "/") // as browsers do
	if i := strings.Index(rest, "://"); i > 0 && isScheme(rest[:i]) {
		u.scheme, rest = strings.ToLower(rest[:i]), rest[i+1:]
	}
	if authority, ok := strings.CutPrefix(rest, "//"); ok {
		u.hasAuthority = true
		end := strings.IndexByte(authority, '/')
		if end < 0 {
			end = len(authority)
		}
		u.path = authority[end:]
		authority = authority[:end]
		if at := strings.LastIndexByte(authority, '@'); at >= 0 {
			u.userinfo, authority = authority[:at], authority[at+1:]
		}
		u.host = strings.ToLower(authority)
		return u
	}
	u.path = rest
	return u
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && (i == 0 || !isDigit(c) && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

// url redacts a URL or URL reference by rule U1.
func (r *run) url(raw, place string, depth int) string {
	if raw == opaqueURL {
		r.keep("U1", place)
		return raw
	}
	if raw == "" || raw == "about:blank" || r.r.public.exact[raw] {
		return raw
	}
	if text, ok := r.kept(raw, "U1", place); ok {
		return text
	}
	u := cutURL(raw)
	if depth > maxURLDepth || u.scheme == "" && hasOpaqueScheme(raw) {
		r.report.add("U1", place)
		return "~opaque"
	}
	var scheme, slashes, authority, path string
	base := raw
	if u.hasQuery || u.hasFragment {
		base = raw[:strings.IndexAny(raw, "?#")]
	}
	switch {
	case r.r.public.exact[base]: // a registered address with parameters, of any scheme
		path = base
	case u.scheme != "" && !isWord(schemes, u.scheme):
		r.report.add("U1", place)
		return "~opaque"
	default:
		scheme = u.scheme
		if u.hasAuthority {
			slashes, authority = "//", r.authority(u, place)
		}
		path = r.path(u.path, place)
	}
	fields := r.nested[depth].query[:0]
	if u.hasQuery {
		fields = r.query(fields, u.query, place, depth)
		r.nested[depth].query = fields
	}
	fragment := ""
	if u.hasFragment {
		fragment = r.fragment(u.fragment, place, depth)
	}
	b := r.line[:0]
	if scheme != "" {
		b = append(append(b, scheme...), ':')
	}
	b = append(append(append(b, slashes...), authority...), path...)
	if u.hasQuery {
		b = appendQuery(append(b, '?'), fields)
	}
	if u.hasFragment {
		b = append(append(b, '#'), fragment...)
	}
	r.line = b
	return r.texts.Keep(b)
}

// hasOpaqueScheme tells whether a reference without :// has a scheme all the
// same: data:, blob:, mailto:, javascript:.
func hasOpaqueScheme(raw string) bool {
	i := strings.IndexAny(raw, ":/?#")
	return i > 0 && raw[i] == ':' && isScheme(raw[:i])
}

func (r *run) authority(u splitURL, place string) string {
	if u.userinfo == "" {
		return r.hostPort(u.host, place)
	}
	if u.userinfo == "~userinfo" {
		r.keep("U1", place)
	} else {
		r.report.add("U1", place)
	}
	return "~userinfo@" + r.hostPort(u.host, place)
}

// usualPorts are the ports that may stand behind a numbered host.
var usualPorts = wordSet("80 443 3000 3001 4200 5000 5001 5173 7001 8000 8001 8080 8081 8082 8083 8084 8085 8088 8090 8443 8444 8888 9000 9090 9443")

// hostPort redacts host and port; the port is a number of 16 bits or dropped,
// behind a numbered host one that is usual.
func (r *run) hostPort(hostport, place string) string {
	name, port := splitPort(strings.ToLower(hostport))
	out := r.host(name, place)
	if port == "" {
		return out
	}
	if n, err := strconv.Atoi(port); err == nil && n > 0 && n < 1<<16 {
		if _, hidden := numbered(out, "host-", ".invalid"); hidden && !isWord(usualPorts, port) {
			r.report.add("U1", place)
			return out
		}
		out += ":" + strconv.Itoa(n)
	}
	return out
}

// host gives a declared host as it is and any other its number in the round.
func (r *run) host(name, place string) string {
	if name == "" {
		return ""
	}
	class := "host"
	if r.again { // numbers stay
		class = "kept host"
	}
	seen, known := r.r.memo.find(class, name)
	if !known {
		if n, ok := numbered(name, "host-", ".invalid"); r.r.public.keeps(name) {
			seen.text = strings.Clone(name)
		} else if ok && r.again {
			r.r.names.hosts.reserve(n)
			seen.text = strings.Clone(name)
			if n > 0 { // also where the capture names no host
				seen.n = keptName
			}
		} else {
			n := r.r.names.hosts.number(nameDigest(r.r.opts.Key, "host", name))
			seen.text, seen.n = "host-"+strconv.Itoa(n)+".invalid", hiddenName
		}
	}
	switch seen.n {
	case hiddenName:
		r.report.add("U1", place)
		r.r.opts.Hidden.note(hiddenHosts, name)
	case keptName:
		r.keep("U1", place)
	}
	return seen.text
}

// Marks of a name in the memo: it is not written, or was not before.
const (
	hiddenName = 1
	keptName   = 2
)

// numbered reads the number between prefix and suffix, without leading zeros.
func numbered(s, prefix, suffix string) (int, bool) {
	digits, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return 0, false
	}
	digits, ok = strings.CutSuffix(digits, suffix)
	if !ok || digits == "" || len(digits) > 5 || digits[0] == '0' && digits != "0" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil
}

// path redacts a path: declared ones whole, then word by word.
func (r *run) path(path, place string) string {
	if path == "" || path == "/" || r.r.public.paths[path] {
		return path
	}
	head := ""
	for _, prefix := range r.r.public.prefixes {
		if strings.HasPrefix(path, prefix) && len(prefix) > len(head) {
			head = prefix
		}
	}
	if head == path {
		return path
	}
	r.line = append(r.line[:0], head...)
	hidden, more := false, true
	for rest, n := path[len(head):], 0; more; n++ {
		if n > 0 {
			r.line = append(r.line, '/')
		}
		if n == maxSegments {
			r.report.add("U1", place)
			r.line = append(r.line, "~str"...)
			break
		}
		var clear string
		clear, rest, more = strings.Cut(rest, "/")
		text := r.segment(clear, place)
		hidden = hidden || text != clear
		r.line = append(r.line, text...)
	}
	if hidden {
		r.r.opts.Hidden.note(hiddenPaths, path)
	} else if !more {
		return path
	}
	return r.texts.Keep(r.line)
}

func (r *run) segment(s, place string) string {
	if s == "~str" {
		r.keep("U1", place)
	}
	if s == "" || s == "~str" {
		return s
	}
	class := "segment"
	if r.again { // numbers stay
		class = "kept segment"
	}
	seen, known := r.r.memo.find(class, s)
	if !known {
		if n, ok := numbered(s, "s", ""); isWord(pathWords, s) {
			seen.text = strings.Clone(s)
		} else if ok && r.again && n > 0 {
			r.r.names.segments.reserve(n)
			seen.text, seen.n = strings.Clone(s), keptName
		} else {
			seen.text, seen.n = "~str", hiddenName
			if n := r.r.names.segments.number(nameDigest(r.r.opts.Key, "segment", decode(s, false))); n > 0 {
				seen.text = "s" + strconv.Itoa(n)
			}
		}
	}
	switch seen.n {
	case hiddenName:
		r.report.add("U1", place)
	case keptName:
		r.keep("U1", place)
	}
	return seen.text
}

// query appends the redacted parameters of a query by rule Q1.
func (r *run) query(out []transcript.Field, raw, place string, depth int) []transcript.Field {
	first := len(out)
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		if len(out)-first >= maxQueryFields {
			r.report.add("Q1", place)
			break
		}
		name, value, _ := strings.Cut(pair, "=")
		out = r.param(out, r.decoded(name, true), r.decoded(value, true), place, depth)
	}
	return out
}

// nestedQuery redacts a query into text.
func (r *run) nestedQuery(raw, place string, depth int) string {
	fields := r.query(r.nested[depth].fragment[:0], raw, place, depth)
	r.nested[depth].fragment = fields
	r.line = appendQuery(r.line[:0], fields)
	return r.texts.Keep(r.line)
}

// fragment redacts what follows the #: parameters, a route or nothing known.
func (r *run) fragment(raw, place string, depth int) string {
	if raw == "" {
		return ""
	}
	if strings.Contains(raw, "=") && !strings.HasPrefix(raw, "/") {
		return r.nestedQuery(raw, place, depth)
	}
	if strings.HasPrefix(raw, "/") {
		route, query, ok := strings.Cut(raw, "?")
		route = r.path(route, place)
		if ok {
			route += "?" + r.nestedQuery(query, place, depth)
		}
		return route
	}
	if text, ok := r.kept(raw, "U1", place); ok {
		return text
	}
	if isWord(pathWords, raw) {
		return raw
	}
	r.report.add("U1", place)
	return "~str"
}
