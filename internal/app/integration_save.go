package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// SaveIntegration keeps a changed description as the next configuration
// version. rowVersion is that of the form; when somebody saved in between it is
// apperr.Conflict and nothing changes. Saving what is there already changes
// nothing and makes no version.
func (a *App) SaveIntegration(ctx context.Context, cmd Command, id uuid.UUID, rowVersion int, cfg integration.Config) error {
	if err := checkConfig(cfg); err != nil {
		return err
	}
	texts := a.gate(ctx, &cmd, place{integration: id})
	texts.config(cfg)
	if err := texts.refusal(); err != nil {
		return err
	}
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.LockIntegration(ctx, w.Tx, cmd.Actor.Scope(), id)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.EditIntegration, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		if i.RowVersion != rowVersion {
			return uuid.Nil, apperr.New(apperr.Conflict, "Somebody saved this description after you opened it. Nothing was overwritten: compare both below and save again.")
		}
		if err := checkReveal(cmd.Actor, i.PartnerID, i.Config.Reveal, cfg.Reveal); err != nil {
			return uuid.Nil, err
		}
		changes := integration.Diff(i.Config, cfg)
		version := i.ConfigurationVersion
		if len(changes) > 0 {
			version++
			if err := a.saveConfiguration(ctx, w, i, version, cfg); err != nil {
				return uuid.Nil, err
			}
		}
		w.Audit("integration.save", i.PartnerID, i.ID, audit.Object{ID: i.ID.String(), Kind: "integration"}, map[string]audit.Value{
			"configuration_version": audit.Int(version), "configuration_digest": audit.Text(integration.Digest(cfg)),
			"changed_fields": audit.Int(len(changes)),
		})
		return i.ID, nil
	})
	return err
}

func (a *App) saveConfiguration(ctx context.Context, w *Write, i store.Integration, version int, cfg integration.Config) error {
	err := store.InsertConfigurationVersion(ctx, w.Tx, i.PartnerID, i.ID, version, cfg, integration.Digest(cfg), w.Cmd.Actor.UserID, w.Now)
	if err != nil {
		return err
	}
	scope := w.Cmd.Actor.Scope()
	if err := store.UpdateIntegrationConfiguration(ctx, w.Tx, scope, i.ID, i.RowVersion, cfg.Name, version); err != nil {
		return nameTaken(err)
	}
	items, err := store.ListChecklistItems(ctx, w.Tx, scope, i.ID)
	if err != nil {
		return err
	}
	applies := checklist.Builtin().Applicability(cfg)
	for _, item := range items {
		if applies[item.RequirementID] != item.Applies {
			if err := store.SetItemApplies(ctx, w.Tx, scope, item.ID, applies[item.RequirementID], w.Now); err != nil {
				return err
			}
		}
	}
	return nil
}
