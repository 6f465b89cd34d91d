package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// startRules are the rules about the page where a sign-in begins, and about the
// devices on which it was tried.
var startRules = []row{
	{
		Rule: Rule{
			ID: "PG-04", Family: FamilyPage, Severity: Medium, Protocols: anyOfTwo,
			Title:   "The button to the provider has an approved name",
			Needs:   []Need{NeedRequest, NeedFacts, NeedIntegration},
			Decides: "Fails when no link or button of the page before the request is named Verify, Sign in or Continue with ID.me, or when one has no name at all, such as a picture without alt; warns where a script may name it. The words are ID.me's; of other providers only missing names are judged.",
			Clause:  "ID.me, brand assets; WCAG 2.2, 1.1.1, 2.4.4 and 4.1.2",
		},
		facts: true,
		judge: judgeButton,
	},
	{
		Rule: Rule{
			ID: "PG-05", Family: FamilyPage, Severity: Low, Protocols: anyOfTwo,
			Title:   "A link says who the provider is",
			Needs:   []Need{NeedRequest, NeedFacts, NeedIntegration},
			Decides: "Fails when the page before the request has no link to ID.me's page about itself or to the declared FAQ, and does not ask what ID.me is; warns where a script may add one.",
			Clause:  "ID.me, brand assets and quality assurance testing",
		},
		facts: true,
		judge: judgeAboutLink,
	},
	{
		Rule: Rule{
			ID: "PG-06", Family: FamilyPage, Severity: Low, Protocols: anyOfTwo,
			Title:   "The sign-in was tried on desktop and on mobile",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedOtherRun, NeedFacts},
			Decides: "Warns when completed sign-ins of the round end on another page on mobile than on desktop. Passes when both are in the run and its round.",
			Clause:  "ID.me, quality assurance testing",
		},
		facts:    true,
		judgeRun: judgeDevices,
	},
}

// startPage gives the partner's page from which the request was made, nil where
// the run does not hold it.
func (f *flow) startPage() *step {
	for _, s := range f.way {
		if s.seq >= f.authorize.seq {
			break
		}
		if s.role == RolePartner && !s.isRedirect() && s.status() > 0 && s.status() < 400 {
			return s
		}
	}
	return nil
}

// withoutStartPage is the reason where the run does not hold the page with the button.
const withoutStartPage = "The page with the button is not in this run. Record the sign-in from that page, with content."

// ofIDme tells whether the integration's provider is ID.me, whose words for the
// button are known.
func (r *run) ofIDme() bool { return environmentOf(r.cfg.ExpectedAPIHost) != "" }

func judgeButton(c *court, f *flow) ruling {
	const expected = "Verify, Sign in or Continue with ID.me as the name of a link or button"
	s := f.startPage()
	if s == nil {
		return unseen(withoutStartPage, refs("", f.authorize)...)
	}
	at := refs("", s)
	approved, known := s.e.Facts.Bool(transcript.FactBrandControl)
	nameless, _ := s.e.Facts.Number(transcript.FactNamelessControls)
	scripts, whole := scripted(s)
	const cure = "Use the approved button as a real link or button of HTML, whose text or alt is one of the approved names."
	const mayName = " A script of the page may name or add it."
	switch {
	case !known:
		return unseen("The transcript does not say how the links and buttons of the page are named. Save the capture with content, and redact it with this version.", at...)
	case approved:
		return passes("The button to the provider has an approved name", expected, "one is", at)
	case !whole:
		return unseen("Only a part of the page was read, so the button may stand further down. Save the capture with content, or add a screenshot of the page.", at...)
	case nameless > 0 && !scripts:
		return fails("A link or button before the request has no name", expected, count(nameless, "link or button", "links or buttons")+" without a name", at).
			because(CausePartnerCode, "The page at "+s.at.host+s.at.path+" has a link or button with neither text nor alt nor label, and none with an approved name, so screen readers cannot say what it does.", cure)
	case nameless > 0:
		return warns("A link or button before the request has no name", expected, count(nameless, "link or button", "links or buttons")+" without a name", at).
			because(CausePartnerCode, "The page as it was sent has a link or button with neither text nor alt nor label, and none with an approved name."+mayName, cure)
	case s.e.Facts.Code(transcript.FactPageLang) != "" && s.e.Facts.Code(transcript.FactPageLang) != "en":
		return unseen("The page is not in English, and how the approved names read in its language is not known. Compare them with the guidelines, or record the page in English.", at...)
	case !c.run.ofIDme():
		return unseen("Every link and button of the page has a name; which names this provider approves is not known. Compare them with its guidelines.", at...)
	case scripts:
		return warns("No link or button with an approved name is seen", expected, "none", at).
			because(CausePartnerCode, "The page as it was sent has none."+mayName, cure)
	}
	return fails("No link or button has an approved name", expected, "none", at).
		because(CausePartnerCode, "The sign-in was started from "+s.at.host+s.at.path+", where no link or button is named so.", cure)
}

func judgeAboutLink(c *court, f *flow) ruling {
	const expected = "a link to ID.me's page about itself or to the FAQ, or the question what ID.me is"
	s := f.startPage()
	if s == nil {
		return unseen(withoutStartPage, refs("", f.authorize)...)
	}
	at := refs("", s)
	told, known := s.e.Facts.Bool(transcript.FactAboutLink)
	scripts, whole := scripted(s)
	const cure = "Put a link to https://www.id.me/about, or to your own FAQ, beside the button."
	switch {
	case !known:
		return unseen("The transcript does not say where the links of the page lead. Save the capture with content, and redact it with this version.", at...)
	case told:
		return passes("A link says who the provider is", expected, "it is there", at)
	case !whole:
		return unseen("Only a part of the page was read, so the link may stand further down. Save the capture with content, or add a screenshot of the page.", at...)
	case !c.run.ofIDme() && c.run.cfg.Links.FAQ == "":
		return unseen("Which page tells about this provider is not declared. Enter the address of your FAQ in the description.", at...)
	case scripts:
		return warns("No link that says who the provider is, is seen", expected, "none", at).
			because(CausePartnerCode, "The page as it was sent has none; one of its scripts may add it.", cure)
	}
	return fails("No link says who the provider is", expected, "none", at).
		because(CausePartnerCode, "The sign-in was started from "+s.at.host+s.at.path+", where nothing tells users who have never heard of the provider who that is.", cure)
}

func judgeDevices(c *court) ruling {
	const expected = "a sign-in on each, both to the same page"
	ends := map[string]*flow{}
	unknown := (*flow)(nil)
	for _, f := range slices.Concat(c.judged(), c.others[:min(len(c.others), maxFlows)]) {
		if f.callback == nil || f.outcome() == OutcomeError || c.changedByHand(f) {
			continue
		}
		device := f.authorize.e.Facts.Code(transcript.FactDevice)
		switch {
		case device == "":
			unknown = f
		case ends[device] == nil || ends[device].final == nil:
			ends[device] = f
		}
	}
	desktop, mobile := ends["desktop"], ends["mobile"]
	switch {
	case desktop == nil && mobile == nil && unknown != nil:
		return unseen("The transcripts do not say on what device they were recorded. Save them with the request headers, and redact them with this version.", refs("", unknown.authorize)...)
	case desktop == nil && mobile == nil:
		return unseen("No sign-in of the run was completed. A sign-in that is completed would show it.")
	case mobile == nil:
		return unseen("No completed sign-in of the round was recorded on a phone. Record one, or one in the browser's view of a phone.", refs("User-Agent", desktop.authorize)...)
	case desktop == nil:
		return unseen("No completed sign-in of the round was recorded on a desktop. Record one.", refs("User-Agent", mobile.authorize)...)
	case desktop.final == nil || mobile.final == nil:
		return unseen("The page on which a sign-in ended on one of the two is not in the round. Record it until the last page has loaded.", refs("", desktop.callback, mobile.callback)...)
	}
	at := refs("", desktop.final, mobile.final)
	if desktop.final.at != mobile.final.at {
		return warns("The sign-in ends elsewhere on mobile than on desktop", expected, mobile.final.at.host+mobile.final.at.path+" on mobile, "+desktop.final.at.host+desktop.final.at.path+" on desktop", at).
			because(CausePartnerCode, "Both were completed, and the last pages have different addresses. Either that is meant, or the application leads phones astray.",
				"Lead both to the same page, or say in the notes of the description why they differ.")
	}
	return passes("The sign-in was tried on desktop and on mobile", expected, desktop.final.at.host+desktop.final.at.path+" on both", at)
}
