package analysis_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/proofwalk/proofwalk/internal/analysis"
	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
)

const (
	testdata = "../../testdata/"
	hars     = "../../testdata/hars/"
)

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readConfig(t *testing.T, name string) integration.Config {
	t.Helper()
	cfg, err := integration.Parse(readFile(t, "../../testdata/integrations/"+name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// redactor is one for all captures of a round.
func redactor(cfg *integration.Config) *redact.Redactor {
	return redact.New(redact.Options{Config: cfg, Key: [32]byte{1, 2, 3}, Round: "r1", Version: "test"})
}

// redactorWithDigest also says in its transcripts that an integration was there.
func redactorWithDigest(cfg *integration.Config) *redact.Redactor {
	return redact.New(redact.Options{Config: cfg, Digest: integration.Digest(*cfg), Key: [32]byte{1, 2, 3}, Round: "r1", Version: "test"})
}

func redacted(t *testing.T, r *redact.Redactor, id string, har []byte) analysis.Input {
	t.Helper()
	tr, _, err := r.Transcript(bytes.NewReader(har), capture.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return analysis.Input{ID: id, RedactedBy: analysis.ByServer, T: tr}
}

// TestRecordings judges real recordings. What is expected was read off the files
// by hand: every rule that is not named passes.
func TestRecordings(t *testing.T) {
	t.Parallel()
	refusals := []string{"CB-24", "ER-01", "ER-02", "ER-03", "ER-04", "ER-05", "ER-08"}
	posted := []string{"CB-20"} // no provider here posts its answer
	// No run here is labelled, of the scenario for new accounts, of a user without some attribute, or refused at the token endpoint.
	never := []string{"DA-01", "DA-02", "DA-03", "DA-05", "TK-08", "TK-09", "TK-11"}
	unread := []string{"DA-04", "PV-01", "TK-05", "TK-06", "TK-07", "TK-10"} // without a back channel
	codes := []string{"CB-07", "CB-08", "CB-09", "CB-10", "CB-11", "CB-18", "CB-21"}
	alone := []string{"AR-04", "AR-07", "AR-10"}
	untouched := []string{"CB-03", "CB-04", "CB-05"} // nobody tampered with a callback
	front := slices.Concat(alone, untouched, posted, never, unread, []string{"AR-11", "CB-06", "CB-15", "TK-01", "TK-02", "TK-03", "TK-04",
		"ID-01", "ID-02", "ID-03", "ID-04", "ID-05"})
	for _, tc := range []struct {
		name, config string
		run, round   []string
		fail, warn   []string
		notSeen      []string
	}{
		{
			name: "right, happy path", config: "right", run: []string{"captures/recorded/right-happy-path.har"},
			notSeen: slices.Concat(front, refusals),
		},
		{
			name: "right, happy path with back channel and round", config: "right",
			run:     []string{"captures/recorded/right-happy-path.har", "captures/recorded/right-happy-path.backchannel.har"},
			round:   []string{"captures/recorded/right-second-happy-path.har", "captures/recorded/right-consent-denied.har"},
			notSeen: slices.Concat(untouched, posted, never, refusals, []string{"ID-05", "PV-01"}), // its id_token has no hash
		},
		{
			name: "right, second happy path", config: "right", run: []string{"captures/recorded/right-second-happy-path.har"},
			notSeen: slices.Concat(front, refusals),
		},
		{
			name: "right, consent denied", config: "right", run: []string{"captures/recorded/right-consent-denied.har"},
			notSeen: slices.Concat(front, codes, []string{"PV-02"}),
		},
		{
			name: "faulty, happy path", config: "faulty", run: []string{"captures/recorded/faulty-happy-path.har"},
			round:   []string{"captures/recorded/faulty-consent-denied.har"},
			fail:    []string{"AR-03", "CB-02", "CB-07", "CB-08", "CB-10", "CB-11", "CB-18", "CB-25", "TR-03"},
			warn:    []string{"AR-06", "AR-08"},
			notSeen: slices.Concat(front, refusals, []string{"AR-09"}),
		},
		{
			name: "faulty, consent denied", config: "faulty", run: []string{"captures/recorded/faulty-consent-denied.har"},
			fail: []string{"AR-03", "CB-02", "CB-25", "ER-04", "ER-05", "TR-03"}, warn: []string{"AR-06", "AR-08"},
			notSeen: slices.Concat(front, []string{"AR-09", "PV-02"}, codes),
		},
		{
			name: "Okta sample", config: "okta_sample", run: []string{"hars/piyushazanjad_okta-har-analyzer__sample.har"},
			// Its token response has no Cache-Control; the times of its entries are missing, it has no iss and no hashes.
			fail: []string{"AR-12", "CB-08", "CB-10", "CB-11", "CB-14", "CB-25", "TK-02", "TR-03"}, warn: []string{"AR-03", "CB-18"},
			notSeen: slices.Concat(alone, untouched, posted, never, refusals, []string{"CB-02", "CB-13", "CB-15", "DA-04", "ID-03", "ID-05", "TK-04", "TK-05", "TK-07", "TK-10"}),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg := readConfig(t, tc.config)
			r := redactor(&cfg)
			load := func(paths []string) (in []analysis.Input) {
				for _, p := range paths {
					in = append(in, redacted(t, r, filepath.Base(p), readFile(t, testdata+p)))
				}
				return in
			}
			want := map[string]analysis.Verdict{}
			for _, rule := range analysis.Catalogue() {
				switch {
				case !slices.Contains(rule.Protocols, analysis.ProtocolOAuth):
				case slices.Contains(tc.fail, rule.ID):
					want[rule.ID] = analysis.Fail
				case slices.Contains(tc.warn, rule.ID):
					want[rule.ID] = analysis.Warn
				case slices.Contains(tc.notSeen, rule.ID):
					want[rule.ID] = analysis.NotSeen
				default:
					want[rule.ID] = analysis.Pass
				}
			}
			findings := analysis.Judge(cfg, load(tc.run), load(tc.round))
			got := map[string]analysis.Verdict{}
			for _, f := range findings {
				checkWhole(t, tc.name, f)
				got[f.Rule] = f.Verdict
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("verdicts differ (-want +got):\n%s\n%s", diff, render(findings))
			}
			if len(findings) != len(want) {
				t.Errorf("%d findings about one sign-in by %d rules", len(findings), len(want))
			}
		})
	}
}

// TestChangedState changes one character of the state in the callback of the Okta sample.
func TestChangedState(t *testing.T) {
	t.Parallel()
	cfg := readConfig(t, "okta_sample")
	har := readFile(t, hars+"piyushazanjad_okta-har-analyzer__sample.har")
	const callback = "callback?code=aB3cD4eF5gH6iJ7kL8mN9oP0&state=xyzstat"
	if bytes.Count(har, []byte(callback+"e")) == 0 {
		t.Fatal("the sample has changed")
	}
	changed := bytes.ReplaceAll(har, []byte(callback+"e"), []byte(callback+"f"))
	for _, tc := range []struct {
		har  []byte
		want analysis.Verdict
	}{{har, analysis.Pass}, {changed, analysis.Fail}} {
		in := []analysis.Input{redacted(t, redactor(&cfg), "c1", tc.har)}
		for _, f := range analysis.Judge(cfg, in, nil) {
			if f.Rule == "CB-01" && f.Verdict != tc.want {
				t.Errorf("CB-01 says %s, want %s:\n%s", f.Verdict, tc.want, render([]analysis.Finding{f}))
			}
		}
	}
}

// TestForeignCaptures judges real files that hold no sign-in of the integration.
func TestForeignCaptures(t *testing.T) {
	t.Parallel()
	cfg := readConfig(t, "right")
	paths, err := filepath.Glob(hars + "*.har*")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d public captures (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			tr, _, err := redactor(&cfg).Transcript(bytes.NewReader(readFile(t, path)), capture.Limits{})
			var known *apperr.Error
			if errors.As(err, &known) && strings.Contains(path, "corrupted") {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			in := []analysis.Input{{ID: "c1", RedactedBy: analysis.ByServer, T: tr}}
			if flows := analysis.Flows(cfg, in); len(flows) != 0 {
				t.Errorf("found %d sign-ins", len(flows))
			}
			for _, f := range analysis.Judge(cfg, in, nil) {
				if f.Verdict != analysis.NotSeen {
					t.Errorf("%s says %s of a file without a sign-in", f.Rule, f.Verdict)
				}
			}
			if hops := analysis.Hops(cfg, analysis.Input{T: tr}, nil); len(hops) != len(tr.Entries) {
				t.Errorf("%d hops of %d entries", len(hops), len(tr.Entries))
			}
		})
	}
}
