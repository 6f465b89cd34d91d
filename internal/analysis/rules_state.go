package analysis

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// stateRules are the rules about what an authorization request asks for and
// what ties its answer to the browser.
var stateRules = []row{
	{
		Rule: Rule{
			ID: "AR-01", Family: FamilyRequest, Severity: High,
			Title:   "The sign-in asks for a code, not for tokens in the browser",
			Needs:   []Need{NeedRequest},
			Decides: "Fails when response_type asks for tokens without a code; warns when it asks for an access token beside the code.",
			Clause:  "RFC 9700, 2.1.2",
		},
		judge: judgeResponseType,
	},
	{
		Rule: Rule{
			ID: "AR-02", Family: FamilyRequest, Severity: Critical,
			Title:   "The request carries a state",
			Needs:   []Need{NeedRequest},
			Decides: "Fails without a state; warns, as medium, where PKCE S256 or a nonce protects the sign-in instead.",
			Clause:  "RFC 9700, 2.1 and 4.7; RFC 6749, 10.12",
		},
		judge: judgeStatePresent,
	},
	{
		Rule: Rule{
			ID: "AR-03", Family: FamilyRequest, Severity: Medium,
			Title:   "The state cannot be guessed",
			Needs:   []Need{NeedRequest, NeedFacts},
			Decides: "Fails under 32 bits, warns under 128 bits; the bits are estimated from length and alphabet.",
			Clause:  "RFC 6749, 10.10 and 10.12",
		},
		facts: true,
		judge: judgeStateStrength,
	},
	{
		Rule: Rule{
			ID: "AR-04", Family: FamilyRequest, Severity: Critical,
			Title:   "The state is new for each sign-in",
			Needs:   []Need{NeedRequest, NeedOtherRun},
			Decides: "Fails when two sign-ins of the round send the same state.",
			Clause:  "RFC 9700, 2.1 and 4.7.1",
		},
		judge: fresh{
			param: "state", word: "state", absent: "No state is sent; see AR-02.",
			cure: "Make a new state for each authorization request and forget it after the callback.",
		}.judge,
	},
	{
		Rule: Rule{
			ID: "AR-06", Family: FamilyRequest, Severity: High,
			Title:   "The request carries a nonce",
			Needs:   []Need{NeedRequest},
			Decides: "Fails without a nonce where the browser receives the id_token, warns where only the token endpoint gives it.",
			Clause:  "OpenID Connect Core, 3.1.2.1 and 3.2.2.1; RFC 9700, 2.1.1",
		},
		judge: judgeNonce,
	},
}

func judgeResponseType(_ *court, f *flow) ruling {
	const expected = "code"
	at := refs("response_type", f.authorize)
	sent := f.authorize.value("response_type")
	words := strings.Fields(sent)
	code, token := slices.Contains(words, "code"), slices.Contains(words, "token")
	switch {
	case strings.HasPrefix(sent, "~"):
		return unseen("The response type is none of the known words, so it was hidden. Look at the request in the relying party.", at...)
	case !code:
		return fails("The browser receives tokens", expected, sent, at).
			because(CausePartnerCode, "The request asks for "+sent+", so tokens come back in the address.",
				"Send response_type=code and redeem the code from your server.")
	case token:
		return warns("The browser receives an access token beside the code", expected, sent, at).
			because(CausePartnerCode, "The request asks for "+sent+", so an access token comes back in the address.",
				"Leave token out of response_type.")
	}
	return passes("The sign-in asks for a code", expected, sent, at)
}

func judgeStatePresent(_ *court, f *flow) ruling {
	const expected = "a state parameter"
	at := refs("state", f.authorize)
	if v, found := f.authorize.param("state"); found {
		return passes("A state is sent", expected, v, at)
	}
	r := fails("No state is sent", expected, "none", at)
	instead := ""
	if f.authorize.value("code_challenge_method") == "S256" {
		instead = "PKCE S256"
	} else if f.authorize.value("nonce") != "" {
		instead = "a nonce"
	}
	const cure = "Send a random state with each request and compare it on the callback with the one kept for this browser."
	if instead == "" {
		return r.because(CausePartnerCode, "The request has no state, no PKCE and no nonce, so a callback of another person's sign-in would be taken.", cure)
	}
	r.verdict = Warn
	return r.at(Medium).because(CausePartnerCode, "The request has no state; only "+instead+" ties the callback to this browser.", cure)
}

func judgeStateStrength(_ *court, f *flow) ruling {
	const expected = "128 bits or more"
	at := refs("state", f.authorize)
	if f.authorize.value("state") == "" {
		return unseen("No state is sent; see AR-02.", at...)
	}
	bits, known := f.authorize.e.Facts.Number(transcript.FactStateBits)
	if !known {
		return unseen("The transcript does not say how long the state was. Redact the capture again with this version.", at...)
	}
	actual := "about " + strconv.Itoa(bits) + " bits"
	if chars, known := f.authorize.e.Facts.Number(transcript.FactStateChars); known {
		actual = count(chars, "character", "characters") + ", " + actual
	}
	const cure = "Draw the state from a cryptographic random source: 16 bytes or more, in base64url."
	switch {
	case bits < 32:
		return fails("The state can be guessed", expected, actual, at).
			because(CausePartnerCode, "A state of this length and alphabet has about 2^"+strconv.Itoa(bits)+" values, few enough to try them all.", cure)
	case bits < 128:
		return warns("The state is short", expected, actual, at).
			because(CausePartnerCode, "A state of this length and alphabet has less room than a random value needs.", cure)
	}
	return passes("The state is long enough", expected, actual, at)
}

func judgeNonce(_ *court, f *flow) ruling {
	const expected = "a nonce parameter"
	at := refs("nonce", f.authorize)
	if v, found := f.authorize.param("nonce"); found {
		return passes("A nonce is sent", expected, v, at)
	}
	if slices.Contains(strings.Fields(f.authorize.value("response_type")), "id_token") {
		return fails("No nonce is sent", expected, "none", at).
			because(CausePartnerCode, "The id_token comes through the browser, where a stolen one can be played in again.",
				"Send a random nonce with each request and compare it with the one in the id_token.")
	}
	if !slices.Contains(scopeWords(f.authorize), "openid") {
		return unseen("The request asks for no id_token (no openid in its scope), so there is nothing for a nonce to protect. A sign-in with openid would show it.", at...)
	}
	return warns("No nonce is sent", expected, "none", at).
		because(CausePartnerCode, "The id_token comes from the token endpoint only, where a nonce still reveals a code that was slipped in.",
			"Send a random nonce with each request and compare it with the one in the id_token.")
}
