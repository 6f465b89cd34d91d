package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// fieldComment is the form's name of a comment's text.
const fieldComment = "comment"

// CommentOnItem adds a comment to an item's thread.
func (a *App) CommentOnItem(ctx context.Context, cmd Command, integrationID uuid.UUID, requirement, text string) error {
	return a.comment(ctx, cmd, integrationID, requirement, text, func(ctx context.Context, w *Write, c *store.Comment) (audit.Object, error) {
		item, err := store.FindChecklistItem(ctx, w.Tx, cmd.Actor.Scope(), integrationID, requirement)
		c.ItemID = &item.ID
		return audit.Object{ID: requirement, Kind: "item"}, err
	})
}

// CommentOnEntry adds a comment that is pinned to an entry of a capture.
func (a *App) CommentOnEntry(ctx context.Context, cmd Command, integrationID, captureID uuid.UUID, entry int, text string) error {
	return a.comment(ctx, cmd, integrationID, "", text, func(ctx context.Context, w *Write, c *store.Comment) (audit.Object, error) {
		capture, err := store.FindCapture(ctx, w.Tx, cmd.Actor.Scope(), integrationID, captureID)
		c.CaptureID, c.EntryN = &capture.ID, &entry
		return audit.Object{ID: captureID.String(), Kind: "capture"}, err
	})
}

func (a *App) comment(ctx context.Context, cmd Command, integrationID uuid.UUID, requirement, text string,
	pin func(ctx context.Context, w *Write, c *store.Comment) (audit.Object, error),
) error {
	text, err := a.typedText(ctx, &cmd, place{integration: integrationID, item: requirement}, fieldComment, text)
	if err != nil {
		return err
	}
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.FindIntegration(ctx, w.Tx, cmd.Actor.Scope(), integrationID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.Comment, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		c := store.Comment{PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, Text: text, CreatedBy: cmd.Actor.UserID, CreatedAt: w.Now}
		object, err := pin(ctx, w, &c)
		if err != nil {
			return uuid.Nil, err
		}
		if err := store.InsertComment(ctx, w.Tx, c); err != nil {
			return uuid.Nil, err
		}
		w.Audit("comment.create", i.PartnerID, i.ID, object, map[string]audit.Value{"comment": audit.Text(c.ID.String())})
		return c.ID, nil
	})
	return err
}
