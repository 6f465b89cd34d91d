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
	"strings"
	"syscall"
)

func main() {
	full := flag.Bool("full", false, "measure the file of 2 GB as well")
	repeats := flag.Int("repeats", 3, "how often each process runs; the median counts")
	flag.Parse()
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

// bench is one run of the benchmark.
type bench struct {
	dir      string
	repeats  int
	kit      []string // the command that runs the kit natively
	wasm     []string // the same as WebAssembly under Node.js
	entries  [][]byte
	har, big input // the 200 MB of real entries, and the file of one long body
	fresh    input // as har, with other cookies and tokens in each repetition
	results  []result
}

// build makes the kit for this machine and for WebAssembly.
func (b *bench) build(ctx context.Context) error {
	native, module := filepath.Join(b.dir, "proofwalk"), filepath.Join(b.dir, "proofwalk.wasm")
	for _, t := range []struct {
		out string
		env []string
	}{{native, []string{"CGO_ENABLED=0"}}, {module, []string{"GOOS=js", "GOARCH=wasm"}}} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", t.out, "./cmd/proofwalk")
		cmd.Env = append(os.Environ(), t.env...)
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building the kit: %w\n%s", err, text)
		}
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("asking for GOROOT: %w", err)
	}
	loader := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec_node.js")
	b.kit = []string{native}
	b.wasm = []string{"node", "--stack-size=8192", loader, module}
	return nil
}

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
	redact := func(command []string, in input) []string {
		return append(append([]string{}, command...), "redact", "-o", out, in.path)
	}
	node := func(script string, in input, more ...string) []string {
		return append([]string{"node", "--max-old-space-size=8192", "-e", script, in.path, out}, more...)
	}
	nothing := input{name: "-"}
	const mb = 1_000_000
	for _, r := range []row{
		{name: "proofwalk version", in: nothing, command: append(append([]string{}, b.kit...), "version")},
		{name: "proofwalk redact", in: b.har, command: redact(b.kit, b.har), minRate: 250 * mb, maxRSS: 24 * mb, of: nativeOf},
		{name: "proofwalk redact", in: b.fresh, command: redact(b.kit, b.fresh), maxRSS: 24 * mb},
		{name: "proofwalk redact, WebAssembly in Node.js", in: b.har, command: redact(b.wasm, b.har), maxRatio: 4, of: wasmOf},
		{name: "sha256sum", in: b.har, command: []string{"sha256sum", b.har.path}},
		{name: "Node.js: JSON.parse, JSON.stringify", in: b.har, command: node(parseAndPrint, b.har)},
		{name: "har-sanitizer 2.0.0 (npm)", in: b.har, command: node(harSanitizer, b.har, sanitizer)},
		{name: "proofwalk redact", in: b.big, command: redact(b.kit, b.big), maxRSS: 20 * mb},
		{name: "Node.js: JSON.parse, JSON.stringify", in: b.big, command: node(parseAndPrint, b.big)},
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
		in, err := b.makeHAR(fmt.Sprintf("%d MB of real entries", mb), mb*1_000_000, false)
		if err != nil {
			return err
		}
		command := append(append([]string{}, b.kit...), "redact", "-o", out, in.path)
		if err := b.measure(ctx, row{name: "proofwalk redact", in: in, command: command, maxRSS: 24_000_000}); err != nil {
			return err
		}
		if err := os.Remove(in.path); err != nil {
			return fmt.Errorf("removing an input: %w", err)
		}
	}
	return nil
}
