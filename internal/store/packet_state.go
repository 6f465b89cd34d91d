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

// LockPacket is FindPacket and keeps the packet as it is until the transaction ends.
func LockPacket(ctx context.Context, tx Querier, scope auth.Scope, integration, id uuid.UUID) (Packet, error) {
	return one[Packet](ctx, tx, "locking a packet", `
		SELECT `+packetColumns+` FROM `+packetTables+`
		WHERE (@all_partners OR k.partner_id = ANY(@partners)) AND k.integration_id = @integration AND k.id = @id FOR UPDATE OF k`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "id": id}))
}

// PacketIsTried tells whether a job of the kind runs, or waits, for the packet.
// The queue itself is asked: what it has given up nobody tries again.
func PacketIsTried(ctx context.Context, q Querier, kind string, id uuid.UUID) (bool, error) {
	return value[bool](ctx, q, "looking for a packet's job", `
		SELECT EXISTS (SELECT FROM river_job WHERE kind = @kind AND args->>'packet_id' = @id::text AND state NOT IN ('completed', 'cancelled', 'discarded'))`,
		pgx.NamedArgs{"kind": kind, "id": id.String()})
}

// ClearPacketProblem takes back that a packet could not be made.
func ClearPacketProblem(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID) error {
	return execOne(ctx, tx, "clearing a packet's problem", `
		UPDATE packets SET problem = NULL WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND state = 'pending'`,
		scopeArgs(scope, pgx.NamedArgs{"id": id}))
}
