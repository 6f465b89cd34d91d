package packet

import (
	"fmt"
	"strings"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// SummaryOf names the packet that a summary is made of, by its digests in hex.
type SummaryOf struct {
	SHA256         string // of the archive
	ManifestSHA256 string // of packet.json
}

// RenderSummary makes the short PDF for a board that decides on the go-live: the
// decision, the items and the findings that do not pass, in one to three pages
// for a usual checklist. It is not sealed and names the packet that is. A zero
// of makes the summary of a draft, which says DRAFT on each page.
//
// Bytes of transcripts and pictures are not needed: content of [ReadManifest]
// will do.
func RenderSummary(c *Content, of SummaryOf) ([]byte, error) {
	s := &sheet{c: c, summary: Summarize(c), draft: of == SummaryOf{}, manifestSHA256: of.ManifestSHA256}
	if !s.draft && (!isSHA256(of.SHA256) || !isSHA256(of.ManifestSHA256)) {
		return nil, fmt.Errorf("rendering a summary: the packet's digests are not SHA-256 in hex")
	}
	r := newReport(s)
	r.brief, r.crowd = true, crowds[0]
	o := r.options()
	o.Title, o.Attachments = r.briefTitle()+": "+c.Integration.Name, nil
	r.doc = pdf.New(o)
	whole := r.doc
	// Set close it has two pages for a usual checklist; where it has more all the same,
	// it is set wide.
	whole.AddFirstFitting(2, len(settings), func(way int, part *pdf.Doc) {
		r.doc, r.set = part, settings[way]
		r.briefBlocks(of)
	})
	out, err := whole.Render()
	if err != nil {
		return nil, fmt.Errorf("rendering a summary: %w", err)
	}
	return out.Bytes, nil
}

// setting is how the tables of a summary are set: their text and the space in them.
type setting struct{ size, pad, before float64 }

var settings = []setting{{8.5, 2.5, 18}, {8.2, 1.6, 12}, {8, 1, 9}, {8.5, 2.5, 18}}

func (r *report) briefBlocks(of SummaryOf) {
	r.title()
	r.answer()
	r.figures()
	r.unprovenAndSigned()
	r.whatItIs(of)
	r.briefItems()
	r.briefFindings()
	if len(r.summary.Waivers) > 0 {
		t := r.waiverTable()
		t.Size, t.Pad = r.set.size, r.set.pad
		r.doc.Add(pdf.Need{Height: 90}, pdf.Heading{Level: 2, Text: "Waivers", Before: r.set.before}, t)
	}
	r.keyToMarks()
}

// briefTitle is what a summary is called.
func (r *report) briefTitle() string {
	if r.draft {
		return "Summary of a draft"
	}
	return "Summary of packet " + r.c.Name()
}

// whatItIs says that a summary proves nothing, and which packet does.
func (r *report) whatItIs(of SummaryOf) {
	if r.draft {
		r.checkYourself()
		return
	}
	r.doc.Add(pdf.Box{Border: pdf.Ink, Radius: -1, Before: 10, Pad: 8, Blocks: []pdf.Block{
		pdf.Paragraph{Size: 9, Before: -1, Spans: []pdf.Span{
			pdf.B("Summary of packet " + r.c.Name() + ", not sealed. "),
			pdf.T("It leaves out the evidence and can be changed without a trace. The packet proves what is said here: "), monoBold(r.c.ArchiveName()),
		}},
		pdf.KeyValue{KeyWidth: 66, Size: 8.5, Before: 4, Pairs: []pdf.Pair{
			{Key: "SHA-256 of it", Value: []pdf.Span{pdf.M(of.SHA256)}},
			{Key: "packet.json", Value: []pdf.Span{pdf.M(of.ManifestSHA256)}},
		}},
	}})
}

// briefItems has a line for each item.
func (r *report) briefItems() {
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 46}, {}, {Width: 86}, {Width: 80}, {Width: 76}},
		Head:    pdf.Cells("Item", "Requirement", "State", "Decided by", "Findings"), Size: r.set.size, Pad: r.set.pad, Summary: "Items",
	}
	for _, s := range r.c.SectionFigures() {
		t.Rows = append(t.Rows, pdf.Row{Fill: pdf.Sunken, Cells: []pdf.Cell{{Span: 5, Spans: []pdf.Span{
			pdf.B(s.Title), small(fmt.Sprintf("   %d of %d accepted", s.Accepted, s.Total)),
		}}}})
		for i := range r.c.Items {
			if it := &r.c.Items[i]; it.Section == s.ID {
				t.Rows = append(t.Rows, r.briefItem(it))
			}
		}
	}
	if len(t.Rows) > 0 {
		r.doc.Add(pdf.Need{Height: 140}, pdf.Heading{Level: 2, Text: "Items", Before: r.set.before}, t)
	}
}

func (r *report) briefItem(it *Item) pdf.Row {
	title := []pdf.Span{pdf.T(it.Title)}
	if it.Required {
		title = append(title, small("  required"))
	}
	by := []pdf.Span{small("nobody yet")}
	if it.Decision != nil {
		by = []pdf.Span{pdf.T(it.Decision.By)}
	}
	var findings []pdf.Span
	for _, verdict := range []string{"fail", "warn", "not_seen", "pass"} {
		n := 0
		for _, id := range it.Findings {
			if f := r.findings[id]; f != nil && f.Verdict == verdict {
				n++
			}
		}
		if n > 0 {
			m := verdictMark(verdict)
			findings = append(findings, pdf.Span{Icon: m.spoken(), Text: fmt.Sprintf("\u00a0%d ", n), Colour: m.colour})
		}
	}
	if len(findings) == 0 {
		findings = []pdf.Span{small("none")}
	}
	return pdf.Row{Anchor: it.ID, Cells: []pdf.Cell{
		{Spans: []pdf.Span{pdf.M(it.ID)}, Header: true}, {Spans: title}, {Spans: r.stateMark(it).spans()}, {Spans: by}, {Spans: findings},
	}}
}

// briefMost is how many failures and warnings a summary tells; the rest it counts.
const briefMost = 18

// briefFindings tells what fails or warns, with its cure.
func (r *report) briefFindings() {
	t := pdf.Table{
		Columns: []pdf.Column{{Width: 50}, {Width: 42}, {Width: 42}, {Weight: 1}, {Weight: 1.25}},
		Head:    pdf.Cells("Verdict", "Finding", "Rule", "What is so", "Cure"), Size: r.set.size, Pad: r.set.pad, Summary: "Findings that fail or warn",
	}
	more := 0
	for _, verdict := range []string{"fail", "warn"} {
		for i := range r.c.Findings {
			f := &r.c.Findings[i]
			if f.Verdict != verdict {
				continue
			}
			if len(t.Rows) == briefMost {
				more++
				continue
			}
			t.Rows = append(t.Rows, pdf.Row{Anchor: f.ID, Cells: []pdf.Cell{
				{Spans: verdictMark(verdict).spans()}, {Spans: []pdf.Span{pdf.M(f.ID)}, Header: true}, {Spans: []pdf.Span{pdf.M(f.Rule)}},
				{Spans: []pdf.Span{pdf.T(f.Title)}}, {Spans: []pdf.Span{pdf.T(f.Cure)}},
			}})
		}
	}
	n := r.summary.Counts.Findings
	said := fmt.Sprintf("%d fail, %d warn; %d pass and %d are not seen, which the packet lists.", n.Fail, n.Warn, n.Pass, n.NotSeen)
	if more > 0 {
		said += fmt.Sprintf(" %d of them are left out here.", more)
	}
	r.doc.Add(pdf.Need{Height: 120}, pdf.Heading{Level: 2, Text: "Findings", Before: r.set.before}, pdf.Paragraph{Size: 9, Spans: []pdf.Span{pdf.C(said, pdf.Ink2)}})
	if len(t.Rows) > 0 {
		r.doc.Add(t)
	}
}

// named gives a few of the labels that something is about, for a summary, which
// has no pages to lead to.
func named(anchors []string) string {
	const most = 4
	if len(anchors) <= most {
		return strings.Join(anchors, ", ")
	}
	return strings.Join(anchors[:most], ", ") + fmt.Sprintf(" and %d more", len(anchors)-most)
}
