package redact_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// factsOf redacts entries and gives those facts of the last that are asked for.
func factsOf(t *testing.T, cfg *integration.Config, entries []map[string]any, names []transcript.Fact) transcript.Facts {
	t.Helper()
	all := parsed(t, redacted(t, redact.New(options(cfg)), harOf(entries...))).Entries
	got := transcript.Facts{}
	for _, name := range names {
		if v, ok := all[len(all)-1].Facts[name]; ok {
			got[name] = v
		}
	}
	return got
}

func TestFormFacts(t *testing.T) {
	t.Parallel()
	names := []transcript.Fact{
		transcript.FactForms, transcript.FactFormFields, transcript.FactPasswordFields, transcript.FactHiddenFields, transcript.FactFormPost, transcript.FactFormTarget,
		transcript.FactAutoSubmit, transcript.FactSAMLForm, transcript.FactPageLang,
	}
	const login = `<html lang="en-US"><form action="/x" method="POST"><input name=u><INPUT TYPE=Password name=p><input type=hidden name=c><select></select><textarea></textarea><input type=submit></form>`
	const autopost = `<html lang=xx><body onload="document.forms[0].submit()"><form method=post action="https://right.localhost:8082/acs"><input type=hidden name=SAMLResponse value=x></form>`
	for name, c := range map[string]struct {
		page string
		want transcript.Facts
	}{
		"no form": {`<html><p>Hello</p>`, transcript.Facts{transcript.FactForms: 0}},
		"sign-in": {login, transcript.Facts{
			transcript.FactForms: 1, transcript.FactFormFields: 4, transcript.FactPasswordFields: 1, transcript.FactHiddenFields: 1,
			transcript.FactFormPost: true, transcript.FactFormTarget: "same_host", transcript.FactPageLang: "en",
		}},
		"autopost": {autopost, transcript.Facts{
			transcript.FactForms: 1, transcript.FactFormFields: 0, transcript.FactPasswordFields: 0, transcript.FactHiddenFields: 1, transcript.FactFormPost: true,
			transcript.FactFormTarget: "partner", transcript.FactAutoSubmit: true, transcript.FactSAMLForm: true, transcript.FactPageLang: "other",
		}},
		"to the provider": {`<form action=//api.id.me/x></form><script>document.f.submit()</script>`, transcript.Facts{
			transcript.FactForms: 1, transcript.FactFormFields: 0, transcript.FactPasswordFields: 0, transcript.FactHiddenFields: 0, transcript.FactFormPost: false,
			transcript.FactFormTarget: "provider", transcript.FactAutoSubmit: true,
		}},
		"to nobody known": {`<form action="https://app.example.org/a"></form><form action="https://evil.example/"></form>`, transcript.Facts{
			transcript.FactForms: 2, transcript.FactFormFields: 0, transcript.FactPasswordFields: 0, transcript.FactHiddenFields: 0, transcript.FactFormPost: false,
			transcript.FactFormTarget: "undeclared",
		}},
	} {
		if diff := cmp.Diff(c.want, factsOf(t, config(t, "right"), []map[string]any{withBody("text/html", c.page)}, names)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestStreamFacts(t *testing.T) {
	t.Parallel()
	e := harEntry("GET", "wss://app.example.org/", "")
	e["_webSocketMessages"] = []any{
		map[string]any{"type": "send", "opcode": 1, "data": "abc"}, map[string]any{"type": "receive", "opcode": 1, "data": fmt.Sprintf("%01234d", 0)},
		map[string]any{"type": "receive", "opcode": 2, "data": ""},
	}
	e["_eventSourceMessages"] = []any{map[string]any{"data": "hello"}}
	want := transcript.Facts{
		transcript.FactSocketSent: 1, transcript.FactSocketReceived: 2, transcript.FactSocketBytes: 1230, transcript.FactEvents: 1, transcript.FactEventBytes: 5,
	}
	names := []transcript.Fact{transcript.FactSocketSent, transcript.FactSocketReceived, transcript.FactSocketBytes, transcript.FactEvents, transcript.FactEventBytes}
	if diff := cmp.Diff(want, factsOf(t, nil, []map[string]any{e}, names)); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(transcript.Facts{}, factsOf(t, nil, []map[string]any{withBody("text/html", "")}, names)); diff != "" {
		t.Errorf("of a page (-want +got):\n%s", diff)
	}
}

// half is at_hash or c_hash of a value for an algorithm with SHA-256.
func half(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func signedToken(claims string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestTokenFacts(t *testing.T) {
	t.Parallel()
	const nonce, code, verifier = "aB3dE6gH9jK2mN5pQ8sT1vW4", "cD3dE6gH9jK2mN5pQ8sT1vW4", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636 appendix B
	authorize := harEntry("GET", "https://api.id.me/oauth/authorize?client_id=a&response_type=code&state=s&nonce="+nonce+"&code_challenge="+challenge, "")
	callback := harEntry("GET", app+"cb?code="+code+"&state=s", "")
	answer := func(claims string) map[string]any {
		return withBody("application/json", `{"access_token":"token","id_token":"`+signedToken(claims)+`"}`)
	}
	names := []transcript.Fact{
		transcript.FactIDTokenAlg, transcript.FactIDTokenEnc, transcript.FactIDTokenUnsigned, transcript.FactIDTokenNonce, transcript.FactIDTokenTimes,
		transcript.FactAtHash, transcript.FactCHash, transcript.FactPKCE,
	}
	jwe := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RSA-OAEP","enc":"A256GCM"}`)) + ".a.b.c.d"
	const at = 1772359200 // the entry's time
	for name, c := range map[string]struct {
		entries []map[string]any
		want    transcript.Facts
	}{
		"all is well": {[]map[string]any{authorize, callback, answer(fmt.Sprintf(`{"nonce":%q,"at_hash":%q,"c_hash":%q,"exp":%d,"nbf":%d}`, nonce, half("token"), half(code), at+1, at))}, transcript.Facts{
			transcript.FactIDTokenAlg: "RS256", transcript.FactIDTokenUnsigned: false, transcript.FactIDTokenNonce: true, transcript.FactIDTokenTimes: true, transcript.FactAtHash: true, transcript.FactCHash: true,
		}},
		"nothing is": {[]map[string]any{authorize, callback, answer(fmt.Sprintf(`{"nonce":"other","at_hash":"x","c_hash":"x","exp":%d}`, at))}, transcript.Facts{
			transcript.FactIDTokenAlg: "RS256", transcript.FactIDTokenUnsigned: false, transcript.FactIDTokenNonce: false, transcript.FactIDTokenTimes: false, transcript.FactAtHash: false, transcript.FactCHash: false,
		}},
		"not yet":                  {[]map[string]any{answer(fmt.Sprintf(`{"nbf":%d,"exp":%d}`, at+1, at+9))}, transcript.Facts{transcript.FactIDTokenAlg: "RS256", transcript.FactIDTokenUnsigned: false, transcript.FactIDTokenTimes: false}},
		"nothing to compare with":  {[]map[string]any{answer(`{"nonce":"a","c_hash":"b","exp":"soon"}`)}, transcript.Facts{transcript.FactIDTokenAlg: "RS256", transcript.FactIDTokenUnsigned: false}},
		"encrypted":                {[]map[string]any{withBody("application/json", `{"id_token":"`+jwe+`"}`)}, transcript.Facts{transcript.FactIDTokenAlg: "encrypted", transcript.FactIDTokenEnc: "A256GCM"}},
		"without a signature":      {[]map[string]any{harEntry("GET", app+"cb?id_token=eyJhbGciOiJub25lIn0.e30.", "")}, transcript.Facts{transcript.FactIDTokenAlg: "none", transcript.FactIDTokenUnsigned: true}},
		"hybrid, with its code":    {[]map[string]any{harEntry("GET", app+"cb#code="+code+"&id_token="+signedToken(`{"c_hash":"`+half(code)+`"}`), "")}, transcript.Facts{transcript.FactIDTokenAlg: "RS256", transcript.FactIDTokenUnsigned: false, transcript.FactCHash: true}},
		"PKCE":                     {[]map[string]any{authorize, harEntry("POST", "https://api.id.me/oauth/token", "code="+code+"&code_verifier="+verifier)}, transcript.Facts{transcript.FactPKCE: true}},
		"another verifier":         {[]map[string]any{authorize, harEntry("POST", "https://api.id.me/oauth/token", "code_verifier="+verifier+"x")}, transcript.Facts{transcript.FactPKCE: false}},
		"no challenge was seen":    {[]map[string]any{harEntry("POST", "https://api.id.me/oauth/token", "code_verifier="+verifier)}, transcript.Facts{}},
		"an address in a Location": {[]map[string]any{authorize, withHeaders(nil, []any{field("Location", app+"?id_token="+signedToken(`{"nonce":"`+nonce+`"}`))})}, transcript.Facts{}},
	} {
		if diff := cmp.Diff(c.want, factsOf(t, nil, c.entries, names)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSAMLFacts(t *testing.T) {
	t.Parallel()
	cfg := config(t, "right")
	cfg.SAML.ACSURLs, cfg.SAML.EntityID = []string{app + "acs"}, "https://app.example.org/entity"
	const sig = `<Signature><SignedInfo><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/></SignedInfo><KeyInfo><X509Certificate>MII AB
C=</X509Certificate></KeyInfo></Signature>`
	assertion := `<Assertion>` + sig + `<Subject><SubjectConfirmation><SubjectConfirmationData Recipient="` + app + `acs"/></SubjectConfirmation></Subject>` +
		`<Conditions><AudienceRestriction><Audience>https://app.example.org/entity</Audience></AudienceRestriction></Conditions><AttributeStatement><Attribute Name="a"/><Attribute Name="b"/></AttributeStatement></Assertion>`
	response := `<Response Destination="` + app + `acs">` + sig + `<Status><StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></Status>` + assertion + `</Response>`
	form := func(message, address string) map[string]any {
		return harEntry("POST", address, "SAMLResponse="+url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(message))))
	}
	soap := func(body string) map[string]any {
		return withBody("text/xml", `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>`+body+`</s:Body></s:Envelope>`)
	}
	names := []transcript.Fact{
		transcript.FactSAMLSuccess, transcript.FactSAMLSigned, transcript.FactSAMLSignedPart, transcript.FactSAMLSignatureAlg, transcript.FactSAMLAssertions, transcript.FactSAMLAttributes,
		transcript.FactSAMLDestination, transcript.FactSAMLRecipient, transcript.FactSAMLAudience, transcript.FactSOAPFault,
	}
	with := func(of transcript.Facts, edits transcript.Facts) transcript.Facts {
		out := transcript.Facts{}
		for _, m := range []transcript.Facts{of, edits} {
			for k, v := range m {
				if out[k] = v; v == nil {
					delete(out, k)
				}
			}
		}
		return out
	}
	good := transcript.Facts{
		transcript.FactSAMLSuccess: true, transcript.FactSAMLSigned: true, transcript.FactSAMLSignedPart: "both", transcript.FactSAMLSignatureAlg: "rsa-sha256", transcript.FactSAMLAssertions: 1,
		transcript.FactSAMLAttributes: 2, transcript.FactSAMLDestination: true, transcript.FactSAMLRecipient: true, transcript.FactSAMLAudience: true,
	}
	for name, c := range map[string]struct {
		entry map[string]any
		want  transcript.Facts
	}{
		"by form":             {form(response, app+"acs?x=1"), good},
		"to another address":  {form(response, app+"other"), with(good, transcript.Facts{transcript.FactSAMLDestination: false})},
		"in an artifact":      {soap(`<ArtifactResponse><Status><StatusCode Value="x"/></Status>` + response + `</ArtifactResponse>`), with(good, transcript.Facts{transcript.FactSAMLDestination: nil})},
		"WS-Federation":       {harEntry("POST", app, "wa=wsignin1.0&wresult="+url.QueryEscape(`<RequestSecurityTokenResponse><RequestedSecurityToken>`+assertion+`</RequestedSecurityToken></RequestSecurityTokenResponse>`)), with(good, transcript.Facts{transcript.FactSAMLDestination: nil, transcript.FactSAMLSuccess: nil, transcript.FactSAMLSignedPart: "assertion"})},
		"a SOAP fault":        {soap(`<s:Fault><faultstring>no</faultstring></s:Fault>`), transcript.Facts{transcript.FactSOAPFault: true}},
		"other XML":           {withBody("text/xml", `<a/>`), transcript.Facts{}},
		"a request":           {form(`<AuthnRequest Destination="https://x.example/"/>`, app), transcript.Facts{transcript.FactSAMLDestination: false}},
		"an unknown audience": {form(`<Response><Assertion><Audience>x</Audience><SubjectConfirmationData Recipient="x"/></Assertion></Response>`, app), transcript.Facts{transcript.FactSAMLSuccess: false, transcript.FactSAMLSigned: false, transcript.FactSAMLAssertions: 1, transcript.FactSAMLAttributes: 0, transcript.FactSAMLRecipient: false, transcript.FactSAMLAudience: false}},
	} {
		if diff := cmp.Diff(c.want, factsOf(t, cfg, []map[string]any{c.entry}, names)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	e := one(t, form(response, app))
	if got := transcript.ParseValue(param(e.Request.Form, "saml.certificate")).Kind; got != transcript.Ordinal {
		t.Errorf("a short certificate is %s", got)
	}
}

func TestRefreshTarget(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"0;url=/next": "same_host", "5": "same_host", "0; URL='https://api.id.me/x'": "provider", "0;url=//evil.example/": "undeclared",
	} {
		got := factsOf(t, nil, []map[string]any{withBody("text/html", `<meta http-equiv=refresh content="`+content+`">`)}, []transcript.Fact{transcript.FactRefreshTarget})
		if got.Code(transcript.FactRefreshTarget) != want {
			t.Errorf("%s: %q, want %q", content, got.Code(transcript.FactRefreshTarget), want)
		}
	}
}

func TestTextAndEncodingFacts(t *testing.T) {
	t.Parallel()
	names := []transcript.Fact{transcript.FactErrorTextKnown, transcript.FactErrorTextChars, transcript.FactDoubleEncoded}
	for query, want := range map[string]transcript.Facts{
		"error_description=not+ours%21": {transcript.FactErrorTextKnown: false, transcript.FactErrorTextChars: 9},
		"error_description=The+resource+owner+or+authorization+server+denied+the+request": {transcript.FactErrorTextKnown: true},
		"state=a%2520b&code=a%2Bb&next=https%3A%2F%2Fa.example%2F%3Fx%3D%2520":            {transcript.FactDoubleEncoded: 1},
	} {
		if diff := cmp.Diff(want, factsOf(t, nil, []map[string]any{harEntry("GET", app+"?"+query, "")}, names)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}
