// Package party is a relying party for OAuth 2.0 and OpenID Connect that does what
// reviews ask for, and that can be told to make one mistake.
package party

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
)

// Its paths.
const (
	StartPath    = "/"
	SignInPath   = "/sign-in"
	CallbackPath = "/auth/callback"
	LandingPath  = "/account"
	RefusalPath  = "/sign-in/not-completed" // for those who declined
	ProblemPath  = "/sign-in/problem"       // for all else that ends a sign-in
	HelpPath     = "/help"
)

// Options is what a relying party is registered as, and its mistake.
type Options struct {
	Origin, Plain    string // its address, and one of its own that has no TLS
	Stranger         string // the origin of a third party that nobody declared
	Provider         string // issuer
	Data             string // where the attributes are got, a path of the provider
	ClientID, Secret string // without a secret the client is public
	Scopes           []string
	Fault            Fault
	// Trusting tells that it does not compare what the provider answers; the
	// provider's own mistakes would otherwise end every sign-in.
	Trusting  bool
	Transport http.RoundTripper // for the calls of its server
}

// Party is a relying party with the sign-ins of one case.
type Party struct {
	Options
	mux    *http.ServeMux
	client *http.Client

	mu       sync.Mutex
	attempts map[string]*attempt // by what the sign-in cookie holds
	sessions map[string]*person
	meta     map[string]any
	fixed    attempt // for those who draw nothing anew
}

// attempt is a sign-in that has begun.
type attempt struct {
	state, nonce, verifier string
	redirectURI, returnTo  string
	done                   *person // kept by those who take a callback twice
}

// person is who has signed in.
type person struct {
	name, accessToken string
}

// New makes a relying party.
func New(o Options) *Party {
	p := &Party{
		Options: o, mux: http.NewServeMux(), client: &http.Client{Transport: o.Transport},
		attempts: map[string]*attempt{}, sessions: map[string]*person{},
		fixed: attempt{state: random(32), nonce: random(32), verifier: random(32)},
	}
	p.mux.HandleFunc("GET /{$}", p.start)
	p.mux.HandleFunc(SignInPath, p.signIn)
	p.mux.HandleFunc(CallbackPath, p.callback)
	p.mux.HandleFunc("GET "+CallbackPath+"/{$}", p.callback)
	p.mux.HandleFunc("GET "+LandingPath, p.landing)
	p.mux.HandleFunc("GET "+RefusalPath, p.refusal)
	p.mux.HandleFunc("GET "+ProblemPath, p.problem)
	p.mux.HandleFunc("GET "+HelpPath, p.help)
	p.mux.HandleFunc("GET /go", p.viaPlain)
	p.mux.HandleFunc("GET /welcome", p.welcome)
	return p
}

func (p *Party) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

func (p *Party) does(faults ...Fault) bool {
	for _, f := range faults {
		if p.Fault == f {
			return true
		}
	}
	return false
}

const (
	pendingCookie = "__Host-signin"
	sessionCookie = "__Host-session"
	earlyCookie   = "__Host-visitor" // a session of before the sign-in
)

func cookie(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

func random(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// metadata gives the provider's metadata, fetched once.
func (p *Party) metadata() (map[string]any, error) {
	if p.meta != nil {
		return p.meta, nil
	}
	answer, err := p.client.Get(p.Provider + "/.well-known/openid-configuration")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return p.meta, json.NewDecoder(answer.Body).Decode(&p.meta)
}

func (p *Party) endpoint(name string) string {
	address, _ := p.meta[name].(string)
	return address
}

// draw makes what ties a sign-in to this browser.
func (p *Party) draw() *attempt {
	a := &attempt{state: random(32), nonce: random(32), verifier: random(32), redirectURI: p.Origin + CallbackPath}
	switch p.Fault {
	case ConstantState:
		a.state = p.fixed.state
	case ConstantNonce:
		a.nonce = p.fixed.nonce
	case ConstantChallenge:
		a.verifier = p.fixed.verifier
	case NoState, NoStateNoPKCE:
		a.state = ""
	case ShortState:
		a.state = "4711"
	case MediumState:
		a.state = random(8)
	case StateWithData:
		text, _ := json.Marshal(map[string]string{"csrf": a.state, "return_to": LandingPath})
		a.state = base64.RawURLEncoding.EncodeToString(text)
	case NoNonce:
		a.nonce = ""
	case NoPKCE, NoPKCEPublic:
		a.verifier = ""
	case RedirectWithSlash:
		a.redirectURI += "/"
	case RedirectWithQuery:
		a.redirectURI += "?tenant=1"
	case RedirectFragment:
		a.redirectURI += "#done"
	case DeadCallback:
		a.redirectURI = DeadCallbackURI
	}
	if p.does(NoStateNoPKCE) {
		a.verifier = ""
	}
	return a
}

// DeadCallbackURI is at a host that answers nothing.
const DeadCallbackURI = "https://dead.example" + CallbackPath

// request gives the authorization request of an attempt.
func (p *Party) request(a *attempt) url.Values {
	q := url.Values{"response_type": {"code"}, "client_id": {p.ClientID}, "redirect_uri": {a.redirectURI}}
	scope := ""
	for _, s := range p.Scopes {
		scope += s + " "
	}
	q.Set("scope", scope[:max(len(scope)-1, 0)])
	if a.state != "" {
		q.Set("state", a.state)
	}
	if a.nonce != "" && p.oidc() {
		q.Set("nonce", a.nonce)
	}
	if a.verifier != "" {
		q.Set("code_challenge", s256(a.verifier))
		q.Set("code_challenge_method", "S256")
	}
	switch p.Fault {
	case PlainPKCE:
		q.Set("code_challenge", a.verifier)
		q.Set("code_challenge_method", "plain")
	case Implicit:
		q.Set("response_type", "id_token token")
		q.Del("code_challenge")
		q.Del("code_challenge_method")
	case FormPostLax:
		q.Set("response_mode", "form_post")
	case FragmentMode:
		q.Set("response_mode", "fragment")
	case SecretInAddress:
		q.Set("client_secret", p.Secret)
	case LoginHint:
		q.Set("login_hint", "wilhelmina.oakhurst@mailbox.example")
	case ForeignScope:
		q.Set("scope", q.Get("scope")+" payments")
	case NoScope:
		q.Del("scope")
	case TwiceTheSame:
		q["campaign"] = []string{"a", "b"}
	}
	return q
}

func (p *Party) oidc() bool {
	for _, s := range p.Scopes {
		if s == "openid" {
			return true
		}
	}
	return false
}
