package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/views/assets"
)

// routes is the whole route table. A page of a signed-in person is registered
// through s.signedIn, which refuses everybody else; who may do what is checked
// by app for writes and by the scope of access for reads.
func (s *Server) routes() {
	s.echo.GET("/livez", func(c echo.Context) error { return c.String(http.StatusOK, "alive\n") })
	s.echo.GET("/readyz", s.answerReady)
	s.echo.GET(assets.Prefix+"*", echo.WrapHandler(assets.Handler()))

	g := s.echo.Group("", s.loadSession)
	s.peopleRoutes(g)
	s.integrationRoutes(g)
	s.captureRoutes(g)
	s.checklistRoutes(g)
	s.reviewRoutes(g)
	s.walkthroughRoutes(g)
	s.packetRoutes(g)
	s.logRoutes(g)
	s.addressRoutes(g)
	s.keyRoutes(g)
	s.verifyRoutes(g)
}

// integrationRoutes: the board, and an integration's description.
func (s *Server) integrationRoutes(g *echo.Group) {
	g.GET("/", s.signedIn(showBoard))
	g.GET("/integrations/new", s.signedIn(showNewIntegration))
	g.POST("/integrations", s.signedIn(createIntegration))
	g.POST("/integrations/import", s.signedIn(importNewIntegration))
	g.GET("/integrations/:integration", s.signedIn(showOverview))
	g.GET("/integrations/:integration/description", s.signedIn(showDescription))
	g.POST("/integrations/:integration/description", s.signedIn(saveDescription))
	g.POST("/integrations/:integration/import", s.signedIn(importIntegration))
	g.GET("/integrations/:integration/integration.yaml", s.signedIn(exportIntegration))
	g.GET("/integrations/:integration/versions", s.signedIn(showVersions))
	g.POST("/integrations/:integration/consultant", s.signedIn(assignConsultant))
	g.GET("/integrations/:integration/coverage", s.signedIn(showCoverage))
	g.GET(pathRules, s.signedIn(showRules))
}

// loadSession loads and saves the login session around the pages; assets and
// probes do without.
func (s *Server) loadSession(next echo.HandlerFunc) echo.HandlerFunc {
	load := echo.WrapMiddleware(s.Sessions.LoadAndSave)(func(c echo.Context) error {
		c.Set(keySession, true)
		return next(c)
	})
	return func(c echo.Context) error {
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), echoContext{}, c)))
		return load(c)
	}
}

// echoContext is the key of the request's echo context within its context, for
// sessionError.
type echoContext struct{}

// sessionError answers when login sessions cannot be read or saved. w is the
// writer below the sessions: one above would save the session again.
func (s *Server) sessionError(w http.ResponseWriter, r *http.Request, err error) {
	c, ok := r.Context().Value(echoContext{}).(echo.Context)
	if !ok {
		c = s.echo.NewContext(r, w)
	}
	c.SetResponse(echo.NewResponse(w, s.echo))
	s.answerError(err, c)
}

// answerReady tells a load balancer whether the database answers, and an operator
// what else to look at.
func (s *Server) answerReady(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	if err := s.Store.Ping(ctx); err != nil {
		return err
	}
	troubles, err := s.App.Troubles(ctx)
	if err != nil {
		return err
	}
	// With these the server stays in service: it is the one that can be asked.
	return c.String(http.StatusOK, strings.Join(append([]string{"ready"}, troubles...), "\n")+"\n")
}
