package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Of several files each has its own place of recording; one that stands twice is
// sent once; and one that the server refuses does not keep back those behind it.
func TestSeveralFilesAtOnce(t *testing.T) {
	t.Parallel()
	s, upload, b := readyToUpload(t)
	known := smallHAR("known.example.org")
	b.redactInBrowser(upload, tempFile(t, "known.har", known))
	b.sendRedacted()

	b.openUpload(upload)
	b.run("choosing", choose(tempFile(t, "first.har", smallHAR("first.example.org")), tempFile(t, "copy.har", smallHAR("first.example.org")),
		tempFile(t, "again.har", known), tempFile(t, "server.har", smallHAR("server.example.org")),
		tempFile(t, "cut.har", smallHAR("cut.example.org")[:160])))
	b.press("Redact here", shows("copy.har: It is the same file as first.har. It is not sent."))
	var rows string
	b.run("reading the files", chromedp.Evaluate(`[...document.querySelectorAll("[data-files] tr")].map(r => r.querySelector("th").textContent + " " + r.querySelector("select").value).join(", ")`, &rows))
	if rows != "first.har browser, again.har browser, server.har browser" {
		t.Errorf("the files are %q", rows)
	}
	b.run("saying where", chromedp.SetValue(`[data-files] tr:last-child select`, "back_channel", chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector("[data-files] tr:last-child select").dispatchEvent(new Event("change"))`, nil))
	b.press("Send redacted", shows("1 file was not stored"))
	var text string
	b.run("reading the refusal", chromedp.Text(`[data-refusal]`, &text, chromedp.ByQuery))
	if !strings.Contains(text, "again.har: This file is in run") || strings.Contains(text, "first.har") {
		t.Errorf("the refusal is %q", text)
	}
	b.judge("upload-not-all")

	id := s.integration(t, "Okta sample application")
	captures, err := store.ListCaptures(t.Context(), s.Store.Reader(), auth.System().Scope(), id)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, c := range captures[len(captures)-2:] {
		kinds = append(kinds, string(c.Kind))
	}
	if got := strings.Join(kinds, ", "); got != "browser, back_channel" {
		t.Errorf("the last captures are %s", got)
	}
	b.wantsNoComplaints("409 (Conflict)")
}
