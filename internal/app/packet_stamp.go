package app

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
)

// stampOf gives what stamps a packet's PDF; nil when nothing does. What became
// of the stamp is kept with the packet before the packet is stored, and an
// attempt after that takes what is kept: a retry makes the same bytes. An
// authority that gives nothing holds up no packet.
func (a *App) stampOf(ctx context.Context, row store.PacketSource) func([sha256.Size]byte) ([]byte, error) {
	asked := row.Stamp != nil && *row.Stamp != store.StampNone
	if a.Stamp == nil && !asked {
		return nil
	}
	return func(imprint [sha256.Size]byte) ([]byte, error) {
		if asked && *row.Stamp == store.StampUnreachable {
			return nil, nil
		}
		// A kept token is for another signature when the PDF key was changed since.
		if asked {
			if _, err := verify.ReadStamp(row.StampToken, imprint); err == nil {
				return row.StampToken, nil
			}
		}
		return a.newStamp(ctx, row, imprint)
	}
}

// newStamp asks the authority and keeps the answer.
func (a *App) newStamp(ctx context.Context, row store.PacketSource, imprint [sha256.Size]byte) ([]byte, error) {
	token, at := a.askStamp(ctx, row, imprint)
	if err := ctx.Err(); err != nil { // told to stop: the authority may be well
		return nil, err
	}
	state := store.StampStamped
	if token == nil {
		state = store.StampUnreachable
	}
	err := store.SavePacketStamp(ctx, a.Store.Reader(), auth.System().Scope(), row.ID, state, token, at)
	if err != nil {
		return nil, err
	}
	return token, nil
}

// askStamp gives nil where the authority gives no token that holds.
func (a *App) askStamp(ctx context.Context, row store.PacketSource, imprint [sha256.Size]byte) ([]byte, *time.Time) {
	if a.Stamp == nil {
		return nil, nil
	}
	token, err := a.Stamp(ctx, imprint)
	if err == nil {
		var stamp *verify.Stamp
		if stamp, err = verify.ReadStamp(token, imprint); err == nil {
			return token, &stamp.Time
		}
	}
	a.Log.Warn("a packet is sealed without a time stamp", "packet", row.ID, "cause", err.Error())
	return nil, nil
}
