package app

import (
	"context"
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
	// documents holds the text of each document that is one, by its digest.
	documents map[string]string
}

// checkStored looks through every transcript of the integration under the
// current policy, and reads the documents that are text.
func (a *App) checkStored(ctx context.Context, cmd Command, integrationID uuid.UUID) (checkedBytes, error) {
	out := checkedBytes{captures: map[uuid.UUID]bool{}, documents: map[string]string{}}
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
		document, err := a.Blobs.Read(ctx, *e.DocumentDigest)
		if err != nil {
			return out, err
		}
		out.documents[*e.DocumentDigest] = documentText(document)
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
	texts, err := storedTexts(ctx, w, i, f, checked, names)
	if err != nil {
		return err
	}
	again, err := w.lookAgain(ctx, i.ID, texts)
	if err != nil {
		return err
	}
	return refuseWith("The checklist cannot be submitted yet.", append(held, again...))
}

func errAddedNow() error {
	return apperr.New(apperr.Conflict, "Evidence was added at this moment. Submit again, so that it is looked through too.")
}

// storedText is a typed text of a packet, with where it stands.
type storedText struct{ item, field, where, text string }

// storedTexts lists the typed texts that a packet of the revision would hold:
// those of items, evidence, remarks, test runs and the description. Comments
// are no part of a packet.
func storedTexts(ctx context.Context, w *Write, i store.Integration, f store.Frozen, checked checkedBytes, names map[uuid.UUID]string) ([]storedText, error) {
	var texts []storedText
	add := func(item, field, where, text string) {
		if text != "" {
			texts = append(texts, storedText{item, field, where, text})
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
		text, looked := checked.documents[*e.DocumentDigest]
		if !looked && isTextDocument(e.DocumentType) {
			return nil, errAddedNow()
		}
		add(item, "document", "a document", text)
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

// lookAgain looks for credentials in stored texts and gives a field per text
// that keeps the gate shut.
func (w *Write) lookAgain(ctx context.Context, integrationID uuid.UUID, texts []storedText) ([]apperr.Field, error) {
	var held []apperr.Field
	var passes []store.CredentialPass
	reason, asked := plainLines(w.Cmd.PassReason), false
	for _, t := range texts {
		hits := redact.CheckText(t.text)
		if len(hits) == 0 {
			continue
		}
		if passes == nil {
			var err error
			if passes, err = store.ListCredentialPasses(ctx, w.Tx, w.Cmd.Actor.Scope(), integrationID); err != nil {
				return nil, err
			}
		}
		final := slices.ContainsFunc(hits, func(h redact.Hit) bool { return h.Final })
		if !final && IsPassed(passes, t.text) {
			continue
		}
		if !final && isPassReason(reason) {
			w.Cmd.passed = append(w.Cmd.passed, passedText{item: t.item, field: t.field, text: t.text, rules: rulesOf(hits), reason: reason})
			continue
		}
		name := t.item
		if name == "" {
			name = "The checklist"
		}
		held = append(held, apperr.Field{Name: t.item, Text: name + ": " + t.where + " holds what looks like " + credentialWords(hits) + ": take it out", Passable: !final})
		asked = asked || !final
	}
	if asked && reason != "" {
		held = append(held, apperr.Field{Name: FieldPassReason, Text: passReasonText})
	}
	return held, nil
}
