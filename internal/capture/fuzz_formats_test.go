package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// fuzzLimits are small, so that the mutator meets each of them.
var fuzzLimits = Limits{StringBytes: 64, EntryBytes: 256, Depth: 32, Children: 4, Entries: 8, TotalBytes: 1 << 16, Ratio: 20, Files: 4}

// FuzzContainer: no gzip or zip, whole or mutated, makes the reader panic, pass
// a limit or give an error of another kind; how its bytes arrive makes no
// difference.
func FuzzContainer(f *testing.F) {
	doc := wrap(`"comment":"a","request":{"url":"https://a.example/"}`)
	other := file{name: "b.txt", text: strings.Repeat("b", 100)}
	seeds := [][]byte{
		gzipped(f, doc), gzipped(f, doc[:20], doc[20:]), gzipped(f, utf16Text(binary.LittleEndian, doc)), gzipped(f, string(gzipped(f, doc))),
		zipOf(f, file{name: "a.har", text: doc}), zipOf(f, file{name: "a.har", text: doc, sizes: true}),
		zipOf(f, other, file{name: "a.har", text: doc, stored: true, sizes: true}), zipOf(f, file{name: "a.har", text: doc}, file{name: "b.har", text: doc}),
		zipOf(f, file{name: "har.har", text: attached("")}, file{name: pageName, text: "<p>"}, file{name: formName, text: "a=1"}),
		zipOf(f), zip64Of(f, doc), sample(f, "playwright-attach.zip"), sample(f, "playwright-embed.har.gz"),
		wrongZipSum(f, doc), withFlags(zipOf(f, file{name: "a.har", text: doc, sizes: true}), 1),
	}
	if len(seeds) != 15 {
		f.Fatalf("%d seeds, want 15", len(seeds))
	}
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		if containerOf(packed[:min(len(packed), headBytes)]) == "" {
			return // FuzzRead's
		}
		_, _, _ = fuzzedPacked(t, bytes.NewReader(packed)) // by its directory, where it has one
		got, src, err := fuzzedPacked(t, stream(packed))
		again, src2, err2 := fuzzedPacked(t, &trickle{r: bytes.NewReader(packed)})
		if src.Entries != src2.Entries || src.Truncated != src2.Truncated || (err == nil) != (err2 == nil) || strings.Join(got, "\n") != strings.Join(again, "\n") {
			t.Fatalf("read otherwise in small pieces: %+v %v, %+v %v", src, err, src2, err2)
		}
	})
}

// FuzzSAMLTracer: the same for SAML-tracer's exports; what the tracer put for a
// value is never given as one.
func FuzzSAMLTracer(f *testing.F) {
	raw := sample(f, "saml-tracer.json")
	start := bytes.LastIndex(raw, []byte(`"method"`))
	last := append([]byte(`{"requests":[{`), raw[bytes.LastIndex(raw[:start], []byte(`"method"`)):]...)
	seeds := [][]byte{
		raw[:8<<10], last, filterTrace(f, last, 2), filterTrace(f, last, 3), legacyTrace(f, last),
		[]byte(`{"timestamp":"x","requests":[{"url":"u","post":[["a","1"],["b"]],"postData":{"a":["1"]},"saml":"<secret>"}]}`),
		[]byte(`{"requests":[{"requestHeaders":[["a","b"],{"name":"a","value":"{obf:1}"}],"responseStatus":"200","responseStatusText":"HTTP/1.1 200 OK"}]}`),
		[]byte(`{"requests":{}}`), []byte(`{"requests":[],"log":{"entries":[{}]}}`),
	}
	if len(seeds) != 9 {
		f.Fatalf("%d seeds, want 9", len(seeds))
	}
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, src, err := fuzzed(t, bytes.NewReader(doc), fuzzLimits)
		again, src2, err2 := fuzzed(t, &trickle{r: bytes.NewReader(doc)}, fuzzLimits)
		if src.Entries != src2.Entries || src.Truncated != src2.Truncated || (err == nil) != (err2 == nil) || strings.Join(got, "\n") != strings.Join(again, "\n") {
			t.Fatalf("read otherwise in small pieces: %+v %v, %+v %v", src, err, src2, err2)
		}
		_, _ = Read(bytes.NewReader(doc), fuzzLimits, func(e *Entry) error {
			if b := e.Request.Body; src.Kind == kindSAMLTracer && b != nil {
				for _, p := range b.Params {
					if isFiltered(p.Name) || isFiltered(p.Value) {
						t.Fatal("what the tracer put for a value is given as one")
					}
				}
			}
			return nil
		})
	})
}

// fuzzedPacked is fuzzed for containers, whose damage may be met when entries
// have been given.
func fuzzedPacked(t *testing.T, r io.Reader) ([]string, Source, error) {
	var all []string
	src, err := Read(r, fuzzLimits, func(e *Entry) error {
		all = append(all, checkEntry(t, e, fuzzLimits))
		return nil
	})
	switch kind := apperr.KindOf(err); kind {
	case "":
		if src.Entries == 0 || src.Entries != len(all) {
			t.Fatalf("%d entries given, source %+v", len(all), src)
		}
	case apperr.Invalid, apperr.Unsupported, apperr.TooLarge:
		if text := apperr.TextOf(err); !strings.HasSuffix(text, ".") {
			t.Fatalf("error text %q is no sentence", text)
		}
	default:
		t.Fatalf("error of another kind: %v", err)
	}
	return all, src, err
}
