package redact_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

const vectorsFile = "../../testdata/vectors/redacted_har.json"

var updateVectors = flag.Bool("update", false, "write the vectors anew")

// vectorFile is testdata/vectors/redacted_har.json; docs/redacted_har.md says
// how to run it.
type vectorFile struct {
	Format      int      `json:"format"`
	Policy      int      `json:"policy"`
	Key         string   `json:"key"`
	Started     string   `json:"started"`
	Integration string   `json:"integration"`
	Vectors     []vector `json:"vectors"`
}

type vector struct {
	Name       string `json:"name"`
	Position   string `json:"position"`
	Field      string `json:"field,omitempty"`
	Input      string `json:"input"`
	Registered bool   `json:"registered,omitempty"`
	Written    any    `json:"written"`
}

func readVectors(t *testing.T) vectorFile {
	t.Helper()
	var f vectorFile
	dec := json.NewDecoder(bytes.NewReader(readFile(t, vectorsFile)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

// entry puts the input into its position in an entry that has nothing else.
func (v vector) entry(t *testing.T, started string) map[string]any {
	t.Helper()
	const page = "https://localhost/"
	pair := url.QueryEscape(v.Field) + "=" + url.QueryEscape(v.Input)
	var e map[string]any
	switch v.Position {
	case "url":
		e = harEntry("GET", v.Input, "")
	case "query":
		e = harEntry("GET", page+"?"+pair, "")
	case "form":
		e = harEntry("POST", page, pair)
	case "cookie":
		e = withHeaders([]any{field("Cookie", v.Input)}, nil)
	case "request_header":
		e = withHeaders([]any{field(v.Field, v.Input)}, nil)
	case "response_header":
		e = withHeaders(nil, []any{field(v.Field, v.Input)})
	case "json", "page":
		mime := map[string]string{"json": "application/json", "page": "text/html"}[v.Position]
		e = harEntry("GET", page, "")
		e["response"] = map[string]any{"status": 200, "content": map[string]any{"mimeType": mime, "text": v.Input}}
	case "time":
		e = harEntry("GET", page, "")
		e["time"] = json.Number(v.Input)
	case "size":
		e = harEntry("GET", page, "")
		e["response"] = map[string]any{"status": 200, "content": map[string]any{"mimeType": "image/png", "size": json.Number(v.Input)}}
	case "title":
		e = harEntry("GET", page, "")
		e["pageref"] = "p"
	default:
		t.Fatalf("%s: no position is called %s", v.Name, v.Position)
	}
	e["startedDateTime"] = started
	return e
}

// written reads what became of the input from where it stands now.
func (v vector) written(tr *transcript.Transcript) any {
	e := tr.Entries[0]
	lines := func(fields []transcript.Field) any {
		out := []any{}
		for _, f := range fields {
			out = append(out, f.Name+"="+f.Value)
		}
		return out
	}
	header := func(fields []transcript.Field) any {
		if len(fields) == 0 {
			return nil // dropped
		}
		return fields[0].Value
	}
	switch v.Position {
	case "url":
		return e.Request.URL
	case "query":
		return lines(e.Request.Query)
	case "form":
		return lines(e.Request.Form)
	case "cookie", "request_header":
		return header(e.Request.Headers)
	case "response_header":
		return header(e.Response.Headers)
	case "json":
		return e.Response.BodyText
	case "page":
		facts := map[string]any{}
		for name, value := range e.Facts {
			if n, ok := value.(int); ok {
				value = float64(n)
			}
			facts[string(name)] = value
		}
		return facts
	case "time":
		return float64(e.TimeMS)
	case "size":
		return float64(e.Response.BodySize)
	}
	return tr.Pages[0].Title
}

// The vectors of the format are what the redactor writes, each in a capture of
// its own, and they have every class, every constant and every position.
func TestVectors(t *testing.T) {
	t.Parallel()
	f := readVectors(t)
	key, err := hex.DecodeString(f.Key)
	if err != nil || len(key) != 32 || f.Format != transcript.Format || f.Policy != transcript.Policy && !*updateVectors {
		t.Fatalf("key of %d bytes, format %d, policy %d: %v", len(key), f.Format, f.Policy, err)
	}
	cfg, err := integration.Parse(readFile(t, "../../testdata/"+f.Integration))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, v := range f.Vectors {
		o := redact.Options{Key: [32]byte(key), Round: round, Version: "0.1.0"}
		if v.Registered {
			o.Config = &cfg
		}
		doc := map[string]any{"entries": []any{v.entry(t, f.Started)}}
		if v.Position == "title" {
			doc["pages"] = []any{map[string]any{"id": "p", "title": v.Input, "startedDateTime": f.Started}}
		}
		raw, err := json.Marshal(map[string]any{"log": doc})
		if err != nil {
			t.Fatal(err)
		}
		tr, _, err := redact.New(o).Transcript(bytes.NewReader(raw), capture.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		got := v.written(tr)
		if *updateVectors {
			f.Vectors[i].Written = got
		} else if diff := cmp.Diff(v.Written, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.Name, diff)
		}
		for _, p := range transcript.Pieces(strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(got), "[", " "), "]", " ")) {
			seen[string(p.Kind)+" "+p.Class] = true
		}
		seen["position "+v.Position] = true
	}
	var want []string
	for _, class := range transcript.Classes {
		if class != "secret" { // values of this class are never compared now
			want = append(want, string(transcript.Pseudonym)+" "+class)
		}
	}
	for _, class := range []string{"num", "opaque", "pii", "secret", "str", "text", "userinfo"} {
		want = append(want, string(transcript.Constant)+" "+class)
	}
	for _, w := range append(want, "ordinal state", "clear ") {
		if !seen[w] {
			t.Errorf("no vector has a %s", w)
		}
	}
	if *updateVectors {
		writeVectors(t, f)
	}
}

func writeVectors(t *testing.T, f vectorFile) {
	t.Helper()
	f.Policy = transcript.Policy
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(f); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.FromSlash(vectorsFile), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
