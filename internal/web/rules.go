package web

import (
	"net/http"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
	view "github.com/proofwalk/proofwalk/views/run"
)

var ruleProtocols = map[analysis.Protocol]string{analysis.ProtocolOAuth: "OAuth", analysis.ProtocolSAML: "SAML"}

// showRules shows the rule catalogue, to which every rule's id leads.
func showRules(r *request) error {
	catalogue := analysis.Catalogue()
	m := view.RulesModel{Shell: r.shell("Rules", pathRules), RuleSet: analysis.RuleSet, Count: len(catalogue)}
	at := map[analysis.Family]int{}
	for _, rule := range catalogue {
		n, known := at[rule.Family]
		if !known {
			n = len(m.Families)
			at[rule.Family] = n
			m.Families = append(m.Families, view.RuleFamily{Title: rule.Family.Title()})
		}
		line := view.RuleLine{ID: rule.ID, Title: rule.Title, Severity: string(rule.Severity), Decides: rule.Decides, Clause: rule.Clause}
		var needs, of []string
		for _, need := range rule.Needs {
			needs = append(needs, string(need))
		}
		for _, p := range rule.Protocols {
			of = append(of, ruleProtocols[p])
		}
		line.Needs, line.Of = strings.Join(needs, ", "), strings.Join(of, " and ")
		m.Families[n].Rules = append(m.Families[n].Rules, line)
	}
	return r.render(http.StatusOK, view.Rules(m))
}
