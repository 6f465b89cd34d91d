package web

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/walkthrough"
)

// outcomeForm records the outcome; its gate says what go needs as of now.
func (r *request) outcomeForm(p walkthroughPage, items []store.ChecklistItem, cause error, summary *components.ErrorSummaryModel) *view.OutcomeForm {
	rules := make([]checklist.Item, len(items))
	for n, i := range items {
		rules[n] = i.Rule()
	}
	var steps []walkthrough.Step
	for _, s := range app.MarkedSteps(p.steps) {
		steps = append(steps, s.Step)
	}
	f := &view.OutcomeForm{Action: pathWalkthrough(p.Summary.ID) + "/outcome", Key: formKey(), RowVersion: p.held.RowVersion,
		Gate: components.GateModel{Verdict: components.VerdictPass, Title: "Go is open", Text: "Every step is confirmed and every required item is done."},
		Choice: components.RadiosModel{FieldModel: components.FieldModel{Name: "outcome", ID: "outcome-choice", Label: "Outcome"}, Boxed: true, Options: []components.Option{
			{Value: string(walkthrough.Go), Label: "Go"}, {Value: string(walkthrough.GoWithConditions), Label: "Go with conditions"}, {Value: string(walkthrough.NoGo), Label: "No go"}}},
		Reasons: components.FieldModel{Name: "reasons", ID: "reasons", Label: "Reasons and conditions", Rows: 3, Optional: true, Hint: "Needed for no go. They stand in the packet."}}
	held := apperr.FieldsOf(walkthrough.CheckOutcome(walkthrough.Go, steps, checklist.GoBlockers(rules), ""))
	for _, h := range held {
		f.Gate.Conditions = append(f.Gate.Conditions, components.GateCondition{Verdict: components.VerdictFail, State: onItsWay(p.steps, items, h.Name), Title: h.Text,
			Href: pathItem(p.Summary.ID, h.Name)})
	}
	if len(held) > 0 {
		f.Gate.Verdict, f.Gate.Title = components.VerdictFail, "Not go, as of now"
		f.Gate.Text = components.Plural(len(held), "thing is", "things are") + " in the way of go. Go with conditions needs a mark on every required step."
	}
	if cause != nil && r.Param("step") == "" {
		f.Choice.Value, f.Reasons.Value = r.FormValue("outcome"), r.FormValue("reasons")
		r.refuse(cause, summary, &f.Choice.FieldModel, &f.Reasons)
	}
	return f
}

// onItsWay is the state of an item that is in the way of go and has not failed: open
// while nobody has marked the step that confirms it; where no step does, as it stands
// before a decision. Empty for one that was decided against, or is stale.
func onItsWay(steps []store.WalkthroughStep, items []store.ChecklistItem, requirement string) components.ItemState {
	for _, s := range steps {
		if s.RequirementID == requirement && s.Mark == nil {
			return components.StateOpen
		}
		if s.RequirementID == requirement {
			return ""
		}
	}
	for _, i := range items {
		if i.RequirementID == requirement && i.StaleReason == nil && (i.State == checklist.Open || i.State == checklist.Claimed) {
			return components.ItemState(i.State)
		}
	}
	return ""
}

// recordOutcome ends the walkthrough.
func recordOutcome(r *request) error {
	return r.actOnWalkthrough("?done=outcome", func(id uuid.UUID, version int) error {
		return r.server.App.RecordOutcome(r.ctx(), r.command(), app.WalkthroughRef{Integration: id, RowVersion: version},
			walkthrough.Outcome(r.FormValue("outcome")), r.FormValue("reasons"))
	})
}

var outcomeBanners = map[string]components.BannerModel{
	string(walkthrough.Go):               {Verdict: components.VerdictPass, Title: "Go", Text: "Every step was confirmed and every required item is done."},
	string(walkthrough.GoWithConditions): {Verdict: components.VerdictWarn, Title: "Go, with conditions", Text: "The conditions stand in the minutes below."},
	string(walkthrough.NoGo):             {Verdict: components.VerdictFail, Title: "No go", Text: "What has to change goes into the next revision."},
}

// minutesModel is the page after the walkthrough was held.
func (r *request) minutesModel(p walkthroughPage, cause error) (view.MinutesModel, error) {
	id := p.Summary.ID
	m := view.MinutesModel{Shell: p.Shell, Title: "Walkthrough", Revision: p.revision.Number, Place: p.held.Place, People: p.people,
		Start: instant(p.held.StartedAt), End: instant(p.held.EndedAt)}
	if cause != nil {
		m.Errors = itemErrors(cause)
		m.Errors.Kept = "Nothing was changed."
	} else {
		m.Saved = minutesConfirmation(r.QueryParam("done"))
	}
	decisions, err := store.ListDecisions(r.ctx(), r.reader(), r.scope(), id)
	if err != nil {
		return m, err
	}
	outcome := ""
	for _, d := range decisions {
		if banner, known := outcomeBanners[d.Decision]; known && d.RevisionID == p.revision.ID {
			outcome, m.Outcome, m.Reasons, m.DecidedBy = d.Decision, banner, d.Reasons, d.DecidedByName
		}
	}
	for _, s := range p.steps {
		m.Steps = append(m.Steps, view.MinutesStep{N: s.N, ItemID: s.RequirementID, Href: pathItem(id, s.RequirementID), Title: s.Title, Mark: markOf(s),
			Observation: s.Observation, MarkedBy: s.MarkedByName, At: instant(s.MarkedAt)})
	}
	beside, made, err := r.newestPackets(p)
	if err != nil {
		return m, err
	}
	m.Packet = beside.link()
	if m.Asked, err = r.asked(made); err != nil {
		return m, err
	}
	signed, err := store.ListSignOffs(r.ctx(), r.reader(), r.scope(), id)
	if err != nil {
		return m, err
	}
	m.SignOffs = r.signOffModels(p, signed, outcome)
	for i := range m.SignOffs {
		if x := &m.SignOffs[i]; x.Action != "" && x.NotYet == "" {
			x.Signed = made.signed()
		}
	}
	open := slices.ContainsFunc(m.SignOffs, func(s view.SignOffModel) bool { return s.By == "" })
	m.Withdrawn = beside.withdrawn(open && outcome != string(walkthrough.NoGo))
	return m, nil
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func minutesConfirmation(done string) *components.ConfirmationModel {
	switch done {
	case "outcome":
		return &components.ConfirmationModel{Now: "The outcome is recorded.", Next: "The packet gets an edition with these minutes."}
	case "sign-off":
		return &components.ConfirmationModel{Now: "You have signed off.", Next: "An edition of the packet says so."}
	}
	return nil
}

// signOffPart is one of the three sign-offs: whose it is, as whom they sign off and
// what that says.
type signOffPart struct {
	part, who, as, about string
	permission           auth.Permission
	side                 side
}

// signOffParts are the three sign-offs in their order.
var signOffParts = []signOffPart{
	{app.SignOffPartner, "partner", "for the partner", "An admin of the partner stands for the integration.", auth.SignOffPartner, sidePartner},
	{app.SignOffReviewer, "consultant", "who led the review", "Who led the review and the walkthrough stands for them.", auth.HoldWalkthrough, sideConsultant},
	{app.SignOffAccountTeam, "account team", "for the account team", "Somebody who decided no item lets it go live.", auth.SignOffAccount, sideAccountTeam},
}

func (r *request) signOffModels(p walkthroughPage, signed []store.SignOff, outcome string) []view.SignOffModel {
	var out []view.SignOffModel
	for _, x := range signOffParts {
		m := view.SignOffModel{Part: "The " + x.who, About: x.about, Value: x.part}
		for _, s := range signed {
			if s.Part == x.part && s.RevisionID == p.revision.ID {
				m.By, m.At = s.SignedOffByName, s.SignedOffAt
			}
		}
		if m.By == "" && r.actor.Can(x.permission, p.Summary.PartnerID) {
			m.Action, m.Key = pathWalkthrough(p.Summary.ID)+"/sign-offs", formKey()
			if outcome == string(walkthrough.NoGo) {
				m.NotYet = fmt.Sprintf("revision %d did not pass. Nothing can be signed off.", p.revision.Number)
			}
		}
		out = append(out, m)
	}
	return out
}

// signOff signs off one part.
func signOff(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	err = r.server.App.SignOff(r.ctx(), r.command(), id, r.FormValue("part"))
	switch kind := apperr.KindOf(err); kind {
	case "":
		return r.see(pathWalkthrough(id) + "?done=sign-off")
	case apperr.Conflict:
		return r.walkthroughAnswer(statusOf[kind], err)
	}
	return err
}
