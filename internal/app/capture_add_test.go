package app_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Who sends a file again under the same key, because the answer was lost, is
// answered like the first time; under another key the file is there already.
func TestAFileThatIsSentAgain(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, first := m.recorded(t, "faulty-consent-denied.har")
	run, err := store.FindCapture(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, first)
	must(t, err)
	har, err := os.ReadFile("../../testdata/captures/recorded/right-happy-path.har")
	must(t, err)
	add := func(key string, run uuid.UUID) (uuid.UUID, error) {
		return m.app.AddCapture(t.Context(), app.Command{Actor: m.member, Key: key},
			app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: bytes.NewReader(har)})
	}
	stored, err := add("form/0", run.TestRunID)
	must(t, err)
	before := len(m.entries(t, id))
	again, err := add("form/0", run.TestRunID)
	if err != nil || again != stored {
		t.Errorf("sent again: %v, %v; want the first answer", again, err)
	}
	_, err = add("form/1", run.TestRunID)
	kind(t, err, apperr.Conflict)
	i := m.find(t, id)
	other, err := m.app.CreateTestRun(t.Context(), app.Command{Actor: m.member}, app.NewTestRun{Integration: id, Scenario: "consent-denied", TestUser: i.Config.TestUsers[0]})
	must(t, err)
	_, err = add("form/0", other)
	kind(t, err, apperr.Conflict)
	captures, err := store.ListCaptures(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
	must(t, err)
	if got := len(m.entries(t, id)); len(captures) != 2 || got != before+1 { // one for the other run
		t.Errorf("%d captures and %d audit entries, want 2 and %d", len(captures), got, before+1)
	}
}

// Rules know with which test user each run of the round was made, the run at
// hand and those that are stored.
func TestRulesKnowTheTestUser(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, first := m.recorded(t, "right-happy-path.har")
	stored, err := store.FindCapture(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, first)
	must(t, err)
	users := m.find(t, id).Config.TestUsers
	testUsers := func(run uuid.UUID) analysis.Finding {
		findings, err := store.ListRunFindings(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, run)
		must(t, err)
		for _, f := range findings {
			if f.Finding.Rule == "DA-01" {
				return f.Finding
			}
		}
		t.Fatal("the rule about test users says nothing")
		return analysis.Finding{}
	}
	if f := testUsers(stored.TestRunID); f.Verdict != analysis.NotSeen || !strings.Contains(f.Why, "not yet: "+users[1]) {
		t.Errorf("after one user: %s, %s", f.Verdict, f.Why)
	}
	second, err := m.app.CreateTestRun(t.Context(), app.Command{Actor: m.member}, app.NewTestRun{Integration: id, Scenario: "happy-path", TestUser: users[1]})
	must(t, err)
	file, err := os.Open("../../testdata/captures/recorded/right-second-happy-path.har")
	must(t, err)
	defer func() { _ = file.Close() }() // reading only
	_, err = m.app.AddCapture(t.Context(), app.Command{Actor: m.member}, app.NewCapture{Integration: id, Run: second, Kind: store.CaptureBrowser, File: file})
	must(t, err)
	if f := testUsers(second); f.Verdict != analysis.Pass {
		t.Errorf("after both users: %s, %s", f.Verdict, f.Why)
	}
}
