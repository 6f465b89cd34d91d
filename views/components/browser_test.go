package components_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/views/assets"
)

// policy is the content security policy that every page of the product has.
const policy = "default-src 'none'; script-src 'nonce-%s' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; " +
	"require-trusted-types-for 'script'; trusted-types default"

var pages = map[string]func() templ.Component{
	"/gallery": gallery, "/checklist": checklistPage, "/walkthrough": walkthroughPage,
	"/error": errorPage, "/sign-in": signInPage, "/ask": askPage, "/live": livePage,
}

// serve answers with the pages under the real policy.
func serve(t *testing.T) *httptest.Server {
	t.Helper()
	return serveCounting(t, new(atomic.Int32))
}

func serveCounting(t *testing.T, sent *atomic.Int32) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, assets.Handler())
	for path, page := range pages {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			const nonce = "bm9uY2Utb2YtdGhlLXRlc3Q"
			w.Header().Set("Content-Security-Policy", fmt.Sprintf(policy, nonce))
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if err := page().Render(templ.WithNonce(r.Context(), nonce), w); err != nil {
				t.Errorf("rendering %s: %v", path, err)
			}
		})
	}
	serveLive(mux, sent)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// browser starts Chromium; the test fails where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Fatal("no Chromium on this machine: make setup installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Env("TZ=America/Chicago"))
	allocated, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	ctx, cancelTime := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(func() { cancelTime(); cancel(); cancelAllocator() })
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return ctx
}

// complaints collects what the browser reports: blocked by the policy, thrown,
// or not found.
type complaints struct {
	sync.Mutex
	lines []string
}

func (c *complaints) listen(ctx context.Context) {
	chromedp.ListenTarget(ctx, func(event any) {
		c.Lock()
		defer c.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			c.lines = append(c.lines, e.Entry.Text)
		case *runtime.EventExceptionThrown:
			c.lines = append(c.lines, e.ExceptionDetails.Error())
		}
	})
}

func (c *complaints) take() []string {
	c.Lock()
	defer c.Unlock()
	taken := c.lines
	c.lines = nil
	return taken
}

func TestPagesInBrowser(t *testing.T) {
	t.Parallel()
	server, ctx := serve(t), browser(t)
	axe, err := os.ReadFile("../../internal/e2e/testdata/axe.min.js")
	if err != nil {
		t.Fatalf("reading axe: %v", err)
	}
	var said complaints
	said.listen(ctx)
	for path := range pages {
		for _, width := range []int64{1440, 1024, 360} {
			for _, scheme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s", path[1:], width, scheme)
				t.Run(name, func(t *testing.T) {
					open(t, ctx, server.URL+path, width, scheme)
					var over string
					run(t, ctx, chromedp.Evaluate(sticksOut, &over))
					if over != "" {
						t.Errorf("the page scrolls sideways because of %s", over)
					}
					if width == 360 {
						checkLanes(t, ctx)
					}
					if got := said.take(); len(got) > 0 {
						t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
					}
					for _, violation := range violations(t, ctx, string(axe)) {
						t.Error(violation)
					}
					said.take() // axe asks for things that the policy forbids
					keepPicture(t, ctx, name)
				})
			}
		}
	}
}

// sticksOut names the first element that makes the page wider than the window.
const sticksOut = `(() => {
	const wide = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= wide) return "";
	for (const e of document.querySelectorAll("body *")) {
		if (e.getBoundingClientRect().right > wide + 1) return e.outerHTML.slice(0, 160);
	}
	return "something unknown";
})()`

// checkLanes sees that lanes give way to the words on a narrow screen.
func checkLanes(t *testing.T, ctx context.Context) {
	t.Helper()
	var widths []float64
	run(t, ctx, chromedp.Evaluate(`[...document.querySelectorAll(".hop .lanes")].map(e => e.getBoundingClientRect().width)`, &widths))
	for _, w := range widths {
		if w != 72 {
			t.Errorf("the lanes are %v px wide, want 72", w)
		}
	}
}

func open(t *testing.T, ctx context.Context, url string, width int64, scheme string) {
	t.Helper()
	run(t, ctx,
		log.Enable(),
		emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
		chromedp.Navigate(url),
		chromedp.WaitReady("body", chromedp.ByQuery),
		chromedp.Evaluate(`document.fonts.ready.then(() => true)`, nil, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
	)
}

func run(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatalf("driving Chromium: %v", err)
	}
}

// violations runs axe over the page: every rule of WCAG 2.0 to 2.2 A and AA
// and the best practices. Under the race detector it does nothing.
func violations(t *testing.T, ctx context.Context, axe string) []string {
	t.Helper()
	if testkit.Race {
		return nil
	}
	var raw string
	run(t, ctx, chromedp.Evaluate(axe+`;0`, nil), chromedp.Evaluate(`axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"], resultTypes: ["violations"]}).then(r => JSON.stringify(
		{passes: r.passes.length, violations: r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 200) + " " + (n.failureSummary || "").slice(0, 300)))}))`,
		&raw, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var result struct {
		Passes     int
		Violations []string
	}
	if err := json.Unmarshal([]byte(raw), &result); err != nil {
		t.Fatalf("reading what axe says: %v", err)
	}
	if result.Passes < 10 {
		t.Fatalf("axe checked %d rules: it did not run", result.Passes)
	}
	return result.Violations
}

// keepPicture writes a picture of the page where PROOFWALK_PICTURES names a
// folder, for looking at.
func keepPicture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("PROOFWALK_PICTURES")
	if folder == "" {
		return
	}
	var png []byte
	run(t, ctx, chromedp.FullScreenshot(&png, 100))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
		t.Fatalf("writing the picture: %v", err)
	}
}

// wordsOf is the text of an element, once the browser shows it.
func wordsOf(t *testing.T, ctx context.Context, selector string) string {
	t.Helper()
	var text string
	run(t, ctx, chromedp.Text(selector, &text, chromedp.ByQuery))
	return strings.Join(strings.Fields(text), " ")
}
