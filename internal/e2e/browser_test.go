package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/testkit"
)

// browserTime bounds all that one test does in its browser, on a busy machine.
const browserTime = 15 * time.Minute

// browser is a window of the tests' one Chromium, in a profile of its own: it
// shares neither cookies nor storage nor cache with the windows of other tests.
type browser struct {
	t    *testing.T
	site *site
	ctx  context.Context

	mu   sync.Mutex
	said []string // what it complained of: blocked, thrown, not found
}

// chromium is the process that all windows are of: starting one takes a second of
// two processors. It ends with stopChromium.
var (
	chromium     = sync.OnceValues(startChromium)
	stopChromium = func() {}
)

func startChromium() (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.WSURLReadTimeout(browserTime), chromedp.Env("TZ=America/Chicago"))
	ctx, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(ctx)
	stopChromium = func() {
		_ = chromedp.Cancel(ctx) // it is gone then, one way or the other
		cancelAllocator()
	}
	return ctx, chromedp.Run(ctx)
}

// newBrowser opens a window; the test fails where there is no Chromium.
func (s *site) newBrowser(t *testing.T) *browser {
	t.Helper()
	process, err := chromium()
	if err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	ctx, cancelTime := context.WithTimeout(process, browserTime)
	t.Cleanup(cancelTime)
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithTargetID(newWindow(ctx, t)))
	t.Cleanup(cancel)
	b := &browser{t: t, site: s, ctx: ctx}
	chromedp.ListenTarget(ctx, b.listen)
	// Not through b.run: the window ends with the context of its first actions. Of
	// several windows only one is in front; each is to behave as if it were.
	if err := chromedp.Run(ctx, log.Enable(), runtime.Enable(), emulation.SetFocusEmulationEnabled(true)); err != nil {
		t.Fatalf("attaching to a window: %v", err)
	}
	return b
}

// newWindow opens a window in a new profile, which goes when the test ends.
// chromedp's own way to a new profile opens a tab, for which it has no window.
func newWindow(ctx context.Context, t *testing.T) target.ID {
	t.Helper()
	ctx = cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser)
	profile, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
	if err != nil {
		t.Fatalf("making a profile: %v", err)
	}
	t.Cleanup(func() {
		if err := target.DisposeBrowserContext(profile).Do(ctx); err != nil {
			t.Errorf("removing a profile: %v", err)
		}
	})
	window, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(ctx)
	if err != nil {
		t.Fatalf("opening a window: %v", err)
	}
	return window
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text+" "+e.Entry.URL)
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, e.ExceptionDetails.Error())
	}
}

// complaints gives what the browser complained of since the last asking.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.said
	b.said = nil
	return taken
}

// stepTime ends what hangs: a large picture under the race detector, beside other
// packages' tests, takes half of it.
const stepTime = time.Minute

// run runs actions; a failure shows what the page says.
func (b *browser) run(step string, actions ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	err := chromedp.Run(ctx, actions...)
	if err == nil {
		return
	}
	var address, says string
	after, cancelAfter := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancelAfter()
	_ = chromedp.Run(after, chromedp.Location(&address), chromedp.Evaluate(`document.body.innerText.slice(0, 3000)`, &says))
	b.t.Fatalf("%s: %v\n%s says:\n%s\nthe browser: %s", step, err, address, says, strings.Join(b.complaints(), "\n"))
}

// signIn makes the browser's user one of the demo's people.
func (b *browser) signIn(name string) {
	b.t.Helper()
	b.run("signing in as "+name,
		chromedp.ActionFunc(func(ctx context.Context) error { return network.ClearBrowserCookies().Do(ctx) }),
		chromedp.Navigate(b.site.Origin+"/sign-in"),
		chromedp.Click(`button[aria-label^="Sign in as `+name+`"]`, chromedp.ByQuery),
		chromedp.WaitVisible(".person-menu", chromedp.ByQuery))
}

// open opens a page of the site.
func (b *browser) open(path string) {
	b.t.Helper()
	b.run("opening "+path, chromedp.Navigate(b.site.Origin+path), chromedp.WaitVisible("h1", chromedp.ByQuery))
}

// press presses the visible button with these words and waits for what comes.
func (b *browser) press(words string, then chromedp.Action) {
	b.t.Helper()
	b.run("pressing "+words, chromedp.Click(`//main//button[contains(normalize-space(.), "`+words+`")]`, chromedp.BySearch, chromedp.NodeVisible), then)
}

// shows waits for words anywhere in the page, also across a navigation.
func shows(words string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			var there bool
			look := chromedp.Evaluate(`!!document.body && document.readyState === "complete" && document.body.innerText.includes(`+quote(words)+`)`, &there)
			if err := look.Do(ctx); err == nil && there {
				return nil
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return fmt.Errorf("waiting for the words %q: %w", words, ctx.Err())
			}
		}
	})
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string can always be encoded
	return string(b)
}

// look sets window and colours.
func (b *browser) look(width int64, scheme string) {
	b.t.Helper()
	b.run("setting the window", emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

// settled waits until fonts are there, so that nothing moves any more.
func settled() chromedp.Action {
	return chromedp.Evaluate(`document.fonts.ready.then(() => true)`, nil, awaited)
}

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// sticksOut names the first element that makes the page wider than the window.
const sticksOut = `(() => {
	const wide = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= wide) return "";
	for (const e of document.querySelectorAll("body *")) {
		if (e.getBoundingClientRect().right > wide + 1) return e.outerHTML.slice(0, 160);
	}
	return "something unknown";
})()`

// What axe looks for: every rule of WCAG 2.0 to 2.2 A and AA and the best
// practices; or, where only the colours are others, contrast alone.
const (
	allOfAxe     = `["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]`
	onlyContrast = `{type: "rule", values: ["color-contrast"]}`
)

// violations runs axe over the page, except under the race detector.
func (b *browser) violations(rules string) []string {
	b.t.Helper()
	if testkit.Race {
		return nil
	}
	var there bool
	b.run("looking for axe", chromedp.Evaluate(`!!window.axe`, &there))
	if !there {
		b.run("bringing axe", chromedp.Evaluate(axe(b.t)+`;0`, nil))
	}
	var raw string
	b.run("running axe", chromedp.Evaluate(`axe.run(document, {runOnly: `+rules+`, resultTypes: ["violations"]}).then(r => JSON.stringify(
		{passes: r.passes.length, violations: r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 200) + " " + (n.failureSummary || "").slice(0, 300)))}))`, &raw, awaited))
	var result struct {
		Passes     int
		Violations []string
	}
	if err := json.Unmarshal([]byte(raw), &result); err != nil {
		b.t.Fatalf("reading what axe says: %v", err)
	}
	if rules == allOfAxe && result.Passes < 10 || result.Passes+len(result.Violations) == 0 {
		b.t.Fatalf("axe checked %d rules: it did not run", result.Passes)
	}
	return result.Violations
}

var axeSource = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile("testdata/axe.min.js")
	return string(source), err
})

func axe(t *testing.T) string {
	t.Helper()
	source, err := axeSource()
	if err != nil {
		t.Fatalf("reading axe: %v", err)
	}
	return source
}

// keepPicture writes a picture of the page where PROOFWALK_PICTURES names a
// folder, for looking at.
func (b *browser) keepPicture(name string) {
	b.t.Helper()
	folder := os.Getenv("PROOFWALK_PICTURES")
	if folder == "" {
		return
	}
	var png []byte
	b.run("taking a picture", chromedp.FullScreenshot(&png, 100))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
		b.t.Fatalf("writing the picture: %v", err)
	}
}
