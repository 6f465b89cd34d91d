package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
)

// sealedPacket gives a packet of the server.
func sealedPacket(t *testing.T, a *app.App) []byte {
	t.Helper()
	list, err := store.ListIntegrationSummaries(t.Context(), a.Store.Reader(), auth.System().Scope())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		packets, err := store.ListPackets(t.Context(), a.Store.Reader(), auth.System().Scope(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			archive, err := a.Blobs.Read(t.Context(), *p.Digest)
			if err != nil {
				t.Fatal(err)
			}
			return archive
		}
	}
	t.Fatal("the server has no packet")
	return nil
}

// With this server's root the list of keys of this moment decides: a packet brings
// one from before its key was stolen.
func TestVerifyPageAsksForTheKeysOfToday(t *testing.T) {
	t.Parallel()
	a := filledDemo.App(t)
	a.Now = utc
	archive := sealedPacket(t, a)
	file := tempFile(t, "packet.zip", archive)
	ring, err := a.Keys.Ring()
	if err != nil {
		t.Fatal(err)
	}
	b := serve(t, a).newBrowser(t)
	b.open("/verify")
	b.run("waiting for the script", chromedp.WaitReady(`[data-verifier][data-ready]`, chromedp.ByQuery), chromedp.SetUploadFiles("#packet", []string{file}, chromedp.ByQuery),
		shows("Unchanged, but who sealed it?"))
	b.press("Use this server’s root", shows("Genuine and unchanged"))
	b.run("reading who says so", shows("this server’s list of keys as it is now"))

	_, bundle := ring.Bundle()
	f, _, err := a.PublicKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range f.Keys {
		if k.ID == bundle {
			if _, _, err := a.Keys.Compromise(bundle, k.NotBefore.Time); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := verify.Verify(archive, verify.Trust{Fingerprint: ring.Fingerprint()}); got.Verdict != verify.Valid {
		t.Errorf("by its own list the packet is %s", got.Verdict)
	}
	b.press("Use this server’s root", shows("Not to be relied on"))
	b.run("reading why", shows("marked compromised"))

	b.run("having no list to give", chromedp.Evaluate(`document.querySelector("[data-verifier]").dataset.keys = "/nothing-here"`, nil))
	b.press("Verify the packet", shows("This server’s list of keys could not be loaded"))
	var shown bool
	b.run("looking for a verdict", chromedp.Evaluate(`!document.querySelector("[data-result]").hidden`, &shown))
	if shown {
		t.Error("the page gives a verdict without the list")
	}
}
