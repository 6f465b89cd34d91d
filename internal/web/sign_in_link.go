package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/components"
	"github.com/proofwalk/proofwalk/views/layout"
	"github.com/proofwalk/proofwalk/views/people"
)

// showLink shows whom a link signs in. It changes nothing: mail scanners open
// links before people do.
func (s *Server) showLink(c echo.Context) error {
	link, err := s.App.FindLink(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	if link.State != app.LinkUsable {
		return s.linkGone(c, link)
	}
	return s.linkPage(c, http.StatusOK, link, nil)
}

func (s *Server) linkPage(c echo.Context, status int, link app.Link, cause error) error {
	fields := apperr.FieldsOf(cause)
	m := people.LinkModel{
		Shell: s.strangerShell("One-time link"), Action: "/link/" + c.Param("token"), Name: link.UserName, Inviter: link.Inviter,
		PersonName: components.FieldModel{Name: "name", Label: "Your name", Hint: "It stands beside what you decide.",
			Value: c.FormValue("name"), Autocomplete: "name", Error: errorOf(fields, "name")},
		Email: components.FieldModel{Name: "email", Label: "Your work e-mail", Hint: "Nothing is sent to it; it tells you from others of your name.",
			Value: c.FormValue("email"), Type: "email", Autocomplete: "email", Error: errorOf(fields, "email")},
	}
	m.Errors = errorSummary(cause, m.PersonName, m.Email)
	m.Shell.SignInURL, m.Shell.NoHTMX = "", true
	return s.render(c, status, people.Link(m))
}

// useLink uses a link up and begins the login session.
func (s *Server) useLink(c echo.Context) error {
	ctx := c.Request().Context()
	user, err := s.App.UseLink(ctx, requestID(c), c.Param("token"), app.NewPerson{Name: c.FormValue("name"), Email: c.FormValue("email")})
	if apperr.Is(err, apperr.Conflict) || apperr.Is(err, apperr.Invalid) {
		link, findErr := s.App.FindLink(ctx, c.Param("token"))
		if findErr != nil {
			return findErr
		}
		if apperr.Is(err, apperr.Invalid) && link.State == app.LinkUsable {
			return s.linkPage(c, http.StatusUnprocessableEntity, link, err)
		}
		return s.linkGone(c, link)
	}
	if err != nil {
		return err
	}
	if err := s.beginSession(ctx, user); err != nil {
		return err
	}
	keys, err := store.ListPasskeys(ctx, s.Store.Reader(), user)
	if err != nil {
		return err
	}
	if len(keys) == 0 && s.Passkeys.Usable() {
		return c.Redirect(http.StatusSeeOther, pathNewPasskey)
	}
	return c.Redirect(http.StatusSeeOther, pathBoard)
}

// linkGone says that a link does not work and who can make a new one; it never
// makes one itself.
func (s *Server) linkGone(c echo.Context, link app.Link) error {
	contact, err := store.FindSetting(c.Request().Context(), s.Store.Reader(), store.SettingProviderContact)
	if err != nil {
		return err
	}
	status := http.StatusGone
	m := layout.ErrorModel{Over: "One-time link", Kept: "Your account and everything in it are as they were.", Do: whoMakesLinks(link, contact),
		Actions: []components.ButtonModel{{Label: "Sign in with a passkey", Href: pathSignIn}}}
	switch link.State {
	case app.LinkUsed:
		m.Title, m.Happened = "This link was used already", "A one-time link works once, and somebody has signed in with this one."
	case app.LinkExpired, app.LinkUsable:
		m.Title, m.Happened = "This link has run out", "Its time is over, or a newer link took its place."
	default:
		status = http.StatusNotFound
		m.Title, m.Happened = "This link is not known here", "The address is incomplete, or the link is of another server."
		m.Kept = "Nothing was changed."
	}
	return s.render(c, status, layout.Error(s.strangerShell(m.Title), m))
}

// whoMakesLinks names who can make a new link, as far as the link tells.
func whoMakesLinks(link app.Link, contact string) string {
	switch {
	case link.Purpose == store.LinkSetup:
		return "While nobody administers this server, each start prints a new link: ask whoever runs it to start it again. Otherwise sign in, or ask an admin."
	case link.Inviter != "":
		return "Ask " + link.Inviter + ", who made this link, or another admin of your team for a new one. If nobody answers, write to " + contact + "."
	}
	return "Ask an admin of your team for a new one, or whoever runs this server. If you do not know them, write to " + contact + "."
}
