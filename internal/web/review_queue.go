package web

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/review"
)

// formNumber reads a hidden number of a form of ours.
func formNumber(r *request, name string) (int, error) {
	n, err := strconv.Atoi(r.FormValue(name))
	if err != nil {
		return 0, apperr.New(apperr.Invalid, "The form could not be read.")
	}
	return n, nil
}

// reviewQueue sorts the items of the review into those that wait for a
// decision, those decided and the rest.
func reviewQueue(items []store.ChecklistItem) (waiting, decided, rest []store.ChecklistItem) {
	for _, i := range items {
		if !i.Applies || i.Phase != checklist.PhaseReview {
			continue
		}
		switch {
		case waitsForDecision(i):
			waiting = append(waiting, i)
		case i.State == checklist.Accepted, i.State == checklist.Returned, i.State == checklist.NotApplicable:
			decided = append(decided, i)
		default:
			rest = append(rest, i)
		}
	}
	return waiting, decided, rest
}

func waitsForDecision(i store.ChecklistItem) bool {
	return i.State == checklist.Claimed || i.State == checklist.NotApplicable && i.ConfirmedBy == nil ||
		i.DoneBy == checklist.ByConsultant && i.State == checklist.Open
}

// queueModel draws the consultant's work: the queue with an item open, the
// first one that waits unless another is named.
func (r *request) queueModel(p reviewPage, current string, cause error) (view.QueueModel, error) {
	revision := p.submitted()
	waiting, decided, rest := reviewQueue(p.items)
	all := slices.Concat(waiting, decided, rest)
	m := view.QueueModel{Shell: p.Shell, Revision: revision.Number, Revisions: revisionModels(p), Passed: p.passed, Saved: reviewConfirmation(r, p),
		ShowList: r.QueryParam("show") == "queue", QueueHref: pathReview(p.Summary.ID) + "?show=queue", End: r.endModel(p, revision)}
	if cause != nil {
		m.Errors, m.Saved = itemErrors(cause), nil
		r.refuse(cause, m.Errors, &m.End.Reasons)
	}
	m.Decided = fmt.Sprintf("%d of %d decided", len(decided), len(waiting)+len(decided))
	for _, i := range all {
		m.Tiles = append(m.Tiles, components.TileModel{State: components.ItemState(i.State), Stale: i.StaleReason != nil})
	}
	at := slices.IndexFunc(all, func(i store.ChecklistItem) bool { return i.RequirementID == current })
	if at < 0 && len(waiting) > 0 {
		at = 0
	}
	for _, g := range []struct {
		title string
		items []store.ChecklistItem
	}{{"To decide", waiting}, {"Decided", decided}, {"Not claimed", rest}} {
		if len(g.items) > 0 {
			m.Groups = append(m.Groups, queueGroup(p, g.title, g.items, all, at))
		}
	}
	if at < 0 {
		return m, nil
	}
	return m, r.openQueued(&m, p, all, at, cause)
}

func queueGroup(p reviewPage, title string, items, all []store.ChecklistItem, at int) components.ItemGroupModel {
	g := components.ItemGroupModel{Title: title, Count: components.Plural(len(items), "item", "items")}
	for _, i := range items {
		note := ""
		if i.State == checklist.NotApplicable && i.ConfirmedBy == nil {
			note = "to be confirmed"
		}
		g.Items = append(g.Items, components.ItemRowModel{ID: i.RequirementID, Title: i.Title, Href: pathQueued(p, i.RequirementID), Note: note,
			State: components.ItemState(i.State), Stale: i.StaleReason != nil, Stacked: true, Current: at >= 0 && all[at].ID == i.ID})
	}
	return g
}

func pathQueued(p reviewPage, requirement string) string {
	return pathReview(p.Summary.ID) + "?item=" + requirement
}

// openQueued opens the item of the queue at a place.
func (r *request) openQueued(m *view.QueueModel, p reviewPage, all []store.ChecklistItem, at int, cause error) error {
	if at > 0 {
		m.Previous = pathQueued(p, all[at-1].RequirementID)
	}
	if at+1 < len(all) {
		m.Next = pathQueued(p, all[at+1].RequirementID)
	}
	opened, err := r.itemModel(all[at])
	if err != nil {
		return err
	}
	m.Item, m.Decide = opened, opened.Decide
	opened.Decide = nil
	if m.Decide == nil {
		return nil
	}
	m.Decide.FromReview = true
	m.Decide.Label = "Decide " + m.Decide.ItemID + ", next item"
	if cause != nil && r.FormValue("from") == "review" {
		r.refuse(cause, m.Errors, r.refillDecision(m.Decide)...)
	}
	return nil
}

// endModel is the decision on the whole revision.
func (r *request) endModel(p reviewPage, revision *store.Revision) view.EndModel {
	blockers := checklist.ReadyBlockers(p.rules())
	m := view.EndModel{Action: pathDecision(p.Summary.ID, revision.ID), Key: formKey(), Revision: revision.Number, RowVersion: revision.RowVersion,
		Gate: blockersGate(p, blockers),
		Reasons: components.FieldModel{Name: "reasons", ID: "reasons", Label: "Reasons", Optional: true, Rows: 3, Value: r.FormValue("reasons"),
			Hint: "Needed when the revision is returned. They stand in the packet."}}
	for n := range m.Gate.Conditions {
		m.Gate.Conditions[n].Href = pathQueued(p, blockers[n].ItemID)
	}
	m.Gate.Title, m.Gate.Text = "Nothing is in the way of ready", "Deciding ready makes the packet and closes the round."
	if len(blockers) > 0 {
		m.Gate.Title = components.Plural(len(blockers), "item keeps", "items keep") + " it from ready"
		m.Gate.Text = "Every required item of the review is accepted, or confirmed as not applicable."
		m.NotReady = components.Plural(len(blockers), "item is", "items are") + " not done. The list is above."
	}
	return m
}
