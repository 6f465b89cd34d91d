package redact_test

import (
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/redact"
)

// The vectors of the format's document are what the redactor writes.
func TestDocumentVectors(t *testing.T) {
	t.Parallel()
	_, table, ok := strings.Cut(string(readFile(t, "../../docs/redacted_har.md")), "| class | value | written |")
	if !ok {
		t.Fatal("the document has no vectors")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	var address strings.Builder
	address.WriteString("https://localhost/?")
	names := map[string]string{"state": "state", "token": "access_token", "pkce": "code_challenge"}
	var want []string
	cookie := ""
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(line, "`") {
			continue
		}
		class, value, written := strings.TrimSpace(cells[1]), strings.Trim(cells[2], " `"), strings.Trim(cells[3], " `")
		if class == "cookie" {
			cookie = "a=" + value
			want = append(want, written)
			continue
		}
		address.WriteString(names[class] + "=" + value + "&")
		want = append(want, written)
	}
	e := harEntry("GET", address.String(), "")
	e["request"].(map[string]any)["headers"] = []any{map[string]string{"name": "Cookie", "value": cookie}}
	got := parsed(t, redacted(t, redact.New(options(nil)), harOf(e))).Entries[0].Request
	written := []string{got.Cookies[0].Value}
	for _, f := range got.Query {
		written = append(written, f.Value)
	}
	if len(want) != 6 || len(written) != len(want) {
		t.Fatalf("%d vectors, %d values", len(want), len(written))
	}
	for _, w := range want {
		found := false
		for _, g := range written {
			found = found || g == w
		}
		if !found {
			t.Errorf("no value is written as %s: %v", w, written)
		}
	}
}

func TestCheckText(t *testing.T) {
	t.Parallel()
	random := "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD"
	for text, want := range map[string]string{
		"See https://example.org/a-long-path/of-words":                                  "",
		"The state ~state.ABCDEFGHIJKLMNOP came back, code=~code.ABCDEFGHIJKLMNOP":      "",
		"error=access_denied and code=200, basic training, bearer of news":              "",
		"password: ask the consultant":                                                  "",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE":                                         "private_key",
		"token eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.":                                    "jwt",
		"use " + redact.OwnTokenPrefix + random:                                         "own_token",
		"Authorization: Basic dXNlcjpwYXNzd29yZA==":                                     "basic_auth",
		"Authorization: Bearer " + random:                                               "bearer",
		"Cookie: sid=" + random:                                                         "cookie",
		"Set-Cookie: sid=" + random + "; Path=/":                                        "cookie",
		"client_secret=" + random:                                                       "secret",
		`{"client_secret": "` + random + `"}`:                                           "secret",
		"https://app.example.org/callback?code=" + random:                               "code",
		"password=hunter22":                                                             "password",
		"AKIAIOSFODNN7EXAMPLE":                                                          "aws_key",
		"ghp_" + random + "1234":                                                        "github_token",
		"SAMLResponse=" + "PHNhbWxwOlJlc3BvbnNlIHhtbG5zOnNhbWxwPSJ1cm46b2FzaXM6bmFtZXM": "saml_message",
	} {
		hits := redact.CheckText(text)
		got := ""
		if len(hits) > 0 {
			got = hits[0].Rule
		}
		if got != want {
			t.Errorf("%q: rule %q, want %q", text, got, want)
		}
		for _, h := range hits {
			if final := h.Rule == "private_key" || h.Rule == "jwt" || h.Rule == "own_token"; h.Final != final {
				t.Errorf("%q: final %v for %s", text, h.Final, h.Rule)
			}
		}
	}
}

// Check refuses a transcript into which a credential was put back, and names
// entry and place.
func TestCheckFindsWhatWasPutBack(t *testing.T) {
	t.Parallel()
	out := string(redacted(t, redact.New(options(nil)), readFile(t, oktaHAR)))
	changed := strings.Replace(out, "~code.", "aB3dE6gH9jK2mN5pQ8sT1vW4xY7z", 1)
	if changed == out {
		t.Fatal("the sample has no code")
	}
	hits, err := redact.Check(strings.NewReader(changed))
	if err == nil || len(hits) == 0 || hits[0].Entry != 4 || hits[0].Place != "request.url" || hits[0].Rule != "code" {
		t.Errorf("hits %+v, %v", hits, err)
	}
}
