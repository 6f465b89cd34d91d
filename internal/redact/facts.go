package redact

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// hostFacts computes what is known of the entry's host and page, and gives the
// host's name.
func (r *run) hostFacts(e *capture.Entry) string {
	r.entryHost, r.toOthers, r.fromProvider = "", false, false
	if r.again {
		return ""
	}
	u := cutURL(e.Request.URL)
	if u.host == "" {
		return ""
	}
	if u.scheme == "" { // as a redacted address has it; see absolute
		u.scheme = "https"
	}
	name, port := splitPort(u.host)
	hostPort := u.host
	if n, err := strconv.Atoi(port); err != nil || n <= 0 || n >= 1<<16 {
		hostPort = name
	} else if port[0] == '0' || port[0] == '+' {
		hostPort = name + ":" + strconv.Itoa(n)
	}
	r.entryHost = hostPort
	host := r.registered(u.scheme, hostPort)
	r.setFact(transcript.FactHostRole, string(host.Role))
	r.toOthers, r.fromProvider = isOfOthers(host.Role), host.Role == integration.HostProvider
	if host.Role == integration.HostProvider && host.Env != "" {
		r.setFact(transcript.FactHostEnv, string(host.Env))
	}
	if host.Production {
		r.setFact(transcript.FactHostProd, true)
	}
	if host.Role == integration.HostPartner {
		if pages := r.r.public.Page(u.scheme, hostPort, u.path); len(pages) > 0 {
			r.setFact(transcript.FactPage, pages[0])
		}
	}
	if r.document != "" {
		r.setFact(transcript.FactSameSite, r.site(r.document) == r.site(name))
	}
	return name
}

// maxHosts bounds the hosts of which the registration is remembered.
const maxHosts = 1000

type schemeAndHost struct{ scheme, host string }

// registered tells what the integration says about a host.
func (r *run) registered(scheme, host string) integration.Host {
	if h, ok := r.hosts[schemeAndHost{scheme, host}]; ok {
		return h
	}
	h := r.r.public.Host(scheme, host)
	if len(r.hosts) < maxHosts && len(host) < memoKeyBytes && len(scheme) < memoKeyBytes {
		r.hosts[schemeAndHost{strings.Clone(scheme), strings.Clone(host)}] = h
	}
	return h
}

// isDocument tells whether an entry is one of the address bar: what the
// exporter says, else a page or a redirect.
func isDocument(e *transcript.Entry) bool {
	if e.ResourceType != "" || e.Response == nil {
		return e.ResourceType == "document"
	}
	s := e.Response.Status
	return s >= 300 && s < 400 || strings.HasPrefix(e.Response.BodyMIME, "text/html")
}

// site is site with the memory of the redactor.
func (r *run) site(host string) string {
	seen, known := r.r.memo.find("site", host)
	if !known {
		seen.text = strings.Clone(site(host))
	}
	return seen.text
}

// site is the registrable part of a host name: two labels, or three where the
// last but one is a common second level under a country's domain. A full suffix
// list is not worth its size here; the fact is a hint for the reader.
func site(host string) string {
	if isIP(host) {
		return host
	}
	labels := strings.Split(host, ".")
	n := 2
	if k := len(labels); k > 2 && len(labels[k-1]) == 2 {
		if _, ok := secondLevels[labels[k-2]]; ok {
			n = 3
		}
	}
	if len(labels) <= n {
		return host
	}
	return strings.Join(labels[len(labels)-n:], ".")
}

var secondLevels = wordSet("co com net org gov gob ac edu ne or go")

// requestFacts collects what must be computed from a request's clear parameters.
type requestFacts struct {
	inForm bool
	pii    [2]bool // in the URL, in the form
	double int     // parameters that are encoded once more
	params map[string]seenParam
}

// seenParam is a parameter's first value and how often its name occurred.
type seenParam struct {
	value string
	times int
}

// reset forgets the last request.
func (f *requestFacts) reset() {
	if f.params == nil {
		f.params = map[string]seenParam{}
	}
	clear(f.params)
	f.inForm, f.pii, f.double = false, [2]bool{}, 0
}

// param gives the first value of a parameter.
func (f *requestFacts) param(name string) string { return f.params[name].value }

// observe sees each clear parameter of URL and form; nested are those of an
// address inside another parameter.
func (f *requestFacts) observe(name, value string, nested bool) {
	where := 0
	if f.inForm {
		where = 1
	}
	once := value
	if strings.IndexByte(value, '%') >= 0 {
		once = decode(value, false)
	}
	f.pii[where] = f.pii[where] || hasPII(value) || len(once) != len(value) && hasPII(once)
	if !nested && len(once) != len(value) && !strings.Contains(value, "://") { // an address has encoded parameters of its own
		f.double++
	}
	if nested || len(f.params) >= maxQueryFields {
		return
	}
	p := f.params[name]
	if p.times++; p.times == 1 && !isCut(value) { // of a part no fact is computed
		p.value = value
	}
	f.params[name] = p
}

// urlDone ends the URL's part.
func (f *requestFacts) urlDone(raw string) {
	base, _, _ := strings.Cut(raw, "?")
	u := cutURL(base)
	f.pii[0] = f.pii[0] || hasPII(decode(u.path, false)) || u.userinfo != ""
	f.inForm = true
}

// done sets the facts of the request.
func (f *requestFacts) done(r *run) {
	if r.again {
		return
	}
	if f.pii[0] {
		r.setFact(transcript.FactPII, true)
	}
	if f.pii[1] {
		r.setFact(transcript.FactUnknownPII, true)
	}
	duplicates := 0
	for _, p := range f.params {
		if p.times > 1 {
			duplicates++
		}
	}
	if duplicates > 0 {
		r.setFact(transcript.FactDuplicateParam, duplicates)
	}
	if f.double > 0 {
		r.setFact(transcript.FactDoubleEncoded, f.double)
	}
	if relay := f.param("RelayState"); relay != "" {
		r.setFact(transcript.FactRelayBytes, len(relay))
	}
	r.flow.code.note(f.param("code"))
	if verifier := f.param("code_verifier"); verifier != "" && r.flow.challenges.any() {
		r.setFact(transcript.FactPKCE, r.flow.challenges.has(s256(verifier)))
	}
	if token := f.param("id_token"); token != "" {
		r.idTokenFacts(idTokenIn{token: token, access: f.param("access_token"), code: f.param("code")})
	}
	if f.param("client_id") != "" && f.param("response_type") != "" {
		f.authorization(r)
	}
}

// authorization sets the facts of an authorization request.
func (f *requestFacts) authorization(r *run) {
	if cfg := r.r.public.cfg; cfg != nil {
		if cfg.Client.ID != "" {
			r.setFact(transcript.FactClientRegistered, f.param("client_id") == cfg.Client.ID)
		}
		if u := f.param("redirect_uri"); u != "" && len(cfg.RedirectURIs) > 0 {
			registered := false
			for _, known := range cfg.RedirectURIs {
				registered = registered || known == u
			}
			r.setFact(transcript.FactRedirectRegistered, registered)
		}
	}
	if u := f.param("redirect_uri"); u != "" {
		redirectFacts(r, u)
	}
	if state := f.param("state"); state != "" {
		r.setFact(transcript.FactStateChars, len(state))
		r.setFact(transcript.FactStateBits, roomBits(state))
		r.setFact(transcript.FactStateData, carriesData(state))
	}
	r.flow.nonces.note(f.param("nonce"))
	r.flow.challenges.note(f.param("code_challenge"))
	if nonce := f.param("nonce"); nonce != "" {
		r.setFact(transcript.FactNonceChars, len(nonce))
	}
	if challenge := f.param("code_challenge"); challenge != "" {
		r.setFact(transcript.FactChallengeForm, len(challenge) == 43 && isBase64URL(challenge))
	}
}

func redirectFacts(r *run, raw string) {
	u := cutURL(raw)
	name, _ := splitPort(u.host)
	r.setFact(transcript.FactRedirectQuery, u.hasQuery)
	r.setFact(transcript.FactRedirectFragment, u.hasFragment)
	r.setFact(transcript.FactRedirectWildcard, strings.Contains(raw, "*"))
	r.setFact(transcript.FactRedirectIP, isIP(name) || name == "localhost" || strings.HasSuffix(name, ".localhost"))
}

// carriesData tells whether a state decodes to JSON, a URL or an e-mail address.
func carriesData(state string) bool {
	texts := []string{state, decode(state, false)}
	if b, ok := decodeBase64(state); ok {
		texts = append(texts, string(b))
	}
	for _, t := range texts {
		t = strings.TrimSpace(t)
		if strings.HasPrefix(t, "{") && json.Valid([]byte(t)) || strings.Contains(t, "://") || hasEmail(t) {
			return true
		}
	}
	return false
}

func isBase64URL(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// maxErrorTexts bounds the error texts of a capture that pages are searched for.
const maxErrorTexts = 8

// rememberErrorText keeps an error text of this capture, so that a later page
// can be searched for it. It lives as long as the run.
func (r *run) rememberErrorText(text string) {
	if folded := appendFolded(nil, []byte(text)); len(folded) >= 8 && len(folded) < 2000 && len(r.errorTexts) < maxErrorTexts {
		r.errorTexts = append(r.errorTexts, folded)
	}
}
