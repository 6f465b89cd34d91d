package analysis_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

// A round that is judged at once says of each run what the run says beside the others.
func TestARoundIsJudgedLikeItsRuns(t *testing.T) {
	t.Parallel()
	signIn := func(id, query string) []analysis.Input {
		return parseRun(t, id, "capture "+id+"\n"+
			"GET https://idp.example/authorize?{client}&"+query+" -> 302 https://rp.example/cb?code=~code."+id+"\n"+
			"GET https://rp.example/cb?code=~code."+id+" -> 200\n")
	}
	a, b := signIn("one", "state=~state.aaaaaaaaaaaaaaaa&nonce=~nonce.aaaaaaaaaaaaaaaa"), signIn("two", "state=~state.aaaaaaaaaaaaaaaa&nonce=~nonce.bbbbbbbbbbbbbbbb")
	two := append(signIn("three", "state=~state.cccccccccccccccc"), signIn("four", "nonce=~nonce.cccccccccccccccc")...)
	runs := [][]analysis.Input{a, b, two}
	fails := 0
	for n, got := range analysis.JudgeRound(baseConfig(), runs) {
		others := slices.Concat(slices.Delete(slices.Clone(runs), n, n+1)...)
		if diff := cmp.Diff(analysis.JudgeRun(baseConfig(), runs[n], others), got); diff != "" {
			t.Errorf("run %d (-by itself +in the round):\n%s", n+1, diff)
		}
		for _, f := range got.Findings {
			if f.Rule == "AR-04" && f.Verdict == analysis.Fail {
				fails++
			}
		}
	}
	if fails != 2 {
		t.Errorf("AR-04 fails %d times, want in both runs that send one state", fails)
	}
}
