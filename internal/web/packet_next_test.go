package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// make builds every edition that waits.
func (v reviewed) make(t *testing.T) []store.Packet {
	t.Helper()
	list, err := store.ListPackets(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil {
		t.Fatal(err)
	}
	for n := len(list) - 1; n >= 0; n-- {
		if err := v.BuildPacket(t.Context(), list[n].ID); err != nil {
			t.Fatal(err)
		}
	}
	list, err = store.ListPackets(t.Context(), v.Store.Reader(), auth.System().Scope(), v.id)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Once the newest packet is withdrawn every page says so and whose turn it is; the
// consultant makes the next edition on its page.
func TestNextEditionOnThePage(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.ended(t)
	for part, actor := range map[string]auth.Actor{app.SignOffPartner: v.admin, app.SignOffReviewer: v.consultant, app.SignOffAccountTeam: v.account} {
		v.signsOff(t, actor, part)
	}
	old := v.make(t)[0]
	page := v.path + "/packets/" + old.ID.String()
	dana, marcus := v.as(t, v.consultant), v.as(t, v.account)
	if len(dana.get(page).all("#next-edition")) != 0 {
		t.Error("an edition after a packet that stands is offered")
	}
	if err := v.WithdrawPacket(t.Context(), app.Command{Actor: v.consultant}, v.id, old.ID, "It rests on the wrong run."); err != nil {
		t.Fatal(err)
	}
	want := "Live, but packet " + old.Name() + " is withdrawn."
	for name, got := range map[string]string{"Dana": dana.get(v.path).text(".turn"), "Marcus": marcus.get(v.path).text(".turn")} {
		with := map[string]string{"Dana": "Your turn", "Marcus": "With Dana"}[name]
		if !strings.HasPrefix(got, with) || !strings.Contains(got, want) {
			t.Errorf("%s reads %q", name, got)
		}
	}
	if got := dana.get("/?show=yours").text("main"); !strings.Contains(got, "Make the next edition packet "+old.Name()+" is withdrawn") {
		t.Errorf("the board says %q", got)
	}
	if p := marcus.get(v.path + "/walkthrough"); !strings.Contains(p.text(".banner a"), old.Name()+", which is withdrawn") ||
		!strings.Contains(p.text("#sign-offs .notice"), "The consultant makes the next edition on the packet's page.") {
		t.Errorf("the walkthrough says %q and %q", p.text(".banner"), p.text("#sign-offs .notice"))
	}
	if len(marcus.get(page).all("#next-edition")) != 0 {
		t.Error("the form is offered to the account team")
	}
	p := dana.get(page)
	if !strings.Contains(p.text("#next-edition"), "says the same as this one") || !strings.Contains(p.text("#next-edition"), "needs a new revision") {
		t.Fatalf("the form says %q", p.text("#next-edition"))
	}
	form := p.form("#next-edition")
	if p := dana.post(page+"/next", form); p.Status != http.StatusUnprocessableEntity || p.text("#sound-error") == "" || len(p.all(".error-summary")) != 1 || len(p.all(".packet-waiting")) != 0 {
		t.Errorf("without the box: %d %s", p.Status, p.text(".error-summary"))
	}
	form.Set("sound", "true")
	for range 2 { // a double click
		p = dana.post(page+"/next", form)
		if p.Status != http.StatusOK || !strings.Contains(p.text(".confirmation"), "The next edition is asked for") || len(p.all(".packet-waiting")) != 1 || len(p.all("#next-edition")) != 0 {
			t.Errorf("asking for it: %d %s", p.Status, p.text("main"))
		}
	}
	form.Set("key", "another")
	if p := dana.post(page+"/next", form); p.Status != http.StatusConflict || !strings.Contains(p.text(".error-summary"), "being made already") {
		t.Errorf("asked for in another window: %d %s", p.Status, p.text(".error-summary"))
	}
	list := v.make(t)
	if len(list) != old.Edition+1 || list[0].State != store.PacketMade || list[1].State != store.PacketWithdrawn {
		t.Fatalf("%d editions, %s after %s", len(list), list[0].State, list[1].State)
	}
	if got := dana.get(v.path).text(".turn"); !strings.Contains(got, "Nothing waits for anybody") {
		t.Errorf("with the next edition the turn is %q", got)
	}
	if p := dana.get(v.path + "/packets"); p.text("h1") != "Packet "+list[0].Name() || !strings.Contains(p.text(".lead"), "sealed anew") || len(p.all("#next-edition")) != 0 {
		t.Errorf("the page of the next edition says %q", p.text(".page-head"))
	}
	if p := v.visitor(t).get("/packets/" + *old.Digest); p.text(".banner-title") != "Withdrawn" || p.attr(".banner a", "href") != "/packets/"+*list[0].Digest {
		t.Errorf("the address of the one before says %q", p.text(".banner"))
	}
}
