package analysis_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

func TestVerdictChanges(t *testing.T) {
	t.Parallel()
	say := func(rule string, verdicts ...analysis.Verdict) []analysis.Finding {
		var out []analysis.Finding
		for n, v := range verdicts {
			out = append(out, analysis.Finding{Rule: rule, Flow: n + 1, Verdict: v})
		}
		return out
	}
	const pass, fail, warn, unseen = analysis.Pass, analysis.Fail, analysis.Warn, analysis.NotSeen
	for name, tt := range map[string]struct {
		before, after []analysis.Finding
		changed       bool
		was, is       analysis.Verdict
		worse         bool
	}{
		"unchanged":                        {say("AR-02", pass), say("AR-02", pass), false, "", "", false},
		"pass to fail":                     {say("AR-02", pass), say("AR-02", fail), true, pass, fail, true},
		"pass to warn":                     {say("AR-02", pass), say("AR-02", warn), true, pass, warn, true},
		"pass to not seen":                 {say("AR-02", pass), say("AR-02", unseen), true, pass, unseen, true},
		"not seen to warn":                 {say("AR-02", unseen), say("AR-02", warn), true, unseen, warn, true},
		"warn to fail":                     {say("AR-02", warn), say("AR-02", fail), true, warn, fail, true},
		"fail to pass":                     {say("AR-02", fail), say("AR-02", pass), true, fail, pass, false},
		"warn to not seen":                 {say("AR-02", warn), say("AR-02", unseen), true, warn, unseen, false},
		"another sign-in fails":            {say("AR-02", pass, fail), say("AR-02", fail, pass), false, "", "", false},
		"one of two sign-ins gets worse":   {say("AR-02", pass, pass), say("AR-02", pass, fail), true, pass, fail, true},
		"a new rule fails":                 {nil, say("AR-02", fail), true, "", fail, true},
		"a new rule passes":                {nil, say("AR-02", pass), true, "", pass, false},
		"a new rule cannot tell":           {nil, say("AR-02", unseen), true, "", unseen, false},
		"a rule that says nothing anymore": {say("AR-02", pass), nil, true, pass, "", false},
	} {
		var want []analysis.VerdictChange
		if tt.changed {
			want = []analysis.VerdictChange{{Rule: "AR-02", Before: tt.was, After: tt.is}}
		}
		got := analysis.VerdictChanges(tt.before, tt.after)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
			continue
		}
		if len(got) > 0 && got[0].Worse() != tt.worse {
			t.Errorf("%s: worse %v, want %v", name, got[0].Worse(), tt.worse)
		}
	}
}
