package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/testdata"
)

// story is one integration on its way, told by one person of its partner.
type story struct {
	*seeder
	teller      auth.Actor
	integration uuid.UUID
	// captures that were added, by the name of their file.
	captures map[string]uuid.UUID
}

// begin creates the integration that a sample integration.yaml describes.
func (s *seeder) begin(ctx context.Context, teller auth.Actor, file string) (*story, error) {
	doc, err := testdata.Samples.ReadFile("integrations/" + file)
	if err != nil {
		return nil, fmt.Errorf("reading a sample integration: %w", err)
	}
	cfg, err := integration.Parse(doc)
	if err != nil {
		return nil, err
	}
	s.say("%s: describing the integration", cfg.Name)
	made := &story{seeder: s, teller: teller, captures: map[string]uuid.UUID{}}
	for partner := range teller.Memberships { // the demo's people have one partner each
		made.integration, err = s.app.CreateIntegration(ctx, app.Command{Actor: teller}, partner, cfg)
	}
	return made, err
}

// as gives a command of a person.
func as(actor auth.Actor) app.Command { return app.Command{Actor: actor} }

// run is one test run with the files that were recorded in it.
type run struct {
	scenario, user string
	browser        string // capture of the browser, below captures/
	backChannel    string // capture of the partner's server; may be empty
}

// record makes the test runs and adds their captures, redacted on the way.
func (t *story) record(ctx context.Context, release string, runs ...run) error {
	for _, r := range runs {
		t.say("  test run %s: redacting and judging %s", r.scenario, r.browser)
		id, err := t.app.CreateTestRun(ctx, as(t.teller), app.NewTestRun{Integration: t.integration, Scenario: r.scenario, TestUser: r.user, Release: release})
		if err != nil {
			return err
		}
		if err := t.capture(ctx, id, store.CaptureBrowser, r.browser); err != nil {
			return err
		}
		if r.backChannel == "" {
			continue
		}
		if err := t.capture(ctx, id, store.CaptureBackChannel, r.backChannel); err != nil {
			return err
		}
	}
	return nil
}

func (t *story) capture(ctx context.Context, testRun uuid.UUID, kind store.CaptureKind, name string) error {
	file, err := testdata.Samples.Open(name)
	if err != nil {
		return fmt.Errorf("opening a sample capture: %w", err)
	}
	defer func() { _ = file.Close() }() // reading only
	redacted, names, err := t.redact(ctx, testRun, file)
	if err != nil {
		return err
	}
	t.captures[name], err = t.app.AddCapture(ctx, as(t.teller), app.NewCapture{Integration: t.integration, Run: testRun, Kind: kind, Names: names, File: redacted})
	return err
}

// redact does what the partner's own machine does before a file leaves it.
func (t *story) redact(ctx context.Context, testRun uuid.UUID, raw io.Reader) (redacted io.Reader, names []byte, err error) {
	setup, err := t.app.HandOverRedactor(ctx, as(t.teller), t.integration, testRun)
	if err != nil {
		return nil, nil, err
	}
	table := redact.NewNameTable()
	if err := json.Unmarshal(setup.Names, table); err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	r := redact.New(redact.Options{Config: &setup.Config, Digest: setup.ConfigDigest, Key: setup.Key, Round: setup.Round.String(), Names: table, Version: t.app.Version})
	if _, err := r.HAR(&out, raw, capture.Limits{}); err != nil {
		return nil, nil, err
	}
	names, err = json.Marshal(r.Names())
	return &out, names, err
}

// proof is one piece of evidence: a capture or a picture by its file, or words.
type proof struct {
	kind checklist.EvidenceKind
	file string
	text string
}

func redirect(file string) proof    { return proof{kind: checklist.EvidenceRedirect, file: file} }
func refusal(file string) proof     { return proof{kind: checklist.EvidenceError, file: file} }
func backChannel(file string) proof { return proof{kind: checklist.EvidenceBackChannel, file: file} }
func picture(file string) proof     { return proof{kind: checklist.EvidenceScreenshot, file: file} }
func words(text string) proof       { return proof{kind: checklist.EvidenceDeclaration, text: text} }

// claim is an item with the evidence that it rests on.
type claim struct {
	item   string
	proofs []proof
}

// claims ties evidence to items and claims them.
func (t *story) claims(ctx context.Context, list []claim) error {
	t.say("  claiming %d items with their evidence", len(list))
	for _, c := range list {
		for _, p := range c.proofs {
			if err := t.prove(ctx, c.item, p); err != nil {
				return fmt.Errorf("adding evidence to %s: %w", c.item, err)
			}
		}
		ref, err := t.item(ctx, c.item)
		if err != nil {
			return err
		}
		if err := t.app.ClaimItem(ctx, as(t.teller), ref); err != nil {
			return fmt.Errorf("claiming %s: %w", c.item, err)
		}
	}
	return nil
}

func (t *story) prove(ctx context.Context, item string, p proof) error {
	ref, err := t.item(ctx, item)
	if err != nil {
		return err
	}
	switch p.kind {
	case checklist.EvidenceDeclaration:
		return t.app.AddTextEvidence(ctx, as(t.teller), ref, p.kind, p.text)
	case checklist.EvidenceScreenshot:
		file, err := testdata.Samples.Open(p.file)
		if err != nil {
			return fmt.Errorf("opening a sample picture: %w", err)
		}
		defer func() { _ = file.Close() }() // reading only
		stored, err := t.app.StorePicture(ctx, file)
		if err != nil {
			return err
		}
		return t.app.AddScreenshotEvidence(ctx, as(t.teller), ref, stored, 0)
	}
	return t.app.AddCaptureEvidence(ctx, as(t.teller), ref, p.kind, t.captures[p.file])
}

// item gives an item as it stands now.
func (t *story) item(ctx context.Context, id string) (app.ItemRef, error) {
	i, err := store.FindChecklistItem(ctx, t.app.Store.Reader(), t.teller.Scope(), t.integration, id)
	return app.ItemRef{Integration: t.integration, Requirement: id, RowVersion: i.RowVersion}, err
}

// notApplicable says with a reason that an item does not apply.
func (t *story) notApplicable(ctx context.Context, item, reason string) error {
	ref, err := t.item(ctx, item)
	if err != nil {
		return err
	}
	return t.app.SetItemNotApplicable(ctx, as(t.teller), ref, reason)
}

// review accepts what is claimed and confirms what does not apply, except for
// the items of returns, and decides.
func (t *story) review(ctx context.Context, returns map[string]app.NewRemark, decision store.RevisionState, reasons string) error {
	t.say("  submitting, and reviewing as %s", t.consultant.Name)
	revision, err := t.app.SubmitRevision(ctx, as(t.teller), t.integration)
	if err != nil {
		return err
	}
	items, err := store.ListChecklistItems(ctx, t.app.Store.Reader(), t.consultant.Scope(), t.integration)
	if err != nil {
		return err
	}
	for _, i := range items {
		if err := t.reviewItem(ctx, i, returns); err != nil {
			return fmt.Errorf("reviewing %s: %w", i.RequirementID, err)
		}
	}
	r, err := store.FindRevision(ctx, t.app.Store.Reader(), t.consultant.Scope(), revision)
	if err != nil {
		return err
	}
	return t.app.DecideRevision(ctx, as(t.consultant), app.ReviewDecision{Integration: t.integration, Revision: revision,
		RowVersion: r.RowVersion, State: decision, Reasons: reasons})
}

func (t *story) reviewItem(ctx context.Context, i store.ChecklistItem, returns map[string]app.NewRemark) error {
	ref := app.ItemRef{Integration: t.integration, Requirement: i.RequirementID, RowVersion: i.RowVersion}
	remark, returned := returns[i.RequirementID]
	switch {
	case returned:
		return t.app.ReturnItem(ctx, as(t.consultant), ref, []app.NewRemark{remark})
	case i.Applies && i.State == checklist.Claimed:
		return t.app.AcceptItem(ctx, as(t.consultant), ref)
	case i.Applies && i.State == checklist.NotApplicable:
		return t.app.ConfirmNotApplicable(ctx, as(t.consultant), ref)
	}
	return nil
}
