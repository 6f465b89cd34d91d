package analysis

import (
	"slices"
	"strings"
)

var cookieKeptRules = []row{
	{
		Rule: Rule{
			ID: "CB-19", Family: FamilyCallback, Severity: High,
			Title:   "The browser takes the partner's cookies",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedCookies, NeedHeaders},
			Decides: "Fails when a cookie is set so that browsers refuse it: SameSite=None without Secure, a prefix whose conditions it breaks, Secure over http, the domain of another host; warns when one set from the callback on is not in the next request for which it is meant. Flags that CB-18 judges are left to it.",
			Clause:  "RFC 6265bis, 4.1.3 and 5.7",
		},
		judge: judgeCookieTaken,
	},
}

// refusal says why browsers refuse a cookie that is set so, empty where they do
// not; flags tells that it is for what CB-18 judges too.
func (c setCookie) refusal() (why string, flags bool) {
	host, secure := strings.HasPrefix(c.Name, "__Host-"), strings.HasPrefix(c.Name, "__Secure-")
	domain := strings.ToLower(strings.TrimPrefix(c.Domain, "."))
	name := c.at.at.hostname()
	switch {
	case c.SameSite == "None" && !c.Secure:
		return "SameSite=None stands without Secure", true
	case (host || secure) && !c.Secure:
		return "its prefix asks for Secure", true
	case host && c.Domain != "":
		return "the prefix __Host- allows no Domain", false
	case host && c.Path != "/":
		return "the prefix __Host- asks for Path=/", false
	case c.Secure && c.at.at.scheme == "http" && !c.at.at.loopback():
		return "a Secure cookie is set over http", false
	case domain != "" && !hidden(domain) && !strings.HasSuffix(domain, ".invalid") && !strings.HasSuffix(name, ".invalid") &&
		name != domain && !strings.HasSuffix(name, "."+domain):
		return "its Domain is none of the host's", false
	}
	return "", false
}

func judgeCookieTaken(_ *court, f *flow) ruling {
	const expected = "each cookie of the partner comes back with the next request for which it is meant"
	if f.callback == nil {
		return unseen(f.incomplete(), refs("", f.authorize)...)
	}
	if why := f.hidesCookies(); why != "" {
		return unseen(why, refs("Set-Cookie", f.callback)...)
	}
	var set []setCookie
	for _, s := range f.way {
		if s.role == RolePartner {
			set = append(set, slices.DeleteFunc(cookiesSet(s), func(c setCookie) bool { return c.gone })...)
		}
	}
	flagged, bare := (*setCookie)(nil), (*setCookie)(nil)
	for i, c := range set {
		why, flags := c.refusal()
		switch {
		case why == "":
		case !c.whole: // the list may leave attributes out
			bare = &set[i]
		case flags && c.at.seq >= f.callback.seq:
			flagged = &set[i]
		default:
			return fails("Browsers refuse a cookie of the partner", expected, c.Name+": "+why, refs("Set-Cookie", c.at)).
				because(CausePartnerCode, "The answer of "+c.at.at.host+" sets "+c.Name+", and "+why+", so the browser does not keep it.",
					"Set the cookie with Secure, with SameSite=Lax, without a Domain, and with Path=/ where its name begins with __Host-.")
		}
	}
	sent, lost := f.cookiesCameBack(set)
	switch {
	case flagged != nil:
		return unseen("The cookie "+flagged.Name+" lacks flags without which browsers refuse it; see CB-18.", refs("Set-Cookie", flagged.at)...)
	case lost != nil:
		return warns("A cookie of the partner does not come back", expected, lost.c.Name+" is not in the request to "+lost.next.at.host+lost.next.at.path, refs("Cookie", lost.c.at, lost.next)).
			because(CausePartnerCode, "The answer of "+lost.c.at.at.host+" sets "+lost.c.Name+", and the next request that it is meant for goes without it. Either the browser refused it, by its attributes or by the settings of the user, or a script took it away.",
				"Look the cookie up in the browser's developer tools, where the reason stands, and set it so that it is kept.")
	case bare != nil:
		return unseen("The exporter lists cookies without their attributes. Save the capture with the Set-Cookie headers.", refs("Set-Cookie", bare.at)...)
	case f.incomplete() != "":
		return unseen(f.incomplete(), refs("", f.callback)...)
	case len(set) == 0:
		return unseen("No cookie of the partner is set in this sign-in. Record it in a fresh browser window.", refs("Set-Cookie", f.callback)...)
	case len(sent) == 0:
		return unseen("No request after the cookies were set is in the capture that they are meant for. Record the next page too.", refs("Set-Cookie", stepsOf(set)...)...)
	}
	return passes("The browser takes the partner's cookies", expected, count(len(sent), "cookie", "cookies")+" came back", refs("Cookie", sent...))
}

// lostCookie is a cookie and the request in which it is missing.
type lostCookie struct {
	c    setCookie
	next *step
}

// cookiesCameBack gives the requests in which cookies came back, and a cookie set
// from the callback on that did not. Of those before CB-02 and CB-20 speak; of
// redirects exporters may leave the cookies out.
func (f *flow) cookiesCameBack(set []setCookie) (sent []*step, lost *lostCookie) {
	keys, changed := map[*step]map[string]bool{}, map[*step]map[string]bool{}
	for _, c := range set {
		next := c.nextFor(changed)
		if next == nil {
			continue
		}
		if keys[next] == nil {
			keys[next] = keysSent(next)
		}
		switch {
		case keys[next][cookieKey(c.at, c.Name)]:
			sent = append(sent, next)
		case lost == nil && c.whole && c.at.seq >= f.callback.seq && c.SameSite != "Strict" && next.isPage() && next.e.Request.Method == "GET" && len(next.e.Request.Headers) > 0:
			lost = &lostCookie{c, next}
		}
	}
	return sent, lost
}

// maxCookieHops is how many hops after a cookie was set it is looked for.
const maxCookieHops = 40

// nextFor gives the next hop of the browser's own way for which the cookie is
// meant, nil where another answer changes it before; changed keeps what the
// answers change.
func (c setCookie) nextFor(changed map[*step]map[string]bool) *step {
	n := c.at.next
	for range maxCookieHops {
		if n == nil {
			return nil
		}
		if n.at.host == c.at.at.host {
			if c.takesIn(n) && (!c.Secure || n.at.scheme == "https" || n.at.loopback()) {
				return n
			}
			if changed[n] == nil {
				changed[n] = map[string]bool{}
				for _, o := range cookiesSet(n) {
					changed[n][cookieKey(n, o.Name)] = true
				}
			}
			if changed[n][cookieKey(c.at, c.Name)] {
				return nil
			}
		}
		n = n.next
	}
	return nil
}
