package app

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// RedactorSetup is what a redactor on the partner's side needs to work for the
// open round: its transcripts then compare with those of the server.
type RedactorSetup struct {
	PartnerID uuid.UUID
	Round     uuid.UUID
	// Key is the round's pseudonym key. It goes over the signed-in connection
	// to the partner's own people only, and is kept in memory there.
	Key                  [roundKeySize]byte
	Names                []byte // the round's name table, JSON
	Config               integration.Config
	ConfigDigest         string // SHA-256 of the integration.yaml, hex
	ConfigurationVersion int
}

// HandOverRedactor gives the setup for the test run's round to somebody who may
// add captures to it; each time is in the audit log.
func (a *App) HandOverRedactor(ctx context.Context, cmd Command, integrationID, run uuid.UUID) (RedactorSetup, error) {
	return a.handOver(ctx, cmd, "redactor.hand_over", integrationID, run)
}

// HandOverExporterKey gives the value of the environment variable that a
// partner's back-channel exporter reads (docs/back_channel.md), to the same
// people and under the same conditions.
func (a *App) HandOverExporterKey(ctx context.Context, cmd Command, integrationID, run uuid.UUID) (string, error) {
	setup, err := a.handOver(ctx, cmd, "exporter_key.show", integrationID, run)
	if err != nil {
		return "", err
	}
	return setup.Round.String() + ":" + hex.EncodeToString(setup.Key[:]), nil
}

func (a *App) handOver(ctx context.Context, cmd Command, action string, integrationID, run uuid.UUID) (RedactorSetup, error) {
	in := NewCapture{Integration: integrationID, Run: run, Kind: store.CaptureBrowser}
	if _, err := a.roundForCapture(ctx, cmd, in); err != nil {
		return RedactorSetup{}, err
	}
	base, err := a.loadCaptureBase(ctx, cmd, in)
	if err != nil {
		return RedactorSetup{}, err
	}
	key, err := a.openRoundKey(base.round)
	if err != nil {
		return RedactorSetup{}, err
	}
	cmd.Key = "" // each time counts
	_, err = a.write(ctx, cmd, func(_ context.Context, w *Write) (uuid.UUID, error) {
		w.Audit(action, base.run.PartnerID, integrationID, audit.Object{ID: base.round.ID.String(), Kind: "round"},
			map[string]audit.Value{"run": audit.Int(base.run.Number), "round": audit.Int(base.round.Number)})
		return base.round.ID, nil
	})
	if err != nil {
		return RedactorSetup{}, err
	}
	return RedactorSetup{PartnerID: base.run.PartnerID, Round: base.round.ID, Key: key, Names: base.round.Names, Config: base.integration.Config,
		ConfigDigest: base.integration.ConfigDigest, ConfigurationVersion: base.integration.ConfigurationVersion}, nil
}
