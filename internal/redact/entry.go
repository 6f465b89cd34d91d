package redact

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// run is the redaction of one capture. Its memory is used again for each entry.
type run struct {
	r      *Redactor
	values *pseudonyms
	report tally

	pageRefs   map[string]int
	errorTexts [][]byte // error texts of this capture, folded; see rememberErrorText
	document   string   // clear host of the last document
	hosts      map[schemeAndHost]integration.Host

	// Of the entry at hand.
	again     bool // it was redacted before
	started   time.Time
	facts     transcript.Facts
	saml      int          // SAML messages that may still be decoded
	seen      requestFacts // of the request's clear parameters ...
	observing bool         // ... while they are the request's own
	out       transcript.Entry
	response  transcript.Response
	cookies   messageCookies
	page      pageScan

	// Room for what is put together.
	texts         capture.Texts
	line, scratch []byte
	header        []byte
	nested        [maxURLDepth + 1]struct{ query, fragment []transcript.Field }
	skeleton      skeleton
}

func (r *Redactor) newRun() *run {
	return &run{
		r: r, values: newPseudonyms(r.opts.Key, r.memo), pageRefs: map[string]int{},
		facts: transcript.Facts{}, hosts: map[schemeAndHost]integration.Host{},
	}
}

// setFact notes a computed fact. A second pass computes none: the clear values are gone.
func (r *run) setFact(name transcript.Fact, v any) {
	if r.again {
		return
	}
	if v, ok := transcript.CheckFact(name, v); ok {
		r.facts[name] = v
	}
}

// setOwnFact notes a fact about a parameter where it is the entry's own: in its
// URL, its form or the body of its response, not in a Referer or a Location.
func (r *run) setOwnFact(name transcript.Fact, v any, place string) {
	if r.observing || place == "response.body" {
		r.setFact(name, v)
	}
}

// entry redacts one entry; what it gives is valid until the next.
func (r *run) entry(e *capture.Entry) *transcript.Entry {
	r.again = e.Facts != nil
	if r.again {
		r.report.again++
	}
	clear(r.facts)
	r.saml = maxSAMLMessages
	r.started = instantOf(e.StartedAt)
	out := &r.out
	*out = transcript.Entry{
		Index: r.report.entries, PageRef: r.pageRef(e.PageRef), Facts: r.facts,
		StartedAt: r.started, TimeMS: r.duration(e),
		Request: transcript.Request{
			Headers: out.Request.Headers[:0], Cookies: out.Request.Cookies[:0], Query: out.Request.Query[:0], Form: out.Request.Form[:0],
		},
	}
	if !r.again { // a second pass has both from its facts
		out.ResourceType, out.Failed = resourceType(e.ResourceType), e.Failed
	}
	r.report.entries++
	r.vendorFields(e)
	r.hostFacts(e, out.ResourceType)
	r.redactRequest(&e.Request)
	if e.Response != nil {
		r.redactResponse(e.Response)
		// Without a status and headers, the file's reader takes it for none.
		if r.response.Status != 0 || len(r.response.Headers) > 0 {
			out.Response = &r.response
		}
	}
	for name, raw := range e.Facts {
		v, ok := transcript.CheckFact(transcript.Fact(name), raw)
		switch {
		case !ok:
			r.report.add("F1", "entry.facts")
		case name == string(transcript.FactFailed):
			out.Failed = v.(bool)
		case name == string(transcript.FactResourceType):
			out.ResourceType = v.(string)
		default:
			r.facts[transcript.Fact(name)] = v
		}
	}
	return out
}

// instantOf gives a time as a transcript holds it, the zero time for one that
// the format cannot express.
func instantOf(t time.Time) time.Time {
	if t = t.UTC(); t.Unix() <= 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.Truncate(time.Millisecond)
}

// vendorFields counts what the exporter added and no transcript holds.
func (r *run) vendorFields(e *capture.Entry) {
	if e.Comment != "" {
		r.report.add("V1", "entry.comment")
	}
	if e.InitiatorURL != "" {
		r.report.add("V1", "entry.initiator")
	}
	for range e.WebSocketMessages {
		r.report.add("W1", "entry.websocket")
	}
	for range e.EventMessages {
		r.report.add("W1", "entry.events")
	}
	if e.Response != nil && e.Response.StatusText != "" && !r.again {
		r.report.add("V1", "response.status_text")
	}
}

// maxTimeMS bounds a duration: an hour, rule N1.
const maxTimeMS = 3_600_000

func (r *run) duration(e *capture.Entry) int {
	t := e.Timings
	ms := e.TimeMS
	if ms <= 0 && t.Send < 0 && t.Wait < 0 && t.Receive < 0 {
		return -1
	}
	if ms < 0 {
		ms = 0
		for _, part := range []float64{t.Blocked, t.DNS, t.Connect, t.Send, t.Wait, t.Receive} {
			ms += max(part, 0)
		}
	}
	if !(ms <= maxTimeMS) {
		r.report.add("N1", "entry.time")
		return maxTimeMS
	}
	return int(ms + 0.5)
}

func resourceType(t string) string {
	t = strings.ToLower(t)
	if t == "" {
		return ""
	}
	if _, ok := transcript.CheckFact(transcript.FactResourceType, t); ok {
		return t
	}
	return "other"
}

// maxPages bounds the pages of a transcript.
const maxPages = transcript.MaxPages

// pageRef renumbers page ids in order of first appearance.
func (r *run) pageRef(id string) string {
	if id == "" {
		return ""
	}
	n, ok := r.pageRefs[id]
	if !ok {
		if len(r.pageRefs) == maxPages {
			return ""
		}
		n = len(r.pageRefs) + 1
		r.pageRefs[strings.Clone(id)] = n
	}
	r.scratch = strconv.AppendInt(append(r.scratch[:0], "page_"...), int64(n), 10)
	return r.texts.Keep(r.scratch)
}

// pages gives the pages that entries name, in their order, with declared titles only.
func (r *run) pages(raw []capture.Page) []transcript.Page {
	out := make([]transcript.Page, len(r.pageRefs))
	for id, n := range r.pageRefs {
		out[n-1].ID = r.pageRef(id)
	}
	for _, p := range raw {
		n, ok := r.pageRefs[p.ID]
		if !ok {
			continue
		}
		out[n-1].StartedAt = instantOf(p.StartedAt)
		switch title := strings.TrimSpace(p.Title); {
		case title == "" || title == "~text" || r.r.public.titles[title]:
			out[n-1].Title = title
		default:
			out[n-1].Title = "~text"
			r.r.opts.Hidden.note(hiddenTitles, title)
			r.report.add("V1", "page.title")
		}
	}
	return out
}

func (r *run) redactRequest(q *capture.Request) {
	out := &r.out.Request
	out.Method, out.HTTPVersion, out.BodySize = r.word(q.Method, methods, "request.method"), r.version(q.HTTPVersion), -1
	r.seen.reset()
	r.observing = true
	r.requestURL(q.URL, out)
	r.seen.urlDone(q.URL)
	r.observing = false
	r.cookies.reset()
	out.Headers = r.headers(out.Headers, q.Headers, "request.header")
	out.Cookies = r.requestCookies(out.Cookies, q)
	if q.Body != nil {
		r.observing = true
		r.requestBody(q.Body, out)
		r.observing = false
	}
	size := q.BodySize
	if !r.again { // a skeleton's length is not the body's
		size = max(size, bodySize(q.Body))
	}
	if size >= 0 {
		out.BodySize = threeDigits(size)
	}
	r.seen.done(r)
}

// requestURL redacts the URL of a request and keeps its parameters apart.
func (r *run) requestURL(u string, out *transcript.Request) {
	const place = "request.url"
	base, fragment, hasFragment := strings.Cut(u, "#")
	address, query, hasQuery := strings.Cut(base, "?")
	address = r.url(address, place, 0)
	if strings.HasPrefix(address, "~") { // opaque, or a redacted value where the address was
		address = opaqueURL
	}
	if hasQuery {
		out.Query = r.query(out.Query, query, place, 0)
	}
	text := ""
	if hasFragment {
		text = r.fragment(fragment, "request.fragment", 0)
		if strings.Contains(text, "=") {
			out.Fragment = transcript.SplitQuery(text)
		}
	}
	if hasQuery || hasFragment {
		b := append(r.line[:0], address...)
		if hasQuery {
			b = appendQuery(append(b, '?'), out.Query)
		}
		if hasFragment {
			b = append(append(b, '#'), text...)
		}
		r.line = b
		address = r.texts.Keep(b)
	}
	out.URL = absolute(address)
}

// opaqueURL stands for a request whose address is of no kind that is kept.
const opaqueURL = "data:~opaque"

// absolute makes a redacted address the absolute URI that HAR asks for; of a
// request without a host nothing but that is known.
func absolute(u string) string {
	switch {
	case u == "":
		return "about:blank"
	case strings.HasPrefix(u, "//"):
		return "https:" + u
	case strings.IndexAny(u, ":/?#") > 0 && u[strings.IndexAny(u, ":/?#")] == ':':
		return u
	case u[0] == '/' || u[0] == '?' || u[0] == '#':
		return "https://host-0.invalid" + u
	}
	return "https://host-0.invalid/" + u
}

func (r *run) redactResponse(p *capture.Response) {
	out := &r.response
	*out = transcript.Response{
		Status: clampStatus(p.Status), HTTPVersion: r.version(p.HTTPVersion),
		Headers: out.Headers[:0], Cookies: out.Cookies[:0],
	}
	r.cookies.reset()
	out.Headers = r.headers(out.Headers, p.Headers, "response.header")
	out.Cookies = r.responseCookies(out.Cookies, p)
	location := p.RedirectURL
	if h := header(p.Headers, "location"); h != "" {
		location = h
	}
	out.RedirectURL = r.url(strings.TrimSpace(location), "response.redirect", 0)
	size := p.BodySize
	if !r.again {
		size = bodySize(p.Body)
	}
	out.BodySize = threeDigits(max(size, 0))
	if p.Body != nil {
		r.responseBody(p, out)
	}
}

func bodySize(b *capture.Body) int64 {
	if b == nil {
		return 0
	}
	return max(b.Size, int64(len(b.Text)))
}

func clampStatus(n int) int {
	if n < 0 || n > 999 {
		return 0
	}
	return n
}

// threeDigits rounds a size down to three significant digits, rule N1.
func threeDigits(n int64) int {
	unit := int64(1)
	for n/unit >= 1000 {
		unit *= 10
	}
	return int(n / unit * unit)
}

func (r *run) word(s string, list map[string]struct{}, place string) string {
	if s == "" || s == "~str" || isWord(list, s) {
		return s
	}
	r.report.add("H1", place)
	return "~str"
}

func (r *run) version(s string) string {
	if isWord(versions, s) {
		return s
	}
	return ""
}

func header(fields []capture.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// s256 is the code challenge of a verifier, RFC 7636 4.2.
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
