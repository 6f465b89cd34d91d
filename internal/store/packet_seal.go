package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// PacketSeal is what the audit log says of a packet that is being made. It is
// kept with the packet, so that every attempt makes the same bytes.
type PacketSeal struct {
	PartnerID  uuid.UUID
	PacketID   uuid.UUID
	EntryID    uuid.UUID // of the audit entry packet.seal
	PacketJSON string    // SHA-256 of packet.json, as the entry names it
	Checkpoint *string   // the signed note; nil until a checkpoint covers the entry
	Proofs     []byte    // audit/proofs.json
}

// sealIsHeld tells of a seal that its entry is held back from the log: it never
// gets a position.
const sealIsHeld = `(EXISTS (SELECT FROM audit_held h WHERE h.entry_id = packet_seals.entry_id)
			AND NOT EXISTS (SELECT FROM audit_positions p WHERE p.entry_id = packet_seals.entry_id))`

// FindPacketSeal gives what the log says of a packet with that packet.json; found
// is false before the first attempt with it, and where its entry is held back.
func FindPacketSeal(ctx context.Context, q Querier, scope auth.Scope, packet uuid.UUID, packetJSON string) (seal PacketSeal, found bool, err error) {
	rows, err := many[PacketSeal](ctx, q, "finding a packet's seal", `
		SELECT partner_id, packet_id, entry_id, packet_json, checkpoint, proofs FROM packet_seals
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND packet_id = @packet AND packet_json = @packet_json AND NOT `+sealIsHeld,
		scopeArgs(scope, pgx.NamedArgs{"packet": packet, "packet_json": packetJSON}))
	if err != nil || len(rows) == 0 {
		return PacketSeal{}, false, err
	}
	return rows[0], true, nil
}

// SavePacketSeal notes the entry that seals a packet with a packet.json, in the
// place of one that is held back; any other second one of the same is a conflict,
// since readers refuse a log with both.
func SavePacketSeal(ctx context.Context, tx Querier, s PacketSeal) error {
	return execOne(ctx, tx, "saving a packet's seal", `
		INSERT INTO packet_seals (partner_id, packet_id, entry_id, packet_json) VALUES (@partner_id, @packet_id, @entry_id, @packet_json)
		ON CONFLICT (partner_id, packet_id, packet_json) DO UPDATE SET entry_id = @entry_id WHERE packet_seals.checkpoint IS NULL AND `+sealIsHeld,
		pgx.NamedArgs{"partner_id": s.PartnerID, "packet_id": s.PacketID, "entry_id": s.EntryID, "packet_json": s.PacketJSON})
}

// SavePacketProofs keeps the checkpoint and the proofs of a seal that has none.
func SavePacketProofs(ctx context.Context, tx Querier, scope auth.Scope, s PacketSeal) error {
	return execOne(ctx, tx, "saving a packet's proofs", `
		UPDATE packet_seals SET checkpoint = @checkpoint, proofs = @proofs
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND packet_id = @packet AND entry_id = @entry AND checkpoint IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"packet": s.PacketID, "entry": s.EntryID, "checkpoint": s.Checkpoint, "proofs": s.Proofs}))
}

// PacketCheckpoint is a checkpoint that a packet holds.
type PacketCheckpoint struct {
	PacketID   uuid.UUID
	Checkpoint string
}

// ListPacketCheckpoints gives the checkpoints that packets hold.
func ListPacketCheckpoints(ctx context.Context, q Querier) ([]PacketCheckpoint, error) {
	return many[PacketCheckpoint](ctx, q, "listing the packets' checkpoints", `
		SELECT packet_id, checkpoint FROM packet_seals WHERE checkpoint IS NOT NULL ORDER BY packet_id`, nil)
}
