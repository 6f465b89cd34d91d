package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// logPacket writes into the audit log that a packet with a packet.json of that
// digest is about to be sealed, waits until a checkpoint covers that, and gives the proofs.
// The first attempt's entry and proofs are kept for each packet.json, so that a
// later one makes the same bytes.
func (a *App) logPacket(ctx context.Context, p store.Packet, digest string) (packet.Log, error) {
	scope := auth.System().Scope()
	seal, found, err := store.FindPacketSeal(ctx, a.Store.Reader(), scope, p.ID, digest)
	if err != nil {
		return packet.Log{}, err
	}
	if !found { // or with another digest only, as a newer program writes it, or held back
		if seal, err = a.writePacketSeal(ctx, p, digest); err != nil {
			return packet.Log{}, err
		}
	}
	position, err := a.waitForPosition(ctx, seal.EntryID)
	if err != nil {
		return packet.Log{}, err
	}
	entries, err := store.LoggedEntries(ctx, a.Store.Reader(), scope, p.IntegrationID, position)
	if err != nil {
		return packet.Log{}, err
	}
	if seal.Checkpoint == nil {
		if err := a.provePacket(ctx, &seal, entries); err != nil {
			return packet.Log{}, err
		}
	}
	key, err := a.keyOfCheckpoint([]byte(*seal.Checkpoint))
	if err != nil {
		return packet.Log{}, err
	}
	out := packet.Log{Checkpoint: []byte(*seal.Checkpoint), Proofs: seal.Proofs, Key: key}
	for _, e := range entries {
		out.Entries = append(out.Entries, e.Encoded)
	}
	return out, nil
}

// writePacketSeal appends the audit entry that names the digest of packet.json.
func (a *App) writePacketSeal(ctx context.Context, p store.Packet, digest string) (store.PacketSeal, error) {
	seal := store.PacketSeal{PartnerID: p.PartnerID, PacketID: p.ID, PacketJSON: digest}
	_, err := a.write(ctx, Command{Actor: auth.System()}, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		entry, err := w.entryID()
		if err != nil {
			return uuid.Nil, err
		}
		seal.EntryID = entry
		w.Audit(packet.SealAction, p.PartnerID, p.IntegrationID, audit.Object{ID: p.Name(), Kind: "packet"},
			map[string]audit.Value{"packet_json": audit.Text(digest)})
		return p.ID, store.SavePacketSeal(ctx, w.Tx, seal)
	})
	return seal, err
}

// provePacket takes a checkpoint that covers the entries, proves that each is in
// its tree, and keeps both.
func (a *App) provePacket(ctx context.Context, seal *store.PacketSeal, entries []store.LoggedEntry) error {
	row, err := a.SignCheckpoint(ctx)
	if err != nil {
		return err
	}
	positions, leaves := make([]int64, len(entries)), make([]audit.Hash, len(entries))
	for i, e := range entries {
		positions[i], leaves[i] = e.Position, audit.LeafHash(e.Encoded)
	}
	proofs, err := audit.NewProver(row.Head(), store.AuditTiles(ctx, a.Store.Reader())).Records(positions, leaves)
	if err != nil {
		return err
	}
	seal.Checkpoint, seal.Proofs = &row.Note, audit.EncodeProofs(row.Size, positions, proofs)
	err = store.SavePacketProofs(ctx, a.Store.Reader(), auth.System().Scope(), *seal)
	if apperr.Is(err, apperr.Conflict) {
		return apperr.Wrap(apperr.Unavailable, "The packet is being made twice. This is tried again by itself.", err)
	}
	return err
}

// keyOfCheckpoint gives the public key, in DER, that signed a checkpoint of this log.
func (a *App) keyOfCheckpoint(signed []byte) ([]byte, error) {
	own, err := a.ownLogKeys()
	if err != nil {
		return nil, err
	}
	_, key, err := own.open(signed)
	return key.PublicKey, err
}
