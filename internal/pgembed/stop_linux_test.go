package pgembed_test

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/pgembed"
)

// TestStopIsQuiet: sessions that were just closed end by themselves instead of
// being told to, which PostgreSQL would log as an error each. One that stays
// open does not hold up the stop for long.
func TestStopIsQuiet(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	for range 3 {
		var log lockedBuffer
		server, err := pgembed.Start(testContext(t), pgembed.Options{Dir: dir, Settings: map[string]string{"fsync": "off"},
			Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
		if err != nil {
			t.Fatal(err)
		}
		var sessions []*pgx.Conn
		for range 30 {
			sessions = append(sessions, connect(t, server.URL(pgembed.AppRole)))
		}
		for _, s := range sessions {
			if err := s.Close(testContext(t)); err != nil {
				t.Fatal(err)
			}
		}
		stopServer(t, server)
		if said := log.String(); said != "" {
			t.Fatalf("the stop says\n%s", said)
		}
	}
	server := startServer(t, dir)
	connect(t, server.URL(pgembed.AppRole))
	stopServer(t, server)
}
