package pgembed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// findByFolder prints the pids of the processes that work in folder $1. It runs
// under the server's account, because root without CAP_SYS_PTRACE, as in a
// container, may not look into other accounts' processes. A zombie has no
// folder and is left out.
const findByFolder = `for p in /proc/[0-9]*; do [ "$p/cwd" -ef "$1" ] && echo "${p#/proc/}"; done; true`

const remainsPoll = 10 * time.Millisecond

// clearRemains stops every process of an earlier server and removes the files
// that would keep a new one from starting. Only the owner of the lock may call
// it. Processes are known by the folder they work in, never by a recorded pid
// alone: that may have gone to a stranger.
func (c *cluster) clearRemains(ctx context.Context) error {
	if err := c.account.checkReach(ctx, c.data()); err != nil {
		return err
	}
	if err := c.stopRemains(ctx); err != nil {
		return err
	}
	socket := filepath.Join(c.socketDir, ".s.PGSQL."+socketPort)
	for _, path := range []string{filepath.Join(c.data(), "postmaster.pid"), socket, socket + ".lock"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing what an earlier server left: %w", err)
		}
	}
	return nil
}

func (c *cluster) stopRemains(ctx context.Context) error {
	began := time.Now()
	sent := syscall.Signal(0)
	for {
		live, err := c.liveProcesses(ctx)
		if err != nil {
			return err
		}
		if len(live) == 0 {
			return nil
		}
		waited := time.Since(began)
		switch {
		case sent == 0:
			// Orphans of a dead server end by themselves; a living one is asked.
			sent = syscall.SIGINT
			if pid, _, err := readPIDFile(c.data()); err == nil && slices.Contains(live, pid) {
				c.logger.Warn("stopping a PostgreSQL that an earlier process left running")
				signalAll([]int{pid}, sent)
			}
		case waited > stopPatience && sent == syscall.SIGINT:
			sent = syscall.SIGQUIT
			signalAll(live, sent)
		case waited > stopPatience+quitPatience && sent == syscall.SIGQUIT:
			sent = syscall.SIGKILL
			signalAll(live, sent)
		case waited > stopPatience+2*quitPatience:
			return fmt.Errorf("stopping an earlier PostgreSQL: %d processes survive", len(live))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for an earlier PostgreSQL to end: %w", ctx.Err())
		case <-time.After(remainsPoll):
		}
	}
}

func (c *cluster) liveProcesses(ctx context.Context) ([]int, error) {
	output, err := c.account.shell(ctx, findByFolder, c.data())
	if err != nil {
		return nil, fmt.Errorf("looking for an earlier PostgreSQL: %w", err)
	}
	var live []int
	for _, field := range strings.Fields(output) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("looking for an earlier PostgreSQL: %w", err)
		}
		live = append(live, pid)
	}
	return live, nil
}

// signalAll ignores errors: a process that cannot be signalled has just ended,
// or is still there in the next round and gets a harder signal.
func signalAll(pids []int, signal syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, signal)
	}
}
