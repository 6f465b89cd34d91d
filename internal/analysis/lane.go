package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// lanes knows which host is whose: by the integration, else by what the
// redactor knew, else, without an integration, by who asks whom to sign in.
type lanes struct {
	registered integration.Registered
	inferred   map[string]Role // by host; empty with an integration
}

func lanesOf(cfg integration.Config, steps []*step) lanes {
	l := lanes{registered: integration.RegisteredValues(cfg), inferred: map[string]Role{}}
	if cfg.ExpectedAPIHost != "" || len(cfg.RedirectURIs) > 0 || len(cfg.Hosts.Own) > 0 || len(cfg.SAML.ACSURLs) > 0 {
		return l
	}
	for _, s := range steps {
		switch {
		case !s.main:
		case asksToSignIn(s):
			l.inferred[parseAddress(s.value("redirect_uri"), address{}).host] = RolePartner
			l.inferred[s.at.host] = RoleProvider
		case asksByMessage(s):
			l.infer(s.value("saml.acs_url"), RolePartner)
			l.infer(s.at.String(), RoleProvider)
		case carriesResponse(s):
			l.infer(s.at.String(), RolePartner)
			l.infer(s.value("saml.issuer"), RoleProvider)
		}
	}
	return l
}

// infer notes whose a host is unless something before said it.
func (l lanes) infer(at string, role Role) {
	host := parseAddress(at, address{}).host
	if _, known := l.inferred[host]; !known && host != "" {
		l.inferred[host] = role
	}
}

func (l lanes) roleOf(s *step) Role {
	return l.roleOfHost(s.at.scheme, s.at.host, s.e.Facts.Code(transcript.FactHostRole))
}

// roleOfHost does so for a host; fact is what the redactor knew of it.
func (l lanes) roleOfHost(scheme, host, fact string) Role {
	switch role := l.registered.Host(scheme, host).Role; role {
	case integration.HostPartner, integration.HostProvider, integration.HostThirdParty:
		return Role(role)
	}
	if role, found := l.inferred[host]; found {
		return role
	}
	switch role := Role(fact); role {
	case RolePartner, RoleProvider:
		return role
	}
	return RoleThirdParty
}

// pageNames are the names of declared pages, by role.
var pageNames = map[string]string{
	"start": "start page", "landing": "landing page", "denied": "denied page", "error": "error page", "logout": "logout page",
}

// pageName gives the partner's name for a page. A path that is declared for
// several pages is named by what the sign-in had answered.
func (r *run) pageName(s *step, answer string) string {
	if s.role != RolePartner {
		return ""
	}
	roles := r.lanes.registered.Page(s.at.scheme, s.at.host, s.at.path)
	if fact := s.e.Facts.Code(transcript.FactPage); len(roles) == 0 && fact != "" {
		roles = []string{fact}
	}
	likely := "landing"
	switch answer {
	case "", "code":
	case "access_denied":
		likely = "denied"
	default:
		likely = "error"
	}
	if slices.Contains(roles, likely) {
		return pageNames[likely]
	}
	if len(roles) == 0 {
		return ""
	}
	return pageNames[roles[0]]
}

// providerHosts knows the hosts of ID.me without any integration.
var providerHosts = integration.RegisteredValues(integration.Config{})

// environmentOf gives the environment to which a host of ID.me belongs, empty
// for any other host. Applications for groups may be tested on the production
// host, so this alone decides nothing; see TR-04.
func environmentOf(host string) integration.Environment {
	return providerHosts.Host("https", host).Env
}
