package capture

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/proofwalk/proofwalk/internal/apperr"
)

var update = flag.Bool("update", false, "write testdata/public.golden.json anew")

const publicFiles = 14

// public gives the files of testdata/hars by name.
func public(t testing.TB) map[string][]byte {
	t.Helper()
	out := make(map[string][]byte)
	for _, ext := range []string{"*.har", "*.harp"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", "hars", ext))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.Base(p)] = b
		}
	}
	if len(out) != publicFiles {
		t.Fatalf("found %d public captures, want %d", len(out), publicFiles)
	}
	return out
}

// summary is what the golden file keeps of a capture: enough to see that
// nothing of it was passed over.
type summary struct {
	Error      string `json:",omitempty"`
	Exporter   string
	Entries    int
	Pages      int
	CannotShow []string
	Timed      int // entries with a time
	Statuses   map[int]int
	Failed     int
	Headers    int
	Cookies    int
	Query      int
	Params     int
	Messages   int
	Requests   int   // with a body
	Bodies     int   // responses with a text
	BodyBytes  int   // of those texts, decoded, as far as they are kept
	Omitted    int   // responses without the content they had
	Sizes      int64 // stated or counted sizes of all response bodies
}

func summarise(t testing.TB, doc []byte) summary {
	t.Helper()
	s := summary{Statuses: make(map[int]int)}
	got, src, err := entries(t, strings.NewReader(string(doc)), Limits{})
	if err != nil {
		s.Error = apperr.TextOf(err)
	}
	s.Exporter, s.Entries, s.Pages, s.CannotShow = src.Exporter, src.Entries, len(src.Pages), src.CannotShow
	if src.Truncated || src.Entries != len(got) {
		t.Errorf("source %+v for %d entries", src, len(got))
	}
	for i, e := range got {
		if e.Index != i || e.Cut {
			t.Errorf("entry %d has index %d, cut %v", i, e.Index, e.Cut)
		}
		if !e.StartedAt.IsZero() {
			s.Timed++
		}
		if e.Failed {
			s.Failed++
		}
		s.Messages += len(e.WebSocketMessages) + len(e.EventMessages)
		s.Headers += len(e.Request.Headers)
		s.Cookies += len(e.Request.Cookies)
		s.Query += len(e.Request.Query)
		if b := e.Request.Body; b != nil {
			s.Requests++
			s.Params += len(b.Params)
		}
		p := e.Response
		if p == nil {
			continue
		}
		s.Statuses[p.Status]++
		s.Headers += len(p.Headers)
		s.Cookies += len(p.Cookies)
		if b := p.Body; b != nil {
			s.BodyBytes += len(b.Text)
			s.Sizes += b.Size
			if len(b.Text) > 0 {
				s.Bodies++
			}
			if b.Omitted {
				s.Omitted++
			}
		}
	}
	return s
}

func TestReadPublicCaptures(t *testing.T) {
	t.Parallel()
	got := make(map[string]summary)
	for name, doc := range public(t) {
		got[name] = summarise(t, doc)
	}
	const golden = "testdata/public.golden.json"
	if *update {
		b, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]summary
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("captures read otherwise than before (-want +got):\n%s", d)
	}
}

// The lexer and encoding/json agree on every public capture that is strict JSON.
func TestReadAgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	type message struct {
		Headers  []struct{ Name, Value string }
		URL      string
		Method   string
		Status   int
		PostData struct{ Text string }
		Content  struct{ Text, Encoding string }
	}
	compared := 0
	for name, doc := range public(t) {
		var want struct {
			Log struct {
				Entries []struct{ Request, Response message }
			}
		}
		if json.Unmarshal(doc, &want) != nil {
			continue
		}
		compared++
		got, _, err := entries(t, strings.NewReader(string(doc)), Limits{StringBytes: 1 << 30, EntryBytes: 1 << 30})
		if err != nil || len(got) != len(want.Log.Entries) {
			t.Fatalf("%s: %d entries, want %d, error %v", name, len(got), len(want.Log.Entries), err)
		}
		for i, w := range want.Log.Entries {
			g := got[i]
			var headers []Field
			for _, h := range w.Request.Headers {
				headers = append(headers, Field(h))
			}
			wantAll := []any{w.Request.Method, w.Request.URL, headers, w.Request.PostData.Text, w.Response.Status}
			gotAll := []any{g.Request.Method, g.Request.URL, g.Request.Headers, "", g.Response.Status}
			if b := g.Request.Body; b != nil {
				gotAll[3] = string(b.Text)
			}
			if b := g.Response.Body; b != nil && w.Response.Content.Encoding == "" {
				wantAll, gotAll = append(wantAll, w.Response.Content.Text), append(gotAll, string(b.Text))
			}
			if d := cmp.Diff(wantAll, gotAll); d != "" {
				t.Errorf("%s: entry %d differs (-want +got):\n%s", name, i, d)
			}
		}
	}
	if compared != 10 {
		t.Errorf("compared %d captures, want 10", compared)
	}
}

// What an exporter leaves out is told from what did not happen.
func TestCannotShow(t *testing.T) {
	t.Parallel()
	cookie := `,"request":{"url":"https://a.example/","headers":[{"name":"cookie","value":"a=1"}]}`
	plain := `,"request":{"url":"https://a.example/"}`
	bearer := `,"request":{"url":"https://a.example/","headers":[{"name":"Authorization","value":"Bearer a"}]}`
	fragment := `,"request":{"url":"https://a.example/#a=1"}`
	body := `,"response":{"status":200,"content":{"size":2,"text":"ab"}}`
	bare := `,"response":{"status":200}`
	noBody := `,"response":{"status":200,"content":{"size":2}}`
	redirect := `,"response":{"status":302,"content":{"size":0}}`
	meta := `"_proofwalk":{"format":1,"round":"r","source":{"kind":"har","exporter":"chrome","limits":["cookies","odd"]}},`
	tests := []struct {
		name, creator, meta, entry string
		want                       []string
	}{
		{"Chrome, sanitized", "WebInspector", "", plain + body, []string{LimitCookies, LimitAuthorization, LimitFragments}},
		{"Chrome with Authorization", "WebInspector", "", bearer + body, []string{LimitCookies, LimitFragments}},
		{"Chrome with cookies", "WebInspector", "", cookie + body, []string{LimitFragments}},
		{"Firefox without cookies", "Firefox", "", plain + body, nil},
		{"unknown tool without cookies", "x", "", plain + body, []string{LimitCookies, LimitAuthorization, LimitFragments}},
		{"fragment kept", "Playwright", "", fragment + body, nil},
		{"bodies left out", "Firefox", "", fragment + noBody, []string{LimitBodies}},
		{"content left out", "Firefox", "", plain + bare, []string{LimitBodies}},
		{"bodies empty", "Firefox", "", fragment + redirect, nil},
		{"proxy", "mitmproxy", "", cookie + body, []string{LimitFragments}},
		{"redacted before", "proofwalk", meta, plain + noBody, []string{LimitCookies}},
	}
	for _, tt := range tests {
		for _, creatorFirst := range []bool{true, false} {
			creator, entry := `"creator":{"name":"`+tt.creator+`"}`, `"entries":[{"startedDateTime":"2026-03-01T10:00:00Z"`+tt.entry+`}]`
			doc := `{"log":{` + tt.meta + creator + `,` + entry + `}}`
			if !creatorFirst {
				doc = `{"log":{` + tt.meta + entry + `,` + creator + `}}`
			}
			_, src, err := entries(t, strings.NewReader(doc), Limits{})
			if err != nil || !slices.Equal(src.CannotShow, tt.want) {
				t.Errorf("%s: cannot show %v, want %v, error %v", tt.name, src.CannotShow, tt.want, err)
			}
		}
	}
}

// A capture in which no entry has a time says so.
func TestCannotShowTimes(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]bool{`"startedDateTime":"2026-03-01T10:00:00Z"`: false, `"startedDateTime":"now"`: true, `"time":1`: true} {
		_, src, err := entries(t, strings.NewReader(wrap(entry)), Limits{})
		if err != nil || slices.Contains(src.CannotShow, LimitTimes) != want {
			t.Errorf("%s: cannot show %v, error %v", entry, src.CannotShow, err)
		}
	}
}

// A capture that was redacted before says so to entries that follow.
func TestReadRedacted(t *testing.T) {
	t.Parallel()
	doc := `{"log":{"version":"1.2","creator":{"name":"proofwalk","version":"0.1.0"},
		"_proofwalk":{"format":1,"policy":2,"round":"R1","redactor":{"name":"proofwalk","version":"0.1.0"},
			"source":{"kind":"har","exporter":"chrome","limits":["fragments"]},"integration_digest":"ab"},
		"entries":[{"request":{"url":"https://a.example/"},"_facts":{"visible_chars":12}}]}}`
	got, src, err := entries(t, strings.NewReader(doc), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := &RedactedMeta{
		Format: 1, Policy: 2, Round: "R1", RedactorName: "proofwalk", RedactorVersion: "0.1.0",
		SourceKind: "har", SourceExporter: "chrome", SourceLimits: []string{LimitFragments}, IntegrationDigest: "ab",
	}
	if d := cmp.Diff(want, src.Redacted); d != "" {
		t.Errorf("meta differs (-want +got):\n%s", d)
	}
	if got[0].Redacted != src.Redacted || got[0].Facts["visible_chars"] != 12.0 {
		t.Errorf("entry has %+v and facts %v", got[0].Redacted, got[0].Facts)
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-03-01T10:00:00.250Z":          "2026-03-01T10:00:00.25Z",
		"2016-06-28T21:42:02.7221474+01:00": "2016-06-28T20:42:02.7221474Z",
		"2026-03-01T10:00:00.250+0530":      "2026-03-01T04:30:00.25Z",
		"2026-03-01T10:00:00+05":            "2026-03-01T05:00:00Z",
		"2026-03-01T10:00:00":               "2026-03-01T10:00:00Z",
		"2026-03-01 10:00:00Z":              "2026-03-01T10:00:00Z",
		"1772359200250":                     "2026-03-01T10:00:00.25Z",
		"":                                  "0001-01-01T00:00:00Z",
		"yesterday":                         "0001-01-01T00:00:00Z",
		"17":                                "0001-01-01T00:00:00Z",
	} {
		if got := parseTime(in).UTC().Format("2006-01-02T15:04:05.999999999Z07:00"); got != want {
			t.Errorf("parseTime(%q) = %s, want %s", in, got, want)
		}
	}
}
