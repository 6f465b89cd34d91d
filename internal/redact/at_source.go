package redact

import (
	"maps"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// sourceFacts are the facts that a back-channel line may bring: those that need
// a clear token or body, which only the partner's server has.
var sourceFacts = map[transcript.Fact]bool{
	transcript.FactAtHash: true, transcript.FactCHash: true, transcript.FactIDTokenUnsigned: true, transcript.FactTruncatedBody: true,
}

// atSource completes an entry that a partner's server redacted as it wrote it:
// of the facts that came it leaves those that such a line may bring, and adds
// those that the redacted entry shows by itself.
func (r *run) atSource(e *capture.Entry, out *transcript.Entry) {
	for range e.Strange {
		r.report.add("V1", "entry.member")
	}
	maps.DeleteFunc(e.Facts, func(name string, _ any) bool {
		foreign := !sourceFacts[transcript.Fact(name)]
		if foreign {
			r.report.add("F1", "entry.facts")
		}
		return foreign
	})
	out.Failed = e.Failed
	shown := transcript.Facts{}
	r.shownHost(out, shown)
	if p := out.Response; p != nil {
		if kinds := strings.Fields(possibleKinds(p)); len(kinds) == 1 {
			shown[transcript.FactBodyKind] = kinds[0]
		}
		r.shownTokens(out, shown)
	}
	if own := ownOf(out); len(own.values["code_verifier.s256"]) > 0 {
		shown[transcript.FactVerifierS256] = true
	}
	for name, v := range shown {
		if v, ok := transcript.CheckFact(name, v); ok {
			r.facts[name] = v
		}
	}
}

// shownHost gives the facts of a host that stands in clear.
func (r *run) shownHost(out *transcript.Entry, shown transcript.Facts) {
	u := cutURL(out.Request.URL)
	name, _ := splitPort(u.host)
	if _, hidden := numbered(name, "host-", ".invalid"); name == "" || hidden {
		return
	}
	host := r.registered(u.scheme, u.host)
	shown[transcript.FactHostRole] = string(host.Role)
	if host.Role == integration.HostProvider && host.Env != "" {
		shown[transcript.FactHostEnv] = string(host.Env)
	}
	if host.Production {
		shown[transcript.FactHostProd] = true
	}
}

// shownTokens gives the facts of the tokens and texts in a response by its skeleton.
func (r *run) shownTokens(out *transcript.Entry, shown transcript.Facts) {
	s := skeletonOf(out)
	if s.tokens > 0 {
		shown[transcript.FactTokenKinds] = s.tokens
	}
	if len(s.errorTexts) == 1 {
		shown[transcript.FactErrorTextKnown] = s.errorTexts[0] != "~text"
	}
	if s.idTokens != 1 || s.claims == nil {
		return
	}
	can := judgement{}
	s.judge(r.r.public, can)
	for _, name := range []transcript.Fact{transcript.FactIDTokenIss, transcript.FactIDTokenAud} {
		if fit := can[name]; fit != nil {
			shown[name] = fit(true)
		}
	}
	if fit := can[transcript.FactIDTokenAlg]; fit != nil {
		alg, _ := s.header["alg"].(string)
		if !fit(alg) {
			alg = "other"
		}
		shown[transcript.FactIDTokenAlg] = alg
	}
	if expires, ok := s.claims["exp"].(float64); ok && !r.started.IsZero() { // relative to the entry
		from, _ := s.claims["nbf"].(float64)
		shown[transcript.FactIDTokenTimes] = expires > 0 && from <= 0
	}
}
