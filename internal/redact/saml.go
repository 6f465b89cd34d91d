package redact

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Bounds of a SAML message.
const (
	maxSAMLBytes    = 1 << 20 // of XML, after inflating
	maxSAMLTokens   = 20_000
	maxSAMLDepth    = 64
	maxSAMLMessages = 8 // that are decoded of one entry; further ones are pseudonyms only
	// maxInflated bounds what comes out of deflated messages of one capture, which
	// is far more than goes into them; later ones are pseudonyms only.
	maxInflated = 64 << 20
)

// samlMessage is what a SAML message says, as far as it is used.
type samlMessage struct {
	root                                     int // level of the message's own element, 0 before it
	kind                                     string
	id, inResponseTo, destination, issuer    string
	acsURL, status, substatus, statusMessage string
	recipients, audiences, contexts          []string
	recipient, audience                      string // that which is registered, else the first
	nameIDFormat, nameID                     string
	certificate, signatureAlg                string
	bare                                     bool // an assertion without a response around it
	signedResponse, signedAssertion          bool
	encrypted, sha1, fault                   bool
	assertions, attributes                   int
	named                                    []samlAttribute
	notBefore, notOnOrAfter, issued          time.Time
}

// samlFields decodes a clear SAMLRequest or SAMLResponse, sets the facts of the
// message and gives its derived fields, rule S1.
func (r *run) samlFields(value, place string, depth int) []transcript.Field {
	if value == "" || r.saml == 0 || r.again {
		return nil
	}
	r.saml--
	text, ok := r.samlXML(value)
	if !ok {
		return nil
	}
	m, ok := r.readSAML(text)
	if !ok || m.kind == "" {
		return nil
	}
	r.report.add("S1", place)
	if r.observing { // the message is the request's own, not one in a Location
		r.samlFacts(m, r.address)
		r.samlValues(m)
	}
	var out []transcript.Field
	for _, f := range []struct{ name, value string }{
		{"saml.type", m.kind}, {"saml.id", m.id}, {"saml.in_response_to", m.inResponseTo},
		{"saml.destination", m.destination}, {"saml.recipient", m.recipient}, {"saml.issuer", m.issuer},
		{"saml.audience", m.audience}, {"saml.acs_url", m.acsURL}, {"saml.status", m.status},
		{"saml.substatus", m.substatus}, {"saml.status_message", m.statusMessage}, {"saml.certificate", m.certificate},
		{"saml.authn_context", strings.Join(m.contexts, " ")}, {"saml.name_id_format", m.nameIDFormat}, {"saml.name_id", m.nameID},
	} {
		if f.value != "" {
			out = append(out, transcript.Field{Name: f.name, Value: r.known(paramSpecs[f.name], f.value, place, depth)})
		}
	}
	return r.samlAttributes(out, m, place)
}

// decodeBase64 takes standard and URL alphabets, with or without padding and
// with the spaces that a + may have become.
func decodeBase64(s string) ([]byte, bool) {
	s = strings.Map(func(c rune) rune {
		switch c {
		case '\r', '\n', '\t', '=':
			return -1
		case ' ', '-':
			return '+'
		case '_':
			return '/'
		}
		return c
	}, s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	return b, err == nil
}

// samlXML undoes base64 and, where it is not yet XML, deflate.
func (r *run) samlXML(value string) ([]byte, bool) {
	b, ok := decodeBase64(value)
	if !ok || len(b) == 0 {
		return nil, false
	}
	if b[0] != '<' {
		if r.inflated >= maxInflated {
			r.report.undecoded++
			return nil, false
		}
		inflated, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), maxSAMLBytes+1))
		r.inflated += len(inflated)
		if err != nil {
			return nil, false
		}
		b = inflated
	}
	if len(b) > maxSAMLBytes || len(b) == 0 || b[0] != '<' || bytes.Contains(b, []byte("<!DOCTYPE")) {
		return nil, false
	}
	return b, true
}

// readSAML reads a message and chooses among what it says more than once.
func (r *run) readSAML(text []byte) (*samlMessage, bool) {
	m, ok := readSAML(text)
	if ok {
		m.recipient = registeredOne(m.recipients, r.r.public.ACSURLs...)
		m.audience = registeredOne(m.audiences, r.r.public.EntityID)
	}
	return m, ok
}

// registeredOne is the value that is registered, else the first.
func registeredOne(values []string, registered ...string) string {
	for _, v := range values {
		if slices.Contains(registered, v) {
			return v
		}
	}
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// readSAML reads the parts of a message that are used; names are compared
// without their prefix, since the rules look at one known protocol only.
func readSAML(text []byte) (*samlMessage, bool) {
	dec := xml.NewDecoder(bytes.NewReader(text))
	dec.Strict = true
	dec.Entity = map[string]string{}
	m := &samlMessage{}
	var path []string
	for range maxSAMLTokens {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return m, m.kind != "" || m.fault
		}
		if err != nil || len(path) > maxSAMLDepth {
			return nil, false
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			m.element(path, t.Attr)
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			m.chars(path, strings.TrimSpace(string(t)))
		}
	}
	return nil, false
}
