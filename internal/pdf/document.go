package pdf

import "time"

// Size is a width and a height in points.
type Size struct{ W, H float64 }

// A4 is the page size used when [Options.Page] is zero.
var A4 = Size{W: 595.276, H: 841.890}

// Margins are the distances from the page's edges to the flow of blocks. Header
// and footer stand inside the top and the bottom margin.
type Margins struct{ Top, Right, Bottom, Left float64 }

// DefaultMargins are used when [Options.Margins] is zero.
var DefaultMargins = Margins{Top: 68, Right: 42, Bottom: 54, Left: 42}

// Options describe a document as a whole.
type Options struct {
	Title   string    // required; shown by viewers instead of the file name
	Lang    string    // BCP 47 tag; empty means "en"
	Author  string    // dc:creator
	Subject string    // dc:description
	Creator string    // program that asked for the document; empty means "Proofwalk"
	Created time.Time // creation and modification date of the file, written in UTC

	Page    Size
	Margins Margins

	// Header and Footer are called for every page and drawn as artifacts, so screen
	// readers pass over them. A nil function or zero Strip draws nothing.
	Header, Footer func(PageInfo) Strip

	// Watermark is drawn large, slanted and pale on every page, as an artifact.
	Watermark string

	// Absent gives what is said, in a link's brackets or in place of a page's number,
	// where the document has no such anchor; empty, as without it, says nothing.
	Absent func(anchor string) string

	Attachments []Attachment

	// Fonts are tried for characters that no built-in font has; nil for none.
	Fonts *FontSet

	// Frugal makes a long document in less memory and more time. Its bytes are the same.
	Frugal bool

	// Seal asks for a signature; nil leaves the document unsigned.
	Seal *Seal
}

// PageInfo is what a header or footer may say about its page.
type PageInfo struct {
	Number, Total int     // from 1
	Running       Running // the latest [Running] before or at the first block of the page
}

// Strip is one line of a header or footer with up to three parts and a rule
// between it and the flow.
type Strip struct {
	Left, Centre, Right []Span
	Rule                float64 // thickness, 0 for none
	RuleColour          Colour  // zero means [Ink]
}

// Attachment is a file embedded in the document.
type Attachment struct {
	Name         string // file name without folders
	Type         string // media type, for example "application/json"; what is none becomes "application/octet-stream"
	Description  string
	Relationship string // AFRelationship: Source, Data, Supplement, Alternative or Unspecified (when empty)
	Data         []byte
}

// Doc collects blocks. It is not safe for use by several goroutines.
type Doc struct {
	opt    Options
	blocks []Block
	keeps  int // nodes from one pass for the next, see maxKept
}

// New starts an empty document.
func New(opt Options) *Doc {
	if opt.Page == (Size{}) {
		opt.Page = A4
	}
	if opt.Margins == (Margins{}) {
		opt.Margins = DefaultMargins
	}
	if opt.Lang == "" {
		opt.Lang = "en"
	}
	if opt.Creator == "" {
		opt.Creator = "Proofwalk"
	}
	d := &Doc{opt: opt, keeps: maxKept}
	if opt.Frugal {
		d.keeps = maxKeptFrugal
	}
	return d
}

// Add appends blocks to the flow.
func (d *Doc) Add(blocks ...Block) { d.blocks = append(d.blocks, blocks...) }

// Output is a rendered document.
type Output struct {
	Bytes       []byte   // the file
	Parts       [][]byte // the file in parts; see [Doc.RenderParts]
	Pages       int
	Anchors     []AnchorPage // in reading order
	Unprintable int          // characters that were printed as their code point
}

// AnchorPage says on which page (from 1) a named destination stands.
type AnchorPage struct {
	Name string
	Page int
}

// PageOf returns the page of an anchor, 0 when the document has no such anchor.
func (o *Output) PageOf(anchor string) int {
	for _, a := range o.Anchors {
		if a.Name == anchor {
			return a.Page
		}
	}
	return 0
}
