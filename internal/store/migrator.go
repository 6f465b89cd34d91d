package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	migratepgx "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// migrateLockKey is the advisory lock that serialises migrating. It is our
	// own, taken by polling: a session that waits inside pg_advisory_lock holds
	// a snapshot, and CREATE INDEX CONCURRENTLY in another session waits for
	// that snapshot: a deadlock.
	migrateLockKey  int64 = 0x70726f6f6677616c
	migrateLockPoll       = 50 * time.Millisecond
)

// requiredRoles come from the private server or the operator: the owner role
// may not create roles.
var requiredRoles = []string{"proofwalk_app", "proofwalk_read"}

// migrator holds the outer lock for as long as it lives.
type migrator struct {
	*migrate.Migrate
	pool   *pgxpool.Pool
	source source.Driver
}

// withMigrator connects, waits for the lock, runs work and lets go of both.
func withMigrator(ctx context.Context, ownerURL string, log *slog.Logger, files fs.FS, work func(*migrator) error) error {
	// The pool's parser takes pool settings out of the address; a plain
	// connection would send them to the server, which refuses them.
	config, err := pgxpool.ParseConfig(ownerURL)
	if err != nil {
		return errors.New("reading the database address for migrations: it is not a PostgreSQL address")
	}
	config.MaxConns, config.MinConns = 4, 0
	config.ConnConfig.RuntimeParams["application_name"] = "proofwalkd migrate"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("connecting to migrate: %w", err)
	}
	defer pool.Close()
	unlock, err := lockMigrations(ctx, pool, log)
	if err != nil {
		return err
	}
	defer unlock()
	if err := checkRoles(ctx, pool); err != nil {
		return err
	}
	m, err := newMigrator(pool, files)
	if err != nil {
		return err
	}
	workErr := work(m)
	sourceErr, databaseErr := m.Close()
	return errors.Join(workErr, sourceErr, databaseErr)
}

func newMigrator(pool *pgxpool.Pool, files fs.FS) (*migrator, error) {
	opened, err := iofs.New(files, ".")
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	// Closing this handle leaves the pool working.
	driver, err := migratepgx.WithInstance(stdlib.OpenDBFromPool(pool), &migratepgx.Config{})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database to migrate: %w", err), opened.Close())
	}
	inner, err := migrate.NewWithInstance("embedded", opened, "postgres", driver)
	if err != nil {
		return nil, fmt.Errorf("preparing to migrate: %w", err)
	}
	return &migrator{Migrate: inner, pool: pool, source: opened}, nil
}

// lockMigrations waits for the lock on a connection of its own.
func lockMigrations(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) (unlock func(), err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to migrate: %w", err)
	}
	for waited := false; ; waited = true {
		var locked bool
		err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", migrateLockKey).Scan(&locked)
		if err != nil {
			conn.Release()
			return nil, fmt.Errorf("taking the migration lock: %w", err)
		}
		if locked {
			return func() {
				// Ending the session frees the lock, whatever state it is in.
				closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
				defer cancel()
				if err := conn.Hijack().Close(closing); err != nil {
					log.Warn("closing the connection of the migration lock", "error", err)
				}
			}, nil
		}
		if !waited {
			log.Info("another process migrates the database, waiting")
		}
		select {
		case <-ctx.Done():
			conn.Release()
			return nil, fmt.Errorf("waiting for the migration lock: %w", ctx.Err())
		case <-time.After(migrateLockPoll):
		}
	}
}

func checkRoles(ctx context.Context, pool *pgxpool.Pool) error {
	var missing []string
	err := pool.QueryRow(ctx, `
		SELECT coalesce(array_agg(wanted), '{}') FROM unnest($1::text[]) AS wanted
		WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted)`, requiredRoles).Scan(&missing)
	if err != nil {
		return fmt.Errorf("looking up the database roles: %w", err)
	}
	if len(missing) > 0 {
		return fmt.Errorf("the database roles %s are missing: as a superuser run CREATE ROLE name LOGIN for each", strings.Join(missing, " and "))
	}
	return nil
}

// version compares the database with the files.
func (m *migrator) version() (SchemaVersion, error) {
	var version SchemaVersion
	known, err := m.source.First()
	for err == nil {
		version.Known = known
		known, err = m.source.Next(known)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return SchemaVersion{}, fmt.Errorf("reading the migrations: %w", err)
	}
	version.Applied, version.Dirty, err = m.Version()
	if err != nil && !errors.Is(err, migrate.ErrNilVersion) {
		return SchemaVersion{}, fmt.Errorf("reading the schema's version: %w", err)
	}
	return version, nil
}

// explain turns the library's error, which repeats the whole migration, into
// the server's own words and what to do next.
func (m *migrator) explain(err error) error {
	var failed database.Error
	if errors.As(err, &failed) && failed.OrigErr != nil {
		err = failed.OrigErr
	}
	err = fmt.Errorf("migrating the database: %w", err)
	version, versionErr := m.version()
	if versionErr == nil && version.Dirty {
		return errors.Join(err, &DirtyError{Version: version.Applied})
	}
	return err
}
