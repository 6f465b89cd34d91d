package testkit

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
)

// appStart is what a test's clock shows first.
var appStart = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// Clock is a clock that stands still until a test moves it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock gives a clock at the moment that App begins with.
func NewClock() *Clock { return &Clock{now: appStart} }

// Now gives the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// App gives the test an app on a database, a file store and keys of its own.
// Its clock stands still: to move it, set Now to a Clock's. Its jobs are
// enqueued and not worked.
func App(tb testing.TB) *app.App {
	tb.Helper()
	opened, err := openApp(tb.Context(), DB(tb).AppURL, tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(opened.Store.Close)
	return opened
}

// openApp opens an app on a database and a folder, in which it makes what is
// missing of files and keys. The caller closes its store.
func openApp(ctx context.Context, databaseURL, folder string) (*app.App, error) {
	blobs, err := blob.OpenDirectory(filepath.Join(folder, "blobs"))
	if err != nil {
		return nil, fmt.Errorf("opening the file store: %w", err)
	}
	secret, err := keys.OpenSecret(filepath.Join(folder, "secret"))
	if err != nil {
		return nil, fmt.Errorf("making the secret: %w", err)
	}
	opened, err := store.Open(ctx, databaseURL, poolSize)
	if err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	jobs, err := river.NewClient(riverpgxv5.New(opened.Pool()), &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		opened.Close()
		return nil, fmt.Errorf("opening the job queue: %w", err)
	}
	a := &app.App{
		Store: opened, Blobs: blobs, Secret: secret, Jobs: jobs, Now: NewClock().Now,
		Log: slog.New(slog.DiscardHandler), Version: "test", PublicURL: "http://localhost:8080",
	}
	a.Keys = keys.NewDirectory(filepath.Join(folder, "keys"), "", func() time.Time { return a.Now() })
	if err := a.Keys.Make(); err != nil {
		opened.Close()
		return nil, fmt.Errorf("making keys: %w", err)
	}
	return a, nil
}

// Partner adds a partner and gives its id.
func Partner(tb testing.TB, a *app.App, name string) uuid.UUID {
	tb.Helper()
	p := store.Partner{ID: store.NewID(), Name: name, RawUploads: "allowed", CreatedAt: a.Now()}
	if err := store.InsertPartner(tb.Context(), a.Store.Pool(), p); err != nil {
		tb.Fatalf("adding a partner: %v", err)
	}
	return p.ID
}

// Member adds a person of a partner and gives that person as the actor.
func Member(tb testing.TB, a *app.App, partner uuid.UUID, name string, role auth.PartnerRole) auth.Actor {
	tb.Helper()
	id := addUser(tb, a, name, "")
	err := store.InsertMember(tb.Context(), a.Store.Pool(), auth.System().Scope(), partner, id, role, a.Now())
	if err != nil {
		tb.Fatalf("adding a member: %v", err)
	}
	return Actor(tb, a, id)
}

// ProviderUser adds a person of the provider and gives that person as the actor.
func ProviderUser(tb testing.TB, a *app.App, name string, role auth.ProviderRole) auth.Actor {
	tb.Helper()
	return Actor(tb, a, addUser(tb, a, name, role))
}

// Actor gives a person with all roles as they stand now.
func Actor(tb testing.TB, a *app.App, id uuid.UUID) auth.Actor {
	tb.Helper()
	actor, err := store.FindActor(tb.Context(), a.Store.Reader(), id)
	if err != nil {
		tb.Fatalf("finding an actor: %v", err)
	}
	return actor
}

func addUser(tb testing.TB, a *app.App, name string, role auth.ProviderRole) uuid.UUID {
	tb.Helper()
	id := store.NewID()
	u := store.User{ID: id, Name: name, Email: id.String() + "@people.example", ProviderRole: role, CreatedAt: a.Now()}
	if err := store.InsertUser(tb.Context(), a.Store.Pool(), u); err != nil {
		tb.Fatalf("adding a user: %v", err)
	}
	return id
}
