package packet

import (
	"strings"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// pathMark is how the state of a refusal looks.
func pathMark(state string) mark {
	switch state {
	case "handled":
		return mark{pdf.MarkPass, PathWord(state), pdf.Pass}
	case "mishandled":
		return mark{pdf.MarkFail, PathWord(state), pdf.Fail}
	case "untold":
		return mark{pdf.MarkNotSeen, PathWord(state), pdf.NotSeen}
	}
	return mark{pdf.MarkOpen, PathWord(state), pdf.Ink2}
}

// errorPaths is what the packet's runs show of documented refusals.
func (r *report) errorPaths() {
	x := r.c.ErrorPaths
	if x == nil {
		return
	}
	r.shortChapter("Error paths", anchorErrorPaths)
	r.doc.Add(note(x.Counts.Words()))
	t := pdf.Table{
		Columns: []pdf.Column{{Weight: 1.1}, {Width: 110}, {Weight: 2.2}},
		Head:    pdf.Cells("Refusal", "State", "What arrived and what the user saw"), Size: 9, Pad: 3.5, Summary: "Error paths",
	}
	for _, p := range x.Paths {
		title := []pdf.Span{pdf.T(p.Title)}
		if len(p.Codes) > 0 {
			title = append(title, pdf.T("\n"), monoGrey(strings.Join(p.Codes, ", ")))
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{{Spans: title, Header: true}, {Spans: pathMark(p.State).spans()}, {Spans: r.shownErrors(p)}}})
	}
	r.doc.Add(t)
}

// shownErrors writes the error transcripts, the one that decides first.
func (r *report) shownErrors(p ErrorPath) []pdf.Span {
	if len(p.Shown) == 0 {
		return []pdf.Span{pdf.T("How to exercise it: " + p.HowTo)}
	}
	var out []pdf.Span
	for n, s := range p.Shown {
		if n > 0 {
			out = append(out, pdf.T("\n"))
		}
		out = append(out, link(s.Run), pdf.T(" "+s.Arrived+" The user saw: "+s.Saw))
		if s.Why != "" {
			out = append(out, pdf.T(" "+s.Why))
		}
		out = append(out, r.hopLinks(s.At, s.Page)...)
		if len(s.Findings) > 0 {
			out = append(append(out, pdf.T(" ")), links(s.Findings)...)
		}
	}
	if p.NotShown > 0 {
		out = append(out, pdf.T("\nNot shown: "+count(p.NotShown, "older sign-in")+"."))
	}
	return out
}

// hopLinks lead to the entries that are there, each once.
func (r *report) hopLinks(refs ...*Ref) []pdf.Span {
	var out []pdf.Span
	seen := map[string]bool{}
	for _, at := range refs {
		if at != nil && !seen[HopAnchor(at.Transcript, at.Entry)] {
			seen[HopAnchor(at.Transcript, at.Entry)] = true
			out = append(out, pdf.T(" "), r.hopLink(*at))
		}
	}
	return out
}

// hopLink leads to a drawn entry, and only names one that is not drawn.
func (r *report) hopLink(at Ref) pdf.Span {
	anchor := HopAnchor(at.Transcript, at.Entry)
	if r.drawn[anchor] || r.withholds(at.Transcript) {
		return link(anchor)
	}
	return monoGrey(anchor)
}

// nullMark is how the state of a null value looks.
func nullMark(state string) mark {
	switch state {
	case "handled":
		return mark{pdf.MarkPass, NullWord(state), pdf.Pass}
	case "broken":
		return mark{pdf.MarkFail, NullWord(state), pdf.Fail}
	case "untold":
		return mark{pdf.MarkNotSeen, NullWord(state), pdf.NotSeen}
	case "value_only":
		return mark{pdf.MarkOpen, NullWord(state), pdf.Ink2}
	}
	return mark{pdf.MarkOpen, NullWord(state), pdf.Ink2}
}

// nullValues lists the attributes that may be missing, or came empty.
func (r *report) nullValues() {
	x := r.c.NullValues
	if x == nil {
		return
	}
	r.shortChapter("Null values", anchorNullValues)
	if len(x.Cells) == 0 {
		r.doc.Add(note("No policy with attributes is described, so nothing is said to be missing at times."))
		return
	}
	r.doc.Add(note(x.Counts.Words()))
	t := pdf.Table{
		Columns: []pdf.Column{{Weight: 1}, {Weight: 1.4}, {Weight: 1.1}, {Width: 116}, {Width: 96}},
		Head:    pdf.Cells("Attribute", "Policy and method", "May be missing", "State", "Where"), Size: 9, Pad: 3.5, Summary: "Null values",
	}
	for _, v := range x.Cells {
		if !v.Notable() {
			continue
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{
			{Spans: []pdf.Span{pdf.M(v.Attribute)}, Header: true}, {Spans: []pdf.Span{pdf.T(v.MethodWords() + "\n"), monoGrey(v.Policy)}},
			{Spans: []pdf.Span{pdf.T(v.Expectation())}}, {Spans: nullMark(v.State).spans()}, {Spans: r.seenAt(v)},
		}})
	}
	if len(t.Rows) > 0 {
		r.doc.Add(t)
	}
}

func (r *report) seenAt(v NullValue) []pdf.Span {
	s := v.Decisive()
	if s == nil {
		return []pdf.Span{small("nowhere")}
	}
	return append([]pdf.Span{link(s.Run)}, r.hopLinks(s.At, s.Page)...)
}

// minimization sets what came against what is declared.
func (r *report) minimization() {
	x := r.c.Minimization
	if x == nil {
		return
	}
	r.shortChapter("Data minimization", anchorMinimization)
	r.doc.Add(note(x.Words()))
	t := pdf.Table{
		Columns: []pdf.Column{{Weight: 1.2}, {Weight: 1.6}, {Width: 116}, {Width: 96}},
		Head:    pdf.Cells("Name", "Purpose", "Received", "Where"), Size: 9, Pad: 3.5, Summary: "Data minimization",
	}
	where := func(run string, at *Ref) []pdf.Span {
		if run == "" {
			return []pdf.Span{small("nowhere")}
		}
		return append([]pdf.Span{link(run)}, r.hopLinks(at)...)
	}
	for _, s := range x.Surplus {
		m := mark{pdf.MarkWarn, "Surplus " + s.Kind, pdf.Warn}
		title := []pdf.Span{pdf.M(s.Name)}
		if s.Name == "" {
			title = []pdf.Span{pdf.T(s.Nameless())}
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{{Spans: title, Header: true}, {Spans: []pdf.Span{pdf.T("not declared")}}, {Spans: m.spans()}, {Spans: where(s.Run, s.At)}}})
	}
	for _, d := range x.Declared {
		purpose := []pdf.Span{pdf.T(d.Purpose)}
		if d.Purpose == "" {
			purpose = mark{pdf.MarkWarn, "No purpose is stated", pdf.Warn}.spans()
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{{Spans: []pdf.Span{pdf.M(d.Attribute)}, Header: true}, {Spans: purpose}, {Spans: receiptMark(d.Receipt).spans()}, {Spans: where(d.Run, d.At)}}})
	}
	if len(t.Rows) > 0 {
		r.doc.Add(t)
	}
}

func receiptMark(receipt string) mark {
	switch receipt {
	case "received":
		return mark{pdf.MarkPass, ReceiptWord(receipt), pdf.Pass}
	case "never_received":
		return mark{pdf.MarkWarn, ReceiptWord(receipt), pdf.Warn}
	}
	return mark{pdf.MarkNotSeen, ReceiptWord(receipt), pdf.NotSeen}
}
