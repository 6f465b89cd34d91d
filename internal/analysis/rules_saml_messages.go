package analysis

import (
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// samlMessageRules are the rules about how the two messages of a SAML sign-in
// travel and what ties them together.
var samlMessageRules = []row{
	{
		Rule: Rule{
			ID: "SA-01", Family: FamilySAML, Severity: High, Protocols: onlySAML,
			Title:   "The request can be read and the Response comes by POST",
			Needs:   []Need{NeedMessage, NeedResponse},
			Decides: "Fails when the Response stands in an address, or when the provider refuses a request that cannot be decoded.",
			Clause:  "SAML 2.0 Profiles, 4.1.2; SAML 2.0 Bindings, 3.4.4 and 3.5",
		},
		judge: judgeBinding,
	},
	{
		Rule: Rule{
			ID: "SA-02", Family: FamilySAML, Severity: High, Protocols: onlySAML,
			Title:   "The Response is addressed to the place where it arrives",
			Needs:   []Need{NeedResponse, NeedFacts},
			Decides: "Fails when Destination or Recipient is another address, when the Recipient is missing, when a signed Response has no Destination, or when the address is not registered.",
			Clause:  "SAML 2.0 Bindings, 3.5.5.2; SAML 2.0 Profiles, 4.1.4.2 and 4.1.4.3",
		},
		facts: true,
		judge: judgeDestination,
	},
	{
		Rule: Rule{
			ID: "SA-03", Family: FamilySAML, Severity: High, Protocols: onlySAML,
			Title:   "The Response answers the request that was sent",
			Needs:   []Need{NeedMessage, NeedResponse},
			Decides: "Fails when InResponseTo is not the ID of the request, or is missing; warns when a Response that nobody asked for signs the user in.",
			Clause:  "SAML 2.0 Core, 3.2.2; SAML 2.0 Profiles, 4.1.4.2 and 4.1.5",
		},
		judge: judgeInResponseTo,
	},
	{
		Rule: Rule{
			ID: "SA-04", Family: FamilySAML, Severity: Medium, Protocols: onlySAML,
			Title:   "The RelayState comes back, is short and leads to no other host",
			Needs:   []Need{NeedMessage, NeedResponse, NeedFinalPage, NeedFacts},
			Decides: "Fails when it comes back changed or not at all, or is longer than 80 bytes; warns when the browser is led to a host that is not the partner's.",
			Clause:  "SAML 2.0 Bindings, 3.4.3 and 3.5.3",
		},
		facts: true,
		judge: judgeRelayState,
	},
}

// Reasons where a SAML message cannot be looked into.
const (
	withoutMessage = "What is posted to the assertion consumer service is not in the capture. Save it with the values of posted forms."
	notDecoded     = "The message could not be decoded: it is not base64 of XML, or it is larger than the redactor reads. Look at it in the browser's tools."
	byArtifact     = "The answer came as an artifact; the Response itself is fetched by your server, where the browser's capture does not see it."
	requestMissing = "The request that this Response answers is not in the run. Record the sign-in from the page with the sign-in button on."
	inEncryption   = "The assertion is encrypted, and only your server can read it. A sign-in without encryption of assertions, with a test user, would show it."
)

// response gives the entry whose Response can be judged, or why none can.
func (f *flow) response() (*step, *ruling) {
	why := ""
	switch s := f.callback; {
	case s == nil:
		r := unseen(f.incomplete(), refs("", f.authorize)...)
		return nil, &r
	case hidesForm(s):
		why = withoutForms
	case s.value("SAMLart") != "" && s.value("SAMLResponse") == "":
		why = byArtifact
	case s.value("SAMLResponse") == "":
		why = withoutMessage
	case s.value("saml.type") == "":
		why = notDecoded
	default:
		return s, nil
	}
	r := unseen(why, refs("SAMLResponse", f.callback)...)
	return nil, &r
}

func judgeBinding(_ *court, f *flow) ruling {
	const expected = "a SAMLRequest that decodes, a SAMLResponse posted as a form"
	request := "no request"
	if !f.unasked() {
		request = "request by " + f.authorize.e.Request.Method
		if f.authorize.value("saml.type") == "" {
			return judgeUndecoded(f, expected)
		}
	}
	s := f.callback
	switch {
	case s == nil:
		return unseen(f.incomplete(), refs("SAMLRequest", f.authorize)...)
	case s.inQuery("SAMLResponse"):
		return fails("The Response stands in an address", expected, "SAMLResponse in the query of a "+s.e.Request.Method, refs("SAMLResponse", s)).
			because(CauseConfiguration, "The provider answers by HTTP-Redirect, as the metadata of the service or the request ask for; the Response is then kept in histories and logs and may be cut.",
				"Register the assertion consumer service with the binding HTTP-POST only.")
	case s.value("SAMLart") != "":
		return unseen(byArtifact, refs("SAMLart", s)...)
	case !carriesMessage(s, "SAMLResponse"):
		return unseen(withoutMessage, refs("", s)...)
	case f.start() == StartMissing:
		return unseen(requestMissing, refs("SAMLResponse", s)...)
	}
	at := refs("SAMLResponse", s)
	if !f.unasked() {
		at = append(refs("SAMLRequest", f.authorize), at...)
	}
	return passes("The messages use the right bindings", expected, request+", Response by POST", at)
}

// judgeUndecoded speaks of a request that the redactor could not decode. That the
// provider could not either is seen only where it refuses it.
func judgeUndecoded(f *flow, expected string) ruling {
	at := refs("SAMLRequest", f.authorize)
	switch {
	case hidesForm(f.authorize):
		return unseen(withoutForms, at...)
	case f.callback == nil && f.authorize.status() >= 400:
		return fails("The provider refuses a request that cannot be decoded", expected, "status "+strconv.Itoa(f.authorize.status()), at).
			because(CausePartnerCode, "The SAMLRequest could not be decoded here, since it is no base64 of XML or larger than 1 MiB, and the provider answered it with an error.",
				"Deflate the request without a header, write it in base64 and percent-encode it once.")
	}
	return unseen(notDecoded, at...)
}

// inQuery tells whether a parameter stands in the address.
func (s *step) inQuery(name string) bool {
	for _, p := range s.e.Request.Query {
		if p.Name == name && p.Value != "" {
			return true
		}
	}
	return false
}

func judgeDestination(c *court, f *flow) ruling {
	s, r := f.response()
	if r != nil {
		return *r
	}
	expected := s.at.String()
	registered := c.run.cfg.SAML.ACSURLs
	if len(registered) > 0 && !atService(c.run.cfg, s) {
		return fails("The Response arrives at an address that is not registered", strings.Join(registered, " or "), expected, refs("SAMLResponse", s)).
			because(CauseConfiguration, "The assertion consumer services of the description are others. Either the provider has another address registered, or the description is out of date.",
				"Make the registered address, the one that the request names and the one in the description the same.")
	}
	destination := s.value("saml.destination")
	fits, known := s.e.Facts.Bool(transcript.FactSAMLDestination)
	signed := s.e.Facts.Code(transcript.FactSAMLSignedPart)
	switch {
	case destination == "" && (signed == "response" || signed == "both"):
		return fails("The signed Response names no Destination", expected, "none", refs("SAMLResponse", s)).
			because(CauseProvider, "A signed Response must say where it is sent to, so that nobody can post it elsewhere.",
				"Ask your consultant to have the Destination written, and refuse a signed Response without it.")
	case destination != "" && known && !fits:
		return fails("The Destination is another address", expected, destination, refs("SAMLResponse", s)).
			because(CauseConfiguration, "The Response was made for "+destination+" and arrived at "+expected+". Either the provider has another address registered, or something before the application changes the address.",
				"Register the address at which the Response arrives, equal to the last character.")
	case destination != "" && !known:
		return unseen("The transcript does not say whether the Destination is the address. Redact the capture again with this version.", refs("SAMLResponse", s)...)
	}
	return f.run.judgeRecipient(s, expected)
}

// judgeRecipient goes on where the Destination is right, or need not be there.
func (r *run) judgeRecipient(s *step, expected string) ruling {
	at := refs("SAMLResponse", s)
	recipient := s.value("saml.recipient")
	registered, known := r.registeredFact(s, transcript.FactSAMLRecipient, recipient, r.cfg.SAML.ACSURLs...)
	assertions, counted := s.e.Facts.Number(transcript.FactSAMLAssertions)
	encrypted, _ := s.e.Facts.Bool(transcript.FactSAMLEncrypted)
	pass := func(actual string) ruling {
		return passes("The Response is addressed to the place where it arrives", expected, actual, at)
	}
	switch {
	case !counted:
		return unseen("The transcript has no facts about the assertion. Redact the capture again with this version.", at...)
	case recipient == "" && encrypted:
		return unseen("The Destination is right or not needed; the Recipient cannot be seen. "+inEncryption, at...)
	case recipient == "" && assertions == 0 && s.value("saml.destination") == "":
		return unseen("The Response holds neither an assertion nor a Destination. A sign-in that is completed would show them.", at...)
	case recipient == "" && assertions == 0:
		return pass("Destination " + expected + ", no assertion")
	case recipient == "":
		return fails("The assertion names no Recipient", expected, "none", at).
			because(CauseProvider, "An assertion for a browser must say at which address it may be taken; this one does not.",
				"Ask your consultant to have the Recipient written, and refuse an assertion without it.")
	}
	same, comparable := transcript.Comparable(parseAddress(recipient, address{}).String(), expected)
	switch {
	case known && !registered || comparable && !same:
		return fails("The Recipient is another address", expected, recipient, at).
			because(CauseConfiguration, "The assertion was made for "+recipient+" and arrived at "+expected+". Either the provider has another address registered, or this is the assertion of another service.",
				"Register the address at which the Response arrives, equal to the last character.")
	case !comparable && !known:
		return unseen("The Recipient cannot be compared: its address was hidden. Declare the hosts and paths of the service.", at...)
	}
	if s.value("saml.destination") == "" {
		return pass("Recipient " + recipient + ", no Destination")
	}
	return pass("Destination and Recipient " + recipient)
}

func judgeInResponseTo(_ *court, f *flow) ruling {
	s, r := f.response()
	if r != nil {
		return *r
	}
	named := s.value("saml.in_response_to")
	switch f.start() {
	case StartProvider:
		return judgeUnsolicited(f)
	case StartMissing:
		return unseen(requestMissing, refs("SAMLResponse", s)...)
	case StartRequest:
	}
	at := append(refs("SAMLRequest", f.authorize), refs("SAMLResponse", s)...)
	id := f.authorize.value("saml.id")
	switch {
	case id != "":
	case hidesForm(f.authorize):
		return unseen(withoutForms, at...)
	case f.authorize.value("saml.type") == "":
		return unseen(notDecoded, at...)
	default:
		return unseen("The request has no ID, so no Response can name it. Look at it in the browser's tools.", at...)
	}
	same, comparable := equal(f.authorize, id, s, named)
	switch {
	case named == "":
		return fails("The Response does not say which request it answers", id, "no InResponseTo", at).
			because(CauseProvider, "A request was sent before, and its answer must name it. Either the provider leaves InResponseTo out, or this Response was started at the provider.",
				"Refuse a Response that does not name a request of this browser, and tell your consultant.")
	case !comparable:
		return unseen("The two values cannot be compared: they come from captures that do not compare, or were dropped. Record request and Response in one capture.", at...)
	case same:
		return passes("The Response answers the request that was sent", id, named, at)
	}
	return fails("The Response answers another request", id, named, at).
		because(CauseProvider, "InResponseTo is "+named+" where the request has the ID "+id+". Either this Response belongs to a sign-in that was not recorded, or the provider changed it, or somebody posted it from elsewhere.",
			"Refuse a Response whose InResponseTo is not the ID kept for this browser, and record the sign-in again from its first request.")
}

// judgeUnsolicited speaks of a Response that answers no request.
func judgeUnsolicited(f *flow) ruling {
	s := f.callback
	if f.outcome() != OutcomeSuccess {
		return unseen("The Response was not asked for and brings no assertion. A sign-in that starts at your application would show the request.", refs("SAMLResponse", s)...)
	}
	if f.final == nil || !endsWell(s) {
		return unseen("The Response was not asked for, and the run does not show that it signed the user in. A sign-in that starts at your application would show the request.", refs("SAMLResponse", s)...)
	}
	return warns("A Response that nobody asked for signs the user in", "the ID of a request", "no InResponseTo", append(refs("SAMLResponse", s), refs("", f.final)...)).
		because(CauseConfiguration, "The provider started the sign-in and the application took it, so an attacker can sign a victim in under another account. Whether that is meant, the description does not say.",
			"Turn sign-ins that the provider starts off, or lead them to a page that starts one of your own.")
}

// maxRelayBytes is the longest RelayState (Bindings, 3.4.3).
const maxRelayBytes = 80

func judgeRelayState(_ *court, f *flow) ruling {
	const expected = "the same value, at most 80 bytes, and a way that stays with the partner"
	sent, wasSent := "", false
	if !f.unasked() {
		sent, wasSent = f.authorize.param("RelayState")
	}
	bothAt := refs("RelayState", f.authorize, f.callback)
	if n, known := f.authorize.e.Facts.Number(transcript.FactRelayBytes); known && n > maxRelayBytes {
		r := fails("The RelayState is too long", expected, count(n, "byte", "bytes"), refs("RelayState", f.authorize))
		if f.start() == StartProvider {
			return r.because(CauseProvider, "The provider started the sign-in and so wrote the RelayState; the bindings allow "+strconv.Itoa(maxRelayBytes)+" bytes.",
				"Tell your consultant, and have a short RelayState registered for sign-ins that the provider starts.")
		}
		return r.because(CausePartnerCode, "The bindings allow "+strconv.Itoa(maxRelayBytes)+" bytes; providers may cut what is longer or refuse it.",
			"Keep the place to return to on your server and send a short random value for it.")
	}
	s, r := f.response()
	if r != nil {
		return *r
	}
	back, cameBack := s.param("RelayState")
	switch {
	case !f.unasked() && hidesForm(f.authorize):
		return unseen(withoutForms, bothAt...)
	case f.start() == StartMissing:
		return unseen(requestMissing, refs("RelayState", s)...)
	case !wasSent && !cameBack:
		return unseen("No RelayState is sent, so none can come back. A sign-in that starts on an inner page may show one.", bothAt...)
	case wasSent && !cameBack:
		return fails("The RelayState does not come back", sent, "none", bothAt).
			because(CauseProvider, "The request carried a RelayState; the provider must return exactly that with the Response.",
				"Tell your consultant, and treat a Response without it as one that nobody asked for.")
	case wasSent:
		same, comparable := equal(f.authorize, sent, s, back)
		if !comparable {
			return unseen("The two values cannot be compared: they come from captures that do not compare, or were dropped. Record request and Response in one capture.", bothAt...)
		}
		if !same {
			return fails("Another RelayState comes back", sent, back, bothAt).
				because(CauseProvider, "The Response brings "+back+" where the request sent "+sent+". Either the provider changed it, or this Response belongs to a sign-in that was not recorded.",
					"Refuse a Response whose RelayState is not the one kept for this browser, and record the sign-in again from its first request.")
		}
	}
	return judgeRelayed(f, expected)
}

// judgeRelayed looks at where the browser went on to with the RelayState.
func judgeRelayed(f *flow, expected string) ruling {
	at := refs("RelayState", f.authorize, f.callback)
	for _, s := range f.way {
		if s.seq > f.callback.seq && s.role != RolePartner {
			return warns("The browser is led to another host after the Response", expected, s.at.host, refs("", f.callback, s)).
				because(CausePartnerCode, "The way goes on at "+s.at.host+", which is not described as the partner's. Either the RelayState is an address that the application follows, or the application goes there by itself.",
					"Take a RelayState for a key to an address of your own, never for an address.")
		}
	}
	n, known := f.callback.e.Facts.Number(transcript.FactRelayBytes)
	switch {
	case f.final == nil:
		return unseen(f.incomplete(), at...)
	case !known:
		return unseen("The transcript does not say how long the RelayState is. Redact the capture again with this version.", at...)
	}
	return passes("The RelayState is used well", expected, f.callback.value("RelayState")+", "+count(n, "byte", "bytes")+", the way ends at "+f.final.at.host, at)
}
