package analysis

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

var pageRules = []row{
	{
		Rule: Rule{
			ID: "CB-08", Family: FamilyCallback, Severity: Medium,
			Title:   "The code does not stay in the address bar",
			Needs:   []Need{NeedCallback, NeedFinalPage, NeedFacts},
			Decides: "Fails when the user stays on a page without scripts whose address holds the code, or goes on from a page with the code still in its address. Where scripts may call history.replaceState, it is not seen.",
			Clause:  "RFC 9700, 4.3.1",
		},
		facts: true,
		judge: judgeAddressBar,
	},
	{
		Rule: Rule{
			ID: "CB-09", Family: FamilyCallback, Severity: Medium,
			Title:   "No third party is asked for anything while the code is in the address",
			Needs:   []Need{NeedCallback, NeedFinalPage},
			Decides: "Fails when a page whose address holds the code asks a host that is not declared; warns when that host is declared as a third party's.",
			Clause:  "RFC 9700, 4.2.4",
		},
		judge: judgeThirdParty,
	},
}

// replacesState is the reason where scripts may clean the address bar.
const replacesState = "The page's scripts may take the code out of the address with history.replaceState, which a capture does not show. Go on to another page of the same host in the recording: its Referer tells, or add a screenshot of the address bar."

func judgeAddressBar(_ *court, f *flow) ruling {
	const expected = "a redirect to an address without the code"
	if r := withoutCode(f); r != nil {
		return *r
	}
	s := f.callback
	if !f.inAddress(s) {
		return passes("The code is in no address", expected, "it comes in a posted form", refs("code", s))
	}
	for range maxFollow {
		next := s.follow()
		switch {
		case s.isRedirect() && !f.leadsWithCode(s):
			return passes("The code leaves the address bar", expected, "status "+strconv.Itoa(s.status())+" to an address without it", refs("Location", s))
		case next == nil && s.isRedirect():
			return unseen("The redirect carries the code on, and its target is not in the capture. Record the sign-in until the last page has loaded.", refs("Location", s)...)
		case next == nil:
			return codeStays(f, s, expected)
		case !f.inAddress(next) && !s.isRedirect():
			return passes("The code leaves the address bar", expected, "the page goes on by itself to an address without it", refs("", s, next))
		}
		s = next
	}
	return unseen("The redirects do not come to an end; see CB-23.", refs("", f.callback)...)
}

// onward is the reason where a page moves on by itself, and where to is not in the capture.
func (f *flow) onward() string {
	return cmp.Or(f.incomplete(), endsWithPage)
}

// codeStays judges a page that stays and whose address held the code when it came.
func codeStays(f *flow, s *step, expected string) ruling {
	at := refs("code", s)
	const cure = "Answer the callback with a redirect to an address without the code, or take it out with history.replaceState before anything else."
	stays := func(why string, at []Ref) ruling {
		return fails("The code stays in the address bar", expected, "status "+strconv.Itoa(s.status())+", a page at "+s.at.String()+" with the code", at).
			because(CausePartnerCode, why, cure)
	}
	if s.e.Failed || s.status() == 0 || s.status() == 204 || s.status() == 205 {
		return unseen("The callback is not answered with a page; see TR-05.", at...)
	}
	if next := s.next; next != nil {
		referer := header(next.e.Request.Headers, "Referer")
		switch left := parseAddress(referer, address{}); {
		case holdsCode(f.callback, f.callback.value("code"), next, queryOf(referer)):
			return stays("The page was answered without a redirect, and the next request's Referer still holds the code.", refs("Referer", s, next))
		case referer != "" && left == s.at && s.at.path != "/":
			return passes("The code leaves the address bar", expected, "the next request's Referer is the address without it", refs("Referer", s, next))
		}
	}
	kind := s.e.Facts.Code(transcript.FactBodyKind)
	scripts, known := scripted(s)
	refresh, _ := s.e.Facts.Bool(transcript.FactMetaRefresh)
	switch {
	case refresh:
		return unseen(f.onward(), at...)
	case kind == "" || kind == "html" && !known && !scripts:
		return unseen("The capture does not hold the whole content of the page that answers the callback. Save it with content.", at...)
	case kind == "html" && scripts:
		return unseen(replacesState, at...)
	case f.cannotShow(capture.LimitBodies):
		return unseen("The capture does not hold the content of the page that answers the callback. Save it with content.", at...)
	}
	return stays("The callback is answered with a page of its own that holds no script which could change the address, so history and Referer keep the code.", at)
}

func judgeThirdParty(_ *court, f *flow) ruling {
	const expected = "requests to the partner's and the provider's hosts only"
	if r := withoutCode(f); r != nil {
		return *r
	}
	var shown []*step
	way := f.fromCallback()
	for _, s := range way {
		if f.inAddress(s) && !s.isRedirect() {
			shown = append(shown, s)
		}
	}
	for _, page := range shown {
		if s := f.asksThirdParty(page); s != nil {
			return thirdParty(f, page, s, expected)
		}
		if n := page.next; n != nil && n.role == RoleThirdParty && header(n.e.Request.Headers, "Sec-Fetch-Dest") == "" {
			return unseen("The next document, of "+n.at.host+", may be a frame of the page: the capture does not hold the headers that tell. Save it with the browser's request headers.", refs("", page, n)...)
		}
	}
	last := way[len(way)-1]
	switch {
	case len(shown) == 0 && last.isRedirect() && f.leadsWithCode(last), f.cannotShow(capture.LimitTail), len(shown) > 0 && f.incomplete() != "":
		return unseen(f.incomplete(), refs("", f.callback)...)
	case len(shown) == 0:
		return passes("No page is shown with the code in its address", expected, "no page", refs("", f.callback))
	case !f.followed():
		return unseen(endsWithPage, refs("", f.final)...)
	}
	return passes("No third party is asked while the code is in the address", expected, "none", refs("", shown...))
}

// asksThirdParty gives what a page asks of a third party's host, an undeclared one first.
func (f *flow) asksThirdParty(page *step) *step {
	end := -1
	for n := page.next; n != nil; n = n.next {
		if n.e.Index > page.e.Index && (end < 0 || n.e.Index < end) {
			end = n.e.Index
		}
	}
	var declared *step
	for _, s := range f.run.steps {
		i := s.e.Index
		if s.in != page.in || s.main || s.role != RoleThirdParty || s.at.host == "" || i < page.e.Index || end >= 0 && i > end {
			continue
		}
		if referer := header(s.e.Request.Headers, "Referer"); referer != "" && parseAddress(referer, address{}).origin() != page.at.origin() {
			continue // something else asked for it
		}
		if !f.declaredThirdParty(s) {
			return s
		}
		if declared == nil {
			declared = s
		}
	}
	return declared
}

func (f *flow) declaredThirdParty(s *step) bool {
	return f.run.lanes.registered.Host(s.at.scheme, s.at.host).Role == integration.HostThirdParty
}

func thirdParty(f *flow, page, s *step, expected string) ruling {
	at := refs("", page, s)
	const cure = "Answer the callback with a redirect to an address without the code, and load what others serve on the page after it."
	if f.declaredThirdParty(s) {
		return warns("A declared third party is asked while the code is in the address", expected, s.at.host, at).
			because(CausePartnerCode, "The page at "+page.at.String()+" asked "+s.at.host+", a declared third party, while its address held the code; a script from there can read it.", cure)
	}
	return fails("A third party is asked while the code is in the address", expected, s.at.host, at).
		because(CausePartnerCode, "The page at "+page.at.String()+" asked "+s.at.host+", which the integration does not declare, while its address held the code. Either it is a third party's, whose scripts can read the code, or an own host that the description leaves out.", cure)
}

// tokenNames are the parameters that are tokens.
var tokenNames = []string{"access_token", "id_token", "refresh_token"}

// tokenAmong gives the name of a token among parameters.
func tokenAmong(fields []transcript.Field) string {
	i := slices.IndexFunc(fields, func(p transcript.Field) bool { return p.Value != "" && slices.Contains(tokenNames, p.Name) })
	if i < 0 {
		return ""
	}
	return fields[i].Name
}
