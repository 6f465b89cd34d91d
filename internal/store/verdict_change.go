package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/auth"
)

// VerdictChange is a rule that said otherwise of a test run when it was judged
// again.
type VerdictChange struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	IntegrationID uuid.UUID
	TestRunID     uuid.UUID
	RunNumber     int
	Rule          string
	RuleSetBefore int // 0 where nothing was judged before
	VersionBefore int // of the configuration
	// VerdictBefore and Verdict are the worst of any sign-in, empty where the
	// rule said nothing.
	VerdictBefore        analysis.Verdict
	RuleSet              int
	ConfigurationVersion int
	Verdict              analysis.Verdict
	// CaptureID is the capture of the round that showed it, nil where rules or
	// description changed; CaptureNumber and CaptureRun are its numbers, 0 without.
	CaptureID                 *uuid.UUID
	CaptureNumber, CaptureRun int
	ChangedAt                 time.Time
}

// ListVerdictChanges gives what judging again changed of the given rules in the
// given test runs, newest first.
func ListVerdictChanges(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID, runs []uuid.UUID, rules []string) ([]VerdictChange, error) {
	return many[VerdictChange](ctx, q, "listing changed verdicts", `
		SELECT c.partner_id, c.id, c.integration_id, c.test_run_id, t.number AS run_number, c.rule, c.rule_set_before, c.version_before,
		       c.verdict_before, c.rule_set, c.configuration_version, c.verdict, c.capture_id, COALESCE(n.number, 0) AS capture_number,
		       COALESCE(o.number, 0) AS capture_run, c.changed_at
		FROM verdict_changes c JOIN test_runs t ON t.partner_id = c.partner_id AND t.id = c.test_run_id
		LEFT JOIN captures n ON n.partner_id = c.partner_id AND n.id = c.capture_id
		LEFT JOIN test_runs o ON o.partner_id = n.partner_id AND o.id = n.test_run_id
		WHERE (@all_partners OR c.partner_id = ANY(@partners)) AND c.integration_id = @integration
		  AND c.test_run_id = ANY(@runs) AND c.rule = ANY(@rules)
		ORDER BY c.changed_at DESC, c.id DESC`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "runs": runs, "rules": rules}))
}

// InsertVerdictChange keeps one.
func InsertVerdictChange(ctx context.Context, tx Querier, c VerdictChange) error {
	return exec(ctx, tx, "inserting a changed verdict", `
		INSERT INTO verdict_changes (partner_id, id, integration_id, test_run_id, rule, rule_set_before, version_before, verdict_before,
			rule_set, configuration_version, verdict, capture_id, changed_at)
		VALUES (@partner_id, @id, @integration_id, @test_run_id, @rule, @rule_set_before, @version_before, @verdict_before,
			@rule_set, @configuration_version, @verdict, @capture_id, @changed_at)`,
		pgx.NamedArgs{"partner_id": c.PartnerID, "id": c.ID, "integration_id": c.IntegrationID, "test_run_id": c.TestRunID, "rule": c.Rule,
			"rule_set_before": c.RuleSetBefore, "version_before": c.VersionBefore, "verdict_before": string(c.VerdictBefore),
			"rule_set": c.RuleSet, "configuration_version": c.ConfigurationVersion, "verdict": string(c.Verdict),
			"capture_id": c.CaptureID, "changed_at": c.ChangedAt})
}

// UnjudgedIntegration is an integration with test runs that have to be judged
// again.
type UnjudgedIntegration struct {
	ID                   uuid.UUID
	ConfigurationVersion int
}

// ListUnjudgedIntegrations gives those with findings of an older rule set, or
// of an older configuration version in the open round.
func ListUnjudgedIntegrations(ctx context.Context, q Querier, scope auth.Scope, ruleSet int) ([]UnjudgedIntegration, error) {
	return many[UnjudgedIntegration](ctx, q, "listing integrations to judge again", `
		SELECT i.id, i.configuration_version FROM integrations i
		WHERE (@all_partners OR i.partner_id = ANY(@partners)) AND EXISTS (
			SELECT 1 FROM findings f
			JOIN test_runs t ON t.partner_id = f.partner_id AND t.id = f.test_run_id
			JOIN rounds r ON r.partner_id = t.partner_id AND r.id = t.round_id
			WHERE f.partner_id = i.partner_id AND f.integration_id = i.id
			  AND (f.rule_set < @rule_set OR f.configuration_version < i.configuration_version AND r.closed_at IS NULL))
		ORDER BY i.id`, scopeArgs(scope, pgx.NamedArgs{"rule_set": ruleSet}))
}
