package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// HasSubmittedRevision tells whether a revision of the integration is in review.
func HasSubmittedRevision(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) (bool, error) {
	return value[bool](ctx, q, "asking for a submitted revision", `
		SELECT EXISTS (SELECT 1 FROM revisions
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND integration_id = @integration AND state = 'submitted')`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}
