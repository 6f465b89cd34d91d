// Package transcript is redacted HAR, format 1: the only form in which a
// capture is stored, shown, judged and packed. A transcript file is a valid HAR
// 1.2 with two vendor fields, log._proofwalk and entry._facts; the types here
// are that file, read strictly and written in one encoding.
// docs/redacted_har.md describes the format.
package transcript

import "time"

// Format and policy versions of this build.
const (
	Format = 1 // log._proofwalk.format
	Policy = 1 // log._proofwalk.policy, the redaction policy's version
)

// Transcript is one redacted capture.
type Transcript struct {
	Meta    Meta
	Pages   []Page
	Entries []Entry
}

// Meta is log._proofwalk.
type Meta struct {
	Format            int      `json:"format"`
	Policy            int      `json:"policy"`
	Round             string   `json:"round"` // captures of different rounds compare with nothing
	Redactor          Redactor `json:"redactor"`
	Source            Source   `json:"source"`
	IntegrationDigest string   `json:"integration_digest"` // SHA-256 hex of the integration.yaml used, empty without one
}

// Redactor names the program that redacted.
type Redactor struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Source says what the capture was and what it cannot show.
type Source struct {
	Kind     string   `json:"kind"`
	Exporter string   `json:"exporter"`
	Limits   []string `json:"limits"` // capture.Limit* words
}

// Page is a HAR page; titles are kept only when declared.
type Page struct {
	ID        string
	StartedAt time.Time
	Title     string
}

// Entry is one redacted request/response pair. Values are vocabulary, grammar
// or pseudonyms; see Value.
type Entry struct {
	Index        int // from 0
	PageRef      string
	StartedAt    time.Time // zero when unknown
	TimeMS       int       // -1 when unknown
	ResourceType string
	Failed       bool
	Request      Request
	Response     *Response
	Facts        Facts
}

// Request is the redacted request. Query and Form hold the decoded redacted
// parameters in order; URL is scheme, host and path with them put back.
type Request struct {
	Method      string
	URL         string
	HTTPVersion string
	Headers     []Field
	Cookies     []Cookie
	Query       []Field
	Fragment    []Field // parameters of a fragment that looks like a query
	Form        []Field // parameters of a form body
	BodyMIME    string
	BodyText    string // redacted body skeleton, empty when dropped
	BodySize    int
}

// Response is the redacted response.
type Response struct {
	Status      int
	HTTPVersion string
	Headers     []Field
	Cookies     []Cookie
	RedirectURL string
	BodyMIME    string
	BodyText    string // redacted skeleton of JSON, empty for all else
	BodySize    int
}

// Field is a name and a redacted value.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Cookie is a redacted cookie with its attributes.
type Cookie struct {
	Name, Value, Path, Domain, SameSite string
	Expires                             string
	Secure, HTTPOnly, Partitioned       bool
}

// Facts is entry._facts: what had to be computed from the clear values before
// they went. Values are bool, int or one of a fact's code words.
type Facts map[Fact]any

// Fact is a name from the closed list below; a file with any other is refused.
type Fact string

// The facts of format 1.
const (
	// About the hosts and pages.
	FactHostRole   Fact = "host_role"       // code: partner, provider, third_party, loopback, undeclared
	FactHostEnv    Fact = "host_env"        // code: sandbox, production; only for hosts of ID.me
	FactHostProd   Fact = "host_production" // true: a declared production host of the partner
	FactSameSite   Fact = "same_site"       // request host and the previous document's host are of one site
	FactPage       Fact = "page"            // code: start, landing, denied, error, logout (declared pages)
	FactPII        Fact = "pii_in_url"      // the URL holds an e-mail, SSN or telephone shape
	FactUnknownPII Fact = "form_pii"        // the form body holds one

	// About the body of the response.
	FactBodyKind      Fact = "body_kind"     // code: html, json, form, multipart, script, style, image, font, text, xml, binary, none
	FactVisible       Fact = "visible_chars" // visible characters of an HTML page
	FactForms         Fact = "forms"         // forms in the page
	FactScripts       Fact = "scripts"       // script elements: the visible text may come from them
	FactTitlePresent  Fact = "title_present"
	FactRawErrorCode  Fact = "raw_error_code" // code: the OAuth error code word that the visible text shows
	FactRawErrorText  Fact = "raw_error_text" // the visible text shows the error_description or StatusMessage of this flow
	FactStackTrace    Fact = "stack_trace"
	FactRetryControl  Fact = "retry_control" // a link or button with a word of retrying, signing in or going on
	FactHelpLink      Fact = "help_link"
	FactMetaRefresh   Fact = "meta_refresh"
	FactSecretInPage  Fact = "secret_in_page" // client_secret, refresh_token or code_verifier by name with a value in HTML or script
	FactTruncatedBody Fact = "body_truncated"

	// About the authorization request.
	FactRedirectRegistered Fact = "redirect_uri_registered" // byte-equal to a registered one
	FactRedirectQuery      Fact = "redirect_uri_query"
	FactRedirectFragment   Fact = "redirect_uri_fragment"
	FactRedirectWildcard   Fact = "redirect_uri_wildcard"
	FactRedirectIP         Fact = "redirect_uri_ip" // host is an address or localhost
	FactClientRegistered   Fact = "client_id_registered"
	FactStateChars         Fact = "state_chars"
	FactStateBits          Fact = "state_bits" // estimated, lower bound, from length and alphabet
	FactStateData          Fact = "state_data" // decodes to JSON, URL or e-mail
	FactNonceChars         Fact = "nonce_chars"
	FactChallengeForm      Fact = "challenge_form"        // code_challenge is 43 characters of base64url
	FactDuplicateParam     Fact = "duplicate_params"      // number of parameter names that occur twice
	FactVerifierS256       Fact = "verifier_s256"         // the S256 challenge pseudonym of code_verifier is in Form as code_challenge
	FactErrorTextKnown     Fact = "error_text_documented" // error_description equals a documented sentence

	// About tokens.
	FactTokenKinds Fact = "token_kinds"        // number of token values in the response body
	FactIDTokenAlg Fact = "id_token_alg"       // code
	FactIDTokenAud Fact = "id_token_aud"       // aud contains the registered client
	FactIDTokenIss Fact = "id_token_iss_https" // iss is an https URL
	FactAtHash     Fact = "at_hash_ok"

	// About SAML.
	FactSAMLSuccess   Fact = "saml_success"
	FactSAMLEncrypted Fact = "saml_encrypted"
	FactSAMLSigned    Fact = "saml_signed"
	FactSAMLTimes     Fact = "saml_times_ok"
)
