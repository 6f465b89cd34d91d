package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// CredentialPass says that a text which looks like a credential is none. It
// holds the text's digest only, so that no other text passes.
type CredentialPass struct {
	PartnerID     uuid.UUID
	ID            uuid.UUID
	IntegrationID uuid.UUID
	ObjectKind    string // what the write was about, as its audit entry says
	ObjectID      string
	Item          string   // requirement id, empty for none
	Field         string   // name of the form's field
	Rules         []string // what was found, see redact.CheckText
	Salt          []byte   // 32 bytes
	Digest        []byte   // PassDigest of the text
	Reason        string
	PassedBy      uuid.UUID
	PassedByName  string
	PassedAt      time.Time
}

// PassDigest is what a passed text is known by.
func PassDigest(salt []byte, text string) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Passes tells whether the pass is of this very text.
func (p CredentialPass) Passes(text string) bool {
	return hmac.Equal(p.Digest, PassDigest(p.Salt, text))
}

// ListCredentialPasses gives an integration's passes, oldest first.
func ListCredentialPasses(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]CredentialPass, error) {
	return many[CredentialPass](ctx, q, "listing credential passes", `
		SELECT p.partner_id, p.id, p.integration_id, p.object_kind, p.object_id, p.item, p.field, p.rules, p.salt, p.digest, p.reason,
		       p.passed_by, u.name AS passed_by_name, p.passed_at
		FROM credential_passes p JOIN users u ON u.id = p.passed_by
		WHERE (@all_partners OR p.partner_id = ANY(@partners)) AND p.integration_id = @integration
		ORDER BY p.passed_at, p.id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// InsertCredentialPass keeps a pass; a row never changes.
func InsertCredentialPass(ctx context.Context, tx Querier, p CredentialPass) error {
	return exec(ctx, tx, "inserting a credential pass", `
		INSERT INTO credential_passes (partner_id, id, integration_id, object_kind, object_id, item, field, rules, salt, digest, reason, passed_by, passed_at)
		VALUES (@partner_id, @id, @integration_id, @object_kind, @object_id, @item, @field, @rules, @salt, @digest, @reason, @passed_by, @passed_at)`,
		pgx.NamedArgs{"partner_id": p.PartnerID, "id": p.ID, "integration_id": p.IntegrationID, "object_kind": p.ObjectKind, "object_id": p.ObjectID,
			"item": p.Item, "field": p.Field, "rules": p.Rules, "salt": p.Salt, "digest": p.Digest, "reason": p.Reason,
			"passed_by": p.PassedBy, "passed_at": p.PassedAt})
}
