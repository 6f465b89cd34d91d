package capture

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/proofwalk/proofwalk/internal/apperr"
)

// entries reads everything; what it gives is copied, since Read uses its entry
// again.
func entries(t testing.TB, r io.Reader, lim Limits) ([]Entry, Source, error) {
	t.Helper()
	var out []Entry
	src, err := Read(r, lim, func(e *Entry) error {
		out = append(out, *clone(e))
		return nil
	})
	return out, src, err
}

func clone(e *Entry) *Entry {
	c := *e
	c.WebSocketMessages = append([]Message(nil), e.WebSocketMessages...)
	c.EventMessages = append([]Message(nil), e.EventMessages...)
	c.Request.Headers = append([]Field(nil), e.Request.Headers...)
	c.Request.Cookies = append([]Cookie(nil), e.Request.Cookies...)
	c.Request.Query = append([]Field(nil), e.Request.Query...)
	c.Request.Body = cloneBody(e.Request.Body)
	if e.Response != nil {
		p := *e.Response
		p.Headers = append([]Field(nil), p.Headers...)
		p.Cookies = append([]Cookie(nil), p.Cookies...)
		p.Body = cloneBody(p.Body)
		c.Response = &p
	}
	return &c
}

func cloneBody(b *Body) *Body {
	if b == nil {
		return nil
	}
	c := *b
	c.Text = append([]byte(nil), b.Text...)
	c.Params = append([]Field(nil), b.Params...)
	return &c
}

// wrap puts the members of one entry into a document.
func wrap(entry string) string {
	return `{"log":{"version":"1.2","creator":{"name":"test","version":"1"},"entries":[{` + entry + `}]}}`
}

// one reads a document with one entry.
func one(t *testing.T, doc string) Entry {
	t.Helper()
	got, _, err := entries(t, strings.NewReader(doc), Limits{})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	if len(got) != 1 {
		t.Fatalf("got %d entries, want 1", len(got))
	}
	return got[0]
}

func TestReadMapsEveryField(t *testing.T) {
	t.Parallel()
	got := one(t, wrap(`
		"pageref":"page_1","startedDateTime":"2026-03-01T10:00:00.250+02:00","time":12.5,
		"timings":{"blocked":1,"dns":2,"connect":3,"ssl":4,"send":5,"wait":6,"receive":7},
		"_resourceType":"document","_fromCache":"disk","comment":"c","_error":"",
		"_initiator":{"type":"script","url":"https://a.example/x.js","stack":{"callFrames":[{"url":"u"}]}},
		"_webSocketMessages":[{"type":"send","time":1,"opcode":1,"data":"hi"},{"type":"receive","opcode":2,"data":"there"}],
		"_eventSourceMessages":[{"time":1,"eventName":"m","eventId":"1","data":"ev"}],
		"_facts":{"forms":2,"same_site":true,"body_kind":"html","list":[1],"none":null},
		"request":{"method":"POST","url":"https://a.example/cb?x=1#f","httpVersion":"h2",
			"headers":[{"name":"Host","value":"a.example"}],"cookies":[{"name":"s","value":"1"}],
			"queryString":[{"name":"x","value":"1"}],"bodySize":3,
			"postData":{"mimeType":"application/x-www-form-urlencoded","text":"a=b","params":[{"name":"a","value":"b"}]}},
		"response":{"status":302,"statusText":"Found","httpVersion":"h2",
			"headers":[{"name":"Set-Cookie","value":"a=1; Path=/\nb=2; Secure"}],
			"cookies":[{"name":"a","value":"1","path":"/","domain":"a.example","expires":"2026-03-01","httpOnly":true,"secure":true,"sameSite":"Lax"}],
			"redirectURL":"https://a.example/home","bodySize":0,
			"content":{"size":5,"mimeType":"text/html","text":"aGVsbG8=","encoding":"base64"}}`))
	want := Entry{
		PageRef:           "page_1",
		StartedAt:         time.Date(2026, 3, 1, 8, 0, 0, 250e6, time.UTC),
		TimeMS:            12.5,
		Timings:           Timings{1, 2, 3, 5, 6, 7},
		ResourceType:      "document",
		InitiatorURL:      "https://a.example/x.js",
		Comment:           "c",
		WebSocketMessages: []Message{{Send: true, Size: 2}, {Size: 5}},
		EventMessages:     []Message{{Size: 2}},
		Facts:             map[string]any{"forms": 2.0, "same_site": true, "body_kind": "html"},
		Request: Request{
			Method: "POST", URL: "https://a.example/cb?x=1#f", HTTPVersion: "h2",
			Headers: []Field{{"Host", "a.example"}},
			Cookies: []Cookie{{Name: "s", Value: "1"}},
			Query:   []Field{{"x", "1"}},
			Body: &Body{
				MIME: "application/x-www-form-urlencoded", Text: []byte("a=b"),
				Params: []Field{{"a", "b"}}, Size: 3,
			},
			BodySize: 3,
		},
		Response: &Response{
			Status: 302, StatusText: "Found", HTTPVersion: "h2",
			Headers:     []Field{{"Set-Cookie", "a=1; Path=/"}, {"Set-Cookie", "b=2; Secure"}},
			Cookies:     []Cookie{{Name: "a", Value: "1", Path: "/", Domain: "a.example", Expires: "2026-03-01", SameSite: "Lax", Secure: true, HTTPOnly: true}},
			RedirectURL: "https://a.example/home",
			Body:        &Body{MIME: "text/html", Text: []byte("hello"), Size: 5},
		},
	}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); d != "" {
		t.Errorf("entry differs (-want +got):\n%s", d)
	}
}

func TestReadTakesEveryContainerOfText(t *testing.T) {
	t.Parallel()
	doc := wrap(`"comment":"å😀","request":{"url":"https://a.example/"}`)
	utf16Of := func(order binary.AppendByteOrder, doc string) string {
		b := order.AppendUint16(nil, 0xfeff)
		for _, u := range utf16.Encode([]rune(doc)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	tests := []struct{ name, doc string }{
		{"plain", doc},
		{"byte order mark", "\ufeff" + doc},
		{"UTF-16 little endian", utf16Of(binary.LittleEndian, doc)},
		{"UTF-16 big endian", utf16Of(binary.BigEndian, doc)},
		{"JSONP", "onInputData(" + doc + ");"},
		{"JSONP with dots and blanks", "\n a.b_c$1 ( " + doc + " )"},
		{"trailing bytes", doc + "\n\x00 {[garbage"},
		{"leading blanks", " \r\n\t" + doc},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, r := range map[string]io.Reader{
				"whole":        strings.NewReader(tt.doc),
				"byte by byte": iotest.OneByteReader(strings.NewReader(tt.doc)),
				"error along":  iotest.DataErrReader(strings.NewReader(tt.doc)),
			} {
				got, src, err := entries(t, r, Limits{})
				if err != nil || len(got) != 1 || src.Truncated {
					t.Fatalf("%s: %d entries, source %+v, error %v", name, len(got), src, err)
				}
				if got[0].Comment != "å😀" {
					t.Errorf("%s: comment %q", name, got[0].Comment)
				}
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, doc string
		kind      apperr.Kind
		text      string // that the sentence must hold
	}{
		{"empty", "", apperr.Invalid, "empty"},
		{"blanks", " \n", apperr.Invalid, "not a HAR"},
		{"text", "hello world", apperr.Invalid, "not a HAR"},
		{"page", "<!doctype html><p>", apperr.Invalid, "not a HAR"},
		{"array", `[{"log":1}]`, apperr.Invalid, "not a HAR"},
		{"other JSON", `{"a":{"b":[1,2]}}`, apperr.Invalid, "no log.entries"},
		{"log without entries", `{"log":{"version":"1.2"}}`, apperr.Invalid, "no log.entries"},
		{"entries of another type", `{"log":{"entries":"a"}}`, apperr.Invalid, "no log.entries"},
		{"no entry", `{"log":{"entries":[]}}`, apperr.Invalid, "nothing was recorded"},
		{"only odd entries", `{"log":{"entries":[1,null,"a"]}}`, apperr.Invalid, "nothing was recorded"},
		{"cut before the first entry", `{"log":{"entries":[{"request":{"url":"https://a.exam`, apperr.Invalid, "cut off at byte 52"},
		{"broken before the first entry", `{"log":{"entries":[{"request":nothing}]}}`, apperr.Invalid, "breaks at byte"},
		{"broken in a list", `{"log": [ 2,1,3 ] "request:"}`, apperr.Invalid, "breaks at byte 18"},
		{"gzip", "\x1f\x8b\x08\x00abc", apperr.Invalid, "gzip"},
		{"zip", "PK\x03\x04abc", apperr.Invalid, "zip"},
		{"SAML-tracer without requests", `{"requests":[],"timestamp":"x"}`, apperr.Invalid, "SAML-tracer"},
		{"100,000 nested arrays", strings.Repeat("[", 100_000), apperr.Invalid, "not a HAR"},
		{"depth bomb", `{"log":{"entries":[{"x":` + strings.Repeat("[", 100_000), apperr.TooLarge, "deeper than 512"},
		{"depth bomb of objects", strings.Repeat(`{"log":`, 100_000), apperr.TooLarge, "deeper than 512"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := entries(t, strings.NewReader(tt.doc), Limits{})
			if len(got) != 0 {
				t.Errorf("gave %d entries", len(got))
			}
			var ae *apperr.Error
			if !errors.As(err, &ae) {
				t.Fatalf("error is %v", err)
			}
			if ae.Kind != tt.kind || !strings.Contains(ae.Text, tt.text) {
				t.Errorf("got %s %q, want %s with %q", ae.Kind, ae.Text, tt.kind, tt.text)
			}
		})
	}
}

func TestReadKeepsCompleteEntriesOfADamagedFile(t *testing.T) {
	t.Parallel()
	first := `{"log":{"entries":[{"request":{"url":"https://a.example/1"}}`
	for name, rest := range map[string]string{
		"cut behind the entry":  ``,
		"cut in a string":       `,{"request":{"url":"https://a.exam`,
		"cut in an escape":      `,{"comment":"\u00`,
		"cut in a word":         `,{"time":tru`,
		"cut before the end":    `]}`,
		"damaged":               `,{"request":{"url" "https://a.example/2"}}]}}`,
		"closed in the middle":  `,{"request":{"url":]}}`,
		"cut in a nested value": `,{"x":[[{"y":`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := first + rest
			got, src, err := entries(t, strings.NewReader(doc), Limits{})
			if err != nil || len(got) != 1 || got[0].Request.URL != "https://a.example/1" {
				t.Fatalf("%d entries, error %v", len(got), err)
			}
			if !src.Truncated || src.StoppedAt < int64(len(first)) || src.StoppedAt > int64(len(doc)) {
				t.Errorf("source %+v", src)
			}
			if got := src.CannotShow[len(src.CannotShow)-1]; got != LimitTail {
				t.Errorf("cannot show %v", src.CannotShow)
			}
		})
	}
}

// Every cut of a real document either gives whole entries or a refusal, never
// an error of another kind.
func TestReadEveryCut(t *testing.T) {
	t.Parallel()
	doc := []byte(`{"log":{"pages":[{"id":"p","startedDateTime":"2026-01-01T00:00:00Z","title":"\ud83d\ude00"}],"entries":[` +
		`{"time":1.5,"request":{"url":"https://a.example/\u00e5"}},{"time":null,"request":{"url":"b"},"response":{"content":{"text":"a\"\\"}}}]}}`)
	for n := range doc {
		got, src, err := entries(t, iotest.HalfReader(bytes.NewReader(doc[:n])), Limits{})
		switch {
		case err != nil && (len(got) != 0 || !apperr.Is(err, apperr.Invalid)):
			t.Fatalf("cut at %d: %d entries, %v", n, len(got), err)
		case err == nil && (len(got) == 0 || !src.Truncated || src.Entries != len(got)):
			t.Fatalf("cut at %d: %d entries, source %+v", n, len(got), src)
		}
	}
}

func TestReadPassesErrorsOn(t *testing.T) {
	t.Parallel()
	doc := wrap(`"time":1`)
	boom := errors.New("boom")
	if _, err := Read(strings.NewReader(doc), Limits{}, func(*Entry) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("callback's error came as %v", err)
	}
	_, _, err := entries(t, io.MultiReader(strings.NewReader(doc[:len(doc)-1]), iotest.ErrReader(boom)), Limits{})
	if !errors.Is(err, boom) || !strings.HasPrefix(err.Error(), "reading capture: ") {
		t.Errorf("reader's error came as %v", err)
	}
	// An upload that is torn is no file that is cut off.
	_, _, err = entries(t, io.MultiReader(strings.NewReader(doc[:len(doc)-1]), iotest.ErrReader(io.ErrUnexpectedEOF)), Limits{})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("torn input came as %v", err)
	}
}

// No error text holds a run of the input.
func TestReadErrorsHoldNoInput(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	for _, doc := range []string{
		secret, `{"` + secret, `{"log":{"entries":[{"` + secret + `":` + secret + `}]}}`,
		`{"` + secret + `":1}`, secret + `(`, `{"log":{"creator":{"name":"` + secret + `"},"entries":[]}}`,
	} {
		_, src, err := entries(t, strings.NewReader(doc), Limits{})
		if err == nil || strings.Contains(err.Error(), "hunter") {
			t.Errorf("error is %v", err)
		}
		if b, _ := json.Marshal(src); bytes.Contains(b, []byte("hunter")) {
			t.Errorf("source is %s", b)
		}
	}
}
