package redact

import (
	"encoding/base64"
	"slices"
	"strings"
)

// form is a literal with which a credential begins, at the start of a word.
type form struct {
	rule, literal string
	// follows tells whether what stands behind the literal makes it a credential.
	follows func(rest string) bool
	fold    bool // upper and lower case are the same
	final   bool
}

// The sets of characters that published token formats use.
const (
	setUpper = 1 << iota // A-Z and 0-9
	setLower             // a-z and 0-9
	setMark              // - and _
	setHex               // 0-9 and a-f
	setDot
	setAlnum = setUpper | setLower
	setWord  = setAlnum | setMark
)

// charSets tells the sets that each byte belongs to.
var charSets = func() (table [256]byte) {
	for c := range 256 {
		switch b := byte(c); {
		case isDigit(b):
			table[c] = setUpper | setLower | setHex
		case b >= 'A' && b <= 'Z':
			table[c] = setUpper
		case b >= 'a' && b <= 'f':
			table[c] = setLower | setHex
		case b >= 'g' && b <= 'z':
			table[c] = setLower
		case b == '-' || b == '_':
			table[c] = setMark
		case b == '.':
			table[c] = setDot
		}
	}
	return table
}()

// runOf gives how many of the first limit bytes of s, from its beginning on, are
// of a set.
func runOf(s string, set byte, limit int) int {
	n, limit := 0, min(limit, len(s))
	for n < limit && charSets[s[n]]&set != 0 {
		n++
	}
	return n
}

// least asks for at least n characters of a set.
func least(set byte, n int) func(string) bool {
	return func(rest string) bool { return runOf(rest, set, n) == n }
}

// exact asks for n characters of a set and the end of the word.
func exact(set byte, n int) func(string) bool {
	return func(rest string) bool {
		return runOf(rest, set, n) == n && (len(rest) == n || !isWordChar(rest[n]))
	}
}

// token asks for at least n characters of a token.
func token(n int) func(string) bool {
	return func(rest string) bool { return tokenRun(rest[:min(len(rest), n)]) == n }
}

// allForms are the published formats of credentials that a literal begins; the
// lengths are those that their issuers give, or less where they only grew.
var allForms = []form{
	{"jwt", "eyJ", followsJWT[string], false, true},
	{"own_token", OwnTokenPrefix, least(setWord, 16), false, true},
	{"private_key", "PuTTY-User-Key-File-", least(setHex, 1), false, true},
	{"private_key", "AGE-SECRET-KEY-1", least(setUpper, 40), false, true},
	{"private_key", `d"`, followsJWK, false, true},
	{"aws_key", "AKIA", exact(setUpper, 16), false, false}, {"aws_key", "ASIA", exact(setUpper, 16), false, false},
	{"aws_key", "ABIA", exact(setUpper, 16), false, false}, {"aws_key", "ACCA", exact(setUpper, 16), false, false},
	{"github_token", "ghp_", least(setAlnum, 30), false, false}, {"github_token", "gho_", least(setAlnum, 30), false, false},
	{"github_token", "ghu_", least(setAlnum, 30), false, false}, {"github_token", "ghs_", least(setAlnum, 30), false, false},
	{"github_token", "ghr_", least(setAlnum, 30), false, false}, {"github_token", "github_pat_", least(setWord, 30), false, false},
	{"gitlab_token", "glpat-", least(setWord, 20), false, false}, {"gitlab_token", "gldt-", least(setWord, 20), false, false},
	{"gitlab_token", "glrt-", least(setWord, 20), false, false}, {"gitlab_token", "glptt-", least(setWord, 20), false, false},
	{"gitlab_token", "glcbt-", least(setWord, 20), false, false}, {"gitlab_token", "gloas-", least(setWord, 20), false, false},
	{"gitlab_token", "glsoat-", least(setWord, 20), false, false}, {"gitlab_token", "glft-", least(setWord, 20), false, false},
	{"gitlab_token", "glimt-", least(setWord, 20), false, false}, {"gitlab_token", "glagent-", least(setWord, 20), false, false},
	{"slack_token", "xox", followsSlack, false, false}, {"slack_token", "xapp-", least(setWord, 20), false, false},
	{"slack_token", "hooks.slack.com/services/", token(30), false, false},
	{"stripe_key", "sk_live_", least(setAlnum, 16), false, false}, {"stripe_key", "rk_live_", least(setAlnum, 16), false, false},
	{"stripe_key", "sk_test_", least(setAlnum, 16), false, false}, {"stripe_key", "rk_test_", least(setAlnum, 16), false, false},
	{"stripe_key", "whsec_", least(setAlnum, 24), false, false},
	{"google_key", "AIza", least(setWord, 35), false, false}, {"google_token", "ya29.", least(setWord, 20), false, false},
	{"google_token", "1//0", least(setWord, 30), false, false}, {"google_secret", "GOCSPX-", least(setWord, 24), false, false},
	{"npm_token", "npm_", least(setAlnum, 36), false, false}, {"pypi_token", "pypi-AgE", least(setWord, 40), false, false},
	{"sendgrid_key", "SG.", followsSendGrid, false, false},
	{"twilio_key", "SK", exact(setHex, 32), false, false}, {"mailgun_key", "key-", exact(setHex, 32), false, false},
	{"openai_key", "sk-", followsOpenAI, false, false}, {"anthropic_key", "sk-ant-", least(setWord, 30), false, false},
	{"okta_token", "SSWS ", least(setWord, 30), true, false},
	{"saml_message", "PHNhbWxw", token(40), false, false}, {"saml_message", "PHNhbWwy", token(40), false, false},
	{"saml_message", "PD94bWwg", token(60), false, false}, {"saml_message", "PFJlc3BvbnNl", token(40), false, false},
	{"saml_message", "PHNhbWw6", token(40), false, false}, {"saml_message", "PEFzc2VydGlvb", token(40), false, false},
	{"otp_secret", "otpauth://", followsOTP, true, false},
	{"basic_auth", "basic ", followsBasic, true, false},
	{"bearer", "bearer ", followsToken, true, false}, {"bearer", "dpop ", followsToken, true, false},
	{"authorization", "authorization:", followsAuthorization, true, false},
	{"cookie", "cookie:", followsCookie, true, false}, {"cookie", "set-cookie:", followsCookie, true, false},
}

// formsByFirst finds the forms, by their number, that may begin with a byte, and
// mayBegin tells whether any begins with two bytes: a text is read once and
// nearly all of its words are passed by.
var (
	formsByFirst [256][]int
	mayBegin     [256][256]bool
)

func init() {
	for n, f := range allForms {
		firsts, seconds := f.literal[:1], f.literal[1:2]
		if f.fold {
			firsts, seconds = strings.ToLower(firsts)+strings.ToUpper(firsts), strings.ToLower(seconds)+strings.ToUpper(seconds)
		}
		for i := range len(firsts) {
			if list := &formsByFirst[firsts[i]]; !slices.Contains(*list, n) {
				*list = append(*list, n)
			}
			for k := range len(seconds) {
				mayBegin[firsts[i]][seconds[k]] = true
			}
		}
	}
	for c := range 256 {
		if len(formsByFirst[c]) > 0 {
			byteKinds[c] |= begins
		}
		if strings.IndexByte("=:~K", byte(c)) >= 0 {
			byteKinds[c] |= stands
		}
		if isWordChar(byte(c)) {
			byteKinds[c] |= inside | named | valued
		}
		if c == '.' {
			byteKinds[c] |= named
		}
		if strings.IndexByte(".+/=%", byte(c)) >= 0 {
			byteKinds[c] |= valued
		}
	}
}

// What a byte can be in a text that is looked through.
const (
	begins = 1 << iota // the first of a form
	stands             // one around which a credential may stand
	inside             // a character of a word
	named              // a character of a name
	valued             // a character of a value
)

var byteKinds [256]byte

// credentialAround gives the rule and the beginning of a credential that is
// told by the character at i in its middle; an empty rule for none.
func credentialAround(s string, i int) (rule string, at int) {
	switch s[i] {
	case '~':
		if at := azureSecret(s, i); at >= 0 {
			return "azure_secret", at
		}
	case 'K':
		if at := privateKey(s, i); at >= 0 {
			return "private_key", at
		}
	case ':':
		if hasPassword(s[i:]) {
			return "url_password", i
		}
		return namedValue(s, i)
	case '=':
		return namedValue(s, i)
	}
	return "", 0
}

func beginsWith(s string, f *form) bool {
	if len(s) < len(f.literal) {
		return false
	}
	head := s[:len(f.literal)]
	return head == f.literal || f.fold && strings.EqualFold(head, f.literal)
}

// privateKey gives where the head of a private key begins whose "KEY" is at i,
// -1 for none: PEM, OpenSSH, PGP and SSH2 write it in capitals after a BEGIN.
func privateKey(s string, i int) int {
	const before = "PRIVATE "
	if i < len(before) || s[i-len(before):i] != before || !strings.HasPrefix(s[i:], "KEY") {
		return -1
	}
	if rest := s[i+3:]; !strings.HasPrefix(rest, "-----") && !strings.HasPrefix(rest, " BLOCK-----") && !strings.HasPrefix(rest, " ----") {
		return -1
	}
	near := max(0, i-64)
	begin := strings.LastIndex(s[near:i], "---- BEGIN ")
	if begin < 0 {
		begin = strings.LastIndex(s[near:i], "-----BEGIN ")
	}
	if begin < 0 {
		return -1
	}
	return near + begin
}

// azureSecret gives where a client secret of Azure begins whose "~" behind the
// "Q" is at i, -1 for none: three characters, a digit, Q~ and 31 to 34 more.
func azureSecret(s string, i int) int {
	const before, after = 5, 31
	if i < before || len(s)-i <= after || s[i-1] != 'Q' || !isDigit(s[i-2]) {
		return -1
	}
	for n := i - before; n <= i+after; n++ {
		if charSets[s[n]] == 0 && s[n] != '~' {
			return -1
		}
	}
	return i - before
}

// followsJWT tells whether a compact JWS or JWE goes on: the rest of a header of
// at least eight characters, claims and a second dot. A JWE with a key that was
// agreed before has nothing between the first two dots.
func followsJWT[text string | []byte](rest text) bool {
	head := wordRun(rest)
	if head < 5 || head == len(rest) || rest[head] != '.' {
		return false
	}
	claims, least := rest[head+1:], 4
	if len(claims) > 0 && claims[0] == '.' {
		claims, least = claims[1:], 16
	}
	n := wordRun(claims)
	return n >= least && n < len(claims) && claims[n] == '.'
}

// followsJWK tells whether the private part of a JSON Web Key goes on: the
// member "d" with at least 32 bytes.
func followsJWK(rest string) bool {
	rest = strings.TrimLeft(rest[:min(len(rest), 64)], " \t")
	if !strings.HasPrefix(rest, ":") {
		return false
	}
	rest = strings.TrimLeft(rest[1:], " \t")
	return strings.HasPrefix(rest, `"`) && runOf(rest[1:], setWord, 40) == 40
}

func followsSlack(rest string) bool {
	return len(rest) > 2 && strings.IndexByte("abcdeoprs", rest[0]) >= 0 && (rest[1] == '-' && runOf(rest[2:], setWord|setDot, 16) == 16)
}

func followsSendGrid(rest string) bool {
	n := runOf(rest, setWord, 33)
	return n >= 16 && n <= 32 && n < len(rest) && rest[n] == '.' && runOf(rest[n+1:], setWord, 16) == 16
}

// followsOpenAI tells keys from class names such as "sk-list-item-active": the
// published ones are long, without hyphens or behind a known word.
func followsOpenAI(rest string) bool {
	for _, kind := range []string{"proj-", "svcacct-", "admin-"} {
		if after, ok := strings.CutPrefix(rest, kind); ok {
			return runOf(after, setWord, 20) == 20 && isMixed(after[:20])
		}
	}
	return runOf(rest, setAlnum, 40) == 40
}

func followsOTP(rest string) bool {
	return strings.Contains(strings.ToLower(rest[:min(len(rest), 512)]), "secret=")
}

func followsBasic(rest string) bool {
	n := tokenRun(rest)
	b, err := base64.StdEncoding.DecodeString(rest[:n])
	return n >= 8 && err == nil && strings.Contains(string(b), ":")
}

func followsToken(rest string) bool { return looksRandom(rest[:tokenRun(rest)]) }

// followsAuthorization tells whether the value of an Authorization header goes
// on that has a scheme of no list here, or none.
func followsAuthorization(rest string) bool {
	rest = strings.TrimLeft(rest[:min(len(rest), 512)], " \t")
	if n := tokenRun(rest); looksRandom(rest[:n]) {
		return true
	}
	scheme, value, ok := strings.Cut(rest, " ")
	if !ok || strings.EqualFold(scheme, "basic") || strings.EqualFold(scheme, "bearer") || strings.EqualFold(scheme, "dpop") || strings.EqualFold(scheme, "ssws") {
		return false // found by its own form
	}
	return wordRun(scheme) == len(scheme) && looksRandom(value[:tokenRun(value)])
}

// cookieAttributes are what a Set-Cookie header says beside the cookie.
var cookieAttributes = []string{"path", "domain", "expires", "max-age", "samesite", "priority"}

// followsCookie tells whether a cookie with a value goes on.
func followsCookie(rest string) bool {
	rest = strings.TrimLeft(rest[:min(len(rest), 4096)], " \t")
	for range 20 {
		n := runOf(rest, setWord|setDot, 100)
		if n == 0 || n == len(rest) || rest[n] != '=' {
			return false
		}
		name, value := rest[:n], strings.TrimPrefix(rest[n+1:], `"`)
		length := tokenRun(value)
		if !isCookieAttribute(name) && length >= 6 && !isPlaceholder(value[:length]) {
			return true
		}
		_, next, more := strings.Cut(value, ";")
		if !more {
			return false
		}
		rest = strings.TrimLeft(next, " \t")
	}
	return false
}

func isCookieAttribute(name string) bool {
	for _, a := range cookieAttributes {
		if strings.EqualFold(name, a) {
			return true
		}
	}
	return false
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
