package party

// Fault is a mistake of the relying party.
type Fault string

// The mistakes in the authorization request and before it.
const (
	NoState           Fault = "no-state"
	NoStateNoPKCE     Fault = "no-state-no-pkce"
	ConstantState     Fault = "constant-state"
	ShortState        Fault = "short-state"
	MediumState       Fault = "medium-state"
	StateWithData     Fault = "state-with-data"
	NoNonce           Fault = "no-nonce"
	ConstantNonce     Fault = "constant-nonce"
	NoPKCE            Fault = "no-pkce"
	NoPKCEPublic      Fault = "no-pkce-public" // of a public client
	PlainPKCE         Fault = "pkce-plain"
	ConstantChallenge Fault = "constant-challenge"
	RedirectWithSlash Fault = "redirect-unregistered"
	RedirectWithQuery Fault = "redirect-with-query"
	RedirectFragment  Fault = "redirect-with-fragment"
	SecretInAddress   Fault = "secret-in-address"
	SecretInPage      Fault = "secret-in-page"
	LoginHint         Fault = "login-hint"
	ForeignScope      Fault = "foreign-scope"
	NoScope           Fault = "no-scope"
	OpenIDForOAuth    Fault = "openid-for-oauth"
	TwiceTheSame      Fault = "duplicate-parameter"
	PlainHop          Fault = "http-hop"
	Reposted          Fault = "form-sent-on"
	FragmentMode      Fault = "fragment-mode"
	Implicit          Fault = "implicit"
	OtherHost         Fault = "other-host" // the description expects another one
)

// The mistakes at the callback.
const (
	StateUnchecked     Fault = "state-unchecked"
	StateMissingTaken  Fault = "state-missing-taken"
	ReplayTaken        Fault = "replay-taken"
	Unbound            Fault = "state-unbound" // no cookie binds it to the browser
	FormPostLax        Fault = "form-post-lax-cookie"
	CodeInReferer      Fault = "code-in-referer"
	CodeStays          Fault = "code-stays"
	ThirdParty         Fault = "third-party-on-callback"
	PageStored         Fault = "callback-page-stored"
	NoReferrerPolicy   Fault = "no-referrer-policy"
	RedirectStored     Fault = "callback-stored"
	TokenInQuery       Fault = "token-in-query"
	TokenInPage        Fault = "token-in-page"
	CookieInsecure     Fault = "cookie-without-secure"
	CookieScript       Fault = "cookie-without-httponly"
	CookieNoSameSite   Fault = "cookie-without-samesite"
	CookieNoneInsecure Fault = "cookie-none-insecure"
	SessionKept        Fault = "session-not-renewed"
	Loop               Fault = "redirect-loop"
	Downgrade          Fault = "redirect-to-http"
	NoHSTS             Fault = "no-hsts"
	Framing            Fault = "framing-allowed"
	DeadCallback       Fault = "callback-dead"
	OpenRedirect       Fault = "open-redirect"
	IssuerUnchecked    Fault = "issuer-unchecked"
	ErrorOverlooked    Fault = "error-beside-code"
)

// The mistakes after a refusal.
const (
	BlankError      Fault = "blank-error"
	RawError        Fault = "raw-error"
	JSONError       Fault = "json-error"
	StackTrace      Fault = "stack-trace"
	ServerError     Fault = "server-error"
	ErrorStatus     Fault = "error-status"
	NoWayOn         Fault = "no-way-on"
	SessionOnError  Fault = "session-after-error"
	LandingOnError  Fault = "landing-after-error"
	RestartsOnError Fault = "restart-after-error"
	MarkupReflected Fault = "markup-reflected"
	ErrorUnchecked  Fault = "error-state-unchecked"
)

// The mistakes of its server.
const (
	WrongVerifier    Fault = "wrong-verifier"
	CodeTwice        Fault = "code-twice"
	NoRedirectURI    Fault = "token-without-redirect"
	NoVerifier       Fault = "token-without-verifier"
	SecretInTokenURL Fault = "secret-in-token-address"
	PasswordGrant    Fault = "password-grant"
	BearerInQuery    Fault = "bearer-in-query"
)

// Faults are all mistakes that it can be told to make.
func Faults() []Fault {
	return []Fault{
		NoState, NoStateNoPKCE, ConstantState, ShortState, MediumState, StateWithData, NoNonce, ConstantNonce, NoPKCE, NoPKCEPublic,
		PlainPKCE, ConstantChallenge, RedirectWithSlash, RedirectWithQuery, RedirectFragment, SecretInAddress, SecretInPage, LoginHint, ForeignScope, NoScope,
		OpenIDForOAuth, TwiceTheSame, PlainHop, Reposted, FragmentMode, Implicit, OtherHost,
		StateUnchecked, StateMissingTaken, ReplayTaken, Unbound, FormPostLax, CodeInReferer, CodeStays, ThirdParty, PageStored,
		NoReferrerPolicy, RedirectStored, TokenInQuery, TokenInPage, CookieInsecure, CookieScript, CookieNoSameSite, CookieNoneInsecure,
		SessionKept, Loop, Downgrade, NoHSTS, Framing, DeadCallback, OpenRedirect, IssuerUnchecked, ErrorOverlooked,
		BlankError, RawError, JSONError, StackTrace, ServerError, ErrorStatus, NoWayOn, SessionOnError, LandingOnError, RestartsOnError, MarkupReflected, ErrorUnchecked,
		WrongVerifier, CodeTwice, NoRedirectURI, NoVerifier, SecretInTokenURL, PasswordGrant, BearerInQuery,
	}
}
