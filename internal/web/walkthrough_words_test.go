package web_test

import (
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// While it is held the walkthrough is called running, and its outcome warns of
// questions that nobody has answered.
func TestWordsOfARunningWalkthrough(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.held(t)
	packets, err := store.ListPackets(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil || len(packets) != 1 || v.BuildPacket(t.Context(), packets[0].ID) != nil {
		t.Fatalf("making the packet: %d asked for, %v", len(packets), err)
	}
	marcus, dana := v.as(t, v.account), v.as(t, v.consultant)
	if got := marcus.get(v.path).text("main"); !strings.Contains(got, "The walkthrough is running.") || strings.Contains(got, "is planned") {
		t.Errorf("while it is held the overview says %q", got)
	}
	if got := dana.get(v.path + "/walkthrough").text("#outcome"); strings.Contains(got, "answered before") {
		t.Errorf("without a question the form of the outcome says %q", got)
	}
	_, err = v.AskQuestion(t.Context(), app.Command{Actor: v.account}, app.NewQuestion{Integration: v.id, Packet: packets[0].ID, Anchor: "RDY-02", Text: "Which build?"})
	if err != nil {
		t.Fatal(err)
	}
	if got := dana.get(v.path + "/walkthrough").text("#outcome .notice"); !strings.Contains(got, "1 question is open. Only what is answered before the outcome") {
		t.Errorf("with an open question the form of the outcome says %q", got)
	}
	p := marcus.get(v.path + "/packets")
	if got := p.text("#r1\\.1 a[href$='/questions']"); got != "Questions (1 open)" || !strings.Contains(p.text("#r1\\.1"), "to be read in the walkthrough") {
		t.Errorf("the page of packets leads to %q and says %q", got, p.text("#r1\\.1"))
	}
}

// Whoever would submit again reads that the stage is left; afterwards the page of
// the walkthrough leads to what was before.
func TestSubmittingAgainIsWarnedOf(t *testing.T) {
	t.Parallel()
	j := newJourney(t)
	sam := j.as(t, j.member)
	for stage, want := range map[store.Stage]string{store.StageLive: "live no more", store.StageSignOff: "leaves its stage", store.StageTesting: ""} {
		if _, err := j.Store.Pool().Exec(t.Context(), `UPDATE integrations SET stage = $1 WHERE id = $2`, string(stage), j.id); err != nil {
			t.Fatal(err)
		}
		if got := sam.get(j.reviewed.path + "/review").text(".gate"); !strings.Contains(got, want) || strings.Contains(got, "begins a new review") != (want != "") {
			t.Errorf("at the stage %s the form says %q", stage, got)
		}
	}
	if _, err := j.SubmitRevision(t.Context(), app.Command{Actor: j.member}, j.id); err != nil {
		t.Fatal(err)
	}
	if got := sam.get(j.reviewed.path + "/walkthrough").text("main"); !strings.Contains(got, "Packets of earlier revisions") {
		t.Errorf("with a second revision the page of the walkthrough says %q", got)
	}
}

// withdrawNewest makes the newest edition and withdraws it.
func (v *reviewed) withdrawNewest(t *testing.T, reason string) {
	t.Helper()
	packets, err := store.ListPackets(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil || len(packets) == 0 {
		t.Fatalf("%d packets, %v", len(packets), err)
	}
	if err := v.BuildPacket(t.Context(), packets[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := v.WithdrawPacket(t.Context(), app.Command{Actor: v.consultant}, v.id, packets[0].ID, reason); err != nil {
		t.Fatal(err)
	}
}
