// Command faults lets a relying party and a provider make one mistake after the
// other while a real Chromium signs in, judges what was recorded, and prints for
// each mistake which findings were expected and which came. It exits with 1 when
// they differ, and with 2 when it could not begin. Run it with `make faults`.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/proofwalk/proofwalk/internal/e2e/faults/hosts"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/oauthcases"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/samlcases"
)

// group is the cases that share a stage.
type group struct {
	cases []matrix.Case
	open  func(context.Context, *hosts.Front) (matrix.Stage, error)
}

// groups are all cases there are.
func groups() []group {
	return []group{
		{oauthcases.Cases(), func(ctx context.Context, front *hosts.Front) (matrix.Stage, error) {
			return oauthcases.Open(ctx, front, "tools/node")
		}},
		{samlcases.Cases(), func(_ context.Context, front *hosts.Front) (matrix.Stage, error) { return samlcases.Open(front) }},
	}
}

// caseTime bounds a case on a busy machine; it takes about a second.
const caseTime = 20 * time.Second

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the Go provider logs what it refuses
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	right, err := run(ctx, os.Args[1:])
	stop()
	switch {
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(2)
	case !right:
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (right bool, err error) {
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	only := flags.String("only", "", "play only the cases whose name holds this")
	keep := flags.String("keep", "", "write the redacted recordings into this folder")
	from := flags.String("from", "", "judge the recordings of this folder instead of playing")
	explain := flags.Bool("explain", false, "print what each finding of a case says")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	r := runner{keep: *keep, explain: *explain, out: os.Stdout}
	began := time.Now()
	for _, g := range groups() {
		g.cases = slices.DeleteFunc(g.cases, func(c matrix.Case) bool { return !strings.Contains(c.Name, *only) })
		if *from != "" {
			r.judgeKept(*from, g.cases)
			continue
		}
		if len(g.cases) == 0 {
			continue
		}
		if err := r.play(ctx, g); err != nil {
			return false, err
		}
	}
	if err := r.matrix.Write(os.Stdout); err != nil {
		return false, err
	}
	_, err = fmt.Fprintf(os.Stdout, "in %s\n", time.Since(began).Round(time.Second))
	return r.matrix.Right(), err
}
