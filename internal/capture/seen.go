package capture

import (
	"slices"
	"strings"
)

// seen notes what a capture shows, so that what its exporter left out can be
// told from what did not happen.
type seen struct {
	cookies       bool
	authorization bool
	fragment      bool
	bodies        bool     // a response has its content
	omitted       bool     // a response lacks the content it had
	times         bool     // an entry says when it was made
	left          []string // what the exporter is known to have left out or replaced
}

// always notes what the exporter is known to have left out or replaced.
func (s *seen) always(limit string) {
	if !slices.Contains(s.left, limit) {
		s.left = append(s.left, limit)
	}
}

func (s *seen) note(e *Entry) {
	s.cookies = s.cookies || len(e.Request.Cookies) > 0 || hasHeader(e.Request.Headers, "cookie")
	s.authorization = s.authorization || hasHeader(e.Request.Headers, "authorization")
	s.fragment = s.fragment || strings.Contains(e.Request.URL, "#")
	s.times = s.times || !e.StartedAt.IsZero()
	p := e.Response
	if p == nil {
		return
	}
	s.cookies = s.cookies || len(p.Cookies) > 0 || hasHeader(p.Headers, "set-cookie")
	if p.Body == nil {
		s.omitted = s.omitted || p.BodySize > 0 || p.Status == 200
		return
	}
	s.bodies = s.bodies || len(p.Body.Text) > 0
	s.omitted = s.omitted || p.Body.Omitted
}

func hasHeader(fields []Field, name string) bool {
	for _, f := range fields {
		if len(f.Name) == len(name) && strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

// keepsCookies are the exporters that have no mode without cookies, and with
// them Authorization headers.
var keepsCookies = map[string]bool{
	"firefox": true, "safari": true, "playwright": true, "charles": true,
	"fiddler": true, "mitmproxy": true, "saml_tracer": true, "proofwalk": true,
}

// keepsFragments are the exporters that were seen to write URLs whole. A
// proxy cannot: browsers do not send what follows #.
var keepsFragments = map[string]bool{"firefox": true}

// limits says what the capture cannot show, in the order of LimitWords. A
// capture that was redacted before says so itself: what its redactor took away
// must not count as left out by the exporter. For any other: no cookie and no
// Authorization header anywhere in a file of Chrome or of an unknown tool is
// taken for its sanitized export; no # in any URL for an exporter that cuts
// them there.
func (r *reader) limits() []string {
	s := &r.seen
	if m := r.src.Redacted; m != nil {
		s.left = slices.Clone(m.SourceLimits)
	} else {
		without := !keepsCookies[r.src.Exporter]
		for limit, left := range map[string]bool{
			LimitCookies:       !s.cookies && without,
			LimitAuthorization: !s.cookies && !s.authorization && without,
			LimitFragments:     !s.fragment && !keepsFragments[r.src.Exporter],
			LimitBodies:        !s.bodies && s.omitted,
			LimitTimes:         !s.times,
		} {
			if left {
				s.always(limit)
			}
		}
	}
	if r.src.Truncated {
		s.always(LimitTail)
	}
	var out []string
	for _, word := range LimitWords {
		if slices.Contains(s.left, word) {
			out = append(out, word)
		}
	}
	return out
}
