package redact

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// OwnTokenPrefix begins every API and upload token of Proofwalk, so that one
// that was pasted somewhere is found.
const OwnTokenPrefix = "pwk_"

// Hit is a place that looks like a credential; it never holds the value.
type Hit struct {
	// Rule names what was found; see CheckText.
	Rule string `json:"rule"`
	// Offset is the first byte of it in the text.
	Offset int `json:"offset"`
	// Final is true where no reason can pass it: private keys, JSON Web Tokens
	// and our own tokens.
	Final bool `json:"final"`
	// Entry and Place say where in a transcript; Entry is -1 in plain text.
	Entry int    `json:"entry"`
	Place string `json:"place,omitempty"`
}

// tokenForm is a published form of a credential: a literal and at least min
// characters of a token after it.
type tokenForm struct {
	rule, prefix string
	min          int
	final        bool
}

var tokenForms = []tokenForm{
	{"own_token", OwnTokenPrefix, 16, true},
	{"aws_key", "AKIA", 16, false}, {"aws_key", "ASIA", 16, false},
	{"github_token", "ghp_", 30, false}, {"github_token", "gho_", 30, false}, {"github_token", "ghs_", 30, false},
	{"github_token", "github_pat_", 30, false}, {"gitlab_token", "glpat-", 20, false},
	{"slack_token", "xoxb-", 20, false}, {"slack_token", "xoxp-", 20, false}, {"slack_token", "xapp-", 20, false},
	{"stripe_key", "sk_live_", 16, false}, {"stripe_key", "rk_live_", 16, false},
	{"google_key", "AIza", 30, false}, {"google_token", "ya29.", 20, false},
	{"npm_token", "npm_", 30, false}, {"sendgrid_key", "SG.", 30, false}, {"openai_key", "sk-proj-", 20, false},
	{"saml_message", "PHNhbWxw", 40, false}, {"saml_message", "PHNhbWwy", 40, false}, {"saml_message", "PD94bWwg", 60, false},
}

// namedForms are names after which a value is a credential: name, separator,
// and at least eight characters of a token.
var namedForms = []struct{ rule, name string }{
	{"secret", "client_secret"}, {"secret", "clientSecret"}, {"password", "password"}, {"password", "passwd"},
	{"token", "access_token"}, {"token", "refresh_token"}, {"token", "id_token"}, {"token", "code_verifier"},
	{"token", "SAMLResponse"}, {"code", "code"}, {"session", "JSESSIONID"}, {"session", "PHPSESSID"}, {"session", "sessionid"},
	{"session", "session_id"}, {"session", "connect.sid"}, {"secret", "api_key"}, {"secret", "apikey"},
}

// CheckText looks for credentials in typed text: private_key, jwt, own_token,
// published token forms, basic_auth, bearer, cookie, and named values such as
// client_secret=... It finds forms, not all secrets; redacted values pass.
func CheckText(s string) []Hit {
	var hits []Hit
	add := func(rule string, offset int, final bool) {
		if len(hits) < 100 {
			hits = append(hits, Hit{Rule: rule, Offset: offset, Final: final, Entry: -1})
		}
	}
	each(s, "PRIVATE KEY-----", func(i int) {
		from := max(0, i-64)
		if begin := strings.LastIndex(s[from:i], "-----BEGIN "); begin >= 0 {
			add("private_key", from+begin, true)
		}
	})
	for from := 0; ; {
		i := findJWT(s, from)
		if i < 0 {
			break
		}
		add("jwt", i, true)
		from = i + tokenRun(s[i:])
	}
	for _, f := range tokenForms {
		each(s, f.prefix, func(i int) {
			rest := s[i+len(f.prefix):]
			if (i == 0 || !isWordChar(s[i-1])) && tokenRun(rest[:min(len(rest), f.min)]) == f.min {
				add(f.rule, i, f.final)
			}
		})
	}
	checkHeaders(s, add)
	for _, f := range namedForms {
		each(s, f.name, func(i int) {
			if (i == 0 || !isWordChar(s[i-1])) && namedValueRun(s[i+len(f.name):], f.rule) {
				add(f.rule, i, false)
			}
		})
	}
	return hits
}

// checkHeaders looks for credentials in header form.
func checkHeaders(s string, add func(rule string, offset int, final bool)) {
	lower := lowerASCII(s)
	each(lower, "basic ", func(i int) {
		credentials := s[i+6:]
		n := tokenRun(credentials)
		b, err := base64.StdEncoding.DecodeString(credentials[:n])
		if (i == 0 || !isWordChar(s[i-1])) && n >= 8 && err == nil && strings.Contains(string(b), ":") {
			add("basic_auth", i, false)
		}
	})
	each(lower, "bearer ", func(i int) {
		if (i == 0 || !isWordChar(s[i-1])) && looksRandom(s[i+7:i+7+tokenRun(s[i+7:])]) {
			add("bearer", i, false)
		}
	})
	for _, name := range []string{"cookie:", "set-cookie:"} {
		each(lower, name, func(i int) {
			rest := strings.TrimSpace(s[i+len(name):])
			_, value, ok := strings.Cut(rest[:min(len(rest), 4096)], "=")
			if (i == 0 || !isWordChar(s[i-1])) && ok && tokenRun(value) >= 6 {
				add("cookie", i, false)
			}
		})
	}
}

// lowerASCII lowers A to Z only, so that offsets stay those of s.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// each calls fn with the offset of each occurrence.
func each(s, part string, fn func(int)) {
	for from := 0; ; {
		i := strings.Index(s[from:], part)
		if i < 0 {
			return
		}
		fn(from + i)
		from += i + len(part)
	}
}

// namedValueRun tells whether what follows a name is a separator and a value.
func namedValueRun(rest, rule string) bool {
	trimmed := strings.TrimLeft(rest[:min(len(rest), 8)], "\"' \t")
	if trimmed == "" || trimmed[0] != '=' && trimmed[0] != ':' {
		return false
	}
	rest = rest[strings.IndexByte(rest, trimmed[0])+1:]
	value := strings.TrimLeft(rest[:min(len(rest), 256)], "\"' \t")
	if strings.HasPrefix(value, "~") {
		return false // redacted
	}
	n := tokenRun(value)
	switch rule {
	case "password":
		return n >= 4 && trimmed[0] == '='
	case "code":
		return n >= 12 && looksRandom(value[:n])
	}
	return n >= 8
}

// looksRandom tells whether a run has the length and mixture of a generated token.
func looksRandom(s string) bool {
	if len(s) < 12 || strings.HasPrefix(s, "~") {
		return false
	}
	digits := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			digits++
		}
	}
	return digits > 0 && roomBits(s) >= minHashBits
}

// tokenRun gives the length of the run of token characters that s begins with.
func tokenRun(s string) int {
	n := 0
	for n < len(s) && (isWordChar(s[n]) || strings.IndexByte(".+/=", s[n]) >= 0) {
		n++
	}
	return n
}

// findJWT gives the offset of the next compact JWS or JWE at or after from, -1
// for none. It looks at each byte a few times at most, whatever the text.
func findJWT(s string, from int) int {
	for from < len(s) {
		i := strings.Index(s[from:], "eyJ")
		if i < 0 {
			return -1
		}
		i += from
		from = i + 3
		if i > 0 && isWordChar(s[i-1]) {
			continue
		}
		head := wordRun(s[i:])
		rest, ok := strings.CutPrefix(s[i+head:], ".")
		if !ok || head < 8 {
			continue
		}
		if claims := wordRun(rest); claims >= 4 && strings.HasPrefix(rest[claims:], ".") {
			return i
		}
	}
	return -1
}

// wordRun gives the length of the run of base64url characters that s begins with.
func wordRun(s string) int {
	n := 0
	for n < len(s) && isWordChar(s[n]) {
		n++
	}
	return n
}

// Check reads a transcript strictly and looks in every value for what is shaped
// like a credential. It gives the hits, and an *apperr.Error of kind Invalid
// when there are any. It is the last look before a transcript is stored or
// packed; that values are redacted is the work of HAR, not of Check.
func Check(r io.Reader) ([]Hit, error) {
	var hits []Hit
	_, pages, err := transcript.ReadEntries(r, func(e *transcript.Entry) error {
		checkEntry(e, func(place, value string) {
			for _, h := range CheckText(value) {
				h.Entry, h.Place = e.Index, place
				hits = append(hits, h)
			}
		})
		if len(hits) > 1000 {
			return refused(len(hits))
		}
		return nil
	})
	if err != nil {
		return hits, err
	}
	for _, p := range pages {
		for _, h := range CheckText(p.Title) {
			h.Place = "page.title"
			hits = append(hits, h)
		}
	}
	if len(hits) > 0 {
		return hits, refused(len(hits))
	}
	return nil, nil
}

func refused(hits int) error {
	text := fmt.Sprintf("The transcript still holds something that looks like a secret, in %d places. It was not stored.", hits)
	return apperr.New(apperr.Invalid, text)
}

// checkEntry gives each string of an entry with its place.
func checkEntry(e *transcript.Entry, fn func(place, value string)) {
	q := &e.Request
	fn("request.url", q.URL)
	fn("request.body", q.BodyText)
	fieldsOf := func(place string, fields []transcript.Field) {
		for _, f := range fields {
			fn(place, f.Name+"="+f.Value)
		}
	}
	cookiesOf := func(place string, cookies []transcript.Cookie) {
		for _, c := range cookies {
			fn(place, c.Name+"="+c.Value)
			fn(place, c.Path)
		}
	}
	fieldsOf("request.header", q.Headers)
	fieldsOf("request.query", q.Query)
	fieldsOf("request.form", q.Form)
	cookiesOf("request.cookie", q.Cookies)
	if p := e.Response; p != nil {
		fn("response.redirect", p.RedirectURL)
		fn("response.body", p.BodyText)
		fieldsOf("response.header", p.Headers)
		cookiesOf("response.cookie", p.Cookies)
	}
}
