package packet

import (
	"fmt"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// screenshots shows each picture with its clocks.
func (r *report) screenshots() {
	if len(r.c.Screenshots) == 0 {
		return
	}
	r.chapter("Screenshots", "screenshots")
	for _, s := range r.c.Screenshots {
		caption := []pdf.Span{small(s.By)}
		if s.Masks > 0 { // nobody counts what was covered outside of the page
			caption = append(caption, small(", "+count(s.Masks, "area")+" covered"))
		}
		caption = append(caption, small("."))
		switch {
		case !s.HappenedAt.IsZero():
			caption = append(caption, small(" Happened "+second(s.HappenedAt)+"."))
		case !s.CapturedAt.IsZero():
			caption = append(caption, small(" Captured "+second(s.CapturedAt)+"; when it happened is not known."))
		case !s.ReceivedAt.IsZero():
			caption = append(caption, small(" Received "+second(s.ReceivedAt)+"; when it happened is not known."))
		}
		if s.Transcript != "" {
			caption = append(caption, small(" Of "), pdf.Span{
				Text: fmt.Sprintf("%s hop %d", s.Transcript, s.Entry), To: HopAnchor(s.Transcript, s.Entry), Colour: pdf.Accent, Size: pdf.SmallSize,
			}, small("."))
		}
		r.doc.Add(pdf.Group{Blocks: []pdf.Block{
			pdf.Heading{Level: 3, Text: s.ID + " " + s.Title, Anchor: s.ID, Spans: []pdf.Span{{Text: s.ID, Mono: true, Colour: pdf.Ink2}, pdf.T("  " + s.Title)}},
			pdf.Figure{Image: r.pictures[s.ID], Alt: s.Title, MaxHeight: screenshotHeight(r.pictures[s.ID]), Border: pdf.Edge, Caption: caption, Before: 4},
		}})
	}
}

// The greatest heights of a screenshot, in points: two wide ones fit on a page; a
// tall one is the picture of a whole page and could not be read at that height.
const (
	wideHeight = 278.0
	tallHeight = 420.0
)

func screenshotHeight(img *pdf.Image) float64 {
	if 4*img.Width >= 5*img.Height {
		return wideHeight
	}
	return tallHeight
}

// remarkList writes each remark with its answers.
func (r *report) remarkList() {
	if len(r.c.Remarks) == 0 {
		return
	}
	r.shortChapter("Remarks", "remarks")
	for _, rm := range r.c.Remarks {
		kv := pdf.KeyValue{KeyWidth: 70, Before: 3, Size: 9}
		kv.Pairs = append(kv.Pairs, pdf.Pair{Key: "Asked", Value: r.act(rm.Act)})
		for _, a := range rm.Answers {
			kv.Pairs = append(kv.Pairs, pdf.Pair{Key: "Answered", Value: r.act(a)})
		}
		if rm.Closed != nil {
			kv.Pairs = append(kv.Pairs, pdf.Pair{Key: name(rm.State), Value: r.act(*rm.Closed)})
		}
		if !rm.Until.IsZero() {
			kv.Pairs = append(kv.Pairs, pdf.Pair{Key: "Until", Value: []pdf.Span{pdf.T(day(rm.Until))}})
		}
		title := []pdf.Span{{Text: rm.ID, Mono: true, Colour: pdf.Ink2}, pdf.T("  " + name(rm.State))}
		plain := rm.ID + " " + name(rm.State)
		if rm.Item != "" {
			title = append(title, pdf.T(", on "), link(rm.Item))
			plain += ", on " + rm.Item
		}
		if rm.Pin != "" {
			title = append(title, pdf.T(" at "), link(rm.Pin))
		}
		r.doc.Add(pdf.Group{Blocks: []pdf.Block{
			pdf.Heading{Level: 3, Anchor: rm.ID, Text: plain, Spans: title, Size: 10, Before: 8, NoBookmark: true}, kv, pdf.Rule{Before: 7},
		}})
	}
}

// waivers lists the remarks that were waived, with the reason and how long it holds.
func (r *report) waivers() {
	if len(r.summary.Waivers) == 0 {
		return
	}
	r.shortChapter("Waivers", "waivers")
	r.doc.Add(note("A waiver lets a remark go unmended. The reason is the reviewer's; nothing else was proven in its place."), r.waiverTable())
}

// waiverTable has a column for the date only where a waiver has one.
func (r *report) waiverTable() pdf.Table {
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 44}, {Width: 44}, {Weight: 1.6}, {Weight: 1.6}, {Weight: 1.2}},
		Head:    pdf.Cells("Remark", "Item", "Asked", "Why it was waived", "By"), Size: 9, Pad: 3.5, Summary: "Waivers",
	}
	dated := r.summary.WaiversEnd()
	if dated {
		t.Columns, t.Head = append(t.Columns, pdf.Column{Width: 62}), append(t.Head, pdf.Cells("Until")...)
	}
	for _, w := range r.summary.Waivers {
		asked := ""
		if rm := r.remarks[w.Remark]; rm != nil {
			asked = shorten(rm.Text, 200)
		}
		row := pdf.Row{Cells: []pdf.Cell{
			{Spans: []pdf.Span{link(w.Remark)}, Header: true}, {Spans: links(some(w.Item))}, {Spans: []pdf.Span{pdf.T(asked)}},
			{Spans: []pdf.Span{pdf.T(w.Reason)}}, {Spans: []pdf.Span{pdf.T(w.By + "\n"), small(date(w.At))}},
		}}
		if dated {
			row.Cells = append(row.Cells, pdf.Cell{Spans: []pdf.Span{pdf.T(w.end())}})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// some is the label as a list, of none where it is empty.
func some(label string) []string {
	if label == "" {
		return nil
	}
	return []string{label}
}

// minutes is the record of the walkthrough.
func (r *report) minutes() {
	w := r.c.Walkthrough
	if w == nil {
		return
	}
	r.shortChapter("Minutes of the walkthrough", "minutes")
	held := "Held"
	if r.c.Outcome == nil {
		held = "Begun"
	}
	kv := pdf.KeyValue{Pairs: []pdf.Pair{{Key: held, Value: []pdf.Span{pdf.T(moment(w.HeldAt))}}}}
	for i, p := range w.People {
		key := "People"
		if i > 0 {
			key = ""
		}
		kv.Pairs = append(kv.Pairs, pdf.Pair{Key: key, Value: []pdf.Span{pdf.T(p)}})
	}
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 36}, {Width: 96}, {Weight: 2}, {Weight: 2.4}, {Weight: 1.2}},
		Head:    pdf.Cells("Entry", "Result", "Step", "Observed", "By"), Size: 9, Pad: 4, Summary: "Minutes",
	}
	for _, m := range w.Minutes {
		step := []pdf.Span{pdf.T(m.Title)}
		if m.Item != "" {
			step = []pdf.Span{link(m.Item), pdf.T(" " + m.Title)}
		}
		t.Rows = append(t.Rows, pdf.Row{Anchor: m.ID, Cells: []pdf.Cell{
			{Spans: []pdf.Span{pdf.M(m.ID)}, Header: true}, {Spans: minutesMark(m.Mark).spans()}, {Spans: step},
			{Spans: []pdf.Span{pdf.T(m.Text)}}, {Spans: []pdf.Span{pdf.T(m.By + "\n"), small(oneWord(m.At.UTC().Format("15:04 MST")))}},
		}})
	}
	r.doc.Add(kv)
	if len(t.Rows) > 0 {
		r.doc.Add(t)
	}
}

// questions lists what readers of an earlier edition asked, with the answers.
func (r *report) questions() {
	if len(r.c.Questions) == 0 {
		return
	}
	r.shortChapter("Questions", "questions")
	r.doc.Add(note("Asked at a place of an earlier edition and answered before this one was made. They belong to the minutes."))
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 44}, {Width: 64}, {Weight: 1}, {Weight: 1}},
		Head:    pdf.Cells("Question", "At", "Asked", "Answered"), Size: 9, Pad: 4, Summary: "Questions",
	}
	for _, q := range r.c.Questions {
		at := link(q.Pin)
		if !r.places[q.Pin] {
			at = monoGrey(q.Pin)
		}
		t.Rows = append(t.Rows, pdf.Row{Anchor: q.ID, Cells: []pdf.Cell{
			{Spans: []pdf.Span{pdf.M(q.ID)}, Header: true}, {Spans: []pdf.Span{at, small("\nof " + q.Packet)}}, {Spans: said(q.Act)}, {Spans: said(q.Answer)},
		}})
	}
	r.doc.Add(t)
}

// said is a text with who said it under it.
func said(a Act) []pdf.Span {
	out := append([]pdf.Span{pdf.T(a.Text), pdf.T("\n")}, actor(a, small(""))...)
	return append(out, small(", "+stamp(a.At)))
}

// configuration is the integration as it was described.
func (r *report) configuration() {
	r.shortChapter("Configuration", KindConfiguration)
	i := r.c.Integration
	text := fmt.Sprintf("Configuration version %d; template %d, rule set %d.", i.ConfigVersion, r.c.Template, r.c.RuleSet)
	if i.ConfigDigest != "" {
		text += " SHA-256 of the integration.yaml: " + i.ConfigDigest + "."
	}
	if r.withholds(KindConfiguration) {
		text += " Its lines are withheld."
	}
	r.doc.Add(note(text))
	t := pdf.Table{Columns: []pdf.Column{{Weight: 1}, {Weight: 2.5}}, Head: pdf.Cells("Name", "Value"), Size: 9, Pad: 3.5, Summary: "Configuration"}
	for _, f := range i.Facts {
		var values []pdf.Span
		for n, v := range f.Values {
			if n > 0 {
				values = append(values, pdf.T("\n"))
			}
			values = append(values, pdf.T(v))
		}
		t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{{Spans: []pdf.Span{pdf.M(f.Name)}, Header: true}, {Spans: values}}})
	}
	if len(t.Rows) > 0 {
		r.doc.Add(t)
	}
}

func (r *report) glossary() {
	r.shortChapter("Glossary", "glossary")
	kv := pdf.KeyValue{KeyWidth: 130, Size: 9}
	for _, g := range Glossary() {
		kv.Pairs = append(kv.Pairs, pdf.Pair{Key: g.Word, Value: []pdf.Span{pdf.T(g.Meaning)}})
	}
	r.doc.Add(kv)
}

// checking says how to verify the packet, and closes the report.
func (r *report) checking() {
	if r.sealed() {
		r.shortChapter("How to check this packet", "checking")
		steps := []pdf.ListItem{
			pdf.Item(pdf.T("Get the root fingerprint from the server's page /keys, or from a person whom you know. Do not take it from the packet.")),
			pdf.Item(pdf.T("Run "), pdf.M("proofwalk verify --fingerprint SHA256 "+r.c.ArchiveName()), pdf.T(". It needs no network. VALID means: sealed by that server, and not one byte was changed since.")),
			pdf.Item(pdf.T("Without proofwalk, VERIFY.md in the archive says how openssl checks it.")),
		}
		if r.c.Address != "" {
			steps = append(steps, pdf.Item(pdf.T("Whether the packet is current, superseded or withdrawn, the server says at "), pdf.M(r.c.Address+"DIGEST"),
				pdf.T(", where DIGEST is the SHA-256 of the archive.")))
		}
		r.doc.Add(
			para(pdf.T("This report is one file of a sealed archive. The statement in the archive is signed and holds the SHA-256 of every other file, this one among them; packet.json, attached to this PDF, holds the same content as data, under the same labels.")),
			pdf.List{Ordered: true, Items: steps},
			para(pdf.T("An address such as "), pdf.M(r.c.Name()+"#"+r.anAnchor()), pdf.T(" names a part of this packet, here, in packet.json and on the server.")),
			pdf.SealBox{Width: 300, Before: 12, Spans: []pdf.Span{pdf.B("Sealed by the server that made this packet\n"), pdf.T("over the whole file; " + r.c.Name() + ", " + moment(r.c.MadeAt))}},
			pdf.KeyValue{KeyWidth: 130, Before: 8, Pairs: []pdf.Pair{{Key: "Signed with the bundle key", Value: []pdf.Span{pdf.M(groups(r.keyID))}}}},
		)
	}
	r.doc.Add(pdf.Paragraph{Before: 10, Spans: []pdf.Span{small("Characters that no font here has, printed as their code point: "), {Counter: pdf.UnprintableCount, Size: pdf.SmallSize, Colour: pdf.Ink3}}})
}

func (r *report) anAnchor() string {
	if len(r.c.Items) > 0 {
		return r.c.Items[0].ID
	}
	return KindConfiguration
}
