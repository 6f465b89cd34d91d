package analysis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

func found(rule string, flow int, verdict analysis.Verdict, actual string) analysis.Finding {
	return analysis.Finding{Rule: rule, Flow: flow, Verdict: verdict, Title: rule, Actual: actual}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	before := []analysis.Finding{
		found("AR-02", 1, analysis.Pass, "~state.AAAAAAAAAAAAAAAA"), found("AR-08", 1, analysis.Fail, "none"), found("CB-01", 1, analysis.Fail, "~state.AAAAAAAAAAAAAAAA"),
		found("CB-01", 2, analysis.NotSeen, ""), found("ER-04", 1, analysis.Warn, "code"), found("ER-05", 1, analysis.Pass, "a link"), found("TR-01", 2, analysis.Warn, "http"),
	}
	after := []analysis.Finding{
		found("AR-02", 1, analysis.Pass, "~state.BBBBBBBBBBBBBBBB"), found("AR-08", 1, analysis.Pass, "~pkce.AAAAAAAAAAAAAAAA"), found("CB-01", 1, analysis.Fail, "~state.BBBBBBBBBBBBBBBB"),
		found("CB-01", 2, analysis.Pass, ""), found("ER-04", 1, analysis.Fail, "code"), found("ER-05", 1, analysis.Fail, "nothing"), found("ER-02", 1, analysis.Warn, "status 500"),
	}
	var got []string
	for _, c := range analysis.Compare(before, after) {
		line := string(c.Kind)
		for _, f := range []*analysis.Finding{c.Before, c.After} {
			if f == nil {
				line += " -"
				continue
			}
			line += fmt.Sprintf(" %s/%d:%s", f.Rule, f.Flow, f.Verdict)
		}
		got = append(got, line)
	}
	want := []string{
		"appeared ER-05/1:pass ER-05/1:fail", "appeared - ER-02/1:warn",
		"went AR-08/1:fail AR-08/1:pass",
		"changed ER-04/1:warn ER-04/1:fail", "changed TR-01/2:warn -", "changed CB-01/2:not_seen CB-01/2:pass",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if same := analysis.Compare(before, before); len(same) > 0 {
		t.Errorf("a run differs from itself in %d answers", len(same))
	}
}

// Two answers of a rule about one sign-in are compared in their order.
func TestCompareSeveralAnswersOfARule(t *testing.T) {
	t.Parallel()
	before := []analysis.Finding{found("TR-01", 1, analysis.Fail, "a"), found("TR-01", 1, analysis.Fail, "b")}
	got := analysis.Compare(before, before[:1])
	if len(got) != 1 || got[0].Kind != analysis.ChangeChanged || got[0].Before.Actual != "b" {
		t.Errorf("%+v", got)
	}
}

// A run with one more sign-in than before shows no problem twice.
func TestCompareAlignsSignIns(t *testing.T) {
	t.Parallel()
	right := func(flow int) []analysis.Finding {
		return []analysis.Finding{found("AR-02", flow, analysis.Pass, "~state.AAAAAAAAAAAAAAAA"), found("ER-05", flow, analysis.NotSeen, ""), found("TR-01", flow, analysis.Pass, "https")}
	}
	faulty := func(flow int) []analysis.Finding {
		return []analysis.Finding{found("AR-02", flow, analysis.Fail, "none"), found("ER-05", flow, analysis.Warn, "nothing"), found("TR-01", flow, analysis.Pass, "https")}
	}
	for name, tc := range map[string]struct {
		before, after []analysis.Finding
		want          int // changes
	}{
		"the same":                 {slices.Concat(right(1), faulty(2)), slices.Concat(right(1), faulty(2)), 0},
		"one more before it":       {faulty(1), slices.Concat(right(1), faulty(2)), 3},
		"one more behind it":       {faulty(1), slices.Concat(faulty(1), right(2)), 3},
		"the first one is gone":    {slices.Concat(right(1), faulty(2)), faulty(1), 3},
		"mended":                   {faulty(1), right(1), 2},
		"mended, and one more":     {slices.Concat(right(1), faulty(2)), slices.Concat(right(1), right(2), right(3)), 5},
		"numbers that begin later": {right(1), right(4), 0},
	} {
		got := analysis.Compare(tc.before, tc.after)
		if len(got) != tc.want {
			t.Errorf("%s: %d changes, want %d: %+v", name, len(got), tc.want, got)
		}
		for _, c := range got {
			if c.Kind == analysis.ChangeAppeared && name != "the same" {
				t.Errorf("%s: a problem is shown as new: %+v", name, c.After)
			}
		}
	}
}

func TestPairHops(t *testing.T) {
	t.Parallel()
	lines := func(text string) (out []analysis.HopLine) {
		for _, word := range strings.Fields(text) {
			url, status, _ := strings.Cut(word, "=")
			h := analysis.HopLine{Method: "GET", URL: url}
			_, _ = fmt.Sscan(status, &h.Status)
			out = append(out, h)
		}
		return out
	}
	for _, tc := range []struct{ before, after, want string }{
		{"", "", ""},
		{"a=200", "a=200", "= a"},
		{"a=302 b=302 c=200", "a=302 c=200", "= a, < b, = c"},
		{"a=302 c=200", "a=302 b=302 c=500", "= a, > b, ! c"},
		{"a=1 b=1", "c=1 d=1", "< a, < b, > c, > d"},
		{"a=1 b=1 a=1", "b=1 a=1", "< a, = b, = a"},
	} {
		pairs, more := analysis.PairHops(lines(tc.before), lines(tc.after))
		var got []string
		for _, p := range pairs {
			switch {
			case p.Same():
				got = append(got, "= "+p.Before.URL)
			case p.After == nil:
				got = append(got, "< "+p.Before.URL)
			case p.Before == nil:
				got = append(got, "> "+p.After.URL)
			default:
				got = append(got, "! "+p.After.URL)
			}
		}
		if line := strings.Join(got, ", "); line != tc.want || more {
			t.Errorf("%s beside %s: %s, want %s", tc.before, tc.after, line, tc.want)
		}
	}
}

// The hops that are compared are bounded, at the limit and one over.
func TestPairHopsIsBounded(t *testing.T) {
	t.Parallel()
	hops := make([]analysis.HopLine, 1001)
	if pairs, more := analysis.PairHops(hops[:1000], hops[:3]); more || len(pairs) != 1000 {
		t.Errorf("at the limit: %d pairs, more is %v", len(pairs), more)
	}
	if pairs, more := analysis.PairHops(hops[:3], hops); !more || len(pairs) != 1000 {
		t.Errorf("over the limit: %d pairs, more is %v", len(pairs), more)
	}
}

// What appeared is told with the worst first, whatever the order of the rules.
func TestCompareTellsTheWorstFirst(t *testing.T) {
	t.Parallel()
	var after []analysis.Finding
	for _, f := range []struct {
		verdict  analysis.Verdict
		severity analysis.Severity
	}{{analysis.Warn, analysis.Critical}, {analysis.Fail, analysis.Low}, {analysis.Fail, analysis.Critical}, {analysis.Fail, analysis.High}, {analysis.Fail, analysis.Medium}} {
		is := found("AR-0"+fmt.Sprint(len(after)), 1, f.verdict, "")
		is.Severity = f.severity
		after = append(after, is)
	}
	var got []string
	for _, c := range analysis.Compare(nil, after) {
		got = append(got, string(c.After.Verdict)+" "+string(c.After.Severity))
	}
	want := []string{"fail critical", "fail high", "fail medium", "fail low", "warn critical"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}
