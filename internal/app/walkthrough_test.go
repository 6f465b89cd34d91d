package app_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/testkit"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

func (m team) plan(id uuid.UUID, rowVersion int) app.WalkthroughPlan {
	return app.WalkthroughPlan{Integration: id, RowVersion: rowVersion, At: time.Date(2026, time.March, 20, 15, 0, 0, 0, time.UTC), Place: "Room 4",
		People: []walkthrough.Person{{Name: "Sam", Part: walkthrough.Drives}, {Name: "Dana", Part: walkthrough.Leads}}}
}

func (m team) held(t *testing.T, id uuid.UUID) (store.Walkthrough, []store.WalkthroughStep) {
	t.Helper()
	scope := auth.System().Scope()
	held, err := store.FindWalkthrough(t.Context(), m.app.Store.Reader(), scope, id, m.revision(t, id).ID)
	must(t, err)
	steps, err := store.ListWalkthroughSteps(t.Context(), m.app.Store.Reader(), scope, held.ID)
	must(t, err)
	return held, steps
}

// start takes an integration into a running walkthrough.
func (m team) start(t *testing.T, id uuid.UUID) {
	t.Helper()
	m.ready(t, id)
	m.begin(t, id)
}

// begin plans the walkthrough of the ready revision and starts it.
func (m team) begin(t *testing.T, id uuid.UUID) {
	t.Helper()
	cmd := app.Command{Actor: m.consultant}
	must(t, m.app.PlanWalkthrough(t.Context(), cmd, m.plan(id, 0)))
	held, _ := m.held(t, id)
	must(t, m.app.StartWalkthrough(t.Context(), cmd, app.WalkthroughRef{Integration: id, RowVersion: held.RowVersion}))
}

func (m team) mark(t *testing.T, id uuid.UUID, requirement string, mark walkthrough.Mark, observation string) error {
	t.Helper()
	_, steps := m.held(t, id)
	for _, s := range steps {
		if s.RequirementID == requirement {
			return m.app.MarkStep(t.Context(), app.Command{Actor: m.consultant},
				app.StepMark{Integration: id, N: s.N, RowVersion: s.RowVersion, Mark: mark, Observation: observation})
		}
	}
	t.Fatalf("no step shows %s", requirement)
	return nil
}

func (m team) end(t *testing.T, id uuid.UUID, outcome walkthrough.Outcome, reasons string) error {
	t.Helper()
	held, _ := m.held(t, id)
	return m.app.RecordOutcome(t.Context(), app.Command{Actor: m.consultant}, app.WalkthroughRef{Integration: id, RowVersion: held.RowVersion}, outcome, reasons)
}

func TestPlanWalkthrough(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	cmd := app.Command{Actor: m.consultant}
	kind(t, m.app.PlanWalkthrough(t.Context(), cmd, m.plan(id, 0)), apperr.Conflict) // no ready revision
	m.ready(t, id)
	err := m.app.PlanWalkthrough(t.Context(), cmd, app.WalkthroughPlan{Integration: id})
	kind(t, err, apperr.Invalid)
	if diff := cmp.Diff([]string{"at", "place", "drives", "leads"}, fieldNames(err)); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	kind(t, m.app.PlanWalkthrough(t.Context(), app.Command{Actor: m.member}, m.plan(id, 0)), apperr.Forbidden)
	kind(t, m.app.PlanWalkthrough(t.Context(), app.Command{Actor: m.other}, m.plan(id, 0)), apperr.NotFound)
	m.oneMore(t, id, "walkthrough.plan", func() error { return m.app.PlanWalkthrough(t.Context(), cmd, m.plan(id, 0)) })
	held, steps := m.held(t, id)
	want := 0
	for _, i := range m.items(t, id) {
		if i.Applies && i.Phase == checklist.PhaseWalkthrough {
			want++
		}
	}
	if held.State != store.WalkthroughPlanned || len(steps) != want || want < 5 || len(held.People) != 2 {
		t.Errorf("%s with %d steps, want %d, and %d people", held.State, len(steps), want, len(held.People))
	}
	kind(t, m.app.PlanWalkthrough(t.Context(), cmd, m.plan(id, 0)), apperr.Conflict) // planned meanwhile
	must(t, m.app.PlanWalkthrough(t.Context(), cmd, m.plan(id, held.RowVersion)))
	kind(t, m.app.StartWalkthrough(t.Context(), cmd, app.WalkthroughRef{Integration: id, RowVersion: held.RowVersion}), apperr.Conflict)
	kind(t, m.end(t, id, walkthrough.NoGo, "Not started."), apperr.Conflict)
	held, _ = m.held(t, id)
	m.oneMore(t, id, "walkthrough.start", func() error {
		return m.app.StartWalkthrough(t.Context(), cmd, app.WalkthroughRef{Integration: id, RowVersion: held.RowVersion})
	})
}

func TestMarksMoveTheItems(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	kind(t, m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "SES-01")), apperr.Conflict) // outside the walkthrough
	m.start(t, id)

	kind(t, m.mark(t, id, "SES-01", walkthrough.NotConfirmed, " "), apperr.Invalid)
	m.oneMore(t, id, "walkthrough.mark", func() error { return m.mark(t, id, "SES-01", walkthrough.Confirmed, "") })
	item := m.item(t, id, "SES-01")
	evidence, err := store.ListItemEvidence(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, item.ID)
	must(t, err)
	if item.State != checklist.Accepted || item.DecidedByName != "Dana" || len(evidence) != 1 || evidence[0].Kind != checklist.EvidenceObservation {
		t.Errorf("a confirmed step of the consultant's item: %s by %q with %d observations", item.State, item.DecidedByName, len(evidence))
	}
	must(t, m.mark(t, id, "SES-01", walkthrough.NotConfirmed, "On a phone the button is hidden."))
	remarks, err := store.ListItemRemarks(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, item.ID)
	must(t, err)
	if got := m.item(t, id, "SES-01").State; got != checklist.Returned || len(remarks) != 1 || remarks[0].Text != "On a phone the button is hidden." {
		t.Errorf("a step that is not confirmed: %s with %d remarks", got, len(remarks))
	}
	must(t, m.mark(t, id, "SES-06", walkthrough.Confirmed, "Seen."))
	if got := m.item(t, id, "SES-06").State; got != checklist.Open {
		t.Errorf("a confirmed step of an item that nobody claimed: %s", got)
	}
	_, steps := m.held(t, id)
	stale := app.StepMark{Integration: id, N: 1, RowVersion: steps[0].RowVersion + 1, Mark: walkthrough.Confirmed}
	kind(t, m.app.MarkStep(t.Context(), app.Command{Actor: m.consultant}, stale), apperr.Conflict)
	kind(t, m.app.MarkStep(t.Context(), app.Command{Actor: m.account}, app.StepMark{Integration: id, N: 1, RowVersion: 1, Mark: walkthrough.Confirmed}), apperr.Forbidden)
}

// confirmSteps confirms every step and takes the claims that they need; what
// cannot be claimed without captures is marked as not applicable.
func (m team) confirmSteps(t *testing.T, id uuid.UUID) {
	t.Helper()
	for _, i := range m.items(t, id) {
		if i.Applies && i.Phase != checklist.PhaseReview && i.DoneBy != checklist.ByConsultant && i.State == checklist.Open {
			must(t, m.app.SetItemNotApplicable(t.Context(), app.Command{Actor: m.member}, m.ref(t, id, i.RequirementID), "Not part of this integration."))
		}
	}
	m.confirmAll(t, id)
	_, steps := m.held(t, id)
	for _, s := range steps {
		must(t, m.mark(t, id, s.RequirementID, walkthrough.Confirmed, ""))
	}
}

func TestGoNeedsEverythingDone(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.start(t, id)
	err := m.end(t, id, walkthrough.Go, "")
	kind(t, err, apperr.Conflict)
	_, steps := m.held(t, id)
	if got := len(fieldNames(err)); got < len(steps) {
		t.Errorf("%d reasons against go, want one per step at least: %d", got, len(steps))
	}
	kind(t, m.end(t, id, walkthrough.NoGo, ""), apperr.Invalid)
	kind(t, m.end(t, id, walkthrough.GoWithConditions, "Soon."), apperr.Conflict)
	kind(t, m.end(t, id, "maybe", "x"), apperr.Invalid)
	kind(t, m.app.SignOff(t.Context(), app.Command{Actor: m.admin}, id, app.SignOffPartner), apperr.Conflict)
	m.confirmSteps(t, id)
	m.oneMore(t, id, "walkthrough.end", func() error { return m.end(t, id, walkthrough.Go, "") })
	held, _ := m.held(t, id)
	if held.State != store.WalkthroughEnded || held.EndedAt == nil || m.stage(t, id) != store.StageSignOff {
		t.Errorf("walkthrough %s, stage %s", held.State, m.stage(t, id))
	}
	kind(t, m.end(t, id, walkthrough.NoGo, "Too late."), apperr.Conflict)
	var editions []int32
	must(t, m.app.Store.Pool().QueryRow(t.Context(), `SELECT array_agg(edition ORDER BY edition) FROM packets WHERE integration_id = $1`, id).Scan(&editions))
	if diff := cmp.Diff([]int32{1, 2}, editions); diff != "" {
		t.Errorf("editions (-want +got):\n%s", diff)
	}
}

func TestNoGoLeadsBackToTesting(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.start(t, id)
	must(t, m.end(t, id, walkthrough.NoGo, "The landing page is empty."))
	if m.stage(t, id) != store.StageTesting {
		t.Errorf("stage %s after no go", m.stage(t, id))
	}
	kind(t, m.app.SignOff(t.Context(), app.Command{Actor: m.admin}, id, app.SignOffPartner), apperr.Conflict)
}

func TestGoLiveItemIsAcceptedOutsideAReview(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.claim(t, id, "CTX-03")
	m.oneMore(t, id, "item.accept", func() error {
		return m.app.AcceptItem(t.Context(), app.Command{Actor: m.consultant}, m.ref(t, id, "CTX-03"))
	})
}

func TestSignOffs(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.start(t, id)
	m.confirmSteps(t, id)
	must(t, m.end(t, id, walkthrough.Go, ""))
	partner, reviewer, account := app.Command{Actor: m.admin}, app.Command{Actor: m.consultant}, app.Command{Actor: m.account}

	kind(t, m.app.SignOff(t.Context(), app.Command{Actor: m.member}, id, app.SignOffPartner), apperr.Forbidden)
	kind(t, m.app.SignOff(t.Context(), app.Command{Actor: m.other}, id, app.SignOffPartner), apperr.NotFound)
	kind(t, m.app.SignOff(t.Context(), reviewer, id, app.SignOffAccountTeam), apperr.Forbidden)
	kind(t, m.app.SignOff(t.Context(), account, id, "everybody"), apperr.Invalid)
	m.oneMore(t, id, "sign_off.create", func() error { return m.app.SignOff(t.Context(), partner, id, app.SignOffPartner) })
	kind(t, m.app.SignOff(t.Context(), partner, id, app.SignOffPartner), apperr.Conflict)
	m.oneMore(t, id, "sign_off.create", func() error { return m.app.SignOff(t.Context(), reviewer, id, app.SignOffReviewer) })
	if m.stage(t, id) != store.StageSignOff {
		t.Errorf("stage %s before the account team", m.stage(t, id))
	}

	// The consultant moves to the account team: still the one who accepted.
	_, err := m.app.Store.Pool().Exec(t.Context(), `UPDATE users SET provider_role = 'account_team' WHERE id = $1`, m.consultant.UserID)
	must(t, err)
	moved := app.Command{Actor: testkit.Actor(t, m.app, m.consultant.UserID)}
	kind(t, m.app.SignOff(t.Context(), moved, id, app.SignOffAccountTeam), apperr.Forbidden)
	m.oneMore(t, id, "sign_off.create", func() error { return m.app.SignOff(t.Context(), account, id, app.SignOffAccountTeam) })
	if m.stage(t, id) != store.StageLive {
		t.Errorf("stage %s after the account team", m.stage(t, id))
	}
}
