package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// screenRules are the rules about the pages that the user meets on the way.
var screenRules = []row{
	{
		Rule: Rule{
			ID: "PG-01", Family: FamilyPage, Severity: High, Protocols: anyOfTwo,
			Title:   "The provider's screen opens",
			Needs:   []Need{NeedRequest, NeedCallback, NeedFacts},
			Decides: "Fails when the request ends on a page of the provider with status 400 or more or with an error code in its text, or when an error comes back before any page was shown.",
			Clause:  "RFC 6749, 3.1 and 4.1.2.1; ID.me, quality assurance testing",
		},
		facts: true,
		judge: judgeScreen,
	},
	{
		Rule: Rule{
			ID: "PG-02", Family: FamilyPage, Severity: Medium, Protocols: anyOfTwo,
			Title:   "The sign-in opens as it is declared, in a popup or a full page",
			Needs:   []Need{NeedRequest, NeedHeaders, NeedIntegration},
			Decides: "Fails when the request is made in a frame, and when it opens in the one of the two that is not declared. Which of them it is shows in files of one tab each and in recordings that number their pages.",
			Clause:  "RFC 9700, 4.16; ID.me, quality assurance testing",
		},
		judge:  judgeLaunch,
		beside: judgeFramedRequest,
	},
	{
		Rule: Rule{
			ID: "PG-03", Family: FamilyPage, Severity: High, Protocols: anyOfTwo,
			Title:   "The user ends on the declared page",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedIntegration},
			Decides: "Fails when a completed sign-in ends on another page than the landing page or on a status of 400 or more, and when a refusal ends on another than the denied page; warns when a completed one ends on the error page. Of refusals that land or show no page ER-01 and ER-08 speak.",
			Clause:  "ID.me, quality assurance testing",
		},
		facts: true,
		judge: judgeEndPage,
	},
}

// htmlPage tells whether a step answered with a page, as far as that is known.
func htmlPage(s *step) (page, known bool) {
	switch kind := s.e.Facts.Code(transcript.FactBodyKind); kind {
	case "html":
		return true, true
	case "", "none":
		mime, _ := answerHeader(s, "Content-Type")
		return strings.HasPrefix(mime, "text/html"), mime != ""
	}
	return false, true
}

// sentOnItself tells whether a page is only the carrier of a form that sends itself.
func sentOnItself(s *step) bool {
	submits, _ := s.e.Facts.Bool(transcript.FactAutoSubmit)
	message, _ := s.e.Facts.Bool(transcript.FactSAMLForm)
	return submits || message
}

// screens gives the provider's pages between request and callback.
func (f *flow) screens() (out []*step) {
	for _, s := range f.way {
		if s.seq >= f.authorize.seq && (f.callback == nil || s.seq < f.callback.seq) && s.role == RoleProvider && !s.isRedirect() && s.status() > 0 {
			out = append(out, s)
		}
	}
	return out
}

func judgeScreen(_ *court, f *flow) ruling {
	const expected = "a page of the provider, and no error instead of it"
	if f.unasked() {
		return unseen("The run holds no request of the partner that could open it. Record a sign-in that starts at your button.", refs("", f.authorize)...)
	}
	const cure = "Compare client, redirect URI, scope and host of the request with what is registered, and record the sign-in again."
	shown := f.screens()
	for i, s := range shown {
		if i > 0 && (f.callback != nil || i+1 < len(shown)) {
			continue // the user may have mistyped a password
		}
		word := s.e.Facts.Code(transcript.FactRawErrorCode)
		actual := "status " + statusText(s)
		if s.status() < 400 && word == "" {
			continue
		}
		if word != "" {
			actual += ", " + word + " in its text"
		}
		if s.status() >= 500 {
			return fails("The provider answers with a server error", expected, actual, refs("", f.authorize, s)).
				because(CauseProvider, "The request led to "+s.at.host+s.at.path+", which answered "+actual+".", "Record it again, and tell your consultant if it stays so.")
		}
		return fails("The provider answers with an error page", expected, actual, refs("", f.authorize, s)).
			because(CauseConfiguration, "The request led to "+s.at.host+s.at.path+", which answered "+actual+": the provider does not take the request as it is.", cure)
	}
	var opened, dark *step
	for _, s := range shown {
		switch page, known := htmlPage(s); {
		case page && s.status() < 300 && !sentOnItself(s):
			opened = s
		case !known:
			dark = s
		}
	}
	fields := 0
	if opened != nil {
		fields, _ = opened.e.Facts.Number(transcript.FactFormFields)
	}
	at := refs("", f.authorize, opened)
	switch {
	case opened == nil && f.authorize.value("prompt") == "none":
		return unseen("The request asks for no page (prompt=none). A sign-in without that would show it.", at...)
	case opened == nil && f.callback != nil && f.outcome() == OutcomeError && dark == nil && f.callback.in == f.authorize.in:
		return fails("An error comes back before any screen", expected, f.errorWord(), refs("error", f.authorize, f.callback)).
			because(CauseConfiguration, "The provider answered "+f.errorWord()+" without showing a page. Either the request asks for what is not registered, or it was sent so on purpose.", cure)
	case opened == nil && dark != nil:
		return unseen("The capture does not say whether what the provider answered is a page. Save it with the headers and the content of the answers.", refs("", dark)...)
	case opened == nil && f.callback != nil:
		return unseen("The provider answered without a page, as it does for a user with a session. Record the sign-in in a fresh browser window.", at...)
	case opened == nil:
		return unseen(f.dialect.words.noReturn, at...)
	case f.callback == nil && fields == 0:
		return unseen("A page of the provider opened, and the sign-in does not go on from it, so it may be one that tells of an error. Record the sign-in until it comes back.", at...)
	}
	return passes("The provider's screen opens", expected, "a page at "+opened.at.host+", status "+statusText(opened), at)
}

// framed are the places of Sec-Fetch-Dest in which a page stands inside another.
var framed = []string{"iframe", "frame", "embed", "object", "fencedframe"}

// judgeFramedRequest finds a request of the integration that is made in a frame; a
// silent one (prompt=none) may be.
func judgeFramedRequest(c *court) *ruling {
	for _, s := range c.run.steps {
		if !slices.Contains(framed, header(s.e.Request.Headers, "Sec-Fetch-Dest")) || s.value("prompt") == "none" {
			continue
		}
		if !slices.ContainsFunc(dialectsOf(c.run.cfg), func(d *dialect) bool { return d.asks(s) && d.ours(c.run.cfg, s) }) {
			continue
		}
		r := fails("The sign-in opens in a frame", "a popup or a full page", header(s.e.Request.Headers, "Sec-Fetch-Dest"), refs("Sec-Fetch-Dest", s)).
			because(CausePartnerCode, "The browser loaded the provider's screen inside a page of the partner, where the user cannot see whose it is and browsers keep its cookies back.",
				"Open the sign-in as a full page or in a popup, not in a frame.")
		return &r
	}
	return nil
}

// The ways in which a sign-in opens.
const (
	launchPopup    = "a popup"
	launchFullPage = "a full page"
)

// oneTab are the exporters that save one tab, so that what is in one file follows
// in one window; manyTabs those that number the pages of their files by the window.
var (
	oneTab   = []string{"chrome", "firefox", "safari"}
	manyTabs = []string{"playwright", "proofwalk"}
)

// launch says how the sign-in opened, empty where the capture does not tell.
func (f *flow) launch() string {
	in := f.authorize.in
	exporter := in.T.Meta.Source.Exporter
	start := (*step)(nil) // the partner's page before the request, in the same file
	for p := f.authorize.prev; p != nil && start == nil; p = p.prev {
		if p.role == RolePartner && p.isPage() {
			start = p
		}
	}
	switch {
	case slices.Contains(oneTab, exporter) && start != nil:
		return launchFullPage
	case slices.Contains(oneTab, exporter):
		for _, s := range f.run.steps[:f.authorize.seq] { // the page that opened it, in a file of its own
			if s.in != in && s.role == RolePartner && s.isPage() && slices.Contains(oneTab, s.in.T.Meta.Source.Exporter) {
				return launchPopup
			}
		}
	case slices.Contains(manyTabs, exporter) && start != nil && start.e.PageRef != "" && f.authorize.e.PageRef != "":
		if start.e.PageRef == f.authorize.e.PageRef {
			return launchFullPage
		}
		return launchPopup
	}
	return ""
}

func judgeLaunch(c *court, f *flow) ruling {
	uses := c.run.cfg.Uses
	at := refs("Sec-Fetch-Dest", f.authorize)
	dest := header(f.authorize.e.Request.Headers, "Sec-Fetch-Dest")
	expected := "a popup or a full page"
	switch {
	case uses.Popup && !uses.FullPage:
		expected = launchPopup
	case uses.FullPage && !uses.Popup:
		expected = launchFullPage
	}
	how := f.launch()
	switch {
	case f.unasked():
		return unseen("The run holds no request of the partner. Record a sign-in that starts at your button.", at...)
	case !uses.Popup && !uses.FullPage:
		return unseen("The integration declares neither popup nor full page. Enter in the description how the sign-in opens.", at...)
	case dest == "":
		return unseen("The capture holds no Sec-Fetch-Dest header, which says whether the request was a document's or a frame's. Record it with Chrome or Firefox over https.", at...)
	case dest != "document":
		return unseen("The Sec-Fetch-Dest header of the request is none that says how it was opened. Record it with Chrome or Firefox.", at...)
	case uses.Popup && uses.FullPage:
		return passes("The sign-in opens in a window", expected, first(how, "a document of its own"), at)
	case how == "":
		return unseen("The capture does not tell a popup from a full page. Save each window of the browser as a file of its own, the page with the button too.", at...)
	case how != expected:
		return fails("The sign-in opens otherwise than declared", expected, how, at).
			because(CauseConfiguration, "The integration declares "+expected+", and the capture shows "+how+". Either the description or the relying party is not as it was meant.",
				"Correct uses.popup and uses.fullpage in the description, or open the sign-in as declared.")
	}
	return passes("The sign-in opens as declared", expected, how, at)
}
