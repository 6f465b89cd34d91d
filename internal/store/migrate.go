package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/proofwalk/proofwalk/migrations"
)

// SchemaVersion compares a database with this build.
type SchemaVersion struct {
	// Applied is the number of the last migration that the database has; 0
	// means none.
	Applied uint
	// Known is the number of the newest migration that this build has.
	Known uint
	// Dirty is set when migration Applied was begun and did not finish.
	Dirty bool
}

// DirtyError says that a migration was begun and did not finish. Only a person
// can tell which state the schema is in, so nothing migrates until then.
type DirtyError struct {
	// Version is where the migration that did not finish was to lead.
	Version uint
}

func (e *DirtyError) Error() string {
	return fmt.Sprintf("the migration to version %d did not finish (dirty): find out which version the schema has, "+
		"most likely the one before, and run `proofwalkd migrate force VERSION`", e.Version)
}

// Migrate brings the schema up to date: the product's own migrations, then
// those of River, then the rights on River's tables. ownerURL must connect as
// the owner role, directly and not through a pooler. Any number of processes
// may call it at once; one works, the others wait for it. A database that is
// ahead of this build is left alone, so that an older replica can restart
// during a rolling upgrade. A *DirtyError asks for a person.
func Migrate(ctx context.Context, ownerURL string, log *slog.Logger) error {
	return migrateUp(ctx, ownerURL, log, migrations.FS)
}

// MigrateDown takes back the last steps migrations (at least 1), newest first.
// Data in what they made is lost. River's tables stay.
func MigrateDown(ctx context.Context, ownerURL string, steps int, log *slog.Logger) error {
	return migrateDown(ctx, ownerURL, steps, log, migrations.FS)
}

// MigrateVersion tells how far the database is.
func MigrateVersion(ctx context.Context, ownerURL string) (SchemaVersion, error) {
	var version SchemaVersion
	err := withMigrator(ctx, ownerURL, slog.New(slog.DiscardHandler), migrations.FS, func(m *migrator) error {
		var err error
		version, err = m.version()
		return err
	})
	return version, err
}

// MigrateForce records that the database is at version (0 means before the
// first migration) and clean. It runs no migration.
func MigrateForce(ctx context.Context, ownerURL string, version int, log *slog.Logger) error {
	return migrateForce(ctx, ownerURL, version, log, migrations.FS)
}

// SchemaDigest names the schema that Migrate makes: equal digests, equal schema.
func SchemaDigest() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".up.sql") {
			return err
		}
		content, err := fs.ReadFile(migrations.FS, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%s %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("reading the migrations: %w", err)
	}
	river, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", fmt.Errorf("reading River's migrations: %w", err)
	}
	for _, migration := range river.AllVersions() {
		if _, err := fmt.Fprintf(sum, "river %d\n%s", migration.Version, migration.SQLUp); err != nil {
			return "", err
		}
	}
	if _, err := sum.Write([]byte(finalGrants)); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func migrateUp(ctx context.Context, ownerURL string, log *slog.Logger, files fs.FS) error {
	return withMigrator(ctx, ownerURL, log, files, func(m *migrator) error {
		before, err := m.version()
		if err != nil {
			return err
		}
		switch {
		case before.Dirty:
			return &DirtyError{Version: before.Applied}
		case before.Applied > before.Known:
			log.Warn("the database is ahead of this build, migrations are left to the newer one",
				"applied", before.Applied, "known", before.Known)
			return nil
		}
		stop := context.AfterFunc(ctx, func() { m.GracefulStop <- true })
		defer stop()
		err = m.Up()
		if err != nil && !errors.Is(err, migrate.ErrNoChange) {
			return m.explain(err)
		}
		if ctx.Err() != nil { // stopped between two migrations
			return fmt.Errorf("migrating the database: %w", ctx.Err())
		}
		if before.Applied != before.Known {
			log.Info("database migrated", "from", before.Applied, "to", before.Known)
		}
		return migrateRiver(ctx, m.pool, log)
	})
}

func migrateDown(ctx context.Context, ownerURL string, steps int, log *slog.Logger, files fs.FS) error {
	return withMigrator(ctx, ownerURL, log, files, func(m *migrator) error {
		before, err := m.version()
		if err != nil {
			return err
		}
		switch {
		case before.Dirty:
			return &DirtyError{Version: before.Applied}
		case before.Applied > before.Known:
			return fmt.Errorf("the database is at version %d, this build knows %d: take it back with the newer build", before.Applied, before.Known)
		case steps < 1:
			return errors.New("taking back migrations: the number of steps must be at least 1")
		}
		err = m.Steps(-steps)
		var short migrate.ErrShortLimit
		if errors.As(err, &short) || errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("taking back migrations: fewer than %d were applied, all of them are taken back", steps)
		}
		if err != nil {
			return m.explain(err)
		}
		after, err := m.version()
		if err != nil {
			return err
		}
		log.Info("database taken back", "from", before.Applied, "to", after.Applied)
		return nil
	})
}

func migrateForce(ctx context.Context, ownerURL string, version int, log *slog.Logger, files fs.FS) error {
	return withMigrator(ctx, ownerURL, log, files, func(m *migrator) error {
		before, err := m.version()
		if err != nil {
			return err
		}
		if version < 0 || uint(version) > before.Known {
			return fmt.Errorf("forcing a schema version: it must be between 0 and %d", before.Known)
		}
		target := version
		if version == 0 {
			target = database.NilVersion
		}
		if err := m.Force(target); err != nil {
			return fmt.Errorf("forcing a schema version: %w", err)
		}
		log.Warn("schema version forced", "from", before.Applied, "to", version)
		return nil
	})
}

// finalGrants gives the app role its rights on what River made, and lets it
// read the schema's version. River's own migrations grant nothing.
const finalGrants = `
DO $$
DECLARE made record;
BEGIN
	FOR made IN SELECT oid::regclass AS name, relkind FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relname LIKE 'river\_%' AND relkind IN ('r', 'p', 'v', 'S')
	LOOP
		IF made.relkind = 'S' THEN
			EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO proofwalk_app', made.name);
		ELSE
			EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO proofwalk_app', made.name);
		END IF;
	END LOOP;
END $$;
GRANT SELECT ON schema_migrations TO proofwalk_app, proofwalk_read;
`

func migrateRiver(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	river, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: log})
	if err != nil {
		return fmt.Errorf("preparing the job queue's migrations: %w", err)
	}
	if _, err := river.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrating the job queue: %w", err)
	}
	if _, err := pool.Exec(ctx, finalGrants); err != nil {
		return fmt.Errorf("granting rights on the job queue: %w", err)
	}
	return nil
}
