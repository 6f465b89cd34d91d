package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// tamperedAnswerRules judge callbacks in which a tester changed something other
// than the state.
var tamperedAnswerRules = []row{
	{
		Rule: Rule{
			ID: "CB-16", Family: FamilyCallback, Severity: High,
			Title:   "A callback of another issuer is refused",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedIntegration},
			Decides: "Fails when a callback whose iss is not the provider's ends on the landing page; warns where the session of an earlier sign-in may have answered.",
			Clause:  "RFC 9207, 2.4; RFC 9700, 4.4.2",
		},
		judge: tampered{
			kind: withIssuer, see: "another issuer", make: "change a letter in its iss",
			why:  "The callback brought an iss that is not the provider's",
			risk: "a code of this provider could be given to another one that the application also trusts",
			cure: "Compare iss with the issuer of the provider that was asked before the code is redeemed, and answer any other with a page that offers a new sign-in.",
		}.judge,
	},
	{
		Rule: Rule{
			ID: "CB-17", Family: FamilyCallback, Severity: Medium,
			Title:   "A callback with code and error together is refused",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedIntegration},
			Decides: "Fails when a callback that brings both ends on the landing page; warns where the session of an earlier sign-in may have answered.",
			Clause:  "RFC 6749, 4.1.2 and 4.1.2.1",
		},
		judge: tampered{
			kind: codeAndError, see: "code and error together", make: "append &error=access_denied",
			why:  "The callback brought a code and an error, which no provider sends together",
			risk: "whoever adds a parameter decides which of the two the application sees",
			cure: "Look for error in the callback before anything else, and redeem no code beside one.",
		}.judge,
	},
}

var errorStateRules = []row{
	{
		Rule: Rule{
			ID: "ER-09", Family: FamilyRefusal, Severity: Medium,
			Title:   "The state is compared on errors too",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedIntegration},
			Decides: "Fails when an error with a state that the request did not send ends on the landing page, warns when it ends on the page for those who declined: it was taken for the user's own refusal.",
			Clause:  "RFC 6749, 4.1.2.1 and 10.12",
		},
		judge: judgeErrorState,
	},
}

// foreignIssuer tells whether the iss of a load is another than the provider's, by
// what the provider itself sent or says of itself; why, where that is not known.
func (f *flow) foreignIssuer(s *step) (foreign bool, why string) {
	known, where := f.knownIssuer()
	if f.callback != s && f.callback != nil && f.callback.value("iss") != "" {
		known, where = f.callback.value("iss"), f.callback
	} else if p := s.prev; p != nil && p.role == RoleProvider && parseAddress(p.location(), p.at) == s.at {
		i := slices.IndexFunc(queryOf(p.location()), func(q transcript.Field) bool { return q.Name == "iss" && q.Value != "" })
		if i >= 0 {
			known, where = queryOf(p.location())[i].Value, p
		}
	}
	if known == "" {
		return false, "A callback brings an iss, and nothing in the run says which issuer is the provider's. Add a back-channel capture of the same round."
	}
	same, comparable := equal(where, known, s, s.value("iss"))
	if !comparable {
		return false, "The issuers of two callbacks cannot be compared: one of them was dropped. Declare the provider's host and redact the capture again."
	}
	return !same, ""
}

// changedByHand tells whether the flow's own callback is one that a tester
// changed, so that how it ended says nothing of an ordinary sign-in.
func (c *court) changedByHand(f *flow) bool {
	return slices.ContainsFunc(c.loads().of[f], func(l load) bool {
		if l.s != f.callback || l.kind == sameState {
			return false
		}
		foreign := true
		if l.kind == withIssuer {
			foreign, _ = f.foreignIssuer(l.s)
		}
		return foreign && l.kind != untouched
	})
}

const errorStateHowTo = "Block the redirect URI in the browser's developer tools, decline consent, copy the address that was blocked, change a character of its state, lift the block, open the address and record all of it."

func judgeErrorState(c *court, f *flow) ruling {
	const expected = "an error page, not the page for those who declined"
	if f.authorize.value("state") == "" {
		return unseen("No state is sent, so none can be compared; see AR-02.", refs("state", f.authorize)...)
	}
	var seen *ruling
	for _, one := range c.loads().of[f] {
		if one.kind != errorOtherState {
			continue
		}
		r := c.errorAnswered(f, one.s, expected)
		if seen == nil || worse(r, *seen) {
			seen = &r
		}
	}
	if seen == nil {
		return unseen("No error with another state was loaded in this run. "+errorStateHowTo, refs("", f.authorize, f.callback)...)
	}
	return *seen
}

// errorAnswered judges how the partner answered an error with another state.
func (c *court) errorAnswered(f *flow, s *step, expected string) ruling {
	a := c.answered(s)
	at := refs("state", f.authorize, s)
	if a.end != s {
		at = append(at, a.end.ref(""))
	}
	page := f.run.lanes.registered.Page(a.end.at.scheme, a.end.at.host, a.end.at.path)
	if word := a.end.e.Facts.Code(transcript.FactPage); len(page) == 0 && word != "" {
		page = []string{word}
	}
	denied, problem := slices.Contains(page, "denied"), slices.Contains(page, "error")
	const cure = "Compare the state before anything else, also where the callback brings an error, and answer any other with a page that offers a new sign-in."
	switch {
	case s == f.callback && s.prev != nil && s.prev.role == RoleProvider && sentState(s.prev) == s.value("state"):
		return unseen("The provider itself sent the error with another state; see CB-01.", at...)
	case a.dark != "":
		return unseen(a.dark, at...)
	case a.signedIn:
		return fails("An error with another state ends on the landing page", expected, "the landing page", at).
			because(CausePartnerCode, "The callback brought an error and a state that the request did not send, and led on like a sign-in.", cure)
	case a.end.status() >= 500:
		return unseen("The error with another state was answered by a server error, which does not tell whether the state was compared.", at...)
	case a.end.status() >= 400 || asksToSignIn(a.end):
		return passes("An error with another state is refused", expected, a.refusal, at)
	case denied && problem || s.value("error") != "access_denied":
		return unseen("What the user is shown is the same for a wrong state and for a refusal, so it does not tell whether the state was compared. Describe an error page apart from the denied page, and try it with access_denied.", at...)
	case denied:
		return warns("An error with another state is taken for the user's own", expected, "the page for those who declined", at).
			because(CausePartnerCode, "The callback brought access_denied with a state that the request did not send, and the user was told of a refusal; any site could end a sign-in of its visitors so.", cure)
	}
	return passes("An error with another state is refused", expected, a.refusal, at)
}

// sentState is the state to which a redirect leads, empty without one.
func sentState(s *step) string {
	for _, p := range queryOf(s.location()) {
		if p.Name == "state" {
			return p.Value
		}
	}
	return ""
}
