package provider

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer is what the provider is about to send.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// spoiler changes what goes in or comes out of a provider that is otherwise right.
type spoiler struct {
	ask    func(query url.Values)                         // of an authorization request
	back   func(query url.Values)                         // of the answer that goes to the redirect URI
	tokens func(header http.Header, body map[string]any)  // of the token response
	id     func(header, claims map[string]any) (sig bool) // of the id_token; false: without its signature
}

// faults are those that the provider commits.
var faults = map[string]spoiler{
	"state-changed":          {back: func(q url.Values) { q.Set("state", reversed(q.Get("state"))) }},
	"state-dropped":          {back: func(q url.Values) { q.Del("state") }},
	"issuer-missing":         {back: func(q url.Values) { q.Del("iss") }},
	"issuer-of-another":      {back: func(q url.Values) { q.Set("iss", q.Get("iss")+"/other") }},
	"nonce-of-another":       {ask: func(q url.Values) { q.Set("nonce", reversed(q.Get("nonce"))) }},
	"token-response-cached":  {tokens: func(h http.Header, _ map[string]any) { h.Del("Cache-Control"); h.Del("Pragma") }},
	"token-type-missing":     {tokens: func(_ http.Header, b map[string]any) { delete(b, "token_type") }},
	"id-token-unsigned":      {id: func(h, _ map[string]any) bool { h["alg"] = "none"; return false }},
	"id-token-shared-secret": {id: func(h, _ map[string]any) bool { h["alg"] = "HS256"; return true }},
	"id-token-for-another":   {id: func(_, c map[string]any) bool { c["aud"] = "another-client"; return true }},
	"id-token-of-another":    {id: func(_, c map[string]any) bool { c["iss"] = "https://other.example"; return true }},
	"id-token-expired": {id: func(_, c map[string]any) bool {
		c["iat"], c["exp"] = float64(time.Now().Unix()-20), float64(time.Now().Unix()-10)
		return true
	}},
	"id-token-hash": {id: func(_, c map[string]any) bool {
		c["at_hash"] = base64.RawURLEncoding.EncodeToString(make([]byte, 16))
		return true
	}},
}

// Faults names the faults that a provider can be told to commit.
func Faults() []string { return slices.Sorted(maps.Keys(faults)) }

// Spoil lets a provider commit a fault towards one redirect URI; without a fault
// of its own it gives the provider back.
func Spoil(h http.Handler, fault, redirectURI string) http.Handler {
	how, found := faults[fault]
	if !found {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); how.ask != nil && q.Get("response_type") != "" {
			how.ask(q)
			r.URL.RawQuery = q.Encode()
			r.RequestURI = r.URL.RequestURI()
		}
		a := &answer{status: http.StatusOK, header: http.Header{}}
		h.ServeHTTP(a, r)
		how.spoil(a, redirectURI)
		maps.Copy(w.Header(), a.header)
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body.Bytes()) // a browser that has gone needs no answer
	})
}

func (s spoiler) spoil(a *answer, redirectURI string) {
	if target, query, ok := strings.Cut(a.header.Get("Location"), "?"); ok && target == redirectURI && s.back != nil {
		if q, err := url.ParseQuery(query); err == nil {
			s.back(q)
			a.header.Set("Location", target+"?"+q.Encode())
		}
	}
	var body map[string]any
	if json.Unmarshal(a.body.Bytes(), &body) != nil || body["access_token"] == nil {
		return
	}
	if s.tokens != nil {
		s.tokens(a.header, body)
	}
	if token, ok := body["id_token"].(string); ok && s.id != nil {
		body["id_token"] = rewritten(token, s.id)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return
	}
	a.body.Reset()
	a.body.Write(text)
	a.header.Set("Content-Length", strconv.Itoa(len(text)))
}

// rewritten changes a token; its signature then fits no more.
func rewritten(token string, change func(header, claims map[string]any) bool) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return token
	}
	var both [2]map[string]any
	for i := range both {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, &both[i]) != nil {
			return token
		}
	}
	if !change(both[0], both[1]) {
		parts[2] = ""
	}
	for i := range both {
		text, err := json.Marshal(both[i])
		if err != nil {
			return token
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(text)
	}
	return strings.Join(parts, ".")
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
