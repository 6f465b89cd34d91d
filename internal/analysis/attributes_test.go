package analysis_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// call is one entry of a capture in clear.
type call struct {
	method, url, form, bearer string
	status                    int
	location, mime, body      string
}

func harOfCalls(t *testing.T, calls ...call) []byte {
	t.Helper()
	var entries []any
	for i, c := range calls {
		request := map[string]any{"method": c.method, "url": c.url, "headers": []any{map[string]string{"name": "Accept", "value": "text/html"}}}
		if c.bearer != "" {
			request["headers"] = []any{map[string]string{"name": "Authorization", "value": "Bearer " + c.bearer}}
		}
		if c.form != "" {
			request["postData"] = map[string]string{"mimeType": "application/x-www-form-urlencoded", "text": c.form}
		}
		headers := []any{map[string]string{"name": "Date", "value": "Mon, 23 Nov 2026 09:00:00 GMT"}}
		if c.location != "" {
			headers = append(headers, map[string]string{"name": "Location", "value": c.location})
		}
		entries = append(entries, map[string]any{
			"startedDateTime": fmt.Sprintf("2026-11-23T09:00:%02d.000Z", i), "time": 20, "request": request,
			"response": map[string]any{
				"status": c.status, "redirectURL": c.location, "headers": headers,
				"content": map[string]any{"mimeType": c.mime, "text": c.body, "size": len(c.body)},
			},
		})
	}
	out, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "creator": map[string]string{"name": "Firefox", "version": "1"}, "entries": entries}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// jwtOf puts JSON texts together as a compact token, less the signature.
func jwtOf(parts ...string) string {
	out := make([]string, 0, len(parts)+1)
	for _, p := range parts {
		out = append(out, base64.RawURLEncoding.EncodeToString([]byte(p)))
	}
	return strings.Join(append(out, "c2lnbmF0dXJl"), ".")
}

const (
	redeemedCode  = "Qm4xT7pL0vR2sW9yZ3aB5cD6eF8gH1jK"
	issuedToken   = "tK8fQ2wX6zN4mB1vC9lJ7hG5dS3aP0oI"
	stateSent     = "sT4rE7uP2qA9wD6xF1yG8zH3jK5lM0nB"
	signedHeader  = `{"alg":"RS256","typ":"JWT","kid":"k1"}`
	claimsInToken = `{"iss":"https://idp.example","sub":"9b2f","aud":"client-1","exp":1795424700,"iat":1795424400,"nonce":"n","level_of_assurance":"3","email":"jane@example.com","zip":""}`
)

// signInCalls are a sign-in as the browser sees it, answeredBy those of the server.
func signInCalls(t *testing.T) []byte {
	callback := "https://rp.example/cb?code=" + redeemedCode + "&state=" + stateSent
	return harOfCalls(
		t,
		call{method: "GET", url: "https://idp.example/authorize?" + clientParams + "&state=" + stateSent, status: 302, location: callback},
		call{method: "GET", url: callback, status: 200, mime: "text/html", body: "<!doctype html><title>Home</title><p>You are signed in.</p>"},
	)
}

func answeredBy(t *testing.T, idToken string, data ...call) []byte {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {redeemedCode}, "redirect_uri": {"https://rp.example/cb"}}.Encode()
	answer := `{"access_token":"` + issuedToken + `","token_type":"bearer","expires_in":300`
	if idToken != "" {
		answer += `,"id_token":"` + idToken + `"`
	}
	calls := []call{{method: "POST", url: "https://idp.example/token", form: form, status: 200, mime: "application/json", body: answer + "}"}}
	for _, c := range data {
		c.method, c.url, c.bearer, c.status = "GET", "https://idp.example/api/public/v3/attributes.json", issuedToken, max(c.status, 200)
		calls = append(calls, c)
	}
	return harOfCalls(t, calls...)
}

func answerOf(mime, body string) call { return call{mime: mime, body: body} }

// TestReceivedAttributes takes whole answers through the redactor: what stands
// in clear, what is empty, and when it is not known what came.
func TestReceivedAttributes(t *testing.T) {
	t.Parallel()
	const list = `{"attributes":[{"handle":"fname","name":"First Name","value":"Jane"},{"handle":"zip","name":"Zip","value":null},
{"handle":"street","name":"Street","value":""},{"handle":"emails_confirmed","name":"Emails","value":[]},{"handle":"badge_number","name":"Badge","value":"77"},
{"handle":"shoe_size","name":"Shoe","value":"42"},{"handle":"hat_size","name":"Hat","value":null}],"status":[{"group":"military","subgroups":["Veteran"],"verified":true}]}`
	signed := jwtOf(signedHeader, claimsInToken)
	encrypted := jwtOf(`{"alg":"RSA-OAEP","enc":"A256CBC-HS512"}`, "a", "b", "c")
	inToken := []string{"email", "zip (empty)"}
	for name, c := range map[string]struct {
		back  []byte
		known bool
		why   string // a part of it
		want  []string
	}{
		"attributes": {
			back: answeredBy(t, "", answerOf("application/json", list)), known: true,
			want: []string{"fname", "zip (empty)", "street (empty)", "emails_confirmed (empty)", "badge_number", "~name#1", "~name#2 (empty)"},
		},
		"userinfo": {
			back:  answeredBy(t, "", answerOf("application/json", `{"sub":"9b2f","given_name":"Jane","address":{"street_address":null},"badge_number":null,"phone":5551234567}`)),
			known: true, want: []string{"address (empty)", "badge_number (empty)", "given_name", "phone"},
		},
		"signed userinfo in quotes":    {back: answeredBy(t, "", answerOf("application/json", `"`+signed+`"`)), known: true, want: inToken},
		"signed userinfo":              {back: answeredBy(t, "", answerOf("application/jwt", signed)), known: true, want: inToken},
		"id_token only":                {back: answeredBy(t, signed), known: true, want: inToken},
		"id_token and attributes":      {back: answeredBy(t, signed, answerOf("application/json", `{"email":null,"zip":"12345","uuid":"0"}`)), known: true, want: []string{"email", "zip", "uuid"}},
		"refused call, id_token":       {back: answeredBy(t, signed, call{status: 401, mime: "application/json", body: `{"error":"invalid_token"}`}), known: true, want: inToken},
		"encrypted userinfo":           {back: answeredBy(t, "", answerOf("application/json", `"`+encrypted+`"`)), why: "is encrypted"},
		"encrypted userinfo, id_token": {back: answeredBy(t, signed, answerOf("application/jwt", encrypted)), why: "is encrypted", want: inToken},
		"encrypted id_token":           {back: answeredBy(t, encrypted), why: "is encrypted"},
		"no content":                   {back: answeredBy(t, "", answerOf("", "")), why: "Record it with content"},
		"no data call":                 {back: answeredBy(t, ""), why: "No call for the user's data"},
		"no back channel":              {why: "No token request"},
		"too long": {
			back: answeredBy(t, "", answerOf("application/json", `{"fname":"Jane","notes":"`+strings.Repeat("a", 70_000)+`"}`)), why: "not wholly", want: []string{"fname", "~name#1"},
		},
		"too many": {
			back: answeredBy(t, "", answerOf("application/json", `{"attributes":[`+strings.Repeat(`{"handle":"fname","value":"Jane"},`, 60)+`{"handle":"zip","value":"1"}]}`)), why: "not wholly", want: []string{"fname"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := baseConfig()
			cfg.Attributes = []integration.Attribute{{Handle: "badge_number", Purpose: "printed on the pass"}}
			r := redactorWithDigest(&cfg)
			in := []analysis.Input{redacted(t, r, "c1", signInCalls(t))}
			if c.back != nil {
				back := redacted(t, r, "b1", c.back)
				back.Kind = analysis.KindBackChannel
				in = append(in, back)
			}
			checkReceived(t, analysis.ReceivedAttributes(cfg, in), c.known, c.why, []string{"identity"}, c.want)
		})
	}
}

func checkReceived(t *testing.T, all []analysis.SignInAttributes, known bool, why string, policies, want []string) {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("%d sign-ins", len(all))
	}
	got := all[0]
	if got.Flow != 1 || got.Known != known || (got.Why == "") != known || !strings.Contains(got.Why, why) {
		t.Errorf("sign-in %d, known %v: %s", got.Flow, got.Known, got.Why)
	}
	if diff := cmp.Diff(policies, got.Policies); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	var handles []string
	for _, a := range got.Attributes {
		if a.At.Capture == "" {
			t.Errorf("%s is from nowhere", a.Handle)
		}
		if a.Empty {
			a.Handle += " (empty)"
		}
		handles = append(handles, a.Handle)
	}
	if diff := cmp.Diff(want, handles); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

// TestReceivedSAMLAttributes is the same of an assertion.
func TestReceivedSAMLAttributes(t *testing.T) {
	t.Parallel()
	attribute := func(name, value string) string {
		return `<saml:Attribute Name="` + name + `" FriendlyName="` + name + `">` + value + `</saml:Attribute>`
	}
	statement := `<saml:AttributeStatement>` + attribute("fname", `<saml:AttributeValue>Jane</saml:AttributeValue>`) +
		attribute("zip", `<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`) +
		attribute("street", "") + attribute("shoe size", `<saml:AttributeValue>42</saml:AttributeValue>`) + `%s</saml:AttributeStatement></saml:Assertion>`
	with := func(more string) string {
		return strings.Replace(assertion, `</saml:Assertion>`, fmt.Sprintf(statement, more), 1)
	}
	named := []string{"fname", "zip (empty)", "street (empty)", "~name#1"}
	for name, c := range map[string]struct {
		response string
		known    bool
		why      string
		want     []string
	}{
		"in clear":            {response: samlResponse(success, with("")), known: true, want: named},
		"none":                {response: samlResponse(success, assertion), known: true},
		"encrypted":           {response: samlResponse(success, encryptedAssertion), why: "encrypted"},
		"encrypted attribute": {response: samlResponse(success, with(`<saml:EncryptedAttribute/>`)), why: "An attribute is encrypted", want: named},
		"refused":             {response: samlResponse(noConsent, ""), why: "holds no assertion"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := samlConfig()
			in := redacted(t, redactorWithDigest(&cfg), "c1", samlHAR(t, c.response, "/home", helpfulPage))
			got := analysis.ReceivedAttributes(cfg, []analysis.Input{in})
			for i, a := range got[0].Attributes { // ordinals follow what else the message holds
				if strings.HasPrefix(a.Handle, "~name#") {
					got[0].Attributes[i].Handle = "~name#1"
				}
			}
			checkReceived(t, got, c.known, c.why, []string{"fortified_identity"}, c.want)
		})
	}
}
