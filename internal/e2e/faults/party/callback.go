package party

import (
	"html"
	"net/http"
	"net/url"
)

// callback takes the answer of the provider.
func (p *Party) callback(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		p.send(w, r, ProblemPath)
		return
	}
	in := r.Form
	if p.does(Implicit, FragmentMode) && len(in) == 0 {
		p.fragmentPage(w)
		return
	}
	a := p.pending(r, in)
	if p.does(StateUnchecked, StateMissingTaken) && a == nil {
		p.send(w, r, ProblemPath)
		return
	}
	if in.Get("error") != "" && !(p.does(ErrorOverlooked) && in.Get("code") != "") {
		p.refused(w, r, a, in)
		return
	}
	if a == nil || !p.answers(a, in) {
		http.SetCookie(w, cookie(pendingCookie, "", -1))
		p.send(w, r, ProblemPath)
		return
	}
	who := a.done
	if who == nil {
		var err error
		if who, err = p.redeem(a, in); err != nil {
			p.send(w, r, ProblemPath)
			return
		}
	}
	if p.does(ReplayTaken) {
		a.done = who
	}
	if p.does(OpenRedirect) && a.returnTo != "" {
		p.send(w, r, a.returnTo)
		return
	}
	p.welcomeIn(w, r, who)
}

// pending finds the attempt of this browser, and forgets it: one attempt, one callback.
func (p *Party) pending(r *http.Request, in url.Values) *attempt {
	if p.does(Unbound, ReplayTaken) {
		for _, a := range p.attempts {
			if a.state == in.Get("state") {
				return a
			}
		}
		return nil
	}
	c, err := r.Cookie(pendingCookie)
	if err != nil {
		return nil
	}
	a := p.attempts[c.Value]
	delete(p.attempts, c.Value)
	return a
}

// answers tells whether what came back belongs to the attempt.
func (p *Party) answers(a *attempt, in url.Values) bool {
	state := in.Get("state")
	promised, _ := p.meta["authorization_response_iss_parameter_supported"].(bool)
	switch {
	case p.Trusting, p.does(StateUnchecked):
		return true
	case p.does(StateMissingTaken) && state == "":
		return true
	case state != a.state:
		return false
	case in.Get("code") == "" && !p.does(Implicit):
		return false
	case p.does(IssuerUnchecked):
		return true
	case promised || in.Get("iss") != "":
		return p.does(Implicit) || in.Get("iss") == p.Provider
	}
	return true
}

// welcomeIn gives a session and leads to the landing page.
func (p *Party) welcomeIn(w http.ResponseWriter, r *http.Request, who *person) {
	id := random(32)
	c := cookie(sessionCookie, id, 3600)
	switch p.Fault {
	case CookieInsecure:
		c.Name, c.Secure = "session", false
	case CookieScript:
		c.HttpOnly = false
	case CookieNoSameSite:
		c.SameSite = http.SameSiteDefaultMode
	case CookieNoneInsecure:
		c.Name, c.Secure, c.SameSite = "session", false, http.SameSiteNoneMode
	case SessionKept:
		if early, err := r.Cookie(earlyCookie); err == nil {
			c = nil
			id = early.Value
		}
	}
	p.sessions[id] = who
	if c != nil {
		http.SetCookie(w, c)
		http.SetCookie(w, cookie(pendingCookie, "", -1))
	}
	switch p.Fault {
	case CodeInReferer, CodeStays, ThirdParty, PageStored:
		p.page(w, http.StatusOK, "Your account", `<h1>Your identity is verified</h1><p>Your benefits have been applied for.</p>`+p.picture())
	case TokenInQuery:
		p.send(w, r, LandingPath+"?access_token="+url.QueryEscape(who.accessToken))
	case Loop:
		p.send(w, r, "/welcome")
	case Downgrade:
		p.send(w, r, p.Plain+"/go")
	default:
		p.send(w, r, LandingPath)
	}
}

// picture is one of a third party, where the mistake wants it.
func (p *Party) picture() string {
	switch p.Fault {
	case CodeInReferer:
		return `<img src="` + p.Stranger + `/pixel" alt="" referrerpolicy="unsafe-url">`
	case ThirdParty:
		return `<img src="` + p.Stranger + `/pixel" alt="">`
	}
	return ""
}

// refused answers a refusal of the provider.
func (p *Party) refused(w http.ResponseWriter, r *http.Request, a *attempt, in url.Values) {
	http.SetCookie(w, cookie(pendingCookie, "", -1))
	if !p.Trusting && !p.does(ErrorUnchecked) && (a == nil || in.Get("state") != a.state) {
		p.send(w, r, ProblemPath)
		return
	}
	const wayOn = `<p><a href="/sign-in">Try again</a></p><p><a href="/help">Get help</a></p>`
	const sentence = `<h1>Your identity was not verified</h1><p>You stopped before sharing your information. Nothing was stored.</p>`
	switch p.Fault {
	case BlankError:
		p.page(w, http.StatusOK, "", "")
	case RawError:
		p.page(w, http.StatusOK, "Error", "<h1>Something went wrong with the verification</h1><pre>"+html.EscapeString(in.Get("error"))+"</pre>"+wayOn)
	case MarkupReflected:
		p.page(w, http.StatusOK, "Not verified", sentence+"<p>"+in.Get("error_description")+"</p>"+wayOn)
	case JSONError:
		p.headers(w)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"message":"the verification was not completed"}`))
	case StackTrace:
		p.page(w, http.StatusOK, "Error", sentence+"<pre>"+trace+"</pre>"+wayOn)
	case ServerError:
		p.page(w, http.StatusInternalServerError, "Not verified", sentence+wayOn)
	case ErrorStatus:
		p.page(w, http.StatusForbidden, "Not verified", sentence+wayOn)
	case NoWayOn:
		p.page(w, http.StatusOK, "Not verified", sentence)
	case SessionOnError:
		p.welcomeIn(w, r, &person{})
	case LandingOnError:
		p.send(w, r, LandingPath)
	case RestartsOnError:
		p.send(w, r, SignInPath)
	default:
		end := ProblemPath
		if in.Get("error") == "access_denied" {
			end = RefusalPath
		}
		p.send(w, r, end)
	}
}

const trace = `java.lang.NullPointerException: Cannot invoke &quot;String.length()&quot; because &quot;code&quot; is null
	at com.lakeshore.web.CallbackController.handle(CallbackController.java:88)
	at com.lakeshore.web.Dispatcher.dispatch(Dispatcher.java:41)
	at java.base/java.lang.Thread.run(Thread.java:840)`
