package conform

var contentRules = []Rule{
	{"content-syntax", "", "", "6.2.2", "Content streams are complete sequences of operands and operators."},
	{"content-operators", "", "", "6.2.2", "Only operators of ISO 32000-1 are used, with the operands they need."},
	{"content-balance", "7.1", "", "6.2.2", "Text objects, marked content and graphics states begin and end in pairs (ISO 32000-1, 14.6)."},
	{"content-tagged", "7.1", "01-005", "6.7.3.2", "All that is drawn is tagged or an artifact."},
	{"artifact-inside", "7.1", "01-003", "", "No artifact stands in tagged content."},
	{"tagged-inside", "7.1", "01-004", "", "No tagged content stands in an artifact."},
	{"mcid-nested", "7.1", "", "6.7.3.3", "Content that belongs to one structure element does not stand in that of another (ISO 32000-1, 14.7.4.2)."},
	{"limit-states", "", "", "6.1.13", "Graphics states nest at most 28 deep."},
}

var resourceRules = []Rule{
	{"resources-own", "", "", "6.2.2", "A content stream has a resource dictionary of its own."},
	{"resource-missing", "", "", "6.2.2", "Every named resource is in the resources."},
	{"gs-transfer", "", "", "6.2.5", "Graphics state dictionaries have no TR and HTP, and TR2 only as Default."},
	{"gs-halftone", "", "", "6.2.5", "Halftones are of type 1 or 5 and have no name."},
	{"rendering-intent", "", "", "6.2.6", "Rendering intents are the four of ISO 32000-1."},
	{"gs-alpha", "", "", "6.2.10", "Alpha constants are numbers from 0 to 1."},
	{"blend-mode", "", "", "6.2.10", "Blend modes are those of ISO 32000-1."},
	{"transparency-space", "", "", "6.2.10", "A page with transparency has a blending colour space: an output intent or a group with CS."},
	{"form-postscript", "", "", "6.2.9", "Form XObjects have no OPI and no PS, and there is no PostScript XObject."},
	{"form-box", "", "", "6.2.9", "Form XObjects have a bounding box (ISO 32000-1, 8.10.2)."},
	{"form-reference", "7.20", "30-001", "6.2.9", "There is no reference XObject."},
	{"form-once", "7.20", "30-002", "", "A form XObject with tagged content is drawn only once."},
}

func (c *checker) checkContent() {
	for _, p := range c.pages {
		if c.f.err != nil {
			return
		}
		c.runPage(p)
	}
	c.readAnnotations()
}

// intentName checks a rendering intent.
func (c *checker) intentName(n name, at string) {
	switch n {
	case "RelativeColorimetric", "AbsoluteColorimetric", "Perceptual", "Saturation":
	default:
		c.add("rendering-intent", at, "the rendering intent %s is not known", quoted(n))
	}
}

// blendModes are those of ISO 32000-1, 11.3.5.
var blendModes = set("Normal", "Compatible", "Multiply", "Screen", "Overlay", "Darken", "Lighten", "ColorDodge", "ColorBurn", "HardLight",
	"SoftLight", "Difference", "Exclusion", "Hue", "Saturation", "Color", "Luminosity")

// graphicsState checks a graphics state parameter dictionary.
func (c *checker) graphicsState(v any, at string) {
	d := c.f.dict(v)
	c.objectType(d, "ExtGState", false, at)
	_, tr := d["TR"]
	_, htp := d["HTP"]
	tr2, hasTR2 := d["TR2"]
	if tr || htp || hasTR2 && c.f.name(tr2) != "Default" {
		c.add("gs-transfer", at, "a graphics state has a transfer function or a halftone phase")
	}
	if h := c.f.dict(d["HT"]); h != nil {
		kind, _ := c.f.int(h["HalftoneType"])
		if _, ok := h["TransferFunction"]; ok || kind == 5 {
			c.unknown(at, "the transfer functions of a halftone")
		}
		if _, named := h["HalftoneName"]; named || kind != 1 && kind != 5 {
			c.add("gs-halftone", at, "a halftone has type %d or a name", kind)
		}
	}
	if ri, ok := d["RI"]; ok {
		c.intentName(c.f.name(ri), at)
	}
	for _, k := range []name{"ca", "CA"} {
		v, there := d[k]
		if a, ok := c.f.num(v); there && (!ok || a < 0 || a > 1) {
			c.add("gs-alpha", at, "%s is no number from 0 to 1", k)
		}
	}
	modes := c.f.list(d["BM"])
	if !c.work(len(modes)) {
		return
	}
	for _, m := range modes {
		if n := c.f.name(m); !blendModes[n] {
			c.add("blend-mode", at, "the blend mode %s is not known", quoted(n))
		}
	}
	if mask := c.f.dict(d["SMask"]); mask != nil {
		if g := c.f.stream(mask["G"]); g != nil {
			c.group(g.dict, at)
		}
	}
	if mode, _ := c.f.int(d["OPM"]); mode == 1 && (c.f.get(d["OP"]) == true || c.f.get(d["op"]) == true) {
		c.unknown(at, "overprint mode 1, which ISO 19005-3, 6.2.4.2 forbids with ICCBased CMYK")
	}
	c.clear = c.clear || c.transparent(d)
}

// transparent tells whether a graphics state lets something shine through.
func (c *checker) transparent(d dict) bool {
	for _, k := range []name{"ca", "CA"} {
		if v, ok := c.f.num(d[k]); ok && v < 1 {
			return true
		}
	}
	if c.f.dict(d["SMask"]) != nil {
		return true
	}
	for _, m := range c.f.list(d["BM"]) {
		if n := c.f.name(m); n != "Normal" && n != "Compatible" {
			return true
		}
	}
	return false
}

// group checks the transparency group of a page or form.
func (c *checker) group(d dict, at string) {
	g := c.f.dict(d["Group"])
	if g == nil || c.f.name(g["S"]) != "Transparency" {
		return
	}
	c.clear = true
	if cs, ok := g["CS"]; ok {
		c.space(cs, c.f.dict(d["Resources"]), at, 0)
	}
}

// transparency is called behind a page whose content was run.
func (c *checker) transparency(p *page) {
	c.group(p.dict, p.where())
	_, own := c.f.dict(p.dict["Group"])["CS"]
	if c.clear && c.intent == nil && !own {
		c.add("transparency-space", p.where(), "there is transparency, but no blending colour space")
	}
	c.clear = false
}

// object draws an XObject.
func (m *machine) object() {
	v, ok := m.resource("XObject", m.args[0])
	if !ok {
		return
	}
	s := m.c.f.stream(v)
	if s == nil {
		m.c.add("resource-missing", m.where, "an XObject is no stream")
		return
	}
	m.c.objectType(s.dict, "XObject", false, where(s.num))
	switch sub := m.c.f.name(s.dict["Subtype"]); sub {
	case "Image":
		m.paint("Do")
		m.c.image(s, m.resources, m.where)
	case "Form":
		m.form(s)
	default:
		m.c.add("form-postscript", where(s.num), "an XObject is of the kind %s", quoted(sub))
	}
}

// form runs a form XObject where it is drawn.
func (m *machine) form(s *stream) {
	c, at := m.c, where(s.num)
	_, opi := s.dict["OPI"]
	_, ps := s.dict["PS"]
	if opi || ps || c.f.name(s.dict["Subtype2"]) == "PS" {
		c.add("form-postscript", at, "a form XObject has OPI or PS")
	}
	if c.f.nums(s.dict["BBox"], 4) == nil {
		c.add("form-box", at, "there is no bounding box")
	}
	if _, ok := s.dict["Ref"]; ok {
		c.add("form-reference", at, "there is a reference XObject")
	}
	if m.forms >= maxForms {
		c.f.fail(ErrLimit)
		return
	}
	data, err := c.data(s)
	if err != nil {
		c.add("content-syntax", at, "the content cannot be decoded")
		return
	}
	c.group(s.dict, at)
	inner := &machine{c: c, where: m.where + ", " + at, resources: c.f.dict(s.dict["Resources"]), set: c.markSet(s.num, s.dict, at),
		outside: m.top(), state: m.state, forms: m.forms + 1}
	if inner.resources == nil {
		inner.resources = m.resources
		if len(data) > 0 {
			c.add("resources-own", at, "the form has no resources of its own")
		}
	}
	c.formUses[s.num]++
	inner.run(data)
	if c.formUses[s.num] == 2 && len(inner.set.ids) > 0 {
		c.add("form-once", at, "the form holds tagged content and is drawn more than once")
	}
}
