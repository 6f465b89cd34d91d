package app

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// minReason is how many characters the reason of a withdrawal has at least: it is
// public and for good, and "no" tells nobody what is wrong.
const minReason = 20

// WithdrawPacket says that nobody should rely on a packet any more, and why. It
// stays as it is and goes on verifying; its address says that it is withdrawn.
// The reason is public. A withdrawal is for good: what was wrong is put right by
// the next revision or edition.
func (a *App) WithdrawPacket(ctx context.Context, cmd Command, integrationID, id uuid.UUID, reason string) error {
	reason, err := a.typedText(ctx, &cmd, place{integration: integrationID}, "reason", reason)
	if err != nil {
		return err
	}
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := cmd.Actor.Scope()
		p, err := store.FindPacket(ctx, w.Tx, scope, integrationID, id)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.WithdrawPacket, p.PartnerID); err != nil {
			return uuid.Nil, err
		}
		if utf8.RuneCountInString(reason) < minReason {
			return uuid.Nil, apperr.InvalidFields("The reason is too short.", apperr.Field{Name: "reason", Text: fmt.Sprintf("Say in a sentence what is wrong, in %d characters or more.", minReason)})
		}
		switch p.State {
		case store.PacketPending:
			return uuid.Nil, apperr.New(apperr.Conflict, "The packet is not made yet: there is nothing to withdraw.")
		case store.PacketWithdrawn:
			return uuid.Nil, apperr.New(apperr.Conflict, "The packet is withdrawn already.")
		}
		if err := store.WithdrawPacket(ctx, w.Tx, scope, p.ID, cmd.Actor.UserID, reason, w.Now); err != nil {
			return uuid.Nil, err
		}
		w.Audit("packet.withdraw", p.PartnerID, integrationID, audit.Object{ID: p.Name(), Kind: "packet"},
			map[string]audit.Value{"digest": audit.Text(*p.Digest)})
		return p.ID, nil
	})
	return err
}

// The states of a packet by its digest.
const (
	StatusUnknown     = "unknown"
	StatusCurrent     = "current"
	StatusSuperseded  = "superseded"
	StatusCompromised = "compromised" // the list of keys stands no more for its seal
	StatusWithdrawn   = "withdrawn"
)

// PacketStatus is what anybody may know who has the SHA-256 of a packet.
type PacketStatus struct {
	State        string
	Digest       string
	SupersededBy *string // digest of the newest edition
	// SupersederWithdrawn tells that the newest edition was withdrawn,
	// SupersederCompromised that a key that sealed it is compromised.
	SupersederWithdrawn, SupersederCompromised bool
	CompromisedAt                              *time.Time // since when a key that sealed it is compromised
	WithdrawnAt                                *time.Time
	Reason                                     *string // of the withdrawal
}

// StatusOfPacket gives the state of the packet with the digest, whoever asks. A
// digest that is none, or of no packet, is StatusUnknown and no error.
func (a *App) StatusOfPacket(ctx context.Context, digest string) (PacketStatus, error) {
	unknown := PacketStatus{State: StatusUnknown, Digest: digest}
	p, err := store.FindPacketByDigest(ctx, a.Store.Reader(), auth.System().Scope(), digest)
	if apperr.Is(err, apperr.NotFound) || apperr.Is(err, apperr.Invalid) {
		return unknown, nil
	}
	if err != nil {
		return unknown, err
	}
	newest, err := store.FindNewestEdition(ctx, a.Store.Reader(), auth.System().Scope(), p.RevisionID)
	if err != nil {
		return unknown, err
	}
	status := PacketStatus{State: StatusCurrent, Digest: digest, WithdrawnAt: p.WithdrawnAt, Reason: p.WithdrawnReason}
	if newest.ID != p.ID {
		status.State, status.SupersededBy = StatusSuperseded, newest.Digest
		status.SupersederWithdrawn = newest.State == store.PacketWithdrawn
		doubt, err := a.PublishedDoubt(ctx, newest)
		if err != nil {
			return unknown, err
		}
		status.SupersederCompromised = doubt != nil
	}
	if status.CompromisedAt, err = a.PublishedDoubt(ctx, p); err != nil {
		return unknown, err
	}
	if status.CompromisedAt != nil {
		status.State = StatusCompromised
	}
	if p.State == store.PacketWithdrawn {
		status.State = StatusWithdrawn
	}
	return status, nil
}
