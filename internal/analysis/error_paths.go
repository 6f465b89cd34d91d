package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// ErrorTranscript is what a run shows of one refusal: what arrived, what was
// answered, what the user saw, and what the rules say of it.
type ErrorTranscript struct {
	Refusal Refusal `json:"refusal"`
	Flow    int     `json:"flow"` // the sign-in within the run
	By      Arrival `json:"by"`
	// Code is the code word that arrived, redacted when it is not a documented
	// one; empty where none did.
	Code string `json:"code,omitempty"`
	// At is the entry that shows it, Place its host and path, Answer the status
	// with which it was answered: by the partner, or, where nothing came back to
	// the partner, by the provider. 0 stands for no answer.
	At     Ref    `json:"at"`
	Place  string `json:"place"`
	Answer int    `json:"answer"`
	Saw    Saw    `json:"saw"`

	Handling Handling `json:"handling"`
	// Why is set on Untold.
	Why string `json:"why,omitempty"`
	// Said is what the rules about it say: failures and warnings, and of what
	// cannot be told also what was not seen.
	Said []Said `json:"said"`
}

// Arrival says how a refusal showed itself.
type Arrival string

// The arrivals.
const (
	ByCallback      Arrival = "callback"       // an error came back to the partner
	ByProviderPage  Arrival = "provider_page"  // the provider kept the user on a page of its own
	ByTokenEndpoint Arrival = "token_endpoint" // the provider refused the partner's server
	BySecondLoad    Arrival = "second_load"    // the answer was sent to the partner once more
	ByNoAnswer      Arrival = "no_answer"      // the provider answered 500 or more, or nothing
)

// Handling is what became of a refusal.
type Handling string

// The handlings. Untold is never shown as Handled.
const (
	Handled    Handling = "handled"
	Mishandled Handling = "mishandled"
	Untold     Handling = "untold" // exercised, and the run cannot tell
)

// Known is the answer to a question that a transcript may not answer.
type Known string

// The answers.
const (
	Yes     Known = "yes"
	No      Known = "no"
	NotTold Known = "not_seen"
)

// Saw is what the user saw in the end.
type Saw struct {
	// Page is the page on which the user ended; nil when the run does not show it.
	Page   *Ref   `json:"page,omitempty"`
	Place  string `json:"place,omitempty"` // its host and path
	Status int    `json:"status,omitempty"`
	Role   Role   `json:"role,omitempty"` // whose page it is
	Name   string `json:"name,omitempty"` // what the partner calls it, such as denied page
	// RawError: it shows the error code word or the description.
	RawError   Known `json:"raw_error"`
	WayOn      Known `json:"way_on"` // a link or button to try again, or a help link
	StackTrace Known `json:"stack_trace"`
	Blank      Known `json:"blank"` // it holds less than a sentence
}

// Said is a finding about an error transcript, by its place among the run's.
type Said struct {
	Finding int     `json:"finding"` // position, from 0
	Rule    string  `json:"rule"`
	Verdict Verdict `json:"verdict"`
	Title   string  `json:"title"`
	Cure    string  `json:"cure,omitempty"`
}

// arrival is a refusal before the findings are heard.
type arrival struct {
	refusal Refusal
	by      Arrival
	code    string
	at, end *step
	// deciding is the rule without whose word nothing is handled; heard are the
	// others that may say that it is not.
	deciding string
	heard    []string
	why      string // why it cannot be told, where no rule is about it
}

// aboutRefusals are the rules that are heard of an error that came back.
var aboutRefusals = []string{"ER-01", "ER-02", "ER-03", "ER-04", "ER-05", "ER-06", "ER-08", "ER-09", "SA-08", "CB-24", "CB-01"}

// ofTampered are rules about errors that somebody tampered with; of any other
// error it is not missing that they have not seen it.
var ofTampered = []string{"ER-06", "ER-09"}

// errorTranscripts gives what the run shows of refusals in one sign-in.
func (f *flow) errorTranscripts(findings []Finding) []ErrorTranscript {
	out := []ErrorTranscript{}
	for _, a := range f.arrivals() {
		t := ErrorTranscript{
			Refusal: a.refusal, Flow: f.number, By: a.by, Code: a.code, At: a.at.ref(""), Place: a.at.at.host + a.at.at.path,
			Answer: a.at.status(), Saw: f.saw(a.end, a.code), Said: []Said{},
		}
		a.judge(&t, findings)
		out = append(out, t)
	}
	return out
}

// arrivals finds the refusals that a sign-in met.
func (f *flow) arrivals() []arrival {
	var out []arrival
	switch f.outcome() {
	case OutcomeError:
		a := arrival{refusal: f.dialect.refusalOf(f.errorCode()), by: ByCallback, code: f.errorCode(), at: f.callback, end: f.final,
			deciding: f.dialect.words.pageRule, heard: aboutRefusals}
		if f.failedVerification() {
			a.refusal = RefusalVerification
		}
		if last := f.lost(); last != nil {
			a.end = last
		}
		return []arrival{a}
	case OutcomeAbandoned:
		if a, found := f.keptByProvider(); found {
			out = append(out, a)
		}
		return out
	case OutcomeCode, OutcomeToken, OutcomeSuccess, OutcomeUnknown:
	}
	out = append(out, f.refusedTokens()...)
	return append(out, f.sentAgain()...)
}

// failedVerification tells whether the scenario of the run is one in which the
// user's verification does not succeed: no code word says so.
func (f *flow) failedVerification() bool {
	return slices.Contains([]string{scenarioFailed, scenarioNoMember}, f.authorize.in.Scenario)
}

const atProvider = "The provider keeps the user on a page of its own and leads nobody back, so what the partner would answer is not seen."

// keptByProvider finds the refusal that leads nobody back: no answer, or an error
// page of the provider's own.
func (f *flow) keptByProvider() (a arrival, found bool) {
	last := f.way[len(f.way)-1]
	if last.role != RoleProvider || last.isRedirect() {
		return a, false
	}
	a = arrival{by: ByProviderPage, at: last, end: last, why: atProvider}
	if last.unanswered() || last.status() >= 500 {
		a.refusal, a.by, a.why = RefusalProviderDown, ByNoAnswer, "The sign-in ends at the provider, so what the partner would answer is not seen."
		return a, true
	}
	switch {
	case f.failedVerification() && last.isPage():
		a.refusal = RefusalVerification
	case f.dialect == &oauth && showsError(last):
		a.code = last.e.Facts.Code(transcript.FactRawErrorCode)
		a.refusal = f.wrongRequest(a.code)
	}
	return a, a.refusal != ""
}

// showsError tells whether a page of the provider is one of error: by its status
// or its words, or else because it asks for nothing.
func showsError(s *step) bool {
	if s.status() >= 400 || s.e.Facts.Code(transcript.FactRawErrorCode) != "" {
		return true
	}
	visible, _, why := pageText(s)
	fields, known := s.e.Facts.Number(transcript.FactFormFields)
	return why == "" && known && fields == 0 && visible >= minVisible
}

// wrongRequest names what is wrong with a request that the provider answered with
// a page of its own: by the code word on that page, or else by the request.
func (f *flow) wrongRequest(code string) Refusal {
	if code != "" {
		return f.dialect.refusalOf(code)
	}
	ask := f.authorize
	client, clientKnown := ask.e.Facts.Bool(transcript.FactClientRegistered)
	target, targetKnown := ask.e.Facts.Bool(transcript.FactRedirectRegistered)
	switch {
	case ask.value("redirect_uri") == "":
		return RefusalRequest
	case clientKnown && !client:
		return RefusalClient
	case targetKnown && !target:
		return RefusalRedirectURI
	case !knownResponseType(ask.value("response_type")):
		return RefusalResponseType
	}
	return ""
}

// knownResponseType tells whether a response_type is one of OAuth's or OpenID Connect's.
func knownResponseType(value string) bool {
	words := strings.Fields(strings.ReplaceAll(value, "+", " "))
	return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains([]string{"code", "token", "id_token", "none"}, w) })
}

// refusedTokens finds the token requests of the sign-in that the provider
// refused, or did not answer.
func (f *flow) refusedTokens() []arrival {
	var out []arrival
	for _, s := range f.tokens {
		a := arrival{by: ByTokenEndpoint, at: s, end: f.final, deciding: "TK-11", heard: []string{"CB-06"},
			why: "The provider refused the token request; no rule says what the user saw after it."}
		switch code := text(s.answer(), "error"); {
		case s.unanswered() || s.status() >= 500:
			a.refusal, a.by = RefusalProviderDown, ByNoAnswer
			a.why = "The token request got no tokens; no rule says what the user saw after it."
		case s.status() >= 400 && code != "":
			a.refusal, a.code = f.dialect.refusalOf(code), code
		default:
			continue
		}
		out = append(out, a)
	}
	return out
}

// sentAgain finds the answer of the provider that was sent to the partner a
// second time: a code, or a Response, which may also be out of its time.
func (f *flow) sentAgain() []arrival {
	if f.dialect == &saml {
		return f.postedAgain()
	}
	code := f.callback.value("code")
	if code == "" {
		return nil
	}
	for _, s := range f.run.steps[f.callback.seq+1:] {
		if !s.main || s.at != f.callback.at || slices.Contains(f.way, s) {
			continue
		}
		if same, comparable := equal(s, s.value("code"), f.callback, code); same && comparable {
			return []arrival{{refusal: RefusalSpentCode, by: BySecondLoad, at: s, end: endOf(s), deciding: "CB-06"}}
		}
	}
	return nil
}

func (f *flow) postedAgain() []arrival {
	for _, key := range messageKeys(f.callback) {
		for _, s := range f.run.messages[key] {
			if s.seq > f.callback.seq && s.in == f.callback.in && s.at == f.callback.at && !slices.Contains(f.way, s) {
				return []arrival{{refusal: RefusalSpentResponse, by: BySecondLoad, at: s, end: endOf(s), deciding: "SA-07"}}
			}
		}
	}
	if inTime, known := f.callback.e.Facts.Bool(transcript.FactSAMLTimes); known && !inTime {
		return []arrival{{refusal: RefusalSpentResponse, by: ByCallback, at: f.callback, end: f.final,
			why: "The Response arrives outside its time, by the clock of the capture; no rule says whether it was taken."}}
	}
	return nil
}

// endOf gives the page to which a load led, nil when the run does not show it.
func endOf(s *step) *step {
	if s = lastOf(s); s.isRedirect() {
		return nil
	}
	return s
}

// judge puts together what the rules say of the sign-in.
func (a arrival) judge(t *ErrorTranscript, findings []Finding) {
	t.Handling, t.Why = Untold, a.why
	decided, dark := false, []Said{}
	for i, x := range findings {
		if x.Flow != t.Flow || x.Rule != a.deciding && !slices.Contains(a.heard, x.Rule) {
			continue
		}
		said := Said{Finding: i, Rule: x.Rule, Verdict: x.Verdict, Title: x.Title, Cure: x.Cure}
		switch x.Verdict {
		case Fail:
			t.Handling = Mishandled
			t.Said = append(t.Said, said)
		case Warn:
			t.Said = append(t.Said, said)
		case NotSeen:
			if !slices.Contains(ofTampered, x.Rule) {
				dark = append(dark, said)
			}
			if x.Rule == a.deciding {
				t.Why = x.Why
			}
		case Pass:
		}
		decided = decided || x.Rule == a.deciding && x.Verdict != NotSeen
	}
	if t.Handling == Untold && decided {
		t.Handling = Handled
	}
	if t.Handling != Untold {
		t.Why = ""
		return
	}
	t.Said = append(t.Said, dark...)
}

// turnedBackWith is what a page after a refusal is named by; see pageName.
func (f *flow) turnedBackWith(code string) string {
	if f.dialect == &saml && f.outcome() == OutcomeError {
		return answerOfResponse(f.callback)
	}
	return first(code, "error")
}

// saw reads what is known of the page on which the user ended.
func (f *flow) saw(s *step, code string) Saw {
	out := Saw{RawError: NotTold, WayOn: NotTold, StackTrace: NotTold, Blank: NotTold}
	if s == nil {
		return out
	}
	ref := s.ref("")
	out.Page, out.Place, out.Status, out.Role, out.Name = &ref, s.at.host+s.at.path, s.status(), s.role, f.run.pageName(s, f.turnedBackWith(code))
	facts := s.e.Facts
	visible, written, why := pageText(s)
	if why != "" || written && visible < minVisible {
		return out
	}
	text, _ := facts.Bool(transcript.FactRawErrorText)
	retry, _ := facts.Bool(transcript.FactRetryControl)
	help, _ := facts.Bool(transcript.FactHelpLink)
	trace, _ := facts.Bool(transcript.FactStackTrace)
	out.RawError = yesOrNo(text || facts.Code(transcript.FactRawErrorCode) != "")
	out.WayOn, out.StackTrace, out.Blank = yesOrNo(retry || help), yesOrNo(trace), yesOrNo(visible < minVisible)
	return out
}

func yesOrNo(is bool) Known {
	if is {
		return Yes
	}
	return No
}
