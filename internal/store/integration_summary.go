package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// IntegrationSummary is where one integration stands: what its head, its turn
// strip and the board are drawn from. Counts are of items that apply.
type IntegrationSummary struct {
	PartnerID       uuid.UUID
	PartnerName     string
	ID              uuid.UUID
	Name            string
	Protocol        string
	UseCases        []string
	Environment     string
	ExpectedAPIHost string
	LaunchDate      string // YYYY-MM-DD or empty
	ConsultantID    *uuid.UUID
	ConsultantName  string // empty without a consultant
	Stage           Stage
	StageSince      time.Time
	CreatedAt       time.Time

	// Items is the sum of the six counts after it: a stale item counts as stale
	// only, whatever its state.
	Items         int
	Open          int
	Claimed       int
	Accepted      int
	Returned      int
	NotApplicable int
	Stale         int
	// OpenRequired counts required review-phase items of the partner that are open.
	OpenRequired int
	Runs         int
	OpenRemarks  int

	// SubmittedRevision is the number of the revision in review, 0 for none.
	SubmittedRevision int
	SubmittedAt       *time.Time
	// LastRevision is the number of the newest revision, 0 for none.
	LastRevision int
	// WalkthroughState is empty when none is planned for the newest revision.
	WalkthroughState string
	WalkthroughFor   *time.Time
	// Outcome is the newest walkthrough's outcome, empty before it.
	Outcome string
	Packets int
	// SignedOff are the parts that signed off the newest revision.
	SignedOff []string
	// NewestPacket names the newest revision's newest packet, "r1.5"; empty without one.
	NewestPacket       string
	NewestPacketState  PacketState
	NewestPacketMadeAt *time.Time
	// NewestPacketDoubted tells that the list of keys stands no more for that packet's
	// seal: app adds it, the database knows nothing of keys.
	NewestPacketDoubted bool `db:"-"`
	// ReadablePacketID is the newest revision's newest packet that is made; nil without one.
	ReadablePacketID *uuid.UUID
	// QuestionsToPartner and QuestionsToProvider count the questions about the newest
	// revision's packets that nobody has answered, by the side that did not ask.
	QuestionsToPartner, QuestionsToProvider int
}

// OpenQuestions counts those of both sides.
func (s IntegrationSummary) OpenQuestions() int { return s.QuestionsToPartner + s.QuestionsToProvider }

// DecidedRevision is the number of the revision that was decided last, 0 for none.
func (s IntegrationSummary) DecidedRevision() int {
	if s.SubmittedRevision > 0 {
		return s.SubmittedRevision - 1
	}
	return s.LastRevision
}

const summarySelect = `
	SELECT i.partner_id, p.name AS partner_name, i.id, i.name,
	       v.config->>'protocol' AS protocol, ARRAY(SELECT jsonb_array_elements_text(COALESCE(NULLIF(v.config->'use_cases', 'null'), '[]'))) AS use_cases,
	       v.config->>'environment' AS environment, v.config->>'expected_api_host' AS expected_api_host,
	       COALESCE(v.config->'launch'->>'date', '') AS launch_date,
	       i.consultant_id, COALESCE(c.name, '') AS consultant_name, i.stage, i.stage_since, i.created_at,
	       n.items, n.open, n.claimed, n.accepted, n.returned, n.not_applicable, n.stale, n.open_required,
	       (SELECT count(*) FROM test_runs t WHERE t.partner_id = i.partner_id AND t.integration_id = i.id) AS runs,
	       (SELECT count(*) FROM remarks r WHERE r.partner_id = i.partner_id AND r.integration_id = i.id AND r.state = 'open') AS open_remarks,
	       COALESCE(s.number, 0) AS submitted_revision, s.submitted_at, COALESCE(l.number, 0) AS last_revision,
	       COALESCE(w.state, '') AS walkthrough_state, w.planned_for AS walkthrough_for,
	       COALESCE(o.decision, '') AS outcome,
	       (SELECT count(*) FROM packets k WHERE k.partner_id = i.partner_id AND k.integration_id = i.id) AS packets,
	       ARRAY(SELECT o.part FROM sign_offs o WHERE o.partner_id = i.partner_id AND o.revision_id = l.id) AS signed_off,
	       COALESCE('r' || l.number || '.' || e.edition, '') AS newest_packet, COALESCE(e.state, '') AS newest_packet_state, e.made_at AS newest_packet_made_at,
	       (SELECT k.id FROM packets k WHERE k.partner_id = i.partner_id AND k.revision_id = l.id AND k.digest IS NOT NULL
	        ORDER BY k.edition DESC LIMIT 1) AS readable_packet_id,
	       q.questions_to_partner, q.questions_to_provider
	FROM integrations i
	JOIN partners p ON p.id = i.partner_id
	JOIN configuration_versions v ON v.partner_id = i.partner_id AND v.integration_id = i.id AND v.version = i.configuration_version
	LEFT JOIN users c ON c.id = i.consultant_id
	LEFT JOIN revisions s ON s.partner_id = i.partner_id AND s.integration_id = i.id AND s.state = 'submitted'
	LEFT JOIN LATERAL (SELECT r.id, r.number FROM revisions r WHERE r.partner_id = i.partner_id AND r.integration_id = i.id
	                   ORDER BY r.number DESC LIMIT 1) l ON true
	LEFT JOIN walkthroughs w ON w.partner_id = i.partner_id AND w.revision_id = l.id
	LEFT JOIN LATERAL (SELECT d.decision FROM decisions d WHERE d.partner_id = i.partner_id AND d.revision_id = l.id
	                   AND d.decision IN ('go', 'go_with_conditions', 'no_go') ORDER BY d.received_at DESC LIMIT 1) o ON true
	LEFT JOIN LATERAL (SELECT k.edition, k.state, k.made_at FROM packets k WHERE k.partner_id = i.partner_id AND k.revision_id = l.id
	                   ORDER BY k.edition DESC LIMIT 1) e ON true
	JOIN LATERAL (
	    SELECT count(*) FILTER (WHERE a.provider_role IS NOT NULL) AS questions_to_partner, count(*) FILTER (WHERE a.provider_role IS NULL) AS questions_to_provider
	    FROM packets k JOIN questions x ON x.partner_id = k.partner_id AND x.packet_id = k.id JOIN users a ON a.id = x.asked_by
	    WHERE k.partner_id = i.partner_id AND k.revision_id = l.id AND x.answer IS NULL) q ON true
	JOIN LATERAL (
	    SELECT count(*) AS items,
	           count(*) FILTER (WHERE x.state = 'open' AND x.stale_reason IS NULL) AS open,
	           count(*) FILTER (WHERE x.state = 'claimed' AND x.stale_reason IS NULL) AS claimed,
	           count(*) FILTER (WHERE x.state = 'accepted' AND x.stale_reason IS NULL) AS accepted,
	           count(*) FILTER (WHERE x.state = 'returned' AND x.stale_reason IS NULL) AS returned,
	           count(*) FILTER (WHERE x.state = 'not_applicable' AND x.stale_reason IS NULL) AS not_applicable,
	           count(*) FILTER (WHERE x.stale_reason IS NOT NULL) AS stale,
	           count(*) FILTER (WHERE x.required AND x.phase = 'review' AND x.done_by <> 'consultant' AND x.state = 'open') AS open_required
	    FROM checklist_items x WHERE x.partner_id = i.partner_id AND x.integration_id = i.id AND x.applies) n ON true
	WHERE (@all_partners OR i.partner_id = ANY(@partners))`

// FindIntegrationSummary gives one integration's summary.
func FindIntegrationSummary(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID) (IntegrationSummary, error) {
	return one[IntegrationSummary](ctx, q, "finding an integration's summary", summarySelect+` AND i.id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"id": id}))
}

// ListIntegrationSummaries gives all integrations in scope, by partner and name.
func ListIntegrationSummaries(ctx context.Context, q Querier, scope auth.Scope) ([]IntegrationSummary, error) {
	return many[IntegrationSummary](ctx, q, "listing integrations", summarySelect+` ORDER BY lower(p.name), lower(i.name)`,
		scopeArgs(scope, nil))
}
