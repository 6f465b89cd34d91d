package analysis

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

var browserTokenRules = []row{
	{
		Rule: Rule{
			ID: "CB-13", Family: FamilyCallback, Severity: High,
			Title:   "No token stands behind the number sign of an address",
			Needs:   []Need{NeedCallback, NeedFinalPage},
			Decides: "Fails when access_token, id_token or refresh_token is in the fragment of a browser's request or redirect. Where the exporter cuts fragments, only the redirects that led there can show that there was none.",
			Clause:  "RFC 9700, 2.1.2 and 4.3.2",
		},
		judge: judgeTokenFragment,
	},
	{
		Rule: Rule{
			ID: "CB-14", Family: FamilyCallback, Severity: High,
			Title:   "No token of the sign-in is given to the browser",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedFacts},
			Decides: "Fails when a page of the partner holds a token from the callback on, or the browser of a confidential client fetches tokens itself; warns on tokens in data of the partner, and where the same may stand there without any sign-in.",
			Clause:  "RFC 9700, 2.1.2; OAuth 2.0 for Browser-Based Applications, 6.1",
		},
		facts: true,
		judge: judgeTokenPage,
	},
}

func judgeTokenFragment(_ *court, f *flow) ruling {
	const expected = "no access_token, id_token or refresh_token in a fragment"
	for _, s := range f.entries {
		if s.back {
			continue
		}
		name, where := tokenAmong(s.e.Request.Fragment), "a request to "+s.at.host
		answer := s == f.callback || s.role == RoleProvider && s.main
		if name == "" && s.isRedirect() {
			_, fragment, _ := strings.Cut(s.location(), "#")
			name, where = tokenAmong(queryOf("?"+fragment)), "a redirect of "+s.at.host
			answer = s.role == RoleProvider && s.main
		}
		if name == "" {
			continue
		}
		r := fails("A token stands in a fragment", expected, name+" in "+where, refs(name, s))
		if answer {
			return r.because(CauseConfiguration, "The provider answers with tokens in the fragment, as response_type "+f.authorize.value("response_type")+" of the request asks for.",
				"Send response_type=code and let your server fetch the tokens.")
		}
		return r.because(CausePartnerCode, "The partner's own redirect or page hands the token on in an address, where history and scripts have it.",
			"Keep the token on your server and give the browser a session cookie.")
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.authorize)...)
	}
	way := f.fromCallback()
	for i, s := range way {
		if !s.in.cannotShow(capture.LimitFragments) || s.e.Request.Method == "POST" {
			continue
		}
		before := s.prev
		if i > 0 {
			before = way[i-1]
		}
		if before == nil || !before.isRedirect() || parseAddress(before.location(), before.at) != s.at {
			return unseen("Addresses are cut at the number sign, and no redirect shows the whole address of "+s.at.host+s.at.path+". Record it with Firefox, whose HAR keeps them.", refs("", s)...)
		}
	}
	return passes("No token stands in a fragment", expected, "none from the callback on", refs("", way...))
}

func judgeTokenPage(c *court, f *flow) ruling {
	const expected = "no token in a page, script or data answer"
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	var worst *ruling
	var dark *step
	static := false // a token stands there before any sign-in
	for _, s := range f.entries {
		if s.back {
			continue
		}
		if s.seq < f.callback.seq {
			found, _ := s.e.Facts.Bool(transcript.FactTokenInPage)
			static = static || found && s.role == RolePartner
			continue
		}
		if r := tokenGiven(c, s, static, expected); r != nil && (worst == nil || worst.verdict == Warn && r.verdict == Fail) {
			worst = r
		}
		if s.role == RolePartner && darkAnswer(s) {
			dark = s
		}
	}
	switch {
	case worst != nil:
		return *worst
	case f.incomplete() != "":
		return unseen(f.incomplete(), refs("", f.callback)...)
	case dark != nil || f.cannotShow(capture.LimitBodies):
		return unseen("The capture does not hold the whole content of the partner's pages, in which a token could stand. Save it with content.", refs("", dark)...)
	case f.mayCallMore():
		return unseen(endsWithPage, refs("", f.final)...)
	}
	return passes("No token is given to the browser", expected, "none from the callback on", refs("", f.fromCallback()...))
}

// tokenGiven judges one answer from the callback on, nil where it holds no token.
func tokenGiven(c *court, s *step, static bool, expected string) *ruling {
	found, _ := s.e.Facts.Bool(transcript.FactTokenInPage)
	tokens, _ := s.e.Facts.Number(transcript.FactTokenKinds)
	kind := s.e.Facts.Code(transcript.FactBodyKind)
	at := refs("", s)
	const cure = "Keep the tokens on your server and give the browser a session cookie only."
	var r ruling
	switch {
	case s.role == RolePartner && kind == "json" && tokens > 0:
		r = warns("The partner's server answers the browser with tokens", expected, count(tokens, "token", "tokens")+" in data of "+s.at.host, at).
			because(CausePartnerCode, "A script of the page gets the tokens from "+s.at.host+s.at.path+", so any script in it can. They may be of this sign-in, or of another service of the page.", cure)
	case s.role == RolePartner && found && (static || kind == "script"):
		r = warns("Something like a token stands in a page or script", expected, "in the "+kind+" of "+s.at.host, at).
			because(CausePartnerCode, "It may be one of this sign-in, or a public key of another service that looks alike: what is the same for everybody stands in scripts and before the sign-in too.",
				"Look up whose token it is, and take it out if it is the user's.")
	case s.role == RolePartner && found:
		r = fails("A token stands in a page", expected, "in the "+kind+" of "+s.at.host+s.at.path, at).
			because(CausePartnerCode, "The page holds a JSON Web Token, or access_token or id_token with a value, which pages before the sign-in did not.", cure)
	case s.role == RoleProvider && !s.main && kind == "json" && tokens > 0 && c.run.cfg.Client.Type == integration.ConfidentialClient:
		r = fails("The browser fetches the tokens itself", expected, count(tokens, "token", "tokens")+" from "+s.at.host, at).
			because(CausePartnerCode, "The client is described as confidential, and yet the browser called "+s.at.host+s.at.path+" and got tokens.", cure)
	default:
		return nil
	}
	return &r
}

// darkAnswer tells whether a page or data answer may hold a token that the capture does not show.
func darkAnswer(s *step) bool {
	cut, _ := s.e.Facts.Bool(transcript.FactTruncatedBody)
	if s.e.Facts.Code(transcript.FactBodyKind) == "json" {
		return cut
	}
	return s.main && !s.isRedirect() && !wholePage(s)
}
