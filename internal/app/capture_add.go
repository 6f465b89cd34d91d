package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// NewCapture is a file that is added to a test run.
type NewCapture struct {
	Integration, Run uuid.UUID
	// Kind is browser or back_channel.
	Kind store.CaptureKind
	// Names is the round's name table as the sender's redactor left it, JSON;
	// empty for files that another round's redactor or none has seen.
	Names []byte
	// File is read once, as it arrives, and redacted meanwhile.
	File io.Reader
}

// AddCapture redacts a file while it is read, judges the test runs of its round
// anew and stores transcript, report and judgements, all or nothing. The raw
// bytes are in memory only, a few entries at a time. Errors of kind Invalid,
// Unsupported, TooLarge and Conflict say what is wrong with the file and what to do.
//
// The transcript's bytes are stored before the transaction. When that fails
// they stay behind under their digest without a row: redacted, never shown.
func (a *App) AddCapture(ctx context.Context, cmd Command, in NewCapture) (uuid.UUID, error) {
	round, err := a.roundForCapture(ctx, cmd, in)
	if err != nil {
		return uuid.Nil, err
	}
	done, err := a.turns.take(ctx, round)
	if err != nil {
		return uuid.Nil, err
	}
	defer done()
	base, err := a.loadCaptureBase(ctx, cmd, in)
	if err != nil {
		return uuid.Nil, err
	}
	redacted, err := a.redactCapture(base, in)
	if err != nil {
		return uuid.Nil, err
	}
	defer func() { _ = redacted.writer.Discard() }() // after Commit it does nothing
	if err := ctx.Err(); err != nil {
		return uuid.Nil, fmt.Errorf("receiving a capture: %w", err)
	}
	c := base.newCapture(cmd, in, redacted)
	judged, err := a.judgeRound(ctx, base, c, redacted.input(c))
	if err != nil {
		return uuid.Nil, err
	}
	if err := redacted.layOut(base.integration.Config, analysis.CaptureKind(in.Kind)); err != nil {
		return uuid.Nil, err
	}
	var size int64
	if c.Digest, size, err = redacted.writer.Commit(); err != nil {
		return uuid.Nil, err
	}
	if cmd.Key != "" {
		cmd.Key += "/" + in.Run.String() + "/" + c.Digest // another file under the same key is another ask
		// First: who sends the file again because the answer was lost gets that answer.
		if earlier, done, err := a.doneBefore(ctx, cmd); done || err != nil {
			return earlier, err
		}
	}
	if err := base.refuseDuplicate(c.Digest); err != nil {
		return uuid.Nil, err
	}
	return a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		return c.ID, storeCapture(ctx, w, base, c, size, redacted, judged)
	})
}

// roundForCapture checks the permission and gives the round whose turn to take.
func (a *App) roundForCapture(ctx context.Context, cmd Command, in NewCapture) (uuid.UUID, error) {
	run, err := store.FindTestRun(ctx, a.Store.Reader(), cmd.Actor.Scope(), in.Integration, in.Run)
	if err != nil {
		return uuid.Nil, err
	}
	if err := allow(cmd.Actor, auth.RunTests, run.PartnerID); err != nil {
		return uuid.Nil, err
	}
	if in.Kind != store.CaptureBrowser && in.Kind != store.CaptureBackChannel {
		return uuid.Nil, apperr.InvalidFields("Nothing was stored.", apperr.Field{Name: "kind", Text: "Choose where the file was recorded."})
	}
	if !run.RoundOpen {
		return uuid.Nil, apperr.New(apperr.Conflict, "This run belongs to a round that is decided: nothing can be added to it. Create a new test run.")
	}
	return run.RoundID, nil
}

// captureBase is what a new capture is redacted and judged against. It is read
// before the file and compared in the transaction.
type captureBase struct {
	integration store.Integration
	run         store.TestRun
	round       store.Round
	captures    []store.Capture // of the round
	rawAllowed  bool
}

func (a *App) loadCaptureBase(ctx context.Context, cmd Command, in NewCapture) (b captureBase, err error) {
	q, scope := a.Store.Reader(), cmd.Actor.Scope()
	if b.integration, err = store.FindIntegration(ctx, q, scope, in.Integration); err != nil {
		return b, err
	}
	if b.run, err = store.FindTestRun(ctx, q, scope, in.Integration, in.Run); err != nil {
		return b, err
	}
	if b.round, err = store.FindOpenRound(ctx, q, scope, in.Integration); err != nil {
		return b, err
	}
	if b.captures, err = store.ListRoundCaptures(ctx, q, scope, in.Integration, b.round.ID); err != nil {
		return b, err
	}
	partner, err := store.FindPartner(ctx, q, scope, b.integration.PartnerID)
	b.rawAllowed = partner.RawUploads == "allowed"
	return b, err
}

// newCapture fills in all but the digest and number of the capture to be stored.
func (b captureBase) newCapture(cmd Command, in NewCapture, r redactedCapture) store.Capture {
	m := r.transcript.Meta
	c := store.Capture{PartnerID: b.run.PartnerID, ID: store.NewID(), IntegrationID: b.integration.ID, TestRunID: b.run.ID,
		RoundID: b.round.ID, Kind: in.Kind, Exporter: m.Source.Exporter, CannotShow: m.Source.Limits, RedactedBy: r.redactedBy(),
		Format: m.Format, Policy: m.Policy, EntryCount: r.rows.count, ConfigurationVersion: b.integration.ConfigurationVersion,
		CreatedBy: cmd.Actor.UserID, Scenario: b.run.Scenario, TestUser: b.run.TestUser}
	if c.CannotShow == nil {
		c.CannotShow = []string{}
	}
	for n := range r.rows.count {
		at := r.rows.row(n).at
		if at.IsZero() {
			continue
		}
		if c.HappenedAt == nil || at.Before(*c.HappenedAt) {
			c.HappenedAt = &at
		}
		if c.CapturedAt == nil || at.After(*c.CapturedAt) {
			c.CapturedAt = &at
		}
	}
	return c
}

// refuseDuplicate: the same file twice in a round would look like a sign-in
// whose values were used twice.
func (b captureBase) refuseDuplicate(digest string) error {
	for _, c := range b.captures {
		if c.Digest == digest {
			return apperr.New(apperr.Conflict, fmt.Sprintf("This file is in run %d already, as capture %d. It was not stored again.", c.RunNumber, c.Number))
		}
	}
	return nil
}

// storeCapture is the transaction: everything of one capture, if nothing it was
// redacted and judged against has changed since.
func storeCapture(ctx context.Context, w *Write, b captureBase, c store.Capture, size int64, r redactedCapture,
	judged map[uuid.UUID]analysis.Judgement,
) error {
	scope := w.Cmd.Actor.Scope()
	i, err := store.LockIntegration(ctx, w.Tx, scope, c.IntegrationID)
	if err != nil {
		return err
	}
	if err := b.checkUnchanged(ctx, w, i); err != nil {
		return err
	}
	if err := refuseRunInReview(ctx, w, b.run); err != nil {
		return err
	}
	c.ReceivedAt = w.Now
	if c.Report, err = json.Marshal(r.report); err != nil {
		return fmt.Errorf("encoding a redaction report: %w", err)
	}
	artifact := store.Artifact{PartnerID: c.PartnerID, Digest: c.Digest, MediaType: "application/json", Bytes: size, CreatedAt: w.Now}
	if err := store.InsertArtifact(ctx, w.Tx, artifact); err != nil {
		return err
	}
	if c.Number, err = store.InsertCapture(ctx, w.Tx, c); err != nil {
		return err
	}
	if err := store.InsertEntries(ctx, w.Tx, c, r.rows.count, func(n int) store.Entry { return r.rows.row(n).entry(n) }); err != nil {
		return err
	}
	if err := store.SaveRoundNames(ctx, w.Tx, scope, b.round.ID, r.names); err != nil {
		return err
	}
	if i.Stage == store.StageDescribed {
		if err := store.SetStage(ctx, w.Tx, scope, i.ID, store.StageTesting, w.Now); err != nil {
			return err
		}
	}
	details := map[string]audit.Value{
		"capture": audit.Int(c.Number), "run": audit.Int(b.run.Number), "kind": audit.Text(string(c.Kind)), "digest": audit.Text(c.Digest),
		"entries": audit.Int(c.EntryCount), "redacted_by": audit.Text(c.RedactedBy), "cut_off": audit.Bool(r.report.Truncated)}
	if r.report.Before == nil { // else the first redaction counted, and its count did not come
		details["redacted_values"] = audit.Int(r.report.Total())
	}
	if err := storeRoundJudgement(ctx, w, b.run, c, judged, details); err != nil {
		return err
	}
	w.Audit("capture.add", i.PartnerID, i.ID, audit.Object{ID: c.ID.String(), Kind: "capture"}, details)
	return nil
}

// refuseRunInReview keeps the findings of a run as they are while a revision
// that rests on it is in review.
func refuseRunInReview(ctx context.Context, w *Write, run store.TestRun) error {
	inReview, err := runsInReview(ctx, w.Tx, w.Cmd.Actor.Scope(), run.IntegrationID)
	if err != nil {
		return err
	}
	if inReview[run.ID] {
		return apperr.New(apperr.Conflict, "The revision in review rests on this run, so nothing is added to it. Create a new test run.")
	}
	return nil
}

// runsInReview are the test runs that a revision in review rests on.
func runsInReview(ctx context.Context, q store.Querier, scope auth.Scope, integration uuid.UUID) (map[uuid.UUID]bool, error) {
	submitted, err := store.HasSubmittedRevision(ctx, q, scope, integration)
	if err != nil || !submitted {
		return nil, err
	}
	evidence, err := store.ListEvidence(ctx, q, scope, integration)
	return evidencedRuns(evidence), err
}

// sameCaptures tells whether two lists hold the same captures in the same order.
func sameCaptures(a, b []store.Capture) bool {
	return slices.EqualFunc(a, b, func(x, y store.Capture) bool { return x.ID == y.ID })
}

// checkUnchanged compares what the capture rests on with what is stored now.
func (b captureBase) checkUnchanged(ctx context.Context, w *Write, i store.Integration) error {
	scope := w.Cmd.Actor.Scope()
	round, err := store.FindOpenRound(ctx, w.Tx, scope, i.ID)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	captures, err := store.ListRoundCaptures(ctx, w.Tx, scope, i.ID, b.round.ID)
	if err != nil {
		return err
	}
	if !sameCaptures(captures, b.captures) || round.ID != b.round.ID || !bytes.Equal(round.Names, b.round.Names) || i.ConfigurationVersion != b.integration.ConfigurationVersion {
		return apperr.Wrap(apperr.Conflict, "The description or another file of this round changed while this one was read. Nothing was stored of it: send it again.", ErrRedactAgain)
	}
	return nil
}
