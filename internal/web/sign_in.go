package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
	"github.com/proofwalk/proofwalk/views/people"
)

// Keys of the login session: what a passkey ceremony needs at its end. Each is
// taken out when it is used, so that an answer counts once.
const (
	sessionSignIn       = "passkey_sign_in"
	sessionRegistration = "passkey_registration"
)

// maxAnswer bounds a browser's answer to a passkey ceremony, in bytes.
const maxAnswer = 64 << 10

// passkeyScript is the asset that talks to the browser's passkeys.
const passkeyScript = "passkey.js"

// showSignIn shows how to sign in.
func (s *Server) showSignIn(c echo.Context) error { return s.signInPage(c, http.StatusOK, "") }

func (s *Server) signInPage(c echo.Context, status int, refused string) error {
	contact, err := store.FindSetting(c.Request().Context(), s.Store.Reader(), store.SettingProviderContact)
	if err != nil {
		return err
	}
	m := people.SignInModel{
		Shell: s.strangerShell("Sign in"), Action: pathSignIn, Begin: pathSignInBegin, Refused: refused, Contact: contact,
		NoPasskeys: s.noPasskeys(),
	}
	m.Shell.SignInURL, m.Shell.NoHTMX, m.Shell.Scripts = "", true, []string{passkeyScript}
	if s.Demo {
		if m.Demo, err = s.demoPeople(c.Request().Context()); err != nil {
			return err
		}
	}
	return s.render(c, status, people.SignIn(m))
}

// noPasskeys says why browsers take no passkeys at this origin, if they do not.
func (s *Server) noPasskeys() string {
	if s.Passkeys.Usable() {
		return ""
	}
	return "Browsers refuse passkeys at an IP address. Open this app under its name, on this machine as localhost, or use a link."
}

// beginPasskeySignIn gives the browser what it needs to ask for a passkey.
func (s *Server) beginPasskeySignIn(c echo.Context) error {
	options, ceremony, err := s.Passkeys.BeginSignIn()
	return s.answerCeremony(c, sessionSignIn, options, ceremony, err)
}

// answerCeremony answers a script: the options as JSON, or why there are none.
func (s *Server) answerCeremony(c echo.Context, key string, options, ceremony []byte, err error) error {
	if apperr.Is(err, apperr.Unsupported) {
		return c.JSON(http.StatusUnsupportedMediaType, map[string]string{"text": apperr.TextOf(err)})
	}
	if err != nil {
		return err
	}
	s.Sessions.Put(c.Request().Context(), key, ceremony)
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSONBlob(http.StatusOK, options)
}

// signInWithPasskey checks the browser's answer and begins the login session.
func (s *Server) signInWithPasskey(c echo.Context) error {
	ctx := c.Request().Context()
	answer, err := passkeyAnswer(c)
	if err != nil {
		return s.signInPage(c, http.StatusUnprocessableEntity, apperr.TextOf(err))
	}
	user, used, err := s.Passkeys.FinishSignIn(s.Sessions.PopBytes(ctx, sessionSignIn), answer, func(id uuid.UUID) (auth.PasskeyOwner, error) {
		return passkeyOwner(ctx, s.Store.Reader(), id)
	})
	if err == nil {
		err = s.App.SignInWithPasskey(ctx, requestID(c), user, used)
	}
	switch {
	case apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Conflict), apperr.Is(err, apperr.Unsupported):
		return s.signInPage(c, http.StatusUnprocessableEntity, apperr.TextOf(err))
	case err != nil:
		return err
	}
	if err := s.beginSession(ctx, user); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, pathBoard)
}

// passkeyAnswer gives what the page's script put into the form. Without
// scripts the field is empty.
func passkeyAnswer(c echo.Context) ([]byte, error) {
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxAnswer)
	answer := c.FormValue("answer")
	if answer == "" {
		return nil, apperr.New(apperr.Invalid, "No passkey arrived. Passkeys need JavaScript: turn it on and try again, or ask an admin of your team for a link.")
	}
	return []byte(answer), nil
}

// passkeyOwner gives a person with their passkeys; disabled people are not found.
func passkeyOwner(ctx context.Context, q store.Querier, id uuid.UUID) (auth.PasskeyOwner, error) {
	actor, err := store.FindActor(ctx, q, id)
	if err != nil {
		return auth.PasskeyOwner{}, err
	}
	keys, err := store.ListPasskeys(ctx, q, id)
	if err != nil {
		return auth.PasskeyOwner{}, err
	}
	owner := auth.PasskeyOwner{ID: id, Name: actor.Name, Email: actor.Email, Provider: actor.IsProvider()}
	for _, k := range keys {
		owner.Credentials = append(owner.Credentials, k.Credential)
	}
	return owner, nil
}

// beginSession signs a person in: under a new token, so that a token that was
// planted before is worth nothing, and with nothing of an earlier person.
func (s *Server) beginSession(ctx context.Context, user uuid.UUID) error {
	if err := s.Sessions.Clear(ctx); err != nil {
		return fmt.Errorf("clearing the login session: %w", err)
	}
	if err := s.Sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("beginning a login session: %w", err)
	}
	s.Sessions.Put(ctx, sessionUser, user.String())
	return nil
}

// signOut ends the login session.
func signOut(r *request) error {
	if err := r.server.App.SignOut(r.ctx(), r.command()); err != nil {
		return err
	}
	if err := r.server.Sessions.Destroy(r.ctx()); err != nil {
		return fmt.Errorf("ending a login session: %w", err)
	}
	return r.see(pathSignIn)
}
