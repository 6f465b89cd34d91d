// Command benchredact measures the redaction of large captures in whole
// processes: CPU time and peak memory of the kit, natively and as WebAssembly
// under Node.js, beside other programs that read the same file. It exits with 1
// when a goal is missed, and with 2 when it could not measure. Run it with
// `make bench`.
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
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == onceWord {
		if err := once(os.Args[2:], os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	full := flag.Bool("full", false, "measure the file of 2 GB as well")
	repeats := flag.Int("repeats", 3, "how often each process runs; the median counts")
	into := flag.String("make", "", "only write the file of 200 MB, under this name")
	flag.Parse()
	if *into != "" {
		if err := makeOnly(*into); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, "benchredact:", err)
			os.Exit(2)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	met, err := run(ctx, os.Stdout, *full, *repeats)
	stop()
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "benchredact:", err)
		os.Exit(2)
	case !met:
		os.Exit(1)
	}
}

// run makes the inputs, measures and prints the table; met tells whether every
// goal is met.
func run(ctx context.Context, out io.Writer, full bool, repeats int) (met bool, err error) {
	dir, err := os.MkdirTemp("", "proofwalk-bench-")
	if err != nil {
		return false, fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{dir: dir, repeats: repeats}
	if err := b.build(ctx); err != nil {
		return false, err
	}
	if err := b.makeInputs(); err != nil {
		return false, err
	}
	if err := b.mainRows(ctx); err != nil {
		return false, err
	}
	if err := b.sizeRows(ctx, full); err != nil {
		return false, err
	}
	return b.report(out)
}

// makeOnly writes the file of 200 MB for another benchmark.
func makeOnly(name string) error {
	b := &bench{dir: filepath.Dir(name)}
	var err error
	if b.entries, err = readEntries(realFiles, minReal); err != nil {
		return err
	}
	if b.har, err = b.makeHAR("200 MB of real entries", mainBytes, b.entries, false); err != nil {
		return err
	}
	return os.Rename(b.har.path, name)
}

// bench is one run of the benchmark.
type bench struct {
	dir     string
	repeats int
	kit     []string // the command that runs the kit
	wasm    []string // the command that runs the redactor as WebAssembly
	entries [][]byte // real ones
	har     input    // 200 MB of them
	fresh   input    // as har, with other cookies and tokens in each repetition
	signIns input    // 200 MB of recorded sign-ins
	judged  input    // 50 MB of both
	big     input    // the file of one long body
	results []result
}

// folder is where the sources of this command are.
const folder = "internal/e2e/benchredact"

// build makes the kit for this machine and the redactor for WebAssembly.
func (b *bench) build(ctx context.Context) error {
	native, module := filepath.Join(b.dir, "proofwalk"), filepath.Join(b.dir, "redact.wasm")
	for _, t := range []struct {
		source, out string
		env         []string
	}{
		{"./cmd/proofwalk", native, []string{"CGO_ENABLED=0"}},
		{"./" + folder + "/module", module, []string{"GOOS=js", "GOARCH=wasm"}},
	} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", t.out, t.source)
		cmd.Env = append(os.Environ(), t.env...)
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", t.source, err, text)
		}
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("asking for GOROOT: %w", err)
	}
	loader := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js")
	b.kit = []string{native}
	b.wasm = []string{"node", "--stack-size=8192", filepath.Join(folder, "module", "run.js"), loader, module}
	return nil
}

// described is the integration of the recorded sign-ins.
const described = "testdata/integrations/right.yaml"

// nodeModules is where tools/node keeps the other redactors.
const nodeModules = "tools/node/node_modules"

// Programs of one line that Node.js runs on a file.
const (
	parseAndPrint = `const fs = require("fs"); fs.writeFileSync(process.argv[2], JSON.stringify(JSON.parse(fs.readFileSync(process.argv[1], "utf8"))))`
	harSanitizer  = `const fs = require("fs"); require(process.argv[3]).sanitize(JSON.parse(fs.readFileSync(process.argv[1], "utf8")))
		.then(har => fs.writeFileSync(process.argv[2], JSON.stringify(har, null, 2)))`
)

// mainRows measures the file of 200 MB and the one of one long body.
func (b *bench) mainRows(ctx context.Context) error {
	out := filepath.Join(b.dir, "out.har")
	sanitizer, err := filepath.Abs(filepath.Join(nodeModules, "har-sanitizer"))
	if err != nil {
		return fmt.Errorf("finding har-sanitizer: %w", err)
	}
	redact := func(in input) []string { return slices.Concat(b.kit, []string{"redact", "-o", out, in.path}) }
	node := func(script string, in input, more ...string) []string {
		return append([]string{"node", "--max-old-space-size=8192", "-e", script, in.path, out}, more...)
	}
	const (
		mb        = 1_000_000
		own       = "proofwalk redact"
		nodeJSON  = "Node.js: JSON.parse, JSON.stringify"
		otherTool = "har-sanitizer 2.0.0 (npm)"
	)
	for _, r := range []row{
		{name: "proofwalk version", in: input{name: "-"}, command: slices.Concat(b.kit, []string{"version"})},
		{name: own, in: b.har, command: redact(b.har), minRate: 250 * mb, maxRSS: 24 * mb, native: true},
		{name: own, in: b.fresh, command: redact(b.fresh), maxRSS: 24 * mb},
		{name: own, in: b.signIns, command: redact(b.signIns), maxRSS: 24 * mb},
		{name: "the same as WebAssembly in Node.js", in: b.har, command: slices.Concat(b.wasm, []string{b.har.path, out}), compare: true},
		{name: "sha256sum", in: b.har, command: []string{"sha256sum", b.har.path}},
		{name: nodeJSON, in: b.har, command: node(parseAndPrint, b.har)},
		{name: otherTool, in: b.har, command: node(harSanitizer, b.har, sanitizer), mayFail: true},
		{name: otherTool, in: b.signIns, command: node(harSanitizer, b.signIns, sanitizer), mayFail: true},
		{name: "proofwalk redact, described", in: b.judged, command: append(redact(b.judged), "--integration", described)},
		{name: "proofwalk inspect", in: b.judged, command: slices.Concat(b.kit, []string{"inspect", "--format", "json", "--integration", described, b.judged.path}),
			maxTimes: 1.15, saysNo: true},
		{name: own, in: b.big, command: redact(b.big), maxRSS: 20 * mb},
		{name: nodeJSON, in: b.big, command: node(parseAndPrint, b.big)},
	} {
		if err := b.measure(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// sizeRows measures how cost and memory grow with the size of the file.
func (b *bench) sizeRows(ctx context.Context, full bool) error {
	sizes := []int64{1, 10, 100, 1000}
	if full {
		sizes = append(sizes, 2000)
	}
	out := filepath.Join(b.dir, "out.har")
	for _, mb := range sizes {
		in, err := b.makeHAR(fmt.Sprintf("%d MB of real entries", mb), mb*1_000_000, b.entries, false)
		if err != nil {
			return err
		}
		command := slices.Concat(b.kit, []string{"redact", "-o", out, in.path})
		if err := b.measure(ctx, row{name: "proofwalk redact", in: in, command: command, maxRSS: 24_000_000}); err != nil {
			return err
		}
		if err := os.Remove(in.path); err != nil {
			return fmt.Errorf("removing an input: %w", err)
		}
	}
	return nil
}
