package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/redact"
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
	for _, pattern := range []string{"hars/*.har*", "captures/recorded/*.har", "captures/formats/*[^d]"} {
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
	if len(out) < 28 {
		t.Fatalf("%d captures under testdata, want at least 28", len(out))
	}
	return out
}

// None of the secrets and personal data of the Okta sample, listed by hand, is
// left in any decoding of the output, with its integration and without.
func TestOktaSampleHoldsNoSecret(t *testing.T) {
	t.Parallel()
	raw := readFile(t, oktaHAR)
	var secrets []string
	for line := range strings.Lines(string(readFile(t, hars+"/okta_sample_secrets.txt"))) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			secrets = append(secrets, line)
		}
	}
	if len(secrets) < 30 {
		t.Fatalf("%d secrets in the list, want at least 30", len(secrets))
	}
	set := dig.NewSet(secrets)
	if found := set.Find(dig.Texts(raw)); len(found) != len(secrets) {
		t.Errorf("%d of %d are found in the sample: the list or the decoder is wrong", len(found), len(secrets))
	}
	for name, cfg := range map[string]*integration.Config{"with integration": config(t, "okta_sample"), "without": nil} {
		for i := range set.Find(dig.Texts(redacted(t, redact.New(options(cfg)), raw))) {
			t.Errorf("%s: secret %d of the list is in the output", name, i+1)
		}
	}
}

// canarySeeds are the captures of a run: which alphabet stands in which position
// differs between them.
var canarySeeds = []uint64{1, 2, 3, 4, 5}

// Nothing that was planted is left: not as planted nor in any decoding, not in
// other letters, of a secret not even a run of it; neither in the output, nor in
// that of a second pass, nor in the report and the table of names. Every way of
// writing the file gives the same.
func TestCanaries(t *testing.T) {
	t.Parallel()
	for _, seed := range canarySeeds {
		c := canary.HAR(seed)
		looked, checked, leaked := newLeakFinder(c.Canaries), map[string]bool{}, 0
		files := c.Files()
		if seed != canarySeeds[0] {
			files = files[:1]
		}
		for name, cfg := range map[string]*integration.Config{"without integration": nil, "with one": config(t, "right")} {
			for _, f := range files {
				r := redact.New(options(cfg))
				for place, text := range everythingWritten(t, r, cfg, f.Bytes) {
					if checked[string(text)] {
						continue // the same bytes, of another way of writing the file
					}
					checked[string(text)] = true
					for _, position := range looked.in(text) {
						leaked++
						t.Errorf("seed %d, %s, %s, %s: leak from %s", seed, name, f.Name, place, position)
					}
				}
			}
		}
		t.Logf("seed %d: %d values planted, %d ways to write the file, %d leaks in %d texts that differ", seed, len(c.Canaries), len(files), leaked, len(checked))
	}
}

// Nothing is left of a SAML-tracer export, nor of the bodies that Playwright puts
// into files of a zip.
func TestCanariesOfOtherFormats(t *testing.T) {
	t.Parallel()
	for _, seed := range canarySeeds {
		for name, c := range map[string]canary.Capture{"SAML-tracer": canary.SAMLTracer(seed), "Playwright's zip": canary.AttachedZip(seed)} {
			looked := newLeakFinder(c.Canaries)
			for _, cfg := range []*integration.Config{nil, config(t, "right")} {
				for place, text := range everythingWritten(t, redact.New(options(cfg)), cfg, c.JSON) {
					for _, position := range looked.in(text) {
						t.Errorf("seed %d, %s, %s: leak from %s", seed, name, place, position)
					}
				}
			}
			t.Logf("seed %d: %d values planted in %s", seed, len(c.Canaries), name)
		}
	}
}

// everythingWritten redacts twice and gives all that comes out of it.
func everythingWritten(t *testing.T, r *redact.Redactor, cfg *integration.Config, raw []byte) map[string][]byte {
	t.Helper()
	var once, twice bytes.Buffer
	report, err := r.HAR(&once, bytes.NewReader(raw), capture.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := redact.New(withNames(options(cfg), r.Names())).HAR(&twice, bytes.NewReader(once.Bytes()), capture.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if again.Total() != 0 || len(again.Contradictions) != 0 {
		t.Errorf("the second pass takes away %+v and doubts %+v", again.Items, again.Contradictions)
	}
	if !bytes.Equal(once.Bytes(), twice.Bytes()) {
		t.Error("the second pass gives other bytes")
	}
	if again.Total() != 0 || len(again.Contradictions) != 0 {
		t.Errorf("the second pass takes away %+v and doubts %+v", again.Items, again.Contradictions)
	}
	if hits, err := redact.Check(bytes.NewReader(once.Bytes())); err != nil {
		t.Errorf("Check finds %v in the output: %v", hits, err)
	}
	rest, err := json.Marshal([]any{report, again, r.Names()})
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"output": once.Bytes(), "second pass": twice.Bytes(), "report and names": rest}
}

// leakFinder knows the texts that must not be found, and whose they are.
type leakFinder struct {
	set       *dig.Set
	positions []string
}

func newLeakFinder(canaries []canary.Canary) leakFinder {
	var f leakFinder
	var values []string
	for _, c := range canaries {
		for _, text := range c.Texts() {
			values = append(values, text)
			f.positions = append(f.positions, c.Position)
		}
	}
	f.set = dig.NewSet(values)
	return f
}

// in gives the positions from which something is left in a file.
func (f leakFinder) in(file []byte) []string {
	found := map[string]bool{}
	for i := range f.set.Find(dig.Texts(file)) {
		found[f.positions[i]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// The leak test can fail: a transcript into which one value is put back leaks
// it, also when half of it is put back, in capitals, or behind two encodings.
func TestLeakTestSeesALeak(t *testing.T) {
	t.Parallel()
	c := canary.HAR(canarySeeds[0])
	looked := newLeakFinder(c.Canaries)
	out := redacted(t, redact.New(options(nil)), c.JSON)
	var secret canary.Canary
	for _, planted := range c.Canaries {
		if !planted.PII {
			secret = planted
		}
	}
	value := secret.Value
	for name, text := range map[string]string{
		"whole": value, "half": value[1:12], "capitals": strings.ToUpper(value), "hex of base64": hex.EncodeToString([]byte(base64.URLEncoding.EncodeToString([]byte(value)))),
	} {
		planted := bytes.Replace(out, []byte(`"~str"`), []byte(`"`+text+`"`), 1)
		if got := looked.in(planted); len(got) != 1 || got[0] != secret.Position {
			t.Errorf("%s: leaks %v, want the one put back", name, got)
		}
	}
}

func withNames(o redact.Options, names *redact.NameTable) redact.Options {
	o.Names = names
	return o
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
