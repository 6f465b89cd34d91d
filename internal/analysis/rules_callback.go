package analysis

import (
	"slices"
	"strconv"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

var callbackRules = []row{
	{
		Rule: Rule{
			ID: "CB-01", Family: FamilyCallback, Severity: Critical,
			Title:   "The state comes back unchanged",
			Needs:   []Need{NeedRequest, NeedCallback},
			Decides: "Fails when the callback brings another state than the request sent, or none with a code; warns when an error comes back without it.",
			Clause:  "RFC 6749, 4.1.2 and 4.1.2.1",
		},
		judge: judgeStateEcho,
	},
	{
		Rule: Rule{
			ID: "CB-06", Family: FamilyCallback, Severity: High,
			Title:   "The code is used once",
			Needs:   []Need{NeedCallback, NeedBackChannel},
			Decides: "Fails when a code is in more than one token request, or a second load of the callback with it shows a page of success; warns when that load only redirects to one. One token request settles it.",
			Clause:  "RFC 6749, 4.1.2 and 10.5",
		},
		judge: judgeCodeOnce,
	},
	{
		Rule: Rule{
			ID: "CB-07", Family: FamilyCallback, Severity: Critical,
			Title:   "The code stays between browser, partner and provider",
			Needs:   []Need{NeedCallback, NeedFinalPage},
			Decides: "Fails when the code is in a Referer header or in an address of another host; warns when that host is the partner's own.",
			Clause:  "RFC 9700, 4.2.1 and 4.2.4",
		},
		judge: judgeCodeLeak,
	},
	{
		Rule: Rule{
			ID: "CB-12", Family: FamilyCallback, Severity: Critical,
			Title:   "No token stands in an address of the browser",
			Needs:   []Need{NeedCallback, NeedFinalPage},
			Decides: "Fails when access_token, id_token or refresh_token is in the query of a browser's request or redirect.",
			Clause:  "RFC 6750, 2.3; RFC 9700, 4.3.2",
		},
		judge: judgeTokenQuery,
	},
	{
		Rule: Rule{
			ID: "CB-23", Family: FamilyCallback, Severity: High,
			Title:     "The redirects come to an end",
			Needs:     []Need{NeedCallback, NeedFinalPage},
			Decides:   "Fails when the browser is led to the same address three times in one chain, or over more than 20 hops.",
			Clause:    "RFC 9110, 15.4",
			Protocols: anyOfTwo,
		},
		judgeRun: judgeLoop,
	},
}

func judgeStateEcho(_ *court, f *flow) ruling {
	sent, found := f.authorize.param("state")
	switch {
	case f.callback == nil:
		return unseen(f.incomplete(), refs("state", f.authorize)...)
	case !found:
		return unseen("No state is sent, so none can come back; see AR-02.", refs("state", f.authorize)...)
	}
	at := refs("state", f.authorize, f.callback)
	back, found := f.callback.param("state")
	if !found {
		if why := f.hidesAnswer(); why != "" {
			return unseen(why, at...)
		}
		r := fails("The state does not come back", sent, "none", at)
		if f.outcome() == OutcomeError {
			r.verdict = Warn
		}
		return r.because(CauseProvider, "The request carried a state; the provider must return it with every answer, also with an error.",
			"Tell your consultant, and let the callback treat an answer without the state as one that nobody asked for.")
	}
	same, comparable := equal(f.authorize, sent, f.callback, back)
	switch {
	case !comparable:
		return unseen("The two values cannot be compared: they come from captures that do not compare, or were dropped. Record request and callback in one capture.", at...)
	case same:
		return passes("The state comes back unchanged", sent, back, at)
	}
	return fails("Another state comes back", sent, back, at).
		because(CauseProvider, "The callback brings "+back+" where the request sent "+sent+". Either the provider changed it, or this callback belongs to a sign-in that was not recorded, or somebody made it up.",
			"Refuse a callback whose state is not the one kept for this browser, and record the sign-in again from its first request.")
}

func judgeCodeOnce(c *court, f *flow) ruling {
	const expected = "one callback and one token request for each code"
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	code := f.callback.value("code")
	if code == "" {
		return unseen("No code came back in this sign-in. A sign-in that is completed would show it.", refs("", f.callback)...)
	}
	if len(f.tokens) > 1 {
		return fails("The code is redeemed more than once", expected, count(len(f.tokens), "token request", "token requests"), refs("code", f.tokens...)).
			because(CausePartnerCode, "The same code stands in several token requests; the provider may revoke what it issued for it.",
				"Redeem the code once, and forget it before the token request is sent.")
	}
	if r := c.loadedAgain(f, code, expected); r != nil {
		return *r
	}
	if len(f.tokens) == 0 {
		return unseen("No token request with this code is in the run: it is made by your server. Add a back-channel capture of the same round.", refs("code", f.callback)...)
	}
	return passes("The code is used once", expected, "1 callback, 1 token request", refs("code", append([]*step{f.callback}, f.tokens...)...))
}

// loadedAgain judges further loads of the callback with its code, where no token
// request settles it; nil where they say nothing.
func (c *court) loadedAgain(f *flow, code, expected string) *ruling {
	if len(f.tokens) == 1 {
		return nil
	}
	var dark *ruling
	first := taken(f.callback) // a callback that got no answer took no code
	for _, s := range c.run.steps {
		if !s.main || s.at != f.callback.at || slices.Contains(f.way, s) || s.value("code") == "" {
			continue
		}
		same, comparable := equal(s, s.value("code"), f.callback, code)
		if !same || !comparable || !taken(s) {
			continue
		}
		if !first || !endsWell(s) {
			first = true
			continue
		}
		at := refs("code", f.callback, s)
		if leftToScripts(s, lastOf(s)) {
			r := unseen(shellAnswers+" A back-channel capture of the same round shows the token requests.", at...)
			dark = &r
			continue
		}
		r := fails("The callback takes the code a second time", expected, "2 loads that end well", at)
		why := "The same callback was loaded again and answered like a sign-in."
		if s.isRedirect() {
			r.verdict = Warn
			why = "The same callback was loaded again and led on like a sign-in; it may be that the session of the first one answered."
		}
		r = r.because(CausePartnerCode, why, "Forget the state with the first callback and answer a second one with a page that offers a new sign-in.")
		return &r
	}
	return dark
}

// endsWell tells whether a load leads to a page that is none of refusal or error.
func endsWell(s *step) bool {
	s = lastOf(s)
	page := s.e.Facts.Code(transcript.FactPage)
	return !s.isRedirect() && s.status() >= 200 && s.status() < 400 && page != "denied" && page != "error"
}

func judgeCodeLeak(c *court, f *flow) ruling {
	const expected = "the code in the callback's address only"
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	code := f.callback.value("code")
	if code == "" {
		return unseen("No code came back in this sign-in. A sign-in that is completed would show it.", refs("", f.callback)...)
	}
	later := c.run.steps[f.callback.seq:]
	const cure = "Answer the callback with a redirect to an address without the code, and send Referrer-Policy: no-referrer with it."
	for _, s := range later {
		if s.back || s.in != f.callback.in {
			continue
		}
		if referer := header(s.e.Request.Headers, "Referer"); holdsCode(f.callback, code, s, queryOf(referer)) {
			return fails("The code leaves in a Referer header", expected, "Referer of the request to "+s.at.host+s.at.path, refs("Referer", s)).
				because(CausePartnerCode, "The page at "+f.callback.at.String()+" was shown with the code in its address, so the browser sent that address on.", cure)
		}
		if s.at.origin() != f.callback.at.origin() && holdsCode(f.callback, code, s, s.e.Request.Query) {
			r := fails("The code is in an address of another host", expected, s.at.host, refs("code", s))
			if s.role == RolePartner {
				r.verdict = Warn
			}
			return r.because(CausePartnerCode, "A request to "+s.at.host+" carries the code that came back to "+f.callback.at.host+".", cure)
		}
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.callback)...)
	}
	if f.final == f.callback && !f.followed() {
		return unseen(endsWithPage, refs("", f.final)...)
	}
	if !f.hasHeaders() {
		return unseen(withoutHeaders, refs("", f.callback)...)
	}
	return passes("The code does not leave the callback", expected, "in no later request", refs("code", f.callback, f.final))
}

// holdsCode tells whether any parameter of another step equals the code.
func holdsCode(callback *step, code string, s *step, fields []transcript.Field) bool {
	return slices.ContainsFunc(fields, func(p transcript.Field) bool {
		same, comparable := equal(callback, code, s, p.Value)
		return same && comparable
	})
}

func judgeTokenQuery(_ *court, f *flow) ruling {
	const expected = "no access_token, id_token or refresh_token in an address"
	tokens := []string{"access_token", "id_token", "refresh_token"}
	for _, s := range f.entries {
		if s.back {
			continue
		}
		query := slices.Clone(s.e.Request.Query)
		where := "a request to " + s.at.host
		if s.isRedirect() && s.follow() == nil { // else the next request shows it
			query = append(query, queryOf(s.location())...)
			where = "a request or redirect of " + s.at.host
		}
		i := slices.IndexFunc(query, func(p transcript.Field) bool { return p.Value != "" && slices.Contains(tokens, p.Name) })
		if i < 0 {
			continue
		}
		r := fails("A token stands in an address", expected, query[i].Name+" in "+where, refs(query[i].Name, s))
		if s == f.callback || s.role == RoleProvider && s.main {
			return r.because(CauseConfiguration, "The provider answers with tokens in the query, as response_type and response_mode of the request ask for.",
				"Send response_type=code and let your server fetch the tokens.")
		}
		return r.because(CausePartnerCode, "The page makes a request with the token in its address, where logs and histories keep it.",
			"Make the call from your server, or send the token in the Authorization header.")
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.authorize)...)
	}
	if f.mayCallMore() {
		return unseen(endsWithPage, refs("", f.final)...)
	}
	return passes("No token stands in an address", expected, "none in any request or redirect", refs("", f.way...))
}

// What counts as a loop: browsers give up after 20 redirects.
const (
	loopVisits = 3
	loopHops   = 20
)

func judgeLoop(c *court) ruling {
	expected := "fewer than " + strconv.Itoa(loopVisits) + " visits of an address and at most " + strconv.Itoa(loopHops) + " hops in one chain"
	complete, longest := "", 0
	inChain := map[*step]bool{}
	for _, f := range c.judged() {
		if why := f.incomplete(); why != "" && complete == "" {
			complete = why
		}
		for _, s := range f.way {
			if inChain[s] {
				continue
			}
			chain := chainFrom(s)
			visits := map[string][]*step{}
			for _, s := range chain {
				inChain[s] = true
				key := s.e.Request.Method + " " + s.at.String()
				visits[key] = append(visits[key], s)
			}
			longest = max(longest, len(chain))
			for _, s := range chain {
				if seen := visits[s.e.Request.Method+" "+s.at.String()]; len(seen) >= loopVisits {
					return loopRuling("The browser is led in a circle", expected, s.at.host+s.at.path+", "+strconv.Itoa(len(seen))+" times", seen)
				}
			}
			if len(chain) > loopHops {
				return loopRuling("The redirects do not come to an end", expected, count(len(chain), "hop", "hops")+" in one chain", []*step{chain[0], chain[len(chain)-1]})
			}
		}
	}
	if complete != "" {
		return unseen(complete)
	}
	return passes("The redirects come to an end", expected, "at most "+count(longest, "hop", "hops")+" in one chain", refs("", c.run.flows[0].final))
}

func loopRuling(title, expected, actual string, steps []*step) ruling {
	return fails(title, expected, actual, refs("", steps...)).
		because(CausePartnerCode, "The addresses redirect to each other without a page between, often because the session cookie of the callback is not accepted or not sent.",
			"End the sign-in on a page of its own when the session cannot be found, and look at the cookie's Secure, SameSite and Path.")
}

// chainFrom gives the hops that follow one another without the user's doing.
func chainFrom(s *step) []*step {
	chain := []*step{s}
	for range 2 * maxFollow {
		next := s.follow()
		if next == nil || slices.Contains(chain, next) {
			break
		}
		chain = append(chain, next)
		s = next
	}
	return chain
}
