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
// nothing and makes no version. A save that makes items stale needs the
// agreement to exactly that: without it nothing changes, and the error is a
// *WouldVoid that says what would.
func (a *App) SaveIntegration(ctx context.Context, cmd Command, id uuid.UUID, rowVersion int, cfg integration.Config, agreement string) error {
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
		version, stale, err := a.saveChanges(ctx, w, i, changes, cfg, agreement)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("integration.save", i.PartnerID, i.ID, audit.Object{ID: i.ID.String(), Kind: "integration"}, noteStale(map[string]audit.Value{
			"configuration_version": audit.Int(version), "configuration_digest": audit.Text(integration.Digest(cfg)),
			"changed_fields": audit.Int(len(changes)),
		}, stale))
		return i.ID, nil
	})
	return err
}

// saveChanges keeps a changed description as the next version, marks what it
// makes stale and has the open round judged again. It gives the version that
// counts now and the items that turned stale.
func (a *App) saveChanges(ctx context.Context, w *Write, i store.Integration, changes []integration.Change, cfg integration.Config,
	agreement string,
) (version int, stale []string, err error) {
	if len(changes) == 0 {
		return i.ConfigurationVersion, nil, nil
	}
	version = i.ConfigurationVersion + 1
	void, err := voidedBy(ctx, w, i, changes, cfg)
	if err != nil {
		return 0, nil, err
	}
	if agreed := agreementTo(void); agreed != "" && agreed != agreement {
		return 0, nil, &WouldVoid{Items: void, Agreement: agreed}
	}
	if err := a.saveConfiguration(ctx, w, i, version, cfg); err != nil {
		return 0, nil, err
	}
	items, reasons := make([]store.ChecklistItem, len(void)), map[string]string{}
	for n, v := range void {
		items[n], reasons[v.Item.RequirementID] = v.Item, v.Reason
	}
	if stale, err = markStale(ctx, w, items, reasons); err != nil {
		return 0, nil, err
	}
	return version, stale, a.requestJudging(ctx, w.Tx, i.ID, version)
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
