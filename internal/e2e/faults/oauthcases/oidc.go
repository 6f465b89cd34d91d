package oauthcases

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/party"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// The findings below were written before the cases were played for the first time.
var (
	fails = matrix.Fails
	warns = matrix.Warns
)

// at gives a maker of cases for a protocol and a provider; a case is named after its fault.
func at(protocol integration.Protocol, provider, prefix string) func(fault, scenario string, steps matrix.Steps, expected ...matrix.Expected) matrix.Case {
	return func(fault, scenario string, steps matrix.Steps, expected ...matrix.Expected) matrix.Case {
		name := prefix + fault
		if fault == "" {
			name = prefix + "faultless-" + scenario
		}
		return matrix.Case{Name: name, Protocol: protocol, Provider: provider, Fault: fault, Scenario: scenario, Expected: expected, Steps: steps}
	}
}

const (
	happy    = "happy-path"
	denied   = "consent-denied"
	twice    = "two-sign-ins"
	tampered = "tampered-callback"
	replayed = "replayed-callback"
	stateOut = "callback-without-state"

	foreignIssuer = "issuer-of-another"
	codeAndError  = "code-and-error"
	markupInError = "markup-in-error"
	foreignError  = "error-of-another"
)

// Cases are all cases, the faultless ones of a provider and protocol first.
func Cases() []matrix.Case { return slices.Concat(oidcCases, oauthCases, zitadelCases) }

var oidc = at(integration.OIDC, nodeProvider, "oidc-")

var oidcCases = []matrix.Case{
	oidc("", happy, signsIn(party.LandingPath)),
	oidc("", denied, declines(party.RefusalPath)),
	oidc("", twice, signsInTwice),
	oidc("", tampered, tampers(otherState, party.ProblemPath)),
	oidc("", stateOut, tampers(noState, party.ProblemPath)),
	oidc("", replayed, replays(party.ProblemPath)),
	oidc("", foreignIssuer, tampers(otherIssuer, party.ProblemPath)),
	oidc("", codeAndError, tampers(errorToo, party.RefusalPath)),
	oidc("", markupInError, tampersRefusal(markup, party.RefusalPath)),
	oidc("", foreignError, tampersRefusal(otherState, party.ProblemPath)),

	// The authorization request.
	oidc("no-state", happy, signsIn(party.LandingPath), warns("AR-02")),
	oidc("constant-state", twice, signsInTwice, fails("AR-04")),
	oidc("short-state", happy, signsIn(party.LandingPath), fails("AR-03")),
	oidc("medium-state", happy, signsIn(party.LandingPath), warns("AR-03")),
	oidc("state-with-data", happy, signsIn(party.LandingPath), warns("AR-05")),
	oidc("no-nonce", happy, signsIn(party.LandingPath), warns("AR-06")),
	oidc("constant-nonce", twice, signsInTwice, fails("AR-07")),
	oidc("no-pkce", happy, signsIn(party.LandingPath), warns("AR-08")),
	oidc("no-pkce-public", happy, signsIn(party.LandingPath), fails("AR-08")),
	oidc("constant-challenge", twice, signsInTwice, fails("AR-10")),
	oidc("redirect-unregistered", happy, signsIn(party.LandingPath), fails("TR-06")),
	oidc("redirect-with-query", happy, signsIn(party.LandingPath), warns("TR-07")),
	oidc("secret-in-address", happy, signsIn(party.LandingPath), fails("AR-12")),
	oidc("secret-in-page", happy, signsIn(party.LandingPath), fails("AR-12")),
	oidc("login-hint", happy, signsIn(party.LandingPath), fails("AR-15")),
	oidc("foreign-scope", happy, signsIn(party.LandingPath), fails("AR-14")),
	oidc("duplicate-parameter", happy, signsIn(party.LandingPath), fails("AR-13")),
	oidc("http-hop", happy, signsIn(party.LandingPath), fails("TR-01")),
	oidc("form-sent-on", happy, isRefused, fails("AR-17"), fails("PG-01")), // this provider reads a posted request from its form only
	oidc("other-host", happy, signsIn(party.LandingPath), fails("TR-04")),
	oidc("implicit", happy, signsIn(party.LandingPath), fails("AR-01"), fails("CB-13"), fails("TK-03")),
	oidc("fragment-mode", happy, signsIn(party.LandingPath), warns("AR-16")),

	// The callback.
	oidc("state-unchecked", tampered, tampers(otherState, party.LandingPath), fails("CB-03")),
	oidc("state-missing-taken", stateOut, tampers(noState, party.LandingPath), fails("CB-04")),
	oidc("replay-taken", replayed, replays(party.LandingPath), fails("CB-05")),
	oidc("issuer-unchecked", foreignIssuer, tampers(otherIssuer, party.LandingPath), fails("CB-16")),
	oidc("error-beside-code", codeAndError, tampers(errorToo, party.LandingPath), fails("CB-17")),
	oidc("open-redirect", happy, sentAway, fails("CB-22")),
	oidc("state-unbound", happy, signsIn(party.LandingPath), fails("CB-02")),
	oidc("form-post-lax-cookie", happy, signsIn(party.ProblemPath), fails("CB-20"), warns("PG-03")),
	oidc("code-in-referer", happy, signsIn(party.CallbackPath), fails("CB-07"), fails("CB-08"), fails("CB-09"), fails("CB-10")),
	oidc("code-stays", happy, signsIn(party.CallbackPath), fails("CB-08")),
	oidc("third-party-on-callback", happy, signsIn(party.CallbackPath), fails("CB-08"), fails("CB-09")),
	oidc("callback-page-stored", happy, signsIn(party.CallbackPath), fails("CB-08"), fails("CB-11")),
	oidc("callback-stored", happy, signsIn(party.LandingPath), warns("CB-11")),
	oidc("no-referrer-policy", happy, signsIn(party.LandingPath), warns("CB-10")),
	oidc("token-in-query", happy, signsIn(party.LandingPath), fails("CB-12")),
	oidc("token-in-page", happy, signsIn(party.LandingPath), fails("CB-14")),
	oidc("cookie-without-secure", happy, signsIn(party.LandingPath), fails("CB-18")),
	oidc("cookie-without-httponly", happy, signsIn(party.LandingPath), fails("CB-18")),
	oidc("cookie-without-samesite", happy, signsIn(party.LandingPath), warns("CB-18")),
	oidc("cookie-none-insecure", happy, signsIn(party.StartPath), fails("CB-18"), fails("PG-03")),
	oidc("session-not-renewed", happy, signsIn(party.LandingPath), fails("CB-21")),
	oidc("redirect-loop", happy, signsIn(""), fails("CB-23"), fails("TR-05")),
	oidc("redirect-to-http", happy, signsIn(party.LandingPath), fails("TR-01"), fails("TR-02")),
	oidc("callback-dead", happy, dies, fails("TR-05")),
	oidc("no-hsts", happy, signsIn(party.LandingPath), fails("TR-03")),
	oidc("framing-allowed", happy, signsIn(party.LandingPath), fails("CB-25")),

	// After a refusal.
	oidc("blank-error", denied, declines(party.CallbackPath), fails("ER-01"), fails("ER-05")),
	oidc("raw-error", denied, declines(party.CallbackPath), fails("ER-04")),
	oidc("json-error", denied, declines(party.CallbackPath), fails("ER-01")),
	oidc("markup-reflected", markupInError, tampersRefusal(markup, party.CallbackPath), fails("ER-06")),
	oidc("error-state-unchecked", foreignError, tampersRefusal(otherState, party.RefusalPath), warns("ER-09")),
	oidc("stack-trace", denied, declines(party.CallbackPath), fails("ER-03")),
	oidc("server-error", denied, declines(party.CallbackPath), fails("ER-01"), fails("ER-02")),
	oidc("error-status", denied, declines(party.CallbackPath), warns("ER-01")),
	oidc("no-way-on", denied, declines(party.CallbackPath), fails("ER-05")),
	oidc("session-after-error", denied, declines(party.LandingPath), fails("ER-08")),
	oidc("landing-after-error", denied, declines(party.LandingPath), warns("ER-08")),
	oidc("restart-after-error", denied, declinesAndReturns, fails("CB-24")),

	// The server's calls.
	oidc("wrong-verifier", happy, signsIn(party.ProblemPath), fails("AR-11")),
	oidc("code-twice", happy, signsIn(party.LandingPath), fails("CB-06")),
	oidc("token-without-redirect", happy, signsIn(party.ProblemPath), fails("TK-01")),
	oidc("token-without-verifier", happy, signsIn(party.ProblemPath), fails("TK-01")),
	oidc("secret-in-token-address", happy, signsIn(party.LandingPath), fails("TK-01")),
	oidc("password-grant", happy, signsIn(party.LandingPath), fails("TK-03")),
	oidc("bearer-in-query", happy, signsIn(party.ProblemPath), fails("TK-04"), fails("TK-06"), warns("PG-03")),

	// The provider's own mistakes.
	oidc("state-changed", happy, signsIn(party.LandingPath), fails("CB-01"), fails("CB-03")),
	oidc("state-dropped", denied, declines(party.RefusalPath), warns("CB-01")),
	oidc("issuer-missing", happy, signsIn(party.LandingPath), fails("CB-15")),
	oidc("issuer-of-another", happy, signsIn(party.LandingPath), fails("CB-15")),
	oidc("nonce-of-another", happy, signsIn(party.LandingPath), fails("ID-04")),
	oidc("token-response-cached", happy, signsIn(party.LandingPath), fails("TK-02")),
	oidc("token-type-missing", happy, signsIn(party.LandingPath), fails("TK-02")),
	oidc("id-token-unsigned", happy, signsIn(party.LandingPath), fails("ID-01")),
	oidc("id-token-shared-secret", happy, signsIn(party.LandingPath), warns("ID-01")),
	oidc("id-token-for-another", happy, signsIn(party.LandingPath), fails("ID-02")),
	oidc("id-token-of-another", happy, signsIn(party.LandingPath), fails("ID-02")),
	oidc("id-token-expired", happy, signsIn(party.LandingPath), fails("ID-03")),
	oidc("id-token-hash", happy, signsIn(party.LandingPath), fails("ID-05")),
}
