package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// judgement computes all that is kept of a test run: its findings and sign-ins.
// captures are those of the run's round, read from the blob store; fresh are
// captures of the run that are not stored yet. What it gives is stored by
// store.ReplaceRunJudgement.
func (a *App) judgement(ctx context.Context, cfg integration.Config, run uuid.UUID, captures []store.Capture, fresh ...analysis.Input) (analysis.Judgement, error) {
	inputs, err := a.loadInputs(ctx, captures)
	if err != nil {
		return analysis.Judgement{}, err
	}
	own, others := splitInputs(captures, inputs, run)
	return analysis.JudgeRun(cfg, append(own, fresh...), others), nil
}

// LoadInput reads of a stored capture's transcript what rules read.
func (a *App) LoadInput(ctx context.Context, c store.Capture) (analysis.Input, error) {
	f, err := a.Blobs.Verified(ctx, c.Digest)
	if err != nil {
		return analysis.Input{}, err
	}
	defer func() { _ = f.Close() }() // reading only: nothing to lose
	t := &transcript.Transcript{}
	kept := analysis.Collector{Keeper: analysis.Keeper{BackChannel: c.Kind == store.CaptureBackChannel}}
	t.Meta, t.Pages, err = transcript.ReadEntries(f, func(e *transcript.Entry) error {
		kept.Add(e)
		return nil
	})
	if err != nil {
		return analysis.Input{}, fmt.Errorf("reading a stored transcript: %w", err)
	}
	t.Entries = kept.Entries()
	return inputOf(c, t), nil
}

// inputOf is a stored capture with its transcript as rules take it.
func inputOf(c store.Capture, t *transcript.Transcript) analysis.Input {
	return analysis.Input{
		ID: c.ID.String(), Scenario: c.Scenario, TestUser: c.TestUser, Kind: analysis.CaptureKind(c.Kind), RedactedBy: c.RedactedBy, T: t,
	}
}

// loadInputs reads of captures what rules read, in their order.
func (a *App) loadInputs(ctx context.Context, captures []store.Capture) ([]analysis.Input, error) {
	inputs := make([]analysis.Input, len(captures))
	var err error
	for n, c := range captures {
		if inputs[n], err = a.LoadInput(ctx, c); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

// splitInputs parts a run's own captures from the others of its round.
func splitInputs(captures []store.Capture, inputs []analysis.Input, run uuid.UUID) (own, others []analysis.Input) {
	for n, c := range captures {
		if c.TestRunID == run {
			own = append(own, inputs[n])
		} else {
			others = append(others, inputs[n])
		}
	}
	return own, others
}
