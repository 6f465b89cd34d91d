package web

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/walkthrough"
)

// walkthroughSeconds is how long a walkthrough is meant to take.
const walkthroughSeconds = 3600

// liveModel is the page while the walkthrough is held. The step is that of the
// address, else the first one without a mark.
func (r *request) liveModel(p walkthroughPage, cause error) (view.LiveModel, error) {
	id := p.Summary.ID
	items, err := store.ListChecklistItems(r.ctx(), r.reader(), r.scope(), id)
	if err != nil {
		return view.LiveModel{}, err
	}
	at := r.currentStep(p)
	m := view.LiveModel{Shell: p.Shell, Name: p.Summary.PartnerName + ": " + p.Summary.Name, Back: pathIntegration(id),
		About:  fmt.Sprintf("walkthrough of revision %d, %s, %s", p.revision.Number, p.Summary.Environment, p.held.Place),
		People: p.people, Timer: r.timer(p)}
	if cause != nil {
		m.Errors = itemErrors(cause)
	}
	for n, s := range p.steps {
		m.Agenda = append(m.Agenda, components.AgendaStep{Number: s.N, Title: s.Title, Mark: markOf(s), Href: pathStep(id, s.N), Current: n == at})
		if s.Observation != "" && s.MarkedAt != nil {
			m.Observations = append(m.Observations, components.ObservationModel{When: components.Clock(*s.MarkedAt), By: s.MarkedByName,
				Place: "step " + strconv.Itoa(s.N), Text: s.Observation, Condition: markOf(s) == components.MarkWithCondition})
		}
	}
	beside, err := r.packetBeside(p)
	if err != nil {
		return m, err
	}
	m.Packet = beside.link()
	if len(p.steps) > 0 {
		if m.Step, err = r.stepModel(p, items, at, cause); err != nil {
			return m, err
		}
		m.Step.Beside = r.besideStep(beside, p.steps[at].RequirementID)
		if f := m.Step.Form; f != nil && r.Param("step") != "" {
			r.refuse(cause, m.Errors, &f.Observation)
		}
	}
	if p.leads {
		m.Outcome = r.outcomeForm(p, items, cause, m.Errors)
		m.Outcome.Questions = beside.openQuestions()
	}
	return m, nil
}

func pathStep(id uuid.UUID, n int) string { return pathWalkthrough(id) + "?step=" + strconv.Itoa(n) }

func markOf(s store.WalkthroughStep) components.StepMark { return components.StepMark(text(s.Mark)) }

// currentStep is the place of the step that everybody looks at.
func (r *request) currentStep(p walkthroughPage) int {
	name := r.QueryParam("step")
	if r.Param("step") != "" {
		name = r.Param("step")
	}
	if n := slices.IndexFunc(p.steps, func(s store.WalkthroughStep) bool { return strconv.Itoa(s.N) == name }); n >= 0 {
		return n
	}
	return max(0, slices.IndexFunc(p.steps, func(s store.WalkthroughStep) bool { return s.Mark == nil }))
}

// timer compares the time that went by with the share of steps that are marked.
func (r *request) timer(p walkthroughPage) components.TimerModel {
	t := components.TimerModel{Total: walkthroughSeconds}
	if p.held.StartedAt != nil {
		t.Elapsed = int(r.server.Now().Sub(*p.held.StartedAt).Seconds())
	}
	marked := 0
	for _, s := range p.steps {
		if s.Mark != nil {
			marked++
		}
	}
	if len(p.steps) > 0 {
		t.Planned = walkthroughSeconds * marked / len(p.steps)
	}
	return t
}

// stepModel draws the step with its item as it stands now.
func (r *request) stepModel(p walkthroughPage, items []store.ChecklistItem, at int, cause error) (*view.StepModel, error) {
	s, id := p.steps[at], p.Summary.ID
	requirement, _ := checklist.Builtin().Requirement(s.RequirementID)
	m := &view.StepModel{Mark: markOf(s), Head: components.StepHeadModel{Number: s.N, Of: len(p.steps), ItemID: s.RequirementID,
		ItemHref: pathItem(id, s.RequirementID), Title: s.Title, Say: requirement.Step.Say, Expect: requirement.Step.Expect}}
	if s.Mark != nil {
		m.MarkedBy = "marked by " + s.MarkedByName
	}
	for _, i := range items {
		if i.ID == s.ItemID {
			m.State, m.Stale, m.StateAdd = components.ItemState(i.State), i.StaleReason != nil, stepNote(i)
		}
	}
	evidence, err := store.ListItemEvidence(r.ctx(), r.reader(), r.scope(), id, s.ItemID)
	if err != nil {
		return nil, err
	}
	for _, e := range evidence {
		f := r.filled(itemPage{integration: id}, e)
		link := view.Link{Text: f.Text, Href: f.Href}
		if f.Picture != "" {
			link = view.Link{Text: "Screenshot by " + e.CreatedByName, Href: f.Picture}
		}
		m.Evidence = append(m.Evidence, link)
	}
	if p.leads {
		m.Form = r.markForm(p, s, cause)
	}
	return m, nil
}

// stepNote says what a confirmed mark does to the item.
func stepNote(i store.ChecklistItem) string {
	switch {
	case i.State == checklist.Accepted && i.StaleReason == nil:
		return "accepted already"
	case i.DoneBy == checklist.ByConsultant:
		return "confirming the step accepts it"
	case i.State == checklist.Claimed:
		return "confirming the step accepts the claim"
	}
	return "the partner has not claimed it: the step can be confirmed, the item stays as it is"
}

// markForm marks the step, filled with what was sent or what was said before.
func (r *request) markForm(p walkthroughPage, s store.WalkthroughStep, cause error) *view.MarkForm {
	f := &view.MarkForm{Action: pathWalkthrough(p.Summary.ID) + "/steps/" + strconv.Itoa(s.N), Key: formKey(), RowVersion: s.RowVersion,
		Label:  fmt.Sprintf("Mark step %d", s.N),
		Choice: components.MarkChoiceModel{Name: "mark", Legend: fmt.Sprintf("Your mark for step %d", s.N), Note: "as the lead, it decides", Chosen: markOf(s), NoRepeat: true},
		Observation: components.FieldModel{Name: "observation", ID: "observation", Label: fmt.Sprintf("Observation for step %d", s.N), Rows: 3, Optional: true,
			Value: s.Observation, Hint: "Needed unless the step is confirmed. It goes into the minutes."}}
	if cause == nil || r.Param("step") == "" {
		return f
	}
	f.Choice.Chosen, f.Observation.Value = components.StepMark(r.FormValue("mark")), r.FormValue("observation")
	f.Error = errorOf(apperr.FieldsOf(cause), "mark")
	return f
}

// markStep marks a step and goes on to the next.
func markStep(r *request) error {
	n, err := strconv.Atoi(r.Param("step"))
	if err != nil {
		return apperr.New(apperr.NotFound, "There is no such step.")
	}
	return r.actOnWalkthrough("", func(id uuid.UUID, version int) error {
		return r.server.App.MarkStep(r.ctx(), r.command(), app.StepMark{Integration: id, N: n, RowVersion: version,
			Mark: walkthrough.Mark(r.FormValue("mark")), Observation: r.FormValue("observation")})
	})
}
