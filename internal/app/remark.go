package app

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// NewRemark says what has to be mended and where it shows.
type NewRemark struct {
	Text string
	// Capture and Entry (from 0) pin it to a hop; Param to a parameter there.
	Capture *uuid.UUID
	Entry   int
	Param   string // may be empty
}

// maxParam is the longest name of a parameter that a remark is pinned to, in bytes.
const maxParam = 100

// check looks through the texts of a remark.
func (n *NewRemark) check(texts *gate) error {
	n.Text, n.Param = texts.text("remark", n.Text), strings.TrimSpace(n.Param)
	texts.look("param", n.Param)
	if err := texts.refusal(); err != nil {
		return err
	}
	switch {
	case n.Param != "" && n.Capture == nil:
		return apperr.InvalidFields("One field needs a change.", apperr.Field{Name: "param", Text: "Choose the hop that the parameter belongs to."})
	case len(n.Param) > maxParam, !isPlain(n.Param):
		return apperr.InvalidFields("One field needs a change.", apperr.Field{Name: "param", Text: "Write the name of the parameter only."})
	}
	return nil
}

// AddRemark asks for something to be mended, outside of returning an item.
func (a *App) AddRemark(ctx context.Context, cmd Command, integrationID uuid.UUID, requirement string, remark NewRemark) error {
	if err := remark.check(a.gate(ctx, &cmd, place{integration: integrationID, item: requirement})); err != nil {
		return err
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.LockIntegration(ctx, w.Tx, cmd.Actor.Scope(), integrationID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.ReviewItems, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		item, err := store.FindChecklistItem(ctx, w.Tx, cmd.Actor.Scope(), i.ID, requirement)
		if err != nil {
			return uuid.Nil, err
		}
		r, err := insertRemark(ctx, w, item, remark)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("remark.create", i.PartnerID, i.ID, audit.Object{ID: item.RequirementID, Kind: "item"},
			map[string]audit.Value{"remark": audit.Int(r.Number)})
		return r.ID, nil
	})
	return err
}

// insertRemark adds a checked remark to an item of the locked integration.
func insertRemark(ctx context.Context, w *Write, item store.ChecklistItem, n NewRemark) (store.Remark, error) {
	scope := w.Cmd.Actor.Scope()
	r := store.Remark{PartnerID: item.PartnerID, ID: store.NewID(), IntegrationID: item.IntegrationID, ItemID: item.ID, Text: n.Text,
		CreatedBy: w.Cmd.Actor.UserID, CreatedAt: w.Now}
	last, err := store.FindLastRevision(ctx, w.Tx, scope, item.IntegrationID)
	switch {
	case err == nil && last.State != store.RevisionReturned:
		r.RevisionID = &last.ID
	case err != nil && !apperr.Is(err, apperr.NotFound):
		return r, err
	}
	if n.Capture != nil {
		capture, err := store.FindCapture(ctx, w.Tx, scope, item.IntegrationID, *n.Capture)
		if err != nil {
			return r, err
		}
		if n.Entry < 0 || n.Entry >= capture.EntryCount {
			return r, apperr.InvalidFields("One field needs a change.", apperr.Field{Name: "hop", Text: "Name a hop that the capture has."})
		}
		r.CaptureID, r.EntryN = &capture.ID, &n.Entry
	}
	if n.Param != "" {
		r.Param = &n.Param
	}
	r.Number, err = store.InsertRemark(ctx, w.Tx, r)
	return r, err
}

// RemarkRef says which remark of which integration, as it was opened.
type RemarkRef struct {
	Integration uuid.UUID
	Remark      uuid.UUID
	RowVersion  int
}

// AnswerRemark is the partner's answer to an open remark.
func (a *App) AnswerRemark(ctx context.Context, cmd Command, ref RemarkRef, answer string) error {
	text, err := a.typedText(ctx, &cmd, place{integration: ref.Integration}, "answer", answer)
	if err != nil {
		return err
	}
	return a.moveRemark(ctx, cmd, ref, auth.AnswerRemarks, "answer", func(w *Write, r *store.Remark) {
		by := cmd.Actor.UserID
		r.State, r.Answer, r.AnsweredBy, r.AnsweredAt = store.RemarkAnswered, &text, &by, &w.Now
	}, store.RemarkOpen)
}

// ReopenRemark says that the answer does not settle the remark.
func (a *App) ReopenRemark(ctx context.Context, cmd Command, ref RemarkRef) error {
	return a.moveRemark(ctx, cmd, ref, auth.ReviewItems, "reopen", func(_ *Write, r *store.Remark) {
		r.State = store.RemarkOpen
	}, store.RemarkAnswered)
}

// CloseRemark says that what the remark asked for is mended.
func (a *App) CloseRemark(ctx context.Context, cmd Command, ref RemarkRef) error {
	return a.moveRemark(ctx, cmd, ref, auth.ReviewItems, "close", func(w *Write, r *store.Remark) {
		by := cmd.Actor.UserID
		r.State, r.ClosedBy, r.ClosedAt = store.RemarkClosed, &by, &w.Now
	}, store.RemarkOpen, store.RemarkAnswered)
}

// WaiveRemark lets a remark go unmended, with a reason that packets show.
func (a *App) WaiveRemark(ctx context.Context, cmd Command, ref RemarkRef, reason string) error {
	text, err := a.typedText(ctx, &cmd, place{integration: ref.Integration}, "reason", reason)
	if err != nil {
		return err
	}
	return a.moveRemark(ctx, cmd, ref, auth.ReviewItems, "waive", func(w *Write, r *store.Remark) {
		by := cmd.Actor.UserID
		r.State, r.ClosedBy, r.ClosedAt, r.WaiverReason = store.RemarkWaived, &by, &w.Now, &text
	}, store.RemarkOpen, store.RemarkAnswered)
}

// moveRemark changes one remark that stands in one of the states from.
func (a *App) moveRemark(ctx context.Context, cmd Command, ref RemarkRef, p auth.Permission, act string,
	change func(w *Write, r *store.Remark), from ...store.RemarkState,
) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.LockIntegration(ctx, w.Tx, cmd.Actor.Scope(), ref.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, p, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		r, err := store.FindRemark(ctx, w.Tx, cmd.Actor.Scope(), i.ID, ref.Remark)
		if err != nil {
			return uuid.Nil, err
		}
		if r.RowVersion != ref.RowVersion || !slices.Contains(from, r.State) {
			return uuid.Nil, apperr.New(apperr.Conflict, "The remark is "+string(r.State)+" now: somebody changed it after you opened it. Nothing was overwritten.")
		}
		change(w, &r)
		if err := store.SaveRemark(ctx, w.Tx, cmd.Actor.Scope(), r); err != nil {
			return uuid.Nil, err
		}
		w.Audit("remark."+act, i.PartnerID, i.ID, audit.Object{ID: r.RequirementID, Kind: "item"},
			map[string]audit.Value{"remark": audit.Int(r.Number), "state": audit.Text(string(r.State))})
		return r.ID, nil
	})
	return err
}
