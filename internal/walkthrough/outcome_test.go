package walkthrough

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
)

// steps gives three steps, the last one optional, with these marks.
func steps(marks ...Mark) []Step {
	out := []Step{
		{N: 1, ItemID: "SES-03", Required: true},
		{N: 2, ItemID: "SES-04", Required: true},
		{N: 3, ItemID: "SES-02"},
	}
	for n, m := range marks {
		out[n].Mark = m
		if m != Confirmed && m != "" {
			out[n].Observation = "The logo is stretched."
		}
	}
	return out
}

func TestCheckOutcome(t *testing.T) {
	t.Parallel()
	cutOver := checklist.Blocker{ItemID: "DAT-06", Reason: "is open"}
	landing := checklist.Blocker{ItemID: "SES-03", Reason: "is open"}
	const notGo, notConditions = "The outcome cannot be go yet: ", "The outcome cannot be go with conditions yet: "
	for name, tt := range map[string]struct {
		outcome  Outcome
		steps    []Step
		blockers []checklist.Blocker
		reasons  string
		conflict string // text of the refusal
		field    string // or the field that is refused
	}{
		"go, all confirmed":    {outcome: Go, steps: steps(Confirmed, Confirmed, Confirmed)},
		"go, nothing to show":  {outcome: Go},
		"go, blocked":          {outcome: Go, steps: steps(Confirmed, Confirmed, Confirmed), blockers: []checklist.Blocker{cutOver}, conflict: notGo + "DAT-06 is open."},
		"go, reasons heal not": {outcome: Go, blockers: []checklist.Blocker{cutOver}, reasons: "They promised.", conflict: notGo + "DAT-06 is open."},
		"go, item of a confirmed step not accepted": {outcome: Go, steps: steps(Confirmed, Confirmed, Confirmed),
			blockers: []checklist.Blocker{landing}, conflict: notGo + "SES-03 is open."},
		"go, step and item say it once": {outcome: Go, steps: steps("", Confirmed, Confirmed),
			blockers: []checklist.Blocker{landing, cutOver}, conflict: notGo + "step 1 (SES-03) has no mark; DAT-06 is open."},
		"go, not confirmed":           {outcome: Go, steps: steps(Confirmed, NotConfirmed, Confirmed), conflict: notGo + "step 2 (SES-04) is not confirmed."},
		"go, with a condition":        {outcome: Go, steps: steps(Confirmed, WithCondition, Confirmed), conflict: notGo + "step 2 (SES-04) has a condition."},
		"go, optional step unmarked":  {outcome: Go, steps: steps(Confirmed, Confirmed), conflict: notGo + "step 3 (SES-02) has no mark."},
		"go, optional step failed":    {outcome: Go, steps: steps(Confirmed, Confirmed, NotConfirmed), conflict: notGo + "step 3 (SES-02) is not confirmed."},
		"go, a mark of no known kind": {outcome: Go, steps: steps("fine", Confirmed, Confirmed), conflict: notGo + "step 1 (SES-03) is not confirmed."},

		"conditions, one step has one":     {outcome: GoWithConditions, steps: steps(WithCondition, Confirmed, Confirmed)},
		"conditions, reasons name them":    {outcome: GoWithConditions, steps: steps(Confirmed, Confirmed), blockers: []checklist.Blocker{cutOver}, reasons: "Cut-over by Monday."},
		"conditions, none":                 {outcome: GoWithConditions, steps: steps(Confirmed, Confirmed, Confirmed), field: "reasons"},
		"conditions, blank reasons":        {outcome: GoWithConditions, steps: steps(Confirmed, Confirmed, Confirmed), reasons: " \n", field: "reasons"},
		"conditions, failure is none":      {outcome: GoWithConditions, steps: steps(Confirmed, NotConfirmed, Confirmed), field: "reasons"},
		"conditions, required step missed": {outcome: GoWithConditions, steps: steps(WithCondition, "", Confirmed), reasons: "Later.", conflict: notConditions + "step 2 (SES-04) has no mark."},
		"conditions, optional step missed": {outcome: GoWithConditions, steps: steps(WithCondition, Confirmed)},

		"no go with reasons":       {outcome: NoGo, steps: steps(), blockers: []checklist.Blocker{landing}, reasons: "Nothing loads."},
		"no go without":            {outcome: NoGo, steps: steps(NotConfirmed, NotConfirmed, NotConfirmed), field: "reasons"},
		"no outcome":               {reasons: "All fine.", field: "outcome"},
		"an outcome of the review": {outcome: "ready", reasons: "All fine.", field: "outcome"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := CheckOutcome(tt.outcome, tt.steps, tt.blockers, tt.reasons)
			if tt.conflict == "" {
				checkField(t, err, tt.field)
				return
			}
			if !apperr.Is(err, apperr.Conflict) {
				t.Fatalf("got %v, want a conflict", err)
			}
			if diff := cmp.Diff(tt.conflict, apperr.TextOf(err)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

// Every combination of marks and blockers: go means that nothing is left to say.
func TestGoMeansAllConfirmed(t *testing.T) {
	t.Parallel()
	marks := []Mark{"", Confirmed, NotConfirmed, WithCondition}
	allowed := 0
	for _, a := range marks {
		for _, b := range marks {
			for _, c := range marks {
				for _, blockers := range [][]checklist.Blocker{nil, {{ItemID: "DAT-06", Reason: "is open"}}} {
					err := CheckOutcome(Go, steps(a, b, c), blockers, "Because.")
					if err == nil {
						allowed++
						continue
					}
					if len(apperr.FieldsOf(err)) == 0 {
						t.Errorf("%v refused without a list", []Mark{a, b, c})
					}
				}
			}
		}
	}
	if allowed != 1 {
		t.Errorf("go is allowed in %d of 128 cases, want 1", allowed)
	}
}
