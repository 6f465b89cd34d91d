package web_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// The pages of an earlier run and of the item that cites it say what a later
// run of the round showed, and by which capture.
func TestPagesSayWhatALaterRunShowed(t *testing.T) {
	t.Parallel()
	r := newRecorded(t, "right", "happy-path")
	v := r.as(t, r.member)
	v.send(r.uploadPath(r.run), "browser", har("run.har", testFile(t, "captures", "recorded", "right-happy-path.har"))).wants(http.StatusOK, "Run 1: happy path")
	row, err := store.FindChecklistItem(t.Context(), r.Store.Reader(), r.member.Scope(), r.integration, "TST-05")
	if err != nil {
		t.Fatal(err)
	}
	ref := app.ItemRef{Integration: r.integration, Requirement: "TST-05", RowVersion: row.RowVersion}
	if err := r.AddCaptureEvidence(t.Context(), app.Command{Actor: r.member}, ref, checklist.EvidenceRedirect, r.captures(t)[0].ID); err != nil {
		t.Fatal(err)
	}
	const state, other = "6YhPW5oQZiysYvQu60DS2WmyuskjQdeX-BZ3KAIStyI", "_PVAA87ULuuZn4EugD5mc5OWU4CGsx7Uihqmc3YlRI4"
	again := bytes.ReplaceAll(testFile(t, "captures", "recorded", "right-second-happy-path.har"), []byte(other), []byte(state))
	v.send(r.uploadPath(r.newRun(t, "happy-path", "driver-licence")), "browser", har("run.har", again)).wants(http.StatusOK, "Run 2: happy path")

	p := v.get("/integrations/" + r.integration.String() + "/checklist/TST-05")
	if got := strings.Join(strings.Fields(p.text("#judged-again tbody")), " "); !strings.Contains(got, "AR-04") ||
		!strings.Contains(got, "Run 1 Not seen rule set") || !strings.Contains(got, "Fail with capture 2 of run 2") {
		t.Errorf("what judging again changed: %s", got)
	}
	if got := p.text("#findings article.finding.fail"); !strings.Contains(got, "AR-04") {
		t.Errorf("the failures at the item: %s", got)
	}
	if got := v.get("/integrations/" + r.integration.String() + "/runs/" + r.run.String()).text("article.finding.fail .rule"); !strings.Contains(got, "AR-04") {
		t.Errorf("the failures of run 1: %s", got)
	}
}
