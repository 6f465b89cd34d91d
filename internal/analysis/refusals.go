package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// Refusal names one documented way in which a sign-in is turned back: an error
// code of OAuth or a status of SAML, or what a code alone does not tell.
type Refusal string

// The refusals; see Refusals for those of a protocol.
const (
	RefusalDenied        Refusal = "access_denied"
	RefusalScope         Refusal = "invalid_scope"
	RefusalRequest       Refusal = "invalid_request"
	RefusalClient        Refusal = "invalid_client"
	RefusalRedirectURI   Refusal = "invalid_redirect_uri"
	RefusalResponseType  Refusal = "unsupported_response_type"
	RefusalSpentCode     Refusal = "invalid_grant"
	RefusalVerification  Refusal = "verification_failed"
	RefusalProviderDown  Refusal = "provider_down"
	RefusalOtherError    Refusal = "other_error"
	RefusalRequestDenied Refusal = "request_denied"
	RefusalAuthnFailed   Refusal = "authn_failed"
	RefusalContext       Refusal = "no_authn_context"
	RefusalOtherStatus   Refusal = "other_status"
	RefusalSpentResponse Refusal = "spent_response"
)

// DocumentedRefusal is a refusal as it is shown, with how a test run exercises it.
type DocumentedRefusal struct {
	Refusal Refusal `json:"refusal"`
	Title   string  `json:"title"`
	// Codes are the code words by which it is known; none where the scenario or
	// the way of the sign-in tells.
	Codes []string `json:"codes,omitempty"`
	// Scenario is the slug of the scenario that exercises it, HowTo what to do in it.
	Scenario string `json:"scenario"`
	HowTo    string `json:"how_to"`
	// OnlyWhenSeen keeps it out of a picture in which no test run met it.
	OnlyWhenSeen bool `json:"only_when_seen,omitempty"`
}

// Scenarios by which runs are told apart; see checklist.Scenarios.
const (
	scenarioNewUser   = "new-account"
	scenarioPassport  = "passport-without-address" // says itself by which document its test user is verified
	scenarioDenied    = "consent-denied"
	scenarioScope     = "wrong-scope"
	scenarioRequest   = "wrong-request"
	scenarioExpired   = "expired-sign-in"
	scenarioFailed    = "verification-failed"
	scenarioNoMember  = "not-eligible"
	scenarioCancelled = "sign-in-cancelled"
	scenarioDown      = "provider-down"
)

// heldBack are the refusals that look alike in both protocols.
var heldBack = []DocumentedRefusal{
	{Refusal: RefusalVerification, Title: "Verification failed", Scenario: scenarioFailed,
		HowTo: "Sign in with a test user whose verification does not succeed, and record until the last page has loaded."},
	{Refusal: RefusalProviderDown, Title: "Provider down", Codes: []string{"server_error", "temporarily_unavailable"}, Scenario: scenarioDown,
		HowTo: "Start a sign-in while the provider's host cannot be reached from the test machine or from your server, and record until the last page has loaded."},
}

var oauthRefusals = slices.Concat([]DocumentedRefusal{
	{Refusal: RefusalDenied, Title: "Consent denied", Codes: []string{"access_denied"}, Scenario: scenarioDenied,
		HowTo: "Decline on the consent page and record until your own page has loaded."},
	{Refusal: RefusalScope, Title: "Policy not agreed", Codes: []string{"invalid_scope"}, Scenario: scenarioScope,
		HowTo: "Ask for a policy that was not agreed and record until your own page has loaded."},
	{Refusal: RefusalRequest, Title: "Request incomplete", Codes: []string{"invalid_request"}, Scenario: scenarioRequest,
		HowTo: "Leave redirect_uri out of the authorization request."},
	{Refusal: RefusalClient, Title: "Client unknown", Codes: []string{"invalid_client", "unauthorized_client"}, Scenario: scenarioRequest,
		HowTo: "Send a client_id that is not registered. The provider leads nobody back: its own error page counts."},
	{Refusal: RefusalRedirectURI, Title: "Redirect URI not registered", Codes: []string{"invalid_redirect_uri"}, Scenario: scenarioRequest,
		HowTo: "Send a redirect_uri that is not registered. The provider leads nobody back: its own error page counts."},
	{Refusal: RefusalResponseType, Title: "Response type not supported", Codes: []string{"unsupported_response_type"}, Scenario: scenarioRequest,
		HowTo: "Send a response_type that the provider does not know."},
	{Refusal: RefusalSpentCode, Title: "Code expired or used before", Codes: []string{"invalid_grant"}, Scenario: scenarioExpired,
		HowTo: "Load the callback a second time, or hold it until the code has expired, and add the back-channel capture."},
}, heldBack, []DocumentedRefusal{
	{Refusal: RefusalOtherError, Title: "Another error", OnlyWhenSeen: true},
})

var samlRefusals = slices.Concat([]DocumentedRefusal{
	{Refusal: RefusalRequestDenied, Title: "Consent denied", Codes: []string{"RequestDenied"}, Scenario: scenarioDenied,
		HowTo: "Decline on the consent page and record until your own page has loaded."},
	{Refusal: RefusalAuthnFailed, Title: "Authentication failed", Codes: []string{"AuthnFailed"}, Scenario: scenarioCancelled,
		HowTo: "Leave the provider's sign-in page by its cancel link and record until your own page has loaded."},
	{Refusal: RefusalContext, Title: "Policy not agreed", Codes: []string{"NoAuthnContext"}, Scenario: scenarioScope,
		HowTo: "Ask for an AuthnContext that was not agreed and record until your own page has loaded."},
	{Refusal: RefusalOtherStatus, Title: "Another status than Success", Scenario: scenarioRequest,
		HowTo: "Send an AuthnRequest that the provider must refuse, such as one that asks for a NameID format that it does not know."},
	{Refusal: RefusalSpentResponse, Title: "Response expired or used before", Scenario: scenarioExpired,
		HowTo: "Go back in the browser right after the sign-in and let it send the form again."},
}, heldBack)

// Refusals gives the documented refusals of an integration's protocol, in the
// order in which they are shown; of one that is not described those of both.
func Refusals(protocol integration.Protocol) []DocumentedRefusal {
	switch protocol {
	case integration.SAML2:
		return slices.Clone(samlRefusals)
	case "":
		return slices.Concat(oauthRefusals, samlRefusals[:len(samlRefusals)-len(heldBack)])
	}
	return slices.Clone(oauthRefusals)
}

// refusalOf names the refusal of a code word.
func (d *dialect) refusalOf(code string) Refusal {
	known, other := oauthRefusals, RefusalOtherError
	if d == &saml {
		known, other = samlRefusals, RefusalOtherStatus
	}
	i := slices.IndexFunc(known, func(r DocumentedRefusal) bool { return slices.Contains(r.Codes, code) })
	if i < 0 {
		return other
	}
	return known[i].Refusal
}
