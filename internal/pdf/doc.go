// Package pdf writes tagged, deterministic PDF 1.7 documents.
//
// A document is a flow of blocks (headings, paragraphs, lists, tables, boxes,
// columns, pictures, drawings). The caller says what the parts are; the package
// sets the lines, breaks the pages and writes the file together with its
// structure tree, bookmarks, page labels, named destinations and metadata:
//
//	doc := pdf.New(pdf.Options{Title: "Readiness packet", Lang: "en", Created: made})
//	doc.Add(
//		pdf.Heading{Level: 1, Text: "First responder sale", Anchor: "top"},
//		pdf.Paragraph{Spans: []pdf.Span{pdf.T("See page "), pdf.PageOf("TST-09")}},
//		pdf.Table{Columns: columns, Head: head, Rows: rows},
//	)
//	out, err := doc.Render()
//
// # Units
//
// Lengths are points (1/72 inch) unless a field says otherwise, and are rounded
// to 1/1024 point where they enter, so that sums are exact and the same input
// gives the same bytes on every processor. On a [Canvas] the origin is the top
// left corner and y grows downwards.
//
// # Purity
//
// The package reads no clock, no environment, no file and no random source. The
// file identifier is a digest of the file's content and the dates are the ones
// in [Options]. Two renderings of equal input are equal byte by byte.
//
// # Text
//
// IBM Plex Sans and Mono set Latin, Greek, Cyrillic and Vietnamese, Noto Sans sets
// Arabic, Hebrew, Devanagari and what Plex lacks of the others; both are built in,
// and each file embeds the subset it uses. A [FontSet] adds fonts for Chinese,
// Japanese, Korean, Thai and others. Lines are ordered by the bidirectional
// algorithm (UAX 9); each [Span] with text from right to left stands for itself, so
// put the names and words of people into spans of their own. The file maps every
// glyph back to its text, such that pdftotext gives back what was written.
//
// A character that no font has is printed as its code point, for example U+27E8,
// carries the character as replacement text, and is counted in
// [Output.Unprintable]. Control and format characters are printed the same way
// without replacement text, so text can neither reorder nor hide its neighbours;
// joiners between the letters of a script that spells with them are kept. Nothing
// is ever refused for its text.
//
// # Standards
//
// The file claims PDF/UA-1 (ISO 14289-1) and PDF/A-3a (ISO 19005-3): its fonts and
// its colour profile (sRGB) are inside, everything on a page is either tagged or an
// artifact, and nothing in it runs.
package pdf
