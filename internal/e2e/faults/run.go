package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/hosts"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/record"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// runner plays cases and collects what came of them.
type runner struct {
	keep    string // where recordings go; empty: nowhere
	explain bool
	out     io.Writer
	matrix  matrix.Matrix
}

// lanes is how many cases are played at once, each lane with a browser and a stage of its own.
const lanes = 2

// played is what became of a case.
type played struct {
	recorded recording
	err      error
}

// play plays the cases of a group; an error is one that no further case survives.
func (r *runner) play(ctx context.Context, g group) error {
	next, results := make(chan int), make([]played, len(g.cases))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make(chan error, lanes)
	for range lanes {
		go func() {
			err := g.playLane(ctx, next, results)
			if err != nil {
				cancel()
			}
			ends <- err
		}()
	}
	for i := range g.cases {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	var err error
	for range lanes {
		err = errors.Join(err, <-ends)
	}
	if err != nil {
		return err
	}
	for i, c := range g.cases {
		r.add(c, results[i].recorded, results[i].err)
	}
	return nil
}

// playLane plays those cases whose number comes, until no more do.
func (g group) playLane(ctx context.Context, next <-chan int, results []played) (err error) {
	front, err := hosts.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, front.Close()) }()
	stage, err := g.open(ctx, front)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	browser, err := record.Start(ctx, front.Rules())
	if err != nil {
		return err
	}
	defer browser.Close()
	for i := range next {
		results[i].recorded, results[i].err = playCase(ctx, stage, browser, g.cases[i])
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// add judges what was recorded of a case.
func (r *runner) add(c matrix.Case, recorded recording, err error) {
	var findings []analysis.Finding
	if err == nil {
		findings, err = recorded.judge(c.Scenario)
	}
	if err == nil && r.keep != "" {
		err = recorded.write(r.keep, c.Name)
	}
	o := matrix.Compare(findings, c.Expected)
	o.Err = err
	r.matrix.Add(c, o)
	if r.explain {
		for i := range findings {
			f := &findings[i]
			_, _ = fmt.Fprintf(r.out, "%s: %s %d %s: %s (%s) %s%s\n", c.Name, f.Rule, f.Flow, f.Verdict, f.Title, f.Actual, f.CauseWhy, f.Why)
		}
	}
}

// playCase walks through a case within its time.
func playCase(ctx context.Context, stage matrix.Stage, browser *record.Browser, c matrix.Case) (_ recording, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, caseTime, fmt.Errorf("the case hangs: it has had %s", caseTime))
	defer cancel()
	play, err := stage.Prepare(ctx, c)
	if err != nil {
		return recording{}, fmt.Errorf("preparing: %w", err)
	}
	tab, err := browser.Open(ctx)
	if err != nil {
		return recording{}, err
	}
	defer func() { err = errors.Join(err, tab.Close()) }()
	if err := c.Steps(ctx, tab, play.Site); err != nil {
		return recording{}, fmt.Errorf("walking: %w", errors.Join(err, context.Cause(ctx)))
	}
	hars, err := tab.HARs(ctx)
	if err != nil {
		return recording{}, err
	}
	raw := make([]captured, 0, len(hars)+1)
	for _, har := range hars {
		raw = append(raw, captured{analysis.KindBrowser, har})
	}
	if play.BackChannel != nil {
		har, err := play.BackChannel()
		if err != nil {
			return recording{}, err
		}
		if har != nil {
			raw = append(raw, captured{analysis.KindBackChannel, har})
		}
	}
	return redacted(play.Config, raw)
}

// captured is one HAR of a case.
type captured struct {
	kind analysis.CaptureKind
	har  []byte
}

// recording is what is left of a case once it is redacted.
type recording struct {
	config integration.Config
	files  []captured
}

// redacted redacts the captures of a case as those of one round.
func redacted(cfg integration.Config, raw []captured) (recording, error) {
	key, round := redact.NewRound()
	r := redact.New(redact.Options{Config: &cfg, Digest: integration.Digest(cfg), Key: key, Round: round, Version: "faults"})
	out := recording{config: cfg}
	for _, c := range raw {
		var b bytes.Buffer
		if _, err := r.HAR(&b, bytes.NewReader(c.har), capture.Limits{}); err != nil {
			return out, fmt.Errorf("redacting: %w", err)
		}
		out.files = append(out.files, captured{c.kind, b.Bytes()})
	}
	return out, nil
}

// judge reads the redacted captures as the server reads an upload, and judges
// them together as one test run.
func (rec recording) judge(scenario string) ([]analysis.Finding, error) {
	r := redact.New(redact.Options{Config: &rec.config, Digest: integration.Digest(rec.config), Version: "faults"})
	var run []analysis.Input
	for i, f := range rec.files {
		t, report, err := r.Transcript(bytes.NewReader(f.har), capture.Limits{})
		if err != nil {
			return nil, fmt.Errorf("reading a recording: %w", err)
		}
		if !report.Confirmed() {
			return nil, errors.New("a second pass of the redaction gives something else")
		}
		run = append(run, analysis.Input{
			ID: fmt.Sprintf("t-%03d", i+1), Scenario: scenario, Kind: f.kind, RedactedBy: analysis.ByServer, T: t,
		})
	}
	return analysis.Judge(rec.config, run, nil), nil
}
