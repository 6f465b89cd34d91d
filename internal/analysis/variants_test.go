package analysis_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/integration"
)

// plain takes from a recording what only some exporters write: resource types
// and the Sec-Fetch headers.
func plain(t *testing.T, har []byte) []byte {
	t.Helper()
	var doc struct {
		Log map[string]any `json:"log"`
	}
	if err := json.Unmarshal(har, &doc); err != nil {
		t.Fatal(err)
	}
	for _, e := range doc.Log["entries"].([]any) {
		entry := e.(map[string]any)
		delete(entry, "_resourceType")
		request := entry["request"].(map[string]any)
		var kept []any
		for _, h := range request["headers"].([]any) {
			if !strings.HasPrefix(h.(map[string]any)["name"].(string), "Sec-Fetch-") {
				kept = append(kept, h)
			}
		}
		request["headers"] = kept
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPlainRecordings judges recordings of an exporter that says little: the
// browser's own way must then be found by shape.
func TestPlainRecordings(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"right-happy-path", "right-consent-denied"} {
		cfg := readConfig(t, "right")
		har := readFile(t, testdata+"captures/recorded/"+name+".har")
		if !bytes.Contains(har, []byte("_resourceType")) || !bytes.Contains(har, []byte("Sec-Fetch-Dest")) {
			t.Fatal("the recording has nothing to take away")
		}
		want := []analysis.Input{redacted(t, redactor(&cfg), "c1", har)}
		got := []analysis.Input{redacted(t, redactor(&cfg), "c1", plain(t, har))}
		if diff := cmp.Diff(analysis.Flows(cfg, want), analysis.Flows(cfg, got)); diff != "" {
			t.Errorf("%s: sign-ins differ (-with +without):\n%s", name, diff)
		}
		more, less := verdicts(cfg, want), verdicts(cfg, got)
		if more["PG-02"] != analysis.Pass || less["PG-02"] != analysis.NotSeen { // rests on one of the headers
			t.Errorf("%s: PG-02 says %s with and %s without the headers", name, more["PG-02"], less["PG-02"])
		}
		delete(more, "PG-02")
		delete(less, "PG-02")
		if diff := cmp.Diff(more, less); diff != "" {
			t.Errorf("%s: verdicts differ (-with +without):\n%s", name, diff)
		}
	}
}

// TestWrongDescription judges a good sign-in against a wrong description: exactly
// what is wrong fails.
func TestWrongDescription(t *testing.T) {
	t.Parallel()
	har := readFile(t, testdata+"captures/recorded/right-happy-path.har")
	for _, tc := range []struct {
		name string
		edit func(*integration.Config)
		want string
	}{
		{"slash", func(c *integration.Config) { c.RedirectURIs[0] += "/" }, "TR-06"},
		{"other redirect URI", func(c *integration.Config) { c.RedirectURIs[0] = "https://other.example/cb" }, "TR-06"},
		{"other host", func(c *integration.Config) { c.ExpectedAPIHost = "api.idmelabs.com" }, "PG-04 TR-04"}, // whose words for the button are known,
		{"other policy", func(c *integration.Config) { c.Policies = []string{"military"} }, "AR-14"},
		{"production", func(c *integration.Config) { c.Environment = integration.Production }, "TR-07"},
		{"production host", func(c *integration.Config) { c.Hosts.Production = c.Hosts.Own }, "TR-04"},
		{"other client", func(c *integration.Config) { c.Client.ID = "another" }, "AR-18"},
	} {
		cfg := readConfig(t, "right")
		tc.edit(&cfg)
		in := []analysis.Input{redacted(t, redactor(&cfg), "c1", har)}
		var bad []string
		for rule, verdict := range verdicts(cfg, in) {
			if verdict == analysis.Fail || verdict == analysis.Warn {
				bad = append(bad, rule)
			}
		}
		slices.Sort(bad)
		if got := strings.Join(bad, " "); got != tc.want {
			t.Errorf("%s: fails or warns: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestWithoutIntegration finds and judges a sign-in of which nothing is declared.
func TestWithoutIntegration(t *testing.T) {
	t.Parallel()
	in := []analysis.Input{redacted(t, redactor(nil), "c1", readFile(t, testdata+"captures/recorded/faulty-happy-path.har"))}
	got := verdicts(integration.Config{}, in)
	for rule, want := range map[string]analysis.Verdict{
		"AR-03": analysis.Fail, "CB-07": analysis.Fail, "AR-06": analysis.Warn, "AR-08": analysis.Warn, "CB-01": analysis.Pass,
		"TR-04": analysis.NotSeen, "TR-06": analysis.NotSeen, "AR-14": analysis.NotSeen,
	} {
		if got[rule] != want {
			t.Errorf("%s says %s, want %s", rule, got[rule], want)
		}
	}
}

func verdicts(cfg integration.Config, in []analysis.Input) map[string]analysis.Verdict {
	out := map[string]analysis.Verdict{}
	for _, f := range analysis.Judge(cfg, in, nil) {
		out[f.Rule] = f.Verdict
	}
	return out
}
