package record

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Channel records the calls that a server makes, as the transport of its client.
type Channel struct {
	through http.RoundTripper

	mu      sync.Mutex
	entries []entry
}

// NewChannel gives a transport that calls through another one.
func NewChannel(through http.RoundTripper) *Channel { return &Channel{through: through} }

// RoundTrip makes a call and keeps it with both bodies.
func (c *Channel) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	began := time.Now()
	answer, err := c.through.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(got))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = append(c.entries, call(r, sent, answer, got, began))
	return answer, nil
}

// HAR gives the calls; nil where there was none.
func (c *Channel) HAR() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) == 0 {
		return nil, nil
	}
	return write("faults-server", c.entries)
}

func call(r *http.Request, sent []byte, answer *http.Response, got []byte, began time.Time) entry {
	e := entry{
		Started: began.UTC().Format(timeFormat), Time: float64(time.Since(began).Milliseconds()), Timings: noTimings,
		Request: request{
			Method: r.Method, URL: r.URL.String(), HTTPVersion: "HTTP/1.1", Headers: list(r.Header), Cookies: []pair{},
			Query: form(r.URL.RawQuery), HeadersSize: -1, BodySize: len(sent),
		},
		Response: response{
			Status: int64(answer.StatusCode), StatusText: http.StatusText(answer.StatusCode), HTTPVersion: "HTTP/1.1",
			Headers: list(answer.Header), Cookies: []pairCookie{}, RedirectURL: answer.Header.Get("Location"), HeadersSize: -1, BodySize: len(got),
			Content: content{Size: len(got), MIME: answer.Header.Get("Content-Type")},
		},
	}
	if utf8.Valid(got) {
		e.Response.Content.Text = string(got)
	}
	if len(sent) > 0 {
		e.Request.PostData = &postData{MIME: r.Header.Get("Content-Type"), Text: string(sent), Params: []pair{}}
		if strings.HasPrefix(e.Request.PostData.MIME, formType) {
			e.Request.PostData.Params = form(string(sent))
		}
	}
	return e
}

func list(headers http.Header) []pair {
	folded := map[string]any{}
	for name, values := range headers {
		folded[name] = strings.Join(values, "\n")
	}
	return pairs(folded)
}

const (
	timeFormat = "2006-01-02T15:04:05.000000Z07:00"
	formType   = "application/x-www-form-urlencoded"
)

var noTimings = map[string]int{"send": 0, "wait": 0, "receive": 0}

func write(by string, entries []entry) ([]byte, error) {
	var d document
	d.Log.Version = "1.2"
	d.Log.Creator = creator{by, "1"}
	d.Log.Entries = entries
	return json.MarshalIndent(d, "", " ")
}
