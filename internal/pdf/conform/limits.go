package conform

import "errors"

// Limits of a file. They are far above our documents and far below what would
// hurt the machine.
const (
	maxFile      = 256 << 20 // bytes of the file
	maxObjects   = 1_000_000 // object numbers
	maxSections  = 256       // cross-reference sections
	maxNesting   = 64        // arrays and dictionaries in each other
	maxInflated  = 128 << 20 // bytes of one stream behind its filters
	maxTotal     = 512 << 20 // bytes of all streams behind their filters
	maxFilters   = 8         // filters of one stream
	maxPages     = 20_000
	maxElements  = 3_000_000 // structure elements and what they hold
	maxTreeDepth = 256       // of structure, page, number and name trees
	maxSteps     = 30_000_000
	maxOperands  = 4096 // operands of one operator
	maxForms     = 12   // form XObjects drawn by each other
	maxXMP       = 1 << 20
	maxGrown     = 3_000_000 // cells covered, widths and codes in ranges
	maxPerRule   = 20        // violations of one rule that are listed
)

// Errors of [Check]. A file that gives one of them could not be read; no
// statement about a rule is made.
var (
	ErrNotPDF  = errors.New("file is not a PDF")
	ErrDamaged = errors.New("PDF is damaged")
	ErrLimit   = errors.New("PDF is over the limits of the checker")
)
