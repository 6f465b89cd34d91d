package redact_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// oneEntry is a capture of one request and response; text is HTML or script.
func oneEntry(t *testing.T, started, address, mime, text string, headers ...transcript.Field) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"log": map[string]any{"entries": []any{map[string]any{
		"startedDateTime": started, "pageref": "p",
		"request":  map[string]any{"method": "GET", "url": address, "headers": headers},
		"response": map[string]any{"status": 200, "headers": headers, "content": map[string]any{"mimeType": mime, "text": text}},
	}}, "pages": []any{map[string]any{"id": "p", "startedDateTime": started}}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A name that is more than a host name gets a number, also where a part of it
// is the machine's own name or address.
func TestHostsThatCarryText(t *testing.T) {
	t.Parallel()
	const secret = "qzxjkvbwqzyh"
	for _, host := range []string{
		"localhost:" + secret + ":1", "127.0.0.1:" + secret + ":80", "[::1%25" + secret + "]", "[::1%" + secret + "]:443", "id.me:" + secret + ":443",
		"[::1]" + secret, "[::ffff:127.0.0.1%25" + secret + "]", "localhost." + secret, secret + ".localhost", "id.me." + secret,
	} {
		raw := oneEntry(t, "2026-03-01T10:00:00.000Z", "https://"+host+"/?iss=https%3A%2F%2F"+url.QueryEscape(host), "text/plain", "",
			transcript.Field{Name: "Host", Value: host}, transcript.Field{Name: "Referer", Value: "https://" + host + "/"},
			transcript.Field{Name: "Set-Cookie", Value: "a=b; Domain=" + host},
			transcript.Field{Name: "Content-Security-Policy", Value: "script-src https://" + host + " " + host})
		if out := redacted(t, redact.New(options(nil)), raw); bytes.Contains(bytes.ToLower(out), []byte(secret)) {
			t.Errorf("%s: the name is written", strings.ReplaceAll(host, secret, "SECRET"))
		}
	}
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]", "api.id.me"} {
		raw := oneEntry(t, "2026-03-01T10:00:00.000Z", "https://"+host+":8443/", "text/plain", "")
		if got := parsed(t, redacted(t, redact.New(options(nil)), raw)).Entries[0].Request.URL; got != "https://"+host+":8443/" {
			t.Errorf("%s became %s", host, got)
		}
	}
}

// Parameters of an address inside a parameter are not the request's own.
func TestFactsAreOfTheRequestItself(t *testing.T) {
	t.Parallel()
	const inner = "https://idp.example.org/?client_id=a&client_id=b&response_type=code&state=1234&u=jo@mail.example.net"
	raw := oneEntry(t, "2026-03-01T10:00:00.000Z", "https://app.example.org/?client_id=a&goto="+url.QueryEscape(inner), "text/plain", "")
	facts := parsed(t, redacted(t, redact.New(options(nil)), raw)).Entries[0].Facts
	for _, name := range []transcript.Fact{transcript.FactDuplicateParam, transcript.FactStateChars} {
		if v, ok := facts[name]; ok {
			t.Errorf("%s: %v", name, v)
		}
	}
	if pii, _ := facts.Bool(transcript.FactPII); !pii {
		t.Error("the e-mail address inside the parameter was not seen")
	}
}

// A time at the end of the calendar stays inside the format in every zone.
func TestTimesAtTheEndOfTheCalendar(t *testing.T) {
	t.Parallel()
	const late = "9999-12-31T23:59:59-12:00"
	r := redact.New(options(nil))
	raw := oneEntry(t, late, "https://app.example.org/", "text/plain", "",
		transcript.Field{Name: "Last-Modified", Value: late}, transcript.Field{Name: "Set-Cookie", Value: "a=b; Expires=" + late})
	out := redacted(t, r, raw)
	parsed(t, out)
	if again := redacted(t, redact.New(withNames(options(nil), r.Names())), out); !bytes.Equal(out, again) {
		t.Error("the second pass gives other bytes")
	}
}

// What stands around a separator is looked at once, not again at each of the
// separators beside it: such texts are read no slower than by a factor.
func TestSeparatorsAreCheap(t *testing.T) {
	t.Parallel()
	cost := func(unit string) time.Duration {
		const size = 1 << 20
		text, best := strings.Repeat(unit, size/len(unit)), time.Hour
		for range 5 {
			begin := time.Now()
			redact.CheckText(text)
			best = min(best, time.Since(begin))
		}
		return best
	}
	plain := cost("a sentence of common words, ")
	for _, unit := range []string{"a=", "=", "a:", "n=", "a='", "a = ", "_=", "_token.a="} {
		if took := cost(unit); took > 40*plain {
			t.Errorf("%q: %v, a sentence takes %v", unit, took, plain)
		}
	}
}

// However many false alarms stand before it, what no reason can pass is found.
func TestFinalHitBehindManyOthers(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("password=hunter22 ", 150) + "-----BEGIN " + "PRIVATE KEY-----"
	hits := redact.CheckText(text)
	if len(hits) != 100 || !hits[len(hits)-1].Final {
		t.Errorf("%d hits, the last is %+v", len(hits), hits[len(hits)-1])
	}
}

// What a hostile page, script, form or text costs grows with its length and not
// with the square of it. The bound is more than a hundred
// times what is needed on a slow machine.
func TestHostileInputIsCheap(t *testing.T) {
	t.Parallel()
	const size, textSize = 240 << 10, 2 << 20
	var bomb bytes.Buffer
	w, err := flate.NewWriter(&bomb, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("<Response>" + strings.Repeat("<a></a>", 9000) + strings.Repeat(" ", 900<<10) + "</Response>")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	message := "SAMLResponse=" + url.QueryEscape(base64.StdEncoding.EncodeToString(bomb.Bytes())) + "&"
	run := func(raw []byte) func() {
		return func() { redacted(t, redact.New(options(nil)), raw) }
	}
	capture := func(mime, text string) func() {
		return run(oneEntry(t, "2026-03-01T10:00:00.000Z", "https://app.example.org/", mime, text))
	}
	for name, cost := range map[string]func(){
		"beginnings of tokens": capture("text/javascript", strings.Repeat("eyJ.", size/4)),
		"links in links":       capture("text/html", strings.Repeat("<a>", size/9)+strings.Repeat("word ", size/15)+strings.Repeat("</a>", size/12)),
		"SAML messages":        run(oneEntry(t, "2026-03-01T10:00:00.000Z", "https://app.example.org/?"+strings.Repeat(message, 150), "", "")),
		"text of token heads":  func() { redact.CheckText(strings.Repeat("eyJ.", textSize/4)) },
		"text of key names":    func() { redact.CheckText(strings.Repeat("AKIA.", textSize/5)) },
		"text of key ends":     func() { redact.CheckText(strings.Repeat("PRIVATE KEY-----", textSize/16)) },
		"text of names":        func() { redact.CheckText(strings.Repeat("token=", textSize/6)) },
	} {
		begin := time.Now()
		cost()
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}
