package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/integration"
)

// formKey makes the key by which a form that is sent twice is done once.
func formKey() string { return store.NewID().String() }

// showNewIntegration shows an empty description.
func showNewIntegration(r *request) error {
	m, err := r.newIntegration(integration.Config{Format: integration.Format}, nil)
	if err != nil {
		return err
	}
	return r.render(http.StatusOK, view.Description(m))
}

func (r *request) newIntegration(cfg integration.Config, cause error) (view.DescriptionModel, error) {
	partners, err := store.ListPartners(r.ctx(), r.reader(), r.scope())
	if err != nil {
		return view.DescriptionModel{}, err
	}
	choice := components.SelectModel{FieldModel: components.FieldModel{Name: "partner", Label: "Partner", Value: r.FormValue("partner")}}
	for _, p := range partners {
		if r.actor.Can(auth.EditIntegration, p.ID) {
			choice.Options = append(choice.Options, components.Option{Value: p.ID.String(), Label: p.Name})
		}
	}
	if len(choice.Options) == 0 {
		return view.DescriptionModel{}, apperr.New(apperr.Forbidden, "Only a partner's admins and members describe integrations.")
	}
	if choice.Value == "" {
		choice.Value = choice.Options[0].Value
	}
	m := view.DescriptionModel{
		Shell: r.shell("New integration", pathBoard), New: true, Title: "Describe an integration", Action: "/integrations",
		ImportAction: pathImport, Key: formKey(), Partners: choice, Sections: formSections(cfg, apperr.FieldsOf(cause)),
	}
	if cause != nil {
		m.Errors = summaryOf(apperr.TextOf(cause), m.Sections)
		r.refuse(cause, m.Errors, fieldsOf(m.Sections)...)
	}
	return m, nil
}

// createIntegration makes an integration from the form.
func createIntegration(r *request) error {
	form, err := r.FormParams()
	if err != nil {
		return apperr.Wrap(apperr.Invalid, "The form could not be read.", err)
	}
	return r.create(configFromForm(form))
}

// importNewIntegration makes an integration from an integration.yaml.
func importNewIntegration(r *request) error {
	cfg, err := integration.Parse([]byte(r.FormValue("yaml")))
	if err != nil {
		return r.importFailed(err, nil)
	}
	return r.create(cfg)
}

func (r *request) create(cfg integration.Config) error {
	partner, err := uuid.Parse(r.FormValue("partner"))
	if err != nil {
		return apperr.New(apperr.Invalid, "Choose the partner that the integration belongs to.")
	}
	id, err := r.server.App.CreateIntegration(r.ctx(), r.command(), partner, cfg)
	if apperr.Is(err, apperr.Invalid) {
		m, pageErr := r.newIntegration(cfg, err)
		if pageErr != nil {
			return pageErr
		}
		return r.render(http.StatusUnprocessableEntity, view.Description(m))
	}
	if err != nil {
		return err
	}
	return r.see(pathDescription(id) + "?saved=1")
}

// showDescription shows the description with its pre-flight check.
func showDescription(r *request) error {
	m, _, err := r.description()
	if err != nil {
		return err
	}
	if r.QueryParam("saved") != "" {
		m.Saved = &components.ConfirmationModel{Now: "The description is saved as version " + strconv.Itoa(m.Version) + ".", At: m.SavedAt,
			Next: "Look at the pre-flight check, then record the first test run."}
		if n := m.Stale; n > 0 {
			m.Saved.Next = components.Plural(n, "item is", "items are") + " stale: show them again and claim them again."
		}
	}
	return r.render(http.StatusOK, view.Description(m))
}

// description gives the page as it is saved.
func (r *request) description() (view.DescriptionModel, store.Integration, error) {
	page, err := r.integrationPage("Description", pathDescription)
	if err != nil {
		return view.DescriptionModel{}, store.Integration{}, err
	}
	i, err := store.FindIntegration(r.ctx(), r.reader(), r.scope(), page.Summary.ID)
	if err != nil {
		return view.DescriptionModel{}, store.Integration{}, err
	}
	newest, err := store.FindConfigurationVersion(r.ctx(), r.reader(), r.scope(), i.ID, i.ConfigurationVersion)
	if err != nil {
		return view.DescriptionModel{}, store.Integration{}, err
	}
	checks, err := r.preflight(i)
	if err != nil {
		return view.DescriptionModel{}, store.Integration{}, err
	}
	return view.DescriptionModel{
		Shell: page.Shell, Title: "Description", Action: pathDescription(i.ID), ImportAction: pathIntegration(i.ID) + "/import",
		Key: formKey(), RowVersion: i.RowVersion, ReadOnly: !r.actor.Can(auth.EditIntegration, i.PartnerID),
		Sections: formSections(i.Config, nil), Preflight: preflightLines(checks), Version: i.ConfigurationVersion,
		Stale: page.Summary.Stale, SavedBy: newest.SavedBy, SavedAt: newest.SavedAt, ExportHref: pathExport(i.ID), VersionsHref: pathVersions(i.ID),
	}, i, nil
}

// preflight judges the description, with what was recorded already.
func (r *request) preflight(i store.Integration) ([]analysis.PreflightCheck, error) {
	runs, err := store.ListTestRuns(r.ctx(), r.reader(), r.scope(), i.ID)
	if err != nil {
		return nil, err
	}
	var used []string
	for _, run := range runs {
		if run.Captures > 0 {
			used = append(used, run.TestUser)
		}
	}
	return append(analysis.Preflight(i.Config, r.server.Now()), analysis.PreflightRuns(i.Config, used)...), nil
}

func preflightLines(checks []analysis.PreflightCheck) []view.PreflightLine {
	var out []view.PreflightLine
	for _, c := range checks {
		field := c.Field
		if c.Subject != "" {
			field += " " + c.Subject
		}
		out = append(out, view.PreflightLine{Verdict: components.Verdict(c.Verdict), Field: field, Title: c.Title, Reason: c.Reason,
			Cure: c.Cure, SourceTitle: c.Source.Title, Source: c.Source.URL})
	}
	return out
}

// saveDescription keeps the form as the next configuration version, or the file
// that showVoids asked about.
func saveDescription(r *request) error {
	form, err := r.FormParams()
	if err != nil {
		return apperr.Wrap(apperr.Invalid, "The form could not be read.", err)
	}
	cfg := configFromForm(form)
	if file := form.Get("yaml"); file != "" {
		if cfg, err = integration.Parse([]byte(strings.ReplaceAll(file, "\r\n", "\n"))); err != nil {
			return err
		}
	}
	if form.Get("back") != "" {
		return r.goOnWriting(cfg)
	}
	return r.save(cfg)
}

// importIntegration keeps an integration.yaml as the next configuration version.
func importIntegration(r *request) error {
	cfg, err := integration.Parse([]byte(r.FormValue("yaml")))
	if err != nil {
		m, _, pageErr := r.description()
		if pageErr != nil {
			return pageErr
		}
		return r.importFailed(err, &m)
	}
	return r.save(cfg)
}

// importFailed shows the page again with what is wrong in the file, by line.
func (r *request) importFailed(cause error, m *view.DescriptionModel) error {
	if !apperr.Is(cause, apperr.Invalid) && !apperr.Is(cause, apperr.Unsupported) && !apperr.Is(cause, apperr.TooLarge) {
		return cause
	}
	if m == nil {
		empty, err := r.newIntegration(integration.Config{Format: integration.Format}, nil)
		if err != nil {
			return err
		}
		m = &empty
	}
	m.Errors = &components.ErrorSummaryModel{Title: apperr.TextOf(cause), Kept: "Nothing was imported."}
	for _, f := range apperr.FieldsOf(cause) {
		text := f.Text
		if f.Name != "" {
			text = f.Name + ": " + f.Text
		}
		m.Errors.Errors = append(m.Errors.Errors, components.FieldError{FieldID: "yaml", Text: text})
	}
	if len(m.Errors.Errors) == 0 { // the whole file is wrong, no line of it
		m.Errors.Title = "The file could not be imported"
		m.Errors.Errors = []components.FieldError{{FieldID: "yaml", Text: apperr.TextOf(cause)}}
	}
	m.ImportText = r.FormValue("yaml")
	return r.render(http.StatusUnprocessableEntity, view.Description(*m))
}

func (r *request) save(cfg integration.Config) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	rowVersion, err := strconv.Atoi(r.FormValue("row_version"))
	if err != nil {
		return apperr.New(apperr.Invalid, "The form could not be read.")
	}
	err = r.server.App.SaveIntegration(r.ctx(), r.command(), id, rowVersion, cfg, r.FormValue("agreement"))
	void := new(app.WouldVoid)
	switch {
	case err == nil:
		return r.see(pathDescription(id) + "?" + url.Values{"saved": {"1"}}.Encode())
	case errors.As(err, &void):
		return r.showVoids(cfg, void)
	case apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Conflict):
		return r.saveAgain(cfg, err)
	}
	return err
}

// saveAgain shows the form as it was sent: with the messages per field, or with
// both values where somebody else saved in between.
func (r *request) saveAgain(cfg integration.Config, cause error) error {
	m, saved, err := r.description()
	if err != nil {
		return err
	}
	m.Sections = formSections(cfg, apperr.FieldsOf(cause))
	if apperr.Is(cause, apperr.Invalid) {
		m.Errors = summaryOf(apperr.TextOf(cause), m.Sections)
		r.refuse(cause, m.Errors, fieldsOf(m.Sections)...)
		return r.render(http.StatusUnprocessableEntity, view.Description(m))
	}
	for _, c := range integration.Diff(saved.Config, cfg) {
		m.Conflict = append(m.Conflict, view.ConflictLine{Field: c.Field, Saved: c.Old, Yours: c.New})
	}
	return r.render(http.StatusConflict, view.Description(m))
}

// exportIntegration downloads integration.yaml as it is saved.
func exportIntegration(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	i, err := store.FindIntegration(r.ctx(), r.reader(), r.scope(), id)
	if err != nil {
		return err
	}
	out, err := integration.Marshal(i.Config)
	if err != nil {
		return err
	}
	r.Response().Header().Set("Content-Disposition", `attachment; filename="integration.yaml"`)
	return r.Blob(http.StatusOK, "application/yaml; charset=utf-8", out)
}
