package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/analysis"
)

var verdictWords = []struct {
	verdict analysis.Verdict
	word    string
}{
	{analysis.Fail, "FAIL"}, {analysis.Warn, "WARN"}, {analysis.NotSeen, "NOT SEEN"}, {analysis.Pass, "PASS"},
}

// write gives the findings for people: what fails first, each with its cure.
// What is the same of several sign-ins stands once.
func (a *inspection) write(w io.Writer) error {
	var b strings.Builder
	for _, t := range a.Captures {
		fmt.Fprintf(&b, "%s  %s: %d entries", t.ID, t.File, t.Entries)
		if t.Truncated {
			b.WriteString(", cut off")
		}
		if len(t.Limits) > 0 {
			fmt.Fprintf(&b, "; cannot show %s", strings.Join(t.Limits, ", "))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	several := slices.ContainsFunc(a.Findings, func(f analysis.Finding) bool { return f.Flow > 1 })
	for _, v := range verdictWords {
		for _, alike := range a.alike(v.verdict) {
			writeFinding(&b, v.word, alike, several)
		}
	}
	for i, v := range verdictWords {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%d %s", a.Summary[v.verdict], strings.ToLower(v.word))
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

// alike gives the findings of a verdict, those together that say the same of
// several sign-ins, the most severe first.
func (a *inspection) alike(verdict analysis.Verdict) [][]*analysis.Finding {
	type said struct{ rule, severity, title, expected, actual, cure, why string }
	var groups [][]*analysis.Finding
	known := map[said]int{}
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.Verdict != verdict {
			continue
		}
		key := said{f.Rule, string(f.Severity), f.Title, "", "", "", f.Why}
		if verdict == analysis.Fail || verdict == analysis.Warn { // of a pass they are not shown
			key.expected, key.actual, key.cure = f.Expected, f.Actual, f.Cure
		}
		n, again := known[key]
		if !again {
			n = len(groups)
			known[key] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], f)
	}
	slices.SortStableFunc(groups, func(x, y []*analysis.Finding) int { return cmp.Compare(x[0].Severity.Rank(), y[0].Severity.Rank()) })
	return groups
}

// mostPlaces is how many places of one answer are named.
const mostPlaces = 4

// places says where findings that are alike were made, and of which sign-in where
// there are several.
func places(alike []*analysis.Finding, several bool) string {
	var named []string
	for i, f := range alike {
		if i == mostPlaces {
			named = append(named, fmt.Sprintf("and %d more", len(alike)-i))
			break
		}
		place := ""
		if f.Flow > 0 && several {
			place = fmt.Sprintf("sign-in %d", f.Flow)
		}
		if len(f.Refs) > 0 && f.Verdict != analysis.NotSeen {
			if place != "" {
				place += ": "
			}
			place += fmt.Sprintf("%s entry %d", f.Refs[0].Capture, f.Refs[0].Entry+1)
		}
		if place != "" {
			named = append(named, place)
		}
	}
	if len(named) == 0 {
		return ""
	}
	return "  [" + strings.Join(named, "; ") + "]"
}

func writeFinding(b *strings.Builder, word string, alike []*analysis.Finding, several bool) {
	f := alike[0]
	fmt.Fprintf(b, "%-8s  %s  %s (%s)%s\n", word, f.Rule, f.Title, f.Severity, places(alike, several))
	switch f.Verdict {
	case analysis.Fail, analysis.Warn:
		fmt.Fprintf(b, "          expected: %s\n          actual:   %s\n", f.Expected, f.Actual)
		if f.Cure != "" {
			fmt.Fprintf(b, "          cure:     %s\n", f.Cure)
		}
		fmt.Fprintf(b, "          source:   %s\n", f.Clause)
	case analysis.NotSeen:
		fmt.Fprintf(b, "          %s\n", f.Why)
	}
}
