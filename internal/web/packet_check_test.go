package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/testkit"
)

// checkAgain sends the form under a packet's check, as the page has it.
func checkAgain(v *visitor, path string) *page {
	v.t.Helper()
	p := v.get(path)
	return v.post(p.attr("#check form", "action"), p.form("#check form"))
}

// A packet is checked anew by a form, once a minute at most; a link never makes
// the server do so.
func TestCheckAPacketAgain(t *testing.T) {
	t.Parallel()
	v := newStoredPacket(t)
	clock := testkit.NewClock()
	v.Now = clock.Now
	path := v.path + "/packets/" + v.made.ID.String()
	vera := v.as(t, v.account)
	first := vera.get(path).attr(".banner time", "datetime")
	clock.Advance(time.Minute)
	for _, link := range []string{path, path + "?check=again", path + "?done=check", path + "/check"} {
		if p := vera.get(link); first == "" || p.Status == http.StatusOK && p.attr(".banner time", "datetime") != first {
			t.Errorf("%s: a check of %s where one of %s stands", link, p.attr(".banner time", "datetime"), first)
		}
	}
	p := checkAgain(vera, path)
	if at := p.attr(".banner time", "datetime"); p.Status != http.StatusOK || at == first || p.Path != path || len(p.all(".banner [role=status][data-focus]")) != 1 {
		t.Errorf("asked for: %d at %s, a check of %s: %s", p.Status, p.Path, at, p.text("#check"))
	}
	asked := p.attr(".banner time", "datetime")
	clock.Advance(20 * time.Second)
	for name, who := range map[string]*visitor{"the same person": vera, "another": v.as(t, v.member)} {
		p := checkAgain(who, path)
		if p.Status != http.StatusTooManyRequests || p.Header.Get("Retry-After") != "60" || !strings.Contains(p.text(".error-summary"), "in 40 seconds") {
			t.Errorf("%s, too early: %d, Retry-After %q, %s", name, p.Status, p.Header.Get("Retry-After"), p.text(".error-summary"))
		}
		if p.text(".banner-title") != "Genuine and unchanged" || p.attr(".banner time", "datetime") != asked {
			t.Errorf("%s, too early: the page shows %s", name, p.text("#check"))
		}
	}
	clock.Advance(40 * time.Second)
	if p := checkAgain(vera, path); p.Status != http.StatusOK || p.attr(".banner time", "datetime") == asked {
		t.Errorf("a minute later: %d %s", p.Status, p.text(".error-summary"))
	}
}
