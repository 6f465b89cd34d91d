package main

import (
	"cmp"
	"context"
	"errors"
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
	maxTimes float64 // CPU time, in that of the row before
	native   bool    // the row that others are compared with ...
	compare  bool    // ... as this one is
	mayFail  bool    // another's program, which need not be able to read the file
	saysNo   bool    // may end with 1: it judges the file
}

// sample is what one process took.
type sample struct {
	cpu, wall time.Duration
	rss       int64 // bytes
}

type result struct {
	row
	sample
	failed bool
}

// rate is bytes of input per CPU second.
func (r result) rate() float64 { return float64(r.in.size) / r.cpu.Seconds() }

// measure runs a row's process some times and keeps the medians.
func (b *bench) measure(ctx context.Context, r row) error {
	_, _ = fmt.Fprintf(os.Stderr, "%s: %s\n", r.name, r.in.name)
	samples := make([]sample, 0, b.repeats)
	for range max(b.repeats, 1) {
		s, err := runOnce(ctx, r)
		if err != nil && r.mayFail && ctx.Err() == nil {
			b.results = append(b.results, result{row: r, failed: true})
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s on %s: %w", r.name, r.in.name, err)
		}
		samples = append(samples, s)
	}
	median := func(by func(a, b sample) int) sample {
		slices.SortFunc(samples, by)
		return samples[len(samples)/2]
	}
	b.results = append(b.results, result{row: r, sample: sample{
		cpu:  median(func(a, b sample) int { return cmp.Compare(a.cpu, b.cpu) }).cpu,
		wall: median(func(a, b sample) int { return cmp.Compare(a.wall, b.wall) }).wall,
		rss:  median(func(a, b sample) int { return cmp.Compare(a.rss, b.rss) }).rss,
	}})
	return nil
}

// onceWord makes this program run one process and print what it took. The kernel
// counts the memory of the process that starts another as the other's own until
// it is loaded, so that the one that starts must be a small one.
const onceWord = "once"

// runOnce runs a row's process to its end, through a small process of this program.
func runOnce(ctx context.Context, r row) (sample, error) {
	self, err := os.Executable()
	if err != nil {
		return sample{}, fmt.Errorf("finding this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, append([]string{onceWord}, r.command...)...)
	var answer, messages strings.Builder
	cmd.Stdout, cmd.Stderr = &answer, &messages
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%w: %s", err, messages.String())
	}
	var s sample
	var status int
	if _, err := fmt.Sscan(answer.String(), &s.cpu, &s.wall, &s.rss, &status); err != nil {
		return sample{}, fmt.Errorf("reading what it took: %w", err)
	}
	if status != 0 && !(r.saysNo && status == 1) {
		return sample{}, fmt.Errorf("it ended with %d: %s", status, messages.String())
	}
	return s, nil
}

// once runs a process and prints CPU time and wall time in nanoseconds, the peak
// of its memory in bytes and its exit status.
func once(command []string, out io.Writer) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return err
	}
	wall := time.Since(began)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("this system tells no resource usage")
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	_, err := fmt.Fprintln(out, cpu.Nanoseconds(), wall.Nanoseconds(), usage.Maxrss*1024, cmd.ProcessState.ExitCode()) // Linux counts in KiB
	return err
}

// report prints the table; met tells whether every goal is met.
func (b *bench) report(out io.Writer) (met bool, err error) {
	met = true
	var native result
	for _, r := range b.results {
		if r.native {
			native = r
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "process\tinput\tMB\tCPU s\twall s\tMB/CPU s\tpeak RSS MB\tgoal\t")
	for i, r := range b.results {
		if r.failed {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t\t\t\t\tends with an error\t\n", r.name, r.in.name, r.in.size/1_000_000)
			continue
		}
		goals, ok := r.judge(native, b.results[max(i-1, 0)])
		met = met && ok
		rate := "-"
		if r.in.size > 0 {
			rate = fmt.Sprintf("%.0f", r.rate()/1e6)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%.2f\t%.2f\t%s\t%.1f\t%s\t\n", r.name, r.in.name, r.in.size/1_000_000,
			r.cpu.Seconds(), r.wall.Seconds(), rate, float64(r.rss)/1e6, goals)
	}
	if err := w.Flush(); err != nil {
		return false, fmt.Errorf("printing the table: %w", err)
	}
	return met, nil
}

// judge words the goals of a row and whether they are met.
func (r result) judge(native, before result) (goals string, ok bool) {
	var words []string
	ok = true
	goal := func(within bool, format string, args ...any) {
		words = append(words, fmt.Sprintf(format, args...))
		ok = ok && within
	}
	if r.minRate > 0 {
		goal(r.rate() >= r.minRate, ">= %.0f MB/CPU s", r.minRate/1e6)
	}
	if r.maxRSS > 0 {
		goal(r.rss <= r.maxRSS, "<= %d MB", r.maxRSS/1_000_000)
	}
	if r.maxTimes > 0 {
		times := r.cpu.Seconds() / before.cpu.Seconds()
		goal(times <= r.maxTimes, "%.2f of <= %.2f times the CPU time of the row before", times, r.maxTimes)
	}
	switch {
	case r.compare:
		words = append(words, fmt.Sprintf("%.1f times the native CPU time", r.cpu.Seconds()/native.cpu.Seconds()))
	case len(words) == 0:
	case ok:
		words = append(words, "met")
	default:
		words = append(words, "MISSED")
	}
	return strings.Join(words, ", "), ok
}
