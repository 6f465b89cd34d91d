package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/config"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// TestFsckMakesNothing: in a folder without a server it says so and leaves it.
func TestFsckMakesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "absent")
	var stdout, stderr bytes.Buffer
	if code := run([]string{"fsck", "--data-dir", dir}, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), dir) {
		t.Errorf("exit code %d\n%s%s", code, &stdout, &stderr)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("it made the folder: %v", err)
	}
}

// TestFsck goes through the answers and their exit codes.
func TestFsck(t *testing.T) {
	t.Parallel()
	db, dir := testkit.DB(t), t.TempDir()
	cfg := config.Serve{Listen: "localhost:8080", DataDir: dir, DatabaseURL: db.AppURL, DatabaseDirect: db.AppURL, DatabaseOwner: db.OwnerURL}
	p, err := openParts(t.Context(), cfg, operatorLog())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	if err := p.app.Keys.Make(); err != nil {
		t.Fatal(err)
	}
	var kept []byte
	for _, name := range []string{"Northfall", "Southrise"} {
		if _, err := p.app.CreatePartner(t.Context(), app.Command{Actor: testkit.ProviderUser(t, p.app, "Ada", auth.ProviderAdmin)}, name); err != nil {
			t.Fatal(err)
		}
		if _, err := p.app.GivePositions(t.Context()); err != nil {
			t.Fatal(err)
		}
		c, err := p.app.SignCheckpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		kept = []byte(c.Note)
	}
	file := filepath.Join(dir, "kept")
	if err := os.WriteFile(file, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	fsck := func(want int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		all := append([]string{"fsck", "--data-dir", dir, "--database-url", db.AppURL, "--database-owner-url", db.OwnerURL}, args...)
		if code := run(all, &stdout, &stderr); code != want {
			t.Errorf("fsck %v: exit code %d, want %d\n%s%s", args, code, want, &stdout, &stderr)
		}
		return stdout.String()
	}
	for _, text := range []string{"audit log: 3 entries", "ok    all of it", "rollback", "truncate", "fork", "re_sign"} {
		if got := fsck(0); !strings.Contains(got, text) {
			t.Errorf("%q is not in\n%s", text, got)
		}
	}
	if got := fsck(0, "--checkpoint", file); !strings.Contains(got, "kept checkpoint of 3 entries") || strings.Contains(got, "rollback") {
		t.Error(got)
	}
	fsck(2, "--checkpoint", filepath.Join(dir, "none"))
	fsck(2, "--checkpoint", filepath.Join(cfg.KeyDir(), "keys.json"))

	digest, err := p.app.Blobs.Put(t.Context(), []byte("redacted"))
	if err != nil {
		t.Fatal(err)
	}
	super := testkit.Superuser(t, db.Pool)
	if _, err := super.Exec(t.Context(), `INSERT INTO artifacts (partner_id, digest, media_type, bytes, created_at)
		SELECT id, $1, 'text/plain', 8, now() FROM partners LIMIT 1`, digest); err != nil {
		t.Fatal(err)
	}
	if got := fsck(0); !strings.Contains(got, "stored: 0 packets, 1 other file\nok    every packet") {
		t.Error(got)
	}
	if err := os.WriteFile(filepath.Join(cfg.BlobDir(), digest[:2], digest), []byte("Redacted"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := fsck(1); !strings.Contains(got, "FAIL  file "+digest+": its bytes were changed") || !strings.Contains(got, "ok    all of it") {
		t.Error(got)
	}
	if got := fsck(0, "--log-only"); strings.Contains(got, "stored") {
		t.Error(got)
	}

	for _, sql := range []string{
		"SET session_replication_role = replica", "DELETE FROM audit_checkpoints WHERE size = 3", "DELETE FROM audit_positions WHERE position = 2",
	} {
		if _, err := super.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if got := fsck(1, "--checkpoint", file); !strings.Contains(got, "THE LOG DOES NOT BEGIN WITH IT") || !strings.Contains(got, "FAIL  the log has 2 entries") {
		t.Error(got)
	}
	var report fsckReport
	if err := json.Unmarshal([]byte(fsck(1, "--json", "--checkpoint", file)), &report); err != nil || report.Kept == nil || report.Kept.Holds || report.Found == 0 || report.Stored.Found != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}
