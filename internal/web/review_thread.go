package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	view "github.com/proofwalk/proofwalk/views/checklist"
	"github.com/proofwalk/proofwalk/views/components"
)

// fillThread lists the item's comments and remarks, oldest first.
func (r *request) fillThread(m *view.ItemModel, p itemPage) error {
	comments, err := store.ListItemComments(r.ctx(), r.reader(), r.scope(), p.integration, p.item.ID)
	if err != nil {
		return err
	}
	remarks, err := store.ListItemRemarks(r.ctx(), r.reader(), r.scope(), p.integration, p.item.ID)
	if err != nil {
		return err
	}
	type dated struct {
		at    time.Time
		entry view.ThreadEntry
	}
	var all []dated
	for _, c := range comments {
		all = append(all, dated{c.CreatedAt, view.ThreadEntry{Comment: commentModel(p.integration, c)}})
	}
	for _, x := range remarks {
		all = append(all, dated{x.CreatedAt, r.remarkEntry(p, x)})
	}
	slices.SortStableFunc(all, func(a, b dated) int { return a.at.Compare(b.at) })
	for _, d := range all {
		if d.entry.Comment.Passed, err = r.passNote(p.integration, textsOf(d.entry)...); err != nil {
			return err
		}
		m.Thread = append(m.Thread, d.entry)
	}
	findings := slices.Concat(m.Findings, m.Lines)
	m.Decide = r.decideModel(p, findings)
	if r.actor.Can(auth.ReviewItems, p.item.PartnerID) {
		m.Remark = &view.RemarkModel{Text: components.FieldModel{Name: "remark", ID: "remark-text", Label: "What has to be mended", Rows: 3}}
		m.Remark.Pin, m.Remark.Param = pinFields("remark-pin", findings)
	}
	return nil
}

// textsOf are the texts that people typed into an entry.
func textsOf(e view.ThreadEntry) []string {
	texts := []string{e.Comment.Text}
	if f := e.Remark; f != nil {
		texts = append(texts, f.Answered, f.Waived)
	}
	return texts
}

// remarkEntry draws a remark with its answer and what the reader can do.
func (r *request) remarkEntry(p itemPage, x store.Remark) view.ThreadEntry {
	c := components.CommentModel{ID: remarkAnchor(x.ID), By: components.PersonModel{Name: x.CreatedByName, Provider: true}, From: "ID.me",
		When: components.Moment(x.CreatedAt), Text: x.Text, RemarkState: string(x.State)}
	if x.CaptureID != nil && x.EntryN != nil {
		pin := "hop " + components.Number(*x.EntryN+1)
		if x.Param != nil {
			pin += ", " + *x.Param
		}
		c.Pin = &components.PinModel{Text: pin, Href: pathHop(p.integration, *x.CaptureID, *x.EntryN)}
	}
	open := x.State == store.RemarkOpen || x.State == store.RemarkAnswered
	reviewer := r.actor.Can(auth.ReviewItems, x.PartnerID)
	n := strconv.Itoa(x.Number)
	f := &view.RemarkFormsModel{
		Action: pathRemark(p.integration, p.item.RequirementID, x.ID), Key: formKey(), RowVersion: x.RowVersion, Answered: text(x.Answer), Waived: text(x.WaiverReason),
		Answer: x.State == store.RemarkOpen && r.actor.Can(auth.AnswerRemarks, x.PartnerID),
		Close:  open && reviewer, Reopen: x.State == store.RemarkAnswered && reviewer,
		AnswerText: components.FieldModel{Name: "answer", ID: "answer-" + n, Label: "Answer to remark " + n, Rows: 2},
		Reason:     components.FieldModel{Name: "reason", ID: "waive-" + n, Label: "Reason", Hint: "It stands in the packet: why this may go unmended.", Rows: 2},
	}
	if x.Answer != nil {
		f.AnsweredBy = x.AnsweredByName + " answered:"
	}
	switch {
	case x.WaiverReason != nil:
		f.Ended = "Waived by " + x.ClosedByName + ": " + *x.WaiverReason
	case x.State == store.RemarkClosed:
		f.Ended = "Closed by " + x.ClosedByName + "."
	}
	return view.ThreadEntry{Comment: c, Remark: f}
}

func pathRemark(integration uuid.UUID, item string, remark uuid.UUID) string {
	return pathItem(integration, item) + "/remarks/" + remark.String()
}
