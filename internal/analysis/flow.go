package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Outcome is how a sign-in ended.
type Outcome string

// The outcomes.
const (
	OutcomeCode      Outcome = "code"      // the callback brought a code
	OutcomeError     Outcome = "error"     // the callback brought an error
	OutcomeToken     Outcome = "token"     // the callback brought tokens and no code
	OutcomeSuccess   Outcome = "success"   // the callback brought a SAML Response with the status Success
	OutcomeUnknown   Outcome = "unknown"   // a callback came; what it brought is not in the transcript
	OutcomeAbandoned Outcome = "abandoned" // no callback came
)

// Start is how a sign-in began.
type Start string

// The starts.
const (
	StartRequest  Start = "request"  // with a request of the partner
	StartProvider Start = "provider" // with a SAML Response that answers no request
	StartMissing  Start = "missing"  // with a request that the run does not hold
)

// Flow is one sign-in of a run.
type Flow struct {
	Number   int      `json:"number"` // within the run, from 1, by the time of the authorization request
	Protocol Protocol `json:"protocol"`
	Start    Start    `json:"start"`
	Outcome  Outcome  `json:"outcome"`
	// ErrorCode is the code word of OutcomeError, of SAML that of the status;
	// redacted when it is not a documented one.
	ErrorCode string `json:"error_code,omitempty"`
	// Authorize is the authorization request or AuthnRequest; the callback where
	// the run holds none.
	Authorize Ref `json:"authorize"`
	// Callback is nil for OutcomeAbandoned.
	Callback *Ref `json:"callback,omitempty"`
	// Final is the page on which the user ended; nil when the transcript does not show it.
	Final *Ref `json:"final,omitempty"`
	// JoinedBy says what ties the callback to the request: "state",
	// "in_response_to", "relay_state" or "order".
	JoinedBy string `json:"joined_by,omitempty"`
	// Hops is the browser's own way, from the page that led to the request to the final page.
	Hops []Hop `json:"hops"`
	// Tokens and Data are the calls that redeem the code and read the user's data.
	Tokens []Ref `json:"tokens,omitempty"`
	Data   []Ref `json:"data,omitempty"`
}

// Flows joins the entries of one run's captures into sign-ins, in the order of
// their authorization requests. It gives none where the captures hold no
// request of this integration.
func Flows(cfg integration.Config, in []Input) []Flow {
	r := newRun(cfg, in)
	parts := r.parts()
	out := make([]Flow, 0, len(r.flows))
	for _, f := range r.flows {
		v := Flow{
			Number: f.number, Protocol: f.dialect.protocol, Start: f.start(),
			Outcome: f.outcome(), ErrorCode: f.errorCode(), JoinedBy: f.joinedBy,
			Authorize: f.authorize.ref(""), Callback: refTo(f.callback), Final: refTo(f.final),
		}
		answer := ""
		for _, s := range f.way {
			h := r.hop(s, parts)
			answer = answerOf(s, answer)
			h.Name = r.pageName(s, answer)
			v.Hops = append(v.Hops, h)
		}
		for _, s := range f.tokens {
			v.Tokens = append(v.Tokens, s.ref(""))
		}
		for _, s := range f.data {
			v.Data = append(v.Data, s.ref(""))
		}
		out = append(out, v)
	}
	return out
}

// flow is a Flow with its steps.
type flow struct {
	run       *run
	dialect   *dialect
	number    int
	authorize *step // the callback where the run holds no request
	callback  *step
	onTarget  bool    // the callback is where the request wants its answer
	final     *step   // nil when the way breaks off before a page
	way       []*step // main hops from the lead-in to final
	entries   []*step // all entries of the run from the lead-in to the next flow's
	tokens    []*step
	data      []*step
	joinedBy  string
	sent      valueKey // by which an answer can name the request, such as its ID
	cookies   *flowCookies
}

func (f *flow) outcome() Outcome {
	if f.callback == nil {
		return OutcomeAbandoned
	}
	return f.dialect.outcome(f.callback)
}

func (f *flow) errorCode() string {
	if f.outcome() != OutcomeError {
		return ""
	}
	return f.dialect.errorCode(f.callback)
}

// errorWord names the error in a sentence.
func (f *flow) errorWord() string {
	if word := f.errorCode(); word != "" {
		return word
	}
	return f.dialect.words.refused
}

// cannotShow tells whether any capture of the browser's way leaves the thing out.
func (f *flow) cannotShow(limit string) bool {
	for _, s := range f.way {
		if s.in.cannotShow(limit) {
			return true
		}
	}
	return false
}

// incomplete says why the transcript does not hold the whole sign-in, empty when it does.
func (f *flow) incomplete() string {
	switch {
	case f.callback == nil:
		return f.dialect.words.noReturn
	case f.final == nil:
		return "The page on which the user ended is not in this run. Record the sign-in until the last page has loaded."
	case f.start() == StartMissing:
		return requestMissing
	case f.unasked() && f.way[0] == f.callback:
		return "The run begins with the Response, so the pages before it are missing. Record the sign-in from its first page."
	case f.cannotShow(capture.LimitTail):
		return "The capture is cut off, so later requests are missing. Save it again and upload the whole file."
	}
	return ""
}

// endsWithPage is the reason where the capture ends with a page that may have asked for more.
const endsWithPage = "Nothing after the last page is in the capture, so the requests that this page makes are missing. Record until it has loaded."

// mayCallMore tells whether scripts of the final page may have made requests
// that the capture does not hold, because it ends with that page.
func (f *flow) mayCallMore() bool {
	scripts, known := f.final.e.Facts.Number(transcript.FactScripts)
	return (scripts > 0 || !known) && !f.followed()
}

// withoutHeaders is the reason where the exporter left request headers out.
const withoutHeaders = "The capture holds no request headers, neither Referer nor Authorization. Save it with another exporter."

// hasHeaders tells whether requests from the callback on have their headers.
func (f *flow) hasHeaders() bool {
	for _, s := range f.run.steps[f.callback.seq:] {
		if s.in == f.callback.in && len(s.e.Request.Headers) > 0 {
			return true
		}
	}
	return false
}

// followed tells whether the capture goes on after the final page.
func (f *flow) followed() bool {
	for _, s := range f.run.steps[f.final.seq+1:] {
		if s.in == f.final.in {
			return true
		}
	}
	return false
}

// refTo points to a step, nil to none.
func refTo(s *step) *Ref {
	if s == nil {
		return nil
	}
	ref := s.ref("")
	return &ref
}

// refs points to the given steps, each once, less those that are nil.
func refs(param string, steps ...*step) []Ref {
	out := []Ref{}
	for _, s := range steps {
		if s != nil && !slices.Contains(out, s.ref(param)) {
			out = append(out, s.ref(param))
		}
	}
	return out
}
