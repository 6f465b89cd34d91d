package analysis_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// TestErrorTranscripts judges the runs of testdata/error_paths.txtar, written as
// those of the rules. Each name begins with the handling that is expected; none
// stands for a run that shows no refusal.
func TestErrorTranscripts(t *testing.T) {
	t.Parallel()
	const path = "testdata/error_paths.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	var files []txtar.File
	for _, f := range archive.Files {
		if name, found := strings.CutSuffix(f.Name, ".golden"); found {
			want[name] = string(f.Data)
		}
	}
	for _, f := range archive.Files {
		name, found := strings.CutSuffix(f.Name, ".run")
		if !found {
			continue
		}
		cfg := baseConfig()
		handling, rest, _ := strings.Cut(name, "-")
		if strings.HasPrefix(rest, "saml_") {
			cfg.Protocol = integration.SAML2
		}
		judged := analysis.JudgeRun(cfg, parseRun(t, path, string(f.Data)), nil)
		got := renderErrors(judged)
		files = append(files, f, txtar.File{Name: name + ".golden", Data: []byte(got)})
		if first, _, _ := strings.Cut(got, " "); first != handling && (handling != "none" || got != "") {
			t.Errorf("%s begins with %q:\n%s", name, first, got)
		}
		if diff := cmp.Diff(want[name], got); diff != "" && !*update {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if *update {
		archive.Files = files
		if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func renderErrors(j analysis.Judgement) string {
	var b strings.Builder
	for _, s := range j.SignIns {
		for _, e := range s.Errors {
			fmt.Fprintf(&b, "%s %s by %s", e.Handling, e.Refusal, e.By)
			if e.Code != "" {
				fmt.Fprintf(&b, " with %s", e.Code)
			}
			fmt.Fprintf(&b, "\n  at    %s/%d %s, answered %d\n", e.At.Capture, e.At.Entry, e.Place, e.Answer)
			if e.Saw.Page != nil {
				fmt.Fprintf(&b, "  saw   %s/%d %s %s %d %s\n", e.Saw.Page.Capture, e.Saw.Page.Entry, e.Saw.Role, e.Saw.Place, e.Saw.Status, e.Saw.Name)
			}
			fmt.Fprintf(&b, "  says  %s\n        %s\n", e.Arrived(), e.Saw.Words())
			fmt.Fprintf(&b, "  page  raw error %s, way on %s, stack trace %s, blank %s\n", e.Saw.RawError, e.Saw.WayOn, e.Saw.StackTrace, e.Saw.Blank)
			if e.Why != "" {
				fmt.Fprintf(&b, "  why   %s\n", e.Why)
			}
			for _, x := range e.Said {
				if f := j.Findings[x.Finding]; f.Rule != x.Rule || f.Verdict != x.Verdict || f.Flow != e.Flow {
					fmt.Fprintf(&b, "  WRONG finding %d is %s\n", x.Finding, f.Rule)
				}
				fmt.Fprintf(&b, "  %s %s: %s\n", x.Verdict, x.Rule, x.Title)
			}
		}
	}
	return b.String()
}

// A refusal is what the newest run that can tell shows of it; what cannot be told
// is never handled.
func TestErrorCoverageFollowsTheNewestRunThatCanTell(t *testing.T) {
	t.Parallel()
	denied := func(run int, handlings ...analysis.Handling) analysis.RunSignIns {
		r := analysis.RunSignIns{Run: run}
		for _, h := range handlings {
			r.SignIns = append(r.SignIns, analysis.SignIn{Errors: []analysis.ErrorTranscript{{Refusal: analysis.RefusalDenied, Handling: h}}})
		}
		return r
	}
	for name, tc := range map[string]struct {
		runs  []analysis.RunSignIns
		want  analysis.PathState
		shown []int
	}{
		"no run":                   {nil, analysis.PathNotExercised, nil},
		"handled":                  {[]analysis.RunSignIns{denied(1, analysis.Handled)}, analysis.PathHandled, []int{1}},
		"only untold":              {[]analysis.RunSignIns{denied(1, analysis.Untold)}, analysis.PathUntold, []int{1}},
		"mended later":             {[]analysis.RunSignIns{denied(1, analysis.Mishandled), denied(2, analysis.Handled)}, analysis.PathHandled, []int{2, 1}},
		"worse later":              {[]analysis.RunSignIns{denied(2, analysis.Mishandled), denied(1, analysis.Handled)}, analysis.PathMishandled, []int{2, 1}},
		"untold later":             {[]analysis.RunSignIns{denied(1, analysis.Mishandled), denied(2, analysis.Untold)}, analysis.PathMishandled, []int{2, 1}},
		"once in one run":          {[]analysis.RunSignIns{denied(1, analysis.Handled, analysis.Mishandled)}, analysis.PathMishandled, []int{1, 1}},
		"untold beside handled":    {[]analysis.RunSignIns{denied(1, analysis.Untold, analysis.Handled)}, analysis.PathHandled, []int{1, 1}},
		"a run of something else":  {[]analysis.RunSignIns{{Run: 3}}, analysis.PathNotExercised, nil},
		"not told in any of three": {[]analysis.RunSignIns{denied(3, analysis.Untold), denied(1, analysis.Untold)}, analysis.PathUntold, []int{3, 1}},
	} {
		paths := analysis.ErrorCoverage(integration.OIDC, tc.runs)
		var shown []int
		for _, s := range paths[0].Shown {
			shown = append(shown, s.Run)
		}
		if paths[0].Refusal != analysis.RefusalDenied || paths[0].State != tc.want || cmp.Diff(tc.shown, shown) != "" {
			t.Errorf("%s: %s in runs %v, want %s in %v", name, paths[0].State, shown, tc.want, tc.shown)
		}
		if n := analysis.CountPaths(paths); n[tc.want] == 0 || n[analysis.PathNotExercised] < len(paths)-1 {
			t.Errorf("%s: counts %v", name, n)
		}
	}
}

// Another error is a line of the picture only where a run met it.
func TestErrorCoverageListsAnotherErrorOnlyWhenSeen(t *testing.T) {
	t.Parallel()
	has := func(paths []analysis.ErrorPath, r analysis.Refusal) bool {
		for _, p := range paths {
			if p.Refusal == r {
				return true
			}
		}
		return false
	}
	if has(analysis.ErrorCoverage(integration.OAuth, nil), analysis.RefusalOtherError) {
		t.Error("without a run another error is listed")
	}
	met := []analysis.RunSignIns{{Run: 1, SignIns: []analysis.SignIn{{Errors: []analysis.ErrorTranscript{{Refusal: analysis.RefusalOtherError, Handling: analysis.Handled}}}}}}
	if !has(analysis.ErrorCoverage(integration.OAuth, met), analysis.RefusalOtherError) {
		t.Error("another error that a run met is not listed")
	}
	if len(analysis.Refusals(integration.SAML2)) != 7 || len(analysis.Refusals(integration.OIDC)) != 10 {
		t.Error("the closed lists have other lengths")
	}
}
