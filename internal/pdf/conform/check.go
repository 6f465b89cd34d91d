package conform

import (
	"fmt"
	"slices"
	"strings"
)

// Rule is a condition of one or both standards that a machine can decide.
type Rule struct {
	ID         string
	UA         string // clause of ISO 14289-1:2014, empty when PDF/UA-1 has no such rule
	Matterhorn string // checkpoint of the Matterhorn Protocol 1.02, empty when it has none
	A          string // clause of ISO 19005-3:2012, empty when PDF/A-3 has no such rule
	Text       string // what has to be so, in one line
}

// Clause names the clauses that the rule follows.
func (r Rule) Clause() string {
	var parts []string
	if r.UA != "" {
		parts = append(parts, "ISO 14289-1, "+r.UA)
	}
	if r.Matterhorn != "" {
		parts = append(parts, "Matterhorn "+r.Matterhorn)
	}
	if r.A != "" {
		parts = append(parts, "ISO 19005-3, "+r.A)
	}
	return strings.Join(parts, "; ")
}

// Violation is one place where a rule is broken.
type Violation struct {
	Rule   string // ID of the rule
	Clause string
	Where  string // object or page, or both
	Text   string // what is wrong there
}

// String is the violation in one line.
func (v Violation) String() string {
	return v.Rule + " (" + v.Clause + ") " + v.Where + ": " + v.Text
}

// Report is the result of a check.
type Report struct {
	Violations []Violation // in the order of the rules' groups; at most 20 of each rule
	More       int         // violations beyond those
	Undecided  []string    // parts of the file that the checker does not know
	Rules      []string    // IDs of the rules that were applied
	Pages      int
}

// OK tells whether nothing speaks against the claims of the two standards that
// a machine can find.
func (r Report) OK() bool { return len(r.Violations) == 0 && r.More == 0 && len(r.Undecided) == 0 }

// Broken lists the IDs of the broken rules, each once, sorted.
func (r Report) Broken() []string {
	var out []string
	for _, v := range r.Violations {
		out = append(out, v.Rule)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// group is a set of rules that are checked together.
type group struct {
	rules []Rule
	run   func(c *checker)
}

// groups are all rules in the order of their checks: the later ones use what
// the earlier ones have read.
func groups() []group {
	return []group{
		{fileRules, (*checker).checkFile},
		{catalogRules, (*checker).checkCatalog},
		{metadataRules, (*checker).checkMetadata},
		{colourRules, (*checker).checkIntents},
		{structureRules, (*checker).checkStructure},
		{tableRules, (*checker).checkTables},
		{contentRules, (*checker).checkContent},
		{resourceRules, nil}, // found while content is read
		{imageRules, nil},
		{markRules, (*checker).checkMarks},
		{fontRules, (*checker).checkFonts},
		{annotationRules, (*checker).checkAnnotations},
		{formRules, (*checker).checkForms},
		{actionRules, (*checker).checkActions},
		{attachmentRules, (*checker).checkAttachments},
		{navigationRules, (*checker).checkNavigation},
	}
}

// Rules lists all rules.
func Rules() []Rule {
	var out []Rule
	for _, g := range groups() {
		out = append(out, g.rules...)
	}
	return out
}

// checker holds what is known about a file while it is checked.
type checker struct {
	f           *file
	rules       map[string]Rule
	count       map[string]int
	last        map[string]Violation // of each rule
	report      Report
	catalog     dict
	pages       []*page
	pageOf      map[int]*page // by object number
	xmp         *metadata
	intent      *outputIntent
	tree        *tree
	marks       map[int]*markSet // marked content by object number of page or form
	fonts       map[fontKey]*font
	fontList    []*font
	annots      []*annotation
	steps       int
	grown       int
	dests       map[string]any
	formUses    map[int]int
	streams     map[*stream][]byte
	undecided   map[string]bool
	clear       bool // the page has shown transparency
	pixelBytes  int64
	separations map[string]string // by name
	spaces      map[spaceKey]int  // components of colour spaces
}

// Check applies all rules to a file. An error means that the file could not be
// read: [ErrNotPDF], [ErrDamaged] or [ErrLimit]. An encrypted file is reported
// and not looked at any further.
func Check(pdf []byte) (Report, error) {
	c := &checker{rules: map[string]Rule{}, count: map[string]int{}, last: map[string]Violation{}, pageOf: map[int]*page{}, marks: map[int]*markSet{},
		fonts: map[fontKey]*font{}, formUses: map[int]int{}, streams: map[*stream][]byte{}, undecided: map[string]bool{}, separations: map[string]string{}, spaces: map[spaceKey]int{}}
	for _, r := range Rules() {
		c.rules[r.ID] = r
	}
	f, err := open(pdf, func(rule string, object int, text string) { c.add(rule, where(object), "%s", text) })
	if err != nil {
		return Report{}, err
	}
	c.f = f
	c.catalog = f.dict(f.trailer["Root"])
	if _, ok := f.trailer["Encrypt"]; ok {
		c.add("encryption", "file", "the file is encrypted")
		c.report.Rules = []string{"encryption"}
		return c.report, nil
	}
	if c.catalog == nil {
		return Report{}, ErrDamaged
	}
	if err := c.readPages(); err != nil {
		return Report{}, err
	}
	for _, g := range groups() {
		if g.run != nil {
			g.run(c)
		}
		if f.err != nil {
			return Report{}, f.err
		}
		for _, r := range g.rules {
			c.report.Rules = append(c.report.Rules, r.ID)
		}
	}
	c.report.Pages = len(c.pages)
	slices.Sort(c.report.Undecided)
	return c.report, nil
}

// add notes a violation.
func (c *checker) add(rule, where, format string, args ...any) {
	v := Violation{Rule: rule, Clause: c.rules[rule].Clause(), Where: where, Text: fmt.Sprintf(format, args...)}
	if c.last[rule] == v {
		return // the same colour again and again
	}
	c.last[rule] = v
	if c.count[rule]++; c.count[rule] > maxPerRule {
		c.report.More++
		return
	}
	c.report.Violations = append(c.report.Violations, v)
}

// unknown notes a part of the file that the checker does not know.
func (c *checker) unknown(where, format string, args ...any) {
	s := where + ": " + fmt.Sprintf(format, args...)
	if !c.undecided[s] && len(c.undecided) < 100 {
		c.undecided[s] = true
		c.report.Undecided = append(c.report.Undecided, s)
	}
}

// step counts work, so that a small file cannot make much of it.
func (c *checker) step() bool { return c.work(1) }

// work counts n steps: of loops over what may be shared by many objects.
func (c *checker) work(n int) bool {
	if c.steps += n; c.steps > maxSteps {
		c.f.fail(ErrLimit)
	}
	return c.f.err == nil
}

// data is the decoded content of a stream, kept for the next time.
func (c *checker) data(s *stream) ([]byte, error) {
	if b, ok := c.streams[s]; ok {
		return b, nil
	}
	b, err := c.f.decode(s)
	if err != nil {
		c.f.fail(err)
		return nil, err
	}
	c.streams[s] = b
	return b, nil
}

// grow counts what a few bytes of the file make many of: spans of cells, ranges
// of widths and codes.
func (c *checker) grow(n int) bool {
	if c.grown += n; c.grown > maxGrown {
		c.f.fail(ErrLimit)
	}
	return c.f.err == nil
}
