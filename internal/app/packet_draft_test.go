package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// drafts are the words of page one of the draft and of its summary.
func (m team) drafts(t *testing.T, id uuid.UUID) map[string]string {
	t.Helper()
	cmd := app.Command{Actor: m.viewer}
	_, report, err := m.app.DraftPDF(t.Context(), cmd, id)
	must(t, err)
	_, summary, err := m.app.DraftSummary(t.Context(), cmd, id)
	must(t, err)
	words := map[string]string{}
	for name, doc := range map[string][]byte{"draft": report, "summary": summary} {
		words[name] = pdfWords(t, doc, "-l", "1")
	}
	return words
}

// pdfWords is what pdftotext reads in a PDF, with single spaces.
func pdfWords(t *testing.T, doc []byte, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "out.pdf")
	must(t, os.WriteFile(file, doc, 0o600))
	out, err := exec.CommandContext(t.Context(), "pdftotext", append(args, file, "-")...).Output()
	must(t, err)
	return strings.Join(strings.Fields(string(out)), " ")
}

// draftSays checks page one of both drafts.
func (m team) draftSays(t *testing.T, id uuid.UUID, when string, want, never []string) {
	t.Helper()
	for name, text := range m.drafts(t, id) {
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the %s does not say %q:\n%s", when, name, w, text)
			}
		}
		for _, n := range never {
			if strings.Contains(text, n) {
				t.Errorf("%s: the %s says %q", when, name, n)
			}
		}
	}
}

// A draft says what is on record when it is made: what was decided of the newest
// revision, and of the one before it once work on the next has begun.
func TestDraftSaysTheStateAsItIs(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	_, clock := movingKeys(t, m.app)
	id, revision := m.refused(t)
	undecided := []string{"Not decided", "walkthrough not held yet", "no step, not held yet", "revision 1"}
	m.draftSays(t, id, "in review", undecided, []string{"Ready for"})

	m.decideReady(t, id, revision)
	m.draftSays(t, id, "ready", []string{"Ready for the walkthrough", "Review decision “ready” by " + m.consultant.Name, "walkthrough not held yet", "revision 1"}, []string{"Not decided"})
	m.begin(t, id)
	m.confirmSteps(t, id)
	m.draftSays(t, id, "in the walkthrough", []string{"Ready for the walkthrough", "walkthrough begun on", "steps confirmed"}, []string{"not held yet"})

	_, steps := m.held(t, id)
	must(t, m.mark(t, id, steps[0].RequirementID, walkthrough.WithCondition, "The help page is to follow."))
	must(t, m.end(t, id, walkthrough.GoWithConditions, "All steps ran."))
	must(t, m.app.SignOff(t.Context(), app.Command{Actor: m.admin}, id, app.SignOffPartner))
	decided := []string{"Go, with conditions", "Condition: The help page is to follow.", "Outcome recorded by " + m.consultant.Name, "All steps ran.", "walkthrough held on", m.admin.Name + ", Northfall"}
	m.draftSays(t, id, "decided", decided, []string{"Not decided", "not held yet"})

	clock.Advance(time.Hour)
	m.nextRound(t, id)
	before := []string{"Revision 2 is not decided", "Revision 1: go, with conditions; recorded by " + m.consultant.Name, "walkthrough not held yet", "revision 2"}
	m.draftSays(t, id, "in the next round", before, []string{"Go, with conditions", "Condition:", m.admin.Name + ", Northfall"})
	_, err := m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	must(t, err)
	m.draftSays(t, id, "in the next review", before, []string{"Go, with conditions"})
	must(t, m.decide(t, m.revision(t, id), store.RevisionReturned, "Not so."))
	m.draftSays(t, id, "returned", []string{"Returned", "Review decision “returned” by " + m.consultant.Name}, []string{"not decided", "Revision 1"})
}

// nextRound records what the next revision rests on.
func (m team) nextRound(t *testing.T, id uuid.UUID) {
	t.Helper()
	cmd := app.Command{Actor: m.member}
	i, err := store.FindIntegration(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
	must(t, err)
	run, err := m.app.CreateTestRun(t.Context(), cmd, app.NewTestRun{Integration: id, Scenario: checklist.Scenarios()[0].Slug, TestUser: i.Config.TestUsers[0]})
	must(t, err)
	file, err := os.Open("../../testdata/captures/recorded/right-consent-denied.har")
	must(t, err)
	defer func() { _ = file.Close() }()
	_, err = m.app.AddCapture(t.Context(), cmd, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: file})
	must(t, err)
}

// An answer that was given since the packet is in the draft.
func TestDraftHasTheAnswers(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.newest(t, id)
	_, err := m.app.AskQuestion(t.Context(), app.Command{Actor: m.account}, app.NewQuestion{Integration: id, Packet: p.ID, Anchor: "RDY-02", Text: "Which build is it?"})
	must(t, err)
	list, err := store.ListQuestions(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, p.RevisionID)
	must(t, err)
	must(t, m.app.AnswerQuestion(t.Context(), app.Command{Actor: m.member}, app.QuestionRef{Integration: id, Packet: p.ID, Question: list[0].ID, RowVersion: 1}, "Build 2026.11."))
	_, doc, err := m.app.DraftPDF(t.Context(), app.Command{Actor: m.viewer}, id)
	must(t, err)
	if text := pdfWords(t, doc); !strings.Contains(text, "Which build is it?") || !strings.Contains(text, "Build 2026.11.") {
		t.Error("the draft has no answered question")
	}
}
