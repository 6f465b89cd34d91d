// Package backchannel records the calls that a relying party's server makes to
// the identity provider, as back-channel JSON lines of format 1
// (docs/back_channel.md). It redacts before anything is written: what its lists
// do not name is left out, tokens and codes become keyed pseudonyms.
//
// It is an example to copy: the standard library only, three files.
//
//	recorder, err := backchannel.New(http.DefaultTransport, backchannel.Options{
//		Out: file, ClientID: "abc", Hosts: []string{"api.id.me"},
//	})
//	client := &http.Client{Transport: recorder}
package backchannel

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"sync"
	"time"
)

// Variable names the environment variable with the round's key, as the test
// run's page shows it: the round's name, a colon and 64 hexadecimal digits.
const Variable = "PROOFWALK_ROUND_KEY"

// Options say where the lines go and what is public. Values that no list holds
// are hidden.
type Options struct {
	Out        io.Writer // takes one line with each Write
	RoundKey   string    // empty for what the environment variable holds
	ClientID   string
	Hosts      []string // that integration.yaml declares, and the provider's
	Public     []string // registered redirect URIs and the like, written where they stand
	Scopes     []string // registered policies
	Attributes []string // declared attribute handles
	BodyLimit  int      // bytes of a body that are looked at, 0 for 64 KiB
}

const defaultBodyLimit = 64 << 10

// Recorder is an http.RoundTripper that records what passes through it and
// changes nothing. Without a round's key it records nothing. Safe for
// concurrent use.
type Recorder struct {
	next http.RoundTripper
	red  *redactor // nil to record nothing
	out  io.Writer
	most int

	lock sync.Mutex
	err  error
}

var errRoundKey = errors.New("backchannel: " + Variable + " is not in the form in which the test run's page shows it")

var roundKeyForm = regexp.MustCompile(`^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z2-7]{26}):([0-9a-f]{64})$`)

// New wraps a round tripper, nil for the default one.
func New(next http.RoundTripper, o Options) (*Recorder, error) {
	if next == nil {
		next = http.DefaultTransport
	}
	r := &Recorder{next: next, out: o.Out, most: o.BodyLimit}
	if r.most <= 0 {
		r.most = defaultBodyLimit
	}
	if o.RoundKey == "" {
		o.RoundKey = os.Getenv(Variable)
	}
	if o.RoundKey == "" {
		return r, nil
	}
	parts := roundKeyForm.FindStringSubmatch(o.RoundKey)
	if parts == nil || o.Out == nil {
		return nil, errRoundKey // without the value
	}
	key, err := hex.DecodeString(parts[2])
	if err != nil {
		return nil, errRoundKey
	}
	r.red = newRedactor(parts[1], key, o)
	return r, nil
}

// Err gives the first error of writing a line. The calls themselves went on.
func (r *Recorder) Err() error {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.err
}

// RoundTrip implements http.RoundTripper. The line is written when the caller
// has read the response to its end or closed it.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.red == nil || req.URL == nil { // which the transport refuses
		return r.next.RoundTrip(req)
	}
	sent := &window{most: r.most, length: req.ContentLength}
	x := exchange{started: time.Now(), method: cmp.Or(req.Method, http.MethodGet), url: req.URL.String(), requestHeaders: headersOf(req.Header)}
	resp, err := r.next.RoundTrip(watched(req, sent))
	x.requestBody = sent.take() // an answer may come before all was sent
	if err != nil {
		x.failed = true
		r.write(x)
		return resp, err //nolint:wrapcheck // the caller's own transport speaks
	}
	x.status, x.responseHeaders = resp.StatusCode, headersOf(resp.Header)
	if resp.Body == nil || resp.StatusCode == http.StatusSwitchingProtocols {
		r.write(x)
		return resp, nil
	}
	got := &window{most: r.most, length: resp.ContentLength, packed: resp.Header.Get("Content-Encoding") != ""}
	resp.Body = &tee{ReadCloser: resp.Body, to: got, done: func() {
		x.responseBody = got.take()
		r.write(x)
	}}
	return resp, nil
}

// watched gives a request whose body is seen as it is sent; the caller's stays
// as it is.
func watched(req *http.Request, sent *window) *http.Request {
	if req.Body == nil || req.Body == http.NoBody {
		return req
	}
	clone := *req
	clone.Body = &tee{ReadCloser: req.Body, to: sent}
	if again := req.GetBody; again != nil {
		clone.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			sent.reset()
			return &tee{ReadCloser: body, to: sent}, nil
		}
	}
	return &clone
}

// write redacts an exchange and writes its line, whole or not at all.
func (r *Recorder) write(x exchange) {
	x.time = time.Since(x.started)
	line, err := r.red.line(x)
	r.lock.Lock()
	defer r.lock.Unlock()
	if err == nil {
		_, err = r.out.Write(line)
	}
	if r.err == nil {
		r.err = err
	}
}

func headersOf(h http.Header) [][2]string {
	var out [][2]string
	for _, name := range keptHeaders { // in one order
		for _, v := range h.Values(name) {
			out = append(out, [2]string{name, v})
		}
	}
	return out
}

// window is the beginning of a body.
type window struct {
	lock   sync.Mutex
	buf    bytes.Buffer
	size   int64
	length int64 // as stated, -1 when not
	most   int
	ended  bool
	packed bool // compressed: its bytes say nothing
}

func (w *window) add(p []byte, err error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.size += int64(len(p))
	w.buf.Write(p[:min(len(p), w.most-w.buf.Len())])
	w.ended = w.ended || err == io.EOF //nolint:errorlint // what a Reader must give
}

func (w *window) reset() {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.buf.Reset()
	w.size, w.ended = 0, false
}

func (w *window) take() body {
	w.lock.Lock()
	defer w.lock.Unlock()
	whole := (w.ended || w.size == w.length) && w.size == int64(w.buf.Len()) && !w.packed
	return body{text: w.buf.String(), size: w.size, cut: !whole && w.size > 0}
}

// tee is a body that is watched while its reader reads it.
type tee struct {
	io.ReadCloser
	to   *window
	once sync.Once
	done func() // nil for nobody
}

// Read implements io.Reader.
func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.to.add(p[:n], err)
	if err != nil {
		t.end()
	}
	return n, err //nolint:wrapcheck // the body's own
}

// Close implements io.Closer.
func (t *tee) Close() error {
	err := t.ReadCloser.Close()
	t.end()
	return err //nolint:wrapcheck // the body's own
}

func (t *tee) end() {
	if t.done != nil {
		t.once.Do(t.done)
	}
}
