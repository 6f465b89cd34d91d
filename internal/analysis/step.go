package analysis

import (
	"slices"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// step is one entry of a run, with what was worked out about it.
type step struct {
	in   *Input
	back bool // of a back-channel capture
	e    *transcript.Entry
	at   address
	when time.Time // StartedAt, or that of the last entry before it that has one
	seq  int       // position in the run
	main bool      // a hop of the browser's own way
	role Role
	// names is the value by which the entry says which request of the run it answers, if it does.
	names valueKey
	// next and prev are the hops of the browser's own way around this one, in the same capture.
	next, prev *step
}

// run is all captures of one test run as one row of entries in time.
type run struct {
	cfg   integration.Config
	steps []*step
	lanes lanes
	flows []*flow
	told  told
	// digest is that of the description, worked out when a rule asks.
	digest string
	// messages finds the steps that carry a SAML message, by the message and by its ID.
	messages map[valueKey][]*step
}

// newRun merges the captures by time and joins their entries into flows.
func newRun(cfg integration.Config, in []Input) *run {
	r := &run{cfg: cfg}
	for i := range in {
		r.add(&in[i])
	}
	slices.SortStableFunc(r.steps, func(a, b *step) int { return a.when.Compare(b.when) })
	last := map[*Input]*step{}
	for i, s := range r.steps {
		s.seq = i
		if !s.main {
			continue
		}
		if p := last[s.in]; p != nil {
			p.next, s.prev = s, p
		}
		last[s.in] = s
	}
	r.lanes = lanesOf(cfg, r.steps)
	for _, s := range r.steps {
		s.role = r.lanes.roleOf(s)
	}
	r.told = toldBy(r.steps)
	r.joinFlows()
	return r
}

func (r *run) add(in *Input) {
	back := in.backChannel()
	var when time.Time
	for i := range in.T.Entries {
		e := &in.T.Entries[i]
		if !e.StartedAt.IsZero() {
			when = e.StartedAt
		}
		r.steps = append(r.steps, &step{
			in: in, back: back, e: e, when: when,
			at:   parseAddress(e.Request.URL, address{}),
			main: !back && mainFrame(e),
		})
	}
}

// mainFrame tells whether an entry is a hop of the browser's own way. What the
// browser said itself counts most, then what the exporter says, then the shape.
func mainFrame(e *transcript.Entry) bool {
	if dest := header(e.Request.Headers, "Sec-Fetch-Dest"); dest != "" {
		return dest == "document"
	}
	if e.ResourceType != "" {
		return e.ResourceType == "document"
	}
	if accept := header(e.Request.Headers, "Accept"); accept != "" && accept[0] != '~' && !strings.Contains(accept, "text/html") {
		return false
	}
	switch kind := e.Facts.Code(transcript.FactBodyKind); {
	case kind == "html":
		return true
	case kind == "" || kind == "none" || kind == "text":
		return e.Response != nil && redirectStatus(e.Response.Status)
	}
	return false
}

func redirectStatus(status int) bool {
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308
}

func (s *step) ref(param string) Ref {
	return Ref{Capture: s.in.ID, Entry: s.e.Index, Param: param}
}

func (s *step) status() int {
	if s.e.Response == nil {
		return 0
	}
	return s.e.Response.Status
}

// location is where a redirect leads, empty when the step is none.
func (s *step) location() string {
	if s.e.Response == nil || !redirectStatus(s.e.Response.Status) {
		return ""
	}
	if s.e.Response.RedirectURL != "" {
		return s.e.Response.RedirectURL
	}
	return header(s.e.Response.Headers, "Location")
}

func (s *step) isRedirect() bool { return s.location() != "" }

// param gives a parameter of the request, wherever it stands; an empty value counts as absent.
func (s *step) param(name string) (string, bool) {
	for _, fields := range [][]transcript.Field{s.e.Request.Query, s.e.Request.Form, s.e.Request.Fragment} {
		for i := range fields {
			if fields[i].Name == name && fields[i].Value != "" {
				return fields[i].Value, true
			}
		}
	}
	return "", false
}

func (s *step) value(name string) string {
	v, _ := s.param(name)
	return v
}

// follow gives the hop that the browser went on to without the user's doing:
// the target of a redirect, or what a page that moves on by itself leads to.
func (s *step) follow() *step {
	if s.isRedirect() {
		target := parseAddress(s.location(), s.at)
		n := s.next
		for range maxLookAhead {
			if n == nil {
				return nil
			}
			if n.at == target {
				return n
			}
			n = n.next
		}
		return nil
	}
	if s.next == nil || s.e.Failed {
		return nil
	}
	if refresh, _ := s.e.Facts.Bool(transcript.FactMetaRefresh); refresh {
		return s.next
	}
	scripts, known := s.e.Facts.Number(transcript.FactScripts)
	headers := s.next.e.Request.Headers
	unasked := header(headers, "Sec-Fetch-Mode") == "navigate" && header(headers, "Sec-Fetch-User") == ""
	if (scripts > 0 || !known && byPage(headers)) && unasked && s.status() == 200 {
		return s.next
	}
	return nil
}

// byPage tells whether a page asked for a document, not the address bar: browsers
// often lose the content of a page that moves on at once, and with it its scripts.
func byPage(headers []transcript.Field) bool {
	site := header(headers, "Sec-Fetch-Site")
	return site == "same-origin" || site == "same-site" || site == "cross-site"
}

// maxLookAhead is how many hops after a redirect its target is looked for:
// another tab may have gone on in between.
const maxLookAhead = 5

// equal compares two redacted values with regard to where they stand: captures
// of different rounds compare with nothing, ordinals inside one capture only.
func equal(a *step, av string, b *step, bv string) (same, comparable bool) {
	if a.in != b.in {
		if a.in.T.Meta.Round != b.in.T.Meta.Round {
			return false, false
		}
		if transcript.HasOrdinal(av) || transcript.HasOrdinal(bv) {
			return false, false
		}
	}
	return transcript.Comparable(av, bv)
}

// valueKey is the same for two values exactly when equal says that they are the
// same, so that one of thousands is found without comparing all.
type valueKey struct {
	in          *Input // of an ordinal, which compares inside its capture only
	round, text string
}

// keyOf gives the key of a value; ok is false where it compares with nothing.
func keyOf(s *step, value string) (key valueKey, ok bool) {
	if value == "" {
		return valueKey{}, false
	}
	key.round = s.in.T.Meta.Round
	var text strings.Builder
	for _, p := range transcript.Pieces(value) {
		part := p.Key
		switch p.Kind {
		case transcript.Constant:
			return valueKey{}, false
		case transcript.Ordinal:
			key.in = s.in
		case transcript.Clear:
			part = p.Text
		case transcript.Pseudonym:
		}
		text.WriteString(string(p.Kind) + "\x00" + part + "\x00")
	}
	key.text = text.String()
	return key, true
}
