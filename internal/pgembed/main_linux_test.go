package pgembed_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/pgembed"
)

// helperDir is the variable that turns the test binary into an application
// that owns the server of a directory until SIGTERM.
const helperDir = "PGEMBED_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		os.Exit(runApplication(dir))
	}
	os.Exit(m.Run())
}

func runApplication(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server, err := pgembed.Start(ctx, pgembed.Options{Dir: dir})
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	fmt.Println("ready")
	select {
	case <-ctx.Done():
	case <-server.Done():
		fmt.Println("gone")
	}
	if err := server.Stop(context.Background()); err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

// application is a process of its own that owns a server.
type application struct {
	command *exec.Cmd
	lines   *bufio.Scanner
}

func startApplication(t *testing.T, dir string) *application {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), helperDir+"="+dir)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if command.ProcessState == nil {
			_ = command.Process.Kill()
			_ = command.Wait()
		}
	})
	app := &application{command: command, lines: bufio.NewScanner(output)}
	app.expect(t, "ready")
	return app
}

func (a *application) expect(t *testing.T, want string) {
	t.Helper()
	if !a.lines.Scan() || a.lines.Text() != want {
		t.Fatalf("application said %q, want %q", a.lines.Text(), want)
	}
}

func (a *application) signal(t *testing.T, signal syscall.Signal) error {
	t.Helper()
	if err := a.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return a.command.Wait()
}

// clusterDir is a directory that the server's account can reach; t.TempDir is
// closed to every account but ours.
func clusterDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgembed-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "db")
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// startServer starts a server that the test stops at its end if it still runs.
func startServer(t *testing.T, dir string) *pgembed.Server {
	t.Helper()
	server, err := pgembed.Start(testContext(t), pgembed.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	return server
}

func stopServer(t *testing.T, server *pgembed.Server) {
	t.Helper()
	if err := server.Stop(testContext(t)); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(testContext(t), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	conn := connect(t, url)
	if _, err := conn.Exec(testContext(t), statement); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(testContext(t)); err != nil {
		t.Fatal(err)
	}
}

func queryText(t *testing.T, url, query string) string {
	t.Helper()
	var answer string
	conn := connect(t, url)
	if err := conn.QueryRow(testContext(t), query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(testContext(t)); err != nil {
		t.Fatal(err)
	}
	return answer
}

// serverPID is the pid of the running server.
func serverPID(t *testing.T, dir string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(content), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// processesIn lists the processes that work in the cluster of dir.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == filepath.Join(dir, "data") {
			found = append(found, link)
		}
	}
	return found
}
