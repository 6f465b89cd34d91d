package redact

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// redactRequest redacts the request of the entry at hand.
func (r *run) redactRequest(q *capture.Request) {
	out := &r.out.Request
	out.Method, out.HTTPVersion, out.BodySize = r.word(q.Method, methods, "request.method"), r.version(q.HTTPVersion), -1
	r.seen.reset()
	r.observing = true
	r.requestURL(q.URL, out)
	r.seen.urlDone(q.URL)
	r.observing = false
	r.cookies.reset()
	out.Headers = r.headers(out.Headers, q.Headers, "request.header")
	out.Cookies = r.requestCookies(out.Cookies, q)
	if q.Body != nil {
		r.observing = true
		r.requestBody(q.Body, out)
		r.observing = false
	}
	size := q.BodySize
	if !r.again { // a skeleton's length is not the body's
		size = max(size, bodySize(q.Body))
	}
	if size >= 0 {
		out.BodySize = threeDigits(size)
	}
	r.seen.done(r)
}

// requestURL redacts the URL of a request and keeps its parameters apart.
func (r *run) requestURL(u string, out *transcript.Request) {
	const place = "request.url"
	base, fragment, hasFragment := strings.Cut(u, "#")
	address, query, hasQuery := strings.Cut(base, "?")
	address = r.url(address, place, 0)
	switch {
	case strings.HasPrefix(address, "~"): // opaque, or a redacted value where the address was
		address = opaqueURL
	case r.r.public.exact[address] && absolute(address) != address: // a registered value that is no address
		r.report.add("U1", place)
		address = opaqueURL
	}
	if hasQuery {
		out.Query = r.query(out.Query, query, place, 0)
	}
	text := ""
	if hasFragment {
		text = r.fragment(fragment, "request.fragment", 0)
		if strings.Contains(text, "=") {
			out.Fragment = transcript.SplitQuery(text)
		}
	}
	if hasQuery || hasFragment {
		r.line = append(r.line[:0], address...)
		if hasQuery {
			r.line = appendQuery(append(r.line, '?'), out.Query)
		}
		if hasFragment {
			r.line = append(append(r.line, '#'), text...)
		}
		address = r.texts.Keep(r.line)
	}
	out.URL = absolute(address)
}

// opaqueURL stands for a request whose address is of no kind that is kept.
const opaqueURL = "data:~opaque"

// absolute makes a redacted address the absolute URI that HAR asks for; of a
// request without a host nothing but that is known.
func absolute(u string) string {
	switch {
	case u == "":
		return "about:blank"
	case strings.HasPrefix(u, "//"):
		return "https:" + u
	case strings.IndexAny(u, ":/?#") > 0 && u[strings.IndexAny(u, ":/?#")] == ':':
		return u
	case u[0] == '/' || u[0] == '?' || u[0] == '#':
		return "https://host-0.invalid" + u
	}
	return "https://host-0.invalid/" + u
}

// redactResponse redacts its response.
func (r *run) redactResponse(p *capture.Response) {
	out := &r.response
	*out = transcript.Response{
		Status: clampStatus(p.Status), HTTPVersion: r.version(p.HTTPVersion),
		Headers: out.Headers[:0], Cookies: out.Cookies[:0],
	}
	r.cookies.reset()
	out.Headers = r.headers(out.Headers, p.Headers, "response.header")
	out.Cookies = r.responseCookies(out.Cookies, p)
	out.RedirectURL = r.redirectURL(p, out)
	size := p.BodySize
	if !r.again {
		size = bodySize(p.Body)
	}
	out.BodySize = threeDigits(max(size, 0))
	if p.Body != nil {
		r.responseBody(p, out)
	}
}

// redirectURL is the Location header as it was written, so that both say the
// same, or the exporter's address where the header is missing.
func (r *run) redirectURL(p *capture.Response, out *transcript.Response) string {
	location := p.RedirectURL
	if h := header(p.Headers, "location"); h != "" {
		for _, f := range out.Headers {
			if equalFold(f.Name, "location") && f.Value != "" {
				return f.Value
			}
		}
		location = h // behind more headers than are written
	}
	return r.url(strings.TrimSpace(location), "response.redirect", 0)
}

func bodySize(b *capture.Body) int64 {
	if b == nil {
		return 0
	}
	return max(b.Size, int64(len(b.Text)))
}

func clampStatus(n int) int {
	if n < 0 || n > 999 {
		return 0
	}
	return n
}

// threeDigits rounds a size down to three significant digits, rule N1.
func threeDigits(n int64) int {
	unit := int64(1)
	for n/unit >= 1000 {
		unit *= 10
	}
	return int(n / unit * unit)
}

func (r *run) word(s string, list map[string]struct{}, place string) string {
	if s == "" || isWord(list, s) {
		return s
	}
	if s == "~str" {
		r.keep("H1", place)
		return s
	}
	r.report.add("H1", place)
	return "~str"
}

func (r *run) version(s string) string {
	if isWord(versions, s) {
		return s
	}
	if s != "" {
		r.report.add("H1", "http.version")
	}
	return ""
}

func header(fields []capture.Field, name string) string {
	for _, f := range fields {
		if equalFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// s256 is the code challenge of a verifier, RFC 7636 4.2.
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
