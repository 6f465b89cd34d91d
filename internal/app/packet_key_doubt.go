package app

import (
	"context"
	"time"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
)

// SealDoubt tells whether the published list of keys stands no more for what
// sealed a packet, and since when; nil while it does, or the packet is not made.
// Packets are sealed with the keys that are active when they are made, so the
// list tells which those were. A packet made just after the moment is doubted
// even where its checkpoint is older: a verifier looks closer, and it decides.
func SealDoubt(list *keys.File, p store.Packet) *time.Time {
	if list == nil || p.MadeAt == nil {
		return nil
	}
	since := map[keys.Use]*keys.Time{} // of the packet's own keys
	for _, use := range keys.Uses() {
		if k := activeAt(list.Keys, use, *p.MadeAt); k != nil {
			since[use] = k.CompromisedAt
		}
	}
	for _, use := range keys.Uses() {
		if s := since[use]; s != nil && !p.MadeAt.Before(s.Time) {
			return &s.Time
		}
	}
	// Whoever has the key of packets and another one can make an older packet too.
	if s := since[keys.UseBundle]; s != nil && (since[keys.UsePDF] != nil || since[keys.UseCheckpoint] != nil) {
		return &s.Time
	}
	return nil
}

// activeAt gives the newest key of the use that was there at the time.
func activeAt(list []keys.Key, use keys.Use, at time.Time) *keys.Key {
	var found *keys.Key
	for n := range list {
		k := &list[n]
		if k.Use == use && !k.NotBefore.After(at) && (found == nil || !k.NotBefore.Before(found.NotBefore.Time)) {
			found = k
		}
	}
	return found
}

// PublishedDoubt is SealDoubt by the list that is published now.
func (a *App) PublishedDoubt(ctx context.Context, p store.Packet) (*time.Time, error) {
	list, _, err := a.PublicKeys(ctx)
	if apperr.Is(err, apperr.NotFound) {
		return nil, nil
	}
	return SealDoubt(list, p), err
}
