package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The key for an exporter is shown by one press, and the page with it is as
// good as any other.
func TestExporterKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.newBrowser(t)
	b.signIn(quickpass)
	path := strings.TrimSuffix(s.newRun(t, quickpass, "Quickpass Tickets", "driver-licence"), "/capture")
	b.open(path)
	b.run("going to the exporter's page", chromedp.Click(`a[href$="/exporter"]`), chromedp.WaitVisible(`form[action$="/exporter"] button`))
	b.lookAtPage(visit{"exporter", quickpass, path + "/exporter"})
	b.look(1440, "light")
	var key string
	b.run("showing the key", chromedp.Click(`form[action$="/exporter"] button`), chromedp.Text(`pre.command`, &key))
	if !strings.HasPrefix(key, "PROOFWALK_ROUND_KEY=") || len(key) != len("PROOFWALK_ROUND_KEY=")+36+1+64 {
		t.Errorf("the page shows %d characters", len(key))
	}
	for _, width := range []int64{1440, 360} {
		b.lookOnce(visit{name: "exporter-key"}, width, "light", allOfAxe)
		b.lookOnce(visit{name: "exporter-key"}, width, "dark", onlyContrast)
	}
}
