package web

import (
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/views/assets"
	"github.com/proofwalk/proofwalk/views/layout"
	view "github.com/proofwalk/proofwalk/views/verify"
)

// The addresses of the verify page and of the file that works without a server.
const (
	pathVerify      = "/verify"
	pathVerifyAlone = "/verify/" + view.AloneName
)

// verifyRoutes: anybody checks a packet in the browser; no packet comes here.
func (s *Server) verifyRoutes(g *echo.Group) {
	g.GET(pathVerify, s.showVerify)
	g.GET(pathVerifyAlone, s.downloadVerify(sync.OnceValues(func() ([]byte, error) { return view.Alone(s.Version) })))
}

// showVerify draws the page, under a policy that lets it run the verifier.
func (s *Server) showVerify(c echo.Context) error {
	m := view.Model{Shell: s.strangerShell("Verify a packet"), KeysHref: pathKeys, ListHref: pathKeysFile}
	var err error
	if m.Root, err = s.fingerprint(c.Request().Context()); err != nil { // empty: a server that has no keys yet verifies the packets of others
		return err
	}
	m.Shell.NoHTMX = true
	m.Shell.Nav = strangerNav(pathVerify)
	if assets.HasVerifier() {
		m.Module, m.Worker, m.AloneHref = assets.Path("gen/verify.wasm"), assets.Path("verify_worker.js"), pathVerifyAlone
		m.Shell.Scripts = append(m.Shell.Scripts, "verify.js")
		c.Response().Header().Set("Content-Security-Policy", modulePolicy(nonce(c)))
	}
	return s.render(c, http.StatusOK, view.Page(m))
}

// downloadVerify gives the file, which is made once.
func (s *Server) downloadVerify(file func() ([]byte, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !assets.HasVerifier() {
			return apperr.New(apperr.NotFound, "This build of Proofwalk has no verifier for the browser.")
		}
		body, err := file()
		if err != nil {
			return err
		}
		attach(c, view.AloneName)
		return c.Blob(http.StatusOK, "text/html; charset=utf-8", body)
	}
}

// strangerNav leads strangers to what concerns them.
func strangerNav(current string) []layout.NavItem {
	items := []layout.NavItem{{Label: "Verify a packet", Href: pathVerify}, {Label: "Published keys", Href: pathKeys}}
	for i := range items {
		items[i].Current = items[i].Href == current
	}
	return items
}
