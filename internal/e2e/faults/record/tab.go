// Package record drives a real Chromium through a sign-in and writes what it saw
// as HAR: every hop of a redirect chain with the headers and cookies that were on
// the wire, addresses with their fragments, and the contents of pages.
package record

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Browser is a running Chromium.
type Browser struct {
	ctx   context.Context
	close func()

	mu   sync.Mutex
	lost []string // events that could not be read
}

// Start starts Chromium. rules say where its host names lead, in the words of
// --host-resolver-rules; certificates are not checked. Close ends it.
func Start(ctx context.Context, rules string) (*Browser, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", rules),
		chromedp.Flag("ignore-certificate-errors", true),
		// An address that begins with http stays so: that it does is one of the faults.
		chromedp.Flag("disable-features", "Translate,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable"),
		chromedp.Flag("disable-quic", true),
	)
	b := &Browser{}
	ctx, endAllocator := chromedp.NewExecAllocator(ctx, options...)
	ctx, end := chromedp.NewContext(ctx, chromedp.WithErrorf(b.lose))
	b.ctx, b.close = ctx, func() { end(); endAllocator() }
	if err := chromedp.Run(ctx); err != nil {
		b.close()
		return nil, fmt.Errorf("starting Chromium: %w", err)
	}
	return b, nil
}

// Close ends Chromium and removes its profile.
func (b *Browser) Close() { b.close() }

// lose notes a message of the browser that could not be read: a recording in
// which one is missing must not be judged.
func (b *Browser) lose(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost = append(b.lost, fmt.Sprintf(format, args...))
}

func (b *Browser) takeLost() (lost []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	lost, b.lost = b.lost, nil
	return lost
}

// Tab is a tab in a profile of its own, recorded from its first request on.
type Tab struct {
	browser *Browser
	ctx     context.Context
	end     func() error

	mu      sync.Mutex
	changed chan struct{} // closed and made anew with every change of what follows
	log     log
	at      string // the address of the main frame
	loaded  bool
	loads   int
	mark    int // loads when the user last did something
	others  []*Tab
	fetches int // contents that were asked for and are not there yet
}

// Open opens a tab in a fresh profile; ctx bounds all that is done in it.
func (b *Browser) Open(ctx context.Context) (*Tab, error) {
	t := &Tab{browser: b, changed: make(chan struct{}), log: newLog()}
	profile, id, err := b.window()
	if err != nil {
		return nil, fmt.Errorf("opening a window: %w", err)
	}
	var end context.CancelFunc
	t.ctx, end = chromedp.NewContext(b.ctx, chromedp.WithTargetID(id))
	stop := context.AfterFunc(ctx, end)
	t.end = func() error {
		stop()
		end()
		return target.DisposeBrowserContext(profile).Do(b.executor())
	}
	chromedp.ListenTarget(t.ctx, t.hear)
	if err := chromedp.Run(t.ctx, network.Enable()); err != nil {
		return nil, errors.Join(fmt.Errorf("opening a tab: %w", err), t.end())
	}
	return t, nil
}

// window opens one in a profile of its own; a profile without a window takes no tabs.
func (b *Browser) window() (cdp.BrowserContextID, target.ID, error) {
	profile, err := target.CreateBrowserContext().Do(b.executor())
	if err != nil {
		return "", "", err
	}
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(b.executor())
	return profile, id, err
}

// executor is for commands to the browser as a whole.
func (b *Browser) executor() context.Context {
	return cdp.WithExecutor(b.ctx, chromedp.FromContext(b.ctx).Browser)
}

// Another opens a tab in a further profile, as another person's browser. Its
// recording belongs to the same test run.
func (t *Tab) Another(ctx context.Context) (*Tab, error) {
	other, err := t.browser.Open(ctx)
	if err != nil {
		return nil, err
	}
	t.others = append(t.others, other)
	return other, nil
}

// Close closes the tab and those opened from it, and forgets their profiles.
func (t *Tab) Close() error {
	err := t.end()
	for _, other := range t.others {
		err = errors.Join(err, other.Close())
	}
	return err
}

// hear takes an event; the next one waits until it returns.
func (t *Tab) hear(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *page.EventFrameNavigated:
		if e.Frame.ParentID != "" {
			return
		}
		t.at, t.loaded = e.Frame.URL+e.Frame.URLFragment, false
		if e.Frame.UnreachableURL != "" {
			t.at = e.Frame.UnreachableURL
		}
		t.log.abandon(e.Frame.LoaderID)
	case *fetch.EventRequestPaused:
		go t.refuse(e.RequestID)
	case *page.EventNavigatedWithinDocument:
		t.at = e.URL
	case *page.EventLoadEventFired:
		t.loaded = true
		t.loads++
	default:
		if finished := t.log.hear(event); finished != nil {
			t.fetches++
			go t.content(finished)
		}
	}
	t.change()
}

// content asks for the content of an answer; a page that has gone meanwhile has none.
func (t *Tab) content(h *hop) {
	var body []byte
	err := chromedp.Run(t.ctx, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		body, err = network.GetResponseBody(h.id).Do(ctx)
		return err
	}))
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		h.body, h.hasBody = body, true
	}
	t.fetches--
	t.change()
}

// change wakes who waits; the lock is held.
func (t *Tab) change() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// quiet tells whether nothing is asked for any more; the lock is held.
func (t *Tab) quiet() bool { return t.log.quiet() && t.fetches == 0 }

// Go types an address into the address bar. Use Arrive to wait for the page.
func (t *Tab) Go(ctx context.Context, address string) error {
	t.act()
	return t.run(ctx, "going to a page", chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, _, _, err := page.Navigate(address).Do(ctx) // that the page cannot be had is no error here
		return err
	}))
}

// Click clicks with the mouse on the first element that the CSS selector finds.
func (t *Tab) Click(ctx context.Context, selector string) error {
	t.act()
	var at []float64
	return t.run(ctx, "clicking on "+selector, chromedp.Tasks{
		chromedp.Evaluate(found(selector)+`element.scrollIntoView({block: "center"}); const box = element.getBoundingClientRect();
			return [box.x + box.width / 2, box.y + box.height / 2]; })()`, &at),
		chromedp.ActionFunc(func(ctx context.Context) error { return chromedp.MouseClickXY(at[0], at[1]).Do(ctx) }),
	})
}

// Fill types a text into the first element that the CSS selector finds.
func (t *Tab) Fill(ctx context.Context, selector, text string) error {
	return t.run(ctx, "filling "+selector, chromedp.Tasks{
		chromedp.Evaluate(found(selector)+`element.focus(); })()`, nil), input.InsertText(text),
	})
}

// found begins a script that has an element; it fails where there is none.
func found(selector string) string {
	return fmt.Sprintf(`(() => { const element = document.querySelector(%q); if (!element) throw new Error("no such element"); `, selector)
}

func (t *Tab) run(ctx context.Context, doing string, action chromedp.Action) error {
	done, cancel := context.WithCancel(t.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	if err := chromedp.Run(done, action); err != nil {
		return fmt.Errorf("%s, at %s: %w", doing, t.At(), errors.Join(err, ctx.Err()))
	}
	return nil
}

func (t *Tab) act() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mark = t.loads
}

// At is the address of the page, with its query and fragment.
func (t *Tab) At() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at
}

// Arrive waits until a page whose address begins with prefix has loaded after
// the last Go or Click, and nothing is asked for any more.
func (t *Tab) Arrive(ctx context.Context, prefix string) error {
	return t.until(ctx, "waiting for "+prefix, func() bool {
		return t.loads > t.mark && t.loaded && strings.HasPrefix(t.at, prefix) && t.quiet()
	})
}

// ArriveAfter is Arrive for a page that comes up the given number of loads after
// the last Go or Click, when one with the same address comes before it.
func (t *Tab) ArriveAfter(ctx context.Context, loads int, prefix string) error {
	return t.until(ctx, "waiting for "+prefix, func() bool {
		return t.loads >= t.mark+loads && t.loaded && strings.HasPrefix(t.at, prefix) && t.quiet()
	})
}

// until waits for a condition, which is asked with the lock held.
func (t *Tab) until(ctx context.Context, waiting string, holds func() bool) error {
	for {
		t.mu.Lock()
		ok, changed, at, open := holds(), t.changed, t.at, t.log.waiting()
		t.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s: the tab is at %s, not answered is %q: %w", waiting, at, open, ctx.Err())
		case <-t.ctx.Done():
			return fmt.Errorf("%s: the tab has closed", waiting)
		}
	}
}

// Seen gives the first address that the tab asked for and that begins with prefix.
func (t *Tab) Seen(prefix string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.log.hops {
		if strings.HasPrefix(h.request.URL, prefix) {
			return h.request.URL + h.request.URLFragment, nil
		}
	}
	return "", fmt.Errorf("nothing was asked for at %s", prefix)
}

// Block keeps the browser from addresses that begin with prefix, as a tester does
// in the developer tools; an empty one lifts the block.
func (t *Tab) Block(ctx context.Context, prefix string) error {
	if prefix == "" {
		return t.run(ctx, "lifting the block", fetch.Disable())
	}
	return t.run(ctx, "blocking", fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: prefix + "*"}}))
}

// refuse is the block; a tab that has closed needs none.
func (t *Tab) refuse(id fetch.RequestID) {
	_ = chromedp.Run(t.ctx, fetch.FailRequest(id, network.ErrorReasonBlockedByClient))
}

// HARs gives what was recorded, of this tab and those opened from it. It fails
// when the browser said something that could not be read.
func (t *Tab) HARs(ctx context.Context) ([][]byte, error) {
	if err := t.until(ctx, "waiting for the last answer", t.quiet); err != nil {
		return nil, err
	}
	if lost := t.browser.takeLost(); len(lost) > 0 {
		return nil, fmt.Errorf("%d messages of the browser could not be read, the first: %s", len(lost), lost[0])
	}
	t.mu.Lock()
	har, err := t.log.har()
	t.mu.Unlock()
	out := [][]byte{har}
	for _, other := range t.others {
		more, otherErr := other.HARs(ctx)
		out, err = append(out, more...), errors.Join(err, otherErr)
	}
	return out, err
}
