package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"

	"github.com/proofwalk/proofwalk/internal/config"
)

// operatorLog is the log of the operator's commands: their results are on
// stdout, so only warnings are worth a line.
func operatorLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// settle fills in the defaults and refuses contradictions, as serving does.
func settle(cfg *config.Serve) error {
	if cfg.DataDir == "" {
		cfg.DataDir = defaultDataDir()
	}
	return cfg.Check()
}

// withParts runs fn with the same database, keys and files as serving. It
// works beside a running server, and starts the private PostgreSQL for itself
// when none runs.
func withParts(ctx context.Context, cfg config.Serve, out io.Writer, fn func(context.Context, *parts, io.Writer) error) (err error) {
	if err := settle(&cfg); err != nil {
		return err
	}
	log := operatorLog()
	watched, unwatch := context.WithCancel(ctx)
	db, err := openDatabase(watched, &cfg, log)
	if err != nil {
		unwatch()
		return err
	}
	defer func() {
		unwatch() // first, so that the end of the private server is no surprise
		err = errors.Join(err, db.close())
	}()
	p, err := openParts(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer p.close()
	return fn(ctx, p, out)
}
