package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// tamperedRules judge what a tester did to a callback by hand: nothing in an
// ordinary sign-in shows whether the state is compared.
var tamperedRules = []row{
	{
		Rule: Rule{
			ID: "CB-03", Family: FamilyCallback, Severity: Critical,
			Title:   "A callback with another state is refused",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedIntegration},
			Decides: "Fails when a callback with a state that the request did not send ends on the landing page; warns where the session of an earlier sign-in may have answered.",
			Clause:  "RFC 9700, 4.7.1; RFC 6749, 10.12",
		},
		judge: tampered{kind: otherState, see: "another state", make: "change a character of its state"}.judge,
	},
	{
		Rule: Rule{
			ID: "CB-04", Family: FamilyCallback, Severity: Critical,
			Title:   "A callback without a state is refused",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedIntegration},
			Decides: "Fails when a callback without the state that the request sent ends on the landing page; warns where the session of an earlier sign-in may have answered.",
			Clause:  "RFC 9700, 4.7.1; RFC 6749, 10.12",
		},
		judge: tampered{kind: noState, see: "no state", make: "take its state out"}.judge,
	},
	{
		Rule: Rule{
			ID: "CB-05", Family: FamilyCallback, Severity: High,
			Title:   "A callback that is loaded again is refused",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedIntegration},
			Decides: "Fails when a second load of a callback, or another code with its state, ends on the landing page; warns where the session of the first one may have answered.",
			Clause:  "RFC 9700, 4.7.1; RFC 6749, 10.5",
		},
		judge: tampered{kind: sameState, see: "a state that was used before"}.judge,
	},
}

type tampered struct {
	kind tampering
	see  string // what such a callback brings
	make string // how a tester changes the address; empty for a second load
	// Where it is not the state that was changed: what happened, what follows, and its cure.
	why, risk, cure string
}

func (t tampered) judge(c *court, f *flow) ruling {
	if f.authorize.value("state") == "" && t.why == "" {
		return unseen("No state is sent, so none can be compared; see AR-02.", refs("state", f.authorize)...)
	}
	var seen, dark, perhaps ruling
	known := c.loads()
	for _, one := range known.of[f] {
		s := one.s
		if one.kind != t.kind || one.kind == sameState && slices.Contains(f.way, s) {
			continue // the sign-in's own way may come to the callback twice
		}
		if one.kind == withIssuer {
			foreign, why := f.foreignIssuer(s)
			if why != "" {
				dark = unseen(why, refs("iss", s)...)
			}
			if !foreign {
				continue
			}
		}
		at := refs("state", f.authorize, s)
		a := c.answered(s)
		if a.end != s {
			at = append(at, a.end.ref(""))
		}
		issued, spent := known.codeOf(s)
		switch {
		case a.dark != "":
			dark = unseen(a.dark, at...)
		case t.kind == otherState && !issued:
			dark = unseen("A callback with another state brings a code that is not of this run, so both may belong to a sign-in that was not recorded. "+t.howTo(), at...)
		case a.signedIn && !a.earlier:
			return t.accepted(false, at)
		case a.signedIn:
			perhaps = t.accepted(true, at)
		case t.kind != sameState && (!issued || spent):
			if seen.verdict == "" {
				seen = unseen("The callback with "+t.see+" was refused, yet its code may have been used before or is not of this run, which is reason enough. "+t.howTo(), at...)
			}
		default:
			seen = passes("A callback with "+t.see+" is refused", refusalExpected, a.refusal, at)
		}
	}
	switch {
	case perhaps.verdict != "":
		return perhaps
	case dark.verdict != "":
		return dark
	case seen.verdict != "":
		return seen
	}
	return unseen("No callback with "+t.see+" was loaded in this run. "+t.howTo(), refs("", f.authorize, f.callback)...)
}

const refusalExpected = "no session, but a page of refusal or a new sign-in"

// accepted is the ruling on a load that ended on the landing page; earlier says
// that the session of an earlier sign-in may have answered it.
func (t tampered) accepted(earlier bool, at []Ref) ruling {
	risk := "a callback of somebody else's sign-in would be taken"
	why := "The request sent a state, the callback brought " + t.see + ", and the browser ended on the landing page"
	cure := "Compare the state with the one kept for this browser before anything else, and answer any other with a page that offers a new sign-in."
	switch {
	case t.why != "":
		why, risk, cure = t.why+", and the browser ended on the landing page", t.risk, t.cure
	case t.kind == sameState:
		why = "The callback was loaded again with a state that had been used, and the browser ended on the landing page"
		risk = "whoever finds the address in a history or a log could do the same"
		cure = "Forget the state with the first callback and answer a second one with a page that offers a new sign-in."
	}
	if earlier {
		return warns("A callback with "+t.see+" leads on like a sign-in", refusalExpected, "the landing page", at).
			because(CausePartnerCode, why+"; either the callback was taken, or the session of an earlier sign-in answered.", cure)
	}
	return fails("A callback with "+t.see+" signs in", refusalExpected, "the landing page", at).
		because(CausePartnerCode, why+": "+risk+".", cure)
}

// howTo says how a tester makes such a load.
func (t tampered) howTo() string {
	if t.kind == sameState {
		return "Sign in, open the address of the callback again in a window that is not signed in, and record both."
	}
	return "Block the redirect URI in the browser's developer tools, sign in, copy the address that was blocked, " + t.make + ", lift the block, open the address and record all of it."
}

// shellAnswers is the reason where the page that answers a callback may be the same for every load.
const shellAnswers = "The callback ends on a page at its own address, or at one with the code in it, that has scripts or whose content is not in the capture. Such a page may be the same for every load, and its scripts decide what the user sees. Add a screenshot of the page, or save the capture with content."

// leftToScripts tells whether the page on which a load ended may be one that a
// server gives to every load, so that only its scripts tell a sign-in from a
// refusal: it stands at the callback's own address or has the answer in its own,
// and is not known to do without scripts.
func leftToScripts(load, end *step) bool {
	scripts, known := scripted(end)
	return (end.at == load.at || carriesAnswer(end)) && (scripts || !known)
}

// answered is how a load of the callback ended.
type answered struct {
	end      *step
	signedIn bool
	earlier  bool   // an earlier sign-in of this browser may be what the page shows
	refusal  string // what the refusal was
	dark     string // why it cannot be told
}

func (c *court) answered(load *step) answered {
	s := load
	for range maxFollow {
		next := s.follow()
		if next == nil {
			break
		}
		if asksToSignIn(next) {
			return answered{end: next, refusal: "a new sign-in"}
		}
		s = next
	}
	a := answered{end: s}
	pages := c.run.lanes.registered.Page(s.at.scheme, s.at.host, s.at.path)
	if word := s.e.Facts.Code(transcript.FactPage); len(pages) == 0 && word != "" {
		pages = []string{word}
	}
	landing := slices.Contains(pages, "landing")
	refusal := slices.Contains(pages, "denied") || slices.Contains(pages, "error")
	switch {
	case s.e.Failed || s.status() == 0 || s.isRedirect():
		a.dark = "How the callback that a tester changed or loaded again was answered is not in the capture. Record until its last page has loaded."
	case s.status() >= 400:
		a.refusal = "status " + statusText(s)
	case leftToScripts(load, s):
		a.dark = shellAnswers
	case s.role == RolePartner && refusal && !landing:
		a.refusal = "the page that is described for it"
	case s.role == RolePartner && landing && !refusal:
		a.signedIn = true
		a.earlier = s != load && c.loads().signedInBefore(load)
	default:
		a.dark = "The page on which the callback that a tester changed or loaded again ended is described neither as landing page alone nor as page of a refusal, so it does not tell whether a session started. Describe the pages, and give each its own address."
	}
	return a
}
