package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// answerRules are the rules about what the callback brings beside the answer, and
// about where it leads.
var answerRules = []row{
	{
		Rule: Rule{
			ID: "CB-22", Family: FamilyCallback, Severity: Critical,
			Title:   "No address from outside decides where the user ends",
			Needs:   []Need{NeedRequest, NeedCallback, NeedFinalPage},
			Decides: "Fails when a parameter of the sign-in's start or callback names a host that is not described, and the browser is led there after the callback; warns when it is led to such a host without one. Passes only where such a parameter was tried.",
			Clause:  "RFC 9700, 4.11.1; CWE-601",
		},
		judge: judgeOpenRedirect,
	},
	{
		Rule: Rule{
			ID: "CB-26", Family: FamilyCallback, Severity: Low,
			Title:   "The callback holds the answer and nothing else",
			Needs:   []Need{NeedRequest, NeedCallback},
			Decides: "Warns when the callback brings a parameter that neither the protocol nor the redirect URI of the request has.",
			Clause:  "RFC 6749, 4.1.2 and 4.1.2.1; ID.me, redirect URIs",
		},
		judge: judgeCallbackParams,
	},
}

// strange tells whether an address is on a host of which nothing is described.
func (r *run) strange(a address) bool {
	return a.host != "" && !a.loopback() && r.lanes.roleOfHost(a.scheme, a.host, "") == RoleThirdParty &&
		r.lanes.registered.Host(a.scheme, a.host).Role == integration.HostUndeclared
}

// strangeParam gives a parameter of a step that names an address on a host of
// which nothing is described; the redirect URI is judged by others.
func (r *run) strangeParam(s *step) (name string, to address, found bool) {
	for _, fields := range [][]transcript.Field{s.e.Request.Query, s.e.Request.Form} {
		for _, p := range fields {
			if p.Name == "redirect_uri" || p.Name == "iss" || p.Name == "error_uri" || !strings.HasPrefix(p.Value, "http") && !strings.HasPrefix(p.Value, "//") {
				continue
			}
			if to := parseAddress(p.Value, s.at); r.strange(to) {
				return p.Name, to, true
			}
		}
	}
	return "", address{}, false
}

const openRedirectHowTo = "Start a sign-in, or open the callback, with the address of another host in the parameter that says where to return to (return_to, next), and record it to its last page."

func judgeOpenRedirect(_ *court, f *flow) ruling {
	const expected = "pages of the partner after the callback"
	var tried *step
	var name string
	var to address
	for _, s := range f.way {
		if s.role != RolePartner || s.seq > f.answeredAt() {
			continue
		}
		if n, a, found := f.run.strangeParam(s); found {
			tried, name, to = s, n, a
		}
	}
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	const cure = "Take only paths of your own, or keys to them, from the address, and keep the place to return to in the session."
	for _, s := range f.fromCallback() {
		target := s.at
		if s.isRedirect() {
			target = parseAddress(s.location(), s.at)
		}
		if !f.run.strange(target) {
			continue
		}
		at := refs("Location", s)
		switch {
		case tried != nil && to.host == target.host:
			return fails("An address from outside decides where the user ends", expected, target.host, append(refs(name, tried), at...)).
				because(CausePartnerCode, "The request to "+tried.at.host+tried.at.path+" named "+to.host+", and after the callback the browser was led there: a link to your own host sends people who have just signed in to any site.", cure)
		case len(f.run.lanes.inferred) > 0:
			return unseen("Whose "+target.host+" is, is not known without a description of the integration.", at...)
		case s.role == RolePartner || s == f.callback:
			return warns("After the callback the browser is led to a host that is not described", expected, target.host, at).
				because(CauseConfiguration, s.at.host+" leads to "+target.host+". Either that is a host of yours, or an address from outside decides where the user ends.",
					"Add the host to the description if it is yours, else lead to a page of your own.")
		}
	}
	switch {
	case f.incomplete() != "":
		return unseen(f.incomplete(), refs("", f.callback)...)
	case tried == nil:
		return unseen("No address of another host was handed to the partner in this run. "+openRedirectHowTo, refs("", f.authorize, f.callback)...)
	case f.outcome() == OutcomeError:
		return unseen("The sign-in ended with an error, so the place to return to was not used. "+openRedirectHowTo, refs("", f.callback)...)
	case f.mayCallMore():
		return unseen(endsWithPage, refs("", f.final)...)
	}
	return passes("The user ends at the partner, whatever the address said", expected, f.final.at.host+"; "+to.host+" was asked for", append(refs(name, tried), refs("", f.final)...))
}

// answeredAt is the position of the callback, of the request where none came.
func (f *flow) answeredAt() int {
	if f.callback == nil {
		return f.authorize.seq
	}
	return f.callback.seq
}

// answerParams are what an authorization response may bring (RFC 6749; RFC 9207;
// OpenID Connect Core and Session Management; OAuth 2.0 JARM).
var answerParams = []string{
	"code", "state", "iss", "id_token", "session_state", "access_token", "token_type", "expires_in", "scope", "response",
	"error", "error_description", "error_uri", "error_hint",
}

func judgeCallbackParams(_ *court, f *flow) ruling {
	const expected = "code, state and what else the protocol brings"
	s := f.callback
	switch {
	case s == nil:
		return unseen(f.incomplete(), refs("", f.authorize)...)
	case hidesForm(s):
		return unseen(withoutForms, refs("", s)...)
	case f.hidesAnswer() != "":
		return unseen(f.hidesAnswer(), refs("", s)...)
	}
	own := queryOf(f.authorize.value("redirect_uri"))
	var extra, seen []string
	for _, p := range slices.Concat(s.e.Request.Query, s.e.Request.Form, s.e.Request.Fragment) {
		registered := slices.ContainsFunc(own, func(o transcript.Field) bool { return o.Name == p.Name })
		switch {
		case p.Name == "" || registered || slices.Contains(transcript.DerivedNames, p.Name) || slices.Contains(seen, p.Name):
		case slices.Contains(answerParams, p.Name):
			seen = append(seen, p.Name)
		case !slices.Contains(extra, p.Name):
			extra = append(extra, p.Name)
		}
	}
	hidden := slices.ContainsFunc(extra, func(name string) bool { return strings.HasPrefix(name, "~") })
	if len(own) > 0 && hidden { // of the two, only the redirect URI stands as it is registered
		return unseen("The redirect URI has parameters, and the names of those of the callback were hidden, so they cannot be told apart. See TR-07.", refs(extra[0], s)...)
	}
	if len(extra) == 0 {
		return passes("The callback holds the answer and nothing else", expected, first(strings.Join(seen, ", "), "no parameter"), refs("", s))
	}
	return warns("The callback brings more than the answer", expected, someOf(extra)+" beside it", refs(extra[0], s)).
		because(CauseConfiguration, "The request's redirect URI has no such parameter, and the protocol brings none. Either the provider has an address with parameters registered, or something before the application adds them.",
			"Register the bare redirect URI, and let the callback take no other parameters than those of the answer.")
}
