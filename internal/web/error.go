package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/views/layout"
)

// statusOf is the one table from an error's kind to a status code.
var statusOf = map[apperr.Kind]int{
	apperr.Invalid:         http.StatusUnprocessableEntity,
	apperr.Unauthenticated: http.StatusUnauthorized,
	apperr.Forbidden:       http.StatusForbidden,
	apperr.NotFound:        http.StatusNotFound,
	apperr.Conflict:        http.StatusConflict,
	apperr.TooLarge:        http.StatusRequestEntityTooLarge,
	apperr.Unsupported:     http.StatusUnsupportedMediaType,
	apperr.Unavailable:     http.StatusServiceUnavailable,
	apperr.Internal:        http.StatusInternalServerError,
}

// retryAfter is what an answer of 503 asks the client to wait, in seconds.
const retryAfter = "5"

// answerError writes an error as a page. What the user sees is the error's own
// text or a fixed sentence; the cause goes to the log with the request id.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		s.Log.ErrorContext(c.Request().Context(), "error after the answer began", "id", requestID(c), "cause", err.Error())
		return
	}
	err = fromEcho(err)
	kind := apperr.KindOf(err)
	status := statusOf[kind]
	if status >= 500 {
		s.Log.ErrorContext(c.Request().Context(), "request", "id", requestID(c), "route", c.Path(), "cause", err.Error())
	}
	if kind == apperr.Unauthenticated && c.Request().Method == http.MethodGet {
		_ = c.Redirect(http.StatusSeeOther, "/sign-in") // the connection is gone if this cannot be written
		return
	}
	if status == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", retryAfter)
	}
	page := layout.ErrorPage(errorView(kind, apperr.TextOf(err), requestID(c)))
	if err := s.render(c, status, page); err != nil {
		s.Log.ErrorContext(c.Request().Context(), "writing an error page", "id", requestID(c), "cause", err.Error())
	}
}

// fromEcho gives echo's own errors (no route, wrong method, body too large) a kind.
func fromEcho(err error) error {
	var he *echo.HTTPError
	if !errors.As(err, &he) {
		return err
	}
	switch he.Code {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return apperr.Wrap(apperr.NotFound, "There is no such page.", err)
	case http.StatusRequestEntityTooLarge:
		return apperr.Wrap(apperr.TooLarge, "What was sent is larger than this page takes.", err)
	case http.StatusUnsupportedMediaType:
		return apperr.Wrap(apperr.Unsupported, "This page does not read that format.", err)
	case http.StatusBadRequest:
		return apperr.Wrap(apperr.Invalid, "The form could not be read.", err)
	}
	return err
}

// denyCrossOrigin answers a form that came from another site.
func (s *Server) denyCrossOrigin(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte("This form was sent from another site. Nothing was changed. Open the page here and send it again.\n"))
}
