package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// samlRequestRules are the rules about what an AuthnRequest asks for, and about
// how the assertion is protected in return.
var samlRequestRules = []row{
	{
		Rule: Rule{
			ID: "SA-09", Family: FamilySAML, Severity: High, Protocols: onlySAML,
			Title:   "The request is from the registered service, to come back to it",
			Needs:   []Need{NeedMessage, NeedIntegration},
			Decides: "Fails when Issuer (or EntityID in the address) is not the registered entity id, or the request names an assertion consumer service that is not registered.",
			Clause:  "SAML 2.0 Core, 3.4.1; SAML 2.0 Profiles, 4.1.4.1; ID.me, SAML integration",
		},
		judge: judgeRequester,
	},
	{
		Rule: Rule{
			ID: "SA-10", Family: FamilySAML, Severity: Medium, Protocols: onlySAML,
			Title:   "The request asks for an agreed policy and a persistent NameID",
			Needs:   []Need{NeedMessage, NeedIntegration},
			Decides: "Fails when it asks for an AuthnContext that is no policy of the description; warns when it asks for none, or for another format of the NameID than persistent.",
			Clause:  "SAML 2.0 Core, 3.3.2.2.1, 3.4.1.1 and 8.3.7; ID.me, SAML configuration",
		},
		judge: judgeAsked,
	},
	{
		Rule: Rule{
			ID: "SA-11", Family: FamilySAML, Severity: High, Protocols: onlySAML,
			Title:   "The assertion arrives encrypted",
			Needs:   []Need{NeedResponse, NeedFacts, NeedIntegration},
			Decides: "Fails when an assertion comes in clear, beside an encrypted one or alone, where encryption is described or the provider is ID.me.",
			Clause:  "SAML 2.0 Core, 2.3.4 and 6.1; ID.me, SAML configuration",
		},
		facts: true,
		judge: judgeEncryption,
	},
}

// asking gives the step that asks for the sign-in: the AuthnRequest, or the load of
// the provider's address with EntityID in its query. Else why there is none.
func (f *flow) asking() (s *step, why string) {
	if f.unasked() {
		i := slices.IndexFunc(f.way, func(s *step) bool { return s.value("EntityID") != "" && s.role == RoleProvider })
		if i < 0 {
			return nil, requestMissing
		}
		return f.way[i], ""
	}
	switch s = f.authorize; {
	case hidesForm(s):
		return nil, withoutForms
	case s.value("saml.type") == "":
		return nil, notDecoded
	}
	return s, ""
}

// isRegistered tells whether a value is one of those that are registered, which
// stand in clear in a capture that was redacted with the description as it is.
func (r *run) isRegistered(s *step, value string, registered ...string) (is, known bool) {
	if slices.Contains(registered, value) {
		return true, true
	}
	replaced := strings.Contains(value, "~") || strings.Contains(value, ".invalid")
	return false, !replaced || r.redactedAsDescribed(s.in)
}

// registeredFact tells whether a value is registered by the word of the redactor,
// who saw it; of a capture that was redacted under another description, by the
// value itself where it stands in clear.
func (r *run) registeredFact(s *step, fact transcript.Fact, value string, registered ...string) (is, known bool) {
	if r.redactedOtherwise(s.in) {
		return r.isRegistered(s, value, registered...)
	}
	return s.e.Facts.Bool(fact)
}

// redactedAsDescribed tells whether a capture was redacted with the description as it is.
func (r *run) redactedAsDescribed(in *Input) bool {
	if r.digest == "" {
		r.digest = integration.Digest(r.cfg)
	}
	return in.T.Meta.IntegrationDigest == r.digest
}

// redactedOtherwise tells whether a capture was redacted under another description.
func (r *run) redactedOtherwise(in *Input) bool {
	return in.T.Meta.IntegrationDigest != "" && !r.redactedAsDescribed(in)
}

// withoutIntegration is the reason where a value was hidden that may be registered.
const withoutIntegration = "The capture was redacted without the integration as it is now described, so what is registered does not stand in clear. Redact it again with the integration."

func judgeRequester(c *court, f *flow) ruling {
	registered := c.run.cfg.SAML
	s, why := f.asking()
	if why != "" {
		return unseen(why, refs("SAMLRequest", f.authorize)...)
	}
	if registered.EntityID == "" {
		return unseen("The integration names no entity id to compare the request with. Enter it in the description.", refs("", s)...)
	}
	param, issuer := "SAMLRequest", s.value("saml.issuer")
	if s != f.authorize {
		param, issuer = "EntityID", s.value("EntityID")
	}
	expected := registered.EntityID
	at := refs(param, s)
	if issuer == "" {
		return fails("The request does not say who asks", expected, "no Issuer", at).
			because(CausePartnerCode, "The request names no service, so the provider cannot know whose keys and addresses hold.", "Set the entity id of your metadata as Issuer in your library's settings.")
	}
	if is, known := c.run.isRegistered(s, issuer, registered.EntityID); !is {
		if !known {
			return unseen(withoutIntegration, at...)
		}
		return fails("The request is from another service", expected, issuer, at).
			because(CauseConfiguration, "The request says that it is from "+issuer+"; registered is "+registered.EntityID+". Either the description names another entity id, or the application does.",
				"Make the entity id of your metadata, of the registration and of the description the same.")
	}
	service := s.value("saml.acs_url")
	switch is, known := c.run.isRegistered(s, service, registered.ACSURLs...); {
	case service == "":
		return passes("The request is from the registered service", expected, issuer+", which names no assertion consumer service, so that of the metadata holds", at)
	case len(registered.ACSURLs) == 0:
		return unseen("The integration names no assertion consumer service to compare the request with. Enter it in the description.", at...)
	case !is && !known:
		return unseen(withoutIntegration, at...)
	case !is:
		return fails("The Response is to go to an address that is not registered", strings.Join(registered.ACSURLs, ", "), service, at).
			because(CauseConfiguration, "The request asks for the Response at "+service+", which the description does not list. A provider that follows it hands assertions to whoever owns that address.",
				"Send the address that is registered, equal to the last character, or have this one registered.")
	}
	return passes("The request is from the registered service", expected, issuer+", to "+service, at)
}

// persistentFormat is the format of a NameID that stays with the user.
const persistentFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"

func judgeAsked(c *court, f *flow) ruling {
	policies := c.run.cfg.Policies
	expected := "AuthnContext " + first(strings.Join(policies, " or "), "of an agreed policy") + ", NameID persistent"
	s, why := f.asking()
	if why != "" {
		return unseen(why, refs("SAMLRequest", f.authorize)...)
	}
	at := refs("SAMLRequest", s)
	if len(policies) == 0 {
		return unseen("The description names no policies to compare the request with. Enter the handles of the agreed policies.", at...)
	}
	asked := strings.Fields(first(s.value("saml.authn_context"), s.value("AuthnContext")))
	format := first(s.value("saml.name_id_format"), s.value("NameIDFormat"))
	if s.isOlder(dataPolicy) && len(asked) == 0 {
		return unseen("The capture was redacted by a version that does not read the AuthnContext. Redact it again with this version.", at...)
	}
	for _, policy := range asked {
		is, known := c.run.isRegistered(s, policy, policies...)
		switch {
		case is:
		case !known:
			return unseen(withoutIntegration, at...)
		default:
			return fails("The request asks for a policy that is not agreed", expected, strings.Join(asked, " "), at).
				because(CauseConfiguration, "The AuthnContext is "+policy+"; the description names "+strings.Join(policies, ", ")+". Either the description lacks it, or the application asks for another.",
					"Ask for the handle of the agreed policy, or enter this one in the description.")
		}
	}
	switch {
	case len(asked) == 0:
		return warns("The request asks for no policy", expected, "no AuthnContext", at).
			because(CausePartnerCode, "Without an AuthnContext the provider decides how much of the user is verified.", "Send the handle of the agreed policy as AuthnContextClassRef.")
	case format != persistentFormat:
		return warns("The request asks for no persistent NameID", expected, first(format, "no NameIDPolicy"), at).
			because(CausePartnerCode, "Only a persistent NameID stays the same for a user without being an address that changes.", "Send a NameIDPolicy with the format "+persistentFormat+".")
	}
	return passes("The request asks for an agreed policy and a persistent NameID", expected, strings.Join(asked, " ")+", persistent", at)
}

func judgeEncryption(c *court, f *flow) ruling {
	const expected = "an encrypted assertion, and none in clear"
	s, r := f.response()
	if r != nil {
		return *r
	}
	at := refs("SAMLResponse", s)
	encrypted, known := s.e.Facts.Bool(transcript.FactSAMLEncrypted)
	assertions, _ := s.e.Facts.Number(transcript.FactSAMLAssertions)
	attributes, _ := s.e.Facts.Number(transcript.FactSAMLAttributes)
	// Of an encrypted assertion none of this can be read.
	clear := attributes > 0 || s.value("saml.audience")+s.value("saml.recipient")+s.value("saml.name_id") != ""
	switch {
	case !known:
		return unseen(withoutSAMLFacts, at...)
	case assertions == 0:
		return unseen(withoutAssertion, at...)
	case encrypted && !clear:
		return passes("The assertion arrives encrypted", expected, count(assertions, "encrypted assertion", "encrypted assertions"), at)
	case !sealsAssertions(c.run.cfg):
		return unseen("An assertion comes in clear, and the description does not say that it is to be encrypted. Enter it there if it is agreed.", at...)
	}
	actual := "an assertion in clear"
	if encrypted {
		actual = "an encrypted assertion and one in clear"
	}
	return fails("An assertion comes in clear", expected, actual, at).
		because(CauseConfiguration, "The user's attributes pass through the browser, where every extension can read them. Either the provider has no certificate of yours to encrypt for, or encryption is off for this service.",
			"Give your consultant the certificate of your service and have encryption of assertions turned on.")
}
