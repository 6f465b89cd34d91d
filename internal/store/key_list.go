package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// KeyList is a keys.json that a server of this database had.
type KeyList struct {
	Digest     string // SHA-256 of List, hex
	Root       string // fingerprint of the root that signed it
	List       []byte
	IssuedAt   time.Time
	RecordedAt time.Time
}

const keyListColumns = `digest, root, list, issued_at, recorded_at`

// HasKeyList tells whether the list with the digest is recorded.
func HasKeyList(ctx context.Context, q Querier, digest string) (bool, error) {
	return value[bool](ctx, q, "looking for a list of keys", `SELECT EXISTS (SELECT FROM key_lists WHERE digest = @digest)`,
		pgx.NamedArgs{"digest": digest})
}

// HasNewerKeyList tells whether a list of the root is recorded that was issued later.
func HasNewerKeyList(ctx context.Context, q Querier, root string, issuedAt time.Time) (bool, error) {
	return value[bool](ctx, q, "looking for a newer list of keys", `
		SELECT EXISTS (SELECT FROM key_lists WHERE root = @root AND issued_at > @issued_at)`, pgx.NamedArgs{"root": root, "issued_at": issuedAt})
}

// FindLastKeyList gives the list that was recorded last.
func FindLastKeyList(ctx context.Context, q Querier) (KeyList, error) {
	return one[KeyList](ctx, q, "finding the last list of keys", `
		SELECT `+keyListColumns+` FROM key_lists ORDER BY recorded_at DESC, issued_at DESC LIMIT 1`, pgx.NamedArgs{})
}

// InsertKeyList records a list; of two servers that do so at once the second
// gets apperr.Conflict.
func InsertKeyList(ctx context.Context, tx Querier, l KeyList) error {
	return exec(ctx, tx, "recording a list of keys", `
		INSERT INTO key_lists (`+keyListColumns+`) VALUES (@digest, @root, @list, @issued_at, @recorded_at)`,
		pgx.NamedArgs{"digest": l.Digest, "root": l.Root, "list": l.List, "issued_at": l.IssuedAt, "recorded_at": l.RecordedAt})
}

// KeysInUse tells whether keys were ever used with this database: a list of
// them is recorded, or a packet was made.
func KeysInUse(ctx context.Context, q Querier) (bool, error) {
	return value[bool](ctx, q, "asking whether keys are in use", `
		SELECT EXISTS (SELECT FROM key_lists) OR EXISTS (SELECT FROM packets WHERE digest IS NOT NULL)`, pgx.NamedArgs{})
}
