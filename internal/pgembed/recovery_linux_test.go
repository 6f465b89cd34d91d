package pgembed_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/pgembed"
)

func TestSigtermStopsCleanly(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	app := startApplication(t, dir)
	if err := app.signal(t, syscall.SIGTERM); err != nil {
		t.Errorf("application ended with %v", err)
	}
	if left := processesIn(t, dir); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); err == nil {
		t.Error("postmaster.pid is still there")
	}
}

// Each kind of kill happens with a committed row and an open transaction, and
// the next start comes at once.
func TestNextStartRecoversAfterKills(t *testing.T) {
	t.Parallel()
	kills := map[string]func(t *testing.T, app *application, dir string){
		"application": func(t *testing.T, app *application, _ string) {
			_ = app.signal(t, syscall.SIGKILL)
		},
		"server": func(t *testing.T, app *application, dir string) {
			kill(t, serverPID(t, dir))
			app.expect(t, "gone")
			if err := app.command.Wait(); err != nil {
				t.Errorf("application ended with %v", err)
			}
		},
		"both": func(t *testing.T, app *application, dir string) {
			pid := serverPID(t, dir)
			if err := app.command.Process.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			// The stopped application leaves its child a zombie.
			kill(t, pid)
			_ = app.signal(t, syscall.SIGKILL)
		},
	}
	for name, killIt := range kills {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := clusterDir(t)
			app := startApplication(t, dir)
			attached := startServer(t, dir)
			execute(t, attached.URL(pgembed.OwnerRole), "CREATE TABLE kept (word text)")
			execute(t, attached.URL(pgembed.OwnerRole), "INSERT INTO kept VALUES ('committed')")
			open := connect(t, attached.URL(pgembed.OwnerRole))
			if _, err := open.Exec(testContext(t), "BEGIN; INSERT INTO kept VALUES ('open')"); err != nil {
				t.Fatal(err)
			}

			killIt(t, app, dir)

			server := startServer(t, dir)
			if server.Attached() {
				t.Fatal("attached to a server that was killed")
			}
			waitDone(t, attached)
			if got := queryText(t, server.URL(pgembed.OwnerRole), "SELECT string_agg(word, ',') FROM kept"); got != "committed" {
				t.Errorf("rows after recovery: %q, want committed", got)
			}
			stopServer(t, server)
		})
	}
}

func TestServerKilledUnderItsOwnerCanBeStartedAgain(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	server := startServer(t, dir)
	before := server.URL(pgembed.AppRole)
	kill(t, serverPID(t, dir))
	waitDone(t, server)
	stopServer(t, server)
	again := startServer(t, dir)
	if again.URL(pgembed.AppRole) != before {
		t.Error("the address changed: connection pools would not recover")
	}
	if got := queryText(t, again.URL(pgembed.AppRole), "SELECT 'up'"); got != "up" {
		t.Errorf("answer %q", got)
	}
}

// A pid that an earlier server wrote down may belong to a stranger by now, even
// to one of the same account.
func TestStrangerWithARecordedPidIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	stopServer(t, startServer(t, dir))
	info, err := os.Stat(filepath.Join(dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatal("no owner")
	}
	stranger := exec.Command("/bin/cat")
	if os.Geteuid() == 0 {
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	input, err := stranger.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(dir, "run")
	lines := fmt.Sprintf("%d\n%s\n1\n5432\n%s\n\n", stranger.Process.Pid, filepath.Join(dir, "data"), run)
	for _, path := range []string{filepath.Join(dir, "data", "postmaster.pid"), filepath.Join(run, ".s.PGSQL.5432.lock")} {
		writeFile(t, path, lines)
		if err := os.Chown(path, int(owner.Uid), int(owner.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	stopServer(t, startServer(t, dir))
	if err := errors.Join(input.Close(), stranger.Wait()); err != nil {
		t.Errorf("the stranger was disturbed: %v", err)
	}
}

func TestConcurrentStartsShareOneServer(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	const processes = 4
	var group sync.WaitGroup
	servers := make([]*pgembed.Server, processes)
	errs := make([]error, processes)
	for i := range processes {
		group.Go(func() {
			servers[i], errs[i] = pgembed.Start(testContext(t), pgembed.Options{Dir: dir})
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	owners := 0
	for _, server := range servers {
		if !server.Attached() {
			owners++
			defer stopServer(t, server)
		}
	}
	if owners != 1 {
		t.Errorf("%d owners, want 1", owners)
	}
}

// What clients send must not reach the log, not even as part of an error.
func TestValuesStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	server, err := pgembed.Start(testContext(t), pgembed.Options{
		Dir:    clusterDir(t),
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop(testContext(t)) })
	conn := connect(t, server.URL(pgembed.OwnerRole))
	for _, statement := range []string{
		"CREATE TABLE addresses (address text UNIQUE); INSERT INTO addresses VALUES ('hidden-1'), ('hidden-1')",
		"SELECT 'hidden-2'::uuid", "SELECT 'hidden-3' FROM nowhere", "SELECT hidden_4()",
	} {
		if _, err := conn.Exec(testContext(t), statement); err == nil {
			t.Errorf("%q passed", statement)
		}
	}
	// The prefix of a refused login names the role only.
	if stranger, err := pgx.Connect(testContext(t), server.URL("nobody_here")); err == nil {
		t.Error("a role that does not exist may connect", stranger.Close(testContext(t)))
	}
	stopServer(t, server)
	if strings.Contains(log.String(), "hidden") {
		t.Errorf("the log shows values:\n%s", log.String())
	}
	if !strings.Contains(log.String(), "ready to accept connections") {
		t.Errorf("the log lacks the server's messages:\n%s", log.String())
	}
}

func TestNothingListensOnTheNetwork(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	server := startServer(t, dir)
	conn, err := net.Dial("unix", filepath.Join(dir, "run", ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	sockets, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", serverPID(t, dir)))
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sockets {
		target, err := os.Readlink(path)
		inode := strings.TrimSuffix(strings.TrimPrefix(target, "socket:["), "]")
		if err == nil && inode != target && strings.Contains(string(tcp), " "+inode+" ") {
			t.Errorf("the server has a TCP socket: %s", target)
		}
	}
	if rules := queryText(t, server.SuperuserURL(), "SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules WHERE type <> 'local'"); rules != "reject" {
		t.Errorf("network logins would be answered with %q, want reject", rules)
	}
	stopServer(t, server)
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// lockedBuffer is written by the logger while the test reads it.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

var _ io.Writer = (*lockedBuffer)(nil)

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
