package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// browserTime bounds a test in a real browser, on a machine that is busy.
const browserTime = 60 * time.Second

// newBrowser starts a Chromium with a profile of its own and a virtual
// authenticator that checks its holder.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), browserTime)
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox,
		chromedp.WSURLReadTimeout(browserTime))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	err := chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		if err := webauthn.Enable().Do(ctx); err != nil {
			return err
		}
		_, err := webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
	if err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return ctx
}

// run runs actions in the browser; a failure shows the page's words.
func run(t *testing.T, ctx context.Context, step string, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatalf("%s: %v", step, err)
	}
}

// title waits for a page by its title.
func title(words string) chromedp.Action {
	return chromedp.WaitVisible(`//h1[normalize-space()="`+words+`"]`, chromedp.BySearch)
}

func signOutCookies() chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error { return network.ClearBrowserCookies().Do(ctx) })
}

// TestPasskeyInABrowser registers a passkey after the first sign-in by link and
// signs in with it from then on, in a real browser.
func TestPasskeyInABrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sam := testkit.ProviderUser(t, s.App, "Sam Consultant", auth.Consultant)
	link, err := s.NewSignInLinkFor(t.Context(), app.Command{Actor: auth.System()}, sam.UserID)
	if err != nil {
		t.Fatal(err)
	}
	ctx := newBrowser(t)
	run(t, ctx, "using the link", chromedp.Navigate(link.Address), title("Sign in as Sam Consultant"),
		chromedp.Click("main form button", chromedp.ByQuery), title("Add a passkey"))
	run(t, ctx, "adding a passkey", chromedp.SendKeys("#name", "work laptop", chromedp.ByQuery),
		chromedp.Click("form[data-ready] button", chromedp.ByQuery), title("Sam Consultant"))
	var listed string
	run(t, ctx, "reading the account page", chromedp.Text("ul.lines", &listed, chromedp.ByQuery))
	if !strings.Contains(listed, "work laptop") || !strings.Contains(listed, "never used") {
		t.Errorf("the account page lists %q", listed)
	}

	run(t, ctx, "signing in with the passkey", signOutCookies(), chromedp.Navigate(s.Origin+"/sign-in"),
		chromedp.Click("form[data-ready] button", chromedp.ByQuery), chromedp.WaitVisible(".person-menu", chromedp.ByQuery),
		chromedp.Navigate(s.Origin+"/account"), title("Sam Consultant"))
	keys, err := store.ListPasskeys(t.Context(), s.Store.Reader(), sam.UserID)
	if err != nil || len(keys) != 1 || keys[0].LastUsedAt == nil {
		t.Errorf("after a use the passkeys are %d, %v", len(keys), err)
	}
}

// TestPasskeyThatWasRemoved is refused, and the page says so.
func TestPasskeyThatWasRemoved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	north := testkit.Partner(t, s.App, "Northfall")
	priya := testkit.Member(t, s.App, north, "Priya", auth.PartnerAdmin)
	link, err := s.NewSignInLinkFor(t.Context(), app.Command{Actor: auth.System()}, priya.UserID)
	if err != nil {
		t.Fatal(err)
	}
	ctx := newBrowser(t)
	run(t, ctx, "adding a passkey", chromedp.Navigate(link.Address), chromedp.Click("main form button", chromedp.ByQuery),
		title("Add a passkey"), chromedp.Click("form[data-ready] button", chromedp.ByQuery), title("Priya"))
	run(t, ctx, "removing it", chromedp.Click(`button[aria-label^="Remove"]`, chromedp.ByQuery),
		chromedp.WaitNotPresent(`button[aria-label^="Remove"]`, chromedp.ByQuery))
	var says string
	run(t, ctx, "signing in with it", signOutCookies(), chromedp.Navigate(s.Origin+"/sign-in"),
		chromedp.Click("form[data-ready] button", chromedp.ByQuery), chromedp.WaitVisible("[role=alert]", chromedp.ByQuery),
		chromedp.Text("[role=alert]", &says, chromedp.ByQuery))
	if !strings.Contains(says, "not known here") {
		t.Errorf("the page says %q", says)
	}
}
