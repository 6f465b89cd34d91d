package analysis

import (
	"slices"
	"strconv"
	"strings"
)

// count writes a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// mostNames is how many names a finding gives of what a capture has many.
const mostNames = 20

// someOf lists names for a finding, and says how many more there are.
func someOf(names []string) string {
	n := min(len(names), mostNames)
	listed := strings.Join(names[:n], ", ")
	if more := len(names) - n; more > 0 {
		listed += " and " + strconv.Itoa(more) + " more"
	}
	return listed
}

func areOrIs(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(have string) bool { return strings.EqualFold(have, s) })
}

func statusText(s *step) string { return strconv.Itoa(s.status()) }

// first gives the first text that is not empty.
func first(texts ...string) string {
	if i := slices.IndexFunc(texts, func(s string) bool { return s != "" }); i >= 0 {
		return texts[i]
	}
	return ""
}
