package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
)

const (
	recorded = "../../testdata/captures/recorded/"
	happy    = recorded + "right-happy-path.har"
)

// walk is one integration on its way from its description to the packet that
// carries the outcome. Each kind of page is used in the browser once; the many
// forms of one kind are then sent without it.
type walk struct {
	t                             *testing.T
	site                          *site
	browser                       *browser
	partner, consultant, accounts *visitor
	integration                   uuid.UUID
	base                          string
	captures                      map[string]string // id by file
}

// TestWholeWay walks both roles from a description to verified packets: for the
// walkthrough, with its outcome, and with every sign-off.
func TestWholeWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := &walk{t: t, site: s, browser: s.newBrowser(t), captures: map[string]string{},
		partner: s.as(t, partner), consultant: s.as(t, consultant), accounts: s.as(t, accountTeam)}
	w.describe()
	w.record()
	w.claimAll()
	w.submit()
	w.review()
	first := w.verifyPacket(1, "")
	w.hold()
	w.signOff()
	second := w.verifyPacket(2, first.SHA256)
	w.lastEdition(second.SHA256)
	if got := w.browser.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
}

// describe imports an integration.yaml on the page of a new integration.
func (w *walk) describe() {
	doc, err := os.ReadFile("../../testdata/integrations/right.yaml")
	if err != nil {
		w.t.Fatal(err)
	}
	yaml := strings.Replace(string(doc), "name: Lakeshore Benefits", "name: Lakeshore Housing", 1)
	w.browser.signIn(partner)
	w.browser.open("/integrations/new")
	w.browser.run("importing the description",
		chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil),
		chromedp.SetValue(`textarea[name=yaml]`, yaml, chromedp.ByQuery),
		chromedp.Submit(`textarea[name=yaml]`, chromedp.ByQuery), shows("Lakeshore Housing"), chromedp.WaitVisible("h1", chromedp.ByQuery))
	w.integration = w.site.integration(w.t, "Lakeshore Housing")
	w.base = "/integrations/" + w.integration.String()
	w.browser.open(w.base)
	w.browser.run("reading that nobody reviews it yet", shows("partnersupport@id.me"))
	p := w.consultant.get(w.base)
	p.send("/consultant", values{"consultant": w.site.person(w.t, consultant).ID.String()}).wants(http.StatusOK)
}

// record makes the test runs; the first one in the browser.
func (w *walk) record() {
	w.browser.open(w.base + "/runs/new")
	w.browser.run("creating a test run", chromedp.Click(`input[name=scenario][value=happy-path]`, chromedp.ByQuery),
		chromedp.SetValue(`select[name=test_user]`, "driver-licence", chromedp.ByQuery))
	w.browser.press("run", chromedp.WaitVisible(`input[type=file]`, chromedp.ByQuery))
	path, err := filepath.Abs(happy)
	if err != nil {
		w.t.Fatal(err)
	}
	w.browser.redactInBrowser(strings.TrimSuffix(w.runPath("happy-path"), "/capture")+"/capture", path)
	w.browser.sendRedacted()
	w.remember(happy)

	w.upload(w.runPath("happy-path"), "back_channel", recorded+"right-happy-path.backchannel.har")
	for _, r := range []struct{ scenario, user, file string }{
		{"passport-without-address", "passport", recorded + "right-second-happy-path.har"},
		{"consent-denied", "driver-licence", recorded + "right-consent-denied.har"},
	} {
		made := w.partner.get(w.base+"/runs/new").send("/runs", values{"scenario": r.scenario, "test_user": r.user}).wants(http.StatusOK)
		w.upload(strings.TrimSuffix(made.Path, "/capture"), "browser", r.file)
	}

	w.browser.open(w.base + "/captures/" + w.captures[happy])
	w.browser.run("reading the transcript", shows("/auth/callback"), shows("right.localhost:8082"))
	var hops int
	w.browser.run("counting the hops", chromedp.Evaluate(`document.querySelectorAll(".hop").length`, &hops))
	if hops < 8 {
		w.t.Errorf("the transcript draws %d hops, want at least 8", hops)
	}
	if raw := w.partner.get(w.base + "/captures/" + w.captures[happy] + "/redacted.har").wants(http.StatusOK); strings.Contains(string(raw.Body), "oakhurst") {
		w.t.Error("the redacted capture holds the person's name")
	}
}

// runPath is the page of the newest run of a scenario.
func (w *walk) runPath(scenario string) string {
	w.t.Helper()
	runs, err := store.ListTestRuns(w.t.Context(), w.site.Store.Reader(), auth.System().Scope(), w.integration)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range runs {
		if r.Scenario == scenario {
			return w.base + "/runs/" + r.ID.String()
		}
	}
	w.t.Fatalf("there is no run of %s", scenario)
	return ""
}

func (w *walk) upload(run, kind, file string) {
	w.t.Helper()
	w.partner.uploadRedacted(run, kind, file)
	w.remember(file)
}

// remember keeps the id of the capture that was added last.
func (w *walk) remember(file string) {
	w.t.Helper()
	captures, err := store.ListCaptures(w.t.Context(), w.site.Store.Reader(), auth.System().Scope(), w.integration)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(captures) != len(w.captures)+1 {
		w.t.Fatalf("after %s there are %d captures, want %d", file, len(captures), len(w.captures)+1)
	}
	known := map[string]bool{}
	for _, id := range w.captures {
		known[id] = true
	}
	for _, c := range captures {
		if !known[c.ID.String()] {
			w.captures[file] = c.ID.String()
		}
	}
}

// claimAll claims every item that the partner can claim; one in the browser.
func (w *walk) claimAll() {
	const inBrowser = "RDY-02"
	w.browser.open(w.base + "/checklist/" + inBrowser)
	w.browser.run("declaring", chromedp.Evaluate(`document.querySelectorAll("details.slot-add").forEach(d => d.open = true)`, nil),
		chromedp.SendKeys(`#text-declaration`, "Nothing is left to build in release 2026.11.", chromedp.ByQuery))
	w.browser.press("Add the declaration", shows("Nothing is left to build in release 2026.11."))
	w.browser.press("Claim "+inBrowser, shows("Take the claim back"))
	for _, i := range w.items() {
		if i.Applies && i.DoneBy != checklist.ByConsultant && i.State == checklist.Open {
			w.claim(i)
		}
	}
}

// items gives the checklist as it stands.
func (w *walk) items() []store.ChecklistItem {
	w.t.Helper()
	items, err := store.ListChecklistItems(w.t.Context(), w.site.Store.Reader(), auth.System().Scope(), w.integration)
	if err != nil {
		w.t.Fatal(err)
	}
	return items
}

// claim fills the needed slots of an item and claims it.
func (w *walk) claim(i store.ChecklistItem) {
	w.t.Helper()
	requirement, ok := checklist.Builtin().Requirement(i.RequirementID)
	if !ok {
		w.t.Fatalf("the template has no %s", i.RequirementID)
	}
	page := w.partner.get(w.base + "/checklist/" + i.RequirementID).wants(http.StatusOK)
	for _, slot := range requirement.Evidence {
		if !slot.Needed {
			continue
		}
		form := "/evidence kind=" + string(slot.Kind)
		switch slot.Kind {
		case checklist.EvidenceDeclaration:
			page = page.send("/statement kind=declaration", values{"text": "Stated by the technical team for " + i.RequirementID + "."})
		case checklist.EvidenceScreenshot:
			page = page.send("/screenshot", values{"picture": recorded + "right-consent-denied.end.png"})
		case checklist.EvidenceBackChannel:
			page = page.send(form, values{"capture": w.captures[recorded+"right-happy-path.backchannel.har"]})
		case checklist.EvidenceError:
			page = page.send(form, values{"capture": w.captures[recorded+"right-consent-denied.har"]})
		default:
			page = page.send(form, values{"capture": w.captures[happy]})
		}
		page.wants(http.StatusOK)
	}
	page.send("/claim", nil).wants(http.StatusOK)
}

// submit hands the checklist to review in the browser.
func (w *walk) submit() {
	w.browser.open(w.base + "/review")
	w.browser.press("Submit revision 1", shows("Revision 1 is submitted."))
	if r := w.revision(); r.State != store.RevisionSubmitted {
		w.t.Fatalf("the revision is %s", r.State)
	}
}

func (w *walk) revision() store.Revision {
	w.t.Helper()
	r, err := store.FindLastRevision(w.t.Context(), w.site.Store.Reader(), auth.System().Scope(), w.integration)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// review accepts what is claimed, one item in the browser, and decides there.
func (w *walk) review() {
	w.browser.signIn(consultant)
	w.browser.open("/reviews")
	w.browser.run("finding it in the queue", shows("Lakeshore Housing"))
	w.browser.open(w.base + "/checklist/RDY-02")
	w.browser.run("accepting", chromedp.Click(`input[name=decision][value=accept]`, chromedp.ByQuery),
		chromedp.Submit(`input[name=decision]`, chromedp.ByQuery), shows("Accepted"))
	for _, i := range w.items() {
		if i.Phase == checklist.PhaseReview && i.State == checklist.Claimed {
			w.consultant.get(w.base+"/checklist/"+i.RequirementID).send("/decision", values{"decision": "accept"}).wants(http.StatusOK)
		}
	}
	w.browser.open(w.base + "/review")
	w.browser.press("Decide ready", shows("Revision 1 is ready."))
	if r := w.revision(); r.State != store.RevisionReady {
		w.t.Fatalf("the revision is %s", r.State)
	}
}

// verifyPacket waits for an edition, takes it from the page of packets, and
// verifies it as a stranger would.
func (w *walk) verifyPacket(edition int, supersedes string) verify.Result {
	w.t.Helper()
	packet := w.waitForPacket(edition)
	w.browser.open(w.base + "/packets")
	w.browser.run("reading the packets", shows("r1."+strconv.Itoa(edition)))
	zip := w.partner.get(w.base + "/packets/" + packet.ID.String() + "/download").wants(http.StatusOK).Body

	fingerprint, err := verify.ParseFingerprint(w.partner.get("/keys").text("p > code.fingerprint"))
	if err != nil {
		w.t.Fatal(err)
	}
	known := verify.Verify(zip, verify.Trust{Fingerprint: fingerprint})
	if known.Verdict != verify.Valid {
		w.t.Fatalf("with the fingerprint packet r1.%d is %s: %+v", edition, known.Verdict, known.Checks)
	}
	if unknown := verify.Verify(zip, verify.Trust{}); unknown.Verdict != verify.SignerUnknown {
		w.t.Errorf("without the fingerprint packet r1.%d is %s", edition, unknown.Verdict)
	}
	zip[len(zip)/2] ^= 1
	if changed := verify.Verify(zip, verify.Trust{Fingerprint: fingerprint}); changed.Verdict != verify.Invalid {
		w.t.Errorf("with a bit changed packet r1.%d is %s", edition, changed.Verdict)
	}
	if known.Claims.Supersedes != supersedes {
		w.t.Errorf("packet r1.%d takes the place of %q, want %q", edition, known.Claims.Supersedes, supersedes)
	}
	return known
}

// lastEdition waits for the edition that all three have signed off, and asks the
// address of the second what became of it.
func (w *walk) lastEdition(second string) {
	w.t.Helper()
	packets, err := store.ListPackets(w.t.Context(), w.site.Store.Reader(), auth.System().Scope(), w.integration)
	if err != nil {
		w.t.Fatal(err)
	}
	last := w.waitForPacket(packets[0].Edition)
	if last.Edition == 2 {
		w.t.Fatal("the sign-offs made no edition")
	}
	zip := w.partner.get(w.base + "/packets/" + last.ID.String() + "/download").wants(http.StatusOK).Body
	got := verify.Verify(zip, verify.Trust{})
	if got.Verdict != verify.SignerUnknown || len(got.Claims.SignOffs) != 3 {
		w.t.Errorf("packet r1.%d is %s with the sign-offs %+v", last.Edition, got.Verdict, got.Claims.SignOffs)
	}
	w.browser.open("/packets/" + second)
	w.browser.run("reading what became of the second edition", shows("Superseded"))
	w.browser.run("following it", chromedp.Click(`//main//a[contains(., "Open packet r1.`+strconv.Itoa(last.Edition)+`")]`, chromedp.BySearch), shows("Current"))
}

// waitForPacket waits until the workers have made an edition.
func (w *walk) waitForPacket(edition int) store.Packet {
	w.t.Helper()
	return w.site.waitForPacket(w.t, w.integration, edition)
}

func (s *site) waitForPacket(t *testing.T, integration uuid.UUID, edition int) store.Packet {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for {
		packets, err := store.ListPackets(t.Context(), s.Store.Reader(), auth.System().Scope(), integration)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			if p.Edition == edition && p.Digest != nil {
				return p
			}
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("packet r1.%d is not made after a minute: %+v", edition, packets)
		}
	}
}

// hold plans the walkthrough, walks its steps and records the outcome.
func (w *walk) hold() {
	w.browser.open(w.base + "/walkthrough")
	w.browser.run("planning", chromedp.SetValue(`input[name=at]`, "2026-12-03T15:00", chromedp.ByQuery),
		chromedp.SetValue(`input[name=place]`, "Video call", chromedp.ByQuery), chromedp.SetValue(`[name=drives]`, partner, chromedp.ByQuery),
		chromedp.SetValue(`[name=leads]`, consultant, chromedp.ByQuery), chromedp.SetValue(`[name=observes]`, accountTeam, chromedp.ByQuery),
		chromedp.Submit(`input[name=place]`, chromedp.ByQuery), shows("Start the walkthrough"))
	w.browser.press("Start the walkthrough", chromedp.WaitVisible(`#mark`, chromedp.ByQuery))
	w.browser.run("confirming the first step", chromedp.Click(`#mark input[name=mark][value=confirmed]`, chromedp.ByQuery),
		chromedp.SetValue(`#mark [name=observation]`, "Everybody is there.", chromedp.ByQuery),
		chromedp.Submit(`#mark [name=observation]`, chromedp.ByQuery), shows("Everybody is there."))
	for _, step := range w.steps()[1:] {
		path := w.base + "/walkthrough?step=" + strconv.Itoa(step.N)
		w.consultant.get(path).send("/steps/"+strconv.Itoa(step.N), values{"mark": "confirmed", "observation": "Seen as it should be."}).wants(http.StatusOK)
	}
	for _, i := range w.items() {
		if i.Phase == checklist.PhaseGoLive && i.State == checklist.Claimed {
			w.consultant.get(w.base+"/checklist/"+i.RequirementID).send("/decision", values{"decision": "accept"}).wants(http.StatusOK)
		}
	}
	w.browser.open(w.base + "/walkthrough")
	w.browser.run("choosing the outcome", chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil),
		chromedp.Click(`input[name=outcome][value=go]`, chromedp.ByQuery))
	w.browser.press("Record the outcome", shows("The outcome is recorded."))
}

func (w *walk) steps() []store.WalkthroughStep {
	w.t.Helper()
	held, err := store.FindWalkthrough(w.t.Context(), w.site.Store.Reader(), auth.System().Scope(), w.integration, w.revision().ID)
	if err != nil {
		w.t.Fatal(err)
	}
	steps, err := store.ListWalkthroughSteps(w.t.Context(), w.site.Store.Reader(), auth.System().Scope(), held.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return steps
}

// signOff has all three parts sign off; the account team's ends the way.
func (w *walk) signOff() {
	for part, v := range map[string]*visitor{"partner": w.partner, "reviewer": w.consultant} {
		v.get(w.base+"/walkthrough").send("/sign-offs", values{"part": part}).wants(http.StatusOK)
	}
	w.browser.signIn(accountTeam)
	w.browser.open(w.base + "/walkthrough")
	w.browser.press("Sign off", shows("You have signed off."))
	i, err := store.FindIntegration(w.t.Context(), w.site.Store.Reader(), auth.System().Scope(), w.integration)
	if err != nil || i.Stage != store.StageLive {
		w.t.Errorf("the integration stands at %s (%v), want live", i.Stage, err)
	}
}
