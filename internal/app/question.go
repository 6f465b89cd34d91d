package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// NewQuestion is what a reader asks at a place of a packet.
type NewQuestion struct {
	Integration, Packet uuid.UUID
	Anchor              string // TST-09, t-001.e4
	Text                string
}

// maxQuestions bounds the questions of an integration: packets hold them, and pages list them.
const maxQuestions = 1000

// AskQuestion pins a question to an anchor of a made packet and gives its number.
// Whoever may comment may ask.
func (a *App) AskQuestion(ctx context.Context, cmd Command, n NewQuestion) (number int, err error) {
	at := place{integration: n.Integration}
	if _, isItem := checklist.Builtin().Requirement(n.Anchor); isItem {
		at.item = n.Anchor
	}
	if n.Text, err = a.typedText(ctx, &cmd, at, "question", n.Text); err != nil {
		return 0, err
	}
	p, err := store.FindPacket(ctx, a.Store.Reader(), cmd.Actor.Scope(), n.Integration, n.Packet)
	if err != nil {
		return 0, err
	}
	if err := allow(cmd.Actor, auth.Comment, p.PartnerID); err != nil {
		return 0, err
	}
	says, err := a.PacketContent(ctx, p)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(packet.Anchors(says), n.Anchor) {
		return 0, apperr.New(apperr.NotFound, "The packet has no such place.")
	}
	id, err := a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.LockIntegration(ctx, w.Tx, cmd.Actor.Scope(), n.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		q := store.Question{PartnerID: i.PartnerID, ID: store.NewID(), IntegrationID: i.ID, PacketID: p.ID, Anchor: n.Anchor, Text: n.Text,
			AskedBy: cmd.Actor.UserID, AskedAt: w.Now}
		if number, err = store.InsertQuestion(ctx, w.Tx, q); err != nil {
			return uuid.Nil, err
		}
		if number > maxQuestions {
			return uuid.Nil, apperr.InvalidFields("There are too many questions.",
				apperr.Field{Name: "question", Text: "The integration has 1,000 questions already, and no more are taken. Say it as a comment on the item."})
		}
		w.Audit("question.ask", i.PartnerID, i.ID, audit.Object{ID: p.Name(), Kind: "packet"},
			map[string]audit.Value{"question": audit.Int(number), "anchor": audit.Text(n.Anchor)})
		return q.ID, nil
	})
	if err != nil || number != 0 {
		return number, err
	}
	asked, err := store.FindQuestion(ctx, a.Store.Reader(), cmd.Actor.Scope(), n.Integration, n.Packet, id) // the form was sent twice
	return asked.Number, err
}

// QuestionRef says which question about which packet, as it was opened.
type QuestionRef struct {
	Integration, Packet, Question uuid.UUID
	RowVersion                    int
}

// AnswerQuestion answers a question that nobody has answered; it then goes into
// the edition with the outcome, unless that was asked for before. Whoever may
// comment may answer.
func (a *App) AnswerQuestion(ctx context.Context, cmd Command, ref QuestionRef, answer string) error {
	text, err := a.typedText(ctx, &cmd, place{integration: ref.Integration}, "answer", answer)
	if err != nil {
		return err
	}
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.LockIntegration(ctx, w.Tx, cmd.Actor.Scope(), ref.Integration)
		if err != nil {
			return uuid.Nil, err
		}
		if err := allow(cmd.Actor, auth.Comment, i.PartnerID); err != nil {
			return uuid.Nil, err
		}
		q, err := store.FindQuestion(ctx, w.Tx, cmd.Actor.Scope(), i.ID, ref.Packet, ref.Question)
		if err != nil {
			return uuid.Nil, err
		}
		if q.Answer != nil || q.RowVersion != ref.RowVersion {
			return uuid.Nil, apperr.New(apperr.Conflict, "Somebody answered the question after you opened it. Nothing was overwritten: ask again if more is to be said.")
		}
		by := cmd.Actor.UserID
		q.Answer, q.AnsweredBy, q.AnsweredAt = &text, &by, &w.Now
		if err := store.SaveAnswer(ctx, w.Tx, cmd.Actor.Scope(), q); err != nil {
			return uuid.Nil, err
		}
		w.Audit("question.answer", i.PartnerID, i.ID, audit.Object{ID: fmt.Sprintf("r%d.%d", q.RevisionNumber, q.Edition), Kind: "packet"},
			map[string]audit.Value{"question": audit.Int(q.Number), "anchor": audit.Text(q.Anchor)})
		return q.ID, nil
	})
	return err
}

// questions fills in what readers of the revision's earlier editions asked and
// somebody answered.
func (g *gathering) questions(revision uuid.UUID) error {
	all, err := store.ListQuestions(g.ctx, g.q, g.scope, g.integration.ID, revision)
	if err != nil {
		return err
	}
	side := func(provider bool) string {
		if provider {
			return providerName
		}
		return g.integration.PartnerName
	}
	c := &g.source.Content
	for _, q := range all {
		if q.Answer == nil || q.AnsweredAt == nil {
			continue
		}
		c.Questions = append(c.Questions, packet.Question{ID: packet.Label(packet.LabelQuestion, q.Number), Packet: fmt.Sprintf("r%d.%d", q.RevisionNumber, q.Edition),
			Pin: q.Anchor, Act: packet.Act{By: q.AskedByName, Organisation: side(q.AskedByProvider), At: packet.At(q.AskedAt), Text: q.Text},
			Answer: packet.Act{By: q.AnsweredByName, Organisation: side(q.AnsweredByProvider), At: packet.At(*q.AnsweredAt), Text: *q.Answer}})
	}
	return nil
}
