package transcript_test

import (
	"testing"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

func TestLabels(t *testing.T) {
	t.Parallel()
	const a, b = "~state.AAAAAAAAAAAAAAAA", "~state.BBBBBBBBBBBBBBBB"
	steps := []struct {
		value  string
		entry  int
		name   string
		chip   bool
		sameAs int
	}{
		{"code", 0, "code", false, -1},
		{a, 1, "state A", true, -1},
		{a, 1, "state A", true, -1},
		{b, 2, "state B", true, -1},
		{a, 5, "state A", true, 1},
		{"~cookie.AAAAAAAAAAAAAAAA", 6, "state A", true, 1}, // equal values are equal in every place
		{"~pii", 7, "not kept", true, -1},
		{"~pii", 8, "not kept", true, -1}, // a constant compares with nothing
		{"~state#1", 9, "state #1", true, -1},
		{"~state#1", 10, "state #1", true, 9},
	}
	labels := transcript.NewLabels()
	for i, s := range steps {
		name, chip, sameAs := labels.Label(transcript.ParseValue(s.value), s.entry)
		if name != s.name || chip != s.chip || sameAs != s.sameAs {
			t.Errorf("step %d: got %q, %v, %d; want %q, %v, %d", i, name, chip, sameAs, s.name, s.chip, s.sameAs)
		}
	}
}
