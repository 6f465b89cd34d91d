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
	ComputedAt           time.Time // when it came to be said
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

// RunVerdict is what a rule says of one sign-in of a test run, or of the run.
type RunVerdict struct {
	Rule    string
	Verdict analysis.Verdict
}

// ListRunVerdicts gives of the findings of one test run the verdicts alone.
func ListRunVerdicts(ctx context.Context, q Querier, scope auth.Scope, integration, run uuid.UUID) ([]RunVerdict, error) {
	return many[RunVerdict](ctx, q, "listing a test run's verdicts", `
		SELECT f.rule, f.verdict FROM findings f
		WHERE (@all_partners OR f.partner_id = ANY(@partners)) AND f.integration_id = @integration AND f.test_run_id = @run
		ORDER BY f.position`, scopeArgs(scope, pgx.NamedArgs{"integration": integration, "run": run}))
}

// ListFindings gives the findings of all test runs of an integration, by run
// and in the order of the rules.
func ListFindings(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]Finding, error) {
	return many[Finding](ctx, q, "listing findings", findingSelect+` ORDER BY f.test_run_id, f.position`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// replaceRunFindings puts the findings of a test run in the place of those that
// were computed before, and gives them ids. What is said again keeps its row: with
// each capture of a round most of what its runs say stays.
func replaceRunFindings(ctx context.Context, tx Querier, scope auth.Scope, run TestRun, configurationVersion int, findings []analysis.Finding, now time.Time) error {
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
	return exec(ctx, tx, "replacing a test run's findings", `
		WITH said AS (
			SELECT f.id, (f.position - 1)::integer AS position, f.rule, f.rule_set, f.verdict, f.severity, f.finding::jsonb AS finding
			FROM unnest(@ids::uuid[], @rules::text[], @verdicts::text[], @severities::text[], @findings::text[], @rule_sets::int[])
			     WITH ORDINALITY AS f (id, rule, verdict, severity, finding, rule_set, position)
		), before AS (
			SELECT f.id, f.position, f.configuration_version = @version AND f.rule_set = s.rule_set AND f.finding = s.finding AS stays
			FROM findings f LEFT JOIN said s ON s.position = f.position
			WHERE (@all_partners OR f.partner_id = ANY(@partners)) AND f.partner_id = @partner AND f.test_run_id = @run
		), gone AS (
			DELETE FROM findings f USING before b WHERE f.partner_id = @partner AND f.id = b.id AND b.stays IS NOT TRUE
		)
		INSERT INTO findings (partner_id, id, integration_id, test_run_id, position, rule, rule_set, configuration_version, verdict, severity, finding, computed_at)
		SELECT @partner, s.id, @integration, @run, s.position, s.rule, s.rule_set, @version, s.verdict, s.severity, s.finding, @now
		FROM said s WHERE NOT EXISTS (SELECT 1 FROM before b WHERE b.position = s.position AND b.stays)`,
		scopeArgs(scope, pgx.NamedArgs{"partner": run.PartnerID, "integration": run.IntegrationID, "run": run.ID, "rule_sets": sets,
			"version": configurationVersion, "ids": ids, "rules": rules, "verdicts": verdicts, "severities": severities,
			"findings": encoded, "now": now}))
}
