package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

var cookieRules = []row{
	{
		Rule: Rule{
			ID: "CB-02", Family: FamilyCallback, Severity: High,
			Title:   "The state is bound to the browser",
			Needs:   []Need{NeedRequest, NeedCallback, NeedCookies},
			Decides: "Fails when the callback carries no cookie of the partner's at all; passes when one comes back that the browser held before the request. That the partner compares it, only a probe shows.",
			Clause:  "RFC 6749, 10.12; RFC 9700, 2.1 and 4.7.1",
		},
		facts: true,
		judge: judgeStateCookie,
	},
	{
		Rule: Rule{
			ID: "CB-18", Family: FamilyCallback, Severity: High, Protocols: anyOfTwo,
			Title:   "Cookies set with the callback are Secure, HttpOnly and SameSite",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedCookies},
			Decides: "Fails when a cookie that can be a session lacks Secure or, no other having it, HttpOnly, and when SameSite=None stands without Secure; warns when SameSite is missing, or when another cookie that can be the session has all three.",
			Clause:  "RFC 6265bis, 4.1.2 and 5.7; RFC 9700, 4.7",
		},
		judge: judgeCookieFlags,
	},
	{
		Rule: Rule{
			ID: "CB-20", Family: FamilyCallback, Severity: High, Protocols: anyOfTwo,
			Title:   "The state cookie reaches a callback that is posted",
			Needs:   []Need{NeedRequest, NeedCallback, NeedCookies},
			Decides: "Fails when the answer is posted from the provider's site and no cookie set before the request comes with it; warns when only some do, when one comes without SameSite, or, of SAML, when the lost ones were not set for the request. Judges SAML and response_mode=form_post only.",
			Clause:  "OAuth 2.0 Form Post Response Mode, 2; SAML 2.0 Bindings, 3.5; RFC 6265bis, 5.6.7",
		},
		judge: judgePostedCookie,
	},
}

// stateCookieCure is for a sign-in that is bound by nothing.
const stateCookieCure = "Set a Secure, HttpOnly cookie before the request, compare what it stands for with the state of the callback, and refuse a callback without it."

func judgeStateCookie(_ *court, f *flow) ruling {
	const expected = "a cookie from before the request comes back with the callback"
	s := f.callback
	switch {
	case s == nil:
		return unseen(f.incomplete(), refs("", f.authorize)...)
	case f.authorize.value("state") == "":
		return unseen("No state is sent, so there is none to bind; see AR-02.", refs("state", f.authorize)...)
	case f.hidesCookies() != "":
		return unseen(f.hidesCookies(), refs("Cookie", s)...)
	case noHeaders(s) != "" && len(s.e.Request.Cookies) == 0:
		return unseen(noHeaders(s), refs("Cookie", s)...)
	case f.hidesCookiesOfRedirect():
		return unseen(withoutRedirectCookies, refs("Cookie", s)...)
	}
	before := f.cookiesBefore()
	for _, c := range s.e.Request.Cookies {
		if held, same := before.holds(s, c.Name, c.Value); same {
			return passes("A cookie from before the request comes back", expected, c.Name, refs("Cookie", held.at, s))
		}
	}
	at := refs("Cookie", s)
	lost := lostCookies(before, s)
	scripts, known := scripted(s)
	switch {
	case len(s.e.Request.Cookies) > 0:
		return unseen("The callback carries cookies, but the capture does not show that the browser held them before the request. Record it in a fresh browser window, from the page with the button on.", at...)
	case s.e.Request.Method == "POST" && len(keptBackCookies(before, s)) > 0:
		return unseen("The cookie set before the request got lost on the posted answer; see CB-20.", at...)
	case s.e.Request.Method == "POST" && f.oneSite():
		return unseen("Provider and partner are of one site. Record the posted answer across sites.", at...)
	case answersInFragment(f.authorize), !s.isRedirect() && (scripts || !known):
		return unseen("The callback is answered with a page whose scripts may compare the state with what they stored in the browser. A callback opened in a fresh browser would show it.", at...)
	}
	why, cure := "The browser sent no cookie with the callback, so the partner cannot tell whether this browser asked for it.", stateCookieCure
	if len(lost) > 0 {
		cure = "Set the cookie with SameSite=Lax, and with a Path and host that take in the callback."
		why = "The cookie set before the request (" + lost[0].attributes() + ") was not sent with the callback, so the partner cannot tell whether this browser asked for it."
	}
	return fails("The state is not bound to the browser", expected, "no cookie on the callback", at).
		because(CausePartnerCode, why, cure)
}

// oneSite tells whether the answer came from the partner's own site, so that SameSite stops nothing.
func (f *flow) oneSite() bool {
	same, known := f.callback.e.Facts.Bool(transcript.FactSameSite)
	return known && same
}

// lostCookies gives the cookies set on the callback's host that the callback does not send.
func lostCookies(before jar, s *step) []setCookie {
	var out []setCookie
	sent := keysSent(s)
	for key, held := range before {
		if held.set != nil && held.at.at.host == s.at.host && !sent[key] {
			out = append(out, *held.set)
		}
	}
	slices.SortFunc(out, func(a, b setCookie) int {
		if a.at != b.at {
			return a.at.seq - b.at.seq
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// keptBackCookies gives those of them that SameSite keeps back from an answer
// posted across sites; from one over http, Secure alone does.
func keptBackCookies(before jar, s *step) []setCookie {
	return slices.DeleteFunc(lostCookies(before, s), func(c setCookie) bool {
		return c.Secure && (c.SameSite == "None" || s.at.scheme != "https") || !c.takesIn(s)
	})
}

// takesIn tells whether the cookie's path takes in that of a request (RFC 6265, 5.1.4).
func (c setCookie) takesIn(s *step) bool {
	path := c.Path
	if !strings.HasPrefix(path, "/") {
		path = "/"
		if i := strings.LastIndex(c.at.at.path, "/"); i > 0 {
			path = c.at.at.path[:i]
		}
	}
	rest, found := strings.CutPrefix(s.at.path, path)
	return found && (rest == "" || rest[0] == '/' || strings.HasSuffix(path, "/"))
}

// attributes says how a cookie was set.
func (c setCookie) attributes() string {
	words := []string{"SameSite=" + c.SameSite}
	if c.SameSite == "" {
		words = []string{"no SameSite"}
	}
	if c.Path != "" {
		words = append(words, "Path="+c.Path)
	}
	return strings.Join(words, ", ")
}

func judgePostedCookie(_ *court, f *flow) ruling {
	const expected = "the cookie from before the request comes with the posted answer"
	s, words := f.callback, f.dialect.words
	switch {
	case s == nil:
		return unseen(f.incomplete(), refs("", f.authorize)...)
	case s.e.Request.Method != "POST":
		return unseen("The answer comes in an address, where browsers send Lax cookies. "+words.answerPosted, refs("", s)...)
	case f.start() == StartProvider:
		return unseen("The provider started this sign-in, so no cookie of a request is due. A sign-in that starts at your application would show it.", refs("", s)...)
	case f.start() == StartMissing:
		return unseen(requestMissing, refs("", s)...)
	case f.oneSite():
		return unseen("Provider and partner are of one site in this run, where SameSite stops no cookie. Record it across sites.", refs("", s)...)
	case f.hidesCookies() != "":
		return unseen(f.hidesCookies(), refs("Cookie", s)...)
	}
	before := f.cookiesBefore()
	lost := keptBackCookies(before, s)
	tied := slices.IndexFunc(lost, f.madeForRequest) // the one that the answer should have brought, where it is clear
	kept := f.keptCookie(before)
	switch {
	case kept == nil && len(s.e.Request.Cookies) > 0:
		return unseen("The posted answer carries cookies, but the capture does not show that the browser held them before the request. Record it from the page with the button on.", refs("Cookie", s)...)
	case kept == nil && len(lost) == 0:
		return unseen("The capture shows no cookie for the callback that was set before the request and that SameSite would keep back. "+words.noneBefore, refs("Cookie", s)...)
	case kept == nil && f.hidesCookiesOfRedirect():
		return unseen(withoutRedirectCookies, refs("Cookie", s)...)
	case kept == nil && tied < 0 && f.dialect == &saml: // services may keep the request without a cookie
		return warns("A cookie from before the request does not reach the callback", expected, lost[0].Name+", set with "+lost[0].attributes(), refs("Cookie", lost[0].at, s)).
			because(CausePartnerCode, "Browsers send "+lost[0].Name+" with an answer posted across sites only with SameSite=None and Secure; if the "+words.bound+" is bound to it, the callback cannot check it.", words.cookieCure)
	case kept == nil:
		gone := lost[max(tied, 0)]
		return fails("The "+words.cookie+" does not reach the callback", expected, "none; it was set with "+gone.attributes(), refs("Cookie", gone.at, s)).
			because(CausePartnerCode, "The provider's page posts the answer across sites, and browsers send "+gone.Name+" there only with SameSite=None and Secure.", words.cookieCure)
	case len(lost) > 0 && !(tied < 0 && f.setForRequest(*kept)):
		gone := lost[max(tied, 0)]
		return warns("A cookie from before the request does not reach the callback", expected, gone.Name+", set with "+gone.attributes(), refs("Cookie", gone.at, s)).
			because(CausePartnerCode, kept.name+" comes back and "+gone.Name+" does not; if the "+words.bound+" is bound to the second, the callback cannot check it.", words.cookieCure)
	case kept.set != nil && kept.set.whole && kept.set.SameSite == "":
		return warns("The "+words.cookie+" comes with the posted answer by an exception", expected, kept.name+", set without SameSite", refs("Cookie", kept.at, s)).
			because(CausePartnerCode, "Without SameSite, Chrome sends a cookie with a posted answer for two minutes only, and other browsers as they please.", words.cookieCure)
	}
	return passes("The "+words.cookie+" reaches the posted callback", expected, kept.name, refs("Cookie", kept.at, s))
}

// madeForRequest tells whether the partner set the cookie while it led to the request.
func (f *flow) madeForRequest(c setCookie) bool {
	return f.setForRequest(heldCookie{at: c.at, set: &c})
}

// keptCookie gives a cookie from before the request that comes with the
// callback, one that was set for the request where there is one; nil without any.
func (f *flow) keptCookie(before jar) *heldCookie {
	var kept *heldCookie
	for _, c := range f.callback.e.Request.Cookies {
		held, same := before.holds(f.callback, c.Name, c.Value)
		if same && (kept == nil || f.setForRequest(held) && !f.setForRequest(*kept)) {
			kept = &held
		}
	}
	return kept
}

func judgeCookieFlags(_ *court, f *flow) ruling {
	const expected = "Secure, HttpOnly and SameSite"
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	if why := f.hidesCookies(); why != "" {
		return unseen(why, refs("Set-Cookie", f.callback)...)
	}
	set := newValues(f.cookiesAfter())
	if worst := worstCookie(set); worst != nil {
		return *worst
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.callback)...)
	}
	if len(set) == 0 {
		return unseen("No cookie is set with the callback in this run: the session was there before, or is kept otherwise. Record it in a fresh browser window.", refs("Set-Cookie", f.callback)...)
	}
	return passes("The cookies of the callback are guarded", expected, "on "+count(len(set), "cookie", "cookies"), refs("Set-Cookie", stepsOf(set)...))
}

// newValues leaves out the cookies that are deleted, and those that the browser
// sends with the same value.
func newValues(after []setCookie) []setCookie {
	type pair struct{ name, value string }
	sent := map[*step]map[pair]bool{}
	var out []setCookie
	for _, c := range after {
		if sent[c.at] == nil {
			sent[c.at] = map[pair]bool{}
			for _, have := range c.at.e.Request.Cookies {
				sent[c.at][pair{have.Name, have.Value}] = true
			}
		}
		if !c.gone && !sent[c.at][pair{c.Name, c.Value}] {
			out = append(out, c)
		}
	}
	return out
}

func stepsOf(set []setCookie) []*step {
	var out []*step
	for _, c := range set {
		out = append(out, c.at)
	}
	return out
}

// worstCookie gives the ruling about the cookie that lacks most, nil when none
// lacks anything. Where some can be a session, the others are let be.
func worstCookie(set []setCookie) *ruling {
	const expected = "Secure, HttpOnly and SameSite"
	can := slices.DeleteFunc(slices.Clone(set), func(c setCookie) bool { return !roomy(c.Value) })
	session := len(can) > 0
	if !session {
		can = set
	}
	closed := slices.ContainsFunc(can, func(c setCookie) bool { return c.HTTPOnly })
	guarded := slices.IndexFunc(can, func(c setCookie) bool { return session && c.Secure && c.HTTPOnly && c.SameSite != "" })
	var out *ruling
	for _, c := range can {
		lacks, hard := c.lacks(closed)
		if len(lacks) == 0 {
			continue
		}
		at := refs("Set-Cookie", c.at)
		if !c.whole {
			r := unseen("The exporter lists cookies without their attributes. Save the capture with the Set-Cookie headers.", at...)
			return &r
		}
		actual := c.Name + " without " + strings.Join(lacks, ", ")
		why := "The answer of " + c.at.at.host + " sets " + c.Name + " without " + strings.Join(lacks, ", ") + "; " + c.consequence() + "."
		r := warns("A cookie of the callback is less guarded than it could be", expected, actual, at)
		switch {
		case guarded >= 0:
			why += " It may not be the session: " + can[guarded].Name + ", set with the callback too, is guarded."
		case hard && (session || c.SameSite == "None"):
			r = fails("A cookie of the callback is not guarded", expected, actual, at)
		}
		r = r.because(CausePartnerCode, why, "Set the cookie with Secure; HttpOnly; SameSite=Lax.")
		if out == nil || out.verdict == Warn && r.verdict == Fail {
			out = &r
		}
	}
	return out
}

// consequence says what follows from what a cookie lacks.
func (c setCookie) consequence() string {
	var out []string
	switch {
	case c.SameSite == "None" && !c.Secure:
		out = append(out, "browsers refuse SameSite=None without Secure")
	case !c.Secure && c.at.at.scheme == "https":
		out = append(out, "without Secure it goes over http too")
	}
	if !c.HTTPOnly {
		out = append(out, "without HttpOnly any script of the page reads it")
	}
	if c.SameSite == "" {
		out = append(out, "without SameSite it depends on the browser when it goes along from other sites")
	}
	return strings.Join(out, ", ")
}

// lacks names what a cookie lacks; hard tells that it matters for a session.
// closed tells that another cookie beside it is HttpOnly.
func (c setCookie) lacks(closed bool) (lacks []string, hard bool) {
	if !c.Secure && (c.at.at.scheme == "https" || c.SameSite == "None") {
		lacks, hard = append(lacks, "Secure"), true
	}
	if !c.HTTPOnly {
		lacks, hard = append(lacks, "HttpOnly"), hard || !closed
	}
	if c.SameSite == "" {
		lacks = append(lacks, "SameSite")
	}
	return lacks, hard
}
