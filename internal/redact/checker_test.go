package redact

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// Fields that look alike share a slot; a clean one that was seen before must not
// hide a secret, nor the other way round, whatever the order.
func TestCheckerForgetsAndNeverMixesUp(t *testing.T) {
	t.Parallel()
	secret := "pwk_" + strings.Repeat("Ab3", 8)
	clean := "pwx_" + strings.Repeat("Ab3", 8) // as long, with the same first, middle and last byte
	entry := func(fields ...transcript.Field) *transcript.Entry {
		return &transcript.Entry{Index: 7, Request: transcript.Request{Headers: fields}}
	}
	c := NewChecker()
	if c.slot("X-Note", secret) != c.slot("X-Note", clean) {
		t.Fatal("the two fields do not share a slot: this test shows nothing")
	}
	for round := range 3 {
		if hits := c.Entry(entry(transcript.Field{Name: "X-Note", Value: clean})); len(hits) > 0 {
			t.Fatalf("round %d: %+v in a clean field", round, hits)
		}
		want := []Hit{{Rule: "own_token", Offset: len("X-Note="), Final: true, Entry: 7, Place: "request.header"}}
		if hits := c.Entry(entry(transcript.Field{Name: "X-Note", Value: secret})); !slices.Equal(hits, want) {
			t.Fatalf("round %d: %+v, want %+v", round, hits, want)
		}
	}
	// A field that was clean in another place, or as a name alone, is not this one.
	c.Entry(entry(transcript.Field{Name: "client", Value: "_secret=a8f3kd02lq9x"}, transcript.Field{Name: "client_secret", Value: "~str"}))
	if hits := c.Entry(entry(transcript.Field{Name: "client_secret", Value: "a8f3kd02lq9x"})); len(hits) != 1 || hits[0].Rule != "secret" {
		t.Fatalf("%+v, want one secret", hits)
	}
}

// What is remembered is bounded in number and length.
func TestCheckerKeepsLittle(t *testing.T) {
	t.Parallel()
	c := NewChecker()
	long := strings.Repeat("a ", cleanBytes/2) + "b"
	for n := range 4 * cleanSlots {
		c.Entry(&transcript.Entry{Request: transcript.Request{URL: fmt.Sprint("https://a.example/", n), BodyText: long}})
	}
	kept := 0
	for _, f := range c.clean {
		if len(f.name)+len(f.value) > cleanBytes {
			t.Fatalf("a field of %d bytes is kept", len(f.value))
		}
		if f.value != "" {
			kept++
		}
	}
	if kept == 0 {
		t.Fatal("nothing is kept")
	}
}

// nameEnds knows the last two bytes of each name as they may be written, which
// holds while no name ends with one letter behind an underscore.
func TestSecretNamesEndWithTwoLetters(t *testing.T) {
	t.Parallel()
	for name := range secretNames {
		if name[len(name)-2] == '_' {
			t.Errorf("%s", name)
		}
	}
}
