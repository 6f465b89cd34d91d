package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/packet"
)

// showQuestions lists the questions about a packet, with the form that asks one at
// the place that the address names.
func showQuestions(r *request) error {
	return r.questionsAnswer(http.StatusOK, r.QueryParam("at"), nil)
}

// questionsAnswer renders the page, with what went wrong and what was typed.
func (r *request) questionsAnswer(status int, anchor string, cause error) error {
	id, packetID, err := r.packetIDs()
	if err != nil {
		return err
	}
	packetID = r.shownEdition(packetID)
	page, err := r.integrationPage("Questions", pathPackets)
	if err != nil {
		return err
	}
	row, err := store.FindPacket(r.ctx(), r.reader(), r.scope(), id, packetID)
	if err != nil {
		return err
	}
	questions, err := r.questionsOf(row)
	if err != nil {
		return err
	}
	m := view.QuestionsModel{Shell: page.Shell, Name: row.Name(), ReadHref: pathRead(id, packetID), Withdrawn: withdrawnModel(row),
		CanAsk: r.actor.Can(auth.Comment, row.PartnerID)}
	if m.Fate, err = r.answersFate(row); err != nil {
		return err
	}
	doubt, err := r.server.App.PublishedDoubt(r.ctx(), row)
	if err != nil {
		return err
	}
	m.CompromisedAt, m.KeysHref = instant(doubt), pathKeys
	if row.State == store.PacketSuperseded {
		m.LaterHref = pathPackets(id)
	}
	if cause != nil {
		m.Errors = itemErrors(cause)
	} else if r.QueryParam("done") == "answer" {
		m.Saved = &components.ConfirmationModel{Now: "The answer stands below.", Next: m.Fate}
	}
	if anchor != "" && m.CanAsk {
		m.Ask, err = r.askForm(row, anchor, cause, m.Errors)
		if apperr.Is(err, apperr.Damaged) {
			status, m.Damaged, m.PacketHref = statusOf[apperr.Damaged], apperr.TextOf(err), pathPacket(id, packetID)
			m.Advice = putBack + " The questions below are kept elsewhere."
		} else if err != nil {
			return err
		}
	}
	slices.SortStableFunc(questions, openFirst)
	for _, q := range questions {
		asked := askedModel(q)
		asked.PlaceHref = pathPlace(id, q.PacketID, q.Anchor)
		if q.PacketID != packetID {
			asked.Edition = fmt.Sprintf("r%d.%d", q.RevisionNumber, q.Edition)
		}
		if q.Answer == nil && m.CanAsk {
			asked.Form = r.answerForm(q, packetID, cause, m.Errors)
		}
		m.Questions = append(m.Questions, asked)
	}
	return r.render(status, view.Questions(m))
}

// openFirst puts what waits for an answer on top.
func openFirst(a, b store.Question) int {
	switch {
	case a.Answer == nil && b.Answer != nil:
		return -1
	case a.Answer != nil && b.Answer == nil:
		return 1
	}
	return 0
}

// answersFate says where answers about a packet go from now on. The edition with
// the outcome takes up those that are there when it is asked for, no other does.
func (r *request) answersFate(p store.Packet) (string, error) {
	packets, err := store.ListPackets(r.ctx(), r.reader(), r.scope(), p.IntegrationID)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(packets, func(k store.Packet) bool { return k.RevisionID == p.RevisionID && k.Cause == store.CauseOutcome }) {
		return "The minutes are written: what is answered now stays on the server, on this page, and is in no packet, also not in that of a later sign-off.", nil
	}
	return "What is answered goes into the minutes of the next edition.", nil
}

// askForm is the form that asks at a place. Where the packet is damaged it is given
// beside the error to whoever has typed a question: to be sent once the packet is back.
func (r *request) askForm(row store.Packet, anchor string, cause error, summary *components.ErrorSummaryModel) (*view.AskForm, error) {
	says, err := r.server.App.PacketContent(r.ctx(), row)
	if err != nil && (cause == nil || !apperr.Is(err, apperr.Damaged)) {
		return nil, err
	}
	title := "What stands there cannot be shown now."
	if err == nil {
		title = placeTitle(says, anchor)
	}
	if title == "" {
		return nil, apperr.New(apperr.NotFound, "The packet has no such place.")
	}
	f := &view.AskForm{Action: pathQuestions(row.IntegrationID, row.ID), Key: formKey(), Anchor: anchor, Title: title,
		Field: components.FieldModel{Name: "question", ID: "question", Label: "Question", Rows: 3, Hint: "Everybody of the integration reads it."}}
	if cause != nil && r.Param("question") == "" {
		f.Field.Value = r.FormValue("question")
		r.refuse(cause, summary, &f.Field)
	}
	return f, err
}

// shownEdition is the edition whose page of questions an answer is given on: that of
// the question, or a later one that shows it.
func (r *request) shownEdition(asked uuid.UUID) uuid.UUID {
	if later, err := uuid.Parse(r.FormValue("on")); err == nil {
		return later
	}
	return asked
}

func (r *request) answerForm(q store.Question, shown uuid.UUID, cause error, summary *components.ErrorSummaryModel) *view.AnswerForm {
	f := &view.AnswerForm{Action: pathQuestions(q.IntegrationID, q.PacketID) + "/" + q.ID.String() + "/answer", Key: formKey(), On: shown.String(), RowVersion: q.RowVersion,
		Field: components.FieldModel{Name: "answer", ID: fmt.Sprintf("answer-%d", q.Number), Label: "Your answer to " + packet.Label(packet.LabelQuestion, q.Number), Rows: 2}}
	if cause != nil && r.Param("question") == q.ID.String() {
		f.Field.Value = r.FormValue("answer")
		r.refuse(cause, summary, &f.Field)
	}
	return f
}

// askQuestion pins a question to a place and leads back to it.
func askQuestion(r *request) error {
	id, packetID, err := r.packetIDs()
	if err != nil {
		return err
	}
	anchor := r.FormValue("anchor")
	n, err := r.server.App.AskQuestion(r.ctx(), r.command(), app.NewQuestion{Integration: id, Packet: packetID, Anchor: anchor, Text: r.FormValue("question")})
	if kind := apperr.KindOf(err); kind == apperr.Invalid || kind == apperr.Damaged {
		return r.questionsAnswer(statusOf[kind], anchor, err)
	}
	if err != nil {
		return err
	}
	return r.see(pathPlace(id, packetID, "asked-"+packet.Label(packet.LabelQuestion, n)))
}

// answerQuestion answers a question and leads to it.
func answerQuestion(r *request) error {
	id, packetID, err := r.packetIDs()
	if err != nil {
		return err
	}
	ref := app.QuestionRef{Integration: id, Packet: packetID}
	if ref.Question, err = r.id("question"); err != nil {
		return err
	}
	if ref.RowVersion, err = formNumber(r, "row_version"); err != nil {
		return err
	}
	err = r.server.App.AnswerQuestion(r.ctx(), r.command(), ref, r.FormValue("answer"))
	switch kind := apperr.KindOf(err); kind {
	case "":
		return r.see(pathQuestions(id, r.shownEdition(packetID)) + "?done=answer#" + r.questionLabel(id, packetID, ref.Question))
	case apperr.Invalid, apperr.Conflict:
		return r.questionsAnswer(statusOf[kind], "", err)
	}
	return err
}

// questionLabel is the label of a question, for the place on the page where it is
// shown; without one the page shows its beginning.
func (r *request) questionLabel(id, packetID, question uuid.UUID) string {
	q, err := store.FindQuestion(r.ctx(), r.reader(), r.scope(), id, packetID, question)
	if err != nil {
		return ""
	}
	return packet.Label(packet.LabelQuestion, q.Number)
}
