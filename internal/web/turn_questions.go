package web

import (
	"fmt"
	"slices"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
)

// questionTurn adds whoever was asked about the newest revision's packets and has not
// answered: the partner's people what the provider asked, the consultant what they did.
func questionTurn(s store.IntegrationSummary, t turn) turn {
	if s.OpenQuestions() == 0 || !slices.Contains(lateStages, s.Stage) {
		return t
	}
	if slices.Equal(t.who, []side{sideNobody}) {
		t.who, t.text = nil, ""
	}
	if s.QuestionsToPartner > 0 && !slices.Contains(t.who, sideAnswering) {
		t.who = append(t.who, sideAnswering)
	}
	if s.QuestionsToProvider > 0 && !slices.Contains(t.who, sideConsultant) {
		t.who = append(t.who, sideConsultant)
	}
	if t.text != "" {
		t.text += " "
	}
	t.text += questionWords(s)
	return t
}

// questionWords say how many questions are open and who asked.
func questionWords(s store.IntegrationSummary) string {
	words := components.Plural(s.OpenQuestions(), "question waits", "questions wait") + " for an answer, "
	switch {
	case s.QuestionsToProvider == 0:
		return words + "asked by ID.me."
	case s.QuestionsToPartner == 0:
		return words + "asked by " + s.PartnerName + "."
	}
	return fmt.Sprintf("%s%d asked by %s and %d by ID.me.", words, s.QuestionsToProvider, s.PartnerName, s.QuestionsToPartner)
}

// owesAnswer tells whether somebody of the other side waits for an answer of the actor's.
func owesAnswer(actor auth.Actor, s store.IntegrationSummary) bool {
	return slices.Contains(lateStages, s.Stage) &&
		(s.QuestionsToPartner > 0 && isOfSide(actor, s, sideAnswering) || s.QuestionsToProvider > 0 && isOfSide(actor, s, sideConsultant))
}

// pathOpenQuestions leads to the page of the newest edition, which has the open
// questions of all.
func pathOpenQuestions(s store.IntegrationSummary) string {
	if s.ReadablePacketID == nil {
		return pathPackets(s.ID)
	}
	return pathQuestions(s.ID, *s.ReadablePacketID)
}
