package analysis_test

import (
	"slices"
	"testing"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// TestRulesOfTheProtocol judges every fixture as if its integration used each
// protocol in turn: exactly the rules about that protocol speak, and what they
// say is whole. Of an integration without one, the sign-ins in the run decide.
func TestRulesOfTheProtocol(t *testing.T) {
	t.Parallel()
	tried := map[string]int{}
	for _, fx := range loadFixtures(t) {
		for _, c := range fx.cases {
			for _, protocol := range []integration.Protocol{"", integration.OAuth, integration.OIDC, integration.SAML2} {
				cfg := c.cfg
				cfg.Protocol = protocol
				spoken := protocolsOf(cfg, c.run)
				said := map[string]bool{}
				for _, f := range analysis.Judge(cfg, c.run, c.round) {
					checkWhole(t, fx.rule+" "+c.name, f)
					said[f.Rule] = true
				}
				for _, rule := range analysis.Catalogue() {
					about := slices.ContainsFunc(rule.Protocols, func(p analysis.Protocol) bool { return slices.Contains(spoken, p) })
					if about != said[rule.ID] {
						t.Errorf("%s, %s as %q: %s speaks: %v, want %v", fx.rule, c.name, protocol, rule.ID, said[rule.ID], about)
					}
				}
				tried[string(protocol)+string(spoken[0])]++
			}
		}
	}
	for _, way := range []string{"oauth", "saml", "oauthoauth", "oidcoauth", "samlsaml"} {
		if tried[way] < 20 {
			t.Errorf("only %d runs judged as %q", tried[way], way)
		}
	}
}

// TestBothProtocolsInOneRun judges a run of an integration that is not described,
// with a sign-in of each protocol: each rule speaks of those that it is about.
func TestBothProtocolsInOneRun(t *testing.T) {
	t.Parallel()
	run := parseRun(t, "both", `GET https://rp.example/login -> 302 https://idp.example/authorize?{client}&state=~state.A
GET https://idp.example/authorize?{client}&state=~state.A -> 302 https://rp.example/cb?code=~code.A&state=~state.A
GET https://rp.example/cb?code=~code.A&state=~state.A -> 200
GET https://rp.example/login -> 302 https://idp.example/sso?{authn A}
GET https://idp.example/sso?{authn A} -> 200
POST https://rp.example/acs -> 200
  form: {response B to A}
  facts: response
`)
	round := parseRun(t, "round", "capture c2\nGET https://idp.example/authorize?{client}&state=~state.B -> 200\nGET https://idp.example/sso?{authn C} -> 200\n")
	said := map[string][]int{}
	for _, f := range analysis.Judge(integration.Config{}, run, round) {
		said[f.Rule] = append(said[f.Rule], f.Flow)
	}
	for rule, want := range map[string][]int{"TR-01": {1, 2}, "CB-23": {0}, "AR-02": {1}, "AR-04": {1}, "SA-03": {2}, "SA-08": {0}} {
		if !slices.Equal(said[rule], want) {
			t.Errorf("%s speaks of %v, want %v", rule, said[rule], want)
		}
	}
}

// protocolsOf says which rules are to be heard.
func protocolsOf(cfg integration.Config, run []analysis.Input) []analysis.Protocol {
	switch cfg.Protocol {
	case integration.SAML2:
		return []analysis.Protocol{analysis.ProtocolSAML}
	case integration.OAuth, integration.OIDC:
		return []analysis.Protocol{analysis.ProtocolOAuth}
	}
	var spoken []analysis.Protocol
	for _, f := range analysis.Flows(cfg, run) {
		spoken = append(spoken, f.Protocol)
	}
	if len(spoken) == 0 {
		spoken = []analysis.Protocol{analysis.ProtocolOAuth, analysis.ProtocolSAML}
	}
	return spoken
}

// TestSAMLNeedsFactsAndForms takes facts and posted values away from runs in
// which a rule about SAML passes: what rests on them must then not pass.
func TestSAMLNeedsFactsAndForms(t *testing.T) {
	t.Parallel()
	restsOn := map[string][]string{
		"without facts":     {"SA-02", "SA-04", "SA-05", "SA-06", "SA-08"},
		"with hashed forms": {"SA-02", "SA-03", "SA-04", "SA-05", "SA-06", "SA-07"},
	}
	tried := 0
	for _, fx := range loadFixtures(t) {
		for _, c := range fx.cases {
			if c.verdict() != analysis.Pass {
				continue
			}
			less := poorer(c)
			for what, rules := range restsOn {
				if !slices.Contains(rules, fx.rule) {
					continue
				}
				tried++
				for _, f := range analysis.Judge(c.cfg, less[what], c.round) {
					if f.Rule == fx.rule && f.Verdict != analysis.NotSeen {
						t.Errorf("%s, %s, %s: says %s: %s", fx.rule, c.name, what, f.Verdict, f.Title)
					}
				}
			}
		}
	}
	if tried < 15 {
		t.Errorf("tried only %d poorer runs", tried)
	}
}
