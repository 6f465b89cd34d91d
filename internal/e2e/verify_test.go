package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/views/assets"
)

// packets are files to verify, good and bad, and the fingerprint of their root.
type packets struct {
	good, excerpt, tampered, keys string
	pdf, proof, badProof          string // what else people have: the report alone, proofs about the log
	zip                           []byte
	fingerprint                   string
}

func newPackets(t *testing.T) packets {
	t.Helper()
	if !assets.HasVerifier() {
		t.Fatal("this build has no verifier for the browser: `make wasm` builds it")
	}
	folder := filepath.Join("..", "packet", "verify", "testdata")
	zip, err := os.ReadFile(filepath.Join(folder, "r3.1.zip"))
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := os.ReadFile(filepath.Join(folder, "fingerprint.txt"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := packet.CutExcerpt(zip, []string{"t-001", "f-002"})
	if err != nil {
		t.Fatal(err)
	}
	tampered := bytes.Replace(zip, []byte(`"word":"ready"`), []byte(`"word":"READY"`), 1)
	if bytes.Equal(tampered, zip) {
		t.Fatal("nothing was tampered with")
	}
	begin := bytes.Index(zip, []byte(`{"format":1,"issued_at"`))
	end := begin + bytes.Index(zip[begin:], []byte("PK\x03\x04"))
	proof := proofOf(t, zip)
	return packets{pdf: tempFile(t, "packet.pdf", content(t, zip, "packet.pdf")), proof: tempFile(t, "proof.json", proof),
		badProof: tempFile(t, "changed.json", bytes.Replace(proof, []byte(`"index":`), []byte(`"index":1`), 1)),
		good:     tempFile(t, "packet.zip", zip), excerpt: tempFile(t, "excerpt.zip", x.Zip), tampered: tempFile(t, "tampered.zip", tampered),
		keys: tempFile(t, "keys.json", zip[begin:end]), zip: zip, fingerprint: strings.TrimSpace(string(fingerprint))}
}

// content gives a file of the packet.
func content(t *testing.T, packet []byte, name string) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(packet), int64(len(packet)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := fs.ReadFile(archive, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// proofOf makes a proof, as the server's pages give them, about the first audit
// entry of the packet.
func proofOf(t *testing.T, packet []byte) []byte {
	t.Helper()
	var proofs struct {
		Entries []struct {
			Hashes []string `json:"hashes"`
			Index  int      `json:"index"`
		} `json:"entries"`
	}
	if err := json.Unmarshal(content(t, packet, "audit/proofs.json"), &proofs); err != nil {
		t.Fatal(err)
	}
	entry, _, _ := strings.Cut(string(content(t, packet, "audit/entries.jsonl")), "\n")
	b, err := json.Marshal(map[string]any{"checkpoint": string(content(t, packet, "audit/checkpoint")), "entry": entry, "format": 1,
		"hashes": proofs.Entries[0].Hashes, "index": proofs.Entries[0].Index, "keys": string(content(t, packet, "validation/keys.json")), "kind": verify.KindEntry})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// text is what the kit writes.
func text(t *testing.T, file string, trust verify.Trust) string {
	t.Helper()
	zip, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	answer := verify.Verify(zip, trust).Write
	if verify.IsProof(zip) {
		answer = verify.VerifyProof(zip, trust).Write
	}
	if err := answer(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// verifies chooses a file on the page that is open, which is checked at once, or
// has the chosen one checked again where file is empty; it waits for the verdict
// and demands the words of the kit.
func (b *browser) verifies(file, title, kit string) {
	b.t.Helper()
	var says, heard string
	var focused bool
	choose := chromedp.Action(chromedp.SetUploadFiles("#packet", []string{file}, chromedp.ByQuery))
	if file == "" {
		choose = chromedp.Click("[data-drop] [type=submit]", chromedp.ByQuery)
	}
	b.run("verifying "+filepath.Base(file), choose, shows(title), chromedp.TextContent("[data-text]", &says, chromedp.ByQuery), chromedp.TextContent("[data-announce]", &heard, chromedp.ByQuery),
		chromedp.Evaluate(`document.activeElement.matches("[data-verdict] h2")`, &focused))
	if says != kit {
		b.t.Errorf("%s: the page says\n%s\nthe kit says\n%s", filepath.Base(file), says, kit)
	}
	if heard == "" || !focused {
		b.t.Errorf("%s: a screen reader hears %q, the verdict has the focus: %t", filepath.Base(file), heard, focused)
	}
}

// finds demands how many checks of the answer on the page went which way.
func (b *browser) finds(want string) {
	b.t.Helper()
	const count = `(() => { const n = {}; for (const one of document.querySelectorAll("[data-checks] td:first-child")) { const word = one.textContent.trim(); n[word] = (n[word] || 0) + 1; }
		return Object.keys(n).sort().map((word) => word + " " + n[word]).join(", "); })()`
	var got string
	b.run("counting the checks", chromedp.Evaluate(count, &got))
	if got != want {
		b.t.Errorf("of the checks %s; want %s", got, want)
	}
}

// try verifies each kind of file on the page that is open.
func (p packets) try(t *testing.T, b *browser) {
	t.Helper()
	b.verifies(p.good, "Unchanged, but who sealed it?", text(t, p.good, verify.Trust{}))
	b.run("giving the fingerprint", chromedp.SendKeys("#fingerprint", strings.ToUpper(p.fingerprint), chromedp.ByQuery))
	believed := verify.Trust{Fingerprint: p.fingerprint}
	b.verifies("", "Genuine and unchanged", text(t, p.good, believed))
	b.finds("Not seen: None 1, Pass: Holds 14")
	b.run("reading what it says", shows("Time stamp of the report"), shows("Kestrel Ticketing"), shows("1 remark was waived, not mended."))
	b.verifies(p.tampered, "Not to be relied on", text(t, p.tampered, believed))
	b.finds("Fail: Fails 1, Not seen: Not checked 14")
	var shown bool
	b.run("looking for what a tampered packet says", chromedp.Evaluate(`document.body.innerText.includes("Kestrel")`, &shown))
	if shown {
		t.Error("the page shows what a tampered packet says")
	}
	b.verifies(p.excerpt, "Genuine and unchanged", text(t, p.excerpt, believed))
	b.run("reading how much is shown", shows("Excerpt of packet r3.1: 7 of 9 parts shown, 2 withheld, none altered."))
	b.verifies(p.proof, "The proof holds", text(t, p.proof, believed))
	b.run("reading about the proof", shows("The log has what the proof is about"))
	b.verifies(p.badProof, "Not to be relied on", text(t, p.badProof, believed))
	b.run("giving the report alone", chromedp.SetUploadFiles("#packet", []string{p.pdf}, chromedp.ByQuery), shows("a PDF cannot be checked alone"), shows("the zip file that has packet.pdf in it"))
	b.run("looking for a verdict", chromedp.Evaluate(`!document.querySelector("[data-result]").hidden`, &shown))
	if shown {
		t.Error("the page gives a verdict about a PDF")
	}
	var heard string
	b.run("listening", chromedp.TextContent("[data-announce]", &heard, chromedp.ByQuery))
	if heard != "" {
		t.Errorf("beside the refusal a screen reader finds %q", heard)
	}
	b.run("giving a wrong fingerprint", chromedp.SetValue("#fingerprint", strings.Repeat("ab", 32), chromedp.ByQuery))
	b.verifies(p.good, "Not to be relied on", text(t, p.good, verify.Trust{Fingerprint: strings.Repeat("ab", 32)}))
	b.run("giving none that is one", chromedp.SetValue("#fingerprint", "12 34", chromedp.ByQuery))
	b.press("Verify the packet", shows("A fingerprint has 64 hex digits"))
	keys, err := os.ReadFile(p.keys)
	if err != nil {
		t.Fatal(err)
	}
	b.run("giving what is no keys.json", chromedp.Evaluate(`document.querySelector("#fingerprint").value = ""`, nil), chromedp.SetUploadFiles("#keys", []string{p.proof}, chromedp.ByQuery))
	b.press("Verify the packet", shows("The second file is no keys.json: it is another JSON object, without root."))
	b.run("giving a keys.json", chromedp.SetUploadFiles("#keys", []string{p.keys}, chromedp.ByQuery))
	b.verifies("", "Genuine and unchanged", text(t, p.good, verify.Trust{Keys: keys}))
}

// The page of the server says what the kit says; the packet does not leave the
// browser.
func TestVerifyPage(t *testing.T) {
	t.Parallel()
	p := newPackets(t)
	a := testkit.App(t)
	s := serve(t, a)
	wire := s.tap(t)
	v := &visitor{t: t, site: s, client: http.DefaultClient}
	if policy := v.get("/verify").wants(http.StatusOK).Header.Get("Content-Security-Policy"); !strings.Contains(policy, "'wasm-unsafe-eval'") || !strings.Contains(policy, "worker-src 'self'") {
		t.Errorf("the page's policy is %q", policy)
	}
	b := s.newBrowser(t)
	b.open("/verify")
	b.run("waiting for the script", chromedp.WaitReady(`[data-verifier][data-ready]`, chromedp.ByQuery))
	p.try(t, b)
	b.press("Use this server’s root", shows("Not to be relied on"))
	var own string
	b.run("reading the field", chromedp.Value("#fingerprint", &own, chromedp.ByQuery))
	ring, err := a.Keys.Ring()
	if err != nil {
		t.Fatal(err)
	}
	if own != ring.Fingerprint() {
		t.Errorf("this server's root is %q", own)
	}
	for _, width := range []int64{1440, 360} {
		for _, scheme := range []string{"light", "dark"} {
			b.look(width, scheme)
			b.run("drawing anew", settled())
			b.keepPicture("verify-" + scheme + map[bool]string{true: "-360"}[width == 360])
			if got := b.violations(allOfAxe); len(got) > 0 {
				t.Errorf("%d, %s: %s", width, scheme, strings.Join(got, "\n"))
			}
			var wide string
			b.run("measuring", chromedp.Evaluate(sticksOut, &wide))
			if wide != "" {
				t.Errorf("%d: wider than the window: %s", width, wide)
			}
		}
	}
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
	for _, request := range wire.requests() {
		if first, _, _ := bytes.Cut(request, []byte("\n")); !bytes.HasPrefix(first, []byte("GET ")) || bytes.Contains(request, p.zip[:200]) || bytes.Contains(request, []byte("packet.zip")) {
			t.Errorf("the page sent %s", first)
		}
	}
}

// The file that the page gives works from disk without any network.
func TestVerifyPageAsAFile(t *testing.T) {
	t.Parallel()
	p := newPackets(t)
	s := serve(t, testkit.App(t))
	v := &visitor{t: t, site: s, client: http.DefaultClient}
	answer := v.get("/verify/proofwalk-verify.html").wants(http.StatusOK)
	if got := answer.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Errorf("the file is answered as %q", got)
	}
	for _, other := range []string{"src=", "href=", "http:", "https:", "url("} {
		if markup := []byte(stripped(answer.Body)); bytes.Contains(markup, []byte(other)) {
			t.Errorf("the file has %q in it", other)
		}
	}
	file := tempFile(t, "verify.html", answer.Body)
	b := s.newBrowser(t)
	var asked []string
	chromedp.ListenTarget(b.ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok && !strings.HasPrefix(e.Request.URL, "data:") {
			b.mu.Lock()
			asked = append(asked, e.Request.URL)
			b.mu.Unlock()
		}
	})
	b.run("cutting the network", network.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := network.EmulateNetworkConditionsByRule(true, []*network.Conditions{{}}).Do(ctx)
		return err
	}))
	b.run("opening the file", chromedp.Navigate("file://"+file), chromedp.WaitReady(`[data-verifier][data-ready]`, chromedp.ByQuery))
	p.try(t, b)
	b.keepPicture("verify-file")
	if got := b.violations(allOfAxe); len(got) > 0 {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if got := b.complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, address := range asked {
		if address != "file://"+file && !strings.HasPrefix(address, "blob:") {
			t.Errorf("the file asked for %s", address)
		}
	}
}

// stripped is a page without its scripts and styles.
func stripped(body []byte) string {
	var out strings.Builder
	rest := string(body)
	for {
		begin := strings.Index(rest, "<script")
		if style := strings.Index(rest, "<style"); style >= 0 && (begin < 0 || style < begin) {
			begin = style
		}
		if begin < 0 {
			return out.String() + rest
		}
		out.WriteString(rest[:begin])
		end := strings.Index(rest[begin:], "</s")
		rest = rest[begin+end:]
		rest = rest[strings.Index(rest, ">")+1:]
	}
}
