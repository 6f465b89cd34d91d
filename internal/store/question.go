package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// Question is what a reader of a packet asked at a place of it.
type Question struct {
	PartnerID          uuid.UUID
	ID                 uuid.UUID
	IntegrationID      uuid.UUID
	PacketID           uuid.UUID
	RevisionID         uuid.UUID // of the packet
	RevisionNumber     int
	Edition            int
	Number             int    // within the integration, from 1
	Anchor             string // the place in the packet: TST-09, t-001.e4
	Text               string
	AskedBy            uuid.UUID
	AskedByName        string
	AskedByProvider    bool // true where the provider's people asked
	AskedAt            time.Time
	Answer             *string // nil while nobody has answered
	AnsweredBy         *uuid.UUID
	AnsweredByName     string
	AnsweredByProvider bool // true where the provider's people answered
	AnsweredAt         *time.Time
	RowVersion         int
}

const questionSelect = `
	SELECT n.partner_id, n.id, n.integration_id, n.packet_id, k.revision_id, r.number AS revision_number, k.edition, n.number, n.anchor, n.text,
	       n.asked_by, u.name AS asked_by_name, u.provider_role IS NOT NULL AS asked_by_provider, n.asked_at,
	       n.answer, n.answered_by, COALESCE(a.name, '') AS answered_by_name, a.provider_role IS NOT NULL AS answered_by_provider, n.answered_at, n.row_version
	FROM questions n
	JOIN packets k ON k.partner_id = n.partner_id AND k.id = n.packet_id
	JOIN revisions r ON r.partner_id = k.partner_id AND r.id = k.revision_id
	JOIN users u ON u.id = n.asked_by
	LEFT JOIN users a ON a.id = n.answered_by
	WHERE (@all_partners OR n.partner_id = ANY(@partners)) AND n.integration_id = @integration`

// ListQuestions gives the questions about a revision's packets, in order of their numbers.
func ListQuestions(ctx context.Context, q Querier, scope auth.Scope, integration, revision uuid.UUID) ([]Question, error) {
	return many[Question](ctx, q, "listing questions", questionSelect+` AND k.revision_id = @revision ORDER BY n.number`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "revision": revision}))
}

// FindQuestion gives one question about a packet.
func FindQuestion(ctx context.Context, q Querier, scope auth.Scope, integration, packet, id uuid.UUID) (Question, error) {
	return one[Question](ctx, q, "finding a question", questionSelect+` AND n.packet_id = @packet AND n.id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "packet": packet, "id": id}))
}

// InsertQuestion adds a question with the integration's next number, which it
// gives; the integration must be locked.
func InsertQuestion(ctx context.Context, tx Querier, n Question) (number int, err error) {
	return value[int](ctx, tx, "inserting a question", `
		INSERT INTO questions (partner_id, id, integration_id, packet_id, number, anchor, text, asked_by, asked_at)
		VALUES (@partner_id, @id, @integration_id, @packet_id,
			(SELECT COALESCE(max(number), 0) + 1 FROM questions WHERE partner_id = @partner_id AND integration_id = @integration_id),
			@anchor, @text, @asked_by, @asked_at)
		RETURNING number`,
		pgx.NamedArgs{"partner_id": n.PartnerID, "id": n.ID, "integration_id": n.IntegrationID, "packet_id": n.PacketID,
			"anchor": n.Anchor, "text": n.Text, "asked_by": n.AskedBy, "asked_at": n.AskedAt})
}

// SaveAnswer writes the answer to a question that has none; a stale row version
// or an answer that is there is apperr.Conflict.
func SaveAnswer(ctx context.Context, tx Querier, scope auth.Scope, n Question) error {
	return execOne(ctx, tx, "saving an answer", `
		UPDATE questions SET answer = @answer, answered_by = @answered_by, answered_at = @answered_at, row_version = row_version + 1
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND row_version = @row_version AND answer IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"id": n.ID, "answer": n.Answer, "answered_by": n.AnsweredBy, "answered_at": n.AnsweredAt,
			"row_version": n.RowVersion}))
}
