package backchannel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

const testKey = "aaaaaaaabbbbbbbbccccccccdd:0100000000000000000000000000000000000000000000000000000000000000"

// provider answers a token request with what was sent, and other paths in ways
// that recorders get wrong.
func provider(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		sent, _ := io.ReadAll(req.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Sent", req.Header.Get("Authorization")+"|"+string(sent))
		switch req.URL.Path {
		case "/token":
			_, _ = io.WriteString(w, `{"token_type":"Bearer","access_token":"aT7kQ2xVb9LmR4pZc8Hy1WnEs6GdJf3U"}`)
		case "/large":
			_, _ = io.WriteString(w, `{"token_type":"`+strings.Repeat("x", 1<<20)+`"}`)
		case "/chunks":
			for _, part := range []string{`{"token_type"`, `:"Bearer"}`, "\n", strings.Repeat(" ", 1000)} {
				_, _ = io.WriteString(w, part)
				w.(http.Flusher).Flush()
			}
		case "/redirect":
			http.Redirect(w, req, "/token?code=SplxlOBeZQQYbYS6WxSbIAq7zT", http.StatusSeeOther)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// recorded gives a client whose calls are recorded, and what it wrote.
func recorded(t *testing.T, s *httptest.Server, o Options) (*http.Client, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	o.Out, o.RoundKey, o.Hosts = &out, testKey, []string{strings.TrimPrefix(s.URL, "http://")}
	r, err := New(s.Client().Transport, o)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: r}, &out
}

// fetched sends a request and gives all that its caller sees.
func fetched(t *testing.T, client *http.Client, req *http.Request) string {
	t.Helper()
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(res.Status, res.ContentLength, res.Header.Get("X-Sent"), res.Header.Get("Content-Type"), string(body))
}

func newRequest(t *testing.T, method, address, form string) *http.Request {
	t.Helper()
	var body io.Reader
	if form != "" {
		body = strings.NewReader(form)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Authorization", "Basic Y2xpZW50OnNlY3JldA==")
	return req
}

func linesOf(t *testing.T, out *bytes.Buffer) []line {
	t.Helper()
	var lines []line
	for text := range strings.Lines(out.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil || !strings.HasSuffix(text, "}\n") {
			t.Fatalf("%q: %v", text, err)
		}
		lines = append(lines, l)
	}
	return lines
}

// The caller gets what it gets without the recorder, and each call has its line.
func TestRecorderChangesNothing(t *testing.T) {
	t.Parallel()
	s := provider(t)
	client, out := recorded(t, s, Options{})
	const form = "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIAq7zT&client_secret=s3cr3t"
	for _, tc := range []struct {
		method, path, form, json string
		cut                      bool
	}{
		{"POST", "/token", form, `{"access_token":"~token.GOLY53ELK4F23JXW","token_type":"Bearer"}`, false},
		{"GET", "/large", "", "", true},
		{"GET", "/chunks", "", `{"token_type":"Bearer"}`, false},
		{"GET", "/empty", "", "", false},
	} {
		out.Reset()
		want := fetched(t, http.DefaultClient, newRequest(t, tc.method, s.URL+tc.path, tc.form))
		got := fetched(t, client, newRequest(t, tc.method, s.URL+tc.path, tc.form))
		if got != want {
			t.Errorf("%s: the caller sees %.200q, want %.200q", tc.path, got, want)
		}
		lines := linesOf(t, out)
		if len(lines) != 1 || lines[0].Response == nil || lines[0].Response.JSON != tc.json || lines[0].Facts["body_truncated"] != tc.cut {
			t.Errorf("%s: %+v", tc.path, lines)
			continue
		}
		if form := lines[0].Request.Form; tc.form != "" && fmt.Sprint(form) != "[[grant_type authorization_code] [code ~code.2Z2KAU7FVLN7MDJV] [client_secret ~secret]]" {
			t.Errorf("%s: the form is written as %v", tc.path, form)
		}
	}
	out.Reset()
	fetched(t, client, newRequest(t, "POST", s.URL+"/redirect", form))
	if lines := linesOf(t, out); len(lines) != 2 || lines[0].Response.Status != 303 || !strings.HasSuffix(lines[1].Request.URL, "/token?code=~code.2Z2KAU7FVLN7MDJV") {
		t.Errorf("a redirect that the client follows is recorded as %+v", lines)
	}
}

// A caller that stops at the end of the JSON, or before it, closes the line.
func TestRecorderOfHalfReadBodies(t *testing.T) {
	t.Parallel()
	s := provider(t)
	client, out := recorded(t, s, Options{})
	res, err := client.Do(newRequest(t, "GET", s.URL+"/chunks", ""))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	if out.Len() != 0 {
		t.Error("the line was written before the body was closed")
	}
	_ = res.Body.Close()
	_ = res.Body.Close()
	if lines := linesOf(t, out); len(lines) != 1 || lines[0].Response.JSON != `{"token_type":"Bearer"}` || lines[0].Facts["body_truncated"] {
		t.Errorf("%+v", lines)
	}
	out.Reset()
	if res, err = client.Do(newRequest(t, "GET", s.URL+"/large", "")); err != nil {
		t.Fatal(err)
	}
	_, _ = io.CopyN(io.Discard, res.Body, 10)
	_ = res.Body.Close()
	if lines := linesOf(t, out); len(lines) != 1 || lines[0].Response.JSON != "" || !lines[0].Facts["body_truncated"] {
		t.Errorf("%+v", lines)
	}
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Errors go to the caller as they are; those of the recorder's own do not.
func TestRecorderErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("no route to jane.doe@example.com")
	var out bytes.Buffer
	r, err := New(failing{broken}, Options{Out: &out, RoundKey: testKey})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.RoundTrip(newRequest(t, "GET", "https://idp.example/token", "")); !errors.Is(err, broken) {
		t.Errorf("the caller gets %v", err)
	}
	if lines := linesOf(t, &out); len(lines) != 1 || !lines[0].Failed || lines[0].Response != nil || strings.Contains(out.String(), "jane") {
		t.Errorf("%s", out.String())
	}
	s := provider(t)
	if r, err = New(nil, Options{Out: failing{broken}, RoundKey: testKey}); err != nil {
		t.Fatal(err)
	}
	fetched(t, &http.Client{Transport: r}, newRequest(t, "GET", s.URL+"/token", ""))
	if !errors.Is(r.Err(), broken) {
		t.Errorf("the error of writing is %v", r.Err())
	}
}

// Without a key nothing is recorded; a key of another form is refused without
// being repeated.
func TestRecorderKey(t *testing.T) {
	s := provider(t)
	var out bytes.Buffer
	t.Setenv(Variable, "")
	r, err := New(nil, Options{Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	fetched(t, &http.Client{Transport: r}, newRequest(t, "GET", s.URL+"/token", ""))
	if out.Len() != 0 {
		t.Errorf("%q was written without a key", out.String())
	}
	t.Setenv(Variable, testKey)
	if r, err = New(nil, Options{Out: &out}); err != nil {
		t.Fatal(err)
	}
	fetched(t, &http.Client{Transport: r}, newRequest(t, "GET", s.URL+"/token", ""))
	if lines := linesOf(t, &out); len(lines) != 1 || lines[0].Round != "aaaaaaaabbbbbbbbccccccccdd" {
		t.Errorf("with the variable %q was written", out.String())
	}
	for _, key := range []string{"x", strings.ToUpper(testKey), testKey + "0", testKey[1:], "hunter2:hunter2"} {
		if _, err := New(nil, Options{Out: &out, RoundKey: key}); err == nil || strings.Contains(err.Error(), key) {
			t.Errorf("%q: %v", key, err)
		}
	}
	if _, err := New(nil, Options{RoundKey: testKey}); err == nil {
		t.Error("a recorder that writes nowhere was made")
	}
}

// oneWrite refuses more than one writer at a time.
type oneWrite struct {
	busy sync.Mutex
	bytes.Buffer
	t *testing.T
}

func (w *oneWrite) Write(p []byte) (int, error) {
	if !w.busy.TryLock() {
		w.t.Error("two lines are written at once")
		return 0, nil
	}
	defer w.busy.Unlock()
	return w.Buffer.Write(p)
}

// Many calls at once give whole lines.
func TestRecorderIsShared(t *testing.T) {
	t.Parallel()
	s := provider(t)
	out := &oneWrite{t: t}
	r, err := New(s.Client().Transport, Options{Out: out, RoundKey: testKey})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: r}
	const calls = 100
	var all sync.WaitGroup
	for i := range calls {
		req := newRequest(t, "POST", s.URL+"/token", fmt.Sprintf("code=SplxlOBeZQQYbYS6WxSbIAq7zT%03d", i))
		all.Go(func() {
			res, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		})
	}
	all.Wait()
	codes := map[string]bool{}
	for _, l := range linesOf(t, &out.Buffer) {
		codes[l.Request.Form[0][1]] = true
	}
	if len(codes) != calls {
		t.Errorf("%d of %d calls have a line of their own", len(codes), calls)
	}
}

// A request without a method is a GET, and one without an address gets the error
// of the transport, as without the recorder.
func TestBareRequests(t *testing.T) {
	s := provider(t)
	client, out := recorded(t, s, Options{})
	address, err := url.Parse(s.URL + "/token")
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(&http.Request{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if got := linesOf(t, out); len(got) != 1 || got[0].Request.Method != http.MethodGet {
		t.Errorf("%+v", got)
	}
	if _, err := client.Transport.RoundTrip(&http.Request{}); err == nil {
		t.Error("a request to nowhere was answered")
	}
}
