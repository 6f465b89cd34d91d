// Command benchupload measures how long a large capture takes from the first
// byte sent to the stored transcript, beside the kit's redaction of the same
// file, and how much memory the server needs for it. Both are whole processes.
// It exits with 1 when a goal is missed, and with 2 when it could not measure.
// `make bench` runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// The goals: the upload's time against that of the redaction alone, and the
// server's memory beyond what it holds before.
const (
	goalRatio = 1.3
	kitRate   = 250e6 // bytes per second of the kit at its own goal
	goalBytes = 32 << 20
)

func main() {
	file := flag.String("file", "", "the capture to upload")
	repeats := flag.Int("repeats", 3, "how often each is done; the median counts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	met, err := run(ctx, os.Stdout, *file, *repeats)
	stop()
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "benchupload:", err)
		os.Exit(2)
	case !met:
		os.Exit(1)
	}
}

// run serves a demo of its own, uploads the file, and prints what it took.
func run(ctx context.Context, out io.Writer, file string, repeats int) (met bool, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return false, fmt.Errorf("looking at the capture: %w", err)
	}
	dir, err := os.MkdirTemp("", "proofwalk-bench-")
	if err != nil {
		return false, fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o711); err != nil { // the database's account passes through
		return false, fmt.Errorf("opening the folder: %w", err)
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", dir+"/", "./cmd/proofwalk", "./cmd/proofwalkd")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return false, fmt.Errorf("building: %w", err)
	}
	s, err := startServer(ctx, dir)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.prepare(); err != nil {
		return false, err
	}
	var kit, raw, redacted []measured
	var size int64
	for n := range repeats {
		k, err := redactAlone(ctx, filepath.Join(dir, "proofwalk"), file, filepath.Join(dir, "out.har"))
		if err != nil {
			return false, err
		}
		u, err := s.upload(file, 2*n)
		if err != nil {
			return false, err
		}
		p, bytes, err := s.uploadRedacted(file, 2*n+1)
		if err != nil {
			return false, err
		}
		kit, raw, redacted, size = append(kit, k), append(raw, u), append(redacted, p), bytes
	}
	return report(out, median(kit), median(raw), median(redacted), info.Size(), size)
}

// measured is one whole run: wall time, CPU time of the process, memory.
type measured struct {
	wall, cpu time.Duration
	bytes     int64 // what the server grew by
}

func median(all []measured) measured {
	slices.SortFunc(all, func(a, b measured) int { return int(a.wall - b.wall) })
	m := all[len(all)/2]
	for _, one := range all {
		m.bytes = max(m.bytes, one.bytes) // of memory the worst counts
	}
	return m
}

func redactAlone(ctx context.Context, kit, file, out string) (measured, error) {
	cmd := exec.CommandContext(ctx, kit, "redact", "-o", out, file)
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return measured{}, fmt.Errorf("redacting with the kit: %w", err)
	}
	m := measured{wall: time.Since(began), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	return m, nil
}

func report(out io.Writer, kit, raw, redacted measured, before, after int64) (met bool, err error) {
	ratio := raw.wall.Seconds() / kit.wall.Seconds()
	whole := (kit.wall + redacted.wall).Seconds() / kit.wall.Seconds()
	most := max(raw.bytes, redacted.bytes)
	met = ratio <= goalRatio && most <= goalBytes
	row := func(name string, m measured) string {
		return fmt.Sprintf("| %s | %.2f | %.2f | %.1f |\n", name, m.wall.Seconds(), m.cpu.Seconds(), float64(m.bytes)/(1<<20))
	}
	_, err = fmt.Fprintf(out, `| what | wall s | CPU s | server memory, MiB more than before |
|---|---|---|---|
| kit redacts the file | %.2f | %.2f | - |
%s%s
raw upload : the kit's redaction %.2f (goal at most %.1f); of a kit at its goal of 250 MB/s it would be %.2f
the kit's redaction and the upload of what it gives, %.0f MB, one after the other : the redaction %.2f
server memory per upload %.1f MiB (goal at most %d)
`,
		kit.wall.Seconds(), kit.cpu.Seconds(),
		row("raw: server receives, redacts, judges and stores the file", raw),
		row("redacted: server receives, redacts again, judges and stores it", redacted),
		ratio, goalRatio, raw.wall.Seconds()/(float64(before)/kitRate), float64(after)/1e6, whole, float64(most)/(1<<20), goalBytes>>20)
	return met, err
}
