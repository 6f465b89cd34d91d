package analysis

import (
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/integration"
)

var (
	sourceClientAuth = Source{"RFC 6749, 2.3", "https://www.rfc-editor.org/rfc/rfc6749#section-2.3"}
	sourceScope      = Source{"ID.me, OAuth 2.0", "https://docs.id.me/guides/o-auth-2-0/overview"}
	sourceOpenID     = Source{"OpenID Connect Core 1.0, 3.1.2.1", "https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest"}
	sourceStandards  = Source{"ID.me, configuration standards", "https://docs.id.me/integrations/configurations/configuration-standards"}
	sourceTesting    = Source{"ID.me, quality assurance testing", "https://docs.id.me/integrations/deploy-and-monitor/quality-assurance-testing"}
)

// preflightList gathers checks of fields.
type preflightList []PreflightCheck

func (l *preflightList) say(field, subject string, v Verdict, title, reason, cure string, source Source) {
	*l = append(*l, PreflightCheck{field, subject, v, title, reason, cure, source})
}

// checkClient judges the registration at the provider of an OAuth or OpenID
// Connect integration.
func checkClient(cfg integration.Config) (out preflightList) {
	c := cfg.Client
	if c.ID == "" {
		out.say("client.id", "", Fail, "No client is described", "Every request is told by the client that sends it.",
			"Enter the client_id that is registered for this environment.", sourceScope)
	}
	none := c.AuthMethod == "" || c.AuthMethod == "none"
	switch {
	case c.Type == integration.PublicClient && !none:
		out.say("client.auth_method", "", Fail, "A public client is described with a secret", "An app or a page cannot keep a secret: whoever has it has the secret too.",
			"Describe the client as confidential, or its authentication as none and use PKCE.", sourceClientAuth)
	case c.Type == integration.ConfidentialClient && none:
		out.say("client.auth_method", "", Fail, "A confidential client is described without authentication", "The token request of a confidential client proves who sends it.",
			"Enter how the client authenticates: client_secret_basic, client_secret_post or private_key_jwt.", sourceClientAuth)
	case c.Type == "":
		out.say("client.type", "", Warn, "Whether the client is public or confidential is not described", "Rules about PKCE and the token request judge them differently.",
			"Enter the type of the client.", sourceClientAuth)
	default:
		out.say("client", "", Pass, "The client's type and authentication fit", "A public client has no secret, a confidential one proves who it is.", "", sourceClientAuth)
	}
	return out
}

// checkPolicies judges what is asked for against the protocol.
func checkPolicies(cfg integration.Config) (out preflightList) {
	const field = "policies"
	for i, p := range cfg.Policies {
		switch {
		case p == "openid":
			out.say(field, p, Warn, "openid is described as a policy", "It is no policy: OpenID Connect adds it to the scope beside one.",
				"Take it out; whether it is sent follows from the protocol.", sourceOpenID)
		case slices.Contains(cfg.Policies[:i], p):
			out.say(field, p, Warn, "A policy stands twice", "One name of each is enough.", "Remove one of the two.", sourceScope)
		}
	}
	switch n := len(cfg.Policies); {
	case n == 0:
		out.say(field, "", Fail, "No policy is described", "The scope, or the requested context of SAML, is compared with the policies that were agreed.",
			"Enter the handles of the agreed policies.", sourceScope)
	case n > 1 && slices.Contains(cfg.UseCases, integration.Identity) && !slices.Contains(cfg.UseCases, integration.Group):
		out.say(field, "", Warn, "Several policies are described for an identity integration", "A request names one policy of identity.",
			"Ask your consultant which policy each request names, and record a run for each.", sourceScope)
	case len(out) == 0:
		out.say(field, "", Pass, "The agreed policies are described", "Each request is compared with them.", "", sourceScope)
	}
	return out
}

// checkAttributes judges what is read of a user: each attribute has a purpose.
func checkAttributes(cfg integration.Config) (out preflightList) {
	const field = "attributes"
	for _, a := range cfg.Attributes {
		if strings.TrimSpace(a.Purpose) == "" {
			out.say(field, a.Handle, Warn, "An attribute has no purpose", "What is received without a purpose is not to be asked for.",
				"Write what the attribute is used for, or have it taken out of the policy.", sourceTesting)
		}
		if a.Required && a.MayBeNullWhen != "" {
			out.say(field, a.Handle, Warn, "A required attribute may be missing", "It is described as required, and as missing under a condition.",
				"Describe what happens without it, and take the mark of required off.", sourceStandards)
		}
	}
	switch {
	case len(cfg.Attributes) == 0 && len(cfg.UseCases) > 0 && !slices.Equal(cfg.UseCases, []integration.UseCase{integration.Authentication}):
		out.say(field, "", Warn, "No attributes are described", "What is received cannot be compared with what was agreed.",
			"Enter each attribute that is read, with its purpose.", sourceTesting)
	case len(out) == 0 && len(cfg.Attributes) > 0:
		out.say(field, "", Pass, "Each attribute has a purpose", "What is received is compared with what was agreed.", "", sourceTesting)
	}
	return out
}

// checkSurroundings judges what stands around the sign-in: links, pages, people
// to test with.
func checkSurroundings(cfg integration.Config) (out preflightList) {
	for _, l := range []struct{ field, value, what string }{
		{"links.privacy", cfg.Links.Privacy, "privacy policy"}, {"links.terms", cfg.Links.Terms, "terms of service"},
	} {
		if l.value == "" {
			out.say(l.field, "", Warn, "No link to the "+l.what+" is described", "The consent screen shows it to each user.",
				"Enter the address of the "+l.what+".", sourceStandards)
		}
	}
	for _, p := range []struct{ field, value, what string }{
		{"pages.start", cfg.Pages.Start, "where a sign-in starts"}, {"pages.landing", cfg.Pages.Landing, "on which a user lands after it"},
		{"pages.denied", cfg.Pages.Denied, "after consent was declined"}, {"pages.error", cfg.Pages.Error, "after another error"},
	} {
		if p.value == "" {
			out.say(p.field, "", Warn, "The page "+p.what+" is not described", "Whether a user ended where the partner wanted it is judged by this page.",
				"Enter the path of the page.", sourceTesting)
		}
	}
	if len(cfg.TestUsers) == 0 {
		out.say("test_users", "", Fail, "No test user is described", "A scenario is walked as a test user; only the label is kept.",
			"Enter a label for each test user that you were given.", sourceTesting)
	}
	if len(out) == 0 {
		out.say("pages", "", Pass, "Links, pages and test users are described", "They are what a walk through the scenarios needs.", "", sourceTesting)
	}
	return out
}
