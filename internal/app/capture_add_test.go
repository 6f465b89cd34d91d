package app_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/uuid"

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
