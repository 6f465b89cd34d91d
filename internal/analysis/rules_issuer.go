package analysis

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
)

// issuerRules are the rules about who answered.
var issuerRules = []row{
	{
		Rule: Rule{
			ID: "CB-15", Family: FamilyCallback, Severity: Medium,
			Title:   "The answer names its issuer",
			Needs:   []Need{NeedCallback, NeedBackChannel},
			Decides: "Fails when iss is another issuer than that of the provider's metadata or the id_token, or is missing, with no id_token in its place, although the metadata promises it.",
			Clause:  "RFC 9207, 2 and 2.4",
		},
		judge: judgeIssuer,
	},
}

// metadata gives the provider's metadata for the authorization endpoint of the
// flow, nil when nobody fetched them in this run or several issuers claim it. One
// host may have many issuers, so the path counts too, less a language before it.
func (f *flow) metadata() (found *step, told map[string]any) {
	for _, s := range f.run.told.metadata {
		m := s.answer()
		endpoint, issuer := parseAddress(text(m, "authorization_endpoint"), address{}), text(m, "issuer")
		if s.in.T.Meta.Round != f.authorize.in.T.Meta.Round || endpoint.host != f.authorize.at.host ||
			!strings.HasSuffix(f.authorize.at.path, endpoint.path) || strings.Contains(issuer, "{") {
			continue
		}
		if found != nil && issuer != text(told, "issuer") {
			return nil, nil
		}
		found, told = s, m
	}
	return found, told
}

// knownIssuer is the issuer by the provider's own word, and where that stands.
func (f *flow) knownIssuer() (string, *step) {
	if s, m := f.metadata(); s != nil {
		return text(m, "issuer"), s
	}
	for _, t := range f.idTokens() {
		if issuer := text(t.claims, "iss"); issuer != "" {
			return issuer, t.s
		}
	}
	return "", nil
}

func judgeIssuer(_ *court, f *flow) ruling {
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	source, meta := f.metadata()
	promised, _ := meta["authorization_response_iss_parameter_supported"].(bool)
	at := refs("iss", f.callback)
	issuer := f.callback.value("iss")
	known, where := f.knownIssuer()
	if issuer == "" {
		if why := f.hidesAnswer(); why != "" || f.callback.in.cannotShow(capture.LimitFragments) && answersInFragment(f.authorize) {
			return unseen(first(why, withoutFragments), at...)
		}
		if f.callback.value("id_token") != "" {
			return unseen("The answer carries no iss, but an id_token, in which its issuer stands as well; see ID-02.", at...)
		}
		if promised {
			return fails("The answer does not name its issuer", known, "no iss", append(at, source.ref(""))).
				because(CauseProvider, "The provider's metadata promise iss in every authorization response, and this one has none.",
					"Tell your consultant, and refuse an answer without iss while the metadata promise it.")
		}
		return unseen("The answer carries no iss, which is wrong only where the provider's metadata promise it; no such promise is in the run.", at...)
	}
	if known == "" {
		return unseen("The answer carries an iss, yet neither metadata nor an id_token that say the issuer's name are in the run. Add a back-channel capture of the same round.", at...)
	}
	at = append(at, where.ref(""))
	same, comparable := equal(f.callback, issuer, where, known)
	switch {
	case !comparable:
		return unseen("The two issuers cannot be compared: one of them was dropped. Declare the provider's host and redact the capture again.", at...)
	case same:
		return passes("The answer names its issuer", known, issuer, at)
	}
	return fails("The answer names another issuer", known, issuer, at).
		because(CauseProvider, "The iss of the answer and the issuer that the provider gives elsewhere differ. Either the provider is set up wrongly, or the answer comes from another provider.",
			"Compare iss with the issuer of the provider that was asked, refuse any other, and tell your consultant.")
}
