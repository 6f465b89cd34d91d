package app_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

func (m team) item(t *testing.T, id uuid.UUID, requirement string) store.ChecklistItem {
	t.Helper()
	item, err := store.FindChecklistItem(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, requirement)
	if err != nil {
		t.Fatalf("finding an item: %v", err)
	}
	return item
}

func (m team) ref(t *testing.T, id uuid.UUID, requirement string) app.ItemRef {
	t.Helper()
	return app.ItemRef{Integration: id, Requirement: requirement, RowVersion: m.item(t, id, requirement).RowVersion}
}

func TestClaimItem(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	member := app.Command{Actor: m.member}

	kind(t, m.app.ClaimItem(t.Context(), member, m.ref(t, id, "RDY-02")), apperr.Conflict) // its declaration is missing
	if err := m.app.AddTextEvidence(t.Context(), member, m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, "Build 2.17.0 is complete."); err != nil {
		t.Fatalf("adding a declaration: %v", err)
	}
	kind(t, m.app.ClaimItem(t.Context(), app.Command{Actor: m.viewer}, m.ref(t, id, "RDY-02")), apperr.Forbidden)
	kind(t, m.app.ClaimItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "RDY-02")), apperr.Forbidden)
	if err := m.app.ClaimItem(t.Context(), member, m.ref(t, id, "RDY-02")); err != nil {
		t.Fatalf("claiming: %v", err)
	}
	item := m.item(t, id, "RDY-02")
	if item.State != checklist.Claimed || item.ClaimedByName != "Sam" || item.ClaimedAt == nil {
		t.Errorf("state %s by %q at %v", item.State, item.ClaimedByName, item.ClaimedAt)
	}
	kind(t, m.app.UnclaimItem(t.Context(), app.Command{Actor: m.admin}, m.ref(t, id, "RDY-02")), apperr.Forbidden) // not who claimed it
	if err := m.app.UnclaimItem(t.Context(), member, m.ref(t, id, "RDY-02")); err != nil {
		t.Fatalf("taking the claim back: %v", err)
	}
	got := m.entries(t, id)
	want := []string{"integration.create", "evidence.add", "item.claim", "item.unclaim"}
	if len(got) != len(want) {
		t.Fatalf("%d audit entries, want %d", len(got), len(want))
	}
	for n := range want {
		if got[n].Action != want[n] {
			t.Errorf("audit entry %d is %s, want %s", n, got[n].Action, want[n])
		}
	}
	if got[2].Object.ID != "RDY-02" || got[2].Details["to"].String() != "claimed" {
		t.Errorf("the claim's entry names %q and %v", got[2].Object.ID, got[2].Details)
	}
}

func TestOneOfManyClaimsWins(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	cmd := app.Command{Actor: m.member}
	if err := m.app.AddTextEvidence(t.Context(), cmd, m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, "Complete."); err != nil {
		t.Fatalf("adding a declaration: %v", err)
	}
	ref := m.ref(t, id, "RDY-02")
	var won, lost atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			switch err := m.app.ClaimItem(t.Context(), cmd, ref); {
			case err == nil:
				won.Add(1)
			case apperr.Is(err, apperr.Conflict):
				lost.Add(1)
			default:
				t.Errorf("claiming: %v", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || lost.Load() != 9 {
		t.Errorf("%d claims won and %d lost; want 1 and 9", won.Load(), lost.Load())
	}
}

func TestNotApplicable(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	cmd := app.Command{Actor: m.member}
	kind(t, m.app.SetItemNotApplicable(t.Context(), cmd, m.ref(t, id, "SES-07"), "  "), apperr.Invalid)
	if err := m.app.SetItemNotApplicable(t.Context(), cmd, m.ref(t, id, "SES-07"), "There is no page of ours in this flow."); err != nil {
		t.Fatalf("marking: %v", err)
	}
	item := m.item(t, id, "SES-07")
	if item.State != checklist.NotApplicable || item.NotApplicableReason == nil || item.ConfirmedBy != nil {
		t.Errorf("state %s, reason %v, confirmed by %v", item.State, item.NotApplicableReason, item.ConfirmedBy)
	}
	if err := m.app.ResetItemNotApplicable(t.Context(), cmd, m.ref(t, id, "SES-07")); err != nil {
		t.Fatalf("opening again: %v", err)
	}
	if item := m.item(t, id, "SES-07"); item.State != checklist.Open || item.NotApplicableReason != nil {
		t.Errorf("state %s, reason %v", item.State, item.NotApplicableReason)
	}
}

func TestTypedTextHoldsNoCredential(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	jwt := "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw"
	cmd := app.Command{Actor: m.member}
	err := m.app.CommentOnItem(t.Context(), cmd, id, "RDY-02", "The token is "+jwt)
	kind(t, err, apperr.Invalid)
	if bytes.Contains([]byte(err.Error()), []byte("eyJ")) {
		t.Error("the error repeats the token")
	}
	kind(t, m.app.AddTextEvidence(t.Context(), cmd, m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, jwt), apperr.Invalid)
	item := m.item(t, id, "RDY-02")
	comments, err := store.ListItemComments(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id, item.ID)
	if err != nil || len(comments) != 0 {
		t.Errorf("%d comments stored, error %v", len(comments), err)
	}
}

func TestPlanAndRewordItem(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	due := time.Date(2026, time.March, 9, 0, 0, 0, 0, time.UTC)
	kind(t, m.app.PlanItem(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-01"), &m.other.UserID, nil), apperr.Invalid)
	if err := m.app.PlanItem(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-01"), &m.admin.UserID, &due); err != nil {
		t.Fatalf("planning: %v", err)
	}
	if item := m.item(t, id, "TST-01"); item.OwnerName != "Priya" || item.DueOn == nil || !item.DueOn.Equal(due) {
		t.Errorf("owner %q, due %v", item.OwnerName, item.DueOn)
	}
	consultant := app.Command{Actor: m.consultant}
	kind(t, m.app.RewordItem(t.Context(), consultant, m.ref(t, id, "TST-01"), "Other", "Other help.", true), apperr.Conflict)
	kind(t, m.app.RewordItem(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "CTX-03"), "Other", "Other help.", true), apperr.Forbidden)
	if err := m.app.RewordItem(t.Context(), consultant, m.ref(t, id, "CTX-03"), "Launch plan given", "Say when and how many.", true); err != nil {
		t.Fatalf("rewording: %v", err)
	}
	if item := m.item(t, id, "CTX-03"); item.Title != "Launch plan given" || !item.Required {
		t.Errorf("title %q, required %v", item.Title, item.Required)
	}
}

func TestScreenshotEvidence(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	var file bytes.Buffer
	if err := png.Encode(&file, shade(8, 4)); err != nil {
		t.Fatal(err)
	}
	cmd := app.Command{Actor: m.member}
	picture, err := m.app.StorePicture(t.Context(), bytes.NewReader(file.Bytes()))
	if err != nil || picture.Width != 8 || picture.Height != 4 {
		t.Fatalf("stored as %d × %d, error %v", picture.Width, picture.Height, err)
	}
	if err := m.app.AddScreenshotEvidence(t.Context(), cmd, m.ref(t, id, "TST-01"), picture, 2); err != nil {
		t.Fatalf("adding: %v", err)
	}
	evidence, err := store.ListItemEvidence(t.Context(), m.app.Store.Reader(), m.admin.Scope(), id, m.item(t, id, "TST-01").ID)
	if err != nil || len(evidence) != 1 {
		t.Fatalf("%d pieces of evidence, error %v", len(evidence), err)
	}
	before := len(m.entries(t, id))
	shown, err := m.app.ViewPicture(t.Context(), app.Command{Actor: m.viewer}, id, evidence[0].ID)
	if err != nil {
		t.Fatalf("viewing: %v", err)
	}
	if _, err := png.Decode(bytes.NewReader(shown)); err != nil {
		t.Errorf("what is shown is no picture: %v", err)
	}
	if after := m.entries(t, id); len(after) != before+1 || after[before].Action != "evidence.view" {
		t.Errorf("viewing left %d entries more", len(after)-before)
	}
	_, err = m.app.ViewPicture(t.Context(), app.Command{Actor: m.other}, id, evidence[0].ID)
	kind(t, err, apperr.NotFound)
}

func TestStorePictureRefusals(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	for name, c := range map[string]struct {
		file []byte
		want apperr.Kind
	}{
		"text":        {[]byte("<svg onload=alert(1)>"), apperr.Invalid},
		"empty":       {nil, apperr.Invalid},
		"over 5 MB":   {make([]byte, app.MaxPictureBytes+1), apperr.TooLarge},
		"pixel bomb":  {pixelBomb(), apperr.TooLarge},
		"cut in half": {pictureBytes(t)[:60], apperr.Invalid},
	} {
		_, err := m.app.StorePicture(t.Context(), bytes.NewReader(c.file))
		if got := apperr.KindOf(err); got != c.want {
			t.Errorf("%s: error of kind %q, want %q", name, got, c.want)
		}
	}
}

// pixelBomb is a header that promises 60,000 × 60,000 pixels in a few bytes.
func pixelBomb() []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), 60_000)
	chunk = append(binary.BigEndian.AppendUint32(chunk, 60_000), 1, 0, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, chunk...), crc32.ChecksumIEEE(chunk))
}

func pictureBytes(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, shade(64, 64)); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func shade(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			img.Set(x, y, color.RGBA{R: uint8(x * 3), G: uint8(y * 5), B: 90, A: 255})
		}
	}
	return img
}
