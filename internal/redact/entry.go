package redact

import (
	"maps"
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
	same   *sameLines
	values *pseudonyms
	report tally

	pageRefs   map[valueKey]int
	errorTexts [][]byte // error texts of this capture, folded; see rememberErrorText
	markups    [][]byte // markup that errors of this capture carry; see noteMarkup
	document   string   // clear host of the last document
	hosts      map[schemeAndHost]integration.Host
	witness    witness
	flow       flowMemory
	inflated   int // bytes that came out of deflated SAML messages

	// Of the entry at hand.
	again              bool // it was redacted before: it has facts, in a file that begins as ours do, or is a back-channel line
	started            time.Time
	entryHost, address string // of the request, in clear
	facts              transcript.Facts
	saml               int          // SAML messages that may still be decoded
	seen               requestFacts // of the request's clear parameters ...
	observing          bool         // ... while they are the request's own
	toOthers           bool         // its host is of nobody who takes part in the sign-in
	fromProvider       bool         // its host is the provider's
	withToken          bool         // the request sends an access token
	noted              int          // values of attributes that it brought
	uncounted          bool         // the value at hand is made of one that was counted, see keep
	out                transcript.Entry
	response           transcript.Response
	cookies            messageCookies
	page               pageScan

	// Room for what is put together.
	texts         capture.Texts
	line, scratch []byte
	header        []byte
	nested        [maxURLDepth + 1]struct{ query, fragment []transcript.Field }
	skeleton      skeleton
}

func (r *Redactor) newRun(same *sameLines) *run {
	return &run{
		r: r, same: same, values: newPseudonyms(r.opts.Key, r.memo), pageRefs: map[valueKey]int{},
		facts: transcript.Facts{}, hosts: map[schemeAndHost]integration.Host{}, witness: witness{public: r.public},
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
	r.again = e.AtSource || e.Facts != nil && r.same.isOurs()
	r.values.again = r.again
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
	r.report.at = r.report.entries
	r.report.entries++
	r.markCut(e)
	if e.Facts != nil && !r.again { // by hand, or of another program
		r.report.add("F1", "entry.facts")
		e.Facts = nil
	}
	r.vendorFields(e)
	host := r.hostFacts(e)
	r.address = addressOf(e.Request.URL)
	r.streamFacts(e)
	r.noted = 0
	r.redactRequest(&e.Request)
	r.withToken = r.seen.param("access_token") != "" || isBearer(header(e.Request.Headers, "authorization"))
	if e.Response != nil {
		var asked transcript.Facts
		if e.Response.Status == 0 {
			asked = maps.Clone(r.facts)
		}
		r.redactResponse(e.Response)
		// Without a status and headers, the file's reader takes it for none, and
		// what its body says belongs to nothing.
		if r.response.Status != 0 || len(r.response.Headers) > 0 {
			out.Response = &r.response
		} else {
			clear(r.facts)
			maps.Copy(r.facts, asked)
		}
	}
	if e.AtSource {
		r.atSource(e, out)
	}
	r.carriedFacts(e, out)
	r.keptBody(e, out)
	if r.witness.look(out, r.again) {
		r.document = strings.Clone(host) // empty where it is not known in clear
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
	k := r.values.key(id)
	n, ok := r.pageRefs[k]
	if !ok {
		if len(r.pageRefs) == maxPages {
			return ""
		}
		n = len(r.pageRefs) + 1
		r.pageRefs[k.clone()] = n
	}
	return r.pageID(n)
}

func (r *run) pageID(n int) string {
	r.scratch = strconv.AppendInt(append(r.scratch[:0], "page_"...), int64(n), 10)
	return r.texts.Keep(r.scratch)
}

// pages gives the pages that entries name, in their order, with declared titles only.
func (r *run) pages(raw []capture.Page) []transcript.Page {
	r.report.at = -1
	out := make([]transcript.Page, len(r.pageRefs))
	for i := range out {
		out[i].ID = r.pageID(i + 1)
	}
	for _, p := range raw {
		n, ok := r.pageRefs[r.values.key(p.ID)]
		if !ok {
			continue
		}
		out[n-1].StartedAt = instantOf(p.StartedAt)
		switch title := strings.TrimSpace(p.Title); {
		case title == "" || r.r.public.titles[title]:
			out[n-1].Title = title
		case title == "~text":
			out[n-1].Title = title
			r.keep("V1", "page.title")
		default:
			out[n-1].Title = "~text"
			r.r.opts.Hidden.note(hiddenTitles, title)
			r.report.add("V1", "page.title")
		}
	}
	return out
}
