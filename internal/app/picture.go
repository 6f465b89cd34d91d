package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // a format that is read
	"image/png"
	"io"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Limits of a picture.
const (
	MaxPictureBytes  = 5 << 20
	maxPicturePixels = 25_000_000
)

// StorePicture decodes a PNG or JPEG under limits and stores it made anew as
// PNG: pixels only, metadata gone.
func (a *App) StorePicture(ctx context.Context, r io.Reader) (store.Artifact, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxPictureBytes+1))
	if err != nil {
		return store.Artifact{}, fmt.Errorf("reading a picture: %w", err)
	}
	if len(raw) > MaxPictureBytes {
		return store.Artifact{}, apperr.New(apperr.TooLarge, "The picture is larger than 5 MB. Save it smaller and add it again.")
	}
	header, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || format != "png" && format != "jpeg" {
		return store.Artifact{}, apperr.Wrap(apperr.Invalid, "The file is no PNG or JPEG picture. Save the screenshot as one of them.", err)
	}
	if header.Width <= 0 || header.Height <= 0 || header.Width > maxPicturePixels/header.Height {
		return store.Artifact{}, apperr.New(apperr.TooLarge, "The picture has more than 25 million pixels. Save it smaller and add it again.")
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return store.Artifact{}, apperr.Wrap(apperr.Invalid, "The picture is damaged. Save it again and add it.", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return store.Artifact{}, fmt.Errorf("encoding a picture: %w", err)
	}
	digest, err := a.Blobs.Put(ctx, out.Bytes())
	if err != nil {
		return store.Artifact{}, err
	}
	return store.Artifact{Digest: digest, MediaType: "image/png", Bytes: int64(out.Len()), Width: header.Width, Height: header.Height}, nil
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
