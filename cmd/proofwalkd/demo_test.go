package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/config"
)

// TestDemoIsServedHereOnly: everybody can be anybody in it.
func TestDemoIsServedHereOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:8080", ":8080", "192.0.2.7:8080", "proofwalk.example:8080"} {
		var stdout, stderr bytes.Buffer
		dir := filepath.Join(t.TempDir(), "demo")
		if code := run([]string{"demo", "--listen", address, "--data-dir", dir}, &stdout, &stderr); code != 2 {
			t.Errorf("on %s: exit code %d, want 2", address, code)
		}
		if !strings.Contains(stderr.String(), "on this machine only") {
			t.Errorf("on %s it says %q", address, stderr.String())
		}
		if _, err := os.Lstat(dir); err == nil {
			t.Errorf("on %s it made its folder before it refused", address)
		}
	}
}

// TestDemoFolder goes through what a start can find in the demo's folder.
func TestDemoFolder(t *testing.T) {
	t.Parallel()
	cfg := config.Serve{DataDir: filepath.Join(t.TempDir(), "data")}
	left := filepath.Join(cfg.BlobDir(), "left")

	first := openFolder(t, cfg)
	wantFilled(t, first, false)
	if _, err := openDemoFolder(cfg); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("a second demo beside the first: %v", err)
	}
	writeFile(t, left)
	first.close() // as when it is interrupted while it is filled

	second := openFolder(t, cfg)
	wantFilled(t, second, false)
	if _, err := os.Lstat(left); err == nil {
		t.Error("what an interrupted start left is still there")
	}
	if err := second.noteFilled(); err != nil {
		t.Fatal(err)
	}
	writeFile(t, left)
	second.close()

	third := openFolder(t, cfg)
	wantFilled(t, third, true)
	third.close()
	if _, err := os.Lstat(left); err != nil {
		t.Error("a filled folder lost data")
	}
}

// TestDemoFolderOfAnotherServer is left alone.
func TestDemoFolderOfAnotherServer(t *testing.T) {
	t.Parallel()
	cfg := config.Serve{DataDir: t.TempDir()}
	kept := filepath.Join(cfg.DatabaseDir(), "kept")
	writeFile(t, kept)
	if _, err := openDemoFolder(cfg); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("opening it: %v", err)
	}
	if _, err := os.Lstat(kept); err != nil {
		t.Error("its data is gone")
	}
}

func openFolder(t *testing.T, cfg config.Serve) *demoFolder {
	t.Helper()
	f, err := openDemoFolder(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func wantFilled(t *testing.T, f *demoFolder, want bool) {
	t.Helper()
	if got, err := f.isFilled(); err != nil || got != want {
		t.Errorf("filled: %v (%v), want %v", got, err, want)
	}
}

func writeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
}
