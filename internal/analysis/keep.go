package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Keep copies of an entry what rules read, so that a capture of thousands of
// entries is judged in the memory of its sign-ins. ok is false for a resource
// of a page (a picture, font, style or script) of which no rule reads anything;
// see Resource. The copy does not lean on the entry's memory. Judging what is
// kept, with KeepLast of the capture's last entry, gives the findings of the whole.
func Keep(e *transcript.Entry) (kept transcript.Entry, ok bool) {
	if isPageResource(e) {
		if !matters(e) {
			return kept, false
		}
		return keepResource(e), true
	}
	kept = keepResource(e)
	for name, v := range e.Facts {
		kept.Facts[name] = v
	}
	if !ofASignIn(e) {
		return kept, true
	}
	kept.PageRef = strings.Clone(e.PageRef)
	kept.Request.Headers = ownFields(e.Request.Headers, judgedHeaders)
	kept.Request.Cookies = ownCookies(e.Request.Cookies)
	kept.Request.BodyMIME, kept.Request.BodyText = strings.Clone(e.Request.BodyMIME), strings.Clone(e.Request.BodyText)
	if p := e.Response; p != nil {
		kept.Response.Headers, kept.Response.Cookies = ownFields(p.Headers, judgedHeaders), ownCookies(p.Cookies)
		kept.Response.BodyMIME, kept.Response.BodyText = strings.Clone(p.BodyMIME), strings.Clone(p.BodyText)
	}
	return kept, true
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
func KeepLast(e *transcript.Entry) transcript.Entry { return keepResource(e) }

// Resource is a page's resource of which Keep keeps nothing but where it is drawn.
type Resource struct {
	Index        int
	Scheme, Host string
	HostRole     string // the fact host_role
}

// matters tells whether rules read a page's resource: it carries values of a
// sign-in, credentials, or was found to hold some.
func matters(e *transcript.Entry) bool {
	q := &e.Request
	for _, fields := range [][]transcript.Field{q.Query, q.Form, q.Fragment, queryOf(header(q.Headers, "Referer"))} {
		if slices.ContainsFunc(fields, carries) {
			return true
		}
	}
	secret, _ := e.Facts.Bool(transcript.FactSecretInPage)
	token, _ := e.Facts.Bool(transcript.FactTokenInPage)
	return secret || token || header(q.Headers, "Authorization") != ""
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

// isPageResource tells whether an entry was fetched by a page for its own looks
// and doings, as the exporter or its body says.
func isPageResource(e *transcript.Entry) bool {
	if mainFrame(e) || e.Response != nil && e.Response.BodyText != "" {
		return false
	}
	switch e.ResourceType {
	case "script", "stylesheet", "image", "font", "media", "manifest":
		return true
	case "":
	default:
		return false
	}
	switch e.Facts.Code(transcript.FactBodyKind) {
	case "script", "style", "image", "font":
		return true
	}
	return false
}

// resourceHeaders are the headers of a resource's request that rules read.
var resourceHeaders = []string{"Referer", "Authorization", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Accept"}

// resourceFacts are the facts of a resource that rules read.
var resourceFacts = []transcript.Fact{
	transcript.FactHostRole, transcript.FactBodyKind, transcript.FactSecretInPage, transcript.FactTokenInPage, transcript.FactTruncatedBody,
}

// keepResource copies what rules read of any entry.
func keepResource(e *transcript.Entry) transcript.Entry {
	q := &e.Request
	out := transcript.Entry{
		Index: e.Index, StartedAt: e.StartedAt, TimeMS: e.TimeMS, Failed: e.Failed,
		ResourceType: strings.Clone(e.ResourceType), Facts: transcript.Facts{},
		Request: transcript.Request{
			Method: strings.Clone(q.Method), URL: strings.Clone(q.URL), BodySize: q.BodySize,
			Query: ownFields(q.Query, nil), Form: ownFields(q.Form, nil), Fragment: ownFields(q.Fragment, nil),
			Headers: ownFields(q.Headers, resourceHeaders),
		},
	}
	if len(out.Request.Headers) == 0 && len(q.Headers) > 0 { // that there were headers is read too
		out.Request.Headers = ownFields(q.Headers[:1], nil)
	}
	if p := e.Response; p != nil {
		out.Response = &transcript.Response{Status: p.Status, RedirectURL: strings.Clone(p.RedirectURL), BodySize: p.BodySize}
	}
	for _, name := range resourceFacts {
		if v, known := e.Facts[name]; known {
			out.Facts[name] = v
		}
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
