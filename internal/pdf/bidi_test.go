package pdf

import (
	"math/rand/v2"
	"testing"

	"github.com/go-text/typesetting/bidi"
)

// bidiSeeds are characters of every class, brackets among them.
var bidiSeeds = []rune("abZ אבגد سم12٣٤+-.,:/$%()[]⟨⟩{}!\"  \u0301\u05B4\u064E—x〈〉(")

// TestLevelsAgree compares with another implementation of UAX 9, which tells the
// direction of each character.
func TestLevelsAgree(t *testing.T) {
	t.Parallel()
	var other bidi.Paragraph
	random := rand.New(rand.NewPCG(1, 2))
	whole := func(int, int) bool { return true }
	seen := map[level]int{}
	for range 30_000 {
		text := make([]rune, 1+random.IntN(14))
		for i := range text {
			text[i] = bidiSeeds[random.IntN(len(bidiSeeds))]
		}
		ours := levels(text, whole)
		if ours == nil {
			continue
		}
		runs := other.Segment(text, bidi.Neutral)
		for i := range runs.NumRuns() {
			run := runs.Run(i)
			for k := run.Start; k < run.End; k++ {
				if ours[k].rtl() == run.IsLeftToRight() {
					t.Fatalf("%q: character %d has level %d, want left to right %v", string(text), k, ours[k].depth(), run.IsLeftToRight())
				}
				seen[ours[k].depth()]++
			}
			if ours[run.Start].depth() != level(run.Level) {
				t.Fatalf("%q: character %d has level %d, want %d", string(text), run.Start, ours[run.Start].depth(), run.Level)
			}
		}
	}
	if seen[0] < 1000 || seen[1] < 1000 || seen[2] < 1000 {
		t.Errorf("saw too little: %v", seen)
	}
}

func TestIsolates(t *testing.T) {
	t.Parallel()
	// The digits behind a name stay behind it, and its own full stop with it.
	text := []rune("By שלום., 12:30")
	part := func(i int) int {
		switch {
		case i < 3:
			return 0
		case i < 8:
			return 1
		}
		return 2
	}
	got := levels(text, func(i, j int) bool { return part(i) == part(j) })
	for i, v := range got {
		if want := level(part(i) & 1); v != want {
			t.Errorf("character %d has level %d, want %d", i, v, want)
		}
	}
	// In a sentence from right to left, English inside stands one deeper.
	got = levels([]rune("שלום abc 12\nabc"), func(int, int) bool { return true })
	for i, want := range []level{1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0} {
		if got[i].depth() != want || (got[i] >= paragraphRTL) != (i < 12) {
			t.Errorf("character %d has level %d, want %d", i, got[i].depth(), want)
		}
	}
	if levels([]rune("only latin 12"), func(int, int) bool { return true }) != nil {
		t.Error("text from left to right has levels")
	}
}
