package walkthrough

import (
	"slices"
	"time"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
)

// Part is what a person does in a walkthrough.
type Part string

// The parts.
const (
	Drives   Part = "drives"
	Leads    Part = "leads"
	Observes Part = "observes"
)

// Person takes part in a walkthrough.
type Person struct {
	Name string `json:"name"`
	Part Part   `json:"part"`
}

// MarkedStep is a step with who marked it and when; both zero while unmarked.
type MarkedStep struct {
	Step
	MarkedBy string
	MarkedAt time.Time
}

// Minutes are the record of a walkthrough that has ended. Times are UTC.
type Minutes struct {
	Revision  int
	Place     string
	People    []Person
	StartedAt time.Time
	EndedAt   time.Time
	Steps     []MarkedStep
	Outcome   Outcome
	Reasons   string
	DecidedBy string
}

// BuildMinutes checks and completes minutes: the outcome is one that
// CheckOutcome allows, the marks are ones that CheckMark allows, somebody drives
// and somebody leads, and the times are in order (apperr.Conflict otherwise).
// The result shares nothing with the input, its steps are in the order of their
// numbers and its times in UTC.
func BuildMinutes(m Minutes, goBlockers []checklist.Blocker) (Minutes, error) {
	m.People, m.Steps = slices.Clone(m.People), slices.Clone(m.Steps)
	slices.SortStableFunc(m.Steps, func(a, b MarkedStep) int { return a.N - b.N })
	m.StartedAt, m.EndedAt = m.StartedAt.UTC(), m.EndedAt.UTC()
	if m.StartedAt.IsZero() || m.EndedAt.Before(m.StartedAt) {
		return Minutes{}, apperr.New(apperr.Conflict, "The walkthrough has to be started before it ends.")
	}
	for _, part := range []Part{Drives, Leads} {
		if !slices.ContainsFunc(m.People, func(p Person) bool { return p.Part == part }) {
			return Minutes{}, apperr.New(apperr.Conflict, "Name who "+string(part)+": the minutes say who took part.")
		}
	}
	steps := make([]Step, len(m.Steps))
	for n := range m.Steps {
		s := &m.Steps[n]
		s.MarkedAt = s.MarkedAt.UTC()
		steps[n] = s.Step
		if s.Mark == "" {
			continue
		}
		if err := CheckMark(s.Mark, s.Observation); err != nil {
			return Minutes{}, err
		}
	}
	if err := CheckOutcome(m.Outcome, steps, goBlockers, m.Reasons); err != nil {
		return Minutes{}, err
	}
	return m, nil
}

// Conditions lists the steps that were passed with a condition.
func (m Minutes) Conditions() []MarkedStep {
	var out []MarkedStep
	for _, s := range m.Steps {
		if s.Mark == WithCondition {
			out = append(out, s)
		}
	}
	return out
}
