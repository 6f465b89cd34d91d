package analysis

import "unicode"

// ruling is what one rule says about one flow or run, before the judge puts the
// rule's own data to it.
type ruling struct {
	verdict  Verdict
	severity Severity // empty: that of the rule
	title    string
	expected string
	actual   string
	cause    Cause
	causeWhy string
	cure     string
	why      string
	refs     []Ref
}

// passes: title is a sentence that says what is so.
func passes(title, expected, actual string, refs []Ref) ruling {
	return ruling{verdict: Pass, title: title, expected: expected, actual: actual, refs: refs}
}

// fails must be followed by because.
func fails(title, expected, actual string, refs []Ref) ruling {
	return ruling{verdict: Fail, title: title, expected: expected, actual: actual, refs: refs}
}

// warns must be followed by because.
func warns(title, expected, actual string, refs []Ref) ruling {
	return ruling{verdict: Warn, title: title, expected: expected, actual: actual, refs: refs}
}

// unseen: why it cannot be told, and what would show it.
func unseen(why string, refs ...Ref) ruling {
	return ruling{verdict: NotSeen, why: why, refs: refs}
}

// because says whose the failure is, from what that follows, and how to mend it:
// one sentence that starts with a verb.
func (r ruling) because(c Cause, why, cure string) ruling {
	r.cause, r.causeWhy, r.cure = c, why, cure
	return r
}

func (r ruling) at(s Severity) ruling {
	r.severity = s
	return r
}

// finding puts the rule's data to a ruling.
func (r ruling) finding(rule Rule, flow int, partnerSide bool) Finding {
	f := Finding{
		Rule: rule.ID, RuleSet: RuleSet, Flow: flow, Verdict: r.verdict, Severity: rule.Severity,
		Title: r.title, Expected: r.expected, Actual: r.actual,
		Cause: r.cause, CauseWhy: r.causeWhy, Cure: r.cure, Why: r.why,
		Clause: rule.Clause, Refs: r.refs,
		PartnerSide: partnerSide && r.verdict != NotSeen,
	}
	if r.severity != "" {
		f.Severity = r.severity
	}
	if r.verdict == NotSeen {
		f.Title = "Whether " + lowerFirst(rule.Title)
		f.Expected, f.Actual = rule.Title, "not in this run"
	}
	if f.Refs == nil {
		f.Refs = []Ref{}
	}
	return f
}

// lowerFirst makes the first letter small unless its word is an abbreviation.
func lowerFirst(s string) string {
	runes := []rune(s)
	if len(runes) > 1 && unicode.IsUpper(runes[0]) && !unicode.IsUpper(runes[1]) {
		runes[0] = unicode.ToLower(runes[0])
	}
	return string(runes)
}
