package packet

import (
	"fmt"
	"unicode/utf8"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// items writes every item, section by section, with what it rests on.
func (r *report) items() {
	r.doc.Add(pdf.Need{Height: 300}) // a page of its own unless page one has run over
	r.shortChapter("Items", "items")
	first := true
	for _, s := range r.c.SectionFigures() {
		var blocks []pdf.Block
		for i := range r.c.Items {
			if it := &r.c.Items[i]; it.Section == s.ID {
				blocks = append(blocks, r.item(it))
			}
		}
		accepted := "   %d of %d accepted"
		if r.excerpt != nil {
			accepted = "   %d of %d shown ones accepted"
		}
		h := pdf.Heading{Level: 3, Text: s.Title, Anchor: sectionAnchor(s.ID), Size: 13, Before: 20, Spans: []pdf.Span{
			pdf.T(s.Title), {Text: fmt.Sprintf(accepted, s.Accepted, s.Total), Size: pdf.SmallSize, Colour: pdf.Ink3},
		}}
		if first {
			h.Before, first = 4, false
		}
		r.doc.Add(pdf.Running{Left: shorten(s.Title, 50), Right: shorten(r.c.Integration.Name, 50)}, h)
		r.doc.Add(blocks...)
	}
}

// item is one requirement with claim, decision, evidence, findings, remarks.
func (r *report) item(it *Item) pdf.Block {
	m := r.stateMark(it)
	status := append(m.spans(), small("   "+it.Facts()))
	blocks := []pdf.Block{
		pdf.Heading{
			Level: 4, Anchor: it.ID, Before: 9, Size: 10.5, Text: it.ID + " " + it.Title,
			Spans: []pdf.Span{{Text: it.ID, Mono: true, Colour: pdf.Ink2}, pdf.T("  " + it.Title)},
		},
		pdf.Paragraph{Spans: status, Before: 2, KeepNext: true},
	}
	if acts := r.itemActs(it); len(acts.Pairs) > 0 {
		blocks = append(blocks, acts)
	}
	kv := pdf.KeyValue{KeyWidth: itemKeyWidth, Before: 3, Size: 9}
	add := func(key string, value ...pdf.Span) { kv.Pairs = append(kv.Pairs, pdf.Pair{Key: key, Value: value}) }
	if it.NotApplicable != "" {
		add("Reason", pdf.T(it.NotApplicable))
	}
	if it.StaleReason != "" {
		add("Stale", pdf.T(it.StaleReason))
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
			add(key, link(id), pdf.T(" "+name(rm.State)+": "), pdf.T(shorten(rm.Text, 160)))
		}
	}
	if ids := r.withheldOf(it); len(ids) > 0 {
		add("Withheld", ids...)
	}
	if len(kv.Pairs) > 0 {
		blocks = append(blocks, kv)
	}
	// The rule ends the item: above the next one it would stand below the header
	// of a page as a second line.
	return pdf.Group{Blocks: append(blocks, pdf.Rule{Before: 8})}
}

// itemKeyWidth is the room of the names beside an item's facts, in points.
const itemKeyWidth = 56

// itemActs sets the claim beside the decision.
func (r *report) itemActs(it *Item) pdf.KeyValue {
	kv := pdf.KeyValue{KeyWidth: itemKeyWidth, Columns: 2, Share: r.actShare(), Before: 4, Size: 9}
	if it.Claim != nil {
		kv.Pairs = append(kv.Pairs, pdf.Pair{Key: "Claimed", Value: r.act(*it.Claim)})
	}
	if it.Decision != nil {
		kv.Pairs = append(kv.Pairs, pdf.Pair{Key: it.Decided(), Value: r.act(*it.Decision)})
	}
	if len(kv.Pairs) == 1 {
		kv.Columns = 1
	}
	return kv
}

// The part of the width that is left to claims: no less than the rest for decisions.
const (
	leastShare = 0.46
	mostShare  = 0.56
)

// actShare divides the width between claims and decisions by the longest names of
// the report, so that one stands below the other in all items and few lines break.
func (r *report) actShare() float64 {
	if r.acts > 0 {
		return r.acts
	}
	claim, decision := 1, 1
	for i := range r.c.Items {
		claim, decision = max(claim, r.c.Items[i].Claim.nameLength()), max(decision, r.c.Items[i].Decision.nameLength())
	}
	const stampLength = 26 // of the time beside, in letters of a name
	claim, decision = claim+stampLength, decision+stampLength
	r.acts = min(max(float64(claim)/float64(claim+decision), leastShare), mostShare)
	return r.acts
}

// nameLength is how many characters the person's names have.
func (a *Act) nameLength() int {
	if a == nil {
		return 0
	}
	return utf8.RuneCountInString(a.By) + utf8.RuneCountInString(a.Organisation)
}

func (r *report) act(a Act) []pdf.Span {
	spans := append(actor(a, pdf.Span{}), small("  "+stamp(a.At)))
	if a.Text != "" {
		spans = append(spans, pdf.T("\n"), pdf.T(a.Text))
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
			spans = append(spans, pdf.T(sep), pdf.To(fmt.Sprint(n), HopAnchor(e.Transcript, n)))
		}
		spans = append(spans, pdf.T(", page "), pdf.PageOf(e.Transcript))
	case e.Screenshot != "":
		spans = append(spans, link(e.Screenshot), pdf.T(", page "), pdf.PageOf(e.Screenshot))
	}
	if e.Text != "" {
		spans = append(spans, pdf.T("“"+e.Text+"”"))
	}
	if d := e.Document; d != nil {
		text := fmt.Sprintf(" (%s, %d bytes), which is not in this packet", d.MediaType, d.Bytes)
		if !d.LookedInto {
			text += " and was not looked into"
		}
		spans = append(spans, pdf.T(" with the document "), pdf.T(d.Name), pdf.T(text+"; SHA-256 "), pdf.M(d.SHA256))
	}
	if e.By != "" {
		spans = append(spans, pdf.T(", "), pdf.T(e.By))
	}
	if !e.HappenedAt.IsZero() {
		spans = append(spans, small("  "+stamp(e.HappenedAt)))
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
