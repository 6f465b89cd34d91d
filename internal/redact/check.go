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

// form is a literal with which a credential begins, at the start of a word.
type form struct {
	rule, literal string
	// follows tells whether what stands behind the literal makes it a credential.
	follows func(rest string) bool
	fold    bool // upper and lower case are the same
	final   bool
}

// token asks for at least n characters of a token.
func token(n int) func(string) bool {
	return func(rest string) bool { return tokenRun(rest[:min(len(rest), n)]) == n }
}

// value asks for a separator and a value, as behind the name of a secret.
func value(rule string) func(string) bool {
	return func(rest string) bool { return namedValueRun(rest, rule) }
}

var allForms = []form{
	{"jwt", "eyJ", followsJWT[string], false, true},
	{"own_token", OwnTokenPrefix, token(16), false, true},
	{"aws_key", "AKIA", token(16), false, false}, {"aws_key", "ASIA", token(16), false, false},
	{"github_token", "ghp_", token(30), false, false}, {"github_token", "gho_", token(30), false, false},
	{"github_token", "ghs_", token(30), false, false}, {"github_token", "github_pat_", token(30), false, false},
	{"gitlab_token", "glpat-", token(20), false, false},
	{"slack_token", "xoxb-", token(20), false, false}, {"slack_token", "xoxp-", token(20), false, false},
	{"slack_token", "xapp-", token(20), false, false},
	{"stripe_key", "sk_live_", token(16), false, false}, {"stripe_key", "rk_live_", token(16), false, false},
	{"google_key", "AIza", token(30), false, false}, {"google_token", "ya29.", token(20), false, false},
	{"npm_token", "npm_", token(30), false, false}, {"sendgrid_key", "SG.", token(30), false, false},
	{"openai_key", "sk-proj-", token(20), false, false},
	{"saml_message", "PHNhbWxw", token(40), false, false}, {"saml_message", "PHNhbWwy", token(40), false, false},
	{"saml_message", "PD94bWwg", token(60), false, false},
	{"basic_auth", "basic ", followsBasic, true, false},
	{"bearer", "bearer ", func(rest string) bool { return looksRandom(rest[:tokenRun(rest)]) }, true, false},
	{"cookie", "cookie:", followsCookie, true, false}, {"cookie", "set-cookie:", followsCookie, true, false},
	{"secret", "client_secret", value("secret"), false, false}, {"secret", "clientSecret", value("secret"), false, false},
	{"password", "password", value("password"), false, false}, {"password", "passwd", value("password"), false, false},
	{"token", "access_token", value("token"), false, false}, {"token", "refresh_token", value("token"), false, false},
	{"token", "id_token", value("token"), false, false}, {"token", "code_verifier", value("token"), false, false},
	{"token", "SAMLResponse", value("token"), false, false}, {"code", "code", value("code"), false, false},
	{"session", "JSESSIONID", value("session"), false, false}, {"session", "PHPSESSID", value("session"), false, false},
	{"session", "sessionid", value("session"), false, false}, {"session", "session_id", value("session"), false, false},
	{"session", "connect.sid", value("session"), false, false}, {"secret", "api_key", value("secret"), false, false},
	{"secret", "apikey", value("secret"), false, false},
}

// formsByFirst finds the forms, by their number, that may begin with a byte, so
// that a text is read once and most of its words are passed by.
var formsByFirst = func() (table [256][]int) {
	for n, f := range allForms {
		first := f.literal[0]
		table[first] = append(table[first], n)
		if f.fold {
			table[first-'a'+'A'] = append(table[first-'a'+'A'], n)
		}
	}
	return table
}()

const maxHits = 100

// CheckText looks for credentials in typed text: private_key, jwt, own_token,
// published token forms, basic_auth, bearer, cookie, and named values such as
// client_secret=... It finds forms, not all secrets; redacted values pass. The
// most telling hits come first.
func CheckText(s string) []Hit {
	hits := privateKeys(s)
	var found [][]Hit // by form, made with the first hit
	inWord := false
	for i := 0; i < len(s); i++ {
		if !inWord {
			for _, n := range formsByFirst[s[i]] {
				f := &allForms[n]
				if !beginsWith(s[i:], f) || !f.follows(s[i+len(f.literal):]) {
					continue
				}
				if found == nil {
					found = make([][]Hit, len(allForms))
				}
				if len(found[n]) < maxHits {
					found[n] = append(found[n], Hit{Rule: f.rule, Offset: i, Final: f.final, Entry: -1})
				}
			}
		}
		inWord = isWordChar(s[i])
	}
	for _, list := range found {
		hits = append(hits, list...)
	}
	return hits[:min(len(hits), maxHits)]
}

func beginsWith(s string, f *form) bool {
	if len(s) < len(f.literal) {
		return false
	}
	head := s[:len(f.literal)]
	return head == f.literal || f.fold && strings.EqualFold(head, f.literal)
}

// privateKeys finds the heads of PEM private keys.
func privateKeys(s string) (hits []Hit) {
	const head = "PRIVATE KEY-----"
	for from := 0; len(hits) < maxHits; {
		i := strings.Index(s[from:], head)
		if i < 0 {
			break
		}
		i += from
		near := max(0, i-64)
		if begin := strings.LastIndex(s[near:i], "-----BEGIN "); begin >= 0 {
			hits = append(hits, Hit{Rule: "private_key", Offset: near + begin, Final: true, Entry: -1})
		}
		from = i + len(head)
	}
	return hits
}

// followsJWT tells whether a compact JWS or JWE goes on: the rest of a header of
// at least eight characters, claims and a second dot.
func followsJWT[text string | []byte](rest text) bool {
	head := wordRun(rest)
	if head < 5 || head == len(rest) || rest[head] != '.' {
		return false
	}
	claims := rest[head+1:]
	n := wordRun(claims)
	return n >= 4 && n < len(claims) && claims[n] == '.'
}

func followsBasic(rest string) bool {
	n := tokenRun(rest)
	b, err := base64.StdEncoding.DecodeString(rest[:n])
	return n >= 8 && err == nil && strings.Contains(string(b), ":")
}

func followsCookie(rest string) bool {
	rest = strings.TrimSpace(rest)
	_, value, ok := strings.Cut(rest[:min(len(rest), 4096)], "=")
	return ok && tokenRun(value) >= 6
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

// wordRun gives the length of the run of base64url characters that s begins with.
func wordRun[text string | []byte](s text) int {
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
		hits = append(hits, CheckEntry(e)...)
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

// CheckEntry looks in every value of one entry for what is shaped like a
// credential; see CheckText.
func CheckEntry(e *transcript.Entry) []Hit {
	var hits []Hit
	checkEntry(e, func(place, value string) {
		for _, h := range CheckText(value) {
			h.Entry, h.Place = e.Index, place
			hits = append(hits, h)
		}
	})
	return hits
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
	pair := func(place, name, value string) {
		if transcript.ParseValue(value).Kind == transcript.Clear {
			value = name + "=" + value
		} else {
			value = name // what is redacted as a whole holds nothing
		}
		fn(place, value)
	}
	fieldsOf := func(place string, fields []transcript.Field) {
		for _, f := range fields {
			pair(place, f.Name, f.Value)
		}
	}
	cookiesOf := func(place string, cookies []transcript.Cookie) {
		for _, c := range cookies {
			pair(place, c.Name, c.Value)
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
