package matrix_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/e2e/faults/matrix"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	found := []analysis.Finding{
		{Rule: "AR-02", Verdict: analysis.Fail}, {Rule: "AR-02", Verdict: analysis.Fail, Flow: 2},
		{Rule: "AR-08", Verdict: analysis.Warn}, {Rule: "CB-01", Verdict: analysis.Pass}, {Rule: "CB-03", Verdict: analysis.NotSeen},
	}
	for _, tc := range []struct {
		name string
		want []matrix.Expected
		wrong,
		text string
	}{
		{"all", []matrix.Expected{matrix.Warns("AR-08"), matrix.Fails("AR-02")}, "", "AR-02 fail, AR-08 warn"},
		{"one too many", []matrix.Expected{matrix.Fails("AR-02")}, "AR-08 warn was not expected", "WRONG"},
		{"one missing", []matrix.Expected{matrix.Fails("AR-02"), matrix.Warns("AR-08"), matrix.Fails("CB-01")}, "CB-01 fail is missing", "WRONG"},
		{"another verdict", []matrix.Expected{matrix.Fails("AR-02"), matrix.Fails("AR-08")}, "AR-08 fail is missing", "AR-08 warn was not expected"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var m matrix.Matrix
			m.Add(matrix.Case{Name: tc.name, Fault: "x", Expected: tc.want}, matrix.Compare(found, tc.want))
			if m.Right() != (tc.wrong == "") {
				t.Errorf("right is %v", m.Right())
			}
			text := written(t, &m)
			if !strings.Contains(text, tc.wrong) || !strings.Contains(text, tc.text) {
				t.Errorf("without %q or %q:\n%s", tc.wrong, tc.text, text)
			}
		})
	}
}

func TestNothingIsNotRight(t *testing.T) {
	t.Parallel()
	var m matrix.Matrix
	if m.Right() {
		t.Error("a matrix without cases is right")
	}
	o := matrix.Compare(nil, nil)
	o.Err = errors.New("the page never came")
	m.Add(matrix.Case{Name: "hangs"}, o)
	if m.Right() {
		t.Error("a case that could not be played is right")
	}
	if text := written(t, &m); !strings.Contains(text, "hangs: the page never came") {
		t.Errorf("the reason is not told:\n%s", text)
	}
}

func written(t *testing.T, m *matrix.Matrix) string {
	t.Helper()
	var b strings.Builder
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
