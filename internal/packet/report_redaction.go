package packet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// hasRedaction tells whether there is anything to report of redaction.
func (r *report) hasRedaction() bool {
	return len(r.c.CredentialPasses) > 0 || slices.ContainsFunc(r.c.Transcripts, Transcript.RedactionTold)
}

// redaction says what was taken out before anything was stored, a row for each
// transcript.
func (r *report) redaction() {
	if !r.hasRedaction() {
		return
	}
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 56}, {Weight: 1}, {Width: 42, Align: pdf.Right}, {Weight: 2.8}},
		Head:    pdf.Cells("Transcript", "Redacted", "Values", "What, and where"), Size: 9, Pad: 3.5, Summary: "Redactions",
	}
	for _, tr := range r.c.Transcripts {
		if !tr.RedactionTold() {
			continue
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{
			{Spans: []pdf.Span{link(tr.ID)}, Header: true}, {Spans: []pdf.Span{pdf.T("by " + name(tr.RedactedBy)), small("\n" + RedactionsCounted(tr.RedactionsCounted))}},
			{Spans: []pdf.Span{pdf.T(fmt.Sprint(RedactedValues(tr.Redactions)))}}, {Spans: clauseSpans(tr.Redactions)},
		}})
	}
	r.shortChapter("Redaction", "redaction")
	if len(t.Rows) > 0 {
		r.doc.Add(note(RedactionNote(r.c.Transcripts)), t)
	}
	r.credentialPasses()
}

// clauseSpans has a line for each rule.
func clauseSpans(list []Redaction) []pdf.Span {
	var out []pdf.Span
	for i, c := range RedactionClauses(list) {
		if i > 0 {
			out = append(out, pdf.T("\n"))
		}
		out = append(out, pdf.T(c.What+"  "), small(c.Where))
	}
	return out
}

// credentialPasses lists the texts that look like a credential and were passed.
func (r *report) credentialPasses() {
	passes := r.c.CredentialPasses
	if len(passes) == 0 {
		return
	}
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 44}, {Weight: 1}, {Weight: 1.2}, {Weight: 2.4}, {Weight: 1.4}},
		Head:    pdf.Cells("Pass", "Text", "Looked like", "Why it is none", "By"), Size: 9, Pad: 3.5, Summary: "Texts passed as no credential",
	}
	for _, p := range passes {
		where := []pdf.Span{pdf.T(p.Field)}
		if p.Item != "" {
			where = []pdf.Span{link(p.Item), pdf.T(" " + p.Field)}
		}
		t.Rows = append(t.Rows, pdf.Row{Anchor: p.ID, Cells: []pdf.Cell{
			{Spans: []pdf.Span{pdf.M(p.ID)}, Header: true}, {Spans: where}, {Spans: []pdf.Span{pdf.T(strings.Join(p.Rules, ", "))}},
			{Spans: []pdf.Span{pdf.T(p.Text)}}, {Spans: []pdf.Span{pdf.T(p.By + "\n"), small(second(p.At))}},
		}})
	}
	r.doc.Add(note(count(len(passes), "text")+" in this packet looked like a credential and is none, as the person named says. Private keys, JSON Web Tokens and tokens of the server cannot be passed."), t)
}
