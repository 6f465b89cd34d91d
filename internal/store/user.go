package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// User is a person who can sign in.
type User struct {
	ID           uuid.UUID
	Name         string
	Email        string
	ProviderRole auth.ProviderRole // empty for partners' people
	Disabled     bool
	CreatedAt    time.Time
	Passkeys     int
	// Joined is true from the first use of a link on.
	Joined bool
}

// Member is a person of a partner.
type Member struct {
	PartnerID   uuid.UUID
	PartnerName string
	UserID      uuid.UUID
	Name        string
	Email       string
	Role        auth.PartnerRole
	Disabled    bool
	Passkeys    int
	Joined      bool
}

// FindActor gives a signed-in person with all roles as they stand now. A
// disabled or unknown person is apperr.NotFound.
func FindActor(ctx context.Context, q Querier, id uuid.UUID) (auth.Actor, error) {
	type row struct {
		Name         string
		Email        string
		ProviderRole string
		Partners     []uuid.UUID
		Roles        []string
	}
	r, err := one[row](ctx, q, "finding the actor", `
		SELECT u.name, u.email, COALESCE(u.provider_role, '') AS provider_role,
		       COALESCE(array_agg(m.partner_id) FILTER (WHERE m.partner_id IS NOT NULL), '{}') AS partners,
		       COALESCE(array_agg(m.role) FILTER (WHERE m.partner_id IS NOT NULL), '{}') AS roles
		FROM users u LEFT JOIN partner_members m ON m.user_id = u.id
		WHERE u.id = @id AND u.disabled_at IS NULL
		GROUP BY u.id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return auth.Actor{}, err
	}
	actor := auth.Actor{UserID: id, Name: r.Name, Email: r.Email, ProviderRole: auth.ProviderRole(r.ProviderRole),
		Memberships: make(map[uuid.UUID]auth.PartnerRole, len(r.Partners))}
	for i, partner := range r.Partners {
		actor.Memberships[partner] = auth.PartnerRole(r.Roles[i])
	}
	return actor, nil
}

const userColumns = `u.id, u.name, u.email, COALESCE(u.provider_role, '') AS provider_role, u.disabled_at IS NOT NULL AS disabled,
	u.created_at, (SELECT count(*) FROM passkeys p WHERE p.user_id = u.id) AS passkeys,
	EXISTS (SELECT FROM sign_in_links l WHERE l.user_id = u.id AND l.used_at IS NOT NULL) AS joined`

// FindUser gives one person.
func FindUser(ctx context.Context, q Querier, id uuid.UUID) (User, error) {
	return one[User](ctx, q, "finding a user", `SELECT `+userColumns+` FROM users u WHERE u.id = @id`, pgx.NamedArgs{"id": id})
}

// FindUserByEmail gives the person with an address, whatever its letters' case.
func FindUserByEmail(ctx context.Context, q Querier, email string) (User, error) {
	return one[User](ctx, q, "finding a user by address",
		`SELECT `+userColumns+` FROM users u WHERE lower(u.email) = lower(@email)`, pgx.NamedArgs{"email": email})
}

// ListProviderUsers gives the provider's people by name.
func ListProviderUsers(ctx context.Context, q Querier) ([]User, error) {
	return many[User](ctx, q, "listing the provider's users",
		`SELECT `+userColumns+` FROM users u WHERE u.provider_role IS NOT NULL ORDER BY lower(u.name), u.id`, nil)
}

// ListUsers gives everybody by name, for the operator's command.
func ListUsers(ctx context.Context, q Querier) ([]User, error) {
	return many[User](ctx, q, "listing users", `SELECT `+userColumns+` FROM users u ORDER BY lower(u.name), u.id`, nil)
}

// CountProviderAdmins tells whether somebody can administer; disabled people do not count.
func CountProviderAdmins(ctx context.Context, q Querier) (int, error) {
	return value[int](ctx, q, "counting provider admins",
		`SELECT count(*) FROM users WHERE provider_role = 'provider_admin' AND disabled_at IS NULL`, nil)
}

// LockAdmins makes writes that depend on how many provider admins there are
// wait for each other, until the transaction ends.
func LockAdmins(ctx context.Context, tx Querier) error {
	return exec(ctx, tx, "locking the provider admins", `SELECT pg_advisory_xact_lock(@key)`, pgx.NamedArgs{"key": lockAdmins})
}

// lockAdmins is the advisory lock of LockAdmins.
const lockAdmins int64 = 0x70775f61646d

// InsertUser adds a person; an address in use is apperr.Conflict.
func InsertUser(ctx context.Context, tx Querier, u User) error {
	return exec(ctx, tx, "inserting a user", `
		INSERT INTO users (id, name, email, provider_role, created_at)
		VALUES (@id, @name, @email, NULLIF(@provider_role, ''), @created_at)`,
		pgx.NamedArgs{"id": u.ID, "name": u.Name, "email": u.Email, "provider_role": string(u.ProviderRole), "created_at": u.CreatedAt})
}

// DisableUser ends a person's access; login sessions stop with the next request.
func DisableUser(ctx context.Context, tx Querier, id uuid.UUID, at time.Time) error {
	return execOne(ctx, tx, "disabling a user",
		`UPDATE users SET disabled_at = @at, row_version = row_version + 1 WHERE id = @id AND disabled_at IS NULL`,
		pgx.NamedArgs{"id": id, "at": at})
}

// ListMembers gives the people of the partners in scope, by partner and name.
func ListMembers(ctx context.Context, q Querier, scope auth.Scope) ([]Member, error) {
	return many[Member](ctx, q, "listing members", `
		SELECT m.partner_id, p.name AS partner_name, m.user_id, u.name, u.email, m.role, u.disabled_at IS NOT NULL AS disabled,
		       (SELECT count(*) FROM passkeys k WHERE k.user_id = u.id) AS passkeys,
		       EXISTS (SELECT FROM sign_in_links l WHERE l.user_id = u.id AND l.used_at IS NOT NULL) AS joined
		FROM partner_members m JOIN users u ON u.id = m.user_id JOIN partners p ON p.id = m.partner_id
		WHERE (@all_partners OR m.partner_id = ANY(@partners))
		ORDER BY lower(p.name), lower(u.name), u.id`, scopeArgs(scope, nil))
}

// InsertMember makes a person a member of a partner.
func InsertMember(ctx context.Context, tx Querier, scope auth.Scope, partner, user uuid.UUID, role auth.PartnerRole, at time.Time) error {
	return execOne(ctx, tx, "inserting a member", `
		INSERT INTO partner_members (partner_id, user_id, role, created_at)
		SELECT p.id, @user, @role, @at FROM partners p
		WHERE p.id = @partner AND (@all_partners OR p.id = ANY(@partners))`,
		scopeArgs(scope, pgx.NamedArgs{"partner": partner, "user": user, "role": string(role), "at": at}))
}
