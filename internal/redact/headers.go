package redact

import (
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// maxHeaders bounds the headers of one message.
const maxHeaders = 200

// headers appends the redacted headers of a message by rule H1; unknown ones are
// dropped.
func (r *run) headers(out []transcript.Field, raw []capture.Field, place string) []transcript.Field {
	for _, f := range raw {
		if len(out) >= maxHeaders {
			r.report.add("H1", place)
			break
		}
		name, kind := r.headerName(f.Name)
		switch kind {
		case 0:
			r.report.add("H1", place)
		case headerSetCookie:
			for line := range setCookieLines(f.Value) {
				text, cookie := r.setCookie(line, "response.cookie")
				r.cookies.set = append(r.cookies.set, cookie)
				out = append(out, transcript.Field{Name: name, Value: text})
			}
		default:
			out = append(out, transcript.Field{Name: name, Value: r.headerValue(kind, strings.TrimSpace(f.Value), place)})
		}
	}
	return out
}

// headerName gives the name as it is written and the kind, 0 for a header that
// is dropped. A name has one of two ways of writing, so that its case tells nothing.
func (r *run) headerName(name string) (string, headerKind) {
	if name == "" {
		return "", 0
	}
	seen, known := r.r.memo.find("header", name)
	if !known {
		lower := strings.ToLower(name)
		seen.n = int(headerKinds[lower])
		seen.text = lower
		if lower != name {
			seen.text = headerCase(lower)
		}
		seen.text = strings.Clone(seen.text)
	}
	return seen.text, headerKind(seen.n)
}

func (r *run) headerValue(kind headerKind, value, place string) string {
	if value == "" {
		return ""
	}
	if text, ok := r.kept(value, "H1", place); ok {
		return text
	}
	switch kind {
	case headerDate:
		return r.date(value, place)
	case headerURL:
		if value == "*" || value == "null" {
			return value
		}
		return r.url(value, place, 0)
	case headerHost:
		return r.hostPort(value, place)
	case headerPath:
		path, query, ok := strings.Cut(value, "?")
		path = r.path(path, place)
		if ok {
			path += "?" + r.nestedQuery(query, place, 0)
		}
		return path
	case headerAuth:
		return r.authorization(value, place)
	case headerChallenge:
		return r.challenge(value, place)
	case headerCookie:
		return r.cookieHeader(value, "request.cookie")
	case headerAgent:
		r.deviceFact(value)
		return r.agent(value, place)
	case headerMIME:
		return r.contentType(value, place)
	case headerCSP:
		return r.contentSecurityPolicy(value, place)
	case headerRefresh:
		return r.refresh(value, place)
	case headerSize:
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
			return strconv.Itoa(threeDigits(n))
		}
	case headerLink:
		return r.links(value, place)
	default:
		if r.isWords(kind, value) {
			return value
		}
	}
	r.report.add("H1", place)
	return "~str"
}

// isWords tells whether a header of words holds nothing else. The answer for the
// frequent kinds is remembered.
func (r *run) isWords(kind headerKind, value string) bool {
	class := "words"
	switch kind {
	case headerWords:
	case headerAges:
		class = "ages"
	default: // short, and seldom
		return allWords(value, headerNumbers[kind])
	}
	seen, known := r.r.memo.find(class, value)
	if !known && allWords(value, headerNumbers[kind]) {
		seen.n = 1
	}
	return seen.n == 1
}

// authorization keeps the scheme and hides the credentials.
func (r *run) authorization(value, place string) string {
	scheme, credentials, _ := strings.Cut(value, " ")
	if _, ok := authSchemes[scheme]; !ok {
		r.report.add("H1", place)
		return "~secret"
	}
	credentials = strings.TrimSpace(credentials)
	if text, ok := r.kept(credentials, "H1", place); ok {
		return scheme + " " + text
	}
	if credentials == "" {
		return scheme
	}
	r.report.add("H1", place)
	if scheme == "Bearer" || scheme == "DPoP" {
		return scheme + " " + r.values.of("token", credentials)
	}
	return scheme + " ~secret"
}

// challenge keeps the scheme and error code of WWW-Authenticate (RFC 6750 3).
func (r *run) challenge(value, place string) string {
	scheme, rest, _ := strings.Cut(value, " ")
	if _, ok := authSchemes[scheme]; !ok {
		r.report.add("H1", place)
		return "~str"
	}
	for _, code := range transcript.ErrorCodes {
		if strings.Contains(rest, `error="`+code+`"`) {
			scheme += ` error="` + code + `"`
			break
		}
	}
	return scheme
}

// agent keeps the browser's families with their major versions.
func (r *run) agent(value, place string) string {
	seen, known := r.r.memo.find("agent", value)
	if !known {
		seen.text = agentText(value)
	}
	if seen.text == "" {
		r.report.add("H1", place)
		return "~str"
	}
	return seen.text
}

func agentText(value string) string {
	var kept []string
	for w := range strings.FieldsSeq(value) {
		family, version, _ := strings.Cut(w, "/")
		if !isWord(agentFamilies, family) || len(kept) == 4 {
			continue
		}
		major, _, _ := strings.Cut(version, ".")
		if n, err := strconv.Atoi(major); err == nil && n >= 0 && n < 1000 {
			kept = append(kept, family+"/"+strconv.Itoa(n))
		}
	}
	return strings.Join(kept, " ")
}

// contentType keeps a known media type and charset=utf-8.
func (r *run) contentType(value, place string) string {
	if value == "" {
		return ""
	}
	seen, known := r.r.memo.find("type", value)
	if !known {
		if seen.text = mediaType(value); seen.text == "" && strings.TrimSpace(strings.SplitN(value, ";", 2)[0]) != "" {
			seen.text, seen.n = "application/octet-stream", hiddenName
		}
	}
	if seen.n == hiddenName {
		r.report.add("H1", place)
	}
	return seen.text
}

// mediaType gives a known media type in its one way of writing, else nothing.
func mediaType(value string) string {
	kind, params, _ := strings.Cut(value, ";")
	kind = strings.Clone(strings.ToLower(strings.TrimSpace(kind)))
	if !isWord(mimeTypes, kind) {
		return ""
	}
	params = strings.ToLower(params)
	if strings.Contains(params, "charset=utf-8") || strings.Contains(params, `charset="utf-8"`) {
		return kind + "; charset=utf-8"
	}
	return kind
}

// contentSecurityPolicy keeps directives and source keywords; hosts go by U1,
// nonces and hashes are dropped.
func (r *run) contentSecurityPolicy(value, place string) string {
	out := r.header[:0]
	directives := 0
	for directive := range strings.SplitSeq(value, ";") {
		words, skip := 0, directives == 30
		for w := range strings.FieldsSeq(directive) {
			if skip {
				break
			}
			if words == 0 {
				name := strings.ToLower(w)
				if skip = !isWord(cspDirectives, name); skip {
					r.report.add("H1", place)
					break
				}
				if directives++; directives > 1 {
					out = append(out, "; "...)
				}
				out = append(out, name...)
				words++
				continue
			}
			if words == 40 {
				r.report.add("H1", place)
				break
			}
			if rest, ok := r.cspSource(append(out, ' '), w, place); ok {
				out = rest
				words++
			}
		}
	}
	r.header = out
	return r.texts.Keep(out)
}

// cspSource appends a source; ok is false for one that is dropped.
func (r *run) cspSource(out []byte, w, place string) (_ []byte, ok bool) {
	before := len(out)
	if isWord(cspSources, w) {
		return append(out, w...), true
	}
	if strings.HasPrefix(w, "'") || !strings.Contains(w, ".") && !strings.Contains(w, "localhost") {
		r.report.add("H1", place)
		return nil, false
	}
	if i := strings.Index(w, "://"); i >= 0 {
		if !isWord(schemes, w[:i]) {
			r.report.add("H1", place)
			return nil, false
		}
		out, w = append(out, w[:i+3]...), w[i+3:]
	}
	host, _, _ := strings.Cut(w, "/")
	if rest, ok := strings.CutPrefix(host, "*."); ok {
		out, host = append(out, "*."...), rest
	}
	out = append(out, r.hostPort(host, place)...)
	return out, len(out) > before
}

// refresh redacts the Refresh header: seconds and an address.
func (r *run) refresh(value, place string) string {
	seconds, address, _ := strings.Cut(value, ";")
	n, err := strconv.Atoi(strings.TrimSpace(seconds))
	if err != nil || n < 0 || n > 99_999 {
		r.report.add("H1", place)
		return "~str"
	}
	out := strconv.Itoa(n)
	address = strings.TrimSpace(address)
	if len(address) > 4 && strings.EqualFold(address[:4], "url=") {
		out += ";url=" + r.url(strings.Trim(address[4:], `'"`), place, 0)
	}
	return out
}
