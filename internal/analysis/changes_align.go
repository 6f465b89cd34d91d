package analysis

import (
	"maps"
	"slices"
)

// alignFlows gives for each sign-in of a later run, by its number, that of the
// earlier run which stands at its place: in order, and so that as many findings
// as can be stay the same. A sign-in that the earlier run does not have is missing.
func alignFlows(before, after []Finding) map[int]int {
	numbers := map[string]int{}
	was, is := gistsByFlow(before, numbers), gistsByFlow(after, numbers)
	earlier, later := slices.Sorted(maps.Keys(was)), slices.Sorted(maps.Keys(is))
	best := make([][]int, len(earlier)+1) // the most that can be had from i and k on
	alike := make([][]int, len(earlier))
	for i := range best {
		best[i] = make([]int, len(later)+1)
	}
	for i := len(earlier) - 1; i >= 0; i-- {
		alike[i] = make([]int, len(later))
		for k := len(later) - 1; k >= 0; k-- {
			alike[i][k] = 1 + common(was[earlier[i]], is[later[k]]) // a pair of strangers is better than none
			best[i][k] = max(alike[i][k]+best[i+1][k+1], best[i+1][k], best[i][k+1])
		}
	}
	pairs := map[int]int{}
	for i, k := 0, 0; i < len(earlier) && k < len(later); {
		switch best[i][k] {
		case alike[i][k] + best[i+1][k+1]:
			pairs[later[k]] = earlier[i]
			i, k = i+1, k+1
		case best[i+1][k]:
			i++
		default:
			k++
		}
	}
	return pairs
}

// gistsByFlow gives of each sign-in what its rules say; numbers stand for the
// texts, since each is compared with many.
func gistsByFlow(findings []Finding, numbers map[string]int) map[int]map[int]bool {
	out := map[int]map[int]bool{}
	for i := range findings {
		f := &findings[i]
		if f.Flow == 0 {
			continue
		}
		if out[f.Flow] == nil {
			out[f.Flow] = map[int]bool{}
		}
		text := f.Rule + "\n" + f.gist()
		if _, known := numbers[text]; !known {
			numbers[text] = len(numbers)
		}
		out[f.Flow][numbers[text]] = true
	}
	return out
}

func common(a, b map[int]bool) int {
	n := 0
	for gist := range a {
		if b[gist] {
			n++
		}
	}
	return n
}
