package integration

import (
	"encoding/pem"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// The longest texts, in characters, and the longest list.
const (
	maxName  = 120
	maxText  = 2_000
	maxLong  = 20_000 // certificate and notes
	maxItems = 200
)

// longFields may be longer and hold line breaks.
var longFields = []string{"saml.certificate", "notes"}

// AuthMethods are the words of client.auth_method.
func AuthMethods() []string {
	return []string{"client_secret_basic", "client_secret_post", "private_key_jwt", "none"}
}

// Validate judges the shape of what a configuration says: words from their
// lists, a name, URLs, hosts, paths, dates and a certificate that are such,
// bounded counts and lengths. What is not stated is fine, but for the name.
// Whether a redirect URI is a good one is for the pre-flight rules: a wildcard or
// a fragment passes here. Messages are in the order of the format, by the name in
// integration.yaml with dots ("redirect_uris[0]"), and never repeat a value.
func Validate(c Config) []apperr.Field {
	v := validator{}
	if c.Format != Format {
		v.add("format", "This must be "+Format+".")
	}
	v.texts(c)
	v.required("name", c.Name)
	if utf8.RuneCountInString(c.Name) > maxName {
		v.add("name", fmt.Sprintf("Use at most %d characters.", maxName))
	}
	v.word("protocol", string(c.Protocol), string(OAuth), string(OIDC), string(SAML2))
	for i, u := range c.UseCases {
		v.word(element("use_cases", i), string(u), string(Group), string(Identity), string(Authentication))
	}
	v.word("environment", string(c.Environment), string(Sandbox), string(Production))
	v.host("expected_api_host", c.ExpectedAPIHost)
	v.noBlank("client.id", c.Client.ID)
	v.word("client.type", string(c.Client.Type), string(PublicClient), string(ConfidentialClient))
	v.word("client.auth_method", c.Client.AuthMethod, AuthMethods()...)
	v.each("redirect_uris", c.RedirectURIs, v.redirectURI)
	v.each("policies", c.Policies, v.noBlank)
	v.noBlank("saml.entity_id", c.SAML.EntityID)
	v.each("saml.acs_urls", c.SAML.ACSURLs, v.webURL)
	v.certificate("saml.certificate", c.SAML.Certificate)
	v.attributes(c.Attributes)
	v.each("verification_methods", c.VerificationMethods, v.any)
	v.page("pages.start", c.Pages.Start)
	v.page("pages.landing", c.Pages.Landing)
	v.page("pages.denied", c.Pages.Denied)
	v.page("pages.error", c.Pages.Error)
	v.page("pages.logout", c.Pages.Logout)
	v.each("hosts.own", c.Hosts.Own, v.host)
	v.each("hosts.third_party", c.Hosts.ThirdParty, v.foreignHost(c.Hosts.Own))
	v.each("hosts.production", c.Hosts.Production, v.host)
	v.webURL("links.privacy", c.Links.Privacy)
	v.webURL("links.terms", c.Links.Terms)
	v.webURL("links.faq", c.Links.FAQ)
	v.webURL("links.test_link", c.Links.TestLink)
	v.each("test_users", c.TestUsers, v.label)
	for i, p := range c.Contacts {
		v.required(element("contacts", i)+".name", p.Name)
		v.email(element("contacts", i)+".email", p.Email)
	}
	v.date("launch.date", c.Launch.Date)
	v.each("reveal.paths", c.Reveal.Paths, v.path)
	v.each("reveal.titles", c.Reveal.Titles, v.trimmed)
	v.each("reveal.error_text", c.Reveal.ErrorText, v.trimmed)
	return v.inOrder(c)
}

// validator gathers messages; the checks let the empty text pass.
type validator struct{ fields []apperr.Field }

func (v *validator) add(name, text string) {
	v.fields = append(v.fields, apperr.Field{Name: name, Text: text})
}

// inOrder sorts the messages by the order of the format.
func (v *validator) inOrder(c Config) []apperr.Field {
	rank := make(map[string]int)
	walk(reflect.ValueOf(c), "", func(path string, _ reflect.Value) { rank[path] = len(rank) })
	slices.SortStableFunc(v.fields, func(a, b apperr.Field) int { return rank[a.Name] - rank[b.Name] })
	return v.fields
}

// texts checks what holds for every text and every list.
func (v *validator) texts(c Config) {
	walk(reflect.ValueOf(c), "", func(path string, f reflect.Value) {
		switch f.Kind() {
		case reflect.Slice:
			if f.Len() > maxItems {
				v.add(path, fmt.Sprintf("List at most %d.", maxItems))
			}
		case reflect.String:
			v.text(path, f.String())
		}
	})
}

func (v *validator) text(path, s string) {
	most, long := maxText, slices.Contains(longFields, path)
	if long {
		most = maxLong
	}
	control := func(r rune) bool {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return true // turns the direction of what follows
		}
		return unicode.IsControl(r) && !(long && (r == '\n' || r == '\r' || r == '\t'))
	}
	switch {
	case !utf8.ValidString(s):
		v.add(path, "The text is not valid UTF-8.")
	case strings.ContainsFunc(s, control):
		v.add(path, "Take out the line breaks and control characters.")
	case utf8.RuneCountInString(s) > most:
		v.add(path, fmt.Sprintf("Use at most %d characters.", most))
	}
}

// each checks the elements of a list: none empty, none twice.
func (v *validator) each(name string, list []string, check func(name, s string)) {
	seen := make(map[string]bool)
	for i, s := range list {
		at := element(name, i)
		switch {
		case s == "":
			v.add(at, "Fill it in or take it out.")
		case seen[s]:
			v.add(at, "This stands in the list twice.")
		default:
			check(at, s)
		}
		seen[s] = true
	}
}

func (v *validator) any(string, string) {}

// trimmed: what is shown is compared without space around it, and the form of
// the description keeps none.
func (v *validator) trimmed(name, s string) {
	if strings.TrimSpace(s) != s {
		v.add(name, "Take out the blanks before and behind it.")
	}
}

func (v *validator) required(name, s string) {
	if strings.TrimSpace(s) == "" {
		v.add(name, "This is required.")
	}
}

func (v *validator) word(name, s string, words ...string) {
	if s != "" && !slices.Contains(words, s) {
		v.add(name, "Choose one of "+strings.Join(words, ", ")+".")
	}
}

func (v *validator) noBlank(name, s string) {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		v.add(name, "Take out the blanks.")
	}
}

// redirectURI takes web addresses and the private schemes of installed apps
// (RFC 8252, 7.1).
func (v *validator) redirectURI(name, s string) {
	u, ok := parseURL(s)
	if !ok || u.Scheme == "" || isWeb(u) && u.Hostname() == "" || u.User != nil {
		v.add(name, "Write the whole address, as it is registered: scheme, host and path, without a user name.")
	}
}

func (v *validator) webURL(name, s string) {
	if s == "" {
		return
	}
	if u, ok := parseURL(s); !ok || !isWeb(u) || u.Hostname() == "" || u.User != nil {
		v.add(name, "Write a whole address that begins with https:// or http://, without a user name.")
	}
}

func isWeb(u *url.URL) bool { return u.Scheme == "https" || u.Scheme == "http" }

func parseURL(s string) (*url.URL, bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return nil, false
	}
	u, err := url.Parse(s)
	return u, err == nil
}

func (v *validator) path(name, s string) {
	if s != "" && (!strings.HasPrefix(s, "/") || strings.ContainsFunc(s, unicode.IsSpace)) {
		v.add(name, "Write a path that begins with /.")
	}
}

// page takes a path or, where it is on one host only, a whole address; * stands
// at the end only.
func (v *validator) page(name, s string) {
	if s == "" {
		return
	}
	if strings.Contains(strings.TrimSuffix(s, "*"), "*") {
		v.add(name, "Write * at the end only, for any rest of the path.")
		return
	}
	if !strings.HasPrefix(s, "/") {
		v.webURL(name, s)
		return
	}
	v.path(name, s)
}

func (v *validator) host(name, s string) {
	if s != "" && !isHost(s) {
		v.add(name, "Write a host name as in app.example.com or localhost:8080: no scheme, no path, no *.")
	}
}

func (v *validator) foreignHost(own []string) func(name, s string) {
	return func(name, s string) {
		v.host(name, s)
		if slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, s) }) {
			v.add(name, "This host is also listed as your own; list it once.")
		}
	}
}

// isHost takes host names by the rules of RFC 1123, addresses, and a port.
func isHost(s string) bool {
	if strings.Count(s, ":") == 1 || strings.HasPrefix(s, "[") && !strings.HasSuffix(s, "]") {
		i := strings.LastIndexByte(s, ':')
		if n, err := strconv.ParseUint(s[i+1:], 10, 16); i < 0 || err != nil || n == 0 || s[i+1] == '0' {
			return false
		}
		s = s[:i]
	}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		addr, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		return err == nil && addr.Is6() && addr.Zone() == "" && strings.HasSuffix(inner, "]")
	}
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return false
			}
		}
	}
	return true
}

// certificate takes PEM certificates and says it when somebody pastes a key.
func (v *validator) certificate(name, s string) {
	if strings.Contains(s, "PRIVATE KEY-----") {
		v.add(name, "This is a private key. Take it out, and replace the key pair if it was ever sent; only the certificate belongs here.")
		return
	}
	rest := []byte(strings.TrimSpace(s))
	for len(rest) > 0 {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil || block.Type != "CERTIFICATE" {
			v.add(name, "Paste the certificate in PEM form, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.")
			return
		}
	}
}

func (v *validator) attributes(list []Attribute) {
	seen := make(map[string]bool)
	for i, a := range list {
		at := element("attributes", i) + ".handle"
		v.required(at, a.Handle)
		v.noBlank(at, a.Handle)
		if seen[a.Handle] {
			v.add(at, "This attribute stands in the list twice.")
		}
		seen[a.Handle] = true
	}
}

// label keeps credentials and addresses of test users out.
func (v *validator) label(name, s string) {
	if strings.Contains(s, "@") {
		v.add(name, "Write a label such as \"passport\", not the address that the test user signs in with.")
	}
}

func (v *validator) email(name, s string) {
	if s == "" {
		return
	}
	user, domain, ok := strings.Cut(s, "@")
	if !ok || user == "" || !isHost(domain) || strings.Contains(domain, ":") || strings.ContainsFunc(s, unicode.IsSpace) {
		v.add(name, "Write an e-mail address as in name@example.com.")
	}
}

func (v *validator) date(name, s string) {
	if s == "" {
		return
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		v.add(name, "Write the date as year-month-day, as in 2026-12-31.")
	}
}
