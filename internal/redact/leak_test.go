package redact_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/redact/leaktest"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

const (
	captures = "../../testdata/captures"
	hars     = "../../testdata/hars"
	oktaHAR  = hars + "/piyushazanjad_okta-har-analyzer__sample.har"
	round    = "abcdefghijklmnopqrstuvwxyz"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func config(t testing.TB, name string) *integration.Config {
	t.Helper()
	c, err := integration.Parse(readFile(t, "../../testdata/integrations/"+name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return &c
}

// options are those of one round; key 1 and no integration unless a test says otherwise.
func options(cfg *integration.Config) redact.Options {
	return redact.Options{Config: cfg, Key: [32]byte{1}, Round: round, Version: "0.1.0"}
}

func redacted(t testing.TB, r *redact.Redactor, raw []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := r.HAR(&out, bytes.NewReader(raw), capture.Limits{}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func parsed(t testing.TB, file []byte) *transcript.Transcript {
	t.Helper()
	tr, err := transcript.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// captureFiles gives every capture under testdata with its integration, less
// the ones that are broken on purpose.
func captureFiles(t testing.TB) map[string]*integration.Config {
	t.Helper()
	out := map[string]*integration.Config{}
	for _, pattern := range []string{"hars/*.har*", "captures/recorded/*.har", "captures/formats/*.har"} {
		files, err := filepath.Glob(filepath.FromSlash("../../testdata/" + pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			base := filepath.Base(f)
			switch {
			case strings.HasSuffix(base, "brokenfile.har"):
			case strings.HasPrefix(base, "right-"):
				out[f] = config(t, "right")
			case strings.HasPrefix(base, "faulty-"):
				out[f] = config(t, "faulty")
			case strings.HasPrefix(base, "piyushazanjad"):
				out[f] = config(t, "okta_sample")
			default:
				out[f] = nil
			}
		}
	}
	if len(out) < 19 {
		t.Fatalf("%d captures under testdata, want at least 19", len(out))
	}
	return out
}

// None of the secrets and personal data of the Okta sample, listed by hand, is
// left in any decoding of the output, with its integration and without.
func TestOktaSampleHoldsNoSecret(t *testing.T) {
	t.Parallel()
	raw := readFile(t, oktaHAR)
	decodedRaw := leaktest.Dig(raw)
	var secrets []string
	for line := range strings.Lines(string(readFile(t, hars+"/okta_sample_secrets.txt"))) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			secrets = append(secrets, line)
			if !leaktest.Contains(decodedRaw, line) {
				t.Errorf("line %d of the list is not in the sample: the list or the decoder is wrong", len(secrets))
			}
		}
	}
	if len(secrets) < 30 {
		t.Fatalf("%d secrets in the list, want at least 30", len(secrets))
	}
	for name, cfg := range map[string]*integration.Config{"with integration": config(t, "okta_sample"), "without": nil} {
		decoded := leaktest.Dig(redacted(t, redact.New(options(cfg)), raw))
		for i, s := range secrets {
			if leaktest.Contains(decoded, s) {
				t.Errorf("%s: secret %d of the list is in the output", name, i+1)
			}
		}
	}
}

// The planted values are all found in the raw capture and none of them in the
// output: neither as planted nor in lower case, in any decoding.
func TestCanaries(t *testing.T) {
	t.Parallel()
	raw, canaries := leaktest.HAR()
	if len(canaries) < 150 {
		t.Fatalf("%d canaries, want at least 150", len(canaries))
	}
	before := leaktest.Dig([]byte(raw))
	for _, c := range canaries {
		if !leaktest.Contains(before, c.Value) && !leaktest.Contains(before, strings.ToLower(c.Value)) {
			t.Errorf("%s: the decoder does not find the canary in the raw capture", c.Position)
		}
	}
	for name, cfg := range map[string]*integration.Config{"without integration": nil, "with one": config(t, "right")} {
		r := redact.New(options(cfg))
		out := redacted(t, r, raw)
		report := leaks(out, canaries)
		for _, position := range report {
			t.Errorf("%s: leak from %s", name, position)
		}
		if again := redacted(t, redact.New(withNames(options(cfg), r.Names())), out); !bytes.Equal(out, again) {
			t.Errorf("%s: the second pass gives other bytes", name)
		}
		if hits, err := redact.Check(bytes.NewReader(out)); err != nil {
			t.Errorf("%s: Check finds %v in the output: %v", name, hits, err)
		}
	}
	t.Logf("%d canaries, %d texts decoded from the raw capture", len(canaries), len(before))
}

func leaks(out []byte, canaries []leaktest.Canary) []string {
	decoded := leaktest.Dig(out)
	for i, d := range decoded {
		decoded[i] = strings.ToLower(d)
	}
	var found []string
	for _, c := range canaries {
		if leaktest.Contains(decoded, strings.ToLower(c.Value)) {
			found = append(found, c.Position)
		}
	}
	return found
}

func withNames(o redact.Options, names *redact.NameTable) redact.Options {
	o.Names = names
	return o
}

// The leak test can fail: a transcript into which one value is put back leaks it.
func TestLeakTestSeesALeak(t *testing.T) {
	t.Parallel()
	raw, canaries := leaktest.HAR()
	out := redacted(t, redact.New(options(nil)), raw)
	planted := bytes.Replace(out, []byte(`"~str"`), []byte(`"`+canaries[7].Value+`"`), 1)
	if got := leaks(planted, canaries); len(got) != 1 || got[0] != canaries[7].Position {
		t.Errorf("leaks: %v, want the one put back", got)
	}
}

// Survivor test: no run of twelve or more characters of a capture stands in its
// transcript unless the format's own words, the vocabulary, a registered value
// or a time that was printed anew hold it. What is excused is counted.
func TestSurvivors(t *testing.T) {
	t.Parallel()
	words := leaktest.Runs(redact.VocabularyText(), 12)
	var runs, excused int
	for file, cfg := range captureFiles(t) {
		raw := readFile(t, file)
		out := redacted(t, redact.New(options(cfg)), raw)
		registered := ""
		if cfg != nil {
			registered = string(integration.Canonical(*cfg))
		}
		left := leaktest.Runs(string(out), 12)
		for run := range leaktest.Runs(string(raw), 12) {
			runs++
			switch {
			case !left[run] || words[run] || strings.Contains(registered, run):
			case isTime(run):
				excused++
			default:
				t.Errorf("%s: a run of %d characters survives: %q", filepath.Base(file), len(run), run)
			}
		}
	}
	t.Logf("%d runs, %d times excused", runs, excused)
	if runs < 4000 {
		t.Errorf("%d runs looked at, want at least 4000", runs)
	}
}

// isTime tells whether a run is the part of a timestamp between its colons.
func isTime(run string) bool {
	return len(run) == len("2026-03-01T10") && strings.Trim(run, "0123456789-T") == "" && run[10] == 'T'
}

// Errors hold no byte of the input.
func TestErrorsHoldNoInput(t *testing.T) {
	t.Parallel()
	const secret = "SECRETVALUE"
	for _, text := range []string{
		secret, `"` + secret, `{"log":"` + secret, `{"log":{"entries":"` + secret + `"}}`, `[[["` + secret, "\x00" + secret,
		`{"log":{"entries":[{"request":{"url":"https://` + secret, `onInputData(` + secret + `)`, "",
	} {
		var out bytes.Buffer
		_, err := redact.New(options(nil)).HAR(&out, strings.NewReader(text), capture.Limits{})
		if err == nil {
			if strings.Contains(out.String(), secret) {
				t.Errorf("%q: the output holds the input", text)
			}
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q: the error holds the input: %v", text, err)
		}
	}
}
