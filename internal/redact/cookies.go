package redact

import (
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
	for _, p := range []string{"__Host-", "__Secure-"} {
		if rest, ok := strings.CutPrefix(name, p); ok {
			prefix, name = p, rest
		}
	}
	if name == "" {
		return prefix
	}
	if v := transcript.ParseValue(name); v.Kind != transcript.Clear {
		return prefix + r.values.keep(v)
	}
	r.report.add("C1", place)
	return prefix + r.values.of("name", name)
}

// cookieValue gives a cookie's value its pseudonym or ordinal, after undoing
// quotes and one percent-encoding.
func (r *run) cookieValue(value, place string) string {
	value = decode(strings.Trim(value, `"`), false)
	if value == "" {
		return ""
	}
	if v := transcript.ParseValue(value); v.Kind != transcript.Clear {
		return r.values.keep(v)
	}
	r.report.add("C1", place)
	return r.values.of("cookie", value)
}

// cookieHeader redacts a Cookie header.
func (r *run) cookieHeader(value, place string) string {
	var out []string
	for pair := range strings.SplitSeq(value, ";") {
		pair = strings.TrimSpace(pair)
		if pair == "" {
			continue
		}
		if len(out) == maxCookies {
			r.report.add("C1", place)
			break
		}
		name, v, ok := strings.Cut(pair, "=")
		if !ok {
			name, v = "", pair
		}
		out = append(out, r.cookieName(strings.TrimSpace(name), place)+"="+r.cookieValue(strings.TrimSpace(v), place))
	}
	return strings.Join(out, "; ")
}

// setCookie redacts a Set-Cookie header of one cookie (RFC 6265 4.1).
func (r *run) setCookie(value, place string) string {
	pair, attributes, _ := strings.Cut(value, ";")
	name, v, ok := strings.Cut(pair, "=")
	if !ok {
		name, v = "", pair
	}
	var out strings.Builder
	out.WriteString(r.cookieName(strings.TrimSpace(name), place) + "=" + r.cookieValue(strings.TrimSpace(v), place))
	n := 0
	for attribute := range strings.SplitSeq(attributes, ";") {
		if n++; n > 20 {
			break
		}
		if text := r.cookieAttribute(strings.TrimSpace(attribute), place); text != "" {
			out.WriteString("; " + text)
		}
	}
	return out.String()
}

func (r *run) cookieAttribute(attribute, place string) string {
	name, value, _ := strings.Cut(attribute, "=")
	value = strings.TrimSpace(value)
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "secure":
		return "Secure"
	case "httponly":
		return "HttpOnly"
	case "partitioned":
		return "Partitioned"
	case "path":
		return "Path=" + r.path(value, place)
	case "domain":
		return "Domain=" + r.cookieDomain(value, place)
	case "samesite":
		if w := sameSite(value); w != "" {
			return "SameSite=" + w
		}
	case "priority":
		if w := oneOf(value, "Low", "Medium", "High"); w != "" {
			return "Priority=" + w
		}
	case "max-age":
		if n, err := strconv.Atoi(value); err == nil && n > -100_000_000 && n < 100_000_000 {
			return "Max-Age=" + strconv.Itoa(n)
		}
		if value != "~num" { // redacted before
			r.report.add("N1", place)
		}
		return "Max-Age=~num"
	case "expires":
		return "Expires=" + r.date(value, place)
	case "":
		return ""
	}
	r.report.add("C1", place)
	return ""
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

// date prints a date anew, so that nothing but the date is in it.
func (r *run) date(value, place string) string {
	if value == "" || value == "~str" {
		return value
	}
	for _, layout := range dateLayouts {
		t, err := time.Parse(layout, value)
		if t = t.UTC(); err == nil && t.Year() >= 1900 && t.Year() <= 9999 {
			return t.Format("Mon, 02 Jan 2006 15:04:05 GMT")
		}
	}
	r.report.add("H1", place)
	return "~str"
}

// requestCookies gives the cookies of the Cookie header, or of the exporter's
// list where the header is missing.
func (r *run) requestCookies(q *capture.Request) []transcript.Cookie {
	const place = "request.cookie"
	var out []transcript.Cookie
	text := ""
	for _, f := range q.Headers {
		if strings.EqualFold(f.Name, "cookie") {
			text += ";" + f.Value
		}
	}
	if text == "" {
		return r.cookieList(q.Cookies, place)
	}
	for pair := range strings.SplitSeq(r.quietly(func() string { return r.cookieHeader(text, place) }), "; ") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			out = append(out, transcript.Cookie{Name: name, Value: value})
		}
	}
	return out
}

// responseCookies does the same for Set-Cookie.
func (r *run) responseCookies(p *capture.Response) []transcript.Cookie {
	const place = "response.cookie"
	var out []transcript.Cookie
	for _, value := range setCookies(p.Headers) {
		if len(out) == maxCookies {
			break
		}
		out = append(out, parseSetCookie(r.quietly(func() string { return r.setCookie(value, place) })))
	}
	if out == nil {
		return r.cookieList(p.Cookies, place)
	}
	return out
}

// quietly redacts what a header already gave a second time, without counting it twice.
func (r *run) quietly(f func() string) string {
	counts := r.report.counts
	r.report.counts = map[ruleAndPlace]int{}
	defer func() { r.report.counts = counts }()
	return f()
}

// setCookies gives each Set-Cookie header's cookies; folded ones stand on lines of their own.
func setCookies(fields []capture.Field) []string {
	var out []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, "set-cookie") {
			for line := range strings.SplitSeq(f.Value, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					out = append(out, line)
				}
			}
		}
	}
	return out
}

// parseSetCookie reads a redacted Set-Cookie header.
func parseSetCookie(value string) transcript.Cookie {
	pair, attributes, _ := strings.Cut(value, ";")
	var c transcript.Cookie
	c.Name, c.Value, _ = strings.Cut(pair, "=")
	for attribute := range strings.SplitSeq(attributes, ";") {
		name, v, _ := strings.Cut(strings.TrimSpace(attribute), "=")
		switch name {
		case "Secure":
			c.Secure = true
		case "HttpOnly":
			c.HTTPOnly = true
		case "SameSite":
			c.SameSite = v
		case "Path":
			c.Path = v
		case "Domain":
			c.Domain = v
		case "Expires":
			c.Expires = cookieTime(v)
		}
	}
	return c
}

// cookieTime gives a date header's time in the form of HAR's cookie list.
func cookieTime(date string) string {
	t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", date)
	if err != nil {
		return ""
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

// cookieList redacts the exporter's list.
func (r *run) cookieList(list []capture.Cookie, place string) []transcript.Cookie {
	var out []transcript.Cookie
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
		o.Expires = cookieTime(r.date(c.Expires, place))
		out = append(out, o)
	}
	return out
}
