// Command dumpschema writes the schema that the migrations make, as one file to
// read and to review: migrations/schema.sql. With -check it compares instead
// and exits 1 when the file is out of date.
//
// It runs the migrations on a private PostgreSQL that it throws away. The dump
// keeps rights and leaves out what the job queue's library and the migration
// library made, and what differs between versions of pg_dump.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/proofwalk/proofwalk/internal/pgembed"
	"github.com/proofwalk/proofwalk/internal/store"
)

func main() {
	check := flag.Bool("check", false, "compare the file with the migrations and change nothing")
	path := flag.String("o", filepath.Join("migrations", "schema.sql"), "the file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, *path, *check)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, path string, check bool) int {
	dumped, err := dump(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "dumpschema:", err)
		return 2
	}
	if !check {
		if err := os.WriteFile(path, []byte(dumped), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "dumpschema:", err)
			return 2
		}
		return 0
	}
	committed, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "dumpschema:", err)
		return 2
	}
	if line, same := firstDifference(string(committed), dumped); !same {
		fmt.Fprintf(os.Stderr, "%s:%d: differs from what the migrations make: run `go run ./internal/testkit/dumpschema` and look at `git diff %s`\n", path, line, path)
		return 1
	}
	return 0
}

func dump(ctx context.Context) (dumped string, err error) {
	dir, err := os.MkdirTemp("", "dumpschema-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// Run as root, the server's account has to pass through.
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", err
	}
	server, err := pgembed.Start(ctx, pgembed.Options{Dir: filepath.Join(dir, "server"), Settings: map[string]string{"fsync": "off"}})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()
	address := server.URL(pgembed.OwnerRole)
	if err := store.Migrate(ctx, address, slog.New(slog.DiscardHandler)); err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, filepath.Join(server.BinDir(), "pg_dump"), "--schema-only", "--no-owner", "--dbname="+address)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("running pg_dump: %w", err)
	}
	return normalise(string(output)), nil
}
