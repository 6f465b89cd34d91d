package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/review"
)

const pathReviews = "/reviews"

// reviewRoutes: submit, the consultant's queue, decisions and remarks.
func (s *Server) reviewRoutes(g *echo.Group) {
	const item = "/integrations/:integration/checklist/:item"
	g.GET(pathReviews, s.signedIn(showReviews))
	g.GET("/integrations/:integration/review", s.signedIn(showReview))
	g.POST("/integrations/:integration/review", s.signedIn(submitRevision))
	g.POST("/integrations/:integration/review/:revision/decision", s.signedIn(decideRevision))
	g.POST(item+"/decision", s.signedIn(decideItem))
	g.POST(item+"/remarks", s.signedIn(addRemark))
	g.POST(item+"/remarks/:remark", s.signedIn(actOnRemark))
}

func pathDecision(id, revision uuid.UUID) string {
	return pathReview(id) + "/" + revision.String() + "/decision"
}

// reviewPage is what both forms of the page are made of.
type reviewPage struct {
	integrationPage
	items     []store.ChecklistItem
	revisions []store.Revision
	decisions []store.Decision
	passed    []components.PassedModel
}

func (p reviewPage) rules() []checklist.Item {
	rules := make([]checklist.Item, len(p.items))
	for n, i := range p.items {
		rules[n] = i.Rule()
	}
	return rules
}

// submitted gives the revision in review; nil when there is none.
func (p reviewPage) submitted() *store.Revision {
	if len(p.revisions) > 0 && p.revisions[0].State == store.RevisionSubmitted {
		return &p.revisions[0]
	}
	return nil
}

func (r *request) reviewPage() (reviewPage, error) {
	page, err := r.integrationPage("Review", pathReview)
	if err != nil {
		return reviewPage{}, err
	}
	p, id := reviewPage{integrationPage: page}, page.Summary.ID
	if p.items, err = store.ListChecklistItems(r.ctx(), r.reader(), r.scope(), id); err != nil {
		return p, err
	}
	if p.revisions, err = store.ListRevisions(r.ctx(), r.reader(), r.scope(), id); err != nil {
		return p, err
	}
	if p.decisions, err = store.ListDecisions(r.ctx(), r.reader(), r.scope(), id); err != nil {
		return p, err
	}
	p.passed, err = r.passModels(id)
	return p, err
}

// showReview is the consultant's queue while a revision is in review, and where
// the review stands for everybody else.
func showReview(r *request) error {
	return r.queueAnswer(http.StatusOK, r.QueryParam("item"), nil)
}

// queueAnswer renders the review with an item open, and with what went wrong.
func (r *request) queueAnswer(status int, item string, cause error) error {
	p, err := r.reviewPage()
	if err != nil {
		return err
	}
	if p.submitted() == nil || !r.actor.Can(auth.ReviewItems, p.Summary.PartnerID) {
		return r.render(status, view.Status(r.statusModel(p, cause)))
	}
	m, err := r.queueModel(p, item, cause)
	if err != nil {
		return err
	}
	return r.render(status, view.Queue(m))
}

// statusModel says where the review stands and what leads on.
func (r *request) statusModel(p reviewPage, cause error) view.StatusModel {
	m := view.StatusModel{Shell: p.Shell, Title: "Review", Revisions: revisionModels(p), Passed: p.passed}
	if cause != nil {
		m.Errors = itemErrors(cause)
		m.Errors.Kept = "Nothing was changed."
	}
	m.Saved = reviewConfirmation(r, p)
	if s := p.submitted(); s != nil {
		m.Lead = fmt.Sprintf("Revision %d is in review. Its items rest until it is decided.", s.Number)
		return m
	}
	next := p.Summary.LastRevision + 1
	blockers := checklist.SubmitBlockers(p.rules())
	gate := blockersGate(p, blockers)
	gate.Over = fmt.Sprintf("Revision %d", next)
	if len(blockers) == 0 {
		gate.Title, gate.Text = "Nothing is missing", "Submitting freezes the checklist with its evidence as a revision."
		gate.Text += stageLeft(p.Summary.Stage)
	} else {
		gate.Title = components.Plural(len(blockers), "item is", "items are") + " missing"
		gate.Text = "Every required item of the review is claimed, or marked as not applicable, before the checklist is submitted."
	}
	m.Gate = &gate
	if r.actor.Can(auth.SubmitRevision, p.Summary.PartnerID) {
		m.Submit = &view.SubmitModel{Action: pathReview(p.Summary.ID), Key: formKey(), Label: fmt.Sprintf("Submit revision %d", next), Pass: r.submitPass(cause)}
		if len(blockers) > 0 {
			m.Submit.NotYet = components.Plural(len(blockers), "item is", "items are") + " missing, listed above."
		}
	}
	return m
}

// stageLeft warns who would submit although a revision is ready or live.
func stageLeft(s store.Stage) string {
	switch s {
	case store.StageLive:
		return " It begins a new review, and the integration leaves its stage: it is live no more until the new revision is signed off."
	case store.StageSignOff, store.StageWalkthrough:
		return " It begins a new review, and the integration leaves its stage: the walkthrough is held on the new revision."
	}
	return ""
}

// submitPass asks why stored texts that look like a credential are none; nil
// when the submit was not refused for such.
func (r *request) submitPass(cause error) *components.FieldModel {
	fields := apperr.FieldsOf(cause)
	if !slices.ContainsFunc(fields, func(f apperr.Field) bool { return f.Passable }) {
		return nil
	}
	return &components.FieldModel{Name: app.FieldPassReason, Label: "These are no credentials because", Rows: 2, Value: r.FormValue(app.FieldPassReason),
		Error: errorOf(fields, app.FieldPassReason), Hint: "10 to 500 characters, for all of the texts above. The packet lists the reason. Leave it empty and take out what is one."}
}

// blockersGate lists what holds a gate shut, each with the way to its item.
func blockersGate(p reviewPage, blockers []checklist.Blocker) components.GateModel {
	g := components.GateModel{Verdict: components.VerdictPass}
	titles := map[string]string{}
	for _, i := range p.items {
		titles[i.RequirementID] = i.Title
	}
	for _, b := range blockers {
		g.Verdict = components.VerdictFail
		g.Conditions = append(g.Conditions, components.GateCondition{Verdict: components.VerdictFail, Title: b.ItemID + " " + b.Reason,
			Note: titles[b.ItemID], Href: pathItem(p.Summary.ID, b.ItemID)})
	}
	return g
}

var revisionWords = map[store.RevisionState]string{store.RevisionSubmitted: "in review", store.RevisionReady: "ready", store.RevisionReturned: "returned"}

// revisionMarks draws a revision like an item that is in the state that fits.
var revisionMarks = map[store.RevisionState]components.ItemState{
	store.RevisionSubmitted: components.StateClaimed, store.RevisionReady: components.StateAccepted, store.RevisionReturned: components.StateReturned,
}

var decisionWords = map[string]string{"ready": "Decided ready", "returned": "Returned", "go": "Outcome go", "go_with_conditions": "Outcome go with conditions", "no_go": "Outcome no go"}

func revisionModels(p reviewPage) []view.RevisionModel {
	var out []view.RevisionModel
	for _, x := range p.revisions {
		m := view.RevisionModel{Number: x.Number, State: revisionWords[x.State], Mark: revisionMarks[x.State], SubmittedBy: x.SubmittedByName, SubmittedAt: x.SubmittedAt}
		for _, d := range p.decisions {
			if d.RevisionID == x.ID {
				m.Decisions = append(m.Decisions, view.DecisionModel{Word: decisionWords[d.Decision], By: d.DecidedByName, At: d.HappenedAt, Reasons: d.Reasons})
			}
		}
		out = append(out, m)
	}
	return out
}

// reviewConfirmation says what is true after an act on this page.
func reviewConfirmation(r *request, p reviewPage) *components.ConfirmationModel {
	last := p.Summary.LastRevision
	switch done := r.QueryParam("done"); done {
	case "submit":
		return &components.ConfirmationModel{Now: fmt.Sprintf("Revision %d is submitted.", last), Next: "The consultant accepts or returns each item, then decides."}
	case "ready":
		return &components.ConfirmationModel{Now: fmt.Sprintf("Revision %d is ready.", last), Next: "Its packet is being made; the walkthrough can be planned."}
	case "returned":
		return &components.ConfirmationModel{Now: fmt.Sprintf("Revision %d is returned.", last), Next: "The partner answers the remarks and submits again."}
	case decideAccept, decideReturn, decideConfirm:
		was := r.QueryParam("was")
		if slices.ContainsFunc(p.items, func(i store.ChecklistItem) bool { return i.RequirementID == was }) {
			return &components.ConfirmationModel{Now: was + " " + confirmations[done]}
		}
	}
	return nil
}

// submitRevision submits the checklist.
func submitRevision(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	_, err = r.server.App.SubmitRevision(r.ctx(), r.command(), id)
	switch apperr.KindOf(err) {
	case "":
		return r.see(pathReview(id) + "?done=submit")
	case apperr.Conflict:
		return r.queueAnswer(http.StatusConflict, "", err)
	}
	return err
}

// decideRevision decides the revision in review.
func decideRevision(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	revision, err := r.id("revision")
	if err != nil {
		return err
	}
	version, err := formNumber(r, "row_version")
	if err != nil {
		return err
	}
	d := app.ReviewDecision{Integration: id, Revision: revision, RowVersion: version, State: store.RevisionState(r.FormValue("decision")), Reasons: r.FormValue("reasons")}
	err = r.server.App.DecideRevision(r.ctx(), r.command(), d)
	switch kind := apperr.KindOf(err); kind {
	case "":
		return r.see(pathReview(id) + "?done=" + string(d.State))
	case apperr.Conflict, apperr.Invalid:
		return r.queueAnswer(statusOf[kind], "", err)
	}
	return err
}

func (r *request) waitingModel() (view.WaitingModel, error) {
	m := view.WaitingModel{Shell: r.shell("Reviews", pathReviews)}
	queue, err := store.ListSubmittedRevisions(r.ctx(), r.reader(), r.scope())
	if err != nil {
		return m, err
	}
	for _, q := range queue {
		row := view.WaitingRow{Title: fmt.Sprintf("%s, revision %d", q.IntegrationName, q.Number), Href: pathReview(q.IntegrationID), Partner: q.PartnerName,
			Consultant: q.ConsultantName, Age: ageWords(int(r.server.Now().Sub(q.SubmittedAt) / (24 * time.Hour))),
			Left: fmt.Sprintf("%d of %d", q.Claimed, q.Items), SubmittedBy: q.SubmittedByName, SubmittedAt: q.SubmittedAt,
			Yours: q.ConsultantID != nil && *q.ConsultantID == r.actor.UserID}
		if row.Consultant == "" {
			row.Consultant = "Nobody"
		}
		m.Rows = append(m.Rows, row)
	}
	return m, nil
}

// showReviews lists the revisions that wait for a decision, for the provider.
func showReviews(r *request) error {
	if !r.actor.IsProvider() {
		return apperr.New(apperr.NotFound, "There is no such page.")
	}
	m, err := r.waitingModel()
	if err != nil {
		return err
	}
	return r.render(http.StatusOK, view.Waiting(m))
}

// ageWords says how long something waits, in days.
func ageWords(days int) string {
	switch days {
	case 0:
		return "since today"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", days)
}
