package e2e

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/demo"
	"github.com/proofwalk/proofwalk/internal/jobs"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/pgembed"
	"github.com/proofwalk/proofwalk/internal/store"
)

// TestDatabaseGoesAway stops the database under a running app: pages say so
// with 503 and come back by themselves when it is there again.
func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "proofwalk-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // the database's account passes through
		t.Fatal(err)
	}
	options := pgembed.Options{Dir: filepath.Join(dir, "postgres")}
	db := startPostgreSQL(t, options)
	a := appOn(t, dir, db)
	if err := demo.Seed(t.Context(), a, io.Discard); err != nil {
		t.Fatal(err)
	}
	s := serve(t, a)
	v := s.as(t, partner)
	pages := []string{"/", "/sign-in", "/integrations/" + s.integration(t, "Lakeshore Benefits").String() + "/checklist", "/readyz"}
	for _, path := range pages {
		v.get(path).wants(http.StatusOK)
	}

	if err := db.Stop(t.Context()); err != nil {
		t.Fatalf("stopping PostgreSQL: %v", err)
	}
	for _, path := range pages {
		p := v.get(path)
		if p.Status != http.StatusServiceUnavailable || p.Header.Get("Retry-After") == "" {
			t.Errorf("%s without a database: status %d, Retry-After %q", path, p.Status, p.Header.Get("Retry-After"))
		}
		for _, inside := range []string{"goroutine", ".go:", "pgx", "SQLSTATE", "dial"} {
			if strings.Contains(string(p.Body), inside) {
				t.Errorf("%s without a database shows %q", path, inside)
			}
		}
	}
	v.get("/livez").wants(http.StatusOK)

	startPostgreSQL(t, options)
	for _, path := range pages {
		v.get(path).wants(http.StatusOK)
	}
}

func startPostgreSQL(t *testing.T, options pgembed.Options) *pgembed.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	db, err := pgembed.Start(ctx, options)
	if err != nil {
		t.Fatalf("starting PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Stop(context.Background()); err != nil {
			t.Errorf("stopping PostgreSQL: %v", err)
		}
	})
	return db
}

// appOn gives an app on a private server. Its jobs are enqueued and not worked.
func appOn(t *testing.T, dir string, db *pgembed.Server) *app.App {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	if err := store.Migrate(t.Context(), db.URL(pgembed.OwnerRole), quiet); err != nil {
		t.Fatal(err)
	}
	const connections = 4
	opened, err := store.Open(t.Context(), db.URL(pgembed.AppRole), connections)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	blobs, err := blob.OpenDirectory(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	secret, err := keys.OpenSecret(filepath.Join(dir, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	directory := keys.NewDirectory(filepath.Join(dir, "keys"), "", time.Now)
	if err := directory.Make(); err != nil {
		t.Fatal(err)
	}
	a := &app.App{Store: opened, Blobs: blobs, Keys: directory, Secret: secret, Now: utc, Log: quiet, Version: "test"}
	if a.Jobs, err = jobs.New(opened.Pool(), a, quiet); err != nil {
		t.Fatal(err)
	}
	return a
}
