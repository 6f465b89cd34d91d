package analysis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

// TestManySubjects judges answers that name thousands of users which do not
// compare: the time must not grow with their product.
func TestManySubjects(t *testing.T) {
	t.Parallel()
	inputs := func(id string) []analysis.Input {
		var text strings.Builder
		fmt.Fprintf(&text, "capture %s user=licence\nGET https://idp.example/authorize?{client}&state=~state.A -> 302 https://rp.example/cb?code=~code.A&state=~state.A\n"+
			"GET https://rp.example/cb?code=~code.A&state=~state.A -> 200\ncapture %sb kind=back_channel user=licence\n", id, id)
		for n := range 300 {
			var list []string
			for i := range 50 {
				list = append(list, fmt.Sprintf(`{"handle":"uuid","value":"~sub#%d"}`, 50*n+i+1))
			}
			text.WriteString("GET https://idp.example/api/public/v3/attributes.json -> 200\n  type: unknown\n  json: {\"attributes\":[" + strings.Join(list, ",") + "]}\n")
		}
		return parseRun(t, "many", text.String())
	}
	began := time.Now()
	for _, f := range analysis.Judge(baseConfig(), inputs("c"), inputs("d")) {
		if f.Rule == "DA-05" && f.Verdict != analysis.NotSeen {
			t.Errorf("ordinals of two captures compare: %s", f.Actual)
		}
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}
