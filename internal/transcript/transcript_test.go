package transcript_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

func sample() *transcript.Transcript {
	return &transcript.Transcript{
		Meta: transcript.Meta{
			Format: 1, Policy: 1, Round: "abcdefghijklmnopqrstuvwxyz",
			Redactor: transcript.Redactor{Name: "proofwalk", Version: "0.1.0"},
			Source:   transcript.Source{Kind: "har", Exporter: "chrome", Limits: []string{"fragments"}},
		},
		Pages: []transcript.Page{{ID: "page_1", StartedAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Title: "~text"}},
		Entries: []transcript.Entry{
			{
				Index: 0, PageRef: "page_1", StartedAt: time.Date(2026, 3, 1, 10, 0, 0, 5e6, time.UTC), TimeMS: 12, ResourceType: "document",
				Request: transcript.Request{
					Method: "GET", URL: "https://api.id.me/oauth/authorize?state=~state%231#id_token=~token.ABCDEFGHIJKLMNOP", HTTPVersion: "h2", BodySize: -1,
					Headers:  []transcript.Field{{Name: "Accept", Value: "text/html"}},
					Cookies:  []transcript.Cookie{{Name: "~name#2", Value: "~cookie#1"}},
					Query:    []transcript.Field{{Name: "state", Value: "~state#1"}},
					Fragment: []transcript.Field{{Name: "id_token", Value: "~token.ABCDEFGHIJKLMNOP"}},
				},
				Response: &transcript.Response{
					Status: 302, HTTPVersion: "h2", RedirectURL: "https://host-1.invalid/s1?a=<b>&c", BodyMIME: "application/json", BodyText: `{"scope":"openid"}`,
					Headers: []transcript.Field{{Name: "Location", Value: "/"}},
					Cookies: []transcript.Cookie{{Name: "~name#2", Value: "~cookie#1", Path: "/", SameSite: "Lax", Secure: true, HTTPOnly: true}},
				},
				Facts: transcript.Facts{transcript.FactHostRole: "provider", transcript.FactStateChars: 8, transcript.FactSameSite: false},
			},
			{
				Index: 1, TimeMS: -1, Failed: true, Facts: transcript.Facts{},
				Request: transcript.Request{
					Method: "POST", URL: "https://localhost/", BodySize: 0, BodyMIME: "application/x-www-form-urlencoded",
					Headers: []transcript.Field{}, Query: []transcript.Field{}, Form: []transcript.Field{{Name: "code", Value: "~code#3"}},
				},
			},
		},
	}
}

// What is written reads back the same, and the same transcript gives the same bytes.
func TestWriteReadRoundTrip(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	if err := transcript.Write(&first, sample()); err != nil {
		t.Fatal(err)
	}
	got, err := transcript.Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if err := transcript.Write(&second, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("writing what was read gives other bytes")
	}
}

func written(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := transcript.Write(&b, sample()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Everything that is not by the format is refused, and no error says what stood there.
func TestReadIsStrict(t *testing.T) {
	t.Parallel()
	good := written(t)
	head, _, ok := strings.Cut(good, `,"_proofwalk"`)
	if !ok {
		t.Fatal("the sample has no marker")
	}
	edit := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the sample does not hold %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, c := range map[string]struct {
		text string
		kind apperr.Kind
	}{
		"empty":              {"", apperr.Unsupported},
		"not JSON":           {"SECRETVALUE", apperr.Unsupported},
		"a plain HAR":        {`{"log":{"version":"1.2","creator":{"name":"SECRETVALUE","version":"1"},"entries":[]}}`, apperr.Unsupported},
		"unknown fact":       {edit(`"state_chars"`, `"SECRETVALUE"`), apperr.Invalid},
		"fact of other type": {edit(`"state_chars":8`, `"state_chars":"SECRETVALUE"`), apperr.Invalid},
		"unknown code":       {edit(`"provider"`, `"SECRETVALUE"`), apperr.Invalid},
		"fact too large":     {edit(`"state_chars":8`, `"state_chars":1000001`), apperr.Invalid},
		"fractional fact":    {edit(`"state_chars":8`, `"state_chars":8.5`), apperr.Invalid},
		"vendor field":       {edit(`"cache":{}`, `"cache":{},"_SECRETVALUE":1`), apperr.Invalid},
		"cache content":      {edit(`"cache":{}`, `"cache":{"SECRETVALUE":1}`), apperr.Invalid},
		"no facts":           {edit(`"_facts":{"failed":true}`, `"_facts":null`), apperr.Invalid},
		"time":               {edit(`2026-03-01T10:00:00.005Z`, `2026-03-01 SECRETVALUE`), apperr.Invalid},
		"other format":       {edit(`"format":1`, `"format":2`), apperr.Invalid},
		"round not a word":   {edit(`abcdefghijklmnopqrstuvwxyz`, `SECRETVALUE SECRETVALUE`), apperr.Invalid},
		"trailing bytes":     {good + "SECRETVALUE", apperr.Invalid},
		"second entries":     {edit(`"pages":`, `"entries":[],"pages":`), apperr.Invalid},
		"cut off":            {good[:len(good)/2], apperr.Invalid},
		"no marker":          {head + "}}", apperr.Invalid},
	} {
		_, err := transcript.Read(strings.NewReader(c.text))
		if apperr.KindOf(err) != c.kind {
			t.Errorf("%s: kind %q, want %q (%v)", name, apperr.KindOf(err), c.kind, err)
		}
		if err != nil && strings.Contains(err.Error(), "SECRETVALUE") {
			t.Errorf("%s: the error repeats the input", name)
		}
	}
}

// An entry beyond the limit and an entry too many end the reading; what stands
// in between costs no memory, since it is given one by one.
func TestReadLimits(t *testing.T) {
	t.Parallel()
	long := strings.Replace(written(t), "Accept", strings.Repeat("A", transcript.MaxEntryBytes+1), 1)
	if _, err := transcript.Read(strings.NewReader(long)); !apperr.Is(err, apperr.TooLarge) {
		t.Errorf("an entry of more than the limit: %v", err)
	}
	var b bytes.Buffer
	w, err := transcript.NewWriter(&b, "1")
	if err != nil {
		t.Fatal(err)
	}
	e := sample().Entries[1]
	for range transcript.MaxEntries + 1 {
		if err := w.WriteEntry(&e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(nil, sample().Meta); err != nil {
		t.Fatal(err)
	}
	if _, err := transcript.Read(bytes.NewReader(b.Bytes())); !apperr.Is(err, apperr.TooLarge) {
		t.Errorf("one entry too many: %v", err)
	}
	n := 0
	if _, _, err := transcript.ReadEntries(bytes.NewReader(b.Bytes()), func(*transcript.Entry) error { n++; return nil }); err != nil || n != transcript.MaxEntries+1 {
		t.Errorf("ReadEntries gave %d entries and %v", n, err)
	}
}

func TestParseValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]transcript.Value{
		"":                               {Kind: transcript.Clear},
		"openid":                         {Kind: transcript.Clear},
		"~state.ABCDEFGHIJKLMNOP":        {Kind: transcript.Pseudonym, Class: "state", Key: "ABCDEFGHIJKLMNOP"},
		"~state.ABCDEFGHIJKLMNO":         {Kind: transcript.Clear},
		"~state.ABCDEFGHIJKLMNO1":        {Kind: transcript.Clear},
		"~state.ABCDEFGHIJKLMNOPQ":       {Kind: transcript.Clear},
		"~jane.ABCDEFGHIJKLMNOP":         {Kind: transcript.Clear},
		"~state#1":                       {Kind: transcript.Ordinal, Class: "state", Key: "1"},
		"~state%231":                     {Kind: transcript.Ordinal, Class: "state", Key: "1"},
		"~state#01":                      {Kind: transcript.Clear},
		"~state#0":                       {Kind: transcript.Clear},
		"~state#123456":                  {Kind: transcript.Clear},
		"~pii":                           {Kind: transcript.Constant, Class: "pii"},
		"~piiX":                          {Kind: transcript.Clear},
		"~pii ~pii":                      {Kind: transcript.Clear},
		"Bearer ~token.ABCDEFGHIJKLMNOP": {Kind: transcript.Clear},
	} {
		want.Text = text
		if diff := cmp.Diff(want, transcript.ParseValue(text)); diff != "" {
			t.Errorf("ParseValue(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestPiecesJoinToTheValue(t *testing.T) {
	t.Parallel()
	const text = "https://host-1.invalid/s1?state=~state%231&x=~str&code=~code.ABCDEFGHIJKLMNOP"
	var kinds []transcript.Kind
	joined := ""
	for _, p := range transcript.Pieces(text) {
		kinds = append(kinds, p.Kind)
		joined += p.Text
	}
	if joined != text {
		t.Errorf("joined: %s", joined)
	}
	want := []transcript.Kind{transcript.Clear, transcript.Ordinal, transcript.Clear, transcript.Constant, transcript.Clear, transcript.Pseudonym}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

func TestComparable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b              string
		equal, comparable bool
	}{
		{"openid", "openid", true, true},
		{"openid", "email", false, true},
		{"~state.ABCDEFGHIJKLMNOP", "~cookie.ABCDEFGHIJKLMNOP", true, true},
		{"~state.ABCDEFGHIJKLMNOP", "~state.BBCDEFGHIJKLMNOP", false, true},
		{"~state#1", "~nonce#1", true, true},
		{"~state#1", "~state#2", false, true},
		{"~state#1", "~state.ABCDEFGHIJKLMNOP", false, true},
		{"~state#1", "", false, true},
		{"~str", "~str", false, false},
		{"~str", "openid", false, false},
		{"https://x.invalid/?a=~pii", "https://x.invalid/?a=~pii", false, false},
		{"https://x.invalid/?a=~state%231", "https://x.invalid/?a=~nonce%231", true, true},
		{"https://x.invalid/?a=~state%231", "https://y.invalid/?a=~state%231", false, true},
	} {
		for _, swap := range []bool{false, true} {
			a, b := c.a, c.b
			if swap {
				a, b = b, a
			}
			if equal, comparable := transcript.Comparable(a, b); equal != c.equal || comparable != c.comparable {
				t.Errorf("Comparable(%q, %q) = %v, %v", a, b, equal, comparable)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := transcript.Write(&b, sample()); err != nil {
		f.Fatal(err)
	}
	seeds := [][]byte{b.Bytes(), b.Bytes()[:200], []byte(`{"log":{}}`), []byte("[[[["), nil}
	for _, s := range seeds {
		f.Add(s)
	}
	if len(seeds) != 5 {
		f.Fatalf("%d seeds, want 5", len(seeds))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := transcript.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := transcript.Write(&once, got); err != nil {
			return // a value of the reader's that the writer refuses does no harm
		}
		again, err := transcript.Read(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if err := transcript.Write(&twice, again); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Fatal("writing is not stable")
		}
	})
}
