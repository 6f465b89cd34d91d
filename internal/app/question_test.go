package app_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/internal/walkthrough"
)

// A question is pinned to a place of a packet by whoever reads it, answered once,
// and goes with its answer into the next edition.
func TestQuestions(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.create(t, "Member sign-up")
	m.ready(t, id)
	p := m.packets(t, id)[0]
	ask := func(actor auth.Actor, anchor, text string) (int, error) {
		return m.app.AskQuestion(t.Context(), app.Command{Actor: actor}, app.NewQuestion{Integration: id, Packet: p.ID, Anchor: anchor, Text: text})
	}
	_, err := ask(m.account, "RDY-02", "Too early?")
	kind(t, err, apperr.Conflict)
	must(t, m.app.BuildPacket(t.Context(), p.ID))
	m.oneMore(t, id, "question.ask", func() error {
		n, err := ask(m.account, "RDY-02", "Which build is it?")
		if n != 1 {
			t.Errorf("the first question has the number %d", n)
		}
		return err
	})
	for range 2 { // the second time is the same form sent again
		n, err := m.app.AskQuestion(t.Context(), app.Command{Actor: m.member, Key: "one form"},
			app.NewQuestion{Integration: id, Packet: p.ID, Anchor: "configuration", Text: "Who reads this?"})
		if err != nil || n != 2 {
			t.Errorf("the second question has the number %d, %v", n, err)
		}
	}
	for _, x := range []struct {
		who          auth.Actor
		anchor, text string
		want         apperr.Kind
	}{
		{m.account, "RDY-99", "Nowhere?", apperr.NotFound}, {m.account, "RDY-02", "  ", apperr.Invalid}, {m.viewer, "RDY-02", "May I?", apperr.Forbidden},
		{m.other, "RDY-02", "May I?", apperr.NotFound}, {m.account, "RDY-02", "Is -----BEGIN PRIVATE KEY----- yours?", apperr.Invalid},
	} {
		_, err := ask(x.who, x.anchor, x.text)
		kind(t, err, x.want)
	}

	_, err = m.app.Store.Pool().Exec(t.Context(), `INSERT INTO questions (partner_id, id, integration_id, packet_id, number, anchor, text, asked_by, asked_at)
		SELECT partner_id, gen_random_uuid(), integration_id, packet_id, 1000, anchor, text, asked_by, asked_at FROM questions WHERE number = 2`)
	must(t, err)
	_, err = ask(m.member, "configuration", "One too many?")
	kind(t, err, apperr.Invalid)
	_, err = m.app.Store.Pool().Exec(t.Context(), `DELETE FROM questions WHERE number = 1000`)
	must(t, err)

	list, err := store.ListQuestions(t.Context(), m.app.Store.Reader(), auth.System().Scope(), id, p.RevisionID)
	must(t, err)
	if len(list) != 2 || list[0].Anchor != "RDY-02" || !list[0].AskedByProvider || list[1].AskedByProvider || list[0].Answer != nil {
		t.Fatalf("questions %+v", list)
	}
	answer := func(actor auth.Actor, packetID, question uuid.UUID, text string) error {
		return m.app.AnswerQuestion(t.Context(), app.Command{Actor: actor}, app.QuestionRef{Integration: id, Packet: packetID, Question: question, RowVersion: 1}, text)
	}
	kind(t, answer(m.viewer, p.ID, list[0].ID, "I do."), apperr.Forbidden)
	kind(t, answer(m.other, p.ID, list[0].ID, "I do."), apperr.NotFound)
	kind(t, answer(m.member, uuid.New(), list[0].ID, "Of another packet."), apperr.NotFound)
	m.oneMore(t, id, "question.answer", func() error { return answer(m.member, p.ID, list[0].ID, "Build 2026.11.") })
	kind(t, answer(m.consultant, p.ID, list[0].ID, "Another one."), apperr.Conflict)

	m.begin(t, id)
	must(t, m.end(t, id, walkthrough.NoGo, "Nobody could drive."))
	next := m.packets(t, id)[0]
	must(t, m.app.BuildPacket(t.Context(), next.ID))
	next = m.packets(t, id)[0]
	says, err := m.app.PacketContent(t.Context(), next)
	must(t, err)
	want := packet.Question{ID: "q-001", Packet: "r1.1", Pin: "RDY-02", Act: packet.Act{By: m.account.Name, Organisation: "ID.me", At: packet.At(list[0].AskedAt), Text: "Which build is it?"}}
	if len(says.Questions) != 1 {
		t.Fatalf("the next edition has %d questions, want the answered one", len(says.Questions))
	}
	got := says.Questions[0]
	if got.Answer.Text != "Build 2026.11." || got.Answer.By != m.member.Name || got.Answer.Organisation != "Northfall" {
		t.Errorf("answer %+v", got.Answer)
	}
	if got.Answer = (packet.Act{}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if text := pdfText(t, m.download(t, id, next.ID)); !strings.Contains(text, "Which build is it?") || strings.Contains(text, "Who reads this?") {
		t.Error("the report has not the answered question alone")
	}
}
