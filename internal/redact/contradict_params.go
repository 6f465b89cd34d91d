package redact

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// ownParams are the parameters of a redacted request itself: of its query, its
// fragment and its form, in the order in which the first redaction saw them.
type ownParams struct {
	first   map[string]string
	count   map[string]int
	values  map[string][]string // of derived fields and of error texts
	fields  int
	nested  string // the values joined, and texts of bodies: addresses in them have parameters of their own
	inURL   []transcript.Field
	inForm  []transcript.Field
	request *transcript.Request
}

func ownOf(e *transcript.Entry) *ownParams {
	q := &e.Request
	o := &ownParams{first: map[string]string{}, count: map[string]int{}, values: map[string][]string{}, request: q}
	o.inURL = append(slices.Clone(q.Query), fragmentFields(q.URL)...)
	o.inForm = q.Form
	var nested strings.Builder
	for _, f := range slices.Concat(o.inURL, o.inForm) {
		o.fields++
		if nested.Len() < 1<<20 && strings.Contains(f.Value, "=") {
			nested.WriteString(f.Value + "\n")
		}
		o.values[f.Name] = append(o.values[f.Name], f.Value)
		if slices.Contains(transcript.DerivedNames, f.Name) {
			continue
		}
		if o.count[f.Name]++; o.count[f.Name] == 1 {
			o.first[f.Name] = f.Value
		}
	}
	o.nested = nested.String()
	return o
}

// fragmentFields are the parameters of a fragment, also of one that is a route.
func fragmentFields(u string) []transcript.Field {
	_, fragment, ok := strings.Cut(u, "#")
	if !ok || !strings.Contains(fragment, "=") {
		return nil
	}
	if strings.HasPrefix(fragment, "/") {
		_, fragment, _ = strings.Cut(fragment, "?")
	}
	return transcript.SplitQuery(fragment)
}

// allTextClear tells whether a redacted value has nothing in it that was replaced.
func allTextClear(s string) bool {
	return !slices.ContainsFunc(transcript.Pieces(s), func(v transcript.Value) bool { return v.Kind != transcript.Clear })
}

// isClearPath tells whether a path has no numbered segment.
func isClearPath(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if _, n := numbered(segment, "s", ""); n {
			return false
		}
	}
	return allTextClear(path)
}

// parameters judges the facts about any request's parameters.
func (o *ownParams) parameters(e *transcript.Entry, s *tokenSkeleton, j judgement) {
	u := cutURL(e.Request.URL)
	switch {
	case u.userinfo != "":
		j[transcript.FactPII] = exactly(true)
	case isClearPath(u.path) && !clipped(o.inURL) && allClear(o.inURL) && (!u.hasFragment || len(fragmentFields(e.Request.URL)) > 0):
		j[transcript.FactPII] = exactly(hasPII(decode(u.path, false)) || anyPII(o.inURL))
	}
	if len(o.inForm) == 0 {
		j[transcript.FactUnknownPII] = never
	} else if !clipped(o.inForm) && allClear(o.inForm) {
		j[transcript.FactUnknownPII] = exactly(anyPII(o.inForm))
	}
	if o.fields < maxQueryFields && !slices.ContainsFunc(transcript.DerivedNames, func(n string) bool { return len(o.values[n]) > 1 }) {
		duplicates := 0
		for name, n := range o.count {
			if n > 1 && name != "~str" { // what found no number more has this name
				duplicates++
			}
		}
		if _, over := o.count["~str"]; !over {
			j[transcript.FactDuplicateParam] = exactly(duplicates)
		}
	}
	if o.fields < maxQueryFields {
		j[transcript.FactDoubleEncoded] = atMost(o.fields)
	}
	j[transcript.FactRelayBytes] = fitsLength(o.first["RelayState"])
	if o.first["code_verifier"] == "" {
		j[transcript.FactPKCE] = never
	}
	j[transcript.FactVerifierS256] = func(v any) bool {
		there := len(o.values["code_verifier.s256"]) > 0 || strings.Contains(o.nested, "code_verifier.s256")
		return v == there
	}
	o.errorText(s, j)
}

// clipped tells whether the redactor may have written fewer fields than there were.
func clipped(fields []transcript.Field) bool { return len(fields) >= maxQueryFields }

func allClear(fields []transcript.Field) bool {
	return !slices.ContainsFunc(fields, func(f transcript.Field) bool {
		u := cutURL(f.Value)
		name, _ := splitPort(u.host)
		_, hidden := numbered(name, "host-", ".invalid")
		return hidden || !allTextClear(f.Name) || !allTextClear(f.Value) || !isClearPath(u.path)
	})
}

func anyPII(fields []transcript.Field) bool {
	return slices.ContainsFunc(fields, func(f transcript.Field) bool { return hasPII(f.Value) || hasPII(decode(f.Value, false)) })
}

// fitsLength judges a number of bytes by the redacted value.
func fitsLength(value string) fits {
	switch {
	case value == "":
		return never
	case allTextClear(value) && !strings.Contains(value, "/s") && !strings.Contains(value, ".invalid"):
		return exactly(len(value))
	case transcript.ParseValue(value).Kind == transcript.Pseudonym:
		return func(v any) bool { n, ok := v.(int); return ok && n >= minHashChars }
	}
	return func(v any) bool { n, ok := v.(int); return ok && n > 0 }
}

// minHashChars is the length below which no value has the room to be hashed.
const minHashChars = 10

// errorText judges error_text_documented: a documented sentence stands in clear.
func (o *ownParams) errorText(s *tokenSkeleton, j judgement) {
	if strings.Contains(o.nested, "error_description") || strings.Contains(o.nested, "saml.") {
		return
	}
	texts := slices.Clone(s.errorTexts)
	for _, name := range errorTextNames {
		texts = append(texts, slices.DeleteFunc(slices.Clone(o.values[name]), func(s string) bool { return s == "" })...)
	}
	documented := 0
	for _, t := range texts {
		if t != "~text" {
			documented++
		}
	}
	switch {
	case len(texts) == 0:
		j.all(never, transcript.FactErrorTextKnown, transcript.FactErrorTextChars)
	case documented == len(texts) || documented == 0:
		j[transcript.FactErrorTextKnown] = exactly(documented > 0)
	}
}

// authorizationFacts are facts of authorization requests only.
var authorizationFacts = []transcript.Fact{
	transcript.FactRedirectRegistered, transcript.FactRedirectQuery, transcript.FactRedirectFragment, transcript.FactRedirectWildcard, transcript.FactRedirectIP,
	transcript.FactClientRegistered, transcript.FactStateChars, transcript.FactStateBits, transcript.FactStateData, transcript.FactNonceChars, transcript.FactChallengeForm,
}

// authorization judges the facts about an authorization request.
func (w *witness) authorization(o *ownParams, j judgement) {
	if o.first["client_id"] == "" || o.first["response_type"] == "" {
		j.all(never, authorizationFacts...)
		return
	}
	if cfg := w.public.cfg; cfg != nil && len(cfg.Client.ID) >= minPublicChars {
		j[transcript.FactClientRegistered] = exactly(o.first["client_id"] == cfg.Client.ID)
	}
	w.redirectURI(o.first["redirect_uri"], j)
	state := o.first["state"]
	j[transcript.FactStateChars] = fitsLength(state)
	switch {
	case state == "":
		j.all(never, transcript.FactStateBits, transcript.FactStateData)
	case transcript.ParseValue(state).Kind == transcript.Pseudonym:
		j[transcript.FactStateBits] = func(v any) bool { n, ok := v.(int); return ok && n >= minHashBits }
	case allTextClear(state):
		j[transcript.FactStateBits], j[transcript.FactStateData] = exactly(roomBits(state)), exactly(carriesData(state))
	}
	j[transcript.FactNonceChars] = fitsLength(o.first["nonce"])
	if o.first["code_challenge"] == "" {
		j[transcript.FactChallengeForm] = never
	}
}

// minPublicChars is the length from which a registered value is written wherever it stands.
const minPublicChars = 4

// redirectURI judges the facts about a redirect URI, of which the redacted one
// shows the structure.
func (w *witness) redirectURI(uri string, j judgement) {
	facts := authorizationFacts[:5]
	if uri == "" {
		j.all(never, facts...)
		return
	}
	if cfg := w.public.cfg; cfg != nil && len(cfg.RedirectURIs) > 0 {
		j[transcript.FactRedirectRegistered] = exactly(slices.Contains(cfg.RedirectURIs, uri))
	}
	if strings.Contains(uri, "~opaque") || transcript.ParseValue(uri).Kind != transcript.Clear {
		return
	}
	u := cutURL(uri)
	name, _ := splitPort(u.host)
	_, hidden := numbered(name, "host-", ".invalid")
	j[transcript.FactRedirectQuery], j[transcript.FactRedirectFragment] = exactly(u.hasQuery), exactly(u.hasFragment)
	if strings.Contains(uri, "*") {
		j[transcript.FactRedirectWildcard] = exactly(true)
	} else if !hidden && allTextClear(uri) && isClearPath(u.path) {
		j[transcript.FactRedirectWildcard] = exactly(false)
	}
	if !hidden && u.userinfo == "" {
		j[transcript.FactRedirectIP] = exactly(isIP(name) || name == "localhost" || strings.HasSuffix(name, ".localhost"))
	}
}

// samlResponseFacts are facts of SAML responses only.
var samlResponseFacts = []transcript.Fact{
	transcript.FactSAMLSuccess, transcript.FactSAMLEncrypted, transcript.FactSAMLSigned, transcript.FactSAMLSHA1, transcript.FactSAMLTimes,
	transcript.FactSAMLSignedPart, transcript.FactSAMLSignatureAlg, transcript.FactSAMLAssertions, transcript.FactSAMLAttributes,
	transcript.FactSAMLRecipient, transcript.FactSAMLAudience, transcript.FactSAMLWindow,
}

// attributes judges where values of attributes can have come from and gone to.
func (o *ownParams) attributes(e *transcript.Entry, j judgement) {
	if o.fields == 0 && e.Request.BodyText == "" {
		j[transcript.FactAttributeSent] = never
	}
	answers := e.Response != nil && e.Response.BodyText != ""
	if !answers && len(o.values["saml.type"]) == 0 && !strings.Contains(o.nested, "saml.type") {
		j[transcript.FactAttributeValues] = never
	}
}

// saml judges the facts about a SAML response by the fields derived from it.
func (o *ownParams) saml(e *transcript.Entry, j judgement) {
	types := o.values["saml.type"]
	xml := e.Facts.Code(transcript.FactBodyKind) == "xml" // the message may be in the response
	if xml || len(o.values["wresult"]) > 0 || strings.Contains(o.nested, "saml.type") || strings.Contains(o.nested, "wresult") {
		return
	}
	if len(o.values["saml.destination"]) == 0 {
		j[transcript.FactSAMLDestination] = never
	}
	if !slices.Contains(types, "Response") {
		j[transcript.FactSAMLSuccess] = never
		if !slices.Contains(types, "other") { // which may be an assertion alone
			j.all(never, samlResponseFacts...)
		}
		return
	}
	if len(types) == 1 && len(o.values["saml.status"]) <= 1 {
		success := slices.Contains(o.values["saml.status"], "urn:oasis:names:tc:SAML:2.0:status:Success")
		j[transcript.FactSAMLSuccess] = exactly(success)
	}
}

// tokens judges the facts about the tokens of a response by its skeleton.
func (w *witness) tokens(s *tokenSkeleton, o *ownParams, j judgement) {
	j[transcript.FactTokenKinds] = exactly(s.tokens)
	fromRequest := o.first["id_token"] != "" || strings.Contains(o.nested, "id_token")
	switch {
	case s.idTokens == 0 && !fromRequest:
		j.all(never, transcript.FactIDTokenAlg, transcript.FactIDTokenAud, transcript.FactIDTokenIss, transcript.FactAtHash, transcript.FactCHash,
			transcript.FactIDTokenEnc, transcript.FactIDTokenUnsigned, transcript.FactIDTokenNonce, transcript.FactIDTokenTimes)
	case s.idTokens == 1 && s.header != nil && s.claims != nil && !fromRequest:
		s.judge(w.public, j)
	}
}
