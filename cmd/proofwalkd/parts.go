package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/jobs"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/pgembed"
	"github.com/proofwalk/proofwalk/internal/store"
)

// database is the private server, or nothing when the operator has one.
type database struct {
	mu     sync.Mutex
	server *pgembed.Server
	closed bool
}

// openDatabase starts the private server when no address is given, puts its
// addresses into cfg, and migrates.
func openDatabase(ctx context.Context, cfg *config.Serve, log *slog.Logger) (*database, error) {
	db := &database{}
	if cfg.DatabaseURL == "" {
		server, err := pgembed.Start(ctx, pgembed.Options{Dir: cfg.DatabaseDir(), Logger: log})
		if err != nil {
			return nil, fmt.Errorf("starting the private PostgreSQL: %w", err)
		}
		db.server = server // nobody else knows db yet
		cfg.DatabaseURL, cfg.DatabaseDirect = server.URL(pgembed.AppRole), server.URL(pgembed.AppRole)
		cfg.DatabaseOwner = server.URL(pgembed.OwnerRole)
		go db.revive(ctx, pgembed.Options{Dir: cfg.DatabaseDir(), Logger: log}, log)
	}
	if cfg.DatabaseDirect == "" {
		cfg.DatabaseDirect = cfg.DatabaseURL
	}
	if err := store.Migrate(ctx, cfg.DatabaseOwner, log); err != nil {
		return nil, errors.Join(fmt.Errorf("migrating: %w", err), db.close())
	}
	return db, nil
}

// revive starts the private server again when it dies by itself; its addresses
// stay the same, so the pools recover.
func (db *database) revive(ctx context.Context, opts pgembed.Options, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-db.current().Done():
		}
		if db.closing() {
			return
		}
		log.Error("the private PostgreSQL ended by itself; starting it again")
		if err := db.restart(ctx, opts); err != nil {
			log.Error("starting the private PostgreSQL again", "cause", err.Error())
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
		}
	}
}

func (db *database) current() *pgembed.Server {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.server
}

// closing says whether the server ended because it was told to.
func (db *database) closing() bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.closed
}

// restart replaces the ended server, unless everything is ending anyway.
func (db *database) restart(ctx context.Context, opts pgembed.Options) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed || ctx.Err() != nil {
		return nil
	}
	_ = db.server.Stop(ctx) // it is gone already; this only frees what is held
	server, err := pgembed.Start(ctx, opts)
	if err != nil {
		return err
	}
	db.server = server
	return nil
}

func (db *database) close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.closed = true
	if db.server == nil {
		return nil
	}
	stop, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := db.server.Stop(stop); err != nil {
		return fmt.Errorf("stopping the private PostgreSQL: %w", err)
	}
	return nil
}

// parts are what serving is made of.
type parts struct {
	app      *app.App
	sessions *scs.SessionManager
	passkeys *auth.Passkeys
	direct   *store.Store
}

// connections bounds the pool of the pages; a few times the cores is enough.
const connections = 10

// openParts opens files, database and job queue; the keys are read when they are needed.
func openParts(ctx context.Context, cfg config.Serve, log *slog.Logger) (*parts, error) {
	p := &parts{}
	secret, err := keys.OpenSecret(cfg.SecretDir())
	if err != nil {
		return nil, err
	}
	blobs, err := blob.OpenDirectory(cfg.BlobDir())
	if err != nil {
		return nil, err
	}
	fonts, err := openFonts(cfg.FontDir)
	if err != nil {
		return nil, err
	}
	pages, err := store.Open(ctx, cfg.DatabaseURL, connections)
	if err != nil {
		return nil, err
	}
	p.app = &app.App{
		Store: pages, Blobs: blobs, Keys: keys.NewDirectory(cfg.KeyDir(), cfg.KeyIdentity, time.Now), Secret: secret, Fonts: fonts, Now: func() time.Time { return time.Now().UTC() },
		Log: log, Version: version, PublicURL: cfg.Origin(),
	}
	if cfg.TimestampURL != "" {
		p.app.Stamp = newStamper(cfg.TimestampURL)
	}
	if cfg.PublicURL != "" {
		p.app.PacketsURL = cfg.Origin() + "/packets/"
	}
	p.direct, err = store.Open(ctx, cfg.DatabaseDirect, connections)
	if err != nil {
		p.close()
		return nil, err
	}
	p.app.Jobs, err = jobs.New(p.direct.Pool(), p.app, log)
	if err != nil {
		p.close()
		return nil, err
	}
	p.sessions = auth.NewSessions(store.NewSessionStore(pages), cfg.Origin())
	p.passkeys, err = auth.NewPasskeys(cfg.Origin())
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// runSequencer gives positions in the audit log beside all else; the returned
// function ends that.
func (p *parts) runSequencer(ctx context.Context) (stop func()) {
	running, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { p.app.RunSequencer(running, p.direct) })
	return func() {
		cancel()
		done.Wait()
	}
}

// close stops the workers and ends all connections.
func (p *parts) close() {
	if p.app.Jobs != nil {
		stop, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := p.app.Jobs.Stop(stop); err != nil {
			p.app.Log.Error("stopping the workers", "cause", err.Error())
		}
	}
	p.app.Store.Close()
	if p.direct != nil {
		p.direct.Close()
	}
}
