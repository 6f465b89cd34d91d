package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
	view "github.com/proofwalk/proofwalk/views/checklist"
	"github.com/proofwalk/proofwalk/views/components"
)

// itemRef gives the item that a form is about, as it was opened.
func (r *request) itemRef() (app.ItemRef, error) {
	id, err := r.id("integration")
	if err != nil {
		return app.ItemRef{}, err
	}
	version, err := strconv.Atoi(r.FormValue("row_version"))
	if err != nil {
		return app.ItemRef{}, apperr.New(apperr.Invalid, "The form could not be read.")
	}
	return app.ItemRef{Integration: id, Requirement: r.Param("item"), RowVersion: version}, nil
}

// itemRefill fills the form that was sent with what was typed and gives its
// fields of text.
type itemRefill func(m *view.ItemModel) []*components.FieldModel

// actOnItem runs one act on the item of the form and shows the item again:
// with a confirmation, or with what is wrong and what was typed.
func (r *request) actOnItem(done string, act func(ctx context.Context, cmd app.Command, ref app.ItemRef) error, refill itemRefill) error {
	ref, err := r.itemRef()
	if err != nil {
		return err
	}
	err = act(r.ctx(), r.command(), ref)
	switch apperr.KindOf(err) {
	case "":
		return r.see(pathItem(ref.Integration, ref.Requirement) + "?done=" + done)
	case apperr.Invalid:
		return r.itemAnswer(http.StatusUnprocessableEntity, err, refill)
	case apperr.Conflict:
		return r.itemAnswer(http.StatusConflict, err, refill)
	case apperr.TooLarge:
		return r.itemAnswer(http.StatusRequestEntityTooLarge, err, refill)
	}
	return err
}

func claimItem(r *request) error { return r.actOnItem("claim", r.server.App.ClaimItem, nil) }

func unclaimItem(r *request) error { return r.actOnItem("unclaim", r.server.App.UnclaimItem, nil) }

func resetItemNotApplicable(r *request) error {
	return r.actOnItem("applicable", r.server.App.ResetItemNotApplicable, nil)
}

func setItemNotApplicable(r *request) error {
	reason := r.FormValue("reason")
	return r.actOnItem("not-applicable", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		return r.server.App.SetItemNotApplicable(ctx, cmd, ref, reason)
	}, func(m *view.ItemModel) []*components.FieldModel {
		m.Reason.Value = reason
		return []*components.FieldModel{&m.Reason}
	})
}

func planItem(r *request) error {
	return r.actOnItem("plan", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		owner, due, err := planOf(r.FormValue("owner"), r.FormValue("due"))
		if err != nil {
			return err
		}
		return r.server.App.PlanItem(ctx, cmd, ref, owner, due)
	}, func(m *view.ItemModel) []*components.FieldModel {
		m.Owners.Value, m.Due.Value = r.FormValue("owner"), r.FormValue("due")
		return []*components.FieldModel{&m.Owners.FieldModel, &m.Due}
	})
}

func planOf(owner, due string) (*uuid.UUID, *time.Time, error) {
	var who *uuid.UUID
	var when *time.Time
	if owner != "" {
		id, err := uuid.Parse(owner)
		if err != nil {
			return nil, nil, apperr.InvalidFields("One field needs a change.", apperr.Field{Name: "owner", Text: "Choose somebody of the list."})
		}
		who = &id
	}
	if due != "" {
		t, err := time.Parse(time.DateOnly, due)
		if err != nil {
			return nil, nil, apperr.InvalidFields("One field needs a change.", apperr.Field{Name: "due", Text: "Write the date as year, month, day: 2026-12-14."})
		}
		when = &t
	}
	return who, when, nil
}

func rewordItem(r *request) error {
	return r.actOnItem("wording", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		return r.server.App.RewordItem(ctx, cmd, ref, r.FormValue("title"), r.FormValue("help"), r.FormValue("required") == "yes")
	}, func(m *view.ItemModel) []*components.FieldModel {
		m.NewTitle.Value, m.NewHelp.Value = r.FormValue("title"), r.FormValue("help")
		return []*components.FieldModel{&m.NewTitle, &m.NewHelp}
	})
}

func commentOnItem(r *request) error {
	comment := r.FormValue("comment")
	return r.actOnItem("comment", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		return r.server.App.CommentOnItem(ctx, cmd, ref.Integration, ref.Requirement, comment)
	}, func(m *view.ItemModel) []*components.FieldModel {
		m.Comment.Value = comment
		return []*components.FieldModel{&m.Comment}
	})
}

// addEvidence ties a capture or words to the item.
func addEvidence(r *request) error {
	kind := checklist.EvidenceKind(r.FormValue("kind"))
	return r.actOnItem("evidence", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		switch kind {
		case checklist.EvidenceDeclaration, checklist.EvidenceObservation:
			return r.server.App.AddTextEvidence(ctx, cmd, ref, kind, r.FormValue("text"))
		case checklist.EvidenceRedirect, checklist.EvidenceError, checklist.EvidenceBackChannel:
			capture, err := uuid.Parse(r.FormValue("capture"))
			if err != nil {
				return apperr.New(apperr.Invalid, "Choose a capture.")
			}
			return r.server.App.AddCaptureEvidence(ctx, cmd, ref, kind, capture)
		}
		return apperr.New(apperr.Invalid, "The form could not be read.")
	}, func(m *view.ItemModel) []*components.FieldModel {
		return refillSlot(m, string(kind), r.FormValue("text"))
	})
}

// refillSlot keeps what was typed for a slot, and its form open.
func refillSlot(m *view.ItemModel, kind, text string) []*components.FieldModel {
	for n := range m.Slots {
		if s := &m.Slots[n]; s.Kind == kind {
			s.Open, s.Text.Value = true, text
			return []*components.FieldModel{&s.Text, &s.File}
		}
	}
	return nil
}

func withdrawEvidence(r *request) error {
	return r.actOnItem("withdraw", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		id, err := r.id("evidence")
		if err != nil {
			return err
		}
		return r.server.App.WithdrawEvidence(ctx, cmd, ref, id)
	}, nil)
}
