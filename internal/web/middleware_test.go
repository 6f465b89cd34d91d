package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/web"
)

// lines takes a log of several goroutines.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// last gives the line that was written last.
func (l *lines) last(t *testing.T) map[string]any {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	all := strings.Split(strings.TrimSpace(l.buf.String()), "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(all[len(all)-1]), &line); err != nil {
		t.Fatal(err)
	}
	return line
}

func TestTheLogBelievesOnlyTrustedProxies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trusted []string
		want    string
	}{
		"no proxy":      {nil, "127.0.0.1"},
		"another proxy": {[]string{"10.0.0.0/8"}, "127.0.0.1"},
		"the proxy":     {[]string{"127.0.0.0/8"}, "203.0.113.9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &lines{}
			s := newSite(t, func(cfg *web.Config) {
				cfg.TrustedProxies, cfg.Log = c.trusted, slog.New(slog.NewJSONHandler(log, nil))
			})
			address := strings.Replace(s.Origin, "localhost", "127.0.0.1", 1) + "/link/a-secret-token?and=a-query"
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Forwarded-For", "198.51.100.7, 203.0.113.9")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if got := log.last(t); got["from"] != c.want || got["route"] != "/link/:token" {
				t.Errorf("the log says %v at %v, want %s at the route's pattern", got["from"], got["route"], c.want)
			}
			if said := log.buf.String(); strings.Contains(said, "a-secret") || strings.Contains(said, "a-query") {
				t.Error("the log repeats the token or the query")
			}
		})
	}
}

// brokenSessions answers as a database that is away.
type brokenSessions struct{}

var errAway = apperr.Wrap(apperr.Unavailable, "The database does not answer. Nothing was changed.", errors.New("away"))

func (brokenSessions) Find(string) ([]byte, bool, error)      { return nil, false, errAway }
func (brokenSessions) Commit(string, []byte, time.Time) error { return errAway }
func (brokenSessions) Delete(string) error                    { return errAway }
func (brokenSessions) FindCtx(context.Context, string) ([]byte, bool, error) {
	return nil, false, errAway
}
func (brokenSessions) DeleteCtx(context.Context, string) error { return errAway }
func (brokenSessions) CommitCtx(context.Context, string, []byte, time.Time) error {
	return errAway
}

// Without sessions every page says so, as a page whose scripts still run.
func TestSessionsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	log := &lines{}
	s := newSite(t, func(cfg *web.Config) {
		cfg.Sessions, cfg.Log = auth.NewSessions(brokenSessions{}, cfg.Origin), slog.New(slog.NewJSONHandler(log, nil))
	})
	link, err := s.NewSignInLinkFor(t.Context(), app.Command{Actor: auth.System()}, testkit.ProviderUser(t, s.App, "Dana", auth.Consultant).UserID)
	if err != nil {
		t.Fatal(err)
	}
	p := s.visitor(t).post(strings.TrimPrefix(link.Address, s.Origin), nil)
	if p.Status != http.StatusServiceUnavailable || p.Header.Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", p.Status, p.Header.Get("Retry-After"))
	}
	nonce := p.attr("script", "nonce")
	if nonce == "" || !strings.Contains(p.Header.Get("Content-Security-Policy"), "'nonce-"+nonce+"'") {
		t.Errorf("the page's scripts carry the nonce %q, the policy says %q", nonce, p.Header.Get("Content-Security-Policy"))
	}
	if !strings.Contains(log.buf.String(), p.Header.Get("X-Request-Id")) || strings.Contains(p.Body, "away") {
		t.Error("the log does not name the request, or the page shows the cause")
	}
}
