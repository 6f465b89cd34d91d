package redact_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// sourceLines are the vectors of back-channel lines with the key they have.
type sourceLines struct {
	lines []string
	key   [32]byte
	round string
	opts  redact.Options
}

func readSourceLines(t *testing.T) sourceLines {
	t.Helper()
	var f struct {
		RoundKey string `json:"round_key"`
		Vectors  []struct{ Line string }
	}
	if err := json.Unmarshal(readFile(t, "../../testdata/vectors/back_channel.json"), &f); err != nil {
		t.Fatal(err)
	}
	var s sourceLines
	var key string
	s.round, key, _ = strings.Cut(f.RoundKey, ":")
	raw, err := hex.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	s.key = [32]byte(raw)
	for _, v := range f.Vectors {
		s.lines = append(s.lines, v.Line+"\n")
	}
	cfg := &integration.Config{RedirectURIs: []string{"https://app.example/auth/callback"}, Policies: []string{"fortified_identity"}}
	cfg.Client.ID = "client-0123456789"
	cfg.Hosts.ThirdParty = []string{"idp.example"}
	cfg.Attributes = []integration.Attribute{{Handle: "loyalty_number"}}
	s.opts = redact.Options{Config: cfg, Digest: strings.Repeat("a", 64), Key: s.key, Round: strings.Repeat("b", 26), Version: "1"}
	return s
}

// A line gives an entry with the facts that it brought and those that it shows.
func TestSourceLine(t *testing.T) {
	t.Parallel()
	s := readSourceLines(t)
	tr, report, err := redact.New(s.opts).Transcript(strings.NewReader(s.lines[0]), capture.Limits{})
	if err != nil || !report.Confirmed() {
		t.Fatalf("report %+v, %v", report, err)
	}
	want := transcript.Facts{
		transcript.FactHostRole: "third_party", transcript.FactBodyKind: "json", transcript.FactTokenKinds: 3,
		transcript.FactIDTokenAlg: "RS256", transcript.FactIDTokenAud: true, transcript.FactIDTokenIss: true, transcript.FactIDTokenTimes: true,
		transcript.FactIDTokenUnsigned: false, transcript.FactAtHash: true, transcript.FactVerifierS256: true,
	}
	if d := cmp.Diff(want, tr.Entries[0].Facts); d != "" {
		t.Errorf("facts (-want +got):\n%s", d)
	}
	m := tr.Meta
	if m.Round != s.round || m.Source.Kind != "back_channel" || m.Source.Exporter != "back_channel" || m.IntegrationDigest != s.opts.Digest {
		t.Errorf("marker %+v", m)
	}
}

// What the server writes of the lines is a redacted HAR like any other.
func TestSourceLinesAreAHAR(t *testing.T) {
	t.Parallel()
	s := readSourceLines(t)
	var once, twice bytes.Buffer
	if _, err := redact.New(s.opts).HAR(&once, strings.NewReader(strings.Join(s.lines, "")), capture.Limits{}); err != nil {
		t.Fatal(err)
	}
	report, err := redact.New(s.opts).HAR(&twice, bytes.NewReader(once.Bytes()), capture.Limits{})
	if err != nil || !report.Confirmed() || !report.ByPartnerServer() || report.Entries != len(s.lines) {
		t.Errorf("report %+v, %v", report, err)
	}
	if d := cmp.Diff(once.String(), twice.String()); d != "" {
		t.Errorf("the second pass writes another file (-once +twice):\n%s", d)
	}
}

// A code and a challenge compare with those of the browser's capture of the round.
func TestSourceLinesCompare(t *testing.T) {
	t.Parallel()
	s := readSourceLines(t)
	browser := harEntry("GET", "https://app.example/auth/callback?code=SplxlOBeZQQYbYS6WxSbIAq7zT&state=aB3dE6gH9jK2mN5pQ8sT1vW4&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&nonce=aB3dE6gH9jK2mN5pQ8sT1vW4", "")
	asked := parsed(t, redacted(t, redact.New(s.opts), harOf(browser))).Entries[0].Request
	tr, _, err := redact.New(s.opts).Transcript(strings.NewReader(s.lines[0]), capture.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	form := tr.Entries[0].Request.Form
	if a, b := param(asked.Query, "code"), param(form, "code"); a != b || !strings.HasPrefix(a, "~code.") {
		t.Errorf("the codes are %q and %q", a, b)
	}
	if a, b := param(asked.Query, "code_challenge"), param(form, "code_verifier.s256"); a != b || !strings.HasPrefix(a, "~pkce.") {
		t.Errorf("challenge %q, digest of the verifier %q", a, b)
	}
	if nonce := param(asked.Query, "nonce"); !strings.Contains(tr.Entries[0].Response.BodyText, `"nonce":"`+nonce+`"`) {
		t.Errorf("the nonce %q is not in %s", nonce, tr.Entries[0].Response.BodyText)
	}
}

// A secret in any place of a line is found, named by place, and not written.
func TestSourceLinesWithSecrets(t *testing.T) {
	t.Parallel()
	const secret = "Kq3vN8xW2mB7tR5yJ9cL4dF6"
	s := readSourceLines(t)
	for place, members := range map[string]string{
		"request.url":      `"request":{"method":"GET","url":"https://jane:` + secret + `@idp.example/token"}`,
		"request host":     `"request":{"method":"GET","url":"https://` + secret + `.example/token"}`,
		"request path":     `"request":{"method":"GET","url":"https://idp.example/` + secret + `"}`,
		"request query":    `"request":{"method":"GET","url":"https://idp.example/token?code=` + secret + `"}`,
		"query name":       `"request":{"method":"GET","url":"https://idp.example/token?` + secret + `=1"}`,
		"fragment":         `"request":{"method":"GET","url":"https://idp.example/token#` + secret + `"}`,
		"method":           `"request":{"method":"` + secret + `","url":"https://idp.example/token"}`,
		"form":             `"request":{"method":"POST","url":"https://idp.example/token","form":[["client_secret","` + secret + `"]]}`,
		"form name":        `"request":{"method":"POST","url":"https://idp.example/token","form":[["` + secret + `","~str"]]}`,
		"request JSON":     `"request":{"method":"POST","url":"https://idp.example/token","json":"{\"code\":\"` + secret + `\"}"}`,
		"JSON name":        `"request":{"method":"POST","url":"https://idp.example/token","json":"{\"` + secret + `\":true}"}`,
		"no JSON":          `"request":{"method":"POST","url":"https://idp.example/token","json":"` + secret + `"}`,
		"header":           `"request":{"method":"GET","url":"https://idp.example/token","headers":[["authorization","Bearer ` + secret + `"]]}`,
		"header name":      `"request":{"method":"GET","url":"https://idp.example/token","headers":[["` + secret + `","a"]]}`,
		"response header":  `"response":{"status":200,"headers":[["set-cookie","a=` + secret + `"]]}`,
		"response JSON":    `"response":{"status":200,"headers":[],"json":"{\"access_token\":\"` + secret + `\"}"}`,
		"error text":       `"response":{"status":400,"headers":[],"json":"{\"error_description\":\"` + secret + `\"}"}`,
		"claims":           `"response":{"status":200,"headers":[],"json":"{\"id_token\":\"~token.AAAAAAAAAAAAAAAA\",\"id_token.claims\":{\"email\":\"` + secret + `\"}}"}`,
		"unknown member":   `"body":"` + secret + `"`,
		"request member":   `"request":{"method":"GET","url":"https://idp.example/token","body":"` + secret + `"}`,
		"response member":  `"response":{"status":200,"body":"` + secret + `"}`,
		"fact":             `"facts":{"` + secret + `":true}`,
		"fact's value":     `"facts":{"at_hash_ok":"` + secret + `"}`,
		"member twice":     `"time":"` + secret + `","time":1`,
		"own pseudonym":    `"request":{"method":"GET","url":"https://idp.example/token?code=~code.` + secret + `"}`,
		"pseudonym behind": `"request":{"method":"GET","url":"https://idp.example/token?code=~code.AAAAAAAAAAAAAAAA` + secret + `"}`,
	} {
		line := `{"back_channel":1,"round":"` + s.round + `",` + members + "}\n"
		var out bytes.Buffer
		report, err := redact.New(s.opts).HAR(&out, strings.NewReader(s.lines[0]+line), capture.Limits{})
		if err != nil {
			t.Errorf("%s: %v", place, err)
			continue
		}
		if report.Confirmed() || report.Total() == 0 {
			t.Errorf("%s: it is taken for redacted", place)
		}
		if strings.Contains(strings.ToLower(out.String()), strings.ToLower(secret)) {
			t.Errorf("%s: the secret was written", place)
		}
	}
}

// Facts that such a line may not bring, or that are not what it shows, are found.
func TestSourceLinesWithForgedFacts(t *testing.T) {
	t.Parallel()
	s := readSourceLines(t)
	for facts, foreign := range map[string]bool{
		`"host_role":"provider"`: true, `"id_token_times_ok":true`: true, `"pkce_ok":true`: true,
		`"at_hash_ok":true`: false, `"id_token_unsigned":false`: false, `"c_hash_ok":true`: false,
	} {
		line := `{"back_channel":1,"round":"` + s.round + `","request":{"method":"GET","url":"https://idp.example/token"},"facts":{` + facts + "}}\n"
		_, report, err := redact.New(s.opts).Transcript(strings.NewReader(line), capture.Limits{})
		if err != nil || report.Confirmed() || foreign != (report.Total() > 0) || foreign == (len(report.Contradictions) > 0) {
			t.Errorf("%s: %+v, %+v, %v", facts, report.Items, report.Contradictions, err)
		}
	}
}

// A round that is none is refused: its values must not be taken for ours.
func TestSourceLinesWithoutARound(t *testing.T) {
	t.Parallel()
	s := readSourceLines(t)
	line := strings.Replace(s.lines[0], s.round, "jane", 1)
	if _, _, err := redact.New(s.opts).Transcript(strings.NewReader(line), capture.Limits{}); err == nil || strings.Contains(err.Error(), "jane") {
		t.Errorf("error %v", err)
	}
}
