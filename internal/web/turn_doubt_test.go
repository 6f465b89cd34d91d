package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/testkit"
)

// compromise marks the key of packets as compromised since before the last hour.
func (v reviewed) compromise(t *testing.T, clock *testkit.Clock) {
	t.Helper()
	ring, err := v.SigningKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, key := ring.Bundle()
	clock.Advance(time.Hour)
	if _, _, err := v.Keys.Compromise(key, clock.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// While the list of keys stands no more for the newest packet, it is the turn of
// whoever makes the next edition; the overview and the board say why, with the act.
func TestTurnAfterACompromisedKey(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	clock := testkit.NewClock()
	v.Now, v.Keys = clock.Now, keys.NewDirectory(t.TempDir(), "", clock.Now)
	if err := v.Keys.Make(); err != nil {
		t.Fatal(err)
	}
	v.ended(t)
	v.signsOff(t, v.admin, app.SignOffPartner)
	v.signsOff(t, v.account, app.SignOffAccountTeam)
	old := v.make(t)[0]
	v.compromise(t, clock)
	dana, marcus, priya := v.as(t, v.consultant), v.as(t, v.account), v.as(t, v.admin)
	want := "Live, but packet " + old.Name() + " was sealed with a compromised key."
	for name, visitor := range map[string]*visitor{"Dana": dana, "Marcus": marcus, "Priya": priya} {
		with := map[string]string{"Dana": "Your turn", "Marcus": "With Dana", "Priya": "With Dana"}[name]
		if got := visitor.get(v.path).text(".turn"); !strings.HasPrefix(got, with) || !strings.Contains(got, want) || !strings.Contains(got, "Not signed off yet: the consultant.") {
			t.Errorf("%s reads %q", name, got)
		}
	}
	overview := dana.get(v.path)
	if got := overview.text("main"); !strings.Contains(got, want) || !strings.Contains(got, "Make the next edition") {
		t.Errorf("the overview says %q", got)
	}
	board := dana.get("/?show=yours").text("tbody")
	if !strings.Contains(board, "Make the next edition packet "+old.Name()+" was sealed with a compromised key; missing: consultant") {
		t.Errorf("the board says %q", board)
	}
	if got := marcus.get("/").text("tbody"); strings.Contains(got, "Make the next edition") || !strings.Contains(got, "compromised key") {
		t.Errorf("the account team's board says %q", got)
	}
	p := dana.get(dana.get("/").attr("td[data-head=Next] a", "href"))
	if p = dana.post(p.attr("#next-edition", "action"), p.form("#next-edition")); p.Status != http.StatusOK {
		t.Fatalf("making the next edition: %d", p.Status)
	}
	v.make(t)
	v.signsOff(t, v.consultant, app.SignOffReviewer)
	v.make(t)
	if got := dana.get(v.path).text(".turn"); !strings.HasSuffix(got, "Live. Nothing waits for anybody.") {
		t.Errorf("with the next edition the turn is %q", got)
	}
}

// The board's row names every sign-off that is open.
func TestBoardNamesOpenSignOffs(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.ended(t)
	marcus := v.as(t, v.account)
	for _, step := range []struct {
		actor auth.Actor
		part  string
		says  string
	}{
		{v.consultant, app.SignOffReviewer, "missing: partner, consultant, account team"},
		{v.admin, app.SignOffPartner, "missing: partner, account team"},
		{v.account, app.SignOffAccountTeam, "missing: account team"},
	} {
		if got := marcus.get("/").text("td[data-head=Next]"); got != "Open the sign-offs "+step.says {
			t.Errorf("before the sign-off of %s the board says %q", step.part, got)
		}
		v.signsOff(t, step.actor, step.part)
	}
	if got := marcus.get("/").text("td[data-head=Next]"); got != "Read the packets" {
		t.Errorf("with every sign-off the board says %q", got)
	}
}
