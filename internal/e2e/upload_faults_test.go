package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// act presses a button of the part of the page that is shown.
func act(name string) string {
	return `document.querySelector("[data-part]:not([hidden]) [data-act=` + name + `]").click()`
}

// choose puts a file into the upload page.
func choose(files ...string) chromedp.Action {
	return chromedp.SetUploadFiles(`input[type=file]`, files, chromedp.ByQuery)
}

// holds makes requests to what matches wait until held() lets them go. The page
// counts them in window.asked.
const holds = `(() => { const real = window.fetch; window.asked = 0; window.letGo = () => {};
	window.fetch = (url, options) => {
		if (!String(url).endsWith("WANTED")) return real(url, options);
		window.asked++;
		return new Promise((resolve, reject) => {
			window.letGo = () => real(url, options).then(resolve, reject);
			options.signal.addEventListener("abort", () => reject(options.signal.reason));
		});
	}; })()`

// wantsNoComplaints demands that the browser complained of nothing but what the
// test made happen.
func (b *browser) wantsNoComplaints(expected ...string) {
	b.t.Helper()
	left := slices.DeleteFunc(b.complaints(), func(line string) bool {
		return slices.ContainsFunc(expected, func(one string) bool { return strings.Contains(line, one) })
	})
	if len(left) > 0 {
		b.t.Errorf("the browser complains: %s", strings.Join(left, "\n"))
	}
}

// A redactor that did not come can be asked for again: the page does not turn
// into one that cannot redact.
func TestRedactorThatDidNotLoad(t *testing.T) {
	t.Parallel()
	_, upload, wire, b := readyToTap(t)
	wire.refuse("redact.")
	b.openUpload(upload)
	b.run("choosing a file", choose(tempFile(t, "a.har", smallHAR("app.example.org"))))
	b.press("Redact here", shows("The redactor could not be loaded. Nothing was sent."))
	wire.refuse("")
	b.press("Redact here", shows("0 secrets left"))
	b.wantsNoComplaints("502 (Bad Gateway)")
}

// A worker that breaks off halfway ends the redaction with words, whether it
// throws or a promise of it is broken.
func TestWorkerThatBreaksOff(t *testing.T) {
	t.Parallel()
	_, upload, wire, b := readyToTap(t)
	b.openUpload(upload)
	b.run("choosing a file", choose(tempFile(t, "a.har", smallHAR("app.example.org"))))
	for _, fault := range []string{
		"Blob.prototype.slice = () => { throw new Error('for the test'); };",
		"Blob.prototype.arrayBuffer = () => Promise.resolve(() => 'what cannot be sent');",
	} {
		wire.addTo("file_worker.", fault)
		b.press("Redact here", shows("The redactor of this page broke off. Nothing was sent."))
		wire.addTo("", "")
		b.press("Redact here", shows("0 secrets left"))
		b.run("back to the choice", chromedp.Evaluate(act("reset"), nil), chromedp.WaitVisible(`[data-act=begin]`, chromedp.ByQuery),
			choose(tempFile(t, "a.har", smallHAR("app.example.org"))))
	}
}

// A worker that does not come ends the redaction with words.
func TestWorkerThatDidNotLoad(t *testing.T) {
	t.Parallel()
	_, upload, wire, b := readyToTap(t)
	wire.refuse("file_worker.")
	b.openUpload(upload)
	b.run("choosing a file", choose(tempFile(t, "a.har", smallHAR("app.example.org"))))
	b.press("Redact here", shows("The redactor of this page broke off. Nothing was sent."))
	wire.refuse("")
	b.press("Redact here", shows("0 secrets left"))
	b.wantsNoComplaints("502 (Bad Gateway)")
}

// A file that is gone after it was chosen cannot be read, and the page says so.
func TestFileThatIsGone(t *testing.T) {
	t.Parallel()
	_, upload, b := readyToUpload(t)
	file := tempFile(t, "a.har", smallHAR("app.example.org"))
	b.openUpload(upload)
	var bytes int // asked for, since the browser looks at a file only then
	b.run("choosing a file", choose(file), chromedp.Evaluate(`document.querySelector("#file").files[0].size`, &bytes))
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	b.press("Redact here", shows("The browser could not read the file to its end. It was changed or moved after it was chosen: choose it again."))
	b.run("choosing another", choose(tempFile(t, "a.har", smallHAR("app.example.org"))))
	b.press("Redact here", shows("0 secrets left"))
	b.wantsNoComplaints()
}

// Stop works at each moment: while the round is asked for, and while the digest
// is computed, which takes long for a large file.
func TestStoppingTheRedaction(t *testing.T) {
	t.Parallel()
	_, upload, b := readyToUpload(t)
	file := tempFile(t, "a.har", smallHAR("app.example.org"))
	for name, moment := range map[string]string{
		"the round":  strings.Replace(holds, "WANTED", "/redactor", 1),
		"the digest": `window.asked = 0; crypto.subtle.digest = () => { window.asked++; return new Promise(() => {}); }`,
		"the workers": `window.asked = 0; window.working = 0;
			window.Worker = class { constructor() { window.working++; } postMessage({ module }) { if (module) window.asked++; } terminate() { window.working--; } }`,
	} {
		b.openUpload(upload)
		b.run("stopping at "+name, chromedp.Evaluate(moment+";0", nil), choose(file), chromedp.Evaluate(act("begin"), nil),
			chromedp.Poll(`window.asked === 1`, nil), chromedp.Evaluate(act("stop"), nil), shows("Stopped. Nothing was sent."),
			chromedp.Poll(`!window.working`, nil))
	}
	b.wantsNoComplaints()
}

// Between sending and the answer nobody knows whether the file was stored: the
// page says so, keeps the preview and links to the test run. Who was signed out
// meanwhile signs in elsewhere and sends again.
func TestSendingThatEndsEarly(t *testing.T) {
	t.Parallel()
	s, upload, wire, b := readyToTap(t)
	b.redactInBrowser(upload, tempFile(t, "a.har", smallHAR("app.example.org")))
	wire.refuse("/capture")
	b.press("Send redacted", shows("The server is busy or being started. Try again in a minute."))
	wire.refuse("")
	b.run("sending to nobody", chromedp.Evaluate(`window.realSend = XMLHttpRequest.prototype.send; XMLHttpRequest.prototype.send = () => {}; `+act("send"), nil),
		chromedp.WaitVisible(`[data-part=send]`, chromedp.ByQuery), chromedp.Evaluate(act("stop"), nil),
		shows("Sending was stopped. The file may be stored already."), chromedp.WaitVisible(`[data-refusal-run] a[href*="/runs/"]`, chromedp.ByQuery),
		chromedp.Evaluate(`XMLHttpRequest.prototype.send = window.realSend`, nil))
	var cookies []*network.Cookie
	b.run("signing out in another tab", chromedp.ActionFunc(func(ctx context.Context) (err error) {
		if cookies, err = network.GetCookies().Do(ctx); err != nil {
			return err
		}
		return network.ClearBrowserCookies().Do(ctx)
	}))
	b.press("Send redacted", shows("Sign in in another tab, then press Send again; the redacted file is still here."))
	b.run("signing in again", chromedp.ActionFunc(func(ctx context.Context) error {
		for _, c := range cookies {
			if err := network.SetCookie(c.Name, c.Value).WithURL(s.Origin).WithHTTPOnly(c.HTTPOnly).WithSameSite(c.SameSite).Do(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
	b.sendRedacted()
	b.wantsNoComplaints("401 (Unauthorized)", "502 (Bad Gateway)")
}

// A declaration shows that it goes on and nothing else can be pressed beside it
// but Throw away, which leaves nothing of the file in the page.
func TestDeclaringIsBusy(t *testing.T) {
	t.Parallel()
	_, upload, wire, b := readyToTap(t)
	b.look(360, "light")
	b.redactInBrowser(upload, tempFile(t, "quincecrate.har", smallHAR("hidden.example.net")))
	var says string
	b.run("declaring", chromedp.Evaluate(strings.Replace(holds, "WANTED", "/reveal", 1)+";0", nil),
		chromedp.Click(`.names input[value="hidden.example.net"]`, chromedp.ByQuery),
		chromedp.SetValue(`.names li:has(input[value="hidden.example.net"]) select`, "own_host", chromedp.ByQuery),
		chromedp.Evaluate(strings.Join([]string{act("declare"), act("declare"), act("send"), act("next")}, ";"), nil),
		chromedp.WaitVisible(`[data-part=check][aria-busy=true] [data-act=send][aria-disabled=true]`, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector("[data-says]").textContent + "|" + document.querySelector("[data-act=declare]").textContent.trim()`, &says))
	if says != "Declaring the names|Declaring the names" {
		t.Errorf("it says %q", says)
	}
	b.judge("upload-declaring")
	var asked int
	var left string
	b.run("throwing away", chromedp.Click(`[data-act=reset]`, chromedp.ByQuery), shows("Thrown away, and no file was sent."),
		chromedp.Evaluate(`window.letGo()`, nil), chromedp.Evaluate(`window.asked`, &asked),
		chromedp.Evaluate(`document.documentElement.outerHTML`, &left))
	if sent := wire.posted("/capture"); asked != 1 || sent != 0 {
		t.Errorf("%d declarations and %d files were sent, want 1 and 0", asked, sent)
	}
	for _, name := range []string{"hidden.example.net", "quincecrate"} {
		if strings.Contains(left, name) {
			t.Errorf("%s is still in the page", name)
		}
	}
	b.wantsNoComplaints()
}

// Whoever stops after the names were declared hears that they are.
func TestStoppingAfterDeclaring(t *testing.T) {
	t.Parallel()
	s, upload, b := readyToUpload(t)
	b.redactInBrowser(upload, tempFile(t, "a.har", smallHAR("hidden.example.net")))
	b.run("declaring", chromedp.Evaluate(strings.Replace(holds, "WANTED", "/redactor", 1)+";0", nil),
		chromedp.Click(`.names input[value="hidden.example.net"]`, chromedp.ByQuery),
		chromedp.SetValue(`.names li:has(input[value="hidden.example.net"]) select`, "own_host", chromedp.ByQuery), chromedp.Evaluate(act("declare"), nil),
		chromedp.Poll(`window.asked === 1`, nil), chromedp.Evaluate(act("stop"), nil),
		shows("Stopped. 1 name is declared; no file was sent since."))
	i, err := store.FindIntegration(t.Context(), s.Store.Reader(), auth.System().Scope(), s.integration(t, "Okta sample application"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(i.Config.Hosts.Own, "hidden.example.net") {
		t.Error("the name is not declared")
	}
	b.wantsNoComplaints()
}

// A name that the server refuses is marked with its words, and the rest of what
// was ticked stays so.
func TestNamesThatAreRefused(t *testing.T) {
	t.Parallel()
	_, upload, b := readyToUpload(t)
	b.redactInBrowser(upload, tempFile(t, "a.har", bytes.ReplaceAll([]byte(`{"log":{"version":"1.2","creator":{"name":"Firefox","version":"1"},"entries":[
		{"startedDateTime":"2026-03-01T10:00:00.000Z","request":{"method":"GET","url":"https://fine.example.net/a"},"response":{"status":200}},
		{"startedDateTime":"2026-03-01T10:00:00.000Z","request":{"method":"GET","url":"https://LONG.example.net/a"},"response":{"status":200}}]}}`),
		[]byte("LONG"), bytes.Repeat([]byte("ab"), 32))))
	b.run("ticking both", chromedp.Evaluate(`document.querySelectorAll("[data-group=hosts] input").forEach(b => b.click());
		document.querySelectorAll("[data-group=hosts] select").forEach(c => { c.value = "own_host" })`, nil))
	b.press("Declare and redact again", chromedp.WaitVisible(`[data-declare-problem]`, chromedp.ByQuery))
	var marked string
	b.run("reading the marks", chromedp.Evaluate(`[...document.querySelectorAll("[data-group=hosts] li")].map(row => row.querySelector("input").value.slice(0, 4) +
		(row.querySelector("input").checked ? " ticked" : "") + (row.querySelector("[aria-invalid]") ? " wrong: " + row.querySelector("[data-times]").textContent.slice(0, 17) : "")).sort().join("; ")`, &marked))
	if marked != "abab ticked wrong: Write a host name; fine ticked" {
		t.Errorf("the rows are %q", marked)
	}
	b.wantsNoComplaints("422 (")
}

// What cannot stand in the description cannot be ticked and says why; unfolding
// a list goes to what it showed.
func TestNamesThatCannotBeDeclared(t *testing.T) {
	t.Parallel()
	_, upload, b := readyToUpload(t)
	var entries []string
	for i := range 12 {
		entries = append(entries, fmt.Sprintf(`{"pageref":"p","startedDateTime":"2026-03-01T10:00:00.000Z","request":{"method":"GET","url":"https://host-%d.example.net/a"},"response":{"status":200}}`, i))
	}
	b.redactInBrowser(upload, tempFile(t, "a.har", []byte(`{"log":{"version":"1.2","creator":{"name":"Firefox","version":"1"},
		"pages":[{"id":"p","title":"Two\nlines","startedDateTime":"2026-03-01T10:00:00.000Z"}],"entries":[`+strings.Join(entries, ",")+`]}}`)))
	b.run("reading why", chromedp.WaitVisible(`[data-group=titles] input:disabled`, chromedp.ByQuery), shows("cannot be declared: it has a line break"))
	var focused string
	b.run("unfolding", chromedp.Click(`[data-group=hosts] [data-act=all]`, chromedp.ByQuery), chromedp.Evaluate(
		`String([...document.querySelectorAll("[data-group=hosts] li")].indexOf(document.activeElement.closest("li")))`, &focused))
	if focused != "8" {
		t.Errorf("the focus is on row %s, want the first that was folded, 8", focused)
	}
	b.wantsNoComplaints()
}
