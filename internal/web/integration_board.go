package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	view "github.com/proofwalk/proofwalk/views/integration"
)

// boardFilters are the segments of the board, by the value of "show".
var boardFilters = []struct{ value, label string }{{"", "All"}, {"yours", "Your turn"}, {"unassigned", "No consultant"}}

// showBoard lists the integrations in scope, grouped by whose turn it is.
func showBoard(r *request) error {
	all, err := r.server.App.IntegrationSummaries(r.ctx(), r.scope())
	if err != nil {
		return err
	}
	m := view.BoardModel{
		Shell: r.shell("Integrations", pathBoard), Provider: r.actor.IsProvider(), Total: len(all),
		CanCreate: canDescribe(r.actor), NewHref: pathNewIntegration,
		Piles: piles(all), Turns: turnBars(r.actor, all, r.server.Now()), Filter: boardFilter(r, all),
	}
	m.Groups = boardGroups(r.actor, filterBoard(r, all), r.server.Now())
	return r.render(http.StatusOK, view.Board(m))
}

func canDescribe(actor auth.Actor) bool {
	for partner := range actor.Memberships {
		if actor.Can(auth.EditIntegration, partner) {
			return true
		}
	}
	return false
}

func filterBoard(r *request, all []store.IntegrationSummary) []store.IntegrationSummary {
	return slices.DeleteFunc(slices.Clone(all), func(s store.IntegrationSummary) bool {
		return !inSegment(r.actor, s, r.QueryParam("show")) || !matches(s, r.QueryParam("q"))
	})
}

func inSegment(actor auth.Actor, s store.IntegrationSummary, show string) bool {
	switch show {
	case "yours":
		return whoseTurn(s).isTheirs(actor, s)
	case "unassigned":
		return s.ConsultantID == nil
	}
	return true
}

func matches(s store.IntegrationSummary, query string) bool {
	query = strings.ToLower(strings.TrimSpace(query))
	return strings.Contains(strings.ToLower(s.Name), query) || strings.Contains(strings.ToLower(s.PartnerName), query)
}

func boardFilter(r *request, all []store.IntegrationSummary) components.FilterModel {
	m := components.FilterModel{Label: "Filter integrations", Action: pathBoard, Search: "Partner or integration", Query: r.QueryParam("q"),
		Kept: map[string]string{}}
	for _, f := range boardFilters {
		segment := components.Segment{Label: f.label, Href: pathBoard, Current: r.QueryParam("show") == f.value}
		if f.value != "" {
			segment.Href += "?show=" + f.value
		}
		if segment.Current && f.value != "" {
			m.Kept["show"] = f.value
		}
		for _, s := range all {
			if inSegment(r.actor, s, f.value) {
				segment.Count++
			}
		}
		m.Segments = append(m.Segments, segment)
	}
	return m
}

// turnGroup is the place of an integration among those who have to act: 0 for
// the reader, then partners, consultants, the account team and nobody. Where several
// have to, it is that of the first.
func turnGroup(actor auth.Actor, s store.IntegrationSummary) int {
	t := whoseTurn(s)
	if t.isTheirs(actor, s) {
		return 0
	}
	return map[side]int{sidePartner: 1, sideAnswering: 1, sideConsultant: 2, sideAccountTeam: 3, sideNobody: 4}[t.who[0]]
}

// boardGroups sorts the rows into the groups of those who have to act, the
// reader's own first, the longest wait on top.
func boardGroups(actor auth.Actor, list []store.IntegrationSummary, now time.Time) []view.BoardGroup {
	titles := []string{"", "Waiting on the partner", "Waiting on the consultant", "Waiting on the account team", "Live"}
	groups := make([]view.BoardGroup, len(titles))
	for i := range groups {
		groups[i] = view.BoardGroup{Title: titles[i], Yours: i == 0}
	}
	slices.SortStableFunc(list, func(a, b store.IntegrationSummary) int { return cmp.Compare(a.StageSince.Unix(), b.StageSince.Unix()) })
	for _, s := range list {
		n := turnGroup(actor, s)
		row := boardRow(actor, s, now)
		row.Yours = n == 0
		groups[n].Rows = append(groups[n].Rows, row)
	}
	groups[0].Title = components.Plural(len(groups[0].Rows), "integration waits for you", "integrations wait for you")
	return slices.DeleteFunc(groups, func(g view.BoardGroup) bool { return len(g.Rows) == 0 })
}

func boardRow(actor auth.Actor, s store.IntegrationSummary, now time.Time) view.BoardRow {
	next, href := nextStep(actor, s)
	return view.BoardRow{
		Partner: s.PartnerName, Name: s.Name, Href: pathIntegration(s.ID), About: protocolWords(s.Protocol, s.UseCases),
		Stage: stageOf(s.Stage), DaysInStage: days(s.StageSince, now), Target: launchDate(s), Next: next, NextHref: href, Why: nextReason(s),
		Owner: s.ConsultantName, Unassigned: s.ConsultantID == nil, AgeDays: days(s.CreatedAt, now),
	}
}

// days gives the whole days between two moments.
func days(since, now time.Time) int { return int(now.Sub(since).Hours() / 24) }

func piles(all []store.IntegrationSummary) []components.StagePile {
	order := []store.Stage{store.StageDescribed, store.StageTesting, store.StageReview, store.StageWalkthrough, store.StageSignOff, store.StageLive}
	out := make([]components.StagePile, len(order))
	for i, stage := range order {
		out[i].Stage = stageOf(stage)
		for _, s := range all {
			if s.Stage == stage {
				out[i].Risks = append(out[i].Risks, riskOf(s))
			}
		}
	}
	return out
}

// riskOf is "at risk" while something was returned, went stale, or nobody should
// rely on the newest packet.
func riskOf(s store.IntegrationSummary) components.Risk {
	if s.Returned > 0 || s.Stale > 0 || packetDoubt(s) != "" {
		return components.RiskAtRisk
	}
	return components.RiskOnTrack
}

func turnBars(actor auth.Actor, all []store.IntegrationSummary, now time.Time) []components.BarModel {
	bars := []components.BarModel{{Label: "You", Accent: true}, {Label: "Partners"}, {Label: "Consultants"}, {Label: "Account team"}, {Label: "Nobody", Hollow: true}}
	oldest := make([]int, len(bars))
	for _, s := range all {
		n := turnGroup(actor, s)
		bars[n].Value++
		oldest[n] = max(oldest[n], days(s.StageSince, now))
	}
	for i := range bars {
		if bars[i].Value > 0 {
			bars[i].Note = "oldest " + components.Plural(oldest[i], "day", "days")
		}
	}
	return bars
}
