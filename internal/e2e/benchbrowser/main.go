// Command benchbrowser redacts one large HAR twice, as whole processes: with the
// kit on this machine, and with the WebAssembly module in a worker of a real
// Chromium, as the upload page does. It prints times, memory and the size of the
// module beside their goals, and exits with 2 when it could not measure. Run it
// with `make bench`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/proofwalk/proofwalk/views/assets"
)

// The goals of the product for 200 MB.
const (
	maxRatio  = 4.0
	kitRate   = 250e6 // bytes per second of the kit at its own goal
	maxTab    = 200e6
	maxBrotli = 1_500_000
)

func main() {
	file := flag.String("file", "", "HAR to redact, as benchredact -make writes it")
	rounds := flag.Int("rounds", 6, "how often each is measured; the fastest counts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, *file, *rounds)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "benchbrowser:", err)
		os.Exit(2)
	}
}

// measured is one redaction of the whole file.
type measured struct {
	took   time.Duration
	cpu    time.Duration
	memory int64         // bytes at the highest
	wasm   int64         // bytes of the module's memory; 0 for the kit
	values int           // that were replaced or dropped
	pause  time.Duration // the longest in which the page did nothing else; 0 for the kit
}

func run(ctx context.Context, out io.Writer, sample string, rounds int) (err error) {
	info, err := os.Stat(sample)
	if err != nil {
		return fmt.Errorf("looking at the HAR: %w", err)
	}
	if !assets.HasRedactor() {
		return errors.New("this build has no redactor for the browser: `make wasm` builds it")
	}
	dir, err := os.MkdirTemp("", "proofwalk-bench-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	_, _ = fmt.Fprintf(out, "%.1f MB of real entries\n", mb(info.Size()))
	kit, err := buildKit(ctx, dir)
	if err != nil {
		return err
	}
	tab, err := openTab(ctx, sample)
	if err != nil {
		return err
	}
	defer tab.close()
	var native, browser []measured
	for range rounds { // in turns, so that what else the machine does hits both
		n, err := kit.redact(ctx, sample)
		if err != nil {
			return err
		}
		b, err := tab.redact()
		if err != nil {
			return err
		}
		if n.values != b.values {
			return fmt.Errorf("the kit took out %d values, the browser %d: not the same work", n.values, b.values)
		}
		native, browser = append(native, n), append(browser, b)
	}
	return report(out, info.Size(), tab.before, best(native), best(browser))
}

// best is the fastest, with the least CPU time and the most memory of all.
func best(all []measured) measured {
	b := slices.MinFunc(all, func(x, y measured) int { return int(x.took - y.took) })
	for _, m := range all {
		b.cpu, b.pause = min(b.cpu, m.cpu), max(b.pause, m.pause)
		b.memory, b.wasm = max(b.memory, m.memory), max(b.wasm, m.wasm)
	}
	return b
}

func report(out io.Writer, size, before int64, native, browser measured) error {
	sizes, err := moduleSizes()
	if err != nil {
		return err
	}
	ratio := browser.took.Seconds() / native.took.Seconds()
	atGoal := maxRatio * float64(size) / kitRate
	rows := [][4]string{
		{"what", "figure", "goal", ""},
		{"kit, whole process", fmt.Sprintf("%.2f s, %.0f MB/s", native.took.Seconds(), mb(size)/native.took.Seconds()), "", ""},
		{"kit, CPU time", fmt.Sprintf("%.2f s", native.cpu.Seconds()), "", ""},
		{"browser, from the choice to the last byte", fmt.Sprintf("%.2f s, %.0f MB/s", browser.took.Seconds(), mb(size)/browser.took.Seconds()), "", ""},
		{"browser, CPU time with compiling", fmt.Sprintf("%.2f s", browser.cpu.Seconds()), "", ""},
		{"browser to kit, by the clock", fmt.Sprintf("%.2f", ratio), fmt.Sprintf("<= %.1f", maxRatio), verdict(ratio <= maxRatio)},
		{"browser to a kit at its goal of 250 MB/s", fmt.Sprintf("%.2f s", browser.took.Seconds()), fmt.Sprintf("<= %.2f s", atGoal), verdict(browser.took.Seconds() <= atGoal)},
		{"browser, longest pause of the page meanwhile", fmt.Sprintf("%.0f ms", float64(browser.pause.Microseconds())/1000), "", ""},
		{"tab, private memory at its peak", fmt.Sprintf("%.1f MB", mb(browser.memory)), fmt.Sprintf("<= %.0f MB", mb(maxTab)), verdict(browser.memory <= maxTab)},
		{"tab, private memory before", fmt.Sprintf("%.1f MB", mb(before)), "", ""},
		{"of it the module's memory", fmt.Sprintf("%.1f MB", mb(browser.wasm)), "", ""},
		{"module, brotli", fmt.Sprintf("%d bytes", sizes.brotli), fmt.Sprintf("<= %d", maxBrotli), verdict(sizes.brotli <= maxBrotli)},
		{"module, gzip", fmt.Sprintf("%d bytes", sizes.gzip), "", ""},
		{"module", fmt.Sprintf("%d bytes", sizes.plain), "", ""},
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(out, "%-44s %-22s %-14s %s\n", r[0], r[1], r[2], r[3]); err != nil {
			return err
		}
	}
	return nil
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }
