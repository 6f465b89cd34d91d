package packet

import (
	"fmt"
	"strings"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// items writes every item, section by section, with what it rests on.
func (r *report) items() {
	r.doc.Add(pdf.Need{Height: 300}) // a page of its own unless page one has run over
	r.shortChapter("Items", "items")
	first := true
	for _, s := range r.c.Sections {
		var blocks []pdf.Block
		for i := range r.c.Items {
			if it := &r.c.Items[i]; it.Section == s.ID {
				blocks = append(blocks, r.item(it))
			}
		}
		if len(blocks) == 0 {
			continue
		}
		h := pdf.Heading{Level: 3, Text: s.Title, Anchor: sectionAnchor(s.ID), Size: 13, Before: 16}
		if first {
			h.Before, first = 4, false
		}
		r.doc.Add(pdf.Running{Left: shorten(s.Title, 50), Right: shorten(r.c.Integration.Name, 50)}, h)
		r.doc.Add(blocks...)
	}
}

// item is one requirement with claim, decision, evidence, findings, remarks.
func (r *report) item(it *Item) pdf.Block {
	m := stateMark(it)
	status := append(m.spans(), small("   "+r.itemFacts(it)))
	blocks := []pdf.Block{
		pdf.Rule{Before: 8},
		pdf.Heading{
			Level: 4, Anchor: it.ID, Before: 5, Size: 10.5, Text: it.ID + " " + it.Title,
			Spans: []pdf.Span{{Text: it.ID, Mono: true, Colour: pdf.Ink2}, pdf.T("  " + it.Title)},
		},
		pdf.Paragraph{Spans: status, Before: 2, KeepNext: true},
	}
	kv := pdf.KeyValue{KeyWidth: 70, Before: 4, Size: 9}
	add := func(key string, value ...pdf.Span) { kv.Pairs = append(kv.Pairs, pdf.Pair{Key: key, Value: value}) }
	if it.NotApplicable != "" {
		add("Reason", pdf.T(it.NotApplicable))
	}
	if it.StaleReason != "" {
		add("Stale", pdf.T(it.StaleReason))
	}
	if it.Claim != nil {
		add("Claimed", r.act(*it.Claim)...)
	}
	if it.Decision != nil {
		add(decided(it), r.act(*it.Decision)...)
	}
	for n, e := range it.Evidence {
		key := "Evidence"
		if n > 0 {
			key = ""
		}
		add(key, r.evidence(e)...)
	}
	if spans := r.itemFindings(it); len(spans) > 0 {
		add("Findings", spans...)
	}
	for n, id := range it.Remarks {
		key := "Remarks"
		if n > 0 {
			key = ""
		}
		if rm := r.remarks[id]; rm != nil {
			add(key, link(id), pdf.T(" "+name(rm.State)+": "+shorten(rm.Text, 160)))
		}
	}
	if ids := r.withheldOf(it); len(ids) > 0 {
		add("Withheld", ids...)
	}
	if len(kv.Pairs) > 0 {
		blocks = append(blocks, kv)
	}
	return pdf.Group{Blocks: blocks}
}

// itemFacts is the line beside the state.
func (r *report) itemFacts(it *Item) string {
	parts := []string{"required"}
	if !it.Required {
		parts[0] = "not required"
	}
	parts = append(parts, name(it.Phase), "by "+name(it.By))
	if it.Inference {
		parts = append(parts, "may be asked")
	}
	return strings.Join(parts, ", ")
}

func (r *report) act(a Act) []pdf.Span {
	spans := []pdf.Span{pdf.T(who(a)), small("  " + moment(a.At))}
	if a.Text != "" {
		spans = append(spans, pdf.T("\n"+a.Text))
	}
	return spans
}

// evidence is one line: kind, where to find it, when it happened.
func (r *report) evidence(e Evidence) []pdf.Span {
	spans := []pdf.Span{pdf.B(name(e.Kind) + " ")}
	switch {
	case r.withholds(e.Transcript + e.Screenshot):
		spans = append(spans, link(e.Transcript+e.Screenshot))
	case e.Transcript != "":
		spans = append(spans, link(e.Transcript))
		for i, n := range e.Entries {
			sep := ", "
			if i == 0 {
				sep = ", hop "
			}
			spans = append(spans, pdf.T(sep), pdf.To(fmt.Sprint(n), hopAnchor(e.Transcript, n)))
		}
		spans = append(spans, pdf.T(", page "), pdf.PageOf(e.Transcript))
	case e.Screenshot != "":
		spans = append(spans, link(e.Screenshot), pdf.T(", page "), pdf.PageOf(e.Screenshot))
	}
	if e.Text != "" {
		spans = append(spans, pdf.T("“"+e.Text+"”"))
	}
	if d := e.Document; d != nil {
		text := fmt.Sprintf(" with the document %s (%s, %d bytes), which is not in this packet", d.Name, d.MediaType, d.Bytes)
		if !d.LookedInto {
			text += " and was not looked into"
		}
		spans = append(spans, pdf.T(text+"; SHA-256 "), pdf.M(d.SHA256))
	}
	if e.By != "" {
		spans = append(spans, pdf.T(", "+e.By))
	}
	if !e.HappenedAt.IsZero() {
		spans = append(spans, small("  "+moment(e.HappenedAt)))
	}
	if e.OlderRelease != "" {
		spans = append(spans, pdf.C("  older release: "+e.OlderRelease, pdf.Warn))
	}
	if e.Stale {
		spans = append(spans, pdf.C("  stale: what it rests on has changed", pdf.Warn))
	}
	return spans
}

// itemFindings lists what does not pass with its sentence, then the passes by
// number only: they are in the list of findings.
func (r *report) itemFindings(it *Item) []pdf.Span {
	var out []pdf.Span
	var passes []string
	for _, verdict := range []string{"fail", "warn", "not_seen"} {
		for _, id := range it.Findings {
			f := r.findings[id]
			if f == nil || f.Verdict != verdict {
				continue
			}
			if len(out) > 0 {
				out = append(out, pdf.T("\n"))
			}
			m := verdictMark(verdict)
			out = append(out, pdf.Span{Icon: m.icon, Text: " " + m.word + " ", Bold: true, Colour: m.colour}, link(f.ID), pdf.T(" "+f.Title))
		}
	}
	for _, id := range it.Findings {
		if f := r.findings[id]; f != nil && f.Verdict == "pass" {
			passes = append(passes, id)
		}
	}
	if len(passes) > 0 {
		if len(out) > 0 {
			out = append(out, pdf.T("\n"))
		}
		out = append(out, pdf.Span{Icon: pdf.MarkPass, Text: " Pass ", Bold: true, Colour: pdf.Pass})
		out = append(out, links(passes)...)
	}
	return out
}

// findingList writes each finding once: failures first, passes as a table.
func (r *report) findingList() {
	if len(r.c.Findings) == 0 {
		return
	}
	r.chapter("Findings", "findings")
	r.doc.Add(note("A finding is what a rule says about the transcripts; nobody edits it. “Not seen” means that the transcript cannot tell, and counts as neither pass nor fail."))
	for _, verdict := range []string{"fail", "warn", "not_seen"} {
		var blocks []pdf.Block
		for i := range r.c.Findings {
			if f := &r.c.Findings[i]; f.Verdict == verdict {
				blocks = append(blocks, r.finding(f))
			}
		}
		if len(blocks) > 0 {
			m := verdictMark(verdict)
			r.doc.Add(pdf.Heading{Level: 3, Text: fmt.Sprintf("%s: %d", m.word, len(blocks)), Before: 12})
			r.doc.Add(blocks...)
		}
	}
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 42}, {Width: 46}, {Weight: 1}, {Width: 140}},
		Head:    pdf.Cells("Finding", "Rule", "What is so", "Where"), Size: 9, Pad: 3.5, Summary: "Findings that pass",
	}
	for _, f := range r.c.Findings {
		if f.Verdict != "pass" {
			continue
		}
		title := []pdf.Span{pdf.T(f.Title)}
		if f.PartnerSide {
			title = append(title, small(" computed on the partner's side"))
		}
		t.Rows = append(t.Rows, pdf.Row{Anchor: f.ID, Cells: []pdf.Cell{
			{Spans: []pdf.Span{pdf.M(f.ID)}, Header: true}, {Spans: []pdf.Span{pdf.M(f.Rule)}}, {Spans: title}, {Spans: refs(f.Refs, 3)},
		}})
	}
	if len(t.Rows) > 0 {
		r.doc.Add(pdf.Heading{Level: 3, Text: fmt.Sprintf("Pass: %d", len(t.Rows)), Before: 14}, t)
	}
}

// finding is one that does not pass, in full.
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
		beside.Pairs = append(beside.Pairs, pdf.Pair{Key: "Where", Value: refs(f.Refs, 12)})
	}
	add(&beside, "Clause", f.Clause)
	if f.Verdict == "not_seen" {
		add(&below, "Why", f.Why)
	} else {
		add(&below, "Because", f.CauseWhy)
		add(&below, "Cure", f.Cure)
	}
	blocks := []pdf.Block{
		pdf.Rule{Before: 7},
		pdf.Heading{Level: 4, Anchor: f.ID, Before: 4, Size: 10, NoBookmark: true, Text: f.ID + " " + f.Title, Spans: []pdf.Span{
			{Icon: m.icon, Text: " "}, {Text: f.ID, Mono: true, Colour: pdf.Ink2}, pdf.T("  " + f.Title),
		}},
		pdf.Paragraph{Spans: []pdf.Span{small(facts)}, Before: 1, KeepNext: true},
	}
	for _, kv := range []pdf.KeyValue{beside, below} {
		if len(kv.Pairs) > 0 {
			blocks = append(blocks, kv)
		}
	}
	return pdf.Group{Blocks: blocks}
}

// refs links the entries that a finding rests on, at most so many.
func refs(all []Ref, most int) []pdf.Span {
	var out []pdf.Span
	for i, ref := range all {
		if i == most {
			out = append(out, pdf.T(fmt.Sprintf(" and %d more", len(all)-most)))
			break
		}
		if i > 0 {
			out = append(out, pdf.T(", "))
		}
		out = append(out, pdf.Span{Text: ref.Transcript + " hop " + fmt.Sprint(ref.Entry), To: hopAnchor(ref.Transcript, ref.Entry), Colour: pdf.Accent})
		if ref.Param != "" {
			out = append(out, monoGrey(" "+ref.Param))
		}
	}
	return out
}
