package pdf

// Colour is an RGB colour made by [RGB]. The zero value means "not set": the
// surroundings decide.
type Colour uint32

const colourSet Colour = 1 << 24

// The colours of a report. Each reads on white and on its own tint.
const (
	Ink        = colourSet | 0x13202B
	Ink2       = colourSet | 0x42505B
	Ink3       = colourSet | 0x586671
	Line       = colourSet | 0xD3D9DD
	Edge       = colourSet | 0x75828C
	Sunken     = colourSet | 0xEAEDEF
	White      = colourSet | 0xFFFFFF
	Accent     = colourSet | 0x1A55A3
	AccentTint = colourSet | 0xE4EDF8
	Pass       = colourSet | 0x17683A
	PassTint   = colourSet | 0xE0F0E6
	Fail       = colourSet | 0xB0231B
	FailTint   = colourSet | 0xFBE8E6
	Warn       = colourSet | 0x7C4E00
	WarnTint   = colourSet | 0xFBEFD3
	NotSeen    = colourSet | 0x53616C
)

// Sizes of text in points. Mono text is set at [MonoScale] of its surroundings.
const (
	BodySize  = 9.75
	SmallSize = 8.5
	H1Size    = 19.5
	H2Size    = 14
	H3Size    = 10.75
	MonoScale = 0.875
)

// Span is a piece of a line of text. The zero values of Size and Colour take
// those of the block around it. A line feed in Text ends the line.
type Span struct {
	Text               string
	Bold, Italic, Mono bool // there is no bold italic and no italic mono: bold and mono win
	Size               float64
	Colour             Colour

	// Link makes the span a link to an http, https or mailto address; any other
	// address, or one with control or format characters, is printed as plain text.
	Link string
	// To makes the span a link to an anchor of this document. An anchor that does
	// not exist leaves plain text.
	To string

	// Icon is drawn in the line before Text.
	Icon *Icon
	// Chip puts a rounded box around the span, which is then never broken. A text of
	// more than 40 characters is set without its chip.
	Chip *Chip

	// PageOf prints the page number of an anchor instead of Text ("?" when there
	// is none) and links to it.
	PageOf string
	// Counter prints a number known only after layout instead of Text.
	Counter Counter
}

// Counter names a number that the document knows about itself.
type Counter int

// The counters.
const (
	NoCounter        Counter = iota
	TotalPages               // number of pages
	UnprintableCount         // characters printed as their code point
)

// Chip is the box around a span.
type Chip struct{ Fill, Border Colour }

// Icon is a small drawing that stands in a line of text.
type Icon struct {
	Width, Height float64 // in ems of the surrounding text
	Drop          float64 // how far the lower edge stands below the base line, in ems
	Alt           string  // read aloud; empty makes the icon an ornament, right beside the word it repeats
	// Draw draws on a canvas of Width x Height points times the text size.
	Draw func(c *Canvas)
}

// T is plain text.
func T(s string) Span { return Span{Text: s} }

// B is semi-bold text.
func B(s string) Span { return Span{Text: s, Bold: true} }

// M is mono text, for identifiers, hosts, paths and parameters.
func M(s string) Span { return Span{Text: s, Mono: true} }

// C is coloured text.
func C(s string, c Colour) Span { return Span{Text: s, Colour: c} }

// To is a link to an anchor of the document.
func To(s, anchor string) Span { return Span{Text: s, To: anchor, Colour: Accent} }

// PageOf prints the page number of an anchor and links to it.
func PageOf(anchor string) Span { return Span{PageOf: anchor} }
