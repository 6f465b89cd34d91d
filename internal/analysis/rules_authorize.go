package analysis

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// authorizeRules are the rules about how the browser gets to the provider and
// back, and about what its addresses hold.
var authorizeRules = []row{
	{
		Rule: Rule{
			ID: "AR-15", Family: FamilyRequest, Severity: High,
			Title:   "No personal data stands in an address",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedFacts},
			Decides: "Fails when the address of a hop of the sign-in holds the form of an e-mail address, a social security number or a telephone number.",
			Clause:  "RFC 9700, 4.2; OpenID Connect Core, 16.1 and 17.1",
		},
		facts: true,
		judge: judgePersonalData,
	},
	{
		Rule: Rule{
			ID: "AR-16", Family: FamilyRequest, Severity: Low,
			Title:   "The response mode fits the client",
			Needs:   []Need{NeedRequest, NeedIntegration},
			Decides: "Fails when tokens are asked for in the query; warns when a confidential client asks for the fragment, or a public one for a posted form.",
			Clause:  "OAuth 2.0 Multiple Response Types, 2.1 and 5; OAuth 2.0 Form Post Response Mode, 2",
		},
		judge: judgeResponseMode,
	},
	{
		Rule: Rule{
			ID: "AR-17", Family: FamilyRequest, Severity: High,
			Title:   "No posted form is sent on by a redirect",
			Needs:   []Need{NeedRequest, NeedCallback},
			Decides: "Fails when a POST is answered with 307 or 308 that leads to the authorization request or to another host.",
			Clause:  "RFC 9700, 4.12",
		},
		judge: judgeReposted,
	},
}

func judgePersonalData(_ *court, f *flow) ruling {
	const expected = "no e-mail address, social security number or telephone number in any hop's address"
	dark := (*step)(nil)
	for _, s := range f.way {
		if found, _ := s.e.Facts.Bool(transcript.FactPII); found {
			return personalDataAt(expected, f, s)
		}
		if len(s.e.Facts) == 0 {
			dark = s
		}
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.authorize)...)
	}
	if dark != nil {
		return unseen("The transcript does not say what the addresses held. Redact the capture again with this version.", refs("", dark)...)
	}
	return passes("No personal data stands in an address", expected, "none in "+count(len(f.way), "hop", "hops"), refs("", f.way...))
}

// personalDataAt says who put the data into the address: whoever sent the browser there.
func personalDataAt(expected string, f *flow, s *step) ruling {
	from, param := s, ""
	if s.prev != nil && s.prev.isRedirect() {
		from = s.prev
	}
	cure := "Take the data out of the address: keep it in the session or post it in a form."
	actual := "in the address of a request to " + s.at.host
	if s == f.authorize && s.value("login_hint") != "" {
		param, actual = "login_hint", "in the authorization request, which carries login_hint"
		cure = "Leave login_hint out, or send an identifier in it that says nothing to others."
	}
	cause := ownerCause(from)
	if s == f.authorize {
		cause = CausePartnerCode
	}
	who := "The address was asked for at " + s.at.host + " and"
	if from != s {
		who = from.at.host + " sent the browser to an address that"
	}
	return fails("Personal data stands in an address", expected, actual, refs(param, s)).
		because(cause, who+" has the form of an e-mail address, a social security number or a telephone number in it; addresses stay in histories, logs and Referer headers.", cure)
}

func judgeResponseMode(c *court, f *flow) ruling {
	at := refs("response_mode", f.authorize)
	types := strings.Fields(f.authorize.value("response_type"))
	tokens := slices.Contains(types, "token") || slices.Contains(types, "id_token")
	client := c.run.cfg.Client.Type
	mode, found := f.authorize.param("response_mode")
	expected := "query or form_post"
	switch {
	case tokens:
		expected = "form_post or fragment"
	case client == integration.PublicClient:
		expected = "query or fragment"
	}
	base, _, _ := strings.Cut(mode, ".")
	switch {
	case !found:
		return passes("The response mode is that of the response type", expected, "none, so the default", at)
	case mode == "query" && tokens:
		return fails("Tokens are asked for in the query", expected, mode, at).
			because(CausePartnerCode, "The request asks for tokens with response_mode=query, which the specification forbids: servers log the query.",
				"Send response_type=code, or response_mode=form_post with the tokens.")
	case base == "query":
		return passes("The response mode fits the client", expected, mode, at)
	case base != "fragment" && base != "form_post":
		return unseen("The response mode is none of query, fragment and form_post, so it cannot be told where the answer goes. Look at it in the relying party.", at...)
	case client == "":
		return unseen("Whether the client is public or confidential is not described. Enter it in the description.", at...)
	case base == "fragment" && client == integration.ConfidentialClient:
		return warns("The answer goes to the page, not to the server", expected, mode, at).
			because(CauseConfiguration, "A server never sees the fragment, yet the client is described as confidential. Either the request or the description is wrong.",
				"Leave response_mode out, or describe the client as public with your consultant.")
	case base == "form_post" && client == integration.PublicClient:
		return warns("The answer goes to a server", expected, mode, at).
			because(CauseConfiguration, "A page or an app cannot read a posted form, yet the client is described as public. Either the request or the description is wrong.",
				"Leave response_mode out, or describe the client as confidential with your consultant.")
	}
	return passes("The response mode fits the client", expected, mode, at)
}

func judgeReposted(_ *court, f *flow) ruling {
	const expected = "303 or 302 after a POST"
	dark := (*step)(nil)
	for _, s := range f.way {
		if s == f.callback {
			break
		}
		if s.e.Request.Method == "POST" && s.status() == 0 {
			dark = s
		}
		if s.e.Request.Method != "POST" || s.status() != 307 && s.status() != 308 {
			continue
		}
		target := parseAddress(s.location(), s.at)
		if target.host == s.at.host && target != f.authorize.at {
			continue
		}
		return fails("A posted form is sent on by a redirect", expected, strconv.Itoa(s.status())+" to "+target.host, refs("", s, s.follow())).
			because(ownerCause(s), "The browser repeats the POST to "+s.at.host+" at "+target.host+", with all its fields, such as a password.",
				"Answer the form with status 303.")
	}
	switch {
	case f.callback == nil:
		return unseen(f.incomplete(), refs("", f.authorize)...)
	case f.callback.in != f.authorize.in:
		return unseen("Request and callback stand in two captures, so hops between them may be missing. Record both in one capture.", refs("", f.authorize, f.callback)...)
	case dark != nil:
		return unseen("How a posted form was answered is not in the capture. Record the run again.", refs("", dark)...)
	case f.authorize.e.Request.Method == "POST" && f.authorize.prev == nil:
		return unseen("The request is a POST, and what led to it is not in the capture. Record the run from the page with the sign-in button on.", refs("", f.authorize)...)
	}
	return passes("No posted form is sent on by a redirect", expected, "no 307 or 308 after a POST", refs("", f.authorize, f.callback))
}
