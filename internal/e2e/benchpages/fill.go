package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/demo"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/testdata"
)

// How much there is beside the demo.
const (
	partners        = 8
	integrations    = 80
	largeTranscript = 4000
)

// world is what the pages are asked for.
type world struct {
	consultant, admin auth.Actor
	lakeshore         uuid.UUID // with revision, packet and walkthrough
	lakeshoreAdmin    auth.Actor
	full              uuid.UUID // one of the many: claimed and submitted
	run, capture      uuid.UUID // of full, with the large transcript
	partnerID         uuid.UUID // of full
	partner           auth.Actor
}

// filler adds the many integrations.
type filler struct {
	*server
	config     integration.Config
	har        []byte
	picture    store.Artifact
	consultant auth.Actor
}

// fill adds the demo and the many integrations beside it.
func (s *server) fill(ctx context.Context, out io.Writer) (world, error) {
	_, _ = fmt.Fprintf(out, "filling: the demo, %d integrations of %d partners, a transcript of %d entries\n", integrations, partners, largeTranscript)
	if err := demo.Seed(ctx, s.app, io.Discard); err != nil {
		return world{}, err
	}
	var w world
	var err error
	if w.admin, err = s.actor(ctx, "Morgan@idme.example"); err != nil {
		return w, err
	}
	if w.lakeshoreAdmin, err = s.actor(ctx, "Priya@lakeshore.example"); err != nil {
		return w, err
	}
	if w.consultant, err = s.actor(ctx, "Samira@idme.example"); err != nil {
		return w, err
	}
	f, err := s.newFiller(ctx, w.consultant)
	if err != nil {
		return w, err
	}
	list, err := store.ListIntegrationSummaries(ctx, s.app.Store.Reader(), auth.System().Scope())
	if err != nil {
		return w, err
	}
	for _, i := range list {
		if i.Name == f.config.Name {
			w.lakeshore = i.ID
		}
	}
	if err := s.startWalkthrough(ctx, w); err != nil {
		return w, err
	}
	for n := range partners {
		if err := f.addPartner(ctx, &w, n); err != nil {
			return w, err
		}
	}
	return w, f.addLargeTranscript(ctx, &w)
}

// startWalkthrough begins the walkthrough that the demo planned: its page shows
// most while it is held.
func (s *server) startWalkthrough(ctx context.Context, w world) error {
	q, scope := s.app.Store.Reader(), w.consultant.Scope()
	r, err := store.FindLastRevision(ctx, q, scope, w.lakeshore)
	if err != nil {
		return err
	}
	held, err := store.FindWalkthrough(ctx, q, scope, w.lakeshore, r.ID)
	if err != nil {
		return err
	}
	return s.app.StartWalkthrough(ctx, app.Command{Actor: w.consultant}, app.WalkthroughRef{Integration: w.lakeshore, RowVersion: held.RowVersion})
}

func (s *server) actor(ctx context.Context, address string) (auth.Actor, error) {
	u, err := store.FindUserByEmail(ctx, s.app.Store.Reader(), address)
	if err != nil {
		return auth.Actor{}, err
	}
	return store.FindActor(ctx, s.app.Store.Reader(), u.ID)
}

func (s *server) newFiller(ctx context.Context, consultant auth.Actor) (*filler, error) {
	f := &filler{server: s, consultant: consultant}
	doc, err := testdata.Samples.ReadFile("integrations/right.yaml")
	if err != nil {
		return nil, err
	}
	if f.config, err = integration.Parse(doc); err != nil {
		return nil, err
	}
	if f.har, err = testdata.Samples.ReadFile("captures/recorded/right-happy-path.har"); err != nil {
		return nil, err
	}
	shot, err := testdata.Samples.ReadFile("captures/recorded/right-happy-path.consent.png")
	if err != nil {
		return nil, err
	}
	f.picture, err = s.app.StorePicture(ctx, bytes.NewReader(shot))
	return f, err
}

// addPartner adds a partner with its share of the integrations; w keeps the last.
func (f *filler) addPartner(ctx context.Context, w *world, n int) error {
	id, err := f.app.CreatePartner(ctx, app.Command{Actor: w.admin}, fmt.Sprintf("Partner %d", n+1))
	if err != nil {
		return err
	}
	link, err := f.app.InviteUser(ctx, app.Command{Actor: w.admin}, app.Invitation{Partner: id, PartnerRole: auth.PartnerAdmin,
		NewPerson: app.NewPerson{Name: fmt.Sprintf("Admin %d", n+1), Email: fmt.Sprintf("admin@partner-%d.example", n+1)}})
	if err != nil {
		return err
	}
	actor, err := store.FindActor(ctx, f.app.Store.Reader(), link.UserID)
	if err != nil {
		return err
	}
	w.partner, w.partnerID = actor, id
	// The files are redacted on the way in: what is timed are the pages.
	if err := f.app.SaveRawUploads(ctx, app.Command{Actor: actor}, id, 1, app.RawUploadsAllowed); err != nil {
		return err
	}
	for k := range integrations / partners {
		if err := f.addIntegration(ctx, w, k); err != nil {
			return err
		}
	}
	return nil
}

// addIntegration adds one with a run, and all of its checklist claimed. Every
// second one is submitted, every fourth has no consultant.
func (f *filler) addIntegration(ctx context.Context, w *world, k int) error {
	cmd := app.Command{Actor: w.partner}
	cfg := f.config
	cfg.Name = fmt.Sprintf("Integration %d", k+1)
	id, err := f.app.CreateIntegration(ctx, cmd, w.partnerID, cfg)
	if err != nil {
		return err
	}
	if k%4 != 0 {
		if err := f.app.AssignConsultant(ctx, app.Command{Actor: f.consultant}, id, f.consultant.UserID); err != nil {
			return err
		}
	}
	w.run, err = f.app.CreateTestRun(ctx, cmd, app.NewTestRun{Integration: id, Scenario: "happy-path", TestUser: cfg.TestUsers[0]})
	if err != nil {
		return err
	}
	capture, err := f.app.AddCapture(ctx, cmd, app.NewCapture{Integration: id, Run: w.run, Kind: store.CaptureBrowser, File: bytes.NewReader(f.har)})
	if err != nil {
		return err
	}
	items, err := store.ListChecklistItems(ctx, f.app.Store.Reader(), w.partner.Scope(), id)
	if err != nil {
		return err
	}
	for _, i := range items {
		if !i.Applies || i.DoneBy == checklist.ByConsultant {
			continue
		}
		if err := f.claim(ctx, cmd, i, capture); err != nil {
			return fmt.Errorf("claiming %s: %w", i.RequirementID, err)
		}
	}
	if k%2 == 1 {
		w.full = id
		_, err = f.app.SubmitRevision(ctx, cmd, id)
	}
	return err
}

// claim fills the needed slots of an item and claims it.
func (f *filler) claim(ctx context.Context, cmd app.Command, i store.ChecklistItem, capture uuid.UUID) error {
	ref := app.ItemRef{Integration: i.IntegrationID, Requirement: i.RequirementID, RowVersion: i.RowVersion}
	requirement, _ := checklist.Builtin().Requirement(i.RequirementID)
	for _, slot := range requirement.Evidence {
		if !slot.Needed {
			continue
		}
		var err error
		switch slot.Kind {
		case checklist.EvidenceDeclaration:
			err = f.app.AddTextEvidence(ctx, cmd, ref, slot.Kind, "Stated for the benchmark: "+slot.Label+".")
		case checklist.EvidenceScreenshot:
			err = f.app.AddScreenshotEvidence(ctx, cmd, ref, f.picture, 0)
		default:
			err = f.app.AddCaptureEvidence(ctx, cmd, ref, slot.Kind, capture)
		}
		if err != nil {
			return err
		}
	}
	return f.app.ClaimItem(ctx, cmd, ref)
}

// addLargeTranscript sends the large file through the upload page, into a run
// of its own.
func (f *filler) addLargeTranscript(ctx context.Context, w *world) error {
	var err error
	w.run, err = f.app.CreateTestRun(ctx, app.Command{Actor: w.partner}, app.NewTestRun{Integration: w.full, Scenario: "returning-user", TestUser: f.config.TestUsers[0]})
	if err != nil {
		return err
	}
	large, err := repeatEntries(f.har, largeTranscript)
	if err != nil {
		return err
	}
	cookie, err := f.signIn(ctx, w.partner)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("kind", string(store.CaptureBrowser)); err != nil {
		return err
	}
	file, err := form.CreateFormFile("file", "large.har")
	if err != nil {
		return err
	}
	if _, err := file.Write(large); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	path := fmt.Sprintf("/integrations/%s/runs/%s/capture", w.full, w.run)
	answer := f.ask(ctx, http.MethodPost, path, cookie, form.FormDataContentType(), &body)
	if answer.Code != http.StatusSeeOther {
		return fmt.Errorf("uploading %d entries: status %d", largeTranscript, answer.Code)
	}
	captures, err := store.ListRunCaptures(ctx, f.app.Store.Reader(), w.partner.Scope(), w.full, w.run)
	if err != nil {
		return err
	}
	if len(captures) != 1 || captures[0].EntryCount != largeTranscript {
		return fmt.Errorf("uploading %d entries: they are not there", largeTranscript)
	}
	w.capture = captures[0].ID
	return nil
}

// repeatEntries makes a HAR of n entries by repeating those of a smaller one.
func repeatEntries(har []byte, n int) ([]byte, error) {
	var doc struct {
		Log map[string]json.RawMessage `json:"log"`
	}
	if err := json.Unmarshal(har, &doc); err != nil {
		return nil, fmt.Errorf("reading a sample capture: %w", err)
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(doc.Log["entries"], &entries); err != nil {
		return nil, fmt.Errorf("reading a sample capture: %w", err)
	}
	for k := 0; len(entries) < n; k++ {
		entries = append(entries, entries[k])
	}
	var err error
	if doc.Log["entries"], err = json.Marshal(entries); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}

// analyse gathers the planner's statistics, as autovacuum does.
func analyse(ctx context.Context, owner string) error {
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		return fmt.Errorf("connecting to gather statistics: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return fmt.Errorf("gathering statistics: %w", err)
	}
	return nil
}
