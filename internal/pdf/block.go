package pdf

// Block is a part of the flow. All block types of this package are values; a
// block may be used more than once.
type Block interface {
	// lay sets the block in the given width and returns its nodes from top to
	// bottom. The structure elements go below l.parent.
	lay(l *layouter, width float64) []*node
}

// Align is the horizontal place of text.
type Align int

// The alignments.
const (
	Left Align = iota
	Right
	Centre
)

// Heading is a heading of level 1 to 6. It stays with what follows, gets a
// bookmark, and its level is at most one deeper than that of the heading before
// it (Render reports a document that breaks this).
type Heading struct {
	Level      int
	Text       string
	Spans      []Span  // instead of Text
	Anchor     string  // named destination, unique in the document
	Size       float64 // zero means the size of the level
	Before     float64 // space above in points; zero means that of the level, negative means none
	NoBookmark bool
}

// Paragraph is text in lines. Two lines at least stay together at a page break.
type Paragraph struct {
	Spans    []Span
	Align    Align
	Size     float64 // zero means BodySize
	Colour   Colour  // zero means Ink
	Before   float64 // space above; zero means a third of a line, negative means none
	Anchor   string
	KeepNext bool // stay on the page of the next block
}

// List is a bulleted or numbered list.
type List struct {
	Ordered bool
	Items   []ListItem
	Size    float64
	Before  float64
}

// ListItem is one item; its blocks stand beside the label.
type ListItem struct{ Blocks []Block }

// Item is a list item of one paragraph.
func Item(spans ...Span) ListItem { return ListItem{Blocks: []Block{Paragraph{Spans: spans}}} }

// Column describes a column of a table. A column with Width has that width;
// one with Fit is as wide as its widest cell without breaking, up to a third of
// the table; the others share the rest by Weight (zero counts as 1).
type Column struct {
	Width  float64
	Fit    bool
	Weight float64
	Align  Align
}

// Table is a table with one header row. Rows are not cut by a page break unless
// a row alone is taller than a page; the header row is repeated on each page as
// an artifact.
type Table struct {
	Columns []Column
	Head    []Cell // empty for none
	Rows    []Row
	Size    float64 // text size; zero means BodySize
	Before  float64
	Pad     float64 // above and below each cell; zero means 4
	Frame   bool    // a line around the table, as around lanes
	// Lines are drawn below each row; zero means Line. Use White for none.
	Lines   Colour
	Summary string // what the table shows, for screen readers
}

// Row is a row of a table.
type Row struct {
	Cells  []Cell
	Fill   Colour
	Anchor string
}

// Cell is a cell of a table. Spans is the usual content, Blocks the rich one.
type Cell struct {
	Spans  []Span
	Blocks []Block
	Header bool // row header: TH with row scope, set semi-bold when in Spans
	Span   int  // number of columns; zero means 1
	Align  *Align
	// Spoken is read aloud instead of what the cell shows, for cells that say
	// something by where things stand in them, as lanes do.
	Spoken string
	// Draw draws behind the content on a canvas as large as the finished cell,
	// for lanes that run from row to row. Its shapes are artifacts, its text is
	// the cell's own.
	Draw func(c *Canvas)
	// MinHeight is the least height of the cell's row.
	MinHeight float64
}

// Cells makes one cell of each text.
func Cells(texts ...string) []Cell {
	out := make([]Cell, len(texts))
	for i, t := range texts {
		out[i] = Cell{Spans: []Span{T(t)}}
	}
	return out
}

// Figure is a picture with its alternative text.
type Figure struct {
	Image     *Image
	Alt       string  // required
	Width     float64 // zero means the picture's size at 96 dots per inch, at most the width there is
	MaxHeight float64 // zero means the height of the flow, less room for a heading
	Border    Colour
	Caption   []Span
	Before    float64
}

// Box is a box around blocks. It is kept on one page when it fits on one.
type Box struct {
	Fill, Border Colour
	BorderWidth  float64 // zero means 0.75
	Radius       float64 // zero means 3, negative means none
	Pad          float64 // zero means 12
	Blocks       []Block
	Before       float64
}

// KeyValue is a list of names with values in one or more columns side by side.
type KeyValue struct {
	Pairs    []Pair
	KeyWidth float64 // zero means 62
	Columns  int     // zero means 1
	Share    float64 // of the width for the first of two columns; zero means half
	Before   float64
	Size     float64
}

// Pair is a name and what stands beside it.
type Pair struct {
	Key   string
	Value []Span
}

// Columns puts blocks side by side; they are read one column after the other.
type Columns struct {
	Columns []Side
	Gap     float64 // zero means 18
	Divider Colour  // a line between the columns
	Before  float64
}

// Side is one of the columns of [Columns].
type Side struct {
	Width  float64 // zero: shares the rest by Weight
	Weight float64 // zero counts as 1
	Blocks []Block
}

// Later is a block that is made when it is set. It may be made several times, each time
// the same; so a long document need not hold all of its blocks at once.
type Later func() Block

// Group keeps its blocks on one page when they fit on one.
type Group struct{ Blocks []Block }

// Space is empty space; it vanishes at the top of a page.
type Space struct{ Height float64 }

// Rule is a line over the whole width, an ornament.
type Rule struct {
	Width  float64 // thickness; zero means 0.5
	Colour Colour  // zero means Line
	Before float64
}

// PageBreak begins a new page unless the page is still empty. Like [Need] and
// [Running] it steers pages only at the top level of the flow, not inside of
// other blocks.
type PageBreak struct{}

// Need begins a new page unless this much height is left on the page.
type Need struct{ Height float64 }

// Anchor is a named destination between blocks.
type Anchor struct{ Name string }

// Running sets what headers and footers say from here on.
type Running struct{ Left, Right string }

// Drawing is a vector drawing; it is made smaller when it is wider than the flow
// or higher than a page.
// With an Alt it is a figure, without one an ornament.
type Drawing struct {
	Width, Height float64
	Alt           string
	Draw          func(c *Canvas)
	Before        float64
	Align         Align
}
