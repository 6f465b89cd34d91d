package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/integration"
)

const historyPage = 50

// showOverview shows where an integration stands and what comes next.
func showOverview(r *request) error {
	page, err := r.integrationPage("Overview", pathIntegration)
	if err != nil {
		return err
	}
	s := page.Summary
	items, err := store.ListChecklistItems(r.ctx(), r.reader(), r.scope(), s.ID)
	if err != nil {
		return err
	}
	lately, err := store.ListAudit(r.ctx(), r.reader(), r.scope(), s.ID, uuid.Nil, 5)
	if err != nil {
		return err
	}
	m := view.OverviewModel{
		Shell: page.Shell, Accepted: s.Accepted, Items: s.Items, Sections: sectionLines(s.ID, items),
		Counts:     components.ReadinessCounts{Accepted: s.Accepted, Stale: s.Stale, Claimed: s.Claimed, Returned: s.Returned, Open: s.Open, NotApplicable: s.NotApplicable},
		Consultant: s.ConsultantName, UnassignedDays: days(s.CreatedAt, r.server.Now()), HistoryHref: pathHistory(s.ID), Key: formKey(),
		Gate: gate(s, items),
	}
	for _, i := range items {
		if i.Applies && i.StaleReason != nil {
			m.Stale = append(m.Stale, view.StaleLine{ID: i.RequirementID, Title: i.Title, Href: pathItem(s.ID, i.RequirementID), Reason: *i.StaleReason})
		}
	}
	m.NextTitle, m.Next = nextActions(r.actor, s, m.Stale)
	for _, e := range lately {
		m.Lately = append(m.Lately, components.TimelineEntry{What: actWords(e), Done: true, Who: e.ActorName, When: components.Moment(e.At)})
	}
	covered, err := r.coverage(s)
	if err != nil {
		return err
	}
	m.Coverage = covered.picture()
	if err := r.fillConsultant(&m, s); err != nil {
		return err
	}
	return r.render(http.StatusOK, view.Overview(m))
}

// fillConsultant adds whom to write to and, for those who may, the form that
// names a consultant.
func (r *request) fillConsultant(m *view.OverviewModel, s store.IntegrationSummary) error {
	var err error
	if s.ConsultantID == nil {
		if m.Contact, err = store.FindSetting(r.ctx(), r.reader(), store.SettingProviderContact); err != nil {
			return err
		}
	}
	m.CanAssign, m.AssignAction = r.actor.Can(auth.AssignConsultant, s.PartnerID), pathConsultant(s.ID)
	if !m.CanAssign {
		return nil
	}
	people, err := store.ListProviderUsers(r.ctx(), r.reader())
	if err != nil {
		return err
	}
	m.Consultants = components.SelectModel{FieldModel: components.FieldModel{Name: "consultant", Label: "Consultant"}}
	if s.ConsultantID != nil {
		m.Consultants.Value = s.ConsultantID.String()
	}
	for _, p := range people {
		if p.ProviderRole == auth.Consultant && !p.Disabled {
			m.Consultants.Options = append(m.Consultants.Options, components.Option{Value: p.ID.String(), Label: p.Name})
		}
	}
	m.CanAssign = len(m.Consultants.Options) > 0
	return nil
}

// sectionLines draws one mark per item that applies, by section.
func sectionLines(id uuid.UUID, items []store.ChecklistItem) []view.SectionLine {
	template := checklist.Builtin()
	var out []view.SectionLine
	for _, section := range template.Sections {
		line := view.SectionLine{Title: section.Title, Href: pathChecklist(id) + "#section-" + section.Letter}
		toDo := map[string]int{}
		for _, i := range items {
			requirement, _ := template.Requirement(i.RequirementID)
			if requirement.Section != section.Letter || !i.Applies {
				continue
			}
			line.Of++
			line.Tiles = append(line.Tiles, components.TileModel{State: components.ItemState(i.State), Stale: i.StaleReason != nil})
			switch {
			case i.StaleReason != nil:
				toDo["stale"]++
			case i.State == checklist.Accepted:
				line.Accepted++
			case i.State != checklist.NotApplicable:
				toDo[string(i.State)]++
			}
		}
		line.ToDo = toDoWords(toDo)
		if line.Of > 0 {
			out = append(out, line)
		}
	}
	return out
}

func toDoWords(n map[string]int) string {
	var parts []string
	for _, word := range []string{"returned", "stale", "open", "claimed"} {
		if n[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[word], word))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// gate says what keeps the next gate shut.
func gate(s store.IntegrationSummary, items []store.ChecklistItem) components.GateModel {
	rules := make([]checklist.Item, len(items))
	for n, i := range items {
		rules[n] = i.Rule()
	}
	m := components.GateModel{Over: "To submit for review", Title: "Can be submitted", Text: "Every required item of the review is claimed.", Verdict: components.VerdictPass}
	blockers := checklist.SubmitBlockers(rules)
	switch {
	case s.Stage == store.StageLive:
		m.Over, m.Title, m.Text = "Go-live", "Live", "The account team has signed off."
		blockers = nil
	case s.Stage == store.StageWalkthrough || s.Stage == store.StageSignOff:
		m.Over, m.Title, m.Text = "For the outcome go", "Nothing is in the way", "Every required item of the walkthrough and the go-live is done."
		blockers = checklist.GoBlockers(rules)
	case s.SubmittedRevision > 0:
		m.Over, m.Title, m.Text = "For the decision ready", "Can be decided as ready", "Every required item of the review is accepted."
		blockers = checklist.ReadyBlockers(rules)
	}
	if len(blockers) > 0 {
		m.Verdict, m.Title = components.VerdictFail, "Not yet"
		m.Text = components.Plural(len(blockers), "required item is", "required items are") + " in the way."
	}
	for _, b := range blockers {
		m.Conditions = append(m.Conditions, components.GateCondition{Verdict: components.VerdictFail, Title: b.ItemID + " " + b.Reason, Href: pathItem(s.ID, b.ItemID)})
	}
	return m
}

// nextActions lists what the side whose turn it is does next.
func nextActions(actor auth.Actor, s store.IntegrationSummary, stale []view.StaleLine) (string, []components.ActionModel) {
	t := whoseTurn(s)
	if t.who[0] == sideNobody {
		return "What comes next", nil
	}
	title, theirs := "What "+t.words(s)+" does next", t.isTheirs(actor, s)
	switch {
	case theirs:
		title = "What your team does next"
	case len(t.who) > 1:
		title = "What " + t.words(s) + " do next"
	}
	label, href := nextStep(actor, s)
	kind := components.ButtonSecondary
	if theirs {
		kind = components.ButtonPrimary
	}
	actions := []components.ActionModel{{Title: t.lead, Note: t.text, Do: components.ButtonModel{Label: label, Href: href, Kind: kind}}}
	if names := staleNames(stale); staleBeside(s, t.lead) {
		actions = append(actions, components.ActionModel{Title: staleWords(s.Stale), Note: names + staleNote,
			Do: components.ButtonModel{Label: "Open the stale items", Href: pathChecklist(s.ID) + "?show=stale"}})
	} else if s.Stale > 0 {
		actions[0].Note = names + t.text
	}
	if s.OpenQuestions() > 0 && href != pathOpenQuestions(s) {
		actions = append(actions, components.ActionModel{Title: questionWords(s), Note: "Each is pinned to a place of a packet.",
			Do: components.ButtonModel{Label: "Open the questions", Href: pathOpenQuestions(s)}})
	}
	if s.OpenRemarks > 0 {
		actions = append(actions, components.ActionModel{Title: components.Plural(s.OpenRemarks, "remark waits", "remarks wait") + " for an answer.",
			Note: "Each is pinned to the item it asks about.", Do: components.ButtonModel{Label: "Open the checklist", Href: pathChecklist(s.ID) + "?show=returned"}})
	}
	return title, actions
}

// staleNames names the stale items.
func staleNames(stale []view.StaleLine) string {
	names := make([]string, len(stale))
	for n, i := range stale {
		names[n] = i.ID
	}
	return strings.Join(names, ", ") + ". "
}

// assignConsultant names the consultant.
func assignConsultant(r *request) error {
	id, err := r.id("integration")
	if err != nil {
		return err
	}
	consultant, err := uuid.Parse(r.FormValue("consultant"))
	if err != nil {
		return apperr.New(apperr.Invalid, "Choose a consultant.")
	}
	if err := r.server.App.AssignConsultant(r.ctx(), r.command(), id, consultant); err != nil {
		return err
	}
	return r.see(pathIntegration(id))
}

// showVersions lists the configuration versions with what each changed.
func showVersions(r *request) error {
	page, err := r.integrationPage("Versions", pathDescription)
	if err != nil {
		return err
	}
	versions, err := store.ListConfigurationVersions(r.ctx(), r.reader(), r.scope(), page.Summary.ID)
	if err != nil {
		return err
	}
	m := view.VersionsModel{Shell: page.Shell}
	for n, v := range versions {
		line := view.VersionLine{Version: v.Version, By: v.SavedBy, At: v.SavedAt, Digest: v.Digest}
		if n+1 < len(versions) {
			for _, c := range integration.Diff(versions[n+1].Config, v.Config) {
				line.Changes = append(line.Changes, view.ConflictLine{Field: c.Field, Saved: c.Old, Yours: c.New})
			}
		}
		m.Versions = append(m.Versions, line)
	}
	return r.render(http.StatusOK, view.Versions(m))
}
