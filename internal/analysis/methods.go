package analysis

import (
	"slices"
	"strings"
)

// document is a kind of document by which people are verified, as far as it is
// known which attributes it brings.
type document string

const (
	documentLicence      document = "driver's licence"
	documentStateID      document = "state ID"
	documentPassport     document = "passport"
	documentPassportCard document = "passport card"
)

// documentOf names the document of a verification method, empty for any other.
func documentOf(method string) document {
	words := wordsIn(method)
	has := func(w string) bool { return slices.Contains(words, w) }
	switch {
	case has("passcard"), has("passport") && has("card"):
		return documentPassportCard
	case has("passport"):
		return documentPassport
	case has("license"):
		return documentLicence
	case has("state") && has("id"):
		return documentStateID
	}
	return ""
}

// wordsIn cuts a name into its words, in one spelling each: lower case, driver for
// drivers, license for licence.
func wordsIn(name string) []string {
	name = strings.NewReplacer("'s", "", "’s", "").Replace(strings.ToLower(name))
	words := strings.FieldsFunc(name, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	for i, w := range words {
		switch w {
		case "drivers", "driving":
			words[i] = "driver"
		case "licence", "licences", "licenses":
			words[i] = "license"
		case "passports":
			words[i] = "passport"
		}
	}
	return words
}

// MethodOf says by which of the declared verification methods the test user of a
// run was verified: as the scenario says, or else as the label of the test user
// names one; empty when neither tells. A label tells when it holds every word of
// one method, and of no other that is as long.
func MethodOf(methods []string, scenario, testUser string) string {
	if scenario == scenarioPassport {
		i := slices.IndexFunc(methods, func(m string) bool { return documentOf(m) == documentPassport })
		if i < 0 {
			return ""
		}
		return methods[i]
	}
	label := wordsIn(testUser)
	found, length := "", 0
	for _, m := range methods {
		words := wordsIn(m)
		missing := slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(label, w) })
		switch {
		case len(words) == 0 || missing || len(words) < length:
		case len(words) == length:
			found = ""
		default:
			found, length = m, len(words)
		}
	}
	return found
}
