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
