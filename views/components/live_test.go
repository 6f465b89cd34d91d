package components_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/layout"
)

// livePage has what htmx and the page's own script do: a swap, a form with
// errors, an event stream, a button that cannot be pressed twice.
func livePage() templ.Component {
	s := shell("Live")
	s.SSE = true
	return with(layout.Page(s), raw(`<div class="page"><h1>Live</h1>
		<p><button type="button" class="button" id="ask" hx-get="/part" hx-target="#answer">Ask</button></p><div id="answer">nothing yet</div>
		<div hx-ext="sse" sse-connect="/events"><div id="stream" sse-swap="hops">no hop yet</div></div>
		<form id="form" class="form" method="post" action="/form" hx-post="/form" hx-target="this">`),
		components.Input(components.FieldModel{Name: "scope", Label: "Scope"}),
		components.Button(components.ButtonModel{Label: "Save it", Kind: components.ButtonPrimary, Busy: "Saving"}),
		raw(`</form><form method="post" action="/slow" hx-post="/slow"><p>`), components.Button(components.ButtonModel{Label: "Send it", Busy: "Sending", Attrs: templ.Attributes{"id": "send"}}), raw(`</p></form>
		<p class="choice"><input type="checkbox" id="keys" data-shortcuts-switch><label for="keys">Letter shortcuts</label></p>`),
		components.ItemList(items()), raw(`<p>`), components.Moment(moment), raw(`</p><p data-years>`), components.Moment(moment), raw(`</p></div>`))
}

// serveLive answers what the live page asks for, and counts what is sent to
// the form that takes its time.
func serveLive(mux *http.ServeMux, sent *atomic.Int32) {
	mux.HandleFunc("GET /part", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `<p>answered <script>document.body.dataset.ran = "yes"</script></p>`)
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "event: hops\ndata: <p>hop 1 arrived</p>\n\n")
		_ = http.NewResponseController(w).Flush() // a reader who has gone needs no event
		<-r.Context().Done()
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		m := components.ErrorSummaryModel{Kept: "Nothing was saved yet.", Errors: []components.FieldError{{FieldID: "scope", Text: "Scope: add openid before the policy"}}}
		_ = components.ErrorSummary(m).Render(r.Context(), w) // the same
	})
	mux.HandleFunc("POST /slow", func(_ http.ResponseWriter, r *http.Request) {
		sent.Add(1)
		<-r.Context().Done()
	})
}

func TestHTMXUnderTrustedTypes(t *testing.T) {
	t.Parallel()
	server, ctx := serve(t), browser(t)
	var said complaints
	said.listen(ctx)
	open(t, ctx, server.URL+"/live", 1440, "light")

	run(t, ctx, chromedp.WaitVisible(`#stream p`, chromedp.ByQuery))
	if got := wordsOf(t, ctx, "#stream"); got != "hop 1 arrived" {
		t.Errorf("the event stream shows %q", got)
	}
	run(t, ctx, chromedp.Click("#ask", chromedp.ByQuery), chromedp.WaitVisible(`#answer p`, chromedp.ByQuery))
	var ran, refused bool
	run(t, ctx,
		chromedp.Evaluate(`document.body.dataset.ran === "yes" || !!document.querySelector("#answer script")`, &ran),
		chromedp.Evaluate(`(() => { try { document.createElement("div").innerHTML = "<b>not ours</b>"; return false } catch (e) { return e instanceof TypeError } })()`, &refused))
	if ran {
		t.Error("a script inside an answer came through")
	}
	if !refused {
		t.Error("markup that no answer held was taken")
	}
	if got := said.take(); len(got) > 1 { // the one refusal that was asked for
		t.Errorf("the browser complains: %s", strings.Join(got, "\n"))
	}
}

func TestOwnScriptRefusesForeignCode(t *testing.T) {
	t.Parallel()
	server, ctx := serve(t), browser(t)
	open(t, ctx, server.URL+"/live", 1440, "light")
	for name, code := range map[string]string{
		"script text":             `document.createElement("script").text = "1"`,
		"foreign script address":  `document.createElement("script").src = "https://example.com/assets/app.0123456789ab.js"`,
		"script outside assets":   `document.createElement("script").src = "/part.0123456789ab.js"`,
		"asset without a digest":  `document.createElement("script").src = "/assets/app.js"`,
		"script beside an answer": `document.body.insertAdjacentHTML("beforeend", "<p>answered</p>")`,
	} {
		var refused bool
		run(t, ctx, chromedp.Evaluate(`(() => { try { `+code+`; return false } catch (e) { return true } })()`, &refused))
		if !refused {
			t.Errorf("%s was taken", name)
		}
	}
	var taken bool
	run(t, ctx, chromedp.Evaluate(`(() => { try { document.createElement("script").src = document.querySelector("script[src]").getAttribute("src"); return true } catch (e) { return false } })()`, &taken))
	if !taken {
		t.Error("our own hashed script was refused")
	}
}

func TestFormErrorsTakeFocus(t *testing.T) {
	t.Parallel()
	server, ctx := serve(t), browser(t)
	open(t, ctx, server.URL+"/live", 1440, "light")
	run(t, ctx, chromedp.Click(`#form .primary`, chromedp.ByQuery), chromedp.WaitVisible(`.error-summary`, chromedp.ByQuery))
	var focused bool
	run(t, ctx, chromedp.Poll(`document.activeElement.classList.contains("error-summary")`, &focused, chromedp.WithPollingInterval(20*time.Millisecond)))
	if !focused {
		t.Error("the error summary does not have the focus")
	}
}

func TestButtonCannotBePressedTwice(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	server, ctx := serveCounting(t, &sent), browser(t)
	open(t, ctx, server.URL+"/live", 1440, "light")
	run(t, ctx, chromedp.Evaluate(`document.querySelector("#send").click()`, nil),
		chromedp.WaitVisible(`#send.busy`, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector("#send").click(); document.querySelector("#send").form.requestSubmit()`, nil))
	// An answer to a later request means that an earlier one would have arrived.
	run(t, ctx, chromedp.Click("#ask", chromedp.ByQuery), chromedp.WaitVisible(`#answer p`, chromedp.ByQuery))
	if n := sent.Load(); n != 1 {
		t.Errorf("the form was sent %d times", n)
	}
	if got := wordsOf(t, ctx, "#send"); got != "Sending" {
		t.Errorf("the busy button says %q", got)
	}
}

func TestKeysMoveAndCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	server, ctx := serve(t), browser(t)
	open(t, ctx, server.URL+"/live", 1440, "light")
	focus := func(keys string) string {
		var at string
		run(t, ctx, chromedp.KeyEvent(keys), chromedp.Evaluate(`(document.activeElement.querySelector(".id") || document.activeElement).textContent + document.activeElement.tagName`, &at))
		return at
	}
	if got := focus("jj"); got != "RDY-02A" {
		t.Errorf("J twice leads to %q", got)
	}
	if got := focus("k"); got != "RDY-01A" {
		t.Errorf("then K leads to %q", got)
	}
	if got := focus("/"); got != "INPUT" {
		t.Errorf("the slash leads to %q", got)
	}
	var typed string
	run(t, ctx, chromedp.Evaluate(`document.activeElement.value = ""`, nil), chromedp.KeyEvent("jk"), chromedp.Evaluate(`document.activeElement.value`, &typed))
	if typed != "jk" {
		t.Errorf("letters in the field became %q", typed)
	}
	run(t, ctx, chromedp.Click("#keys", chromedp.ByQuery))
	if got := focus("j"); got != "INPUT" {
		t.Errorf("with shortcuts off J still leads to %q", got)
	}
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	t.Parallel()
	server, ctx := serve(t), browser(t)
	open(t, ctx, server.URL+"/live", 1440, "light")
	if got := wordsOf(t, ctx, "time[data-precision]"); !strings.HasPrefix(got, "Tue 24 Nov") || !strings.HasSuffix(got, "14:05 CST") {
		t.Errorf("the moment reads %q", got)
	}
	if got := wordsOf(t, ctx, "[data-years] time"); got != "Tue 24 Nov 2026, 14:05 CST" {
		t.Errorf("the moment on a page that is kept reads %q", got)
	}
	if got := wordsOf(t, ctx, "[data-zone-note]"); got != "Times in Central Standard Time (CST, UTC−06:00)" && got != "Times in Central Daylight Time (CDT, UTC−05:00)" {
		t.Errorf("the foot says %q", got)
	}
}
