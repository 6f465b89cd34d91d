package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// MakeNextEdition asks for the edition that takes the place of a packet on which
// nobody should rely: one that was withdrawn, or that the list of keys stands for
// no more. It says what the packet says and is sealed with the keys of now. The
// packet has to be the newest edition of the revision that was decided last;
// apperr.Conflict says what else stands in the way. After a withdrawn one somebody
// has to stand for the content being sound: a withdrawal is for good, and a packet
// that says the same may not bring it back unasked.
func (a *App) MakeNextEdition(ctx context.Context, cmd Command, integrationID, id uuid.UUID, sound bool) error {
	list, _, err := a.PublicKeys(ctx) // before the transaction: it is read from the disk
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		scope := cmd.Actor.Scope()
		if _, err := store.LockIntegration(ctx, w.Tx, scope, integrationID); err != nil {
			return uuid.Nil, err
		}
		p, err := store.FindPacket(ctx, w.Tx, scope, integrationID, id)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.WithdrawPacket, p.PartnerID); err != nil {
			return uuid.Nil, err
		}
		r, err := store.FindLastDecidedRevision(ctx, w.Tx, scope, integrationID)
		if err != nil {
			return uuid.Nil, err
		}
		if r.ID != p.RevisionID {
			return uuid.Nil, apperr.New(apperr.Conflict, fmt.Sprintf("Revision %d was decided since. No further edition is made of packets of revisions before it.", r.Number))
		}
		last, err := store.LockLastEdition(ctx, w.Tx, scope, p.RevisionID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := renewable(p, last.Packet, list); err != nil {
			return uuid.Nil, err
		}
		if last.State == store.PacketWithdrawn && !sound {
			return uuid.Nil, apperr.InvalidFields("The next edition was not asked for.", apperr.Field{Name: "sound",
				Text: "Say that the content is right: the next edition says the same and would stand as current."})
		}
		edition, err := a.renew(ctx, w, r, last)
		if err != nil {
			return uuid.Nil, err
		}
		w.Audit("packet.renew", p.PartnerID, integrationID, audit.Object{ID: fmt.Sprintf("r%d.%d", r.Number, edition), Kind: "packet"},
			map[string]audit.Value{"before": audit.Text(last.Name()), "withdrawn": audit.Bool(last.State == store.PacketWithdrawn)})
		return p.ID, nil
	})
	return err
}

// renewable refuses an edition after p where none is due; last is the newest
// edition there is.
func renewable(p, last store.Packet, list *keys.File) error {
	switch {
	case last.ID != p.ID && last.Digest == nil:
		return apperr.New(apperr.Conflict, "Packet "+last.Name()+" takes the place of this one and is being made already.")
	case last.ID != p.ID:
		return apperr.New(apperr.Conflict, "Packet "+last.Name()+" has taken the place of this one already.")
	case p.Digest == nil:
		return apperr.New(apperr.Conflict, "The packet is not made yet: no edition can take its place.")
	case !NeedsNextEdition(list, last):
		return apperr.New(apperr.Conflict, "The packet is neither withdrawn nor sealed with a compromised key: the next edition would only say the same.")
	}
	return nil
}

// NeedsNextEdition tells whether nobody should rely on a packet that was made,
// whatever it says: it was withdrawn, or the list stands no more for its keys.
func NeedsNextEdition(list *keys.File, p store.Packet) bool {
	return p.State == store.PacketWithdrawn || SealDoubt(list, p) != nil
}

// renew asks for the edition after the last, which says the same, and gives its number.
func (a *App) renew(ctx context.Context, w *Write, r store.Revision, last store.PacketSource) (edition int, err error) {
	source, err := decodeSource(last.Content)
	if err != nil {
		return 0, err
	}
	c := &source.Content
	c.Edition, c.MadeAt = last.Edition+1, packet.At(w.Now)
	return c.Edition, a.askForPacket(ctx, w, r, store.CauseRenewal, source)
}
