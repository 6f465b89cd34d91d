package samlcases

import (
	"net/url"
	"slices"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlidp"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlparty"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// The ways that the user goes.
var (
	toProvider = []step{
		open(atParty, samlparty.StartPath), arrive(atParty, samlparty.StartPath),
		click("a"), arrive(atProvider, samlidp.SignOnPath),
	}
	toConsent = slices.Concat(toProvider, []step{click("button"), arrive(atProvider, samlidp.LoginPath)})
	allowed   = slices.Concat(toConsent, []step{click("button[value=" + samlidp.AllowButton + "]")})
	denied    = slices.Concat(toConsent, []step{click("button[value=" + samlidp.DenyButton + "]")})
	signedIn  = slices.Concat(allowed, []step{arrive(atParty, samlparty.LandingPath)})
	postAgain = []step{open(atProvider, samlidp.AgainPath)}
)

func ends(way []step, last ...step) matrix.Steps { return course(slices.Concat(way, last)...) }

var (
	happy     = ends(signedIn)
	refused   = ends(denied, arrive(atParty, samlparty.DeniedPath))
	atService = ends(denied, arrive(atParty, samlparty.ServicePath))
)

var takesAll = []samlparty.Fault{samlparty.TakesAll}

func is(name, scenario string, steps matrix.Steps, expected ...matrix.Expected) matrix.Case {
	return matrix.Case{Name: name, Scenario: scenario, Steps: steps, Expected: expected}
}

// cases are all of them. What is expected was written down before the first run.
var cases = slices.Concat(faultless, messageCases, requestCases, assertionCases, endCases, cookieCases, refusalCases)

var faultless = []staged{
	{Case: is("saml-faultless", "happy-path", happy)},
	{Case: is("saml-faultless-encrypted", "happy-path", happy), encrypted: true},
	{Case: is("saml-faultless-denied", "consent-denied", refused)},
	{Case: is("saml-faultless-second-try", "consent-denied", ends(denied, slices.Concat(
		[]step{arrive(atParty, samlparty.DeniedPath), click("a"), arrive(atProvider, samlidp.SignOnPath)}, signedIn[len(toProvider):],
	)...))},
	{Case: is("saml-faultless-twice", "happy-path", ends(signedIn, slices.Concat(
		[]step{open(atParty, samlparty.SignInPath), arrive(atProvider, samlidp.SignOnPath)}, signedIn[len(toProvider):],
	)...))},
	{Case: is("saml-faultless-posted-again", "replay", ends(signedIn, slices.Concat(postAgain, []step{arrive(atParty, samlparty.ProblemPath)})...))},
}

var messageCases = []staged{
	{
		Case:     is("saml-response-by-redirect", "happy-path", happy, matrix.Fails("SA-01")),
		provider: []samlidp.Fault{samlidp.ByRedirect}, party: takesAll,
	},
	{
		Case:  is("saml-request-broken", "happy-path", ends(toProvider), matrix.Fails("SA-01"), matrix.Fails("PG-01")),
		party: []samlparty.Fault{samlparty.BrokenRequest},
	},
	{
		Case:     is("saml-destination-other", "happy-path", happy, matrix.Fails("SA-02")),
		provider: []samlidp.Fault{samlidp.OtherDestination}, party: takesAll,
	},
	{
		Case:     is("saml-destination-missing", "happy-path", happy, matrix.Fails("SA-02")),
		provider: []samlidp.Fault{samlidp.NoDestination}, party: takesAll,
	},
	{
		Case:     is("saml-recipient-other", "happy-path", happy, matrix.Fails("SA-02")),
		provider: []samlidp.Fault{samlidp.OtherRecipient}, party: takesAll,
	},
	{
		Case:     is("saml-recipient-missing", "happy-path", happy, matrix.Fails("SA-02")),
		provider: []samlidp.Fault{samlidp.NoRecipient}, party: takesAll,
	},
	{
		Case:  is("saml-service-undescribed", "happy-path", happy, matrix.Fails("SA-02"), matrix.Fails("SA-09")),
		party: []samlparty.Fault{samlparty.OtherService},
		describe: func(cfg *integration.Config) {
			cfg.SAML.ACSURLs = []string{site.RelyingParty + samlparty.ServicePath}
		},
	},
	{
		Case:     is("saml-request-other-answered", "happy-path", happy, matrix.Fails("SA-03")),
		provider: []samlidp.Fault{samlidp.OtherRequest}, party: takesAll,
	},
	{
		Case:     is("saml-request-not-named", "happy-path", happy, matrix.Fails("SA-03")),
		provider: []samlidp.Fault{samlidp.NoRequest}, party: takesAll,
	},
	{
		Case: is("saml-unasked-taken", "provider-initiated", course(
			open(atProvider, samlidp.StartPath+"?service="+url.QueryEscape(site.RelyingParty+samlparty.EntityPath)), arrive(atProvider, samlidp.StartPath),
			click("button"), arrive(atProvider, samlidp.LoginPath),
			click("button[value="+samlidp.AllowButton+"]"), arrive(atParty, samlparty.LandingPath),
		), matrix.Warns("SA-03")),
		party: []samlparty.Fault{samlparty.TakesUnasked},
	},
	{
		Case:     is("saml-relay-state-changed", "happy-path", happy, matrix.Fails("SA-04")),
		provider: []samlidp.Fault{samlidp.OtherRelayState}, party: takesAll,
	},
	{
		Case:     is("saml-relay-state-dropped", "happy-path", happy, matrix.Fails("SA-04")),
		provider: []samlidp.Fault{samlidp.NoRelayState}, party: takesAll,
	},
	{
		Case:  is("saml-relay-state-long", "happy-path", happy, matrix.Fails("SA-04")),
		party: []samlparty.Fault{samlparty.LongRelayState},
	},
	{
		Case: is("saml-relay-state-open-redirect", "open-redirect", course(slices.Concat(
			[]step{open(atParty, samlparty.SignInPath+"?next="+url.QueryEscape(site.Stranger+"/")), arrive(atProvider, samlidp.SignOnPath)},
			allowed[len(toProvider):], []step{arrive(atStranger, "/")},
		)...), matrix.Warns("SA-04")),
		party: []samlparty.Fault{samlparty.OpenRelayState},
	},
}

var requestCases = []staged{
	{
		Case:     is("saml-issuer-other", "happy-path", happy, matrix.Fails("SA-09")),
		provider: []samlidp.Fault{samlidp.UnknownServices}, party: []samlparty.Fault{samlparty.OtherIssuer},
	},
	{
		Case:  is("saml-policy-other", "happy-path", happy, matrix.Fails("SA-10")),
		party: []samlparty.Fault{samlparty.OtherPolicy},
	},
	{
		Case:  is("saml-policy-missing", "happy-path", happy, matrix.Warns("SA-10")),
		party: []samlparty.Fault{samlparty.NoPolicy},
	},
	{
		Case:     is("saml-assertion-in-clear", "happy-path", happy, matrix.Fails("SA-11")),
		provider: []samlidp.Fault{samlidp.InClear}, encrypted: true,
	},
}

var assertionCases = []staged{
	{
		Case:     is("saml-unsigned", "happy-path", happy, matrix.Fails("SA-05")),
		provider: []samlidp.Fault{samlidp.Unsigned}, party: takesAll,
	},
	{
		Case:     is("saml-sha1", "happy-path", happy, matrix.Fails("SA-05")),
		provider: []samlidp.Fault{samlidp.SHA1},
	},
	{
		Case:     is("saml-audience-other", "happy-path", happy, matrix.Fails("SA-06")),
		provider: []samlidp.Fault{samlidp.OtherAudience}, party: takesAll,
	},
	{
		Case:     is("saml-audience-missing", "happy-path", happy, matrix.Fails("SA-06")),
		provider: []samlidp.Fault{samlidp.NoAudience},
	},
	{
		Case:     is("saml-expired", "happy-path", happy, matrix.Warns("SA-06")),
		provider: []samlidp.Fault{samlidp.Expired}, party: takesAll,
	},
}

var endCases = []staged{
	{
		Case: is("saml-replay-taken", "replay", ends(allowed, slices.Concat([]step{arrive(atParty, samlparty.ServicePath)}, postAgain,
			[]step{arrive(atParty, samlparty.ServicePath)})...), matrix.Fails("SA-07")),
		party: []samlparty.Fault{samlparty.TakesAgain, samlparty.PageAtService},
	},
	{
		Case:  is("saml-replay-leads-on", "replay", ends(signedIn, slices.Concat(postAgain, []step{arrive(atParty, samlparty.LandingPath)})...), matrix.Warns("SA-07")),
		party: []samlparty.Fault{samlparty.TakesAgain},
	},
	{
		Case:  is("saml-service-over-http", "happy-path", ends(allowed, arrive(atPlain, samlparty.ServicePath), sendAnyway, arrive(atPlain, samlparty.LandingPath)), matrix.Fails("TR-01")),
		party: []samlparty.Fault{samlparty.PlainService, samlparty.TakesAll},
	},
	{ // the session cookie has to do without Secure
		Case:  is("saml-landing-over-http", "happy-path", ends(allowed, arrive(atPlain, samlparty.LandingPath)), matrix.Fails("TR-01"), matrix.Fails("TR-02"), matrix.Fails("CB-18")),
		party: []samlparty.Fault{samlparty.PlainLanding},
	},
	{
		Case:     is("saml-other-environment", "happy-path", happy, matrix.Fails("TR-04")),
		describe: func(cfg *integration.Config) { cfg.ExpectedAPIHost = "sandbox." + providerHost },
	},
	{
		Case:  is("saml-redirect-loop", "happy-path", happy, matrix.Fails("CB-23")),
		party: []samlparty.Fault{samlparty.Loops},
	},
}

var cookieCases = []staged{
	{
		Case:  is("saml-session-cookie-bare", "happy-path", happy, matrix.Fails("CB-18")),
		party: []samlparty.Fault{samlparty.BareSession},
	},
	{
		Case:  is("saml-request-cookie-lost", "happy-path", ends(allowed, arrive(atParty, samlparty.ProblemPath)), matrix.Fails("CB-20"), matrix.Warns("PG-03")),
		party: []samlparty.Fault{samlparty.LaxRequest},
	},
	{
		Case:  is("saml-request-cookie-by-exception", "happy-path", happy, matrix.Warns("CB-20")),
		party: []samlparty.Fault{samlparty.BareRequest},
	},
}

var refusalCases = []staged{
	{
		Case:  is("saml-refusal-blank", "consent-denied", refused, matrix.Fails("SA-08")),
		party: []samlparty.Fault{samlparty.BlankRefusal},
	},
	{
		Case:  is("saml-refusal-raw", "consent-denied", atService, matrix.Fails("SA-08")),
		party: []samlparty.Fault{samlparty.RawRefusal},
	},
	{
		Case:  is("saml-refusal-server-error", "consent-denied", atService, matrix.Fails("SA-08")),
		party: []samlparty.Fault{samlparty.BreaksOnRefusal}, refusal: "RequestDenied",
	},
	{
		Case:  is("saml-refusal-dead-end", "consent-denied", refused, matrix.Fails("SA-08")),
		party: []samlparty.Fault{samlparty.DeadEnd}, refusal: "RequestDenied",
	},
	{
		Case:  is("saml-refusal-asks-again", "consent-denied", ends(denied, arrive(atProvider, samlidp.SignOnPath)), matrix.Fails("CB-24")),
		party: []samlparty.Fault{samlparty.AsksAgain},
	},
	{
		Case:  is("saml-refusal-stack-trace", "consent-denied", refused, matrix.Fails("ER-03")),
		party: []samlparty.Fault{samlparty.TraceOnRefusal},
	},
	{ // the landing page, made for those who have signed in, offers nothing to try again
		Case:  is("saml-refusal-opens-session", "consent-denied", ends(denied, arrive(atParty, samlparty.LandingPath)), matrix.Fails("ER-08"), matrix.Fails("SA-08")),
		party: []samlparty.Fault{samlparty.OpensAnyway}, refusal: "RequestDenied",
	},
}
