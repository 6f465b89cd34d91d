package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// row is one process to measure, with its goals; a goal of 0 is none.
type row struct {
	name    string
	in      input
	command []string

	minRate  float64 // bytes per CPU second
	maxRSS   int64   // bytes
	maxRatio float64 // CPU time, as a multiple of that of the row marked nativeOf
	of       mark
}

// mark pairs the rows that are compared with each other.
type mark int

const (
	nativeOf mark = iota + 1
	wasmOf
)

// sample is what one process took.
type sample struct {
	cpu, wall time.Duration
	rss       int64 // bytes
}

type result struct {
	row
	sample
}

// rate is bytes of input per CPU second.
func (r result) rate() float64 { return float64(r.in.size) / r.cpu.Seconds() }

// measure runs a row's process some times and keeps the medians.
func (b *bench) measure(ctx context.Context, r row) error {
	_, _ = fmt.Fprintf(os.Stderr, "%s: %s\n", r.name, r.in.name)
	samples := make([]sample, 0, b.repeats)
	for range max(b.repeats, 1) {
		s, err := runOnce(ctx, r.command)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", r.name, r.in.name, err)
		}
		samples = append(samples, s)
	}
	median := func(by func(a, b sample) int) sample {
		slices.SortFunc(samples, by)
		return samples[len(samples)/2]
	}
	b.results = append(b.results, result{r, sample{
		cpu:  median(func(a, b sample) int { return cmp.Compare(a.cpu, b.cpu) }).cpu,
		wall: median(func(a, b sample) int { return cmp.Compare(a.wall, b.wall) }).wall,
		rss:  median(func(a, b sample) int { return cmp.Compare(a.rss, b.rss) }).rss,
	}})
	return nil
}

// runOnce runs a process to its end.
func runOnce(ctx context.Context, command []string) (sample, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var messages strings.Builder
	cmd.Stderr = &messages
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%w: %s", err, messages.String())
	}
	wall := time.Since(began)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return sample{}, fmt.Errorf("this system tells no resource usage")
	}
	return sample{
		cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: wall,
		rss: int64(usage.Maxrss) * 1024, // Linux counts in KiB
	}, nil
}

// report prints the table; met tells whether every goal is met.
func (b *bench) report(out io.Writer) (met bool, err error) {
	met = true
	var native result
	for _, r := range b.results {
		if r.of == nativeOf {
			native = r
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "process\tinput\tMB\tCPU s\twall s\tMB/CPU s\tpeak RSS MB\tgoal\t\t")
	for _, r := range b.results {
		var goals []string
		ok := true
		goal := func(within bool, format string, args ...any) {
			goals = append(goals, fmt.Sprintf(format, args...))
			ok = ok && within
		}
		if r.minRate > 0 {
			goal(r.rate() >= r.minRate, ">= %.0f MB/CPU s", r.minRate/1e6)
		}
		if r.maxRSS > 0 {
			goal(r.rss <= r.maxRSS, "<= %d MB", r.maxRSS/1_000_000)
		}
		if r.maxRatio > 0 {
			ratio := r.cpu.Seconds() / native.cpu.Seconds()
			goal(ratio <= r.maxRatio, "<= %.0fx native, is %.1fx", r.maxRatio, ratio)
		}
		verdict := ""
		switch {
		case !ok:
			verdict, met = "missed", false
		case len(goals) > 0:
			verdict = "met"
		}
		rate := "-"
		if r.in.size > 0 {
			rate = fmt.Sprintf("%.0f", r.rate()/1e6)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%.2f\t%.2f\t%s\t%.1f\t%s\t%s\t\n", r.name, r.in.name, r.in.size/1_000_000,
			r.cpu.Seconds(), r.wall.Seconds(), rate, float64(r.rss)/1e6, strings.Join(goals, ", "), verdict)
	}
	if err := w.Flush(); err != nil {
		return false, fmt.Errorf("printing the table: %w", err)
	}
	return met, nil
}
