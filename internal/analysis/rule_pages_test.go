package analysis_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

const rulePages = "../../docs/rules"

// TestRulePages compares docs/rules with the catalogue and the fixtures: a page
// for each rule, with a run that passes and one that does not; -update writes
// them.
func TestRulePages(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for _, r := range analysis.Catalogue() {
		want[r.ID+".md"] = rulePage(t, r)
	}
	if *update {
		writePages(t, want)
	}
	files, err := filepath.Glob(rulePages + "/*")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, file := range files {
		got[filepath.Base(file)] = string(readFile(t, file))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/rules differs from the catalogue; run go test ./internal/analysis -run TestRulePages -update (-want +got):\n%s", diff)
	}
}

func writePages(t *testing.T, pages map[string]string) {
	t.Helper()
	if err := os.RemoveAll(rulePages); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(rulePages, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(rulePages, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func rulePage(t *testing.T, r analysis.Rule) string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/rules/" + r.ID + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	var needs []string
	for _, n := range r.Needs {
		needs = append(needs, string(n))
	}
	standIn := "`{client}` stands\nfor the parameters of the client"
	if !slices.Contains(r.Protocols, analysis.ProtocolOAuth) {
		standIn = "`{authn A}` and\n`{response B to A}` stand for the parameters of SAML messages"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# %s: %s

%s Severity %s. It rests on %s.

To be judged it needs: %s. Where a run does not show that, the rule answers "not_seen" and says what would show it.

The runs below are from internal/analysis/testdata/rules/%s.txtar, which has more; one line is one request. %s, values that begin with ~ are redacted. [All rules](../rules.md)
`, r.ID, r.Title, r.Decides, r.Severity, r.Clause, strings.Join(needs, ", "), r.ID, standIn)
	b.WriteString(example(t, archive, "Passes", "pass"))
	b.WriteString(example(t, archive, "Does not pass", "fail", "warn"))
	return b.String()
}

// example gives the first case of one of the verdicts: what the integration
// declares beside the usual, the run, and the finding.
func example(t *testing.T, archive *txtar.Archive, title string, verdicts ...string) string {
	t.Helper()
	for _, verdict := range verdicts {
		for _, file := range archive.Files {
			name, kind, _ := strings.Cut(file.Name, ".")
			if v, _, _ := strings.Cut(name, "-"); v != verdict || kind != "run" {
				continue
			}
			text := "\n## " + title + "\n"
			for _, part := range []struct{ kind, says string }{
				{"config", "The integration declares:"}, {"run", "The run:"}, {"round", "Other runs of the round:"}, {"golden", "The finding:"},
			} {
				for _, f := range archive.Files {
					if f.Name == name+"."+part.kind {
						text += "\n" + part.says + "\n\n```\n" + strings.TrimRight(string(f.Data), "\n") + "\n```\n"
					}
				}
			}
			return text
		}
	}
	t.Fatalf("no case of %v", verdicts)
	return ""
}
