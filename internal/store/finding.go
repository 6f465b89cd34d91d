package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/auth"
)

// Finding is a stored answer of a rule about a test run.
type Finding struct {
	PartnerID            uuid.UUID
	ID                   uuid.UUID
	IntegrationID        uuid.UUID
	TestRunID            uuid.UUID
	Position             int // order in which the rules gave them, from 0
	ConfigurationVersion int
	Finding              analysis.Finding
	ComputedAt           time.Time
}

const findingSelect = `
	SELECT f.partner_id, f.id, f.integration_id, f.test_run_id, f.position, f.configuration_version, f.finding, f.computed_at
	FROM findings f
	WHERE (@all_partners OR f.partner_id = ANY(@partners)) AND f.integration_id = @integration`

// ListRunFindings gives the findings of one test run, in the order of the rules.
func ListRunFindings(ctx context.Context, q Querier, scope auth.Scope, integration, run uuid.UUID) ([]Finding, error) {
	return many[Finding](ctx, q, "listing a test run's findings", findingSelect+` AND f.test_run_id = @run ORDER BY f.position`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "run": run}))
}

// ListFindings gives the findings of all test runs of an integration, by run
// and in the order of the rules.
func ListFindings(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]Finding, error) {
	return many[Finding](ctx, q, "listing findings", findingSelect+` ORDER BY f.test_run_id, f.position`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// replaceRunFindings puts the findings of a test run in the place of those that
// were computed before. It gives them ids.
func replaceRunFindings(ctx context.Context, tx Querier, scope auth.Scope, run TestRun, configurationVersion int, findings []analysis.Finding, now time.Time) error {
	err := exec(ctx, tx, "deleting a test run's findings", `
		DELETE FROM findings WHERE (@all_partners OR partner_id = ANY(@partners)) AND partner_id = @partner AND test_run_id = @run`,
		scopeArgs(scope, pgx.NamedArgs{"partner": run.PartnerID, "run": run.ID}))
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	var rules, verdicts, severities []string
	var sets []int32
	var encoded []string
	for _, f := range findings {
		b, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("encoding a finding: %w", err)
		}
		ids, encoded = append(ids, NewID()), append(encoded, string(b))
		rules, verdicts, severities = append(rules, f.Rule), append(verdicts, string(f.Verdict)), append(severities, string(f.Severity))
		sets = append(sets, int32(f.RuleSet))
	}
	return exec(ctx, tx, "inserting a test run's findings", `
		INSERT INTO findings (partner_id, id, integration_id, test_run_id, position, rule, rule_set, configuration_version, verdict, severity, finding, computed_at)
		SELECT @partner, f.id, @integration, @run, f.position - 1, f.rule, f.rule_set, @version, f.verdict, f.severity, f.finding::jsonb, @now
		FROM unnest(@ids::uuid[], @rules::text[], @verdicts::text[], @severities::text[], @findings::text[], @rule_sets::int[])
		     WITH ORDINALITY AS f (id, rule, verdict, severity, finding, rule_set, position)`,
		pgx.NamedArgs{"partner": run.PartnerID, "integration": run.IntegrationID, "run": run.ID, "rule_sets": sets,
			"version": configurationVersion, "ids": ids, "rules": rules, "verdicts": verdicts, "severities": severities,
			"findings": encoded, "now": now})
}
