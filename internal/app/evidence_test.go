package app_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

func (m team) evidence(t *testing.T, id uuid.UUID, requirement string) []store.Evidence {
	t.Helper()
	list, err := store.ListItemEvidence(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, m.item(t, id, requirement).ID)
	must(t, err)
	return list
}

func TestEvidenceIsWithdrawnFromItsOwnItem(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	cmd := app.Command{Actor: m.member}
	m.claim(t, id, "RDY-02")
	e := m.evidence(t, id, "RDY-02")[0].ID

	kind(t, m.app.WithdrawEvidence(t.Context(), cmd, m.ref(t, id, "RDY-02"), e), apperr.Conflict) // the claim rests on it
	kind(t, m.app.WithdrawEvidence(t.Context(), cmd, m.ref(t, id, "TST-01"), e), apperr.NotFound) // not by way of an open item either
	kind(t, m.app.WithdrawEvidence(t.Context(), app.Command{Actor: m.other}, m.ref(t, id, "RDY-02"), e), apperr.NotFound)
	old := m.ref(t, id, "RDY-02")
	old.RowVersion--
	kind(t, m.app.WithdrawEvidence(t.Context(), app.Command{Actor: m.viewer}, old, e), apperr.Forbidden)

	must(t, m.app.UnclaimItem(t.Context(), cmd, m.ref(t, id, "RDY-02")))
	m.oneMore(t, id, "evidence.withdraw", func() error { return m.app.WithdrawEvidence(t.Context(), cmd, m.ref(t, id, "RDY-02"), e) })
	if left := m.evidence(t, id, "RDY-02"); len(left) != 0 {
		t.Errorf("%d pieces of evidence are left", len(left))
	}
}

// What nobody reviewed does not get into the packet of the walkthrough.
func TestAnAcceptedItemTakesNoMoreOfThePartnersEvidence(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	err := m.app.AddTextEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, "Build 2.18.0, too.")
	kind(t, err, apperr.Conflict)
	must(t, m.app.AddTextEvidence(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "RDY-02"), checklist.EvidenceObservation, "Seen in the log."))
}

func TestARunInReviewTakesNoMoreCaptures(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-happy-path.har")
	cmd := app.Command{Actor: m.member}
	must(t, m.app.AddCaptureEvidence(t.Context(), cmd, m.ref(t, id, "TST-10"), checklist.EvidenceRedirect, capture))
	must(t, m.app.ClaimItem(t.Context(), cmd, m.ref(t, id, "TST-10")))
	m.submit(t, id)

	run := m.evidence(t, id, "TST-10")[0].TestRunID
	har, err := os.ReadFile("../../testdata/captures/recorded/faulty-consent-denied.har")
	must(t, err)
	add := func(run uuid.UUID) error {
		_, err := m.app.AddCapture(t.Context(), cmd, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: bytes.NewReader(har)})
		return err
	}
	kind(t, add(*run), apperr.Conflict)
	i := m.find(t, id)
	other, err := m.app.CreateTestRun(t.Context(), cmd, app.NewTestRun{Integration: id, Scenario: "consent-denied", TestUser: i.Config.TestUsers[0]})
	must(t, err)
	must(t, add(other)) // a run that no evidence was taken from does
}

func TestNoSubmitWhileAWalkthroughIsHeld(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.start(t, id)
	_, err := m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	kind(t, err, apperr.Conflict)
	must(t, m.end(t, id, walkthrough.NoGo, "The button was missing."))
	_, err = m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	must(t, err)
}
