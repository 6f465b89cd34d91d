package record

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
)

// hop is one request and its answer. All hops of a redirect chain share an id.
type hop struct {
	id       network.RequestID
	page     cdp.LoaderID // that asked, or that the answer became
	seq      int
	kind     network.ResourceType
	request  *network.Request
	started  time.Time
	response *network.Response
	onWire   bool // extra information comes for it
	cached   bool // answered by the page's own memory
	failed   string
	size     int // of the content, also where it is lost
	body     []byte
	hasBody  bool
}

// log collects the network events of a tab.
type log struct {
	hops []*hop
	last map[network.RequestID]*hop // of the chains without an end
	// What was on the wire comes apart from the events of the page, before or after
	// them, but in the order of the chain.
	sent     map[network.RequestID][]*network.EventRequestWillBeSentExtraInfo
	received map[network.RequestID][]*network.EventResponseReceivedExtraInfo
	owed     map[network.RequestID]int // answers of which the browser has not yet said what it received
}

func newLog() log {
	return log{
		last: map[network.RequestID]*hop{}, sent: map[network.RequestID][]*network.EventRequestWillBeSentExtraInfo{},
		received: map[network.RequestID][]*network.EventResponseReceivedExtraInfo{}, owed: map[network.RequestID]int{},
	}
}

// hear takes an event, and gives the hop whose content can now be asked for.
func (l *log) hear(event any) *hop {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		l.request(e)
	case *network.EventRequestWillBeSentExtraInfo:
		l.sent[e.RequestID] = append(l.sent[e.RequestID], e)
	case *network.EventResponseReceivedExtraInfo:
		l.received[e.RequestID] = append(l.received[e.RequestID], e)
		l.owed[e.RequestID]--
	case *network.EventResponseReceived:
		if h := l.last[e.RequestID]; h != nil {
			l.answered(h, e.Response, e.HasExtraInfo && !h.cached)
		}
	case *network.EventRequestServedFromCache:
		if h := l.last[e.RequestID]; h != nil {
			h.cached = true
		}
	case *network.EventDataReceived:
		if h := l.last[e.RequestID]; h != nil {
			h.size += int(e.DataLength)
		}
	case *network.EventLoadingFinished:
		return l.end(e.RequestID, "")
	case *network.EventLoadingFailed:
		l.end(e.RequestID, e.ErrorText)
	}
	return nil
}

func (l *log) request(e *network.EventRequestWillBeSent) {
	if strings.HasPrefix(e.Request.URL, "data:") {
		return
	}
	if before := l.last[e.RequestID]; before != nil && e.RedirectResponse != nil {
		l.answered(before, e.RedirectResponse, e.RedirectHasExtraInfo)
	}
	h := &hop{id: e.RequestID, page: e.LoaderID, seq: len(l.hops), kind: e.Type, request: e.Request, started: e.WallTime.Time()}
	l.hops = append(l.hops, h)
	l.last[e.RequestID] = h
}

func (l *log) answered(h *hop, by *network.Response, onWire bool) {
	h.response, h.onWire = by, onWire
	if onWire {
		l.owed[h.id]++
	}
}

// quiet tells whether nothing more is to come.
func (l *log) quiet() bool {
	for _, n := range l.owed {
		if n > 0 {
			return false
		}
	}
	return len(l.last) == 0
}

func (l *log) end(id network.RequestID, failed string) *hop {
	h := l.last[id]
	if h == nil {
		return nil
	}
	delete(l.last, id)
	h.failed = failed
	if h.response == nil || h.kind == network.ResourceTypeImage || h.kind == network.ResourceTypeFont || h.kind == network.ResourceTypeMedia {
		return nil
	}
	return h
}

// abandon forgets what pages before the given one still wait for: the browser
// does not always say that it gave those requests up.
func (l *log) abandon(page cdp.LoaderID) {
	maps.DeleteFunc(l.last, func(_ network.RequestID, h *hop) bool { return h.page != page })
}

// waiting names what was not answered yet.
func (l *log) waiting() (addresses []string) {
	for _, h := range l.last {
		addresses = append(addresses, h.request.Method+" "+h.request.URL)
	}
	for _, h := range l.hops {
		if l.owed[h.id] > 0 {
			addresses = append(addresses, "what came from "+h.request.URL)
		}
	}
	return addresses
}

type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type document struct {
	Log struct {
		Version string  `json:"version"`
		Creator creator `json:"creator"`
		Entries []entry `json:"entries"`
	} `json:"log"`
}

type creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type entry struct {
	Started      string         `json:"startedDateTime"`
	Time         float64        `json:"time"`
	ResourceType string         `json:"_resourceType,omitempty"`
	Request      request        `json:"request"`
	Response     response       `json:"response"`
	Cache        struct{}       `json:"cache"`
	Timings      map[string]int `json:"timings"`
}

type request struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Headers     []pair    `json:"headers"`
	Cookies     []pair    `json:"cookies"`
	Query       []pair    `json:"queryString"`
	PostData    *postData `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

type postData struct {
	MIME   string `json:"mimeType"`
	Text   string `json:"text"`
	Params []pair `json:"params"`
}

type response struct {
	Status      int64        `json:"status"`
	StatusText  string       `json:"statusText"`
	HTTPVersion string       `json:"httpVersion"`
	Headers     []pair       `json:"headers"`
	Cookies     []pairCookie `json:"cookies"`
	Content     content      `json:"content"`
	RedirectURL string       `json:"redirectURL"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
	Error       string       `json:"_error,omitempty"`
}

type pairCookie struct {
	pair
	Path     string `json:"path,omitempty"`
	Domain   string `json:"domain,omitempty"`
	Expires  string `json:"expires,omitempty"`
	HTTPOnly bool   `json:"httpOnly"`
	Secure   bool   `json:"secure"`
	SameSite string `json:"sameSite,omitempty"`
}

type content struct {
	Size     int    `json:"size"`
	MIME     string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

// har writes the hops in the order in which they began.
func (l *log) har() ([]byte, error) {
	entries := []entry{}
	for _, h := range l.hops { // in the order of each chain
		e, err := l.entry(h)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return write("faults", entries)
}

func (l *log) entry(h *hop) (entry, error) {
	e := entry{
		Started:      h.started.UTC().Format(timeFormat),
		ResourceType: strings.ToLower(string(h.kind)), Timings: noTimings,
	}
	sent, received := h.request.Headers, network.Headers(nil)
	if h.response != nil {
		received = h.response.Headers
	}
	if h.onWire || h.response == nil {
		if x := pop(l.sent, h.id); x != nil {
			sent = x.Headers
		}
	}
	status := int64(0)
	if h.response != nil {
		status = h.response.Status
	}
	if h.onWire {
		x := pop(l.received, h.id)
		if x == nil {
			return e, fmt.Errorf("the browser did not say what it received for %s %s", h.request.Method, h.request.URL)
		}
		received, status = x.Headers, x.StatusCode
	}
	e.Request = requestOf(h, pairs(sent))
	e.Response = responseOf(h, status, pairs(received))
	return e, nil
}

func pop[T any](queues map[network.RequestID][]*T, id network.RequestID) *T {
	q := queues[id]
	if len(q) == 0 {
		return nil
	}
	queues[id] = q[1:]
	return q[0]
}

func requestOf(h *hop, headers []pair) request {
	r := request{
		Method: h.request.Method, URL: h.request.URL + h.request.URLFragment, HTTPVersion: "HTTP/1.1", Headers: headers,
		Cookies: []pair{}, Query: []pair{}, HeadersSize: -1, BodySize: -1,
	}
	if _, query, ok := strings.Cut(h.request.URL, "?"); ok {
		r.Query = form(query)
	}
	for _, p := range headers {
		if strings.EqualFold(p.Name, "Cookie") {
			for one := range strings.SplitSeq(p.Value, "; ") {
				name, value, _ := strings.Cut(one, "=")
				r.Cookies = append(r.Cookies, pair{name, value})
			}
		}
	}
	if h.request.HasPostData {
		var text strings.Builder
		for _, part := range h.request.PostDataEntries {
			b, err := base64.StdEncoding.DecodeString(part.Bytes)
			if err == nil {
				text.Write(b)
			}
		}
		r.PostData = &postData{MIME: valueOf(headers, "Content-Type"), Text: text.String(), Params: []pair{}}
		if strings.HasPrefix(r.PostData.MIME, formType) {
			r.PostData.Params = form(text.String())
		}
	}
	return r
}

func responseOf(h *hop, status int64, headers []pair) response {
	r := response{
		Status: status, HTTPVersion: "HTTP/1.1", Headers: headers, Cookies: []pairCookie{},
		RedirectURL: valueOf(headers, "Location"), HeadersSize: -1, BodySize: -1, Error: h.failed,
	}
	if h.response != nil {
		r.StatusText = h.response.StatusText
		r.Content.MIME = cmp.Or(valueOf(headers, "Content-Type"), h.response.MimeType)
	}
	for _, p := range headers {
		if !strings.EqualFold(p.Name, "Set-Cookie") {
			continue
		}
		if c, err := http.ParseSetCookie(p.Value); err == nil {
			r.Cookies = append(r.Cookies, pairCookie{
				pair{c.Name, c.Value}, c.Path, c.Domain, c.RawExpires, c.HttpOnly, c.Secure, sameSite[c.SameSite],
			})
		}
	}
	r.Content.Size = h.size
	if h.hasBody {
		r.Content.Text = string(h.body)
		if !utf8.Valid(h.body) {
			r.Content.Text, r.Content.Encoding = base64.StdEncoding.EncodeToString(h.body), "base64"
		}
	}
	return r
}

var sameSite = map[http.SameSite]string{http.SameSiteLaxMode: "Lax", http.SameSiteStrictMode: "Strict", http.SameSiteNoneMode: "None"}

// pairs sorts headers by name; several of one name are folded with line ends.
func pairs(headers network.Headers) []pair {
	out := []pair{}
	for name, value := range headers {
		for one := range strings.SplitSeq(fmt.Sprint(value), "\n") {
			out = append(out, pair{name, one})
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out
}

func valueOf(headers []pair, name string) string {
	for _, p := range headers {
		if strings.EqualFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}

// form splits a query or a form without putting it into another order.
func form(text string) []pair {
	out := []pair{}
	for one := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(one, "=")
		n, err := url.QueryUnescape(name)
		if err != nil {
			n = name
		}
		v, err := url.QueryUnescape(value)
		if err != nil {
			v = value
		}
		if one != "" {
			out = append(out, pair{n, v})
		}
	}
	return out
}
