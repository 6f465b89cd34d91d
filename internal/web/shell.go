package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/layout"
)

// shell is what stands around a page that belongs to no integration. current
// is the path of the navigation entry that the page is under.
func (r *request) shell(title, current string) layout.Shell {
	return layout.Shell{
		Title: title, Nav: navigation(r.actor, current), Person: signedInAs(r.actor), Demo: r.server.demo(),
		Foot: layout.Foot{Version: r.server.Version},
	}
}

func (s *Server) demo() *layout.Demo {
	if !s.Demo {
		return nil
	}
	return &layout.Demo{SwitchURL: pathSignIn}
}

func navigation(actor auth.Actor, current string) []layout.NavItem {
	board := "Integrations"
	if actor.IsProvider() {
		board = "Board"
	}
	items := []layout.NavItem{{Label: board, Href: pathBoard}}
	if actor.IsProvider() {
		items = append(items, layout.NavItem{Label: "Reviews", Href: pathReviews})
	}
	items = append(items, layout.NavItem{Label: "People", Href: pathPeople}, layout.NavItem{Label: "Keys", Href: pathKeys})
	if actor.Can(auth.ReadProviderAudit, uuid.Nil) {
		items = append(items, layout.NavItem{Label: "Audit log", Href: pathLog})
	}
	for i := range items {
		items[i].Current = items[i].Href == current
	}
	return items
}

func signedInAs(actor auth.Actor) *layout.SignedIn {
	return &layout.SignedIn{Name: actor.Name, About: roleWords(actor), Provider: actor.IsProvider(),
		ProfileURL: pathAccount, SignOutURL: pathSignOut}
}

// roleWords says where and as what somebody is signed in.
func roleWords(actor auth.Actor) string {
	switch actor.ProviderRole {
	case auth.Consultant:
		return "ID.me, consultant"
	case auth.AccountTeam:
		return "ID.me, account team"
	case auth.ProviderAdmin:
		return "ID.me, admin"
	}
	for _, role := range actor.Memberships {
		return "Partner, " + string(role)
	}
	return "No team yet"
}

// integrationPage is a page of one integration: its summary and its shell.
type integrationPage struct {
	Summary store.IntegrationSummary
	Shell   layout.Shell
}

// integrationPage loads the integration of the path, in scope, and builds the
// shell with the tab that is current, named by its path.
func (r *request) integrationPage(title string, tab func(uuid.UUID) string) (integrationPage, error) {
	id, err := r.id("integration")
	if err != nil {
		return integrationPage{}, err
	}
	summary, err := r.server.App.IntegrationSummary(r.ctx(), r.scope(), id)
	if err != nil {
		return integrationPage{}, err
	}
	shell := r.shell(fmt.Sprintf("%s, %s", title, summary.Name), pathBoard)
	shell.Integration = integrationHead(r.actor, summary, tab(id))
	shell.Turn = turnStrip(r.actor, summary)
	return integrationPage{Summary: summary, Shell: shell}, nil
}

func integrationHead(actor auth.Actor, s store.IntegrationSummary, current string) *layout.IntegrationHead {
	head := &layout.IntegrationHead{
		Partner: s.PartnerName, Name: s.Name, Href: pathIntegration(s.ID), Protocol: protocolWords(s.Protocol, s.UseCases),
		Environment: s.Environment, Host: s.ExpectedAPIHost, Target: launchDate(s), Stage: stageOf(s.Stage), Tabs: tabs(actor, s),
	}
	for i := range head.Tabs {
		head.Tabs[i].Current = head.Tabs[i].Href == current
	}
	return head
}

// launchDate gives the planned launch; zero without a date, or with none that is one.
func launchDate(s store.IntegrationSummary) time.Time {
	date, err := time.Parse(time.DateOnly, s.LaunchDate)
	if err != nil {
		return time.Time{}
	}
	return date
}

func tabs(actor auth.Actor, s store.IntegrationSummary) []layout.NavItem {
	t := whoseTurn(s)
	toDo := s.Open + s.Returned + s.Stale
	return []layout.NavItem{
		{Label: "Overview", Href: pathIntegration(s.ID)},
		{Label: "Checklist", Href: pathChecklist(s.ID), Count: toDo, Yours: t.isTheirs(actor, s) && slices.Contains(t.who, sidePartner) && !slices.Contains(lateStages, s.Stage)},
		{Label: "Test runs", Href: pathRuns(s.ID), Count: s.Runs},
		{Label: "Review", Href: pathReview(s.ID), Count: s.LastRevision},
		{Label: "Walkthrough", Href: pathWalkthrough(s.ID)},
		{Label: "Packets", Href: pathPackets(s.ID), Count: s.Packets},
		{Label: "Description", Href: pathDescription(s.ID)},
		{Label: "History", Href: pathHistory(s.ID)},
	}
}

var stages = map[store.Stage]components.Stage{
	store.StageDescribed: components.StageDescribed, store.StageTesting: components.StageTesting, store.StageReview: components.StageReview,
	store.StageWalkthrough: components.StageWalkthrough, store.StageSignOff: components.StageSignOff, store.StageLive: components.StageLive,
}

func stageOf(s store.Stage) components.Stage { return stages[s] }

var protocolNames = map[string]string{"oauth": "OAuth 2.0", "oidc": "OpenID Connect", "saml": "SAML 2.0"}

func protocolWords(protocol string, useCases []string) string {
	words := protocolNames[protocol]
	if words == "" {
		words = "No protocol yet"
	}
	if len(useCases) > 0 {
		words += ", " + strings.Join(useCases, " and ")
	}
	return words
}
