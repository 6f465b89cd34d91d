// Command benchpages measures how long the server takes for each kind of page
// on a large database, and how many statements each page asks for. It exits
// with 1 when a page is over its budget, and with 2 when it could not measure.
// Run it with `make bench-pages`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/jobs"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/pgembed"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	within, err := run(ctx, os.Stdout)
	stop()
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "benchpages:", err)
		os.Exit(2)
	case !within:
		os.Exit(1)
	}
}

// run fills a private PostgreSQL and measures; within tells whether all pages
// are within their budget.
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
	db, err := pgembed.Start(ctx, pgembed.Options{Dir: filepath.Join(dir, "postgres"), Logger: log})
	if err != nil {
		return false, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, db.Stop(context.WithoutCancel(ctx))) }()
	if err := store.Migrate(ctx, db.URL(pgembed.OwnerRole), log); err != nil {
		return false, err
	}
	s, err := openServer(ctx, dir, db.URL(pgembed.AppRole), log)
	if err != nil {
		return false, err
	}
	defer s.app.Store.Close()
	began := time.Now()
	world, err := s.fill(ctx, out)
	if err != nil {
		return false, fmt.Errorf("filling the database: %w", err)
	}
	// As a server that has run for a while: autovacuum has seen the new rows.
	if err := analyse(ctx, db.URL(pgembed.OwnerRole)); err != nil {
		return false, err
	}
	_, _ = fmt.Fprintf(out, "filled in %s\n\n", time.Since(began).Round(time.Second))
	results, err := s.measure(ctx, world)
	if err != nil {
		return false, err
	}
	return report(out, results)
}

// server is the app with its pages, served without a network.
type server struct {
	app     *app.App
	handler http.Handler
}

// origin is where the pages believe to be.
const origin = "http://localhost:8080"

func openServer(ctx context.Context, dir, database string, log *slog.Logger) (*server, error) {
	const connections = 10
	opened, err := store.Open(ctx, database, connections)
	if err != nil {
		return nil, err
	}
	blobs, err := blob.OpenDirectory(filepath.Join(dir, "blobs"))
	if err != nil {
		return nil, err
	}
	secret, err := keys.OpenSecret(filepath.Join(dir, "secret"))
	if err != nil {
		return nil, err
	}
	directory := keys.NewDirectory(filepath.Join(dir, "keys"), "", time.Now)
	if err := directory.Make(); err != nil {
		return nil, err
	}
	now := func() time.Time { return time.Now().UTC() }
	a := &app.App{Store: opened, Blobs: blobs, Keys: directory, Secret: secret, Now: now, Log: log, Version: "bench", PublicURL: origin}
	if a.Jobs, err = jobs.New(opened.Pool(), a, log); err != nil { // enqueues; nothing is worked meanwhile
		return nil, err
	}
	passkeys, err := auth.NewPasskeys(origin)
	if err != nil {
		return nil, err
	}
	pages, err := web.New(web.Config{App: a, Store: opened, Sessions: auth.NewSessions(store.NewSessionStore(opened), origin), Passkeys: passkeys,
		Log: log, Now: now, Origin: origin, Demo: true, Version: "bench"})
	if err != nil {
		return nil, err
	}
	return &server{app: a, handler: pages.Handler()}, nil
}
