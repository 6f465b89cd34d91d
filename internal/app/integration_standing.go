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
	a.addSealDoubts(ctx, one)
	return one[0], nil
}

// IntegrationSummaries are those of all integrations in scope, as IntegrationSummary gives one.
func (a *App) IntegrationSummaries(ctx context.Context, scope auth.Scope) ([]store.IntegrationSummary, error) {
	all, err := store.ListIntegrationSummaries(ctx, a.Store.Reader(), scope)
	if err != nil {
		return nil, err
	}
	a.addSealDoubts(ctx, all)
	return all, nil
}

// addSealDoubts looks into the list of keys. It is a hint on these pages: where the
// list cannot be read they go without, and the packet's own page fails.
func (a *App) addSealDoubts(ctx context.Context, all []store.IntegrationSummary) {
	if !slices.ContainsFunc(all, func(s store.IntegrationSummary) bool { return s.NewestPacketMadeAt != nil }) {
		return
	}
	list, _, err := a.PublicKeys(ctx)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		a.Log.ErrorContext(ctx, "reading the list of keys for the boards", "cause", err.Error())
		return
	}
	for n := range all {
		all[n].NewestPacketDoubted = SealDoubt(list, store.Packet{MadeAt: all[n].NewestPacketMadeAt}) != nil
	}
}
