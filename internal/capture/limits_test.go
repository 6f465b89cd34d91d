package capture

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Every limit holds at its value and bites one over.
func TestLimits(t *testing.T) {
	t.Parallel()
	t.Run("string", func(t *testing.T) {
		t.Parallel()
		for n, cut := range map[int]bool{100: false, 101: true} {
			for _, text := range []string{strings.Repeat("a", n), `\u0061` + strings.Repeat("a", n-1)} {
				doc := wrap(`"request":{"url":"u"},"response":{"content":{"text":"` + text + `"}}`)
				got, _, err := entries(t, strings.NewReader(doc), Limits{StringBytes: 100})
				if err != nil {
					t.Fatal(err)
				}
				b := got[0].Response.Body
				if b.Truncated != cut || got[0].Cut != cut || len(b.Text) != 100 || b.Size != int64(n) {
					t.Errorf("%d bytes: %d kept, size %d, truncated %v", n, len(b.Text), b.Size, b.Truncated)
				}
			}
		}
	})
	t.Run("string is cut between characters", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"ab€cd", `ab\u20accd`} {
			got, _, err := entries(t, strings.NewReader(wrap(`"comment":"`+text+`"`)), Limits{StringBytes: 4})
			if err != nil || got[0].Comment != "ab" || !got[0].Cut {
				t.Errorf("comment %q, cut %v, error %v", got[0].Comment, got[0].Cut, err)
			}
		}
	})
	t.Run("base64 is cut between groups", func(t *testing.T) {
		t.Parallel()
		doc := wrap(`"response":{"content":{"encoding":"base64","text":"` + strings.Repeat("YWJj", 10) + `"}}`)
		got, _, err := entries(t, strings.NewReader(doc), Limits{StringBytes: 10})
		if err != nil {
			t.Fatal(err)
		}
		if b := got[0].Response.Body; string(b.Text) != "abcabc" || !b.Truncated || b.Size != 30 {
			t.Errorf("body %q, size %d", b.Text, b.Size)
		}
	})
	t.Run("entry", func(t *testing.T) {
		t.Parallel()
		for n, cut := range map[int]bool{50: false, 51: true} {
			doc := wrap(`"comment":"` + strings.Repeat("a", 50) + `","pageref":"` + strings.Repeat("b", n) + `"`)
			got, _, err := entries(t, strings.NewReader(doc), Limits{EntryBytes: 100})
			if err != nil || got[0].Cut != cut || len(got[0].PageRef) != 50 {
				t.Errorf("%d bytes: cut %v, page %d, error %v", n, got[0].Cut, len(got[0].PageRef), err)
			}
		}
	})
	t.Run("children", func(t *testing.T) {
		t.Parallel()
		for n, cut := range map[int]bool{3: false, 4: true} {
			list := strings.TrimSuffix(strings.Repeat(`{"name":"a","value":"b"},`, n), ",")
			doc := wrap(`"request":{"headers":[` + list + `],"cookies":[` + list + `]},"_webSocketMessages":[` + list + `]`)
			got, _, err := entries(t, strings.NewReader(doc), Limits{Children: 3})
			if err != nil || got[0].Cut != cut || len(got[0].Request.Headers) != 3 ||
				len(got[0].Request.Cookies) != 3 || len(got[0].WebSocketMessages) != 3 {
				t.Errorf("%d children: %+v, error %v", n, got[0], err)
			}
		}
	})
	t.Run("depth", func(t *testing.T) {
		t.Parallel()
		for n, kind := range map[int]apperr.Kind{16: "", 17: apperr.TooLarge} {
			doc := wrap(`"x":` + strings.Repeat("[", n) + strings.Repeat("]", n))
			_, _, err := entries(t, strings.NewReader(doc), Limits{Depth: 20})
			if apperr.KindOf(err) != kind {
				t.Errorf("%d levels more: %v", n, err)
			}
		}
	})
	t.Run("entries", func(t *testing.T) {
		t.Parallel()
		for n, kind := range map[int]apperr.Kind{3: "", 4: apperr.TooLarge} {
			doc := `{"log":{"entries":[` + strings.TrimSuffix(strings.Repeat(`{"time":1},`, n), ",") + `]}}`
			got, _, err := entries(t, strings.NewReader(doc), Limits{Entries: 3})
			if apperr.KindOf(err) != kind || len(got) != 3 {
				t.Errorf("%d entries: %d given, %v", n, len(got), err)
			}
		}
	})
	t.Run("total", func(t *testing.T) {
		t.Parallel()
		doc := wrap(`"time":1`)
		for n, kind := range map[int]apperr.Kind{len(doc): "", len(doc) - 1: apperr.TooLarge, 3: apperr.TooLarge} {
			_, _, err := entries(t, strings.NewReader(doc), Limits{TotalBytes: int64(n)})
			if apperr.KindOf(err) != kind {
				t.Errorf("limit %d for %d bytes: %v", n, len(doc), err)
			}
		}
	})
}

// repeated is head, then n times part, then tail, without being in memory.
func repeated(head, part string, n int, tail string) io.Reader {
	block := bytes.Repeat([]byte(part), max(1, (64<<10)/len(part)))
	per := len(block) / len(part)
	rest := strings.Repeat(part, n%per)
	return io.MultiReader(strings.NewReader(head), &loop{block: block, left: n / per}, strings.NewReader(rest+tail))
}

type loop struct {
	block []byte
	at    int
	left  int
}

func (l *loop) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.block[l.at:])
	if l.at += n; l.at == len(l.block) {
		l.at = 0
		l.left--
	}
	return n, nil
}

// Memory does not grow with the document: one string of 150 MB, also full of
// escapes, a million entries, a long list, deep nesting.
//
// It is not parallel, since it measures the heap of the process.
func TestReadMemoryIsFlat(t *testing.T) {
	const most = 8 << 20
	body := `{"log":{"entries":[{"request":{"url":"u"},"response":{"status":200,"content":{"text":"`
	done := `"}}}]}}`
	tests := []struct {
		name             string
		head, part, tail string
		n                int
		entries          int
		size             int64
	}{
		{"one string of 150 MB", body, "0123456789abcdef", done, 150 << 16, 1, 150 << 20},
		{"one string of escapes", body, `\u0000\n\"`, done, 1 << 20, 1, 3 << 20},
		{"one unknown string", `{"log":{"x":"`, `abc\\\"`, `","entries":[{"time":1}]}}`, 1 << 20, 1, 0},
		{"a million entries", `{"log":{"entries":[{"time":0}`, `,{"request":{"url":"https://a.example/"}}`, `]}}`, 1_000_000 - 1, 1_000_000, 0},
		{"many headers", `{"log":{"entries":[{"request":{"headers":[{}`, `,{"name":"a","value":"b"}`, `]}}]}}`, 200_000, 1, 0},
		{"many names", `{"log":{"entries":[{"time":0`, `,"abcdefgh":[]`, `}]}}`, 200_000, 1, 0},
		{"many pages", `{"log":{"pages":[{}`, `,{"id":"a"}`, `],"entries":[{"time":0}]}}`, 200_000, 1, 0},
	}
	for _, tt := range tests {
		in := repeated(tt.head, tt.part, tt.n, tt.tail)
		var before, after, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		peak, size := uint64(0), int64(0)
		watched := &watch{r: in, every: 4 << 20, do: func() {
			runtime.GC()
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}}
		src, err := Read(watched, Limits{}, func(e *Entry) error {
			if e.Response != nil && e.Response.Body != nil {
				size = e.Response.Body.Size
			}
			return nil
		})
		runtime.ReadMemStats(&after)
		if err != nil || src.Entries != tt.entries || size != tt.size || src.Truncated {
			t.Fatalf("%s: source %+v, size %d, error %v", tt.name, src, size, err)
		}
		if grown := int64(peak) - int64(before.HeapAlloc); grown > most {
			t.Errorf("%s: heap grew by %d bytes, most allowed is %d", tt.name, grown, most)
		}
		if churn := after.TotalAlloc - before.TotalAlloc; tt.entries == 1 && churn > 4*most {
			t.Errorf("%s: %d bytes were allocated in all", tt.name, churn)
		}
	}
}

// watch calls do each time some bytes more were read.
type watch struct {
	r     io.Reader
	n, at int64
	every int64
	do    func()
}

func (w *watch) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.n += int64(n); w.n >= w.at {
		w.at = w.n + w.every
		w.do()
	}
	return n, err
}

func BenchmarkRead(b *testing.B) {
	var doc bytes.Buffer
	doc.WriteString(`{"log":{"version":"1.2","entries":[`)
	sep := ""
	for i := range 500 {
		fmt.Fprintf(&doc, `%s
      {
        "startedDateTime": "2026-03-01T10:00:00.250Z", "time": 12.5,
        "_initiator": {"type": "script", "stack": {"callFrames": [{"functionName": "f", "url": "https://a.example/x.js", "lineNumber": 3}]}},
        "request": {"method": "GET", "url": "https://a.example/page?n=%d&state=abcdefghijklmnop", "httpVersion": "h2",
          "headers": [{"name": "Host", "value": "a.example"}, {"name": "User-Agent", "value": "Mozilla/5.0 (X11; Linux x86_64)"}, {"name": "Accept", "value": "text/html"}],
          "queryString": [{"name": "n", "value": "%d"}], "cookies": [], "bodySize": 0},
        "response": {"status": 200, "statusText": "", "httpVersion": "h2",
          "headers": [{"name": "Content-Type", "value": "text/html"}, {"name": "Cache-Control", "value": "no-store"}],
          "content": {"size": 4000, "mimeType": "text/html", "text": "%s"}, "redirectURL": "", "bodySize": 900},
        "cache": {}, "timings": {"send": 1, "wait": 2, "receive": 3}
      }`, sep, i, i, strings.Repeat(`<p class=\"a\">some text of a page</p>\n`, 100))
		sep = ","
	}
	doc.WriteString(`]}}`)
	b.SetBytes(int64(doc.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(doc.Bytes()), Limits{}, func(*Entry) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadOneString(b *testing.B) {
	const n = 32 << 20
	b.SetBytes(n)
	for b.Loop() {
		in := repeated(`{"log":{"entries":[{"response":{"content":{"text":"`, "0123456789abcdef", n/16, `"}}}]}}`)
		if _, err := Read(in, Limits{}, func(*Entry) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
