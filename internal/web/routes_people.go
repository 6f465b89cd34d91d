package web

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// peopleRoutes: signing in and out, people, accounts and settings. The token in
// /link/:token is a secret: only the route's pattern may be logged.
func (s *Server) peopleRoutes(g *echo.Group) {
	g.GET(pathSignIn, s.showSignIn)
	g.POST(pathSignIn, s.signInWithPasskey)
	g.POST(pathSignInBegin, s.beginPasskeySignIn)
	g.GET("/link/:token", s.showLink)
	g.POST("/link/:token", s.useLink)
	g.POST("/demo/sign-in/:user", s.signInDemo)
	g.POST(pathSignOut, s.signedIn(signOut))

	g.GET(pathNewPasskey, s.signedIn(showNewPasskey))
	g.POST(pathPasskeyBegin, s.signedIn(beginPasskeyRegistration))
	g.POST(pathPasskeys, s.signedIn(addPasskey))
	g.POST(pathPasskeys+"/:passkey/remove", s.signedIn(removePasskey))
	g.GET(pathAccount, s.signedIn(showAccount))
	g.GET(pathSettings, s.signedIn(showSettings))
	g.POST(pathSettings, s.signedIn(saveSettings))

	g.GET(pathPeople, s.signedIn(showPeople))
	g.POST(pathPeople, s.signedIn(inviteToProvider))
	g.POST(pathPartners, s.signedIn(createPartner))
	g.GET(pathPartners+"/:partner", s.signedIn(showPartner))
	g.POST(pathPartners+"/:partner/people", s.signedIn(inviteToPartner))
	g.POST(pathPartners+"/:partner/settings", s.signedIn(savePartner))
	g.POST(pathPeople+"/:user/link", s.signedIn(makeLink))
	g.GET(pathPeople+"/:user/disable", s.signedIn(askDisable))
	g.POST(pathPeople+"/:user/disable", s.signedIn(disableUser))
}

const (
	pathSignInBegin  = "/sign-in/begin"
	pathNewPasskey   = "/account/passkeys/new"
	pathPasskeyBegin = "/account/passkeys/begin"
	pathPasskeys     = "/account/passkeys"
	pathSettings     = "/settings"
	pathPartners     = "/partners"
)

func pathPartner(id uuid.UUID) string { return pathPartners + "/" + id.String() }

func pathUserLink(id uuid.UUID) string { return pathPeople + "/" + id.String() + "/link" }

func pathUserDisable(id uuid.UUID) string { return pathPeople + "/" + id.String() + "/disable" }

func pathRemovePasskey(id uuid.UUID) string { return pathPasskeys + "/" + id.String() + "/remove" }

func pathDemoSignIn(id uuid.UUID) string { return "/demo/sign-in/" + id.String() }
