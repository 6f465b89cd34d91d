package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// problem is a refusal as scripts of our own pages read it.
type problem struct {
	Title  string         `json:"title"`
	Kept   string         `json:"kept,omitempty"`
	Errors []problemField `json:"errors,omitempty"`
	// Again says that the same act may be tried anew at once with fresh data.
	Again bool `json:"again,omitempty"`
}

type problemField struct {
	Field string `json:"field"`
	Text  string `json:"text"`
}

// wantsJSON tells whether a script of ours asks, not a form.
func wantsJSON(c echo.Context) bool {
	return c.Request().Header.Get(echo.HeaderAccept) == echo.MIMEApplicationJSON
}

// answerProblem answers a refusal as JSON.
func answerProblem(c echo.Context, status int, err error) error {
	p := problem{Title: apperr.TextOf(err)}
	for _, f := range apperr.FieldsOf(err) {
		p.Errors = append(p.Errors, problemField{f.Name, f.Text})
	}
	return c.JSON(status, p)
}

// scripted is signedIn for addresses that only scripts of our pages ask:
// answers and refusals are JSON, and nothing of them is kept by caches.
func (s *Server) scripted(h handler) echo.HandlerFunc {
	return s.programs(s.signedIn(h))
}

// programs is for addresses that programs ask: a refusal is JSON, not a page.
func (s *Server) programs(answer echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		err := answer(c)
		if err == nil {
			return nil
		}
		status := statusOf[apperr.KindOf(err)]
		if status >= http.StatusInternalServerError {
			s.Log.ErrorContext(c.Request().Context(), "request", "id", requestID(c), "route", c.Path(), "cause", err.Error())
		}
		return answerProblem(c, status, err)
	}
}
