package analysis

import "slices"

// Family groups the rules by what they look at; files named rules_*.go hold one
// family, or one subject of a large family, each.
type Family string

// The families.
const (
	FamilyTransport Family = "transport" // TR: hosts, schemes, the redirect URI
	FamilyRequest   Family = "request"   // AR: the authorization request
	FamilyCallback  Family = "callback"  // CB: the return to the partner
	FamilyRefusal   Family = "refusal"   // ER: what the user sees after a refusal
	FamilyToken     Family = "token"     // TK, ID: redeeming the code, and the id_token
	FamilySAML      Family = "saml"      // SA: the messages of SAML
	FamilyData      Family = "data"      // DA, PV: test users, and what is received of a user
)

// Need is something a run must show before a rule can say pass.
type Need string

// The needs.
const (
	NeedRequest     Need = "authorization request"
	NeedCallback    Need = "callback"
	NeedFinalPage   Need = "final page"
	NeedFacts       Need = "facts"
	NeedCookies     Need = "cookies"
	NeedHeaders     Need = "headers of the answers"
	NeedRefusal     Need = "refusal"
	NeedBackChannel Need = "back channel"
	NeedOtherRun    Need = "second sign-in of the round"
	NeedIntegration Need = "integration"
	NeedMessage     Need = "AuthnRequest"
	NeedResponse    Need = "SAML Response"
	NeedAttributes  Need = "the user's attributes"
	NeedScenario    Need = "scenario of the run"
	NeedTestUser    Need = "test user of the run"
)

// Rule is one row of the catalogue as it is shown.
type Rule struct {
	ID       string   `json:"id"`
	Family   Family   `json:"family"`
	Title    string   `json:"title"` // a sentence that says what must hold
	Severity Severity `json:"severity"`
	Needs    []Need   `json:"needs"`
	// Protocols are those of the sign-ins that it judges.
	Protocols []Protocol `json:"protocols"`
	// Decides says when the rule fails and when it warns.
	Decides string `json:"decides"`
	// Clause names the specification the rule rests on.
	Clause string `json:"clause"`
}

// row is a Rule with its judgement: of each sign-in, or of the run as a whole.
type row struct {
	Rule
	facts    bool // rests on facts, so it matters who computed them
	refusals bool // judges only sign-ins that ended with an error
	judge    func(*court, *flow) ruling
	judgeRun func(*court) ruling
}

// protocols are those of the sign-ins that the rule judges: OAuth where the row names none.
func (r row) protocols() []Protocol {
	if len(r.Protocols) == 0 {
		return []Protocol{ProtocolOAuth}
	}
	return r.Protocols
}

func (r row) about(p Protocol) bool { return slices.Contains(r.protocols(), p) }

// Catalogue gives every rule, in the order in which findings come.
func Catalogue() []Rule {
	out := make([]Rule, 0, len(catalogue))
	for _, r := range catalogue {
		rule := r.Rule
		rule.Needs, rule.Protocols = slices.Clone(rule.Needs), slices.Clone(r.protocols())
		out = append(out, rule)
	}
	return out
}

// catalogue is put together from the families, each in its file.
var catalogue = slices.Concat(
	transportRules, hstsRules, networkRules,
	stateRules, pkceRules, requestRules, freshRules, authorizeRules,
	callbackRules, cookieRules, sessionRules, headerRules, pageRules, browserTokenRules, restartRules, tamperedRules, issuerRules,
	refusalRules, afterErrorRules,
	tokenRules, tokenUseRules, payloadRules, idTokenRules,
	samlMessageRules, samlRequestRules, samlAssertionRules, samlEndRules,
	dataRules, privacyRules,
)
