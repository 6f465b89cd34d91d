package web_test

import (
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// ended takes the integration past the walkthrough, its consultant named.
func (v reviewed) ended(t *testing.T) {
	t.Helper()
	v.held(t)
	dana := app.Command{Actor: v.consultant}
	if err := v.AssignConsultant(t.Context(), dana, v.id, v.consultant.UserID); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 5; n++ {
		mark := app.StepMark{Integration: v.id, N: n, RowVersion: 1, Mark: walkthrough.WithCondition, Observation: "The button is small."}
		if err := v.MarkStep(t.Context(), dana, mark); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.RecordOutcome(t.Context(), dana, app.WalkthroughRef{Integration: v.id, RowVersion: 2}, walkthrough.GoWithConditions, ""); err != nil {
		t.Fatal(err)
	}
}

func (v reviewed) signsOff(t *testing.T, actor auth.Actor, part string) {
	t.Helper()
	if err := v.SignOff(t.Context(), app.Command{Actor: actor}, v.id, part); err != nil {
		t.Fatal(err)
	}
}

// Whose turn it is names every sign-off that is open, before and after the account
// team's makes it live.
func TestTurnNamesOpenSignOffs(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.ended(t)
	people := map[string]*visitor{"Priya": v.as(t, v.admin), "Sam": v.as(t, v.member), "Dana": v.as(t, v.consultant), "Marcus": v.as(t, v.account)}
	for _, step := range []struct {
		after func()
		says  string
		yours []string
		with  string
	}{
		{func() {}, "The outcome is recorded. Not signed off yet: the partner, the consultant and the account team. The account team's sign-off makes it live.",
			[]string{"Priya", "Dana", "Marcus"}, "With Northfall, Dana and the account team"},
		{func() { v.signsOff(t, v.account, app.SignOffAccountTeam) }, "Live. Not signed off yet: the partner and the consultant.", []string{"Priya", "Dana"}, "With Northfall and Dana"},
		{func() { v.signsOff(t, v.admin, app.SignOffPartner) }, "Live. Not signed off yet: the consultant.", []string{"Dana"}, "With Dana"},
		{func() { v.signsOff(t, v.consultant, app.SignOffReviewer) }, "Live. Nothing waits for anybody.", nil, "With nobody"},
	} {
		step.after()
		for name, visitor := range people {
			want := step.with
			for _, yours := range step.yours {
				if name == yours {
					want = "Your turn"
				}
			}
			if got := visitor.get(v.path).text(".turn"); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, step.says) {
				t.Errorf("%s reads %q, want %q and %q", name, got, want, step.says)
			}
			got := visitor.get("/?show=yours").text("main")
			if strings.Contains(got, "Member sign-up") != (want == "Your turn") {
				t.Errorf("%q: the board of what waits for %s says %q", step.says, name, got)
			}
		}
	}
}
