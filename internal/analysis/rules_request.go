package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// requestRules are the rules about the other content of an authorization
// request and about what the browser must not carry.
var requestRules = []row{
	{
		Rule: Rule{
			ID: "AR-12", Family: FamilyRequest, Severity: Critical,
			Title:   "No secret passes through the browser",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedFacts},
			Decides: "Fails when client_secret, client_assertion, refresh_token or code_verifier stands in an address, a form, a page or a script of the browser; a public client may post its verifier and refresh token.",
			Clause:  "RFC 6749, 2.3.1; RFC 9700, 4.3",
		},
		facts: true,
		judge: judgeFrontSecret,
	},
	{
		Rule: Rule{
			ID: "AR-13", Family: FamilyRequest, Severity: Medium,
			Title:   "No parameter of the request stands twice",
			Needs:   []Need{NeedRequest},
			Decides: "Fails when a parameter name occurs more than once.",
			Clause:  "RFC 6749, 3.1",
		},
		facts: true,
		judge: judgeDuplicates,
	},
	{
		Rule: Rule{
			ID: "AR-14", Family: FamilyRequest, Severity: Medium,
			Title:   "The scope is the agreed policy",
			Needs:   []Need{NeedRequest, NeedIntegration},
			Decides: "Fails without a scope, without openid in an OpenID Connect integration, or with a scope that is not registered; warns on openid in an OAuth integration.",
			Clause:  "RFC 6749, 3.3; OpenID Connect Core, 3.1.2.1",
		},
		judge: judgeScope,
	},
}

func judgeFrontSecret(c *court, f *flow) ruling {
	const expected = "no client_secret, client_assertion, refresh_token or code_verifier in the browser"
	public := c.run.cfg.Client.Type == integration.PublicClient
	const cure = "Redeem the code from your server and keep secrets there; treat the exposed one as known and replace it."
	dark := (*step)(nil)
	for _, s := range f.entries {
		if s.back {
			continue
		}
		if name, where := secretParam(s, public); name != "" {
			return fails("A secret passes through the browser", expected, name+" in "+where, refs(name, s)).
				because(CausePartnerCode, "The browser sent "+name+" in "+where+" to "+s.at.host+", so every user can read it.", cure)
		}
		if found, _ := s.e.Facts.Bool(transcript.FactSecretInPage); found {
			return fails("A secret stands in a page or script", expected, "a secret in the "+s.e.Facts.Code(transcript.FactBodyKind)+" of "+s.at.host, refs("", s)).
				because(ownerCause(s), "The answer of "+s.at.host+" holds client_secret, refresh_token or code_verifier with a value.", cure)
		} else if s.main && !s.isRedirect() && s.role != RoleProvider && !wholePage(s) {
			dark = s
		}
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.authorize)...)
	}
	if f.cannotShow(capture.LimitBodies) || dark != nil {
		return unseen("The capture does not hold the whole content of the partner's pages, in which a secret could stand. Save it with content.", refs("", dark)...)
	}
	if why, at := f.hidesSecret(); why != "" {
		return unseen(why, refs("", at)...)
	}
	if !f.hasHeaders() {
		return unseen(withoutHeaders, refs("", f.callback)...)
	}
	if f.mayCallMore() {
		return unseen(endsWithPage, refs("", f.final)...)
	}
	return passes("No secret passes through the browser", expected, "none in any request, page or script", refs("", f.way...))
}

// wholePage tells whether all of a page's content was there when its facts were computed.
func wholePage(s *step) bool {
	_, seen := s.e.Facts.Number(transcript.FactVisible)
	cut, _ := s.e.Facts.Bool(transcript.FactTruncatedBody)
	return seen && !cut
}

// secretParam finds a secret among the parameters of a browser's request. A
// public client has no secret and may post its verifier and refresh token.
func secretParam(s *step, public bool) (name, where string) {
	secrets := []string{"client_secret", "client_assertion", "refresh_token", "code_verifier"}
	find := func(fields []transcript.Field, names []string) string {
		for i := range fields {
			if fields[i].Value != "" && slices.Contains(names, fields[i].Name) {
				return fields[i].Name
			}
		}
		return ""
	}
	if name = find(slices.Concat(s.e.Request.Query, s.e.Request.Fragment), secrets); name != "" {
		return name, "an address"
	}
	if public {
		secrets = secrets[:2]
	}
	if name = find(s.e.Request.Form, secrets); name != "" {
		return name, "a form"
	}
	if tokenRequest(s) && strings.HasPrefix(header(s.e.Request.Headers, "Authorization"), "Basic") {
		return "client_secret", "an Authorization header"
	}
	return "", ""
}

func judgeDuplicates(_ *court, f *flow) ruling {
	const expected = "each parameter once"
	at := refs("", f.authorize)
	seen := map[string]int{}
	for _, p := range slices.Concat(f.authorize.e.Request.Query, f.authorize.e.Request.Form) {
		seen[p.Name]++
	}
	// Names that could not be told apart are no parameter that stands twice.
	hidden := seen["~str"] + seen["~name"]
	delete(seen, "~str")
	delete(seen, "~name")
	var twice []string
	for name, n := range seen {
		if n > 1 && !slices.Contains(transcript.DerivedNames, name) {
			twice = append(twice, name)
		}
	}
	slices.Sort(twice)
	n, known := f.authorize.e.Facts.Number(transcript.FactDuplicateParam)
	if _, looked := f.authorize.e.Facts.Bool(transcript.FactRedirectQuery); looked {
		known = true // the fact is written only where it counts something
	}
	switch {
	case len(twice) > 0 || n > 0:
		actual := strings.Join(twice, ", ")
		if actual == "" {
			actual = count(n, "undeclared parameter", "undeclared parameters") + " more than once"
		} else {
			actual += " more than once"
		}
		return fails("A parameter stands twice in the request", expected, actual, at).
			because(CausePartnerCode, "Which of two values counts is left to the provider, and may differ between its parts.",
				"Send each parameter of the authorization request once.")
	case !known && hidden > 1:
		return unseen("The request has parameters whose names were hidden. Redact the capture again with this version.", at...)
	}
	return passes("Each parameter stands once", expected, count(len(seen)+hidden, "parameter", "parameters")+", each once", at)
}

// scopeWords are the scopes of a request; the groups endpoint takes a list with commas in "scopes".
func scopeWords(s *step) []string {
	if v, found := s.param("scope"); found {
		return strings.Fields(v)
	}
	return strings.FieldsFunc(s.value("scopes"), func(r rune) bool { return r == ',' || r == ' ' })
}

func judgeScope(c *court, f *flow) ruling {
	cfg := c.run.cfg
	at := refs("scope", f.authorize)
	words := scopeWords(f.authorize)
	actual := strings.Join(words, " ")
	expected := strings.Join(cfg.Policies, " ")
	if cfg.Protocol == integration.OIDC {
		expected = strings.TrimSpace("openid " + expected)
	}
	openid := slices.Contains(words, "openid")
	var foreign []string
	for _, w := range words {
		known := w == "openid" || slices.Contains(cfg.Policies, w) || w == "offline_access" && cfg.Uses.Refresh
		if !known {
			foreign = append(foreign, w)
		}
	}
	switch {
	case len(words) == 0:
		return fails("The request has no scope", expected, "none", at).
			because(CausePartnerCode, "Without a scope the provider does not know which policy is meant.", "Send the agreed policy as scope.")
	case cfg.Protocol == integration.OIDC && !openid:
		return fails("The scope lacks openid", expected, actual, at).
			because(CausePartnerCode, "The integration is described as OpenID Connect, and without openid no id_token comes.", "Put openid before the policy in the scope.")
	case len(cfg.Policies) == 0:
		return unseen("The integration lists no policies to compare with. Enter the agreed ones in the description.", at...)
	case len(foreign) > 0:
		return fails("The scope is not the agreed policy", expected, actual, at).
			because(CauseConfiguration, "The request asks for "+strings.Join(foreign, " ")+", which the integration does not list. Either the relying party or the description is wrong.",
				"Send only the agreed policy, or add the scope to the description with your consultant.")
	case len(words) == 1 && openid && cfg.Protocol != integration.OIDC:
		return fails("The scope names no policy", expected, actual, at).
			because(CausePartnerCode, "The scope holds openid alone.", "Send the agreed policy as scope.")
	case openid && cfg.Protocol == integration.OAuth:
		return warns("The scope holds openid in an OAuth integration", expected, actual, at).
			because(CauseConfiguration, "The description says OAuth, the request asks for OpenID Connect.", "Leave openid out or describe the integration as OpenID Connect.")
	}
	return passes("The scope is the agreed policy", expected, actual, at)
}
