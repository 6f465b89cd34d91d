package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ClaimIdempotencyKey takes a key for the running transaction. When an earlier
// write of the actor used it, done is true and result is what that write made.
// A write that is still running with the same key is waited for.
func ClaimIdempotencyKey(ctx context.Context, tx Querier, actor uuid.UUID, key string, now time.Time) (result string, done bool, err error) {
	args := pgx.NamedArgs{"actor_id": actor, "key": key}
	inserted, err := many[struct{ Key string }](ctx, tx, "claiming an idempotency key", `
		INSERT INTO idempotency_keys (actor_id, key, action, result, created_at) VALUES (@actor_id, @key, '', '', @now)
		ON CONFLICT (actor_id, key) DO NOTHING RETURNING key`,
		pgx.NamedArgs{"actor_id": actor, "key": key, "now": now})
	if err != nil || len(inserted) == 1 {
		return "", false, err
	}
	result, err = value[string](ctx, tx, "reading an idempotency key",
		`SELECT result FROM idempotency_keys WHERE actor_id = @actor_id AND key = @key`, args)
	return result, err == nil, err
}

// FindIdempotencyKey gives what an earlier write of the actor made under a key.
func FindIdempotencyKey(ctx context.Context, q Querier, actor uuid.UUID, key string) (result string, done bool, err error) {
	found, err := many[struct{ Result string }](ctx, q, "finding an idempotency key",
		`SELECT result FROM idempotency_keys WHERE actor_id = @actor_id AND key = @key`, pgx.NamedArgs{"actor_id": actor, "key": key})
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	return found[0].Result, true, nil
}

// FinishIdempotencyKey keeps the result of the write that claimed the key.
func FinishIdempotencyKey(ctx context.Context, tx Querier, actor uuid.UUID, key, action, result string) error {
	return execOne(ctx, tx, "finishing an idempotency key", `
		UPDATE idempotency_keys SET action = @action, result = @result WHERE actor_id = @actor_id AND key = @key`,
		pgx.NamedArgs{"actor_id": actor, "key": key, "action": action, "result": result})
}
