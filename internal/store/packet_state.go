package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// FindPacketByDigest gives the packet whose archive has the SHA-256.
func FindPacketByDigest(ctx context.Context, q Querier, scope auth.Scope, digest string) (Packet, error) {
	return one[Packet](ctx, q, "finding a packet by its digest", `
		SELECT `+packetColumns+` FROM `+packetTables+`
		WHERE (@all_partners OR k.partner_id = ANY(@partners)) AND k.digest = @digest`, scopeArgs(scope, pgx.NamedArgs{"digest": digest}))
}

// FindNewestEdition gives the newest edition of a revision's packet that is made.
func FindNewestEdition(ctx context.Context, q Querier, scope auth.Scope, revision uuid.UUID) (Packet, error) {
	return one[Packet](ctx, q, "finding the newest edition", `
		SELECT `+packetColumns+` FROM `+packetTables+`
		WHERE (@all_partners OR k.partner_id = ANY(@partners)) AND k.revision_id = @revision AND k.digest IS NOT NULL
		ORDER BY k.edition DESC LIMIT 1`, scopeArgs(scope, pgx.NamedArgs{"revision": revision}))
}

// WithdrawPacket marks a packet that was made as withdrawn. One that is not
// made, or withdrawn already, is not found.
func WithdrawPacket(ctx context.Context, tx Querier, scope auth.Scope, id, by uuid.UUID, reason string, now time.Time) error {
	return execOne(ctx, tx, "withdrawing a packet", `
		UPDATE packets SET state = @state, withdrawn_at = @now, withdrawn_by = @by, withdrawn_reason = @reason
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND state IN ('made', 'superseded')`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "state": string(PacketWithdrawn), "now": now, "by": by, "reason": reason}))
}
