package redact_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
)

// honest makes entries at random from the pieces that sign-ins are made of, and
// from what is odd about them.
type honest struct{ rng *rand.Rand }

func (h honest) of(choices ...string) string { return choices[h.rng.IntN(len(choices))] }

func (h honest) host() string {
	return h.of("right.localhost:8082", "right.localhost", "RIGHT.localhost:8082", "right.localhost:08082", "right.localhost:99999", "idp.localhost:8081", "api.id.me", "x.id.me", "api.id.me:443",
		"localhost", "127.0.0.1:80", "[::1]", "10.0.0.1", "app.example.org", "www.example.org", "example.co.uk", "host-7.invalid", "a@right.localhost:8082", "app.example.org.", "", "h:80:90")
}

func (h honest) path() string {
	return h.of("", "/", "/account", "/auth/callback", "/sign-in/not-completed", "/sign-in/other", "/s1", "/s1/s2", "/login/tenant-1", "/oauth/authorize", "/jane@example.com", "/a*b", "//x", `\account`, "/%41ccount")
}

func (h honest) address() string {
	return h.of("https://", "http://", "HTTPS://", "//", "wss://", "ftp://", "") + h.host() + h.path()
}

func (h honest) value() string {
	return h.of("", "short", "aB3dE6gH9jK2mN5pQ8sT1vW4", "jane@example.com", "~str", "~state.ABCDEFGHIJKLMNOP", "123-45-6789", "a b", "5d1f0c7be24a49d08c6a3f92b7e81d04", "%41", h.address(), `{"a":"b"}`, "*", "openid")
}

func (h honest) param() string {
	name := h.of("client_id", "response_type", "redirect_uri", "state", "nonce", "code_challenge", "code_verifier", "scope", "error", "error_description", "RelayState", "SAMLResponse", "SAMLRequest", "id_token",
		"access_token", "memo", "goto", "wresult", "saml.type", "code_verifier.s256", "status", "", "exp", "max_age")
	value := h.value()
	switch {
	case name == "client_id" && h.rng.IntN(2) == 0:
		value = "5d1f0c7be24a49d08c6a3f92b7e81d04"
	case name == "redirect_uri":
		value = h.of("https://right.localhost:8082/auth/callback", h.address(), h.address()+"?a=b", h.address()+"#x", "https://right.localhost:8082/auth/callback?state=x")
	case name == "error_description":
		value = h.of("The resource owner or authorization server denied the request", "something else", "", " Subject did not consent to attribute release ")
	case strings.HasPrefix(name, "SAML") || name == "wresult":
		value = h.saml()
		if name != "wresult" {
			value = base64.StdEncoding.EncodeToString([]byte(value))
		}
	case name == "id_token":
		value = h.token()
	case name == "goto":
		value = h.address() + "?" + h.params(3)
	}
	return url.QueryEscape(name) + "=" + url.QueryEscape(value)
}

func (h honest) params(n int) string {
	var out []string
	for range h.rng.IntN(n + 1) {
		out = append(out, h.param())
	}
	return strings.Join(out, "&")
}

func (h honest) saml() string {
	return `<` + h.of("Response", "AuthnRequest", "Envelope", "Assertion", "x") + ` Destination="` + url.QueryEscape(h.address()) + `"><Status><StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:` + h.of("Success", "Responder", "x") +
		`"/><StatusMessage>` + h.of("Subject did not consent to attribute release", "other") + `</StatusMessage></Status>` + h.of("", "<Assertion><Signature/></Assertion>", "<EncryptedAssertion/>", h.attributes()) + h.of("</Response>", "</AuthnRequest>", "</Envelope>", "</Assertion>", "</x>")
}

func (h honest) attributes() string {
	return `<Assertion><AttributeStatement><Attribute Name="` + h.of("fname", "shoe size", "mail", "~str", "~name#1", "") + `"><AttributeValue>` + h.of("", "Jane") +
		`</AttributeValue></Attribute><Attribute Name="zip" FriendlyName="cn"/>` + h.of("", "<EncryptedAttribute/>") + `</AttributeStatement></Assertion>`
}

func (h honest) token() string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	claims := fmt.Sprintf(`{"iss":%q,"aud":%s,"exp":%s,"error_description":%q}`, h.address(), h.of(`"x"`, `"5d1f0c7be24a49d08c6a3f92b7e81d04"`, `["a","5d1f0c7be24a49d08c6a3f92b7e81d04"]`, "1"), h.of("1772359300", `"x"`, "1"), h.of("", "other"))
	return part(`{"alg":"`+h.of("none", "RS256", "RSA-OAEP", "made-up")+`","enc":"A256GCM"}`) + "." + part(claims) + h.of(".", ".c2ln", ".a.b.c", "")
}

func (h honest) body() (mime, text string) {
	mime = h.of("text/html", "application/json", "text/plain", "text/xml", "image/png", "", "text/javascript", "TEXT/HTML; charset=utf-8", "application/x-made-up", "multipart/mixed; boundary=X", "application/jwt")
	text = h.of("", "<html><form action='"+h.address()+"'><input type=password></form>access_denied</html>", `{"id_token":"`+h.token()+`","access_token":"`+h.of("", "x", "aB3dE6gH9jK2mN5pQ8sT1vW4")+`","error_description":"`+h.of("x", "")+`"}`,
		h.saml(), "plain", `[{"a":"{\"error_description\":\"x\"}"}]`, `{"refresh_token":"a","data":{"id_token":"`+h.token()+`"}}`, "--X\r\n\r\n",
		h.token(), `"`+h.token()+`"`, `{"attributes":[{"handle":"`+h.of("zip", "shoe size", "~str", "jane@example.com")+`","value":null}],"uuid":"","jwt.claims":{"access_token":"a"}}`)
	return mime, text
}

func (h honest) entry() map[string]any {
	u := h.address()
	if q := h.params(7); q != "" || h.rng.IntN(4) == 0 {
		u += "?" + q
	}
	u += h.of("", "", "", "#", "#x", "#"+h.params(4), "#/route?"+h.params(3), "#/login")
	e := harEntry(h.of("GET", "POST"), u, h.params(6))
	e["_resourceType"] = h.of("document", "xhr", "", "made-up", "image")
	mime, text := h.body()
	response := map[string]any{"status": []int{200, 302, 0, 404, 204}[h.rng.IntN(5)], "statusText": h.of("", "OK"), "content": map[string]any{"mimeType": mime, "text": text, "size": h.rng.IntN(3000)}}
	if h.rng.IntN(2) == 0 {
		response["headers"] = []any{field("Location", h.address()+"?"+h.params(3)), field("Content-Type", mime), field("Vary", h.of("Accept", "x"))}
	}
	e["response"] = response
	if h.rng.IntN(8) == 0 {
		delete(e, "response")
	}
	return e
}

// No honest file is refused: of what is put together at random, our own
// redaction leaves nothing to take away and no fact to doubt.
func TestHonestFilesAreNotDoubted(t *testing.T) {
	t.Parallel()
	right := options(config(t, "right"))
	for seed := range uint64(200) {
		h := honest{rand.New(rand.NewPCG(seed, 0))}
		var entries []map[string]any
		for range 12 {
			entries = append(entries, h.entry())
		}
		redactsTwice(t, right, harOf(entries...))
		redactsTwice(t, options(nil), harOf(entries...))
	}
}

// What was once written otherwise, or doubted, by the second pass.
func TestSecondPassCorners(t *testing.T) {
	t.Parallel()
	const registered, secret = "5d1f0c7be24a49d08c6a3f92b7e81d04", "aB3dE6gH9jK2mN5pQ8sT1vW4"
	saml := url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(`<AuthnRequest Destination="login"/>`)))
	inside := "https://localhost/?SAMLRequest=" + saml
	for range 2 {
		inside = "https://localhost/?goto=" + url.QueryEscape(inside)
	}
	bare := base64.StdEncoding.EncodeToString([]byte(`<Assertion><Signature/></Assertion>`))
	opaque := harEntry("GET", "ftp://right.localhost/", "")
	opaque["_resourceType"] = "document"
	for name, entries := range map[string][]map[string]any{
		"a registered value as verifier":        {harEntry("POST", app, "code_verifier="+registered)},
		"a code under two names in Location":    {withHeaders(nil, []any{field("Location", app+"?u="+secret+"&code="+secret)})},
		"a value of two classes in Location":    {harEntry("GET", app+"?nonce="+secret, ""), withHeaders(nil, []any{field("Location", app+"?u="+secret+"&access_token="+secret)})},
		"a SAML message deep in addresses":      {harEntry("GET", inside, "")},
		"an assertion alone":                    {harEntry("POST", app, "SAMLResponse="+url.QueryEscape(bare))},
		"a document of a scheme that is hidden": {harEntry("GET", "https://right.localhost:8082/", ""), opaque, harEntry("GET", "https://right.localhost:8082/", "")},
		"hidden segments without a host":        {harEntry("POST", app, "goto="+url.QueryEscape("jane@example.com/x"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redactsTwice(t, options(config(t, "right")), harOf(entries...))
		})
	}
}
