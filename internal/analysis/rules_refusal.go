package analysis

import (
	"strconv"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

var refusalRules = []row{
	{
		Rule: Rule{
			ID: "ER-01", Family: FamilyRefusal, Severity: High,
			Title:   "A refusal ends on a page of the partner",
			Needs:   []Need{NeedRefusal, NeedFinalPage, NeedFacts},
			Decides: "Fails when the user ends on a blank page, on something that is no page, at the provider again, or on a status of 500 or more; warns on 400 to 499.",
			Clause:  "RFC 6749, 4.1.2.1; ID.me, error codes",
		},
		facts: true, refusals: true,
		judge: judgeRefusalPage,
	},
	{
		Rule: Rule{
			ID: "ER-02", Family: FamilyRefusal, Severity: High,
			Title:   "A refusal causes no server error",
			Needs:   []Need{NeedRefusal, NeedFinalPage},
			Decides: "Fails when the callback or what follows answers 500 or more.",
			Clause:  "RFC 9110, 15.6",
		},
		refusals: true,
		judge:    judgeRefusalStatus,
	},
	{
		Rule: Rule{
			ID: "ER-04", Family: FamilyRefusal, Severity: Medium,
			Title:   "The page after a refusal speaks in the partner's own words",
			Needs:   []Need{NeedRefusal, NeedFinalPage, NeedFacts},
			Decides: "Fails when the visible text shows the error code word or the description.",
			Clause:  "ID.me, error codes",
		},
		facts: true, refusals: true,
		judge: judgeRawError,
	},
	{
		Rule: Rule{
			ID: "ER-05", Family: FamilyRefusal, Severity: Medium,
			Title:   "The page after a refusal offers a way on",
			Needs:   []Need{NeedRefusal, NeedFinalPage, NeedFacts},
			Decides: "Fails without a link or button to try again and without a help link; warns where a script may add one.",
			Clause:  "ID.me, error codes; WCAG 2.2, 3.3.3",
		},
		facts: true, refusals: true,
		judge: judgeWayOn,
	},
}

// minVisible is the fewest visible characters that make a page.
const minVisible = 40

// finalPage gives the page after a refusal, or why it cannot be judged.
func finalPage(f *flow) (*step, *ruling) {
	if f.final == nil {
		r := unseen(f.incomplete(), refs("", f.callback)...)
		return nil, &r
	}
	return f.final, nil
}

// pageText says whether the visible text of a page is known: blank tells that it
// holds less than a sentence, written that scripts may write more of it.
func pageText(s *step) (visible int, written bool, why string) {
	visible, known := s.e.Facts.Number(transcript.FactVisible)
	scripts, _ := s.e.Facts.Number(transcript.FactScripts)
	if !known {
		return 0, false, "The capture holds no content of the page on which the user ended. Save it with content, or use the recorder."
	}
	return visible, scripts > 0, ""
}

const scriptWritten = "The text of the page is written by scripts, which a capture does not show. Add a screenshot of the page."

func judgeRefusalPage(_ *court, f *flow) ruling {
	const expected = "a page of the partner with status 200 and a sentence or more"
	s, r := finalPage(f)
	if last := f.lost(); last != nil {
		s, r = last, nil
	}
	if r != nil {
		return *r
	}
	at := refs("", f.callback, s)
	const cure = "Answer a refusal with a page of your own that says in plain words what happened and what the user can do."
	status := "status " + strconv.Itoa(s.status())
	kind := s.e.Facts.Code(transcript.FactBodyKind)
	switch {
	case s.e.Failed || s.status() == 0:
		return fails("After the refusal no page loads", expected, "a network error at "+s.at.host, at).
			because(ownerCause(s), "The browser got no answer from "+s.at.host+".", cure)
	case s.role == RoleProvider:
		return fails("After the refusal the user is back at the provider", expected, s.at.host+", "+status, at).
			because(CausePartnerCode, "The callback led straight back to the provider without telling the user why.", cure)
	case s.role == RoleThirdParty:
		return unseen("The user ends on "+s.at.host+", which is not described as the partner's. Add it to the partner's hosts.", at...)
	case s.status() >= 500:
		return fails("The refusal ends in a server error", expected, status, at).
			because(CausePartnerCode, "The answer to "+f.errorWord()+" is "+status+".", cure)
	case kind == "json" || kind == "xml" || kind == "text":
		return fails("The refusal ends on something that is no page", expected, status+", "+kind, at).
			because(CausePartnerCode, "The callback answers "+kind+", which the browser shows as it is.", cure)
	}
	visible, scripted, why := pageText(s)
	switch {
	case why == "" && visible < minVisible && !scripted:
		return fails("The page after the refusal is blank", expected, status+", "+count(visible, "visible character", "visible characters"), at).
			because(CausePartnerCode, "The page holds less than a sentence.", cure)
	case s.status() >= 400:
		return warns("The page after the refusal answers an error status", expected, status, at).
			because(CausePartnerCode, "Declining is an ordinary answer of the user; browsers and monitors take "+status+" for a fault.",
				"Answer the page with status 200.")
	case why != "":
		return unseen(why, at...)
	case visible < minVisible:
		return unseen(scriptWritten, at...)
	}
	return passes("The refusal ends on a page of the partner", expected, status+", "+count(visible, "visible character", "visible characters"), at)
}

func judgeRefusalStatus(_ *court, f *flow) ruling {
	const expected = "a status below 500 from the callback on"
	reached := false
	for _, s := range f.way {
		reached = reached || s == f.callback
		if reached && s.status() >= 500 {
			return fails("The refusal causes a server error", expected, "status "+strconv.Itoa(s.status())+" from "+s.at.host, refs("", s)).
				because(ownerCause(s), f.dialect.words.unprepared, f.dialect.words.lookFirst)
		}
	}
	s, r := finalPage(f)
	switch {
	case r != nil:
		return *r
	case s.status() == 0:
		return unseen("The last request got no answer; see ER-01.", refs("", s)...)
	}
	return passes("The refusal causes no server error", expected, "status "+strconv.Itoa(s.status()), refs("", f.callback, s))
}

func judgeRawError(_ *court, f *flow) ruling {
	words := f.dialect.words
	expected := words.rawExpected
	s, r := finalPage(f)
	if r != nil {
		return *r
	}
	at := refs("", s)
	word := s.e.Facts.Code(transcript.FactRawErrorCode)
	text, textKnown := s.e.Facts.Bool(transcript.FactRawErrorText)
	if word != "" || text {
		actual := word
		switch {
		case word == "":
			actual = words.rawText + " of the error"
		case text:
			actual = word + " and " + words.rawText
		}
		return fails("The page shows the raw error", expected, actual, at).
			because(CausePartnerCode, words.rawWhy, words.rawCure)
	}
	visible, scripted, why := pageText(s)
	switch {
	case why != "" && !textKnown:
		return unseen(why, at...)
	case why == "" && scripted && visible < minVisible:
		return unseen(scriptWritten, at...)
	}
	return passes("The page speaks in the partner's own words", expected, words.rawNone, at)
}

func judgeWayOn(_ *court, f *flow) ruling {
	const expected = "a link or button to try again, or a help link"
	s, r := finalPage(f)
	if r != nil {
		return *r
	}
	at := refs("", s)
	retry, known := s.e.Facts.Bool(transcript.FactRetryControl)
	help, helpKnown := s.e.Facts.Bool(transcript.FactHelpLink)
	switch {
	case retry && help:
		return passes("The page offers a way on", expected, "both", at)
	case retry:
		return passes("The page offers a way on", expected, "a link or button to try again", at)
	case help:
		return passes("The page offers a way on", expected, "a help link", at)
	case !known && !helpKnown:
		return unseen("The capture holds no content of the page on which the user ended. Save it with content, or use the recorder.", at...)
	}
	if cut, _ := s.e.Facts.Bool(transcript.FactTruncatedBody); cut {
		return unseen("Only the beginning of the page was read, so a link may stand further down. Add a screenshot of the page.", at...)
	}
	const cure = "Put a button that starts the sign-in again and a link to help on the page."
	visible, scripted, _ := pageText(s)
	switch {
	case scripted && visible < minVisible:
		return unseen(scriptWritten, at...)
	case scripted:
		return warns("No way on is seen on the page", expected, "neither", at).
			because(CausePartnerCode, "The page as it was sent has neither; one of its scripts may add it.", cure)
	}
	return fails("The page offers no way on", expected, "neither", at).
		because(CausePartnerCode, "The user has declined once and can now only close the page.", cure)
}
