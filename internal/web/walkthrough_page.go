package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/walkthrough"
)

// walkthroughRoutes: plan, hold and end the walkthrough, and sign off.
func (s *Server) walkthroughRoutes(g *echo.Group) {
	const base = "/integrations/:integration/walkthrough"
	g.GET(base, s.signedIn(showWalkthrough))
	g.POST(base, s.signedIn(planWalkthrough))
	g.POST(base+"/start", s.signedIn(startWalkthrough))
	g.POST(base+"/steps/:step", s.signedIn(markStep))
	g.POST(base+"/outcome", s.signedIn(recordOutcome))
	g.POST(base+"/sign-offs", s.signedIn(signOff))
}

// walkthroughPage is what every form of the page is made of.
type walkthroughPage struct {
	integrationPage
	// revision is the newest one; nil before the first.
	revision *store.Revision
	// held is its walkthrough; nil before it is planned.
	held  *store.Walkthrough
	steps []store.WalkthroughStep
	// people are those of the plan.
	people []components.PersonModel
	// leads is true for readers who plan and hold it.
	leads bool
}

func (r *request) walkthroughPage() (walkthroughPage, error) {
	page, err := r.integrationPage("Walkthrough", pathWalkthrough)
	if err != nil {
		return walkthroughPage{}, err
	}
	p := walkthroughPage{integrationPage: page, leads: r.actor.Can(auth.HoldWalkthrough, page.Summary.PartnerID)}
	revision, err := store.FindLastRevision(r.ctx(), r.reader(), r.scope(), page.Summary.ID)
	if apperr.Is(err, apperr.NotFound) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.revision = &revision
	held, err := store.FindWalkthrough(r.ctx(), r.reader(), r.scope(), page.Summary.ID, revision.ID)
	if apperr.Is(err, apperr.NotFound) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.held = &held
	ours, err := store.ListProviderUsers(r.ctx(), r.reader())
	if err != nil {
		return p, err
	}
	p.people = peopleModels(held.People, ours)
	p.steps, err = store.ListWalkthroughSteps(r.ctx(), r.reader(), r.scope(), held.ID)
	return p, err
}

// showWalkthrough shows the plan, the walkthrough being held, or its minutes.
func showWalkthrough(r *request) error { return r.walkthroughAnswer(http.StatusOK, nil) }

// walkthroughAnswer renders the page as the walkthrough stands, with what went wrong.
func (r *request) walkthroughAnswer(status int, cause error) error {
	p, err := r.walkthroughPage()
	if err != nil {
		return err
	}
	switch {
	case p.held != nil && p.held.State == store.WalkthroughRunning:
		m, err := r.liveModel(p, cause)
		if err != nil {
			return err
		}
		return r.render(status, view.Live(m))
	case p.held != nil && p.held.State == store.WalkthroughEnded:
		m, err := r.minutesModel(p, cause)
		if err != nil {
			return err
		}
		return r.render(status, view.Minutes(m))
	}
	m := r.planModel(p, cause)
	if m.Planned != nil {
		beside, _, err := r.newestPackets(p)
		if err != nil {
			return err
		}
		m.Planned.Packet = beside.link()
	}
	return r.render(status, view.Plan(m))
}

// planModel is the page before the walkthrough is held.
func (r *request) planModel(p walkthroughPage, cause error) view.PlanModel {
	m := view.PlanModel{Shell: p.Shell, Title: "Walkthrough"}
	if cause != nil {
		m.Errors = itemErrors(cause)
	}
	if r.QueryParam("done") == "plan" && cause == nil {
		m.Saved = &components.ConfirmationModel{Now: "The walkthrough is planned.", Next: "Everybody of the integration sees date and agenda here."}
	}
	if p.revision != nil && p.revision.Number > 1 {
		m.Earlier = &view.Link{Text: "Packets of earlier revisions, with the minutes where a walkthrough was held", Href: pathPackets(p.Summary.ID)}
	}
	ready := p.revision != nil && p.revision.State == store.RevisionReady
	if !ready {
		m.Empty = &components.EmptyStateModel{Title: "No walkthrough yet", Pays: "It is held on a ready revision: one partner clicks, everybody sees the same step.",
			Actions: []components.ButtonModel{{Label: "Open the review", Href: pathReview(p.Summary.ID)}}}
		return m
	}
	m.Lead = fmt.Sprintf("On revision %d, which is ready.", p.revision.Number)
	if p.held == nil && !p.leads {
		m.Empty = &components.EmptyStateModel{Title: "No date yet", Pays: "The consultant sets the date of the walkthrough. It is shown here."}
	}
	if p.held != nil {
		m.Planned = &view.PlannedModel{At: p.held.PlannedFor, Place: p.held.Place, People: p.people, RowVersion: p.held.RowVersion}
		if p.leads {
			m.Planned.Start, m.Planned.Key = pathWalkthrough(p.Summary.ID)+"/start", formKey()
		}
		for _, s := range p.steps {
			m.Agenda = append(m.Agenda, components.AgendaStep{Number: s.N, Title: s.Title, Href: pathItem(p.Summary.ID, s.RequirementID)})
		}
	}
	if p.leads {
		m.Form = r.planForm(p, cause, m.Errors)
	}
	return m
}

var partWords = map[walkthrough.Part]string{walkthrough.Drives: "drives", walkthrough.Leads: "leads", walkthrough.Observes: "observes"}

// peopleModels draws who takes part. A plan holds their names alone; who observes is
// of the provider when one of its people, ours, has that name.
func peopleModels(people []walkthrough.Person, ours []store.User) []components.PersonModel {
	var out []components.PersonModel
	for _, p := range people {
		named := func(u store.User) bool { return strings.EqualFold(u.Name, p.Name) }
		out = append(out, components.PersonModel{Name: p.Name, Does: partWords[p.Part], Drives: p.Part == walkthrough.Drives,
			Provider: p.Part == walkthrough.Leads || p.Part == walkthrough.Observes && slices.ContainsFunc(ours, named)})
	}
	return out
}

// planForm is the form that sets or moves the date, filled with what was sent
// or with the plan as it stands.
func (r *request) planForm(p walkthroughPage, cause error, summary *components.ErrorSummaryModel) *view.PlanForm {
	f := &view.PlanForm{Action: pathWalkthrough(p.Summary.ID), Key: formKey(), Label: "Plan the walkthrough",
		At:     components.FieldModel{Name: "at", ID: "at", Label: "Date and time, UTC", Type: "datetime-local"},
		Place:  components.FieldModel{Name: "place", ID: "place", Label: "Place", Hint: "A room, or the address of the call."},
		Drives: components.FieldModel{Name: "drives", ID: "drives", Label: "Drives", Hint: "Who clicks, usually somebody of the partner."},
		Leads:  components.FieldModel{Name: "leads", ID: "leads", Label: "Leads", Hint: "Who says the steps and marks them.", Value: r.actor.Name},
		Rest:   components.FieldModel{Name: "observes", ID: "observes", Label: "Observe", Hint: "One name per line.", Optional: true, Rows: 3}}
	if p.held != nil {
		f.Folded, f.Label, f.RowVersion = cause == nil, "Save the plan", p.held.RowVersion
		f.At.Value, f.Place.Value = p.held.PlannedFor.UTC().Format(formTimeLayout), p.held.Place
		f.Drives.Value, f.Leads.Value, f.Rest.Value = names(p.held.People, walkthrough.Drives), names(p.held.People, walkthrough.Leads), names(p.held.People, walkthrough.Observes)
	}
	if cause == nil {
		return f
	}
	for _, field := range []*components.FieldModel{&f.At, &f.Place, &f.Drives, &f.Leads, &f.Rest} {
		field.Value = r.FormValue(field.Name)
	}
	r.refuse(cause, summary, &f.At, &f.Place, &f.Drives, &f.Leads, &f.Rest)
	return f
}

// formTimeLayout is that of a field of type datetime-local.
const formTimeLayout = "2006-01-02T15:04"

func names(people []walkthrough.Person, part walkthrough.Part) string {
	var out []string
	for _, p := range people {
		if p.Part == part {
			out = append(out, p.Name)
		}
	}
	return strings.Join(out, "\n")
}

// planWalkthrough sets or moves the date.
func planWalkthrough(r *request) error {
	return r.actOnWalkthrough("?done=plan", func(id uuid.UUID, version int) error {
		plan := app.WalkthroughPlan{Integration: id, RowVersion: version, Place: r.FormValue("place")}
		plan.At, _ = formTime(r.FormValue("at")) // a time that is none is refused by app
		for _, part := range []walkthrough.Part{walkthrough.Drives, walkthrough.Leads, walkthrough.Observes} {
			for line := range strings.Lines(r.FormValue(string(part))) {
				if name := strings.TrimSpace(line); name != "" {
					plan.People = append(plan.People, walkthrough.Person{Name: name, Part: part})
				}
			}
		}
		return r.server.App.PlanWalkthrough(r.ctx(), r.command(), plan)
	})
}

func startWalkthrough(r *request) error {
	return r.actOnWalkthrough("", func(id uuid.UUID, version int) error {
		return r.server.App.StartWalkthrough(r.ctx(), r.command(), app.WalkthroughRef{Integration: id, RowVersion: version})
	})
}

// actOnWalkthrough runs one act and shows the page again: as it stands now, or
// with what is wrong and what was typed.
func (r *request) actOnWalkthrough(done string, act func(id uuid.UUID, version int) error) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	version, err := formNumber(r, "row_version")
	if err != nil {
		return err
	}
	err = act(id, version)
	kind := apperr.KindOf(err)
	switch {
	case kind == "":
		return r.see(pathWalkthrough(id) + done)
	case slices.Contains([]apperr.Kind{apperr.Invalid, apperr.Conflict}, kind):
		return r.walkthroughAnswer(statusOf[kind], err)
	}
	return err
}
