// Package web is the pages: routes, middleware, forms and what they answer. A
// handler parses, calls one function of app or a few reads of store, and
// renders one typed view. Only here and in internal/api is an error's kind
// turned into a status code.
package web

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/app"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Config is what the pages need; every field is required except TrustedProxies.
type Config struct {
	App      *app.App
	Store    *store.Store
	Sessions *scs.SessionManager
	Passkeys *auth.Passkeys
	Log      *slog.Logger
	Now      func() time.Time
	// Origin is the public origin; forms from any other are refused.
	Origin string
	// TrustedProxies are networks (CIDR) whose X-Forwarded-For is believed.
	TrustedProxies []string
	// Demo offers "sign in as" buttons and says so on every page.
	Demo bool
	// Version of the program, shown at the foot of each page.
	Version string
}

// Server answers the pages.
type Server struct {
	Config
	echo *echo.Echo
}

// New builds the server with all its routes.
func New(cfg Config) (*Server, error) {
	s := &Server{Config: cfg, echo: echo.New()}
	s.echo.HideBanner, s.echo.HidePort = true, true
	extractor, err := ipExtractor(cfg.TrustedProxies)
	if err != nil {
		return nil, err
	}
	s.echo.IPExtractor = extractor
	s.echo.HTTPErrorHandler = s.answerError
	cfg.Sessions.ErrorFunc = s.sessionError
	s.echo.Use(s.withRequestID, s.logAccess, s.recoverPanic, s.secureHeaders, s.ownHost, s.boundBody)
	s.routes()
	return s, nil
}

// Handler gives the whole of it as one handler: cross-origin protection is the
// outermost layer.
func (s *Server) Handler() http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(s.denyCrossOrigin))
	return protection.Handler(s.echo)
}
