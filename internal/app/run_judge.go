package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// judgeRound computes all that is kept of each test run of a round, a new capture
// among its captures: the same values twice are a finding of both sides.
func (a *App) judgeRound(ctx context.Context, b captureBase, c store.Capture, fresh analysis.Input) (map[uuid.UUID]analysis.Judgement, error) {
	inputs, err := a.loadInputs(ctx, b.captures)
	if err != nil {
		return nil, err
	}
	inputs = append(inputs, fresh)
	var order []uuid.UUID
	var runs [][]analysis.Input
	for n, of := range append(slices.Clone(b.captures), c) {
		at := slices.Index(order, of.TestRunID)
		if at < 0 {
			at, order, runs = len(order), append(order, of.TestRunID), append(runs, nil)
		}
		runs[at] = append(runs[at], inputs[n])
	}
	said := map[uuid.UUID]analysis.Judgement{}
	for n, j := range analysis.JudgeRound(b.integration.Config, runs) {
		said[order[n]] = j
	}
	return said, nil
}

// storeRoundJudgement puts what is said of the runs of a round, now that a capture
// was added to run, in the place of what was said before, and marks the items
// that it supports less. Runs that a revision in review rests on keep what they
// have, and those that a newer program judged. What changed goes into details.
func storeRoundJudgement(ctx context.Context, w *Write, run store.TestRun, c store.Capture, said map[uuid.UUID]analysis.Judgement, details map[string]audit.Value) error {
	scope := w.Cmd.Actor.Scope()
	runs, err := store.ListTestRuns(ctx, w.Tx, scope, run.IntegrationID)
	if err != nil {
		return err
	}
	inReview, err := runsInReview(ctx, w.Tx, scope, run.IntegrationID)
	if err != nil {
		return err
	}
	var judged []judgedRun
	for _, r := range slices.Backward(runs) { // the oldest first
		now, inRound := said[r.ID]
		if !inRound || inReview[r.ID] || r.JudgedRuleSet > analysis.RuleSet && r.ID != run.ID {
			continue
		}
		j := judgedRun{run: r, ruleSet: analysis.RuleSet, version: c.ConfigurationVersion, capture: &c.ID,
			because: fmt.Sprintf("with capture %d of run %d", c.Number, run.Number), said: now}
		if r.JudgedRuleSet != j.ruleSet || r.JudgedVersion != j.version { // the job of that change comes later, and finds it done
			j.because += fmt.Sprintf(" under rule set %d and description %d", j.ruleSet, j.version)
		}
		if err := j.replace(ctx, w); err != nil {
			return err
		}
		judged = append(judged, j)
	}
	details["judged_runs"] = audit.Int(len(judged))
	return voidWorse(ctx, w, run.IntegrationID, judged, details)
}

// maxTranscripts is how much memory the transcripts that were judged last take,
// all together and about: a round is judged with each of its captures.
const maxTranscripts = analysis.MaxKeptBytes

// loadInput gives a stored capture as rules read it. Its transcript is read once,
// and then kept while there is room: its bytes are those of the digest for good.
func (a *App) loadInput(ctx context.Context, c store.Capture) (analysis.Input, error) {
	key := c.Digest + " " + string(c.Kind)
	if t, kept := a.judged.get(key); kept {
		return inputOf(c, t), nil
	}
	t, size, err := a.readTranscript(ctx, c)
	if err != nil {
		return analysis.Input{}, err
	}
	a.judged.put(key, t, size, maxTranscripts)
	return inputOf(c, t), nil
}

// readTranscript reads of a stored capture's transcript what rules read, and
// tells about how much memory it takes.
func (a *App) readTranscript(ctx context.Context, c store.Capture) (*transcript.Transcript, int64, error) {
	f, err := a.Blobs.Verified(ctx, c.Digest)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }() // reading only: nothing to lose
	t := &transcript.Transcript{}
	kept := analysis.Collector{Keeper: analysis.Keeper{BackChannel: c.Kind == store.CaptureBackChannel}}
	t.Meta, t.Pages, err = transcript.ReadEntries(f, func(e *transcript.Entry) error {
		kept.Add(e)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("reading a stored transcript: %w", err)
	}
	t.Entries = kept.Entries()
	return t, kept.Bytes(t.Pages), nil
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
		if inputs[n], err = a.loadInput(ctx, c); err != nil {
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
