package samlidp

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"time"

	"github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

// Fault is one thing that the provider does wrong; signatures are right unless
// the fault is of the signature.
type Fault string

// The faults.
const (
	ByRedirect       Fault = "the Response is sent by HTTP-Redirect"
	OtherDestination Fault = "Destination is another address"
	NoDestination    Fault = "the signed Response has no Destination"
	OtherRecipient   Fault = "Recipient is another address"
	NoRecipient      Fault = "the assertion has no Recipient"
	OtherAudience    Fault = "Audience is another service"
	NoAudience       Fault = "the assertion has no Audience"
	OtherRequest     Fault = "InResponseTo names another request"
	NoRequest        Fault = "InResponseTo is left out"
	OtherRelayState  Fault = "RelayState comes back changed"
	NoRelayState     Fault = "RelayState does not come back"
	Unsigned         Fault = "neither Response nor assertion is signed"
	SHA1             Fault = "the signature uses SHA-1"
	Expired          Fault = "the conditions are over"
	InClear          Fault = "the assertion is in clear though the service declares encryption"
	UnknownServices  Fault = "requests of unknown issuers are answered"
)

func (p *Provider) commits(f Fault) bool { return slices.Contains(p.faults, f) }

// elsewhere is the address and the name of a service that is not the asker.
const elsewhere = "https://other.example/saml/acs"

// refusalText is what the provider writes for the service's developers.
const refusalText = "The subject declined to release attributes at step consent_2"

// answer is what the browser takes to the service.
type answer struct {
	Form    saml.IdpAuthnRequestForm
	address string // where the browser is redirected to instead of posting the form
}

// answer makes the Response.
func (p *Provider) answer(req *saml.IdpAuthnRequest, allowed bool) (*answer, error) {
	response := &saml.Response{
		ID: "id-" + rand.Text(), Version: "2.0", IssueInstant: req.Now, InResponseTo: req.Request.ID, Destination: req.ACSEndpoint.Location,
		Issuer: &saml.Issuer{Format: "urn:oasis:names:tc:SAML:2.0:nameid-format:entity", Value: p.core.MetadataURL.String()},
		Status: saml.Status{StatusCode: saml.StatusCode{Value: saml.StatusSuccess}},
	}
	for fault, change := range map[Fault]func(){
		OtherDestination: func() { response.Destination = elsewhere },
		NoDestination:    func() { response.Destination = "" },
		OtherRequest:     func() { response.InResponseTo = "id-" + rand.Text() },
		NoRequest:        func() { response.InResponseTo = "" },
		OtherRelayState:  func() { req.RelayState = rand.Text() },
		NoRelayState:     func() { req.RelayState = "" },
	} {
		if p.commits(fault) {
			change()
		}
	}
	if allowed {
		if err := p.assert(req, response.InResponseTo); err != nil {
			return nil, fmt.Errorf("making the assertion: %w", err)
		}
	} else {
		word := p.refusal
		if word == "" {
			word = "AuthnFailed"
		}
		response.Status = saml.Status{
			StatusCode: saml.StatusCode{
				Value:      saml.StatusResponder,
				StatusCode: &saml.StatusCode{Value: "urn:oasis:names:tc:SAML:2.0:status:" + word},
			},
			StatusMessage: &saml.StatusMessage{Value: refusalText},
		}
	}
	if err := p.seal(req, response); err != nil {
		return nil, fmt.Errorf("signing the Response: %w", err)
	}
	form, err := req.PostBinding()
	if err != nil {
		return nil, fmt.Errorf("writing the Response: %w", err)
	}
	a := &answer{Form: form}
	if p.commits(ByRedirect) {
		a.address, err = redirectTo(form)
	}
	return a, err
}

// assert makes the assertion of the test user, signed and, where the service
// declares a key for it, encrypted.
func (p *Provider) assert(req *saml.IdpAuthnRequest, inResponseTo string) error {
	err := saml.DefaultAssertionMaker{}.MakeAssertion(req, &saml.Session{
		ID: rand.Text(), CreateTime: req.Now, ExpireTime: req.Now.Add(time.Hour), Index: rand.Text(),
		NameID: p.subject, NameIDFormat: string(saml.PersistentNameIDFormat),
		UserEmail: "wilhelmina.testuser@example.com", UserGivenName: "Wilhelmina", UserSurname: "Testuser",
	})
	if err != nil {
		return err
	}
	confirmed := req.Assertion.Subject.SubjectConfirmations[0].SubjectConfirmationData
	confirmed.InResponseTo = inResponseTo
	conditions := req.Assertion.Conditions
	if asked := req.Request.RequestedAuthnContext; asked != nil {
		req.Assertion.AuthnStatements[0].AuthnContext.AuthnContextClassRef.Value = asked.AuthnContextClassRef
	}
	for fault, change := range map[Fault]func(){
		OtherRecipient: func() { confirmed.Recipient = elsewhere },
		NoRecipient:    func() { confirmed.Recipient = "" },
		OtherAudience:  func() { conditions.AudienceRestrictions[0].Audience.Value = elsewhere },
		NoAudience:     func() { conditions.AudienceRestrictions = nil },
		Expired: func() {
			conditions.NotBefore, conditions.NotOnOrAfter = req.Now.Add(-2*time.Hour), req.Now.Add(-time.Hour)
			confirmed.NotOnOrAfter = conditions.NotOnOrAfter
		},
		InClear:  func() { req.SPSSODescriptor.KeyDescriptors = nil },
		Unsigned: func() { req.AssertionEl = req.Assertion.Element() },
	} {
		if p.commits(fault) {
			change()
		}
	}
	if req.AssertionEl != nil {
		return nil
	}
	return req.MakeAssertionEl()
}

// seal signs the Response and hands it to the request, which writes it. The
// core's own way writes a Response of success only.
func (p *Provider) seal(req *saml.IdpAuthnRequest, response *saml.Response) error {
	element := response.Element()
	if !p.commits(Unsigned) {
		if req.AssertionEl != nil {
			element.AddChild(req.AssertionEl)
		}
		signing := dsig.NewDefaultSigningContext(dsig.TLSCertKeyStore(tls.Certificate{
			Certificate: [][]byte{p.core.Certificate.Raw}, PrivateKey: p.core.Key, Leaf: p.core.Certificate,
		}))
		signing.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
		if err := signing.SetSignatureMethod(p.core.SignatureMethod); err != nil {
			return err
		}
		signed, err := signing.SignEnveloped(element)
		if err != nil {
			return err
		}
		parts := signed.ChildElements()
		response.Signature = parts[len(parts)-1]
		element = response.Element()
	}
	if req.AssertionEl != nil {
		element.AddChild(req.AssertionEl)
	}
	req.ResponseEl = element
	return nil
}

// redirectTo makes the address that carries the Response of a form.
func redirectTo(form saml.IdpAuthnRequestForm) (string, error) {
	message, err := base64.StdEncoding.DecodeString(form.SAMLResponse)
	if err != nil {
		return "", err
	}
	var deflated bytes.Buffer
	w, err := flate.NewWriter(&deflated, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err = w.Write(message); err != nil {
		return "", err
	}
	if err = w.Close(); err != nil {
		return "", err
	}
	query := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(deflated.Bytes())}, "RelayState": {form.RelayState}}
	return form.URL + "?" + query.Encode(), nil
}

// keep notes a request until the user has answered, and gives the key for it.
func (p *Provider) keep(req *saml.IdpAuthnRequest) string {
	key := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[key] = req
	return key
}

// MakeKeys makes an RSA key with a certificate for a day, for signing or encryption.
func MakeKeys(name string) (tls.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making a key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("making a certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading the certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}, nil
}
