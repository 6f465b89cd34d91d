package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// The reads of `proofwalkd fsck` about stored files, in pages, each after the last.

// MadePacket is a made packet with what the log says of it.
type MadePacket struct {
	ID             uuid.UUID
	RevisionNumber int
	Edition        int
	Digest         string  // SHA-256 of the archive
	PacketJSON     *string // SHA-256 of packet.json
	Bytes          *int64
	Checkpoint     *string // the signed note that was kept for it
	Sealed         bool    // an entry packet.seal in the log names it and PacketJSON
	Noted          bool    // an entry packet.make names it and both digests
}

// Name is what the packet is called: "r3.1".
func (p MadePacket) Name() string { return fmt.Sprintf("r%d.%d", p.RevisionNumber, p.Edition) }

// packetName is MadePacket.Name in SQL, as the audit log names a packet.
const packetName = `concat('r', r.number, '.', k.edition)`

// ListMadePackets gives the made packets after one, whatever became of them since.
func ListMadePackets(ctx context.Context, q Querier, after uuid.UUID, limit int) ([]MadePacket, error) {
	return many[MadePacket](ctx, q, "listing made packets", `
		SELECT k.id, r.number AS revision_number, k.edition, k.digest, k.packet_json, k.bytes, s.checkpoint,
			EXISTS (SELECT FROM audit_entries e JOIN audit_positions p ON p.entry_id = e.id
				WHERE e.id = s.entry_id AND e.partner_id = k.partner_id AND e.integration_id = k.integration_id AND e.action = 'packet.seal'
				AND e.object_id = `+packetName+` AND e.details->>'packet_json' = k.packet_json) AS sealed,
			EXISTS (SELECT FROM audit_entries e
				WHERE e.partner_id = k.partner_id AND e.integration_id = k.integration_id AND e.action = 'packet.make'
				AND e.object_id = `+packetName+` AND e.details->>'digest' = k.digest AND e.details->>'packet_json' = k.packet_json) AS noted
		FROM packets k JOIN revisions r ON r.partner_id = k.partner_id AND r.id = k.revision_id
		LEFT JOIN packet_seals s ON s.partner_id = k.partner_id AND s.packet_id = k.id AND s.packet_json = k.packet_json
		WHERE k.digest IS NOT NULL AND k.id > @after ORDER BY k.id LIMIT @limit`,
		pgx.NamedArgs{"after": after, "limit": limit})
}

// LostPacket is a packet that was made, as the log says, and is none now.
type LostPacket struct {
	Entry  uuid.UUID // the audit entry that says so
	Name   string
	Digest string // of the archive
}

// ListLostPackets gives the lost packets after an entry.
func ListLostPackets(ctx context.Context, q Querier, after uuid.UUID, limit int) ([]LostPacket, error) {
	return many[LostPacket](ctx, q, "listing lost packets", `
		SELECT e.id AS entry, e.object_id AS name, COALESCE(e.details->>'digest', '') AS digest FROM audit_entries e
		WHERE e.action = 'packet.make' AND e.id > @after AND NOT EXISTS (
			SELECT FROM packets k JOIN revisions r ON r.partner_id = k.partner_id AND r.id = k.revision_id
			WHERE k.partner_id = e.partner_id AND k.integration_id = e.integration_id AND k.digest IS NOT NULL AND e.object_id = `+packetName+`)
		ORDER BY e.id LIMIT @limit`, pgx.NamedArgs{"after": after, "limit": limit})
}

// StoredFile is a file of the blob store that is no packet.
type StoredFile struct {
	PartnerID uuid.UUID
	Digest    string
	Bytes     int64
}

// ListStoredFiles gives the files after one, by partner and digest.
func ListStoredFiles(ctx context.Context, q Querier, partner uuid.UUID, digest string, limit int) ([]StoredFile, error) {
	return many[StoredFile](ctx, q, "listing stored files", `
		SELECT a.partner_id, a.digest, a.bytes FROM artifacts a
		WHERE (a.partner_id, a.digest) > (@partner, @digest) AND NOT EXISTS (SELECT FROM packets k WHERE k.digest = a.digest)
		ORDER BY a.partner_id, a.digest LIMIT @limit`, pgx.NamedArgs{"partner": partner, "digest": digest, "limit": limit})
}
