package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
	"github.com/proofwalk/proofwalk/internal/web"
)

// reviewed is one integration with the people who take it through review and
// walkthrough.
type reviewed struct {
	*site
	id                                 uuid.UUID
	member, admin, consultant, account auth.Actor
	path                               string
	config                             web.Config
}

func newReviewed(t *testing.T) reviewed {
	t.Helper()
	var built web.Config
	s := newSite(t, func(c *web.Config) { built = *c })
	partner := testkit.Partner(t, s.App, "Northfall")
	v := reviewed{site: s, config: built, member: testkit.Member(t, s.App, partner, "Sam", auth.PartnerMember), admin: testkit.Member(t, s.App, partner, "Priya", auth.PartnerAdmin),
		consultant: testkit.ProviderUser(t, s.App, "Dana", auth.Consultant), account: testkit.ProviderUser(t, s.App, "Marcus", auth.AccountTeam)}
	cfg := integration.Config{Format: integration.Format, Name: "Member sign-up", Protocol: integration.OIDC, UseCases: []integration.UseCase{integration.Identity},
		Environment: integration.Sandbox, ExpectedAPIHost: "api.idmelabs.com",
		Client:       integration.Client{ID: "0123456789abcdef", Type: integration.ConfidentialClient, AuthMethod: "client_secret_post"},
		RedirectURIs: []string{"https://login.northfall.example/idme/return"}, Policies: []string{"openid"},
		Hosts: integration.Hosts{Own: []string{"login.northfall.example"}}, TestUsers: []string{"driver-licence"}}
	id, err := s.CreateIntegration(t.Context(), app.Command{Actor: v.admin}, partner, cfg)
	if err != nil {
		t.Fatal(err)
	}
	v.id, v.path = id, "/integrations/"+id.String()
	return v
}

func (v reviewed) items(t *testing.T) []store.ChecklistItem {
	t.Helper()
	items, err := store.ListChecklistItems(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func (v reviewed) ref(t *testing.T, requirement string) app.ItemRef {
	t.Helper()
	for _, i := range v.items(t) {
		if i.RequirementID == requirement {
			return app.ItemRef{Integration: v.id, Requirement: requirement, RowVersion: i.RowVersion}
		}
	}
	t.Fatalf("no item %s", requirement)
	return app.ItemRef{}
}

// settle leaves nothing of the partner's to do: RDY-02 claimed, the rest not applicable.
func (v reviewed) settle(t *testing.T) {
	t.Helper()
	cmd := app.Command{Actor: v.member}
	for _, i := range v.items(t) {
		if !i.Applies || i.DoneBy == checklist.ByConsultant || i.RequirementID == "RDY-02" {
			continue
		}
		if err := v.SetItemNotApplicable(t.Context(), cmd, v.ref(t, i.RequirementID), "Not part of this integration."); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.AddTextEvidence(t.Context(), cmd, v.ref(t, "RDY-02"), checklist.EvidenceDeclaration, "Build 2.17.0 is complete."); err != nil {
		t.Fatal(err)
	}
	if err := v.ClaimItem(t.Context(), cmd, v.ref(t, "RDY-02")); err != nil {
		t.Fatal(err)
	}
}

// confirmAll is the consultant's word on all that does not apply.
func (v reviewed) confirmAll(t *testing.T) {
	t.Helper()
	for _, i := range v.items(t) {
		if i.State == checklist.NotApplicable && i.ConfirmedBy == nil {
			if err := v.ConfirmNotApplicable(t.Context(), app.Command{Actor: v.consultant}, v.ref(t, i.RequirementID)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestSubmitPage(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	member := v.as(t, v.member)

	p := member.get(v.path + "/review")
	p.wants(http.StatusOK, "Review")
	if missing := len(p.all(".gate .lines > li")); missing < 10 || !strings.Contains(p.text(".gate"), "Not yet: ") || p.attr(".gate .lines a", "href") == "" {
		t.Errorf("the gate lists %d items: %s", missing, p.text(".gate"))
	}
	p = member.post(v.path+"/review", p.form(".gate form"))
	if p.Status != http.StatusConflict || len(p.all(".error-summary li")) < 10 {
		t.Errorf("submitting early: status %d with %d reasons", p.Status, len(p.all(".error-summary li")))
	}
	v.settle(t)
	p = member.get(v.path + "/review")
	p = member.post(v.path+"/review", p.form(".gate form"))
	if p.Status != http.StatusOK || !strings.Contains(p.text(".confirmation"), "Revision 1 is submitted.") || !strings.Contains(p.text("#revision-1"), "in review") {
		t.Errorf("after submit: status %d, %q, %q", p.Status, p.text(".confirmation"), p.text("#revision-1"))
	}
	if got := p.text("#revision-1"); strings.Contains(got, "Not seen") || p.attr("#revision-1 .status", "class") != "status is-claimed" {
		t.Errorf("a revision in review is marked %q and says %q", p.attr("#revision-1 .status", "class"), got)
	}
	if got := member.get("/reviews"); got.Status != http.StatusNotFound {
		t.Errorf("the provider's queue answers a partner with %d", got.Status)
	}
}

// An item that turns stale is named where the turn speaks of something else.
func TestStaleItemsAreNamedInEveryTurn(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.settle(t)
	if _, err := v.SubmitRevision(t.Context(), app.Command{Actor: v.member}, v.id); err != nil {
		t.Fatal(err)
	}
	member := v.as(t, v.member)
	if got := member.get(v.path).text(".turn, .lines.bare"); strings.Contains(got, "stale") {
		t.Fatalf("before anything is stale the overview says %q", got)
	}
	items := v.items(t)
	item := items[slices.IndexFunc(items, func(i store.ChecklistItem) bool { return i.RequirementID == "RDY-02" })]
	if err := store.MarkItemStale(t.Context(), v.Store.Pool(), v.member.Scope(), item.ID, "The release changed.", time.Now()); err != nil {
		t.Fatal(err)
	}
	p := member.get(v.path)
	if got := p.text(".turn"); !strings.Contains(got, "Revision 1 is in review.") || !strings.Contains(got, "1 item is stale.") {
		t.Errorf("the turn says %q", got)
	}
	next := p.text("ol.lines.bare")
	if !strings.Contains(next, "1 item is stale. RDY-02.") || !strings.Contains(p.text(".gate"), "RDY-02 is stale") {
		t.Errorf("what comes next is %q, the gate says %q", next, p.text(".gate"))
	}
	if got := p.attr(`ol.lines.bare a[href$="/checklist?show=stale"]`, "href"); got == "" {
		t.Error("nothing leads to the stale items")
	}
}

func TestReviewQueue(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.settle(t)
	if _, err := v.SubmitRevision(t.Context(), app.Command{Actor: v.member}, v.id); err != nil {
		t.Fatal(err)
	}
	dana := v.as(t, v.consultant)
	p := dana.get("/reviews")
	p.wants(http.StatusOK, "Reviews")
	if p.text("tbody th a") != "Member sign-up, revision 1" || !strings.Contains(p.text("tbody"), "since today") {
		t.Errorf("the queue shows %q", p.text("tbody"))
	}

	p = dana.get(v.path + "/review?item=RDY-02")
	if p.Status != http.StatusOK || p.text(".item-row[aria-current] .id") != "RDY-02" || !strings.Contains(p.text("#end"), "Not yet: ") {
		t.Fatalf("status %d, current %q, end %q", p.Status, p.text(".item-row[aria-current] .id"), p.text("#end"))
	}
	opened := p.form("#decide form", "decision", "return")
	p = dana.post(v.path+"/checklist/RDY-02/decision", opened)
	if p.Status != http.StatusUnprocessableEntity || p.text("#remark-error") == "" || len(p.all("#decide input[value=return][checked]")) != 1 {
		t.Errorf("returning without a remark: status %d, error %q", p.Status, p.text("#remark-error"))
	}
	p = dana.post(v.path+"/checklist/RDY-02/decision", p.form("#decide form", "decision", "return", "remark", "Name the build."))
	if p.Status != http.StatusOK || !strings.Contains(p.text(".confirmation"), "RDY-02 is returned.") {
		t.Errorf("returning: status %d, %q", p.Status, p.text(".confirmation"))
	}
	opened.Set("key", uuid.NewString())
	opened.Set("decision", "accept")
	if p = dana.post(v.path+"/checklist/RDY-02/decision", opened); p.Status != http.StatusConflict || p.text(".error-summary h2") == "" {
		t.Errorf("a stale decision: status %d", p.Status)
	}
	p = dana.get(v.path + "/review")
	p = dana.post(p.attr("#end form", "action"), p.form("#end form", "decision", "returned"))
	if p.Status != http.StatusUnprocessableEntity {
		t.Errorf("returning a revision without reasons: status %d", p.Status)
	}
	p = dana.post(p.attr("#end form", "action"), p.form("#end form", "decision", "returned", "reasons", "The build has no name."))
	if p.Status != http.StatusOK || !strings.Contains(p.text("#revision-1"), "The build has no name.") {
		t.Errorf("returning the revision: status %d, %q", p.Status, p.text("#revision-1"))
	}

	if got := p.text("#revision-1"); strings.Contains(got, "Fail") || p.attr("#revision-1 .status", "class") != "status is-returned" {
		t.Errorf("a returned revision is marked %q and says %q", p.attr("#revision-1 .status", "class"), got)
	}

	sam := v.as(t, v.member)
	p = sam.get(v.path + "/checklist/RDY-02")
	remark := ".thread .remark"
	if !strings.Contains(p.text(remark), "Name the build.") || !strings.Contains(p.text(remark), "Remark, open") {
		t.Fatalf("the thread shows %q", p.text(remark))
	}
	action := p.attr(remark+" form", "action")
	p = sam.post(action, p.form(remark+" form", "act", "answer", "answer", " "))
	if p.Status != http.StatusUnprocessableEntity {
		t.Errorf("an empty answer: status %d", p.Status)
	}
	p = sam.post(action, p.form(remark+" form", "act", "answer", "answer", "It is 2.17.0."))
	if p.Status != http.StatusOK || !strings.Contains(p.text(remark), "Remark, answered") || !strings.Contains(p.text(remark), "It is 2.17.0.") {
		t.Errorf("answering: status %d, %q", p.Status, p.text(remark))
	}
	p = dana.get(v.path + "/checklist/RDY-02")
	p = dana.post(action, p.form(remark+" form.actions", "act", "close"))
	if p.Status != http.StatusOK || !strings.Contains(p.text(remark), "Remark, closed") {
		t.Errorf("closing: status %d, %q", p.Status, p.text(remark))
	}
}

// held takes the integration into a running walkthrough.
func (v reviewed) held(t *testing.T) {
	t.Helper()
	v.settle(t)
	consultant := app.Command{Actor: v.consultant}
	revision, err := v.SubmitRevision(t.Context(), app.Command{Actor: v.member}, v.id)
	if err != nil {
		t.Fatal(err)
	}
	v.confirmAll(t)
	for _, step := range []func() error{
		func() error { return v.AcceptItem(t.Context(), consultant, v.ref(t, "RDY-02")) },
		func() error {
			return v.DecideRevision(t.Context(), consultant, app.ReviewDecision{Integration: v.id, Revision: revision, RowVersion: 1, State: store.RevisionReady})
		},
		func() error {
			return v.PlanWalkthrough(t.Context(), consultant, app.WalkthroughPlan{Integration: v.id, At: time.Date(2026, time.March, 20, 15, 0, 0, 0, time.UTC), Place: "Room 4",
				People: []walkthrough.Person{{Name: "Sam", Part: walkthrough.Drives}, {Name: "Dana", Part: walkthrough.Leads}, {Name: "Marcus", Part: walkthrough.Observes}, {Name: "Ada", Part: walkthrough.Observes}}})
		},
		func() error {
			return v.StartWalkthrough(t.Context(), consultant, app.WalkthroughRef{Integration: v.id, RowVersion: 1})
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWalkthroughPages(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.as(t, v.member).get(v.path+"/walkthrough").wants(http.StatusOK, "Walkthrough")
	v.held(t)
	base := v.path + "/walkthrough"
	marcus := v.as(t, v.account)
	if got := marcus.get(base).text(".agenda-side p a"); got != "Packet r1.1 is being made" {
		t.Errorf("before the packet is made, its link says %q", got)
	}
	packets, err := store.ListPackets(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil || len(packets) != 1 || v.BuildPacket(t.Context(), packets[0].ID) != nil {
		t.Fatalf("making the packet: %d asked for, %v", len(packets), err)
	}
	if p := marcus.get(v.path + "/packets"); !strings.Contains(p.text("#r1\\.1"), "PAdES B-B, without a time stamp: no time-stamp authority is set") {
		t.Errorf("the packet does not say how it is signed: %q", p.text("#r1\\.1"))
	}
	if p := marcus.get(marcus.get(base).attr(".agenda-side p a", "href")); p.Status != http.StatusOK || p.text("h1") != "Packet r1.1" {
		t.Errorf("reading the packet: status %d, %q", p.Status, p.text("h1"))
	}
	if p := marcus.get(base); p.Status != http.StatusOK || len(p.all("#mark, #outcome")) != 0 || len(p.all(".agenda li")) != 5 || p.text(".agenda-side p a") != "Read packet r1.1 beside this page" {
		t.Errorf("who watches: status %d, %d steps, %d forms, %q", p.Status, len(p.all(".agenda li")), len(p.all("#mark, #outcome")), p.text(".agenda-side p a"))
	}
	dana := v.as(t, v.consultant)
	p := dana.get(base)
	p.wants(http.StatusOK, "Northfall: Member sign-up")
	if got := p.text("#outcome .gate li"); !strings.HasPrefix(got, "Open step 1") {
		t.Errorf("before anything was marked the gate says %q", got)
	}
	p = dana.post(p.attr("#mark", "action"), p.form("#mark", "mark", "with_condition"))
	if p.Status != http.StatusUnprocessableEntity || p.text("#observation-error") == "" || len(p.all("#mark input[value=with_condition][checked]")) != 1 {
		t.Errorf("a condition without words: status %d, %q", p.Status, p.text("#observation-error"))
	}
	p = dana.post(p.attr("#mark", "action"), p.form("#mark", "mark", "with_condition", "observation", "The button is small."))
	if p.Status != http.StatusOK || !strings.Contains(p.text(".observation.condition"), "The button is small.") || !strings.Contains(p.text(".step-head"), "Step 2 of 5") {
		t.Errorf("after the first mark: status %d, %q, %q", p.Status, p.text(".observations"), p.text(".step-head"))
	}
	for range 4 {
		p = dana.post(p.attr("#mark", "action"), p.form("#mark", "mark", "confirmed"))
	}
	p = dana.post(base+"/outcome", p.form("#outcome form", "outcome", "go"))
	if p.Status != http.StatusConflict || !strings.Contains(p.text(".error-summary"), "has a condition") || len(p.all("#outcome input[value=go][checked]")) != 1 {
		t.Errorf("go with a condition left: status %d, %q", p.Status, p.text(".error-summary"))
	}
	p = dana.post(base+"/outcome", p.form("#outcome form", "outcome", "go_with_conditions"))
	if p.Status != http.StatusOK || p.text(".banner-title") != "Go, with conditions" || len(p.all("#minutes tbody tr")) != 5 {
		t.Fatalf("after the outcome: status %d, %q, %d steps", p.Status, p.text(".banner-title"), len(p.all("#minutes tbody tr")))
	}
	v.withdrawNewest(t, "The wrong run was held.")
	p = marcus.get(base)
	if got := p.text("#sign-offs .notice"); !strings.Contains(got, "Packet r1.2 is withdrawn: “The wrong run was held”") {
		t.Errorf("before a sign-off over a withdrawn packet: %q", got)
	}
	made, err := store.ListPackets(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.text("#signs-account_team"); !strings.Contains(got, "You sign what packet r1.2 says, SHA-256 "+(*made[0].Digest)[:16]) || p.attr("#sign-offs button", "aria-describedby") != "signs-account_team" {
		t.Errorf("at the button stands %q", got)
	}
	p = marcus.post(base+"/sign-offs", p.form("#sign-offs form", "part", "account_team"))
	if p.Status != http.StatusOK || !strings.Contains(p.text("#sign-offs"), "Signed off by Marcus") {
		t.Errorf("signing off: status %d, %q", p.Status, p.text("#sign-offs"))
	}
	for shape, want := range map[string]string{"provider": "Dana Marcus", "partner": "Sam Ada"} {
		for _, name := range strings.Fields(want) {
			if !strings.Contains(p.text("#minutes .person:has(."+shape+")"), name) {
				t.Errorf("the badge of %s is not of the %s", name, shape)
			}
		}
	}
	if p.attr(".banner a", "target") != "packet" {
		t.Error("the packet is not opened beside the minutes")
	}
	if got := marcus.get(v.path + "/packets"); !strings.Contains(got.text(".packet-waiting"), "with the sign-off of Marcus, for the account team") || len(got.all("[data-years]")) != 1 {
		t.Errorf("the packets say %q", got.text("main"))
	}
	if p := marcus.get(v.path + "/review"); !strings.Contains(p.text(".gate"), "Nothing is missing") || !strings.Contains(p.text(".gate"), "leaves its stage") {
		t.Errorf("submitting again is offered without a warning: %q", p.text(".gate"))
	}
}

func TestPlanForm(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.settle(t)
	revision, err := v.SubmitRevision(t.Context(), app.Command{Actor: v.member}, v.id)
	if err != nil {
		t.Fatal(err)
	}
	v.confirmAll(t)
	dana := v.as(t, v.consultant)
	p := dana.get(v.path + "/review?item=RDY-02")
	dana.post(v.path+"/checklist/RDY-02/decision", p.form("#decide form", "decision", "accept"))
	p = dana.get(v.path + "/review")
	p = dana.post(v.path+"/review/"+revision.String()+"/decision", p.form("#end form", "decision", "ready"))
	if p.Status != http.StatusOK || !strings.Contains(p.text(".confirmation"), "Revision 1 is ready.") {
		t.Fatalf("deciding ready: status %d, %q", p.Status, p.text(".error-summary, .confirmation"))
	}
	base := v.path + "/walkthrough"
	p = dana.get(base)
	p = dana.post(base, p.form("#plan", "at", "tomorrow", "place", "Room 4", "drives", "Sam", "leads", "Dana", "observes", "Marcus\r\nGrace"))
	if p.Status != http.StatusUnprocessableEntity || p.text("#at-error") == "" || p.attr("#place", "value") != "Room 4" {
		t.Errorf("a date that is none: status %d, %q, place %q", p.Status, p.text("#at-error"), p.attr("#place", "value"))
	}
	p = dana.post(base, p.form("#plan", "at", "2026-03-20T15:00", "place", "Room 4", "drives", "Sam", "leads", "Dana", "observes", "Marcus\r\nGrace"))
	if p.Status != http.StatusOK || len(p.all("#planned .person")) != 4 || len(p.all(".agenda li")) != 5 {
		t.Errorf("planned: status %d, %d people, %d steps", p.Status, len(p.all("#planned .person")), len(p.all(".agenda li")))
	}
	p = dana.post(base+"/start", p.form("#planned form"))
	if p.Status != http.StatusOK || len(p.all("#mark")) != 1 {
		t.Errorf("started: status %d", p.Status)
	}
}

func TestReviewAndWalkthroughPagesTakeFewQueries(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.settle(t)
	if _, err := v.SubmitRevision(t.Context(), app.Command{Actor: v.member}, v.id); err != nil {
		t.Fatal(err)
	}
	served, err := web.New(v.config)
	if err != nil {
		t.Fatal(err)
	}
	origin, err := url.Parse(v.Origin)
	if err != nil {
		t.Fatal(err)
	}
	pages := counted{handler: served.Handler(), cookies: v.as(t, v.consultant).client.Jar.Cookies(origin)}
	for _, path := range []string{"/reviews", v.path + "/review?item=RDY-02", v.path + "/checklist/RDY-02", v.path + "/walkthrough"} {
		if status, queries := pages.get(t, path); status != http.StatusOK || queries > maxQueries || queries == 0 {
			t.Errorf("%s: status %d after %d queries, want 200 and at most %d", path, status, queries, maxQueries)
		}
	}
}
