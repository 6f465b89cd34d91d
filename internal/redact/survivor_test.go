package redact_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/integration"
	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/redact"
)

// minRun is the shortest run of [A-Za-z0-9_-] that may not survive.
const minRun = 12

// survivorSource is a capture with its integration.
type survivorSource struct {
	name string
	raw  []byte
	cfg  *integration.Config
}

// survivorSources are all captures of testdata, each also with an integration
// of somebody else, and generated ones.
func survivorSources(t *testing.T) []survivorSource {
	t.Helper()
	var out []survivorSource
	for file, cfg := range captureFiles(t) {
		raw, name := readFile(t, file), filepath.Base(file)
		out = append(out, survivorSource{name, raw, cfg}, survivorSource{name + " with another integration", raw, config(t, "okta_sample")})
	}
	for _, seed := range canarySeeds[:2] {
		c := canary.HAR(seed)
		out = append(out, survivorSource{"generated", c.JSON, nil}, survivorSource{"generated, with an integration", c.JSON, config(t, "right")})
	}
	return out
}

// survivors tells the runs of a capture that stand in its transcript and why
// they may; what has no reason is in left.
type survivors struct {
	runs, vocabulary, declared, times int
	left                              []string
}

// add looks at one capture and its transcript.
func (s *survivors) add(t *testing.T, raw, out []byte, cfg *integration.Config) {
	t.Helper()
	words := dig.Runs(redact.VocabularyText(), minRun)
	ours := ""
	if cfg != nil {
		ours = string(integration.Canonical(*cfg))
	}
	printed, written := timesOf(t, out), dig.Runs(string(out), minRun)
	for run := range dig.Runs(unpacked(t, raw), minRun) {
		s.runs++
		switch {
		case !written[run]:
		case words[run]:
			s.vocabulary++
		case strings.Contains(ours, run):
			s.declared++
		case printed[run]:
			s.times++
		default:
			s.left = append(s.left, run)
		}
	}
}

// unpacked gives the text of a capture, without the gzip or zip around it.
func unpacked(t *testing.T, raw []byte) string {
	t.Helper()
	var out []byte
	switch {
	case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if out, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	case bytes.HasPrefix(raw, []byte("PK")):
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			content, err := fs.ReadFile(z, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			out = append(append(out, ' '), content...)
		}
	default:
		return string(raw)
	}
	return string(out)
}

// Survivor test, which needs no canary: no run of twelve or more characters of
// a capture stands in its transcript unless the vocabulary or what the
// integration declared or revealed holds it, or it is part of a time that was
// parsed and printed anew. How many are excused so is printed.
func TestSurvivors(t *testing.T) {
	t.Parallel()
	var all survivors
	for _, s := range survivorSources(t) {
		all.add(t, s.raw, redacted(t, redact.New(options(s.cfg)), s.raw), s.cfg)
		for _, run := range all.left {
			t.Errorf("%s: a run of %d characters survives: %q", s.name, len(run), run)
		}
		all.left = nil
	}
	t.Logf("%d runs of %d or more characters: 0 survive; excused are %d words of the vocabulary, %d declared, %d of times printed anew",
		all.runs, minRun, all.vocabulary, all.declared, all.times)
	if all.runs < 10_000 || all.vocabulary == 0 || all.declared == 0 || all.times == 0 {
		t.Error("the test looks at too little")
	}
}

// timesOf gives the runs of the transcript's times: startedDateTime and the
// date headers and cookie dates, which hold nothing but a date.
func timesOf(t *testing.T, out []byte) map[string]bool {
	t.Helper()
	const layout = "2006-01-02T15:04:05.000Z"
	found := map[string]bool{}
	add := func(text string) {
		for run := range dig.Runs(text, minRun) {
			found[run] = true
		}
	}
	tr := parsed(t, out)
	for _, p := range tr.Pages {
		add(p.StartedAt.Format(layout))
	}
	for _, e := range tr.Entries {
		add(e.StartedAt.Format(layout))
		cookies := e.Request.Cookies
		fields := e.Request.Headers
		if e.Response != nil {
			cookies = append(cookies, e.Response.Cookies...)
			fields = append(fields, e.Response.Headers...)
		}
		for _, c := range cookies {
			add(c.Expires)
		}
		for _, f := range fields {
			if name := strings.ToLower(f.Name); name == "date" || name == "expires" || name == "last-modified" || name == "if-modified-since" {
				add(f.Value)
			}
		}
	}
	return found
}

// The survivor test can fail: one run that is put back is seen.
func TestSurvivorTestSeesASurvivor(t *testing.T) {
	t.Parallel()
	raw := readFile(t, oktaHAR)
	out := redacted(t, redact.New(options(nil)), raw)
	for run := range dig.Runs(string(raw), 20) {
		if strings.Contains(string(out), run) {
			continue
		}
		var s survivors
		s.add(t, raw, bytes.Replace(out, []byte(`"~str"`), []byte(`"`+run+`"`), 1), nil)
		if len(s.left) != 1 || s.left[0] != run {
			t.Errorf("%q was put back, %q is seen", run, s.left)
		}
		return
	}
	t.Error("the sample has no run that is hidden")
}
