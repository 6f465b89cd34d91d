package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	view "github.com/proofwalk/proofwalk/views/checklist"
	"github.com/proofwalk/proofwalk/views/components"
)

// itemPage is what the page of one item is made of.
type itemPage struct {
	integration uuid.UUID
	item        store.ChecklistItem
	requirement checklist.Requirement
	evidence    []store.Evidence
	described   store.Integration
	proofs      []checklist.Proof // of evidence, against the description as it is now
	submitted   bool              // a revision is in review: the partner's hands are off
	running     bool              // the walkthrough is being held
}

// masksScript lets people cover parts of a screenshot before it is sent.
const masksScript = "masks.js"

// showItem shows one item beside the list.
func showItem(r *request) error { return r.itemAnswer(http.StatusOK, nil, nil) }

// itemAnswer renders the item's page; fill changes it after it was loaded.
func (r *request) itemAnswer(status int, cause error, fill itemRefill) error {
	m, items, err := r.checklist(r.Param("item"))
	if err != nil {
		return err
	}
	n := slices.IndexFunc(items, func(i store.ChecklistItem) bool { return i.RequirementID == r.Param("item") })
	if n < 0 {
		return apperr.New(apperr.NotFound, "There is no such item.")
	}
	item, err := r.itemModel(items[n])
	if err != nil {
		return err
	}
	if word := r.QueryParam("done"); word != "" && cause == nil {
		item.Saved = confirmation(items[n], word)
	}
	if cause != nil {
		item.Errors = itemErrors(cause)
	}
	if fill != nil {
		r.refuse(cause, item.Errors, fill(item)...)
	}
	m.Item = item
	if slices.ContainsFunc(item.Slots, func(s view.SlotModel) bool { return s.Upload && s.CanAdd }) {
		m.Shell.Scripts = []string{masksScript}
	}
	return r.render(status, view.Page(m))
}

// confirmations are what is true after an act, by the word in the address.
var confirmations = map[string]string{
	"claim": "is claimed.", "unclaim": "is open again.", "evidence": "has new evidence.", "withdraw": "has one piece of evidence less.",
	"plan": "has its owner and date.", "comment": "has a new comment.", "not-applicable": "is marked as not applicable.",
	"applicable": "is open again.", "wording": "has its new wording.", "accept": "is accepted.", "return": "is returned.",
	"confirm": "is confirmed as not applicable.", "remark": "has a new remark.", "answer": "has an answered remark.",
	"close": "has one open remark less.", "reopen": "has a remark that is open again.", "waive": "has a waived remark.",
}

func confirmation(i store.ChecklistItem, word string) *components.ConfirmationModel {
	text, ok := confirmations[word]
	if !ok {
		return nil
	}
	m := &components.ConfirmationModel{Now: i.RequirementID + " " + text}
	if word == "claim" {
		m.Next = "It goes to review when the checklist is submitted."
	}
	return m
}

// itemErrors says why a form was not taken. The fields of a conflict name items
// or steps, not fields of the form, so they are listed without a link.
func itemErrors(cause error) *components.ErrorSummaryModel {
	m := &components.ErrorSummaryModel{Title: apperr.TextOf(cause), Kept: "Nothing was changed. What you typed is kept below."}
	for _, f := range apperr.FieldsOf(cause) {
		e := components.FieldError{Text: f.Text}
		if apperr.Is(cause, apperr.Invalid) {
			e.FieldID = f.Name
		}
		m.Errors = append(m.Errors, e)
	}
	if len(m.Errors) == 0 {
		m.Title, m.Errors = "This was not done", []components.FieldError{{Text: apperr.TextOf(cause)}}
	}
	return m
}

func (r *request) itemModel(item store.ChecklistItem) (*view.ItemModel, error) {
	p := itemPage{integration: item.IntegrationID, item: item}
	p.requirement, _ = checklist.Builtin().Requirement(item.RequirementID)
	var err error
	if p.evidence, err = store.ListItemEvidence(r.ctx(), r.reader(), r.scope(), item.IntegrationID, item.ID); err != nil {
		return nil, err
	}
	if p.described, err = store.FindIntegration(r.ctx(), r.reader(), r.scope(), item.IntegrationID); err != nil {
		return nil, err
	}
	if p.proofs, err = app.Proofs(r.ctx(), r.reader(), r.scope(), p.described, p.evidence, p.described.Config); err != nil {
		return nil, err
	}
	if p.submitted, err = store.HasSubmittedRevision(r.ctx(), r.reader(), r.scope(), item.IntegrationID); err != nil {
		return nil, err
	}
	if item.Phase == checklist.PhaseWalkthrough {
		if p.running, err = store.IsWalkthroughRunning(r.ctx(), r.reader(), r.scope(), item.IntegrationID); err != nil {
			return nil, err
		}
	}
	m := &view.ItemModel{
		ID: item.RequirementID, Title: item.Title, Why: p.requirement.Why, Help: item.Help, State: components.ItemState(item.State),
		Stale: item.StaleReason != nil, Phase: phaseWords[item.Phase], DoneBy: doneByWords[item.DoneBy], Required: item.Required,
		MayBeAsked: item.MayBeAsked, SourceTitle: p.requirement.Source.Title, SourceHref: p.requirement.Source.URL,
		Confirmed: item.ConfirmedByName, Claim: item.Title + ".", Action: pathItem(item.IntegrationID, item.RequirementID), Key: formKey(),
		RowVersion: item.RowVersion, Can: r.abilities(p),
		Comment:  components.FieldModel{Name: "comment", ID: "comment", Label: "Comment", Rows: 2},
		Reason:   components.FieldModel{Name: "reason", ID: "reason", Label: "Reason", Hint: "Why this does not apply to your integration.", Rows: 2},
		NewTitle: components.FieldModel{Name: "title", ID: "title", Label: "Title", Value: item.Title},
		NewHelp:  components.FieldModel{Name: "help", ID: "help", Label: "Help", Value: item.Help},
	}
	m.StaleReason, m.NotApplicableReason = text(item.StaleReason), text(item.NotApplicableReason)
	if m.Passed, err = r.passNote(item.IntegrationID, item.Title, item.Help, m.NotApplicableReason); err != nil {
		return nil, err
	}
	m.By, m.At = lastAct(item)
	m.ClaimNotYet = p.requirement.Missing(p.proofs, p.described.Config.Protocol, r.server.Now())
	m.StaleToDo = staleToDo(p, m.ClaimNotYet)
	if err := r.fillSlots(m, p); err != nil {
		return nil, err
	}
	if err := r.fillFindings(m, p); err != nil {
		return nil, err
	}
	if err := r.fillThread(m, p); err != nil {
		return nil, err
	}
	return m, r.fillPlan(m, p)
}

var phaseWords = map[checklist.Phase]string{checklist.PhaseReview: "for the review", checklist.PhaseWalkthrough: "in the walkthrough", checklist.PhaseGoLive: "for the go-live"}

var doneByWords = map[checklist.By]string{checklist.ByPartner: "the partner", checklist.ByConsultant: "the consultant", checklist.ByBoth: "both sides"}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// lastAct says who brought the item into its state.
func lastAct(i store.ChecklistItem) (string, time.Time) {
	switch {
	case i.State == checklist.Claimed && i.ClaimedAt != nil:
		return "Claimed by " + i.ClaimedByName, *i.ClaimedAt
	case i.State == checklist.Accepted && i.DecidedAt != nil:
		return "Accepted by " + i.DecidedByName, *i.DecidedAt
	case i.State == checklist.Returned && i.DecidedAt != nil:
		return "Returned by " + i.DecidedByName, *i.DecidedAt
	}
	return "", time.Time{}
}

// abilities says which forms the reader gets: permission and state together.
func (r *request) abilities(p itemPage) view.Abilities {
	partner := r.actor.Can(auth.ClaimItems, p.item.PartnerID)
	consultant := r.actor.Can(auth.ReviewItems, p.item.PartnerID)
	allowed := func(action checklist.Action) bool { _, err := checklist.Next(p.item.Rule(), action); return err == nil }
	free := !p.submitted || p.item.Phase != checklist.PhaseReview
	return view.Abilities{
		AddEvidence: partner || consultant, Comment: r.actor.Can(auth.Comment, p.item.PartnerID),
		Claim:              partner && free && allowed(checklist.Claim),
		Unclaim:            partner && free && allowed(checklist.Unclaim) && p.item.ClaimedBy != nil && *p.item.ClaimedBy == r.actor.UserID,
		NotApplicable:      partner && free && allowed(checklist.SetNotApplicable),
		ResetNotApplicable: partner && free && allowed(checklist.ResetNotApplicable),
		Plan:               partner, Reword: p.item.MayBeAsked && r.actor.Can(auth.EditChecklist, p.item.PartnerID),
	}
}

// staleToDo says how a stale item is settled; missing is what keeps it from
// being claimed.
func staleToDo(p itemPage, missing string) string {
	switch {
	case p.item.StaleReason == nil:
		return ""
	case p.item.DoneBy == checklist.ByConsultant && missing != "":
		return "The consultant adds a new observation and accepts it again."
	case p.item.DoneBy == checklist.ByConsultant:
		return "The consultant looks at it and accepts it again."
	case p.submitted && p.item.Phase == checklist.PhaseReview:
		return "It cannot be accepted as it is: the consultant returns it, and it is shown again for the next revision."
	case missing != "":
		return "Show it again: add new evidence, then claim it again."
	}
	return "The evidence counts still: look at it and at the findings, then claim it again."
}

func (r *request) fillFindings(m *view.ItemModel, p itemPage) error {
	var runs []uuid.UUID
	for _, e := range p.evidence {
		if e.TestRunID != nil && !slices.Contains(runs, *e.TestRunID) {
			runs = append(runs, *e.TestRunID)
		}
	}
	if len(runs) == 0 || len(p.requirement.Rules) == 0 {
		return nil
	}
	found, err := store.ListItemFindings(r.ctx(), r.reader(), r.scope(), p.integration, runs, p.requirement.Rules)
	if err != nil {
		return err
	}
	slices.SortStableFunc(found, func(a, b store.ItemFinding) int { return analysis.CompareUrgency(a.Finding, b.Finding) })
	if err := r.fillVerdictChanges(m, p, runs); err != nil {
		return err
	}
	m.RunWords = "from " + components.Plural(len(runs), "run", "runs") + ":"
	for _, f := range found {
		fm := findingModel(p.integration, f.Finding)
		if len(runs) > 1 {
			fm.Run, fm.RunHref = "run "+components.Number(f.RunNumber), pathRun(p.integration, f.RunID)
		}
		switch f.Finding.Verdict {
		case analysis.Fail:
			m.Counts.Fail++
			m.Findings = append(m.Findings, fm)
		case analysis.Warn:
			m.Counts.Warn++
			m.Findings = append(m.Findings, fm)
		case analysis.NotSeen:
			m.Counts.NotSeen++
			m.Lines = append(m.Lines, fm)
		case analysis.Pass:
			m.Counts.Pass++
			m.Lines = append(m.Lines, fm)
		}
	}
	return nil
}

// fillVerdictChanges lists what judging the runs again changed, newest first.
func (r *request) fillVerdictChanges(m *view.ItemModel, p itemPage, runs []uuid.UUID) error {
	changes, err := store.ListVerdictChanges(r.ctx(), r.reader(), r.scope(), p.integration, runs, p.requirement.Rules)
	for _, c := range changes {
		m.Changes = append(m.Changes, view.VerdictChange{Rule: c.Rule, Run: c.RunNumber, RunHref: pathRun(p.integration, c.TestRunID), At: c.ChangedAt,
			Before: verdictMark(c.VerdictBefore), BeforeUnder: underWords(c.RuleSetBefore, c.VersionBefore),
			After: verdictMark(c.Verdict), AfterUnder: nowUnderWords(c)})
	}
	return err
}

// nowUnderWords says what a run was judged under or with when a verdict changed.
func nowUnderWords(c store.VerdictChange) string {
	under := underWords(c.RuleSet, c.ConfigurationVersion)
	if c.CaptureID == nil {
		return under
	}
	words := "with capture " + components.Number(c.CaptureNumber) + " of run " + components.Number(c.CaptureRun)
	if c.RuleSet != c.RuleSetBefore || c.ConfigurationVersion != c.VersionBefore {
		words += ", " + under
	}
	return words
}

// verdictMark is a verdict for the eye; what a rule says nothing about is not seen.
func verdictMark(v analysis.Verdict) components.Verdict {
	if v == "" {
		return components.VerdictNotSeen
	}
	return components.Verdict(v)
}

func underWords(ruleSet, version int) string {
	return "rule set " + components.Number(ruleSet) + ", description " + components.Number(version)
}

func (r *request) fillPlan(m *view.ItemModel, p itemPage) error {
	m.Owners = components.SelectModel{FieldModel: components.FieldModel{Name: "owner", ID: "owner", Label: "Owner"}, Options: []components.Option{{Value: "", Label: "Nobody"}}}
	members, err := store.ListMembers(r.ctx(), r.reader(), auth.Scope{Partners: []uuid.UUID{p.item.PartnerID}})
	if err != nil {
		return err
	}
	for _, person := range members {
		if !person.Disabled {
			m.Owners.Options = append(m.Owners.Options, components.Option{Value: person.UserID.String(), Label: person.Name})
		}
	}
	if p.item.OwnerID != nil {
		m.Owners.Value = p.item.OwnerID.String()
	}
	m.Due = components.FieldModel{Name: "due", ID: "due", Label: "Due", Type: "date", Optional: true}
	if p.item.DueOn != nil {
		m.Due.Value = p.item.DueOn.Format(time.DateOnly)
	}
	return nil
}
