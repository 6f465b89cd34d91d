package testkit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/pgembed"
	"github.com/proofwalk/proofwalk/internal/store"
)

const (
	// templateLockKey is the advisory lock of the process that makes a template.
	templateLockKey  int64 = 0x7077746d706c
	templateLockPoll       = 20 * time.Millisecond
)

// makeTemplate returns the database that every test's database is copied from.
// Its name holds the digest of the schema, so a changed migration gets a new
// one. Test binaries that run at once make it once.
func (s *server) makeTemplate() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), databaseTimeout)
	defer cancel()
	digest, err := store.SchemaDigest()
	if err != nil {
		return "", err
	}
	name := "pw_template_" + digest[:16]
	err = s.withAdmin(ctx, func(conn *pgx.Conn) error {
		if err := lockTemplates(ctx, conn); err != nil {
			return err
		}
		err := s.ensureTemplate(ctx, conn, name)
		_, unlockErr := conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", templateLockKey)
		return errors.Join(err, unlockErr)
	})
	return name, err
}

func lockTemplates(ctx context.Context, conn *pgx.Conn) error {
	for {
		var locked bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", templateLockKey).Scan(&locked); err != nil {
			return fmt.Errorf("locking the template: %w", err)
		}
		if locked {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the template: %w", ctx.Err())
		case <-time.After(templateLockPoll):
		}
	}
}

func (s *server) ensureTemplate(ctx context.Context, conn *pgx.Conn, name string) error {
	var finished bool
	err := conn.QueryRow(ctx, "SELECT datistemplate FROM pg_database WHERE datname = $1", name).Scan(&finished)
	switch {
	case err == nil && finished:
		return nil
	case err == nil:
		// Its maker died half-way.
		if _, err := conn.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			return fmt.Errorf("dropping a half-made template: %w", err)
		}
	case !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("looking up the template: %w", err)
	}
	if err := pgembed.EnsureDatabase(ctx, conn, name, ""); err != nil {
		return err
	}
	if err := store.Migrate(ctx, s.address(pgembed.OwnerRole, name), slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	// Without connections it can be copied at any time.
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+name+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false"); err != nil {
		return fmt.Errorf("finishing the template: %w", err)
	}
	return nil
}
