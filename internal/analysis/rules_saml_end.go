package analysis

import (
	"slices"
	"strconv"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// samlEndRules are the rules about what the application answers to a Response
// that it must not take.
var samlEndRules = []row{
	{
		Rule: Rule{
			ID: "SA-07", Family: FamilySAML, Severity: High, Protocols: onlySAML,
			Title:   "A Response is taken once",
			Needs:   []Need{NeedResponse, NeedFinalPage},
			Decides: "Fails when the same Response, posted again, is answered with the page of the first time; warns when that may be the session of the first one. Seen only where a run holds a second post.",
			Clause:  "SAML 2.0 Profiles, 4.1.4.5",
		},
		judge: judgeReplay,
	},
	{
		Rule: Rule{
			ID: "SA-08", Family: FamilySAML, Severity: Medium, Protocols: onlySAML,
			Title:   "A Response without success ends on a page of the partner that helps",
			Needs:   []Need{NeedRefusal, NeedFinalPage, NeedFacts},
			Decides: "Fails and warns as ER-01, ER-02, ER-04 and ER-05 do after an OAuth refusal: no page, a server error, the raw StatusMessage, no way on.",
			Clause:  "SAML 2.0 Core, 3.2.2.2; WCAG 2.2, 3.3.3",
		},
		facts: true, refusals: true,
		judge: judgeFailurePage,
	},
}

func judgeReplay(c *court, f *flow) ruling {
	const expected = "an error page in answer to a second post"
	s, r := f.response()
	switch {
	case r != nil:
		return *r
	case f.outcome() != OutcomeSuccess:
		return unseen("The Response brings no success, so there is nothing to take twice.", refs("SAMLResponse", s)...)
	}
	var answer *ruling
	for _, key := range messageKeys(s) {
		for _, again := range c.run.messages[key] {
			if again.seq <= s.seq || again.in != s.in || again.at != s.at || slices.Contains(f.way, again) {
				continue
			}
			if r := f.answeredAgain(again, expected); answer == nil || worse(r, *answer) {
				answer = &r
			}
			if answer.verdict == Fail {
				return *answer
			}
		}
	}
	if answer == nil {
		return unseen("The Response is posted once in this run. Go back in the browser right after the sign-in and let it send the form again.", refs("SAMLResponse", s)...)
	}
	return *answer
}

// worse tells whether a ruling says worse than another; that nothing is seen is
// worse than a pass.
func worse(a, b ruling) bool { return verdictRank(a.verdict) > verdictRank(b.verdict) }

// answeredAgain judges what the second post of a Response led to.
func (f *flow) answeredAgain(again *step, expected string) ruling {
	end := lastOf(again)
	at := refs("SAMLResponse", f.callback, again)
	const cure = "Keep the IDs of assertions until they expire, and answer one that comes again with a page that offers a new sign-in."
	page := end.e.Facts.Code(transcript.FactPage)
	status := "status " + strconv.Itoa(end.status())
	switch {
	case end.isRedirect() || end.status() == 0 || end.role == RoleProvider:
		return unseen("The Response is posted again, but the page that answers it is not in this run. Record until it has loaded.", at...)
	case page == "denied" || page == "error" || end.status() >= 400 && end.status() < 500:
		if end != again {
			at = append(at, refs("", end)...)
		}
		return passes("A second post is refused", expected, status, at)
	case end.status() >= 500:
		return unseen("The second post is answered by a server error, which does not tell whether the Response was taken.", at...)
	case f.final == nil || end.at != f.final.at:
		return unseen("The second post ends on another page than the first, "+end.at.host+end.at.path+". Name that page as error page in the description if it is one.", at...)
	}
	first, firstKnown := f.final.e.Facts.Number(transcript.FactVisible)
	second, secondKnown := end.e.Facts.Number(transcript.FactVisible)
	scripts, _ := end.e.Facts.Number(transcript.FactScripts) // they may write the same page or another
	if again == end && firstKnown && secondKnown && first == second && first >= minVisible && scripts == 0 {
		return fails("The same Response is taken a second time", expected, status+", the page of the first time", at).
			because(CausePartnerCode, "The form was sent again and answered with a page of the same address and length as the first time.", cure)
	}
	return warns("A second post ends where the first did", expected, status+" at "+end.at.path, at).
		because(CausePartnerCode, "The form was sent again and led to the page of the first time. Either the Response was taken again, or the session of the first one answered.", cure)
}

// lastOf gives the page to which a step leads without the user's doing.
func lastOf(s *step) *step {
	for range maxFollow {
		next := s.follow()
		if next == nil {
			break
		}
		s = next
	}
	return s
}

// judgeFailurePage gives the worst that the rules about refusals say, and names
// what else is as bad.
func judgeFailurePage(c *court, f *flow) ruling {
	var worst ruling
	for i, judge := range []func(*court, *flow) ruling{judgeRefusalPage, judgeRefusalStatus, judgeRawError, judgeWayOn} {
		r := judge(c, f)
		switch {
		case i == 0 || worse(r, worst):
			worst = r
		case worse(worst, r) || r.verdict == NotSeen:
		case r.verdict == Pass:
			worst.expected += "; " + r.expected
			worst.actual += "; " + r.actual
		default:
			worst.actual += "; " + lowerFirst(r.title)
		}
	}
	if worst.verdict == Pass {
		worst.title = "The failed sign-in ends on a page that helps"
	}
	return worst
}
