package app_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/store"
)

// recorded creates the integration of the recordings and a run with one of them.
func (m team) recorded(t *testing.T, capture string) (id, captureID uuid.UUID) {
	t.Helper()
	doc, err := os.ReadFile("../../testdata/integrations/right.yaml")
	must(t, err)
	cfg, err := integration.Parse(doc)
	must(t, err)
	cmd := app.Command{Actor: m.member}
	id, err = m.app.CreateIntegration(t.Context(), app.Command{Actor: m.admin}, m.partner, cfg)
	must(t, err)
	run, err := m.app.CreateTestRun(t.Context(), cmd, app.NewTestRun{Integration: id, Scenario: checklist.Scenarios()[0].Slug, TestUser: cfg.TestUsers[0]})
	must(t, err)
	file, err := os.Open(filepath.Join("../../testdata/captures/recorded", capture))
	must(t, err)
	defer func() { _ = file.Close() }()
	captureID, err = m.app.AddCapture(t.Context(), cmd, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: file})
	must(t, err)
	return id, captureID
}

// packets gives an integration's packets, newest first.
func (m team) packets(t *testing.T, id uuid.UUID) []store.Packet {
	t.Helper()
	list, err := store.ListPackets(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
	must(t, err)
	return list
}

func (m team) download(t *testing.T, id, packet uuid.UUID) []byte {
	t.Helper()
	_, archive, err := m.app.DownloadPacket(t.Context(), app.Command{Actor: m.viewer}, id, packet)
	must(t, err)
	return archive
}

// readyWith has the integration decided as ready, with a capture as its evidence.
func (m team) readyWith(t *testing.T, id, capture uuid.UUID) {
	t.Helper()
	must(t, m.app.AddCaptureEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-10"), checklist.EvidenceRedirect, capture))
	must(t, m.app.ClaimItem(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "TST-10")))
	r := m.submit(t, id)
	m.confirmAll(t, id)
	for _, item := range []string{"RDY-02", "TST-10"} {
		must(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, item)))
	}
	must(t, m.decide(t, r, store.RevisionReady, ""))
}

func TestReadyMakesAPacketThatVerifies(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	m.readyWith(t, id, capture)

	packets := m.packets(t, id)
	if len(packets) != 1 || packets[0].State != store.PacketPending || packets[0].Edition != 1 {
		t.Fatalf("packets %+v; want one that is pending", packets)
	}
	_, _, err := m.app.DownloadPacket(t.Context(), app.Command{Actor: m.viewer}, id, packets[0].ID)
	kind(t, err, apperr.Conflict)
	must(t, m.app.BuildPacket(t.Context(), packets[0].ID))
	must(t, m.app.BuildPacket(t.Context(), packets[0].ID)) // a second attempt finds it made

	made := m.download(t, id, packets[0].ID)
	if got := verify.Verify(made, verify.Trust{Fingerprint: fingerprint(t, m.app)}); got.Verdict != verify.Valid {
		t.Errorf("verdict %q: %+v", got.Verdict, got.Checks)
	}
	if got := verify.Verify(made, verify.Trust{}); got.Verdict != verify.SignerUnknown {
		t.Errorf("verdict %q without trust", got.Verdict)
	}
	text := pdfText(t, made)
	for _, item := range m.items(t, id) {
		if item.Applies && !strings.Contains(text, item.RequirementID) {
			t.Errorf("the report does not name %s", item.RequirementID)
		}
	}
	if strings.Contains(text, "DRAFT") {
		t.Error("a made packet says DRAFT")
	}
	_, _, err = m.app.DownloadPacket(t.Context(), app.Command{Actor: m.other}, id, packets[0].ID)
	kind(t, err, apperr.NotFound)
	m.oneMore(t, id, "packet.view", func() error {
		_, report, err := m.app.ReadPacket(t.Context(), app.Command{Actor: m.account}, id, packets[0].ID)
		if !bytes.HasPrefix(report, []byte("%PDF-")) {
			t.Errorf("the report is no PDF: %d bytes", len(report))
		}
		return err
	})
	m.oneMore(t, id, "packet.summary", func() error {
		name, summary, err := m.app.PacketSummary(t.Context(), app.Command{Actor: m.viewer}, id, packets[0].ID)
		if !bytes.HasPrefix(summary, []byte("%PDF-")) || !strings.HasPrefix(name, "summary-") || !strings.HasSuffix(name, "-r1.1.pdf") {
			t.Errorf("the summary %q is no PDF: %d bytes", name, len(summary))
		}
		return err
	})
	_, _, err = m.app.PacketSummary(t.Context(), app.Command{Actor: m.other}, id, packets[0].ID)
	kind(t, err, apperr.NotFound)
}

func TestRetryMakesTheSamePacket(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	first := m.download(t, id, p.ID)
	_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE packets SET state = 'pending', digest = NULL WHERE id = $1`, p.ID)
	must(t, err)
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	if again := m.download(t, id, p.ID); !bytes.Equal(first, again) {
		t.Error("the second attempt made other bytes")
	}
}

func TestPacketKeepsTheSubmittedDescription(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	r := m.submit(t, id)
	i := m.find(t, id)
	i.Config.Notes = "written while the revision was in review"
	must(t, m.app.SaveIntegration(t.Context(), app.Command{Actor: m.admin}, id, i.RowVersion, i.Config, ""))
	m.confirmAll(t, id)
	must(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "RDY-02")))
	must(t, m.decide(t, r, store.RevisionReady, ""))
	p := m.packets(t, id)[0]
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	text := pdfText(t, m.download(t, id, p.ID))
	if strings.Contains(text, "written while") || !strings.Contains(text, "configuration 1") {
		t.Error("the packet rests on a description that was saved after submit")
	}
}

func TestDraftOfAnyState(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	name, pdf, err := m.app.DraftPDF(t.Context(), app.Command{Actor: m.viewer}, id)
	must(t, err)
	if name != "draft-northfall-member-sign-up.pdf" || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("name %q, %d bytes", name, len(pdf))
	}
	got := m.entries(t, id)
	if last := got[len(got)-1]; last.Action != "packet.draft" {
		t.Errorf("last audit entry is %s", last.Action)
	}
	m.oneMore(t, id, "packet.summary", func() error {
		name, pdf, err := m.app.DraftSummary(t.Context(), app.Command{Actor: m.viewer}, id)
		if name != "draft-summary-northfall-member-sign-up.pdf" || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Errorf("name %q, %d bytes", name, len(pdf))
		}
		return err
	})
}

// pdfText is what pdftotext reads in the packet's report.
func pdfText(t *testing.T, archive []byte) string {
	t.Helper()
	return pdfToText(t, archive, "-layout")
}

// pdfToText is pdfText with another order of what pdftotext reads.
func pdfToText(t *testing.T, archive []byte, order string) string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	must(t, err)
	f, err := r.Open("packet.pdf")
	must(t, err)
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	must(t, err)
	name := filepath.Join(t.TempDir(), "packet.pdf")
	must(t, os.WriteFile(name, b, 0o600))
	out, err := exec.CommandContext(t.Context(), "pdftotext", order, name, "-").Output()
	must(t, err)
	return string(out)
}
