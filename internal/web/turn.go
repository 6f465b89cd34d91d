package web

import (
	"fmt"

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
)

// whoseTurn says which side has to act, and on what.
func whoseTurn(s store.IntegrationSummary) (who side, lead, text string) {
	switch {
	case s.Stage == store.StageLive:
		return sideNobody, "Live.", "Nothing waits for anybody."
	case s.Stage == store.StageSignOff:
		return sideAccountTeam, "The outcome is recorded.", "The account team signs off the go-live."
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

// nextStep is the one link that the turn leads to.
func nextStep(s store.IntegrationSummary) (label, href string) {
	switch {
	case s.Stage == store.StageLive:
		return "Read the packets", pathPackets(s.ID)
	case s.Stage == store.StageSignOff, s.Stage == store.StageWalkthrough:
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

// isTheirs tells whether the actor is on the side that has to act.
func isTheirs(actor auth.Actor, s store.IntegrationSummary, who side) bool {
	switch who {
	case sidePartner:
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

// sideWords names a side for those who wait for it.
func sideWords(who side, s store.IntegrationSummary) string {
	switch who {
	case sidePartner:
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
	who, lead, text := whoseTurn(s)
	if staleBeside(s, lead) {
		text = staleWords(s.Stale) + " " + text
	}
	turn := &layout.Turn{Yours: isTheirs(actor, s, who), With: sideWords(who, s), Lead: lead, Text: text}
	return turn
}
