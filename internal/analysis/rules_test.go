package analysis_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

var update = flag.Bool("update", false, "write the golden findings anew")

func TestRules(t *testing.T) {
	t.Parallel()
	for _, fx := range loadFixtures(t) {
		t.Run(fx.rule, func(t *testing.T) {
			t.Parallel()
			golden := map[string]string{}
			for _, c := range fx.cases {
				var got []analysis.Finding
				for _, f := range analysis.Judge(c.cfg, c.run, c.round) {
					if f.Rule == fx.rule {
						got = append(got, f)
					}
				}
				golden[c.name] = render(got)
				worst := analysis.Pass
				for _, f := range got {
					checkWhole(t, c.name, f)
					if rank(f.Verdict) > rank(worst) {
						worst = f.Verdict
					}
				}
				if len(got) == 0 || worst != c.verdict() {
					t.Errorf("%s: the rule says %q", c.name, worst)
				}
				if *update {
					continue
				}
				if diff := cmp.Diff(c.golden, golden[c.name]); diff != "" {
					t.Errorf("%s: findings differ (-want +got):\n%s", c.name, diff)
				}
			}
			if *update {
				saveGolden(t, fx, golden)
			}
		})
	}
}

// TestEveryRuleHasExamples fails when a rule lacks a run that passes, one that
// fails or warns, or one in which it is not seen.
func TestEveryRuleHasExamples(t *testing.T) {
	t.Parallel()
	seen := map[string]map[analysis.Verdict]bool{}
	for _, fx := range loadFixtures(t) {
		seen[fx.rule] = map[analysis.Verdict]bool{}
		for _, c := range fx.cases {
			seen[fx.rule][c.verdict()] = true
		}
		if fx.about == "" {
			t.Errorf("%s does not say what its cases are about", fx.path)
		}
	}
	for _, rule := range analysis.Catalogue() {
		v := seen[rule.ID]
		if !v[analysis.Pass] || !v[analysis.NotSeen] || !v[analysis.Fail] && !v[analysis.Warn] {
			t.Errorf("%s lacks an example: has %v", rule.ID, v)
		}
		delete(seen, rule.ID)
	}
	for id := range seen {
		t.Errorf("testdata/rules/%s.txtar belongs to no rule", id)
	}
}

func rank(v analysis.Verdict) int {
	return map[analysis.Verdict]int{analysis.Pass: 0, analysis.NotSeen: 1, analysis.Warn: 2, analysis.Fail: 3}[v]
}

// checkWhole fails when a finding lacks what its verdict must carry.
func checkWhole(t *testing.T, where string, f analysis.Finding) {
	t.Helper()
	missing := func(what string) { t.Errorf("%s: %s %s lacks %s", where, f.Rule, f.Verdict, what) }
	if f.Title == "" || f.Clause == "" || f.Severity == "" || f.Refs == nil || f.RuleSet != analysis.RuleSet {
		missing("title, clause, severity, refs or rule set")
	}
	if f.Expected == "" || f.Actual == "" {
		missing("expected or actual")
	}
	bad := f.Verdict == analysis.Fail || f.Verdict == analysis.Warn
	if bad && (f.Cause == "" || !sentence(f.CauseWhy) || !sentence(f.Cure) || len(f.Refs) == 0) {
		missing("cause, reasoning, cure or refs")
	}
	if bad && strings.Count(strings.TrimSuffix(f.Cure, "."), ". ") > 0 {
		t.Errorf("%s: the cure of %s is more than one sentence", where, f.Rule)
	}
	if !bad && (f.Cause != "" || f.Cure != "") {
		t.Errorf("%s: %s %s has a cause or cure", where, f.Rule, f.Verdict)
	}
	if (f.Verdict == analysis.NotSeen) != (f.Why != "") || f.Verdict == analysis.NotSeen && !sentence(f.Why) {
		missing("its reason for not_seen")
	}
}

func sentence(s string) bool { return strings.HasSuffix(s, ".") }

// render writes findings for golden files, with pseudonyms as the fixtures write them.
func render(findings []analysis.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %s: %s\n", f.Verdict, f.Severity, f.Title)
		line := func(name, text string) {
			if text != "" {
				fmt.Fprintf(&b, "  %-8s %s\n", name, text)
			}
		}
		if f.Flow > 1 {
			line("flow", fmt.Sprint(f.Flow))
		}
		line("expected", f.Expected)
		line("actual", f.Actual)
		if f.Cause != "" {
			line("cause", string(f.Cause)+": "+f.CauseWhy)
		}
		line("cure", f.Cure)
		line("why", f.Why)
		var at []string
		for _, r := range f.Refs {
			at = append(at, strings.TrimSuffix(fmt.Sprintf("%s/%d %s", r.Capture, r.Entry, r.Param), " "))
		}
		line("at", strings.Join(at, ", "))
		if f.PartnerSide {
			line("computed", "on the partner's side")
		}
	}
	return shorten(b.String())
}
