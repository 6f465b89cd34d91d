package packet

import (
	"fmt"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// findingList writes each finding once: failures and warnings in full, then
// what was not seen and what passes as tables.
func (r *report) findingList() {
	if len(r.c.Findings) == 0 {
		return
	}
	r.chapter("Findings", "findings")
	r.doc.Add(note("A finding is what a rule says about the transcripts; nobody edits it. “Not seen” means that the transcript cannot tell, and counts as neither pass nor fail."))
	for _, verdict := range []string{"fail", "warn"} {
		var blocks []pdf.Block
		for i := range r.c.Findings {
			if f := &r.c.Findings[i]; f.Verdict == verdict {
				blocks = append(blocks, r.finding(f))
			}
		}
		if len(blocks) > 0 {
			r.doc.Add(verdictHeading(verdict, len(blocks)))
			r.doc.Add(blocks...)
		}
	}
	if t := r.unseenTable(); len(t.Rows) > 0 {
		r.doc.Add(verdictHeading("not_seen", len(t.Rows)), t)
	}
	if t := r.passTable(); len(t.Rows) > 0 {
		r.doc.Add(verdictHeading("pass", len(t.Rows)), t)
	}
}

func verdictHeading(verdict string, n int) pdf.Heading {
	m := verdictMark(verdict)
	return pdf.Heading{Level: 3, Text: fmt.Sprintf("%s: %d", m.word, n), Size: 13, Before: 18, Spans: []pdf.Span{{Icon: m.icon, Text: fmt.Sprintf("  %s: %d", m.word, n)}}}
}

// passTable has a line for each finding that passes.
func (r *report) passTable() pdf.Table {
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 42}, {Width: 46}, {Weight: 1.25}, {Weight: 1}},
		Head:    pdf.Cells("Finding", "Rule", "What is so", "Where"), Size: 9, Pad: 3, Summary: "Findings that pass",
	}
	for i := range r.c.Findings {
		f := &r.c.Findings[i]
		if f.Verdict != "pass" {
			continue
		}
		title := []pdf.Span{pdf.T(f.Title)}
		if f.PartnerSide {
			title = append(title, small(" partner's side"))
		}
		t.Rows = append(t.Rows, pdf.Row{Anchor: f.ID, Cells: []pdf.Cell{
			{Spans: []pdf.Span{pdf.M(f.ID)}, Header: true}, {Spans: []pdf.Span{pdf.M(f.Rule)}}, {Spans: title}, {Spans: r.refs(f.Refs, 3)},
		}})
	}
	return t
}

// unseenTable says of each finding that is not seen why it cannot be told.
func (r *report) unseenTable() pdf.Table {
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 42}, {Width: 46}, {Weight: 2}, {Weight: 1}},
		Head:    pdf.Cells("Finding", "Rule", "What cannot be told, and why", "Looked at"), Size: 9, Pad: 3, Summary: "Findings that are not seen",
	}
	for _, u := range r.c.Unseen() {
		var said []pdf.Span
		switch {
		case u.As != "":
			said = []pdf.Span{small("As "), link(u.As)}
		case u.ReasonOf != "":
			said = []pdf.Span{pdf.T(u.Title + "\n"), small("For the reason of "), link(u.ReasonOf)}
		default:
			said = []pdf.Span{pdf.T(u.Title + "\n"), pdf.C(u.Why, pdf.Ink2)}
		}
		if u.As == "" && u.Clause != "" {
			said = append(said, small("  "+u.Clause))
		}
		if u.PartnerSide {
			said = append(said, small(" partner's side"))
		}
		t.Rows = append(t.Rows, pdf.Row{Anchor: u.ID, Cells: []pdf.Cell{
			{Spans: []pdf.Span{pdf.M(u.ID)}, Header: true}, {Spans: []pdf.Span{pdf.M(u.Rule)}}, {Spans: said}, {Spans: r.refs(u.Refs, 2)},
		}})
	}
	return t
}

// finding is one that fails or warns, in full.
func (r *report) finding(f *Finding) pdf.Block {
	m := verdictMark(f.Verdict)
	facts := f.Rule + ", " + f.Severity
	if f.Cause != "" {
		facts += ", cause: " + name(f.Cause)
	}
	if f.PartnerSide {
		facts += ", computed on the partner's side"
	}
	beside := pdf.KeyValue{KeyWidth: 56, Columns: 2, Before: 3, Size: 9}
	below := pdf.KeyValue{KeyWidth: 56, Before: 3, Size: 9}
	add := func(kv *pdf.KeyValue, key, text string) {
		if text != "" {
			kv.Pairs = append(kv.Pairs, pdf.Pair{Key: key, Value: []pdf.Span{pdf.T(text)}})
		}
	}
	add(&beside, "Expected", f.Expected)
	add(&beside, "Actual", f.Actual)
	if len(f.Refs) > 0 {
		beside.Pairs = append(beside.Pairs, pdf.Pair{Key: "Where", Value: r.refs(f.Refs, 12)})
	}
	add(&beside, "Clause", f.Clause)
	add(&below, "Because", f.CauseWhy)
	add(&below, "Cure", f.Cure)
	blocks := []pdf.Block{
		pdf.Heading{Level: 4, Anchor: f.ID, Before: 9, Size: 10, NoBookmark: true, Text: f.ID + " " + f.Title, Spans: []pdf.Span{
			{Icon: m.spoken(), Text: " "}, {Text: f.ID, Mono: true, Colour: pdf.Ink2}, pdf.T("  " + f.Title),
		}},
		pdf.Paragraph{Spans: []pdf.Span{small(facts)}, Before: 1, KeepNext: true},
	}
	for _, kv := range []pdf.KeyValue{beside, below} {
		if len(kv.Pairs) > 0 {
			blocks = append(blocks, kv)
		}
	}
	return pdf.Group{Blocks: append(blocks, pdf.Rule{Before: 7})}
}

// refs links the entries that a finding rests on, at most so many: the numbers of
// one transcript after its label.
func (r *report) refs(all []Ref, most int) []pdf.Span {
	if len(all) == 0 {
		return []pdf.Span{small("the run as a whole")}
	}
	var out []pdf.Span
	for i, ref := range all {
		if i == most {
			return append(out, pdf.T(fmt.Sprintf(" and %d more", len(all)-most)))
		}
		text := fmt.Sprint(ref.Entry)
		switch {
		case i == 0:
			text = ref.Transcript + " hop\u00a0" + text
		case all[i-1].Transcript == ref.Transcript:
			out = append(out, pdf.T(", "))
		default:
			out, text = append(out, pdf.T("; ")), ref.Transcript+" hop\u00a0"+text
		}
		if anchor := HopAnchor(ref.Transcript, ref.Entry); r.drawn[anchor] || r.withholds(ref.Transcript) {
			out = append(out, pdf.To(text, anchor))
		} else {
			out = append(out, pdf.T(text))
		}
		if ref.Param != "" {
			out = append(out, monoGrey(" "+ref.Param))
		}
	}
	return out
}
