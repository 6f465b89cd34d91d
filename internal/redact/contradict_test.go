package redact_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// secondPass redacts a redacted file again, as the server does, and gives its report.
func secondPass(t testing.TB, o redact.Options, file []byte) redact.Report {
	t.Helper()
	var out bytes.Buffer
	report, err := redact.New(o).HAR(&out, bytes.NewReader(file), capture.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// The second pass over what our own redactor wrote finds nothing: no value to
// take away and no fact that is not so. That is so for every capture there is.
func TestSecondPassFindsNothing(t *testing.T) {
	t.Parallel()
	facts := 0
	for _, s := range survivorSources(t) {
		r := redact.New(options(s.cfg))
		once := redacted(t, r, s.raw)
		report := secondPass(t, withNames(options(s.cfg), r.Names()), once)
		for _, it := range report.Items {
			t.Errorf("%s: entry %d, rule %s takes away %d in %s", s.name, it.Entry, it.Rule, it.Count, it.Place)
		}
		for _, c := range report.Contradictions {
			t.Errorf("%s: entry %d, the fact %s is doubted", s.name, c.Entry, c.Fact)
		}
		if report.Again != report.Entries {
			t.Errorf("%s: %d of %d entries came with facts", s.name, report.Again, report.Entries)
		}
		for _, e := range parsed(t, once).Entries {
			facts += len(e.Facts)
		}
	}
	t.Logf("%d facts, none doubted", facts)
	if facts < 5000 {
		t.Errorf("%d facts only", facts)
	}
}

// changed gives another value of a fact.
func changed(spec transcript.FactSpec, v any) any {
	switch v := v.(type) {
	case bool:
		return !v
	case int:
		return v + 1
	case string:
		return spec.Codes[(slices.Index(spec.Codes, v)+1)%len(spec.Codes)]
	}
	return nil
}

// rewritten writes a transcript anew after an edit of its entries.
func rewritten(t testing.TB, file []byte, edit func(e *transcript.Entry)) []byte {
	t.Helper()
	tr := parsed(t, file)
	for i := range tr.Entries {
		edit(&tr.Entries[i])
	}
	var b bytes.Buffer
	if err := transcript.Write(&b, tr); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flowSources are the captures whose facts are about sign-ins.
func flowSources(t *testing.T) []survivorSource {
	t.Helper()
	var out []survivorSource
	for _, s := range survivorSources(t) {
		if s.cfg != nil && !strings.Contains(s.name, "another") {
			out = append(out, s)
		}
	}
	return append(out, survivorSource{"SAML", samlHAR(), config(t, "right")})
}

// A fact that is changed by hand is doubted wherever the redacted entry shows
// what it is about: for the facts in the list that is every time they occur in
// these captures, for the others as often as can be told.
func TestChangedFactsAreDoubted(t *testing.T) {
	t.Parallel()
	always := []transcript.Fact{
		transcript.FactPage, transcript.FactDuplicateParam, transcript.FactRedirectRegistered, transcript.FactRedirectQuery, transcript.FactRedirectFragment,
		transcript.FactClientRegistered, transcript.FactVerifierS256, transcript.FactTokenKinds, transcript.FactSAMLSuccess, transcript.FactErrorTextKnown,
	}
	there, doubted := map[transcript.Fact]int{}, map[transcript.Fact]int{}
	for _, s := range flowSources(t) {
		r := redact.New(options(s.cfg))
		once := redacted(t, r, s.raw)
		occurs := map[transcript.Fact]bool{}
		rewritten(t, once, func(e *transcript.Entry) {
			for name := range e.Facts {
				occurs[name] = true
			}
		})
		for _, spec := range transcript.FactList() {
			if !occurs[spec.Name] {
				continue
			}
			n := 0
			file := rewritten(t, once, func(e *transcript.Entry) {
				// No more than the report names.
				fetched := strings.HasPrefix(string(spec.Name), "saml_") && e.Facts.Code(transcript.FactBodyKind) == "xml" // of which the entry shows nothing
				if v, ok := e.Facts[spec.Name]; ok && n < 100 && !fetched {
					e.Facts[spec.Name] = changed(spec, v)
					n++
				}
			})
			if n == 0 {
				continue
			}
			there[spec.Name] += n
			for _, c := range secondPass(t, withNames(options(s.cfg), r.Names()), file).Contradictions {
				if c.Fact == spec.Name {
					doubted[spec.Name]++
				} else if c.Fact != transcript.FactHostEnv {
					t.Errorf("%s: %s was changed, %s is doubted", s.name, spec.Name, c.Fact)
				}
			}
		}
	}
	for _, spec := range transcript.FactList() {
		if n := there[spec.Name]; n > 0 {
			t.Logf("%-24s changed %4d times, doubted %4d", spec.Name, n, doubted[spec.Name])
		}
	}
	for _, name := range always {
		if there[name] == 0 || doubted[name] != there[name] {
			t.Errorf("%s is doubted %d of %d times", name, doubted[name], there[name])
		}
	}
}

// The report names a hundred contradictions and no more.
func TestContradictionsAreBounded(t *testing.T) {
	t.Parallel()
	runLimits(t, []limitCase{{"contradictions", 100, func(t *testing.T, n int) any {
		entries := manyEntries(n, func(int) map[string]any {
			e := harEntry("GET", "https://localhost/", "")
			e["_facts"] = map[string]any{"page": "denied"}
			return e
		})
		return len(secondPass(t, options(nil), withMarker(harOf(entries...))).Contradictions)
	}, 100, 100}})
}
