package conform

import (
	"errors"
	"slices"
)

// markSet is the marked content with identifiers of a page or a form.
type markSet struct {
	owner int // object number
	where string
	key   int // StructParents, -1 if it is missing
	ids   map[int]int
}

// mark is an open marked-content sequence.
type mark struct {
	artifact, tagged, actual bool // of this one or one around it
	object                   bool // in what draws an annotation, which is tagged as a whole
	inText                   bool
}

// state is the part of the graphics state (8.4) that the rules need.
type state struct {
	font   *font
	render int
}

// machine runs a content stream.
type machine struct {
	c         *checker
	where     string
	resources dict
	set       *markSet
	marks     []mark
	outside   mark // what is around a form
	state     state
	saved     []state
	inText    bool
	forms     int
	args      []any
	lex       *lexer
}

// runPage runs the content of a page.
func (c *checker) runPage(p *page) {
	var data []byte
	for _, v := range c.f.list(p.dict["Contents"]) {
		s := c.f.stream(v)
		if s == nil {
			c.add("content-syntax", p.where(), "a part of the content is missing")
			continue
		}
		b, err := c.data(s)
		if err != nil {
			c.add("content-syntax", p.where(), "the content cannot be decoded")
			continue
		}
		data = append(append(data, b...), '\n')
	}
	m := &machine{c: c, where: p.where(), resources: c.f.dict(p.resources), set: c.markSet(p.num, p.dict, p.where())}
	if _, own := p.dict["Resources"]; !own && len(data) > 0 {
		c.add("resources-own", p.where(), "the page has no resources of its own")
	}
	m.run(data)
	c.transparency(p)
}

// markSet makes the set of a page or form; a form that is drawn twice keeps its set.
func (c *checker) markSet(num int, d dict, where string) *markSet {
	if s := c.marks[num]; s != nil && num != 0 {
		return s
	}
	key, ok := c.f.int(d["StructParents"])
	if !ok {
		key = -1
	}
	s := &markSet{owner: num, where: where, key: key, ids: map[int]int{}}
	c.marks[num] = s
	return s
}

func (m *machine) top() mark {
	if len(m.marks) == 0 {
		return m.outside
	}
	return m.marks[len(m.marks)-1]
}

// run reads operands and operators to the end.
func (m *machine) run(data []byte) {
	m.lex = &lexer{b: data, content: true, odd: func(rule, text string) { m.c.add(rule, m.where, "%s", text) }}
	for m.c.step() {
		v, err := m.lex.next(0)
		if errors.Is(err, errEnd) {
			break
		}
		if err != nil {
			m.c.f.fail(err)
			m.c.add("content-syntax", m.where, "the content is no sequence of operands and operators")
			return
		}
		op, ok := v.(keyword)
		if !ok {
			if m.args = append(m.args, v); len(m.args) > maxOperands {
				m.c.f.fail(ErrLimit)
				return
			}
			continue
		}
		m.operator(op)
		m.args = m.args[:0]
	}
	if len(m.marks) > 0 || m.inText || len(m.saved) > 0 {
		m.c.add("content-balance", m.where, "marked content, a text object or a graphics state is left open")
	}
}

// operands says how many operands an operator has; -1 for any number.
var operands = map[keyword]int{
	"b": 0, "B": 0, "b*": 0, "B*": 0, "BDC": 2, "BI": 0, "BMC": 1, "BT": 0, "BX": 0, "c": 6, "cm": 6, "CS": 1, "cs": 1, "d": 2,
	"d0": 2, "d1": 6, "Do": 1, "DP": 2, "EMC": 0, "ET": 0, "EX": 0, "f": 0, "F": 0, "f*": 0, "G": 1, "g": 1, "gs": 1, "h": 0,
	"i": 1, "j": 1, "J": 1, "K": 4, "k": 4, "l": 2, "m": 2, "M": 1, "MP": 1, "n": 0, "q": 0, "Q": 0, "re": 4, "RG": 3, "rg": 3,
	"ri": 1, "s": 0, "S": 0, "SC": -1, "sc": -1, "SCN": -1, "scn": -1, "sh": 1, "T*": 0, "Tc": 1, "Td": 2, "TD": 2, "Tf": 2,
	"Tj": 1, "TJ": 1, "TL": 1, "Tm": 6, "Tr": 1, "Ts": 1, "Tw": 1, "Tz": 1, "v": 4, "w": 1, "W": 0, "W*": 0, "y": 4, "'": 1, "\"": 3,
}

func (m *machine) operator(op keyword) {
	n, known := operands[op]
	if !known {
		m.c.add("content-operators", m.where, "the operator %s is not known", quoted(name(op)))
		return
	}
	if n >= 0 && len(m.args) != n {
		m.c.add("content-operators", m.where, "the operator %s has %d operands", op, len(m.args))
		return
	}
	switch op {
	case "q", "Q", "gs", "ri", "Do", "BI", "sh", "d0", "d1":
		m.graphics(op)
	case "BMC", "BDC", "EMC", "MP", "DP":
		m.marking(op)
	case "BT", "ET", "Tf", "Tr", "Tj", "TJ", "'", "\"":
		m.textOperator(op)
	case "CS", "cs", "G", "g", "RG", "rg", "K", "k", "scn", "SCN":
		m.colour(op)
	case "b", "B", "b*", "B*", "f", "F", "f*", "s", "S":
		m.paint(op)
	}
}

// paint notes that something is drawn.
func (m *machine) paint(op keyword) {
	if t := m.top(); !t.artifact && !t.tagged && !t.object {
		m.c.add("content-tagged", m.where, "what the operator %s draws is neither tagged nor an artifact", op)
	}
}

func (m *machine) graphics(op keyword) {
	switch op {
	case "q":
		if len(m.saved) >= 28 {
			m.c.add("limit-states", m.where, "graphics states nest more than 28 deep")
		}
		if len(m.saved) < maxOperands {
			m.saved = append(m.saved, m.state)
		}
	case "Q":
		if len(m.saved) == 0 {
			m.c.add("content-balance", m.where, "a graphics state is restored that was not saved")
			return
		}
		m.state, m.saved = m.saved[len(m.saved)-1], m.saved[:len(m.saved)-1]
	case "gs":
		if v, ok := m.resource("ExtGState", m.args[0]); ok {
			m.c.graphicsState(v, m.where)
			if f := m.c.f.array(m.c.f.dict(v)["Font"]); len(f) == 2 {
				m.state.font = m.c.font(f[0], m.set.owner, "gs", m.where)
			}
		}
	case "ri":
		n, _ := m.args[0].(name)
		m.c.intentName(n, m.where)
	case "Do":
		m.object()
	case "BI":
		m.inlineImage()
	case "sh":
		if v, ok := m.resource("Shading", m.args[0]); ok {
			m.c.space(m.c.f.dict(v)["ColorSpace"], m.resources, m.where, 0)
		}
		m.paint(op)
	}
}

// resource finds a named resource.
func (m *machine) resource(kind name, arg any) (any, bool) {
	n, _ := arg.(name)
	v, ok := m.c.f.dict(m.resources[kind])[n]
	if !ok || m.c.f.dict(v) == nil {
		m.c.add("resource-missing", m.where, "%s of the kind %s is not in the resources", quoted(n), kind)
		return nil, false
	}
	return v, true
}

func (m *machine) colour(op keyword) {
	switch op {
	case "G", "g":
		m.c.deviceUse("DeviceGray", m.resources, m.where)
	case "RG", "rg":
		m.c.deviceUse("DeviceRGB", m.resources, m.where)
	case "K", "k":
		m.c.deviceUse("DeviceCMYK", m.resources, m.where)
	case "CS", "cs":
		n, _ := m.args[0].(name)
		m.c.space(n, m.resources, m.where, 0)
	case "SCN", "scn":
		if len(m.args) == 0 {
			return
		}
		if n, ok := m.args[len(m.args)-1].(name); ok {
			if v, ok := m.resource("Pattern", n); ok {
				m.pattern(v)
			}
		}
	}
}

// pattern runs the cell of a tiling pattern; what it draws belongs to what it fills.
func (m *machine) pattern(v any) {
	d := m.c.f.dict(v)
	if s := m.c.f.dict(d["Shading"]); s != nil {
		m.c.space(s["ColorSpace"], m.resources, m.where, 0)
	}
	if s := m.c.f.stream(v); s != nil && m.c.formUses[-s.num] == 0 {
		m.c.formUses[-s.num]++
		inner := &machine{c: m.c, where: where(s.num), resources: m.c.f.dict(d["Resources"]), set: m.c.markSet(s.num, d, where(s.num)),
			outside: mark{artifact: true}, forms: m.forms + 1}
		if data, err := m.c.data(s); err == nil && inner.forms <= maxForms {
			inner.run(data)
		}
	}
}

// marking keeps the stack of marked content.
func (m *machine) marking(op keyword) {
	switch op {
	case "EMC":
		if len(m.marks) == 0 {
			m.c.add("content-balance", m.where, "marked content ends that did not begin")
			return
		}
		if m.top().inText != m.inText {
			m.c.add("content-balance", m.where, "marked content and a text object cross each other")
		}
		m.marks = m.marks[:len(m.marks)-1]
	case "BMC", "BDC":
		m.begin(op)
	}
}

func (m *machine) begin(op keyword) {
	if len(m.marks) >= maxTreeDepth {
		m.c.f.fail(ErrLimit)
		return
	}
	t := m.top()
	t.inText = m.inText
	tag, _ := m.args[0].(name)
	var props dict
	if op == "BDC" {
		props, _ = m.args[1].(dict)
		if n, ok := m.args[1].(name); ok {
			v, _ := m.resource("Properties", n)
			props = m.c.f.dict(v)
		}
	}
	id, marked := m.c.f.int(props["MCID"])
	if tag == "Artifact" {
		if t.tagged {
			m.c.add("artifact-inside", m.where, "an artifact stands in tagged content")
		}
		t.artifact = true
	}
	if _, ok := m.c.f.text(props["ActualText"]); ok {
		t.actual = true
	}
	if v, ok := props["Lang"]; ok {
		m.c.lang(m.where, v)
	}
	if marked {
		if t.artifact {
			m.c.add("tagged-inside", m.where, "tagged content %d stands in an artifact", id)
		}
		if t.tagged && m.outside == (mark{}) {
			m.c.add("mcid-nested", m.where, "tagged content %d stands in other tagged content", id)
		}
		m.set.ids[id]++
		t.tagged = true
	}
	m.marks = append(m.marks, t)
}

// sortedMarks are the mark sets by object number.
func (c *checker) sortedMarks() []*markSet {
	var out []*markSet
	for _, s := range c.marks {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *markSet) int { return a.owner - b.owner })
	return out
}
