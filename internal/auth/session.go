package auth

import (
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Lifetimes of a login session.
const (
	sessionLifetime = 12 * time.Hour // at the most, from sign-in
	sessionIdle     = time.Hour      // without any request
)

// NewSessions gives the login sessions: kept on the server, known there by the
// hash of their token, in a cookie that scripts and other sites never see.
func NewSessions(store scs.Store, origin string) *scs.SessionManager {
	m := scs.New()
	m.Store, m.HashTokenInStore = store, true
	m.Lifetime, m.IdleTimeout = sessionLifetime, sessionIdle
	secure := strings.HasPrefix(origin, "https://")
	m.Cookie = scs.SessionCookie{
		Name: "proofwalk", Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, Persist: false,
	}
	if secure {
		m.Cookie.Name = "__Host-proofwalk"
	}
	return m
}
