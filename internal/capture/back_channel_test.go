package capture

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// lineVectors are the lines of the vectors that the examples share.
func lineVectors(t testing.TB) []string {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/vectors/back_channel.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Vectors []struct{ Line string } }
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, v := range f.Vectors {
		lines = append(lines, v.Line)
	}
	return lines
}

// lineOf puts members behind those that every line has.
func lineOf(members string) string {
	return `{"back_channel":1,"round":"r",` + members + "}\n"
}

// Every member of a line arrives in its place.
func TestReadBackChannel(t *testing.T) {
	t.Parallel()
	doc := lineOf(`"started":"2026-03-01T10:00:00.000Z","time":12,
		"request":{"method":"POST","url":"https://a.example/token","headers":[["accept","*/*"]],"form":[["code","~code.A"],["code","b"]],"bytes":20},
		"response":{"status":200,"headers":[["content-type","application/json"]],"json":"{\"a\":1}","bytes":7},"facts":{"at_hash_ok":true}`) +
		lineOf(`"request":{"method":"GET","url":"u","headers":[],"json":"{}","bytes":2},"failed":true,"other":{"a":[1]}`) +
		lineOf(`"request":{"more":1},"response":{"status":204,"headers":[["content-type","text/html"]],"bytes":3,"more":1}`)
	got, src, err := entries(t, strings.NewReader(doc), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	unknown := Timings{-1, -1, -1, -1, -1, -1}
	meta := &RedactedMeta{Format: 1, Round: "r", SourceKind: "back_channel", SourceExporter: "back_channel", SourceLimits: []string{LimitCookies, LimitFragments}}
	form := &Body{MIME: "application/x-www-form-urlencoded", Params: []Field{{"code", "~code.A"}, {"code", "b"}}}
	want := []Entry{
		{
			StartedAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), TimeMS: 12, Timings: unknown, AtSource: true, Facts: map[string]any{"at_hash_ok": true},
			Request: Request{Method: "POST", URL: "https://a.example/token", Headers: []Field{{"accept", "*/*"}}, Body: form, BodySize: 20},
			Response: &Response{Status: 200, Headers: []Field{{"content-type", "application/json"}}, BodySize: 7,
				Body: &Body{MIME: "application/json", Text: []byte(`{"a":1}`), Size: 7}},
		},
		{
			Index: 1, TimeMS: -1, Timings: unknown, AtSource: true, Strange: 1, Failed: true, Redacted: meta,
			Request: Request{Method: "GET", URL: "u", Body: &Body{MIME: "application/json", Text: []byte("{}"), Size: 2}, BodySize: 2},
		},
		{
			Index: 2, TimeMS: -1, Timings: unknown, AtSource: true, Strange: 2, Redacted: meta, Request: Request{BodySize: -1},
			Response: &Response{Status: 204, Headers: []Field{{"content-type", "text/html"}}, BodySize: 3, Body: &Body{MIME: "text/html", Size: 3, Omitted: true}},
		},
	}
	ignoreEmpty := cmp.Transformer("text", func(b []byte) string { return string(b) })
	if d := cmp.Diff(want, got, ignoreEmpty); d != "" {
		t.Errorf("entries differ (-want +got):\n%s", d)
	}
	wantSource := Source{Kind: "back_channel", Exporter: "back_channel", Entries: 3, Bytes: int64(len(doc)), CannotShow: meta.SourceLimits, Redacted: meta}
	if d := cmp.Diff(wantSource, src); d != "" {
		t.Errorf("source differs (-want +got):\n%s", d)
	}
}

// The files come as other captures do, and what is wrong with them is treated
// in the same way.
func TestReadBackChannelDefects(t *testing.T) {
	t.Parallel()
	line := lineOf(`"request":{"method":"GET","url":"u"}`)
	cut := line + line[:len(line)-5]
	for name, c := range map[string]struct {
		doc     []byte
		entries int
		tail    bool
		kind    apperr.Kind
		says    string
	}{
		"one line":                     {doc: []byte(line), entries: 1},
		"no newline at the end":        {doc: []byte(strings.TrimSpace(line + line)), entries: 2},
		"empty lines, CRLF, blanks":    {doc: []byte("\r\n " + line + "\r\n\r\n\t" + line + "\r\n"), entries: 2},
		"two lines in one":             {doc: []byte(strings.ReplaceAll(line+line, "\n", "")), entries: 2},
		"byte order mark":              {doc: []byte("\ufeff" + line), entries: 1},
		"UTF-16":                       {doc: []byte(utf16Text(binary.LittleEndian, line+line)), entries: 2},
		"gzip":                         {doc: gzipped(t, line, line), entries: 2},
		"zip":                          {doc: zipOf(t, file{name: "calls.jsonl", text: line + line}), entries: 2},
		"last line cut off":            {doc: []byte(cut), entries: 1, tail: true},
		"gzip cut off":                 {doc: gzipped(t, cut), entries: 1, tail: true},
		"another text behind":          {doc: []byte(line + "done"), entries: 1, tail: true},
		"a line of another program":    {doc: []byte(line + `{"level":"info"}` + line), entries: 1, tail: true},
		"only line cut off":            {doc: []byte(line[:30]), kind: apperr.Invalid, says: "cut off at byte 30"},
		"a member twice":               {doc: []byte(lineOf(`"time":1,"time":2`)), entries: 1},
		"format of the future":         {doc: []byte(`{"back_channel":2,"round":"r"}`), kind: apperr.Unsupported, says: "docs/back_channel.md"},
		"format that is no number":     {doc: []byte(`{"back_channel":"x","round":"r"}`), kind: apperr.Unsupported, says: "docs/back_channel.md"},
		"no round":                     {doc: []byte(`{"back_channel":1,"request":{}}`), kind: apperr.Invalid, says: "names no round"},
		"two rounds":                   {doc: []byte(line + strings.ReplaceAll(line, `"r"`, `"s"`)), entries: 1, kind: apperr.Invalid, says: "another one than the first line"},
		"not first":                    {doc: []byte(`{"round":"r","back_channel":1}`), kind: apperr.Invalid, says: "not a HAR"},
		"members of other types":       {doc: []byte(lineOf(`"started":[],"time":"x","facts":1,"request":[],"response":"x","failed":{}`)), entries: 1},
		"lists of other types":         {doc: []byte(lineOf(`"request":{"headers":[1,[],["a"],{"name":"b"}],"form":"x","json":{},"bytes":"y"}`)), entries: 1},
		"a HAR that says back_channel": {doc: []byte(`{"log":{"entries":[{}]},"back_channel":1}`), entries: 1},
	} {
		for _, in := range []io.Reader{bytes.NewReader(c.doc), &trickle{r: bytes.NewReader(c.doc)}} {
			got, src, err := entries(t, in, Limits{})
			if len(got) != c.entries || src.Truncated != c.tail || apperr.KindOf(err) != c.kind || !strings.Contains(apperr.TextOf(err), c.says) {
				t.Errorf("%s: %d entries, %+v, %v", name, len(got), src, err)
			}
		}
	}
	_, src, err := entries(t, strings.NewReader(lineOf(`"time":1,"time":2`)), Limits{})
	if err != nil || src.Duplicates != 1 {
		t.Errorf("%d duplicates, %v", src.Duplicates, err)
	}
}

// Every limit holds at its value and bites one over.
func TestBackChannelLimits(t *testing.T) {
	t.Parallel()
	for _, over := range []int{0, 1} {
		cut := over == 1
		name := func(limit string) string { return fmt.Sprintf("%s, %d over", limit, over) }
		text := strings.Repeat("a", 100+over)
		got, _, err := entries(t, strings.NewReader(lineOf(`"request":{"url":"`+text+`"},"response":{"status":200,"json":"`+text+`"}`)), Limits{StringBytes: 100})
		if err != nil || got[0].Cut != cut || len(got[0].Request.URL) != 100 || got[0].Response.Body.Truncated != cut || len(got[0].Response.Body.Text) != 100 {
			t.Errorf("%s: %+v, %v", name("string"), got, err)
		}
		got, _, err = entries(t, strings.NewReader(lineOf(`"request":{"url":"`+text+`"}`)), Limits{EntryBytes: 100})
		if err != nil || got[0].Cut != cut || len(got[0].Request.URL) != 100 {
			t.Errorf("%s: %+v, %v", name("entry"), got, err)
		}
		list := "[" + strings.TrimSuffix(strings.Repeat(`["a","b"],`, 3+over), ",") + "]"
		got, _, err = entries(t, strings.NewReader(lineOf(`"request":{"headers":`+list+`,"form":`+list+`}`)), Limits{Children: 3})
		if err != nil || got[0].Cut != cut || len(got[0].Request.Headers) != 3 || len(got[0].Request.Body.Params) != 3 {
			t.Errorf("%s: %+v, %v", name("children"), got, err)
		}
		tooLarge := map[bool]apperr.Kind{true: apperr.TooLarge}[cut]
		line := lineOf(`"time":1`)
		if got, _, err = entries(t, strings.NewReader(strings.Repeat(line, 3+over)), Limits{Entries: 3}); apperr.KindOf(err) != tooLarge || len(got) != 3 {
			t.Errorf("%s: %d entries, %v", name("entries"), len(got), err)
		}
		if _, _, err = entries(t, strings.NewReader(line), Limits{TotalBytes: int64(len(line) - over)}); apperr.KindOf(err) != tooLarge {
			t.Errorf("%s: %v", name("total"), err)
		}
		deep := strings.Repeat("[", 19+over) + strings.Repeat("]", 19+over)
		if _, _, err = entries(t, strings.NewReader(lineOf(`"x":`+deep)), Limits{Depth: 20}); apperr.KindOf(err) != tooLarge {
			t.Errorf("%s: %v", name("depth"), err)
		}
	}
}

// Memory does not grow with the number of lines.
func TestBackChannelReadsAhead(t *testing.T) {
	t.Parallel()
	lines := strings.Join(lineVectors(t), "\n")
	n := 0
	src, err := ReadOverlapped(repeated("", lines+"\n", 200, ""), Limits{}, nil, func(*Entry) error { n++; return nil })
	if want := 200 * len(lineVectors(t)); err != nil || n != want || src.Entries != want || src.Kind != kindBackChannel {
		t.Errorf("%d of %d entries, %+v, %v", n, want, src, err)
	}
}

// FuzzBackChannel: no line, whole or mutated, makes the reader panic, pass a
// limit, give an error of another kind or read otherwise in small pieces.
func FuzzBackChannel(f *testing.F) {
	seeds := lineVectors(f)
	seeds = append(seeds, seeds[0]+"\n"+seeds[1], seeds[0][:200], lineOf(`"request":{"form":[["a"],{"name":"b","value":1}]}`),
		lineOf(`"time":1`)+`{"back_channel":2}`, lineOf(`"time":1`)+`{"back_channel":1,"round":"s"}`, `{"back_channel":1,"log":{"entries":[{}]}}`,
		lineOf(`"response":{"json":"`+"\xe4"+`"}`))
	if len(seeds) != 30 {
		f.Fatalf("%d seeds, want 30", len(seeds))
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, src, err := fuzzedPacked(t, bytes.NewReader(doc))
		again, src2, err2 := fuzzedPacked(t, &trickle{r: bytes.NewReader(doc)})
		if src.Entries != src2.Entries || src.Truncated != src2.Truncated || (err == nil) != (err2 == nil) || strings.Join(got, "\n") != strings.Join(again, "\n") {
			t.Fatalf("read otherwise in small pieces: %+v %v, %+v %v", src, err, src2, err2)
		}
	})
}
