package redact

import (
	"encoding/xml"
	"strings"
	"time"
)

var samlKinds = map[string]bool{
	"AuthnRequest": true, "Response": true, "LogoutRequest": true, "LogoutResponse": true, "ArtifactResolve": true,
}

// samlWrappers are elements of SOAP, of the artifact binding and of WS-Trust in
// which a message stands.
var samlWrappers = map[string]bool{
	"Envelope": true, "Header": true, "Body": true, "ArtifactResponse": true, "Fault": true,
	"RequestSecurityTokenResponseCollection": true, "RequestSecurityTokenResponse": true, "RequestedSecurityToken": true,
}

// begin looks for the message's own element.
func (m *samlMessage) begin(path []string, attr func(string) string) {
	name := path[len(path)-1]
	m.fault = m.fault || name == "Fault" && len(path) > 1 && path[len(path)-2] == "Body"
	message := samlKinds[name] || name == "Assertion"
	if !message && (samlWrappers[name] || len(path) > 1) { // a wrapper, or something else in one
		return
	}
	m.root, m.kind = len(path), "other"
	if samlKinds[name] {
		m.kind = name
	}
	if m.bare = name == "Assertion"; m.bare {
		m.assertions++
	}
	m.id, m.inResponseTo, m.destination = attr("ID"), attr("InResponseTo"), attr("Destination")
	m.acsURL = attr("AssertionConsumerServiceURL")
}

// element notes what an element says; names are compared without their prefix.
func (m *samlMessage) element(path []string, attrs []xml.Attr) {
	attr := func(name string) string {
		for _, a := range attrs {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}
	if m.root == 0 {
		m.begin(path, attr)
		return
	}
	name := path[len(path)-1]
	parent := path[len(path)-2]
	switch name {
	case "Signature":
		m.signedAssertion = m.signedAssertion || parent == "Assertion"
		m.signedResponse = m.signedResponse || len(path) == m.root+1 && !m.bare
	case "SignatureMethod":
		if m.signatureAlg == "" {
			m.signatureAlg = attr("Algorithm")
		}
		m.sha1 = m.sha1 || strings.HasSuffix(attr("Algorithm"), "sha1")
	case "DigestMethod": // in an EncryptionMethod it is of the padding, which proves nothing
		m.sha1 = m.sha1 || parent == "Reference" && strings.HasSuffix(attr("Algorithm"), "sha1")
	case "Assertion":
		m.assertions++
		m.issued, _ = time.Parse(time.RFC3339Nano, attr("IssueInstant"))
	case "EncryptedAssertion":
		m.assertions++
		m.encrypted = true
	case "Attribute":
		m.attributes++
		m.attribute(path, attr("Name"), attr("FriendlyName"))
	case "EncryptedAttribute":
		m.attribute(path, "", "")
	case "StatusCode":
		if parent == "StatusCode" {
			m.substatus = attr("Value")
		} else {
			m.status = attr("Value")
		}
	case "SubjectConfirmationData":
		m.recipients = appendSome(m.recipients, attr("Recipient"))
	case "NameIDPolicy":
		m.nameIDFormat = attr("Format")
	case "NameID":
		if parent == "Subject" {
			m.nameIDFormat = attr("Format")
		}
	case "Conditions":
		m.notBefore, _ = time.Parse(time.RFC3339Nano, attr("NotBefore"))
		m.notOnOrAfter, _ = time.Parse(time.RFC3339Nano, attr("NotOnOrAfter"))
	}
}

// maxSaid bounds what a message may say more than once.
const maxSaid = 20

// appendSome appends a value that is not empty, up to maxSaid of them.
func appendSome(values []string, value string) []string {
	if value == "" || len(values) == maxSaid {
		return values
	}
	return append(values, value)
}

// chars notes the text of an element inside the message.
func (m *samlMessage) chars(path []string, text string) {
	if text == "" || m.root == 0 || len(path) == 0 {
		return
	}
	if n := len(m.named); n > 0 && m.named[n-1].around(path) {
		m.named[n-1].filled = true
		m.named[n-1].values = appendSome(m.named[n-1].values, text)
	}
	switch path[len(path)-1] {
	case "Issuer":
		if m.issuer == "" {
			m.issuer = text
		}
	case "Audience":
		m.audiences = appendSome(m.audiences, text)
	case "AuthnContextClassRef":
		m.contexts = appendSome(m.contexts, text)
	case "NameID":
		if len(path) > 1 && path[len(path)-2] == "Subject" && m.nameID == "" {
			m.nameID = text
		}
	case "StatusMessage":
		m.statusMessage = text
	case "X509Certificate":
		if m.certificate == "" { // line breaks are of the writer, not of the certificate
			m.certificate = strings.Join(strings.Fields(text), "")
		}
	}
}
