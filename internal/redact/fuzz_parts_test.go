package redact_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// partMarker stands for {} in the inputs of the targets below, and in any case
// behind them.
const partMarker = "qZ7MARKERx9Kw4Tv"

// marked puts the marker into a fuzzed text.
func marked(text string) string { return strings.ReplaceAll(text, "{}", partMarker) + partMarker }

// addSeeds adds the seeds and holds their number.
func addSeeds(f *testing.F, want int, seeds ...string) {
	f.Helper()
	if len(seeds) != want {
		f.Fatalf("%d seeds, want %d", len(seeds), want)
	}
	for _, s := range seeds {
		f.Add(s)
	}
}

// noMarker redacts captures twice: each is read, its transcript is by the
// format and does not hold the marker, and the second pass gives the same bytes
// and finds nothing.
func noMarker(t *testing.T, entries ...map[string]any) {
	t.Helper()
	set := dig.NewSet([]string{partMarker})
	var once, twice bytes.Buffer
	first := redact.New(options(nil))
	if _, err := first.HAR(&once, bytes.NewReader(harOf(entries...)), capture.Limits{}); err != nil {
		t.Fatalf("a HAR is refused: %v", err)
	}
	if _, err := transcript.Read(bytes.NewReader(once.Bytes())); err != nil {
		t.Fatalf("the output is no transcript: %v", err)
	}
	again, err := redact.New(withNames(options(nil), first.Names())).HAR(&twice, bytes.NewReader(once.Bytes()), capture.Limits{})
	if err != nil {
		t.Fatalf("the second pass: %v", err)
	}
	if again.Total() != 0 || len(again.Contradictions) != 0 {
		t.Fatalf("the second pass takes away %+v and doubts %+v of:\n%s", again.Items, again.Contradictions, once.Bytes())
	}
	if !bytes.Equal(once.Bytes(), twice.Bytes()) {
		t.Fatalf("the second pass gives other bytes:\n%s\n%s", once.Bytes(), twice.Bytes())
	}
	if len(set.Find(dig.Texts(once.Bytes()))) > 0 {
		t.Fatalf("the marker is in the output:\n%s", once.Bytes())
	}
}

const app = "https://app.example.org/"

// withBody is an entry whose response has a body.
func withBody(mime, text string) map[string]any {
	e := harEntry("GET", app, "")
	e["response"] = map[string]any{"status": 200, "content": map[string]any{"mimeType": mime, "text": text}}
	return e
}

// sent is an entry that sends a body.
func sent(mime, text string) map[string]any {
	e := harEntry("POST", app, "")
	e["request"].(map[string]any)["postData"] = map[string]any{"mimeType": mime, "text": text}
	return e
}

// FuzzSAML: no message by any binding leaves anything of itself.
func FuzzSAML(f *testing.F) {
	addSeeds(f, 10, `<Response ID="{}" Destination="https://{}.example/"><Issuer>{}</Issuer></Response>`, `<a:AuthnRequest xmlns:a="{}" AssertionConsumerServiceURL="{}"/>`,
		`<Response><Status><StatusCode Value="{}"><StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/></StatusCode><StatusMessage>{}</StatusMessage></Status></Response>`,
		`<Response><Assertion><Conditions NotBefore="{}" NotOnOrAfter="2026-03-01T10:00:00Z"><AudienceRestriction><Audience>{}</Audience></AudienceRestriction></Conditions></Assertion></Response>`,
		`<!DOCTYPE a [<!ENTITY e "{}">]><Response ID="&e;"/>`, `<Response><![CDATA[{}]]><!--{}--><?pi {}?></Response>`, "\x1f\x8b{}", "<Response", `<LogoutRequest ID="`, `<Response ID="&#x7b;{}" xmlns:ID="{}"/>`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		message := marked(text)
		var deflated bytes.Buffer
		w, err := flate.NewWriter(&deflated, flate.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(message))
		_ = w.Close()
		plain := base64.StdEncoding.EncodeToString([]byte(message))
		noMarker(t, harEntry("POST", app+"?SAMLRequest="+url.QueryEscape(base64.StdEncoding.EncodeToString(deflated.Bytes())), "SAMLResponse="+url.QueryEscape(plain)),
			harEntry("POST", app, "SAMLResponse="+url.QueryEscape(message)+"&wresult="+url.QueryEscape(message)), withBody("application/soap+xml", message), sent("text/xml", message),
			withBody("application/json", `{"SAMLResponse":"`+plain+`"}`))
	})
}

// FuzzJWT: no token leaves anything of itself but the words of its header.
func FuzzJWT(f *testing.F) {
	addSeeds(f, 8, `{"sub":"{}","iss":"https://{}.example"}`, `{"aud":["{}"],"exp":1,"{}":1}`, `{"alg":"{}"}`, `{"nested":{"id_token":"{}"}}`, `{"at_hash":"{}","auth_time":"{}"}`, `[]`, `{"a":`, "\x00{}")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		part := base64.RawURLEncoding.EncodeToString([]byte(marked(text)))
		signed, encrypted := part+"."+part+"."+part, part+"."+part+"."+part+"."+part+"."+part
		head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`))
		body, err := json.Marshal(map[string]any{"id_token": head + "." + part + "." + part, "access_token": signed, "refresh_token": encrypted, "list": []string{signed}})
		if err != nil {
			t.Fatal(err)
		}
		noMarker(t, withBody("application/json", string(body)), withBody("application/jwt", signed), harEntry("POST", app+"?id_token="+signed+"#id_token="+head+"."+part+".", "request="+encrypted+"&id_token="+signed))
	})
}

// FuzzMultipart: no part leaves its content, name or file name.
func FuzzMultipart(f *testing.F) {
	const d = "--XX\r\nContent-Disposition: form-data; "
	addSeeds(f, 9, d+"name=\"state\"\r\n\r\n{}\r\n--XX--", d+"name=\"{}\"\r\n\r\n1\r\n", d+"name=\"file\"; filename=\"{}\"\r\n\r\n{}\r\n--XX--\r\n{}", d+"name={}\r\n\r\n{}", "{}--XX", "--XX\r\n\r\n\r\n{}",
		d+"name=\"client_id\r\n\r\n\"{}", "--XX--XX--XX{}", d+"name=\"scope\"\n\nopenid {}\n--XX")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		body := marked(text)
		noMarker(t, sent("multipart/form-data; boundary=XX", body), sent(`multipart/mixed; boundary="`+body+`"`, body), withBody("multipart/form-data; boundary=XX", body))
	})
}

// FuzzPage: no page or script leaves anything but facts.
func FuzzPage(f *testing.F) {
	addSeeds(f, 9, `<title>{}</title><p>{}`, `<form action="/{}"><input name="{}" value="{}">`, `<meta http-equiv=refresh content="0;url=/{}">`, `<script>client_secret="{}"`, `<a href="{}">try again {}</a>`,
		`<input name="SAMLResponse" value="{}">`, `access_denied {}`, "<\x00{}", `<textarea><plaintext>{}`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		page := marked(text)
		noMarker(t, withBody("text/html", page), withBody("text/html", "<html><body>"+page+"</body></html>"), withBody("text/javascript", page), withBody("", "<html>"+page))
	})
}

// FuzzCookies: neither form of a cookie leaves name, value or attribute.
func FuzzCookies(f *testing.F) {
	addSeeds(f, 9, "a={}; b={}", "{}", "__Host-{}=1; Path=/{}", "a=b; Domain={}; Expires={}; Max-Age={}", "a=b; SameSite={}; Priority={}", "a=\"{}\"\nb={}", ";;=;{}=", "a=%7B{}%7D", "~name.{}=~cookie.{}")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		value := marked(text)
		name, rest, _ := strings.Cut(value, "=")
		listed := []any{map[string]any{"name": name, "value": rest, "path": value, "domain": value, "expires": value, "sameSite": value}}
		e := harEntry("GET", app, "")
		e["request"].(map[string]any)["headers"] = []any{map[string]string{"name": "Cookie", "value": value}}
		e["response"] = map[string]any{"status": 200, "headers": []any{map[string]string{"name": "Set-Cookie", "value": value}}}
		of := harEntry("GET", app, "")
		of["request"].(map[string]any)["cookies"] = listed
		of["response"] = map[string]any{"status": 200, "cookies": listed}
		noMarker(t, e, of)
	})
}

// FuzzHeaders: no header leaves a value that is not of its grammar.
func FuzzHeaders(f *testing.F) {
	names := []string{"Accept", "Authorization", "Cache-Control", "Content-Security-Policy", "Content-Type", "Date", "Link", "Location", "Origin", "Refresh",
		"Strict-Transport-Security", "User-Agent", "WWW-Authenticate", "Host", ":path", "Content-Length", "Retry-After", "Vary", "Keep-Alive"}
	addSeeds(f, 9, "{}", "text/html, {};q=0.9", "Bearer {}", "max-age={}", "script-src 'nonce-{}' https://{}.example", "0;url=/{}", "</{}>; rel={}", `Bearer realm="{}", error="invalid_token"`, "Sun, 01 Mar 2026 10:00:00 {}")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		value := marked(text)
		fields := []any{map[string]string{"name": value, "value": "1"}}
		for _, name := range names {
			fields = append(fields, map[string]string{"name": name, "value": value}, map[string]string{"name": name, "value": text + partMarker})
		}
		e := harEntry("GET", app, "")
		e["request"].(map[string]any)["headers"] = fields
		e["response"] = map[string]any{"status": 200, "headers": fields}
		noMarker(t, e)
	})
}

// FuzzJSON: no JSON body leaves a value or an unknown name.
func FuzzJSON(f *testing.F) {
	addSeeds(f, 9, `{"code":"{}","{}":1}`, `{"a":"{\"b\":\"{}\"}"}`, `[["{}"]]`, `{"id_token":"{}"}`, `)]}'{"a":"{}"}`, `{"scope":"openid {}","url":"https://{}.example/{}"}`, `"{}"`, `{"a":"\u0041{}`, `{"status":[{"group":"{}"}],"attributes":[{"handle":"{}","value":"{}"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		body := marked(text)
		cut := strings.LastIndexByte(body, '}')
		if cut < 0 {
			cut = len(body)
		}
		noMarker(t, withBody("application/json", body), withBody("application/json", body[:cut]+`,"x":"`+partMarker+`"}`), withBody("text/plain", "{"+body), sent("application/json", body))
	})
}
