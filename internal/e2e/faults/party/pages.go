package party

import (
	"fmt"
	"html"
	"net/http"
)

// headers are those with which every answer is sent, less what the mistake leaves out.
func (p *Party) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "base-uri 'none'; frame-ancestors 'none'")
	switch p.Fault {
	case NoHSTS:
		h.Del("Strict-Transport-Security")
	case Framing:
		h.Del("Content-Security-Policy")
	case NoReferrerPolicy, CodeInReferer:
		h.Del("Referrer-Policy")
	case RedirectStored:
		h.Del("Cache-Control")
	case PageStored:
		h.Set("Cache-Control", "max-age=600")
	}
}

func (p *Party) page(w http.ResponseWriter, status int, title, body string) {
	p.headers(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// A browser that has gone needs no page.
	_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>%s</title><link rel="icon" href="data:,"></head><body><main>%s</main></body></html>`,
		html.EscapeString(title), body)
}

func (p *Party) send(w http.ResponseWriter, r *http.Request, to string) {
	p.headers(w)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (p *Party) start(w http.ResponseWriter, _ *http.Request) {
	way := `<p><a id="sign-in" href="/sign-in">Verify my identity</a></p>`
	switch p.Fault {
	case PlainHop:
		way = `<p><a id="sign-in" href="` + p.Plain + `/go">Verify my identity</a></p>`
	case Reposted:
		way = `<form method="post" action="/sign-in"><button id="sign-in">Verify my identity</button></form>`
	case SecretInPage:
		way += `<script>const config = {"client_id": "` + p.ClientID + `", "client_secret": "` + p.Secret + `"};</script>`
	case SessionKept:
		http.SetCookie(w, cookie(earlyCookie, random(32), 3600))
	}
	p.page(w, http.StatusOK, "Lakeshore Benefits", `<h1>Lakeshore Benefits</h1>
<p>Before you apply for benefits we ask our identity provider to verify who you are.</p>`+way+`<p><a href="/help">Help</a></p>`)
}

// signIn begins an attempt and sends the browser to the provider.
func (p *Party) signIn(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.metadata(); err != nil {
		http.Error(w, "the provider does not answer", http.StatusBadGateway)
		return
	}
	id, a := random(32), p.draw()
	a.returnTo = r.FormValue("return_to")
	p.attempts[id] = a
	if !p.does(Unbound) {
		http.SetCookie(w, cookie(pendingCookie, id, 600))
	}
	status := http.StatusSeeOther
	if p.does(Reposted) {
		status = http.StatusTemporaryRedirect
	}
	p.headers(w)
	http.Redirect(w, r, p.endpoint("authorization_endpoint")+"?"+p.request(a).Encode(), status)
}

func (p *Party) landing(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.does(Loop) {
		p.send(w, r, "/welcome")
		return
	}
	if p.does(LandingOnError) {
		p.page(w, http.StatusOK, "Your account", `<h1>Your account</h1><p>Your identity is not verified yet.</p><p><a href="/help">Help</a></p>`)
		return
	}
	who := p.who(r)
	if who == nil {
		p.send(w, r, StartPath)
		return
	}
	more := ""
	if p.does(TokenInPage) {
		more = `<script type="application/json" id="session">{"access_token": "` + html.EscapeString(who.accessToken) + `"}</script>`
	}
	p.page(w, http.StatusOK, "Your account", `<h1>Your identity is verified</h1>
<p>Welcome, `+html.EscapeString(who.name)+`. Your application can now be sent.</p><p><a href="/help">Help</a></p>`+more)
}

func (p *Party) who(r *http.Request) *person {
	for _, name := range []string{sessionCookie, "session", earlyCookie} {
		if c, err := r.Cookie(name); err == nil && p.sessions[c.Value] != nil {
			return p.sessions[c.Value]
		}
	}
	return nil
}

func (p *Party) refusal(w http.ResponseWriter, _ *http.Request) {
	p.page(w, http.StatusOK, "Verification not completed", `<h1>Your identity was not verified</h1>
<p>You stopped before sharing your information. Nothing was stored.</p>
<p><a href="/sign-in">Try again</a></p><p><a href="/help">Get help or verify another way</a></p>`)
}

func (p *Party) problem(w http.ResponseWriter, _ *http.Request) {
	p.page(w, http.StatusOK, "Verification not possible", `<h1>Your identity could not be verified</h1>
<p>Something went wrong between us and the identity provider. You have done nothing wrong, and nothing was stored.</p>
<p><a href="/sign-in">Try again</a></p><p><a href="/help">Get help or verify another way</a></p>`)
}

func (p *Party) help(w http.ResponseWriter, _ *http.Request) {
	p.page(w, http.StatusOK, "Help", `<h1>Help with verification</h1><p>Verification takes about five minutes and one identity document.</p>`)
}

// viaPlain is reached without TLS, and leads back to where there is some.
func (p *Party) viaPlain(w http.ResponseWriter, r *http.Request) {
	to := SignInPath
	if p.does(Downgrade) {
		to = LandingPath
	}
	p.send(w, r, p.Origin+to)
}

// welcome is half of a circle.
func (p *Party) welcome(w http.ResponseWriter, r *http.Request) { p.send(w, r, LandingPath) }

// fragmentPage has a script send on what only the browser sees.
func (p *Party) fragmentPage(w http.ResponseWriter) {
	p.page(w, http.StatusOK, "Signing in", `<h1>Signing in</h1><p>Your sign-in is being completed, one moment please.</p>
<form method="post" action="/auth/callback"></form><script>
const form = document.forms[0];
for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
	const field = document.createElement("input");
	field.type = "hidden"; field.name = name; field.value = value;
	form.append(field);
}
history.replaceState(null, "", location.pathname);
if (form.elements.length > 0) form.submit();
</script>`)
}
