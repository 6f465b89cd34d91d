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

// SignIn is what is kept of one sign-in of a test run.
type SignIn struct {
	PartnerID     uuid.UUID
	IntegrationID uuid.UUID
	TestRunID     uuid.UUID
	RunNumber     int
	Scenario      string // of the test run
	TestUser      string // of the test run, a label
	Number        int    // within the run, from 1
	Protocol      analysis.Protocol
	Start         analysis.Start
	Outcome       analysis.Outcome
	ErrorCode     string
	Authorize     analysis.Ref
	Callback      *analysis.Ref
	Final         *analysis.Ref
	FinalStatus   int
	Errors        []analysis.ErrorTranscript
	// Policies are those that it asked for.
	Policies []string
	// AttributesKnown tells that Attributes is all that it received; else
	// AttributesWhy says why that is not known.
	AttributesKnown bool
	AttributesWhy   string
	Attributes      []analysis.ReceivedAttribute
}

// Judged gives the sign-in as it was computed.
func (s SignIn) Judged() analysis.SignIn {
	return analysis.SignIn{
		Number: s.Number, Protocol: s.Protocol, Start: s.Start, Outcome: s.Outcome, ErrorCode: s.ErrorCode,
		Authorize: s.Authorize, Callback: s.Callback, Final: s.Final, FinalStatus: s.FinalStatus, Errors: s.Errors,
		Received: analysis.SignInAttributes{Flow: s.Number, Known: s.AttributesKnown, Why: s.AttributesWhy, Policies: s.Policies, Attributes: s.Attributes},
	}
}

// ListSignIns gives the sign-ins of all test runs of an integration, by the
// number of the run and their own.
func ListSignIns(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]SignIn, error) {
	return many[SignIn](ctx, q, "listing sign-ins", `
		SELECT s.partner_id, s.integration_id, s.test_run_id, t.number AS run_number, t.scenario, t.test_user, s.number, s.protocol, s.start,
		       s.outcome, s.error_code, s.authorize, s.callback, s.final, s.final_status, s.errors,
		       s.policies, s.attributes_known, s.attributes_why, a.attributes
		FROM sign_ins s
		JOIN test_runs t ON t.partner_id = s.partner_id AND t.id = s.test_run_id
		JOIN LATERAL (
		    SELECT COALESCE(jsonb_agg(jsonb_build_object('Handle', x.handle, 'Empty', x.is_empty, 'At', x.at) ORDER BY x.position), '[]') AS attributes
		    FROM received_attributes x
		    WHERE x.partner_id = s.partner_id AND x.test_run_id = s.test_run_id AND x.number = s.number) a ON true
		WHERE (@all_partners OR s.partner_id = ANY(@partners)) AND s.integration_id = @integration
		ORDER BY t.number, s.number`, scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// ReplaceRunJudgement puts all that was computed of a test run in the place of
// what was computed before: its findings, its
// sign-ins and the names of what they received.
func ReplaceRunJudgement(ctx context.Context, tx Querier, scope auth.Scope, run TestRun, configurationVersion int, j analysis.Judgement, now time.Time) error {
	if err := replaceRunFindings(ctx, tx, scope, run, configurationVersion, j.Findings, now); err != nil {
		return err
	}
	return replaceSignIns(ctx, tx, scope, run, j.SignIns)
}

func replaceSignIns(ctx context.Context, tx Querier, scope auth.Scope, run TestRun, signIns []analysis.SignIn) error {
	err := exec(ctx, tx, "deleting a test run's sign-ins", `
		DELETE FROM sign_ins WHERE (@all_partners OR partner_id = ANY(@partners)) AND partner_id = @partner AND test_run_id = @run`,
		scopeArgs(scope, pgx.NamedArgs{"partner": run.PartnerID, "run": run.ID}))
	if err != nil || len(signIns) == 0 {
		return err
	}
	encoded, err := json.Marshal(signIns)
	if err != nil {
		return fmt.Errorf("encoding sign-ins: %w", err)
	}
	args := pgx.NamedArgs{"partner": run.PartnerID, "integration": run.IntegrationID, "run": run.ID, "sign_ins": string(encoded)}
	err = exec(ctx, tx, "inserting a test run's sign-ins", `
		INSERT INTO sign_ins (partner_id, integration_id, test_run_id, number, protocol, start, outcome, error_code, authorize, callback, final,
			final_status, errors, policies, attributes_known, attributes_why)
		SELECT @partner, @integration, @run, s.number, s.protocol, s.start, s.outcome, COALESCE(s.error_code, ''), s.authorize, s.callback, s.final,
			s.final_status, s.errors,
			ARRAY(SELECT jsonb_array_elements_text(COALESCE(NULLIF(s.received->'Policies', 'null'), '[]'))),
			(s.received->>'Known')::boolean, s.received->>'Why'
		FROM jsonb_to_recordset(@sign_ins::jsonb) AS s (number integer, protocol text, start text, outcome text, error_code text,
			authorize jsonb, callback jsonb, final jsonb, final_status integer, errors jsonb, received jsonb)`, args)
	if err != nil {
		return err
	}
	return exec(ctx, tx, "inserting what a test run's sign-ins received", `
		INSERT INTO received_attributes (partner_id, integration_id, test_run_id, number, position, handle, is_empty, at)
		SELECT @partner, @integration, @run, s.number, a.position, a.attribute->>'Handle', (a.attribute->>'Empty')::boolean, a.attribute->'At'
		FROM jsonb_to_recordset(@sign_ins::jsonb) AS s (number integer, received jsonb),
		     jsonb_array_elements(COALESCE(NULLIF(s.received->'Attributes', 'null'), '[]')) WITH ORDINALITY AS a (attribute, position)`, args)
}
