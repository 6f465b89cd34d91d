// Command benchlog measures what the audit log costs: an audit entry in the
// transaction of a write, beside a plain insert of the same row in the same run,
// by 32 writers, without and with one writer that sleeps in its transaction; and
// how many entries a second get their positions in the tree. It runs on a private
// PostgreSQL that syncs to disk. It exits with 1 when a goal is missed, and with
// 2 when it could not measure. Run it with `make bench-log`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/pgembed"
	"github.com/proofwalk/proofwalk/internal/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	within, err := run(ctx, os.Stdout)
	stop()
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "benchlog:", err)
		os.Exit(2)
	case !within:
		os.Exit(1)
	}
}

// bench is the database under measurement.
type bench struct {
	app    *app.App
	direct *store.Store
	pool   *pgxpool.Pool // of the writers
}

func run(ctx context.Context, out io.Writer) (within bool, err error) {
	dir, err := os.MkdirTemp("", "proofwalk-bench-")
	if err != nil {
		return false, fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o711); err != nil { // the database's account passes through
		return false, fmt.Errorf("opening the folder: %w", err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err := pgembed.Start(ctx, pgembed.Options{Dir: filepath.Join(dir, "postgres")})
	if err != nil {
		return false, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, db.Stop(context.WithoutCancel(ctx))) }()
	if err := store.Migrate(ctx, db.URL(pgembed.OwnerRole), log); err != nil {
		return false, err
	}
	b, err := open(ctx, dir, db, log)
	if err != nil {
		return false, err
	}
	defer b.close()
	if err := b.prepare(ctx, db.URL(pgembed.OwnerRole)); err != nil {
		return false, err
	}
	writes, err := b.measureWrites(ctx, out)
	if err != nil {
		return false, err
	}
	rate, err := b.measureSequencer(ctx, out)
	return writes && rate, err
}

// open opens the app with its stores.
func open(ctx context.Context, dir string, db *pgembed.Server, log *slog.Logger) (*bench, error) {
	const connections = 4
	opened, err := store.Open(ctx, db.URL(pgembed.AppRole), connections)
	if err != nil {
		return nil, err
	}
	direct, err := store.Open(ctx, db.URL(pgembed.AppRole), connections)
	if err != nil {
		return nil, err
	}
	directory := keys.NewDirectory(filepath.Join(dir, "keys"), "", time.Now)
	if err := directory.Make(); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(db.URL(pgembed.AppRole))
	if err != nil {
		return nil, fmt.Errorf("reading the address: %w", err)
	}
	config.MaxConns, config.MinConns = writers+1, writers+1
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("opening the writers' connections: %w", err)
	}
	return &bench{pool: pool, direct: direct, app: &app.App{
		Store: opened, Keys: directory, Log: log, Now: func() time.Time { return time.Now().UTC() }}}, nil
}

func (b *bench) close() {
	b.pool.Close()
	b.app.Store.Close()
	b.direct.Close()
}

// goal prints a figure beside its goal and tells whether it is met.
func goal(out io.Writer, what string, got float64, met bool, limit string) bool {
	word := "met"
	if !met {
		word = "MISSED"
	}
	_, _ = fmt.Fprintf(out, "  %-58s %10.2f  goal %-12s %s\n", what, got, limit, word)
	return met
}
