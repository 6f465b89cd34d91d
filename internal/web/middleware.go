package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

const (
	keyRequestID = "request_id"
	keyNonce     = "nonce"
	keySession   = "session" // set once the login session is loaded
)

func requestID(c echo.Context) string { s, _ := c.Get(keyRequestID).(string); return s }

func nonce(c echo.Context) string { s, _ := c.Get(keyNonce).(string); return s }

// withRequestID gives each request a short random id of letters that are hard
// to confuse, for the log, the audit entry and the error page.
func (s *Server) withRequestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := rand.Text()[:12]
		c.Set(keyRequestID, id)
		c.Set(keyNonce, rand.Text())
		c.Response().Header().Set("X-Request-Id", id)
		return next(c)
	}
}

// logAccess writes one line per request: the route's pattern, since the path of
// a sign-in link is a secret, and no query at all.
func (s *Server) logAccess(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		route := c.Path()
		if route == "" {
			route = "(none)"
		}
		s.Log.InfoContext(c.Request().Context(), "request",
			"id", requestID(c), "from", c.RealIP(), "method", c.Request().Method, "route", route,
			"status", c.Response().Status, "ms", s.Now().Sub(start).Round(100*time.Microsecond).Seconds()*1000)
		return nil
	}
}

// recoverPanic turns a panic into an error of kind Internal; the process lives.
func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if aborted, ok := p.(error); ok && errors.Is(aborted, http.ErrAbortHandler) {
					panic(p)
				}
				stack := debug.Stack()
				var elsewhere interface{ StackTrace() []byte }
				if cause, ok := p.(error); ok && errors.As(cause, &elsewhere) {
					stack = elsewhere.StackTrace() // of the goroutine that panicked
				}
				s.Log.ErrorContext(c.Request().Context(), "panic", "id", requestID(c), "stack", string(stack))
				err = apperr.New(apperr.Internal, "Something went wrong on our side. Nothing was changed.")
			}
		}()
		return next(c)
	}
}

// secureHeaders sets what every answer carries, errors and files included.
func (s *Server) secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy(nonce(c)))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)")
		h.Set("X-Frame-Options", "DENY")
		if strings.HasPrefix(s.Origin, "https://") {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		return next(c)
	}
}

func contentSecurityPolicy(nonce string) string { return policyWith(nonce, "", "") }

// modulePolicy is the policy of a page that compiles a WebAssembly module of
// ours and runs it in workers of ours. Such a page loads no htmx.
func modulePolicy(nonce string) string {
	return policyWith(nonce, " 'wasm-unsafe-eval'", "worker-src 'self'; ")
}

func policyWith(nonce, script, more string) string {
	return "default-src 'none'; script-src 'nonce-" + nonce + "' 'strict-dynamic'" + script + "; " + more + "style-src 'self'; img-src 'self' data:; " +
		"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; " +
		"require-trusted-types-for 'script'; trusted-types default"
}

// ipExtractor believes X-Forwarded-For only from the named networks.
func ipExtractor(cidrs []string) (echo.IPExtractor, error) {
	if len(cidrs) == 0 {
		return echo.ExtractIPDirect(), nil
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, cidr := range cidrs {
		_, network, err := net.ParseCIDR(cidr)
		if err != nil {
			return nil, fmt.Errorf("reading a trusted proxy network: %w", err)
		}
		options = append(options, echo.TrustIPRange(network))
	}
	return echo.ExtractIPFromXFFHeader(options...), nil
}

// Bounds of an ordinary form; handlers that take files set their own.
const (
	maxFormBytes = 1 << 20
	formPatience = 30 * time.Second
)

// Routes that take files.
const (
	routeCapture    = "/integrations/:integration/runs/:run/capture"
	routeScreenshot = "/integrations/:integration/checklist/:item/screenshot"
	routeStatement  = "/integrations/:integration/checklist/:item/statement"
)

// boundBody bounds what a form may hold and how long it may take to arrive.
// Routes that take files are named here and bound their bodies themselves.
func (s *Server) boundBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Path() == routeCapture || c.Path() == routeScreenshot || c.Path() == routeStatement {
			return next(c)
		}
		w, r := c.Response(), c.Request()
		r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
		// The wall clock, since it is the operating system that keeps the deadline.
		if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(formPatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		return next(c)
	}
}

// ownHost refuses, in the demo, what was asked under another name than the
// demo's own: a foreign page whose name was pointed at this machine must not
// reach the buttons that sign in.
func (s *Server) ownHost(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		_, host, _ := strings.Cut(s.Origin, "://")
		if s.Demo && c.Request().Host != host {
			return apperr.New(apperr.NotFound, "The demo answers under its own address only.")
		}
		return next(c)
	}
}
