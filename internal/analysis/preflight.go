package analysis

import (
	"strconv"
	"strings"
	"time"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// PreflightCheck is what can be said about one field of an integration before
// any run.
type PreflightCheck struct {
	// Field is the name in integration.yaml, such as redirect_uris.
	Field string `json:"field"`
	// Subject is the value it is about, one of the field's; empty for the field as a whole.
	Subject string  `json:"subject,omitempty"`
	Verdict Verdict `json:"verdict"` // pass, fail or warn
	Title   string  `json:"title"`   // a sentence that says what is so
	Reason  string  `json:"reason"`  // the rule behind it
	// Cure is one sentence that starts with a verb; empty on pass.
	Cure   string `json:"cure,omitempty"`
	Source Source `json:"source"`
}

// Source is where a rule of the pre-flight check is written down.
type Source struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

var (
	sourceRedirectURIs = Source{"ID.me, redirect URIs", "https://docs.id.me/integrations/configurations/applications/redirect-ur-is"}
	sourceFAQ          = Source{"ID.me, FAQ", "https://developer.id.me/faq"}
	sourceHosts        = Source{"ID.me, environments", "https://docs.id.me/guides/open-id-connect/configuration"}
	sourceRedirectURI  = Source{"RFC 6749, 3.1.2", "https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2"}
	sourceTLS          = Source{"RFC 9700, 2.6", "https://www.rfc-editor.org/rfc/rfc9700#section-2.6"}
	sourceNativeApps   = Source{"RFC 8252, 7.1", "https://www.rfc-editor.org/rfc/rfc8252#section-7.1"}
	sourceCounter      = Source{"RFC 9700, 4.1", "https://www.rfc-editor.org/rfc/rfc9700#section-4.1"}
)

const (
	fieldRedirectURIs = "redirect_uris"
	fieldExpectedHost = "expected_api_host"
)

// maxRedirectURI is the longest address that the provider is known to store.
const maxRedirectURI = 255

// Preflight judges an integration before any run: each field and what fields say
// together, with reason and source. now is when it is judged, for what ends. The
// order is that of the fields and their values.
func Preflight(cfg integration.Config, now time.Time) []PreflightCheck {
	var out []PreflightCheck
	if cfg.Protocol != integration.SAML2 {
		if len(cfg.RedirectURIs) == 0 {
			out = append(out, PreflightCheck{
				Field: fieldRedirectURIs, Verdict: Fail, Title: "No redirect URI is described",
				Reason: "The provider sends users only to addresses that are registered.",
				Cure:   "Enter every redirect URI that is registered for the client.", Source: sourceRedirectURIs,
			})
		}
		for i, uri := range cfg.RedirectURIs {
			out = append(out, checkRedirectURI(cfg, i, uri)...)
		}
	}
	out = append(out, checkExpectedHost(cfg))
	if cfg.Protocol == integration.SAML2 {
		out = append(out, checkSAML(cfg, now)...)
	} else {
		out = append(out, checkClient(cfg)...)
	}
	out = append(out, checkPolicies(cfg)...)
	out = append(out, checkAttributes(cfg)...)
	return append(out, checkSurroundings(cfg)...)
}

// checkRedirectURI gives every fault of one address, or one pass.
func checkRedirectURI(cfg integration.Config, i int, uri string) []PreflightCheck {
	var out []PreflightCheck
	say := func(v Verdict, title, reason, cure string, source Source) {
		out = append(out, PreflightCheck{fieldRedirectURIs, uri, v, title, reason, cure, source})
	}
	at := parseAddress(uri, address{})
	if at.scheme == "" || at.host == "" {
		say(Fail, "The redirect URI is no absolute address", "A redirect URI is compared as a whole, so it begins with its scheme and host.",
			"Write the whole address, from https:// on.", sourceRedirectURI)
		return out
	}
	if strings.Contains(uri, "*") {
		say(Fail, "The redirect URI has a wildcard", "The provider compares addresses as they stand and takes no *.",
			"Register each address by itself.", sourceFAQ)
	}
	if strings.Contains(uri, "#") {
		say(Fail, "The redirect URI has a fragment", "A fragment never reaches the server, and the provider takes no #.",
			"Leave out the part from # on.", sourceRedirectURI)
	}
	if strings.Contains(uri, "?") {
		say(Warn, "The redirect URI has a query", "The provider asks for static addresses without parameters; the answer is added to them.",
			"Move the parameters into the session that the state belongs to.", sourceFAQ)
	}
	if strings.Contains(at.host, "@") {
		say(Fail, "The redirect URI holds a user name", "A name before the host can make an address look like another one.",
			"Leave out the part before @.", sourceCounter)
	}
	if n := len(uri); n > maxRedirectURI {
		say(Warn, "The redirect URI is long", "Addresses of more than "+strconv.Itoa(maxRedirectURI)+" characters are known to be refused; this one has "+strconv.Itoa(n)+".",
			"Shorten the path.", sourceRedirectURIs)
	}
	for _, before := range cfg.RedirectURIs[:i] {
		if before == uri {
			say(Warn, "The redirect URI stands twice", "Few addresses are easier to keep right than many.", "Remove one of the two.", sourceFAQ)
			break
		}
	}
	out = append(out, checkRedirectHost(cfg, uri, at)...)
	if len(out) == 0 {
		say(Pass, "The redirect URI is static and clean", "It is absolute, with a scheme that is taken, and without wildcard, fragment or query.", "", sourceRedirectURIs)
	}
	return out
}

// checkRedirectHost judges scheme and host of one address.
func checkRedirectHost(cfg integration.Config, uri string, at address) []PreflightCheck {
	one := func(v Verdict, title, reason, cure string, source Source) []PreflightCheck {
		return []PreflightCheck{{fieldRedirectURIs, uri, v, title, reason, cure, source}}
	}
	if at.scheme != "https" && at.scheme != "http" {
		if cfg.Client.Type != integration.PublicClient {
			return one(Warn, "The redirect URI has a scheme of its own", "Only an installed app can answer for such a scheme, and an installed app is a public client.",
				"Describe the client as public, or register an https address.", sourceNativeApps)
		}
		return nil
	}
	name := at.hostname()
	local := at.loopback() || at.numeric() || tunnel(name)
	switch {
	case at.scheme == "http" && !at.loopback():
		return one(Fail, "The redirect URI uses http", "The code would travel in clear.", "Register an https address.", sourceTLS)
	case local && cfg.Environment == integration.Production:
		return one(Fail, "The redirect URI leads to one machine", "Production takes public host names only.",
			"Register an address with a public host name.", sourceFAQ)
	case local:
		return one(Warn, "The redirect URI leads to one machine", "localhost, IP addresses and tunnels are taken in the sandbox only, and only after the consultant has entered them.",
			"Ask your consultant to allow the address, or use a public test host.", sourceFAQ)
	}
	return nil
}

// tunnel tells whether a host is one of the well-known ways to a developer's machine.
func tunnel(name string) bool {
	for _, suffix := range []string{".ngrok.io", ".ngrok.app", ".ngrok.dev", ".ngrok-free.app", ".ngrok-free.dev"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// apiHosts are ID.me's own hosts for signing in, by environment.
var apiHosts = map[string]integration.Environment{
	"api.idmelabs.com": integration.Sandbox,
	"api.id.me":        integration.Production,
	"groups.id.me":     integration.Production,
}

func checkExpectedHost(cfg integration.Config) PreflightCheck {
	host := strings.ToLower(strings.TrimSpace(cfg.ExpectedAPIHost))
	say := func(v Verdict, title, reason, cure string) PreflightCheck {
		return PreflightCheck{fieldExpectedHost, host, v, title, reason, cure, sourceHosts}
	}
	known, isAPI := apiHosts[host]
	belongs := environmentOf(host)
	group := len(cfg.UseCases) > 0
	for _, u := range cfg.UseCases {
		group = group && u == integration.Group
	}
	switch {
	case host == "":
		return say(Fail, "No expected host is described", "The host says which environment is tested; every request is compared with it.",
			"Enter the host to which the authorization request goes, such as api.idmelabs.com.")
	case strings.ContainsAny(host, "/?#@ "):
		return say(Fail, "The expected host is more than a host", "Requests are compared by host and port.", "Enter the host alone, without scheme and path.")
	case containsFold(cfg.Hosts.Own, host):
		return say(Fail, "The expected host is one of the partner's own", "The host of the provider is meant, to which the authorization request goes.",
			"Enter the provider's host, or take this one out of the partner's hosts.")
	case belongs == "":
		return say(Pass, "The expected host is a plain host of another provider", "Requests are compared with it; rules about ID.me's environments have nothing to compare with.", "")
	case !isAPI:
		return say(Warn, "The expected host is not one to which sign-ins go", "ID.me takes authorization requests at api.idmelabs.com and api.id.me.",
			"Enter the host of the authorization request.")
	case cfg.Environment == integration.Production && known == integration.Sandbox:
		return say(Fail, "The expected host belongs to the sandbox", "The integration is described for production, and sandbox clients do not work there.",
			"Enter api.id.me, or describe the environment as sandbox.")
	case cfg.Environment == integration.Sandbox && known == integration.Production && !group:
		return say(Warn, "The expected host belongs to production", "Only applications for groups are tested at this host; identity and authentication have a sandbox of their own.",
			"Enter api.idmelabs.com, or have your consultant confirm the host.")
	case cfg.Environment == integration.Sandbox && known == integration.Production:
		return say(Pass, "The expected host is shared with production", "Applications for groups are tested at the production host with test users.", "")
	}
	return say(Pass, "The expected host fits the environment", "It is ID.me's host for "+string(belongs)+".", "")
}
