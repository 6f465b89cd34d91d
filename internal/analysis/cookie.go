package analysis

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Reasons where cookies cannot be judged.
const (
	withoutCookies = "The exporter left cookies out, which is how Chrome saves a sanitized HAR. Save it with sensitive data and redact it here."
	noCookieAtAll  = "No page of this capture sends or sets a cookie, so it may be that the exporter leaves them out. Record it with Firefox, or save it from Chrome with sensitive data."
	manyCookies    = "The sign-in holds or sets more than 500 cookies of the partner, and so many are not compared. Record it in a browser without cookies."
)

// maxCookies is more than browsers keep of one site.
const maxCookies = 500

// setCookie is a cookie that an answer sets.
type setCookie struct {
	transcript.Cookie
	at *step
	// whole tells that the Set-Cookie header itself is there; the lists of
	// exporters may leave attributes out.
	whole bool
	gone  bool // it is deleted, not set
}

// cookiesSet gives the cookies that the step's answer sets or deletes.
func cookiesSet(s *step) []setCookie {
	if s.e.Response == nil {
		return nil
	}
	var out []setCookie
	for _, h := range s.e.Response.Headers {
		if strings.EqualFold(h.Name, "Set-Cookie") {
			out = append(out, parseSetCookie(s, h.Value))
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, c := range s.e.Response.Cookies {
		out = append(out, setCookie{Cookie: c, at: s, gone: c.Value == "" || expired(c.Expires, s)})
	}
	return out
}

func parseSetCookie(s *step, line string) setCookie {
	c := setCookie{at: s, whole: true}
	pair, attributes, _ := strings.Cut(line, ";")
	c.Name, c.Value, _ = strings.Cut(strings.TrimSpace(pair), "=")
	c.gone = c.Value == ""
	aged := false
	for a := range strings.SplitSeq(attributes, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(a), "=")
		switch strings.ToLower(name) {
		case "secure":
			c.Secure = true
		case "httponly":
			c.HTTPOnly = true
		case "samesite":
			c.SameSite = value
		case "path":
			c.Path = value
		case "domain":
			c.Domain = value
		case "max-age": // counts before Expires (RFC 6265, 4.1.2.2)
			n, err := strconv.Atoi(value)
			aged, c.gone = err == nil, c.gone || err == nil && n <= 0
		case "expires":
			c.Expires = value
		}
	}
	if !aged && expired(c.Expires, s) {
		c.gone = true
	}
	return c
}

// expired tells whether a cookie's date lies before the answer that sets it.
func expired(date string, s *step) bool {
	for _, layout := range []string{time.RFC1123, time.RFC3339} {
		if t, err := time.Parse(layout, date); err == nil {
			return t.Year() < 1980 || !t.After(s.when)
		}
	}
	return false
}

// roomy tells whether a cookie's value has the room of a session: 64 bits or
// more, so that it was hashed. Languages and flags have not.
func roomy(value string) bool { return transcript.ParseValue(value).Kind == transcript.Pseudonym }

// heldCookie is a cookie that the browser holds, by what the capture shows.
type heldCookie struct {
	name, value string
	at          *step      // where it was set or sent last
	set         *setCookie // how it was set; nil when that is not in the capture
}

// jar is what the browser holds of the partner's cookies, by cookieKey.
type jar map[string]heldCookie

// cookieKey is equal for cookie names that compare equal: short names have
// ordinals, which compare inside one capture only.
func cookieKey(s *step, name string) string {
	if transcript.HasOrdinal(name) {
		return s.in.ID + " " + name
	}
	return s.in.T.Meta.Round + " " + name
}

// keysSent gives the cookieKeys of what a step sends.
func keysSent(s *step) map[string]bool {
	out := map[string]bool{}
	for _, c := range s.e.Request.Cookies {
		out[cookieKey(s, c.Name)] = true
	}
	return out
}

// take notes what a step sends and its answer sets.
func (j jar) take(s *step) {
	for _, c := range s.e.Request.Cookies {
		key := cookieKey(s, c.Name)
		if have, found := j[key]; found {
			if same, comparable := equal(have.at, have.value, s, c.Value); same && comparable {
				continue
			}
		}
		j[key] = heldCookie{name: c.Name, value: c.Value, at: s}
	}
	for _, c := range cookiesSet(s) {
		if c.gone {
			delete(j, cookieKey(s, c.Name))
			continue
		}
		j[cookieKey(s, c.Name)] = heldCookie{name: c.Name, value: c.Value, at: s, set: &c}
	}
}

// holds tells whether the jar has a cookie with this value.
func (j jar) holds(s *step, name, value string) (heldCookie, bool) {
	have, found := j[cookieKey(s, name)]
	if !found {
		return have, false
	}
	same, comparable := equal(have.at, have.value, s, value)
	return have, same && comparable
}

// setsCookies tells whether the cookies of a step are judged: those of the
// browser's own way, and of what a page of the partner asks for data.
func setsCookies(s *step) bool {
	return !s.back && s.role == RolePartner && (s.main || s.e.Response != nil && s.e.Response.BodyText != "" && ofASignIn(s.e))
}

// flowCookies is what several rules ask of a sign-in's cookies, gathered once.
type flowCookies struct {
	before jar
	after  []setCookie
	hidden string // see hidesCookies
}

// gathered gives the cookies of a sign-in that has a callback.
func (f *flow) gathered() *flowCookies {
	if f.cookies != nil {
		return f.cookies
	}
	f.cookies = &flowCookies{before: jar{}}
	for _, s := range f.entries {
		if s.seq < f.authorize.seq && setsCookies(s) {
			f.cookies.before.take(s)
		}
	}
	for _, s := range f.fromCallback() {
		if s.role == RolePartner || s == f.callback {
			f.cookies.after = append(f.cookies.after, cookiesSet(s)...)
		}
	}
	f.cookies.hidden = f.hiddenCookies()
	return f.cookies
}

// cookiesBefore is what the browser held of the partner's cookies when it sent the request.
func (f *flow) cookiesBefore() jar { return maps.Clone(f.gathered().before) }

// cookiesAfter gives the cookies that the partner sets from the callback on.
func (f *flow) cookiesAfter() []setCookie { return f.gathered().after }

// hidesCookies says why the capture of the callback cannot show cookies, empty when it can.
func (f *flow) hidesCookies() string { return f.gathered().hidden }

func (f *flow) hiddenCookies() string {
	in := f.callback.in
	if in.cannotShow(capture.LimitCookies) {
		return withoutCookies
	}
	before := f.cookiesBefore()
	before.takeSent(f.callback)
	if len(before) > maxCookies || len(f.cookies.after) > maxCookies {
		return manyCookies
	}
	if f.run.anyCookie(in, func(s *step) bool { return true }) {
		return ""
	}
	return noCookieAtAll
}

// anyCookie tells whether a hop of the browser's own way in a capture, of those
// that are asked about, sends or sets a cookie.
func (r *run) anyCookie(in *Input, about func(*step) bool) bool {
	return slices.ContainsFunc(r.steps, func(s *step) bool {
		return s.in == in && s.main && about(s) && (len(s.e.Request.Cookies) > 0 || len(cookiesSet(s)) > 0)
	})
}

// withoutRedirectCookies is the reason where only redirects have none.
const withoutRedirectCookies = "No redirect of this capture sends or sets a cookie, though pages do, so it may be that the exporter leaves those of redirects out. Record it with Firefox, or save it from Chrome with sensitive data."

// hidesCookiesOfRedirect tells whether the callback is a redirect, of which the
// exporter may have left the cookies out.
func (f *flow) hidesCookiesOfRedirect() bool {
	return f.callback.isRedirect() && !f.run.anyCookie(f.callback.in, (*step).isRedirect)
}
