package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/web"
)

type serveCommand struct {
	config.Serve
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, out io.Writer) error {
	if c.DataDir == "" {
		c.DataDir = defaultDataDir()
	}
	if err := c.Check(); err != nil {
		return err
	}
	return serve(ctx, out, c.Serve, serveOptions{})
}

// serveOptions are what the demo adds to serving.
type serveOptions struct {
	demo bool
	// prepare runs when the app stands and before the first request.
	prepare func(ctx context.Context, a *app.App) error
}

// serve starts the database when none is given, migrates, opens the app, and
// serves pages and jobs until ctx ends.
func serve(ctx context.Context, out io.Writer, cfg config.Serve, opts serveOptions) (err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	began := time.Now()
	listener, err := claimAddress(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	defer listener.Close() // closed already once the server has run
	db, err := openDatabase(ctx, &cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()

	parts, err := openParts(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer parts.close()
	if err := parts.checkKeys(ctx, log); err != nil {
		return err
	}
	if opts.prepare != nil {
		if err := opts.prepare(ctx, parts.app); err != nil {
			return err
		}
	}
	defer parts.runSequencer(ctx)()
	handler, err := parts.handler(cfg, opts, log)
	if err != nil {
		return err
	}
	if err := parts.app.RequestJudging(ctx); err != nil {
		return fmt.Errorf("asking for stored runs to be judged again: %w", err)
	}
	if err := parts.app.Jobs.Start(ctx); err != nil {
		return fmt.Errorf("starting the workers: %w", err)
	}
	go parts.watchKeys(ctx, log)
	if err := parts.greet(ctx, out, cfg, opts, time.Since(began)); err != nil {
		return err
	}
	return answer(ctx, listener, cfg, handler, log)
}

// handler is the web app, with the operator's checks beside it.
func (p *parts) handler(cfg config.Serve, opts serveOptions, log *slog.Logger) (http.Handler, error) {
	server, err := web.New(web.Config{
		App: p.app, Store: p.app.Store, Sessions: p.sessions, Passkeys: p.passkeys, Log: log, Now: p.app.Now,
		Origin: cfg.Origin(), TrustedProxies: cfg.TrustedProxy, Demo: opts.demo, Version: version,
	})
	if err != nil {
		return nil, err
	}
	return server.Handler(), nil
}

// greet prints where the app is, how its packets are recognised and, while
// there is no provider admin, the one-time link of the first.
func (p *parts) greet(ctx context.Context, out io.Writer, cfg config.Serve, opts serveOptions, took time.Duration) error {
	fingerprint := "unknown: the signing keys cannot be read"
	if f, _, err := p.app.PublicKeys(ctx); err == nil {
		fingerprint = f.Root.ID
	}
	if _, err := fmt.Fprintf(out, "Proofwalk %s is at %s (ready after %s)\nFingerprint of the root key: %s\n",
		version, cfg.Origin(), took.Round(10*time.Millisecond), fingerprint); err != nil {
		return fmt.Errorf("printing the greeting: %w", err)
	}
	if opts.demo {
		_, err := fmt.Fprintln(out, "This is the demo: open the address and choose who you are. Press Ctrl-C to stop.")
		return err
	}
	link, err := p.app.NewSetupLink(ctx)
	if err != nil || link == "" {
		return err
	}
	_, err = fmt.Fprintf(out, "Nobody administers this server yet. Open this one-time link within 15 minutes to begin:\n  %s\n", link)
	return err
}

// claimAddress takes the address before anything else is started, so that a
// second server on it ends at once and before it says that it is there.
func claimAddress(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listening: another program serves on %s; end it, or choose another address with --listen", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	return listener, nil
}

// answer serves until ctx ends, then lets running requests finish.
func answer(ctx context.Context, listener net.Listener, cfg config.Serve, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() {
		if cfg.TLSCert != "" {
			ended <- server.ServeTLS(listener, cfg.TLSCert, cfg.TLSKey)
			return
		}
		ended <- server.Serve(listener)
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		return fmt.Errorf("finishing requests: %w", err)
	}
	return nil
}

// defaultDataDir is /var/lib for root, since the database's own account must
// reach it, and the user's own data folder otherwise.
func defaultDataDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/proofwalk"
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "proofwalk")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "proofwalk-data"
	}
	return filepath.Join(home, ".local", "share", "proofwalk")
}
