package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/views/components"
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
	apperr.Damaged:         http.StatusConflict,
	apperr.TooSoon:         http.StatusTooManyRequests,
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
	if status >= 500 || kind == apperr.Damaged {
		s.Log.ErrorContext(c.Request().Context(), "request", "id", requestID(c), "route", c.Path(), "cause", err.Error())
	}
	if kind == apperr.Unauthenticated && c.Request().Method == http.MethodGet {
		_ = c.Redirect(http.StatusSeeOther, "/sign-in") // the connection is gone if this cannot be written
		return
	}
	if status == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", retryAfter)
	}
	m := errorModel(kind, apperr.TextOf(err), requestID(c), s.Now())
	if kind == apperr.Damaged {
		addPacket(c, &m)
	}
	page := layout.Error(s.shellOfError(c, kind), m)
	if err := s.render(c, status, page); err != nil {
		s.Log.ErrorContext(c.Request().Context(), "writing an error page", "id", requestID(c), "cause", err.Error())
	}
}

// shellOfError stands around an error: that of the person who is signed in, as far
// as that can be told. While the database does not answer nobody asks it who.
func (s *Server) shellOfError(c echo.Context, kind apperr.Kind) layout.Shell {
	if kind == apperr.Unavailable || c.Get(keySession) == nil {
		return s.strangerShell(titleOf(kind))
	}
	actor, err := s.visitor(c)
	if err != nil {
		return s.strangerShell(titleOf(kind))
	}
	r := &request{Context: c, server: s, actor: actor}
	return r.shell(titleOf(kind), "")
}

// titles say what failed, by kind.
var titles = map[apperr.Kind]string{
	apperr.Invalid: "The form was not taken", apperr.Unauthenticated: "You are not signed in", apperr.Forbidden: "Your role does not allow this",
	apperr.NotFound: "There is no such page", apperr.Conflict: "Somebody was faster", apperr.TooLarge: "That is too large",
	apperr.Unsupported: "That format is not read", apperr.Damaged: "What is stored here is damaged", apperr.TooSoon: "That was a moment ago", apperr.Unavailable: "The database does not answer", apperr.Internal: "Something failed on our side",
}

func titleOf(kind apperr.Kind) string { return titles[kind] }

// errorModel says what happened, what was kept and what to do.
func errorModel(kind apperr.Kind, text, number string, now time.Time) layout.ErrorModel {
	m := layout.ErrorModel{Title: titleOf(kind), Happened: text, Kept: "Everything that was saved before is as it was.",
		Actions: []components.ButtonModel{{Label: "Open the start page", Href: pathBoard}}}
	switch kind {
	case apperr.Unavailable:
		m.Do = "Wait a few seconds and load the page again. A form can be sent again with the back button; it is not done twice."
	case apperr.NotFound:
		m.Do = "Check the address. If somebody sent you the link, they may belong to another team than you."
	case apperr.Forbidden:
		m.Do = "Ask somebody whose role allows it, or go on elsewhere: nothing you type here changes that."
	case apperr.Damaged:
		m.Over, m.Number, m.At = "A fault on this side", number, now
		m.Kept, m.Do = "You did nothing wrong, and nothing that you wrote is lost.", putBack
	case apperr.Internal:
		m.Over, m.Number, m.At = "A fault of ours", number, now
		m.Do = "Try again. If it fails again, quote the number below to whoever runs this server."
	default:
		m.Do = "Go back, change what the text says, and send it again."
	}
	return m
}

// strangerShell is the shell of pages that are shown to anybody.
func (s *Server) strangerShell(title string) layout.Shell {
	return layout.Shell{Title: title, SignInURL: pathSignIn, Demo: s.demo(), Foot: layout.Foot{Version: s.Version}}
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
