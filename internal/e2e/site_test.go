// Package e2e holds the tests of the whole product: real PostgreSQL, real
// browser, real packets.
package e2e

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/demo"
	"github.com/proofwalk/proofwalk/internal/jobs"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/web"
)

// site is the demo with its workers, served on localhost.
type site struct {
	*app.App
	Origin string
}

// filledDemo is the demo as `proofwalkd demo` fills it, before workers and pages.
var filledDemo = testkit.NewFilled(func(ctx context.Context, a *app.App) error {
	a.Now = utc
	var progress bytes.Buffer
	if err := demo.Seed(ctx, a, &progress); err != nil {
		return fmt.Errorf("%w\n%s", err, progress.String())
	}
	return nil
})

func utc() time.Time { return time.Now().UTC() }

// TestMain removes what the tests share.
func TestMain(m *testing.M) {
	code := m.Run()
	stopChromium()
	if err := filledDemo.Remove(); err != nil {
		fmt.Fprintf(os.Stderr, "removing the filled demo: %v\n", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// newSite gives a copy of the demo that is the test's own and serves it until the
// test ends.
func newSite(t *testing.T) *site {
	t.Helper()
	a := filledDemo.App(t)
	a.Now = utc
	s := serve(t, a)
	startWorkers(t, a) // as serving does, after the demo is filled
	return s
}

// serve serves the app's pages with the demo's buttons.
func serve(t *testing.T, a *app.App) *site {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	s := &site{App: a, Origin: "http://localhost:" + port}
	a.PublicURL = s.Origin
	passkeys, err := auth.NewPasskeys(s.Origin)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.New(web.Config{
		App: a, Store: a.Store, Sessions: auth.NewSessions(store.NewSessionStore(a.Store), s.Origin), Passkeys: passkeys,
		Log: slog.New(slog.DiscardHandler), Now: a.Now, Origin: s.Origin, Demo: true, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = pages.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// startWorkers lets jobs be worked until the test ends.
func startWorkers(t *testing.T, a *app.App) {
	t.Helper()
	client, err := jobs.New(a.Store.Pool(), a, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	a.Jobs = client
	if err := client.Start(context.Background()); err != nil {
		t.Fatalf("starting the workers: %v", err)
	}
	t.Cleanup(func() {
		stop, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := client.Stop(stop); err != nil {
			t.Errorf("stopping the workers: %v", err)
		}
	})
}

// person gives somebody of the demo by name.
func (s *site) person(t *testing.T, name string) store.User {
	t.Helper()
	users, err := store.ListUsers(t.Context(), s.Store.Reader())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if u.Name == name {
			return u
		}
	}
	t.Fatalf("%s is nobody of the demo", name)
	return store.User{}
}

// integration gives an integration by name.
func (s *site) integration(t *testing.T, name string) uuid.UUID {
	t.Helper()
	list, err := store.ListIntegrationSummaries(t.Context(), s.Store.Reader(), auth.System().Scope())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		if i.Name == name {
			return i.ID
		}
	}
	t.Fatalf("there is no integration %s", name)
	return uuid.Nil
}

// The demo's people.
const (
	admin       = "Morgan Ellery"
	consultant  = "Samira Osei"
	accountTeam = "Jonas Albrecht"
	partner     = "Priya Raman"
	quickpass   = "Tomas Lind"
)
