package oauthcases

import (
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/party"
	"github.com/proofwalk/proofwalk/internal/integration"
)

var oauth = at(integration.OAuth, nodeProvider, "oauth-")

var oauthCases = []matrix.Case{
	oauth("", happy, signsIn(party.LandingPath)),
	oauth("", denied, declines(party.RefusalPath)),
	oauth("", tampered, tampers(otherState, party.ProblemPath)),

	oauth("no-state", happy, signsIn(party.LandingPath), warns("AR-02")),
	oauth("no-state-no-pkce", happy, signsIn(party.LandingPath), fails("AR-02"), warns("AR-08")),
	oauth("short-state", happy, signsIn(party.LandingPath), fails("AR-03")),
	oauth("no-pkce", happy, signsIn(party.LandingPath), warns("AR-08")),
	oauth("openid-for-oauth", happy, signsIn(party.LandingPath), warns("AR-14")),
	oauth("no-scope", "invalid-request", isTurnedBack, fails("AR-14")),
	oauth("state-unchecked", tampered, tampers(otherState, party.LandingPath), fails("CB-03")),
	oauth("code-twice", happy, signsIn(party.LandingPath), fails("CB-06")),
	oauth("token-in-query", happy, signsIn(party.LandingPath), fails("CB-12")),
	oauth("bearer-in-query", happy, signsIn(party.ProblemPath), fails("TK-04"), fails("TK-06"), warns("PG-03")),
	oauth("raw-error", denied, declines(party.CallbackPath), fails("ER-04")),
	oauth("restart-after-error", denied, declinesAndReturns, fails("CB-24")),
}

var zitadel = at(integration.OIDC, goProvider, "zitadel-")

// zitadelCases are played at the second provider: what a provider of another
// make changes in a transcript must change no finding.
var zitadelCases = []matrix.Case{
	zitadel("", happy, signsIn(party.LandingPath)),
	zitadel("", twice, signsInTwice),
	zitadel("", tampered, tampers(otherState, party.ProblemPath)),

	zitadel("pkce-plain", happy, signsIn(party.LandingPath), fails("AR-09")),
	zitadel("redirect-with-fragment", happy, signsIn(party.LandingPath), fails("TR-07")),
	zitadel("form-sent-on", happy, signsIn(party.LandingPath), fails("AR-17")),
	zitadel("token-response-cached", happy, signsIn(party.LandingPath), fails("TK-02")),
	zitadel("no-state", happy, signsIn(party.LandingPath), warns("AR-02")),
	zitadel("short-state", happy, signsIn(party.LandingPath), fails("AR-03")),
	zitadel("no-nonce", happy, signsIn(party.LandingPath), warns("AR-06")),
	zitadel("no-pkce", happy, signsIn(party.LandingPath), warns("AR-08")),
	zitadel("constant-nonce", twice, signsInTwice, fails("AR-07")),
	zitadel("wrong-verifier", happy, signsIn(party.ProblemPath), fails("AR-11")),
	zitadel("state-unchecked", tampered, tampers(otherState, party.LandingPath), fails("CB-03")),
	zitadel("code-stays", happy, signsIn(party.CallbackPath), fails("CB-08")),
	zitadel("callback-stored", happy, signsIn(party.LandingPath), warns("CB-11")),
	zitadel("token-in-page", happy, signsIn(party.LandingPath), fails("CB-14")),
	zitadel("cookie-without-httponly", happy, signsIn(party.LandingPath), fails("CB-18")),
	zitadel("password-grant", happy, signsIn(party.LandingPath), fails("TK-03")),
	zitadel("id-token-unsigned", happy, signsIn(party.LandingPath), fails("ID-01")),
	zitadel("nonce-of-another", happy, signsIn(party.LandingPath), fails("ID-04")),
}
