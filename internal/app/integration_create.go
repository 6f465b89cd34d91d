package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// CreateIntegration adds an integration to a partner with its first
// configuration version, its checklist and its first round.
func (a *App) CreateIntegration(ctx context.Context, cmd Command, partner uuid.UUID, cfg integration.Config) (uuid.UUID, error) {
	if err := allow(cmd.Actor, auth.EditIntegration, partner); err != nil {
		return uuid.Nil, err
	}
	if err := checkConfig(cfg); err != nil {
		return uuid.Nil, err
	}
	if err := checkReveal(cmd.Actor, partner, integration.Reveal{}, cfg.Reveal); err != nil {
		return uuid.Nil, err
	}
	texts := a.gate(ctx, &cmd, place{begins: true})
	texts.config(cfg)
	if err := texts.refusal(); err != nil {
		return uuid.Nil, err
	}
	return a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i := store.Integration{PartnerID: partner, ID: store.NewID(), Name: cfg.Name, Config: cfg, ConfigDigest: integration.Digest(cfg)}
		if err := store.InsertIntegration(ctx, w.Tx, i, cmd.Actor.UserID, w.Now); err != nil {
			return uuid.Nil, nameTaken(err)
		}
		if err := store.InsertChecklistItems(ctx, w.Tx, newItems(i, w)); err != nil {
			return uuid.Nil, err
		}
		if err := a.openRound(ctx, w, i.PartnerID, i.ID, 1); err != nil {
			return uuid.Nil, err
		}
		w.Audit("integration.create", partner, i.ID, audit.Object{ID: i.ID.String(), Kind: "integration"},
			map[string]audit.Value{"configuration_version": audit.Int(1), "configuration_digest": audit.Text(i.ConfigDigest)})
		return i.ID, nil
	})
}

// checkConfig gives the messages per field as one error for the form.
func checkConfig(cfg integration.Config) error {
	if fields := integration.Validate(cfg); len(fields) > 0 {
		return apperr.InvalidFields("The description is kept here as you typed it. Change the marked fields and save again.", fields...)
	}
	return nil
}

func nameTaken(err error) error {
	if apperr.Is(err, apperr.Conflict) {
		return &apperr.Error{Kind: apperr.Invalid, Text: "The description is kept here as you typed it. Change the marked field and save again.",
			Fields: []apperr.Field{{Name: "name", Text: "Choose another name: one of your integrations has this one."}}, Cause: err}
	}
	return err
}

// newItems makes one item per requirement of the built-in template.
func newItems(i store.Integration, w *Write) []store.ChecklistItem {
	t := checklist.Builtin()
	items := make([]store.ChecklistItem, len(t.Requirements))
	for n, r := range t.Requirements {
		items[n] = store.ChecklistItem{
			PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, TemplateVersion: t.Version, RequirementID: r.ID,
			Position: n, Title: r.Title, Help: r.Help, Applies: r.Applies(i.Config), Required: r.Required, Phase: r.Phase,
			DoneBy: r.By, MayBeAsked: r.MayBeAsked, ChangedAt: w.Now,
		}
	}
	return items
}

// roundKeySize is the length of a pseudonym key in bytes.
const roundKeySize = 32

// openRound begins a round with a fresh pseudonym key, sealed.
func (a *App) openRound(ctx context.Context, w *Write, partner, integrationID uuid.UUID, number int) error {
	round := store.Round{PartnerID: partner, ID: store.NewID(), IntegrationID: integrationID, Number: number, OpenedAt: w.Now}
	sealed, err := a.Secret.Seal(randomBytes(roundKeySize), roundContext(round.ID))
	if err != nil {
		return fmt.Errorf("sealing a round's key: %w", err)
	}
	round.SealedKey = sealed
	return store.InsertRound(ctx, w.Tx, round)
}

// roundContext ties a sealed key to its round, so that it opens for no other.
func roundContext(id uuid.UUID) []byte { return []byte("round/" + id.String()) }
