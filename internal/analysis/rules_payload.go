package analysis

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// payloadRules are the rules about how the provider's answers are protected, and
// about a token request that it refuses.
var payloadRules = []row{
	{
		Rule: Rule{
			ID: "TK-09", Family: FamilyToken, Severity: High,
			Title:   "The payload arrives encrypted where that is agreed",
			Needs:   []Need{NeedCallback, NeedBackChannel, NeedIntegration},
			Decides: "Fails when the description agrees on encryption and the user's data comes in clear; warns when it is encrypted with RSA1_5.",
			Clause:  "RFC 7516; ID.me, payload encryption",
		},
		judge: judgePayload,
	},
	{
		Rule: Rule{
			ID: "TK-10", Family: FamilyToken, Severity: High,
			Title:   "The provider's keys come from the environment that signs",
			Needs:   []Need{NeedBackChannel, NeedIntegration},
			Decides: "Fails when keys are fetched from a host of another environment of ID.me, or over http; warns when they come from a host that is not described as the provider's.",
			Clause:  "OpenID Connect Core, 10.1; OpenID Connect Discovery, 3; RFC 7517",
		},
		judgeRun: judgeKeys,
	},
	{
		Rule: Rule{
			ID: "TK-11", Family: FamilyToken, Severity: Medium,
			Title:   "A refused token request is answered with a page",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedBackChannel},
			Decides: "Fails when the user ends on a server error, a stack trace or a raw error code after the provider refused the token request; warns when the refusal is no JSON with a documented error and status 400 or 401.",
			Clause:  "RFC 6749, 5.2; ID.me, error codes",
		},
		judge: judgeRefusedToken,
	},
}

func judgePayload(c *court, f *flow) ruling {
	const expected = "an encrypted token as the answer with the user's data"
	if !c.run.cfg.PayloadEncryption {
		return unseen("The description agrees on no encryption of the payload. Enter it there if it is agreed.")
	}
	var sealed []*step
	for _, s := range f.data {
		if !granted(s) {
			continue
		}
		m := s.answer()
		head, _ := m["jwt.header"].(map[string]any)
		switch {
		case m == nil:
			return unseen(noAnswerContent, refs("", s)...)
		case m["jwt.claims"] != nil || head == nil:
			return inClear(expected, "the user's data in clear", s)
		case text(head, "alg") == "RSA1_5":
			return warns("The payload is encrypted with an old algorithm", expected, "RSA1_5", refs("", s)).
				because(CauseConfiguration, "The padding of RSA1_5 lets an attacker who may ask often decrypt what he recorded.", "Have your consultant set RSA-OAEP for the payload.")
		}
		sealed = append(sealed, s)
	}
	if len(sealed) > 0 {
		return passes("The payload arrives encrypted", expected, count(len(sealed), "encrypted answer", "encrypted answers"), refs("", sealed...))
	}
	for _, t := range f.idTokens() {
		switch {
		case t.encrypted():
			return passes("The payload arrives encrypted", expected, "an encrypted id_token, no call for data", t.at())
		case slices.ContainsFunc(f.received().Attributes, func(a ReceivedAttribute) bool { return a.At.Param == "id_token" }):
			return inClear(expected, "attributes in an id_token that is not encrypted", t.s)
		}
	}
	return unseen(first(f.noTokenRequest(), noDataCall), refs("", f.callback)...)
}

func inClear(expected, actual string, s *step) ruling {
	return fails("The payload arrives in clear", expected, actual, refs("", s)).
		because(CauseConfiguration, "The description agrees on encryption, and the answer of "+s.at.host+" can be read. Either the provider has no certificate of yours for this client, or the description is of another.",
			"Give your consultant the certificate and have encryption turned on for this client.")
}

// bringsKeys tells whether the answer of a step is a set of keys.
func bringsKeys(s *step) bool {
	if s.e.Response == nil || !granted(s) || !strings.Contains(s.e.Response.BodyText, `"keys"`) {
		return false
	}
	keys, _ := s.answer()["keys"].([]any)
	return slices.ContainsFunc(keys, func(item any) bool {
		key, _ := item.(map[string]any)
		return key["kid"] != nil || key["alg"] != nil
	})
}

func judgeKeys(c *court) ruling {
	cfg := c.run.cfg
	expected := "a fetch of the keys from " + first(cfg.ExpectedAPIHost, "the provider's host")
	var good []*step
	strange := (*step)(nil)
	for _, s := range c.run.steps {
		if !bringsKeys(s) || s.role == RolePartner {
			continue
		}
		at := refs("", s)
		mine, theirs := environmentOf(cfg.ExpectedAPIHost), environmentOf(s.at.host)
		inClear := s.at.scheme == "http" && !s.at.loopback()
		switch {
		case inClear && !s.back: // a page may load what it likes
		case inClear:
			return fails("The provider's keys are fetched in clear", expected, "http://"+s.at.host, at).
				because(CausePartnerCode, "Whoever stands between can put other keys in, and then tokens of his own are believed.", "Fetch the keys over https.")
		case s.back && mine != "" && theirs != "" && mine != theirs:
			return fails("The keys are those of another environment", expected, s.at.host, at).
				because(CausePartnerCode, "The sign-in is at "+cfg.ExpectedAPIHost+" ("+string(mine)+"), the keys come from "+s.at.host+" ("+string(theirs)+"), so no signature of this environment can hold.",
					"Take the address of the keys from the metadata of "+cfg.ExpectedAPIHost+".")
		case s.role == RoleProvider && theirs == mine || c.namedByMetadata(s):
			good = append(good, s)
		case s.back: // a page may load keys of others
			strange = s
		}
	}
	switch {
	case len(good) > 0:
		return passes("The provider's keys come from its own host", expected, good[0].at.host, refs("", good...))
	case strange != nil:
		return warns("Keys come from a host that is not described", expected, strange.at.host, refs("", strange)).
			because(CauseConfiguration, "The host "+strange.at.host+" is not described as the provider's and no metadata in the run names it. Either it is the provider's and the description lacks it, or signatures are checked with somebody else's keys.",
				"Take the address of the keys from jwks_uri in the provider's metadata.")
	case slices.ContainsFunc(c.run.flows, func(f *flow) bool { return strings.HasPrefix(f.signedWith(), "HS") }):
		return unseen("The id_token is signed with a shared secret, for which no keys are fetched; see ID-01.")
	}
	return unseen("No fetch of the provider's keys is in the run: a server keeps them for long. Start your server anew and add a back-channel capture of the next sign-in.")
}

// namedByMetadata tells whether the provider's metadata in the run names the address of a step for its keys.
func (c *court) namedByMetadata(s *step) bool {
	return slices.ContainsFunc(c.run.told.metadata, func(m *step) bool {
		return m.role == RoleProvider && s.at == parseAddress(text(m.answer(), "jwks_uri"), address{})
	})
}

// refusalWords are the errors that ID.me documents for its token endpoint.
var refusalWords = []string{
	"invalid_request", "invalid_client", "invalid_scope", "unauthorized_client", "invalid_grant", "invalid_redirect_uri",
	"unsupported_grant_type", "invalid_resource_owner",
}

func judgeRefusedToken(_ *court, f *flow) ruling {
	const expected = "a JSON error with status 400 or 401 to the server, a page below 500 in plain words to the user"
	if why := f.noTokenRequest(); why != "" {
		return unseen(why, refs("", f.callback)...)
	}
	i := slices.IndexFunc(f.tokens, func(s *step) bool { return s.status() >= 400 })
	if i < 0 {
		return unseen("No token request of this sign-in was refused. Let a code expire before it is redeemed, and record browser and server.", refs("", f.tokens...)...)
	}
	s := f.tokens[i]
	at := refs("", s, f.final)
	word := text(s.answer(), "error")
	said := strings.TrimSpace("status " + strconv.Itoa(s.status()) + " " + word)
	if f.final == nil {
		return unseen(f.incomplete(), at...)
	}
	if f.final.status() >= 500 {
		return fails("A refused token request ends in a server error", expected, "status "+strconv.Itoa(f.final.status()), at).
			because(CausePartnerCode, "The token endpoint answered with "+said+", which the application did not expect, and the user sees an error of the server.",
				"Answer a refused token request with a page that says that the sign-in did not work and offers a new one.")
	}
	if r, found := refusedTokenPage(f.final, expected, said, at); found {
		return r
	}
	if s.e.Response.BodyText == "" && s.in.cannotShow(capture.LimitBodies) {
		return unseen("The capture does not hold the content of the refusal. Record it with content.", at...)
	}
	if s.status() != 400 && s.status() != 401 || !slices.Contains(refusalWords, word) {
		return warns("The refusal of the token request has another form", expected, said, at).
			because(CauseProvider, "The token endpoint of "+s.at.host+" refused with "+said+", and its documents promise a JSON error with status 400. Either something between answered, or the provider did.",
				"Log status and error of each refusal, and treat any answer without tokens as one.")
	}
	return passes("The refused token request is handled", expected, said+"; the user ends on a page with status "+strconv.Itoa(f.final.status()), at)
}

// refusedTokenPage judges what the user sees after a refused token request; found
// is false where nothing is wrong with it.
func refusedTokenPage(end *step, expected, said string, at []Ref) (r ruling, found bool) {
	_, _, why := pageText(end)
	trace, _ := end.e.Facts.Bool(transcript.FactStackTrace)
	const cure = "Log the error of a refused token request, and show the user a page in your own words that offers a new sign-in."
	switch raw := end.e.Facts.Code(transcript.FactRawErrorCode); {
	case why != "":
		return unseen(why, at...), true
	case trace:
		return fails("A refused token request ends in a stack trace", expected, "a stack trace", at).
			because(CausePartnerCode, "The token endpoint answered with "+said+", and the page after it shows what the program was doing.", cure), true
	case raw != "":
		return fails("The page after a refused token request shows the raw error", expected, raw, at).
			because(CausePartnerCode, "The token endpoint answered with "+said+", and the page after it shows the error code "+raw+".", cure), true
	}
	return r, false
}

// sealsAssertions tells whether assertions are to come encrypted: it is
// declared, or the provider is ID.me, which says so of all of them.
func sealsAssertions(cfg integration.Config) bool {
	return cfg.SAML.Encryption || cfg.PayloadEncryption || environmentOf(cfg.ExpectedAPIHost) != ""
}

// isOlder tells whether a capture was redacted before a policy, which could not write what it adds.
func (s *step) isOlder(policy int) bool { return s.in.T.Meta.Policy < policy }

// dataPolicy is the first policy that says what the rules about data read.
const dataPolicy = 3
