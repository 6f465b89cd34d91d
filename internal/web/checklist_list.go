package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/checklist"
	"github.com/proofwalk/proofwalk/internal/store"
	view "github.com/proofwalk/proofwalk/views/checklist"
	"github.com/proofwalk/proofwalk/views/components"
)

// checklistRoutes: the checklist and what is done to an item.
func (s *Server) checklistRoutes(g *echo.Group) {
	const item = "/integrations/:integration/checklist/:item"
	g.GET("/integrations/:integration/checklist", s.signedIn(showChecklist))
	g.GET(item, s.signedIn(showItem))
	g.POST(item+"/claim", s.signedIn(claimItem))
	g.POST(item+"/unclaim", s.signedIn(unclaimItem))
	g.POST(item+"/not-applicable", s.signedIn(setItemNotApplicable))
	g.POST(item+"/applicable", s.signedIn(resetItemNotApplicable))
	g.POST(item+"/plan", s.signedIn(planItem))
	g.POST(item+"/wording", s.signedIn(rewordItem))
	g.POST(item+"/comment", s.signedIn(commentOnItem))
	g.POST(item+"/evidence", s.signedIn(addEvidence))
	g.POST(routeScreenshot, s.signedIn(addScreenshot))
	g.POST(routeStatement, s.signedIn(addStatement))
	g.POST(item+"/evidence/:evidence/withdraw", s.signedIn(withdrawEvidence))
	g.GET("/integrations/:integration/evidence/:evidence/picture", s.signedIn(showPicture))
	g.GET("/integrations/:integration/evidence/:evidence/document", s.signedIn(downloadDocument))
}

// itemFilters are the segments above the list, by the value of "show".
var itemFilters = []struct{ value, label string }{
	{"", "All"}, {"yours", "Yours"}, {"open", "Open"}, {"returned", "Returned"}, {"stale", "Stale"},
}

// showChecklist shows the list alone.
func showChecklist(r *request) error {
	m, _, err := r.checklist("")
	if err != nil {
		return err
	}
	return r.render(http.StatusOK, view.Page(m))
}

// checklist gives the page with its list; current is the item that is open.
func (r *request) checklist(current string) (view.Model, []store.ChecklistItem, error) {
	title := "Checklist"
	if current != "" {
		title = current
	}
	page, err := r.integrationPage(title, pathChecklist)
	if err != nil {
		return view.Model{}, nil, err
	}
	items, err := store.ListChecklistItems(r.ctx(), r.reader(), r.scope(), page.Summary.ID)
	if err != nil {
		return view.Model{}, nil, err
	}
	id := page.Summary.ID
	return view.Model{Shell: page.Shell, Filter: r.itemFilter(id, items), Groups: r.itemGroups(id, items, current)}, items, nil
}

func (r *request) itemFilter(id uuid.UUID, items []store.ChecklistItem) components.FilterModel {
	m := components.FilterModel{Label: "Filter items", Action: pathChecklist(id), Search: "Find an item", Query: r.QueryParam("q"), Kept: map[string]string{}}
	for _, f := range itemFilters {
		s := components.Segment{Label: f.label, Href: pathChecklist(id), Current: r.QueryParam("show") == f.value}
		if f.value != "" {
			s.Href += "?show=" + f.value
			if s.Current {
				m.Kept["show"] = f.value
			}
		}
		for _, i := range items {
			if i.Applies && itemInSegment(r.actor, i, f.value) {
				s.Count++
			}
		}
		m.Segments = append(m.Segments, s)
	}
	return m
}

// itemInSegment: "yours" is what the reader's side has to do next.
func itemInSegment(actor auth.Actor, i store.ChecklistItem, show string) bool {
	switch show {
	case "yours":
		return waitsFor(actor, i)
	case "open":
		return i.State == checklist.Open
	case "returned":
		return i.State == checklist.Returned
	case "stale":
		return i.StaleReason != nil
	}
	return true
}

func waitsFor(actor auth.Actor, i store.ChecklistItem) bool {
	if actor.Can(auth.ReviewItems, i.PartnerID) {
		return i.State == checklist.Claimed || i.DoneBy == checklist.ByConsultant && i.State == checklist.Open ||
			i.State == checklist.NotApplicable && i.ConfirmedBy == nil
	}
	return actor.Can(auth.ClaimItems, i.PartnerID) && i.DoneBy != checklist.ByConsultant &&
		(i.State == checklist.Open || i.State == checklist.Returned || i.StaleReason != nil)
}

func (r *request) itemGroups(id uuid.UUID, items []store.ChecklistItem, current string) []components.ItemGroupModel {
	template := checklist.Builtin()
	query := strings.ToLower(strings.TrimSpace(r.QueryParam("q")))
	var groups []components.ItemGroupModel
	for _, section := range template.Sections {
		g := components.ItemGroupModel{Title: section.Letter + ". " + section.Title}
		accepted, all := 0, 0
		for _, i := range items {
			requirement, _ := template.Requirement(i.RequirementID)
			if requirement.Section != section.Letter || !i.Applies {
				continue
			}
			all++
			if i.State == checklist.Accepted && i.StaleReason == nil {
				accepted++
			}
			if !itemInSegment(r.actor, i, r.QueryParam("show")) || !strings.Contains(strings.ToLower(i.RequirementID+" "+i.Title), query) {
				continue
			}
			g.Items = append(g.Items, components.ItemRowModel{ID: i.RequirementID, Title: i.Title, Href: pathItem(id, i.RequirementID),
				State: components.ItemState(i.State), Stale: i.StaleReason != nil, Current: i.RequirementID == current})
		}
		g.Count = components.Number(accepted) + " of " + components.Number(all) + " accepted"
		groups = append(groups, g)
	}
	return slices.DeleteFunc(groups, func(g components.ItemGroupModel) bool { return len(g.Items) == 0 })
}
