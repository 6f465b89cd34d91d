package testkit

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestKeeperEndsTheServerAfterItsLastUser(t *testing.T) {
	t.Setenv(graceVariable, "10ms")
	home, err := os.MkdirTemp("", "testkit-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	if err := os.Chmod(home, 0o711); err != nil {
		t.Fatal(err)
	}

	first := lockOrFail(t, filepath.Join(home, "users"), syscall.LOCK_SH)
	second := lockOrFail(t, filepath.Join(home, "users"), syscall.LOCK_SH)
	address, err := joinServer(home)
	if err != nil {
		t.Fatal(err)
	}
	again, err := joinServer(home)
	if err != nil || again != address {
		t.Errorf("joining again: %q, %v, want %q", again, err, address)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatalf("the server is gone while it has a user: %v", err)
	}
	if err := errors.Join(conn.Close(context.Background()), second.Close()); err != nil {
		t.Fatal(err)
	}

	// The keeper holds this lock until everything is gone.
	lockOrFail(t, filepath.Join(home, "keeper"), syscall.LOCK_EX)
	if _, err := os.Stat(filepath.Join(home, "server")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the server's folder after the last user: %v, want it gone", err)
	}
}

func TestNextUserStartsTheServerAnewAfterItsKeeperIsKilled(t *testing.T) {
	t.Setenv(graceVariable, "10ms")
	home, err := os.MkdirTemp("", "testkit-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	if err := os.Chmod(home, 0o711); err != nil {
		t.Fatal(err)
	}
	user := lockOrFail(t, filepath.Join(home, "users"), syscall.LOCK_SH)
	if err := startKeeper(home); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(keeperPID(t, home), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	lock := lockOrFail(t, filepath.Join(home, "keeper"), syscall.LOCK_EX)
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	address, err := joinServer(home)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(conn.Close(context.Background()), user.Close()); err != nil {
		t.Fatal(err)
	}
	lockOrFail(t, filepath.Join(home, "keeper"), syscall.LOCK_EX)
}

// keeperPID finds the process that was started as the keeper of home.
func keeperPID(t *testing.T, home string) int {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		environment, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile, or somebody else's
		}
		for variable := range bytes.SplitSeq(environment, []byte{0}) {
			if string(variable) == keeperVariable+"="+home {
				pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
				if err != nil {
					t.Fatal(err)
				}
				return pid
			}
		}
	}
	t.Fatal("no keeper found")
	return 0
}

func lockOrFail(t *testing.T, path string, how int) *os.File {
	t.Helper()
	file, err := lockFile(path, how)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}
