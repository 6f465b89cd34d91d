package app

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
)

// checkedBytes is what a look at the stored bytes gave, before the transaction.
type checkedBytes struct {
	// captures tells for each capture whether it is clean.
	captures map[uuid.UUID]bool
	// documents tells for each document that is text, by its digest, what was
	// found in it.
	documents map[string][]redact.Hit
}

// checkStored looks through every transcript of the integration under the
// current policy, and through the documents that are text, one after the other.
func (a *App) checkStored(ctx context.Context, cmd Command, integrationID uuid.UUID) (checkedBytes, error) {
	out := checkedBytes{captures: map[uuid.UUID]bool{}, documents: map[string][]redact.Hit{}}
	scope := cmd.Actor.Scope()
	i, err := store.FindIntegration(ctx, a.Store.Reader(), scope, integrationID)
	if err != nil {
		return out, err
	}
	if err := allow(cmd.Actor, auth.SubmitRevision, i.PartnerID); err != nil {
		return out, err
	}
	captures, err := store.ListCaptures(ctx, a.Store.Reader(), scope, integrationID)
	if err != nil {
		return out, err
	}
	for _, c := range captures {
		if out.captures[c.ID], err = a.isClean(ctx, c.Digest); err != nil {
			return out, err
		}
	}
	evidence, err := store.ListEvidence(ctx, a.Store.Reader(), scope, integrationID)
	if err != nil {
		return out, err
	}
	for _, e := range evidence {
		if e.DocumentDigest == nil || !isTextDocument(e.DocumentType) {
			continue
		}
		if _, looked := out.documents[*e.DocumentDigest]; looked {
			continue
		}
		if err := ctx.Err(); err != nil {
			return out, fmt.Errorf("looking through documents: %w", err)
		}
		document, err := a.Blobs.Read(ctx, *e.DocumentDigest)
		if err != nil {
			return out, err
		}
		out.documents[*e.DocumentDigest] = redact.CheckText(documentText(document))
	}
	return out, nil
}

func (a *App) isClean(ctx context.Context, digest string) (bool, error) {
	file, err := a.Blobs.Open(ctx, digest)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }() // reading only
	_, err = redact.Check(io.Reader(file))
	if apperr.Is(err, apperr.Invalid) {
		return false, nil
	}
	return err == nil, err
}

// checkSubmit gives all that keeps a checklist from being submitted as one
// error with a field per reason.
func checkSubmit(ctx context.Context, w *Write, i store.Integration, f store.Frozen, checked checkedBytes) error {
	rules := make([]checklist.Item, len(f.Items))
	names := map[uuid.UUID]string{}
	for n, item := range f.Items {
		rules[n], names[item.ID] = item.Rule(), item.RequirementID
	}
	held := blockerFields(checklist.SubmitBlockers(rules))
	for _, e := range f.Evidence {
		if e.CaptureID == nil {
			continue
		}
		ok, looked := checked.captures[*e.CaptureID]
		if !looked {
			return errAddedNow()
		}
		if item := names[e.ItemID]; !ok {
			held = append(held, apperr.Field{Name: item, Text: item + " rests on a capture that holds what looks like a credential: record the run again"})
		}
	}
	for _, run := range f.TestRuns {
		if BuiltinJudge().outdated(run, i.ConfigurationVersion) {
			held = append(held, apperr.Field{Text: fmt.Sprintf("run %d is being judged again, for the description or the rules changed: submit in a moment", run.Number)})
		}
	}
	texts, err := suspectTexts(ctx, w, i, f, checked, names)
	if err != nil {
		return err
	}
	again, err := w.judgeAgain(ctx, i.ID, texts)
	if err != nil {
		return err
	}
	return refuseWith("The checklist cannot be submitted yet.", append(held, again...))
}

func errAddedNow() error {
	return apperr.New(apperr.Conflict, "Evidence was added at this moment. Submit again, so that it is looked through too.")
}

// suspectText is a text of a packet that looks like a credential, with where it
// stands and what a pass knows it by.
type suspectText struct {
	item, field, where, known string
	hits                      []redact.Hit
}

// suspectTexts looks through the texts that a packet of the revision would hold:
// those of items, evidence, remarks, test runs and the description. Comments
// are no part of a packet. What was found in documents is in checked.
func suspectTexts(ctx context.Context, w *Write, i store.Integration, f store.Frozen, checked checkedBytes, names map[uuid.UUID]string) ([]suspectText, error) {
	var texts []suspectText
	add := func(item, field, where, text string) {
		if hits := redact.CheckText(text); len(hits) > 0 {
			texts = append(texts, suspectText{item, field, where, text, hits})
		}
	}
	for _, t := range integration.Texts(i.Config) {
		add("", t.Field, "the field "+t.Field+" of the description", t.Text)
	}
	for _, item := range f.Items {
		add(item.RequirementID, "title", "its title", item.Title)
		add(item.RequirementID, "help", "its help", item.Help)
		add(item.RequirementID, "reason", "the reason why it does not apply", deref(item.NotApplicableReason))
	}
	for _, e := range f.Evidence {
		item := names[e.ItemID]
		add(item, "text", "the text of its evidence", deref(e.Text))
		if e.DocumentDigest == nil {
			continue
		}
		add(item, "document", "the name of a document", deref(e.DocumentName))
		hits, looked := checked.documents[*e.DocumentDigest]
		if !looked && isTextDocument(e.DocumentType) {
			return nil, errAddedNow()
		}
		if len(hits) > 0 {
			texts = append(texts, suspectText{item, "document", "a document", documentKnownBy(*e.DocumentDigest), hits})
		}
	}
	for _, t := range f.TestRuns {
		add("", "release", "the release of a test run", t.Release)
	}
	remarks, err := store.ListRemarks(ctx, w.Tx, w.Cmd.Actor.Scope(), i.ID)
	for _, r := range remarks {
		add(r.RequirementID, "remark", "a remark", r.Text)
		add(r.RequirementID, "answer", "the answer to a remark", deref(r.Answer))
		add(r.RequirementID, "reason", "the reason of a waiver", deref(r.WaiverReason))
	}
	return texts, err
}

// judgeAgain gives a field per text that keeps the gate shut: one that nobody
// passed and that the command's reason does not pass.
func (w *Write) judgeAgain(ctx context.Context, integrationID uuid.UUID, texts []suspectText) ([]apperr.Field, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	passes, err := store.ListCredentialPasses(ctx, w.Tx, w.Cmd.Actor.Scope(), integrationID)
	if err != nil {
		return nil, err
	}
	var held []apperr.Field
	reason, asked := plainLines(w.Cmd.PassReason), false
	for _, t := range texts {
		final := slices.ContainsFunc(t.hits, func(h redact.Hit) bool { return h.Final })
		if !final && IsPassed(passes, t.known) {
			continue
		}
		if !final && isPassReason(reason) {
			w.Cmd.passed = append(w.Cmd.passed, passedText{item: t.item, field: t.field, text: t.known, rules: rulesOf(t.hits), reason: reason})
			continue
		}
		name := t.item
		if name == "" {
			name = "The checklist"
		}
		held = append(held, apperr.Field{Name: t.item, Text: name + ": " + t.where + " holds what looks like " + credentialWords(t.hits) + ": take it out", Passable: !final})
		asked = asked || !final
	}
	if asked && reason != "" {
		held = append(held, apperr.Field{Name: FieldPassReason, Text: passReasonText})
	}
	return held, nil
}
