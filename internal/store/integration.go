package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// Stage is how far an integration is on its way.
type Stage string

// The stages, in order.
const (
	StageDescribed   Stage = "described"
	StageTesting     Stage = "testing"
	StageReview      Stage = "review"
	StageWalkthrough Stage = "walkthrough"
	StageSignOff     Stage = "sign_off"
	StageLive        Stage = "live"
)

// Integration is a partner's integration with its current configuration.
type Integration struct {
	PartnerID            uuid.UUID
	PartnerName          string
	ID                   uuid.UUID
	Name                 string
	ConfigurationVersion int
	Config               integration.Config
	ConfigDigest         string
	ConsultantID         *uuid.UUID
	ConsultantName       string // empty without a consultant
	Stage                Stage
	StageSince           time.Time
	CreatedAt            time.Time
	RowVersion           int
}

// ConfigurationVersion is one saved state of an integration's description.
type ConfigurationVersion struct {
	Version int
	Config  integration.Config
	Digest  string
	SavedBy string // name
	SavedAt time.Time
}

const integrationColumns = `i.partner_id, p.name AS partner_name, i.id, i.name, i.configuration_version, v.config, v.digest AS config_digest,
	i.consultant_id, COALESCE(c.name, '') AS consultant_name, i.stage, i.stage_since, i.created_at, i.row_version`

const integrationTables = `integrations i
	JOIN partners p ON p.id = i.partner_id
	JOIN configuration_versions v ON v.partner_id = i.partner_id AND v.integration_id = i.id AND v.version = i.configuration_version
	LEFT JOIN users c ON c.id = i.consultant_id`

// FindIntegration gives one integration.
func FindIntegration(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID) (Integration, error) {
	return one[Integration](ctx, q, "finding an integration", `
		SELECT `+integrationColumns+` FROM `+integrationTables+`
		WHERE (@all_partners OR i.partner_id = ANY(@partners)) AND i.id = @id`, scopeArgs(scope, pgx.NamedArgs{"id": id}))
}

// LockIntegration gives one integration and keeps others from changing it, and
// all that hangs on it, until the transaction ends. Every write to an
// integration begins with it.
func LockIntegration(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID) (Integration, error) {
	// The row alone: after waiting, PostgreSQL joins its new state with what the
	// statement saw before, and the version that it points to now is not there.
	_, err := value[uuid.UUID](ctx, tx, "locking an integration", `
		SELECT i.id FROM integrations i
		WHERE (@all_partners OR i.partner_id = ANY(@partners)) AND i.id = @id FOR UPDATE`, scopeArgs(scope, pgx.NamedArgs{"id": id}))
	if err != nil {
		return Integration{}, err
	}
	return FindIntegration(ctx, tx, scope, id)
}

// InsertIntegration adds an integration with configuration version 1.
func InsertIntegration(ctx context.Context, tx Querier, i Integration, by uuid.UUID, now time.Time) error {
	err := exec(ctx, tx, "inserting an integration", `
		INSERT INTO integrations (partner_id, id, name, configuration_version, stage, stage_since, created_by, created_at)
		VALUES (@partner_id, @id, @name, 1, @stage, @now, @by, @now)`,
		pgx.NamedArgs{"partner_id": i.PartnerID, "id": i.ID, "name": i.Name, "stage": string(StageDescribed), "by": by, "now": now})
	if err != nil {
		return err
	}
	return InsertConfigurationVersion(ctx, tx, i.PartnerID, i.ID, 1, i.Config, i.ConfigDigest, by, now)
}

// InsertConfigurationVersion keeps one saved configuration.
func InsertConfigurationVersion(ctx context.Context, tx Querier, partner, id uuid.UUID, version int, cfg integration.Config,
	digest string, by uuid.UUID, now time.Time,
) error {
	encoded, err := json.Marshal(cfg)
	if err != nil {
		return fmt.Errorf("encoding a configuration: %w", err)
	}
	return exec(ctx, tx, "inserting a configuration version", `
		INSERT INTO configuration_versions (partner_id, integration_id, version, config, digest, saved_by, saved_at)
		VALUES (@partner_id, @integration_id, @version, @config, @digest, @by, @now)`,
		pgx.NamedArgs{"partner_id": partner, "integration_id": id, "version": version, "config": encoded, "digest": digest, "by": by, "now": now})
}

// UpdateIntegrationConfiguration points an integration to a new configuration
// version; a stale row version is apperr.Conflict.
func UpdateIntegrationConfiguration(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, rowVersion int, name string, version int) error {
	return execOne(ctx, tx, "updating an integration's configuration", `
		UPDATE integrations SET name = @name, configuration_version = @version, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "row_version": rowVersion, "name": name, "version": version}))
}

// SetConsultant names the integration's consultant.
func SetConsultant(ctx context.Context, tx Querier, scope auth.Scope, id, consultant uuid.UUID) error {
	return execOne(ctx, tx, "setting the consultant", `
		UPDATE integrations SET consultant_id = @consultant, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "consultant": consultant}))
}

// SetStage moves an integration to a stage; staying where it is keeps its date.
func SetStage(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, stage Stage, now time.Time) error {
	return exec(ctx, tx, "setting the stage", `
		UPDATE integrations SET stage = @stage, stage_since = @now
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND stage <> @stage`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "stage": string(stage), "now": now}))
}

// ListConfigurationVersions gives an integration's saved configurations, newest first.
func ListConfigurationVersions(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID) ([]ConfigurationVersion, error) {
	return many[ConfigurationVersion](ctx, q, "listing configuration versions", `
		SELECT v.version, v.config, v.digest, u.name AS saved_by, v.saved_at
		FROM configuration_versions v JOIN users u ON u.id = v.saved_by
		WHERE (@all_partners OR v.partner_id = ANY(@partners)) AND v.integration_id = @id
		ORDER BY v.version DESC`, scopeArgs(scope, pgx.NamedArgs{"id": id}))
}

// FindConfigurationVersion gives one saved configuration.
func FindConfigurationVersion(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID, version int) (ConfigurationVersion, error) {
	return one[ConfigurationVersion](ctx, q, "finding a configuration version", `
		SELECT v.version, v.config, v.digest, u.name AS saved_by, v.saved_at
		FROM configuration_versions v JOIN users u ON u.id = v.saved_by
		WHERE (@all_partners OR v.partner_id = ANY(@partners)) AND v.integration_id = @id AND v.version = @version`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "version": version}))
}
