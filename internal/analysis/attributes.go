package analysis

import (
	"maps"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// ReceivedAttribute is one attribute or claim that an answer of the provider
// held; never its value.
type ReceivedAttribute struct {
	// Handle is the handle of an attribute, the name of a claim or of a SAML
	// attribute as it stands in the transcript: redacted when neither documented
	// nor declared.
	Handle string
	// Empty tells that it came without a value: null, an empty text, list or
	// object, or listed only. Of one that came several times, that it never had any.
	Empty bool
	// At is the data call, the token answer or the SAML Response.
	At Ref
}

// SignInAttributes is what one sign-in of a run brought.
type SignInAttributes struct {
	Flow int // the number of the sign-in within the run, as in Flow
	// Known tells that the transcript shows all that came; else Why says why not,
	// and Attributes is what it shows nevertheless.
	Known bool
	Why   string
	// Policies are the words of the scope, or the AuthnContext, that was asked for.
	Policies []string
	// Attributes hold each handle once, in the order in which they came.
	Attributes []ReceivedAttribute
}

// ReceivedAttributes lists what the data calls, id_tokens and SAML assertions of
// each sign-in of a run brought, in the order and with the numbers of Flows.
// Claims of the protocol and about the assurance of the sign-in (iss, aud, exp,
// nonce, level_of_assurance and the like) are left out.
func ReceivedAttributes(cfg integration.Config, in []Input) []SignInAttributes {
	r := newRun(cfg, in)
	out := make([]SignInAttributes, 0, len(r.flows))
	for _, f := range r.flows {
		out = append(out, f.received())
	}
	return out
}

// protocolClaims are no attributes of the user.
var protocolClaims = wordsOf(`iss sub aud exp iat nbf auth_time nonce acr amr azp jti sid at_hash c_hash s_hash typ token_use scope client_id
	updated_at _claim_names _claim_sources level_of_assurance multifactor status attributes
	credential_ial credential_aal credential_ial_highest credential_aal_highest credential_option_preverified`)

func wordsOf(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// Bounds of a skeleton; what lies beyond is not in it. See docs/redacted_har.md.
const (
	maxSkeletonItems  = 50
	maxSkeletonValues = 2000
)

// Why it cannot be told what a sign-in brought.
const (
	cutCapture      = "The capture with the calls of your server is cut off, so later ones are missing. Save it again and upload the whole file."
	cutAnswer       = "The answer with the user's data is not wholly in the transcript. Record it with its whole content."
	noAnswerContent = "The answer with the user's data is not in the capture. Record it with content."
	encryptedAnswer = "The answer with the user's data is encrypted, so a capture does not show what it holds. Show the attributes in the walkthrough."
	noDataCall      = "No call for the user's data is in the run: it is made by your server. Add a back-channel capture of the same round."
	encryptedNames  = "An attribute is encrypted, or there are more than a transcript names. Show the attributes in the walkthrough."
	// A handle that is declared now did not stand in clear then.
	olderDescription = "The capture was redacted without the integration as it is now described, so a handle that is hidden may be a declared one. Redact it again with the integration."
	olderRedaction   = "The capture was redacted by a version that does not name attributes. Redact it again with this version."
	exporterLists    = "The lines of your server's exporter leave out attributes that its lists do not name. A HAR of the server's calls shows all; else compare them in the walkthrough."
	hiddenClaims     = "An id_token came through the browser, of which a transcript does not hold the claims. A back-channel capture of the token request shows them."
)

// received is SignInAttributes of the flow.
func (f *flow) received() SignInAttributes {
	g := gathering{run: f.run, out: SignInAttributes{Flow: f.number, Policies: f.policies()}, at: map[valueKey]int{}}
	if f.dialect == &saml {
		g.ofAssertion(f)
	} else {
		g.ofCalls(f)
	}
	g.out.Known = g.out.Why == ""
	return g.out
}

// policies are the words of the scope, or the AuthnContext, that was asked for.
func (f *flow) policies() []string {
	if f.dialect != &saml {
		return slices.DeleteFunc(slices.Clone(scopeWords(f.authorize)), func(w string) bool { return w == "openid" })
	}
	if f.unasked() {
		return nil
	}
	return strings.Fields(first(f.authorize.value("saml.authn_context"), f.authorize.value("AuthnContext")))
}

// gathering collects the attributes of one sign-in.
type gathering struct {
	run *run
	out SignInAttributes
	at  map[valueKey]int // where a handle stands in the list
	cut bool             // of the answer at hand not all is there: its last null may be none
}

// doubt notes why not all is known; the first reason counts.
func (g *gathering) doubt(why string) { g.out.Why = first(g.out.Why, why) }

func (g *gathering) add(s *step, handle string, empty bool, param string) {
	empty = empty && !g.cut
	if strings.HasPrefix(handle, "~") {
		if why := g.run.mayHideDeclared(s); why != "" {
			g.doubt(why)
			return
		}
	}
	key, comparable := keyOf(s, handle)
	if i, known := g.at[key]; comparable && known {
		g.out.Attributes[i].Empty = g.out.Attributes[i].Empty && empty
		return
	}
	if comparable {
		g.at[key] = len(g.out.Attributes)
	}
	g.out.Attributes = append(g.out.Attributes, ReceivedAttribute{Handle: handle, Empty: empty, At: s.ref(param)})
}

// mayHideDeclared says why a handle that is hidden in a capture may be a declared
// one, empty where it is none.
func (r *run) mayHideDeclared(s *step) string {
	switch {
	case !r.redactedAsDescribed(s.in):
		return olderDescription
	case s.isOlder(dataPolicy):
		return olderRedaction
	case s.in.ofExporter():
		return exporterLists
	}
	return ""
}

// ofExporter tells whether a partner's server wrote the capture line by line, by
// lists of its own; see docs/back_channel.md.
func (in *Input) ofExporter() bool { return in.T.Meta.Source.Exporter == string(KindBackChannel) }

// ofCalls reads the id_tokens and the calls for data.
func (g *gathering) ofCalls(f *flow) {
	sources := 0
	for _, t := range f.idTokens() {
		sources++
		switch {
		case t.encrypted():
			g.doubt(encryptedToken)
		case t.s == f.callback:
			g.doubt(hiddenClaims)
		case t.claims == nil:
			g.doubt(noAnswerContent)
		default:
			g.members(t.s, t.claims, "id_token")
		}
		g.ended(t.s)
	}
	for _, s := range f.data {
		if granted(s) {
			sources++
			g.ofAnswer(s)
		}
	}
	if sources == 0 {
		g.doubt(first(f.noTokenRequest(), noDataCall))
	}
}

// ended notes that the capture of a call ends too early, or leaves names out.
func (g *gathering) ended(s *step) {
	if s.in.cannotShow(capture.LimitTail) {
		g.doubt(cutCapture)
	}
	if s.in.ofExporter() {
		g.doubt(exporterLists)
	}
}

// ofAnswer reads the answer to a call for data: JSON, or a token that is the whole body.
func (g *gathering) ofAnswer(s *step) {
	g.ended(s)
	m := s.answer()
	truncated, _ := s.e.Facts.Bool(transcript.FactTruncatedBody)
	g.cut = truncated || strings.Count(s.e.Response.BodyText, ",") >= maxSkeletonValues-maxSkeletonItems
	defer func() { g.cut = false }()
	if g.cut && m != nil {
		g.doubt(cutAnswer)
	}
	switch claims, isToken := m["jwt.claims"].(map[string]any); {
	case isToken:
		g.members(s, claims, "")
	case m["jwt.header"] != nil:
		g.doubt(encryptedAnswer)
	case m == nil:
		g.doubt(noAnswerContent)
	default:
		g.members(s, m, "")
	}
}

// members reads claims by their names, and ID.me's list of attributes by their handles.
func (g *gathering) members(s *step, m map[string]any, param string) {
	list, _ := m["attributes"].([]any)
	if len(list) >= maxSkeletonItems {
		g.doubt(cutAnswer)
	}
	for _, item := range list {
		attribute, _ := item.(map[string]any)
		handle := text(attribute, "handle")
		if handle == "" {
			g.doubt(noAnswerContent)
			continue
		}
		g.add(s, handle, isEmpty(attribute["value"]), param)
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !protocolClaims[name] {
			g.add(s, name, isEmpty(m[name]), param)
		}
	}
}

// isEmpty tells whether the skeleton of a value holds nothing.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !isEmpty(item) })
	case map[string]any:
		for _, item := range v {
			if !isEmpty(item) {
				return false
			}
		}
		return true
	}
	return false
}

// ofAssertion reads the names that the redactor left of an assertion in clear.
func (g *gathering) ofAssertion(f *flow) {
	s, r := f.response()
	if r != nil {
		g.doubt(r.why)
		return
	}
	const param = "SAMLResponse"
	encrypted, known := s.e.Facts.Bool(transcript.FactSAMLEncrypted)
	assertions, _ := s.e.Facts.Number(transcript.FactSAMLAssertions)
	inClear, _ := s.e.Facts.Number(transcript.FactSAMLAttributes)
	names := strings.Fields(s.value("saml.attributes"))
	empty := strings.Fields(s.value("saml.empty_attributes"))
	switch {
	case !known:
		g.doubt(withoutSAMLFacts)
	case assertions == 0:
		g.doubt(withoutAssertion)
	case encrypted:
		g.doubt("The attributes cannot be seen. " + inEncryption)
	case inClear > 0 && len(names) == 0:
		g.doubt(olderRedaction)
	case slices.Contains(names, "~str"):
		g.doubt(encryptedNames)
	}
	for _, name := range names {
		if name != "~str" {
			g.add(s, name, slices.Contains(empty, name), param)
		}
	}
}
