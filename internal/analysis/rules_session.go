package analysis

import (
	"maps"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
)

var sessionRules = []row{
	{
		Rule: Rule{
			ID: "CB-21", Family: FamilyCallback, Severity: High,
			Title:   "The session is renewed with the sign-in",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedCookies},
			Decides: "Fails when a sign-in of the use case authentication ends on the landing page with the cookies of before and no new one; warns when it ends on another page so. Passes when new cookies replace all that could have been the session.",
			Clause:  "OWASP ASVS 5.0, 7.2.4; RFC 9700, 4.7",
		},
		facts: true,
		judge: judgeSessionRenewed,
	},
}

// session is what the cookies say of a sign-in's session. Cookies without room
// for a session are left out.
type session struct {
	fresh []setCookie  // set from the callback on, with a value that was not there before
	kept  []heldCookie // held before, and neither replaced nor deleted since
}

// sessionOf compares the partner's cookies of before the callback with those after it.
func sessionOf(f *flow) session {
	before := f.cookiesBefore()
	before.takeSent(f.callback)
	var out session
	after := f.cookiesAfter()
	changed := map[string]bool{}
	for _, c := range after {
		key := cookieKey(c.at, c.Name)
		_, replaces := before[key]
		_, same := before.holds(c.at, c.Name, c.Value)
		changed[key] = changed[key] || c.gone || !same
		if !same && !c.gone && (roomy(c.Value) || replaces && !hidden(c.Value)) {
			out.fresh = append(out.fresh, c)
		}
	}
	for key, held := range before {
		if roomy(held.value) && !changed[key] {
			out.kept = append(out.kept, held)
		}
	}
	slices.SortFunc(out.kept, func(a, b heldCookie) int { return strings.Compare(a.name, b.name) })
	return out
}

// setForRequest tells whether the partner set the cookie while it led to the
// request: it may be for the state alone.
func (f *flow) setForRequest(held heldCookie) bool {
	return held.set != nil && held.at.seq < f.authorize.seq && held.at.isRedirect() && slices.Contains(f.way, held.at)
}

// sentOn leaves out the cookies set for the request that the browser does not
// send after the callback, though it sends others: they were for the state.
func (f *flow) sentOn(kept []heldCookie) []heldCookie {
	sent := map[string]bool{}
	for n := f.nextAtCallback(f.callback); n != nil; n = f.nextAtCallback(n) {
		maps.Copy(sent, keysSent(n))
	}
	return slices.DeleteFunc(slices.Clone(kept), func(held heldCookie) bool {
		return len(sent) > 0 && held.at.in == f.callback.in && f.setForRequest(held) && !sent[cookieKey(held.at, held.name)]
	})
}

// takeSent notes what a step sends, not what its answer sets.
func (j jar) takeSent(s *step) {
	sent := *s
	e := *s.e
	e.Response, sent.e = nil, &e
	j.take(&sent)
}

// nextAtCallback is the next hop after s on the callback's host, which shows what cookies the browser then holds.
func (f *flow) nextAtCallback(s *step) *step {
	for n := s.next; n != nil && !asksToSignIn(n); n = n.next {
		if n.at.host == f.callback.at.host {
			return n
		}
	}
	return nil
}

func judgeSessionRenewed(_ *court, f *flow) ruling {
	const expected = "a new session cookie with the sign-in"
	s := f.callback
	switch {
	case s == nil:
		return unseen(f.incomplete(), refs("", f.authorize)...)
	case f.outcome() == OutcomeError:
		return unseen("The sign-in ended with an error; see ER-08. A sign-in that is completed would show it.", refs("", s)...)
	case f.incomplete() != "":
		return unseen(f.incomplete(), refs("", s)...)
	case f.hidesCookies() != "":
		return unseen(f.hidesCookies(), refs("Cookie", s)...)
	}
	is := sessionOf(f)
	at := append(refs("Cookie", s), refs("Set-Cookie", stepsOf(is.fresh)...)...)
	stays := f.sentOn(is.kept)
	switch {
	case len(is.fresh) > 0 && len(stays) > 0:
		return unseen("Beside the new cookie "+is.fresh[0].Name+" the cookie "+stays[0].name+" of before stays, and which of them is the session the capture does not show. Look both up in the application.", at...)
	case len(is.fresh) > 0:
		return passes("The session is renewed", expected, is.fresh[0].Name+" is new", at)
	case len(is.kept) == 0:
		return unseen("No cookie that can be a session is sent or set. Record the sign-in until the next page after it.", at...)
	}
	return fixation(f, is.kept, expected)
}

// fixation judges a sign-in that changed no cookie.
func fixation(f *flow, kept []heldCookie, expected string) ruling {
	s := f.callback
	next := f.nextAtCallback(s)
	if next == nil {
		return unseen("No request to "+s.at.host+" after the callback is in the capture, so what cookies the browser then holds is not known. Record the next page too.", refs("Cookie", s)...)
	}
	at := refs("Cookie", s, next)
	before := jar{}
	before.takeSent(s)
	for _, c := range next.e.Request.Cookies {
		if _, same := before.holds(next, c.Name, c.Value); !same {
			return unseen("After the callback the browser holds the cookie "+c.Name+", which the capture does not show being set. Save it with the headers of redirects.", at...)
		}
	}
	sent := keysSent(next)
	i := slices.IndexFunc(kept, func(k heldCookie) bool { return sent[cookieKey(k.at, k.name)] })
	scripts, known := scripted(s)
	name := f.run.pageName(f.final, "code")
	switch {
	case i < 0:
		return unseen("No cookie that can be a session is sent after the callback. Record the sign-in until the next page after it.", at...)
	case !s.isRedirect() && (scripts || !known):
		return unseen("The callback is answered with a page whose scripts may keep the session elsewhere than in a cookie.", at...)
	case !endsWell(s) || f.final.role != RolePartner || name == pageNames["denied"] || name == pageNames["error"]:
		return unseen("The sign-in does not end on a page of the partner that loads well, so no session may have begun.", at...)
	}
	if !slices.Contains(f.run.cfg.UseCases, integration.Authentication) {
		return unseen("The cookie "+kept[i].name+" is the same after the callback as before. Was the user signed in at the partner before, so that no new session was due? Record it in a browser without cookies; if the verification signs people in, describe that as use case authentication.", at...)
	}
	r := warns("The cookies are the same after the sign-in as before", expected, kept[i].name+" unchanged", at)
	if name == pageNames["landing"] {
		r = fails("The session is the one of before the sign-in", expected, kept[i].name+" unchanged", at)
	}
	return r.because(CausePartnerCode, "The value of "+kept[i].name+" is the same on the callback and after it, and no new cookie takes its place; whoever planted it in this browser before would now be signed in too.",
		"Give the browser a new session cookie when the sign-in succeeds, and end the old session.")
}
