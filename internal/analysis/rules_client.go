package analysis

import (
	"slices"
	"strings"
)

var clientRules = []row{
	{
		Rule: Rule{
			ID: "AR-18", Family: FamilyRequest, Severity: High,
			Title:   "The request names the registered client and lacks nothing",
			Needs:   []Need{NeedRequest, NeedIntegration},
			Decides: "Fails when the client_id is not the registered one, and when a request to the provider has only some of client_id, redirect_uri, response_type and scope, without client_id or response_type. Of a missing redirect URI or scope TR-06 and AR-14 speak.",
			Clause:  "RFC 6749, 3.1.1 and 4.1.1; ID.me, error codes",
		},
		judge:  judgeClient,
		beside: judgePartialRequest,
	},
}

func judgeClient(c *court, f *flow) ruling {
	registered := c.run.cfg.Client.ID
	at := refs("client_id", f.authorize)
	sent := f.authorize.value("client_id")
	lacks := ""
	switch {
	case f.authorize.value("redirect_uri") == "":
		lacks = "The request names no redirect URI; see TR-06."
	case len(scopeWords(f.authorize)) == 0:
		lacks = "The request has no scope; see AR-14."
	}
	switch {
	case registered == "":
		return unseen("The integration names no client to compare with. Enter the registered client_id in the description.", at...)
	case hidden(sent):
		return unseen("The client_id was dropped from the transcript. Redact the capture again with the integration.", at...)
	case sent != registered:
		return fails("The request names another client", registered, sent, at).
			because(CauseConfiguration, "The integration registers "+registered+"; the request sent "+sent+". Either the relying party has the settings of another environment, or the description is wrong.",
				"Put the registered client_id into the relying party's settings, or correct the description.")
	case lacks != "":
		return unseen(lacks, at...)
	}
	return passes("The request names the registered client and lacks nothing", registered, "client_id, redirect_uri, response_type and scope", at)
}

// judgePartialRequest finds what was meant for an authorization request and lacks
// what makes it one, so that no sign-in begins with it; nil where there is none.
func judgePartialRequest(c *court) *ruling {
	cfg := c.run.cfg
	for _, s := range c.run.steps {
		if !s.main || s.role != RoleProvider || s.e.Request.Method != "GET" && s.e.Request.Method != "POST" || asksToSignIn(s) {
			continue
		}
		if s.prev != nil && s.prev.role == RoleProvider {
			continue // the provider leads on to itself with what it likes
		}
		var has, lacks []string
		for _, name := range []string{"client_id", "redirect_uri", "response_type"} {
			if s.value(name) != "" {
				has = append(has, name)
			} else {
				lacks = append(lacks, name)
			}
		}
		if len(scopeWords(s)) > 0 {
			has = append(has, "scope")
		} else {
			lacks = append(lacks, "scope")
		}
		mine := cfg.Client.ID != "" && s.value("client_id") == cfg.Client.ID || slices.Contains(cfg.RedirectURIs, s.value("redirect_uri"))
		if !mine || len(has) < 2 || s.value("response_type") == "" && len(scopeWords(s)) == 0 { // signing out names a client and an address too
			continue
		}
		r := fails("A request to the provider lacks what it must have", "client_id, redirect_uri, response_type and scope", "no "+strings.Join(lacks, ", no "), refs("", s)).
			because(CausePartnerCode, "The request to "+s.at.host+s.at.path+" has "+strings.Join(has, ", ")+" and lacks "+strings.Join(lacks, ", ")+", so the provider answers invalid_request.",
				"Send client_id, redirect_uri, response_type and scope with every authorization request.")
		return &r
	}
	return nil
}
