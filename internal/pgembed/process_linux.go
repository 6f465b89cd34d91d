package pgembed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How long each step of stopping may take before the next, harder one.
const (
	leavePatience = 500 * time.Millisecond
	stopPatience  = 20 * time.Second
	quitPatience  = 5 * time.Second
	readyPoll     = 5 * time.Millisecond
)

// environment is all that the server's programs see of ours: variables such as
// PGDATA or LC_ALL would change what they do.
var environment = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}

// baseSettings keep the server off the network and values out of the log: an
// error's text and its DETAIL line quote what was sent; the client gets both
// anyway.
var baseSettings = map[string]string{
	"listen_addresses":         "",
	"port":                     socketPort,
	"unix_socket_permissions":  "0700",
	"timezone":                 "UTC",
	"log_timezone":             "UTC",
	"log_destination":          "stderr",
	"logging_collector":        "off",
	"log_line_prefix":          "",
	"log_min_messages":         "log",
	"log_min_error_statement":  "panic",
	"log_error_verbosity":      "terse",
	"password_encryption":      "scram-sha-256",
	"max_connections":          "100",
	"restart_after_crash":      "on",
	"cluster_name":             "proofwalk",
	"log_checkpoints":          "off",
	"shared_preload_libraries": "",
}

// initialise makes a new cluster. It works in data.new, so that data/ is never
// half-made, and syncs once at the end.
func (c *cluster) initialise(ctx context.Context, bin binaries) error {
	if err := c.account.checkName(); err != nil {
		return err
	}
	fresh := filepath.Join(c.dir, "data.new")
	c.logger.Info("making the private PostgreSQL", "version", bin.major, "uid", c.account.uid)
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("removing a half-made cluster: %w", err)
	}
	if err := c.account.makeDir(fresh); err != nil {
		return fmt.Errorf("making the folder of the cluster: %w", err)
	}
	if err := c.account.checkReach(ctx, fresh); err != nil {
		return err
	}
	err := c.runInitdb(ctx, bin, "--pgdata="+fresh, "--username="+superuser, "--encoding=UTF8",
		"--locale=C.UTF-8", "--data-checksums", "--auth-local=trust", "--auth-host=reject", "--no-instructions", "--no-sync")
	if err != nil {
		return err
	}
	if c.settings["fsync"] != "off" {
		if err := c.runInitdb(ctx, bin, "--pgdata="+fresh, "--sync-only"); err != nil {
			return err
		}
	}
	if err := os.Rename(fresh, c.data()); err != nil {
		return fmt.Errorf("naming the finished cluster: %w", err)
	}
	return syncDir(c.dir)
}

func (c *cluster) runInitdb(ctx context.Context, bin binaries, args ...string) error {
	command := exec.CommandContext(ctx, bin.path("initdb"), args...)
	command.Env, command.Dir, command.SysProcAttr = environment, "/", c.account.attributes()
	output, err := command.CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(output)), "\n")
		return fmt.Errorf("making the cluster with initdb: %w: %s", err, strings.Join(lines[max(0, len(lines)-3):], "; "))
	}
	return nil
}

func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// process is the server that this process started.
type process struct {
	command *exec.Cmd
	done    chan struct{}
	// waitErr is valid once done is closed.
	waitErr error
}

// launch starts the server itself, not pg_ctl, so that it is our child.
func (c *cluster) launch(bin binaries) (*process, error) {
	settings := maps.Clone(baseSettings)
	settings["unix_socket_directories"] = `"` + c.socketDir + `"`
	maps.Copy(settings, c.settings)
	args := []string{"-D", c.data()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	output, input, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe for the server's messages: %w", err)
	}
	command := exec.Command(bin.path("postgres"), args...)
	command.Env, command.Dir, command.SysProcAttr = environment, "/", c.account.attributes()
	// Ctrl-C in a terminal goes to the whole process group. The server is kept
	// out of it: we drain first and stop it last.
	command.SysProcAttr.Setpgid = true
	// However we die, the server gets a fast shutdown.
	command.SysProcAttr.Pdeathsig = syscall.SIGINT
	command.Stdout, command.Stderr = input, input

	proc := &process{command: command, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// The kernel sends Pdeathsig when the thread that forked ends, so the
		// thread must live as long as the server.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			proc.waitErr = command.Wait()
			close(proc.done)
		}
	}()
	err = <-started
	closeErr := input.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the server: %w", err), output.Close())
	}
	go forwardMessages(output, c.logger)
	return proc, closeErr
}

// forwardMessages logs what the server prints until its last process ends.
func forwardMessages(output io.ReadCloser, logger *slog.Logger) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		level, text, found := strings.Cut(lines.Text(), ":")
		text = strings.TrimSpace(text)
		switch {
		case !found:
			logger.Info("postgres", "message", lines.Text())
		case level == "FATAL" || level == "PANIC":
			logger.Error("postgres", "message", text)
		case level == "WARNING":
			logger.Warn("postgres", "message", text)
		default:
			logger.Debug("postgres", "message", text)
		}
	}
	// A line too long for the scanner must not leave the server blocked on a full pipe.
	_, copyErr := io.Copy(io.Discard, output)
	if err := errors.Join(lines.Err(), copyErr, output.Close()); err != nil {
		logger.Warn("reading the messages of postgres", "error", err)
	}
}

// waitReady waits until the server says so in its pid file: trying to connect
// would fill the log with refusals.
func (c *cluster) waitReady(ctx context.Context, proc *process) error {
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	for {
		pid, ready, err := readPIDFile(c.data())
		if err == nil && pid == proc.command.Process.Pid && ready {
			return nil
		}
		select {
		case <-proc.done:
			return fmt.Errorf("the server ended while starting (%w): its messages are in the log", errOr(proc.waitErr, "no error code"))
		case <-ctx.Done():
			return fmt.Errorf("waiting for the server to get ready: %w", ctx.Err())
		case <-poll.C:
		}
	}
}

// readPIDFile reads the server's pid (line 1) and state (line 8).
func readPIDFile(data string) (pid int, ready bool, err error) {
	content, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, false, err
	}
	lines := strings.Split(string(content), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	return pid, err == nil && len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready", err
}

// stop asks harder and harder: SIGTERM lets sessions that are closed already end
// by themselves, SIGINT rolls back and shuts down, SIGQUIT leaves the rest to
// recovery, SIGKILL always works.
func (p *process) stop(ctx context.Context) error {
	if p.signalAndWait(ctx, syscall.SIGTERM, leavePatience) || p.signalAndWait(ctx, syscall.SIGINT, stopPatience) {
		return nil
	}
	// From here on the caller's patience no longer counts, it is used up.
	rest := context.WithoutCancel(ctx)
	if p.signalAndWait(rest, syscall.SIGQUIT, quitPatience) {
		return errors.New("stopping PostgreSQL: it had to be stopped at once, the next start recovers")
	}
	if err := p.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing PostgreSQL: %w", err)
	}
	<-p.done
	return errors.New("stopping PostgreSQL: it had to be killed, the next start recovers")
}

func (p *process) signalAndWait(ctx context.Context, signal syscall.Signal, patience time.Duration) bool {
	if err := p.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return false
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		return false
	case <-timeout.C:
		return false
	}
}

func errOr(err error, text string) error {
	if err == nil {
		return errors.New(text)
	}
	return err
}
