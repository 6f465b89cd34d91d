package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
)

// asks pins a question to a place of an edition.
func (v reviewed) asks(t *testing.T, actor auth.Actor, edition uuid.UUID, text string) {
	t.Helper()
	if _, err := v.AskQuestion(t.Context(), app.Command{Actor: actor}, app.NewQuestion{Integration: v.id, Packet: edition, Anchor: "RDY-02", Text: text}); err != nil {
		t.Fatal(err)
	}
}

// A question that nobody has answered when the outcome is recorded stays on the pages
// of the editions after it, and is the turn of the side that was asked.
func TestQuestionsOutliveTheOutcome(t *testing.T) {
	t.Parallel()
	v := newReviewed(t)
	v.ended(t)
	editions := v.make(t)
	first := editions[1]
	v.asks(t, v.member, first.ID, "Who is on call?")
	v.asks(t, v.account, first.ID, "Which build is it?")
	for part, actor := range map[string]auth.Actor{app.SignOffPartner: v.admin, app.SignOffReviewer: v.consultant, app.SignOffAccountTeam: v.account} {
		v.signsOff(t, actor, part)
	}
	newest := v.make(t)[0]
	here := v.path + "/packets/" + newest.ID.String()
	sam, dana, marcus, priya := v.as(t, v.member), v.as(t, v.consultant), v.as(t, v.account), v.as(t, v.admin)
	open := "Live. 2 questions wait for an answer, 1 asked by Northfall and 1 by ID.me."
	for name, visitor := range map[string]*visitor{"Sam": sam, "Dana": dana, "Priya": priya, "Marcus": marcus} {
		with := "Your turn"
		if name == "Marcus" {
			with = "With Northfall and Dana"
		}
		p := visitor.get(v.path)
		if got := p.text(".turn"); !strings.HasPrefix(got, with) || !strings.HasSuffix(got, open) {
			t.Errorf("%s reads %q", name, got)
		}
		if p.attr(`main a[href="`+here+`/questions"]`, "href") == "" {
			t.Errorf("%s is not led to the questions: %s", name, p.text("main"))
		}
		if got := visitor.get("/?show=yours").text("main"); strings.Contains(got, "Answer the questions 2 questions wait") != (name != "Marcus") {
			t.Errorf("the board of what waits for %s says %q", name, got)
		}
	}
	if p := marcus.get(v.path + "/walkthrough"); p.attr(`#questions a`, "href") != here+"/questions" || !strings.Contains(p.text("#questions"), "2 questions wait for an answer") {
		t.Errorf("the page of the walkthrough says %q", p.text("#questions"))
	}
	if p := marcus.get(here); p.text(`main a[href="`+here+`/questions"]`) != "Questions (2 open)" {
		t.Errorf("the packet's page says %q", p.text(`main a[href="`+here+`/questions"]`))
	}

	all := sam.get(here + "/questions")
	if got := all.text("#q-001"); !strings.Contains(got, "Who is on call?") || !strings.Contains(got, "Asked at "+first.Name()) {
		t.Errorf("the question is %q", got)
	}
	if got := all.attr("#q-001 a", "href"); got != v.path+"/packets/"+first.ID.String()+"/read#RDY-02" {
		t.Errorf("its place is at %q", got)
	}
	v.asks(t, v.account, newest.ID, "Who pays?")
	answer := func(actor *visitor, label, text string) *page {
		p := actor.get(here + "/questions")
		return actor.post(p.attr("#"+label+" form", "action"), p.form("#"+label+" form", "answer", text))
	}
	if p := answer(dana, "q-001", " "); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.text("h1"), newest.Name()) || p.text("#answer-1-error") == "" {
		t.Errorf("an empty answer: %d at %s", p.Status, p.text("h1"))
	}
	p := answer(dana, "q-001", "Dana is.")
	if !strings.Contains(p.text("h1"), newest.Name()) || !strings.Contains(p.text("#q-001 .answer"), "Dana is.") || !strings.Contains(p.text(".confirmation"), "stands below") {
		t.Errorf("after answering: %d, %s at %s", p.Status, p.text("#q-001"), p.text("h1"))
	}
	if got := p.text(".questions"); strings.Index(got, "q-003") > strings.Index(got, "q-001") || strings.Index(got, "q-002") > strings.Index(got, "q-003") {
		t.Errorf("the open ones are not first: %q", got)
	}
	if got := marcus.get(v.path + "/packets/" + first.ID.String() + "/questions").text(".questions"); strings.Contains(got, "Who pays?") || strings.Contains(got, "Asked at") {
		t.Errorf("the page of the first edition has %q", got)
	}
	if got := dana.get(v.path).text(".turn"); !strings.HasPrefix(got, "With Northfall ") {
		t.Errorf("once Dana has answered she reads %q", got)
	}
	answer(sam, "q-002", "Build 7.")
	answer(sam, "q-003", "Nobody.")
	if got := sam.get(v.path).text(".turn"); !strings.HasSuffix(got, "Live. Nothing waits for anybody.") {
		t.Errorf("with all answered the turn is %q", got)
	}
	if p := marcus.get(v.path + "/walkthrough"); !strings.Contains(p.text("#questions"), "All 3 are answered.") {
		t.Errorf("the page of the walkthrough says %q", p.text("#questions"))
	}
}
