// Package walkthrough holds the rules of a walkthrough: its agenda, the marks of
// its steps, what an outcome needs, and the minutes. Pure: it knows no database
// and no clock.
package walkthrough

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
)

// Mark is what the lead says of a step; empty while nothing was said.
type Mark string

// The marks.
const (
	Confirmed     Mark = "confirmed"
	NotConfirmed  Mark = "not_confirmed"
	WithCondition Mark = "with_condition"
)

// Item is an item of the checklist with its wording, which may have been
// changed for the integration.
type Item struct {
	checklist.Item
	Title string
	Step  checklist.Step
}

// Step is one step of the agenda. It shows one item.
type Step struct {
	N        int // from 1
	ItemID   string
	Title    string
	Say      string // what the lead says
	Expect   string // what everybody should then see
	Required bool   // as the item is
	Mark     Mark
	// Observation is what the lead saw; empty only for a confirmed or unmarked step.
	Observation string
}

// Agenda gives the steps for the items, in their order: those of the
// walkthrough phase that apply and are not confirmed as not applicable. An item
// that was accepted before is shown all the same.
func Agenda(items []Item) []Step {
	var steps []Step
	for _, i := range items {
		if i.Phase != checklist.PhaseWalkthrough || !i.Applies || i.State == checklist.NotApplicable && i.Confirmed {
			continue
		}
		steps = append(steps, Step{N: len(steps) + 1, ItemID: i.ID, Title: i.Title, Say: i.Step.Say, Expect: i.Step.Expect, Required: i.Required})
	}
	return steps
}

// CheckMark refuses, as apperr.Invalid on the fields mark and observation, a
// mark outside the list and one other than confirmed without an observation.
func CheckMark(mark Mark, observation string) error {
	switch mark {
	case Confirmed:
		return nil
	case NotConfirmed, WithCondition:
		if strings.TrimSpace(observation) == "" {
			return apperr.InvalidFields("The mark needs an observation.",
				apperr.Field{Name: "observation", Text: "Write what you saw: only a confirmed step can go without."})
		}
		return nil
	}
	return apperr.InvalidFields("The step needs a mark.",
		apperr.Field{Name: "mark", Text: "Choose confirmed, not confirmed or with a condition."})
}
