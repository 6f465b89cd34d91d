// Command benchpacket measures how packets are made: the report in whole processes
// beside other programs that lay out the same content, and report, seal and archive
// within one process. It exits with 1 when a goal is missed, and with 2 when it
// could not measure. Run it with `make bench-packet`.
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
	"runtime"
	"strings"
	"syscall"
)

func main() {
	repeats := flag.Int("repeats", 15, "how often each process runs; the median counts")
	keep := flag.String("keep", "", "keep the inputs and the PDFs in this folder")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	met, err := run(ctx, os.Stdout, *repeats, *keep)
	stop()
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "benchpacket:", err)
		os.Exit(2)
	case !met:
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	ctx     context.Context
	out     io.Writer
	dir     string
	server  string // the program that makes the report
	repeats int
	missed  int
}

func run(ctx context.Context, out io.Writer, repeats int, keep string) (met bool, err error) {
	b := &bench{ctx: ctx, out: out, dir: keep, repeats: repeats}
	if keep == "" {
		if b.dir, err = os.MkdirTemp("", "proofwalk-bench-"); err != nil {
			return false, fmt.Errorf("making a folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	}
	b.server = filepath.Join(b.dir, "proofwalkd")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.server, "./cmd/proofwalkd")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return false, fmt.Errorf("building the server: %w: %s", err, text)
	}
	b.printf("%d cores, %s, load %s before\n\n", runtime.NumCPU(), runtime.Version(), load())
	for _, part := range []func() error{b.wholeProcesses, b.memory, b.within, b.sizes} {
		if err := part(); err != nil {
			return false, err
		}
	}
	b.printf("\nload %s after; ", load())
	if b.missed > 0 {
		b.printf("%d goals are missed\n", b.missed)
	} else {
		b.printf("every goal is met\n")
	}
	return b.missed == 0, nil
}

func (b *bench) printf(format string, args ...any) { _, _ = fmt.Fprintf(b.out, format, args...) }

// goal prints a figure with its goal and whether it is met.
func (b *bench) goal(what, got, want string, met bool) {
	says := "met"
	if !met {
		says = "MISSED"
		b.missed++
	}
	b.printf("%-58s %16s   goal %-14s %s\n", what, got, want, says)
}

// load is that of the last minute: what else runs on the machine is in every figure.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
