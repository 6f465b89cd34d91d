// Package samlidp is a SAML identity provider on github.com/crewjam/saml that
// can be told to commit faults in what it sends. It has one test user, who signs
// in with a button and then allows or denies.
package samlidp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
)

// The provider's addresses that others open.
const (
	SignOnPath = "/saml/SingleSignOnService"
	StartPath  = "/start" // a sign-in that no service asked for
	AgainPath  = "/again" // the latest answer, sent once more
	LoginPath  = "/login" // where it asks for consent

	consentPath = "/consent"
)

// The words of its buttons.
const (
	SignInButton = "Sign in"
	AllowButton  = "Allow"
	DenyButton   = "Deny"
	SendButton   = "Continue"
)

// Config says who the provider is and what it does wrong.
type Config struct {
	Origin  string          // such as https://idp.example:8443
	Keys    tls.Certificate // RSA, with its Leaf; see MakeKeys
	Refusal string          // the second status after Deny; AuthnFailed when empty
	Faults  []Fault
}

// Provider answers the requests of the services it knows; make it with New. It
// may be used by several requests at a time.
type Provider struct {
	core    saml.IdentityProvider
	refusal string
	subject string // the NameID of the test user
	faults  []Fault
	mux     *http.ServeMux

	mu       sync.Mutex
	services map[string]*saml.EntityDescriptor // by entity id
	asked    map[string]*saml.IdpAuthnRequest  // those that wait for the user, by a random key
	latest   *answer
}

// New makes a provider that knows no service yet.
func New(cfg Config) (*Provider, error) {
	origin, err := url.Parse(cfg.Origin + "/")
	if err != nil {
		return nil, fmt.Errorf("reading the provider's origin: %w", err)
	}
	key, fits := cfg.Keys.PrivateKey.(*rsa.PrivateKey)
	if !fits || cfg.Keys.Leaf == nil {
		return nil, fmt.Errorf("the provider's key is a %T without certificate, not RSA with one", cfg.Keys.PrivateKey)
	}
	p := &Provider{
		core: saml.IdentityProvider{
			Key: key, Certificate: cfg.Keys.Leaf, SignatureMethod: dsig.RSASHA256SignatureMethod,
			MetadataURL: *origin.JoinPath("/saml/metadata/provider"), SSOURL: *origin.JoinPath(SignOnPath),
		},
		refusal: cfg.Refusal, subject: rand.Text(), faults: cfg.Faults, mux: http.NewServeMux(),
		services: map[string]*saml.EntityDescriptor{}, asked: map[string]*saml.IdpAuthnRequest{},
	}
	if p.commits(SHA1) {
		p.core.SignatureMethod = dsig.RSASHA1SignatureMethod
	}
	p.core.ServiceProviderProvider = p
	p.mux.HandleFunc(SignOnPath, p.signOn)
	p.mux.HandleFunc("GET "+StartPath, p.start)
	p.mux.HandleFunc("POST "+LoginPath, p.login)
	p.mux.HandleFunc("POST "+consentPath, p.consent)
	p.mux.HandleFunc("GET "+AgainPath, p.again)
	return p, nil
}

// Metadata is what services are configured with.
func (p *Provider) Metadata() *saml.EntityDescriptor { return p.core.Metadata() }

// Know registers a service.
func (p *Provider) Know(service *saml.EntityDescriptor) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.services[service.EntityID] = service
}

// GetServiceProvider gives a registered service; a provider that commits
// UnknownServices gives any other asker the first one.
func (p *Provider) GetServiceProvider(_ *http.Request, id string) (*saml.EntityDescriptor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if service := p.services[id]; service != nil {
		return service, nil
	}
	if p.commits(UnknownServices) {
		for _, service := range p.services {
			return service, nil
		}
	}
	return nil, os.ErrNotExist
}

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	p.mux.ServeHTTP(w, r)
}

func (p *Provider) signOn(w http.ResponseWriter, r *http.Request) {
	req, err := saml.NewIdpAuthnRequest(&p.core, r)
	if err == nil {
		err = req.Validate()
	}
	if err != nil {
		show(w, http.StatusBadRequest, refusedPage, nil)
		return
	}
	show(w, http.StatusOK, loginPage, p.keep(req))
}

// start asks the user in the name of the service that the query names.
func (p *Provider) start(w http.ResponseWriter, r *http.Request) {
	service, err := p.GetServiceProvider(r, r.URL.Query().Get("service"))
	if err != nil {
		show(w, http.StatusBadRequest, refusedPage, nil)
		return
	}
	descriptor := service.SPSSODescriptors[0]
	show(w, http.StatusOK, loginPage, p.keep(&saml.IdpAuthnRequest{
		IDP: &p.core, HTTPRequest: r, Now: saml.TimeNow(), ServiceProviderMetadata: service,
		SPSSODescriptor: &descriptor, ACSEndpoint: &descriptor.AssertionConsumerServices[0],
	}))
}

func (p *Provider) login(w http.ResponseWriter, r *http.Request) {
	key := r.PostFormValue("key")
	p.mu.Lock()
	req := p.asked[key]
	p.mu.Unlock()
	if req == nil {
		show(w, http.StatusBadRequest, refusedPage, nil)
		return
	}
	show(w, http.StatusOK, askPage, key)
}

func (p *Provider) consent(w http.ResponseWriter, r *http.Request) {
	key := r.PostFormValue("key")
	p.mu.Lock()
	req := p.asked[key]
	delete(p.asked, key)
	p.mu.Unlock()
	if req == nil {
		show(w, http.StatusBadRequest, refusedPage, nil)
		return
	}
	a, err := p.answer(req, r.PostFormValue("answer") == AllowButton)
	if err != nil {
		show(w, http.StatusInternalServerError, refusedPage, nil)
		return
	}
	p.mu.Lock()
	p.latest = a
	p.mu.Unlock()
	if a.address != "" {
		http.Redirect(w, r, a.address, http.StatusSeeOther)
		return
	}
	show(w, http.StatusOK, sendPage, a)
}

// again shows the latest form once more, as going back in the browser does.
func (p *Provider) again(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	a := p.latest
	p.mu.Unlock()
	if a == nil {
		show(w, http.StatusNotFound, refusedPage, nil)
		return
	}
	show(w, http.StatusOK, sendPage, a)
}
