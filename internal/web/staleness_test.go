package web_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

const voidsForm = `form:has(input[name=agreement])`

// claimed is an integration with RDY-02 and CTX-01 claimed by its admin.
func claimed(t *testing.T, s *site) (admin auth.Actor, id uuid.UUID) {
	t.Helper()
	north := testkit.Partner(t, s.App, "Northfall")
	admin = testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	cmd := app.Command{Actor: admin}
	id, err := s.CreateIntegration(t.Context(), cmd, north, integration.Config{Format: integration.Format, Name: "Member sign-up", Release: "1.0",
		Pages: integration.Pages{Start: "/join"}, Notes: "two\nlines"})
	if err != nil {
		t.Fatal(err)
	}
	for _, requirement := range []string{"RDY-02", "CTX-01"} {
		ref := func() app.ItemRef {
			item, err := store.FindChecklistItem(t.Context(), s.Store.Reader(), admin.Scope(), id, requirement)
			if err != nil {
				t.Fatal(err)
			}
			return app.ItemRef{Integration: id, Requirement: requirement, RowVersion: item.RowVersion}
		}
		if err := s.AddTextEvidence(t.Context(), cmd, ref(), checklist.EvidenceDeclaration, "It is."); err != nil {
			t.Fatal(err)
		}
		if err := s.ClaimItem(t.Context(), cmd, ref()); err != nil {
			t.Fatal(err)
		}
	}
	return admin, id
}

// Before a save that makes items stale a page says which, carries the form
// along, and needs no script.
func TestASaveIsShownBeforeItVoids(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, id := claimed(t, s)
	v, base := s.as(t, admin), "/integrations/"+id.String()
	path := base + "/description"
	form := v.get(path).filled(descriptionForm)
	form.Set("release", "2.0")
	p := v.post(path, form)
	p.wants(http.StatusOK, "Saving makes 1 item stale")
	if got := p.text("#voids tbody"); !strings.Contains(got, "RDY-02") || strings.Contains(got, "CTX-01") || !strings.Contains(got, "Declaration by Priya") ||
		!strings.Contains(got, "the release") {
		t.Errorf("the page says %q", got)
	}
	if got := v.get(path).filled(descriptionForm).Get("release"); got != "1.0" {
		t.Fatalf("it was saved before the answer: release %s", got)
	}

	back := p.filled(voidsForm)
	back.Set("back", "1")
	again := v.post(path, back)
	again.wants(http.StatusOK, "Description")
	if got := again.filled(descriptionForm); got.Get("release") != "2.0" || got.Get("notes") != "two\nlines" || got.Get("pages.start") != "/join" {
		t.Errorf("back in the form: %v", got)
	}
	form = again.filled(descriptionForm)
	form.Set("pages.start", "/start") // now CTX-01 too
	p = v.post(path, form)
	p.wants(http.StatusOK, "Saving makes 2 items stale")
	yes := p.filled(voidsForm)
	if _, also := yes["back"]; also {
		t.Fatal("going on would go back")
	}
	saved := v.post(path, yes)
	saved.wants(http.StatusOK, "Description")
	if got := saved.text(".confirmation"); !strings.Contains(got, "version 2") || !strings.Contains(got, "2 items are stale") {
		t.Errorf("the confirmation says %q", got)
	}
	found, err := store.FindIntegration(t.Context(), s.Store.Reader(), admin.Scope(), id)
	if err != nil || found.Config.Release != "2.0" || found.Config.Pages.Start != "/start" || found.Config.Notes != "two\nlines" {
		t.Errorf("saved as %+v, %v", found.Config, err)
	}

	for page, wants := range map[string][]string{
		base + "/checklist/RDY-02": {"Stale.", "The release changed on", "(description 1 to 2)", "Show it again", "counts no more"},
		base + "/checklist":        {"Claimed, stale"},
		base:                       {"Stale, and because of what", "The start page changed on", "RDY-02", "CTX-01"},
		base + "/review":           {"RDY-02 is stale"},
		base + "/history":          {"Description saved", "turned stale: RDY-02 CTX-01"},
	} {
		got := v.get(page).text("main")
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q", page, want)
			}
		}
	}
	countedOnce(t, v.get(base), 2)
	item := v.get(base + "/checklist/RDY-02")
	if len(item.all(`#claim button[aria-disabled="true"]`)) != 1 || !strings.Contains(item.text("#claim"), "evidence has to be shown again") {
		t.Errorf("the stale item can be claimed as it is: %q", item.text("#claim"))
	}
	more := item.filled(`form[action$="/statement"]`)
	more.Set("text", "Release 2.0 is complete.")
	v.post(base+"/checklist/RDY-02/statement", more)
	item = v.get(base + "/checklist/RDY-02")
	item = v.post(base+"/checklist/RDY-02/claim", item.filled(`form[action$="/claim"]`))
	if got := item.text("main"); !strings.Contains(got, "RDY-02 is claimed.") || strings.Contains(got, "Stale.") {
		t.Error("the item is stale after it was shown and claimed again")
	}
}

// countedOnce tells whether each item stands in one count of the overview, and
// the sections and the heading say the same.
func countedOnce(t *testing.T, p *page, stale int) {
	t.Helper()
	number := func(words string) int {
		n, err := strconv.Atoi(words)
		if err != nil {
			t.Fatalf("%q is no number", words)
		}
		return n
	}
	sum, counts := 0, map[string]int{}
	for _, li := range strings.Split(p.text("#readiness .key li b"), " ") {
		sum += number(li)
	}
	words := strings.Fields(p.text("#readiness .key"))
	for n := 1; n < len(words); n++ {
		if strings.Trim(words[n], "0123456789") == "" {
			counts[words[n-1]] = number(words[n])
		}
	}
	accepted, of := 0, 0
	for cell := strings.Fields(p.text(`#readiness td[data-head="Accepted"]`)); len(cell) >= 3; cell = cell[3:] { // 1 of 5
		accepted, of = accepted+number(cell[0]), of+number(cell[2])
	}
	if sum != of || counts["Stale"] != stale || counts["Accepted"] != accepted || counts["Claimed"] != 0 {
		t.Errorf("the key adds up to %d of %d items: %v, with %d accepted in the sections", sum, of, counts, accepted)
	}
	if want := fmt.Sprintf("%d of %d items accepted", accepted, of); !strings.Contains(p.text("#readiness"), want) {
		t.Errorf("the heading does not say %q", want)
	}
}

// The page is shown again when the checklist changed since, and an older form
// meets the conflict as before.
func TestAnOldAgreementIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, id := claimed(t, s)
	v, path := s.as(t, admin), "/integrations/"+id.String()+"/description"
	form := v.get(path).filled(descriptionForm)
	form.Set("release", "2.0")
	yes := v.post(path, form).filled(voidsForm)
	yes.Set("agreement", "of another day")
	p := v.post(path, yes)
	p.wants(http.StatusOK, "Saving makes 1 item stale")
	if !strings.Contains(p.text(".notice"), "not the one you agreed to") {
		t.Error("the page does not say that the list is another one")
	}
	yaml := v.get("/integrations/" + id.String() + "/integration.yaml").Body
	imported := v.get(path).filled(`form[action$="/import"]`)
	imported.Set("yaml", strings.Replace(yaml, `release: "1.0"`, `release: "3.0"`, 1))
	file := v.post("/integrations/"+id.String()+"/import", imported) // an imported file is asked about like the form
	file.wants(http.StatusOK, "Saving makes 1 item stale")
	if got := file.filled(voidsForm).Get("yaml"); !strings.Contains(got, `release: "3.0"`) {
		t.Errorf("the page carries along %v", got)
	}
	theirs := v.get(path).filled(descriptionForm)
	theirs.Set("notes", "other")
	v.post(path, theirs).wants(http.StatusOK, "Description")
	v.post(path, p.filled(voidsForm)).wants(http.StatusConflict, "Description")
}

// What is saved after the page is what it was asked about, also where a file
// says what the lines of the form cannot.
func TestTheVoidsPageCarriesAFileAsItIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, id := claimed(t, s)
	v, base := s.as(t, admin), "/integrations/"+id.String()
	want := integration.Config{Format: integration.Format, Name: "Member sign-up", Release: "3.0", Notes: "two\nlines",
		UseCases:   []integration.UseCase{integration.Group, integration.Identity},
		Attributes: []integration.Attribute{{Handle: "email", Purpose: "receipts | alerts", Required: true, MayBeNullWhen: "never"}}}
	doc, err := integration.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	file := v.get(base + "/description").filled(`form[action$="/import"]`)
	file.Set("yaml", string(doc))
	asked := v.post(base+"/import", file)
	asked.wants(http.StatusOK, "Saving makes 2 items stale")
	v.post(base+"/description", asked.filled(voidsForm)).wants(http.StatusOK, "Description")
	found, err := store.FindIntegration(t.Context(), s.Store.Reader(), admin.Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := integration.Diff(want, found.Config); len(diff) != 0 {
		t.Errorf("saved otherwise than the file: %+v", diff)
	}
}

func TestEvidenceOfAnOlderRelease(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	admin := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	cmd := app.Command{Actor: admin}
	doc, err := os.ReadFile("../../testdata/integrations/right.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := integration.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.CreateIntegration(t.Context(), cmd, north, cfg)
	if err != nil {
		t.Fatal(err)
	}
	run, err := s.CreateTestRun(t.Context(), cmd, app.NewTestRun{Integration: id, Scenario: "happy-path", TestUser: cfg.TestUsers[0], Release: cfg.Release})
	if err != nil {
		t.Fatal(err)
	}
	har, err := os.Open("../../testdata/captures/recorded/right-happy-path.har")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = har.Close() }()
	capture, err := s.AddCapture(t.Context(), cmd, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: har})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddCaptureEvidence(t.Context(), cmd, app.ItemRef{Integration: id, Requirement: "TST-10", RowVersion: 1}, checklist.EvidenceRedirect, capture); err != nil {
		t.Fatal(err)
	}
	v, path := s.as(t, admin), "/integrations/"+id.String()
	if got := v.get(path + "/description").text(`aside[aria-label^="Pre-flight"]`); !strings.Contains(got, "test_users passport") || strings.Contains(got, "test_users driver-licence") {
		t.Errorf("the pre-flight check does not name the test user without a run: %q", got)
	}
	if got := v.get(path + "/checklist/TST-10").text("#evidence"); strings.Contains(got, "older release") {
		t.Errorf("marked although it is the same release: %q", got)
	}
	form := v.get(path + "/description").filled(descriptionForm)
	form.Set("release", "2026.12")
	v.post(path+"/description", form).wants(http.StatusOK, "Description")
	if got := v.get(path + "/checklist/TST-10").text("#evidence"); !strings.Contains(got, "older release") || !strings.Contains(got, "Recorded with 2026.11.") {
		t.Errorf("the evidence is not marked: %q", got)
	}
}
