package analysis_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

func TestPreflightNamesTestUsersWithoutARun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ users, used, want []string }{
		"none described": {nil, []string{"veteran"}, nil},
		"none used":      {[]string{"veteran", "nurse"}, nil, []string{"warn veteran", "warn nurse"}},
		"one used":       {[]string{"veteran", "nurse"}, []string{"veteran", "veteran"}, []string{"warn nurse"}},
		"all used":       {[]string{"veteran"}, []string{"gone since", "veteran"}, []string{"pass "}},
	} {
		var got []string
		for _, c := range analysis.PreflightRuns(integration.Config{TestUsers: tt.users}, tt.used) {
			got = append(got, string(c.Verdict)+" "+c.Subject)
			if c.Field != "test_users" || !sentence(c.Reason) || (c.Verdict == analysis.Pass) != (c.Cure == "") || c.Cure != "" && !sentence(c.Cure) {
				t.Errorf("%s: %+v", name, c)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
