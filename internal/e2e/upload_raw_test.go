package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// pressEverything chooses a file, presses every button of the page that can be
// pressed, and Enter in every field, as somebody in a hurry does.
func (b *browser) pressEverything(file string) {
	b.t.Helper()
	var buttons int
	b.run("choosing the file", chromedp.SetUploadFiles(`input[type=file]`, []string{file}, chromedp.ByQuery),
		chromedp.Evaluate(`(() => { const all = [...document.querySelectorAll(".page button")].filter(b => b.offsetParent); all.forEach(b => b.click()); return all.length; })()`, &buttons))
	if buttons == 0 {
		b.t.Fatal("the page has no buttons")
	}
	for _, field := range []string{`input[name=kind]`, `input[type=file]`} {
		b.run("pressing Enter in "+field, chromedp.Focus(field, chromedp.ByQuery), chromedp.ActionFunc(func(ctx context.Context) error {
			if field == `input[type=file]` { // there it would open the browser's own window
				return chromedp.Evaluate(`document.activeElement.form && document.activeElement.form.querySelector("button").click()`, nil).Do(ctx)
			}
			return chromedp.KeyEvent(kb.Enter).Do(ctx)
		}))
	}
}

// A page whose script did not come sends nothing, whatever is pressed: not where
// raw files are forbidden, and not unasked where they are allowed.
func TestUploadPageWithoutItsScriptSendsNothing(t *testing.T) {
	t.Parallel()
	s, upload, wire, b := readyToTap(t)
	before := wire.posted("")
	wire.refuse("/assets/upload.")
	file := tempFile(t, "raw.har", smallHAR("app.example.org"))
	for _, setting := range []string{app.RawUploadsForbidden, app.RawUploadsAllowed} {
		s.setRawUploads(t, setting)
		b.open(upload)
		b.pressEverything(file)
		b.run("looking where it stands", shows("The redactor is being loaded."), chromedp.WaitVisible(`[data-act=begin]:disabled`, chromedp.ByQuery))
		if n := wire.posted("") - before; n != 0 {
			t.Fatalf("raw uploads %s: %d requests send something", setting, n)
		}
	}
	if got := b.complaints(); len(got) != 2 {
		t.Errorf("the script was kept away %d times: %s", len(got), strings.Join(got, "\n"))
	}
}

// setRawUploads changes the setting of the partner of the demo.
func (s *site) setRawUploads(t *testing.T, setting string) {
	t.Helper()
	i, err := store.FindIntegration(t.Context(), s.Store.Reader(), auth.System().Scope(), s.integration(t, "Okta sample application"))
	if err != nil {
		t.Fatal(err)
	}
	id := i.PartnerID
	p, err := store.FindPartner(t.Context(), s.Store.Reader(), auth.System().Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SaveRawUploads(t.Context(), s.Store.Pool(), auth.System().Scope(), id, p.RowVersion, setting); err != nil {
		t.Fatal(err)
	}
}

// Where raw files are forbidden the file's field is in no form and has no name;
// where they are allowed one button sends the raw file and says so.
func TestUploadPageKeepsTheRawFile(t *testing.T) {
	t.Parallel()
	needRedactor(t)
	s := newSite(t)
	upload := s.newRun(t, partner, "Okta sample application", "standard-user")
	page := s.as(t, partner).get(upload).wants(http.StatusOK)
	if n := len(page.all("main form")); n != 0 {
		t.Errorf("the page has %d forms", n)
	}
	if n := len(page.all(`main input[type=file][name]`)); n != 0 {
		t.Error("the field has a name under which it could be sent")
	}
	if n := len(page.all(`[data-redactor][data-most-files="10"]`)); n != 1 {
		t.Error("the script is not told how many files the server takes")
	}
	s.setRawUploads(t, app.RawUploadsAllowed)
	page = s.as(t, partner).get(upload).wants(http.StatusOK)
	if n := len(page.all(`main form button[type=submit]:not([formmethod=dialog])`)); n != 1 || page.text(`main form button[type=submit]:not([formmethod=dialog])`) != "Send the raw file" {
		t.Errorf("%d buttons send, %q", n, page.text(`main form button[type=submit]:not([formmethod=dialog])`))
	}
	if n := len(page.all(`main button[type=button][data-act=begin][disabled]`)); n != 1 {
		t.Errorf("%d buttons redact", n)
	}
}
