package redact_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// formatSecrets are what the recorded site of testdata/captures/formats hides in
// its sign-in, as tools/node/formats/site.mjs has them.
var formatSecrets = []string{
	"nobody@example.com", "made-up-password", "made-up-token-0123456789", "co-fedcba9876543210fedcba9876", "st-0123456789abcdef0123456789",
	"no-0123456789abcdef0123456789", "cookie-one-0123456789", "cookie-two-0123456789", "cookie-three-0123456789",
	"Nobody Example", "Made-up-street 17", "_r0000000000000001", "_a0000000000000001", "relay-0123456789abcdef",
}

// obfuscated is a SAML-tracer export in which forms are hashed and the decoded
// message still stands beside them.
func obfuscated(raw []byte) []byte {
	form := regexp.MustCompile(`(?s)("post": \[.*?\]\s*\])`)
	value := regexp.MustCompile(`(\n\s+)"([^"]*)"(\n\s+\])`)
	return form.ReplaceAllFunc(raw, func(b []byte) []byte {
		return value.ReplaceAllFunc(b, func(b []byte) []byte {
			return value.ReplaceAll(b, fmt.Appendf(nil, `$1"{hash:%x}"$3`, b[:8]))
		})
	})
}

// No secret of the recorded sign-in is left in any decoding of its transcript,
// whatever the format, and a second pass changes nothing.
func TestFormatsHoldNoSecret(t *testing.T) {
	t.Parallel()
	dir := captures + "/formats/"
	tracer := readFile(t, dir+"saml-tracer.json")
	hashed := obfuscated(tracer)
	if bytes.Equal(hashed, tracer) || !bytes.Contains(hashed, []byte("Made-up-street")) {
		t.Fatal("nothing was hashed, or the decoded message is gone")
	}
	tests := map[string]struct {
		r    io.Reader
		kind string
	}{
		"SAML-tracer": {bytes.NewReader(tracer), "saml_tracer"}, "SAML-tracer, hashed": {bytes.NewReader(hashed), "saml_tracer"},
		"zip as a stream": {struct{ io.Reader }{bytes.NewReader(readFile(t, dir+"playwright-attach.zip"))}, "har"},
	}
	for _, name := range []string{
		"playwright-embed.har", "playwright-embed.har.gz", "playwright-attach.har", "playwright-attach.zip", "playwright-omit.har", "playwright-minimal.har", "firefox.har", "chrome.har", "chrome-sanitized.har",
	} {
		tests[name] = struct {
			r    io.Reader
			kind string
		}{bytes.NewReader(readFile(t, dir+name)), "har"}
	}
	secrets := dig.NewSet(formatSecrets)
	for name, tt := range tests {
		r := redact.New(options(nil))
		var out bytes.Buffer
		report, err := r.HAR(&out, tt.r, capture.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range secrets.Find(dig.Texts(out.Bytes())) {
			t.Errorf("%s: %q is in the output", name, formatSecrets[i])
		}
		if again := redacted(t, redact.New(withNames(options(nil), r.Names())), out.Bytes()); !bytes.Equal(out.Bytes(), again) {
			t.Errorf("%s: the second pass gives other bytes", name)
		}
		if hits, err := redact.Check(bytes.NewReader(out.Bytes())); err != nil {
			t.Errorf("%s: Check finds %v: %v", name, hits, err)
		}
		source := parsed(t, out.Bytes()).Meta.Source
		if source.Kind != tt.kind || source.Exporter != report.Exporter || !slices.Equal(source.Limits, report.Limits) {
			t.Errorf("%s: source %+v, report %+v", name, source, report)
		}
	}
	before := secrets.Find(dig.Texts(readFile(t, dir+"firefox.har")))
	for i, secret := range formatSecrets {
		if !before[i] {
			t.Errorf("%q is not in the recording: the list or the decoder is wrong", secret)
		}
	}
}

// The form of a SAML-tracer export gives the fields and facts that the same form
// gives in a HAR; where its values were hashed, none.
func TestSAMLTracerFacts(t *testing.T) {
	t.Parallel()
	last := func(raw []byte) transcript.Entry {
		entries := parsed(t, redacted(t, redact.New(options(nil)), raw)).Entries
		for _, e := range slices.Backward(entries) {
			if len(e.Request.Form) > 0 {
				return e
			}
		}
		t.Fatal("no form")
		return transcript.Entry{}
	}
	dir := captures + "/formats/"
	tracer := readFile(t, dir+"saml-tracer.json")
	want, got := last(readFile(t, dir+"firefox.har")), last(tracer)
	ordinals := regexp.MustCompile(`#\d+`) // count what came before, which a HAR has more of
	form := func(e transcript.Entry) string { return ordinals.ReplaceAllString(fmt.Sprint(e.Request.Form), "#") }
	if form(want) != form(got) {
		t.Errorf("form of the HAR:\n%v\nof SAML-tracer:\n%v", want.Request.Form, got.Request.Form)
	}
	if ok, known := got.Facts.Bool(transcript.FactSAMLSuccess); !ok || !known || param(got.Request.Form, "saml.type") != "Response" {
		t.Errorf("facts %v, form %v", got.Facts, got.Request.Form)
	}
	hidden := last(obfuscated(tracer))
	if _, known := hidden.Facts.Bool(transcript.FactSAMLSuccess); known || param(hidden.Request.Form, "SAMLResponse") != "" || len(hidden.Request.Form) != 2 {
		t.Errorf("hashed: facts %v, form %v", hidden.Facts, hidden.Request.Form)
	}
}

// Where the text of a form and its list of parameters disagree, the text is
// what was sent; nothing of the list comes out, and neither of members that
// stand twice and do not count.
func TestDisagreeingForms(t *testing.T) {
	t.Parallel()
	const listed, first = "jane.listed@example.com", "jane.first@example.com"
	raw := `{"log":{"entries":[{"request":{"method":"POST","url":"https://a.example/","postData":{"mimeType":"application/x-www-form-urlencoded",` +
		`"text":"state=` + first + `","text":"state=aB3dE6gH9jK2mN5pQ8sT1vW4","params":[{"name":"state","value":"` + listed + `"},{"name":"` + listed + `","value":"x"}]}}}]}}`
	r := redact.New(options(nil))
	var out bytes.Buffer
	report, err := r.HAR(&out, strings.NewReader(raw), capture.Limits{})
	if err != nil || report.Duplicates != 1 {
		t.Fatalf("%d duplicates, error %v", report.Duplicates, err)
	}
	form := parsed(t, out.Bytes()).Entries[0].Request.Form
	if len(form) != 1 || param(form, "state") != "~state.642SX5VFOG6EDHDB" {
		t.Errorf("form %v", form)
	}
	for _, secret := range []string{listed, first, base64.StdEncoding.EncodeToString([]byte(listed))} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s is in the output", secret)
		}
	}
}
