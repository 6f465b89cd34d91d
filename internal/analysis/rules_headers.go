package analysis

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

var hstsRules = []row{
	{
		Rule: Rule{
			ID: "TR-03", Family: FamilyTransport, Severity: Low,
			Title:   "The callback host tells browsers to come back over https only",
			Needs:   []Need{NeedCallback, NeedHeaders},
			Decides: "Fails when no answer of the callback's host on the way carries Strict-Transport-Security, or its max-age is under 15552000 seconds (180 days).",
			Clause:  "RFC 6797, 6.1.1 and 7.2",
		},
		judge: judgeHSTS,
	},
}

var headerRules = []row{
	{
		Rule: Rule{
			ID: "CB-10", Family: FamilyCallback, Severity: Medium,
			Title:   "The callback is answered with a Referrer-Policy that keeps its address back",
			Needs:   []Need{NeedCallback, NeedHeaders},
			Decides: "Fails where a page is shown with the code in its address and no policy, unsafe-url or no-referrer-when-downgrade; warns where a redirect is answered so.",
			Clause:  "RFC 9700, 4.2.4; Referrer Policy, 3",
		},
		judge: judgeReferrerPolicy,
	},
	{
		Rule: Rule{
			ID: "CB-11", Family: FamilyCallback, Severity: Medium,
			Title:   "The answer to the callback is not stored",
			Needs:   []Need{NeedCallback, NeedHeaders},
			Decides: "Fails when the answer to a callback with a code lacks Cache-Control: no-store and may be stored; warns on a redirect that is not stored by default.",
			Clause:  "RFC 9111, 3 and 5.2.2.5; RFC 9700, 4.2.4",
		},
		judge: judgeNoStore,
	},
	{
		Rule: Rule{
			ID: "CB-25", Family: FamilyCallback, Severity: Low,
			Title:   "The partner's pages of the sign-in cannot be framed by others",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedHeaders},
			Decides: "Fails when a page of the partner on the way is sent without frame-ancestors and without X-Frame-Options, or with values that let every site frame it.",
			Clause:  "RFC 9700, 4.16; CSP Level 3, 6.4.2",
		},
		judge: judgeFraming,
	},
}

// minHSTS is 180 days.
const minHSTS = 15_552_000

func judgeHSTS(_ *court, f *flow) ruling {
	const expected = "Strict-Transport-Security with max-age=15552000 or more"
	const name = "Strict-Transport-Security"
	s := f.callback
	switch {
	case s == nil:
		return unseen(f.incomplete(), refs("", f.authorize)...)
	case s.at.scheme != "https" || s.at.numeric():
		return unseen("Browsers heed the header only over https and of a host with a name; see TR-01 and TR-07.", refs("", s)...)
	case noHeaders(s) != "":
		return unseen(noHeaders(s), refs("", s)...)
	}
	answers := []*step{s}
	for _, o := range f.way {
		if o != s && o.at.origin() == s.at.origin() && noHeaders(o) == "" {
			answers = append(answers, o)
		}
	}
	i := slices.IndexFunc(answers, func(s *step) bool { _, found := answerHeader(s, name); return found })
	const cure = "Send Strict-Transport-Security: max-age=31536000 with every answer over https."
	if i < 0 && f.incomplete() != "" {
		return unseen(f.incomplete(), refs(name, answers...)...)
	}
	if i < 0 {
		return fails("The callback host does not ask browsers for https", expected, "none", refs(name, answers...)).
			because(CausePartnerCode, "None of the "+count(len(answers), "answer", "answers")+" of "+s.at.host+" on the way carries the header; either the application or the server before it should set it.", cure)
	}
	value, _ := answerHeader(answers[i], name)
	age, found := seconds(value, "max-age")
	at := refs(name, answers[i])
	switch {
	case !found && hidden(value):
		return unseen(hiddenHeader, at...)
	case !found || age < minHSTS:
		return fails("The callback host asks browsers for https too briefly", expected, value, at).
			because(CausePartnerCode, "The header of "+s.at.host+" says "+value+"; under 180 days it lapses between two visits.", cure)
	}
	return passes("The callback host asks browsers for https", expected, "max-age="+strconv.Itoa(age), at)
}

// referrerPolicies are the words of the header; true: another site, or the whole
// address, is told less than the address.
var referrerPolicies = map[string]bool{
	"no-referrer": true, "origin": true, "strict-origin": true, "same-origin": true, "origin-when-cross-origin": true,
	"strict-origin-when-cross-origin": true, "no-referrer-when-downgrade": false, "unsafe-url": false,
}

func judgeReferrerPolicy(_ *court, f *flow) ruling {
	const expected = "a Referrer-Policy that gives other sites no address"
	const name = "Referrer-Policy"
	if r := withoutCode(f); r != nil {
		return *r
	}
	s := f.callback
	at := refs(name, s)
	switch {
	case !f.inAddress(s):
		return passes("The callback's address holds nothing to keep back", expected, "the code comes in a posted form", at)
	case noHeaders(s) != "":
		return unseen(noHeaders(s), at...)
	}
	value, found := answerHeader(s, name)
	policy := "" // the last word that is known counts
	for word := range strings.SplitSeq(value, ",") {
		if word = strings.ToLower(strings.TrimSpace(word)); word != "" {
			if _, known := referrerPolicies[word]; known {
				policy = word
			}
		}
	}
	const cure = "Send Referrer-Policy: no-referrer with the answer to the callback."
	switch {
	case hidden(value):
		return unseen(hiddenHeader, at...)
	case policy != "" && referrerPolicies[policy]:
		return passes("The callback's address is kept back", expected, policy, at)
	case policy != "" && s.isRedirect():
		return warns("The callback's redirect carries a weak Referrer-Policy", expected, policy, at).
			because(CausePartnerCode, "The answer is a redirect, so no document holds the callback's address there today; with "+policy+" a page that is answered here one day would send it on.", cure)
	case policy != "":
		return fails("The callback's address is told to other sites", expected, policy, at).
			because(CausePartnerCode, "With "+policy+" the browser sends the whole address, code included, to every https site that the page asks for something.", cure)
	case s.isRedirect():
		return warns("No Referrer-Policy comes with the callback", expected, absent(value, found), at).
			because(CausePartnerCode, "The answer is a redirect, so no page shows the code today; a page that is answered here one day would send its address on.", cure)
	}
	return fails("No Referrer-Policy comes with the callback", expected, absent(value, found), at).
		because(CausePartnerCode, "A page is shown with the code in its address and no header says what becomes of it; older browsers send the whole address to other sites.", cure)
}

func absent(value string, found bool) string {
	if found {
		return "“" + value + "”, which is no policy"
	}
	return "none"
}

func judgeNoStore(_ *court, f *flow) ruling {
	const expected = "Cache-Control: no-store"
	const name = "Cache-Control"
	if r := withoutCode(f); r != nil {
		return *r
	}
	s := f.callback
	at := refs(name, s)
	if why := noHeaders(s); why != "" {
		return unseen(why, at...)
	}
	value, found := answerHeader(s, name)
	actual := value
	if !found {
		actual = "none"
	}
	const cure = "Send Cache-Control: no-store with the answer to the callback."
	age, aged := seconds(value, "max-age")
	switch {
	case directive(value, "no-store"):
		return passes("The answer to the callback is not stored", expected, value, at)
	case hidden(value):
		return unseen(hiddenHeader, at...)
	case slices.Contains([]int{302, 303, 307}, s.status()) && !directive(value, "public") && !(aged && age > 0):
		return warns("The answer to the callback does not forbid storing", expected, actual, at).
			because(CausePartnerCode, "The answer is a redirect with status "+strconv.Itoa(s.status())+", which caches let be unless told otherwise; nothing says so here.", cure)
	}
	return fails("The answer to the callback may be stored", expected, actual, at).
		because(CausePartnerCode, "The answer to an address with a code, status "+strconv.Itoa(s.status())+", lacks no-store, so the browser may keep and show it again.", cure)
}

func judgeFraming(_ *court, f *flow) ruling {
	const expected = "frame-ancestors or X-Frame-Options on each page of the partner"
	var open, dark, closed []*step
	for _, s := range f.way {
		if s.role != RolePartner || !s.isPage() {
			continue
		}
		switch ok, known := frameGuard(s); {
		case !known:
			dark = append(dark, s)
		case ok:
			closed = append(closed, s)
		default:
			open = append(open, s)
		}
	}
	if len(open) > 0 {
		s := open[0]
		return fails("A page of the sign-in can be framed by any site", expected, "neither that holds, on "+s.at.host+s.at.path, refs("X-Frame-Options", open...)).
			because(CausePartnerCode, "Another site can lay the page, invisible, under something the user clicks; either the application or the server before it should forbid it.",
				"Send Content-Security-Policy: frame-ancestors 'none' with every page of the sign-in.")
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.authorize)...)
	}
	if len(dark) > 0 {
		return unseen("Of a page of the partner the headers are missing or hidden. Save the capture with another exporter.", refs("", dark...)...)
	}
	if len(closed) == 0 {
		return unseen("No page of the partner is on the way. Record the sign-in from the page with the button to the last page.", refs("", f.way...)...)
	}
	return passes("The pages cannot be framed by others", expected, "on "+count(len(closed), "page", "pages"), refs("", closed...))
}

// frameGuard tells whether the headers of a page keep other sites from framing
// it; frame-ancestors counts before X-Frame-Options (CSP Level 3, 6.4.2).
func frameGuard(s *step) (ok, known bool) {
	if noHeaders(s) != "" {
		return false, false
	}
	value, found := answerHeader(s, "Content-Security-Policy")
	for d := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == ';' || c == ',' }) {
		words := strings.Fields(d)
		if len(words) == 1 && words[0] == "frame-ancestors" {
			return false, false // the redactor drops sources it does not know
		}
		if len(words) > 0 && words[0] == "frame-ancestors" {
			return !slices.ContainsFunc(words[1:], func(w string) bool { return w == "*" || w == "https:" || w == "http:" }), true
		}
	}
	if found && hidden(value) {
		return false, false
	}
	value, found = answerHeader(s, "X-Frame-Options")
	if found && hidden(value) {
		return false, false
	}
	return directive(value, "deny") || directive(value, "sameorigin"), true
}

// scripted says whether a page holds script elements; known is false where its
// content is not wholly in the capture.
func scripted(s *step) (scripts, known bool) {
	n, seen := s.e.Facts.Number(transcript.FactScripts)
	return n > 0, seen && wholePage(s)
}
