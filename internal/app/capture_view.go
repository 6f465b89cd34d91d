package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Acts on a capture that change nothing and are audited all the same.
const (
	viewCapture     = "capture.view"
	downloadCapture = "capture.download"
)

// ViewCapture notes in the audit log that the actor reads a transcript.
func (a *App) ViewCapture(ctx context.Context, cmd Command, c store.Capture) error {
	return a.noteCapture(ctx, cmd, c, viewCapture)
}

// DownloadCapture notes that the actor downloads a redacted HAR, and gives its bytes.
func (a *App) DownloadCapture(ctx context.Context, cmd Command, c store.Capture) ([]byte, error) {
	b, err := a.Blobs.Read(ctx, c.Digest)
	if err != nil {
		return nil, err
	}
	return b, a.noteCapture(ctx, cmd, c, downloadCapture)
}

func (a *App) noteCapture(ctx context.Context, cmd Command, c store.Capture, action string) error {
	if err := allow(cmd.Actor, auth.ReadPartner, c.PartnerID); err != nil {
		return err
	}
	cmd.Key = "" // each reading counts
	_, err := a.write(ctx, cmd, func(_ context.Context, w *Write) (uuid.UUID, error) {
		w.Audit(action, c.PartnerID, c.IntegrationID, audit.Object{ID: c.ID.String(), Kind: "capture"},
			map[string]audit.Value{"capture": audit.Int(c.Number)})
		return c.ID, nil
	})
	return err
}
