package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/assets"
)

// needRedactor fails in a build that lacks the redactor for the browser.
func needRedactor(t *testing.T) {
	t.Helper()
	if !assets.HasRedactor() {
		t.Fatal("this build has no redactor for the browser: `make wasm` builds it")
	}
}

// newRun creates a test run as somebody of the partner and gives the path of its upload page.
func (s *site) newRun(t *testing.T, who, integration, user string) string {
	t.Helper()
	base := "/integrations/" + s.integration(t, integration).String()
	made := s.as(t, who).get(base+"/runs/new").send("/runs", values{"scenario": "happy-path", "test_user": user}).wants(http.StatusOK)
	return made.Path
}

// readyToUpload makes a site with a new run and signs the partner's admin in.
func readyToUpload(t *testing.T) (s *site, upload string, b *browser) {
	t.Helper()
	s, upload = siteWithRun(t)
	b = s.newBrowser(t)
	b.signIn(partner)
	return s, upload, b
}

// readyToTap is readyToUpload with a wire between browser and site.
func readyToTap(t *testing.T) (s *site, upload string, p *wire, b *browser) {
	t.Helper()
	s, upload = siteWithRun(t)
	p = s.tap(t)
	b = s.newBrowser(t)
	b.signIn(partner)
	return s, upload, p, b
}

func siteWithRun(t *testing.T) (s *site, upload string) {
	t.Helper()
	needRedactor(t)
	s = newSite(t)
	return s, s.newRun(t, partner, "Okta sample application", "standard-user")
}

// openUpload opens the upload page and waits until its script is there.
func (b *browser) openUpload(upload string) {
	b.t.Helper()
	b.open(upload)
	b.run("waiting for the script", chromedp.WaitReady(`[data-redactor][data-ready]`, chromedp.ByQuery))
}

// redactInBrowser chooses a file on the upload page and waits for what is left of it.
func (b *browser) redactInBrowser(upload, file string) {
	b.t.Helper()
	b.openUpload(upload)
	b.run("choosing the file", chromedp.SetUploadFiles(`input[type=file]`, []string{file}, chromedp.ByQuery))
	b.press("Redact here", chromedp.WaitVisible(`[data-part=check] [data-entry-text]:not(:empty)`, chromedp.ByQuery))
}

// sendRedacted sends what is left and waits for the test run's page.
func (b *browser) sendRedacted() {
	b.t.Helper()
	b.press("Send redacted", chromedp.WaitVisible(`a[href*="/captures/"]`, chromedp.ByQuery))
}

func tempFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Values are planted over every position of a HAR. It is chosen on the upload
// page, redacted and sent; whoever records the line sees none of them, in no
// request and no encoding. The page shows a hidden host in clear, and the
// transcript appears.
func TestNoSecretLeavesTheBrowser(t *testing.T) {
	t.Parallel()
	needRedactor(t)
	s := newSite(t)
	upload := s.newRun(t, partner, "Okta sample application", "standard-user")
	wire := s.tap(t)
	b := s.newBrowser(t)
	planted := canary.HAR(1)
	if len(planted.Canaries) < 1000 {
		t.Fatalf("only %d values are planted", len(planted.Canaries))
	}
	b.signIn(partner)
	// A browser's tools name a HAR after its host.
	const named = "quillfennel.example.net"
	b.redactInBrowser(upload, tempFile(t, named+".har", planted.JSON))
	b.run("reading the preview", shows("0 secrets left"), shows("Nothing was sent yet."), shows("app.example.org"))
	var digest string
	b.run("reading the digest", chromedp.TextContent(`[data-out=sha256]`, &digest, chromedp.ByQuery))
	if n := wire.posted("/capture"); n != 0 {
		t.Errorf("%d uploads before the button was pressed", n)
	}
	b.sendRedacted()
	b.run("opening the transcript", chromedp.Click(`a[href*="/captures/"]`, chromedp.ByQuery), chromedp.WaitVisible(`.hop`, chromedp.ByQuery), shows("in the partner's browser"))
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}

	if n := wire.posted("/capture"); n != 1 {
		t.Errorf("%d uploads, want 1", n)
	}
	if sent := wire.file(t); fmt.Sprintf("%x", sha256.Sum256(sent)) != digest {
		t.Error("the page shows another digest than that of what it sent")
	}
	var values []string
	for _, c := range planted.Canaries {
		values = append(values, c.Value)
	}
	set := dig.NewSet(values)
	if n := len(set.Find(dig.Texts(planted.JSON))); n != len(values) {
		t.Errorf("the search finds %d of %d values in the raw file", n, len(values))
	}
	var after []string
	for _, r := range wire.requests() {
		after = append(after, dig.Texts(r)...)
	}
	if !dig.NewSet([]string{`"_proofwalk"`}).Find(after)[0] {
		t.Error("what was searched holds no redacted file")
	}
	if dig.NewSet([]string{named}).Find(after)[0] {
		t.Error("the name of the file left the browser")
	}
	for i := range set.Find(after) {
		t.Errorf("%s left the browser", planted.Canaries[i].Position)
	}
}

// An admin declares what a preview hid: it is in the description, the file is
// redacted again, and what leaves has the names in clear.
func TestDeclaringWhatThePreviewHid(t *testing.T) {
	t.Parallel()
	s, upload, b := readyToUpload(t)
	file := tempFile(t, "shop.har", []byte(`{"log":{"version":"1.2","creator":{"name":"Firefox","version":"1"},"pages":[{"id":"p","title":"Our members","startedDateTime":"2026-03-01T10:00:00.000Z"}],"entries":[
		{"pageref":"p","startedDateTime":"2026-03-01T10:00:00.000Z","request":{"method":"GET","url":"https://shop.example.net/members/area?state=Zm9vYmFyYmF6cXV4MTIzNDU2"},"response":{"status":200}},
		{"startedDateTime":"2026-03-01T10:00:01.000Z","request":{"method":"GET","url":"https://cdn.example.org/login"},"response":{"status":200}},
		{"startedDateTime":"2026-03-01T10:00:02.000Z","request":{"method":"GET","url":"https://shop.example.net/orders/20261126"},"response":{"status":200}}]}}`))
	b.redactInBrowser(upload, file)
	b.run("reading a warning", shows("looks like it holds an identifier"))
	tick := func(name string) chromedp.Action {
		return chromedp.Click(`.names input[value="`+name+`"]`, chromedp.ByQuery)
	}
	b.run("ticking", tick("shop.example.net"), tick("cdn.example.org"), tick("/members/area"), tick("Our members"))
	b.press("Declare and redact again", shows("Say of each host that you ticked whose it is."))
	b.run("saying whose hosts they are",
		chromedp.SetValue(`.names li:has(input[value="shop.example.net"]) select`, "own_host", chromedp.ByQuery),
		chromedp.SetValue(`.names li:has(input[value="cdn.example.org"]) select`, "third_party_host", chromedp.ByQuery))
	b.press("Declare and redact again", shows("4 names are declared, and the file was redacted again."))
	var entry string
	b.run("reading the first entry", chromedp.WaitVisible(`[data-entry-text]:not(:empty)`, chromedp.ByQuery), chromedp.TextContent(`[data-entry-text]`, &entry, chromedp.ByQuery))
	if !strings.Contains(entry, "https://shop.example.net/members/area?state=~state") {
		t.Errorf("the entry as it leaves is %s", entry)
	}
	i, err := store.FindIntegration(t.Context(), s.Store.Reader(), auth.System().Scope(), s.integration(t, "Okta sample application"))
	if err != nil {
		t.Fatal(err)
	}
	if c := i.Config; !slices.Contains(c.Hosts.Own, "shop.example.net") || !slices.Contains(c.Hosts.ThirdParty, "cdn.example.org") ||
		!slices.Contains(c.Reveal.Paths, "/members/area") || !slices.Contains(c.Reveal.Titles, "Our members") {
		t.Errorf("the description has %+v and %+v", c.Hosts, c.Reveal)
	}
	b.sendRedacted()
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
}

// Who may not declare is told whom to ask; stopping sends nothing; a file that
// is no capture is refused on this machine; a round that changed meanwhile is
// redacted anew and shown again.
func TestUploadPageOnTheWay(t *testing.T) {
	t.Parallel()
	needRedactor(t)
	s := newSite(t)
	upload := s.newRun(t, quickpass, "Quickpass Tickets", "driver-licence")
	wire := s.tap(t)
	b := s.newBrowser(t)
	b.signIn(quickpass)
	b.openUpload(upload)
	b.run("choosing no capture", chromedp.SetUploadFiles(`input[type=file]`, []string{tempFile(t, "letter.har", []byte("this is a letter"))}, chromedp.ByQuery))
	b.press("Redact here", shows("not a HAR"))
	first, second := tempFile(t, "first.har", smallHAR("first.example.net")), tempFile(t, "second.har", smallHAR("second.example.net"))
	b.run("stopping", chromedp.SetUploadFiles(`input[type=file]`, []string{first}, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector("[data-act=begin]").click(); document.querySelector("[data-part=work] [data-act=stop]").click()`, nil),
		shows("Stopped. Nothing was sent."))
	b.redactInBrowser(upload, first)
	b.run("reading whom to ask", shows("Only an admin of your team declares"))
	var boxes int
	b.run("counting boxes", chromedp.Evaluate(`document.querySelectorAll(".names input").length`, &boxes))
	if boxes != 0 {
		t.Errorf("a member has %d boxes to tick", boxes)
	}
	s.as(t, quickpass).uploadRedacted(strings.TrimSuffix(upload, "/capture"), "browser", second) // meanwhile
	b.press("Send redacted", shows("changed meanwhile, so the file was redacted anew"))
	b.sendRedacted()
	if n := wire.posted("/redactor"); n < 4 {
		t.Errorf("the round was asked for %d times", n)
	}
	complaints := slices.DeleteFunc(b.complaints(), func(line string) bool { return strings.Contains(line, "409 (Conflict)") })
	if len(complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(complaints, "\n"))
	}
}

func smallHAR(host string) []byte {
	return bytes.ReplaceAll([]byte(`{"log":{"version":"1.2","creator":{"name":"Firefox","version":"1"},"entries":[
		{"startedDateTime":"2026-03-01T10:00:00.000Z","request":{"method":"GET","url":"https://HOST/a"},"response":{"status":200}}]}}`), []byte("HOST"), []byte(host))
}

// TestUploadPageLooks looks at each step of the page, in every window and both
// colours.
func TestUploadPageLooks(t *testing.T) {
	t.Parallel()
	needRedactor(t)
	s := newSite(t)
	upload := s.newRun(t, partner, "Okta sample application", "standard-user")
	file, err := filepath.Abs("../../testdata/hars/mitmproxy_mitmproxy__test_mitmproxy_data_har_files_firefox.har")
	if err != nil {
		t.Fatal(err)
	}
	b := s.newBrowser(t)
	b.signIn(partner)
	for _, look := range []struct {
		name   string
		width  int64
		scheme string
	}{{"1440", 1440, "light"}, {"720", 720, "light"}, {"360", 360, "light"}, {"1440-dark", 1440, "dark"}} {
		b.look(look.width, look.scheme)
		b.redactInBrowser(upload, file)
		b.judge("upload-check-" + look.name)
		b.run("unfolding", chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true);
			document.querySelectorAll("[data-group-more]:not([hidden])").forEach(b => b.click());
			document.querySelector(".names input").click();
			document.querySelector("[data-act=next]").click()`, nil), shows("2 of 14"))
		b.judge("upload-check-unfolded-" + look.name)
		b.run("as while it works", chromedp.Evaluate(`document.querySelectorAll("[data-part]").forEach(p => p.hidden = p.dataset.part !== "work")`, nil))
		b.judge("upload-work-" + look.name)
		b.run("throwing away", chromedp.Evaluate(`document.querySelector("[data-act=reset]").click()`, nil), chromedp.WaitVisible(`[data-part=choose]`, chromedp.ByQuery))
		b.judge("upload-choose-" + look.name)
	}
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
}

// judge looks for what sticks out and what axe objects to.
func (b *browser) judge(name string) {
	b.t.Helper()
	var over string
	b.run("measuring", settled(), chromedp.Evaluate(sticksOut, &over))
	if over != "" {
		b.t.Errorf("%s scrolls sideways because of %s", name, over)
	}
	for _, violation := range b.violations(allOfAxe) {
		b.t.Errorf("%s: %s", name, violation)
	}
	b.keepPicture(name)
}

// Without scripts nothing can be sent where raw uploads are forbidden, and the
// page says what to do.
func TestUploadPageWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	upload := s.newRun(t, partner, "Okta sample application", "standard-user")
	page := s.as(t, partner).get(upload).wants(http.StatusOK)
	if got := page.text("main .without-script"); !strings.Contains(got, "cannot be sent from here") || !strings.Contains(got, "proofwalk inspect") {
		t.Errorf("the page says %q", got)
	}
	if n := len(page.all("main .without-script button")); n != 0 {
		t.Errorf("it has %d buttons that send", n)
	}
	if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "'wasm-unsafe-eval'") || !strings.Contains(policy, "worker-src 'self'") {
		t.Errorf("its policy is %q", policy)
	}
	if n := len(page.all(`script[src*="htmx"]`)); n != 0 {
		t.Errorf("it loads htmx %d times", n)
	}
}

// A browser that cannot run the redactor is told so, and sends nothing; where raw
// files are allowed it sends one by the button that says so.
func TestUploadPageWithoutWebAssembly(t *testing.T) {
	t.Parallel()
	s, upload, b := readyToUpload(t)
	b.run("taking WebAssembly away", chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := cdpage.AddScriptToEvaluateOnNewDocument("delete window.WebAssembly").Do(ctx)
		return err
	}))
	b.open(upload)
	var offered int
	b.run("reading the page", shows("This file cannot be sent from here."),
		chromedp.Evaluate(`[...document.querySelectorAll("[data-drop] button")].filter(b => b.offsetParent).length`, &offered))
	if offered != 0 {
		t.Errorf("%d buttons send", offered)
	}
	s.setRawUploads(t, app.RawUploadsAllowed)
	b.open(upload)
	b.run("choosing a file", choose(tempFile(t, "raw.har", smallHAR("app.example.org"))))
	b.press("Send the raw file", chromedp.WaitVisible(`a[href*="/captures/"]`, chromedp.ByQuery))
}

// A zip with bodies in files of their own and a gzip are read in the browser as
// they are, in one go; each is sent and stored by itself.
func TestContainersInTheBrowser(t *testing.T) {
	t.Parallel()
	s, upload, b := readyToUpload(t)
	b.openUpload(upload)
	var files []string
	for _, name := range []string{"playwright-attach.zip", "playwright-embed.har.gz"} {
		file, err := filepath.Abs("../../testdata/captures/formats/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	b.run("choosing the files", chromedp.SetUploadFiles(`input[type=file]`, files, chromedp.ByQuery))
	b.press("Redact here", shows("2 files"))
	var bodies bool
	b.run("looking for what cannot be judged", chromedp.Evaluate(`document.querySelector("[data-limit=bodies]").hidden`, &bodies))
	if !bodies {
		t.Error("the bodies beside the HAR in the zip were not found")
	}
	b.sendRedacted()
	captures, err := store.ListCaptures(t.Context(), s.Store.Reader(), auth.System().Scope(), s.integration(t, "Okta sample application"))
	if err != nil {
		t.Fatal(err)
	}
	stored := 0
	for _, c := range captures {
		if c.RedactedBy == "partner_browser" && c.Exporter == "playwright" {
			stored++
		}
	}
	if stored != 2 {
		t.Errorf("%d captures are stored, want 2", stored)
	}
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
}
