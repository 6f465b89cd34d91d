package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

var pkceRules = []row{
	{
		Rule: Rule{
			ID: "AR-08", Family: FamilyRequest, Severity: High,
			Title:   "PKCE protects the code",
			Needs:   []Need{NeedRequest},
			Decides: "Without a code_challenge it fails for a public client and warns for a confidential one.",
			Clause:  "RFC 9700, 2.1.1; RFC 7636, 4.3",
		},
		judge: judgePKCE,
	},
	{
		Rule: Rule{
			ID: "AR-09", Family: FamilyRequest, Severity: High,
			Title:   "PKCE uses S256",
			Needs:   []Need{NeedRequest, NeedFacts},
			Decides: "Fails when code_challenge_method is missing or not S256, or the challenge is not a SHA-256 digest.",
			Clause:  "RFC 7636, 4.2; RFC 9700, 2.1.1",
		},
		facts: true,
		judge: judgePKCEMethod,
	},
	{
		Rule: Rule{
			ID: "AR-11", Family: FamilyRequest, Severity: Critical,
			Title:   "The verifier fits the PKCE challenge",
			Needs:   []Need{NeedRequest, NeedBackChannel, NeedFacts},
			Decides: "Fails when the S256 challenge of the code_verifier in the token request is another than the code_challenge of the authorization request.",
			Clause:  "RFC 7636, 4.5 and 4.6",
		},
		facts: true,
		judge: judgeVerifier,
	},
}

func judgePKCE(c *court, f *flow) ruling {
	const expected = "a code_challenge parameter"
	at := refs("code_challenge", f.authorize)
	if v, found := f.authorize.param("code_challenge"); found {
		return passes("PKCE is used", expected, v, at)
	}
	if !slices.Contains(strings.Fields(f.authorize.value("response_type")), "code") {
		return unseen("The sign-in asks for no code, which PKCE would protect; see AR-01.", refs("response_type", f.authorize)...)
	}
	const cure = "Send code_challenge with code_challenge_method=S256, and the verifier with the token request."
	switch c.run.cfg.Client.Type {
	case integration.PublicClient:
		return fails("PKCE is not used by a public client", expected, "none", at).
			because(CausePartnerCode, "A public client has no secret, so whoever sees the code can redeem it.", cure)
	case integration.ConfidentialClient:
		return warns("PKCE is not used", expected, "none", at).
			because(CausePartnerCode, "The client has a secret, yet a code that is slipped into its callback would be redeemed.", cure)
	}
	return warns("PKCE is not used", expected, "none", at).
		because(CausePartnerCode, "Whether the client is public, where this would be a failure, or confidential is not described.", cure)
}

func judgePKCEMethod(_ *court, f *flow) ruling {
	const expected = "S256"
	at := refs("code_challenge_method", f.authorize)
	if f.authorize.value("code_challenge") == "" {
		return unseen("No code_challenge is sent; see AR-08.", at...)
	}
	const cure = "Send code_challenge_method=S256 with BASE64URL(SHA-256(verifier)) as challenge."
	method, found := f.authorize.param("code_challenge_method")
	switch {
	case !found:
		return fails("PKCE is sent without a method", expected, "none, which means plain", at).
			because(CausePartnerCode, "Without a method the challenge is the verifier itself, readable by everybody who sees the request.", cure)
	case strings.HasPrefix(method, "~"):
		return fails("PKCE uses an unknown method", expected, "neither S256 nor plain", at).
			because(CausePartnerCode, "The method is none that RFC 7636 knows.", cure)
	case method != "S256":
		return fails("PKCE uses "+method, expected, method, at).
			because(CausePartnerCode, "With this method the challenge is the verifier itself, readable by everybody who sees the request.", cure)
	}
	digest, known := f.authorize.e.Facts.Bool(transcript.FactChallengeForm)
	if !known {
		return unseen("The transcript does not say whether the challenge has the form of a digest. Redact the capture again with this version.", at...)
	}
	if !digest {
		return fails("The PKCE challenge is not a SHA-256 digest", "43 characters of base64url", "another form", refs("code_challenge", f.authorize)).
			because(CausePartnerCode, "The method says S256, yet the challenge has not the form of a digest.", cure)
	}
	return passes("PKCE uses S256", expected, method, at)
}

func judgeVerifier(c *court, f *flow) ruling {
	challenge := f.authorize.value("code_challenge")
	if challenge == "" {
		return unseen("No code_challenge is sent; see AR-08.", refs("code_challenge", f.authorize)...)
	}
	if why := f.noTokenRequest(); why != "" {
		return unseen(why, refs("code_challenge", f.authorize)...)
	}
	derived := "code_verifier"
	if f.authorize.value("code_challenge_method") == "S256" {
		derived = "code_verifier.s256"
	}
	for _, s := range f.tokens {
		at := append(refs("code_challenge", f.authorize), s.ref("code_verifier"))
		sent := s.sent(derived)
		same, comparable := equal(f.authorize, challenge, s, sent)
		if ok, known := s.e.Facts.Bool(transcript.FactPKCE); !comparable && known && s.in == f.authorize.in && (!ok || c.onlyOne("code_challenge", f)) {
			same, comparable, sent, challenge = ok, true, "another, by the redactor's own comparison", "the challenge of the request"
		}
		switch {
		case s.sent("code_verifier") == "":
			return unseen("The token request has no code_verifier; see TK-01.", at...)
		case sent == "" || !comparable:
			return unseen("Challenge and verifier cannot be compared: they come from captures that do not compare, or were dropped. Redact both captures in the same round.", at...)
		case same:
			continue
		case granted(s):
			return fails("The verifier does not fit the challenge", challenge, sent, at).
				because(CauseProvider, "The challenge of the verifier is another than the one that was sent, and yet the provider gave tokens. Either the provider does not check it, or the code was requested anew in between.",
					"Tell your consultant, and keep the verifier with the state that it belongs to.")
		}
		return fails("The verifier does not fit the challenge", challenge, sent, at).
			because(CausePartnerCode, "The challenge of the verifier is another than the one that was sent, and the provider gave no tokens.",
				"Keep the verifier with the state that it belongs to, and send BASE64URL(SHA-256(verifier)) as challenge.")
	}
	return passes("The verifier fits the challenge", challenge, "the same", append(refs("code_challenge", f.authorize), refs("code_verifier", f.tokens...)...))
}
