package app

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/picture"
	"github.com/proofwalk/proofwalk/internal/store"
)

// MaxPictureBytes is the limit of a picture's file.
const MaxPictureBytes = picture.MaxBytes

// StorePicture makes a PNG or JPEG anew, as picture.Remake does, and stores it.
func (a *App) StorePicture(ctx context.Context, r io.Reader) (store.Artifact, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxPictureBytes+1))
	if err != nil {
		return store.Artifact{}, fmt.Errorf("reading a picture: %w", err)
	}
	made, err := a.remakePicture(raw)
	if err != nil {
		return store.Artifact{}, err
	}
	digest, err := a.Blobs.Put(ctx, made.PNG)
	if err != nil {
		return store.Artifact{}, err
	}
	return store.Artifact{Digest: digest, MediaType: "image/png", Bytes: int64(len(made.PNG)), Width: made.Width, Height: made.Height}, nil
}

// remakePicture decodes one picture at a time in this process: a small file may
// hold 25 million pixels.
func (a *App) remakePicture(raw []byte) (picture.Picture, error) {
	a.pictures.Lock()
	defer a.pictures.Unlock()
	return picture.Remake(raw)
}

// ViewPicture notes in the audit log that the actor looks at a screenshot and
// then gives its bytes.
func (a *App) ViewPicture(ctx context.Context, cmd Command, integrationID, evidence uuid.UUID) ([]byte, error) {
	var digest string
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		e, err := store.FindEvidence(ctx, w.Tx, cmd.Actor.Scope(), integrationID, evidence)
		if err != nil {
			return uuid.Nil, err
		}
		if e.ArtifactDigest == nil {
			return uuid.Nil, apperr.New(apperr.NotFound, "There is no such picture.")
		}
		digest = *e.ArtifactDigest
		w.Audit("evidence.view", e.PartnerID, integrationID, audit.Object{ID: e.ID.String(), Kind: "evidence"},
			map[string]audit.Value{"digest": audit.Text(digest)})
		return e.ID, nil
	})
	if err != nil {
		return nil, err
	}
	return a.Blobs.Read(ctx, digest)
}
