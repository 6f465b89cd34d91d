package redact

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// paramKind says how the value of a known parameter, form field or JSON member
// is redacted.
type paramKind int

const (
	kindUnknown paramKind = iota
	kindWords             // words of the spec's list, else ~str
	kindScope             // scope words of the standard and of the integration
	kindURL               // rule U1
	kindNumber            // rule N1
	kindSecret            // pseudonym or ordinal of the spec's class
	kindConst             // a class constant, never compared
	kindText              // a documented sentence, else ~text
	kindLocale            // language tags
	kindPublic            // clear when registered, else a pseudonym
	kindSub               // a pseudonym when of random shape, else ~pii
	kindSAML              // a SAML message: pseudonym and derived fields
	kindTime              // seconds relative to the entry
	kindHandles           // names of attributes
)

type paramSpec struct {
	kind    paramKind
	class   string              // of a pseudonym or constant
	words   map[string]struct{} // for kindWords
	derived bool                // of a field that the redactor adds, see transcript.DerivedNames
}

func wordSet(words string) map[string]struct{} {
	m := map[string]struct{}{}
	for w := range strings.FieldsSeq(words) {
		m[w] = struct{}{}
	}
	return m
}

func isWord(set map[string]struct{}, word string) bool {
	_, ok := set[word]
	return ok
}

func sliceSet(words []string) map[string]struct{} {
	m := make(map[string]struct{}, len(words))
	for _, w := range words {
		m[w] = struct{}{}
	}
	return m
}

var scopeWords = wordSet(`openid profile email address phone offline_access login
	military veteran student teacher responder first_responder nurse medical government employee
	identity fortified_identity alumni senior http://idmanagement.gov/ns/assurance/ial/1/aal/1
	http://idmanagement.gov/ns/assurance/ial/2/aal/1 http://idmanagement.gov/ns/assurance/ial/2/aal/2
	http://idmanagement.gov/ns/assurance/loa/1 http://idmanagement.gov/ns/assurance/loa/2
	http://idmanagement.gov/ns/assurance/loa/3`)

var algWords = wordSet(`none HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384 PS512 EdDSA
	RSA-OAEP RSA-OAEP-256 RSA1_5 ECDH-ES ECDH-ES+A128KW ECDH-ES+A256KW dir A128KW A256KW
	A128CBC-HS256 A256CBC-HS512 A128GCM A256GCM`)

var samlAlgWords = wordSet(`http://www.w3.org/2000/09/xmldsig#rsa-sha1 http://www.w3.org/2001/04/xmldsig-more#rsa-sha256
	http://www.w3.org/2001/04/xmldsig-more#rsa-sha384 http://www.w3.org/2001/04/xmldsig-more#rsa-sha512
	http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256`)

var samlStatusWords = wordSet(`urn:oasis:names:tc:SAML:2.0:status:Success urn:oasis:names:tc:SAML:2.0:status:Requester
	urn:oasis:names:tc:SAML:2.0:status:Responder urn:oasis:names:tc:SAML:2.0:status:VersionMismatch
	urn:oasis:names:tc:SAML:2.0:status:AuthnFailed urn:oasis:names:tc:SAML:2.0:status:InvalidAttrNameOrValue
	urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext
	urn:oasis:names:tc:SAML:2.0:status:NoAvailableIDP urn:oasis:names:tc:SAML:2.0:status:NoPassive
	urn:oasis:names:tc:SAML:2.0:status:PartialLogout urn:oasis:names:tc:SAML:2.0:status:RequestDenied
	urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal`)

var localeWords = wordSet(`en en-US en-GB en-CA fr fr-CA fr-FR de de-DE es es-ES es-US es-419 es-MX it it-IT nl nl-NL pt pt-BR pt-PT
	pl ru uk ja ja-JP ko ko-KR zh zh-CN zh-TW zh-Hans zh-Hant ar fa hi bn pa vi th tl km hy ht yi cs da fi nb no sv tr he`)

// nameIDFormats are the formats of a NameID (SAML 2.0 Core, 8.3).
var nameIDFormats = wordSet(`urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress
	urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName
	urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos urn:oasis:names:tc:SAML:2.0:nameid-format:entity
	urn:oasis:names:tc:SAML:2.0:nameid-format:persistent urn:oasis:names:tc:SAML:2.0:nameid-format:transient`)

// secretParams, constParams and the like are the closed lists of parameter and
// member names, by how their value is treated.
var secretParams = map[string]string{
	"state":        "state",
	"nonce":        "nonce",
	"code":         "code device_code user_code authorization_code",
	"pkce":         "code_challenge code_verifier code_verifier.s256",
	"token":        "access_token refresh_token id_token id_token_hint logout_token token subject_token actor_token client_assertion assertion request SAMLart wresult sessionToken stateToken authenticity_token csrf_token csrf _csrf csrfmiddlewaretoken __RequestVerificationToken xsrf dpop_jkt at_hash c_hash s_hash",
	"sid":          "sid session_state jti session_id sessionId auth_req_id transaction_id interaction",
	"id":           "saml.certificate request_id kid azp origin_jti Signature",
	"saml":         "saml.id saml.in_response_to InResponseTo",
	"relay":        "RelayState",
	"const:pii":    "login_hint username user login email mail phone phone_number ssn social name given_name family_name middle_name nickname preferred_username fname lname mname birth_date birthdate street city zip postal_code street_address region locality country address first_name last_name firstName lastName profile_image picture zoneinfo gender identifier value",
	"const:secret": "password passwd pwd pass new_password current_password client_secret otp pin passcode api_key apikey",
}

var wordParams = map[string]string{
	"response_type":                    "code token id_token none",
	"response_mode":                    "query fragment form_post web_message query.jwt fragment.jwt form_post.jwt jwt",
	"prompt":                           "none login consent select_account create",
	"display":                          "page popup touch wap",
	"code_challenge_method":            "S256 plain",
	"grant_type":                       "authorization_code refresh_token client_credentials password implicit urn:ietf:params:oauth:grant-type:device_code urn:ietf:params:oauth:grant-type:jwt-bearer urn:ietf:params:oauth:grant-type:saml2-bearer urn:ietf:params:oauth:grant-type:token-exchange",
	"token_type":                       "Bearer bearer DPoP MAC N_A",
	"token_type_hint":                  "access_token refresh_token",
	"client_assertion_type":            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
	"SAMLEncoding":                     "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE",
	"saml.type":                        "AuthnRequest Response LogoutRequest LogoutResponse ArtifactResolve other",
	"Binding":                          "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
	"wa":                               "wsignin1.0 wsignout1.0 wsignoutcleanup1.0",
	"op":                               "signup signin",
	"typ":                              "JWT at+jwt logout+jwt dpop+jwt",
	"cty":                              "JWT",
	"multifactor":                      "true false",
	"subgroups":                        "Veteran Retiree Reservist Active",
	"group":                            "military student teacher responder nurse medical government employee identity alumni senior",
	"level_of_assurance":               "1 2 3",
	"token_endpoint_auth_method":       "none client_secret_basic client_secret_post client_secret_jwt private_key_jwt",
	"status":                           "SUCCESS ERROR FAILED PENDING OK ok success error failed pending",
	"credential_ial":                   "classic_loa1 classic_loa3 1 2",
	"credential_aal":                   "1 2 3",
	"error_reason":                     "user_denied",
	"amr":                              "pwd mfa otp sms hwk swk pin user face fpt wia",
	"code_challenge_methods_supported": "S256 plain",
}

var paramSpecs = buildParamSpecs()

func buildParamSpecs() map[string]paramSpec {
	m := map[string]paramSpec{}
	for class, names := range secretParams {
		spec := paramSpec{kind: kindSecret, class: class}
		if c, isConst := strings.CutPrefix(class, "const:"); isConst {
			spec = paramSpec{kind: kindConst, class: c}
		}
		for name := range strings.FieldsSeq(names) {
			m[name] = spec
		}
	}
	for name, words := range wordParams {
		m[name] = paramSpec{kind: kindWords, words: wordSet(words)}
	}
	for kind, names := range map[paramKind]string{
		kindURL: `redirect_uri post_logout_redirect_uri target_link_uri iss issuer request_uri returnUrl return_url returnTo return_to
			next continue goto target TARGET fromURI resource error_uri wreply wtrealm wctx_url login_url logout_uri
			saml.destination saml.recipient saml.acs_url authorization_endpoint token_endpoint userinfo_endpoint jwks_uri
			end_session_endpoint introspection_endpoint revocation_endpoint verification_uri verification_uri_complete url href redirect redirectUrl`,
		kindNumber: "expires_in max_age interval default_max_age refresh_expires_in not_before_policy",
		kindScope:  "scope scopes scopes_supported acr acr_values wauth AuthnContext saml.authn_context",
		kindText:   "error_description saml.status_message StatusMessage",
		kindLocale: "ui_locales claims_locales locale lang language kc_locale",
		kindPublic: "client_id aud audience EntityID saml.issuer saml.audience",
		kindTime:   "exp iat nbf auth_time updated_at",
		// only of fields that the redactor adds
		kindHandles: "saml.attributes saml.empty_attributes",
	} {
		for name := range strings.FieldsSeq(names) {
			m[name] = paramSpec{kind: kind, class: "id"}
		}
	}
	m["error"] = paramSpec{kind: kindWords, words: sliceSet(transcript.ErrorCodes)}
	m["alg"] = paramSpec{kind: kindWords, words: algWords}
	m["enc"] = m["alg"]
	m["SigAlg"] = paramSpec{kind: kindWords, words: samlAlgWords}
	m["saml.status"] = paramSpec{kind: kindWords, words: samlStatusWords}
	m["saml.substatus"] = m["saml.status"]
	m["NameIDFormat"] = paramSpec{kind: kindWords, words: nameIDFormats}
	m["saml.name_id_format"] = m["NameIDFormat"]
	m["SAMLRequest"] = paramSpec{kind: kindSAML, class: "saml"}
	m["SAMLResponse"] = m["SAMLRequest"]
	for _, name := range []string{"sub", "uuid", "saml.name_id"} {
		m[name] = paramSpec{kind: kindSub, class: "sub"}
	}
	for _, name := range transcript.DerivedNames {
		spec := m[name]
		spec.derived = true
		m[name] = spec
	}
	return m
}

// structureNames are further JSON member names that are written; their scalar
// values are redacted like those of an unknown name.
var structureNames = wordSet(`attributes handle verified status code message errors error_code data items result results
	keys links id type header claims
	userinfo user profile options params description details detail title emails emails_confirmed
	response_types_supported response_modes_supported grant_types_supported subject_types_supported
	id_token_signing_alg_values_supported claims_supported request_parameter_supported
	claims_parameter_supported authorization_response_iss_parameter_supported
	credential_ial_highest credential_aal_highest email_verified phone_number_verified subgroup
	frontchannel_logout_supported backchannel_logout_supported require_request_uri_registration`)

// derivedMembers are the JSON members that the redactor adds.
var derivedMembers = wordSet("id_token.header id_token.claims jwt.header jwt.claims")

// samlAttributeWords are names of attributes that directories and their gateways use.
var samlAttributeWords = wordSet(`urn:oid:0.9.2342.19200300.100.1.1 urn:oid:0.9.2342.19200300.100.1.3 urn:oid:2.5.4.3 urn:oid:2.5.4.4 urn:oid:2.5.4.42
	urn:oid:2.5.4.20 urn:oid:2.5.4.17 urn:oid:1.3.6.1.4.1.5923.1.1.1.6 urn:oid:1.3.6.1.4.1.5923.1.1.1.1 urn:oid:2.16.840.1.113730.3.1.241
	http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname
	http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name
	mail givenName sn cn uid displayName firstName lastName memberOf`)

// handles are the attribute handles of ID.me and the claim names that may stand as a `handle`.
var handles = wordSet(`fname lname mname full_name email emails_confirmed birth_date social phone street street2 city state zip country uuid group
	groups subgroups military_branch military_service_component military_service_started identity_document_number
	document_tokens identifier gender suffix age level_of_assurance credential_option_preverified`)
