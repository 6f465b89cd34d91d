package redact

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// samlFacts sets the facts of a message that the entry itself carries; address
// is where it was sent to, empty for the body of a response.
func (r *run) samlFacts(m *samlMessage, address string) {
	if m.destination != "" && address != "" {
		destination, _, _ := strings.Cut(m.destination, "?")
		r.setFact(transcript.FactSAMLDestination, destination == address)
	}
	if m.kind == "Response" {
		r.setFact(transcript.FactSAMLSuccess, m.status == "urn:oasis:names:tc:SAML:2.0:status:Success")
	} else if !m.bare {
		return
	}
	r.setFact(transcript.FactSAMLEncrypted, m.encrypted)
	r.setFact(transcript.FactSAMLSigned, m.signedResponse || m.signedAssertion)
	r.setFact(transcript.FactSAMLSHA1, m.sha1)
	r.setFact(transcript.FactSAMLAssertions, min(m.assertions, transcript.MaxFactNumber))
	r.setFact(transcript.FactSAMLAttributes, min(m.attributes, transcript.MaxFactNumber))
	if !r.started.IsZero() && !m.notOnOrAfter.IsZero() {
		holds := r.started.Before(m.notOnOrAfter) && !r.started.Before(m.notBefore)
		r.setFact(transcript.FactSAMLTimes, holds)
	}
	from := m.notBefore
	if from.IsZero() {
		from = m.issued
	}
	if window := m.notOnOrAfter.Sub(from) / time.Second; !from.IsZero() && window >= 0 {
		r.setFact(transcript.FactSAMLWindow, int(min(window, transcript.MaxFactNumber)))
	}
	switch {
	case m.signedResponse && m.signedAssertion:
		r.setFact(transcript.FactSAMLSignedPart, "both")
	case m.signedResponse:
		r.setFact(transcript.FactSAMLSignedPart, "response")
	case m.signedAssertion:
		r.setFact(transcript.FactSAMLSignedPart, "assertion")
	}
	if m.signatureAlg != "" {
		_, alg, _ := strings.Cut(m.signatureAlg, "#")
		if _, known := transcript.CheckFact(transcript.FactSAMLSignatureAlg, alg); !known {
			alg = "other"
		}
		r.setFact(transcript.FactSAMLSignatureAlg, alg)
	}
	if acs := r.r.public.ACSURLs; m.recipient != "" && len(acs) > 0 {
		r.setFact(transcript.FactSAMLRecipient, slices.Contains(acs, m.recipient))
	}
	if id := r.r.public.EntityID; m.audience != "" && id != "" {
		r.setFact(transcript.FactSAMLAudience, m.audience == id)
	}
}

// wresult sets the facts of the token that WS-Federation sends as XML.
func (r *run) wresult(value string) {
	text := bytes.TrimSpace([]byte(value))
	if r.saml == 0 || len(text) == 0 || text[0] != '<' || bytes.Contains(text, []byte("<!DOCTYPE")) {
		return
	}
	r.saml--
	if m, ok := r.readSAML(text); ok {
		r.samlFacts(m, "")
	}
}

// xmlFacts sets the facts of a response's XML: a SOAP fault, or a SAML message
// as the artifact binding fetches it.
func (r *run) xmlFacts(text []byte) {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	if r.saml == 0 || !bytes.Contains(text, []byte("Envelope")) && !bytes.Contains(text, []byte("urn:oasis:names:tc:SAML")) || bytes.Contains(text, []byte("<!DOCTYPE")) {
		return
	}
	r.saml--
	m, ok := r.readSAML(text)
	if !ok {
		return
	}
	if m.fault {
		r.setFact(transcript.FactSOAPFault, true)
	}
	r.samlFacts(m, "")
}
