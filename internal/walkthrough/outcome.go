package walkthrough

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
)

// Outcome is how a walkthrough ends.
type Outcome string

// The outcomes.
const (
	Go               Outcome = "go"
	GoWithConditions Outcome = "go_with_conditions"
	NoGo             Outcome = "no_go"
)

// CheckOutcome tells whether the outcome can be recorded as things stand.
// goBlockers is what checklist.GoBlockers gives after the steps were marked.
//
//   - go: every step is confirmed and no blocker is left.
//   - go_with_conditions: no required step is unmarked, and a step has a
//     condition or there are reasons.
//   - no_go: there are reasons.
//
// What steps or items keep shut is apperr.Conflict, with a sentence per step or
// item in its fields, whose names are the items' ids; missing reasons are
// apperr.Invalid on the field reasons, an unknown outcome on the field outcome.
func CheckOutcome(outcome Outcome, steps []Step, goBlockers []checklist.Blocker, reasons string) error {
	hasReasons := strings.TrimSpace(reasons) != ""
	switch outcome {
	case Go:
		return refuse("The outcome cannot be go yet: ", slices.Concat(unconfirmed(steps), blocked(steps, goBlockers)))
	case GoWithConditions:
		if err := refuse("The outcome cannot be go with conditions yet: ", unmarked(steps)); err != nil {
			return err
		}
		if !hasReasons && !slices.ContainsFunc(steps, func(s Step) bool { return s.Mark == WithCondition }) {
			return missingReasons("Name the conditions: no step has one.")
		}
		return nil
	case NoGo:
		if !hasReasons {
			return missingReasons("Say why it cannot go live and what has to change.")
		}
		return nil
	}
	return apperr.InvalidFields("The walkthrough needs an outcome.",
		apperr.Field{Name: "outcome", Text: "Choose go, go with conditions or no go."})
}

// refuse makes one conflict of all findings, nil when there is none.
func refuse(lead string, held []apperr.Field) error {
	if len(held) == 0 {
		return nil
	}
	texts := make([]string, len(held))
	for n, f := range held {
		texts[n] = f.Text
	}
	return &apperr.Error{Kind: apperr.Conflict, Text: lead + strings.Join(texts, "; ") + ".", Fields: held}
}

func missingReasons(text string) error {
	return apperr.InvalidFields("The outcome needs reasons.", apperr.Field{Name: "reasons", Text: text})
}

// unconfirmed lists every step that is not plainly confirmed, optional ones too:
// what was looked at and not confirmed is no go.
func unconfirmed(steps []Step) []apperr.Field {
	var held []apperr.Field
	for _, s := range steps {
		switch s.Mark {
		case Confirmed:
		case "":
			held = append(held, stepField(s, "has no mark"))
		case WithCondition:
			held = append(held, stepField(s, "has a condition"))
		default:
			held = append(held, stepField(s, "is not confirmed"))
		}
	}
	return held
}

// unmarked lists the required steps without a mark.
func unmarked(steps []Step) []apperr.Field {
	var held []apperr.Field
	for _, s := range steps {
		if s.Required && s.Mark == "" {
			held = append(held, stepField(s, "has no mark"))
		}
	}
	return held
}

// blocked lists the blockers whose step was not listed already.
func blocked(steps []Step, blockers []checklist.Blocker) []apperr.Field {
	var held []apperr.Field
	for _, b := range blockers {
		listed := slices.ContainsFunc(steps, func(s Step) bool { return s.ItemID == b.ItemID && s.Mark != Confirmed })
		if !listed {
			held = append(held, apperr.Field{Name: b.ItemID, Text: b.ItemID + " " + b.Reason})
		}
	}
	return held
}

func stepField(s Step, what string) apperr.Field {
	return apperr.Field{Name: s.ItemID, Text: "step " + strconv.Itoa(s.N) + " (" + s.ItemID + ") " + what}
}
