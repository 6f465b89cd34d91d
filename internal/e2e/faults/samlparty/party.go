// Package samlparty is a SAML service provider on github.com/crewjam/saml that
// can be told to commit faults: in what it asks, in what it takes and in what it
// shows.
package samlparty

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/crewjam/saml"
)

// The party's addresses.
const (
	StartPath   = "/"
	EntityPath  = "/saml/metadata" // its entity id
	SignInPath  = "/sign-in"
	ServicePath = "/saml/acs"
	LandingPath = "/account"
	DeniedPath  = "/sign-in/not-completed"
	ProblemPath = "/sign-in/problem"
)

// Policy is the handle of the policy that it asks for.
const Policy = "http://idmanagement.gov/ns/assurance/ial/2"

// SignInLink are the words of the link on the first page.
const SignInLink = "Verify my identity"

// The headings by which a driver knows the pages.
const (
	LandingHeading = "Your identity is verified"
	DeniedHeading  = "Your identity was not verified"
	ProblemHeading = "The sign-in did not work"
)

// Cookie names.
const (
	visitorCookie = "__Host-visitor" // of everybody who opens the first page
	requestCookie = "__Host-request"
	sessionCookie = "__Host-session"
	plainCookie   = "session" // of a party whose cookies lack Secure
)

// Fault is one thing that the party does wrong.
type Fault string

// The faults.
const (
	OtherIssuer     Fault = "the request has another issuer"
	OtherPolicy     Fault = "the request asks for a policy that was not agreed"
	NoPolicy        Fault = "the request asks for no policy"
	BrokenRequest   Fault = "the request cannot be decoded"
	OtherService    Fault = "the request names an address that the description does not"
	PlainLanding    Fault = "the landing page is opened over http"
	PlainService    Fault = "the answer is taken over http"
	LongRelayState  Fault = "the RelayState is longer than 80 bytes"
	NoRelayState    Fault = "no RelayState is sent"
	OpenRelayState  Fault = "the RelayState is an address that the party follows"
	TakesAll        Fault = "nothing of the Response is checked"
	TakesUnasked    Fault = "a Response that nobody asked for is taken"
	TakesAgain      Fault = "a Response is taken a second time"
	PageAtService   Fault = "the answer to the Response is the page itself"
	Loops           Fault = "the landing page and the sign-in lead to each other"
	BlankRefusal    Fault = "the page after a refusal is blank"
	RawRefusal      Fault = "the page after a refusal shows the status text"
	TraceOnRefusal  Fault = "the page after a refusal shows a stack trace"
	BreaksOnRefusal Fault = "a refusal is answered with 500"
	DeadEnd         Fault = "the page after a refusal offers no way on"
	AsksAgain       Fault = "a refusal starts the sign-in again"
	OpensAnyway     Fault = "a refusal opens a session"
	LaxRequest      Fault = "the request cookie is SameSite=Lax"
	BareRequest     Fault = "the request cookie has no SameSite"
	BareSession     Fault = "the session cookie has neither Secure nor HttpOnly"
)

// Config says who the party is and what it does wrong.
type Config struct {
	Origin      string // such as https://rp.example:8443
	PlainOrigin string // the same with http, for PlainService
	Provider    *saml.EntityDescriptor
	Keys        tls.Certificate // RSA with its Leaf where assertions are to be encrypted, else empty
	Faults      []Fault
}

// Party is one service provider; make it with New. It may be used by several
// requests at a time.
type Party struct {
	core   saml.ServiceProvider
	faults []Fault
	mux    *http.ServeMux

	mu       sync.Mutex
	asked    map[string]asked  // by the value of the request cookie
	returns  map[string]string // the path to return to, by RelayState
	sessions map[string]bool
}

// asked is a request that waits for its answer.
type asked struct{ id, relay string }

// New makes a party.
func New(cfg Config) (*Party, error) {
	origin, err := url.Parse(cfg.Origin + "/")
	if err != nil {
		return nil, fmt.Errorf("reading the party's origin: %w", err)
	}
	p := &Party{
		core: saml.ServiceProvider{
			EntityID: origin.JoinPath(EntityPath).String(), AcsURL: *origin.JoinPath(ServicePath), IDPMetadata: cfg.Provider,
			AuthnNameIDFormat:     saml.PersistentNameIDFormat,
			RequestedAuthnContext: &saml.RequestedAuthnContext{Comparison: "exact", AuthnContextClassRef: Policy},
		},
		faults: cfg.Faults, mux: http.NewServeMux(),
		asked: map[string]asked{}, returns: map[string]string{}, sessions: map[string]bool{},
	}
	p.core.AllowIDPInitiated = p.commits(TakesUnasked)
	if key, encrypts := cfg.Keys.PrivateKey.(*rsa.PrivateKey); encrypts {
		p.core.Key, p.core.Certificate = key, cfg.Keys.Leaf
	}
	switch {
	case p.commits(PlainService):
		plain, err := url.Parse(cfg.PlainOrigin + "/")
		if err != nil {
			return nil, fmt.Errorf("reading the party's plain origin: %w", err)
		}
		p.core.AcsURL = *plain.JoinPath(ServicePath)
	case p.commits(OtherService):
		p.core.AcsURL = *origin.JoinPath("/old" + ServicePath)
	}
	p.mux.HandleFunc("GET /{$}", p.first)
	p.mux.HandleFunc("GET "+SignInPath, p.signIn)
	p.mux.HandleFunc(p.core.AcsURL.Path, p.take)
	p.mux.HandleFunc("GET "+LandingPath, p.landing)
	p.mux.HandleFunc("GET "+DeniedPath, p.denied)
	p.mux.HandleFunc("GET "+ProblemPath, p.problem)
	return p, nil
}

// plain tells whether the party is at home with http.
func (p *Party) plain() bool { return p.commits(PlainService) || p.commits(PlainLanding) }

func (p *Party) commits(f Fault) bool { return slices.Contains(p.faults, f) }

// Service is the address at which it takes Responses.
func (p *Party) Service() string { return p.core.AcsURL.String() }

// Metadata is what the provider registers.
func (p *Party) Metadata() *saml.EntityDescriptor { return p.core.Metadata() }

// ServeHTTP implements http.Handler.
func (p *Party) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	if !p.plain() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	h.Set("Content-Security-Policy", "frame-ancestors 'none'")
	p.mux.ServeHTTP(w, r)
}

func (p *Party) first(w http.ResponseWriter, _ *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: visitorCookie, Value: rand.Text(), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	show(w, http.StatusOK, startPage, nil)
}

// signIn sends the browser to the provider; next names the path to return to.
func (p *Party) signIn(w http.ResponseWriter, r *http.Request) {
	next := r.URL.Query().Get("next")
	if next == "" {
		next = LandingPath
	}
	req, err := p.core.MakeAuthenticationRequest(p.core.GetSSOBindingLocation(saml.HTTPRedirectBinding), saml.HTTPRedirectBinding, saml.HTTPPostBinding)
	if err != nil {
		show(w, http.StatusInternalServerError, problemPage, nil)
		return
	}
	if p.commits(OtherIssuer) {
		req.Issuer.Value = "https://other.example/saml/metadata"
	}
	switch {
	case p.commits(OtherPolicy):
		req.RequestedAuthnContext = &saml.RequestedAuthnContext{Comparison: "exact", AuthnContextClassRef: "http://idmanagement.gov/ns/assurance/ial/1"}
	case p.commits(NoPolicy):
		req.RequestedAuthnContext = nil
	}
	relay := rand.Text()
	switch {
	case p.commits(LongRelayState):
		relay += rand.Text() + rand.Text() + rand.Text()
	case p.commits(OpenRelayState):
		relay = next
	case p.commits(NoRelayState):
		relay = ""
	}
	// The library writes the RelayState into the address as it stands.
	address, err := req.Redirect(url.QueryEscape(relay), &p.core)
	if err != nil {
		show(w, http.StatusInternalServerError, problemPage, nil)
		return
	}
	if p.commits(BrokenRequest) {
		address.RawQuery = "SAMLRequest=" + url.QueryEscape("bm90IGRlZmxhdGVk~") + "&RelayState=" + url.QueryEscape(relay)
	}
	key := rand.Text()
	p.mu.Lock()
	p.asked[key], p.returns[relay] = asked{req.ID, relay}, next
	p.mu.Unlock()
	p.setRequest(w, key)
	http.Redirect(w, r, address.String(), http.StatusSeeOther)
}

// landing shows what only a signed-in user sees.
func (p *Party) landing(w http.ResponseWriter, r *http.Request) {
	if !p.signedIn(r) {
		http.Redirect(w, r, SignInPath, http.StatusSeeOther)
		return
	}
	if p.commits(Loops) {
		http.Redirect(w, r, LandingPath, http.StatusSeeOther)
		return
	}
	show(w, http.StatusOK, landingPage, nil)
}

func (p *Party) denied(w http.ResponseWriter, _ *http.Request) {
	switch {
	case p.commits(BlankRefusal):
		show(w, http.StatusOK, blankPage, nil)
	case p.commits(DeadEnd):
		show(w, http.StatusOK, deadEndPage, nil)
	case p.commits(TraceOnRefusal):
		show(w, http.StatusOK, tracePage, nil)
	default:
		show(w, http.StatusOK, deniedPage, nil)
	}
}

func (p *Party) problem(w http.ResponseWriter, _ *http.Request) {
	show(w, http.StatusOK, problemPage, nil)
}
