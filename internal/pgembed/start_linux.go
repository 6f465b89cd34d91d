package pgembed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// lockPoll is how often a process looks whether the owner is ready, or gone.
const lockPoll = 20 * time.Millisecond

// cluster is one data directory, seen by one process.
type cluster struct {
	dir       string
	socketDir string
	account   account
	logger    *slog.Logger
	settings  map[string]string
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

func start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Dir == "" {
		return nil, errors.New("starting PostgreSQL: no directory given")
	}
	c, err := openCluster(opts)
	if err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	for {
		lock, err := tryLock(filepath.Join(c.dir, "owner.lock"))
		if err != nil {
			return nil, fmt.Errorf("starting PostgreSQL: taking the lock: %w", err)
		}
		if lock != nil {
			server, err := c.own(ctx, opts.BinDir, lock)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("starting PostgreSQL: %w", err), lock.Close())
			}
			return server, nil
		}
		server, err := c.attach(ctx)
		if err == nil {
			return server, nil
		}
		// Not ready yet, or its owner has just died: then the lock is free.
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("attaching to PostgreSQL, which another process owns: %w", errors.Join(ctx.Err(), err))
		case <-time.After(lockPoll):
		}
	}
}

func openCluster(opts Options) (*cluster, error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, err
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // the server's account passes through; it owns data/ and run/ only
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	// Two names of one directory must lead to one hashed socket folder.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, socketDir: socketDirFor(dir), logger: opts.Logger, settings: opts.Settings}
	c.account, err = chooseAccount(c.data())
	return c, err
}

// tryLock returns nil when another process holds the lock.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, file.Close()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// own starts the server as the holder of the lock.
func (c *cluster) own(ctx context.Context, binDir string, lock *os.File) (*Server, error) {
	bin, err := findBinaries(ctx, binDir, c.data())
	if err != nil {
		return nil, err
	}
	if err := c.account.makeDir(c.socketDir); err != nil {
		return nil, fmt.Errorf("making the socket folder: %w", err)
	}
	major, err := dataMajor(c.data())
	if err != nil {
		return nil, err
	}
	if major == 0 {
		err = c.initialise(ctx, bin)
	} else {
		err = c.clearRemains(ctx)
	}
	if err != nil {
		return nil, err
	}
	proc, err := c.launch(bin)
	if err != nil {
		return nil, err
	}
	server := &Server{
		socketDir: c.socketDir, binDir: bin.dir, done: proc.done,
		stop: func(ctx context.Context) error { return errors.Join(proc.stop(ctx), lock.Close()) },
	}
	err = c.waitReady(ctx, proc)
	if err == nil {
		err = prepare(ctx, server.SuperuserURL())
	}
	if err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		return nil, errors.Join(err, proc.stop(stopping))
	}
	return server, nil
}

// prepare makes what the product expects to find in the cluster.
func prepare(ctx context.Context, superuserURL string) error {
	conn, err := pgx.Connect(ctx, superuserURL)
	if err != nil {
		return fmt.Errorf("connecting for set-up: %w", err)
	}
	err = EnsureRoles(ctx, conn)
	if err == nil {
		err = EnsureDatabase(ctx, conn, DatabaseName, "")
	}
	return errors.Join(err, conn.Close(ctx))
}

// attach connects to the server that another process owns. The connection
// stays open: its end tells that the server is gone.
func (c *cluster) attach(ctx context.Context) (*Server, error) {
	server := &Server{socketDir: c.socketDir, attached: true}
	conn, err := pgx.Connect(ctx, server.URL(OwnerRole))
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	watching, cancel := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(done)
		for {
			if _, err := conn.WaitForNotification(watching); err != nil {
				break
			}
		}
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := conn.Close(closing); err != nil {
			c.logger.Debug("detaching from PostgreSQL", "error", err)
		}
	}()
	server.done = done
	server.stop = func(context.Context) error {
		cancel()
		<-done
		return nil
	}
	return server, nil
}
