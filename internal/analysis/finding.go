// Package analysis is the one rule catalogue: it reads transcripts and the
// configuration of their integration and answers with findings. A finding is
// computed, never edited; a rule supports a claim, a person claims. Pure.
package analysis

import (
	"cmp"
	"slices"
)

// RuleSet is the version of the catalogue; evidence names the one it was judged under.
const RuleSet = 3

// Verdict is what a rule says.
type Verdict string

// The verdicts. NotSeen means that the transcript cannot tell; it is never shown as Pass.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	Warn    Verdict = "warn"
	NotSeen Verdict = "not_seen"
)

// Severity ranks what a failure of the rule costs.
type Severity string

// The severities.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Rank counts from the worst severity, 0 for Critical.
func (s Severity) Rank() int { return slices.Index([]Severity{Critical, High, Medium, Low}, s) }

// Cause says whose a failure is.
type Cause string

// The causes.
const (
	CauseConfiguration Cause = "configuration"
	CausePartnerCode   Cause = "partner_code"
	CauseProvider      Cause = "provider"
	CauseTestSetup     Cause = "test_setup"
)

// Ref points to the entry of a transcript that a finding rests on.
type Ref struct {
	Capture string `json:"capture"` // the Input's ID
	Entry   int    `json:"entry"`   // Entry.Index
	// Param names the parameter, header or cookie it is about, if one.
	Param string `json:"param,omitempty"`
}

// Finding is one answer of one rule about one flow or capture.
type Finding struct {
	Rule    string `json:"rule"`
	RuleSet int    `json:"rule_set"`
	// Flow is the number of the sign-in within the run, from 1; 0 means the run as a whole.
	Flow     int      `json:"flow,omitempty"`
	Verdict  Verdict  `json:"verdict"`
	Severity Severity `json:"severity"`
	// Title is a sentence that says what is so ("The page shows the raw error"); on
	// not_seen it says what is open ("Whether the code is used once").
	Title string `json:"title"`
	// Expected and Actual hold redacted values as they stand in the transcript,
	// so that a page can replace them by chips; see transcript.Pieces.
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	// Cause, CauseWhy and Cure are set on fail and warn.
	Cause    Cause  `json:"cause,omitempty"`
	CauseWhy string `json:"cause_why,omitempty"`
	Cure     string `json:"cure,omitempty"`
	// Why is set on not_seen: why it cannot be told and what would show it.
	Why    string `json:"why,omitempty"`
	Clause string `json:"clause"`
	Refs   []Ref  `json:"refs"`
	// PartnerSide is true when the finding rests on a fact that was not computed by the server.
	PartnerSide bool `json:"partner_side"`
}

// CompareUrgency orders findings by what to read first: failures, warnings, what
// was not seen, passes, and within each by severity.
func CompareUrgency(a, b Finding) int {
	order := []Verdict{Fail, Warn, NotSeen, Pass}
	return cmp.Or(cmp.Compare(slices.Index(order, a.Verdict), slices.Index(order, b.Verdict)), cmp.Compare(a.Severity.Rank(), b.Severity.Rank()))
}
