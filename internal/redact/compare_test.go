package redact_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/capture"
	"github.com/proofwalk/proofwalk/internal/leaktest/canary"
	"github.com/proofwalk/proofwalk/internal/leaktest/dig"
	"github.com/proofwalk/proofwalk/internal/redact"
	"github.com/proofwalk/proofwalk/internal/transcript"
)

// pseudonymsOf gives the keys of all pseudonyms of a file.
func pseudonymsOf(file []byte) map[string]bool {
	out := map[string]bool{}
	for _, p := range transcript.Pieces(string(file)) {
		if p.Kind == transcript.Pseudonym {
			out[p.Key] = true
		}
	}
	return out
}

func shared(a, b map[string]bool) int {
	n := 0
	for k := range a {
		if b[k] {
			n++
		}
	}
	return n
}

// Two rounds have different keys, so that their captures share no pseudonym;
// the same holds for two integrations, each of which has rounds of its own. The
// captures of one round share what their values share.
func TestRoundsShareNothing(t *testing.T) {
	t.Parallel()
	raw := canary.HAR(1).JSON
	inRound := func(cfg string, key [32]byte, round string) map[string]bool {
		o := options(config(t, cfg))
		o.Key, o.Round = key, round
		return pseudonymsOf(redacted(t, redact.New(o), raw))
	}
	firstKey, firstRound := redact.NewRound()
	secondKey, secondRound := redact.NewRound()
	otherKey, otherRound := redact.NewRound()
	if firstKey == secondKey || firstRound == secondRound || len(firstRound) != redact.RoundChars {
		t.Fatal("two rounds are one")
	}
	first, second, other := inRound("right", firstKey, firstRound), inRound("right", secondKey, secondRound), inRound("faulty", otherKey, otherRound)
	if len(first) < 200 {
		t.Fatalf("%d pseudonyms only", len(first))
	}
	if n := shared(first, second); n != 0 {
		t.Errorf("two rounds share %d pseudonyms", n)
	}
	if n := shared(first, other); n != 0 {
		t.Errorf("two integrations share %d pseudonyms", n)
	}
	if again := inRound("right", firstKey, firstRound); len(again) != len(first) || shared(first, again) != len(first) {
		t.Errorf("a second run of the round has %d pseudonyms, of which %d are those of the first %d", len(again), shared(first, again), len(first))
	}
}

// The runs of a round compare with each other: the same value has the same
// pseudonym in captures that were redacted apart, another value another one.
func TestRunsOfARoundCompare(t *testing.T) {
	t.Parallel()
	run := func(state string) string {
		tr := parsed(t, redacted(t, redact.New(options(nil)), harOf(harEntry("GET", "https://app.example.org/cb?x=short&state="+state, ""))))
		return param(tr.Entries[0].Request.Query, "state")
	}
	const a, b = "aB3dE6gH9jK2mN5pQ8sT1vW4", "aB3dE6gH9jK2mN5pQ8sT1vW5"
	if equal, ok := transcript.Comparable(run(a), run(a)); !equal || !ok {
		t.Error("one state in two runs does not compare as equal")
	}
	if equal, ok := transcript.Comparable(run(a), run(b)); equal || !ok {
		t.Error("two states in two runs compare as equal")
	}
	// An ordinal counts inside its capture; HasOrdinal tells those who compare two.
	if !transcript.HasOrdinal(run("short")) || transcript.HasOrdinal(run(a)) {
		t.Error("HasOrdinal does not tell ordinals from pseudonyms")
	}
}

// A class constant compares with nothing, not even with itself, wherever it
// stands in the transcripts of all captures there are.
func TestConstantsCompareWithNothing(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	look := func(value string) {
		constant := slices.ContainsFunc(transcript.Pieces(value), func(v transcript.Value) bool {
			if v.Kind == transcript.Constant {
				seen[v.Class] = true
			}
			return v.Kind == transcript.Constant
		})
		if equal, comparable := transcript.Comparable(value, value); constant && (equal || comparable) || !constant && !equal {
			t.Errorf("%q compares with itself as %v, %v", value, equal, comparable)
		}
	}
	for _, s := range survivorSources(t) {
		for _, e := range parsed(t, redacted(t, redact.New(options(s.cfg)), s.raw)).Entries {
			look(e.Request.URL)
			for _, f := range slices.Concat(e.Request.Query, e.Request.Form, e.Request.Headers) {
				look(f.Value)
			}
		}
	}
	for _, class := range []string{"opaque", "pii", "secret", "str", "text", "userinfo", "num"} {
		if !seen[class] {
			t.Errorf("no capture has ~%s", class)
		}
	}
}

// No error of the reader or the redactor holds a byte of what was read: a
// capture with planted values is cut anywhere, refused for each limit, and its
// reading or writing fails.
func TestErrorsHoldNothingPlanted(t *testing.T) {
	t.Parallel()
	c := canary.HAR(2)
	looked := newLeakFinder(c.Canaries)
	var texts strings.Builder
	errs := 0
	try := func(src io.Reader, dst io.Writer, lim capture.Limits) {
		if _, err := redact.New(options(nil)).HAR(dst, src, lim); err != nil {
			errs++
			texts.WriteString(err.Error() + "\n")
		}
	}
	for at := 1; at < 4000; at += 7 {
		try(bytes.NewReader(c.JSON[:at]), io.Discard, capture.Limits{})
	}
	for at := 0; at < 200; at++ { // text of a capture that stands where none may
		try(bytes.NewReader(c.JSON[len(c.JSON)-2000+at:]), io.Discard, capture.Limits{})
	}
	for _, lim := range []capture.Limits{{Depth: 3}, {Entries: 2}, {TotalBytes: 5000}, {Depth: 8}} {
		try(bytes.NewReader(c.JSON), io.Discard, lim)
	}
	try(io.MultiReader(bytes.NewReader(c.JSON[:9000]), failing{}), io.Discard, capture.Limits{})
	try(bytes.NewReader(c.JSON), failing{}, capture.Limits{})
	if errs < 200 {
		t.Errorf("%d errors only", errs)
	}
	for _, i := range looked.in([]byte(texts.String())) {
		t.Errorf("an error holds what was planted as %s", i)
	}
	if len(dig.Runs(texts.String(), 40)) > 0 {
		t.Error("an error holds a run of 40 characters")
	}
}

type failing struct{}

var errBroken = errors.New("broken")

func (failing) Read([]byte) (int, error)  { return 0, errBroken }
func (failing) Write([]byte) (int, error) { return 0, errBroken }
