package redact_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// samlHAR is a refusal by SAML: the response first, then the request it answers.
func samlHAR() []byte {
	response := `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" InResponseTo="_8f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e" Destination="https://app.example.org/acs">
	<Issuer>https://api.idmelabs.com/saml</Issuer><Signature><SignedInfo><SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/></SignedInfo></Signature>
	<Status><StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/></StatusCode>
	<StatusMessage>Subject did not consent to attribute release</StatusMessage></Status>
	<Assertion><Conditions NotBefore="2026-03-01T09:00:00Z" NotOnOrAfter="2026-03-01T09:05:00Z"/></Assertion></samlp:Response>`
	request := `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_8f3a1c5e7b9d2f4a6c8e0b1d3f5a7c9e"/>`
	var deflated bytes.Buffer
	w, _ := flate.NewWriter(&deflated, flate.BestCompression)
	_, _ = w.Write([]byte(request))
	_ = w.Close()
	form := "SAMLResponse=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(response))) + "&RelayState=abc"
	address := "https://api.idmelabs.com/saml/SingleSignOnService?SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString(deflated.Bytes()))
	return harOf(
		harEntry("POST", "https://app.example.org/acs", form),
		harEntry("GET", address, ""),
	)
}

func harEntry(method, address, form string) map[string]any {
	request := map[string]any{"method": method, "url": address}
	if form != "" {
		request["postData"] = map[string]any{"mimeType": "application/x-www-form-urlencoded", "text": form}
	}
	return map[string]any{"startedDateTime": "2026-03-01T10:00:00Z", "time": 1, "request": request, "response": map[string]any{"status": 200}}
}

func harOf(entries ...map[string]any) []byte {
	b, _ := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "entries": entries}})
	return b
}

// FuzzHAR: whatever comes in, the output is a transcript by the strict reader,
// the second pass gives the same bytes, and errors hold no input.
func FuzzHAR(f *testing.F) {
	canaries := canary.HAR(1).JSON[:8<<10] // the mutator is slow on long seeds
	seeds := [][]byte{
		readFile(f, oktaHAR), readFile(f, captures+"/recorded/faulty-consent-denied.har"), readFile(f, captures+"/recorded/right-happy-path.backchannel.har"),
		canaries, samlHAR(), []byte(equalHAR), redacted(f, redact.New(options(nil)), readFile(f, oktaHAR)),
		harOf(harEntry("GET", "https://a.example/s1/s01/~str/%73?~name#1=1&~state.AAAAAAAAAAAAAAAA=~x&a=~pii#~state%231", "")),
		harOf(harEntry("GET", `https://a.example\b/c?x`, "")), harOf(harEntry("GET", "~state%231", "")),
	}
	for _, s := range seeds {
		f.Add(s)
	}
	if len(seeds) != 10 {
		f.Fatalf("%d seeds, want 10", len(seeds))
	}
	right := config(f, "right")
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, o := range []redact.Options{options(nil), options(right)} {
			redactsTwice(t, o, raw)
		}
	})
}

// redactsTwice redacts a file twice; what is no capture is let go.
func redactsTwice(t *testing.T, o redact.Options, raw []byte) {
	t.Helper()
	var once, twice bytes.Buffer
	first := redact.New(o)
	report, err := first.HAR(&once, bytes.NewReader(raw), capture.Limits{})
	if err != nil {
		return
	}
	if _, err := transcript.Read(bytes.NewReader(once.Bytes())); err != nil {
		t.Fatalf("the output is no transcript: %v", err)
	}
	again, err := redact.New(withNames(o, first.Names())).HAR(&twice, bytes.NewReader(once.Bytes()), capture.Limits{})
	if err != nil {
		t.Fatalf("the second pass: %v", err)
	}
	if !bytes.Equal(once.Bytes(), twice.Bytes()) {
		t.Fatalf("the second pass gives other bytes:\n%s\n%s", once.Bytes(), twice.Bytes())
	}
	if again.Total() != 0 {
		t.Fatalf("the second pass takes away %+v of:\n%s", again.Items, once.Bytes())
	}
	if report.Again == 0 && len(again.Contradictions) != 0 {
		t.Fatalf("the second pass doubts %+v of:\n%s", again.Contradictions, once.Bytes())
	}
}

// FuzzValues plants a marker with random text around it in random names and
// values of each position, and looks for it in every decoding of the output.
func FuzzValues(f *testing.F) {
	seeds := [][2]string{
		{"state", "abc"}, {"redirect_uri", "https://x.example/"}, {"scope", "openid "}, {"error_description", "<b>"}, {"SAMLResponse", "PHNhbWxw"},
		{"x", "{\"a\":"}, {"id_token", "eyJhbGciOiJub25lIn0.eyJhIjoi"}, {"", "%25"}, {"~name", "~state."}, {"expires_in", "12"},
	}
	for _, s := range seeds {
		f.Add(s[0], s[1])
	}
	if len(seeds) != 10 {
		f.Fatalf("%d seeds, want 10", len(seeds))
	}
	const marker = "qZ7MARKERx9Kw4Tv"
	set := dig.NewSet([]string{marker})
	f.Fuzz(func(t *testing.T, name, text string) {
		if len(name)+len(text) > 2000 {
			return
		}
		value := text + marker + text
		pair := url.QueryEscape(name) + "=" + url.QueryEscape(value)
		body, _ := json.Marshal(map[string]any{name: value, name + marker: []any{value, map[string]string{name: marker}}})
		e := harEntry("POST", "https://"+name+marker+".example/"+value+"?"+pair+"&"+marker+name+"=1#"+pair, pair+"&"+value)
		e["request"].(map[string]any)["headers"] = []any{
			map[string]string{"name": name, "value": value}, map[string]string{"name": "Cookie", "value": name + "=" + value + "; " + value},
			map[string]string{"name": "Referer", "value": value}, map[string]string{"name": "Accept", "value": value}, map[string]string{"name": "Authorization", "value": value},
		}
		e["response"].(map[string]any)["headers"] = []any{
			map[string]string{"name": "Set-Cookie", "value": name + "=" + value + "; Path=" + value + "; " + value}, map[string]string{"name": "Location", "value": value},
			map[string]string{"name": "Content-Security-Policy", "value": name + " " + value}, map[string]string{"name": "Content-Type", "value": value},
		}
		e["response"].(map[string]any)["content"] = map[string]any{"mimeType": "application/json", "text": string(body)}
		var out bytes.Buffer
		if _, err := redact.New(options(nil)).HAR(&out, bytes.NewReader(harOf(e)), capture.Limits{}); err != nil {
			t.Fatalf("a HAR is refused: %v", err)
		}
		if len(set.Find(dig.Texts(out.Bytes()))) > 0 {
			t.Fatalf("the marker is in the output:\n%s", out.Bytes())
		}
	})
}

// FuzzCheckText: no text makes the check fail or answer an offset outside it.
func FuzzCheckText(f *testing.F) {
	seeds := []string{"", "code=", "Bearer ", "-----BEGIN PRIVATE KEY-----", "eyJ.eyJ.", "client_secret: \"", "Basic dTpw", "cookie: =", "AKIA", "\xaeBasic "}
	for _, s := range seeds {
		f.Add(s)
	}
	if len(seeds) != 10 {
		f.Fatalf("%d seeds, want 10", len(seeds))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range redact.CheckText(text) {
			if h.Offset < 0 || h.Offset >= len(text) || h.Rule == "" {
				t.Fatalf("hit %+v in a text of %d bytes", h, len(text))
			}
		}
	})
}

// FuzzCanaries: whatever the values and their alphabets are, nothing that was
// planted is left.
func FuzzCanaries(f *testing.F) {
	seeds := []uint64{0, 1 << 63}
	for _, s := range seeds {
		f.Add(s)
	}
	if len(seeds) != 2 {
		f.Fatalf("%d seeds, want 2", len(seeds))
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		c := canary.HAR(seed)
		r := redact.New(options(nil))
		for place, text := range everythingWritten(t, r, nil, c.JSON) {
			for _, position := range newLeakFinder(c.Canaries).in(text) {
				t.Errorf("seed %d, %s: leak from %s", seed, place, position)
			}
		}
	})
}
