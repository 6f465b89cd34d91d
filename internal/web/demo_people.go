package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/people"
)

// demoPeopleCount is how many people a visitor of the demo can be: the first
// ones, which the demo itself made.
const demoPeopleCount = 5

// demoUsers gives the people that the demo was made with, oldest first.
func (s *Server) demoUsers(ctx context.Context) ([]store.User, error) {
	users, err := store.ListUsers(ctx, s.Store.Reader())
	if err != nil {
		return nil, err
	}
	users = slices.DeleteFunc(users, func(u store.User) bool { return u.Disabled })
	slices.SortFunc(users, func(a, b store.User) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	return users[:min(demoPeopleCount, len(users))], nil
}

// demoPeople gives the demo's people with their roles.
func (s *Server) demoPeople(ctx context.Context) ([]people.DemoPerson, error) {
	users, err := s.demoUsers(ctx)
	if err != nil {
		return nil, err
	}
	members, err := store.ListMembers(ctx, s.Store.Reader(), auth.System().Scope())
	if err != nil {
		return nil, err
	}
	roles := map[uuid.UUID]string{}
	for _, m := range members {
		roles[m.UserID] = m.PartnerName + ", " + string(m.Role)
	}
	list := make([]people.DemoPerson, len(users))
	for i, u := range users {
		list[i] = people.DemoPerson{Action: pathDemoSignIn(u.ID), Name: u.Name, Role: roles[u.ID], Provider: u.ProviderRole != ""}
		if u.ProviderRole != "" {
			list[i].Role = roleWords(auth.Actor{ProviderRole: u.ProviderRole})
		}
	}
	return list, nil
}

// signInDemo makes the visitor one of the demo's people. Outside the demo
// there is no such page.
func (s *Server) signInDemo(c echo.Context) error {
	ctx := c.Request().Context()
	gone := apperr.New(apperr.NotFound, "There is no such page.")
	id, err := uuid.Parse(c.Param("user"))
	if !s.Demo || err != nil {
		return gone
	}
	users, err := s.demoUsers(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(users, func(u store.User) bool { return u.ID == id }) {
		return gone
	}
	if err := s.App.SignInDemo(ctx, requestID(c), id); err != nil {
		return err
	}
	if err := s.beginSession(ctx, id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, pathBoard)
}
