package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Artifact is what the database knows of bytes in the blob store.
type Artifact struct {
	PartnerID uuid.UUID
	Digest    string // SHA-256, hex
	MediaType string
	Bytes     int64
	Width     int // pixels, 0 for what is no picture
	Height    int
	CreatedAt time.Time
}

// InsertArtifact notes bytes of a partner; the same bytes twice are one artifact.
func InsertArtifact(ctx context.Context, tx Querier, a Artifact) error {
	return exec(ctx, tx, "inserting an artifact", `
		INSERT INTO artifacts (partner_id, digest, media_type, bytes, width, height, created_at)
		VALUES (@partner_id, @digest, @media_type, @bytes, NULLIF(@width, 0), NULLIF(@height, 0), @created_at)
		ON CONFLICT (partner_id, digest) DO NOTHING`,
		pgx.NamedArgs{"partner_id": a.PartnerID, "digest": a.Digest, "media_type": a.MediaType, "bytes": a.Bytes,
			"width": a.Width, "height": a.Height, "created_at": a.CreatedAt})
}
