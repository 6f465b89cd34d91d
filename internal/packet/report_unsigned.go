package packet

import (
	"fmt"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// unsignedMark lies across each page of a report that is no file of a packet.
const unsignedMark = "UNSIGNED"

// RenderUnsigned makes the report of content that was read from packet.json, with
// its pictures (AddFiles; the transcripts' bytes may be missing). Nobody seals it:
// it says UNSIGNED on each page.
func RenderUnsigned(c *Content, manifest []byte) ([]byte, error) {
	s, err := unsignedSheet(c, manifest)
	if err != nil {
		return nil, err
	}
	return renderReport(s)
}

// UnsignedParts is RenderUnsigned for a process that does nothing else: the report comes
// in parts, without a copy of the pictures, and a long one is made in little memory.
func UnsignedParts(c *Content, manifest []byte) ([][]byte, error) {
	s, err := unsignedSheet(c, manifest)
	if err != nil {
		return nil, err
	}
	s.frugal = true
	out, err := renderParts(s)
	if err != nil {
		return nil, err
	}
	return out.Parts, nil
}

func unsignedSheet(c *Content, manifest []byte) (*sheet, error) {
	if err := checkReport(c, false); err != nil {
		return nil, err
	}
	return &sheet{c: c, summary: Summarize(c), manifest: manifest, manifestSHA256: digestHex(manifest), unsigned: true}, nil
}

// PDF makes the report of what the excerpt shows. It is no part of the excerpt and
// not signed, and says so on each page.
func (x *Excerpt) PDF() ([]byte, error) {
	c := *x.content
	c.Fonts = x.Fonts
	return renderReport(&sheet{c: &c, summary: x.summary, unsigned: true, excerpt: x})
}

// sealed tells whether the report is a file of a packet.
func (s *sheet) sealed() bool { return !s.draft && !s.unsigned }

// unsignedOptions mark a report that is no file of a packet.
func (r *report) unsignedOptions(o *pdf.Options) {
	o.Watermark = unsignedMark
	o.Title = "Unsigned report of packet " + r.c.Name() + ": " + r.c.Integration.Name
	if r.excerpt != nil {
		o.Title = "Unsigned report of an excerpt of packet " + r.c.Name() + ": " + r.c.Integration.Name
		o.Attachments = nil
		o.Absent = r.excerpt.absent
	}
}

// what the report is, in its header.
func (r *report) unsignedName() string {
	if r.excerpt != nil {
		return "Excerpt of packet " + r.c.Name() + ", made " + moment(r.c.MadeAt)
	}
	return "Packet " + r.c.Name() + ", made " + moment(r.c.MadeAt)
}

// unsignedFooter says on each page that the report is not signed.
func (r *report) unsignedFooter() string {
	if x := r.excerpt; x != nil {
		return fmt.Sprintf("unsigned, %d of %d parts", x.Shown, x.Parts)
	}
	return "unsigned, packet.json " + r.manifestSHA256[:8]
}

// absent is said where the report refers to a part that it does not have. Entries
// that are not drawn have no place in a whole report either.
func (x *Excerpt) absent(anchor string) string {
	if x.withheld[partOf(anchor)] {
		return "withheld"
	}
	return ""
}

// withholds tells whether the report is of an excerpt without this part.
func (r *report) withholds(anchor string) bool { return r.excerpt != nil && r.excerpt.withheld[anchor] }

// withheldOf are the parts that an item names and the excerpt withholds.
func (r *report) withheldOf(it *Item) []pdf.Span {
	var out []pdf.Span
	for _, ids := range [][]string{it.Findings, it.Remarks} {
		for _, id := range ids {
			if !r.withholds(id) {
				continue
			}
			if len(out) > 0 {
				out = append(out, pdf.T(", "))
			}
			out = append(out, monoGrey(id))
		}
	}
	return out
}

// excerptPage is page one of an excerpt: what nobody can withhold, with the
// figures of the whole packet, and how much of it is here.
func (r *report) excerptPage() {
	i, x, n := r.c.Integration, r.excerpt, r.summary.Counts
	r.doc.Add(
		pdf.Running{Left: shorten(i.Partner, 50), Right: shorten(i.Name, 50)},
		pdf.Heading{Level: 1, Text: i.Name, Before: -1},
		pdf.Paragraph{Spans: []pdf.Span{pdf.C(i.Partner, pdf.Ink2), pdf.C(fmt.Sprintf(", %s, %s, configuration %d", name(i.Protocol), i.Environment, i.ConfigVersion), pdf.Ink2)}, Size: 10.5, Before: -1},
		pdf.Box{Border: pdf.Ink, Radius: -1, Before: 10, Pad: 10, Blocks: []pdf.Block{
			pdf.Paragraph{Spans: []pdf.Span{pdf.B(fmt.Sprintf("An excerpt: %d of %d parts are shown, %s withheld.", x.Shown, x.Parts, plural(x.Parts-x.Shown, "1 was", "%d were")))}, Size: 12, Before: -1},
			pdf.Paragraph{Spans: []pdf.Span{pdf.T("Whoever cut it chose what to show. What stands on this page cannot be withheld, and its figures are those of the whole packet.")}, Before: 3},
		}},
	)
	r.crowd = crowds[0]
	r.answer()
	kv := pdf.KeyValue{KeyWidth: 90, Before: 10}
	add := func(key, value string) {
		kv.Pairs = append(kv.Pairs, pdf.Pair{Key: key, Value: []pdf.Span{pdf.T(value)}})
	}
	add("Items", fmt.Sprintf("%d: %d accepted, %d claimed, %d open, %d returned, %d not applicable; %d of them stale",
		n.Items.Total, n.Items.Accepted, n.Items.Claimed, n.Items.Open, n.Items.Returned, n.Items.NotApplicable, n.Items.Stale))
	add("Findings", fmt.Sprintf("%d: %d pass, %d fail, %d warn, %d not seen", n.Findings.Total, n.Findings.Pass, n.Findings.Fail, n.Findings.Warn, n.Findings.NotSeen))
	add("Remarks", fmt.Sprintf("%d open, %d answered, %d closed, %d waived", n.Remarks.Open, n.Remarks.Answered, n.Remarks.Closed, n.Remarks.Waived))
	add("Evidence", count(n.TestRuns, "test run")+", "+count(n.Transcripts, "transcript")+", "+count(n.Screenshots, "screenshot"))
	for _, w := range r.summary.Waivers {
		waived := []pdf.Span{pdf.T(w.Remark + w.on() + ": "), pdf.T(w.Reason), pdf.T(w.until())}
		kv.Pairs = append(kv.Pairs, pdf.Pair{Key: "Waived", Value: waived})
	}
	r.doc.Add(pdf.Heading{Level: 2, Text: "The whole packet", Size: pdf.H3Size, Before: 12, NoBookmark: true}, kv)
	r.doc.Add(pdf.Columns{Gap: 24, Before: 10, Columns: []pdf.Side{
		{Weight: 1.5, Blocks: r.excerptUnproven()},
		{Weight: 1, Blocks: r.signOffs()},
	}})
	r.checkYourself()
}

// excerptUnproven lists what the whole packet does not prove, by anchors.
func (r *report) excerptUnproven() []pdf.Block {
	list := pdf.List{Ordered: true, Size: 9}
	for _, n := range r.summary.NotProven {
		list.Items = append(list.Items, pdf.ListItem{Blocks: []pdf.Block{pdf.Paragraph{Spans: []pdf.Span{pdf.T(n.Text)}, Size: 9}}})
	}
	list.Items = append(list.Items, pdf.ListItem{Blocks: []pdf.Block{pdf.Paragraph{Spans: []pdf.Span{pdf.T("What the withheld parts say.")}, Size: 9}}})
	return []pdf.Block{pdf.Heading{Level: 2, Text: "What this excerpt does not prove", Size: pdf.H3Size, Before: -1, NoBookmark: true}, list}
}

// unsignedBox says in place of "check it yourself" what can be checked instead.
func (r *report) unsignedBox() pdf.Block {
	file, what := r.c.ArchiveName(), "this report shows what the packet's packet.json says"
	if r.excerpt != nil {
		file, what = r.excerpt.Name, "the report shows what the excerpt beside it shows"
	}
	return pdf.Box{Border: pdf.Ink, Radius: -1, Before: 10, Pad: 8, Blocks: []pdf.Block{
		pdf.Paragraph{Spans: []pdf.Span{pdf.B("This PDF is not signed. "), pdf.T("Whoever made it could have written anything into it; if it is right, " + what + ". Rely on the archive, which anybody can check:\n"),
			monoBold("proofwalk verify --fingerprint SHA256 " + file)}, Size: 9, Before: -1},
	}}
}
