package analysis

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// idTokenRules are the rules about what an id_token says. Whether the relying
// party looks at it, no capture shows.
var idTokenRules = []row{
	{
		Rule: Rule{
			ID: "ID-01", Family: FamilyToken, Severity: Critical,
			Title:   "The id_token is signed with a public key algorithm",
			Needs:   []Need{NeedCallback, NeedBackChannel, NeedFacts},
			Decides: "Fails when alg is none, the signature is empty, or a public client gets a token signed with a shared secret; warns, as medium, where a confidential client gets one.",
			Clause:  "OpenID Connect Core, 3.1.3.7 and 10.1",
		},
		facts: true,
		judge: eachIDToken(judgeIDTokenAlg),
	},
	{
		Rule: Rule{
			ID: "ID-02", Family: FamilyToken, Severity: Critical,
			Title:   "The id_token is from the provider and for this client",
			Needs:   []Need{NeedCallback, NeedBackChannel, NeedFacts, NeedIntegration},
			Decides: "Fails when aud does not hold the client, or iss is no https address, of another environment or not the issuer of the provider's metadata; warns, as medium, when iss is of another host than the provider's.",
			Clause:  "OpenID Connect Core, 2 and 3.1.3.7",
		},
		facts: true,
		judge: eachIDToken(judgeIDTokenParties),
	},
	{
		Rule: Rule{
			ID: "ID-03", Family: FamilyToken, Severity: Critical,
			Title:   "The times of the id_token hold",
			Needs:   []Need{NeedCallback, NeedBackChannel, NeedFacts},
			Decides: "Fails when exp or iat is missing or exp and nbf do not hold when the token is received; warns, as medium, when iat lies in the future.",
			Clause:  "OpenID Connect Core, 2 and 3.1.3.7",
		},
		facts: true,
		judge: eachIDToken(judgeIDTokenTimes),
	},
	{
		Rule: Rule{
			ID: "ID-04", Family: FamilyToken, Severity: Critical,
			Title:   "The id_token holds the nonce of the request",
			Needs:   []Need{NeedRequest, NeedCallback, NeedBackChannel, NeedFacts},
			Decides: "Fails when the nonce is another, or missing though the request sent one; warns, as medium, where ID.me leaves it out.",
			Clause:  "OpenID Connect Core, 2 and 3.1.3.7",
		},
		facts: true,
		judge: eachIDToken(judgeIDTokenNonce),
	},
	{
		Rule: Rule{
			ID: "ID-05", Family: FamilyToken, Severity: Critical,
			Title:   "The hashes in the id_token fit code and access token",
			Needs:   []Need{NeedCallback, NeedBackChannel, NeedFacts},
			Decides: "Fails when at_hash or c_hash does not fit the access token or code beside the id_token.",
			Clause:  "OpenID Connect Core, 3.1.3.8, 3.2.2.9 and 3.3.2.10",
		},
		facts: true,
		judge: eachIDToken(judgeIDTokenHashes),
	},
}

// idToken is one id_token of a sign-in: of a token response, or of the callback.
type idToken struct {
	flow   *flow
	s      *step
	claims map[string]any // nil where the transcript does not hold them
}

func (t idToken) at() []Ref { return refs("id_token", t.s) }

// from is the host that sent the token.
func (t idToken) from() string {
	if t.s == t.flow.callback {
		return t.flow.authorize.at.host
	}
	return t.s.at.host
}

func (t idToken) encrypted() bool {
	return t.s.e.Facts.Code(transcript.FactIDTokenAlg) == "encrypted"
}

// idTokens gives those of the callback and of the token responses, in this order.
func (f *flow) idTokens() []idToken {
	var out []idToken
	if f.callback != nil && f.callback.value("id_token") != "" {
		out = append(out, idToken{flow: f, s: f.callback})
	}
	for _, s := range f.tokens {
		m := s.answer()
		if m["id_token"] == nil && s.e.Facts.Code(transcript.FactIDTokenAlg) == "" {
			continue
		}
		claims, _ := m["id_token.claims"].(map[string]any)
		out = append(out, idToken{flow: f, s: s, claims: claims})
	}
	return out
}

// eachIDToken asks about every id_token of a sign-in: one that fails counts most,
// then one that warns, then one of which it cannot be told.
func eachIDToken(judge func(*court, idToken) ruling) func(*court, *flow) ruling {
	return func(c *court, f *flow) ruling {
		var worst ruling
		for _, t := range f.idTokens() {
			if r := judge(c, t); worst.verdict == "" || worse(r, worst) {
				worst = r
			}
		}
		if worst.verdict == "" {
			return unseen(f.noIDToken(), refs("", f.authorize)...)
		}
		return worst
	}
}

func (f *flow) noIDToken() string {
	asked := slices.Contains(scopeWords(f.authorize), "openid") || slices.Contains(strings.Fields(f.authorize.value("response_type")), "id_token")
	if !asked {
		return "The request asks for no id_token: there is no openid in its scope. A sign-in with openid would show it."
	}
	if why := f.hidesAnswer(); why != "" {
		return why
	}
	if why := f.noTokenRequest(); why != "" {
		return why
	}
	return "The token response holds no id_token, or its content is not in the capture. Record it with content."
}

const encryptedToken = "The id_token is encrypted, so a capture does not show what it says. Log these checks in the relying party and show them in the walkthrough."

const noTokenFacts = "The transcript does not say this of the id_token. Redact the capture again with this version."

func judgeIDTokenAlg(c *court, t idToken) ruling {
	const expected = "RS256, ES256 or another public key algorithm, with a signature"
	alg := t.s.e.Facts.Code(transcript.FactIDTokenAlg)
	unsigned, known := t.s.e.Facts.Bool(transcript.FactIDTokenUnsigned)
	const cure = "Have RS256 or ES256 registered for the client, and refuse an id_token with any other algorithm."
	switch {
	case alg == "encrypted":
		return unseen(encryptedToken, t.at()...)
	case alg == "none" || unsigned:
		actual := alg
		if alg != "none" {
			actual = first(alg, "an unknown algorithm") + ", the signature is empty"
		}
		return fails("The id_token is not signed", expected, actual, t.at()).
			because(CauseConfiguration, "The id_token that came from "+t.from()+" has no signature, so anybody could have written it. Either the client is registered so, or the provider errs.", cure)
	case alg == "" || !known:
		return unseen(noTokenFacts, t.at()...)
	case alg == "other":
		return unseen("The algorithm of the id_token is none of the known words. Look at its header in the relying party.", t.at()...)
	case strings.HasPrefix(alg, "HS"):
		r := fails("The id_token is signed with a shared secret", expected, alg, t.at())
		if c.run.cfg.Client.Type != integration.PublicClient {
			r.verdict = Warn
			return r.at(Medium).because(CauseConfiguration, "With "+alg+" the key is the client's secret, so whoever knows it can write tokens. Whether the client is registered so is not described.", cure)
		}
		return r.because(CauseConfiguration, "With "+alg+" the key is the client's secret, which a public client does not have.", cure)
	}
	return passes("The id_token is signed with a public key algorithm", expected, alg, t.at())
}

func judgeIDTokenParties(c *court, t idToken) ruling {
	const expected = "iss of the provider, aud with the client_id"
	if t.encrypted() {
		return unseen(encryptedToken, t.at()...)
	}
	fits, known := t.audience()
	if known && !fits {
		return fails("The id_token is for another client", expected, "aud without the client_id", t.at()).
			because(CauseConfiguration, "The aud of the id_token does not hold the client_id of the integration. Either the description names another client, or the provider mixed two up.",
				"Compare the client_id of the description with the one that your server uses.")
	}
	if r := t.issuerFault(c, expected); r != nil {
		return *r
	}
	if !known {
		return unseen("The transcript does not say whether aud holds the client. Describe the client and redact the capture again.", t.at()...)
	}
	return passes("The id_token is from the provider and for this client", expected, text(t.claims, "iss")+", aud with the client_id", t.at())
}

// audience tells whether aud holds the client, by the redactor's word or by comparison.
func (t idToken) audience() (fits, known bool) {
	if fits, known = t.s.e.Facts.Bool(transcript.FactIDTokenAud); known && !t.flow.run.redactedOtherwise(t.s.in) {
		return fits, true
	}
	list, many := t.claims["aud"].([]any)
	if !many {
		list = []any{t.claims["aud"]}
	}
	for _, one := range list {
		aud, _ := one.(string)
		same, comparable := equal(t.flow.authorize, t.flow.authorize.value("client_id"), t.s, aud)
		if aud == "" || !comparable {
			return false, false
		}
		if same {
			return true, true
		}
	}
	return false, true
}

// issuerFault judges iss, by the provider's metadata where the run holds them,
// else by its host; nil when it is right.
func (t idToken) issuerFault(c *court, expected string) *ruling {
	iss := text(t.claims, "iss")
	host := parseAddress(iss, address{})
	https, known := t.s.e.Facts.Bool(transcript.FactIDTokenIss)
	const cure = "Compare the issuer with the one in the provider's metadata, and refuse an id_token of any other."
	bad := func(r ruling, c Cause, why, cure string) *ruling {
		r = r.because(c, why, cure)
		return &r
	}
	if (known && !https || host.scheme == "http") && !host.loopback() {
		return bad(fails("The issuer of the id_token is no https address", expected, first(iss, "an iss without https"), t.at()),
			CauseProvider, "An issuer is an https address by specification.", cure)
	}
	if iss == "" || strings.HasPrefix(iss, "~") {
		r := unseen("The issuer of this id_token is not in the transcript. Add a back-channel capture with the token response.", t.at()...)
		return &r
	}
	if s, m := t.flow.metadata(); s != nil {
		if same, comparable := equal(s, text(m, "issuer"), t.s, iss); same {
			return nil
		} else if comparable {
			return bad(fails("The id_token is from another issuer", text(m, "issuer"), iss, append(t.at(), s.ref(""))),
				CauseConfiguration, "The provider's metadata name another issuer than the id_token. Either the metadata of another provider were read, or the provider is set up wrongly.", cure)
		}
	}
	asked := t.flow.authorize.at.host
	env, askedEnv := environmentOf(host.host), environmentOf(asked)
	switch {
	case host.host == asked || strings.EqualFold(host.host, c.run.cfg.ExpectedAPIHost) || env != "" && env == askedEnv:
		return nil
	case env != "" && askedEnv != "":
		return bad(fails("The id_token is of another environment", expected, iss, t.at()),
			CauseConfiguration, "The browser was sent to "+asked+", and the id_token is from "+host.host+", which belongs to the "+string(env)+" environment.",
			"Use the token endpoint and the keys of the environment in which the client is registered.")
	}
	return bad(warns("The id_token is from another host than the provider's", expected, iss, t.at()).at(Medium),
		CauseConfiguration, "The browser was sent to "+asked+", and the issuer of the id_token is "+host.host+". Either the provider names itself so, which its metadata would show, or the description is wrong.", cure)
}

// clockSkew is how many seconds two clocks may differ before it is remarked.
const clockSkew = 300

func judgeIDTokenTimes(_ *court, t idToken) ruling {
	const expected = "iat before, exp after the moment of receipt"
	if t.encrypted() {
		return unseen(encryptedToken, t.at()...)
	}
	const cure = "Tell your consultant, and refuse an id_token whose times do not hold."
	for _, name := range []string{"exp", "iat"} {
		if _, found := t.claims[name]; !found && t.claims != nil {
			return fails("The id_token lacks a time", expected, "no "+name, t.at()).
				because(CauseProvider, "The id_token has no "+name+", which every id_token must have.", cure)
		}
	}
	issued, issuedKnown := t.claims["iat"].(float64)
	expires, expiresKnown := t.claims["exp"].(float64)
	holds, known := t.s.e.Facts.Bool(transcript.FactIDTokenTimes)
	if begins, told := t.claims["nbf"].(float64); told && begins > 0 && begins <= clockSkew && expiresKnown && expires > 0 {
		holds = true // issued while the request was on its way, or by a clock that is a little ahead
	}
	actual := "exp or nbf does not hold"
	if issuedKnown && expiresKnown {
		actual = "iat " + relative(issued) + ", exp " + relative(expires)
	}
	future := issuedKnown && issued > clockSkew
	switch {
	case known && !holds && issuedKnown && expiresKnown && expires > issued && (issued > clockSkew || issued < -clockSkew):
		return fails("The id_token is not valid when it is received", expected, actual, t.at()).
			because(CauseTestSetup, "The token's own span is sound, yet it lies beside the moment of receipt. Either the clock of the machine that recorded is wrong, or the provider's, or an old token was given out again.",
				"Set the clock of the machine that records by a time server, and record again.")
	case known && !holds:
		return fails("The id_token is not valid when it is received", expected, actual, t.at()).
			because(CauseProvider, "exp lies before, or nbf after the moment at which the token was received.", cure)
	case future:
		return warns("The id_token was issued in the future", expected, actual, t.at()).at(Medium).
			because(CauseTestSetup, "iat lies more than "+strconv.Itoa(clockSkew)+" seconds after the receipt. Either the clock of the machine that recorded is wrong, or the provider's.",
				"Set the clock of the machine that records by a time server, and record again.")
	case !known || t.claims == nil:
		return unseen("The times of this id_token are not all in the transcript. Add a back-channel capture with the token response and its time.", t.at()...)
	}
	return passes("The times of the id_token hold", expected, actual, t.at())
}

// relative writes seconds from the moment of the entry.
func relative(seconds float64) string {
	n := int(seconds)
	switch {
	case n == 0:
		return "at receipt"
	case n < 0:
		return count(-n, "second", "seconds") + " before"
	}
	return count(n, "second", "seconds") + " after"
}

func judgeIDTokenNonce(c *court, t idToken) ruling {
	sent := t.flow.authorize.value("nonce")
	at := append(refs("nonce", t.flow.authorize), t.at()...)
	switch {
	case sent == "":
		return unseen("No nonce is sent, so none can come back; see AR-06.", at...)
	case t.encrypted():
		return unseen(encryptedToken, at...)
	}
	back := text(t.claims, "nonce")
	const cure = "Compare the nonce with the one kept for this browser and refuse any other."
	if back == "" && t.claims != nil {
		r := fails("The id_token does not hold the nonce", sent, "none", at)
		if environmentOf(t.from()) != "" {
			r.verdict = Warn
			r = r.at(Medium)
		}
		return r.because(CauseProvider, "The request sent a nonce and the id_token has none, so nothing ties the token to this browser.",
			"Tell your consultant, and do not take the nonce for a protection until it comes back.")
	}
	same, comparable := false, false
	if back != "" {
		same, comparable = equal(t.flow.authorize, sent, t.s, back)
	}
	if fits, known := t.s.e.Facts.Bool(transcript.FactIDTokenNonce); !comparable && known && t.s.in == t.flow.authorize.in {
		if fits && !c.onlyOne("nonce", t.flow) {
			return unseen("The nonce is one of several that the capture sent, and which one is not in the transcript. Record the sign-in in a capture of its own.", at...)
		}
		same, comparable, back = fits, true, "by the redactor's own comparison"
	}
	switch {
	case !comparable:
		return unseen("The nonce of the request and of this id_token cannot be compared: one is not in the transcript, or the captures do not compare. Redact both captures in the same round.", at...)
	case same:
		return passes("The id_token holds the nonce of the request", sent, back, at)
	}
	return fails("The id_token holds another nonce", sent, back, at).
		because(CauseProvider, "The id_token belongs to another request. Either the provider mixed two sign-ins up, or a code or token of another sign-in was slipped in.", cure)
}

func judgeIDTokenHashes(_ *court, t idToken) ruling {
	const expected = "hashes of the access token and of the code beside it"
	if t.encrypted() {
		return unseen(encryptedToken, t.at()...)
	}
	var right []string
	for _, h := range []struct {
		fact       transcript.Fact
		name, what string
	}{{transcript.FactAtHash, "at_hash", "access token"}, {transcript.FactCHash, "c_hash", "code"}} {
		fits, known := t.s.e.Facts.Bool(h.fact)
		if known && !fits {
			return fails("A hash in the id_token does not fit", expected, h.name+" of another "+h.what, t.at()).
				because(CauseProvider, "The "+h.name+" of the id_token is not that of the "+h.what+" beside it. Either the provider errs, or the "+h.what+" was exchanged on the way.",
					"Compare "+h.name+" with the "+h.what+", refuse what does not fit, and tell your consultant.")
		}
		if known {
			right = append(right, h.name)
		}
	}
	if missing := slices.ContainsFunc(t.neededHashes(), func(name string) bool { return !slices.Contains(right, name) }); missing || len(right) == 0 {
		return unseen("The transcript does not compare every hash that would tie the id_token to what came beside it; in a token response they may be left out.", t.at()...)
	}
	return passes("The hashes in the id_token fit", "hashes that fit", strings.Join(right, " and "), t.at())
}

// neededHashes are those without which an id_token of the browser proves nothing
// about what came with it.
func (t idToken) neededHashes() (names []string) {
	if t.s != t.flow.callback {
		return nil
	}
	if t.s.value("code") != "" {
		names = append(names, "c_hash")
	}
	if t.s.value("access_token") != "" {
		names = append(names, "at_hash")
	}
	return names
}
