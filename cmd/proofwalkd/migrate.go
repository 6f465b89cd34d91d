package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/pgembed"
	"github.com/proofwalk/proofwalk/internal/store"
)

type migrateCommand struct {
	Up      migrateUpCommand      `cmd:"" help:"Bring the schema up to date."`
	Down    migrateDownCommand    `cmd:"" help:"Take back the last migrations; data in what they made is lost."`
	Version migrateVersionCommand `cmd:"" help:"Say which version the schema has and which this build knows."`
	Force   migrateForceCommand   `cmd:"" help:"Record that the schema has a version, after a migration that did not finish."`
}

type migrateUpCommand struct{ config.Serve }

// Run brings the schema up to date.
func (c *migrateUpCommand) Run(ctx context.Context, out io.Writer) error {
	return withOwner(ctx, c.Serve, func(owner string) error {
		if err := store.Migrate(ctx, owner, operatorLog()); err != nil {
			return err
		}
		return printVersion(ctx, out, owner)
	})
}

type migrateDownCommand struct {
	config.Serve
	Steps int `default:"1" help:"How many migrations to take back."`
}

// Run takes back the last migrations.
func (c *migrateDownCommand) Run(ctx context.Context, out io.Writer) error {
	return withOwner(ctx, c.Serve, func(owner string) error {
		if err := store.MigrateDown(ctx, owner, c.Steps, operatorLog()); err != nil {
			return err
		}
		return printVersion(ctx, out, owner)
	})
}

type migrateVersionCommand struct{ config.Serve }

// Run prints the version.
func (c *migrateVersionCommand) Run(ctx context.Context, out io.Writer) error {
	return withOwner(ctx, c.Serve, func(owner string) error { return printVersion(ctx, out, owner) })
}

type migrateForceCommand struct {
	config.Serve
	Number int `arg:"" help:"The version that the schema has; 0 is before the first migration."`
}

// Run records the version.
func (c *migrateForceCommand) Run(ctx context.Context, out io.Writer) error {
	return withOwner(ctx, c.Serve, func(owner string) error {
		if err := store.MigrateForce(ctx, owner, c.Number, operatorLog()); err != nil {
			return err
		}
		return printVersion(ctx, out, owner)
	})
}

func printVersion(ctx context.Context, out io.Writer, owner string) error {
	v, err := store.MigrateVersion(ctx, owner)
	if err != nil {
		return err
	}
	state := ""
	if v.Dirty {
		state = ", and its migration did not finish"
	}
	_, err = fmt.Fprintf(out, "The schema has version %d of %d%s.\n", v.Applied, v.Known, state)
	return err
}

// withOwner runs fn with the owner role's address of the same database as
// serving, without migrating first.
func withOwner(ctx context.Context, cfg config.Serve, fn func(owner string) error) (err error) {
	if err := settle(&cfg); err != nil {
		return err
	}
	if cfg.DatabaseOwner != "" {
		return fn(cfg.DatabaseOwner)
	}
	server, err := pgembed.Start(ctx, pgembed.Options{Dir: cfg.DatabaseDir(), Logger: operatorLog()})
	if err != nil {
		return fmt.Errorf("starting the private PostgreSQL: %w", err)
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		err = errors.Join(err, server.Stop(stop))
	}()
	return fn(server.URL(pgembed.OwnerRole))
}
