package analysis

import (
	"cmp"
	"slices"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

var restartRules = []row{
	{
		Rule: Rule{
			ID: "CB-24", Family: FamilyCallback, Severity: Medium, Protocols: anyOfTwo,
			Title:   "An error does not start the sign-in again by itself",
			Needs:   []Need{NeedRefusal, NeedFinalPage, NeedFacts},
			Decides: "Fails when the callback with an error leads to another request without the user's doing; a silent one (prompt=none, IsPassive) may.",
			Clause:  "RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6; SAML 2.0 Core, 3.4.1; ID.me, error codes",
		},
		facts: true, refusals: true,
		judge: judgeRestart,
	},
}

var afterErrorRules = []row{
	{
		Rule: Rule{
			ID: "ER-03", Family: FamilyRefusal, Severity: High, Protocols: anyOfTwo,
			Title:   "No stack trace is shown after a refusal",
			Needs:   []Need{NeedRefusal, NeedFinalPage, NeedFacts},
			Decides: "Fails when a page or answer of the partner from the callback on holds the marks of a stack trace.",
			Clause:  "OWASP ASVS 5.0, 16.5.1; CWE-209",
		},
		facts: true, refusals: true,
		judge: judgeStackTrace,
	},
	{
		Rule: Rule{
			ID: "ER-08", Family: FamilyRefusal, Severity: Critical, Protocols: anyOfTwo,
			Title:   "A refusal opens no session",
			Needs:   []Need{NeedRefusal, NeedFinalPage, NeedCookies},
			Decides: "Fails when the user ends on the landing page with a new cookie after an error; warns when on the landing page without one. A new cookie on another page is not seen as either.",
			Clause:  "RFC 6749, 4.1.2.1; RFC 9700, 4.7; SAML 2.0 Core, 3.2.2.2",
		},
		facts: true, refusals: true,
		judge: judgeNoSession,
	},
}

// silentErrors are the answers to prompt=none after which a visible request is right.
var silentErrors = []string{"login_required", "interaction_required", "consent_required", "account_selection_required"}

// passiveStatus is the answer to IsPassive after which it is.
const passiveStatus = "NoPassive"

func judgeRestart(_ *court, f *flow) ruling {
	const expected = "a page after the error, and a new request only when the user asks for it"
	s := f.callback
	for range maxFollow {
		next := s.follow()
		if next == nil {
			break
		}
		if f.dialect.asks(next) {
			return restarted(f, next, next.at.host, expected)
		}
		s = next
	}
	if s.isRedirect() && f.dialect == &oauth && asksIn(s.location()) { // of a SAML message it takes the request to tell
		return restarted(f, s, parseAddress(s.location(), s.at).host, expected)
	}
	if !s.isRedirect() && f.maybeByScript(s) {
		return unseen("The page after the error holds scripts, and the capture does not say whether they or the user started the next sign-in. Save it with the browser's request headers.", refs("", s, s.next)...)
	}
	switch {
	case f.incomplete() != "":
		return unseen(f.incomplete(), refs("", f.callback)...)
	case f.mayCallMore():
		return unseen(endsWithPage, refs("", f.final)...)
	}
	return passes("The error ends on a page", expected, "a page at "+f.final.at.host, refs("", f.callback, f.final))
}

func restarted(f *flow, s *step, host, expected string) ruling {
	at := refs("", f.callback, s)
	const silently = "A visible request follows a silent one"
	switch {
	case f.authorize.value("prompt") == "none" && slices.Contains(silentErrors, f.errorCode()):
		return passes(silently, expected, f.errorCode()+" to prompt=none", at)
	case f.dialect == &saml && f.errorCode() == passiveStatus:
		return passes(silently, expected, passiveStatus+" to IsPassive", at)
	}
	return fails("The error starts the sign-in again", expected, "another "+f.dialect.words.request+", to "+host, at).
		because(CausePartnerCode, "The answer to "+f.errorWord()+" led the browser to another "+f.dialect.words.request+" without a page between; who has declined is asked again and again.",
			"Answer the error with a page that says what happened, and start again only on the user's click.")
}

// asksIn tells whether an address is that of an authorization request.
func asksIn(location string) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(queryOf(location), func(p transcript.Field) bool { return p.Name == name && p.Value != "" })
	}
	return has("client_id") && (has("response_type") || has("request_uri") || has("request"))
}

// maybeByScript tells whether a page's scripts may have led to the sign-in that
// follows it: nothing says whether the user clicked.
func (f *flow) maybeByScript(s *step) bool {
	scripts, known := scripted(s)
	if s.next == nil || known && !scripts || header(s.next.e.Request.Headers, "Sec-Fetch-User") != "" {
		return false
	}
	for n := s.next; n != nil; n = n.next {
		if f.dialect.asks(n) {
			return true
		}
		if !n.isRedirect() {
			break
		}
	}
	return false
}

func judgeStackTrace(_ *court, f *flow) ruling {
	const expected = "no stack trace in a page or answer"
	for _, s := range f.entries {
		found, _ := s.e.Facts.Bool(transcript.FactStackTrace)
		if found && !s.back && s.seq >= f.callback.seq && (s.role == RolePartner || s == f.callback) {
			return fails("A stack trace is shown after the refusal", expected, "in the "+s.e.Facts.Code(transcript.FactBodyKind)+" of "+s.at.host+s.at.path, refs("", s)).
				because(CausePartnerCode, "The answer to "+f.errorWord()+" holds the marks of a stack trace: an error was not caught, and its details are sent to the browser.",
					"Catch the error in the callback, answer with a page of your own, and switch detailed errors off outside development.")
		}
	}
	s, r := finalPage(f)
	if r != nil {
		return *r
	}
	at := refs("", s)
	_, known := s.e.Facts.Bool(transcript.FactStackTrace)
	cut, _ := s.e.Facts.Bool(transcript.FactTruncatedBody)
	visible, written, why := pageText(s)
	switch {
	case s.role != RolePartner:
		return unseen("The user does not end on a page of the partner; see ER-01.", at...)
	case !known || cut:
		return unseen("The capture does not hold the whole content of the page on which the user ended. Save it with content, or use the recorder.", at...)
	case why == "" && written && visible < minVisible:
		return unseen(scriptWritten, at...)
	case f.cannotShow(capture.LimitTail):
		return unseen(f.incomplete(), at...)
	}
	return passes("No stack trace is shown", expected, "none", at)
}

func judgeNoSession(_ *court, f *flow) ruling {
	const expected = "no session cookie and no landing page after an error"
	s, r := finalPage(f)
	if r != nil {
		return *r
	}
	name := f.run.pageName(s, f.errorCode())
	is := sessionOf(f)
	at := append(refs("", f.callback, s), refs("Set-Cookie", stepsOf(is.fresh)...)...)
	landed := name == pageNames["landing"] && s.status() > 0 && s.status() < 400
	cure := f.dialect.words.noSession
	switch {
	case landed && len(is.fresh) > 0:
		return fails("The refusal opens a session", expected, is.fresh[0].Name+" is set and the landing page shown", at).
			because(CausePartnerCode, "After "+f.errorWord()+" the partner set a new cookie and led to "+s.at.host+s.at.path+", which is declared as the page for those who have signed in.", cure)
	case landed:
		return warns("The refusal ends on the landing page", expected, "the landing page, no new cookie", at).
			because(CausePartnerCode, "After "+f.errorWord()+" the user is on "+s.at.host+s.at.path+", which is declared as the page for those who have signed in; whether it shows a session the capture does not say.",
				"Lead a refusal to a page of its own, and check that it opens no session.")
	case s.e.Failed || s.status() == 0 || s.role != RolePartner:
		return unseen("The user does not end on a page of the partner; see ER-01.", at...)
	case f.incomplete() != "":
		return unseen(f.incomplete(), at...)
	case landingRefused(f) != nil:
		return passes("The refusal opens no session", expected, "the landing page, opened after it, is refused", refs("", f.callback, s, landingRefused(f)))
	case f.hidesCookies() != "":
		return unseen(f.hidesCookies(), at...)
	case len(is.fresh) > 0:
		return unseen("The refusal sets the cookie "+is.fresh[0].Name+" anew, and what it stands for the capture does not show. Open the landing page after the refusal in the same recording.", at...)
	case len(is.kept) > 0 && name != pageNames["denied"] && name != pageNames["error"]:
		return unseen("The cookie "+is.kept[0].name+" of before stays, and the page is declared neither as denied nor as error page. Declare it, or open the landing page after the refusal in the same recording.", at...)
	case f.mayCallMore():
		return unseen(endsWithPage, at...)
	}
	return passes("The refusal opens no session", expected, "no new cookie, "+cmp.Or(name, "another page"), at)
}

// landingRefused gives a visit of the landing page after the refusal that led
// elsewhere or was forbidden, so that nobody is signed in; nil without one.
func landingRefused(f *flow) *step {
	for n := f.final.next; n != nil && !f.dialect.asks(n); n = n.next {
		if f.run.pageName(n, "code") != pageNames["landing"] {
			continue
		}
		if n.status() == 401 || n.status() == 403 || n.isRedirect() && parseAddress(n.location(), n.at) != n.at {
			return n
		}
	}
	return nil
}
