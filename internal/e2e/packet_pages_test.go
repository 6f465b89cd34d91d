package e2e

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	printing "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/store"
)

// The pages of a packet, good and bad, in the browser; "Check again" by keyboard
// takes the reader to the verdict.
func TestPacketPages(t *testing.T) {
	t.Parallel()
	s := newDamagedSite(t)
	packet := s.packetPath(t)
	lake := "/integrations/" + s.integration(t, "Lakeshore Benefits").String()
	b := s.newBrowser(t)
	b.lookAt([]visit{
		{"packet", partner, packet}, {"packet-files", partner, packet + "?files=all"}, {"packet-history", partner, lake + "/history?packet=r1.1"},
		{"packet-checked", consultant, packet + "?done=check"},
	})
	b.open(packet)
	b.run("checking again by keyboard", chromedp.Focus("#check button", chromedp.ByQuery), chromedp.KeyEvent("\r"),
		chromedp.WaitVisible(".banner [role=status]:focus .banner-title", chromedp.ByQuery), shows("Genuine and unchanged"))
	s.damage(t)
	s.addGivenUp(t)
	b.lookAt([]visit{{"packet-damaged", consultant, lake + "/packets"}, {"packet-damaged-read", consultant, packet + "/read"},
		{"packet-damaged-ask", consultant, packet + "/questions?at=TST-01"}})
	v := s.as(t, consultant)
	v.get(lake+"/packets").send("/again", nil).wants(http.StatusOK)
}

// Printed, the reading page has its pictures and its text, and nothing to press.
func TestPrintedReadingPage(t *testing.T) {
	t.Parallel()
	s := newDamagedSite(t)
	b := s.newBrowser(t)
	b.signIn(accountTeam)
	b.open(s.packetPath(t) + "/read")
	var pdf []byte
	b.run("printing", chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = printing.PrintToPDF().Do(ctx)
		return err
	}))
	name := tempFile(t, "reading.pdf", pdf)
	text, err := exec.CommandContext(t.Context(), "pdftotext", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Ready for the walkthrough", "What this packet does not prove", "TST-01 Verification screen opens", "What cannot be told, and why", "Glossary"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("printed it does not say %q", want)
		}
	}
	for _, other := range []string{"Download the summary", "Sign in as somebody else", "The walkthrough is planned"} {
		if bytes.Contains(text, []byte(other)) {
			t.Errorf("printed it says %q", other)
		}
	}
	pictures, err := exec.CommandContext(t.Context(), "pdfimages", "-list", name).Output()
	if n := bytes.Count(pictures, []byte(" image ")); err != nil || n < 3 {
		t.Errorf("printed it has %d pictures, %v", n, err)
	}
}

// Findings that need no work are folded; whoever follows a link to one sees it.
func TestFoldedFindings(t *testing.T) {
	t.Parallel()
	s := newDamagedSite(t)
	b := s.newBrowser(t)
	b.signIn(accountTeam)
	b.look(360, "light")
	read := s.packetPath(t) + "/read"
	b.open(read)
	var height, open int
	var anchors []string
	b.run("looking at the folds",
		chromedp.Evaluate(`document.documentElement.scrollHeight`, &height),
		chromedp.Evaluate(`document.querySelectorAll(".fold[open]").length`, &open),
		chromedp.Evaluate(`Array.from(document.querySelectorAll(".fold"), fold => fold.querySelector("tbody tr:last-child").id)`, &anchors))
	t.Logf("the page is %d pixels high at 360", height)
	if open != 0 || len(anchors) != 2 {
		t.Fatalf("%d of %d folds are open at first, want none of two", open, len(anchors))
	}
	for _, anchor := range anchors {
		visible := chromedp.WaitVisible(`[id="`+anchor+`"]`, chromedp.ByQuery)
		b.open(read)
		b.run("following a link to "+anchor, chromedp.Evaluate(`document.querySelector(".reading-body a[href='#`+anchor+`']:not(.fold *), .fold a[href='#`+anchor+`']").click()`, nil), visible)
		b.open("/")
		b.open(read + "#" + anchor)
		b.run("opening the address of "+anchor, visible)
	}
}

// damagedSite is the demo with a file store that the test can damage; nothing
// works its jobs.
type damagedSite struct {
	*site
	root string
}

func newDamagedSite(t *testing.T) damagedSite {
	t.Helper()
	a := filledDemo.App(t)
	a.Now = utc
	s := damagedSite{root: t.TempDir()}
	moved, err := blob.OpenDirectory(s.root)
	if err != nil {
		t.Fatal(err)
	}
	list, err := store.ListIntegrationSummaries(t.Context(), a.Store.Reader(), auth.System().Scope())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		packets, err := store.ListPackets(t.Context(), a.Store.Reader(), auth.System().Scope(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			archive, err := a.Blobs.Read(t.Context(), *p.Digest)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := moved.Put(t.Context(), archive); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.Blobs = moved
	s.site = serve(t, a)
	return s
}

// damage changes a byte of every packet in the store.
func (s damagedSite) damage(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.root, "??", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no packet is stored: %v", err)
	}
	for _, name := range files {
		archive, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		archive[bytes.Index(archive, []byte(`"word":"ready"`))+9] ^= 1
		if err := os.WriteFile(name, archive, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// addGivenUp adds an edition that could not be made and that nobody tries any more.
func (s damagedSite) addGivenUp(t *testing.T) {
	t.Helper()
	_, err := s.Store.Pool().Exec(t.Context(), `INSERT INTO packets (partner_id, id, integration_id, revision_id, edition, cause, state, salts, content, created_at)
		SELECT partner_id, $1, integration_id, revision_id, 2, 'outcome', 'pending', salts, content, created_at FROM packets WHERE integration_id = $2`,
		uuid.New(), s.integration(t, "Lakeshore Benefits"))
	if err != nil {
		t.Fatal(err)
	}
	packets, err := store.ListPackets(t.Context(), s.Store.Reader(), auth.System().Scope(), s.integration(t, "Lakeshore Benefits"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.GiveUpPacket(t.Context(), packets[0].ID); err != nil {
		t.Fatal(err)
	}
}
