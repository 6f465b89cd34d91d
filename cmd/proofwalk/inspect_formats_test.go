package main

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

// sarifSchema is the schema of OASIS, as published with SARIF 2.1.0.
const sarifSchema = "testdata/sarif-schema-2.1.0.json"

func validSARIF(t *testing.T, log string) map[string]any {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(sarifSchema)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Fatalf("the log does not fit the schema of SARIF 2.1.0: %v", err)
	}
	return doc.(map[string]any)
}

// inspect gives the same findings in every format: as many of each verdict, of
// the same rules, and none that was not seen as a pass.
func TestInspectFormatsSayTheSame(t *testing.T) {
	t.Parallel()
	args := []string{"inspect", "--integration", integrations + "/faulty.yaml", captures + "/recorded/faulty-happy-path.har", captures + "/recorded/faulty-consent-denied.har"}
	in := func(format string) answer { return call(t, nil, append(args, "--format", format)...) }
	var want inspection
	if a := in("json"); a.code != 1 || json.Unmarshal([]byte(a.stdout), &want) != nil {
		t.Fatalf("json: exit %d, %s", a.code, a.messages)
	}
	if want.Summary[analysis.Fail] == 0 || want.Summary[analysis.Warn] == 0 || want.Summary[analysis.NotSeen] == 0 || want.Summary[analysis.Pass] == 0 {
		t.Fatalf("the sample has not every verdict: %v", want.Summary)
	}

	a := in("sarif")
	if a.code != 1 || a.messages != "" {
		t.Errorf("sarif: exit %d, %q", a.code, a.messages)
	}
	validSARIF(t, a.stdout)
	var log sarifLog
	if err := json.Unmarshal([]byte(a.stdout), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(run.Tool.Driver.Rules) != len(analysis.Catalogue()) || len(run.Artifacts) != 2 || len(run.Results) != len(want.Findings) {
		t.Fatalf("%d rules, %d artifacts, %d results", len(run.Tool.Driver.Rules), len(run.Artifacts), len(run.Results))
	}
	for i, r := range run.Results {
		f := want.Findings[i]
		words := sarifVerdicts[f.Verdict]
		if r.RuleID != f.Rule || run.Tool.Driver.Rules[r.RuleIndex].ID != f.Rule || r.Kind != words[0] || r.Level != words[1] || len(r.Locations) != max(1, len(f.Refs)) || !strings.HasPrefix(r.Message.Text, f.Title) {
			t.Errorf("result %d is %+v of %s", i, r, f.Rule)
		}
		if f.Verdict == analysis.NotSeen && (r.Kind == "pass" || !strings.Contains(r.Message.Text, f.Why)) {
			t.Errorf("%s was not seen and is %s: %s", f.Rule, r.Kind, r.Message.Text)
		}
	}

	var junit junitSuites
	if a = in("junit"); a.code != 1 || xml.Unmarshal([]byte(a.stdout), &junit) != nil {
		t.Fatalf("junit: exit %d, %s", a.code, a.stdout)
	}
	counts := map[analysis.Verdict]int{}
	for i, c := range junit.Suite.Cases {
		verdict := analysis.Pass
		switch {
		case c.Failure != nil:
			verdict = analysis.Fail
		case c.Skipped != nil:
			verdict = analysis.NotSeen
		case strings.HasPrefix(c.Out, "Warning: "):
			verdict = analysis.Warn
		}
		counts[verdict]++
		if f := want.Findings[i]; verdict != f.Verdict || !strings.HasPrefix(c.Name, f.Rule+" ") {
			t.Errorf("case %d is %s, %s; want %s of %s", i, c.Name, verdict, f.Verdict, f.Rule)
		}
	}
	for verdict, n := range want.Summary {
		if counts[verdict] != n {
			t.Errorf("%d cases of %s, want %d", counts[verdict], verdict, n)
		}
	}
	if junit.Failures != want.Summary[analysis.Fail] || junit.Skipped != want.Summary[analysis.NotSeen] || junit.Tests != len(want.Findings) {
		t.Errorf("the sums are %+v", junit.Suite)
	}
}

// A file may be called anything; what stands in a log is a reference.
func TestInspectNamesFilesByReference(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile(oktaHAR)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "a file: 100 % <new>.har")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{name, "-"} {
		a := call(t, text, "inspect", "--format", "sarif", file)
		validSARIF(t, a.stdout)
		if file == name && !strings.Contains(a.stdout, `a%20file:%20100%20%25%20%3Cnew%3E.har`) {
			t.Errorf("the log of %s does not name it", file)
		}
	}
}
