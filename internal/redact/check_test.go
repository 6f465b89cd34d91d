package redact_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/quick"

	"github.com/proofwalk/proofwalk/internal/redact"
)

// drawn gives n characters of an alphabet that look generated; no secret of
// anybody's stands in this file.
func drawn(alphabet string, n int) string {
	var b strings.Builder
	at := 7
	for range n {
		at = (at*31 + 11) % 9973
		b.WriteByte(alphabet[at%len(alphabet)])
	}
	return b.String()
}

const (
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	hexes = "0123456789abcdef"
)

// credentials are one of each published format, and each way to write a named
// value, with the rule that finds it.
func credentials() map[string]string {
	m := func(n int) string { return drawn(mixed, n) }
	head := "-----BEGIN "
	return map[string]string{
		"AKIA" + drawn(upper, 16): "aws_key", "ASIA" + drawn(upper, 16): "aws_key",
		"aws_secret_access_key = " + m(40): "secret", "SecretAccessKey: " + m(40): "secret",
		"ghp_" + m(36): "github_token", "gho_" + m(36): "github_token", "ghu_" + m(36): "github_token", "ghs_" + m(36): "github_token",
		"ghr_" + m(76): "github_token", "github_pat_" + m(22) + "_" + m(59): "github_token",
		"glpat-" + m(20): "gitlab_token", "gldt-" + m(20): "gitlab_token", "glptt-" + m(40): "gitlab_token", "glrt-" + m(20): "gitlab_token", "glagent-" + m(50): "gitlab_token",
		"xoxb-" + drawn("0123456789", 12) + "-" + m(24): "slack_token", "xoxp-" + m(30): "slack_token", "xoxe.xoxp-1-" + m(40): "slack_token",
		"xapp-1-" + m(40): "slack_token", "https://hooks.slack.com/services/T" + drawn(upper, 8) + "/B" + drawn(upper, 10) + "/" + m(24): "slack_token",
		"sk_live_" + m(24): "stripe_key", "rk_live_" + m(24): "stripe_key", "sk_test_" + m(24): "stripe_key", "whsec_" + m(32): "stripe_key",
		"AIza" + m(35): "google_key", "ya29." + m(60): "google_token", "1//0" + m(60): "google_token", "GOCSPX-" + m(28): "google_secret",
		"abc8Q~" + m(34): "azure_secret", "AccountKey=" + m(86) + "==": "secret", "SharedAccessKey=" + m(43) + "=": "secret",
		"https://x.blob.core.windows.net/c?sv=2024-11-04&sig=" + m(44): "token",
		"npm_" + m(36): "npm_token", "//registry.npmjs.org/:_authToken=" + drawn(hexes, 36): "token", "aws_session_token=" + m(200): "token", "pypi-AgEIcHlwaS5vcmc" + m(60): "pypi_token", "SG." + m(22) + "." + m(43): "sendgrid_key",
		"SK" + drawn(hexes, 32): "twilio_key", "key-" + drawn(hexes, 32): "mailgun_key",
		"sk-" + m(48): "openai_key", "sk-proj-" + m(60): "openai_key", "sk-svcacct-" + m(60): "openai_key", "sk-ant-api03-" + m(60): "anthropic_key",
		"Authorization: SSWS 00" + m(40): "okta_token", "AUTH0_CLIENT_SECRET=" + m(64): "secret",
		"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0." + m(86): "jwt", "eyJhbGciOiJSU0EtT0FFUCJ9." + m(40) + "." + m(16) + "." + m(30) + "." + m(22): "jwt",
		"eyJhbGciOiJkaXIifQ.." + m(16) + "." + m(30) + "." + m(22): "jwt",
		head + "PRIVATE KEY-----\nMII":                             "private_key", head + "RSA PRIVATE KEY-----\nMII": "private_key", head + "EC PRIVATE KEY-----\nMII": "private_key",
		head + "ENCRYPTED PRIVATE KEY-----\nMII": "private_key", head + "OPENSSH PRIVATE KEY-----\nb3": "private_key",
		head + "PGP PRIVATE KEY BLOCK-----\n\nlQ": "private_key", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2": "private_key",
		"PuTTY-User-Key-File-3: ssh-ed25519": "private_key", "AGE-SECRET-KEY-1" + drawn(upper, 58): "private_key",
		`{"kty":"EC","crv":"P-256","x":"1","y":"2","d": "` + m(43) + `"}`: "private_key",
		"https://admin:hunter2@idp.example.org/token":                     "url_password", "postgres://app:s3cret@db/proofwalk": "url_password",
		"Authorization: Basic dXNlcjpwYXNzd29yZA==": "basic_auth", "authorization: bearer " + m(30): "bearer", "DPoP " + m(40): "bearer",
		"Authorization: Token " + m(40): "authorization", "Authorization: " + m(40): "authorization",
		"Cookie: theme=light; sid=" + m(32): "cookie", "Set-Cookie: __Host-id=" + m(20) + "; Path=/": "cookie", "curl -H 'cookie: a=" + m(20) + "'": "cookie",
		"client_secret=" + m(32): "secret", "clientSecret: '" + m(32) + "'": "secret", `"client-secret" : "` + m(32) + `"`: "secret",
		"OIDC_CLIENT_SECRET=" + m(32): "secret", `{\"client_secret\":\"` + m(32) + `\"}`: "secret", "X-API-Key: " + m(32): "secret", "oidcClientSecret=" + m(20): "secret",
		"access_token=" + m(32): "token", "refresh_token: " + m(32): "token", "https://app.example.org/#id_token=" + m(32): "token",
		"https://app.example.org/reset?token=" + m(24): "token", "code_verifier=" + m(43): "token", "client_assertion=" + m(43): "token",
		"https://app.example.org/callback?code=" + m(32): "code", "SAMLResponse=" + m(60): "saml_message", "PHNhbWxwOlJlc3BvbnNl" + m(60): "saml_message",
		"otpauth://totp/Bank:me?issuer=Bank&secret=" + drawn(upper, 16): "otp_secret", "password=hunter22": "password", "DB_PASSWORD=correct-horse": "password",
		"password: hunter22": "password", "JSESSIONID=" + drawn(hexes, 32): "session", "PHPSESSID=" + m(26): "session", "ASP.NET_SessionId=" + m(24): "session",
		".AspNetCore.Cookies=" + m(60): "session", "connect.sid=s%3A" + m(32): "session", "laravel_session=" + m(40): "session",
		"_session_id=" + m(32): "session", "__Secure-next-auth.session-token=" + m(40): "session", "csrftoken=" + m(32): "session",
		redact.OwnTokenPrefix + m(32): "own_token",
	}
}

// fewestCredentials is how many formats there were when this was written.
const fewestCredentials = 85

// Each published format is found in a sentence, in a line of its own, in quotes
// and in an address, at its place; half of it is not taken for a whole one.
func TestCheckTextFindsPublishedFormats(t *testing.T) {
	t.Parallel()
	all := credentials()
	if len(all) < fewestCredentials {
		t.Fatalf("%d formats, want %d at least", len(all), fewestCredentials)
	}
	for text, rule := range all {
		for _, around := range [][2]string{{"", ""}, {"We used ", " on the day."}, {"line\n", "\nline"}, {"(", ")"}, {"`", "`"}, {"ß ", " ß"}} {
			hits := redact.CheckText(around[0] + text + around[1])
			found := false
			for _, h := range hits {
				found = found || h.Rule == rule
				if final := h.Rule == "private_key" || h.Rule == "jwt" || h.Rule == "own_token"; h.Final != final {
					t.Errorf("%s: final is %v", h.Rule, h.Final)
				}
				if h.Offset < len(around[0]) || h.Offset >= len(around[0])+len(text) {
					t.Errorf("%s: hit at %d, outside of it", h.Rule, h.Offset)
				}
			}
			if !found {
				t.Errorf("%q: %+v, want %s", around[0]+text+around[1], hits, rule)
			}
		}
	}
}

// What people write about credentials, and what stands in documents where one
// would, is none.
func TestCheckTextPassesProse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"client_secret=YOUR_CLIENT_SECRET", "client_secret: <secret>", "Authorization: Bearer <token>", "Authorization: Bearer ${TOKEN}", "password=~secret",
		"https://{user}:{password}@host/", "https://user@host/", "http://host:8080/a@b:c", "The token: it is short-lived.", "access_token: required",
		"The code: see the callback page", "code=200", "error_code=1234567890", "Set-Cookie: SameSite=None; Secure; Path=/account/settings",
		"sk-list-item-active", "key-value pairs", "SK is a country", "AKIA is how keys of AWS begin", "the ghp_ prefix", "eyJ is how a JWT begins",
		"state=~state.ABCDEFGHIJKLMNOPQRSTUVWX", "-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "a private key in PEM: -----BEGIN ... PRIVATE KEY",
		"token_endpoint_auth_method=client_secret_basic", "id_token_signed_response_alg=RS256", "response_type=code&scope=openid", "grant_type=authorization_code",
		"password: ask the consultant", "Basic training", "the SSWS scheme", "otpauth://totp/label", "monkey=banana", "keyboard: qwerty12",
	} {
		if hits := redact.CheckText(text); len(hits) > 0 {
			t.Errorf("%q: %+v", text, hits)
		}
	}
}

// The documents of this repository and the texts of the checklist talk of
// tokens, secrets and cookies on every page; none of it is taken for one.
func TestCheckTextOnRealProse(t *testing.T) {
	t.Parallel()
	bytes := 0
	look := func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		bytes += len(text)
		for _, h := range redact.CheckText(string(text)) {
			t.Errorf("%s: %s at byte %d", path, h.Rule, h.Offset)
		}
	}
	for _, file := range []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "internal/checklist/template.yaml"} {
		look(filepath.Join("..", "..", file))
	}
	err := filepath.WalkDir("../../docs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".md") {
			look(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if bytes < 120<<10 {
		t.Errorf("only %d bytes of prose were looked at", bytes)
	}
}

// Cut off anywhere, a text is neither a panic nor a hit outside of it.
func TestCheckTextOfCutTexts(t *testing.T) {
	t.Parallel()
	for text := range credentials() {
		for n := range len(text) {
			for _, h := range redact.CheckText(text[:n]) {
				if h.Offset < 0 || h.Offset >= n {
					t.Fatalf("%s: hit at %d of %d", h.Rule, h.Offset, n)
				}
			}
		}
	}
	inside := func(text string) bool {
		for _, h := range redact.CheckText(text) {
			if h.Offset < 0 || h.Offset >= len(text) {
				return false
			}
		}
		return true
	}
	if err := quick.Check(inside, nil); err != nil {
		t.Error(err)
	}
}

// BenchmarkCheckText looks through a megabyte of this repository's own prose.
func BenchmarkCheckText(b *testing.B) {
	page, err := os.ReadFile("../checklist/template.yaml")
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat(string(page), 1<<20/len(page)+1)[:1<<20]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(redact.CheckText(text)) > 0 {
			b.Fatal("a hit")
		}
	}
}
