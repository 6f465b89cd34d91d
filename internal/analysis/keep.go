package analysis

import (
	"maps"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Keeper copies of the entries of one capture, given in their order, what rules
// read, so that a capture of thousands of entries is judged in the memory of its
// sign-ins.
type Keeper struct {
	BackChannel bool // a server recorded its own calls, of which all is kept
	Unsaid      bool // nobody said who recorded it: all is kept up to where a browser shows itself
	answered    bool // the page at hand has a code or token in its address
	bytes       int  // what is kept, about
}

// MaxKeptBytes is about the most memory that what is kept of one capture takes.
const MaxKeptBytes = 64 << 20

// Err gives apperr.TooLarge once more than MaxKeptBytes is kept. To go on is no use.
func (k *Keeper) Err() error {
	if k.bytes <= MaxKeptBytes {
		return nil
	}
	return apperr.New(apperr.TooLarge, "The file holds more sign-ins and pages than can be judged at once. Save fewer in one file.")
}

// Keep copies of the next entry what rules read. ok is false for what a page
// fetched by itself and no rule reads; see Resource. The copy does not lean on
// the entry's memory. Judging what is kept, with KeepLast of the capture's last
// entry, gives the findings of the whole.
func (k *Keeper) Keep(e *transcript.Entry) (kept transcript.Entry, ok bool) {
	if kept, ok = k.keep(e); ok {
		k.bytes += weight(&kept)
	}
	return kept, ok
}

func (k *Keeper) keep(e *transcript.Entry) (kept transcript.Entry, ok bool) {
	main := mainFrame(e)
	if main {
		k.answered = answersInAddress(e)
	}
	all := k.BackChannel || k.Unsaid
	k.Unsaid = k.Unsaid && !ofABrowser(e)
	if !all && !main && !matters(e) && !(k.answered && foreign(e)) {
		return kept, false
	}
	kept = keepLight(e)
	if !all && !main && !ofASignIn(e) {
		return kept, true
	}
	kept.PageRef = strings.Clone(e.PageRef)
	kept.Request.Headers = ownHeaders(e.Request.Headers, judgedHeaders)
	kept.Request.Cookies = ownCookies(e.Request.Cookies)
	kept.Request.BodyMIME, kept.Request.BodyText = strings.Clone(e.Request.BodyMIME), strings.Clone(e.Request.BodyText)
	if p := e.Response; p != nil {
		kept.Response.Headers, kept.Response.Cookies = ownHeaders(p.Headers, judgedHeaders), ownCookies(p.Cookies)
		kept.Response.BodyMIME, kept.Response.BodyText = strings.Clone(p.BodyMIME), strings.Clone(p.BodyText)
	}
	return kept, true
}

// Collector keeps copies of a capture's entries, given in their order, and of its
// last one whatever it is.
type Collector struct {
	Keeper
	kept []transcript.Entry
	last *transcript.Entry // when it was not kept
}

// Add takes the next entry.
func (c *Collector) Add(e *transcript.Entry) {
	kept, ok := c.Keep(e)
	if c.last = nil; ok {
		c.kept = append(c.kept, kept)
		return
	}
	light := KeepLast(e)
	c.last = &light
}

// Bytes is about how much memory what is kept takes, with the capture's pages.
func (c *Collector) Bytes(pages []transcript.Page) int64 {
	n := entryBytes + c.bytes // the capture itself, and its last entry
	for i := range pages {
		n += fieldBytes + len(pages[i].ID) + len(pages[i].Title)
	}
	return int64(n)
}

// Entries gives what is kept, after the last Add.
func (c *Collector) Entries() []transcript.Entry {
	if c.last != nil {
		c.kept, c.last = append(c.kept, *c.last), nil
	}
	return c.kept
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
	"error": true, "response_type": true, "request_uri": true, "grant_type": true,
}

// headerNames are names of headers by their length, so that one look tells
// those of a capture apart.
type headerNames map[int][]string

func headerNamesOf(names ...string) headerNames {
	out := headerNames{}
	for _, name := range names {
		out[len(name)] = append(out[len(name)], name)
	}
	return out
}

// own gives the set's spelling of a name, empty when it is not in the set.
func (h headerNames) own(name string) string {
	for _, known := range h[len(name)] {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return ""
}

// judgedHeaders are the headers that rules read or are to read.
var judgedHeaders = headerNamesOf(
	"Accept", "Authorization", "Cache-Control", "Content-Security-Policy", "Content-Type", "Location", "Origin", "Pragma", "Referer",
	"Referrer-Policy", "Refresh", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "Set-Cookie",
	"Strict-Transport-Security", "WWW-Authenticate", "X-Frame-Options",
)

// lightHeaders are the headers that rules read of any request.
var lightHeaders = headerNamesOf("Referer", "Authorization", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Accept")

// keepLight copies what rules read of any entry.
func keepLight(e *transcript.Entry) transcript.Entry {
	q := &e.Request
	out := transcript.Entry{
		Index: e.Index, StartedAt: e.StartedAt, TimeMS: e.TimeMS, Failed: e.Failed,
		ResourceType: strings.Clone(e.ResourceType), Facts: make(transcript.Facts, len(e.Facts)),
		Request: transcript.Request{
			Method: strings.Clone(q.Method), URL: strings.Clone(q.URL), BodySize: q.BodySize,
			Query: ownFields(q.Query), Form: ownFields(q.Form), Fragment: ownFields(q.Fragment),
			Headers: ownHeaders(q.Headers, lightHeaders),
		},
	}
	if p := e.Response; p != nil {
		out.Response = &transcript.Response{Status: p.Status, RedirectURL: strings.Clone(p.RedirectURL), BodySize: p.BodySize}
	}
	maps.Copy(out.Facts, e.Facts)
	return out
}

// ownFields copies the fields into memory of their own.
func ownFields(fields []transcript.Field) []transcript.Field {
	if len(fields) == 0 {
		return nil
	}
	out := make([]transcript.Field, len(fields))
	for i, f := range fields {
		out[i] = transcript.Field{Name: strings.Clone(f.Name), Value: strings.Clone(f.Value)}
	}
	return out
}

// ownHeaders copies the headers with one of the names into memory of their own.
// Of others it keeps one, since rules read whether there were any.
func ownHeaders(fields []transcript.Field, names headerNames) []transcript.Field {
	var out []transcript.Field
	for _, f := range fields {
		if name := names.own(f.Name); name != "" {
			out = append(out, transcript.Field{Name: name, Value: strings.Clone(f.Value)})
		}
	}
	if len(out) == 0 && len(fields) > 0 {
		return ownFields(fields[:1])
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

// About how many bytes the parts of an entry take without their texts.
const (
	entryBytes  = 600
	memberBytes = 64 // of a map
	fieldBytes  = 32
	cookieBytes = 256 // with its texts, which redaction keeps short
)

// weight is about how many bytes an entry takes.
func weight(e *transcript.Entry) int {
	q := &e.Request
	n := entryBytes + len(e.Facts)*memberBytes + len(q.URL) + len(q.BodyText) + len(q.Cookies)*cookieBytes +
		weightOf(q.Query) + weightOf(q.Form) + weightOf(q.Fragment) + weightOf(q.Headers)
	if p := e.Response; p != nil {
		n += len(p.RedirectURL) + len(p.BodyText) + len(p.Cookies)*cookieBytes + weightOf(p.Headers)
	}
	return n
}

func weightOf(fields []transcript.Field) int {
	n := len(fields) * fieldBytes
	for i := range fields {
		n += len(fields[i].Name) + len(fields[i].Value)
	}
	return n
}
