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
	if raw == "" || raw == "about:blank" || raw == opaqueURL || r.r.public.exact[raw] {
		return raw
	}
	if v := transcript.ParseValue(raw); v.Kind != transcript.Clear {
		return r.values.keep(v)
	}
	u := cutURL(raw)
	if depth > maxURLDepth || u.scheme == "" && hasOpaqueScheme(raw) {
		r.report.add("U1", place)
		return "~opaque"
	}
	var out strings.Builder
	_, known := schemes[u.scheme]
	base, _, _ := strings.Cut(raw, "#")
	base, _, _ = strings.Cut(base, "?")
	switch {
	case r.r.public.exact[base]: // a registered address with parameters, of any scheme
		out.WriteString(base)
	case u.scheme != "" && !known:
		r.report.add("U1", place)
		return "~opaque"
	default:
		if u.scheme != "" {
			out.WriteString(u.scheme + ":")
		}
		if u.hasAuthority {
			out.WriteString("//" + r.authority(u, place))
		}
		out.WriteString(r.path(u.path, place))
	}
	if u.hasQuery {
		out.WriteByte('?')
		out.WriteString(joinQuery(r.query(u.query, place, depth)))
	}
	if u.hasFragment {
		out.WriteByte('#')
		out.WriteString(r.fragment(u.fragment, place, depth))
	}
	return out.String()
}

// hasOpaqueScheme tells whether a reference without :// has a scheme all the
// same: data:, blob:, mailto:, javascript:.
func hasOpaqueScheme(raw string) bool {
	i := strings.IndexAny(raw, ":/?#")
	return i > 0 && raw[i] == ':' && isScheme(raw[:i])
}

func (r *run) authority(u splitURL, place string) string {
	out := ""
	if u.userinfo != "" {
		if u.userinfo != "~userinfo" {
			r.report.add("U1", place)
		}
		out = "~userinfo@"
	}
	return out + r.hostPort(u.host, place)
}

// hostPort redacts host and port; the port is a number of 16 bits or dropped.
func (r *run) hostPort(hostport, place string) string {
	name, port := splitPort(strings.ToLower(hostport))
	out := r.host(name, place)
	if n, err := strconv.Atoi(port); err == nil && n > 0 && n < 1<<16 {
		out += ":" + strconv.Itoa(n)
	}
	return out
}

// host gives a declared host as it is and any other its number in the round.
func (r *run) host(name, place string) string {
	if name == "" || r.r.public.keeps(name) {
		return name
	}
	if n, ok := numbered(name, "host-", ".invalid"); ok {
		r.r.names.hosts.reserve(n)
		return name
	}
	r.report.add("U1", place)
	r.r.opts.Hidden.note(hiddenHosts, name)
	n := r.r.names.hosts.number(nameDigest(r.r.opts.Key, "host", name))
	return "host-" + strconv.Itoa(n) + ".invalid"
}

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
	segments := strings.Split(path[len(head):], "/")
	hidden := false
	if len(segments) > maxSegments {
		segments = append(segments[:maxSegments], "~str")
		r.report.add("U1", place)
	}
	for i, s := range segments {
		segments[i] = r.segment(s, place)
		hidden = hidden || segments[i] != s
	}
	if hidden {
		r.r.opts.Hidden.note(hiddenPaths, path)
	}
	return head + strings.Join(segments, "/")
}

func (r *run) segment(s, place string) string {
	if _, ok := pathWords[s]; ok || s == "" || s == "~str" {
		return s
	}
	if n, ok := numbered(s, "s", ""); ok && r.again && n > 0 {
		r.r.names.segments.reserve(n)
		return s
	}
	r.report.add("U1", place)
	n := r.r.names.segments.number(nameDigest(r.r.opts.Key, "segment", decode(s, false)))
	if n == 0 {
		return "~str"
	}
	return "s" + strconv.Itoa(n)
}

// query redacts the parameters of a query by rule Q1.
func (r *run) query(raw, place string, depth int) []transcript.Field {
	var out []transcript.Field
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		if len(out) >= maxQueryFields {
			r.report.add("Q1", place)
			break
		}
		name, value, _ := strings.Cut(pair, "=")
		out = append(out, r.param(decode(name, true), decode(value, true), place, depth)...)
	}
	return out
}

// fragment redacts what follows the #: parameters, a route or nothing known.
func (r *run) fragment(raw, place string, depth int) string {
	if raw == "" {
		return ""
	}
	if strings.Contains(raw, "=") && !strings.HasPrefix(raw, "/") {
		return joinQuery(r.query(raw, place, depth))
	}
	if strings.HasPrefix(raw, "/") {
		route, query, ok := strings.Cut(raw, "?")
		route = r.path(route, place)
		if ok {
			route += "?" + joinQuery(r.query(query, place, depth))
		}
		return route
	}
	if v := transcript.ParseValue(raw); v.Kind != transcript.Clear {
		return r.values.keep(v)
	}
	if _, ok := pathWords[raw]; ok {
		return raw
	}
	r.report.add("U1", place)
	return "~str"
}

// joinQuery puts redacted parameters back into a query.
func joinQuery(fields []transcript.Field) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte('&')
		}
		escape(&b, f.Name)
		b.WriteByte('=')
		escape(&b, f.Value)
	}
	return b.String()
}

const hexUpper = "0123456789ABCDEF"

// escape writes s with everything percent-encoded that a query value must not
// hold; the characters of URLs stay readable.
func escape(b *strings.Builder, s string) {
	for i := range len(s) {
		c := s[i]
		switch {
		case isLetter(c) || isDigit(c) || strings.IndexByte("-_.~:/?@,;*()!'", c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(hexUpper[c>>4])
			b.WriteByte(hexUpper[c&15])
		}
	}
}

// decode undoes percent-encoding once, and + as space in queries and forms;
// a broken sequence stays as it is.
func decode(s string, plus bool) string {
	if !strings.ContainsRune(s, '%') && (!plus || !strings.ContainsRune(s, '+')) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+' && plus:
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			b = append(b, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
