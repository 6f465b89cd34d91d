package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

var transportRules = []row{
	{
		Rule: Rule{
			ID: "TR-01", Family: FamilyTransport, Severity: Critical,
			Title:     "Every hop of the sign-in uses https",
			Needs:     []Need{NeedCallback, NeedFinalPage},
			Decides:   "Fails when a hop uses http; hosts of the machine itself are let be.",
			Clause:    "RFC 9700, 2.6; RFC 6749, 3.1.2.1",
			Protocols: anyOfTwo,
		},
		judge: judgeHTTPS,
	},
	{
		Rule: Rule{
			ID: "TR-02", Family: FamilyTransport, Severity: Critical,
			Title:     "No redirect leads from https to http",
			Needs:     []Need{NeedCallback, NeedFinalPage},
			Decides:   "Fails when a redirect of an https hop leads to http.",
			Clause:    "RFC 9700, 2.6",
			Protocols: anyOfTwo,
		},
		judge: judgeDowngrade,
	},
	{
		Rule: Rule{
			ID: "TR-04", Family: FamilyTransport, Severity: High,
			Title:     "The sign-in uses the expected host of the provider",
			Needs:     []Need{NeedRequest, NeedCallback, NeedIntegration},
			Decides:   "Fails when a request to the provider goes to another host than the expected one, when a hop touches the provider's other environment, or when a sign-in returns to a production host of the partner. Calls to further hosts of a provider other than ID.me are let be where their name or its metadata say that they are its own.",
			Clause:    "ID.me, environments",
			Protocols: anyOfTwo,
		},
		judge: judgeEnvironment,
	},
	{
		Rule: Rule{
			ID: "TR-06", Family: FamilyTransport, Severity: Critical,
			Title:   "The redirect URI is one of the registered ones, character by character",
			Needs:   []Need{NeedRequest, NeedFacts, NeedIntegration},
			Decides: "Fails when the request names no redirect URI or one that is not registered.",
			Clause:  "RFC 9700, 2.1 and 4.1.3; RFC 6749, 3.1.2.3",
		},
		facts: true,
		judge: judgeRedirectRegistered,
	},
	{
		Rule: Rule{
			ID: "TR-07", Family: FamilyTransport, Severity: High,
			Title:   "The redirect URI is static and clean",
			Needs:   []Need{NeedRequest, NeedFacts},
			Decides: "Fails on a fragment, a wildcard, and, in production, an IP address or localhost; warns on a query.",
			Clause:  "RFC 6749, 3.1.2; ID.me, redirect URIs",
		},
		facts: true,
		judge: judgeRedirectShape,
	},
	{
		Rule: Rule{
			ID: "TR-08", Family: FamilyTransport, Severity: High,
			Title:   "The user comes back to the redirect URI of the request",
			Needs:   []Need{NeedRequest, NeedCallback},
			Decides: "Fails when the answer arrives at another address than the redirect URI of the request.",
			Clause:  "RFC 6749, 4.1.2; RFC 9700, 4.1.3",
		},
		judge: judgeReturn,
	},
}

// ownerCause blames whoever serves the step.
func ownerCause(s *step) Cause {
	if s.role == RoleProvider {
		return CauseProvider
	}
	return CausePartnerCode
}

func judgeHTTPS(_ *court, f *flow) ruling {
	const expected = "https on every hop"
	var plain []*step
	for _, s := range f.way {
		if s.at.scheme == "http" && !s.at.loopback() {
			plain = append(plain, s)
		}
	}
	if len(plain) > 0 {
		s := plain[0]
		r := fails(count(len(plain), "hop goes", "hops go")+" over http", expected, "http://"+s.at.host, refs("", plain...))
		if s == f.callback || s.at == parseAddress(f.dialect.target(f.authorize), address{}) {
			return r.because(CauseConfiguration, f.dialect.words.plainTarget, f.dialect.words.secureTarget)
		}
		return r.because(ownerCause(s), "The address is served by "+s.at.host+" without TLS.",
			"Serve every page of the sign-in over https and redirect http before the sign-in starts.")
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.authorize)...)
	}
	local := 0
	for _, s := range f.way {
		if s.at.scheme != "https" {
			local++
		}
	}
	actual := "https on " + count(len(f.way)-local, "hop", "hops")
	if local > 0 {
		actual += "; " + count(local, "hop", "hops") + " inside one machine"
	}
	return passes("Every hop uses https", expected, actual, refs("", f.way...))
}

func judgeDowngrade(_ *court, f *flow) ruling {
	const expected = "redirects from https lead to https"
	redirects := 0
	for _, s := range f.way {
		if !s.isRedirect() {
			continue
		}
		redirects++
		target := parseAddress(s.location(), s.at)
		if s.at.scheme == "https" && target.scheme == "http" && !target.loopback() {
			return fails("A redirect leaves https", expected, "https://"+s.at.host+" leads to http://"+target.host, refs("Location", s)).
				because(ownerCause(s), s.at.host+" answers with a Location that begins with http.",
					"Send an https address in the Location header; behind a proxy, tell the application its public scheme.")
		}
	}
	if why := f.incomplete(); why != "" {
		return unseen(why, refs("", f.authorize)...)
	}
	return passes("No redirect leaves https", expected, count(redirects, "redirect", "redirects")+", none to http", refs("", f.way...))
}

func judgeEnvironment(c *court, f *flow) ruling {
	cfg := c.run.cfg
	if cfg.ExpectedAPIHost == "" {
		return unseen("The integration names no expected host of the provider. Enter it in the description.", refs("", f.authorize)...)
	}
	expected := strings.ToLower(cfg.ExpectedAPIHost)
	want := environmentOf(expected)
	asked := append([]*step{f.authorize}, append(f.tokens, f.data...)...)
	if f.unasked() {
		asked = f.sentFrom(expected)
	}
	var elsewhere *step // a call to a host of which it is not known whether it is the provider's
	for _, s := range asked {
		if s.at.host == expected || cfg.Uses.GroupsEndpoint && s.at.host == "groups.id.me" {
			continue
		}
		if s != f.authorize && want == "" && environmentOf(s.at.host) == "" {
			own, known := f.ownHost(s)
			if !known {
				elsewhere = s
			}
			if own || !known {
				continue
			}
		}
		return fails("A request goes to another host than the expected one", expected, s.at.host, refs("", s)).
			because(CauseConfiguration, "The integration expects "+expected+"; the relying party called "+s.at.host+". Either its settings or the description name the wrong environment.",
				"Set the relying party to "+expected+" or correct the expected host in the description.")
	}
	for _, s := range f.way {
		if s.seq < f.authorize.seq && !f.unasked() || f.callback != nil && s.seq > f.callback.seq {
			continue
		}
		env := environmentOf(s.at.host)
		if want != "" && env != "" && env != want {
			return fails("The sign-in touches the provider's "+string(env)+" environment", string(want)+" hosts only", s.at.host, refs("", s)).
				because(CauseConfiguration, s.at.host+" is a "+string(env)+" host; the expected host "+expected+" belongs to "+string(want)+".",
					"Use addresses and a client of one environment only.")
		}
	}
	if s := f.callback; s != nil && containsFold(cfg.Hosts.Production, s.at.host) {
		return fails("The sign-in comes back to a production host", "a host outside production", s.at.host, refs("", s)).
			because(CauseConfiguration, s.at.host+" is declared as a production host of the partner.",
				f.dialect.words.lowerTarget)
	}
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	if len(asked) == 0 {
		return unseen("The run holds no request to the provider's expected host. Record the sign-in from its first page.", refs("", f.callback)...)
	}
	if elsewhere != nil {
		return unseen("A call goes to "+elsewhere.at.host+", and neither its name nor the provider's metadata say whether that is the provider's. Add a back-channel capture with the request for the metadata.", refs("", elsewhere)...)
	}
	if s := f.hidesCall(expected); s != nil {
		return unseen(withoutAuthorization, refs("", s)...)
	}
	return passes("The sign-in uses the expected host", expected, asked[0].at.host, refs("", asked...))
}

// ownHost tells whether a call goes to a host of the provider's own: one that its
// metadata name for it, or else of the domain of the expected host.
func (f *flow) ownHost(s *step) (own, known bool) {
	_, meta := f.metadata()
	named := "userinfo_endpoint"
	if redeems(s) {
		named = "token_endpoint"
	}
	if named = text(meta, named); named != "" {
		return parseAddress(named, address{}).host == s.at.host, true
	}
	numbered := strings.HasSuffix(s.at.hostname(), ".invalid") // not the name
	own = !numbered && domainOf(s.at) == domainOf(f.authorize.at)
	return own, own
}

// domainOf gives the last labels of a host's name, two or, under a country's
// co.uk and the like, three; the whole name of fewer and of an address.
func domainOf(a address) string {
	labels := strings.Split(a.hostname(), ".")
	n := len(labels) - 2
	if n > 0 && len(labels[n+1]) == 2 && len(labels[n]) <= 3 {
		n--
	}
	if a.numeric() || n <= 0 {
		return a.hostname()
	}
	return strings.Join(labels[n:], ".")
}

// sentFrom gives the provider's page of that host from which a Response came that
// nobody asked for; the pages before it may stand on any host of the provider.
func (f *flow) sentFrom(host string) []*step {
	if f.start() == StartMissing {
		return nil
	}
	for _, s := range slices.Backward(f.way) {
		if s.seq < f.callback.seq && s.role == RoleProvider {
			if s.at.host == host {
				return []*step{s}
			}
			return nil
		}
	}
	return nil
}

func judgeRedirectRegistered(c *court, f *flow) ruling {
	registered := c.run.cfg.RedirectURIs
	expected := "one of: " + strings.Join(registered, ", ")
	at := refs("redirect_uri", f.authorize)
	sent, found := f.authorize.param("redirect_uri")
	if !found {
		return fails("The request names no redirect URI", "a registered redirect URI", "none", at).
			because(CausePartnerCode, "The authorization request has no redirect_uri parameter, which the provider requires.",
				"Send the registered redirect URI with every authorization request.")
	}
	same, known := c.run.registeredFact(f.authorize, transcript.FactRedirectRegistered, sent, registered...)
	switch {
	case len(registered) == 0:
		return unseen("The integration lists no redirect URI to compare with. Enter the registered ones in the description.", at...)
	case !known:
		return unseen("The capture was redacted without the integration as it is now described, so nobody compared the address character by character. Redact it again with the integration.", at...)
	case same:
		return passes("The redirect URI is registered", expected, sent, at)
	}
	return fails("The redirect URI is not a registered one", expected, sent, at).
		because(CauseConfiguration, "The request sent "+sent+"; registered "+areOrIs(len(registered))+" "+strings.Join(registered, ", ")+nearMiss(sent, registered)+".",
			"Register the address that is sent or send a registered one, equal to the last character.")
}

// nearMiss names the usual small differences, so that nobody has to compare by eye.
func nearMiss(sent string, registered []string) string {
	for _, r := range registered {
		a, b := parseAddress(sent, address{}), parseAddress(r, address{})
		switch {
		case strings.TrimSuffix(sent, "/") == strings.TrimSuffix(r, "/"):
			return "; it differs from " + r + " in the last slash"
		case a.host == b.host && a.path == b.path && a.scheme != b.scheme:
			return "; it differs from " + r + " in the scheme"
		case a == b:
			return "; it differs from " + r + " in query, port or letter case"
		case a.scheme == b.scheme && a.path == b.path:
			return "; it differs from " + r + " in the host"
		}
	}
	return ""
}

func judgeRedirectShape(c *court, f *flow) ruling {
	const expected = "no fragment, no wildcard, no query, a public host"
	at := refs("redirect_uri", f.authorize)
	sent, found := f.authorize.param("redirect_uri")
	if !found {
		return unseen("The request names no redirect URI; see TR-06.", at...)
	}
	facts := f.authorize.e.Facts
	fragment, known := facts.Bool(transcript.FactRedirectFragment)
	wildcard, _ := facts.Bool(transcript.FactRedirectWildcard)
	query, _ := facts.Bool(transcript.FactRedirectQuery)
	numeric, _ := facts.Bool(transcript.FactRedirectIP)
	mend := func(r ruling, why, cure string) ruling { return r.because(CauseConfiguration, why, cure) }
	switch {
	case !known:
		return unseen("The transcript has no facts about the form of the redirect URI. Redact the capture again with this version.", at...)
	case fragment:
		return mend(fails("The redirect URI has a fragment", expected, sent, at),
			"The address holds a #; a fragment never reaches the server and the provider does not support it.",
			"Register and send the address without the part from # on.")
	case wildcard:
		return mend(fails("The redirect URI has a wildcard", expected, sent, at),
			"The address holds a *; the provider compares addresses as they stand.",
			"Register each address by itself and send it as registered.")
	case numeric && c.run.cfg.Environment == integration.Production:
		return mend(fails("The redirect URI is an IP address or localhost", expected, sent, at),
			"The integration is registered for production, where only public host names are taken.",
			"Register an address with a public host name.")
	case query:
		return mend(warns("The redirect URI has a query", expected, sent, at),
			"The address holds a ?; the provider asks for static addresses without parameters.",
			"Move the parameters into the session that the state belongs to, and register the bare address.")
	}
	return passes("The redirect URI is static and clean", expected, sent, at)
}

func judgeReturn(_ *court, f *flow) ruling {
	sent, found := f.authorize.param("redirect_uri")
	switch {
	case f.callback == nil:
		return unseen(f.incomplete(), refs("redirect_uri", f.authorize)...)
	case !found:
		return unseen("The request names no redirect URI to compare with; see TR-06.", refs("redirect_uri", f.authorize)...)
	case f.onTarget:
		return passes("The user comes back to the redirect URI", sent, f.callback.at.String(), refs("", f.authorize, f.callback))
	}
	return fails("The answer arrives at another address", sent, f.callback.at.String(), refs("", f.authorize, f.callback)).
		because(CauseConfiguration, "The request named "+sent+", the answer came to "+f.callback.at.String()+". Either the provider has another address registered, or something before the application changes the address.",
			"Make the registered redirect URI, the one that is sent and the one that is served the same.")
}
