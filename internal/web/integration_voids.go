package web

import (
	"fmt"
	"net/http"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/integration"
)

// showVoids shows what a save makes stale and asks to go on. The description
// travels in the page as a file, which says more than the lines of the form.
func (r *request) showVoids(cfg integration.Config, void *app.WouldVoid) error {
	saved, i, err := r.description()
	if err != nil {
		return err
	}
	rowVersion, err := formNumber(r, "row_version")
	if err != nil {
		return err
	}
	m := view.VoidsModel{Shell: saved.Shell, Action: pathDescription(i.ID), Key: r.FormValue("key"), RowVersion: rowVersion,
		Agreement: void.Agreement, Again: r.FormValue("agreement") != ""}
	file, err := integration.Marshal(cfg)
	if err != nil {
		return err
	}
	m.Fields = []view.HiddenField{{Name: "yaml", Value: string(file)}}
	if reason := r.FormValue(app.FieldPassReason); reason != "" {
		m.Fields = append(m.Fields, view.HiddenField{Name: app.FieldPassReason, Value: reason})
	}
	for _, c := range integration.Diff(i.Config, cfg) {
		m.Changed = append(m.Changed, view.ConflictLine{Field: c.Field, Saved: c.Old, Yours: c.New})
	}
	for _, v := range void.Items {
		line := view.VoidLine{ID: v.Item.RequirementID, Title: v.Item.Title, Href: pathItem(i.ID, v.Item.RequirementID), RestsOn: v.RestsOn,
			State: components.ItemState(v.Item.State)}
		for _, e := range v.Evidence {
			line.Evidence = append(line.Evidence, evidenceName(e))
		}
		m.Items = append(m.Items, line)
	}
	return r.render(http.StatusOK, view.Voids(m))
}

// evidenceName says in a few words which piece of evidence it is.
func evidenceName(e store.Evidence) string {
	switch e.Kind {
	case checklist.EvidenceScreenshot:
		return "Screenshot by " + e.CreatedByName
	case checklist.EvidenceDeclaration:
		return "Declaration by " + e.CreatedByName
	case checklist.EvidenceObservation:
		return "Observation by " + e.CreatedByName
	}
	return captureName(e)
}

// captureName says which capture a piece of evidence is.
func captureName(e store.Evidence) string {
	return fmt.Sprintf("Run %d, %s, capture %d", e.RunNumber, scenarioTitle(e.Scenario), e.CaptureNumber)
}

// goOnWriting shows the form as it was sent, with nothing saved.
func (r *request) goOnWriting(cfg integration.Config) error {
	m, _, err := r.description()
	if err != nil {
		return err
	}
	if m.RowVersion, err = formNumber(r, "row_version"); err != nil {
		return err
	}
	m.Sections = formSections(cfg, nil)
	return r.render(http.StatusOK, view.Description(m))
}
