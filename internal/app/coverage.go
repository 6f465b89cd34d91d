package app

import (
	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/store"
)

// Coverage is what an integration's test runs show together: which documented
// refusals were met, which attributes came empty, and which came undeclared.
type Coverage struct {
	Paths   []analysis.ErrorPath
	Nulls   analysis.NullMatrix
	Minimal analysis.Minimization
}

// CoverageOf computes it from what is kept of sign-ins, by their runs.
func CoverageOf(cfg integration.Config, signIns []store.SignIn) Coverage {
	var runs []analysis.RunSignIns
	for _, s := range signIns {
		if n := len(runs); n == 0 || runs[n-1].Run != s.RunNumber {
			runs = append(runs, analysis.RunSignIns{Run: s.RunNumber, Scenario: s.Scenario, TestUser: s.TestUser})
		}
		r := &runs[len(runs)-1]
		r.SignIns = append(r.SignIns, s.Judged())
	}
	return Coverage{
		Paths: analysis.ErrorCoverage(cfg.Protocol, runs), Nulls: analysis.NullValues(cfg, runs), Minimal: analysis.MinimizeData(cfg, runs),
	}
}
