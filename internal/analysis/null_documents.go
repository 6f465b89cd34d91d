package analysis

import (
	"slices"

	"github.com/proofwalk/proofwalk/internal/integration"
)

// expected says whether an attribute may be missing: as its own condition in the
// description says, or else as is known of the document.
func expected(methods []string, method string, a integration.Attribute) NullCell {
	c := NullCell{Method: method}
	switch known, says := knownOf(method, a.Handle); {
	case a.MayBeNullWhen != "":
		c.Source, c.Says = SourceDescription, a.MayBeNullWhen
		c.MayBeMissing = applies(methods, method, a.MayBeNullWhen)
	case says != "":
		c.Source, c.Says, c.MayBeMissing, c.Inferred = SourceDocument, says, known.mayBeMissing, known.inferred
	case !a.Required:
		c.Source, c.Says, c.MayBeMissing = SourceDescription, "it is not required", true
	}
	if !c.MayBeMissing && c.Source == SourceDescription {
		c.Source, c.Says = "", ""
	}
	c.Disputed = a.Required && c.MayBeMissing
	return c
}

// applies tells whether a condition of the description holds for a method: it
// names the method, or none of the declared ones.
func applies(methods []string, method, condition string) bool {
	said := wordsIn(condition)
	names := func(m string) bool {
		words := wordsIn(m)
		return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(said, w) })
	}
	return names(method) || !slices.ContainsFunc(methods, names)
}

// knowledge is what is known of an attribute with a document.
type knowledge struct{ mayBeMissing, inferred bool }

var (
	addressHandles = []string{"street", "city", "state", "zip"}
	// sparseHandles are empty for some people whatever the document.
	sparseHandles = []string{"phone", "social", "mname", "identity_document_number"}
)

// knownOf says what the provider's pages say of an attribute with a method: a
// driver's licence can bring a verified address, with a passport it may be null.
// That a state ID is like the one and a passport card like the other is inferred,
// and so is which other attributes are empty for some people.
func knownOf(method, handle string) (k knowledge, says string) {
	if slices.Contains(sparseHandles, handle) {
		return knowledge{mayBeMissing: true, inferred: true}, "it is empty for some people"
	}
	if !slices.Contains(addressHandles, handle) {
		return k, ""
	}
	switch d := documentOf(method); d {
	case documentPassport, documentPassportCard:
		return knowledge{mayBeMissing: true, inferred: d == documentPassportCard}, "with a " + string(d) + " the address may be null"
	case documentLicence, documentStateID:
		return knowledge{inferred: d == documentStateID}, "a " + string(d) + " can bring a verified address"
	}
	return k, ""
}
