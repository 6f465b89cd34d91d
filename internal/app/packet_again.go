package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// AskForPacketAgain has a packet tried anew after all attempts to make it have
// failed. Its content is the one that was fixed when it was asked for first. While
// an attempt is still to come there is nothing to ask for: apperr.Conflict.
func (a *App) AskForPacketAgain(ctx context.Context, cmd Command, integrationID, id uuid.UUID) error {
	_, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := cmd.Actor.Scope()
		p, err := store.LockPacket(ctx, w.Tx, scope, integrationID, id)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.AskForPacket, p.PartnerID); err != nil {
			return uuid.Nil, err
		}
		if p.State != store.PacketPending {
			return uuid.Nil, apperr.New(apperr.Conflict, "The packet is made: there is nothing to try again.")
		}
		tried, err := store.PacketIsTried(ctx, w.Tx, BuildPacketArgs{}.Kind(), p.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if tried {
			return uuid.Nil, apperr.New(apperr.Conflict, "The packet is tried again already. Load the page again in a few seconds.")
		}
		if err := store.ClearPacketProblem(ctx, w.Tx, scope, p.ID); err != nil {
			return uuid.Nil, err
		}
		if _, err := a.Jobs.InsertTx(ctx, w.Tx, BuildPacketArgs{PacketID: p.ID}, nil); err != nil {
			return uuid.Nil, fmt.Errorf("enqueuing a packet again: %w", err)
		}
		w.Audit("packet.ask_again", p.PartnerID, integrationID, audit.Object{ID: p.Name(), Kind: "packet"}, nil)
		return p.ID, nil
	})
	return err
}

// PacketIsTried tells whether an attempt to make a packet runs or is to come.
func (a *App) PacketIsTried(ctx context.Context, p store.Packet) (bool, error) {
	return store.PacketIsTried(ctx, a.Store.Reader(), BuildPacketArgs{}.Kind(), p.ID)
}
