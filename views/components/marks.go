package components

import "strconv"

// Verdict is what a rule says.
type Verdict string

// The verdicts. NotSeen means that the transcript cannot tell; it is never
// shown as a pass.
const (
	VerdictPass    Verdict = "pass"
	VerdictFail    Verdict = "fail"
	VerdictWarn    Verdict = "warn"
	VerdictNotSeen Verdict = "not_seen"
)

// Word is the verdict as readers see it.
func (v Verdict) Word() string {
	switch v {
	case VerdictPass:
		return "Pass"
	case VerdictFail:
		return "Fail"
	case VerdictWarn:
		return "Warn"
	}
	return "Not seen"
}

func (v Verdict) lower() string {
	switch v {
	case VerdictPass, VerdictFail, VerdictWarn:
		return string(v)
	}
	return "not seen"
}

func (v Verdict) icon() string { return dashed(string(v), "not-seen") }

func (v Verdict) class() string { return "is-" + v.icon() }

// ItemState is what a person set an item to.
type ItemState string

// The states of an item.
const (
	StateOpen          ItemState = "open"
	StateClaimed       ItemState = "claimed"
	StateAccepted      ItemState = "accepted"
	StateReturned      ItemState = "returned"
	StateNotApplicable ItemState = "not_applicable"
	// StateWithWaiver is accepted although a remark on the item was waived.
	StateWithWaiver ItemState = "with_waiver"
)

// Word is the state as readers see it; a stale item says so after its state.
func (s ItemState) Word(stale bool) string {
	word := "Open"
	switch s {
	case StateClaimed:
		word = "Claimed"
	case StateAccepted:
		word = "Accepted"
	case StateReturned:
		word = "Returned"
	case StateNotApplicable:
		word = "Not applicable"
	case StateWithWaiver:
		word = "Accepted, with a waiver"
	}
	if stale {
		word += ", stale"
	}
	return word
}

func (s ItemState) icon() string {
	if s == StateWithWaiver {
		return MarkWithCondition.icon()
	}
	return dashed(string(s), "open")
}

func (s ItemState) class(stale bool) string {
	if stale {
		return "is-stale"
	}
	return "is-" + s.icon()
}

// StepMark is what a person says of a step of the walkthrough.
type StepMark string

// The marks of a step.
const (
	MarkConfirmed     StepMark = "confirmed"
	MarkNotConfirmed  StepMark = "not_confirmed"
	MarkWithCondition StepMark = "with_condition"
	MarkToBeRepeated  StepMark = "to_be_repeated"
)

// Word is the mark as readers see it.
func (m StepMark) Word() string {
	switch m {
	case MarkConfirmed:
		return "Confirmed"
	case MarkNotConfirmed:
		return "Not confirmed"
	case MarkWithCondition:
		return "With a condition"
	case MarkToBeRepeated:
		return "To be repeated"
	}
	return "No mark yet"
}

func (m StepMark) icon() string { return dashed(string(m), "open") }

func (m StepMark) class() string { return "is-" + m.icon() }

// Risk is how an integration stands against its target date.
type Risk string

// The risks. On track is grey on purpose: nothing is to be done.
const (
	RiskOnTrack Risk = "on_track"
	RiskAtRisk  Risk = "at_risk"
	RiskLate    Risk = "late"
)

// Word is the risk as readers see it.
func (r Risk) Word() string {
	switch r {
	case RiskAtRisk:
		return "At risk"
	case RiskLate:
		return "Late"
	}
	return "On track"
}

func (r Risk) icon() string { return dashed(string(r), "on-track") }

func (r Risk) class() string { return "is-" + r.icon() }

// dashed turns a word of the domain into a class name.
func dashed(word, otherwise string) string {
	switch word {
	case "":
		return otherwise
	case "not_seen":
		return "not-seen"
	case "not_applicable":
		return "not-applicable"
	case "not_confirmed":
		return "not-confirmed"
	case "with_condition":
		return "with-condition"
	case "to_be_repeated":
		return "to-be-repeated"
	case "on_track":
		return "on-track"
	case "at_risk":
		return "at-risk"
	}
	return word
}

// VerdictCounts is how many findings of each verdict there are.
type VerdictCounts struct {
	Fail, Warn, NotSeen, Pass int
}

func itoa(n int) string { return strconv.Itoa(n) }

// Number writes a count with a comma at each thousand: 48,210.
func Number(n int) string {
	s := itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural writes a count with its noun: Plural(1, "item", "items") is "1 item".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + many
}
