package backchannel

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// exchange is a request with its answer, in clear; it leaves
// this package through redactor.line only.
type exchange struct {
	started                         time.Time
	time                            time.Duration
	method, url                     string
	status                          int // 0 without an answer
	requestHeaders, responseHeaders [][2]string
	requestBody, responseBody       body
	failed                          bool
}

type body struct {
	text string
	size int64
	cut  bool // text is not the whole
}

type pair [2]string

type line struct {
	Format   int             `json:"back_channel"`
	Round    string          `json:"round"`
	Started  string          `json:"started"`
	Time     int64           `json:"time"` // milliseconds
	Request  lineRequest     `json:"request"`
	Response *lineResponse   `json:"response,omitempty"`
	Failed   bool            `json:"failed,omitempty"`
	Facts    map[string]bool `json:"facts,omitempty"`
}

type lineRequest struct {
	Method  string `json:"method"`
	URL     string `json:"url"`
	Headers []pair `json:"headers"`
	Form    []pair `json:"form,omitempty"`
	JSON    string `json:"json,omitempty"`
	Bytes   int64  `json:"bytes"`
}

type lineResponse struct {
	Status  int    `json:"status"`
	Headers []pair `json:"headers"`
	JSON    string `json:"json,omitempty"`
	Bytes   int64  `json:"bytes"`
}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// What may be written, by name. A name that is in none of these is left out.
var (
	hashed = map[string]string{ // class of the pseudonym
		"code": "code", "state": "state", "nonce": "nonce", "code_challenge": "pkce", "code_verifier": "pkce",
		"access_token": "token", "refresh_token": "token", "id_token": "token", "id_token_hint": "token", "token": "token",
		"client_assertion": "token", "at_hash": "token", "c_hash": "token", "sid": "sid", "session_state": "sid", "jti": "sid",
		"kid": "id", "azp": "id", "client_id": "id", "aud": "id",
	}
	personal = words(`username email phone phone_number name given_name family_name middle_name nickname preferred_username birthdate
		birth_date street city zip postal_code street_address region locality country address first_name last_name fname lname mname
		social ssn gender zoneinfo picture uuid identifier value login_hint`)
	secrets = words("password client_secret api_key")
	closed  = map[string]map[string]bool{
		"grant_type": words("authorization_code refresh_token client_credentials"), "token_type": words("Bearer bearer DPoP"),
		"response_type": words("code token id_token"), "code_challenge_method": words("S256 plain"), "token_type_hint": words("access_token refresh_token"),
		"client_assertion_type": words("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), "typ": words("JWT at+jwt logout+jwt"),
		"alg":   words("none HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384 PS512 EdDSA"),
		"error": words("invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope invalid_token insufficient_scope access_denied server_error temporarily_unavailable"),
	}
	durations = words("expires_in max_age interval")
	moments   = words("exp iat nbf auth_time updated_at")
	addresses = words(`redirect_uri post_logout_redirect_uri iss issuer authorization_endpoint token_endpoint userinfo_endpoint jwks_uri
		end_session_endpoint introspection_endpoint revocation_endpoint`)
	structure = words("attributes handle verified keys data items userinfo user email_verified phone_number_verified")
	handles   = words("fname lname mname email birth_date social phone street city state zip country uuid group identifier gender age")
	scopes    = words("openid profile email address phone offline_access")
	segments  = words(`.well-known openid-configuration jwks jwks.json keys oauth oauth2 oidc openid connect authorize token userinfo
		userinfo.json attributes.json introspect introspection revoke revocation session api public v1 v2 v3 callback`)
	methods     = words("GET POST PUT PATCH DELETE HEAD OPTIONS")
	mediaTypes  = words("application/json application/jwt application/x-www-form-urlencoded application/problem+json application/jwk-set+json application/xml text/html text/plain")
	cacheWords  = regexp.MustCompile(`^(no-store|no-cache|private|public|must-revalidate|max-age=(0|[1-9][0-9]{0,4}))$`)
	keptHeaders = []string{"accept", "authorization", "cache-control", "content-type", "location", "pragma", "www-authenticate"}
)

type redactor struct {
	round                      string
	key                        []byte
	client                     string
	hosts, public, scopes, own map[string]bool
}

func newRedactor(round string, key []byte, o Options) *redactor {
	set := func(list []string) map[string]bool {
		m := map[string]bool{}
		for _, v := range list {
			m[v] = v != ""
		}
		return m
	}
	return &redactor{round: round, key: key, client: o.ClientID, hosts: set(o.Hosts), public: set(o.Public), scopes: set(o.Scopes), own: set(o.Attributes)}
}

// line gives the redacted line of an exchange with its newline.
func (r *redactor) line(x exchange) ([]byte, error) {
	l := line{Format: 1, Round: r.round, Started: x.started.UTC().Format("2006-01-02T15:04:05.000Z"), Time: x.time.Milliseconds(), Failed: x.failed, Facts: map[string]bool{}}
	w := &walk{r: r, now: x.started.Unix(), facts: l.Facts}
	l.Request = lineRequest{Method: word(methods, x.method), URL: r.address(x.url, true), Headers: r.headers(x.requestHeaders), Bytes: threeDigits(x.requestBody.size)}
	switch kind := mediaType(header(x.requestHeaders, "content-type")); {
	case x.requestBody.cut:
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		l.Request.Form = r.fields(x.requestBody.text, &w.code)
	case isJSON(kind):
		l.Request.JSON = (&walk{r: r, now: w.now}).text(x.requestBody.text)
	}
	if x.status != 0 {
		l.Response = &lineResponse{Status: x.status, Headers: r.headers(x.responseHeaders), Bytes: threeDigits(x.responseBody.size)}
		if isJSON(mediaType(header(x.responseHeaders, "content-type"))) {
			l.Response.JSON = w.text(x.responseBody.text)
		}
		if x.responseBody.cut && l.Response.JSON == "" { // JSON that is whole ends by itself
			l.Facts["body_truncated"] = true
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(l) // closed by a newline
	return out.Bytes(), err
}

// hash gives the pseudonym of a value with room enough, docs/redacted_har.md;
// of any other nothing that could be compared.
func (r *redactor) hash(class, value string) string {
	distinct := map[rune]bool{}
	letter := false
	for _, c := range value {
		distinct[c] = true
		letter = letter || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	if len(value) < 20 || len(distinct) < 10 || !letter || strings.ContainsAny(value, "@ ") {
		return "~str"
	}
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte(value))
	return "~" + class + "." + base32.StdEncoding.EncodeToString(mac.Sum(nil)[:10])
}

var randomID = regexp.MustCompile(`^([0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

// known tells whether a name may be written.
func known(name string) bool {
	return hashed[name] != "" || closed[name] != nil || personal[name] || secrets[name] || durations[name] || moments[name] ||
		addresses[name] || structure[name] || name == "error_description" || name == "sub" || name == "scope"
}

// value redacts a text under a known name.
func (r *redactor) value(name, v string) string {
	switch {
	case v == "":
		return ""
	case personal[name]:
		return "~pii"
	case secrets[name]:
		return "~secret"
	case name == "error_description":
		return "~text"
	case name == "sub" && !randomID.MatchString(v):
		return "~pii"
	case name == "sub":
		return r.hash("sub", v)
	case name == "scope":
		return r.scope(v)
	case name == "handle" && !r.own[v]:
		return word(handles, v)
	case name == "handle", (name == "client_id" || name == "aud") && v == r.client:
		return v
	case addresses[name]:
		return r.address(v, false)
	case hashed[name] != "":
		return r.hash(hashed[name], v)
	}
	return word(closed[name], v)
}

func word(list map[string]bool, v string) string {
	if list[v] {
		return v
	}
	return "~str"
}

func (r *redactor) scope(v string) string {
	out := strings.Fields(v)
	for i, s := range out {
		if !scopes[s] && !r.scopes[s] {
			out[i] = "~str"
		}
	}
	return strings.Join(out, " ")
}

var addressForm = regexp.MustCompile(`^(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?`)

// address keeps the declared host and known path segments, and known
// parameters of an address that stands by itself.
func (r *redactor) address(v string, query bool) string {
	if r.public[v] {
		return v
	}
	parts := addressForm.FindStringSubmatch(v)
	if parts == nil {
		return "~opaque"
	}
	out, host := parts[1]+"://", strings.ToLower(parts[2])
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		out, host = out+"~userinfo@", host[at+1:]
	}
	name, _, _ := strings.Cut(host, ":")
	if !r.hosts[host] && !r.hosts[name] {
		host = "host-0.invalid"
	}
	path := strings.Split(parts[3], "/")
	path = path[:min(len(path), mostItems/2)]
	for i, s := range path {
		if s != "" && !segments[s] {
			path[i] = "~str"
		}
	}
	out += host + strings.Join(path, "/")
	if !query {
		return out
	}
	for i, f := range r.fields(parts[4], nil) {
		out += string("?&"[min(i, 1)]) + escape(f[0]) + "=" + escape(f[1])
	}
	return out
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// fields redacts the parameters of a form or query; code takes the clear code.
func (r *redactor) fields(text string, code *string) []pair {
	var out []pair
	for field := range strings.SplitSeq(text, "&") {
		rawName, rawValue, _ := strings.Cut(field, "=")
		name, err := url.QueryUnescape(rawName)
		v, err2 := url.QueryUnescape(rawValue)
		if err != nil || err2 != nil || !utf8.ValidString(v) {
			continue
		}
		if !known(name) || len(out) >= mostItems {
			continue
		}
		out = append(out, pair{name, r.value(name, v)})
		switch {
		case name == "code" && code != nil:
			*code = v
		case name == "code_verifier": // so that it compares with the challenge
			sum := sha256.Sum256([]byte(v))
			out = append(out, pair{"code_verifier.s256", r.hash("pkce", base64.RawURLEncoding.EncodeToString(sum[:]))})
		}
	}
	return out
}

func header(list [][2]string, name string) string {
	for _, h := range list {
		if h[0] == name {
			return h[1]
		}
	}
	return ""
}

func (r *redactor) headers(list [][2]string) []pair {
	out := []pair{}
	for _, h := range list {
		name, v := h[0], "~str"
		switch name {
		case "accept":
			v = word(words("application/json */*"), h[1])
		case "content-type":
			v = mediaType(h[1])
		case "authorization":
			v = r.credentials(h[1])
		case "cache-control", "pragma":
			list := strings.FieldsFunc(h[1], func(c rune) bool { return c == ',' || c == ' ' })
			if !slices.ContainsFunc(list, func(w string) bool { return !cacheWords.MatchString(w) }) {
				v = strings.Join(list, ", ")
			}
		case "location":
			v = r.address(h[1], true)
		case "www-authenticate":
			v = challenge(h[1])
		default:
			continue
		}
		out = append(out, pair{name, v})
	}
	return out
}

func (r *redactor) credentials(v string) string {
	scheme, rest, _ := strings.Cut(v, " ")
	switch scheme {
	case "Bearer", "DPoP":
		return scheme + " " + r.hash("token", rest)
	case "Basic":
		return "Basic ~secret"
	}
	return "~secret"
}

// challenge keeps the scheme and the error code, RFC 6750 section 3.
func challenge(v string) string {
	scheme, rest, _ := strings.Cut(v, " ")
	if scheme != "Bearer" && scheme != "DPoP" && scheme != "Basic" {
		return "~str"
	}
	for _, code := range slices.Sorted(maps.Keys(closed["error"])) {
		if strings.Contains(rest, `error="`+code+`"`) {
			return scheme + ` error="` + code + `"`
		}
	}
	return scheme
}

func mediaType(v string) string {
	kind, params, _ := strings.Cut(v, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case kind == "":
		return ""
	case !mediaTypes[kind]:
		return "application/octet-stream"
	case strings.Contains(strings.ToLower(params), "charset=utf-8"):
		return kind + "; charset=utf-8"
	}
	return kind
}

func isJSON(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	return strings.HasSuffix(kind, "json")
}

// threeDigits rounds a size down to three digits.
func threeDigits(n int64) int64 {
	unit := int64(1)
	for n/unit >= 1000 {
		unit *= 10
	}
	return n / unit * unit
}
