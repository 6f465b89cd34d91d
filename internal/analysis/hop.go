package analysis

import (
	"github.com/proofwalk/proofwalk/internal/integration"
)

// Role says in whose lane an entry is drawn.
type Role string

// The roles of hosts.
const (
	RolePartner    Role = "partner"
	RoleProvider   Role = "provider"
	RoleThirdParty Role = "third_party" // declared as one, or not declared at all
)

// HopKind says how an entry is drawn.
type HopKind string

// The kinds of hops. Redirects and pages are the browser's own way; a
// sub-request is what a page asked for; back channel is a server's call.
const (
	HopRedirect    HopKind = "redirect"
	HopPage        HopKind = "page"
	HopSubRequest  HopKind = "sub_request"
	HopBackChannel HopKind = "back_channel"
)

// Part says what an entry is in its sign-in.
type Part string

// The parts; most entries have none.
const (
	PartAuthorize Part = "authorize" // the authorization request or AuthnRequest
	PartCallback  Part = "callback"  // the return to the redirect URI or assertion consumer service
	PartFinal     Part = "final"     // the page on which the user ended
	PartToken     Part = "token"     // a token request
	PartData      Part = "data"      // a call for claims or attributes
)

// Hop is one entry as it is drawn in the lanes.
type Hop struct {
	Ref
	Kind HopKind `json:"kind"`
	Role Role    `json:"role"`
	// Part and Flow tell which sign-in of the run it belongs to; Flow is 0 without
	// Part. A callback that is also the final page is the callback; see Flow.Final.
	Part Part `json:"part,omitempty"`
	Flow int  `json:"flow,omitempty"`
	// Name is what the partner calls the page: start page, landing page, denied
	// page, error page, logout page; empty for all else.
	Name string `json:"name,omitempty"`
	// Parent is the entry of the page that asked for a sub-request, -1 without one.
	Parent int `json:"parent"`
}

// Main tells whether the hop is on the browser's own way.
func (h Hop) Main() bool { return h.Kind == HopRedirect || h.Kind == HopPage }

// Hops says of every entry of one capture, by its index, how it is drawn: on
// the browser's own way or beside it, in whose lane, and under what name. The
// transcript may hold what Keep kept; resources are then the rest of it. The
// capture in the hops' Ref is empty. For the hops of a whole test run see Flows.
func Hops(cfg integration.Config, in Input, resources []Resource) []Hop {
	in.ID = ""
	r := newRun(cfg, []Input{in})
	hops := make([]Hop, len(in.T.Entries)+len(resources))
	parts := r.parts()
	for _, s := range r.steps {
		hops[s.e.Index] = r.hop(s, parts)
	}
	for _, x := range resources {
		hops[x.Index] = Hop{Ref: Ref{Entry: x.Index}, Kind: HopSubRequest, Role: r.lanes.roleOfHost(x.Scheme, x.Host, x.HostRole), Parent: -1}
	}
	answer := ""
	for _, s := range r.steps {
		if h := &hops[s.e.Index]; h.Main() {
			answer = answerOf(s, answer)
			h.Name = r.pageName(s, answer)
		}
	}
	parent := -1
	for i := range hops {
		switch h := &hops[i]; {
		case h.Main():
			parent = i
		case h.Kind == HopSubRequest:
			h.Parent = parent
		}
	}
	return hops
}

type part struct {
	name Part
	flow int
}

// parts maps the entries that have a part in a sign-in to it; the first part counts.
func (r *run) parts() map[*step]part {
	out := map[*step]part{}
	put := func(s *step, name Part, f *flow) {
		if _, taken := out[s]; s != nil && !taken {
			out[s] = part{name, f.number}
		}
	}
	for _, f := range r.flows {
		if !f.unasked() {
			put(f.authorize, PartAuthorize, f)
		}
		put(f.callback, PartCallback, f)
		put(f.final, PartFinal, f)
		for _, s := range f.tokens {
			put(s, PartToken, f)
		}
		for _, s := range f.data {
			put(s, PartData, f)
		}
	}
	return out
}

func (r *run) hop(s *step, parts map[*step]part) Hop {
	h := Hop{Ref: s.ref(""), Kind: HopSubRequest, Role: s.role, Parent: -1}
	switch {
	case s.back:
		h.Kind = HopBackChannel
	case s.main && s.isRedirect():
		h.Kind = HopRedirect
	case s.main:
		h.Kind = HopPage
	}
	p := parts[s]
	h.Part, h.Flow = p.name, p.flow
	return h
}

// answerOf is what the sign-in had answered by this hop: error code word, "code" or nothing.
func answerOf(s *step, before string) string {
	if word := s.value("error"); word != "" {
		return word
	}
	if s.value("code") != "" {
		return "code"
	}
	if s.value("response_type") != "" || asksByMessage(s) {
		return ""
	}
	if carriesResponse(s) {
		return answerOfResponse(s)
	}
	return before
}

// answerOfResponse says the same of a SAML Response, in the words of OAuth.
func answerOfResponse(s *step) string {
	if responseOutcome(s) != OutcomeError {
		return "code"
	}
	switch word := statusWord(s); word {
	case "AuthnFailed", "RequestDenied", "":
		return "access_denied"
	default:
		return word
	}
}
