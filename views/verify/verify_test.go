package verify

import (
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/views/assets"
)

// A build without the module says so, and offers nothing that could not work.
func TestPageWithoutTheModule(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	if err := Page(Model{Root: "ab"}).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]bool{"make wasm": true, "proofwalk verify --fingerprint": true, "type=\"file\"": false, "data-verifier": false, "Keep this page": false} {
		if strings.Contains(page.String(), word) != want {
			t.Errorf("%q is there: %t", word, !want)
		}
	}
}

// What the page takes has no name, so that no form can send it.
func TestNothingHasAName(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	if err := Verifier(Model{Module: "/m.wasm", Worker: "/w.js", Root: "ab", AloneHref: "/f.html"}).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	if got := page.String(); strings.Contains(got, " name=") || strings.Contains(got, "action=") || !strings.Contains(got, `type="file"`) {
		t.Error("a field has a name, or the form an action")
	}
}

func TestAlone(t *testing.T) {
	t.Parallel()
	if !assets.HasVerifier() {
		t.Fatal("this build has no verifier for the browser: `make wasm` builds it")
	}
	first, err := Alone("1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	again, err := Alone("1.2.3")
	if err != nil || string(first) != string(again) {
		t.Errorf("made again it is another file (%v)", err)
	}
	file := string(first)
	const most = 4 << 20 // it is kept beside packets and sent by mail
	if len(file) > most || !strings.Contains(file, "Proofwalk 1.2.3") {
		t.Errorf("%d bytes", len(file))
	}
	t.Logf("%d bytes", len(file))
	policy, _, _ := strings.Cut(file[strings.Index(file, `content="`)+len(`content="`):], `"`)
	for _, want := range []string{"default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "form-action 'none'", "trusted-types 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy has no %s: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "connect-src") || strings.Contains(policy, "'unsafe-eval'") {
		t.Errorf("the policy allows too much: %s", policy)
	}
}
