package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// visit is a kind of page, as one person sees it.
type visit struct{ name, as, path string }

// visits lists every kind of page of the demo.
func (s *site) visits(t *testing.T) []visit {
	t.Helper()
	lake, quick := s.integration(t, "Lakeshore Benefits"), s.integration(t, "Quickpass Tickets")
	lakeshore, tickets := "/integrations/"+lake.String(), "/integrations/"+quick.String()
	okta := "/integrations/" + s.integration(t, "Okta sample application").String()
	captures, err := store.ListCaptures(t.Context(), s.Store.Reader(), auth.System().Scope(), quick)
	if err != nil || len(captures) == 0 {
		t.Fatalf("the demo has no capture of Quickpass: %v", err)
	}
	capture := tickets + "/captures/" + captures[len(captures)-1].ID.String()
	run := tickets + "/runs/" + captures[0].TestRunID.String()
	again := strings.TrimSuffix(s.newRun(t, quickpass, "Quickpass Tickets", "driver-licence"), "/capture")
	partners, err := store.ListPartners(t.Context(), s.Store.Reader(), auth.System().Scope())
	if err != nil || len(partners) == 0 {
		t.Fatalf("the demo has no partner: %v", err)
	}
	return []visit{
		{"sign-in", "", "/sign-in"}, {"keys", "", "/keys"}, {"not-found", "", "/nothing"}, {"link", "", "/link/of-nobody"},
		{"board-partner", partner, "/"}, {"new-integration", partner, "/integrations/new"}, {"overview-unassigned", partner, okta},
		{"coverage", partner, lakeshore + "/coverage"}, {"coverage-none", partner, okta + "/coverage"}, {"rules", partner, "/rules"},
		{"overview", partner, lakeshore}, {"checklist", partner, lakeshore + "/checklist"}, {"item-accepted", partner, lakeshore + "/checklist/ERR-01"},
		{"description", partner, lakeshore + "/description"}, {"versions", partner, lakeshore + "/versions"},
		{"review-decided", partner, lakeshore + "/review"}, {"walkthrough-partner", partner, lakeshore + "/walkthrough"},
		{"packets", partner, lakeshore + "/packets"}, {"history", partner, lakeshore + "/history"}, {"audit-entry", partner, s.loggedEntry(t, lake)}, {"account", partner, "/account"},
		{"new-passkey", partner, "/account/passkeys/new"}, {"people-partner", partner, "/people"},
		{"coverage-surplus", quickpass, tickets + "/coverage"}, {"overview-mishandled", quickpass, tickets},
		{"item-returned", quickpass, tickets + "/checklist/ERR-01"}, {"item-open", quickpass, tickets + "/checklist/TST-11"},
		{"runs", quickpass, tickets + "/runs"}, {"runs-new", quickpass, tickets + "/runs/new"}, {"run", quickpass, run},
		{"run-compare", quickpass, again + "/compare/" + captures[0].TestRunID.String()},
		{"upload", quickpass, run + "/capture"}, {"transcript", quickpass, capture}, {"transcript-search", quickpass, capture + "?q=nothing-is-called-so"},
		{"packets-none", quickpass, tickets + "/packets"}, {"walkthrough-none", quickpass, tickets + "/walkthrough"},
		{"board-provider", consultant, "/"}, {"reviews", consultant, "/reviews"}, {"walkthrough-plan", consultant, lakeshore + "/walkthrough"},
		{"overview-assign", consultant, okta},
		{"people", admin, "/people"}, {"partner", admin, "/partners/" + partners[0].ID.String()}, {"settings", admin, "/settings"}, {"audit-log", admin, "/log"},
	}
}

// loggedEntry leads to the oldest entry of an integration's log.
func (s *site) loggedEntry(t *testing.T, id uuid.UUID) string {
	t.Helper()
	entries, err := store.ListAudit(t.Context(), s.Store.Reader(), auth.System().Scope(), id, uuid.Nil, 1000)
	if err != nil || len(entries) == 0 {
		t.Fatalf("the demo has no audit entry: %v", err)
	}
	return "/integrations/" + id.String() + "/history/" + entries[len(entries)-1].ID.String()
}

// TestPages looks at every kind of page in the browser: nothing that axe
// objects to, nothing that scrolls sideways, nothing that the policy blocks.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.newBrowser(t)
	b.lookAt(s.visits(t))

	// Pages that exist for a while only: a revision in review, a walkthrough held.
	s.submitOkta(t)
	read := s.packetPath(t)
	asked := s.askAndAnswer(t, read)
	s.startWalkthrough(t)
	okta, lake := s.integration(t, "Okta sample application"), s.integration(t, "Lakeshore Benefits")
	b.lookAt([]visit{
		{"review-submitted", partner, "/integrations/" + okta.String() + "/review"},
		{"reviews-waiting", consultant, "/reviews"}, {"review-queue", consultant, "/integrations/" + okta.String() + "/review"},
		{"item-in-review", consultant, "/integrations/" + okta.String() + "/checklist/TST-03"},
		{"packet-read", accountTeam, read + "/read"}, {"packet-questions", accountTeam, read + "/questions?at=" + asked},
		{"walkthrough-live", consultant, "/integrations/" + lake.String() + "/walkthrough"},
		{"walkthrough-live-partner", partner, "/integrations/" + lake.String() + "/walkthrough"},
	})
	s.endWalkthrough(t)
	b.lookAt([]visit{
		{"minutes", accountTeam, "/integrations/" + lake.String() + "/walkthrough"},
	})
	first := s.waitForPacket(t, lake, 1)
	s.withdraw(t, first)
	b.lookAt([]visit{
		{"packets-two", consultant, "/integrations/" + lake.String() + "/packets"}, {"packet-address", partner, "/packets/" + *s.waitForPacket(t, lake, 2).Digest},
		{"packet-withdrawn", "", "/packets/" + *first.Digest}, {"packet-page-withdrawn", partner, "/integrations/" + lake.String() + "/packets/" + first.ID.String()},
	})
	s.withdraw(t, s.waitForPacket(t, lake, 2))
	b.lookAt([]visit{
		{"packet-next-edition", consultant, "/integrations/" + lake.String() + "/packets"}, {"minutes-withdrawn", consultant, "/integrations/" + lake.String() + "/walkthrough"},
	})
}

// lookAt looks at each page at two widths in two colour schemes.
func (b *browser) lookAt(visits []visit) {
	b.t.Helper()
	as := "somebody"
	for _, v := range visits {
		if v.as != as && v.as != "" {
			b.signIn(v.as)
		}
		as = v.as
		b.lookAtPage(v)
	}
}

// lookAtPage opens a page once and changes window and colours under it. Under the
// race detector it only opens it: the server does no more than that.
func (b *browser) lookAtPage(v visit) {
	b.t.Helper()
	b.complaints()
	b.look(1440, "light")
	b.open(v.path)
	if testkit.Race {
		b.hearNothing(v)
		return
	}
	for _, width := range []int64{1440, 360} {
		b.lookOnce(v, width, "light", allOfAxe)
		b.lookOnce(v, width, "dark", onlyContrast)
	}
}

// notFine are pages that say what is wrong, with a status that a browser complains of.
var notFine = []string{"not-found", "link", "packet-damaged-read", "packet-damaged-ask"}

// hearNothing demands that the browser complains of nothing on a page.
func (b *browser) hearNothing(v visit) {
	b.t.Helper()
	for _, said := range b.complaints() {
		if !slices.Contains(notFine, v.name) || !strings.Contains(said, "status of") {
			b.t.Errorf("%s: the browser complains: %s", v.name, said)
		}
	}
}

// lookOnce looks at the page as it stands, in one window and colour scheme.
func (b *browser) lookOnce(v visit, width int64, scheme, rules string) {
	b.t.Helper()
	name := fmt.Sprintf("%s-%d-%s", v.name, width, scheme)
	b.look(width, scheme)
	var over string
	b.run("measuring "+name, settled(), chromedp.Evaluate(sticksOut, &over))
	if over != "" {
		b.t.Errorf("%s scrolls sideways because of %s", name, over)
	}
	b.hearNothing(v)
	b.keepPicture(name)
	for _, violation := range b.violations(rules) {
		b.t.Errorf("%s: axe: %s", name, violation)
	}
	b.complaints() // axe asks for things that the policy forbids
}

// submitOkta claims what the second integration of Lakeshore needs and submits it.
func (s *site) submitOkta(t *testing.T) {
	t.Helper()
	w := &walk{t: t, site: s, partner: s.as(t, partner), integration: s.integration(t, "Okta sample application")}
	w.base = "/integrations/" + w.integration.String()
	captures, err := store.ListCaptures(t.Context(), s.Store.Reader(), auth.System().Scope(), w.integration)
	if err != nil || len(captures) != 1 {
		t.Fatalf("the second integration has %d captures: %v", len(captures), err)
	}
	id := captures[0].ID.String()
	w.captures = map[string]string{happy: id, recorded + "right-consent-denied.har": id, recorded + "right-happy-path.backchannel.har": id}
	for _, i := range w.items() {
		if i.Applies && i.Required && i.DoneBy != "consultant" && i.State == "open" {
			w.claim(i)
		}
	}
	w.partner.get(w.base+"/review").send("/review", nil).wants(http.StatusOK)
}

// packetPath is the packet that the demo made.
func (s *site) packetPath(t *testing.T) string {
	t.Helper()
	lake := s.integration(t, "Lakeshore Benefits")
	packets, err := store.ListPackets(t.Context(), s.Store.Reader(), auth.System().Scope(), lake)
	if err != nil || len(packets) != 1 || packets[0].Digest == nil {
		t.Fatalf("the demo has not made its packet: %+v, %v", packets, err)
	}
	return "/integrations/" + lake.String() + "/packets/" + packets[0].ID.String()
}

// askAndAnswer asks at the item of the first step and at a hop, and answers the
// first; it gives the place of the first.
func (s *site) askAndAnswer(t *testing.T, packet string) (anchor string) {
	t.Helper()
	reader, dev := s.as(t, accountTeam), s.as(t, partner)
	for _, anchor := range []string{"RDY-01", "t-001.e4"} {
		reader.get(packet+"/questions?at="+anchor).send("/questions", values{"anchor": anchor, "question": "Does this hold on a phone, too?"}).wants(http.StatusOK)
	}
	dev.get(packet+"/questions").send("/answer", values{"answer": "Yes, it was tried on two."}).wants(http.StatusOK)
	return "RDY-01"
}

// startWalkthrough begins the walkthrough that the demo planned.
func (s *site) startWalkthrough(t *testing.T) {
	t.Helper()
	path := "/integrations/" + s.integration(t, "Lakeshore Benefits").String() + "/walkthrough"
	s.as(t, consultant).get(path).send("/start", nil).wants(http.StatusOK)
}

// withdraw says that nobody should rely on a packet.
func (s *site) withdraw(t *testing.T, p store.Packet) {
	t.Helper()
	page := "/integrations/" + p.IntegrationID.String() + "/packets/" + p.ID.String()
	s.as(t, consultant).get(page).send("/withdraw", values{"reason": "The walkthrough was held on the wrong build.", "sure": "true"}).wants(http.StatusOK)
}

// endWalkthrough marks its first step and ends it with no_go.
func (s *site) endWalkthrough(t *testing.T) {
	t.Helper()
	path := "/integrations/" + s.integration(t, "Lakeshore Benefits").String() + "/walkthrough"
	lead := s.as(t, consultant)
	lead.get(path+"?step=1").send("/steps/1", values{"mark": "not_confirmed", "observation": "The partner could not be reached."}).wants(http.StatusOK)
	lead.get(path).send("/outcome", values{"outcome": "no_go", "reasons": "Nobody could drive."}).wants(http.StatusOK)
}
