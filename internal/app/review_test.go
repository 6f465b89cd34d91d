package app_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
)

// must stops the test when a step that only prepares it goes wrong.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("preparing: %v", err)
	}
}

func (m team) items(t *testing.T, id uuid.UUID) []store.ChecklistItem {
	t.Helper()
	items, err := store.ListChecklistItems(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
	must(t, err)
	return items
}

// settle marks every required item of the review as not applicable but RDY-02,
// which the member claims with a declaration.
func (m team) settle(t *testing.T, id uuid.UUID) {
	t.Helper()
	cmd := app.Command{Actor: m.member}
	for _, i := range m.items(t, id) {
		if i.Phase != checklist.PhaseReview || !i.Required || !i.Applies || i.RequirementID == "RDY-02" || i.State != checklist.Open {
			continue
		}
		must(t, m.app.SetItemNotApplicable(t.Context(), cmd, m.ref(t, id, i.RequirementID), "Nothing of it is part of this integration."))
	}
	m.claim(t, id, "RDY-02")
}

func (m team) claim(t *testing.T, id uuid.UUID, requirement string) {
	t.Helper()
	cmd := app.Command{Actor: m.member}
	must(t, m.app.AddTextEvidence(t.Context(), cmd, m.ref(t, id, requirement), checklist.EvidenceDeclaration, "Build 2.17.0 is complete."))
	must(t, m.app.ClaimItem(t.Context(), cmd, m.ref(t, id, requirement)))
}

// submit settles the checklist and submits it.
func (m team) submit(t *testing.T, id uuid.UUID) store.Revision {
	t.Helper()
	m.settle(t, id)
	_, err := m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	must(t, err)
	return m.revision(t, id)
}

func (m team) revision(t *testing.T, id uuid.UUID) store.Revision {
	t.Helper()
	r, err := store.FindLastRevision(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
	must(t, err)
	return r
}

// confirmAll is the consultant's word on all that does not apply.
func (m team) confirmAll(t *testing.T, id uuid.UUID) {
	t.Helper()
	for _, i := range m.items(t, id) {
		if i.State == checklist.NotApplicable && i.ConfirmedBy == nil {
			must(t, m.app.ConfirmNotApplicable(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, i.RequirementID)))
		}
	}
}

func (m team) decide(t *testing.T, r store.Revision, state store.RevisionState, reasons string) error {
	t.Helper()
	return m.app.DecideRevision(t.Context(), app.Command{Actor: m.consultant},
		app.ReviewDecision{Integration: r.IntegrationID, Revision: r.ID, RowVersion: r.RowVersion, State: state, Reasons: reasons})
}

// ready takes an integration to a ready revision.
func (m team) ready(t *testing.T, id uuid.UUID) store.Revision {
	t.Helper()
	r := m.submit(t, id)
	m.confirmAll(t, id)
	must(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "RDY-02")))
	must(t, m.decide(t, r, store.RevisionReady, ""))
	return m.revision(t, id)
}

func (m team) stage(t *testing.T, id uuid.UUID) store.Stage {
	t.Helper()
	i, err := store.FindIntegration(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
	must(t, err)
	return i.Stage
}

// oneMore checks that act left exactly one audit entry, of that action.
func (m team) oneMore(t *testing.T, id uuid.UUID, action string, act func() error) {
	t.Helper()
	before := len(m.entries(t, id))
	if err := act(); err != nil {
		t.Fatalf("%s: %v", action, err)
	}
	after := m.entries(t, id)
	if len(after) != before+1 || after[before].Action != action {
		t.Errorf("%s left %d audit entries more", action, len(after)-before)
	}
}

func fieldNames(err error) []string {
	var names []string
	for _, f := range apperr.FieldsOf(err) {
		names = append(names, f.Name)
	}
	return names
}

func TestSubmitIsRefusedWithTheList(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	var want []string
	for _, i := range m.items(t, id) {
		if i.Applies && i.Required && i.Phase == checklist.PhaseReview && i.DoneBy != checklist.ByConsultant {
			want = append(want, i.RequirementID)
		}
	}
	_, err := m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	kind(t, err, apperr.Conflict)
	if diff := cmp.Diff(want, fieldNames(err)); diff != "" || len(want) < 10 {
		t.Errorf("what is missing (-want +got):\n%s", diff)
	}
	_, err = m.app.SubmitRevision(t.Context(), app.Command{Actor: m.viewer}, id)
	kind(t, err, apperr.Forbidden)
	_, err = m.app.SubmitRevision(t.Context(), app.Command{Actor: m.consultant}, id)
	kind(t, err, apperr.Forbidden)
	_, err = m.app.SubmitRevision(t.Context(), app.Command{Actor: m.other}, id)
	kind(t, err, apperr.NotFound)
}

func TestSubmitChecksTypedTextsAgain(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.settle(t, id)
	// A text from before the policy knew this form of a credential.
	_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE evidence SET text = 'It was ' || 'ghp' || '_0123456789abcdefghijABCDEFGHIJ456789'`)
	must(t, err)
	_, err = m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
	kind(t, err, apperr.Conflict)
	if diff := cmp.Diff([]string{"RDY-02"}, fieldNames(err)); diff != "" {
		t.Errorf("items with credentials (-want +got):\n%s", diff)
	}
}

func TestRevisionIsFrozen(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.settle(t, id)
	m.oneMore(t, id, "revision.submit", func() error {
		_, err := m.app.SubmitRevision(t.Context(), app.Command{Actor: m.member}, id)
		return err
	})
	r := m.revision(t, id)
	if r.Number != 1 || r.State != store.RevisionSubmitted || r.ConfigurationVersion != 1 || m.stage(t, id) != store.StageReview {
		t.Fatalf("revision %d %s at configuration %d, stage %s", r.Number, r.State, r.ConfigurationVersion, m.stage(t, id))
	}
	before, err := store.FindFrozen(t.Context(), m.app.Store.Reader(), auth.System().Scope(), r.ID)
	must(t, err)
	if diff := cmp.Diff(m.items(t, id), before.Items); diff != "" || len(before.Evidence) != 1 {
		t.Errorf("frozen items, %d pieces of evidence (-want +got):\n%s", len(before.Evidence), diff)
	}
	if e := before.Evidence[0]; e.ConfigurationVersion != 1 || e.RuleSet == 0 || e.HappenedAt == nil || e.CapturedAt == nil || e.ReceivedAt.IsZero() {
		t.Errorf("frozen evidence lacks versions or clocks: %+v", e)
	}
	cmd := app.Command{Actor: m.member}
	kind(t, m.app.UnclaimItem(t.Context(), cmd, m.ref(t, id, "RDY-02")), apperr.Conflict)
	kind(t, m.app.AddTextEvidence(t.Context(), cmd, m.ref(t, id, "RDY-02"), checklist.EvidenceDeclaration, "More."), apperr.Conflict)
	_, err = m.app.SubmitRevision(t.Context(), cmd, id)
	kind(t, err, apperr.Conflict)
	must(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "RDY-02")))
	after, err := store.FindFrozen(t.Context(), m.app.Store.Reader(), auth.System().Scope(), r.ID)
	must(t, err)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("a later edit changed what was frozen:\n%s", diff)
	}
}

func TestClaimingAndAcceptingAreTwoPersons(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	kind(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "RDY-02")), apperr.Conflict) // open
	m.submit(t, id)
	both := m.member
	both.ProviderRole = auth.Consultant // the claimant has changed sides
	kind(t, m.app.AcceptItem(t.Context(), app.Command{Actor: both}, m.ref(t, id, "RDY-02")), apperr.Forbidden)
	kind(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.admin}, m.ref(t, id, "RDY-02")), apperr.Forbidden)
	kind(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.other}, m.ref(t, id, "RDY-02")), apperr.NotFound)
	ref := m.ref(t, id, "RDY-02")
	m.oneMore(t, id, "item.accept", func() error { return m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, ref) })
	if i := m.item(t, id, "RDY-02"); i.State != checklist.Accepted || i.DecidedByName != m.consultant.Name {
		t.Errorf("state %s by %q", i.State, i.DecidedByName)
	}
}

func TestOneOfAcceptAndReturnWins(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.submit(t, id)
	ref, cmd := m.ref(t, id, "RDY-02"), app.Command{Actor: m.consultant}
	var won, lost atomic.Int32
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			var err error
			if n%2 == 0 {
				err = m.app.ReturnItem(t.Context(), cmd, ref, []app.NewRemark{{Text: fmt.Sprintf("Show build %d.", n)}})
			} else {
				err = m.app.AcceptItem(t.Context(), cmd, ref)
			}
			switch {
			case err == nil:
				won.Add(1)
			case apperr.Is(err, apperr.Conflict):
				lost.Add(1)
			default:
				t.Errorf("deciding: %v", err)
			}
		})
	}
	wg.Wait()
	remarks, err := store.ListRemarks(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
	must(t, err)
	returned := m.item(t, id, "RDY-02").State == checklist.Returned
	if won.Load() != 1 || lost.Load() != 7 || returned != (len(remarks) == 1) {
		t.Errorf("%d won, %d lost, returned %t with %d remarks", won.Load(), lost.Load(), returned, len(remarks))
	}
}

func TestRemarks(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.submit(t, id)
	consultant, member := app.Command{Actor: m.consultant}, app.Command{Actor: m.member}
	kind(t, m.app.ReturnItem(t.Context(), consultant, m.ref(t, id, "RDY-02"), nil), apperr.Invalid)
	kind(t, m.app.ReturnItem(t.Context(), consultant, m.ref(t, id, "RDY-02"), []app.NewRemark{{Text: "x", Param: "state"}}), apperr.Invalid)
	ref := m.ref(t, id, "RDY-02")
	m.oneMore(t, id, "item.return", func() error {
		return m.app.ReturnItem(t.Context(), consultant, ref, []app.NewRemark{{Text: "Name the build."}, {Text: "Name the day."}})
	})
	m.oneMore(t, id, "remark.create", func() error {
		return m.app.AddRemark(t.Context(), consultant, id, "TST-01", app.NewRemark{Text: "Look at the scope."})
	})
	kind(t, m.app.AddRemark(t.Context(), member, id, "TST-01", app.NewRemark{Text: "No."}), apperr.Forbidden)
	remark := func(n int) (store.Remark, app.RemarkRef) {
		remarks, err := store.ListRemarks(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id)
		must(t, err)
		r := remarks[n]
		return r, app.RemarkRef{Integration: id, Remark: r.ID, RowVersion: r.RowVersion}
	}
	_, first := remark(0)
	kind(t, m.app.AnswerRemark(t.Context(), app.Command{Actor: m.viewer}, first, "It is 2.17.0."), apperr.Forbidden)
	kind(t, m.app.AnswerRemark(t.Context(), app.Command{Actor: m.other}, first, "It is 2.17.0."), apperr.NotFound)
	m.oneMore(t, id, "remark.answer", func() error { return m.app.AnswerRemark(t.Context(), member, first, "It is 2.17.0.") })
	kind(t, m.app.CloseRemark(t.Context(), consultant, first), apperr.Conflict) // stale
	_, first = remark(0)
	m.oneMore(t, id, "remark.reopen", func() error { return m.app.ReopenRemark(t.Context(), consultant, first) })
	_, first = remark(0)
	m.oneMore(t, id, "remark.close", func() error { return m.app.CloseRemark(t.Context(), consultant, first) })
	_, second := remark(1)
	kind(t, m.app.WaiveRemark(t.Context(), consultant, second, " "), apperr.Invalid)
	m.oneMore(t, id, "remark.waive", func() error { return m.app.WaiveRemark(t.Context(), consultant, second, "The day is in the log.") })
	r, second := remark(1)
	if r.State != store.RemarkWaived || r.WaiverReason == nil || r.Number != 2 || r.RevisionID == nil || r.ClosedByName != m.consultant.Name {
		t.Errorf("the waived remark is %+v", r)
	}
	kind(t, m.app.AnswerRemark(t.Context(), member, second, "Late."), apperr.Conflict)
}

func TestReadyNeedsEveryItem(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	r := m.submit(t, id)
	err := m.decide(t, r, store.RevisionReady, "")
	kind(t, err, apperr.Conflict)
	rules := []checklist.Item{}
	for _, i := range m.items(t, id) {
		rules = append(rules, i.Rule())
	}
	if want, got := len(checklist.ReadyBlockers(rules)), len(fieldNames(err)); want != got || want < 10 {
		t.Errorf("%d reasons, want %d", got, want)
	}
	kind(t, m.decide(t, r, store.RevisionReturned, ""), apperr.Invalid)
	kind(t, m.app.DecideRevision(t.Context(), app.Command{Actor: m.member}, app.ReviewDecision{Integration: id, Revision: r.ID,
		RowVersion: r.RowVersion, State: store.RevisionReturned, Reasons: "No."}), apperr.Forbidden)
	m.oneMore(t, id, "revision.decide", func() error { return m.decide(t, r, store.RevisionReturned, "Most is not confirmed.") })
	if m.stage(t, id) != store.StageTesting {
		t.Errorf("stage %s after a return", m.stage(t, id))
	}
	kind(t, m.decide(t, r, store.RevisionReturned, "Again."), apperr.Conflict)
}

func TestReadyClosesTheRoundAndAsksForThePacket(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	scope := auth.System().Scope()
	round, err := store.FindOpenRound(t.Context(), m.app.Store.Reader(), scope, id)
	must(t, err)
	r := m.ready(t, id)
	if r.State != store.RevisionReady || m.stage(t, id) != store.StageWalkthrough {
		t.Errorf("revision %s, stage %s", r.State, m.stage(t, id))
	}
	var destroyed bool
	must(t, m.app.Store.Pool().QueryRow(t.Context(), `SELECT sealed_key IS NULL FROM rounds WHERE id = $1`, round.ID).Scan(&destroyed))
	next, err := store.FindOpenRound(t.Context(), m.app.Store.Reader(), scope, id)
	if err != nil || !destroyed || next.Number != round.Number+1 || len(next.SealedKey) == 0 {
		t.Errorf("key destroyed: %t, next round %d, error %v", destroyed, next.Number, err)
	}
	var edition, jobs int
	var state string
	must(t, m.app.Store.Pool().QueryRow(t.Context(), `SELECT edition, state FROM packets WHERE revision_id = $1`, r.ID).Scan(&edition, &state))
	must(t, m.app.Store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'build_packet'`).Scan(&jobs))
	if edition != 1 || state != "pending" || jobs != 1 {
		t.Errorf("packet edition %d %s with %d jobs", edition, state, jobs)
	}
	decisions, err := store.ListDecisions(t.Context(), m.app.Store.Reader(), scope, id)
	if err != nil || len(decisions) != 1 || decisions[0].Decision != "ready" || decisions[0].HappenedAt.IsZero() || decisions[0].ReceivedAt.IsZero() {
		t.Errorf("decisions %+v, error %v", decisions, err)
	}
}
