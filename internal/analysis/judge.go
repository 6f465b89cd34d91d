package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// noFlow is the reason of every rule where a run holds no sign-in.
const noFlow = "No sign-in of this integration was found in the run: no request carries its client_id or redirect URI together with a response_type. Record the run from the page with the sign-in button on."

// noOAuth is the reason of every rule for a SAML integration.
const noOAuth = "The rule judges OAuth and OpenID Connect sign-ins; the integration is described as SAML."

// Judge applies every rule of the catalogue to one test run. The result holds at
// least one finding per rule, in the order of the catalogue and, within a rule,
// of the sign-ins. round is the other captures of the same round, for the rules
// that compare sign-ins; captures that are also in run are left out of it.
// Equal input gives equal findings.
func Judge(cfg integration.Config, run, round []Input) []Finding {
	c := &court{run: newRun(cfg, run), sent: map[string]*tally{}}
	own := map[string]bool{}
	for _, in := range run {
		own[in.ID] = true
	}
	for _, in := range round {
		if !own[in.ID] {
			c.others = append(c.others, newRun(cfg, []Input{in}).flows...)
		}
	}
	redactedBy := map[string]string{}
	for _, in := range run {
		redactedBy[in.ID] = in.RedactedBy
	}
	var out []Finding
	for _, row := range catalogue {
		for _, a := range c.hear(row) {
			out = append(out, a.ruling.finding(row.Rule, a.flow, row.facts && anyPartnerSide(a.ruling.refs, redactedBy)))
		}
	}
	return out
}

// court is what the rules may look at.
type court struct {
	run    *run
	others []*flow // of the round's other captures
	known  *loads  // nil until a rule asks
	sent   map[string]*tally
}

// loads gives the loads of redirect URIs in the run.
func (c *court) loads() *loads {
	if c.known == nil {
		c.known = loadsOf(c.run)
	}
	return c.known
}

// tally counts the values of a parameter over the sign-ins of the round.
func (c *court) tally(param string) *tally {
	if c.sent[param] == nil {
		c.sent[param] = tallyOf(param, slices.Concat(c.run.flows, c.others))
	}
	return c.sent[param]
}

type answer struct {
	flow   int
	ruling ruling
}

// hear asks one rule about everything it judges.
func (c *court) hear(row row) []answer {
	if len(c.run.flows) == 0 && c.run.cfg.Protocol == integration.SAML2 {
		return []answer{{0, unseen(noOAuth)}}
	}
	if len(c.run.flows) == 0 {
		return []answer{{0, unseen(noFlow)}}
	}
	if row.judgeRun != nil {
		return []answer{{0, row.judgeRun(c)}}
	}
	var out []answer
	for _, f := range c.run.flows {
		if row.refusals && f.outcome() != OutcomeError {
			continue
		}
		out = append(out, answer{f.number, row.judge(c, f)})
	}
	if len(out) == 0 {
		return []answer{{0, unseen(noRefusal)}}
	}
	return out
}

// noRefusal is the reason of every rule about refusals where a run holds none.
const noRefusal = "No sign-in of this run ended with an error. Run the scenario in which the user declines consent and record it until the last page has loaded."

func anyPartnerSide(refs []Ref, redactedBy map[string]string) bool {
	for _, ref := range refs {
		if redactedBy[ref.Capture] != ByServer {
			return true
		}
	}
	return false
}
