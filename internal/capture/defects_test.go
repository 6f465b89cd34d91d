package capture

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

func TestReadTakesWhatExportersGetWrong(t *testing.T) {
	t.Parallel()
	request := `"request":{"method":"GET","url":"https://a.example/"}`
	tests := []struct {
		name, entry string
		check       func(Entry) any
		want        any
	}{
		{"NaN, Infinity, undefined", `"time":NaN,"timings":{"wait":Infinity,"send":undefined,"dns":-Infinity,"connect":3}`,
			func(e Entry) any {
				return []float64{e.TimeMS, e.Timings.Wait, e.Timings.Send, e.Timings.DNS, e.Timings.Connect}
			},
			[]float64{-1, -1, -1, -1, 3}},
		{"numbers as strings", `"time":" 365 ","response":{"status":"200","bodySize":"17"}`,
			func(e Entry) any { return []any{e.TimeMS, e.Response.Status, e.Response.BodySize} }, []any{365.0, 200, int64(17)}},
		{"negative status", `"response":{"status":-2}`,
			func(e Entry) any { return []any{e.Response.Status, e.Failed} }, []any{0, true}},
		{"status as word", `"response":{"status":"error"}`,
			func(e Entry) any { return []any{e.Response.Status, e.Failed} }, []any{0, true}},
		{"status absent", `"response":{}`,
			func(e Entry) any { return []any{e.Response.Status, e.Failed} }, []any{0, false}},
		{"network error", `"response":{"status":0,"_error":"net::ERR_ABORTED"}`,
			func(e Entry) any { return e.Failed }, true},
		{"time null", `"time":null`, func(e Entry) any { return e.TimeMS }, -1.0},
		{"negative timings", `"timings":{"wait":-5}`, func(e Entry) any { return e.Timings.Wait }, -1.0},
		{"raw control bytes", "\"comment\":\"a\x00b\tc\nd\x1f\"", func(e Entry) any { return e.Comment }, "a\x00b\tc\nd\x1f"},
		{"invalid UTF-8", "\"comment\":\"a\xff\xfeb\xc3\"", func(e Entry) any { return e.Comment }, "a\uFFFDb\uFFFD"},
		{"lone high surrogate", `"comment":"a\ud83dz"`, func(e Entry) any { return e.Comment }, "a\uFFFDz"},
		{"lone low surrogate", `"comment":"a\ude00z"`, func(e Entry) any { return e.Comment }, "a\uFFFDz"},
		{"two high surrogates", `"comment":"\ud83d\ud83d\ude00"`, func(e Entry) any { return e.Comment }, "\uFFFD😀"},
		{"surrogate pair", `"comment":"\ud83d\ude00"`, func(e Entry) any { return e.Comment }, "😀"},
		{"escapes", `"comment":"\"\\\/\b\f\n\r\t\u0041\u0000\q"`, func(e Entry) any { return e.Comment }, "\"\\/\b\f\n\r\tA\x00q"},
		{"broken escape", `"comment":"\u12G4"`, func(e Entry) any { return e.Comment }, "\uFFFD12G4"},
		{"duplicate scalar", `"comment":"a","comment":"b"`, func(e Entry) any { return e.Comment }, "b"},
		{"duplicate request", `"request":{"url":"u","headers":[{"name":"a","value":"1"}]},"request":{"headers":[{"name":"b","value":"2"}]}`,
			func(e Entry) any { return e.Request.Headers }, []Field{{"b", "2"}}},
		{"headers as object", `"request":{"headers":{"Host":"a.example","X-N":5,"Accept":["a","b"]}}`,
			func(e Entry) any { return e.Request.Headers }, []Field{{"Host", "a.example"}, {"X-N", "5"}, {"Accept", "a\nb"}}},
		{"headers null and odd members", `"request":{"headers":null,"cookies":[null,3,{"name":"a"}]}`,
			func(e Entry) any { return []any{len(e.Request.Headers), e.Request.Cookies} }, []any{0, []Cookie{{Name: "a"}}}},
		{"cookies as object", `"request":{"cookies":{"a":"1"}}`,
			func(e Entry) any { return e.Request.Cookies }, []Cookie{{Name: "a", Value: "1"}}},
		{"response null", `"response":null`, func(e Entry) any { return e.Response == nil }, true},
		{"response missing", `"time":1`, func(e Entry) any { return e.Response == nil }, true},
		{"request missing", `"time":1`, func(e Entry) any { return e.Request.URL }, ""},
		{"content missing", `"response":{"status":200}`, func(e Entry) any { return e.Response.Body == nil }, true},
		{"postData null", `"request":{"postData":null}`, func(e Entry) any { return e.Request.Body == nil }, true},
		{"params without text", `"request":{"postData":{"mimeType":"m","params":[{"name":"a","value":"1"}]}}`,
			func(e Entry) any { return []any{e.Request.Body.Params, e.Request.Body.Omitted} }, []any{[]Field{{"a", "1"}}, false}},
		{"text and params disagree", `"request":{"postData":{"text":"a=2","params":[{"name":"a","value":"1"}]}}`,
			func(e Entry) any { return []any{string(e.Request.Body.Text), e.Request.Body.Params} }, []any{"a=2", []Field{{"a", "1"}}}},
		{"base64 postData, encoding first", `"request":{"postData":{"encoding":"base64","text":"YT1iJmM9ZA"}}`,
			func(e Entry) any { return string(e.Request.Body.Text) }, "a=b&c=d"},
		{"base64 URL alphabet with lines", `"response":{"content":{"encoding":"base64","text":"-_-_\r\n_w=="}}`,
			func(e Entry) any { return e.Response.Body.Text }, []byte{0xfb, 0xff, 0xbf, 0xff}},
		{"base64 that is none", `"response":{"content":{"encoding":"base64","text":"{}"}}`,
			func(e Entry) any { return string(e.Response.Body.Text) }, "{}"},
		{"content in another file", `"response":{"status":200,"content":{"size":-1,"_file":"a.html"}}`,
			func(e Entry) any { return e.Response.Body.Omitted }, true},
		{"content left out", `"response":{"status":200,"content":{"size":77}}`,
			func(e Entry) any { return []any{e.Response.Body.Omitted, e.Response.Body.Size} }, []any{true, int64(77)}},
		{"empty content", `"response":{"status":302,"content":{"size":0}}`,
			func(e Entry) any { return e.Response.Body.Omitted }, false},
		{"initiator as string", `"_initiator":"https://a.example/"`, func(e Entry) any { return e.InitiatorURL }, "https://a.example/"},
		{"doubled and trailing commas", `"time":1,,"timings":{"wait":2,},"request":{"headers":[{"name":"a","value":"1"},,]}`,
			func(e Entry) any { return []any{e.Timings.Wait, len(e.Request.Headers)} }, []any{2.0, 1}},
		{"unknown members of every type", `"x":{"a":[1,{"b":"}"}],"c":"]\""},"y":[[["["]]],"z":-1.5e3,"time":4`,
			func(e Entry) any { return e.TimeMS }, 4.0},
		{"versions of another type", `"request":{"httpVersion":1.1},"response":{"httpVersion":{"a":1},"status":200}`,
			func(e Entry) any { return []string{e.Request.HTTPVersion, e.Response.HTTPVersion} }, []string{"1.1", ""}},
		{"versions of garbage", "\"request\":{\"httpVersion\":\"\x01\xfe\xff\"},\"response\":{\"httpVersion\":[1],\"status\":200}",
			func(e Entry) any { return []string{e.Request.HTTPVersion, e.Response.HTTPVersion} }, []string{"\x01\uFFFD", ""}},
		{"request null", `"request":null`, func(e Entry) any { return e.Request.URL }, ""},
		{"content null", `"response":{"status":200,"content":null}`, func(e Entry) any { return e.Response.Body == nil }, true},
		{"timings null", `"timings":null`, func(e Entry) any { return e.Timings }, Timings{-1, -1, -1, -1, -1, -1}},
		{"postData of another type", `"request":{"postData":"a=1"}`, func(e Entry) any { return e.Request.Body == nil }, true},
		{"postData left out", `"request":{"bodySize":18,"postData":{"mimeType":"application/json","text":"","params":[]}}`,
			func(e Entry) any { return []any{e.Request.Body.Omitted, e.Request.Body.Size} }, []any{true, int64(18)}},
		{"empty postData", `"request":{"bodySize":0,"postData":{"mimeType":"","text":""}}`, func(e Entry) any { return e.Request.Body == nil }, true},
		{"base64 in WebKit's form", `"request":{"postData":{"_encoding":"base64","text":"YT1i"}}`,
			func(e Entry) any { return string(e.Request.Body.Text) }, "a=b"},
		{"query as it stands", `"request":{"url":"https://a.example/?a=%20","queryString":[{"name":"a","value":"%20"}]}`,
			func(e Entry) any { return []any{e.Request.URL, e.Request.Query} }, []any{"https://a.example/?a=%20", []Field{{"a", "%20"}}}},
		{"query absent", `"request":{"url":"https://a.example/?a=1"}`,
			func(e Entry) any { return []any{e.Request.URL, len(e.Request.Query)} }, []any{"https://a.example/?a=1", 0}},
		{"folded Set-Cookie", `"response":{"status":200,"headers":[{"name":"set-cookie","value":"a=1; Path=/\nb=2\r\n\n"}]}`,
			func(e Entry) any { return e.Response.Headers }, []Field{{"set-cookie", "a=1; Path=/"}, {"set-cookie", "b=2"}}},
		{"long names", `"` + strings.Repeat("k", 2000) + `":1,"time":4`, func(e Entry) any { return e.TimeMS }, 4.0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			entry := tt.entry
			if !strings.Contains(entry, `"request"`) && tt.name != "request missing" {
				entry += "," + request
			}
			if d := cmp.Diff(tt.want, tt.check(one(t, wrap(entry)))); d != "" {
				t.Errorf("differs (-want +got):\n%s", d)
			}
		})
	}
}

// Members that stand twice are counted, and the last one counts.
func TestReadCountsDuplicates(t *testing.T) {
	t.Parallel()
	longName := strings.Repeat("k", keyBytes+1)
	for entry, want := range map[string]int{
		`"comment":"a"`:               0,
		`"comment":"a","comment":"b"`: 1,
		`"request":{"url":"a","url":"b","url":"c","method":"GET"},"comment":"x"`: 2,
		`"request":{"headers":[{"name":"a","value":"1","value":"2"}]}`:           1,
		`"request":{"headers":[{"name":"a"},{"name":"a"}]}`:                      0,
		`"x":{"a":1,"a":2}`:                                           0, // what is passed over is not looked at
		`"` + longName + `":1,"` + longName + `":2`:                   0,
		`"request":{},"request":{}`:                                   1,
		`"blocked":1,"blocker":1,"_transferSize":1,"_transferSizf":1`: 0,
	} {
		_, src, err := entries(t, strings.NewReader(wrap(entry)), Limits{})
		if err != nil || src.Duplicates != want {
			t.Errorf("%.60s: %d duplicates, want %d, error %v", entry, src.Duplicates, want, err)
		}
	}
	var names []string
	for i := range 2 * rememberedNames {
		names = append(names, fmt.Sprintf(`"name%d":1`, i))
	}
	for at, want := range map[int]int{rememberedNames - 1: 1, rememberedNames: 0} { // wrap adds none to the entry
		_, src, err := entries(t, strings.NewReader(wrap(strings.Join(append(names, names[at]), ","))), Limits{})
		if err != nil || src.Duplicates != want {
			t.Errorf("name %d again: %d duplicates, want %d, error %v", at, src.Duplicates, want, err)
		}
	}
}

// Of a member that stands twice the last one counts, whole: what the one before
// had is not left in it, and null takes it away.
func TestLastMemberCounts(t *testing.T) {
	t.Parallel()
	const request = `"request":{"method":"POST","url":"https://a.example/?code=1","httpVersion":"h2","headers":[{"name":"a","value":"1"}],"cookies":[{"name":"a","value":"1"}],"queryString":[{"name":"a","value":"1"}],"bodySize":3,"postData":{"mimeType":"text/plain","text":"abc"}}`
	const response = `"response":{"status":0,"statusText":"x","httpVersion":"h2","headers":[{"name":"a","value":"1"}],"cookies":[{"name":"a","value":"1"}],"redirectURL":"/a","bodySize":3,"_error":"x","content":{"mimeType":"text/plain","text":"abc"}}`
	for first, seconds := range map[string][]string{
		request:                          {`"request":null`, `"request":{}`, `"request":{"method":"GET"}`, `"request":[]`},
		response:                         {`"response":null`, `"response":{}`, `"response":{"status":200,"_error":""}`, `"response":""`},
		`"_facts":{"a":1}`:               {`"_facts":null`, `"_facts":{}`, `"_facts":{"b":2}`},
		`"timings":{"wait":1}`:           {`"timings":null`, `"timings":{"send":1}`},
		`"_initiator":{"type":"script"}`: {`"_initiator":null`, `"_initiator":{"url":"a"}`, `"_initiator":"a"`},
		`"_error":"x"`:                   {`"_error":null`, `"_error":""`},
		`"comment":"x"`:                  {`"comment":null`},
		`"_fromCache":"disk"`:            {`"_fromCache":null`},
		`"_webSocketMessages":[{}]`:      {`"_webSocketMessages":null`},
	} {
		for _, second := range seconds {
			want, got := one(t, wrap(second)), one(t, wrap(first+","+second))
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s after another (-want +got):\n%s", second, d)
			}
		}
	}
	for whole, c := range map[string][2]string{
		`"request":{%s}`:                   {`"postData":{"mimeType":"text/plain","text":"abc"}`, `"postData":null`},
		`"response":{"status":200,%s}`:     {`"content":{"mimeType":"text/plain","text":"abc"}`, `"content":null`},
		`"response":{"content":{%s}}`:      {`"text":"YWJj","encoding":"base64"`, `"text":null,"encoding":null`},
		`"response":{"status":200,"a":%s}`: {`1,"status":0`, `1,"status":204`},
		`"response":{"status":200,"b":%s}`: {`1,"_failureText":"x"`, `1,"_failureText":null`},
		`"_facts":{%s}`:                    {`"a":1`, `"a":null`},
	} {
		want, got := one(t, wrap(fmt.Sprintf(whole, c[1]))), one(t, wrap(fmt.Sprintf(whole, c[0]+","+strings.TrimPrefix(c[1], "1,"))))
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s after another (-want +got):\n%s", c[1], d)
		}
	}
}

// The same of what stands outside of entries.
func TestLastMemberOfTheLogCounts(t *testing.T) {
	t.Parallel()
	const entry = `"entries":[{"time":1}]`
	for first, second := range map[string]string{
		`"creator":{"name":"Firefox","version":"1"}`:   `"creator":{"version":"2"}`,
		`"pages":[{"id":"a"}]`:                         `"pages":null`,
		`"_proofwalk":{"round":"a"}`:                   `"_proofwalk":null`,
		`"_proofwalk":{"policy":2,"redactor":{"a":1}}`: `"_proofwalk":{"source":{"kind":"har"}}`,
	} {
		read := func(members string) Source {
			_, src, err := entries(t, strings.NewReader(`{"log":{`+members+`,`+entry+`}}`), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			src.Bytes, src.Duplicates = 0, 0
			return src
		}
		if d := cmp.Diff(read(second), read(first+","+second)); d != "" {
			t.Errorf("%s after another (-want +got):\n%s", second, d)
		}
	}
	_, src, err := entries(t, strings.NewReader(`{"log":{"_proofwalk":{"source":{"kind":"har","limits":["tail"]},"source":{},"redactor":{"name":"a"},"redactor":{}},`+entry+`}}`), Limits{})
	if d := cmp.Diff(&RedactedMeta{}, src.Redacted); d != "" || err != nil {
		t.Errorf("parts of the marker, %v (-want +got):\n%s", err, d)
	}
}

// A second list of entries is refused, by whatever name.
func TestSecondListIsRefused(t *testing.T) {
	t.Parallel()
	const list = `[{"time":1}]`
	for doc, kind := range map[string]apperr.Kind{
		`{"log":{"entries":` + list + `,"entries":` + list + `}}`:           apperr.Invalid,
		`{"log":{"entries":` + list + `,"entries":[]}}`:                     apperr.Invalid,
		`{"log":{"entries":` + list + `},"log":{"entries":` + list + `}}`:   apperr.Invalid,
		`{"requests":[{"url":"a"}],"requests":[{"url":"b"}]}`:               apperr.Invalid,
		`{"log":{"entries":null,"entries":` + list + `,"entries":null}}`:    "",
		`{"requests":null,"requests":[{"url":"b"}],"log":{"entries":[{}]}}`: "",
	} {
		_, _, err := entries(t, strings.NewReader(doc), Limits{})
		if apperr.KindOf(err) != kind {
			t.Errorf("%s: %v", doc, err)
		}
	}
}
