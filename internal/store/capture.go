package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// CaptureKind says how a capture came about.
type CaptureKind string

// The kinds of captures.
const (
	CaptureBrowser     CaptureKind = "browser"
	CaptureRecorder    CaptureKind = "recorder"
	CaptureBackChannel CaptureKind = "back_channel"
	CaptureProbe       CaptureKind = "probe"
)

// Capture is one redacted file of a test run. Its bytes are the artifact of
// its digest.
type Capture struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	IntegrationID uuid.UUID
	TestRunID     uuid.UUID
	RoundID       uuid.UUID
	Number        int // within the integration, from 1
	Kind          CaptureKind
	Exporter      string   // the program that saved the file, as far as it said so
	CannotShow    []string // what files of this exporter lack
	RedactedBy    string   // server, partner_browser, partner_cli, partner_recorder, partner_server
	Format        int      // of the redacted HAR
	Policy        int      // of the redaction
	Digest        string   // SHA-256 of the redacted HAR, hex
	EntryCount    int
	Report        []byte // JSON, see redact.Report
	// ConfigurationVersion is the one it was redacted and first judged under.
	ConfigurationVersion int
	HappenedAt           *time.Time // first request, by the recording machine's clock
	CapturedAt           *time.Time // last request, by the recording machine's clock
	ReceivedAt           time.Time
	CreatedBy            uuid.UUID
	CreatedByName        string
	RunNumber            int
	Scenario             string
	TestUser             string
	Bytes                int64 // of the redacted HAR
}

const captureSelect = `
	SELECT c.partner_id, c.id, c.integration_id, c.test_run_id, c.round_id, c.number, c.kind, c.exporter, c.cannot_show, c.redacted_by,
	       c.format, c.policy, c.digest, c.entry_count, c.report, c.configuration_version, c.happened_at, c.captured_at, c.received_at,
	       c.created_by, u.name AS created_by_name, t.number AS run_number, t.scenario, t.test_user, a.bytes
	FROM captures c
	JOIN test_runs t ON t.partner_id = c.partner_id AND t.id = c.test_run_id
	JOIN users u ON u.id = c.created_by
	JOIN artifacts a ON a.partner_id = c.partner_id AND a.digest = c.digest
	WHERE (@all_partners OR c.partner_id = ANY(@partners)) AND c.integration_id = @integration`

// FindCapture gives one capture of an integration.
func FindCapture(ctx context.Context, q Querier, scope auth.Scope, integration, id uuid.UUID) (Capture, error) {
	return one[Capture](ctx, q, "finding a capture", captureSelect+` AND c.id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "id": id}))
}

// ListCaptures gives all captures of an integration, in order of their numbers.
func ListCaptures(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]Capture, error) {
	return many[Capture](ctx, q, "listing captures", captureSelect+` ORDER BY c.number`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// ListRunCaptures gives the captures of one test run, in order of their numbers.
func ListRunCaptures(ctx context.Context, q Querier, scope auth.Scope, integration, run uuid.UUID) ([]Capture, error) {
	return many[Capture](ctx, q, "listing a test run's captures", captureSelect+` AND c.test_run_id = @run ORDER BY c.number`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "run": run}))
}

// ListRoundCaptures gives the captures of one round, in order of their numbers.
func ListRoundCaptures(ctx context.Context, q Querier, scope auth.Scope, integration, round uuid.UUID) ([]Capture, error) {
	return many[Capture](ctx, q, "listing a round's captures", captureSelect+` AND c.round_id = @round ORDER BY c.number`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "round": round}))
}

// InsertCapture adds a capture with the integration's next number, which it
// gives; the integration must be locked. Its artifact must be there.
func InsertCapture(ctx context.Context, tx Querier, c Capture) (number int, err error) {
	return value[int](ctx, tx, "inserting a capture", `
		INSERT INTO captures (partner_id, id, integration_id, test_run_id, round_id, number, kind, exporter, cannot_show, redacted_by,
			format, policy, digest, entry_count, report, configuration_version, happened_at, captured_at, received_at, created_by)
		VALUES (@partner_id, @id, @integration_id, @test_run_id, @round_id,
			(SELECT COALESCE(max(number), 0) + 1 FROM captures WHERE partner_id = @partner_id AND integration_id = @integration_id),
			@kind, @exporter, @cannot_show, @redacted_by, @format, @policy, @digest, @entry_count, @report, @configuration_version,
			@happened_at, @captured_at, @received_at, @created_by)
		RETURNING number`,
		pgx.NamedArgs{"partner_id": c.PartnerID, "id": c.ID, "integration_id": c.IntegrationID, "test_run_id": c.TestRunID,
			"round_id": c.RoundID, "kind": string(c.Kind), "exporter": c.Exporter, "cannot_show": c.CannotShow, "redacted_by": c.RedactedBy,
			"format": c.Format, "policy": c.Policy, "digest": c.Digest, "entry_count": c.EntryCount, "report": c.Report,
			"configuration_version": c.ConfigurationVersion, "happened_at": c.HappenedAt, "captured_at": c.CapturedAt,
			"received_at": c.ReceivedAt, "created_by": c.CreatedBy})
}
