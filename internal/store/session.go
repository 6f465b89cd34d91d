package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// SessionStore keeps login sessions for the session library. Tokens arrive
// hashed. All methods take a context; the library's methods without one exist
// because its interface asks for them and are never called.
type SessionStore struct{ store *Store }

// NewSessionStore gives the session store of the database.
func NewSessionStore(s *Store) *SessionStore { return &SessionStore{store: s} }

var errNoContext = errors.New("using the session store without a context")

// FindCtx gives a session's data; found is false for unknown and expired ones.
func (s *SessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	data, err = value[[]byte](ctx, s.store.pool, "finding a session",
		`SELECT data FROM sessions WHERE token = @token AND expiry > now()`, pgx.NamedArgs{"token": token})
	if apperr.Is(err, apperr.NotFound) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx saves a session until its expiry.
func (s *SessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return exec(ctx, s.store.pool, "saving a session", `
		INSERT INTO sessions (token, data, expiry) VALUES (@token, @data, @expiry)
		ON CONFLICT (token) DO UPDATE SET data = EXCLUDED.data, expiry = EXCLUDED.expiry`,
		pgx.NamedArgs{"token": token, "data": data, "expiry": expiry})
}

// DeleteCtx ends a session, and drops those that expired long ago.
func (s *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	return exec(ctx, s.store.pool, "deleting a session",
		`DELETE FROM sessions WHERE token = @token OR expiry < now() - interval '1 day'`, pgx.NamedArgs{"token": token})
}

// Find is never called; see SessionStore.
func (s *SessionStore) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is never called; see SessionStore.
func (s *SessionStore) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is never called; see SessionStore.
func (s *SessionStore) Delete(string) error { return errNoContext }
