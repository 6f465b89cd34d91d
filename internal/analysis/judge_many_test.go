package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

// TestManySignIns judges runs of as many sign-ins as are judged, and of one more:
// each rule that judges sign-ins then says of the run that it left some out.
func TestManySignIns(t *testing.T) {
	t.Parallel()
	const most = 300
	perRun := map[string]bool{"CB-23": true, "TK-03": true, "TK-04": true} // they look at the run as a whole
	for _, n := range []int{most, most + 1} {
		var text strings.Builder
		for range n {
			text.WriteString("GET https://idp.example/authorize?{client} -> 302 https://rp.example/cb?error=access_denied\n" +
				"GET https://rp.example/cb?error=access_denied -> 200\n")
		}
		judged, left := map[string]int{}, map[string]int{}
		for _, f := range analysis.Judge(baseConfig(), parseRun(t, "many", text.String()), nil) {
			checkWhole(t, "many", f)
			switch {
			case f.Flow > most:
				t.Errorf("%s judges sign-in %d", f.Rule, f.Flow)
			case f.Flow > 0:
				judged[f.Rule]++
			case strings.Contains(f.Why, fmt.Sprintf("more than %d sign-ins", most)):
				left[f.Rule]++
			}
		}
		if len(judged) < 30 {
			t.Errorf("%d sign-ins: only %d rules judge them", n, len(judged))
		}
		for rule, got := range judged {
			if got != most {
				t.Errorf("%d sign-ins: %s judges %d", n, rule, got)
			}
			if want := n - most; left[rule] != want {
				t.Errorf("%d sign-ins: %s says %d times that it left some out, want %d", n, rule, left[rule], want)
			}
		}
		if want := n - most; left["CB-23"] != want { // a circle may be in those that were left out
			t.Errorf("%d sign-ins: CB-23 says %d times that some were left out, want %d", n, left["CB-23"], want)
		}
		for rule := range left {
			if perRun[rule] && judged[rule] > 0 {
				t.Errorf("%s looks at the run as a whole and judges sign-ins by themselves", rule)
			}
		}
	}
}
