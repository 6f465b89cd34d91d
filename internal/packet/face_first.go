package packet

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// What page one names one by one, so that nobody has to look for it: what fails,
// and what was let go.

// crowd is the most that page one of a report tells, so that all that belongs there
// fits.
type crowd struct {
	failures, waivers, conditions int
	text                          int  // characters of what a person wrote
	short                         bool // what is not proven in one line each, the sections without a heading
	bare                          bool // no key to the marks, what sections rest on, or way to what was not cut
}

// condition is the most characters of a condition.
func (c crowd) condition() int { return max(c.text, 60) }

// crowds are tried in their order. The first cuts nothing that a person wrote.
var crowds = []crowd{
	{failures: failuresNamed, waivers: waiversNamed, conditions: math.MaxInt, text: math.MaxInt},
	{failures: failuresNamed, waivers: waiversNamed, conditions: 4, text: 240, short: true},
	{failures: failuresNamed, waivers: 2, conditions: 2, text: 110, short: true},
	{failures: 3, waivers: 1, conditions: 2, text: 60, short: true},
	{failures: 3, waivers: 1, conditions: 2, text: 60, short: true, bare: true},
	{failures: 1, waivers: 0, conditions: 1, text: 24, short: true, bare: true},
}

// The most that page one names; the rest it counts.
const (
	waiversNamed  = 3
	failuresNamed = 5
	// reasonNamed is how many characters of a waiver's reason it shows: two lines.
	reasonNamed = 110
)

// Failure is a finding that fails, with the items that it is about.
type Failure struct {
	*Finding
	Items []string
}

// Failures gives the first of the findings that fail, which page one names, and how
// many more there are.
func (c *Content) Failures() (named []Failure, more int) { return c.firstFailures(failuresNamed) }

func (c *Content) firstFailures(most int) (named []Failure, more int) {
	for i := range c.Findings {
		f := &c.Findings[i]
		switch {
		case f.Verdict != "fail":
		case len(named) == most:
			more++
		default:
			named = append(named, Failure{f, c.itemsOf(f.ID)})
		}
	}
	return named, more
}

// itemsOf are the items that a finding is about.
func (c *Content) itemsOf(finding string) []string {
	var out []string
	for i := range c.Items {
		if slices.Contains(c.Items[i].Findings, finding) {
			out = append(out, c.Items[i].ID)
		}
	}
	return out
}

// NamedWaivers gives the waivers that page one names, and how many more there are.
func (s *Summary) NamedWaivers() (named []Waiver, more int) { return s.firstWaivers(waiversNamed) }

func (s *Summary) firstWaivers(most int) (named []Waiver, more int) {
	n := min(most, len(s.Waivers))
	return s.Waivers[:n], len(s.Waivers) - n
}

// ShortReason is the reason in a line or two, and until when it holds.
func (w Waiver) ShortReason() string { return w.reasonIn(reasonNamed) }

func (w Waiver) reasonIn(most int) string { return shorten(w.Reason, most) + w.until() }

// WithWaiver tells whether the item is accepted although a remark on it was waived.
func (s *Summary) WithWaiver(it *Item) bool {
	return it.acceptedNow() && slices.ContainsFunc(s.Waivers, func(w Waiver) bool { return w.Item == it.ID })
}

// on says which item the waived remark is about, if any.
func (w Waiver) on() string {
	if w.Item == "" {
		return ""
	}
	return " on " + w.Item
}

// WaiversEnd tells whether a waiver holds until some day.
func (s *Summary) WaiversEnd() bool {
	return slices.ContainsFunc(s.Waivers, func(w Waiver) bool { return !w.Until.IsZero() })
}

// end is the waiver's last day beside those of others.
func (w Waiver) end() string {
	if w.Until.IsZero() {
		return "no date"
	}
	return date(w.Until)
}

// until says how long the waiver holds, if anybody said so.
func (w Waiver) until() string {
	if w.Until.IsZero() {
		return ""
	}
	return " (until " + oneWord(date(w.Until)) + ")"
}

// OtherStates words how many items are in a state that a reader has to know of.
func (s *Summary) OtherStates(c *Content) string {
	parts := []string{fmt.Sprintf("%d not applicable", s.Counts.Items.NotApplicable)}
	if s.Counts.Items.Stale > 0 {
		parts = append(parts, fmt.Sprintf("%d stale", s.Counts.Items.Stale))
	}
	waived := 0
	for i := range c.Items {
		if s.WithWaiver(&c.Items[i]) {
			waived++
		}
	}
	if waived > 0 {
		parts = append(parts, fmt.Sprintf("%d with a waiver", waived))
	}
	return strings.Join(parts, ", ")
}
