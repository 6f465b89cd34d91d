package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/run"
)

// showRuns lists the test runs, or says how to begin.
func showRuns(r *request) error {
	page, err := r.integrationPage("Test runs", pathRuns)
	if err != nil {
		return err
	}
	s := page.Summary
	runs, err := store.ListTestRuns(r.ctx(), r.reader(), r.scope(), s.ID)
	if err != nil {
		return err
	}
	m := view.ListModel{Shell: page.Shell, NewHref: pathNewRun(s.ID), CanRun: r.actor.Can(auth.RunTests, s.PartnerID)}
	for _, t := range runs {
		m.Runs = append(m.Runs, runLine(t))
	}
	if len(runs) == 0 {
		if m.Empty, err = r.noRuns(s, m.CanRun); err != nil {
			return err
		}
	}
	return r.render(http.StatusOK, view.List(m))
}

func runLine(t store.TestRun) view.RunLine {
	return view.RunLine{
		Number: t.Number, Href: pathRun(t.IntegrationID, t.ID), Scenario: scenarioTitle(t.Scenario), TestUser: t.TestUser, Release: t.Release,
		Captures: t.Captures, By: t.CreatedByName, At: t.CreatedAt, Round: t.RoundNumber, RoundOpen: t.RoundOpen,
		Counts: components.VerdictCounts{Fail: t.Fail, Warn: t.Warn, NotSeen: t.NotSeen, Pass: t.Pass},
	}
}

// noRuns is the page before the first run: what it pays and what is needed.
func (r *request) noRuns(s store.IntegrationSummary, canRun bool) (components.EmptyStateModel, error) {
	i, err := store.FindIntegration(r.ctx(), r.reader(), r.scope(), s.ID)
	if err != nil {
		return components.EmptyStateModel{}, err
	}
	items, err := store.ListChecklistItems(r.ctx(), r.reader(), r.scope(), s.ID)
	if err != nil {
		return components.EmptyStateModel{}, err
	}
	judged := 0
	for _, item := range items {
		requirement, _ := checklist.Builtin().Requirement(item.RequirementID)
		if item.Applies && len(requirement.Rules) > 0 {
			judged++
		}
	}
	m := components.EmptyStateModel{
		Title: "No test run yet",
		Pays: "A run is one walk through a scenario with a test user. Start with the happy path: findings of runs speak for " +
			components.Number(judged) + " of the " + components.Plural(s.Items, "item", "items") + ".",
		Note:      "Secrets and personal data are taken out while a file arrives. Nothing of it is stored before.",
		NeedTitle: "What is needed", PictureTitle: "What a recorded run looks like", Picture: view.RecordedRun(),
		Needs: []components.Need{
			{Done: len(i.Config.RedirectURIs)+len(i.Config.SAML.ACSURLs) > 0, Title: "A registered redirect URI", Note: "It stands in the description and is compared character by character.", Href: pathDescription(s.ID)},
			{Done: len(i.Config.TestUsers) > 0, Title: "A test user", Note: "Only its label is kept. The password stays with you.", Href: pathDescription(s.ID)},
			{Title: "A browser that keeps its network log", Note: "Chrome, Edge, Firefox or Safari; the upload page shows how."},
		},
	}
	if canRun {
		m.Actions = []components.ButtonModel{
			{Label: "Begin with the happy path", Kind: components.ButtonPrimary, Size: components.SizeLarge, Href: pathNewRun(s.ID) + "?scenario=happy-path"},
			{Label: "Choose another scenario", Size: components.SizeLarge, Href: pathNewRun(s.ID)},
		}
	}
	return m, nil
}

// showNewRun shows the form of a new test run.
func showNewRun(r *request) error {
	return r.newRun(http.StatusOK, app.NewTestRun{Scenario: r.QueryParam("scenario")}, nil)
}

func (r *request) newRun(status int, run app.NewTestRun, cause error) error {
	page, err := r.integrationPage("New test run", pathRuns)
	if err != nil {
		return err
	}
	i, err := store.FindIntegration(r.ctx(), r.reader(), r.scope(), page.Summary.ID)
	if err != nil {
		return err
	}
	if !r.actor.Can(auth.RunTests, i.PartnerID) {
		return apperr.New(apperr.Forbidden, "Only the partner's admins and members record test runs.")
	}
	if cause == nil {
		run.Release = i.Config.Release
	}
	errs := apperr.FieldsOf(cause)
	m := view.NewModel{Shell: page.Shell, Action: pathRuns(i.ID), Key: formKey(), ListHref: pathRuns(i.ID),
		Scenarios: scenarioChoice(run.Scenario, errorOf(errs, "scenario")), TestUsers: testUserChoice(i, run.TestUser, errorOf(errs, "test_user")),
		Release: components.FieldModel{Name: "release", Label: "Release", Hint: "The build of your site under test.", Value: run.Release,
			Optional: true, Error: errorOf(errs, "release"), Autocomplete: "off"},
		DescriptionHref: pathDescription(i.ID), NoUsers: len(i.Config.TestUsers) == 0,
	}
	if cause != nil {
		m.Errors = &components.ErrorSummaryModel{Title: apperr.TextOf(cause)}
		for _, f := range errs {
			m.Errors.Errors = append(m.Errors.Errors, components.FieldError{FieldID: f.Name, Text: f.Text})
		}
		r.refuse(cause, m.Errors, &m.Release)
	}
	return r.render(status, view.New(m))
}

func scenarioChoice(chosen, problem string) components.RadiosModel {
	m := components.RadiosModel{FieldModel: components.FieldModel{Name: "scenario", Label: "Scenario", Value: chosen, Error: problem}, Boxed: true}
	for _, s := range checklist.Scenarios() {
		m.Options = append(m.Options, components.Option{Value: s.Slug, Label: s.Title, Hint: s.About})
	}
	return m
}

func testUserChoice(i store.Integration, chosen, problem string) components.SelectModel {
	m := components.SelectModel{FieldModel: components.FieldModel{Name: "test_user", Label: "Test user", Hint: "A label of your description, never a name.", Value: chosen, Error: problem}}
	for _, label := range i.Config.TestUsers {
		m.Options = append(m.Options, components.Option{Value: label, Label: label})
	}
	return m
}

// createRun creates a test run and leads to its upload page.
func createRun(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	run := app.NewTestRun{Integration: id, Scenario: r.FormValue("scenario"), TestUser: r.FormValue("test_user"), Release: r.FormValue("release")}
	created, err := r.server.App.CreateTestRun(r.ctx(), r.command(), run)
	if apperr.Is(err, apperr.Invalid) {
		return r.newRun(http.StatusUnprocessableEntity, run, err)
	}
	if err != nil {
		return err
	}
	return r.see(pathUpload(id, created))
}

func pathNewRun(id uuid.UUID) string { return pathRuns(id) + "/new" }

func pathUpload(id, run uuid.UUID) string { return pathRun(id, run) + "/capture" }

func pathExporter(id, run uuid.UUID) string { return pathRun(id, run) + "/exporter" }

func pathRedactor(id, run uuid.UUID) string { return pathRun(id, run) + "/redactor" }

func pathReveal(id uuid.UUID) string { return pathIntegration(id) + "/reveal" }

func pathDownload(id, capture uuid.UUID) string { return pathCapture(id, capture) + "/redacted.har" }

func pathCaptureComments(id, capture uuid.UUID) string { return pathCapture(id, capture) + "/comments" }

// entriesQuery says which part of a transcript a page shows: what is shown, the
// text looked for, the entry after which it begins (-1 for none), how many rows
// are left out before the first, and an entry that is shown in any case (-1 for none).
type entriesQuery struct {
	show, text       string
	after, from, hop int
}

// pathEntries leads to a part of a transcript.
func pathEntries(id, capture uuid.UUID, e entriesQuery) string {
	q := url.Values{}
	if e.show != "" {
		q.Set("show", e.show)
	}
	if e.text != "" {
		q.Set("q", e.text)
	}
	if e.after >= 0 {
		q.Set("after", strconv.Itoa(e.after))
	}
	if e.from > 0 {
		q.Set("from", strconv.Itoa(e.from))
	}
	if len(q) == 0 {
		return pathCapture(id, capture)
	}
	return pathCapture(id, capture) + "?" + q.Encode()
}
