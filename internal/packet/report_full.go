package packet

import "github.com/proofwalk/proofwalk/internal/pdf"

// anchorFull is the chapter that says in full what a crowded page one cuts short.
const anchorFull = "page-one-in-full"

// cutsShort tells whether page one says less than there is to say.
func (r *report) cutsShort() bool { return r.crowd != crowds[0] }

// inFull repeats what page one had no room for and no other chapter says.
func (r *report) inFull() {
	if !r.cutsShort() {
		return
	}
	r.doc.Add(pdf.Heading{Level: 2, Text: "Page one in full", Anchor: anchorFull, Size: 13, Before: 18})
	answer := r.c.answer(r.summary.Counts.Items, r.summary.Counts.Findings)
	for _, d := range answer.Deeds {
		if d.Text == shorten(d.Text, r.crowd.text) {
			continue
		}
		r.doc.Add(pdf.Paragraph{Spans: d.spans(pdf.Span{}), Size: 9})
	}
	for i, condition := range answer.Conditions {
		if i < r.crowd.conditions && condition == shorten(condition, r.crowd.condition()) {
			continue
		}
		r.doc.Add(pdf.Paragraph{Spans: []pdf.Span{pdf.B("Condition: "), pdf.T(condition)}, Size: 9})
	}
	list := pdf.List{Ordered: true, Size: 9, Before: 4}
	for _, n := range r.summary.NotProven {
		list.Items = append(list.Items, pdf.ListItem{Blocks: []pdf.Block{pdf.Paragraph{Spans: r.unprovenLine(n, false), Size: 9}}})
	}
	if len(list.Items) > 0 {
		r.doc.Add(pdf.Paragraph{Spans: []pdf.Span{pdf.B(r.unprovenTitle() + ":")}, Size: 9, KeepNext: true}, list)
	}
}
