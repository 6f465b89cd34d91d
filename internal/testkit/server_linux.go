package testkit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/proofwalk/proofwalk/internal/pgembed"
)

const (
	// keeperVariable turns a test binary into the keeper of the server in the
	// folder that it names.
	keeperVariable = "PROOFWALK_TEST_SERVER_KEEPER"
	// graceVariable shortens idleGrace, such as "1s".
	graceVariable = "PROOFWALK_TEST_SERVER_GRACE"
	// idleGrace is how long the server outlives the last test binary: `go test`
	// runs one package after the other and compiles in between.
	idleGrace = 15 * time.Second
	idlePoll  = 250 * time.Millisecond
	// minMemory is what must be free in memory for the server to live there.
	minMemory = 2 << 30
)

// serverSettings trade all safety for speed: the data is thrown away.
var serverSettings = map[string]string{
	"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
	"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off",
	"max_connections": "400", "shared_buffers": "128MB", "max_wal_size": "1GB",
}

// The keeper must not run any test, so it takes over before main does.
func init() {
	if home := os.Getenv(keeperVariable); home != "" {
		os.Exit(keepServer(home))
	}
}

// locateServer returns a superuser's address. Without a given server it joins
// the users of the private one, and starts it where it does not run.
//
// Every user holds a shared lock on the file users for as long as it lives. The
// keeper, a detached process, owns the server and ends it when it can get that
// lock for itself, so neither a finished test binary takes the server from the
// others nor does the last one, or a killed one, leave it behind.
func locateServer() (string, error) {
	if given := os.Getenv(databaseVariable); given != "" {
		return given, nil
	}
	home, err := serverHome()
	if err != nil {
		return "", fmt.Errorf("making the folder of the test server: %w", err)
	}
	users, err := lockFile(filepath.Join(home, "users"), syscall.LOCK_SH)
	if err != nil {
		return "", fmt.Errorf("joining the users of the test server: %w", err)
	}
	held = append(held, users)
	return joinServer(home)
}

// held keeps files, and so their locks, until the process ends: a file that
// nothing refers to is closed when it is collected.
var held []*os.File

// joinServer returns a superuser's address of the server in home. The caller
// holds the users' lock.
func joinServer(home string) (string, error) {
	starting, err := lockFile(filepath.Join(home, "starting"), syscall.LOCK_EX)
	if err != nil {
		return "", fmt.Errorf("waiting for the test server: %w", err)
	}
	defer func() { _ = starting.Close() }()
	running, err := keeperRuns(home)
	if err == nil && !running {
		err = startKeeper(home)
	}
	if err != nil {
		return "", fmt.Errorf("starting the test server: %w", err)
	}
	address, err := os.ReadFile(filepath.Join(home, "address"))
	if err != nil {
		return "", fmt.Errorf("finding the test server: %w", err)
	}
	return string(address), nil
}

// serverHome is a folder per user, in memory where there is enough.
func serverHome() (string, error) {
	base := os.TempDir()
	var memory syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &memory); err == nil && memory.Bavail*uint64(memory.Bsize) >= minMemory {
		base = "/dev/shm"
	}
	home := filepath.Join(base, "proofwalk-test-"+strconv.Itoa(os.Geteuid()))
	if err := os.Mkdir(home, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(home)
	if err != nil {
		return "", err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(owner.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is not a folder of this user", home)
	}
	return home, nil
}

// lockFile waits for the lock. It lasts until the file is closed, at the latest
// when the process ends.
func lockFile(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// keeperRuns reports whether a keeper holds its lock. The caller keeps others
// from starting one.
func keeperRuns(home string) (bool, error) {
	file, err := lockFile(filepath.Join(home, "keeper"), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, file.Close()
}

// startKeeper runs this test binary again as the keeper, detached, and waits
// until its server is ready.
func startKeeper(home string) error {
	log, err := os.OpenFile(filepath.Join(home, "keeper.log"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	ready, said, err := os.Pipe()
	if err != nil {
		return errors.Join(err, log.Close())
	}
	// What we got from our parent, such as the pipes of `go test`, must not
	// live on in the keeper: somebody waits for their end.
	if err := closeOnExec(); err != nil {
		return err
	}
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), keeperVariable+"="+home)
	command.Dir = "/"
	command.Stdout, command.Stderr = log, log
	command.ExtraFiles = []*os.File{said}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = command.Start()
	err = errors.Join(err, said.Close(), log.Close())
	if err != nil {
		return errors.Join(err, ready.Close())
	}
	go func() { _ = command.Wait() }() // leaves no zombie if it ends before us
	line, err := bufio.NewReader(ready).ReadString('\n')
	if err != nil || line != "ready\n" {
		content, _ := os.ReadFile(filepath.Join(home, "keeper.log"))
		return errors.Join(fmt.Errorf("its keeper ended: %s", content), ready.Close())
	}
	return ready.Close()
}

func closeOnExec() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
	return nil
}

// keepServer is the keeper's whole life; it returns the exit code.
func keepServer(home string) int {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := keep(home, logger); err != nil {
		logger.Error("keeping the test server", "error", err)
		return 1
	}
	return 0
}

func keep(home string, logger *slog.Logger) error {
	ready := os.NewFile(3, "ready")
	syscall.CloseOnExec(3)
	lock, err := lockFile(filepath.Join(home, "keeper"), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return fmt.Errorf("taking the lock: %w", err)
	}
	grace := idleGrace
	if given, err := time.ParseDuration(os.Getenv(graceVariable)); err == nil {
		grace = given
	}
	dir := filepath.Join(home, "server")
	running, err := startFreshIfNeeded(dir, logger)
	if err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(home, "address"), []byte(running.SuperuserURL()), 0o600)
	if err == nil {
		_, err = ready.WriteString("ready\n")
	}
	if err != nil {
		return errors.Join(err, running.Stop(context.Background()))
	}
	closeErr := ready.Close()
	users := waitIdle(filepath.Join(home, "users"), grace, running.Done(), logger)
	err = errors.Join(closeErr, running.Stop(context.Background()), os.RemoveAll(dir))
	// New users wait for the users' lock. It goes last, so that they find
	// neither this keeper nor its server.
	err = errors.Join(err, lock.Close())
	if users != nil {
		err = errors.Join(err, users.Close())
	}
	return err
}

// startFreshIfNeeded starts over where the data of an earlier server, which
// never synced, is unusable.
func startFreshIfNeeded(dir string, logger *slog.Logger) (*pgembed.Server, error) {
	options := pgembed.Options{Dir: dir, Logger: logger, Settings: serverSettings}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	running, err := pgembed.Start(ctx, options)
	if err == nil {
		return running, nil
	}
	logger.Warn("starting over without the old data", "error", err)
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	return pgembed.Start(ctx, options)
}

// waitIdle returns when nobody has used the server for the grace, holding the
// users' lock so that nobody can join, or when the server is gone.
func waitIdle(path string, grace time.Duration, gone <-chan struct{}, logger *slog.Logger) *os.File {
	lastUse := time.Now()
	poll := time.NewTicker(idlePoll)
	defer poll.Stop()
	for {
		select {
		case <-gone:
			logger.Error("the server is gone")
			return nil
		case <-poll.C:
		}
		file, err := lockFile(path, syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EWOULDBLOCK):
			lastUse = time.Now()
		case err != nil:
			logger.Error("looking for users", "error", err)
			return nil
		case time.Since(lastUse) > grace:
			return file
		default:
			_ = file.Close()
		}
	}
}
