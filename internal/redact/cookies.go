package redact

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// maxCookies bounds the cookies of one header.
const maxCookies = 200

// cookieName gives a cookie's name its pseudonym or ordinal; the prefixes that
// browsers enforce stay.
func (r *run) cookieName(name, place string) string {
	prefix := ""
	if strings.HasPrefix(name, "__") {
		for _, p := range [...]string{"__Host-", "__Secure-"} {
			if rest, ok := strings.CutPrefix(name, p); ok {
				prefix, name = p, rest
			}
		}
	}
	if name == "" {
		return prefix
	}
	if text, ok := r.kept(name, "C1", place); ok {
		return prefix + text
	}
	r.report.add("C1", place)
	return prefix + r.values.of("name", name)
}

// cookieValue gives a cookie's value its pseudonym or ordinal, after undoing
// quotes and one percent-encoding.
func (r *run) cookieValue(value, place string) string {
	value = r.decoded(strings.Trim(value, `"`), false)
	if value == "" {
		return ""
	}
	if text, ok := r.kept(value, "C1", place); ok {
		return text
	}
	r.report.add("C1", place)
	return r.values.of("cookie", value)
}

// messageCookies are the cookies of the headers of the message at hand.
type messageCookies struct {
	sent, set []transcript.Cookie
	headers   int // of the kind Cookie
}

func (m *messageCookies) reset() { m.sent, m.set, m.headers = m.sent[:0], m.set[:0], 0 }

// cookieHeader redacts a Cookie header.
func (r *run) cookieHeader(value, place string) string {
	b := r.header[:0]
	n := 0
	r.cookies.headers++
	for pair := range strings.SplitSeq(value, ";") {
		pair = strings.TrimSpace(pair)
		if pair == "" {
			continue
		}
		if n == maxCookies {
			r.report.add("C1", place)
			break
		}
		name, v, ok := strings.Cut(pair, "=")
		if !ok {
			name, v = "", pair
		}
		c := transcript.Cookie{Name: r.cookieName(strings.TrimSpace(name), place), Value: r.cookieValue(strings.TrimSpace(v), place)}
		r.cookies.sent = append(r.cookies.sent, c)
		if n++; n > 1 {
			b = append(b, "; "...)
		}
		b = append(append(append(b, c.Name...), '='), c.Value...)
	}
	r.header = b
	return r.texts.Keep(b)
}

// setCookie redacts a Set-Cookie header of one cookie (RFC 6265 4.1), as text
// and as the cookie that it sets.
func (r *run) setCookie(value, place string) (string, transcript.Cookie) {
	pair, attributes, _ := strings.Cut(value, ";")
	name, v, ok := strings.Cut(pair, "=")
	if !ok {
		name, v = "", pair
	}
	c := transcript.Cookie{Name: r.cookieName(strings.TrimSpace(name), place), Value: r.cookieValue(strings.TrimSpace(v), place)}
	b := append(append(append(r.header[:0], c.Name...), '='), c.Value...)
	n := 0
	for attribute := range strings.SplitSeq(attributes, ";") {
		if n++; n > 20 {
			break
		}
		name, text := r.cookieAttribute(strings.TrimSpace(attribute), place, &c)
		if name == "" {
			continue
		}
		b = append(append(append(b, "; "...), name...), text...)
	}
	r.header = b
	return r.texts.Keep(b), c
}

// cookieAttribute gives an attribute as it is written, in two parts, and notes
// it in the cookie; an unknown one is dropped.
func (r *run) cookieAttribute(attribute, place string, c *transcript.Cookie) (name, text string) {
	name, value, _ := strings.Cut(attribute, "=")
	value = strings.TrimSpace(value)
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", ""
	case equalFold(name, "secure"):
		c.Secure = true
		return "Secure", ""
	case equalFold(name, "httponly"):
		c.HTTPOnly = true
		return "HttpOnly", ""
	case equalFold(name, "partitioned"):
		return "Partitioned", ""
	case equalFold(name, "path"):
		c.Path = r.path(value, place)
		return "Path=", c.Path
	case equalFold(name, "domain"):
		c.Domain = r.cookieDomain(value, place)
		return "Domain=", c.Domain
	case equalFold(name, "samesite"):
		if w := sameSite(value); w != "" {
			c.SameSite = w
			return "SameSite=", w
		}
	case equalFold(name, "priority"):
		if w := oneOf(value, "Low", "Medium", "High"); w != "" {
			return "Priority=", w
		}
	case equalFold(name, "max-age"):
		if n, err := strconv.Atoi(value); err == nil && isSeconds(max(n, -n)) {
			return "Max-Age=", strconv.Itoa(n)
		}
		if value == "~num" { // redacted before
			r.keep("N1", place)
		} else {
			r.report.add("N1", place)
		}
		return "Max-Age=", "~num"
	case equalFold(name, "expires"):
		date := r.date(value, place)
		c.Expires = r.cookieTime(date)
		return "Expires=", date
	}
	r.report.add("C1", place)
	return "", ""
}

func sameSite(s string) string { return oneOf(s, "Lax", "Strict", "None") }

func oneOf(s string, words ...string) string {
	for _, w := range words {
		if strings.EqualFold(s, w) {
			return w
		}
	}
	return ""
}

func (r *run) cookieDomain(domain, place string) string {
	dot := ""
	if rest, ok := strings.CutPrefix(domain, "."); ok {
		dot, domain = ".", rest
	}
	return dot + r.host(strings.ToLower(domain), place)
}

// dateLayouts are the forms of dates in headers that are understood.
var dateLayouts = []string{
	time.RFC1123, "Mon, 02-Jan-2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 MST", time.RFC850, time.ANSIC,
	"Mon, 02-Jan-06 15:04:05 MST", time.RFC3339Nano, time.RFC3339,
}

// headerDate is how a date is printed.
const headerDateLayout = "Mon, 02 Jan 2006 15:04:05 GMT"

// date prints a date anew, so that nothing but the date is in it.
func (r *run) date(value, place string) string {
	if value == "" || isHeaderDate(value) {
		return value
	}
	if value == "~str" {
		r.keep("H1", place)
		return value
	}
	seen, known := r.r.memo.find("date", value)
	if !known {
		seen.text = printedDate(value)
	}
	if seen.text == "" {
		r.report.add("H1", place)
		return "~str"
	}
	return seen.text
}

func printedDate(value string) string {
	for _, layout := range dateLayouts {
		t, err := time.Parse(layout, value)
		if err != nil {
			continue
		}
		if printed := t.UTC().Format(headerDateLayout); isHeaderDate(printed) {
			return printed
		}
	}
	return ""
}

// requestCookies appends the cookies of the Cookie header, or of the exporter's
// list where the header is missing.
func (r *run) requestCookies(out []transcript.Cookie, q *capture.Request) []transcript.Cookie {
	const place = "request.cookie"
	headers := 0
	for _, f := range q.Headers {
		if equalFold(f.Name, "cookie") {
			headers++
		}
	}
	switch {
	case headers == 0:
		return r.cookieList(out, q.Cookies, place)
	case headers > 1 || r.cookies.headers != 1: // the headers' own redaction is not that of one list
		var all strings.Builder
		for _, f := range q.Headers {
			if equalFold(f.Name, "cookie") {
				all.WriteByte(';')
				all.WriteString(f.Value)
			}
		}
		r.report.quiet = true
		r.cookies.reset()
		r.cookieHeader(all.String(), place)
		r.report.quiet = false
	}
	return append(out, r.cookies.sent...)
}

// responseCookies does the same for Set-Cookie.
func (r *run) responseCookies(out []transcript.Cookie, p *capture.Response) []transcript.Cookie {
	const place = "response.cookie"
	lines := 0
	for _, f := range p.Headers {
		if equalFold(f.Name, "set-cookie") {
			for range setCookieLines(f.Value) {
				lines++
			}
		}
	}
	if lines == 0 {
		return r.cookieList(out, p.Cookies, place)
	}
	if lines != len(r.cookies.set) { // not every one is among the headers
		r.cookies.reset()
		r.report.quiet = true
		for _, f := range p.Headers {
			if !equalFold(f.Name, "set-cookie") {
				continue
			}
			for line := range setCookieLines(f.Value) {
				if len(r.cookies.set) == maxCookies {
					break
				}
				_, c := r.setCookie(line, place)
				r.cookies.set = append(r.cookies.set, c)
			}
		}
		r.report.quiet = false
	}
	return append(out, r.cookies.set[:min(len(r.cookies.set), maxCookies)]...)
}

// setCookieLines gives each cookie of a Set-Cookie header; folded ones stand on
// lines of their own.
func setCookieLines(value string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(value, "\n") {
			if line = strings.TrimSpace(line); line != "" && !yield(line) {
				return
			}
		}
	}
}

// cookieList redacts the exporter's list.
func (r *run) cookieList(out []transcript.Cookie, list []capture.Cookie, place string) []transcript.Cookie {
	for _, c := range list {
		if len(out) == maxCookies {
			r.report.add("C1", place)
			break
		}
		o := transcript.Cookie{
			Name: r.cookieName(c.Name, place), Value: r.cookieValue(c.Value, place),
			SameSite: sameSite(c.SameSite), Secure: c.Secure, HTTPOnly: c.HTTPOnly,
		}
		if c.Path != "" {
			o.Path = r.path(c.Path, place)
		}
		if c.Domain != "" {
			o.Domain = r.cookieDomain(c.Domain, place)
		}
		o.Expires = r.cookieTime(r.date(c.Expires, place))
		out = append(out, o)
	}
	return out
}
