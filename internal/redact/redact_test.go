package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

func param(fields []transcript.Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// In the Okta sample, authorize and callback carry the same state, the cookie
// holds it too, and the code verifier fits the challenge.
func TestOktaSampleCompares(t *testing.T) {
	t.Parallel()
	tr := parsed(t, redacted(t, redact.New(options(config(t, "okta_sample"))), readFile(t, oktaHAR)))
	authorize, callback, token := tr.Entries[0], tr.Entries[4], tr.Entries[5]
	for name, pair := range map[string][2]string{
		"state":     {param(authorize.Request.Query, "state"), param(callback.Request.Query, "state")},
		"cookie":    {param(authorize.Request.Query, "state"), authorize.Response.Cookies[0].Value},
		"nonce":     {param(authorize.Request.Query, "nonce"), authorize.Response.Cookies[1].Value},
		"code":      {param(callback.Request.Query, "code"), param(token.Request.Form, "code")},
		"challenge": {param(authorize.Request.Query, "code_challenge"), param(token.Request.Form, "code_verifier.s256")},
	} {
		if equal, comparable := transcript.Comparable(pair[0], pair[1]); !equal || !comparable {
			t.Errorf("%s: %q and %q compare as %v, %v", name, pair[0], pair[1], equal, comparable)
		}
	}
	changed := bytes.Replace(readFile(t, oktaHAR), []byte("9oP0&state=xyzstate"), []byte("9oP0&state=xyzstatf"), 1)
	tr = parsed(t, redacted(t, redact.New(options(config(t, "okta_sample"))), changed))
	if equal, comparable := transcript.Comparable(param(tr.Entries[0].Request.Query, "state"), param(tr.Entries[4].Request.Query, "state")); equal || !comparable {
		t.Error("a state changed by one character compares equal")
	}
}

// equalHAR holds one value in every comparison position.
const equalHAR = `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-03-01T10:00:00Z","time":1,
"request":{"method":"POST","url":"https://app.example.org/cb?state=VALUE#state=VALUE","headers":[
 {"name":"Cookie","value":"a=VALUE"},{"name":"Referer","value":"https://x.example.org/?code=VALUE"},{"name":"Authorization","value":"Bearer VALUE"}],
 "queryString":[{"name":"state","value":"VALUE"}],"postData":{"mimeType":"application/x-www-form-urlencoded","text":"RelayState=VALUE"}},
"response":{"status":302,"headers":[{"name":"Location","value":"/next?nonce=VALUE"},{"name":"Set-Cookie","value":"b=VALUE; Path=/"}],"cookies":[],
 "content":{"size":1,"mimeType":"application/json","text":"{\"access_token\":\"VALUE\"}"},"redirectURL":""}}]}}`

func comparisonKeys(t *testing.T, r *redact.Redactor, value string) []string {
	t.Helper()
	e := parsed(t, redacted(t, r, []byte(strings.ReplaceAll(equalHAR, "VALUE", value)))).Entries[0]
	var body map[string]string
	if err := json.Unmarshal([]byte(e.Response.BodyText), &body); err != nil {
		t.Fatal(err)
	}
	key := func(s string) string {
		for _, p := range transcript.Pieces(s) {
			if p.Kind == transcript.Pseudonym || p.Kind == transcript.Ordinal {
				return p.Key
			}
		}
		return ""
	}
	header := func(fields []transcript.Field, name string) string {
		v := param(fields, name)
		if _, after, ok := strings.Cut(v, "="); ok && strings.Contains(name, "ookie") {
			return key(after)
		}
		return key(v)
	}
	return []string{
		key(e.Request.URL), key(param(e.Request.Query, "state")), key(param(e.Request.Fragment, "state")), header(e.Request.Headers, "Cookie"),
		header(e.Request.Headers, "Referer"), header(e.Request.Headers, "Authorization"), key(e.Request.Cookies[0].Value),
		key(param(e.Request.Form, "RelayState")), header(e.Response.Headers, "Location"), header(e.Response.Headers, "Set-Cookie"),
		key(e.Response.RedirectURL), key(e.Response.Cookies[0].Value), key(body["access_token"]),
	}
}

// Equal in is equal out over every comparison position, for a value that is
// hashed and for one that is too short and gets an ordinal.
func TestEqualInEqualOut(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"aB3dE6gH9jK2mN5pQ8sT1vW4", "short1"} {
		keys := comparisonKeys(t, redact.New(options(nil)), value)
		for i, k := range keys {
			if k == "" || k != keys[0] {
				t.Errorf("%q: position %d has key %q, the first %q", value, i, k, keys[0])
			}
		}
	}
}

// The address of a request is an absolute URI, as HAR asks, and stays so.
func TestRequestURLIsAbsolute(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                                     "about:blank",
		"about:blank":                          "about:blank",
		"data:text/html,hello":                 "data:~opaque",
		"com.example.app:/cb?state=abc":        "data:~opaque?state=~state%231",
		"chrome-extension://abcdef/a":          "data:~opaque",
		"~name#a=b":                            "https://host-0.invalid/s1#~name%231=~str",
		"~state.ABCDEFGHIJKLMNOP":              "https://host-0.invalid/s1",
		"~state%231?a=b":                       "https://host-0.invalid/s1?~name%231=~str",
		"/login?state=x":                       "https://host-0.invalid/login?state=~state%231",
		"login":                                "https://host-0.invalid/login",
		"//Example.org/login":                  "https://host-1.invalid/login",
		"HTTPS://user@Example.org:99/x/#a":     "https://~userinfo@host-1.invalid/s1/#~str",
		"https://[::1]:8080/":                  "https://[::1]:8080/",
		"https://api.id.me/en/oauth/authorize": "https://api.id.me/en/oauth/authorize",
	} {
		r := redact.New(options(nil))
		once := redacted(t, r, harOf(harEntry("GET", raw, "")))
		if got := parsed(t, once).Entries[0].Request.URL; got != want {
			t.Errorf("%q became %q, want %q", raw, got, want)
		}
		if !bytes.Equal(once, redacted(t, redact.New(withNames(options(nil), r.Names())), once)) {
			t.Errorf("%q: the second pass gives other bytes", raw)
		}
	}
}

// A code that leaves under a name that nobody knows is still recognised.
func TestCarriedValues(t *testing.T) {
	t.Parallel()
	const code = "aB3dE6gH9jK2mN5pQ8sT1vW4"
	tr := parsed(t, redacted(t, redact.New(options(nil)), harOf(
		harEntry("GET", "https://app.example.org/cb?code="+code, ""),
		harEntry("GET", "https://count.example.org/?u="+code+"&v=other-value-of-some-length", ""),
	)))
	query := tr.Entries[1].Request.Query
	if equal, ok := transcript.Comparable(query[0].Value, param(tr.Entries[0].Request.Query, "code")); !equal || !ok {
		t.Errorf("the code became %q", query[0].Value)
	}
	if query[1].Value != "~str" {
		t.Errorf("another value became %q", query[1].Value)
	}
}

// Two rounds or two integrations, which is two keys, share no pseudonym.
func TestKeysGiveDisjointPseudonyms(t *testing.T) {
	t.Parallel()
	found := func(key byte) map[string]bool {
		out := map[string]bool{}
		for file, cfg := range captureFiles(t) {
			o := options(cfg)
			o.Key = [32]byte{key}
			for _, p := range transcript.Pieces(string(redacted(t, redact.New(o), readFile(t, file)))) {
				if p.Kind == transcript.Pseudonym {
					out[p.Key] = true
				}
			}
		}
		return out
	}
	a, b := found(1), found(2)
	if len(a) < 100 || len(a) != len(b) {
		t.Fatalf("%d and %d pseudonyms", len(a), len(b))
	}
	for k := range a {
		if b[k] {
			t.Errorf("both keys give %s", k)
		}
	}
}

// Redacting a transcript again gives the same bytes, for every capture there is.
func TestIdempotent(t *testing.T) {
	t.Parallel()
	for file, cfg := range captureFiles(t) {
		first := redact.New(options(cfg))
		once := redacted(t, first, readFile(t, file))
		o := withNames(options(cfg), first.Names())
		o.Round = "zzzzzzzzzzzzzzzzzzzzzzzzzz" // the file keeps its own
		if twice := redacted(t, redact.New(o), once); !bytes.Equal(once, twice) {
			t.Errorf("%s: the second pass gives other bytes", filepath.Base(file))
		}
		if _, err := redact.Check(bytes.NewReader(once)); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}

// Undeclared hosts keep their numbers over the captures of a round, through the
// stored form of the table, which holds no name.
func TestNamesAreNumberedPerRound(t *testing.T) {
	t.Parallel()
	har := func(hosts ...string) []byte {
		var entries []string
		for _, h := range hosts {
			entries = append(entries, `{"request":{"method":"GET","url":"https://`+h+`/hidden-`+h+`"},"response":{"status":200}}`)
		}
		return []byte(`{"log":{"entries":[` + strings.Join(entries, ",") + `]}}`)
	}
	first := redact.New(options(nil))
	a := parsed(t, redacted(t, first, har("one.example", "two.example")))
	stored, err := json.Marshal(first.Names())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(stored, []byte("example")) || bytes.Contains(stored, []byte("hidden")) {
		t.Error("the stored table holds a name in clear")
	}
	names := redact.NewNameTable()
	if err := json.Unmarshal(stored, names); err != nil {
		t.Fatal(err)
	}
	b := parsed(t, redacted(t, redact.New(withNames(options(nil), names)), har("two.example", "three.example")))
	got := []string{a.Entries[0].Request.URL, a.Entries[1].Request.URL, b.Entries[0].Request.URL, b.Entries[1].Request.URL}
	want := []string{"https://host-1.invalid/s1", "https://host-2.invalid/s2", "https://host-2.invalid/s2", "https://host-3.invalid/s3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("URLs (-want +got):\n%s", diff)
	}
	for _, bad := range []string{`[]`, `{"hosts":{"last":1,"known":{"x":2}}}`, `{"hosts":{"last":-1}}`, `{"segments":{"last":100000}}`} {
		if json.Unmarshal([]byte(bad), redact.NewNameTable()) == nil {
			t.Errorf("a table is read from %s", bad)
		}
	}
}

// A file that only claims to have been redacted smuggles nothing: each value,
// fact and member of its marker is checked.
func TestClaimedRedactionIsChecked(t *testing.T) {
	t.Parallel()
	const secret = "SECRETVALUE99xyz"
	hostile := `{"log":{"version":"1.2","creator":{"name":"proofwalk","version":"` + secret + `"},"entries":[{
	"startedDateTime":"2026-03-01T10:00:00.000Z","time":1,
	"request":{"method":"GET","url":"https://SECRETVALUE99xyz.org/SECRETVALUE99xyz?state=SECRETVALUE99xyz&SECRETVALUE99xyz=1&x=~state.SECRETVALUE99xyz","headers":[{"name":"X","value":"` + secret + `"}]},
	"response":{"status":200,"content":{"mimeType":"application/json","text":"{\"a\":\"` + secret + `\"}"}},
	"_facts":{"` + secret + `":true,"page":"` + secret + `","state_chars":1e300,"forms":"` + secret + `","stack_trace":true}}],
	"_proofwalk":{"format":1,"policy":1,"round":"` + secret + `","redactor":{"name":"` + secret + `","version":"` + secret + `"},
	 "source":{"kind":"` + secret + `","exporter":"` + secret + `","limits":["` + secret + `"]},"integration_digest":"` + secret + `"}}}`
	out := redacted(t, redact.New(options(nil)), []byte(hostile))
	if strings.Contains(strings.ToLower(string(out)), strings.ToLower(secret)) {
		t.Errorf("the output holds the value:\n%s", out)
	}
	tr := parsed(t, out)
	if tr.Meta.Round != round {
		t.Errorf("round %q was taken over", tr.Meta.Round)
	}
	if diff := cmp.Diff(transcript.Facts{transcript.FactStackTrace: true}, tr.Entries[0].Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

// The facts of the recorded captures are what the pages behind them do.
func TestRecordedFacts(t *testing.T) {
	t.Parallel()
	load := func(file, cfg string) *transcript.Transcript {
		return parsed(t, redacted(t, redact.New(options(config(t, cfg))), readFile(t, captures+"/recorded/"+file)))
	}
	find := func(tr *transcript.Transcript, part string) transcript.Entry {
		for _, e := range tr.Entries {
			if strings.Contains(e.Request.URL, part) {
				return e
			}
		}
		t.Fatalf("no entry with %s", part)
		return transcript.Entry{}
	}
	faulty := load("faulty-consent-denied.har", "faulty")
	callback := find(faulty, "error=access_denied")
	for name, want := range map[transcript.Fact]any{
		transcript.FactHostRole: "partner", transcript.FactRawErrorCode: "access_denied", transcript.FactRawErrorText: true,
		transcript.FactRetryControl: false, transcript.FactHelpLink: false, transcript.FactErrorTextKnown: true, transcript.FactBodyKind: "html",
	} {
		if callback.Facts[name] != want {
			t.Errorf("faulty callback: %s is %v, want %v", name, callback.Facts[name], want)
		}
	}
	if got := param(callback.Request.Query, "error_description"); got != "The resource owner or authorization server denied the request" {
		t.Errorf("the documented sentence became %q", got)
	}
	authorize := find(faulty, "/oauth/authorize?")
	if n, _ := authorize.Facts.Number(transcript.FactStateChars); n != 4 {
		t.Errorf("faulty state has %d characters", n)
	}
	right := load("right-consent-denied.har", "right")
	denied := find(right, "/sign-in/not-completed")
	for name, want := range map[transcript.Fact]any{
		transcript.FactPage: "denied", transcript.FactRetryControl: true, transcript.FactHelpLink: true, transcript.FactRawErrorText: false,
	} {
		if denied.Facts[name] != want {
			t.Errorf("right denied page: %s is %v, want %v", name, denied.Facts[name], want)
		}
	}
	if _, shown := denied.Facts[transcript.FactRawErrorCode]; shown {
		t.Error("right denied page shows an error code")
	}
	back := load("right-happy-path.backchannel.har", "right")
	token := find(back, "/oauth/token")
	for name, want := range map[transcript.Fact]any{
		transcript.FactVerifierS256: true, transcript.FactIDTokenAud: true, transcript.FactIDTokenIss: true,
	} {
		if token.Facts[name] != want {
			t.Errorf("token call: %s is %v, want %v", name, token.Facts[name], want)
		}
	}
	front := load("right-happy-path.har", "right")
	challenge := param(find(front, "/oauth/authorize?").Request.Query, "code_challenge")
	if equal, ok := transcript.Comparable(challenge, param(token.Request.Form, "code_verifier.s256")); !equal || !ok {
		t.Error("the verifier of the back channel does not compare with the challenge of the browser")
	}
}

// The report names rule, place and count and never a value; a second pass has
// nothing left to report.
func TestReport(t *testing.T) {
	t.Parallel()
	var once, twice bytes.Buffer
	r := redact.New(options(nil))
	report, err := r.HAR(&once, bytes.NewReader(readFile(t, oktaHAR)), capture.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, rule := range redact.Rules {
		rules[rule.ID] = true
	}
	seen := map[string]bool{}
	for _, it := range report.Items {
		seen[it.Rule] = true
		if !rules[it.Rule] || it.Count < 1 || strings.Trim(it.Place, "abcdefghijklmnopqrstuvwxyz._") != "" {
			t.Errorf("item %+v", it)
		}
	}
	for _, rule := range []string{"U1", "Q1", "H1", "C1", "B1", "J1", "N1"} {
		if !seen[rule] {
			t.Errorf("rule %s is not in the report", rule)
		}
	}
	if report.Entries != 6 || report.Bytes != 7829 {
		t.Errorf("%d entries, %d bytes", report.Entries, report.Bytes)
	}
	again, err := r.HAR(&twice, bytes.NewReader(once.Bytes()), capture.Limits{})
	if err != nil || again.Total() != 0 {
		t.Errorf("second pass: %d items, %v: %+v", again.Total(), err, again.Items)
	}
}

// SHA-1 counts in what is signed; under an encrypted key it is of the padding.
func TestSAMLDigests(t *testing.T) {
	t.Parallel()
	const digest = `<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>`
	for inside, want := range map[string]bool{
		"<Signature><SignedInfo><Reference>" + digest + "</Reference></SignedInfo></Signature>":                                     true,
		"<EncryptedAssertion><EncryptedKey><EncryptionMethod>" + digest + "</EncryptionMethod></EncryptedKey></EncryptedAssertion>": false,
	} {
		message := base64.StdEncoding.EncodeToString([]byte("<Response>" + inside + "</Response>"))
		e := one(t, harEntry("POST", app, "SAMLResponse="+url.QueryEscape(message)))
		if got, known := e.Facts.Bool(transcript.FactSAMLSHA1); !known || got != want {
			t.Errorf("%s is %v, %v, want %v of %s", transcript.FactSAMLSHA1, got, known, want, inside)
		}
	}
}

func TestSAMLFields(t *testing.T) {
	t.Parallel()
	tr := parsed(t, redacted(t, redact.New(options(nil)), samlHAR()))
	e := tr.Entries[0]
	for name, want := range map[string]string{
		"saml.type": "Response", "saml.status": "urn:oasis:names:tc:SAML:2.0:status:Responder",
		"saml.substatus":      "urn:oasis:names:tc:SAML:2.0:status:RequestDenied",
		"saml.status_message": "Subject did not consent to attribute release", "saml.issuer": "https://api.idmelabs.com/saml",
	} {
		if got := param(e.Request.Form, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if equal, ok := transcript.Comparable(param(e.Request.Form, "saml.in_response_to"), param(tr.Entries[1].Request.Query, "saml.id")); !equal || !ok {
		t.Error("InResponseTo does not compare with the ID of the request")
	}
	for name, want := range map[transcript.Fact]any{
		transcript.FactSAMLSuccess: false, transcript.FactSAMLSigned: true, transcript.FactSAMLSHA1: true, transcript.FactSAMLEncrypted: false,
		transcript.FactSAMLTimes: false, transcript.FactRelayBytes: 3,
	} {
		if e.Facts[name] != want {
			t.Errorf("%s is %v, want %v", name, e.Facts[name], want)
		}
	}
}
