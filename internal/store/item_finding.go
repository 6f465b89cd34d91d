package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/auth"
)

// ItemFinding is a finding of a test run that an item's evidence belongs to.
type ItemFinding struct {
	RunID     uuid.UUID
	RunNumber int
	Finding   analysis.Finding
}

// ListItemFindings gives the findings of the given rules in the given test runs,
// in the order in which the rules gave them.
func ListItemFindings(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID, runs []uuid.UUID, rules []string) ([]ItemFinding, error) {
	return many[ItemFinding](ctx, q, "listing an item's findings", `
		SELECT f.test_run_id AS run_id, t.number AS run_number, f.finding
		FROM findings f JOIN test_runs t ON t.partner_id = f.partner_id AND t.id = f.test_run_id
		WHERE (@all_partners OR f.partner_id = ANY(@partners)) AND f.integration_id = @integration
		  AND f.test_run_id = ANY(@runs) AND f.rule = ANY(@rules)
		ORDER BY t.number DESC, f.position`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "runs": runs, "rules": rules}))
}
