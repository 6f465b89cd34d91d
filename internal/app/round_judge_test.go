package app_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

const (
	firstRight  = "right-happy-path.har"
	secondRight = "right-second-happy-path.har"
	thirdRight  = "right-second-load.har"
)

// states are those that the recordings send.
var states = map[string]string{
	firstRight: "6YhPW5oQZiysYvQu60DS2WmyuskjQdeX-BZ3KAIStyI", secondRight: "_PVAA87ULuuZn4EugD5mc5OWU4CGsx7Uihqmc3YlRI4",
	thirdRight: "F2_Ihs-AGHxIQ6AISfb2O_MzY7NtbFtxH1TrxIceeTc",
}

// recording reads a recorded sign-in; the state of another recording, if one is
// named, takes the place of its own.
func recording(t *testing.T, name, like string) []byte {
	t.Helper()
	har, err := os.ReadFile("../../testdata/captures/recorded/" + name)
	must(t, err)
	if like == "" {
		return har
	}
	if bytes.Count(har, []byte(states[name])) < 2 {
		t.Fatalf("%s does not hold its state", name)
	}
	return bytes.ReplaceAll(har, []byte(states[name]), []byte(states[like]))
}

func (m team) upload(ctx context.Context, id, run uuid.UUID, har []byte) (uuid.UUID, error) {
	return m.app.AddCapture(ctx, app.Command{Actor: m.member}, app.NewCapture{Integration: id, Run: run, Kind: store.CaptureBrowser, File: bytes.NewReader(har)})
}

// another records one more run of the integration.
func (m team) another(t *testing.T, id uuid.UUID, har []byte) (run, capture uuid.UUID) {
	t.Helper()
	run = m.newRun(t, id, "happy-path", m.find(t, id).Config.TestUsers[0])
	capture, err := m.upload(t.Context(), id, run, har)
	must(t, err)
	return run, capture
}

func (m team) says(t *testing.T, id, run uuid.UUID, rule string) analysis.Verdict {
	t.Helper()
	verdicts, _, _ := m.verdicts(t, id, run)
	return verdicts[rule]
}

// What a second sign-in shows of the first, both tell.
func TestTheRoundIsJudgedWithEachCapture(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		like    string
		verdict analysis.Verdict
	}{"new": {"", analysis.Pass}, "used again": {firstRight, analysis.Fail}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newTeam(t)
			id, capture := m.recorded(t, firstRight)
			first := m.runOf(t, id, capture)
			if got := m.says(t, id, first, "AR-04"); got != analysis.NotSeen {
				t.Fatalf("AR-04 says %s of a sign-in alone", got)
			}
			second, _ := m.another(t, id, recording(t, secondRight, want.like))
			if a, b := m.says(t, id, first, "AR-04"), m.says(t, id, second, "AR-04"); a != want.verdict || b != want.verdict {
				t.Errorf("AR-04 says %s of the first run and %s of the second, want %s", a, b, want.verdict)
			}
			if got := m.says(t, id, first, "AR-07"); got != analysis.Pass {
				t.Errorf("AR-07 says %s of the first run, whose nonce is new", got)
			}
		})
	}
}

// What is said of two sign-ins does not depend on which came first.
func TestTheOrderOfRunsSaysNothing(t *testing.T) {
	t.Parallel()
	for _, like := range []string{"", firstRight} {
		said := func(hars ...string) map[string]map[string]analysis.Verdict {
			m := newTeam(t)
			id, _ := m.recorded(t, "right-unknown-client.har")
			out := map[string]map[string]analysis.Verdict{}
			runs := map[string]uuid.UUID{}
			for _, name := range hars {
				own := ""
				if name == secondRight {
					own = like
				}
				runs[name], _ = m.another(t, id, recording(t, name, own))
			}
			for name, run := range runs {
				out[name], _, _ = m.verdicts(t, id, run)
			}
			return out
		}
		if diff := cmp.Diff(said(firstRight, secondRight), said(secondRight, firstRight)); diff != "" {
			t.Errorf("like %q: verdicts differ (-first +second run before):\n%s", like, diff)
		}
	}
}

// A claim that rests on an earlier run turns stale where a later one shows that
// a rule fails of it, and stands where one shows that it passes.
func TestALaterRunVoidsWhatGotWorse(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, firstRight)
	first := m.runOf(t, id, capture)
	m.cite(t, id, capture, "TST-05", "TST-04") // AR-04 and others; AR-14
	_, _ = m.another(t, id, recording(t, secondRight, ""))
	if got := m.stale(t, id); len(got) != 0 || m.says(t, id, first, "AR-04") != analysis.Pass {
		t.Fatalf("AR-04 says %s of the first run; stale: %v", m.says(t, id, first, "AR-04"), got)
	}
	entries := len(m.entries(t, id))
	third, last := m.another(t, id, recording(t, thirdRight, firstRight))
	want := map[string]string{"TST-05": "Run 1 was judged again with capture 3 of run 3: AR-04 said pass and says fail now."}
	if diff := cmp.Diff(want, m.stale(t, id)); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
	changes, err := store.ListVerdictChanges(t.Context(), m.app.Store.Reader(), m.member.Scope(), id, []uuid.UUID{first, third}, []string{"AR-04"})
	must(t, err)
	var got []string
	for _, c := range changes {
		got = append(got, strings.Join([]string{itoa(c.RunNumber), string(c.VerdictBefore), string(c.Verdict), itoa(c.CaptureNumber), itoa(c.CaptureRun)}, " "))
	}
	if diff := cmp.Diff([]string{"1 pass fail 3 3", "1 not_seen pass 2 2"}, got); diff != "" {
		t.Errorf("kept of the changes (-want +got):\n%s", diff)
	}
	after := m.entries(t, id)[entries:]
	if len(after) != 2 || after[1].Action != "capture.add" || after[1].Details["stale_items"].String() != "TST-05" ||
		after[1].Details["worse_verdicts"].String() != "1" || after[1].Object.ID != last.String() {
		t.Errorf("audit entries of a run and its capture: %+v", after)
	}
}

// Another capture of the run itself voids what rests on it in the same way.
func TestAnotherCaptureOfTheRunVoidsWhatGotWorse(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, firstRight)
	m.cite(t, id, capture, "TST-05", "TST-04")
	_, err := m.upload(t.Context(), id, m.runOf(t, id, capture), recording(t, secondRight, firstRight))
	must(t, err)
	want := map[string]string{"TST-05": "Run 1 was judged again with capture 2 of run 1: AR-04 said not seen and says fail now."}
	if diff := cmp.Diff(want, m.stale(t, id)); diff != "" {
		t.Errorf("stale (-want +got):\n%s", diff)
	}
}

// A capture and what it changes of the round are stored together or not at all.
func TestACaptureThatIsNotStoredChangesNoRun(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, firstRight)
	first := m.runOf(t, id, capture)
	second := m.newRun(t, id, "happy-path", m.find(t, id).Config.TestUsers[0])
	owner := testkit.Superuser(t, m.app.Store.Pool())
	_, err := owner.Exec(t.Context(), `
		CREATE FUNCTION end_server() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the server ends'; END $$;
		CREATE CONSTRAINT TRIGGER end_server AFTER INSERT ON captures DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION end_server();`)
	must(t, err)
	if _, err := m.upload(t.Context(), id, second, recording(t, secondRight, firstRight)); err == nil {
		t.Fatal("a capture was stored although the server ended at the commit")
	}
	if got := m.says(t, id, first, "AR-04"); got != analysis.NotSeen {
		t.Errorf("AR-04 says %s of the first run although the second has no capture", got)
	}
	_, err = owner.Exec(t.Context(), `DROP TRIGGER end_server ON captures`)
	must(t, err)
	_, err = m.upload(t.Context(), id, second, recording(t, secondRight, firstRight)) // sent again
	must(t, err)
	if a, b := m.says(t, id, first, "AR-04"), m.says(t, id, second, "AR-04"); a != analysis.Fail || b != analysis.Fail {
		t.Errorf("AR-04 says %s and %s after the capture was sent again", a, b)
	}
}

// Who submits right after the last capture freezes what the whole round shows;
// what is in review, frozen or of a closed round keeps that.
func TestWhatIsFrozenKeepsItsVerdicts(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, firstRight)
	first := m.runOf(t, id, capture)
	m.cite(t, id, capture, "TST-05")
	_, _ = m.another(t, id, recording(t, secondRight, ""))
	r := m.submit(t, id)
	third, _ := m.another(t, id, recording(t, thirdRight, firstRight))
	if a, b := m.says(t, id, first, "AR-04"), m.says(t, id, third, "AR-04"); a != analysis.Pass || b != analysis.Fail {
		t.Errorf("during the review AR-04 says %s of the run in review and %s of the new one, want pass and fail", a, b)
	}
	must(t, m.decide(t, r, store.RevisionReturned, "The button was missing."))
	fourth, _ := m.another(t, id, recording(t, firstRight, secondRight)) // of the next round
	must(t, m.app.JudgeAgain(t.Context(), app.BuiltinJudge(), id))
	if a, b := m.says(t, id, first, "AR-04"), m.says(t, id, fourth, "AR-04"); a != analysis.Pass || b != analysis.NotSeen {
		t.Errorf("AR-04 says %s of the run of the closed round and %s of that of the next, want pass and not_seen", a, b)
	}
	if got := m.stale(t, id); len(got) != 0 {
		t.Errorf("stale: %v", got)
	}
	frozen, err := store.FindFrozen(t.Context(), m.app.Store.Reader(), auth.System().Scope(), r.ID)
	must(t, err)
	seen := 0
	for _, f := range frozen.Findings {
		if f.Finding.Rule == "AR-04" && f.TestRunID == first {
			if seen++; f.Finding.Verdict != analysis.Pass {
				t.Errorf("the revision froze %s of AR-04", f.Finding.Verdict)
			}
		}
	}
	if seen != 1 {
		t.Errorf("the revision froze %d findings of AR-04", seen)
	}
}

// What a newer program judged, an older one leaves as it is.
func TestAnUploadLeavesANewerJudgement(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, firstRight)
	first := m.runOf(t, id, capture)
	must(t, m.app.JudgeAgain(t.Context(), (&newer{}).judge(analysis.RuleSet+1), id))
	_, _ = m.another(t, id, recording(t, secondRight, firstRight))
	if verdicts, ruleSet, _ := m.verdicts(t, id, first); verdicts["AR-04"] != analysis.NotSeen || ruleSet != analysis.RuleSet+1 {
		t.Errorf("AR-04 says %s under rule set %d", verdicts["AR-04"], ruleSet)
	}
}

// An upload reads no stored transcript that this server has read for the round
// before, so that a round of many runs is not read over and over.
func TestAnUploadReadsEachTranscriptOnce(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id, capture := m.recorded(t, firstRight)
	first := m.runOf(t, id, capture)
	_, _ = m.another(t, id, recording(t, secondRight, ""))
	c, err := store.FindCapture(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, capture)
	must(t, err)
	file, err := m.app.Blobs.Open(t.Context(), c.Digest)
	must(t, err)
	named, ok := file.(*os.File)
	if !ok {
		t.Fatalf("a blob is a %T", file)
	}
	must(t, named.Close())
	must(t, os.Remove(named.Name()))
	third, _ := m.another(t, id, recording(t, thirdRight, ""))
	if a, b := m.says(t, id, first, "AR-04"), m.says(t, id, third, "AR-04"); a != analysis.Pass || b != analysis.Pass {
		t.Errorf("AR-04 says %s and %s", a, b)
	}
}
