package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// TestManyNames: what an answer or a callback brings may have thousands of names;
// a finding names a few.
func TestManyNames(t *testing.T) {
	t.Parallel()
	cfg := baseConfig()
	cfg.Attributes = []integration.Attribute{{Handle: "fname", Purpose: "greeting"}}
	var params, members strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&params, "&~name%%23%d=~str", i+1)
		fmt.Fprintf(&members, `"~name#%d":"~str",`, i+1)
	}
	run := parseRun(t, "names", "capture c1 integration=this\nGET https://idp.example/authorize?{client}&state=~state.A -> 302 https://rp.example/cb?code=~code.A&state=~state.A"+params.String()+"\n"+
		"GET https://rp.example/cb?code=~code.A&state=~state.A"+params.String()+" -> 200\n"+
		"capture b1 kind=back_channel\nPOST https://idp.example/token -> 200\n  form: grant_type=authorization_code&code=~code.A\n  json: {\"access_token\":\"~token.T\"}\n"+
		"GET https://idp.example/userinfo -> 200\n  header: Authorization: Bearer ~token.T\n  json: {"+members.String()+"\"fname\":\"~pii\"}\n")
	for i := range run {
		run[i].T.Meta.IntegrationDigest = integration.Digest(cfg)
	}
	judged := 0
	for _, f := range analysis.Judge(cfg, run, nil) {
		if len(f.Actual) > 500 {
			t.Errorf("%s: what it found has %d characters", f.Rule, len(f.Actual))
		}
		if strings.Contains(f.Actual, " more") && (f.Rule == "DA-04" && f.Verdict == analysis.Fail || f.Rule == "CB-26" && f.Verdict == analysis.Warn) {
			judged++
		}
	}
	if judged != 2 {
		t.Errorf("%d rules name a few of many", judged)
	}
}
