package redact_test

import (
	"encoding/base64"
	"testing"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// honestTwice redacts entries and their redaction, and gives the facts of the
// last: of what our own redactor wrote nothing is taken away and nothing doubted.
func honestTwice(t *testing.T, name string, o redact.Options, entries ...map[string]any) transcript.Facts {
	t.Helper()
	r := redact.New(o)
	once := redacted(t, r, harOf(entries...))
	report := secondPass(t, withNames(o, r.Names()), once)
	for _, it := range report.Items {
		t.Errorf("%s: rule %s takes away %d in %s", name, it.Rule, it.Count, it.Place)
	}
	for _, c := range report.Contradictions {
		t.Errorf("%s: the fact %s is doubted", name, c.Fact)
	}
	all := parsed(t, once).Entries
	return all[len(all)-1].Facts
}

// Pages of one address report errors in JSON: what the request says of an error
// is a fact of its entry as well.
func TestErrorTextsInRequests(t *testing.T) {
	t.Parallel()
	const documented = "The resource owner or authorization server denied the request"
	for name, c := range map[string]struct {
		mime, text string
		known      bool
	}{
		"JSON":               {"application/json", `{"error":"access_denied","error_description":"The user said no"}`, false},
		"documented":         {"application/json", `{"error":"access_denied","error_description":"` + documented + `"}`, true},
		"GraphQL":            {"application/json", `{"query":"mutation{}","variables":{"StatusMessage":"no such thing"}}`, false},
		"array":              {"application/json", `[{"StatusMessage":"no such thing"},{"a":1}]`, false},
		"list of texts":      {"application/json", `{"error_description":["no such thing","nor this"]}`, false},
		"beacon":             {"text/plain;charset=UTF-8", `{"error_description":"no such thing"}`, false},
		"JSON in a string":   {"application/json", `{"data":"{\"error_description\":\"no such thing\"}"}`, false},
		"in a token":         {"application/json", `{"id_token":"eyJhbGciOiJub25lIn0.eyJlcnJvcl9kZXNjcmlwdGlvbiI6Im5vIHN1Y2ggdGhpbmcifQ."}`, false},
		"cut":                {"application/json", `{"a":{"error_description":"no such thing","b":"`, false},
		"tokens of requests": {"application/json", `{"access_token":"abcdefghijklmnop","error_description":"no such thing"}`, false},
	} {
		facts := honestTwice(t, name, options(nil), sent(c.mime, c.text))
		if v, has := facts[transcript.FactErrorTextKnown]; !has || v != c.known {
			t.Errorf("%s: error_text_documented is %v", name, v)
		}
	}
	e := sent("application/json", `{"error_description":"no such thing"}`)
	r := redact.New(options(nil))
	file := rewritten(t, redacted(t, r, harOf(e)), func(e *transcript.Entry) { e.Facts[transcript.FactErrorTextKnown] = true })
	if report := secondPass(t, withNames(options(nil), r.Names()), file); len(report.Contradictions) != 1 {
		t.Errorf("a changed fact about a request's text: %+v", report.Contradictions)
	}
}

// An address in JSON has parameters, which set facts like others.
func TestAddressesInBodies(t *testing.T) {
	t.Parallel()
	saml := deflatedSAML(t, `<Response ID="a" Destination="https://app.example.org/"><Status><StatusCode Value="x"/></Status></Response>`)
	for _, query := range []string{"error_description=no+such+thing", "code_verifier=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeee", "SAMLResponse=" + saml, "a=1&a=2"} {
		for _, body := range []string{`{"url":"https://localhost/?` + query + `"}`, `{"data":"{\"url\":\"https://localhost/?` + query + `\"}"}`, `[{"redirect_uri":"https://localhost/#` + query + `"}]`} {
			honestTwice(t, "sent "+body, options(nil), sent("application/json", body))
			honestTwice(t, "answered "+body, options(nil), withBody("application/json", body))
		}
	}
}

// Only texts are tokens, wherever they stand under a token's name.
func TestTokensAmongOtherValues(t *testing.T) {
	t.Parallel()
	for body, tokens := range map[string]any{
		`{"id_token":["aaaaaaaaaa",[1,true]]}`:                               1,
		`{"id_token":["aaaaaaaaaa",{}]}`:                                     1,
		`{"access_token":["ab","~num"],"refresh_token":[1,2]}`:               2,
		`{"access_token":12345678901234}`:                                    nil,
		`{"access_token":{"a":1},"refresh_token":["a","b"]}`:                 2,
		`{"id_token":["state%3D",{},[757223446,true]],"postal_code":560267}`: 1,
	} {
		facts := honestTwice(t, body, options(nil), withBody("application/json", body))
		if facts[transcript.FactTokenKinds] != tokens {
			t.Errorf("%s: token_kinds is %v, want %v", body, facts[transcript.FactTokenKinds], tokens)
		}
	}
}

// A claim counts under its exact name, for facts as for the skeleton.
func TestClaimsByExactNames(t *testing.T) {
	t.Parallel()
	token := func(header, claims string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
	}
	for _, c := range []struct {
		header, claims string
		alg            string
		https          bool
	}{
		{`{"alg":"RS256","ALG":"none"}`, `{"iss":"http://a.example","ISS":"https://b.example"}`, "RS256", false},
		{`{"ALG":"none","alg":"RS256"}`, `{"Iss":"http://a.example","iss":"https://b.example"}`, "RS256", true},
		{`{"Alg":"RS256"}`, `{"Iss":"https://a.example"}`, "other", false},
		{`{"alg":"RS256","alg":"ES256"}`, `{"iss":"http://a.example","iss":"https://a.example"}`, "ES256", true},
		{`{"alg":1}`, `{"iss":1,"at_hash":2,"aud":3}`, "other", false},
	} {
		facts := honestTwice(t, c.header+c.claims, options(config(t, "right")), withBody("application/json", `{"id_token":"`+token(c.header, c.claims)+`"}`))
		if facts[transcript.FactIDTokenAlg] != c.alg || facts[transcript.FactIDTokenIss] != c.https {
			t.Errorf("%s.%s: alg %v, issuer by https %v", c.header, c.claims, facts[transcript.FactIDTokenAlg], facts[transcript.FactIDTokenIss])
		}
	}
}

// A request whose whole address is a registered value without a scheme has no
// address: what would be made of it a second pass would not know again.
func TestRegisteredValueAsAddress(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"5d1f0c7be24a49d08c6a3f92b7e81d04", "/client/a", "//client/a", "urn:example:client", "client:1/a"} {
		o := options(&integration.Config{Client: integration.Client{ID: value}})
		for _, address := range []string{value, value + "?a=1", value + "#a=1", "https://localhost/?client_id=" + value} {
			e := harEntry("GET", address, "")
			honestTwice(t, address, o, e)
			redactsTwice(t, o, harOf(e))
		}
	}
}
