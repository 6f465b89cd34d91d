package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// tokenRules are the rules about the calls that redeem the code and use the token.
var tokenRules = []row{
	{
		Rule: Rule{
			ID: "TK-01", Family: FamilyToken, Severity: High,
			Title:   "The token request has its right form",
			Needs:   []Need{NeedCallback, NeedBackChannel},
			Decides: "Fails when it is no POST of a form, has code or credentials in its address, or lacks the redirect_uri of the authorization request or, with PKCE, the code_verifier.",
			Clause:  "RFC 6749, 2.3.1, 3.2 and 4.1.3; RFC 7636, 4.5",
		},
		judge: judgeTokenRequest,
	},
	{
		Rule: Rule{
			ID: "TK-02", Family: FamilyToken, Severity: Medium,
			Title:   "The token response forbids storing and names the kind of token",
			Needs:   []Need{NeedCallback, NeedBackChannel},
			Decides: "Fails when the response lacks Cache-Control: no-store or a token_type.",
			Clause:  "RFC 6749, 5.1",
		},
		judge: judgeTokenResponse,
	},
	{
		Rule: Rule{
			ID: "TK-03", Family: FamilyToken, Severity: High,
			Title:   "No password and no implicit grant is used",
			Needs:   []Need{NeedCallback, NeedBackChannel},
			Decides: "Fails when a token request to the provider has grant_type=password, or a callback brings an access token without a code.",
			Clause:  "RFC 9700, 2.1.2 and 2.4",
		},
		judgeRun: judgeGrants,
	},
	{
		Rule: Rule{
			ID: "TK-04", Family: FamilyToken, Severity: Medium,
			Title:   "The server sends the access token in a header",
			Needs:   []Need{NeedBackChannel},
			Decides: "Fails when a call of the server to the provider carries access_token in its address; warns where ID.me's own documents ask for that.",
			Clause:  "RFC 6750, 2.3; RFC 9700, 4.3.2",
		},
		judgeRun: judgeBearer,
	},
}

// noTokenRequest says why no token request of the flow is there, empty when one is.
func (f *flow) noTokenRequest() string {
	switch {
	case len(f.tokens) > 0:
		return ""
	case f.callback == nil:
		return f.incomplete()
	case f.callback.value("code") == "":
		return "No code came back in this sign-in. A sign-in that is completed would show it."
	}
	if f.run.told.hiddenBack {
		return withoutForms
	}
	return "No token request with this code is in the run: it is made by your server. Add a back-channel capture of the same round."
}

func judgeTokenRequest(_ *court, f *flow) ruling {
	const expected = "a POST of a form with code, redirect_uri and, with PKCE, code_verifier"
	if why := f.noTokenRequest(); why != "" {
		return unseen(why, refs("", f.callback)...)
	}
	var dark ruling
	for _, s := range f.tokens {
		wrong, param, cure := tokenRequestFault(f, s)
		if wrong != "" {
			return fails("The token request has a wrong form", expected, wrong, refs(param, s)).
				because(CausePartnerCode, "The request to "+s.at.host+s.at.path+" has "+wrong+".", cure)
		}
		if uri := f.authorize.value("redirect_uri"); uri != "" {
			if _, comparable := equal(f.authorize, uri, s, s.sent("redirect_uri")); !comparable {
				dark = unseen("The redirect URIs of the two requests cannot be compared: one was dropped. Describe the redirect URI and redact the captures again.", refs("redirect_uri", f.authorize, s)...)
			}
		}
	}
	if dark.verdict != "" {
		return dark
	}
	return passes("The token request has its right form", expected, "POST, form, same redirect_uri", refs("", f.tokens...))
}

// tokenRequestFault says what is wrong with a token request, in which parameter, and the cure.
func tokenRequestFault(f *flow, s *step) (wrong, param, cure string) {
	secrets := []string{"code", "client_secret", "client_assertion", "code_verifier", "refresh_token"}
	inURL := slices.IndexFunc(s.e.Request.Query, func(p transcript.Field) bool { return p.Value != "" && slices.Contains(secrets, p.Name) })
	uri := f.authorize.value("redirect_uri")
	same, comparable := equal(f.authorize, uri, s, s.sent("redirect_uri"))
	switch {
	case inURL >= 0:
		name := s.e.Request.Query[inURL].Name
		return name + " in its address", name, "Send all parameters in the body of the POST, where logs do not keep them."
	case s.e.Request.Method != "POST":
		return "the method " + s.e.Request.Method, "", "Send the token request as a POST."
	case s.value("grant_type") == "":
		return "a JSON body", "", "Send the parameters as application/x-www-form-urlencoded."
	case uri != "" && s.sent("redirect_uri") == "":
		return "no redirect_uri", "redirect_uri", "Send the redirect_uri of the authorization request again."
	case uri != "" && comparable && !same:
		return "another redirect_uri than the authorization request", "redirect_uri", "Send the redirect_uri of the authorization request again, character by character."
	case f.authorize.value("code_challenge") != "" && s.sent("code_verifier") == "":
		return "no code_verifier, though the authorization request had a code_challenge", "code_verifier", "Send the code_verifier that the challenge was made from."
	}
	return "", "", ""
}

func judgeTokenResponse(_ *court, f *flow) ruling {
	const expected = "Cache-Control: no-store, and a token_type"
	if why := f.noTokenRequest(); why != "" {
		return unseen(why, refs("", f.callback)...)
	}
	answered := 0
	for _, s := range f.tokens {
		if !granted(s) {
			continue
		}
		answered++
		at := refs("", s)
		cache, _ := answerHeader(s, "Cache-Control")
		kind, answer := text(s.answer(), "token_type"), s.answer()
		switch {
		case len(s.e.Response.Headers) == 0 || hidden(cache) && !directive(cache, "no-store"):
			return unseen("The capture does not show the headers of the token response. Record it with them.", at...)
		case !directive(cache, "no-store"):
			return fails("The token response may be stored", expected, first(cache, "no Cache-Control"), at).
				because(CauseProvider, "The answer of "+s.at.host+" holds tokens and does not forbid caches to keep them.",
					"Tell your consultant, and let no cache stand between your server and the provider.")
		case answer == nil:
			return unseen("The capture does not hold the content of the token response. Record it with content.", at...)
		case kind == "":
			return fails("The token response does not name the kind of token", expected, "no token_type", at).
				because(CauseProvider, "The answer of "+s.at.host+" has no token_type, so a client cannot know how to use the token.",
					"Tell your consultant, and use the token as Bearer only where the provider's documents say so.")
		case strings.HasPrefix(kind, "~"):
			return unseen("The token_type is none of the known words, so it was hidden. Look at it in the relying party.", at...)
		}
	}
	if answered == 0 {
		return unseen("The token request got no tokens, so there is no token response to judge. A sign-in that is completed would show it.", refs("", f.tokens...)...)
	}
	return passes("The token response forbids storing and names the kind of token", expected, "both", refs("", f.tokens...))
}

func judgeGrants(c *court) ruling {
	const expected = "grant_type=authorization_code, and no access token in a callback"
	var codes []*step
	dark, why := (*step)(nil), ""
	for _, s := range c.run.told.calls {
		grant := s.sent("grant_type")
		switch {
		case grant == "password" && c.asksProvider(s):
			return fails("The password grant is used", expected, "grant_type=password to "+s.at.host, refs("grant_type", s)).
				because(CausePartnerCode, "The relying party takes the user's password itself and hands it to "+s.at.host+", which no second factor or consent can guard.",
					"Send the browser to the provider with response_type=code and redeem the code.")
		case grant == "password":
			dark, why = s, "A password grant is sent to "+s.at.host+", which is not described as the provider's, so it may be no part of this integration. Describe whose host it is."
		case grant == "authorization_code" && c.asksProvider(s):
			codes = append(codes, s)
		case strings.HasPrefix(grant, "~"):
			dark, why = s, "A token request has a grant_type that is none of the known words. Look at it in the relying party."
		}
	}
	if c.run.told.hidden {
		dark, why = nil, withoutForms
	}
	for _, f := range c.judged() {
		if f.outcome() == OutcomeToken && f.callback.value("access_token") != "" {
			return fails("The implicit grant is used", expected, "an access token and no code in the callback", refs("access_token", f.callback)).
				because(CausePartnerCode, "The request asked for response_type="+f.authorize.value("response_type")+", so the access token came through the browser.",
					"Send response_type=code and redeem the code from your server.")
		}
		if hidden := f.hidesAnswer(); hidden != "" {
			dark, why = f.callback, hidden
		}
	}
	for _, s := range codes {
		if s.in.cannotShow(capture.LimitTail) {
			dark, why = s, "The capture with the token requests is cut off, so later ones are missing. Save it again and upload the whole file."
		}
	}
	switch {
	case why != "":
		return unseen(why, refs("", dark)...)
	case len(codes) == 0:
		return unseen("No token request is in the run: it is made by your server. Add a back-channel capture of the same round.")
	}
	return passes("No password and no implicit grant is used", expected, count(len(codes), "token request", "token requests")+" with a code", refs("grant_type", codes...))
}

// asksProvider tells whether a request for tokens is one of this integration: to a
// host of the provider's, by its client, or with a code of its sign-ins.
func (c *court) asksProvider(s *step) bool {
	return s.role == RoleProvider || c.run.cfg.Client.ID != "" && s.sent("client_id") == c.run.cfg.Client.ID ||
		slices.ContainsFunc(c.judged(), func(f *flow) bool { return slices.Contains(f.tokens, s) })
}

func judgeBearer(c *court) ruling {
	const expected = "Authorization: Bearer"
	var good []*step
	dark, why := (*step)(nil), ""
	for _, s := range c.run.steps {
		if !s.back {
			continue
		}
		inQuery := slices.ContainsFunc(s.e.Request.Query, func(p transcript.Field) bool { return p.Name == "access_token" && p.Value != "" })
		inHeader := strings.HasPrefix(strings.ToLower(header(s.e.Request.Headers, "Authorization")), "bearer")
		switch {
		case inQuery && s.role == RoleProvider:
			return bearerInQuery(expected, s)
		case inQuery:
			dark, why = s, "A call to "+s.at.host+" carries an access token in its address, and that host is not described as the provider's. Describe whose host it is."
		case inHeader && s.role == RoleProvider && s.in.cannotShow(capture.LimitTail):
			dark, why = s, "The capture with the calls of your server is cut off, so later ones are missing. Save it again and upload the whole file."
		case inHeader && s.role == RoleProvider:
			good = append(good, s)
		}
	}
	switch {
	case why != "":
		return unseen(why, refs("", dark)...)
	case len(good) == 0:
		return unseen("No call to the provider with an access token is in the run: it is made by your server. Add a back-channel capture with its request headers.")
	}
	return passes("The server sends the access token in a header", expected, count(len(good), "call", "calls"), refs("Authorization", good...))
}

func bearerInQuery(expected string, s *step) ruling {
	r := fails("An access token stands in an address", expected, "access_token in the query of a call to "+s.at.host, refs("access_token", s))
	const cure = "Send the token in the Authorization header."
	if environmentOf(s.at.host) != "" && strings.HasPrefix(s.at.path, "/api/public/v") {
		r.verdict = Warn
		return r.because(CauseProvider, "ID.me's own documents show the token in the query of this address; logs on the way keep it nevertheless.",
			"Ask your consultant whether the address takes the token in the Authorization header, and send it there.")
	}
	return r.because(CausePartnerCode, "The call to "+s.at.host+s.at.path+" carries the token in its address, where logs and proxies keep it.", cure)
}
