package capture

import "strings"

// seen notes what a capture shows, so that what its exporter left out can be
// told from what did not happen.
type seen struct {
	cookies  bool
	fragment bool
	bodies   bool // a response has its content
	omitted  bool // a response lacks the content it had
}

func (s *seen) note(e *Entry) {
	s.cookies = s.cookies || len(e.Request.Cookies) > 0 || hasHeader(e.Request.Headers, "cookie")
	s.fragment = s.fragment || strings.Contains(e.Request.URL, "#")
	p := e.Response
	if p == nil {
		return
	}
	s.cookies = s.cookies || len(p.Cookies) > 0 || hasHeader(p.Headers, "set-cookie")
	if p.Body == nil {
		s.omitted = s.omitted || p.BodySize > 0
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

// keepsCookies are the exporters that have no mode without cookies.
var keepsCookies = map[string]bool{
	"firefox": true, "safari": true, "playwright": true, "charles": true,
	"fiddler": true, "mitmproxy": true, "proofwalk": true,
}

// limits says what the capture cannot show. A capture that was redacted before
// says so itself: what its redactor took away must not count as left out by the
// exporter. For any other: no cookie anywhere in a file of Chrome or of an
// unknown tool is taken for its sanitized export; no # in any URL for an
// exporter that cuts them there, as all known ones do.
func (r *reader) limits() []string {
	var out []string
	if m := r.src.Redacted; m != nil {
		out = append(out, m.SourceLimits...)
		for _, l := range out {
			if l == LimitTail {
				return out
			}
		}
	} else {
		if !r.seen.cookies && !keepsCookies[r.src.Exporter] {
			out = append(out, LimitCookies)
		}
		if !r.seen.fragment {
			out = append(out, LimitFragments)
		}
		if !r.seen.bodies && r.seen.omitted {
			out = append(out, LimitBodies)
		}
	}
	if r.src.Truncated {
		out = append(out, LimitTail)
	}
	return out
}
