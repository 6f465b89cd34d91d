package store

import (
	"context"
	"io/fs"
	"log/slog"
)

// MigrateLockKey is the advisory lock that migrating holds.
const MigrateLockKey = migrateLockKey

// Migrations from other files than the product's own, for tests.
var (
	MigrateUpFiles    = migrateUp
	MigrateDownFiles  = migrateDown
	MigrateForceFiles = migrateForce
)

// MigrateVersionFiles tells how far a database is against files.
func MigrateVersionFiles(ctx context.Context, ownerURL string, files fs.FS) (SchemaVersion, error) {
	var version SchemaVersion
	err := withMigrator(ctx, ownerURL, slog.New(slog.DiscardHandler), files, func(m *migrator) error {
		var err error
		version, err = m.version()
		return err
	})
	return version, err
}
