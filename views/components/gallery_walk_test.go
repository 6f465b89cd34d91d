package components_test

import (
	"github.com/a-h/templ"

	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/layout"
)

var threeLanes = []components.LaneModel{{Name: "Northfall", Note: "partner"}, {Name: "ID.me", Note: "sandbox"}, {Name: "Third party", Note: "not declared"}}

func deniedRun() components.LanesModel {
	chip := func(label string) *components.ChipModel { return &components.ChipModel{Label: label} }
	same := func(label string, hop int) *components.ChipModel {
		return &components.ChipModel{Label: label, SameAs: hop, SameHref: "#" + components.HopAnchor(hop)}
	}
	pass := func(text, rule string) components.CheckModel {
		return components.CheckModel{Verdict: components.VerdictPass, Text: text, Rule: rule}
	}
	noWay := components.FindingModel{Verdict: components.VerdictFail, Title: "No way on", Rule: "ER-05", Cause: "Partner code", Expected: "A retry button or a help link", Actual: "Neither found", Cure: "Add “Try again”"}
	third := components.FindingModel{Verdict: components.VerdictWarn, Title: "Third party on the error page", Rule: "CB-09", Cause: "Partner code", Expected: "Only declared hosts while the error is in the address", Actual: "1 request to an undeclared host", Cure: "Redirect to a clean address first"}
	return components.LanesModel{Label: "Hops of run 4", Lanes: threeLanes, Rows: []components.HopModel{
		{Number: 1, Lane: 0, Status: 302, Redirect: true, Method: "GET", Host: "www.northfall.example", Path: "/join/verify",
			Params: []components.ParamModel{{Lead: "sets cookie", Chip: chip("cookie C"), After: "Secure, HttpOnly, SameSite=Lax"}}, Checks: []components.CheckModel{pass("https on all 9 hops", "TR-01")}},
		{Number: 2, Lane: 1, Status: 302, Redirect: true, Method: "GET", Host: "api.idmelabs.com", Path: "/oauth/authorize",
			Params: []components.ParamModel{{Name: "client_id", Value: "on file"}, {Name: "response_type", Value: "code"}, {Name: "redirect_uri", Value: "login.northfall.example/idme/return"},
				{Name: "scope", Value: "openid http://idmanagement.gov/ns/assurance/ial/2/aal/2"}, {Name: "state", Chip: chip("state B")}, {Name: "nonce", Chip: chip("nonce A")}},
			Checks: []components.CheckModel{pass("redirect_uri as on file", "TR-06"), pass("state is strong", "AR-03"), {Verdict: components.VerdictNotSeen, Text: "PKCE verifier", Rule: "AR-09"}}},
		{Number: 3, Lane: 1, Status: 200, Method: "GET", Host: "api.idmelabs.com", Path: "/en/session/new", Note: "sign-in page, 41 KB"},
		{LeftOut: 2, LeftOutText: "2 hops between, none with findings", LeftOutHref: "#all"},
		{Number: 6, Lane: 1, Status: 302, Redirect: true, Method: "POST", Host: "api.idmelabs.com", Path: "/en/consent", Note: "form, decision: deny"},
		{Number: 7, Lane: 0, Status: 302, Redirect: true, Method: "GET", Host: "login.northfall.example", Path: "/idme/return",
			Params: []components.ParamModel{{Name: "error", Value: "access_denied"}, {Name: "error_description", Value: "The resource owner or authorization server denied the request"}, {Name: "state", Chip: same("state B", 2)}, {Lead: "sends cookie", Chip: same("cookie C", 1)}},
			Checks: []components.CheckModel{pass("state unchanged", "CB-01")}},
		{Number: 8, Lane: 0, Status: 200, Method: "GET", Host: "www.northfall.example", Path: "/join/problem", At: moment,
			Params:   []components.ParamModel{{Name: "error", Value: "access_denied"}, {Name: "name-1", Chip: &components.ChipModel{Label: "not kept", Dropped: true}}},
			Findings: []components.FindingModel{rawErrorShown(""), noWay},
			Extra: components.Picture(components.PictureModel{Src: "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==", Alt: "The covered page: a headline, three lines of text, one button", Width: 240, Height: 150,
				Title: "The user ends here", Text: "6.2 KB, 212 visible characters, no button. Text was covered before the picture was stored."})},
		{Number: 9, Lane: 2, Status: 200, SubRequest: true, Redirect: true, Method: "GET", Host: "host-1.invalid", Path: "/s1", Note: "image loaded by hop 8", Findings: []components.FindingModel{third}},
	}}
}

func galleryLanes() templ.Component {
	narrow := components.LanesModel{ListID: "hops-narrow", Label: "The hops this rests on", Lanes: threeLanes, InRequest: true, Rows: []components.HopModel{
		{Number: 42, Lane: 0, Status: 302, Redirect: true, Method: "GET", Host: "ride.brightmoor.example", Path: "/fares/verify", At: moment},
		{Number: 43, Lane: 1, Status: 302, Redirect: true, Method: "GET", Host: "api.idmelabs.com", Path: "/oauth/authorize", Findings: []components.FindingModel{rawErrorShown("")}},
		{Number: 44, Lane: 2, Status: 0, SubRequest: true, Method: "GET", Host: "host-1.invalid", Path: "/s1"},
		{Number: 45, Lane: 2, Status: 302, Redirect: true, Method: "GET", Host: "host-2.invalid", Path: "/s2"},
		{Number: 46, Lane: 0, Status: 200, Newest: true, Method: "GET", Host: "ride.brightmoor.example", Path: "/fares/not-verified", Checks: []components.CheckModel{{Verdict: components.VerdictPass, Text: "no raw error, a way on", Rule: "ER-04"}}},
	}, Footer: components.RecorderLine(components.RecorderConnected, "Recorder connected, waiting for the next hop. Last one 4 seconds ago.")}
	return part("Lanes", with(components.FilterBar(components.FilterModel{Label: "Filter hops", Segments: []components.Segment{{Label: "All hops", Href: "#a", Count: 9, Current: true}, {Label: "With findings", Href: "#f", Count: 2}}}), components.LanesKey()),
		components.Lanes(deniedRun()), raw(`<h3>In a narrow place</h3>`), raw(`<div class="narrow-example">`), components.Lanes(narrow), raw(`</div>`))
}

func galleryCharts() templ.Component {
	tiles := []components.TileModel{{State: components.StateAccepted}, {State: components.StateAccepted}, {State: components.StateAccepted, Stale: true}, {State: components.StateClaimed}, {State: components.StateReturned}, {State: components.StateOpen}, {State: components.StateNotApplicable}}
	fail := components.PathMark{Verdict: components.VerdictFail}
	pass := components.PathMark{Verdict: components.VerdictPass}
	return part("Charts",
		raw(`<div class="columns-three"><section><h3>Where they stand</h3>`),
		components.StageStack([]components.StagePile{{Stage: components.StageDescribed, Risks: []components.Risk{components.RiskAtRisk, components.RiskOnTrack}}, {Stage: components.StageTesting, Risks: []components.Risk{components.RiskLate, components.RiskOnTrack, components.RiskOnTrack}},
			{Stage: components.StageReview}, {Stage: components.StageWalkthrough, Risks: []components.Risk{components.RiskOnTrack}}, {Stage: components.StageSignOff}, {Stage: components.StageLive, Risks: []components.Risk{components.RiskOnTrack}}}),
		raw(`</section><section><h3>Target dates</h3>`),
		components.DateChart(components.DateChartModel{From: moment, Until: moment.AddDate(0, 0, 80), Points: []components.DatePoint{{On: moment.AddDate(0, 0, 10), Risk: components.RiskLate}, {On: moment.AddDate(0, 0, 20), Risk: components.RiskAtRisk}, {On: moment.AddDate(0, 0, 21), Risk: components.RiskOnTrack}, {On: moment.AddDate(0, 0, 20), Risk: components.RiskAtRisk}, {On: moment.AddDate(0, 0, 66), Risk: components.RiskOnTrack}}}),
		raw(`</section><section><h3>Whose turn</h3>`),
		components.Bars([]components.BarModel{{Label: "You", Value: 4, Accent: true, Note: "oldest 5 days"}, {Label: "Partners", Value: 6, Note: "oldest 19 days"}, {Label: "Nobody", Value: 2, Hollow: true, Note: "live"}}),
		raw(`</section></div><div class="table-frame"><table class="blocks"><thead><tr><th scope="col">Section</th><th scope="col">One mark per item</th><th scope="col" class="number">Accepted</th><th scope="col">Still to do</th></tr></thead><tbody>
			<tr class="group"><th colspan="4" scope="rowgroup">`), components.TurnFlag(true, "Your turn", true), raw(`<span class="of">4 integrations wait for you</span></th></tr>
			<tr class="yours"><th scope="row">Tests before the walkthrough<span class="under">Military checkout, OAuth, group</span></th><td>`), components.Readiness(tiles), raw(`</td><td class="number" data-head="Accepted">2 of 7</td><td><b class="fail-text">1 returned</b>, <b class="warn-text">1 stale</b><span class="under fail-text">4 days over</span></td></tr>
			<tr class="changed"><th scope="row">Redirect URI on file</th><td><code>/auth/idme</code></td><td class="number now">1</td><td>`), components.StageSmall(components.StageReview), raw(`</td></tr>
			<tr class="same"><th scope="row">Exact string on file</th><td>unchanged</td><td class="number">0</td><td>nothing</td></tr>
			</tbody></table></div>`), components.ReadinessKey(components.ReadinessCounts{Accepted: 15, Stale: 4, Claimed: 8, Returned: 3, Open: 6, NotApplicable: 1}),
		components.PathMap([]components.PathStop{
			{Name: "Start", Mark: &pass, Branches: []components.PathBranch{{Mark: pass, Name: "A required parameter missing", Code: "invalid_request", Saw: "Own error page, 3 runs", Href: "#p"}, {Name: "Unknown response type", Code: "unsupported_response_type", Saw: "Not run"}}},
			{Name: "Consent", Mark: &pass, Branches: []components.PathBranch{{Mark: fail, Name: "Denied", Code: "access_denied", Saw: "Saw the raw error text"}}},
			{Name: "Return", Mark: &components.PathMark{Stale: true, Verdict: components.VerdictPass}, Branches: []components.PathBranch{{Mark: components.PathMark{Verdict: components.VerdictNotSeen}, Name: "Redirect URI not on file", Code: "invalid_redirect_uri", Saw: "ID.me page, not judged"}}},
			{Name: "Landing", Mark: &components.PathMark{Stale: true}}, {Name: "Afterwards"},
		}),
	)
}

func gallery() templ.Component {
	return with(layout.Page(shell("Gallery")), raw(`<div class="page">`),
		with(components.PageHead(components.PageHeadModel{Over: "Test runs / Consent denied", OverHref: "#over", Title: "Run 4: consent denied", Lead: "Test user ial2-deny, recorder 1.4.0, Chromium 156"}),
			components.Button(components.ButtonModel{Label: "Compare with run 5", Href: "#cmp"}), components.Button(components.ButtonModel{Label: "Redacted HAR", Icon: "download", Href: "#har"})),
		galleryMarks(), galleryButtons(), galleryForms(), galleryMessages(), galleryPeople(), galleryItems(), galleryLanes(), galleryCharts(), raw(`</div>`))
}

func checklistPage() templ.Component {
	s := shell("ERR-01")
	s.Turn = &layout.Turn{With: "ID.me", Lead: "Dana Whitlock reviews.", Text: "Until Wed 25 Nov.", Action: &components.ButtonModel{Label: "Remind her", Size: components.SizeSmall, Href: "#remind"}}
	return with(layout.Page(s), raw(`<div class="list-detail showing-item"><div class="list-side"><div class="list-filter">`),
		components.Segments("Filter items", []components.Segment{{Label: "All", Href: "#a", Count: 37, Current: true}, {Label: "Yours", Href: "#y", Count: 7}, {Label: "Stale", Href: "#s", Count: 4}}),
		raw(`</div>`), components.ItemList(items()), raw(`</div><div class="detail-side"><span class="over mono">ERR-01</span><h1>Denied consent handled gracefully</h1><p>`),
		components.StateWord(components.StateReturned, false), raw(` <span class="meta">by Dana Whitlock</span></p><section class="section">`), with(components.SectionHead("Findings"), components.Counts(components.VerdictCounts{Fail: 2, Pass: 3, NotSeen: 1})),
		components.Finding(rawErrorShown("f-2")), raw(`</section></div></div>`))
}

func walkthroughPage() templ.Component {
	steps := []components.AgendaStep{{Number: 1, Title: "Find the button on the site", Mark: components.MarkConfirmed, Took: "3:10", Href: "#1"}, {Number: 2, Title: "Landing page, fare applied", Mark: components.MarkWithCondition, Took: "5:02", Note: "1 condition", Href: "#2"},
		{Number: 3, Title: "Deny consent", Current: true, Took: "2:24", Href: "#3"}, {Number: 4, Title: "Card number reused after 5 minutes", Href: "#4"}}
	live := deniedRun()
	live.InRequest = true
	live.Footer = components.RecorderLine(components.RecorderSilent, "No hop for 2 minutes. Is the right browser window used?")
	return with(layout.Plain(layout.Shell{Title: "Walkthrough"}, true), raw(`<header class="walkthrough-bar"><div class="what"><h1>Brightmoor Transit: Reduced fare</h1><p class="meta">End-to-end walkthrough, Tue 24 Nov 2026</p></div>`),
		components.Person(components.PersonModel{Name: "Noor Haddad", Does: "drives", Drives: true}), components.Timer(components.TimerModel{Elapsed: 1421, Total: 3600, Planned: 1491}),
		components.Button(components.ButtonModel{Label: "Pause", Href: "#p"}), components.Button(components.ButtonModel{Label: "End", Kind: components.ButtonDanger, Href: "#e"}),
		raw(`</header><main id="main" class="walkthrough" tabindex="-1"><div class="agenda-side"><h2>Agenda</h2>`), components.Agenda(steps), raw(`</div><div class="step-side">`),
		components.StepHead(components.StepHeadModel{Number: 3, Of: 10, ItemID: "ERR-01", ItemHref: "#i", Title: "Deny consent", Say: "Noor, please start again and choose Deny on the ID.me screen.", Expect: "a page in Brightmoor's words, no error code, and a way on."}),
		components.Lanes(live), components.RecorderLine(components.RecorderLost, "Recorder lost at 15:24. Hops until then are kept."), raw(`<form method="post" action="/mark">`),
		components.MarkChoice(components.MarkChoiceModel{Name: "mark", Legend: "Your mark for step 3", Note: "as the lead, it decides", Chosen: components.MarkConfirmed}),
		components.Button(components.ButtonModel{Label: "Mark, then step 4", Kind: components.ButtonPrimary, Size: components.SizeLarge, Busy: "Marking"}), raw(`</form></div><div class="notes-side"><h2>Observations</h2><ol class="observations">`),
		components.Observation(components.ObservationModel{When: components.Clock(moment), By: "Dana Whitlock", Place: "step 2", Pin: &components.PinModel{Text: "hop 38", Href: "#h"}, Text: "Fare shows before the page settles."}),
		components.Observation(components.ObservationModel{By: "Emil Sato", Text: "Apply the fare once.", Condition: true, Due: "by Mon 30 Nov"}), raw(`</ol></div></main>`))
}

func errorPage() templ.Component {
	s := shell("Not saved")
	s.Integration, s.Turn, s.Demo = nil, nil, nil
	return with(layout.Error(s, layout.ErrorModel{Over: "Something failed on our side", Title: "Your comment on ERR-01 was not saved", Happened: "The database did not answer within 5 seconds. Nothing was half saved.",
		Kept: "Your text is below and stays in this page.", Do: "Send it again.", Number: "7K4Q-22MD", At: moment,
		Actions: []components.ButtonModel{{Label: "Back to ERR-01", Size: components.SizeLarge, Href: "#b"}}}),
		components.Textarea(components.FieldModel{Name: "comment", Label: "Your comment, not yet saved", Value: "New run 5 is up."}))
}

func signInPage() templ.Component {
	s := layout.Shell{Title: "Sign in", Nav: []layout.NavItem{{Label: "Verify a packet", Href: "/verify"}}, SignInURL: "/sign-in", Theme: "", Foot: layout.Foot{Version: "1.0.0"}, NoHTMX: true}
	return with(layout.Plain(s, false), raw(`<div class="sign-in"><div class="sign-in-card"><h1>Sign in</h1><p class="second">Integration walkthroughs of ID.me</p><div class="actions">`),
		components.Button(components.ButtonModel{Label: "Use a passkey", Kind: components.ButtonPrimary, Size: components.SizeLarge, Icon: "key", Full: true, Href: "#k"}), raw(`</div></div><div class="stack"><h2>No account yet?</h2><p>Your consultant invites the first person of a partner.</p></div></div>`))
}

func askPage() templ.Component {
	return with(layout.Plain(layout.Shell{Title: "End it?", Theme: "light"}, false), raw(`<div class="page">`), components.Ask(components.AskModel{Question: "End the walkthrough at step 6?", Stays: "Steps 7 to 10 stay open and can be held later.", Action: "/end",
		Do: components.ButtonModel{Label: "End at step 6", Kind: components.ButtonDanger, Busy: "Ending"}, Keep: "Go on", KeepHref: "/w"}), raw(`</div>`))
}
