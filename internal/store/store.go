// Package store holds all SQL. Every function takes the context, the querier
// (a transaction or the pool), the scope of access where rows belong to a
// partner, and then its arguments. Statements are static, list their columns
// and use named arguments. A row that is not there, or not in scope, is
// apperr.NotFound.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
)

// Querier runs statements: the pool or a transaction.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Store is the database.
type Store struct{ pool *pgxpool.Pool }

// Open connects to the database as the app role. connections bounds the pool.
func Open(ctx context.Context, url string, connections int32) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("reading the database address: it is not a PostgreSQL address")
	}
	cfg.MaxConns = connections
	cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = "20000"
	cfg.ConnConfig.RuntimeParams["lock_timeout"] = "5000"
	cfg.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "20000"
	cfg.ConnConfig.RuntimeParams["application_name"] = "proofwalk"
	cfg.ConnConfig.Tracer = queryCounter{}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("opening the pool: %w", err)
	}
	return &Store{pool: pool}, nil
}

// Close ends all connections.
func (s *Store) Close() { s.pool.Close() }

// Pool gives the pool, for libraries that bring their own statements (job
// queue, login sessions).
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Reader gives the querier for reads outside a transaction.
func (s *Store) Reader() Querier { return s.pool }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return wrap("asking the database", s.pool.Ping(ctx)) }

// InTx runs fn in one transaction. It commits when fn gives nil and rolls back
// otherwise; an error of COMMIT is an error of InTx.
func (s *Store) InTx(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return inTx(ctx, s.pool, fn)
}

// inTx is InTx on the pool or on one session.
func inTx(ctx context.Context, session interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}, fn func(tx pgx.Tx) error) error {
	tx, err := session.Begin(ctx)
	if err != nil {
		return wrap("beginning a transaction", err)
	}
	// After a commit this does nothing; after a lost connection there is nothing to roll back.
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if err := fn(tx); err != nil {
		return err
	}
	return wrap("committing", tx.Commit(ctx))
}

// NewID makes a UUIDv7: ordered by time, so that tables and listings stay so.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// scopeArgs gives the two arguments of the scope condition
// (@all_partners OR partner_id = ANY(@partners)) together with more.
func scopeArgs(scope auth.Scope, more pgx.NamedArgs) pgx.NamedArgs {
	args := pgx.NamedArgs{"all_partners": scope.All, "partners": scope.Partners}
	for name, value := range more {
		args[name] = value
	}
	return args
}

// wrap turns a driver's error into one of ours, once, with a verb phrase.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	var pgErr *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return apperr.Wrap(apperr.NotFound, "There is no such page, or it is not one of yours.", fmt.Errorf("%s: %w", doing, err))
	case errors.As(err, &pgErr):
		return wrapServer(doing, pgErr)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", doing, err)
	case isConnection(err):
		return apperr.Wrap(apperr.Unavailable, "The database does not answer. Nothing was changed.", fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// wrapServer sorts what the server itself answered by SQLSTATE. The message is
// kept out: it can hold values.
func wrapServer(doing string, pgErr *pgconn.PgError) error {
	cause := fmt.Errorf("%s: SQLSTATE %s, constraint %q", doing, pgErr.Code, pgErr.ConstraintName)
	switch {
	case pgErr.Code == "22021": // a zero byte or no UTF-8
		return apperr.Wrap(apperr.Invalid, "What was sent holds bytes that no text has.", cause)
	case pgErr.Code == "23505":
		return apperr.Wrap(apperr.Conflict, "There is already one of that name.", cause)
	case pgErr.Code[:2] == "23":
		return apperr.Wrap(apperr.Conflict, "That does not fit what is stored.", cause)
	case pgErr.Code == "40001", pgErr.Code == "40P01", pgErr.Code == "55P03":
		return apperr.Wrap(apperr.Unavailable, "Somebody else changed this at the same moment. Try again.", cause)
	case pgErr.Code[:2] == "57", pgErr.Code[:2] == "53", pgErr.Code[:2] == "08":
		return apperr.Wrap(apperr.Unavailable, "The database does not answer. Nothing was changed.", cause)
	}
	return cause
}

func isConnection(err error) bool {
	var connect *pgconn.ConnectError
	var timeout interface{ Timeout() bool }
	return errors.As(err, &connect) || pgconn.Timeout(err) || errors.As(err, &timeout) ||
		errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err) || errors.Is(err, errUnexpectedEOF)
}

// one reads the single row of a statement into T by column names.
func one[T any](ctx context.Context, q Querier, doing, sql string, args pgx.NamedArgs) (T, error) {
	rows, err := q.Query(ctx, sql, pgx.StrictNamedArgs(args))
	if err != nil {
		var zero T
		return zero, wrap(doing, err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	return v, wrap(doing, err)
}

// many reads all rows of a statement into T by column names.
func many[T any](ctx context.Context, q Querier, doing, sql string, args pgx.NamedArgs) ([]T, error) {
	rows, err := q.Query(ctx, sql, pgx.StrictNamedArgs(args))
	if err != nil {
		return nil, wrap(doing, err)
	}
	v, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	return v, wrap(doing, err)
}

// value reads the single value of a statement.
func value[T any](ctx context.Context, q Querier, doing, sql string, args pgx.NamedArgs) (T, error) {
	rows, err := q.Query(ctx, sql, pgx.StrictNamedArgs(args))
	if err != nil {
		var zero T
		return zero, wrap(doing, err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	return v, wrap(doing, err)
}

// exec runs a statement that changes rows.
func exec(ctx context.Context, q Querier, doing, sql string, args pgx.NamedArgs) error {
	_, err := q.Exec(ctx, sql, pgx.StrictNamedArgs(args))
	return wrap(doing, err)
}

// execOne runs a statement that must change exactly one row; with none the row
// is gone, out of scope, or was changed since it was read: apperr.Conflict.
func execOne(ctx context.Context, q Querier, doing, sql string, args pgx.NamedArgs) error {
	tag, err := q.Exec(ctx, sql, pgx.StrictNamedArgs(args))
	if err != nil {
		return wrap(doing, err)
	}
	if tag.RowsAffected() != 1 {
		return apperr.Wrap(apperr.Conflict, "Somebody changed this after you opened it. Nothing was overwritten.",
			fmt.Errorf("%s: %d rows", doing, tag.RowsAffected()))
	}
	return nil
}
