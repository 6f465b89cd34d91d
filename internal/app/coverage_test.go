package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// add adds a recorded capture to a run of an integration.
func (m team) add(t *testing.T, id, run uuid.UUID, kind store.CaptureKind, capture string) uuid.UUID {
	t.Helper()
	file, err := os.Open(filepath.Join("../../testdata/captures/recorded", capture))
	must(t, err)
	defer func() { _ = file.Close() }()
	added, err := m.app.AddCapture(t.Context(), app.Command{Actor: m.member}, app.NewCapture{Integration: id, Run: run, Kind: kind, File: file})
	must(t, err)
	return added
}

func (m team) newRun(t *testing.T, id uuid.UUID, scenario, user string) uuid.UUID {
	t.Helper()
	run, err := m.app.CreateTestRun(t.Context(), app.Command{Actor: m.member}, app.NewTestRun{Integration: id, Scenario: scenario, TestUser: user})
	must(t, err)
	return run
}

func (m team) signIns(t *testing.T, id uuid.UUID) []store.SignIn {
	t.Helper()
	list, err := store.ListSignIns(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
	must(t, err)
	return list
}

// Sign-ins are replaced with the findings of their run: what a second capture
// shows is told, and nothing stands twice.
func TestACaptureReplacesTheSignInsOfItsRun(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, _ := m.recorded(t, "right-happy-path.har")
	before := m.signIns(t, id)
	if len(before) != 1 || before[0].Outcome != analysis.OutcomeCode || before[0].AttributesKnown || before[0].AttributesWhy == "" || before[0].FinalStatus != 200 {
		t.Fatalf("one browser capture gives %+v", before)
	}
	m.add(t, id, before[0].TestRunID, store.CaptureBackChannel, "right-happy-path.backchannel.har")
	after := m.signIns(t, id)
	if len(after) != 1 || !after[0].AttributesKnown || len(after[0].Attributes) != 9 || strings.Join(after[0].Policies, " ") != "fortified_identity" {
		t.Fatalf("with the back channel it is %+v", after)
	}
	for _, a := range after[0].Attributes {
		if a.Empty || a.At.Capture == "" {
			t.Errorf("%s: empty %t, at %+v", a.Handle, a.Empty, a.At)
		}
	}
}

// Nothing of a person's values is in what is stored of sign-ins.
func TestSignInsHoldNoValues(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, _ := m.recorded(t, "right-second-load.har")
	m.add(t, id, m.signIns(t, id)[0].TestRunID, store.CaptureBackChannel, "right-second-load.backchannel.har")
	var rows string
	must(t, m.app.Store.Pool().QueryRow(t.Context(), `
		SELECT (SELECT string_agg(s::text, '') FROM sign_ins s) || (SELECT string_agg(a::text, '') FROM received_attributes a)`).Scan(&rows))
	if !strings.Contains(rows, "birth_date") || !strings.Contains(rows, "invalid_grant") {
		t.Fatalf("the rows do not hold what they should: %s", rows)
	}
	for _, value := range []string{"Wilhelmina", "Oakhurst", "1984-03-17", "Juniper", "43440", "mailbox.example"} {
		if strings.Contains(strings.ToLower(rows), strings.ToLower(value)) {
			t.Errorf("the rows hold %s", value)
		}
	}
}

// A revision freezes the sign-ins of the runs that evidence was taken from, and a
// draft says what they show.
func TestARevisionFreezesSignIns(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, "right-consent-denied.har")
	other := m.newRun(t, id, "happy-path", "driver-licence")
	m.add(t, id, other, store.CaptureBrowser, "right-happy-path.har")
	must(t, m.app.AddCaptureEvidence(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, "ERR-01"), checklist.EvidenceError, capture))
	r := m.submit(t, id)
	frozen, err := store.FindFrozen(t.Context(), m.app.Store.Reader(), auth.System().Scope(), r.ID)
	must(t, err)
	if len(frozen.SignIns) != 1 || len(frozen.SignIns[0].Errors) != 1 || frozen.SignIns[0].Errors[0].Handling != analysis.Handled {
		t.Errorf("the revision froze %+v", frozen.SignIns)
	}
	if now := m.signIns(t, id); len(now) != 2 {
		t.Errorf("%d sign-ins are stored", len(now))
	}
}
