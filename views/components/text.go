package components

import (
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// Text writes s and nothing else. Templates put a space after an expression at
// the end of a line; where a comma or a value follows directly, Text does not.
func Text(s string) templ.Component { return templ.Raw(templ.EscapeString(s)) }

func upper(s string) string { return strings.ToUpper(s) }

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// Initials are the letters of a badge: the first of the first and of the last
// word of a name.
func Initials(name string) string {
	words := strings.Fields(name)
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return firstLetter(words[0])
	}
	return firstLetter(words[0]) + firstLetter(words[len(words)-1])
}

func firstLetter(word string) string {
	for _, r := range word {
		return strings.ToUpper(string(r))
	}
	return ""
}
