package packet

import (
	"bytes"
	"fmt"

	"github.com/proofwalk/proofwalk/internal/pdf"
)

// Build makes the packet of a decided revision where its part of the log is
// known beforehand; see Prepare for where it is not. It changes nothing in c.
func Build(c *Content, seal Seal) (*Packet, error) {
	return build(c, seal, renderReport)
}

// RenderDraft makes the PDF of any state of an integration, decided or not.
// It is unsigned and says DRAFT on each page.
func RenderDraft(c *Content) ([]byte, error) {
	if err := checkDraft(c); err != nil {
		return nil, err
	}
	c = withFiles(c)
	return renderReport(&sheet{c: c, summary: Summarize(c), draft: true})
}

// report puts the sheet's content into blocks.
type report struct {
	*sheet
	doc      *pdf.Doc
	brief    bool // the summary instead of the report
	crowd    crowd
	set      setting // of a summary
	acts     float64 // see actShare
	findings map[string]*Finding
	remarks  map[string]*Remark
	pictures map[string]*pdf.Image // by screenshot
	drawn    map[string]bool       // anchors of the hops that are drawn
	places   map[string]bool       // every anchor that packet.json promises
}

// renderReport is the renderer of Build.
func renderReport(s *sheet) ([]byte, error) {
	out, err := renderParts(s)
	if err != nil {
		return nil, err
	}
	if out.Bytes != nil {
		return out.Bytes, nil
	}
	return bytes.Join(out.Parts, nil), nil
}

// renderParts makes the report without copying its pictures.
func renderParts(s *sheet) (*pdf.Output, error) {
	r := newReport(s)
	checked, err := r.readPictures()
	if err != nil {
		return nil, err
	}
	out, err := r.render()
	if damaged := checked(); damaged != nil {
		return nil, damaged
	}
	if err != nil {
		return nil, err
	}
	if err := hasAnchors(out, Anchors(s.c)); err != nil {
		return nil, err
	}
	return out, nil
}

// render puts the content into blocks and sets them.
func (r *report) render() (*pdf.Output, error) {
	r.doc = pdf.New(r.options())
	if r.excerpt == nil {
		r.firstPage()
	} else {
		r.excerptPage()
	}
	r.items()
	r.findingList()
	r.errorPaths()
	r.nullValues()
	r.minimization()
	r.transcripts()
	r.screenshots()
	r.remarkList()
	r.waivers()
	r.minutes()
	r.questions()
	r.inFull()
	r.redaction()
	r.configuration()
	r.glossary()
	r.checking()
	return r.doc.RenderParts()
}

// readPictures reads the screenshots as far as their layout needs, and begins to
// check the rest beside it: inflating pictures is a large part of the work of a
// report. checked waits and gives the first fault; a report may be given away only
// after it.
func (r *report) readPictures() (checked func() error, err error) {
	shots := r.c.Screenshots
	images := make([]*pdf.Image, len(shots))
	scanned := inParallel(len(shots), func(i int) (err error) { images[i], err = pdf.ScanImage(shots[i].PNG); return err })
	if err := firstOf("reading screenshot", scanned()); err != nil {
		return nil, err
	}
	for i, shot := range shots {
		r.pictures[shot.ID] = images[i]
	}
	inflated := inParallel(len(shots), func(i int) error { return images[i].Check() })
	return func() error { return firstOf("reading screenshot", inflated()) }, nil
}

func newReport(s *sheet) *report {
	r := &report{sheet: s, findings: map[string]*Finding{}, remarks: map[string]*Remark{}, pictures: map[string]*pdf.Image{}, drawn: map[string]bool{}, places: map[string]bool{}}
	for i := range s.c.Findings {
		r.findings[s.c.Findings[i].ID] = &s.c.Findings[i]
	}
	for i := range s.c.Remarks {
		r.remarks[s.c.Remarks[i].ID] = &s.c.Remarks[i]
	}
	for _, t := range s.c.Transcripts {
		for _, h := range t.Hops {
			r.drawn[HopAnchor(t.ID, h.N)] = true
		}
	}
	for _, anchor := range Anchors(s.c) {
		r.places[anchor] = true
	}
	return r
}

// hasAnchors demands every anchor that packet.json promises.
func hasAnchors(out *pdf.Output, anchors []string) error {
	there := make(map[string]bool, len(out.Anchors))
	for _, a := range out.Anchors {
		there[a.Name] = true
	}
	for _, a := range anchors {
		if !there[a] {
			return fmt.Errorf("the report has no place for anchor %s", a)
		}
	}
	return nil
}

func (r *report) options() pdf.Options {
	i := r.c.Integration
	o := pdf.Options{
		Title: "Readiness packet " + r.c.Name() + ": " + i.Name, Lang: "en", Author: "Proofwalk",
		Subject: i.Partner + ", " + i.Name + ", revision " + fmt.Sprint(r.c.Revision),
		Created: r.c.MadeAt.Time, Header: r.header, Footer: r.footer, Fonts: r.c.Fonts, Frugal: r.frugal,
	}
	if r.draft {
		o.Title = "Draft: " + i.Name
		o.Watermark = "DRAFT"
		return o
	}
	o.Seal = r.seal
	o.Attachments = []pdf.Attachment{{
		Name: "packet.json", Type: "application/json", Relationship: "Source",
		Description: "The content of this report as data", Data: r.manifest,
	}}
	if r.unsigned {
		r.unsignedOptions(&o)
	}
	return o
}

func (r *report) header(p pdf.PageInfo) pdf.Strip {
	if p.Number > 1 {
		return pdf.Strip{Left: []pdf.Span{pdf.T(p.Running.Left)}, Right: []pdf.Span{pdf.T(p.Running.Right)}, Rule: 1.5}
	}
	what := "Readiness packet " + r.c.Name() + ", made " + moment(r.c.MadeAt)
	switch {
	case r.brief && r.draft:
		what = "Summary of a draft, made " + moment(r.c.MadeAt)
	case r.brief:
		what = "Summary, not sealed, of packet " + r.c.Name() + ", made " + stamp(r.c.MadeAt)
	case r.draft:
		what = "Draft, made " + moment(r.c.MadeAt)
	}
	if r.unsigned {
		what = r.unsignedName()
	}
	return pdf.Strip{
		Left:  []pdf.Span{{Icon: logo}, {Text: "  Proofwalk", Bold: true, Size: 12, Colour: pdf.Ink}},
		Right: []pdf.Span{pdf.T(what)}, Rule: 1.5,
	}
}

func (r *report) footer(p pdf.PageInfo) pdf.Strip {
	i := r.c.Integration
	centre := "draft, not signed"
	switch {
	case r.unsigned:
		centre = r.unsignedFooter()
	case !r.draft:
		centre = "packet.json " + r.manifestSHA256[:8]
	}
	if r.brief && !r.draft {
		centre = "summary of " + r.c.Name() + ", not sealed"
	}
	return pdf.Strip{
		Left:   []pdf.Span{pdf.T(shorten(i.Partner+", "+i.Name, 60)), pdf.T(fmt.Sprintf(", revision %d", r.c.Revision))},
		Centre: []pdf.Span{pdf.M(centre)},
		Right:  []pdf.Span{pdf.T(fmt.Sprintf("%d of %d", p.Number, p.Total))},
		Rule:   0.75, RuleColour: pdf.Edge,
	}
}

// logo is the walked line: two steps between squares.
var logo = &pdf.Icon{Width: 1.7, Height: 1.35, Drop: 0.3, Draw: func(c *pdf.Canvas) {
	w, h := c.W, c.H
	line := pdf.Stroke{Line: pdf.Accent, Width: 0.09 * w}
	c.Polyline(line, 0.1*w, 0.12*h, 0.1*w, 0.5*h, 0.5*w, 0.5*h, 0.5*w, 0.88*h, 0.95*w, 0.88*h, 0.95*w, 0.6*h)
	for _, at := range [][2]float64{{0.1, 0.12}, {0.1, 0.5}, {0.5, 0.5}, {0.5, 0.88}} {
		side := 0.17 * w
		c.Rect(at[0]*w-side/2, at[1]*h-side/2, side, side, pdf.Stroke{Fill: pdf.Accent})
	}
}}

// chapter begins a long part of the report: on a new page unless a third of this
// one is left.
func (r *report) chapter(title, anchor string) {
	r.doc.Add(pdf.Need{Height: 250})
	r.shortChapter(title, anchor)
}

// shortChapter begins a part that may stand below another one.
func (r *report) shortChapter(title, anchor string) {
	r.doc.Add(
		pdf.Need{Height: 150}, pdf.Running{Left: shorten(title, 50), Right: shorten(r.c.Integration.Name, 50)},
		pdf.Heading{Level: 2, Text: title, Anchor: anchor, Size: 17, Before: 26},
	)
}

func para(spans ...pdf.Span) pdf.Paragraph { return pdf.Paragraph{Spans: spans} }

// note is a paragraph of second rank.
func note(text string) pdf.Paragraph {
	return pdf.Paragraph{Spans: []pdf.Span{pdf.C(text, pdf.Ink2)}}
}

func small(text string) pdf.Span { return pdf.Span{Text: text, Size: pdf.SmallSize, Colour: pdf.Ink3} }

func monoBold(text string) pdf.Span { return pdf.Span{Text: text, Mono: true, Bold: true} }

func monoGrey(text string) pdf.Span { return pdf.Span{Text: text, Mono: true, Colour: pdf.Ink2} }

// link is a link to a part, by its label.
func link(anchor string) pdf.Span {
	return pdf.Span{Text: anchor, Mono: true, To: anchor, Colour: pdf.Accent}
}

// links are links with commas between them.
func links(anchors []string) []pdf.Span {
	var out []pdf.Span
	for i, a := range anchors {
		if i > 0 {
			out = append(out, pdf.T(", "))
		}
		out = append(out, link(a))
	}
	return out
}
