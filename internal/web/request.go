package web

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// request is one request of a signed-in person.
type request struct {
	echo.Context
	server *Server
	actor  auth.Actor
}

// handler answers a request of a signed-in person.
type handler func(r *request) error

func (r *request) ctx() context.Context { return r.Request().Context() }

func (r *request) scope() auth.Scope { return r.actor.Scope() }

func (r *request) reader() store.Querier { return r.server.Store.Reader() }

// command gives the command for a write of this request. Forms carry a key in
// the field "key", so that a form sent twice is done once; with another text in
// it, or sent to another address, it is another ask. What is only looked at or
// downloaded is noted each time. The upload of captures makes its own key,
// since its form is read as it streams.
func (r *request) command() app.Command {
	cmd := app.Command{Actor: r.actor, RequestID: requestID(r.Context)}
	if r.Request().Method == http.MethodPost && r.FormValue("key") != "" {
		cmd.PassReason = r.FormValue(app.FieldPassReason)
		cmd.Key = r.Request().URL.Path + "?" + r.Request().Form.Encode()
	}
	return cmd
}

// id gives a path parameter that is an id; anything else is a page that does not exist.
func (r *request) id(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(r.Param(name))
	if err != nil {
		return uuid.Nil, apperr.New(apperr.NotFound, "There is no such page.")
	}
	return id, nil
}

// see answers a form with a redirect to a page of ours. The path comes from
// route functions, never from input.
func (r *request) see(path string) error { return r.Redirect(http.StatusSeeOther, path) }

// render writes a page with a status; see Server.render.
func (r *request) render(status int, page templ.Component) error {
	return r.server.render(r.Context, status, page)
}

// render writes a page. It is rendered to memory first, so that an error while
// rendering is answered as an error.
func (s *Server) render(c echo.Context, status int, page templ.Component) error {
	var buf bytes.Buffer
	ctx := templ.WithNonce(c.Request().Context(), nonce(c))
	if err := page.Render(ctx, &buf); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.HTMLBlob(status, buf.Bytes())
}

// signedIn lets only signed-in people pass, with their roles as they stand now.
func (s *Server) signedIn(h handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		actor, err := s.visitor(c)
		if err != nil {
			return err
		}
		return h(&request{Context: c, server: s, actor: actor})
	}
}

// visitor gives who is signed in; apperr.Unauthenticated for nobody.
func (s *Server) visitor(c echo.Context) (auth.Actor, error) {
	id, err := uuid.Parse(s.Sessions.GetString(c.Request().Context(), sessionUser))
	if err != nil {
		return auth.Actor{}, apperr.New(apperr.Unauthenticated, "Sign in to see this page.")
	}
	actor, err := store.FindActor(c.Request().Context(), s.Store.Reader(), id)
	if apperr.Is(err, apperr.NotFound) {
		return auth.Actor{}, apperr.New(apperr.Unauthenticated, "Sign in to see this page.")
	}
	return actor, err
}

// sessionUser is the login session's key for the id of the signed-in user.
const sessionUser = "user_id"

// formTime reads a datetime-local field as UTC minutes; ok is false for anything else.
func formTime(value string) (time.Time, bool) {
	t, err := time.Parse("2006-01-02T15:04", value)
	return t, err == nil
}
