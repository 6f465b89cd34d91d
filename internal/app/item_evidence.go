package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// AddCaptureEvidence ties a capture to an item as a redirect, error or back
// channel transcript.
func (a *App) AddCaptureEvidence(ctx context.Context, cmd Command, ref ItemRef, kind checklist.EvidenceKind, captureID uuid.UUID) error {
	return a.addEvidence(ctx, cmd, ref, kind, func(ctx context.Context, w *Write, e *store.Evidence) error {
		capture, err := store.FindCapture(ctx, w.Tx, cmd.Actor.Scope(), e.IntegrationID, captureID)
		if err != nil {
			return err
		}
		e.CaptureID, e.HappenedAt, e.CapturedAt = &capture.ID, capture.HappenedAt, capture.CapturedAt
		return nil
	})
}

// AddTextEvidence ties a declaration of the partner or an observation of the
// consultant to an item.
func (a *App) AddTextEvidence(ctx context.Context, cmd Command, ref ItemRef, kind checklist.EvidenceKind, text string) error {
	text, err := a.typedText(ctx, &cmd, ref.place(), "text", text)
	if err != nil {
		return err
	}
	return a.addEvidence(ctx, cmd, ref, kind, func(_ context.Context, w *Write, e *store.Evidence) error {
		e.Text, e.HappenedAt, e.CapturedAt = &text, &w.Now, &w.Now
		return nil
	})
}

// CheckEvidence tells whether the actor may add evidence of a kind to the item
// as it stands, so that nobody else's files are read and stored.
func (a *App) CheckEvidence(ctx context.Context, cmd Command, ref ItemRef, kind checklist.EvidenceKind) error {
	return a.checkEvidence(ctx, cmd, ref, kind, func(context.Context, *Write, uuid.UUID, uuid.UUID) error { return nil })
}

// checkEvidence is CheckEvidence with a rule of the kind's own, which gets
// integration and item.
func (a *App) checkEvidence(ctx context.Context, cmd Command, ref ItemRef, kind checklist.EvidenceKind,
	own func(ctx context.Context, w *Write, integrationID, item uuid.UUID) error,
) error {
	return a.Store.InTx(ctx, func(tx pgx.Tx) error {
		w := &Write{Tx: tx, Now: a.Now(), Cmd: cmd}
		_, item, err := lockItem(ctx, w, ref, evidencePermission(kind))
		if err != nil {
			return err
		}
		if err := checkTakesEvidence(ctx, w, item, kind); err != nil {
			return err
		}
		return own(ctx, w, item.IntegrationID, item.ID)
	})
}

// maxMasks is the largest number of covered areas that is kept.
const maxMasks = 1000

// AddScreenshotEvidence ties a picture that is stored already to an item; masks
// says how many areas of it the sender's browser covered.
func (a *App) AddScreenshotEvidence(ctx context.Context, cmd Command, ref ItemRef, picture store.Artifact, masks int) error {
	if cmd.Key != "" {
		cmd.Key += "/" + picture.Digest // another picture under the same key is another ask
	}
	return a.addEvidence(ctx, cmd, ref, checklist.EvidenceScreenshot, func(ctx context.Context, w *Write, e *store.Evidence) error {
		picture.PartnerID, picture.CreatedAt = e.PartnerID, w.Now
		if err := store.InsertArtifact(ctx, w.Tx, picture); err != nil {
			return err
		}
		e.ArtifactDigest, e.CapturedAt, e.Masks = &picture.Digest, &w.Now, max(0, min(masks, maxMasks))
		return nil
	})
}

// WithdrawEvidence takes evidence off its item; a claim keeps its evidence.
func (a *App) WithdrawEvidence(ctx context.Context, cmd Command, ref ItemRef, id uuid.UUID) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		e, err := store.FindEvidence(ctx, w.Tx, cmd.Actor.Scope(), ref.Integration, id)
		if err != nil {
			return uuid.Nil, err
		}
		i, item, err := lockItem(ctx, w, ref, evidencePermission(e.Kind))
		if err != nil {
			return uuid.Nil, err
		}
		if e.ItemID != item.ID {
			return uuid.Nil, apperr.New(apperr.NotFound, "The item has no such evidence.")
		}
		if (item.State == checklist.Claimed || item.State == checklist.Accepted) && item.StaleReason == nil {
			return uuid.Nil, apperr.New(apperr.Conflict, "The item rests on this evidence. Take the claim back first.")
		}
		if err := refuseLateEvidence(ctx, w, item, e.Kind); err != nil {
			return uuid.Nil, err
		}
		if err := store.WithdrawEvidence(ctx, w.Tx, cmd.Actor.Scope(), e.ID, w.Now); err != nil {
			return uuid.Nil, err
		}
		w.Audit("evidence.withdraw", i.PartnerID, i.ID, audit.Object{ID: item.RequirementID, Kind: "item"},
			map[string]audit.Value{"evidence": audit.Text(e.ID.String()), "kind": audit.Text(string(e.Kind))})
		return e.ID, nil
	})
	return err
}

// evidencePermission: observations are the consultant's, all else the partner's.
func evidencePermission(kind checklist.EvidenceKind) auth.Permission {
	if kind == checklist.EvidenceObservation {
		return auth.ReviewItems
	}
	return auth.ClaimItems
}

// addEvidence adds one piece of evidence; fill completes it by its kind.
func (a *App) addEvidence(ctx context.Context, cmd Command, ref ItemRef, kind checklist.EvidenceKind,
	fill func(ctx context.Context, w *Write, e *store.Evidence) error,
) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, item, err := lockItem(ctx, w, ref, evidencePermission(kind))
		if err != nil {
			return uuid.Nil, err
		}
		if err := checkTakesEvidence(ctx, w, item, kind); err != nil {
			return uuid.Nil, err
		}
		e := store.Evidence{PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, ItemID: item.ID, Kind: kind,
			ConfigurationVersion: i.ConfigurationVersion, RuleSet: analysis.RuleSet, ReceivedAt: w.Now, CreatedBy: cmd.Actor.UserID}
		if err := fill(ctx, w, &e); err != nil {
			return uuid.Nil, err
		}
		if err := store.InsertEvidence(ctx, w.Tx, e); err != nil {
			return uuid.Nil, err
		}
		w.Audit("evidence.add", i.PartnerID, i.ID, audit.Object{ID: item.RequirementID, Kind: "item"},
			map[string]audit.Value{"evidence": audit.Text(e.ID.String()), "kind": audit.Text(string(kind))})
		return e.ID, nil
	})
	return err
}

// checkTakesEvidence refuses evidence that no review would see.
func checkTakesEvidence(ctx context.Context, w *Write, item store.ChecklistItem, kind checklist.EvidenceKind) error {
	if kind != checklist.EvidenceObservation && item.State == checklist.Accepted && item.StaleReason == nil {
		return apperr.New(apperr.Conflict, "The item is accepted as it is: nobody would look at more evidence.")
	}
	return refuseLateEvidence(ctx, w, item, kind)
}

// refuseLateEvidence keeps what a revision froze as it is while it is in
// review; the consultant's observations belong to the review.
func refuseLateEvidence(ctx context.Context, w *Write, item store.ChecklistItem, kind checklist.EvidenceKind) error {
	if kind == checklist.EvidenceObservation {
		return nil
	}
	return refuseWhileFrozen(ctx, w, item)
}
