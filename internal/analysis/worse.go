package analysis

import "slices"

// VerdictChange is a rule that says otherwise of a run when it is judged again.
type VerdictChange struct {
	Rule string
	// Before and After are the worst that the rule says of any sign-in; empty
	// where it says nothing.
	Before, After Verdict
}

// Worse tells whether the rule supports a claim less than before. What was not
// judged before counts as not seen; what a rule says nothing about any more is
// not held against the run.
func (c VerdictChange) Worse() bool {
	return c.After != "" && verdictRank(c.After) > verdictRank(c.Before)
}

// VerdictChanges gives the rules whose worst verdict about one run is not the
// same in two judgements of it, in the order of the rules in after, then before.
func VerdictChanges(before, after []Finding) []VerdictChange {
	old, now := worstByRule(before), worstByRule(after)
	var out []VerdictChange
	seen := map[string]bool{}
	for _, f := range slices.Concat(after, before) {
		if !seen[f.Rule] && old[f.Rule] != now[f.Rule] {
			out = append(out, VerdictChange{Rule: f.Rule, Before: old[f.Rule], After: now[f.Rule]})
		}
		seen[f.Rule] = true
	}
	return out
}

func worstByRule(findings []Finding) map[string]Verdict {
	worst := map[string]Verdict{}
	for _, f := range findings {
		if v, said := worst[f.Rule]; !said || verdictRank(f.Verdict) > verdictRank(v) {
			worst[f.Rule] = f.Verdict
		}
	}
	return worst
}

// verdictRank orders verdicts by what they say against a run.
func verdictRank(v Verdict) int {
	if v == "" {
		v = NotSeen
	}
	return slices.Index([]Verdict{Pass, NotSeen, Warn, Fail}, v)
}
