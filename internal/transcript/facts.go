package transcript

import (
	"slices"
	"strings"
)

// Facts is entry._facts: what had to be computed from the clear values before
// they went. Values are bool, int or one of a fact's code words.
type Facts map[Fact]any

// Fact is a name from the closed list below; a file with any other is refused.
type Fact string

// The facts of format 1.
const (
	// About the entry itself; the reader puts these two into Entry.
	FactFailed       Fact = "failed"
	FactResourceType Fact = "resource_type" // code: one of ResourceTypes

	// About the hosts and pages.
	FactHostRole   Fact = "host_role"       // code: partner, provider, third_party, loopback, undeclared
	FactHostEnv    Fact = "host_env"        // code: sandbox, production; only for hosts of ID.me
	FactHostProd   Fact = "host_production" // true: a declared production host of the partner
	FactSameSite   Fact = "same_site"       // request host and the previous document's host are of one site
	FactPage       Fact = "page"            // code: start, landing, denied, error, logout (declared pages)
	FactPII        Fact = "pii_in_url"      // the URL holds an e-mail, SSN or telephone shape
	FactUnknownPII Fact = "form_pii"        // the form body holds one

	// About the body of the response.
	FactBodyKind       Fact = "body_kind"     // code: html, json, form, multipart, script, style, image, font, text, xml, binary, none
	FactVisible        Fact = "visible_chars" // visible characters of an HTML page
	FactForms          Fact = "forms"         // forms in the page
	FactScripts        Fact = "scripts"       // script elements: the visible text may come from them
	FactTitlePresent   Fact = "title_present"
	FactRawErrorCode   Fact = "raw_error_code" // code: the OAuth error code word that the visible text shows
	FactRawErrorText   Fact = "raw_error_text" // the visible text shows the error_description or StatusMessage of this flow
	FactStackTrace     Fact = "stack_trace"    // also looked for in JSON and plain text
	FactRetryControl   Fact = "retry_control"  // a link or button with a word of retrying, signing in or going on
	FactHelpLink       Fact = "help_link"
	FactMetaRefresh    Fact = "meta_refresh"
	FactRefreshTarget  Fact = "refresh_target" // code: as form_target
	FactSecretInPage   Fact = "secret_in_page" // client_secret, refresh_token or code_verifier by name with a value in HTML or script
	FactTokenInPage    Fact = "token_in_page"  // a JWT, or access_token or id_token by name with a value, in HTML or script
	FactTruncatedBody  Fact = "body_truncated"
	FactFormFields     Fact = "form_fields"        // fields of its forms that a person fills in
	FactPasswordFields Fact = "password_fields"    // password fields among them
	FactHiddenFields   Fact = "hidden_fields"      // hidden fields of its forms
	FactFormPost       Fact = "form_post"          // a form of the page is sent by POST
	FactFormTarget     Fact = "form_target"        // code: same_host, partner, provider, third_party, loopback, undeclared
	FactAutoSubmit     Fact = "auto_submit"        // a script of the page sends a form by itself
	FactSAMLForm       Fact = "saml_form"          // a form of the page holds a SAML or WS-Federation message
	FactPageLang       Fact = "page_lang"          // code: a language tag without its region, or other
	FactSocketSent     Fact = "websocket_sent"     // WebSocket messages sent
	FactSocketReceived Fact = "websocket_received" // WebSocket messages received
	FactSocketBytes    Fact = "websocket_bytes"    // their bytes in all, to three digits
	FactEvents         Fact = "event_messages"     // messages of an event stream
	FactEventBytes     Fact = "event_bytes"        // their bytes in all, to three digits
	FactSSN            Fact = "ssn_in_body"        // a page or JSON shows a social security number

	// About the user's attributes.
	FactAttributeValues Fact = "attribute_values" // values of attributes that the entry brought and that later ones are searched for
	FactAttributeSent   Fact = "attribute_sent"   // a request to a host of others holds one of them

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
	FactDoubleEncoded      Fact = "double_encoded"        // parameters whose value is percent-encoded once more
	FactVerifierS256       Fact = "verifier_s256"         // the S256 challenge of code_verifier is in Form as code_verifier.s256
	FactErrorTextKnown     Fact = "error_text_documented" // error_description equals a documented sentence
	FactErrorTextChars     Fact = "error_text_chars"      // length of an error_description or StatusMessage that is no documented sentence
	FactPKCE               Fact = "pkce_ok"               // the S256 challenge of code_verifier is one that an authorization request of this capture sent

	// About tokens.
	FactTokenKinds      Fact = "token_kinds"        // number of token values in the response body
	FactIDTokenAlg      Fact = "id_token_alg"       // code
	FactIDTokenAud      Fact = "id_token_aud"       // aud contains the registered client
	FactIDTokenIss      Fact = "id_token_iss_https" // iss is an https URL
	FactAtHash          Fact = "at_hash_ok"
	FactCHash           Fact = "c_hash_ok"         // c_hash fits the authorization code beside it, or the last one of this capture
	FactIDTokenEnc      Fact = "id_token_enc"      // code: A128CBC-HS256, A192CBC-HS384, A256CBC-HS512, A128GCM, A192GCM, A256GCM, other
	FactIDTokenUnsigned Fact = "id_token_unsigned" // its signature part is empty
	FactIDTokenNonce    Fact = "id_token_nonce_ok" // nonce is one that an authorization request of this capture sent
	FactIDTokenTimes    Fact = "id_token_times_ok" // exp and nbf hold at the entry's time

	// About SAML.
	FactSAMLSuccess      Fact = "saml_success"
	FactSAMLEncrypted    Fact = "saml_encrypted"
	FactSAMLSigned       Fact = "saml_signed"
	FactSAMLSHA1         Fact = "saml_sha1"                 // the signature or its digest uses SHA-1
	FactSAMLTimes        Fact = "saml_times_ok"             // NotBefore and NotOnOrAfter hold at the entry's time; absent when either is unknown
	FactSAMLSignedPart   Fact = "saml_signed_part"          // code: response, assertion, both
	FactSAMLSignatureAlg Fact = "saml_signature_alg"        // code: rsa-sha1, rsa-sha256, rsa-sha384, rsa-sha512, ecdsa-sha256, other
	FactSAMLAssertions   Fact = "saml_assertions"           // assertions, the encrypted ones included
	FactSAMLAttributes   Fact = "saml_attributes"           // attributes in clear
	FactSAMLDestination  Fact = "saml_destination_ok"       // Destination is the address that the message was sent to
	FactSAMLRecipient    Fact = "saml_recipient_registered" // a Recipient is a registered ACS URL
	FactSAMLAudience     Fact = "saml_audience_registered"  // an Audience is the registered entity id
	FactSAMLWindow       Fact = "saml_window_seconds"       // from NotBefore to NotOnOrAfter
	FactSOAPFault        Fact = "soap_fault"                // the body is a SOAP fault
	FactRelayBytes       Fact = "relay_state_bytes"
)

// ErrorCodes is the closed list of OAuth, OpenID Connect and ID.me error code
// words that may stand in a transcript (RFC 6749, 6750, 7009, 8628, OpenID
// Connect Core 3.1.2.6, RFC 9126).
var ErrorCodes = []string{
	"access_denied", "account_selection_required", "authorization_pending", "consent_required",
	"expired_token", "insufficient_scope", "interaction_required", "invalid_authorization_details",
	"invalid_client", "invalid_client_metadata", "invalid_dpop_proof", "invalid_grant",
	"invalid_redirect_uri", "invalid_request", "invalid_request_object", "invalid_request_uri",
	"invalid_resource_owner", "invalid_scope", "invalid_target", "invalid_token", "login_required",
	"registration_not_supported", "request_not_supported", "request_uri_not_supported",
	"server_error", "slow_down", "temporarily_unavailable", "unauthorized_client",
	"unmet_authentication_requirements", "unsupported_grant_type", "unsupported_response_type",
	"unsupported_token_type", "use_dpop_nonce",
}

// ResourceTypes is the closed list of Entry.ResourceType.
var ResourceTypes = []string{
	"document", "xhr", "fetch", "script", "stylesheet", "image", "font", "media", "manifest",
	"websocket", "eventsource", "preflight", "ping", "other",
}

var (
	hostRoles = []string{"partner", "provider", "third_party", "loopback", "undeclared"}
	hostEnvs  = []string{"sandbox", "production"}
	pageRoles = []string{"start", "landing", "denied", "error", "logout"}
	bodyKinds = []string{"html", "json", "form", "multipart", "script", "style", "image", "font", "text", "xml", "binary", "none"}
	jwsAlgs   = []string{"none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA", "encrypted", "other"}
)

var (
	formTargets   = append([]string{"same_host"}, hostRoles...)
	pageLangs     = strings.Fields("en es fr de it pt zh ja ko vi ru uk pl nl ar fa he hi bn pa tl th km hy ht yi cs da fi nb no sv tr other")
	jweEncs       = []string{"A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM", "other"}
	signedParts   = []string{"response", "assertion", "both"}
	signatureAlgs = []string{"rsa-sha1", "rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "other"}
)

// FactKind is the type of a fact's value.
type FactKind string

// The types of facts.
const (
	FactBool   FactKind = "bool"
	FactNumber FactKind = "number" // 0 to MaxFactNumber
	FactCode   FactKind = "code"   // one of the fact's words
)

// MaxFactNumber is the largest number a fact may hold.
const MaxFactNumber = 1_000_000

// FactSpec describes one fact of the closed list.
type FactSpec struct {
	Name  Fact
	Kind  FactKind
	Codes []string // for FactCode
}

// FactList is the closed list of facts, in the order of the format's document.
func FactList() []FactSpec { return slices.Clone(factList) }

var factList = []FactSpec{
	{FactFailed, FactBool, nil},
	{FactResourceType, FactCode, ResourceTypes},
	{FactHostRole, FactCode, hostRoles},
	{FactHostEnv, FactCode, hostEnvs},
	{FactHostProd, FactBool, nil},
	{FactSameSite, FactBool, nil},
	{FactPage, FactCode, pageRoles},
	{FactPII, FactBool, nil},
	{FactUnknownPII, FactBool, nil},
	{FactBodyKind, FactCode, bodyKinds},
	{FactVisible, FactNumber, nil},
	{FactForms, FactNumber, nil},
	{FactScripts, FactNumber, nil},
	{FactTitlePresent, FactBool, nil},
	{FactRawErrorCode, FactCode, ErrorCodes},
	{FactRawErrorText, FactBool, nil},
	{FactStackTrace, FactBool, nil},
	{FactRetryControl, FactBool, nil},
	{FactHelpLink, FactBool, nil},
	{FactMetaRefresh, FactBool, nil},
	{FactRefreshTarget, FactCode, formTargets},
	{FactSecretInPage, FactBool, nil},
	{FactTokenInPage, FactBool, nil},
	{FactTruncatedBody, FactBool, nil},
	{FactFormFields, FactNumber, nil},
	{FactPasswordFields, FactNumber, nil},
	{FactHiddenFields, FactNumber, nil},
	{FactFormPost, FactBool, nil},
	{FactFormTarget, FactCode, formTargets},
	{FactAutoSubmit, FactBool, nil},
	{FactSAMLForm, FactBool, nil},
	{FactPageLang, FactCode, pageLangs},
	{FactSocketSent, FactNumber, nil},
	{FactSocketReceived, FactNumber, nil},
	{FactSocketBytes, FactNumber, nil},
	{FactEvents, FactNumber, nil},
	{FactEventBytes, FactNumber, nil},
	{FactSSN, FactBool, nil},
	{FactAttributeValues, FactNumber, nil},
	{FactAttributeSent, FactBool, nil},
	{FactRedirectRegistered, FactBool, nil},
	{FactRedirectQuery, FactBool, nil},
	{FactRedirectFragment, FactBool, nil},
	{FactRedirectWildcard, FactBool, nil},
	{FactRedirectIP, FactBool, nil},
	{FactClientRegistered, FactBool, nil},
	{FactStateChars, FactNumber, nil},
	{FactStateBits, FactNumber, nil},
	{FactStateData, FactBool, nil},
	{FactNonceChars, FactNumber, nil},
	{FactChallengeForm, FactBool, nil},
	{FactDuplicateParam, FactNumber, nil},
	{FactDoubleEncoded, FactNumber, nil},
	{FactVerifierS256, FactBool, nil},
	{FactErrorTextKnown, FactBool, nil},
	{FactErrorTextChars, FactNumber, nil},
	{FactPKCE, FactBool, nil},
	{FactTokenKinds, FactNumber, nil},
	{FactIDTokenAlg, FactCode, jwsAlgs},
	{FactIDTokenAud, FactBool, nil},
	{FactIDTokenIss, FactBool, nil},
	{FactAtHash, FactBool, nil},
	{FactCHash, FactBool, nil},
	{FactIDTokenEnc, FactCode, jweEncs},
	{FactIDTokenUnsigned, FactBool, nil},
	{FactIDTokenNonce, FactBool, nil},
	{FactIDTokenTimes, FactBool, nil},
	{FactSAMLSuccess, FactBool, nil},
	{FactSAMLEncrypted, FactBool, nil},
	{FactSAMLSigned, FactBool, nil},
	{FactSAMLSHA1, FactBool, nil},
	{FactSAMLTimes, FactBool, nil},
	{FactSAMLSignedPart, FactCode, signedParts},
	{FactSAMLSignatureAlg, FactCode, signatureAlgs},
	{FactSAMLAssertions, FactNumber, nil},
	{FactSAMLAttributes, FactNumber, nil},
	{FactSAMLDestination, FactBool, nil},
	{FactSAMLRecipient, FactBool, nil},
	{FactSAMLAudience, FactBool, nil},
	{FactSAMLWindow, FactNumber, nil},
	{FactSOAPFault, FactBool, nil},
	{FactRelayBytes, FactNumber, nil},
}

var factSpecs = func() map[Fact]FactSpec {
	m := make(map[Fact]FactSpec, len(factList))
	for _, s := range factList {
		m[s.Name] = s
	}
	return m
}()

// CheckFact gives the fact's value in its Go type (bool, int or string), and
// false when the name is not in the list or the value not of the fact's type.
// Numbers may come as int or, from JSON, as a whole float64.
func CheckFact(name Fact, v any) (any, bool) {
	spec, ok := factSpecs[name]
	if !ok {
		return nil, false
	}
	switch spec.Kind {
	case FactBool:
		_, ok := v.(bool)
		return v, ok
	case FactCode:
		s, ok := v.(string)
		if n := slices.Index(spec.Codes, s); ok && n >= 0 {
			return spec.Codes[n], true // what was given may be a part of a large text
		}
		return nil, false
	}
	if f, ok := v.(float64); ok && f == float64(int(f)) {
		v = int(f)
	}
	n, ok := v.(int)
	return v, ok && n >= 0 && n <= MaxFactNumber
}

// Bool gives a true or false fact; known is false when the entry has none.
func (f Facts) Bool(name Fact) (value, known bool) {
	value, known = f[name].(bool)
	return value, known
}

// Number gives a number fact; known is false when the entry has none.
func (f Facts) Number(name Fact) (value int, known bool) {
	value, known = f[name].(int)
	return value, known
}

// Code gives a fact's code word, empty when the entry has none.
func (f Facts) Code(name Fact) string {
	s, _ := f[name].(string)
	return s
}
