package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// PreflightRuns is the part of the check that needs to know what was recorded:
// each test user that no recorded run was walked as. used are the labels of the
// runs that hold a capture.
func PreflightRuns(cfg integration.Config, used []string) []PreflightCheck {
	var out preflightList
	for _, user := range cfg.TestUsers {
		if !slices.Contains(used, user) {
			out.say("test_users", user, Warn, "No scenario was recorded as this test user",
				"Each test user stands for a case that users will bring, and ID.me asks that all of them are used.",
				"Record a scenario as this test user, or take the label out.", sourceTesting)
		}
	}
	if len(out) == 0 && len(cfg.TestUsers) > 0 {
		out.say("test_users", "", Pass, "A scenario was recorded as every test user", "Each stands for a case that users will bring.", "", sourceTesting)
	}
	return out
}
