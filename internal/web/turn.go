package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/layout"
)

// side is who has to act on an integration.
type side string

const (
	sidePartner     side = "partner"
	sideConsultant  side = "consultant"
	sideAccountTeam side = "account_team"
	sideNobody      side = "nobody"
	// sideAnswering are the partner's people who may answer a question, at any stage.
	sideAnswering side = "answering"
)

// turn says which sides have to act, and on what.
type turn struct {
	who        []side // one at least
	lead, text string
}

// whoseTurn says which sides have to act, and on what.
func whoseTurn(s store.IntegrationSummary) turn {
	if s.Stage == store.StageLive || s.Stage == store.StageSignOff {
		return questionTurn(s, signOffTurn(s))
	}
	who, lead, text := beforeSignOff(s)
	if doubt := packetDoubt(s); s.Stage == store.StageWalkthrough && doubt != "" {
		lead, text = strings.Replace(doubt, "packet", "Packet", 1)+".", renewalNote+" "+lead+" "+text
	}
	return questionTurn(s, turn{who: []side{who}, lead: lead, text: text})
}

// beforeSignOff says which side has to act on the way to the outcome.
func beforeSignOff(s store.IntegrationSummary) (who side, lead, text string) {
	switch {
	case s.Stage == store.StageWalkthrough && s.WalkthroughState == "":
		return sideConsultant, fmt.Sprintf("Revision %d is ready.", s.LastRevision), "The consultant sets the date of the walkthrough."
	case s.Stage == store.StageWalkthrough && s.WalkthroughState == string(store.WalkthroughRunning):
		return sideConsultant, "The walkthrough is running.", "The consultant leads it and records the outcome."
	case s.Stage == store.StageWalkthrough:
		return sideConsultant, "The walkthrough is planned.", "The consultant leads it and records the outcome."
	case s.SubmittedRevision > 0:
		return sideConsultant, fmt.Sprintf("Revision %d is in review.", s.SubmittedRevision), "Each item is accepted or returned, then the revision is decided."
	case s.Returned > 0:
		return sidePartner, components.Plural(s.Returned, "item was", "items were") + " returned.", "Answer the remarks, add what is missing and claim again."
	case s.Stale > 0:
		return sidePartner, staleWords(s.Stale), staleNote
	case s.Stage == store.StageDescribed:
		return sidePartner, "The integration is described.", "Record the first test run; its findings support most items."
	case s.OpenRequired > 0:
		return sidePartner, components.Plural(s.OpenRequired, "required item is", "required items are") + " open.", "Tie evidence to them and claim them, then submit."
	}
	return sidePartner, "Every required item is claimed.", "Submit the checklist for review."
}

func staleWords(n int) string { return components.Plural(n, "item is", "items are") + " stale." }

const staleNote = "What they rest on has changed or is too old: show them again."

// staleBeside tells whether items are stale while the turn speaks of something else.
func staleBeside(s store.IntegrationSummary, lead string) bool {
	return s.Stale > 0 && s.Stage != store.StageLive && lead != staleWords(s.Stale)
}

// nextStep is the one link that the turn leads to: a doubted packet first, for
// those who make the edition after it.
func nextStep(actor auth.Actor, s store.IntegrationSummary) (label, href string) {
	switch {
	case packetDoubt(s) != "" && slices.Contains(lateStages, s.Stage) && actor.Can(auth.WithdrawPacket, s.PartnerID):
		return "Make the next edition", pathPackets(s.ID) + "#next-edition"
	case owesAnswer(actor, s) && !signsOff(actor, s):
		return "Answer the questions", pathOpenQuestions(s)
	case s.Stage == store.StageLive && len(openSignOffs(s)) == 0 && s.OpenQuestions() > 0:
		return "Open the questions", pathOpenQuestions(s)
	case s.Stage == store.StageLive && len(openSignOffs(s)) == 0:
		return "Read the packets", pathPackets(s.ID)
	case s.Stage == store.StageSignOff, s.Stage == store.StageLive:
		return "Open the sign-offs", pathWalkthrough(s.ID) + "#sign-offs"
	case s.Stage == store.StageWalkthrough:
		return "Open the walkthrough", pathWalkthrough(s.ID)
	case s.SubmittedRevision > 0:
		return fmt.Sprintf("Review revision %d", s.SubmittedRevision), pathReview(s.ID)
	case s.Stage == store.StageDescribed:
		return "Record the first run", pathRuns(s.ID)
	case s.OpenRequired > 0 || s.Returned > 0 || s.Stale > 0:
		return "Open the checklist", pathChecklist(s.ID)
	}
	return "Submit for review", pathReview(s.ID)
}

// nextReason says in short why the next step is due, where its label does not:
// what is wrong with the newest packet, and every sign-off that is open.
func nextReason(s store.IntegrationSummary) string {
	var out []string
	if doubt := packetDoubt(s); doubt != "" && slices.Contains(lateStages, s.Stage) {
		out = append(out, doubt)
	}
	if s.Stage == store.StageSignOff || s.Stage == store.StageLive {
		var open []string
		for _, x := range openSignOffs(s) {
			open = append(open, x.who)
		}
		if len(open) > 0 {
			out = append(out, "missing: "+strings.Join(open, ", "))
		}
	}
	if s.OpenQuestions() > 0 && slices.Contains(lateStages, s.Stage) {
		out = append(out, components.Plural(s.OpenQuestions(), "question waits", "questions wait")+" for an answer")
	}
	return strings.Join(out, "; ")
}

// lateStages are those of a revision that was decided as ready.
var lateStages = []store.Stage{store.StageWalkthrough, store.StageSignOff, store.StageLive}

// isTheirs tells whether the actor is on a side that has to act.
func (t turn) isTheirs(actor auth.Actor, s store.IntegrationSummary) bool {
	return slices.ContainsFunc(t.who, func(who side) bool { return isOfSide(actor, s, who) })
}

// isOfSide tells whether the actor acts for a side: of the partner's people only
// admins sign off.
func isOfSide(actor auth.Actor, s store.IntegrationSummary, who side) bool {
	switch who {
	case sidePartner:
		role, member := actor.Memberships[s.PartnerID]
		return member && role != auth.PartnerViewer && (role == auth.PartnerAdmin || !slices.Contains(lateStages, s.Stage))
	case sideAnswering:
		role, member := actor.Memberships[s.PartnerID]
		return member && role != auth.PartnerViewer
	case sideConsultant:
		if s.ConsultantID == nil {
			return actor.ProviderRole == auth.Consultant || actor.ProviderRole == auth.ProviderAdmin
		}
		return *s.ConsultantID == actor.UserID
	case sideAccountTeam:
		return actor.ProviderRole == auth.AccountTeam
	}
	return false
}

// words name the sides for those who wait for them.
func (t turn) words(s store.IntegrationSummary) string {
	var names []string
	for _, who := range t.who {
		if name := sideWords(who, s); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return inWords(names)
}

// sideWords names a side for those who wait for it.
func sideWords(who side, s store.IntegrationSummary) string {
	switch who {
	case sidePartner, sideAnswering:
		return s.PartnerName
	case sideConsultant:
		if s.ConsultantName == "" {
			return "ID.me, no consultant yet"
		}
		return s.ConsultantName
	case sideAccountTeam:
		return "the account team"
	}
	return "nobody"
}

func turnStrip(actor auth.Actor, s store.IntegrationSummary) *layout.Turn {
	t := whoseTurn(s)
	if staleBeside(s, t.lead) {
		t.text = staleWords(s.Stale) + " " + t.text
	}
	return &layout.Turn{Yours: t.isTheirs(actor, s), With: t.words(s), Lead: t.lead, Text: t.text}
}
