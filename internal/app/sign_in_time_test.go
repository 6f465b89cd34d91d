package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// lines is a log that can be read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), text)
}

// TestAnyServerSigns: a leader without keys keeps no other server from signing,
// and says once that it cannot. While none can, every server's health says so.
func TestAnyServerSigns(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	clock := testkit.NewClock()
	a.Now = clock.Now
	keyEntry(t, a)
	said := &lines{}
	keyless := &app.App{Store: a.Store, Blobs: a.Blobs, Now: clock.Now, Log: slog.New(slog.NewTextHandler(said, nil)),
		Keys: keys.NewDirectory(filepath.Join(t.TempDir(), "none"), "", clock.Now)}
	serve := func(s *app.App) (stop func()) {
		running, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { s.RunSequencer(running, s.Store) })
		return func() {
			cancel()
			done.Wait()
		}
	}
	stopLeader := serve(keyless)
	defer stopLeader()
	entry := appendEntry(t, a, a.Store.Pool(), "sample.write")
	waitFor(t, func() bool { return position(t, a, entry) == 1 }) // it leads
	waitFor(t, func() bool {
		clock.Advance(20 * time.Second)
		troubles, err := a.Troubles(t.Context())
		must(t, err)
		return len(troubles) == 1 && strings.Contains(troubles[0], "no checkpoint")
	})
	waitFor(t, func() bool { clock.Advance(20 * time.Second); return said.count("no checkpoint was signed") > 0 })

	stopOther := serve(a)
	defer stopOther()
	for size := int64(2); size < 5; size++ {
		waitFor(t, func() bool {
			clock.Advance(20 * time.Second)
			last, err := store.LastCheckpoint(t.Context(), a.Store.Reader())
			return err == nil && last.Size == size
		})
		appendEntry(t, a, a.Store.Pool(), "sample.write")
	}
	if troubles, err := a.Troubles(t.Context()); err != nil || len(troubles) > 0 {
		t.Errorf("after the other server signed: %q, %v", troubles, err)
	}
	if n := said.count("no checkpoint was signed"); n != 1 {
		t.Errorf("said %d times that no checkpoint was signed, want once", n)
	}
}

// TestOneCheckpointAMinute: servers that sign at the same moment sign once.
func TestOneCheckpointAMinute(t *testing.T) {
	t.Parallel()
	a := testkit.App(t)
	clock := testkit.NewClock()
	a.Now = clock.Now
	keyEntry(t, a)
	sign := func() {
		if _, err := a.SignInTime(t.Context()); err != nil {
			t.Error(err)
		}
	}
	sign()
	appendEntries(t, a, 3)
	sign()
	clock.Advance(time.Minute)
	var servers sync.WaitGroup
	for range 4 {
		servers.Go(sign)
	}
	servers.Wait()
	report, err := a.CheckLog(t.Context(), nil)
	must(t, err)
	if report.Checkpoints != 2 || report.Found != 0 {
		t.Errorf("%d checkpoints, problems %q", report.Checkpoints, report.Problems)
	}
}
