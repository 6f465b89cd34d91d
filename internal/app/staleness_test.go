package app_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// stale gives the reasons of the items that are stale, by requirement.
func (m team) stale(t *testing.T, id uuid.UUID) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, i := range m.items(t, id) {
		if i.StaleReason != nil {
			out[i.RequirementID] = *i.StaleReason
		}
	}
	return out
}

// cite ties a capture to an item and claims it.
func (m team) cite(t *testing.T, id, capture uuid.UUID, requirements ...string) {
	t.Helper()
	cmd := app.Command{Actor: m.member}
	for _, r := range requirements {
		must(t, m.app.AddCaptureEvidence(t.Context(), cmd, m.ref(t, id, r), checklist.EvidenceRedirect, capture))
		must(t, m.app.ClaimItem(t.Context(), cmd, m.ref(t, id, r)))
	}
}

// save changes the description and agrees to what that makes stale.
func (m team) save(t *testing.T, id uuid.UUID, change func(*integration.Config)) {
	t.Helper()
	i := m.find(t, id)
	change(&i.Config)
	cmd := app.Command{Actor: m.admin}
	err := m.app.SaveIntegration(t.Context(), cmd, id, i.RowVersion, i.Config, "")
	if void := new(app.WouldVoid); errors.As(err, &void) {
		err = m.app.SaveIntegration(t.Context(), cmd, id, i.RowVersion, i.Config, void.Agreement)
	}
	must(t, err)
}

const otherRedirect = "https://right.localhost:8082/auth/return"

func TestASaveMakesStaleWhatWasAgreedTo(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-10", "TST-04")
	m.claim(t, id, "RDY-02")
	must(t, m.app.AddCaptureEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-08"), checklist.EvidenceRedirect, capture)) // open
	i, cmd := m.find(t, id), app.Command{Actor: m.admin}
	cfg := i.Config
	cfg.RedirectURIs = []string{otherRedirect}

	void := new(app.WouldVoid)
	err := m.app.SaveIntegration(t.Context(), cmd, id, i.RowVersion, cfg, "")
	kind(t, err, apperr.Conflict)
	if !errors.As(err, &void) || len(void.Items) != 1 || void.Items[0].Item.RequirementID != "TST-10" || len(void.Items[0].Evidence) != 1 ||
		*void.Items[0].Evidence[0].CaptureID != capture || strings.Contains(apperr.TextOf(err), "localhost") {
		t.Fatalf("the save would void %+v (%v), want TST-10 with its capture", void.Items, err)
	}
	m.cite(t, id, capture, "TST-09") // meanwhile somebody claims another one
	kind(t, m.app.SaveIntegration(t.Context(), cmd, id, i.RowVersion, cfg, void.Agreement), apperr.Conflict)
	if now := m.find(t, id); now.ConfigurationVersion != 1 || len(m.stale(t, id)) != 0 {
		t.Fatalf("refused saves left version %d and %v stale", now.ConfigurationVersion, m.stale(t, id))
	}
	m.oneMore(t, id, "integration.save", func() error {
		m.save(t, id, func(c *integration.Config) { c.RedirectURIs = cfg.RedirectURIs })
		return nil
	})
	reason := "The redirect URIs changed on 2 Mar 2026 UTC (description 1 to 2); this was shown before."
	if diff := cmp.Diff(map[string]string{"TST-10": reason, "TST-09": reason}, m.stale(t, id)); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
	entries := m.entries(t, id)
	if got := entries[len(entries)-1].Details["stale_items"].String(); got != "TST-09+TST-10" {
		t.Errorf("the audit entry names %q", got)
	}
	if item := m.item(t, id, "TST-10"); item.State != checklist.Claimed || item.ClaimedBy == nil {
		t.Errorf("the stale item is %s", item.State)
	}
}

func TestSavesThatVoidNothingNeedNoAgreement(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-10")
	cmd := app.Command{Actor: m.admin}
	i := m.find(t, id)
	must(t, m.app.SaveIntegration(t.Context(), cmd, id, i.RowVersion, i.Config, "")) // unchanged
	i.Config.Notes, i.Config.Pages.Landing = "Another word.", "/home"
	must(t, m.app.SaveIntegration(t.Context(), cmd, id, i.RowVersion, i.Config, ""))
	if now := m.find(t, id); now.ConfigurationVersion != 2 || len(m.stale(t, id)) != 0 {
		t.Errorf("version %d, stale %v", now.ConfigurationVersion, m.stale(t, id))
	}
}

// A stale item is shown again and claimed again, by anybody of the team; what
// was shown before does not carry the claim.
func TestAStaleClaimIsShownAgain(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-10")
	m.save(t, id, func(c *integration.Config) { c.RedirectURIs = []string{otherRedirect} })
	admin := app.Command{Actor: m.admin}
	err := m.app.ClaimItem(t.Context(), admin, m.ref(t, id, "TST-10"))
	kind(t, err, apperr.Conflict)
	if got := apperr.TextOf(err); !strings.Contains(got, "shown again") || !strings.Contains(got, "The redirect URIs changed since this was shown.") {
		t.Errorf("refused with %q", got)
	}
	old := m.evidence(t, id, "TST-10")[0].ID
	must(t, m.app.AddCaptureEvidence(t.Context(), admin, m.ref(t, id, "TST-10"), checklist.EvidenceRedirect, capture))
	must(t, m.app.WithdrawEvidence(t.Context(), admin, m.ref(t, id, "TST-10"), old))
	must(t, m.app.ClaimItem(t.Context(), admin, m.ref(t, id, "TST-10")))
	if item := m.item(t, id, "TST-10"); item.State != checklist.Claimed || item.StaleReason != nil || item.ClaimedByName != "Priya" {
		t.Errorf("%s by %s, stale %v", item.State, item.ClaimedByName, item.StaleReason)
	}
}

// A change that is taken back leaves what was shown before it good for a claim.
func TestAChangeTakenBackNeedsTheClaimAgainOnly(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-10")
	before := m.find(t, id).Config.RedirectURIs
	m.save(t, id, func(c *integration.Config) { c.RedirectURIs = []string{otherRedirect} })
	m.save(t, id, func(c *integration.Config) { c.RedirectURIs = before })
	if len(m.stale(t, id)) != 1 {
		t.Error("the mark went by itself")
	}
	must(t, m.app.ClaimItem(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-10")))
	if got := m.stale(t, id); len(got) != 0 {
		t.Errorf("stale after the claim: %v", got)
	}
}

func TestWhatClearsAStaleMark(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.claim(t, id, "RDY-02")
	cmd := app.Command{Actor: m.member}
	release := func(to string) { m.save(t, id, func(c *integration.Config) { c.Release = to }) }

	release("2.18.0")
	must(t, m.app.UnclaimItem(t.Context(), cmd, m.ref(t, id, "RDY-02")))
	if item := m.item(t, id, "RDY-02"); item.State != checklist.Open || item.StaleReason != nil {
		t.Errorf("after the claim was taken back: %s, stale %v", item.State, item.StaleReason)
	}
	kind(t, m.app.ClaimItem(t.Context(), cmd, m.ref(t, id, "RDY-02")), apperr.Conflict) // open again, and its evidence is void
	m.claim(t, id, "RDY-02")

	m.submit2(t, id)
	release("2.19.0") // while the revision is in review
	consultant := app.Command{Actor: m.consultant}
	kind(t, m.app.AcceptItem(t.Context(), consultant, m.ref(t, id, "RDY-02")), apperr.Conflict)
	must(t, m.app.ReturnItem(t.Context(), consultant, m.ref(t, id, "RDY-02"), []app.NewRemark{{Text: "Say it of 2.19.0."}}))
	if item := m.item(t, id, "RDY-02"); item.State != checklist.Returned || item.StaleReason == nil {
		t.Errorf("after the return: %s, stale %v", item.State, item.StaleReason)
	}
	must(t, m.decide(t, m.revision(t, id), store.RevisionReturned, "Show it again."))
	must(t, m.app.SetItemNotApplicable(t.Context(), cmd, m.ref(t, id, "RDY-02"), "Nothing is built by us."))
	if item := m.item(t, id, "RDY-02"); item.StaleReason != nil {
		t.Errorf("what does not apply is stale: %v", *item.StaleReason)
	}
}

// submit2 submits with RDY-02 claimed already.
func (m team) submit2(t *testing.T, id uuid.UUID) {
	t.Helper()
	for _, i := range m.items(t, id) {
		if i.Phase == checklist.PhaseReview && i.Required && i.Applies && i.State == checklist.Open {
			must(t, m.app.SetItemNotApplicable(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, i.RequirementID), "Nothing of it is part of this integration."))
		}
	}
	_, err := m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	must(t, err)
}

// What the consultant confirmed alone is confirmed again with a new observation.
func TestTheConsultantsStaleItem(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.start(t, id)
	cmd := app.Command{Actor: m.consultant}
	see := func() {
		must(t, m.app.AddTextEvidence(t.Context(), cmd, m.ref(t, id, "SES-04"), checklist.EvidenceObservation, "The approved button, reachable by keyboard."))
	}
	see()
	must(t, m.app.AcceptItem(t.Context(), cmd, m.ref(t, id, "SES-04")))
	m.save(t, id, func(c *integration.Config) { c.Pages.Start = "/join" })
	if _, is := m.stale(t, id)["SES-04"]; !is {
		t.Fatal("SES-04 is not stale")
	}
	kind(t, m.app.AcceptItem(t.Context(), cmd, m.ref(t, id, "SES-04")), apperr.Conflict)
	see()
	must(t, m.app.AcceptItem(t.Context(), cmd, m.ref(t, id, "SES-04")))
	if _, is := m.stale(t, id)["SES-04"]; is {
		t.Error("SES-04 is stale although it was accepted again")
	}
}

func TestDeclaringNamesDoesNotVoidUnasked(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "SES-07")
	declare := func(d app.Declaration) error {
		d.ConfigurationVersion = m.find(t, id).ConfigurationVersion
		_, err := m.app.DeclareNames(t.Context(), app.Command{Actor: m.admin}, id, d)
		return err
	}
	err := declare(app.Declaration{ThirdPartyHosts: []string{"cdn.example.org"}})
	kind(t, err, apperr.Conflict)
	if got := apperr.TextOf(err); !strings.Contains(got, "SES-07") || !strings.Contains(got, "description page") {
		t.Errorf("refused with %q", got)
	}
	must(t, declare(app.Declaration{Titles: []string{"Members"}})) // nothing rests on titles
	if len(m.stale(t, id)) != 0 {
		t.Errorf("stale: %v", m.stale(t, id))
	}
}

func TestEvidenceGrowsTooOld(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	clock := testkit.NewClock()
	m.app.Now = clock.Now
	id := m.create(t, "Member sign-up")
	other := m.create(t, "Second")
	m.claim(t, id, "RDY-02")
	must(t, m.app.AddTextEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, other, "RDY-02"), checklist.EvidenceDeclaration, "Complete.")) // open
	age := func() { must(t, m.app.AgeEvidence(t.Context())) }

	clock.Advance(60 * 24 * time.Hour)
	age()
	if got := m.stale(t, id); len(got) != 0 {
		t.Fatalf("stale on the last day: %v", got)
	}
	clock.Advance(time.Minute)
	m.oneMore(t, id, "evidence.age", func() error { return m.app.AgeEvidence(t.Context()) })
	want := map[string]string{"RDY-02": "The evidence is from 2 Mar 2026 UTC and counts for 60 days. A build that was complete two months ago has been built on since."}
	if diff := cmp.Diff(want, m.stale(t, id)); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
	if got := m.stale(t, other); len(got) != 0 {
		t.Errorf("an open item is stale: %v", got)
	}
	before := len(m.entries(t, id))
	age() // once is enough
	if after := len(m.entries(t, id)); after != before {
		t.Errorf("a second look left %d audit entries", after-before)
	}
	kind(t, m.app.ClaimItem(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "RDY-02")), apperr.Conflict)
	m.claim(t, id, "RDY-02")
	age()
	if got := m.stale(t, id); len(got) != 0 {
		t.Errorf("stale after it was shown again: %v", got)
	}
	if last := m.entries(t, id); last[len(last)-1].Actor.Kind != "user" {
		t.Error("the last entry is not the claim's")
	}
}

// Tying an old capture again makes it no younger.
func TestACaptureIsAsOldAsItsUpload(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	clock := testkit.NewClock()
	m.app.Now = clock.Now
	id, capture := m.recorded(t, "right-happy-path.har")
	m.cite(t, id, capture, "TST-10")
	clock.Advance(91 * 24 * time.Hour)
	must(t, m.app.AgeEvidence(t.Context()))
	if got := m.stale(t, id)["TST-10"]; !strings.HasPrefix(got, "The evidence is from 2 Mar 2026 UTC and counts for 90 days.") {
		t.Fatalf("stale because of %q", got)
	}
	cmd := app.Command{Actor: m.member}
	must(t, m.app.AddCaptureEvidence(t.Context(), cmd, m.ref(t, id, "TST-10"), checklist.EvidenceRedirect, capture))
	kind(t, m.app.ClaimItem(t.Context(), cmd, m.ref(t, id, "TST-10")), apperr.Conflict)
	fresh := m.second(t, id, "right-second-happy-path.har")
	must(t, m.app.AddCaptureEvidence(t.Context(), cmd, m.ref(t, id, "TST-10"), checklist.EvidenceRedirect, fresh))
	must(t, m.app.ClaimItem(t.Context(), cmd, m.ref(t, id, "TST-10")))
}
