package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// saml is the web browser profile of SAML 2.0: an AuthnRequest to the provider
// and a Response posted to the assertion consumer service.
var saml = dialect{
	protocol: ProtocolSAML,
	asks:     asksByMessage,
	ours:     ourMessage,
	ties: []tie{
		{name: "in_response_to", sent: "saml.id", back: "saml.in_response_to", exclusive: true},
		{name: "relay_state", sent: "RelayState", back: "RelayState"},
	},
	answers:   carriesResponse,
	returns:   returnsToService,
	outcome:   responseOutcome,
	errorCode: statusWord,
	target:    func(authorize *step) string { return authorize.value("saml.acs_url") },
	words: wording{
		noFlow:       noSAMLFlow,
		request:      "AuthnRequest",
		noReturn:     "The sign-in does not come back to the assertion consumer service in this run. Record it until the last page has loaded.",
		plainTarget:  "The address of the assertion consumer service itself begins with http.",
		secureTarget: "Register an https address of the assertion consumer service and name that one in the request.",
		lowerTarget:  "Register an assertion consumer service of a lower environment with the sandbox service provider.",
		cookie:       "request's cookie",
		bound:        "request",
		cookieCure:   "Set the cookie that ties the browser to its request with SameSite=None; Secure; HttpOnly.",
		answerPosted: "A Response belongs into a posted form; see SA-01.",
		noneBefore:   "Record it in a fresh browser window, from the page with the button on.",
		refused:      "the status",
		unprepared:   "The application did not expect a Response without an assertion.",
		lookFirst:    "Look at the status of the Response before anything else, and answer any but Success with a page.",
		pageRule:     "SA-08",
		noSession:    "Look at the status of the Response before anything else, end the sign-in there, and open a session only for an assertion that was checked.",
		rawExpected:  "no StatusMessage in the visible text",
		rawNone:      "none",
		rawText:      "the StatusMessage",
		rawWhy:       "The page repeats what came in the Response; it was written for developers.",
		rawCure:      "Map each status to a sentence of your own and log the raw one.",
	},
}

// noSAMLFlow is the reason of every rule where a run holds no SAML sign-in.
const noSAMLFlow = "No SAML sign-in of this integration was found in the run: no request carries its SAMLRequest, and no SAMLResponse arrives at its assertion consumer service. Record the run from the page with the sign-in button on."

// successStatus is the word of a Response that brings an assertion.
const successStatus = "Success"

// carriesMessage tells whether a step carries a SAML message under this name; of
// a form whose values the exporter replaced only the name is left.
func carriesMessage(s *step, name string) bool {
	if s.value(name) != "" {
		return true
	}
	return hidesForm(s) && slices.ContainsFunc(s.e.Request.Form, func(p transcript.Field) bool { return p.Name == name })
}

// asksByMessage tells whether an entry has the shape of an AuthnRequest. A
// message that could not be decoded may be one.
func asksByMessage(s *step) bool {
	if m := s.e.Request.Method; m != "GET" && m != "POST" {
		return false
	}
	kind := s.value("saml.type")
	return carriesMessage(s, "SAMLRequest") && (kind == "" || kind == "AuthnRequest")
}

// ourMessage tells whether an AuthnRequest is one of the integration: by its
// issuer, the service that it names or the host it is sent to. Without an
// integration every one is.
func ourMessage(cfg integration.Config, s *step) bool {
	if undescribed(cfg) {
		return true
	}
	return cfg.SAML.EntityID != "" && s.value("saml.issuer") == cfg.SAML.EntityID ||
		slices.Contains(cfg.SAML.ACSURLs, s.value("saml.acs_url")) ||
		cfg.ExpectedAPIHost != "" && strings.EqualFold(s.at.host, cfg.ExpectedAPIHost)
}

// undescribed tells whether nothing is declared by which a SAML message could be the integration's.
func undescribed(cfg integration.Config) bool {
	return cfg.SAML.EntityID == "" && len(cfg.SAML.ACSURLs) == 0 && cfg.ExpectedAPIHost == ""
}

// carriesResponse tells whether a step brings a Response to the partner. What is
// posted to the provider answers a sign-in of the provider's own.
func carriesResponse(s *step) bool {
	if !s.main || s.role == RoleProvider {
		return false
	}
	kind := s.value("saml.type")
	return carriesMessage(s, "SAMLResponse") && (kind == "" || kind == "Response") || s.value("SAMLart") != ""
}

// returnsToService tells whether a step is a post to the assertion consumer
// service that the request named, or else to one that is registered.
func returnsToService(cfg integration.Config, s, authorize *step) bool {
	if !s.main || s.e.Request.Method != "POST" && !carriesResponse(s) {
		return false
	}
	if named := authorize.value("saml.acs_url"); named != "" {
		return s.at == parseAddress(named, address{})
	}
	return atService(cfg, s)
}

// atService tells whether a step goes to a registered assertion consumer service.
func atService(cfg integration.Config, s *step) bool {
	return slices.ContainsFunc(cfg.SAML.ACSURLs, func(u string) bool { return s.at == parseAddress(u, address{}) })
}

// responseOutcome says what a Response brought: its status, or else what the
// redactor knew of it.
func responseOutcome(callback *step) Outcome {
	success, known := callback.e.Facts.Bool(transcript.FactSAMLSuccess)
	switch word := statusOf(callback.value("saml.status")); {
	case word == successStatus || word == "" && known && success:
		return OutcomeSuccess
	case word != "" || known:
		return OutcomeError
	}
	return OutcomeUnknown
}

// statusWord is the most precise status code of a Response, without its name space.
func statusWord(callback *step) string {
	if sub := statusOf(callback.value("saml.substatus")); sub != "" {
		return sub
	}
	return statusOf(callback.value("saml.status"))
}

// statusOf cuts a status code to its word.
func statusOf(urn string) string { return urn[strings.LastIndex(urn, ":")+1:] }

// joinUnasked makes a sign-in of each Response that answers no request of the
// run: the provider started it, or its request was not recorded. A message that
// comes again is no new sign-in, nor is a second answer to one request.
func (r *run) joinUnasked(taken map[*step]bool) {
	r.messages = map[valueKey][]*step{}
	known := map[valueKey]bool{} // messages that were taken, and the requests that they answer
	for _, s := range r.steps {
		if !carriesResponse(s) {
			continue
		}
		keys := messageKeys(s)
		for _, key := range keys {
			r.messages[key] = append(r.messages[key], s)
		}
		if key, names := keyOf(s, s.value("saml.in_response_to")); names {
			keys = append(keys, key)
		}
		again := s.names != (valueKey{}) || slices.ContainsFunc(keys, func(k valueKey) bool { return known[k] })
		if !taken[s] && !again && r.meantForUs(s) {
			taken[s] = true
			r.flows = append(r.flows, &flow{run: r, dialect: &saml, authorize: s, callback: s, onTarget: atService(r.cfg, s)})
		}
		if taken[s] {
			for _, key := range keys {
				known[key] = true
			}
		}
	}
}

// messageKeys are what a SAML message is known again by.
func messageKeys(s *step) []valueKey {
	var out []valueKey
	for _, name := range []string{"SAMLResponse", "saml.id"} {
		if key, comparable := keyOf(s, s.value(name)); comparable {
			out = append(out, key)
		}
	}
	return out
}

// meantForUs tells whether a Response that answers no request of the run is for
// the integration: what arrives elsewhere at the partner may be of its own providers.
func (r *run) meantForUs(s *step) bool {
	if undescribed(r.cfg) || atService(r.cfg, s) {
		return true
	}
	own := r.cfg.SAML
	return own.EntityID != "" && s.value("saml.audience") == own.EntityID || len(own.ACSURLs) == 0 && s.role == RolePartner
}

// unasked tells whether the run holds no request of the flow; authorize is then the callback.
func (f *flow) unasked() bool { return f.authorize == f.callback }

// start tells how the flow began, for Flow.Start.
func (f *flow) start() Start {
	switch {
	case !f.unasked():
		return StartRequest
	case f.callback.value("saml.type") == "Response" && f.callback.value("saml.in_response_to") == "":
		return StartProvider
	}
	return StartMissing
}
