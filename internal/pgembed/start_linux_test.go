package pgembed_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/pgembed"
)

func TestFirstStartMakesTheClusterAndALaterStartKeepsIt(t *testing.T) {
	dir := clusterDir(t)
	began := time.Now()
	server := startServer(t, dir)
	t.Logf("first start: %d ms", time.Since(began).Milliseconds())

	settings := queryText(t, server.SuperuserURL(), `
		SELECT concat_ws(' ', current_setting('server_encoding'), datcollate, datctype,
			current_setting('data_checksums'), '[' || current_setting('listen_addresses') || ']',
			pg_get_userbyid(datdba))
		FROM pg_database WHERE datname = 'proofwalk'`)
	if diff := cmp.Diff("UTF8 C.UTF-8 C.UTF-8 on [] proofwalk_owner", settings); diff != "" {
		t.Errorf("cluster (-want +got):\n%s", diff)
	}
	roles := queryText(t, server.SuperuserURL(), `
		SELECT string_agg(concat_ws(' ', rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls), ', ' ORDER BY rolname)
		FROM pg_roles WHERE rolname LIKE 'proofwalk%'`)
	if diff := cmp.Diff("proofwalk_app t f f f f, proofwalk_owner t f f f f, proofwalk_read t f f f f", roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	for _, path := range []string{"data", "run"} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("mode of %s is %v (%v), want 0700", path, info.Mode().Perm(), err)
		}
	}
	execute(t, server.URL(pgembed.OwnerRole), "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here'); GRANT SELECT ON kept TO proofwalk_read")

	began = time.Now()
	stopServer(t, server)
	t.Logf("stop: %d ms", time.Since(began).Milliseconds())
	select {
	case <-server.Done():
	default:
		t.Error("Done is open after Stop")
	}
	if left := processesIn(t, dir); len(left) > 0 {
		t.Errorf("processes left after Stop: %v", left)
	}

	began = time.Now()
	server = startServer(t, dir)
	t.Logf("later start: %d ms", time.Since(began).Milliseconds())
	if got := queryText(t, server.URL(pgembed.ReadRole), "SELECT word FROM kept"); got != "still here" {
		t.Errorf("data after restart: %q", got)
	}
	stopServer(t, server)
}

func TestAppRoleOwnsNothingAndCannotCreate(t *testing.T) {
	t.Parallel()
	server := startServer(t, clusterDir(t))
	for _, role := range []string{pgembed.AppRole, pgembed.ReadRole} {
		conn := connect(t, server.URL(role))
		for _, statement := range []string{"CREATE TABLE mine (a int)", "CREATE SCHEMA mine", "CREATE TEMP TABLE mine (a int)", "CREATE DATABASE mine", "CREATE ROLE mine"} {
			if _, err := conn.Exec(testContext(t), statement); err == nil {
				t.Errorf("%s may run %q", role, statement)
			}
		}
	}
}

func TestSecondProcessAttaches(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	app := startApplication(t, dir)
	began := time.Now()
	second := startServer(t, dir)
	t.Logf("attach: %d ms", time.Since(began).Milliseconds())
	if !second.Attached() {
		t.Fatal("the second process started a server of its own")
	}
	third := startServer(t, dir)
	stopServer(t, third)
	if got := queryText(t, second.URL(pgembed.AppRole), "SELECT current_user::text"); got != pgembed.AppRole {
		t.Errorf("current user %q after a third process detached", got)
	}
	if err := app.signal(t, syscall.SIGTERM); err != nil {
		t.Errorf("application ended with %v after SIGTERM", err)
	}
	waitDone(t, second)
}

func TestStartRefusesDataOfAnotherMajor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ version, want string }{
		{"9.6\n", "PostgreSQL 9"},
		{"14\n", "PostgreSQL 14"},
		{"99\n", "install the Debian package postgresql-99"},
	} {
		dir := clusterDir(t)
		writeFile(t, filepath.Join(dir, "data", "PG_VERSION"), test.version)
		_, err := pgembed.Start(testContext(t), pgembed.Options{Dir: dir})
		if !errors.Is(err, pgembed.ErrOtherMajor) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Start on data of %q: %v, want ErrOtherMajor with %q", test.version, err, test.want)
		}
	}
}

func TestStartNamesThePackageWhenNothingIsInstalled(t *testing.T) {
	t.Parallel()
	_, err := pgembed.Start(testContext(t), pgembed.Options{Dir: clusterDir(t), BinDir: t.TempDir()})
	if !errors.Is(err, pgembed.ErrNotInstalled) || !strings.Contains(err.Error(), "Debian package postgresql") {
		t.Errorf("Start without programs: %v", err)
	}
}

func TestStartRefusesAnUnreachableFolder(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	closed := os.FileMode(0o700) // as /root: closed to the server's account
	if os.Geteuid() != 0 {
		closed = 0 // closed to ourselves
	}
	if err := os.Chmod(parent, closed); err != nil {
		t.Fatal(err)
	}
	_, err := pgembed.Start(testContext(t), pgembed.Options{Dir: filepath.Join(parent, "db")})
	if err == nil || os.Geteuid() == 0 && !errors.Is(err, pgembed.ErrUnreachableDir) {
		t.Errorf("Start: %v, want ErrUnreachableDir", err)
	}
}

func TestLongPathsFallBackToAHashedSocketFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(clusterDir(t), strings.Repeat("long", 25), "with, comma")
	server := startServer(t, dir)
	if got := queryText(t, server.URL(pgembed.AppRole), "SELECT current_database()::text"); got != pgembed.DatabaseName {
		t.Errorf("database %q", got)
	}
	attached := startServer(t, dir)
	if !attached.Attached() {
		t.Error("a second Start did not find the socket")
	}
	socketDir := queryText(t, server.SuperuserURL(), "SELECT trim(both '\"' from current_setting('unix_socket_directories'))")
	t.Cleanup(func() { _ = os.Remove(socketDir) })
	stopServer(t, server)
}

func TestSettingsReachTheServer(t *testing.T) {
	t.Parallel()
	server, err := pgembed.Start(testContext(t), pgembed.Options{Dir: clusterDir(t), Settings: map[string]string{"fsync": "off", "max_connections": "7"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	got := queryText(t, server.SuperuserURL(), "SELECT current_setting('fsync') || current_setting('max_connections')")
	if got != "off7" {
		t.Errorf("settings %q, want off7", got)
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func waitDone(t *testing.T, server *pgembed.Server) {
	t.Helper()
	select {
	case <-server.Done():
	case <-testContext(t).Done():
		t.Fatal("Done stays open")
	}
}
