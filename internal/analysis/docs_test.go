package analysis_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

const rulesDoc = "../../docs/rules.md"

// TestRulesDocument compares docs/rules.md with the catalogue; -update writes it.
func TestRulesDocument(t *testing.T) {
	t.Parallel()
	want := rulesDocument()
	if *update {
		if err := os.WriteFile(rulesDoc, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, string(readFile(t, rulesDoc))); diff != "" {
		t.Errorf("docs/rules.md differs from the catalogue; run go test ./internal/analysis -run TestRulesDocument -update (-want +got):\n%s", diff)
	}
}

func rulesDocument() string {
	var b strings.Builder
	rules := analysis.Catalogue()
	fmt.Fprintf(&b, `# The rules

Rule set %d, %d rules. This file is written from the catalogue in internal/analysis by
"go test ./internal/analysis -run TestRulesDocument -update"; a test fails when they differ.

A rule judges each sign-in of a test run and answers "pass", "fail", "warn" or "not_seen". "not_seen" means that
the captures cannot tell, and says what would show it; it never counts as pass. A rule says nothing of sign-ins of a
protocol that it does not name. It passes only when the run shows what the column "Needs" names. "Facts" are what the redactor computed from clear values before they went; a finding
that rests on facts from anywhere but our server says so. The page of a rule has a run that passes and one that does
not; more are in internal/analysis/testdata/rules.
`, analysis.RuleSet, len(rules))
	family := analysis.Family("")
	headings := map[analysis.Family]string{
		analysis.FamilyTransport: "Transport and redirect URI",
		analysis.FamilyRequest:   "Authorization request",
		analysis.FamilyCallback:  "Callback",
		analysis.FamilyRefusal:   "After a refusal",
		analysis.FamilyToken:     "Token request and id_token",
		analysis.FamilySAML:      "SAML",
		analysis.FamilyData:      "The user's data",
	}
	for _, r := range rules {
		if r.Family != family {
			family = r.Family
			fmt.Fprintf(&b, "\n## %s\n\n| rule | severity | of | what must hold | when it fails or warns | Needs | from |\n|---|---|---|---|---|---|---|\n", headings[family])
		}
		var needs []string
		for _, n := range r.Needs {
			needs = append(needs, string(n))
		}
		of := "OAuth, SAML"
		if len(r.Protocols) == 1 {
			of = map[analysis.Protocol]string{analysis.ProtocolOAuth: "OAuth", analysis.ProtocolSAML: "SAML"}[r.Protocols[0]]
		}
		fmt.Fprintf(&b, "| [%[1]s](rules/%[1]s.md) | %s | %s | %s | %s | %s | %s |\n", r.ID, r.Severity, of, r.Title, r.Decides, strings.Join(needs, ", "), r.Clause)
	}
	return b.String()
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range analysis.Catalogue() {
		if seen[r.ID] {
			t.Errorf("%s stands twice", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Decides == "" || r.Clause == "" || r.Severity == "" || r.Family == "" || len(r.Needs) == 0 || len(r.Protocols) == 0 {
			t.Errorf("%s is not whole: %+v", r.ID, r)
		}
		if strings.HasSuffix(r.Title, ".") || !strings.HasSuffix(r.Decides, ".") {
			t.Errorf("%s: a title has no full stop, a decision has one", r.ID)
		}
	}
	if len(seen) != 86 {
		t.Errorf("%d rules", len(seen))
	}
}
