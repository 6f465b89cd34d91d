package analysis

import (
	"cmp"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/transcript"
)

// ChangeKind says what became of a finding between two runs.
type ChangeKind string

// The kinds of changes. A problem is a finding that fails or warns.
const (
	ChangeAppeared ChangeKind = "appeared" // a problem that was none before
	ChangeWent     ChangeKind = "went"     // a problem before that passes now
	ChangeChanged  ChangeKind = "changed"  // another verdict or other words; also a problem that is not seen any more
)

// Change is one answer of a rule that is not the same in two runs.
type Change struct {
	Kind ChangeKind
	// Before and After are what the rule said; nil where it said nothing about
	// that sign-in.
	Before, After *Finding
}

// Compare gives what rules say otherwise of a later run than of an earlier one,
// problems that appeared first, then those that went, each by urgency. Answers are compared by
// rule and sign-in, where a run may have sign-ins that the other has not;
// redacted values, which differ in every run, by their class only. Where a
// sign-in has several answers of one rule, their order counts.
func Compare(before, after []Finding) []Change {
	aligned := alignFlows(before, after)
	type place struct {
		rule       string
		flow, turn int
	}
	earlier, turns := map[place]*Finding{}, map[place]int{}
	at := func(f *Finding, flow int) place {
		p := place{rule: f.Rule, flow: flow}
		turns[p]++
		p.turn = turns[p]
		return p
	}
	var order []place
	for i := range before {
		p := at(&before[i], before[i].Flow)
		earlier[p] = &before[i]
		order = append(order, p)
	}
	clear(turns)
	var out []Change
	for i := range after {
		flow := after[i].Flow
		if was, ok := aligned[flow]; ok || flow == 0 {
			flow = was
		} else {
			flow = -flow // of no sign-in before
		}
		p := at(&after[i], flow)
		if c := (Change{Before: earlier[p], After: &after[i]}); c.classify() {
			out = append(out, c)
		}
		delete(earlier, p)
	}
	for _, p := range order {
		if f := earlier[p]; f != nil {
			if c := (Change{Before: f}); c.classify() {
				out = append(out, c)
			}
		}
	}
	rank := []ChangeKind{ChangeAppeared, ChangeWent, ChangeChanged}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(slices.Index(rank, a.Kind), slices.Index(rank, b.Kind)), CompareUrgency(a.told(), b.told()))
	})
	return out
}

// told is the finding that a change is told by: the new one, or the one that went.
func (c Change) told() Finding {
	if c.After == nil || c.Kind == ChangeWent {
		return *c.Before
	}
	return *c.After
}

// classify fills in the kind; false when nothing changed.
func (c *Change) classify() bool {
	was, is := c.Before.problem(), c.After.problem()
	switch {
	case is && !was:
		c.Kind = ChangeAppeared
	case was && c.After != nil && c.After.Verdict == Pass:
		c.Kind = ChangeWent
	case c.Before.gist() != c.After.gist():
		c.Kind = ChangeChanged
	default:
		return false
	}
	return true
}

// problem tells whether a finding fails or warns; no finding does neither.
func (f *Finding) problem() bool { return f != nil && (f.Verdict == Fail || f.Verdict == Warn) }

// gist is what of a finding must be equal in two runs for it to be the same.
func (f *Finding) gist() string {
	if f == nil {
		return ""
	}
	return strings.Join([]string{string(f.Verdict), string(f.Severity), f.Title, withoutKeys(f.Expected), withoutKeys(f.Actual), string(f.Cause)}, "\n")
}

// withoutKeys leaves of redacted values their class.
func withoutKeys(s string) string {
	if !strings.Contains(s, "~") {
		return s
	}
	var b strings.Builder
	for _, v := range transcript.Pieces(s) {
		if v.Kind == transcript.Clear {
			b.WriteString(v.Text)
		} else {
			b.WriteString("~" + v.Class)
		}
	}
	return b.String()
}

// HopLine is what is compared of a hop: what was asked and what came.
type HopLine struct {
	Method, URL string // without the query
	Status      int
	Name        string // of the page, see Hop
}

// HopPair is one line of two runs side by side; nil where one run has no such hop.
type HopPair struct{ Before, After *HopLine }

// Same tells whether the hop is in both runs and was answered alike.
func (p HopPair) Same() bool { return p.Before != nil && p.After != nil && *p.Before == *p.After }

// maxCompared bounds the hops of a run that are compared: the time goes with the
// product of both numbers.
const maxCompared = 1000

// PairHops sets the hops of two runs side by side, in order, so that as many as
// can be stand beside one with the same method and URL. more tells that a run has
// hops beyond the most that are compared.
func PairHops(before, after []HopLine) (pairs []HopPair, more bool) {
	more = len(before) > maxCompared || len(after) > maxCompared
	before, after = before[:min(len(before), maxCompared)], after[:min(len(after), maxCompared)]
	same := func(i, k int) bool { return before[i].Method == after[k].Method && before[i].URL == after[k].URL }
	longest := make([][]int, len(before)+1) // common hops from i and k on
	for i := range longest {
		longest[i] = make([]int, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for k := len(after) - 1; k >= 0; k-- {
			if same(i, k) {
				longest[i][k] = longest[i+1][k+1] + 1
			} else {
				longest[i][k] = max(longest[i+1][k], longest[i][k+1])
			}
		}
	}
	i, k := 0, 0
	for i < len(before) || k < len(after) {
		switch {
		case i < len(before) && k < len(after) && same(i, k):
			pairs = append(pairs, HopPair{&before[i], &after[k]})
			i, k = i+1, k+1
		case k == len(after) || i < len(before) && longest[i+1][k] >= longest[i][k+1]:
			pairs = append(pairs, HopPair{Before: &before[i]})
			i++
		default:
			pairs = append(pairs, HopPair{After: &after[k]})
			k++
		}
	}
	return pairs, more
}
