package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Keep copies an entry for judging: whole, less of what no rule reads where it
// is only a resource of a page (a picture, font, style or script). A run of
// thousands of entries is judged in the memory of its sign-ins. The copy does
// not lean on the entry's memory, and judging it gives the same findings.
func Keep(e *transcript.Entry) transcript.Entry {
	if isPageResource(e) {
		return keepResource(e)
	}
	out := *e
	out.Request.Headers, out.Request.Cookies = slices.Clone(e.Request.Headers), slices.Clone(e.Request.Cookies)
	out.Request.Query, out.Request.Form = slices.Clone(e.Request.Query), slices.Clone(e.Request.Form)
	out.Request.Fragment = slices.Clone(e.Request.Fragment)
	if e.Response != nil {
		p := *e.Response
		p.Headers, p.Cookies = slices.Clone(p.Headers), slices.Clone(p.Cookies)
		out.Response = &p
	}
	out.Facts = transcript.Facts{}
	for name, v := range e.Facts {
		out.Facts[name] = v
	}
	return out
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
