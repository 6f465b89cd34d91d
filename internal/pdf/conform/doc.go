// Package conform checks PDF files against PDF/UA-1 (ISO 14289-1:2014) and
// PDF/A-3, conformance level A (ISO 19005-3:2012), with its own reader.
//
//	report, err := conform.Check(file)
//	if err != nil {
//		// not a PDF, damaged beyond reading, or over the limits
//	}
//	for _, v := range report.Violations {
//		fmt.Println(v)
//	}
//
// It was written apart from the package that writes our documents and shares no
// code with it, so that a misunderstanding on one side is found by the other.
//
// # What it decides
//
// [Rules] lists every rule with the clause it follows. They are the conditions
// of the two standards that a machine can decide. What needs a person (whether
// an alternative text says the right thing, whether the reading order makes
// sense, whether a heading is one) is not decided here.
//
// A part of a file that a rule would need but that the reader does not know is
// listed in [Report.Undecided]: glyphs and widths of Type 1, CFF, Type 3 and simple
// TrueType fonts, encodings other than Identity, the inside of JPEG 2000, JBIG2
// and fax pictures, overprinting, transfer functions of halftones. Only a report
// without violations and without undecided parts supports a claim; see
// [Report.OK].
//
// Two rules are stricter than their clause: the document's language has to stand
// in the catalogue, and what Info and metadata both say has to be the same.
//
// # Hostile files
//
// The package works on bytes alone. Sizes, numbers of objects, nesting,
// inflated bytes and steps of content are limited before they are used (see
// limits.go); a file over a limit gives [ErrLimit].
package conform
