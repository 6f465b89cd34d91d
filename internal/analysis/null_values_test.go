package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

func TestMethodOfARun(t *testing.T) {
	t.Parallel()
	methods := []string{"driver_licence", "Passport", "passport card", "self attested"}
	for _, tc := range []struct{ scenario, label, want string }{
		{"happy-path", "driver-licence", "driver_licence"},
		{"happy-path", "user 2, driver's license", "driver_licence"},
		{"happy-path", "passport", "Passport"},
		{"happy-path", "passport-card-3", "passport card"},
		{"passport-without-address", "driver-licence", "Passport"},
		{"happy-path", "standard-user", ""},
		{"happy-path", "", ""},
		{"happy-path", "licence", ""},
	} {
		if got := analysis.MethodOf(methods, tc.scenario, tc.label); got != tc.want {
			t.Errorf("%s by %q: %q, want %q", tc.scenario, tc.label, got, tc.want)
		}
	}
	if got := analysis.MethodOf([]string{"driver_licence"}, "passport-without-address", "driver-licence"); got != "" {
		t.Errorf("a passport that is not declared counts as %q", got)
	}
	if got := analysis.MethodOf([]string{"passport one", "passport two"}, "", "passport one two"); got != "" {
		t.Errorf("a label that names two methods counts as %q", got)
	}
}

// brought is a completed sign-in that received the handles; those with a question
// mark came empty.
func brought(finalStatus int, handles ...string) analysis.SignIn {
	s := analysis.SignIn{Number: 1, Outcome: analysis.OutcomeCode, FinalStatus: finalStatus,
		Received: analysis.SignInAttributes{Flow: 1, Known: true, Policies: []string{"identity"}}}
	if finalStatus != 0 {
		s.Final = &analysis.Ref{Capture: "c1", Entry: 4}
	}
	for i, h := range handles {
		name, empty := strings.CutSuffix(h, "?")
		s.Received.Attributes = append(s.Received.Attributes, analysis.ReceivedAttribute{Handle: name, Empty: empty, At: analysis.Ref{Capture: "b1", Entry: i}})
	}
	return s
}

// dark is a completed sign-in of which the run does not show what it received.
func dark() analysis.SignIn {
	s := brought(200)
	s.Received.Known, s.Received.Why = false, "No call for the user's data is in the run."
	return s
}

func runOf(n int, label string, signIns ...analysis.SignIn) analysis.RunSignIns {
	return analysis.RunSignIns{Run: n, Scenario: "happy-path", TestUser: label, SignIns: signIns}
}

func nullConfig() integration.Config {
	cfg := baseConfig()
	cfg.VerificationMethods = []string{"driver_licence", "passport"}
	cfg.Attributes = []integration.Attribute{
		{Handle: "uuid", Purpose: "key", Required: true},
		{Handle: "street", Purpose: "address", MayBeNullWhen: "the document is a passport"},
		{Handle: "city", Purpose: "address", Required: true},
		{Handle: "phone", Purpose: "calls", Required: true},
		{Handle: "military_branch", Purpose: "discount"},
	}
	return cfg
}

func renderMatrix(m analysis.NullMatrix) string {
	var b strings.Builder
	for _, r := range m.Rows {
		for _, c := range r.Cells {
			fmt.Fprintf(&b, "%s %s by %q: ", r.Policy, r.Handle, c.Method)
			if c.MayBeMissing {
				fmt.Fprintf(&b, "may be missing (%s) ", c.Source)
			}
			if c.Inferred {
				b.WriteString("inferred ")
			}
			if c.Disputed {
				b.WriteString("disputed ")
			}
			fmt.Fprintf(&b, "%s", c.State)
			for _, s := range c.Shown {
				fmt.Fprintf(&b, " run %d", s.Run)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestNullValues(t *testing.T) {
	t.Parallel()
	m := analysis.NullValues(nullConfig(), []analysis.RunSignIns{
		runOf(1, "driver-licence", brought(200, "uuid", "street", "city", "phone?", "military_branch")),
		runOf(2, "passport", brought(500, "uuid", "street?", "city", "phone")),
		runOf(3, "passport", brought(200, "uuid", "street?", "city", "phone?")),
		runOf(4, "somebody", dark()),
	})
	want := `identity uuid by "driver_licence": value_only run 1
identity uuid by "passport": value_only run 3 run 2
identity uuid by "": untold
identity street by "driver_licence": value_only run 1
identity street by "passport": may be missing (description) handled run 3 run 2
identity street by "": untold
identity city by "driver_licence": value_only run 1
identity city by "passport": may be missing (document) disputed value_only run 3 run 2
identity city by "": untold
identity phone by "driver_licence": may be missing (document) inferred disputed handled run 1
identity phone by "passport": may be missing (document) inferred disputed handled run 3 run 2
identity phone by "": may be missing (document) inferred disputed untold
identity military_branch by "driver_licence": may be missing (description) value_only run 1
identity military_branch by "passport": may be missing (description) handled run 3 run 2
identity military_branch by "": may be missing (description) untold
`
	if diff := cmp.Diff(want, renderMatrix(m)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The state of one cell over several runs.
func TestNullCellStates(t *testing.T) {
	t.Parallel()
	cfg := nullConfig()
	refused := brought(200, "uuid")
	refused.Outcome = analysis.OutcomeError
	elsewhere := brought(200, "uuid")
	elsewhere.Received.Policies = []string{"military"}
	for name, tc := range map[string]struct {
		runs []analysis.RunSignIns
		want analysis.NullState
	}{
		"no run":                  {nil, analysis.NullNever},
		"refused":                 {[]analysis.RunSignIns{runOf(1, "passport", refused)}, analysis.NullNever},
		"another policy":          {[]analysis.RunSignIns{runOf(1, "passport", elsewhere)}, analysis.NullNever},
		"another method":          {[]analysis.RunSignIns{runOf(1, "driver-licence", brought(200, "uuid"))}, analysis.NullNever},
		"absent":                  {[]analysis.RunSignIns{runOf(1, "passport", brought(200, "uuid"))}, analysis.NullHandled},
		"absent, error page":      {[]analysis.RunSignIns{runOf(1, "passport", brought(404, "uuid"))}, analysis.NullBroken},
		"absent, no page":         {[]analysis.RunSignIns{runOf(1, "passport", brought(0, "uuid"))}, analysis.NullUntold},
		"dark":                    {[]analysis.RunSignIns{runOf(1, "passport", dark())}, analysis.NullUntold},
		"dark after a value":      {[]analysis.RunSignIns{runOf(1, "passport", brought(200, "street")), runOf(2, "passport", dark())}, analysis.NullValueOnly},
		"broken after handled":    {[]analysis.RunSignIns{runOf(1, "passport", brought(200)), runOf(2, "passport", brought(500))}, analysis.NullBroken},
		"handled after broken":    {[]analysis.RunSignIns{runOf(1, "passport", brought(500)), runOf(2, "passport", brought(200))}, analysis.NullHandled},
		"a value after handled":   {[]analysis.RunSignIns{runOf(1, "passport", brought(200)), runOf(2, "passport", brought(200, "street"))}, analysis.NullHandled},
		"no page after a handled": {[]analysis.RunSignIns{runOf(1, "passport", brought(200)), runOf(2, "passport", brought(0))}, analysis.NullHandled},
	} {
		cell := analysis.NullValues(cfg, tc.runs).Rows[1].Cells[1] // street by passport
		if cell.State != tc.want {
			t.Errorf("%s: %s, want %s", name, cell.State, tc.want)
		}
		if (cell.Why != "") != (cell.State == analysis.NullUntold) {
			t.Errorf("%s: %s with why %q", name, cell.State, cell.Why)
		}
	}
}

func TestMinimizeData(t *testing.T) {
	t.Parallel()
	cfg := nullConfig()
	cfg.Attributes[4].Purpose = " "
	asks := brought(200, "uuid", "street", "social", "~name.AAAA", "~name.BBBB")
	asks.Received.Policies = []string{"identity", "military", "~str"}
	m := analysis.MinimizeData(cfg, []analysis.RunSignIns{runOf(1, "passport", asks), runOf(2, "passport", brought(200, "uuid", "social?")), runOf(3, "passport", dark())})
	var got []string
	for _, s := range m.Surplus {
		got = append(got, fmt.Sprintf("surplus %q in %d, run %d", s.Handle, s.SignIns, s.Shown.Run))
	}
	for _, p := range m.Policies {
		got = append(got, fmt.Sprintf("policy %q in %d", p.Policy, p.SignIns))
	}
	got = append(got, "no purpose "+strings.Join(m.WithoutPurpose(), " "), "never "+strings.Join(m.Never(), " "), fmt.Sprintf("%d known, %d dark: %s", m.Known, m.Dark, m.Why))
	want := []string{`surplus "social" in 2, run 2`, `surplus "" in 1, run 1`, `surplus "" in 1, run 1`, `policy "military" in 1`, `policy "" in 1`,
		"no purpose military_branch", "never city phone military_branch", "2 known, 1 dark: No call for the user's data is in the run."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, d := range analysis.MinimizeData(cfg, []analysis.RunSignIns{runOf(1, "passport", dark())}).Declared {
		if d.Receipt != analysis.ReceiptUntold {
			t.Errorf("where nothing is known, %s is %s", d.Handle, d.Receipt)
		}
	}
}
