package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// Partner is an organisation whose integrations go live.
type Partner struct {
	ID         uuid.UUID
	Name       string
	RawUploads string // allowed, forbidden
	CreatedAt  time.Time
	RowVersion int
}

// FindPartner gives one partner.
func FindPartner(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID) (Partner, error) {
	return one[Partner](ctx, q, "finding a partner", `
		SELECT id, name, raw_uploads, created_at, row_version FROM partners
		WHERE (@all_partners OR id = ANY(@partners)) AND id = @id`, scopeArgs(scope, pgx.NamedArgs{"id": id}))
}

// ListPartners gives the partners in scope by name.
func ListPartners(ctx context.Context, q Querier, scope auth.Scope) ([]Partner, error) {
	return many[Partner](ctx, q, "listing partners", `
		SELECT id, name, raw_uploads, created_at, row_version FROM partners
		WHERE (@all_partners OR id = ANY(@partners)) ORDER BY lower(name), id`, scopeArgs(scope, nil))
}

// InsertPartner adds a partner; a name in use is apperr.Conflict.
func InsertPartner(ctx context.Context, tx Querier, p Partner) error {
	return exec(ctx, tx, "inserting a partner", `
		INSERT INTO partners (id, name, raw_uploads, created_at) VALUES (@id, @name, @raw_uploads, @created_at)`,
		pgx.NamedArgs{"id": p.ID, "name": p.Name, "raw_uploads": p.RawUploads, "created_at": p.CreatedAt})
}

// SaveRawUploads says whether captures may arrive unredacted; a row version
// that is not the current one is apperr.Conflict.
func SaveRawUploads(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, rowVersion int, rawUploads string) error {
	return execOne(ctx, tx, "saving a partner's raw uploads", `
		UPDATE partners SET raw_uploads = @raw_uploads, row_version = row_version + 1
		WHERE (@all_partners OR id = ANY(@partners)) AND id = @id AND row_version = @row_version`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "row_version": rowVersion, "raw_uploads": rawUploads}))
}
