package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Keeper copies of the entries of one capture, given in their order, what rules
// read, so that a capture of thousands of entries is judged in the memory of its
// sign-ins.
type Keeper struct {
	BackChannel bool // a server recorded its own calls, of which all is kept
	answered    bool // the page at hand has a code or token in its address
}

// Keep copies of the next entry what rules read. ok is false for what a page
// fetched by itself and no rule reads; see Resource. The copy does not lean on
// the entry's memory. Judging what is kept, with KeepLast of the capture's last
// entry, gives the findings of the whole.
func (k *Keeper) Keep(e *transcript.Entry) (kept transcript.Entry, ok bool) {
	main := mainFrame(e)
	if main {
		k.answered = answersInAddress(e)
	}
	if !k.BackChannel && !main && !matters(e) && !(k.answered && foreign(e)) {
		return kept, false
	}
	kept = keepLight(e)
	if !k.BackChannel && !main && !ofASignIn(e) {
		return kept, true
	}
	kept.PageRef = strings.Clone(e.PageRef)
	kept.Request.Headers = ownFields(e.Request.Headers, judgedHeaders)
	kept.Request.Cookies = ownCookies(e.Request.Cookies)
	kept.Request.BodyMIME, kept.Request.BodyText = strings.Clone(e.Request.BodyMIME), strings.Clone(e.Request.BodyText)
	if p := e.Response; p != nil {
		kept.Response.Headers, kept.Response.Cookies = ownFields(p.Headers, judgedHeaders), ownCookies(p.Cookies)
		if len(kept.Response.Headers) == 0 && len(p.Headers) > 0 { // as of requests; see keepLight
			kept.Response.Headers = ownFields(p.Headers[:1], nil)
		}
		kept.Response.BodyMIME, kept.Response.BodyText = strings.Clone(p.BodyMIME), strings.Clone(p.BodyText)
	}
	return kept, true
}

// answersInAddress tells whether the address of an entry holds what only the
// answer to a sign-in brings.
func answersInAddress(e *transcript.Entry) bool {
	return slices.ContainsFunc(append(slices.Clone(e.Request.Query), e.Request.Fragment...), func(f transcript.Field) bool {
		return f.Value != "" && (f.Name == "code" || f.Name == "access_token" || f.Name == "id_token")
	})
}

// foreign tells whether an entry is on a host of nobody who takes part in the sign-in, as far as the redactor knew.
func foreign(e *transcript.Entry) bool {
	switch e.Facts.Code(transcript.FactHostRole) {
	case "partner", "provider":
		return false
	}
	return true
}

// ofASignIn tells whether an entry may be a hop of a sign-in whose headers and
// cookies are judged: it is on a host of the partner's, the provider's or the
// machine's, or carries what the protocol does.
func ofASignIn(e *transcript.Entry) bool {
	switch e.Facts.Code(transcript.FactHostRole) {
	case "undeclared", "third_party":
	default:
		return true
	}
	if speaksOfTokens(e) {
		return true
	}
	q := &e.Request
	for _, fields := range [][]transcript.Field{q.Query, q.Form, q.Fragment} {
		if slices.ContainsFunc(fields, func(f transcript.Field) bool { return f.Value != "" && protocolNames[f.Name] }) {
			return true
		}
	}
	return header(q.Headers, "Authorization") != ""
}

// KeepLast copies the last entry of a capture: rules ask whether anything came
// after a page.
func KeepLast(e *transcript.Entry) transcript.Entry { return keepLight(e) }

// Resource is what a page fetched by itself, of which nothing is kept but where
// it is drawn.
type Resource struct {
	Index        int
	Scheme, Host string
	HostRole     string // the fact host_role
}

// matters tells whether rules read what a page fetched by itself: it carries
// values of a sign-in or credentials, was found to hold some, or answers with
// data, or data that is cut off.
func matters(e *transcript.Entry) bool {
	q := &e.Request
	if e.Response != nil && e.Response.BodyText != "" || speaksOfTokens(e) {
		return true
	}
	for _, fields := range [][]transcript.Field{q.Query, q.Form, q.Fragment, queryOf(header(q.Headers, "Referer"))} {
		if slices.ContainsFunc(fields, carries) {
			return true
		}
	}
	secret, _ := e.Facts.Bool(transcript.FactSecretInPage)
	token, _ := e.Facts.Bool(transcript.FactTokenInPage)
	trace, _ := e.Facts.Bool(transcript.FactStackTrace)
	cut, _ := e.Facts.Bool(transcript.FactTruncatedBody)
	cut = cut && e.Facts.Code(transcript.FactBodyKind) == "json"
	number, _ := e.Facts.Bool(transcript.FactSSN)
	sent, _ := e.Facts.Bool(transcript.FactAttributeSent)
	return secret || token || trace || cut || number || sent || header(q.Headers, "Authorization") != ""
}

// carries tells whether a parameter has a name of the protocol or a value that
// compares.
func carries(f transcript.Field) bool {
	if f.Value == "" {
		return false
	}
	if protocolNames[f.Name] {
		return true
	}
	return slices.ContainsFunc(transcript.Pieces(f.Value), func(v transcript.Value) bool {
		return v.Kind == transcript.Pseudonym || v.Kind == transcript.Ordinal
	})
}

// protocolNames are names of parameters that only a sign-in sends.
var protocolNames = map[string]bool{
	"access_token": true, "id_token": true, "refresh_token": true, "code": true, "state": true, "client_secret": true,
	"client_assertion": true, "code_verifier": true, "SAMLRequest": true, "SAMLResponse": true, "SAMLart": true, "RelayState": true,
	"error": true, "response_type": true, "grant_type": true,
}

// judgedHeaders are the headers that rules read or are to read.
var judgedHeaders = []string{
	"Accept", "Authorization", "Cache-Control", "Content-Security-Policy", "Content-Type", "Location", "Origin", "Pragma", "Referer",
	"Referrer-Policy", "Refresh", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "Set-Cookie",
	"Strict-Transport-Security", "WWW-Authenticate", "X-Frame-Options",
}

// lightHeaders are the headers that rules read of any request.
var lightHeaders = []string{"Referer", "Authorization", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Accept"}

// keepLight copies what rules read of any entry.
func keepLight(e *transcript.Entry) transcript.Entry {
	q := &e.Request
	out := transcript.Entry{
		Index: e.Index, StartedAt: e.StartedAt, TimeMS: e.TimeMS, Failed: e.Failed,
		ResourceType: strings.Clone(e.ResourceType), Facts: transcript.Facts{},
		Request: transcript.Request{
			Method: strings.Clone(q.Method), URL: strings.Clone(q.URL), BodySize: q.BodySize,
			Query: ownFields(q.Query, nil), Form: ownFields(q.Form, nil), Fragment: ownFields(q.Fragment, nil),
			Headers: ownFields(q.Headers, lightHeaders),
		},
	}
	if len(out.Request.Headers) == 0 && len(q.Headers) > 0 { // that there were headers is read too
		out.Request.Headers = ownFields(q.Headers[:1], nil)
	}
	if p := e.Response; p != nil {
		out.Response = &transcript.Response{Status: p.Status, RedirectURL: strings.Clone(p.RedirectURL), BodySize: p.BodySize}
	}
	for name, v := range e.Facts {
		out.Facts[name] = v
	}
	return out
}

// ownFields copies the fields, or those with one of the names, into memory of their own.
func ownFields(fields []transcript.Field, names []string) []transcript.Field {
	var out []transcript.Field
	for _, f := range fields {
		if names == nil || slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, f.Name) }) {
			out = append(out, transcript.Field{Name: strings.Clone(f.Name), Value: strings.Clone(f.Value)})
		}
	}
	return out
}

func ownCookies(cookies []transcript.Cookie) []transcript.Cookie {
	out := slices.Clone(cookies)
	for i := range out {
		for _, s := range []*string{&out[i].Name, &out[i].Value, &out[i].Path, &out[i].Domain, &out[i].SameSite, &out[i].Expires} {
			*s = strings.Clone(*s)
		}
	}
	return out
}
