package testkit

import (
	"log/slog"
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
	database := DB(tb)
	opened, err := store.Open(tb.Context(), database.AppURL, poolSize)
	if err != nil {
		tb.Fatalf("opening the store: %v", err)
	}
	tb.Cleanup(opened.Close)
	blobs, err := blob.OpenDirectory(tb.TempDir())
	if err != nil {
		tb.Fatalf("opening the file store: %v", err)
	}
	secret, err := keys.OpenSecret(tb.TempDir())
	if err != nil {
		tb.Fatalf("making the secret: %v", err)
	}
	jobs, err := river.NewClient(riverpgxv5.New(opened.Pool()), &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatalf("opening the job queue: %v", err)
	}
	a := &app.App{
		Store: opened, Blobs: blobs, Secret: secret, Jobs: jobs, Now: NewClock().Now,
		Log: slog.New(slog.DiscardHandler), Version: "test", PublicURL: "http://localhost:8080",
	}
	a.Keys = keys.NewDirectory(tb.TempDir(), "", func() time.Time { return a.Now() })
	if err := a.Keys.Make(); err != nil {
		tb.Fatalf("making keys: %v", err)
	}
	return a
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
