package redact_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// answerTo gives the answer of the provider of the integration "right" to a call for data.
func dataAnswer(authorization, body string) map[string]any {
	e := withHeaders([]any{field("Authorization", authorization)}, nil)
	e["request"].(map[string]any)["url"] = "https://idp.localhost:8081/api/public/v3/userinfo"
	e["response"] = map[string]any{"status": 200, "content": map[string]any{"mimeType": "application/json", "text": body}}
	return e
}

func posted(u, mime, text string) map[string]any {
	e := harEntry("POST", u, "")
	e["request"].(map[string]any)["postData"] = map[string]any{"mimeType": mime, "text": text}
	return e
}

func samlPost(form string) map[string]any {
	return harEntry("POST", "https://right.localhost:8082/acs", "SAMLResponse="+url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(form))))
}

// A value that the provider's answer brought is found in later requests to
// hosts of others, however it is written, and nowhere else.
func TestAttributeSent(t *testing.T) {
	t.Parallel()
	const userinfo = `{"email":"Jane.Roe@mailbox.example","fname":"Jane","state":"California","uuid":"6f0e6c5a3b9d4e7f8a1b2c3d4e5f6071",` +
		`"attributes":[{"handle":"phone","name":"Phone number","value":"5551234567"},{"handle":"zip","name":"Zip","value":"43440-1234"}]}`
	answer := dataAnswer("Bearer abc", userinfo)
	grows := strings.Repeat("Ⱥ", 127) // 254 bytes, 381 in lower case
	for name, c := range map[string]struct {
		first, later map[string]any
		want         bool
	}{
		"in a query":                {answer, harEntry("GET", "https://count.example/c?e=jane.roe%40MAILBOX.example", ""), true},
		"in a form":                 {answer, posted("https://count.example/c", "application/x-www-form-urlencoded", "p=5551234567"), true},
		"in JSON":                   {answer, posted("https://count.example/c", "application/json", `{"user":{"id":"6f0e6c5a3b9d4e7f8a1b2c3d4e5f6071"}}`), true},
		"in an address inside":      {answer, harEntry("GET", "https://count.example/c?u="+url.QueryEscape("https://right.localhost:8082/?m=jane.roe@mailbox.example"), ""), true},
		"a short one":               {answer, harEntry("GET", "https://count.example/c?n=Jane", ""), false},
		"what many people share":    {answer, harEntry("GET", "https://count.example/c?n=California&z=43440-1234&l=Phone+number", ""), false},
		"to the partner":            {answer, harEntry("GET", "https://right.localhost:8082/?e=jane.roe@mailbox.example", ""), false},
		"of no answer":              {dataAnswer("Basic abc", userinfo), harEntry("GET", "https://count.example/c?e=jane.roe@mailbox.example", ""), false},
		"of an id_token":            {dataAnswer("", `{"id_token":"`+honest{}.plainToken(`{"email":"jane.roe@mailbox.example"}`)+`"}`), harEntry("GET", "https://count.example/c?e=jane.roe@mailbox.example", ""), true},
		"of an assertion":           {samlPost(`<Response><Assertion><AttributeStatement><Attribute Name="mail"><AttributeValue>jane.roe@mailbox.example</AttributeValue></Attribute></AttributeStatement></Assertion></Response>`), harEntry("GET", "https://count.example/c?e=jane.roe@mailbox.example", ""), true},
		"of a NameID":               {samlPost(`<Response><Assertion><Subject><NameID>jane.roe@mailbox.example</NameID></Subject></Assertion></Response>`), harEntry("GET", "https://count.example/c?e=jane.roe@mailbox.example", ""), true},
		"one that grows":            {dataAnswer("Bearer abc", `{"email":"`+grows+`","fname":"Jane Roe-Doe"}`), harEntry("GET", "https://count.example/c?e="+url.QueryEscape(grows)+"&b=%FF"+strings.Repeat("A%FF", 100), ""), false},
		"before the answer arrives": {harEntry("GET", "https://count.example/c?e=jane.roe@mailbox.example", ""), answer, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := redact.New(options(config(t, "right")))
			once := redacted(t, r, harOf(c.first, c.later))
			got := false
			for _, e := range parsed(t, once).Entries {
				sent, _ := e.Facts.Bool(transcript.FactAttributeSent)
				got = got || sent
			}
			if got != c.want {
				t.Errorf("attribute_sent is %v", got)
			}
			if report := secondPass(t, withNames(options(config(t, "right")), r.Names()), once); report.Total() != 0 || len(report.Contradictions) != 0 {
				t.Errorf("the second pass takes away %+v and doubts %+v", report.Items, report.Contradictions)
			}
		})
	}
	// The values are counted, and no more are kept than the format says.
	phones := func(from int) map[string]any {
		var many []string
		for i := range 40 {
			many = append(many, fmt.Sprintf(`{"handle":"phone","value":"%d"}`, 5550000000+from+i))
		}
		return dataAnswer("Bearer abc", `{"attributes":[`+strings.Join(many, ",")+`]}`)
	}
	for i, e := range parsed(t, redacted(t, redact.New(options(config(t, "right"))), harOf(phones(0), phones(40)))).Entries {
		if n, _ := e.Facts.Number(transcript.FactAttributeValues); n != []int{40, 24}[i] {
			t.Errorf("answer %d: %d values are kept", i, n)
		}
	}
	if n, _ := registered(t, answer).Facts.Number(transcript.FactAttributeValues); n != 3 {
		t.Errorf("%d values are kept of an answer with three", n)
	}
}

// plainToken is a signed token with these claims.
func (honest) plainToken(claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256"}`)) + "." + part([]byte(claims)) + ".c2ln"
}

// A social security number in a page or in JSON is noted; examples and what only
// resembles one are not.
func TestSSNInBody(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`<p>Your number is 514-23-8876.</p>`:                                 true,
		`<input value="514-23-8876">`:                                        true,
		`<p>for example 123-45-6789</p>`:                                     false,
		`<p>000-23-8876 666-23-8876 900-23-8876 514-00-8876 514-23-0000</p>`: false,
		`<p>call 514-23-88765 or a514-23-8876, 2514-23-8876</p>`:             false,
		`{"profile":{"social":"514238876"}}`:                                 true,
		`{"ssn":514238876}`:                                                  true,
		`{"attributes":[{"handle":"social","value":"514238876"}]}`:           true,
		`{"note":"514-23-8876"}`:                                             true,
		`{"order":"514238876","social":"~pii"}`:                              false,
		`{"social":null,"id":"514-23-88"}`:                                   false,
	} {
		mime := "text/html"
		if text[0] == '{' {
			mime = "application/json"
		}
		e := harEntry("GET", "https://right.localhost:8082/account", "")
		e["response"] = map[string]any{"status": 200, "content": map[string]any{"mimeType": mime, "text": text}}
		if got, _ := registered(t, e).Facts.Bool(transcript.FactSSN); got != want {
			t.Errorf("%s: ssn_in_body is %v", text, got)
		}
		redactsTwice(t, options(config(t, "right")), harOf(e))
	}
}

// Of several Audiences and Recipients the registered one counts.
func TestSAMLSaysMoreThanOnce(t *testing.T) {
	t.Parallel()
	cfg := config(t, "right")
	cfg.SAML.EntityID, cfg.SAML.ACSURLs = "https://right.localhost:8082/metadata", []string{"https://right.localhost:8082/acs"}
	const message = `<Response><Assertion><Subject><NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">6f0e6c5a3b9d4e7f8a1b2c3d4e5f6071</NameID>
<SubjectConfirmation><SubjectConfirmationData Recipient="https://right.localhost:8082/acs"/></SubjectConfirmation>
<SubjectConfirmation><SubjectConfirmationData Recipient="https://other.example/acs"/></SubjectConfirmation></Subject>
<Conditions NotBefore="2026-11-23T08:59:00Z" NotOnOrAfter="2026-11-23T09:05:00Z"><AudienceRestriction><Audience>https://right.localhost:8082/metadata</Audience>
<Audience>https://other.example/metadata</Audience></AudienceRestriction></Conditions>
<AuthnStatement><AuthnContext><AuthnContextClassRef>fortified_identity</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion></Response>`
	once := redacted(t, redact.New(options(cfg)), harOf(samlPost(message)))
	e := parsed(t, once).Entries[0]
	for name, want := range map[string]string{
		"saml.audience": cfg.SAML.EntityID, "saml.recipient": cfg.SAML.ACSURLs[0], "saml.authn_context": "fortified_identity",
		"saml.name_id_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
	} {
		if got := param(e.Request.Form, name); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	if id := param(e.Request.Form, "saml.name_id"); !strings.HasPrefix(id, "~sub.") {
		t.Errorf("saml.name_id is %s", id)
	}
	window, _ := e.Facts.Number(transcript.FactSAMLWindow)
	audience, _ := e.Facts.Bool(transcript.FactSAMLAudience)
	recipient, _ := e.Facts.Bool(transcript.FactSAMLRecipient)
	if window != 360 || !audience || !recipient {
		t.Errorf("a window of %d seconds, audience %v, recipient %v", window, audience, recipient)
	}
	redactsTwice(t, options(cfg), harOf(samlPost(message)))
}
