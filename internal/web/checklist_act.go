package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/checklist"
	view "github.com/proofwalk/proofwalk/views/checklist"
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

// actOnItem runs one act on the item of the form and shows the item again:
// with a confirmation, or with what is wrong and what was typed.
func (r *request) actOnItem(done string, act func(ctx context.Context, cmd app.Command, ref app.ItemRef) error, refill func(m *view.ItemModel)) error {
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
	}, func(m *view.ItemModel) { m.Reason.Value = reason })
}

func planItem(r *request) error {
	return r.actOnItem("plan", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		owner, due, err := planOf(r.FormValue("owner"), r.FormValue("due"))
		if err != nil {
			return err
		}
		return r.server.App.PlanItem(ctx, cmd, ref, owner, due)
	}, func(m *view.ItemModel) { m.Owners.Value, m.Due.Value = r.FormValue("owner"), r.FormValue("due") })
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
	}, func(m *view.ItemModel) { m.NewTitle.Value, m.NewHelp.Value = r.FormValue("title"), r.FormValue("help") })
}

func commentOnItem(r *request) error {
	comment := r.FormValue("comment")
	return r.actOnItem("comment", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		return r.server.App.CommentOnItem(ctx, cmd, ref.Integration, ref.Requirement, comment)
	}, func(m *view.ItemModel) { m.Comment.Value = comment })
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
	}, func(m *view.ItemModel) {
		for n := range m.Slots {
			if m.Slots[n].Kind == string(kind) {
				m.Slots[n].Text.Value = r.FormValue("text")
			}
		}
	})
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

// addScreenshot stores a picture, made anew without its metadata, and ties it
// to the item.
func addScreenshot(r *request) error {
	req := r.Request()
	req.Body = http.MaxBytesReader(r.Response(), req.Body, app.MaxPictureBytes+64<<10)
	req.Body = newPatientBody(req.Body, http.NewResponseController(r.Response()))
	// All of it fits into memory: no picture is on disk before it is made anew.
	if err := req.ParseMultipartForm(app.MaxPictureBytes + 64<<10); err != nil {
		return pictureUnread(err)
	}
	return r.actOnItem("evidence", func(ctx context.Context, cmd app.Command, ref app.ItemRef) error {
		if err := r.server.App.CheckEvidence(ctx, cmd, ref, checklist.EvidenceScreenshot); err != nil {
			return err
		}
		header, err := r.FormFile("picture")
		if err != nil {
			return apperr.Wrap(apperr.Invalid, "Choose a PNG or JPEG picture of at most 5 MB.", err)
		}
		file, err := header.Open()
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // reading only
		picture, err := r.server.App.StorePicture(ctx, file)
		if err != nil {
			return err
		}
		return r.server.App.AddScreenshotEvidence(ctx, cmd, ref, picture)
	}, nil)
}

// pictureUnread says why a form with a picture could not be read.
func pictureUnread(cause error) error {
	var tooMany *http.MaxBytesError
	if errors.As(cause, &tooMany) {
		return apperr.Wrap(apperr.TooLarge, "The picture is larger than 5 MB. Save it smaller and add it again.", cause)
	}
	return apperr.Wrap(apperr.Invalid, "The form could not be read.", cause)
}

// showPicture gives the bytes of a screenshot; who looks is in the audit log.
func showPicture(r *request) error {
	integration, err := r.id("integration")
	if err != nil {
		return err
	}
	id, err := r.id("evidence")
	if err != nil {
		return err
	}
	picture, err := r.server.App.ViewPicture(r.ctx(), r.command(), integration, id)
	if err != nil {
		return err
	}
	r.Response().Header().Set("Cache-Control", "no-store")
	return r.Blob(http.StatusOK, "image/png", picture)
}
