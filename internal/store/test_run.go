package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// TestRun is one execution of a scenario by a test user.
type TestRun struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	IntegrationID uuid.UUID
	RoundID       uuid.UUID
	RoundNumber   int
	RoundOpen     bool
	Number        int // within the integration, from 1
	Scenario      string
	TestUser      string // label, never a name
	Release       string
	CreatedBy     uuid.UUID
	CreatedByName string
	CreatedAt     time.Time
	RowVersion    int
	Captures      int
	// Counts of the run's findings by verdict.
	Fail, Warn, NotSeen, Pass int
	// JudgedRuleSet and JudgedVersion are the rule set and the configuration
	// version that the findings come from, 0 without findings.
	JudgedRuleSet, JudgedVersion int
}

const testRunSelect = `
	SELECT t.partner_id, t.id, t.integration_id, t.round_id, r.number AS round_number, r.closed_at IS NULL AS round_open, t.number,
	       t.scenario, t.test_user, t.release, t.created_by, u.name AS created_by_name, t.created_at, t.row_version,
	       (SELECT count(*) FROM captures c WHERE c.partner_id = t.partner_id AND c.test_run_id = t.id) AS captures,
	       f.fail, f.warn, f.not_seen, f.pass, f.judged_rule_set, f.judged_version
	FROM test_runs t
	JOIN rounds r ON r.partner_id = t.partner_id AND r.id = t.round_id
	JOIN users u ON u.id = t.created_by
	JOIN LATERAL (
	    SELECT count(*) FILTER (WHERE x.verdict = 'fail') AS fail, count(*) FILTER (WHERE x.verdict = 'warn') AS warn,
	           count(*) FILTER (WHERE x.verdict = 'not_seen') AS not_seen, count(*) FILTER (WHERE x.verdict = 'pass') AS pass,
	           COALESCE(max(x.rule_set), 0) AS judged_rule_set, COALESCE(max(x.configuration_version), 0) AS judged_version
	    FROM findings x WHERE x.partner_id = t.partner_id AND x.test_run_id = t.id) f ON true
	WHERE (@all_partners OR t.partner_id = ANY(@partners)) AND t.integration_id = @integration`

// ListTestRuns gives an integration's test runs, newest first.
func ListTestRuns(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]TestRun, error) {
	return many[TestRun](ctx, q, "listing test runs", testRunSelect+` ORDER BY t.number DESC`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// FindTestRun gives one test run of an integration.
func FindTestRun(ctx context.Context, q Querier, scope auth.Scope, integration, id uuid.UUID) (TestRun, error) {
	return one[TestRun](ctx, q, "finding a test run", testRunSelect+` AND t.id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "id": id}))
}

// InsertTestRun adds a test run with the integration's next number, which it
// gives; the integration must be locked.
func InsertTestRun(ctx context.Context, tx Querier, t TestRun) (number int, err error) {
	return value[int](ctx, tx, "inserting a test run", `
		INSERT INTO test_runs (partner_id, id, integration_id, round_id, number, scenario, test_user, release, created_by, created_at)
		VALUES (@partner_id, @id, @integration_id, @round_id,
			(SELECT COALESCE(max(number), 0) + 1 FROM test_runs WHERE partner_id = @partner_id AND integration_id = @integration_id),
			@scenario, @test_user, @release, @created_by, @created_at)
		RETURNING number`,
		pgx.NamedArgs{"partner_id": t.PartnerID, "id": t.ID, "integration_id": t.IntegrationID, "round_id": t.RoundID,
			"scenario": t.Scenario, "test_user": t.TestUser, "release": t.Release, "created_by": t.CreatedBy, "created_at": t.CreatedAt})
}

// LastRoundNumber gives the number of the newest round, 0 when there was none.
func LastRoundNumber(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) (int, error) {
	return value[int](ctx, q, "reading the last round's number", `
		SELECT COALESCE(max(number), 0) FROM rounds
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND integration_id = @integration`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}
