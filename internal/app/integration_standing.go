package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// IntegrationSummary is the store's, with what the published list of keys says of
// the newest packet.
func (a *App) IntegrationSummary(ctx context.Context, scope auth.Scope, id uuid.UUID) (store.IntegrationSummary, error) {
	s, err := store.FindIntegrationSummary(ctx, a.Store.Reader(), scope, id)
	if err != nil {
		return s, err
	}
	one := []store.IntegrationSummary{s}
	err = a.addSealDoubts(ctx, one)
	return one[0], err
}

// IntegrationSummaries are those of all integrations in scope, as IntegrationSummary gives one.
func (a *App) IntegrationSummaries(ctx context.Context, scope auth.Scope) ([]store.IntegrationSummary, error) {
	all, err := store.ListIntegrationSummaries(ctx, a.Store.Reader(), scope)
	if err != nil {
		return nil, err
	}
	return all, a.addSealDoubts(ctx, all)
}

func (a *App) addSealDoubts(ctx context.Context, all []store.IntegrationSummary) error {
	if !slices.ContainsFunc(all, func(s store.IntegrationSummary) bool { return s.NewestPacketMadeAt != nil }) {
		return nil
	}
	list, _, err := a.PublicKeys(ctx)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	for n := range all {
		all[n].NewestPacketDoubted = SealDoubt(list, store.Packet{MadeAt: all[n].NewestPacketMadeAt}) != nil
	}
	return nil
}
