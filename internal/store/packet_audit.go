package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// PacketOpens is how often a packet was opened, as the audit log has it.
type PacketOpens struct {
	Downloads, Readings, Summaries int
	People                         int // who did any of them
}

// CountPacketOpens counts who took a packet's archive or summary and who read it;
// packet is its name, "r3.1".
func CountPacketOpens(ctx context.Context, q Querier, scope auth.Scope, partner, integration uuid.UUID, packet string) (PacketOpens, error) {
	return one[PacketOpens](ctx, q, "counting who opened a packet", `
		SELECT count(*) FILTER (WHERE action = 'packet.download') AS downloads, count(*) FILTER (WHERE action = 'packet.view') AS readings,
			count(*) FILTER (WHERE action = 'packet.summary') AS summaries, count(DISTINCT actor_id) AS people
		FROM audit_entries
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND partner_id = @partner AND integration_id = @integration
			AND object_kind = 'packet' AND object_id = @packet AND action IN ('packet.download', 'packet.view', 'packet.summary')`,
		scopeArgs(scope, pgx.NamedArgs{"partner": partner, "integration": integration, "packet": packet}))
}

// ListPacketAudit is ListAudit for the entries about one packet, by its name.
func ListPacketAudit(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID, packet string, before uuid.UUID, limit int) ([]AuditRow, error) {
	return many[AuditRow](ctx, q, "listing audit entries of a packet", auditSelect+`
		  AND e.object_kind = 'packet' AND e.object_id = @packet
		  AND (@before = '00000000-0000-0000-0000-000000000000'::uuid OR e.id < @before)
		ORDER BY e.id DESC LIMIT @limit`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "packet": packet, "before": before, "limit": limit}))
}

// NotedView names an audit entry and what it must say.
type NotedView struct {
	Entry, Actor, Integration uuid.UUID
	Action, Packet            string
	After                     time.Time
}

// PacketViewNoted tells whether the entry says that the actor did the act to the
// packet after the time.
func PacketViewNoted(ctx context.Context, q Querier, scope auth.Scope, v NotedView) (bool, error) {
	return value[bool](ctx, q, "finding the view of a packet", `
		SELECT EXISTS (SELECT FROM audit_entries
			WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @entry AND actor_id = @actor AND integration_id = @integration
				AND object_kind = 'packet' AND object_id = @packet AND action = @action AND at > @after)`,
		scopeArgs(scope, pgx.NamedArgs{"entry": v.Entry, "actor": v.Actor, "integration": v.Integration, "packet": v.Packet, "action": v.Action, "after": v.After}))
}
