package components

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sketch writes the pieces of a walk in letters, a row a line, a lane a word:
// i in, o out, l left, r right (capital when dashed, ":" before dotted), N node.
func sketch(rows [][]cell) []string {
	var lines []string
	for _, row := range rows {
		var words []string
		for _, c := range row {
			word := ""
			for _, p := range []struct {
				letter string
				s      stroke
			}{{"i", c.in}, {"o", c.out}, {"l", c.left}, {"r", c.right}} {
				switch p.s {
				case solid:
					word += p.letter
				case dashedSt:
					word += strings.ToUpper(p.letter)
				case dottedSt:
					word += ":" + p.letter
				}
			}
			if c.node {
				word += "N"
			}
			if word == "" {
				word = "."
			}
			words = append(words, word)
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return lines
}

func TestWalk(t *testing.T) {
	t.Parallel()
	hop := func(lane int) HopModel { return HopModel{Lane: lane} }
	sub := func(lane int) HopModel { return HopModel{Lane: lane, SubRequest: true} }
	gap := HopModel{LeftOut: 2}
	for name, c := range map[string]struct {
		rows []HopModel
		want []string
	}{
		"one hop":                         {[]HopModel{hop(1)}, []string{". N ."}},
		"across and back":                 {[]HopModel{hop(0), hop(2), hop(1)}, []string{"oN . .", "ir lr olN", ". rN il"}},
		"down one lane":                   {[]HopModel{hop(1), hop(1)}, []string{". oN .", ". iN ."}},
		"sub-request at the end":          {[]HopModel{hop(0), sub(2)}, []string{"ON . .", "IR LR LN"}},
		"sub-request on the way":          {[]HopModel{hop(0), sub(1), hop(0)}, []string{"oN . .", "ioR LN .", "iN . ."}},
		"two sub-requests at the end":     {[]HopModel{hop(0), sub(1), sub(2)}, []string{"ON . .", "IOR LN .", "IR LR LN"}},
		"gap":                             {[]HopModel{hop(1), gap, hop(0)}, []string{". oN .", ". :i:o .", "rN il ."}},
		"gap at the start and at the end": {[]HopModel{gap, hop(0), gap}, []string{". . .", "N . .", ":i:o . ."}},
		"a lane that does not exist":      {[]HopModel{hop(0), hop(7), hop(0)}, []string{"oN . .", "io . .", "iN . ."}},
		"no hops":                         {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, sketch(walk(3, c.rows))); diff != "" {
				t.Errorf("the walk differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWordsOfCounts(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 48210: "48,210", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) is %q, want %q", n, got, want)
		}
	}
	for name, want := range map[string]string{"Dana Whitlock": "DW", "Åsa von Ek": "ÅE", "Noor": "N", "": "?"} {
		if got := Initials(name); got != want {
			t.Errorf("Initials(%q) is %q, want %q", name, got, want)
		}
	}
}
