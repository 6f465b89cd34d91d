package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestFalseAlarm types what looks like a token into a comment, reads why it was
// refused, and passes it with a reason; then adds a document. Each page on the
// way is looked at in both widths and colours.
func TestFalseAlarm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.newBrowser(t)
	b.signIn(quickpass)
	item := "/integrations/" + s.integration(t, "Quickpass Tickets").String() + "/checklist/TST-15"
	looks := func(name string) {
		t.Helper()
		for _, width := range []int64{1440, 360} {
			for _, scheme := range []string{"light", "dark"} {
				b.lookOnce(visit{name: name}, width, scheme, allOfAxe)
			}
		}
	}
	b.look(1440, "light")
	b.open(item)
	b.run("typing", chromedp.SendKeys(`#comment`, "The manual's sample is ghp_"+strings.Repeat("a1B2c3D4", 5), chromedp.ByQuery))
	b.press("Add the comment", shows("This is no credential because"))
	b.complaints() // the browser notes the status 422
	looks("refused")
	b.look(1440, "light")
	b.run("giving the reason", chromedp.SendKeys(`#comment-pass`, "It is the sample in the vendor's manual.", chromedp.ByQuery))
	b.press("Add the comment", shows("Looks like a GitHub token and was passed by Tomas Lind"))

	page := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte("<!doctype html><script>alert(1)</script>"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.run("choosing a document", chromedp.Evaluate(`document.querySelectorAll("details.slot-add").forEach(d => d.open = true)`, nil),
		chromedp.SetUploadFiles(`input[name=document]`, []string{page}, chromedp.ByQuery),
		chromedp.SendKeys(`#text-declaration`, "As the page says.", chromedp.ByQuery))
	b.press("Add the declaration", shows("page.html"))
	looks("passed")
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
}
