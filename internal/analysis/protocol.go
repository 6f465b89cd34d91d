package analysis

import "github.com/proofwalk/proofwalk/internal/integration"

// Protocol is the protocol of a sign-in, as far as rules tell them apart.
type Protocol string

// The protocols of sign-ins.
const (
	ProtocolOAuth Protocol = "oauth" // OAuth 2.0 and OpenID Connect
	ProtocolSAML  Protocol = "saml"
)

// Protocols that a rule hears; a row without any hears OAuth.
var (
	onlySAML = []Protocol{ProtocolSAML}
	anyOfTwo = []Protocol{ProtocolOAuth, ProtocolSAML}
)

// dialect is what finding, joining and judging a sign-in ask of its protocol.
// The way of the browser, the hops and the pages are the same for all.
type dialect struct {
	protocol Protocol
	// asks tells whether a step has the shape of a request to sign in, ours
	// whether such a request is one of the integration.
	asks func(*step) bool
	ours func(integration.Config, *step) bool
	// ties are what ties an answer to its request, the surest first.
	ties []tie
	// answers tells whether a step brings what an answer to a request brings.
	answers func(*step) bool
	// returns tells whether a step is a load of the address at which the request wants its answer.
	returns func(cfg integration.Config, s, authorize *step) bool
	// outcome and errorCode say what a callback brought.
	outcome   func(callback *step) Outcome
	errorCode func(callback *step) string
	// target is the address at which the request wants its answer, empty when it names none.
	target func(authorize *step) string
	words  wording
}

// tie is a parameter of a request and the one that brings it back.
type tie struct {
	name       string // for Flow.JoinedBy
	sent, back string
	onTarget   bool // holds only at the address at which the request wants its answer
	exclusive  bool // an answer with the value of one request is none to another
}

// wording is what findings call the same thing in the two protocols.
type wording struct {
	noFlow       string // why no rule can be heard
	request      string // what asks for a sign-in
	noReturn     string // why a sign-in without callback cannot be judged
	plainTarget  string // TR-01: the address of the callback begins with http
	secureTarget string // TR-01: its cure
	lowerTarget  string // TR-04: the cure of a return to a production host
	cookie       string // CB-20: the cookie that ties the browser to its request
	bound        string // CB-20: what is bound to that cookie
	cookieCure   string // CB-20: its cure
	answerPosted string // CB-20: which answers are posted
	noneBefore   string // CB-20: what to do where no such cookie is seen
	refused      string // what was answered where no error code is known
	unprepared   string // ER-02: why the application failed
	lookFirst    string // ER-02: its cure
	pageRule     string // without whose word no refusal counts as handled
	noSession    string // ER-08: its cure
	rawExpected  string // ER-04: what must not be in the text
	rawNone      string // ER-04: none of it is
	rawText      string // ER-04: the text that the error came with
	rawWhy       string // ER-04: where the text comes from
	rawCure      string // ER-04: its cure
}

// dialectsOf gives the protocols in which the integration signs people in: its
// own, or all where it is not described.
func dialectsOf(cfg integration.Config) []*dialect {
	switch cfg.Protocol {
	case "":
		return []*dialect{&oauth, &saml}
	case integration.SAML2:
		return []*dialect{&saml}
	}
	return []*dialect{&oauth}
}

// oauth is OAuth 2.0 and OpenID Connect.
var oauth = dialect{
	protocol:  ProtocolOAuth,
	asks:      asksToSignIn,
	ours:      ours,
	ties:      []tie{{name: "state", sent: "state", back: "state", onTarget: true}},
	answers:   carriesAnswer,
	returns:   func(_ integration.Config, s, authorize *step) bool { return returnsTo(s, authorize) },
	outcome:   codeOutcome,
	errorCode: func(callback *step) string { return callback.value("error") },
	target:    func(authorize *step) string { return authorize.value("redirect_uri") },
	words: wording{
		noFlow:       noFlow,
		request:      "authorization request",
		noReturn:     "The sign-in does not come back to the redirect URI in this run. Record it until the last page has loaded.",
		plainTarget:  "The redirect URI of the request itself begins with http.",
		secureTarget: "Register an https redirect URI and send that one.",
		lowerTarget:  "Register a redirect URI of a lower environment with the sandbox client.",
		cookie:       "state cookie",
		bound:        "state",
		cookieCure:   "Set the state cookie with SameSite=None; Secure; HttpOnly, or let the provider answer in the query.",
		answerPosted: "The rule judges sign-ins with response_mode=form_post.",
		noneBefore:   "See CB-02.",
		refused:      "the error",
		unprepared:   "The application did not expect an answer without a code.",
		lookFirst:    "Look for error in the callback before anything else, and answer it with a page.",
		pageRule:     "ER-01",
		noSession:    "Look for error in the callback before anything else, end the sign-in there, and open a session only for a code that your server has redeemed.",
		rawExpected:  "neither the error code word nor the description in the visible text",
		rawNone:      "neither",
		rawText:      "the description",
		rawWhy:       "The page repeats what came in the address; it was written for developers.",
		rawCure:      "Map each error code to a sentence of your own and log the raw one.",
	},
}

func codeOutcome(callback *step) Outcome {
	switch {
	case callback.value("error") != "":
		return OutcomeError
	case callback.value("code") != "":
		return OutcomeCode
	case callback.value("access_token") != "" || callback.value("id_token") != "":
		return OutcomeToken
	}
	return OutcomeUnknown
}
