package analysis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// TestFlows joins the runs of testdata/flows.txtar, written as those of the
// rules; those named saml_ are of an integration that is described as SAML.
func TestFlows(t *testing.T) {
	t.Parallel()
	const path = "testdata/flows.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range archive.Files {
		if name, found := strings.CutSuffix(f.Name, ".golden"); found {
			want[name] = string(f.Data)
		}
	}
	if len(want) < 8 {
		t.Fatalf("%s holds %d cases", path, len(want))
	}
	for _, f := range archive.Files {
		name, found := strings.CutSuffix(f.Name, ".run")
		if !found {
			continue
		}
		cfg := baseConfig()
		if strings.HasPrefix(name, "saml_") {
			cfg.Protocol = integration.SAML2
		}
		got := renderFlows(analysis.Flows(cfg, parseRun(t, path, string(f.Data))))
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func renderFlows(flows []analysis.Flow) string {
	var b strings.Builder
	for _, f := range flows {
		fmt.Fprintf(&b, "%d %s", f.Number, f.Outcome)
		start := ""
		if f.Start != analysis.StartRequest {
			start = "started by " + string(f.Start)
		}
		for _, word := range []string{f.ErrorCode, f.JoinedBy, start} {
			if word != "" {
				fmt.Fprintf(&b, " %s", word)
			}
		}
		b.WriteString("\n")
		for _, h := range f.Hops {
			line := fmt.Sprintf("  %s/%d %s %s %s %s", h.Capture, h.Entry, h.Kind, h.Role, h.Part, h.Name)
			b.WriteString("  " + strings.Join(strings.Fields(line), " ") + "\n")
		}
		for _, r := range slices.Concat(f.Tokens, f.Data) {
			fmt.Fprintf(&b, "call %s/%d\n", r.Capture, r.Entry)
		}
	}
	return b.String()
}

// TestHopsOfRecording draws a real refusal, page by page.
func TestHopsOfRecording(t *testing.T) {
	t.Parallel()
	cfg := readConfig(t, "right")
	in := redacted(t, redactor(&cfg), "c1", readFile(t, testdata+"captures/recorded/right-consent-denied.har"))
	var got []string
	for _, h := range analysis.Hops(cfg, in, nil) {
		line := fmt.Sprintf("%d %s %s %s %s", h.Entry, h.Kind, h.Role, h.Part, h.Name)
		if h.Parent >= 0 {
			line += fmt.Sprintf(" of %d", h.Parent)
		}
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := []string{
		"0 page partner start page",
		"1 sub_request partner of 0",
		"2 redirect partner",
		"3 redirect provider authorize",
		"4 page provider",
		"5 sub_request provider of 4",
		"6 redirect provider",
		"7 redirect provider",
		"8 page provider",
		"9 sub_request provider of 8",
		"10 redirect provider",
		"11 redirect provider",
		"12 redirect partner callback",
		"13 page partner final denied page",
		"14 sub_request partner of 13",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hops differ (-want +got):\n%s", diff)
	}
}

// BenchmarkJudge judges a run of 4,000 entries with one sign-in in the middle.
func BenchmarkJudge(b *testing.B) {
	var text strings.Builder
	for i := range 4000 {
		if i == 2000 {
			text.WriteString("GET https://rp.example/login -> 302 https://idp.example/authorize?{client}&state=~state.A\n" +
				"GET https://idp.example/authorize?{client}&state=~state.A -> 302 https://rp.example/cb?code=~code.A&state=~state.A\n" +
				"GET https://rp.example/cb?code=~code.A&state=~state.A -> 200\n")
		}
		fmt.Fprintf(&text, "GET https://rp.example/asset/%d -> 200\n  type: image\n  header: Referer: https://rp.example/home?page=%d\n", i, i)
	}
	run := parseRun(b, "benchmark", text.String())
	b.ResetTimer()
	for b.Loop() {
		analysis.Judge(baseConfig(), run, nil)
	}
}
