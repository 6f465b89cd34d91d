package components_test

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/layout"
)

// moment is when everything in the gallery happens.
var moment = time.Date(2026, time.November, 24, 20, 5, 7, 0, time.UTC)

// raw is markup of the gallery itself.
func raw(markup string) templ.Component { return templ.Raw(markup) }

// with renders a component with children.
func with(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

// part is a section of the gallery.
func part(title string, content ...templ.Component) templ.Component {
	all := append([]templ.Component{raw(`<section class="section"><h2>` + title + `</h2><div class="stack">`)}, content...)
	return templ.Join(append(all, raw(`</div></section>`))...)
}

func row(content ...templ.Component) templ.Component {
	all := []templ.Component{raw(`<div class="cluster cluster-centre">`)}
	for _, c := range content {
		all = append(all, c, raw(" "))
	}
	return templ.Join(append(all, raw(`</div>`))...)
}

func shell(title string) layout.Shell {
	return layout.Shell{
		Title: title,
		Nav: []layout.NavItem{
			{Label: "Integrations", Href: "/", Current: true, Count: 2},
			{Label: "Packets", Href: "/packets"}, {Label: "People", Href: "/people"}, {Label: "Help", Href: "/help"},
		},
		SearchURL: "/search",
		Person:    &layout.SignedIn{Name: "Priya Raman", About: "Northfall, admin", ProfileURL: "/profile", SignOutURL: "/sign-out"},
		Demo:      &layout.Demo{SwitchURL: "/demo"},
		Integration: &layout.IntegrationHead{
			Partner: "Northfall Credit Union", Name: "Member sign-up", Href: "/i/1",
			Protocol: "OpenID Connect, identity (IAL2/AAL2)", Environment: "sandbox", Host: "api.idmelabs.com",
			Target: time.Date(2026, time.December, 14, 0, 0, 0, 0, time.UTC), Stage: components.StageReview,
			Tabs: []layout.NavItem{
				{Label: "Overview", Href: "/i/1"}, {Label: "Checklist", Href: "/i/1/c", Count: 7, Yours: true},
				{Label: "Test runs", Href: "/i/1/t", Count: 11, Current: true}, {Label: "Walkthrough", Href: "/i/1/w"},
				{Label: "Packets", Href: "/i/1/p"}, {Label: "Description", Href: "/i/1/d"}, {Label: "History", Href: "/i/1/h"},
			},
		},
		Turn: &layout.Turn{Yours: true, Lead: "4 things wait for your team.", Text: "Answer by Fri 27 Nov to keep the walkthrough on Thu 3 Dec."},
		Foot: layout.Foot{Version: "1.0.0", AuditText: "audit log 48,210 entries", AuditHref: "/audit"},
	}
}

func galleryMarks() templ.Component {
	return part("Marks",
		row(components.VerdictWord(components.VerdictPass), components.VerdictWord(components.VerdictWarn), components.VerdictWord(components.VerdictFail), components.VerdictWord(components.VerdictNotSeen)),
		row(components.StateWord(components.StateOpen, false), components.StateWord(components.StateClaimed, false), components.StateWord(components.StateAccepted, false),
			components.StateWord(components.StateReturned, false), components.StateWord(components.StateNotApplicable, false),
			components.StateWord(components.StateAccepted, true), components.StateWord(components.StateClaimed, true), components.StateMark(components.StateClaimed, true)),
		row(components.StepMarkWord(components.MarkConfirmed), components.StepMarkWord(components.MarkWithCondition), components.StepMarkWord(components.MarkNotConfirmed), components.StepMarkWord(components.MarkToBeRepeated)),
		row(components.RiskWord(components.RiskOnTrack), components.RiskWord(components.RiskAtRisk), components.RiskWord(components.RiskLate)),
		components.Counts(components.VerdictCounts{Fail: 2, Warn: 1, NotSeen: 7, Pass: 31}),
		row(components.VerdictText(components.VerdictPass, "Ready for go-live"), components.Tag("Partner code"), components.Pin(components.PinModel{Text: "hop 8", Href: "#hop-8"}),
			components.Icon("download"), components.Icon("key"), components.Icon("speech"), components.Icon("observed"), components.Icon("channel"), components.Icon("file"), components.Icon("leaves"), components.Icon("page"), components.Icon("walk")),
		raw(`<p class="mono">state=`), components.Chip(components.ChipModel{Label: "state B"}), raw(` state=`),
		components.Chip(components.ChipModel{Label: "state B", SameAs: 2, SameHref: "#hop-2"}), raw(` nonce=`),
		raw(`</p>`), components.Chip(components.ChipModel{Label: "nonce #1", Full: "~nonce:8f21ac0d93"}), components.Chip(components.ChipModel{Label: "not kept", Dropped: true}),
	)
}

func galleryButtons() templ.Component {
	return part("Buttons",
		row(
			components.Button(components.ButtonModel{Label: "Claim ERR-01", Kind: components.ButtonPrimary, Busy: "Claiming"}),
			components.Button(components.ButtonModel{Label: "Reply", Href: "#reply"}),
			components.Button(components.ButtonModel{Label: "End", Kind: components.ButtonDanger}),
			components.Button(components.ButtonModel{Label: "Repeat later", Kind: components.ButtonQuiet}),
			components.Button(components.ButtonModel{Label: "Replace", Size: components.SizeSmall}),
			components.Button(components.ButtonModel{Label: "Record the happy path", Kind: components.ButtonPrimary, Size: components.SizeLarge, Icon: "walk"}),
			components.Button(components.ButtonModel{Label: "Accept", Key: "a", Name: "decision", Value: "accept", FormAction: "/x"}),
		),
		components.Button(components.ButtonModel{Label: "Claim ERR-01", NotYet: &components.NotYet{Reason: "the screenshot is missing and 2 findings fail.", WayOut: "Ask for an exception", Href: "#ask"}}),
	)
}

func galleryForms() templ.Component {
	field := func(name, label string) components.FieldModel { return components.FieldModel{Name: name, Label: label} }
	uri := components.FieldModel{Name: "uri", Label: "First redirect URI", Hint: "The exact string that your site sends.", Value: "https://login.northfall.example/idme/return", Mono: true, OK: "As on file in the sandbox", Type: "url", Autocomplete: "off"}
	second := components.FieldModel{Name: "uri-2", Label: "Second redirect URI", Optional: true, Mono: true, Error: "Leave out the # and what follows. Browsers never send that part, and ID.me does not accept it.",
		Value: "https://m.northfall.example/idme/return#app", Fix: &components.Fix{Label: "Use it without #app", Name: "fix", Value: "uri-2"}}
	return part("Forms",
		components.ErrorSummary(components.ErrorSummaryModel{Kept: "Nothing was saved yet. Your other entries are kept below.", Errors: []components.FieldError{
			{FieldID: "uri-2", Text: "Second redirect URI: leave out the # and what follows"}, {FieldID: "client", Text: "Client type: choose one"}, {Text: "Two people saved at once"},
		}}),
		raw(`<form class="form" method="post" action="/save">`),
		components.Input(uri), components.Input(second),
		components.Textarea(components.FieldModel{Name: "text", Label: "To the partner", Rows: 4, Value: "Please word it for members."}),
		components.Select(components.SelectModel{FieldModel: components.FieldModel{Name: "wording", Label: "Wording", Value: "b"}, Options: []components.Option{{Value: "a", Label: "Own words"}, {Value: "b", Label: "Redirect URI carries a query"}}}),
		components.Radios(components.RadiosModel{FieldModel: components.FieldModel{Name: "client", Label: "Client type", Value: "confidential", Error: "Choose one."}, Options: []components.Option{
			{Value: "confidential", Label: "Confidential", Hint: "Your server keeps a secret"}, {Value: "public", Label: "Public", Hint: "App in the browser or on a phone; PKCE is then required"}}}),
		components.Radios(components.RadiosModel{FieldModel: components.FieldModel{Name: "decision-2", Label: "Your decision", Value: "return"}, Boxed: true, Options: []components.Option{
			{Value: "accept", Label: "Accept", Key: "x"}, {Value: "return", Label: "Return", Key: "r"}, {Value: "ask", Label: "Ask for evidence", Key: "e"}}}),
		components.Checkbox(components.CheckboxModel{FieldModel: field("state", "A user who denies consent lands on a page in our words, with a way on."), Checked: true}),
		components.Checkbox(components.CheckboxModel{FieldModel: components.FieldModel{Name: "condition", Label: "Make it a condition", Hint: "It goes into the minutes."}}),
		components.Checkbox(components.CheckboxModel{FieldModel: components.FieldModel{Name: "sure", Label: "I have the right to share this.", Error: "Tick it, or leave the picture out."}}),
		raw(`<p>`), components.Button(components.ButtonModel{Label: "Save and see what goes stale", Kind: components.ButtonPrimary, Size: components.SizeLarge, Busy: "Saving"}), raw(`</p></form>`),
		components.FilterBar(components.FilterModel{Label: "Filter items", Action: "/search", Search: "Find an item", Query: "", Kept: map[string]string{"only": "yours"},
			Segments: []components.Segment{{Label: "All", Href: "#a", Count: 37, Current: true}, {Label: "Yours", Href: "#y", Count: 7}, {Label: "Stale", Href: "#s", Count: 4}, {Label: "Open", Href: "#o", Count: 6}},
			Selects:  []components.SelectModel{{FieldModel: components.FieldModel{Name: "protocol", Label: "Protocol", Value: ""}, Options: []components.Option{{Value: "", Label: "Any protocol"}, {Value: "oidc", Label: "OIDC"}}}}}),
		components.Pagination(components.PaginationModel{Shown: "41 to 80 of 213 audit entries", PreviousHref: "#p", NextHref: "#n"}),
	)
}

func galleryMessages() templ.Component {
	return part("Messages",
		with(components.Confirmation(components.ConfirmationModel{Now: "ERR-01 is claimed.", At: moment, Next: "It goes to review when you submit revision 3."}), raw(`<a href="#back">Take it back</a>`)),
		with(components.Notice(components.NoticeWarn), raw(`ID.me says “may be asked” about these 3 items. Your consultant can change them.`)),
		with(components.Notice(components.NoticeFail), raw(`The recorder was lost at 15:24.`)),
		with(components.Notice(components.NoticePlain), raw(`Nothing is sent while you look.`)),
		components.Progress(components.ProgressModel{Name: "Judging run 5", Unit: "rule", Done: 48, Total: 74, Left: "about 4 s left", Leave: "You may leave this page; the result comes to run 5."}),
		with(components.Banner(components.BannerModel{Verdict: components.VerdictPass, Title: "Genuine and unchanged", Text: "6 of 6 checks hold, 1 could not be made."}), components.Button(components.ButtonModel{Label: "Check again", Href: "#again"})),
		components.Banner(components.BannerModel{Verdict: components.VerdictFail, Title: "Changed after signing", Text: "packet.pdf is not the file that was signed."}),
		components.Banner(components.BannerModel{Verdict: components.VerdictNotSeen, Title: "Intact, signer unknown", Text: "Compare the fingerprint with the one you were given by another way."}),
		components.EmptyState(components.EmptyStateModel{Title: "No test run yet", Pays: "A run is one walk through a scenario with a test user. Start with the happy path: it gives evidence to 14 of your 37 items at once.",
			Actions: []components.ButtonModel{{Label: "Record the happy path", Icon: "walk", Size: components.SizeLarge, Href: "#r"}, {Label: "Add a file (HAR, SAML-tracer, Playwright)", Size: components.SizeLarge, Href: "#f"}},
			Note:    "Secrets and personal data are taken out on your machine before anything is sent.", NeedTitle: "What you need",
			Needs:        []components.Need{{Done: true, Title: "Registered redirect URI", Note: "pre-flight passed"}, {Title: "The recorder", Note: "one file, no administrator rights", Href: "#get"}},
			PictureTitle: "What a recorded run looks like", Picture: raw(`<div class="empty-note">Five rows</div>`)}),
	)
}

func galleryPeople() templ.Component {
	noor := components.PersonModel{Name: "Noor Haddad", Does: "drives", Drives: true}
	dana := components.PersonModel{Name: "Dana Whitlock", Does: "leads", Provider: true}
	emil := components.PersonModel{Name: "Emil Sato", Does: "left 15:12", Left: true}
	return part("People and turns",
		row(components.Person(noor), components.Person(dana), components.Person(emil), components.People([]components.PersonModel{noor, dana, emil}, "3 observe")),
		row(components.TurnFlag(true, "Your turn", false), components.TurnFlag(false, "With ID.me", false), components.TurnFlag(true, "Your turn", true)),
		components.StageTrack(components.StageWalkthrough), components.StageSmall(components.StageTesting),
		components.Timeline([]components.TimelineEntry{{What: "Revision 2 returned", Done: true, Who: "Dana Whitlock", When: components.Moment(moment)}, {What: "Go-live sign-off", Who: "waits for Marcus Oyelaran", Href: "#s"}}),
		components.StepTrack([]string{"Choose the run and the file", "Check what leaves this machine", "Send and judge"}, 1),
		raw(`<ol class="thread">`),
		with(components.Comment(components.CommentModel{ID: "c-1", By: dana, From: "ID.me", When: components.Moment(moment), Text: "The page shows access_denied to the user.", Pin: &components.PinModel{Text: "hop 8", Href: "#hop-8"}, RemarkState: "open"}), raw(`<a href="#answer">Answer</a>`)),
		components.Comment(components.CommentModel{ID: "c-2", By: noor, From: "Northfall", When: components.Moment(moment), Text: "Fixed in build 2.18.1."}),
		raw(`</ol>`),
	)
}

func galleryItems() templ.Component {
	return part("Items, evidence, findings",
		components.ItemList(items()),
		with(components.Slot(components.SlotModel{Kind: "redirect", Name: "Error transcript", Needed: true, Filled: true, Detail: "Run 4 “consent denied”, 9 hops, build 2.17.0.", Href: "#run", Outdated: "Older than the fix"}), components.Button(components.ButtonModel{Label: "Replace", Size: components.SizeSmall})),
		with(components.Slot(components.SlotModel{Kind: "screenshot", Name: "Screenshot of the page the user ends on", Needed: true, Detail: "PNG or JPEG up to 5 MB."}), components.Button(components.ButtonModel{Label: "Add", Size: components.SizeSmall})),
		components.Slot(components.SlotModel{Kind: "declaration", Name: "Declaration on logging", Detail: "Where your team sees it."}),
		components.Finding(rawErrorShown("f-1")),
		components.Finding(components.FindingModel{Verdict: components.VerdictNotSeen, Title: "Wrong state refused", Rule: "CB-03", RuleHref: "#r", Why: "No run shows a wrong state. Run the probe to see it.", Clause: "RFC 6749, 10.12", Origin: "Computed on the partner's side.", ClauseHref: "#c"}),
		components.FindingLines([]components.FindingModel{{Verdict: components.VerdictPass, Title: "state comes back unchanged", Rule: "CB-01", Href: "#x"}, {Verdict: components.VerdictNotSeen, Title: "A wrong state is refused on errors too", Rule: "ER-09", Why: "Needs a probe, which this run did not include"}}),
		components.Facts([]components.FactModel{{Name: "state", Value: "43 characters, about 256 bits", Verdict: components.VerdictPass}, {Name: "Host", Value: "api.idmelabs.com", Mono: true}, {Name: "Happened", Content: components.MomentSeconds(moment)}}),
		components.FactsWide([]components.FactModel{{Name: "What happened", Value: "The database did not answer within 5 seconds."}, {Name: "Target", Content: components.Day(time.Time{})}}),
		components.Gate(components.GateModel{Verdict: components.VerdictFail, Over: "Walkthrough, Thu 3 Dec 2026", Title: "No-go, as of today", Text: "Computed from 9 conditions. 8 hold, 1 does not.",
			Conditions: []components.GateCondition{{Verdict: components.VerdictFail, Title: "No item returned", Note: "3 are: ERR-01, TST-05, TST-12", Href: "#e"}},
			Holding:    []components.GateCondition{{Verdict: components.VerdictPass, Title: "Every scenario run", Note: "10 of 10"}}}),
		components.Limits([]components.LimitModel{{Title: "3 findings are “not seen”", Note: "No back-channel capture of the refresh."}, {Title: "The partner made the transcripts", Note: "Redaction ran on the partner’s machine."}}),
		components.NextActions([]components.ActionModel{{Title: "Answer 3 returned items", Note: "ERR-01, TST-05, TST-12.", Do: components.ButtonModel{Label: "Open ERR-01", Href: "#e"}}, {Title: "Run 4 error paths", Note: "Two need the second sandbox user.", Do: components.ButtonModel{Label: "Pick a path", Href: "#p"}}}),
	)
}

func items() []components.ItemGroupModel {
	return []components.ItemGroupModel{
		{Title: "A. Readiness and scheduling", Count: "2 of 3 accepted", Items: []components.ItemRowModel{
			{ID: "RDY-01", Title: "Consultant named and date agreed", Href: "#1", State: components.StateAccepted},
			{ID: "RDY-02", Title: "Declared complete by the technical team", Href: "#2", State: components.StateClaimed},
			{ID: "TST-08", Title: "Redirect URI works after verification", Href: "#3", State: components.StateAccepted, Stale: true},
		}},
		{Title: "C. Error handling", Count: "1 of 4 accepted", More: "Show 3 items", MoreHref: "#more", Items: []components.ItemRowModel{
			{ID: "ERR-01", Title: "Denied consent handled gracefully", Href: "#4", State: components.StateReturned, Current: true},
			{ID: "ERR-04", Title: "Token errors handled", Href: "#5", State: components.StateOpen, Note: "finding changed", Stacked: true},
			{ID: "ERR-05", Title: "A user who cannot be verified gets a way on", Href: "#6", State: components.StateNotApplicable},
		}},
	}
}

func rawErrorShown(id string) components.FindingModel {
	return components.FindingModel{ID: id, Verdict: components.VerdictFail, Severity: "high", Title: "The page shows the raw error", Rule: "ER-04", Cause: "Partner code",
		Pins: []components.PinModel{{Text: "hop 8", Href: "#hop-8"}}, Expected: "No error code or description in the visible text",
		Actual: "access_denied appears once in 212 visible characters", Cure: "Map the code to your own sentence in the handler of /idme/return."}
}
