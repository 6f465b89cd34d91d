package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

var logoutRules = []row{
	{
		Rule: Rule{
			ID: "LO-01", Family: FamilyPage, Severity: Medium, Protocols: anyOfTwo,
			Title:   "Signing out works",
			Needs:   []Need{NeedFinalPage, NeedIntegration},
			Decides: "Fails when the request to sign out lacks client_id or the address to come back to, when that address is not registered, and when it ends with an error; of SAML, when the LogoutResponse brings no success; warns when it was only partly done.",
			Clause:  "ID.me, frequently asked questions; OpenID Connect RP-Initiated Logout, 2 and 3; SAML 2.0 Profiles, 4.4",
		},
		judgeRun: judgeSignOut, anyway: true,
	},
}

// signsOut tells whether a step asks the provider to end its session.
func signsOut(s *step) bool {
	if !s.main || s.role != RoleProvider || s.value("response_type") != "" || s.prev != nil && s.prev.role == RoleProvider {
		return false
	}
	last := strings.ToLower(s.at.path[strings.LastIndex(s.at.path, "/")+1:])
	return s.value("post_logout_redirect_uri") != "" || s.value("id_token_hint") != "" ||
		slices.Contains([]string{"logout", "signout", "sign-out", "end_session", "endsession", "end-session"}, last)
}

// backTo is where a request to sign out wants the browser to come back.
func backTo(s *step) string {
	return first(s.value("post_logout_redirect_uri"), s.value("redirect_uri"))
}

func judgeSignOut(c *court) ruling {
	const howTo = "Sign in, sign out at the provider, and record it until the page after it has loaded."
	if !c.run.cfg.Uses.Logout {
		return unseen("The integration does not declare that it signs out at the provider. Enter uses.logout in the description if it does.")
	}
	var seen *ruling
	take := func(r ruling) {
		if seen == nil || worse(r, *seen) {
			seen = &r
		}
	}
	for _, s := range c.run.steps {
		switch {
		case s.back:
		case s.value("saml.type") == "LogoutResponse":
			take(judgeLogoutResponse(s))
		case signsOut(s):
			take(c.judgeLogout(s))
		}
	}
	if seen == nil {
		return unseen("Nobody signs out at the provider in this run. " + howTo)
	}
	return *seen
}

func judgeLogoutResponse(s *step) ruling {
	const expected = "Success"
	at := refs("SAMLResponse", s)
	status := statusOf(s.value("saml.status"))
	switch sub := statusOf(s.value("saml.substatus")); {
	case status == "":
		return unseen("The LogoutResponse could not be read, so how it went is not known. Redact the capture again with this version.", at...)
	case sub == "PartialLogout":
		return warns("Signing out was only partly done", expected, status+", "+sub, at).
			because(CauseProvider, "The LogoutResponse says that not every session was ended. Either another application did not answer, or it was already signed out.", "Sign out again with this application alone signed in, and tell your consultant if it stays so.")
	case status != successStatus:
		return fails("Signing out brings no success", expected, first(sub, status), at).
			because(CauseConfiguration, "The LogoutResponse says "+first(sub, status)+". Either the request was not signed or named as agreed, or one side has another address registered.",
				"Compare the metadata of both sides for signing out, and record it again.")
	}
	return passes("Signing out works", expected, status, at)
}

// judgeLogout judges a request to sign out (OAuth 2.0, OpenID Connect).
func (c *court) judgeLogout(s *step) ruling {
	const expected = "client_id, a registered address to come back to, and the way back to it"
	back := backTo(s)
	lacks := []string{}
	if s.value("client_id") == "" && s.value("id_token_hint") == "" {
		lacks = append(lacks, "client_id")
	}
	if back == "" {
		lacks = append(lacks, "redirect_uri")
	}
	if back == "" && len(lacks) == 1 && environmentOf(s.at.host) == "" {
		return unseen("The request to sign out names no address to come back to, which OpenID Connect leaves to the provider. Look whether the user ends on a page with a way on.", refs("", s)...)
	}
	target := parseAddress(back, address{})
	listed, sure := c.run.isRegistered(s, back, c.run.cfg.RedirectURIs...)
	known := listed || slices.Contains(c.run.lanes.registered.Page(target.scheme, target.host, target.path), "logout")
	switch {
	case len(lacks) > 0:
		return fails("The request to sign out lacks what it must have", expected, "no "+strings.Join(lacks, ", no "), refs("", s)).
			because(CausePartnerCode, "The request to "+s.at.host+s.at.path+" has no "+strings.Join(lacks, " and no ")+", so the provider answers invalid_request.",
				"Send client_id and the registered address with the request to sign out.")
	case !known && !sure && c.run.redactedOtherwise(s.in):
		return unseen(withoutIntegration, refs("redirect_uri", s)...)
	case !known:
		return fails("The address to come back to is not registered", expected, back, refs("redirect_uri", s)).
			because(CauseConfiguration, "The request to sign out names "+back+", which is neither a registered redirect URI nor the declared logout page. Either the request or the description is wrong.",
				"Register the address with the client, and declare it as logout page.")
	}
	for n := s.next; n != nil && !asksToSignIn(n) && !signsOut(n); n = n.next {
		if word := first(n.value("error"), n.e.Facts.Code(transcript.FactRawErrorCode)); word != "" && (n.at == target || n.role == RoleProvider) {
			return logoutEnds(s, n, word, expected)
		}
		if n.at != target {
			continue
		}
		end := lastOf(n)
		switch {
		case end.isRedirect() || end.status() == 0:
			return unseen("The page after signing out is not in this run. Record it until it has loaded.", refs("", s, end)...)
		case end.status() >= 400:
			return logoutEnds(s, end, "status "+statusText(end), expected)
		}
		return passes("Signing out works", expected, "back at "+n.at.host+n.at.path, refs("", s, n))
	}
	if word := first(s.e.Facts.Code(transcript.FactRawErrorCode), s.value("error")); word != "" || s.status() >= 400 {
		return logoutEnds(s, s, first(word, "status "+statusText(s)), expected)
	}
	return unseen("The browser does not come back from signing out in this run. Record it until the page after it has loaded.", refs("", s)...)
}

func logoutEnds(s, end *step, with, expected string) ruling {
	cause := CauseConfiguration
	if end.role == RolePartner && end.value("error") == "" {
		cause = CausePartnerCode
	}
	return fails("Signing out ends with an error", expected, with+" at "+end.at.host+end.at.path, refs("", s, end)).
		because(cause, "The request to sign out at "+s.at.host+" led to "+end.at.host+end.at.path+" with "+with+".",
			"Compare client and address of the request with what is registered, and let the page after signing out load for those without a session.")
}
