package conform

var structureRules = []Rule{
	{"struct-kids", "7.1", "", "6.7.3.3", "The structure tree is a tree of elements, marked content and object references (ISO 32000-1, 14.7.2)."},
	{"struct-parent", "7.1", "", "6.7.3.3", "The P of every structure element is its parent."},
	{"struct-id", "7.1", "", "6.7.3.3", "IDs of structure elements are unique."},
	{"role-standard", "7.1", "02-001", "6.7.3.4", "Every structure type is standard or mapped to a standard one."},
	{"role-circular", "7.1", "02-003", "6.7.3.4", "The role map has no circle."},
	{"role-remapped", "7.1", "02-004", "6.7.3.4", "No standard structure type is mapped to another."},
	{"struct-root", "7.1", "", "6.7.3.3", "The structure tree has content: one element at least below its root."},
	{"struct-language", "7.2", "11-002", "6.7.4", "The language of Alt, ActualText and E is known."},
	{"list-children", "7.2", "09-005", "", "An L holds LI, nested L and a Caption in front; an LI holds Lbl and LBody."},
	{"list-numbering", "7.6", "", "", "The ListNumbering of a list is one of ISO 32000-1."},
	{"list-parents", "7.2", "09-005", "", "An LI stands in an L, an LBody in an LI."},
	{"toc", "7.2", "09-006", "", "A TOC holds TOCI, TOC and a Caption in front; a TOCI stands in a TOC."},
	{"ruby", "7.2", "09-007", "", "A Ruby holds RB and RT, or RB, RP, RT and RP; a Warichu holds WP, WT and WP."},
	{"figure-alt", "7.3", "13-004", "6.7.3.4", "Every Figure has an alternative or a replacement text."},
	{"figure-box", "7.3", "", "", "Every Figure on one page has a bounding box (ISO 32000-1, 14.8.5.4.3)."},
	{"heading-first", "7.4.2", "14-002", "", "The first numbered heading is H1."},
	{"heading-order", "7.4.2", "14-003", "", "Heading levels are not skipped on the way down."},
	{"heading-single", "7.4.4", "14-006", "", "No element has two H as children."},
	{"heading-mixed", "7.4.4", "14-007", "", "A document uses either H or H1 to H6."},
	{"formula-alt", "7.7", "17-002", "", "Every Formula has an alternative or a replacement text."},
	{"note-id", "7.9", "19-003", "", "Every Note has an ID of its own."},
	{"alt-content", "7.1", "", "", "Alternative and replacement texts are not empty, and Figures hold some content."},
}

func (c *checker) checkStructure() {
	t := c.readTree()
	if t == nil {
		return
	}
	if len(t.kids) == 0 {
		c.add("struct-root", "structure tree root", "there is no element")
	}
	c.roleMap()
	c.headings()
	for _, e := range t.all {
		if !c.step() {
			return
		}
		c.parentOf(e)
		if e.std == "" {
			c.add("role-standard", e.where(), "the type is not mapped to a standard one")
		}
		if _, ok := e.dict["Lang"]; ok {
			c.lang(e.where(), e.dict["Lang"])
			e.lang = true
		}
		e.lang = e.lang || e.parent != nil && e.parent.lang
		c.texts(e)
		c.nesting(e)
	}
}

func (c *checker) parentOf(e *element) {
	p := number(e.dict["P"])
	want := number(c.catalog["StructTreeRoot"])
	if e.parent != nil {
		want = e.parent.num
	}
	if p != want {
		c.add("struct-parent", e.where(), "P is object %d, the parent is object %d", p, want)
	}
}

func (c *checker) roleMap() {
	for _, from := range keys(c.tree.roles) {
		to := c.f.name(c.tree.roles[from])
		if standard[from] && to != from {
			c.add("role-remapped", "role map", "the standard type %s is mapped", quoted(from))
			continue
		}
		seen := map[name]bool{from: true}
		for n := to; !standard[n] && c.step(); {
			if seen[n] {
				c.add("role-circular", "role map", "%s leads to itself", quoted(from))
				break
			}
			seen[n] = true
			next, ok := c.tree.roles[n]
			if !ok {
				break
			}
			n = c.f.name(next)
		}
	}
}

// texts checks the texts that stand in place of content.
func (c *checker) texts(e *element) {
	global, _ := c.f.text(c.catalog["Lang"])
	for _, key := range []name{"Alt", "ActualText", "E"} {
		v, ok := c.f.text(e.dict[key])
		if !ok {
			continue
		}
		if v != "" && !e.lang && global == "" {
			c.add("struct-language", e.where(), "the language of %s is not known", key)
		}
		if blank(v) && key != "ActualText" {
			c.add("alt-content", e.where(), "%s is empty", key)
		}
	}
	told := !blank(c.says(e, "Alt"))
	if _, ok := c.f.text(e.dict["ActualText"]); ok {
		told = true
	}
	switch e.std {
	case "Figure":
		if !told {
			c.add("figure-alt", e.where(), "there is no alternative text")
		}
		if len(e.kids) == 0 {
			c.add("alt-content", e.where(), "the figure has no content")
		}
		c.figureBox(e)
	case "Formula":
		if !told {
			c.add("formula-alt", e.where(), "there is no alternative text")
		}
	case "Note":
		if s, _ := c.f.bytes(e.dict["ID"]); s == "" || c.tree.ids[string(s)] != e {
			c.add("note-id", e.where(), "the note has no ID of its own")
		}
	}
}

func (c *checker) figureBox(e *element) {
	owner := 0
	for _, k := range e.kids {
		if k.mcid >= 0 && owner != 0 && k.owner != owner {
			return // on several pages
		}
		if k.mcid >= 0 {
			owner = k.owner
		}
	}
	if a, _ := c.attr(e, "Layout", "BBox").(array); owner != 0 && c.f.nums(a, 4) == nil {
		c.add("figure-box", e.where(), "there is no bounding box")
	}
}

// headings checks the numbered headings in reading order.
func (c *checker) headings() {
	last, strong, weak := 0, false, false
	for _, e := range c.tree.all {
		if e.std == "H" {
			strong = true
			continue
		}
		if len(e.std) != 2 || e.std[0] != 'H' || e.std[1] < '1' || e.std[1] > '6' {
			continue
		}
		weak = true
		level := int(e.std[1] - '0')
		if last == 0 && level != 1 {
			c.add("heading-first", e.where(), "the first heading has level %d", level)
		} else if level > last+1 {
			c.add("heading-order", e.where(), "level %d follows level %d", level, last)
		}
		last = level
	}
	if strong && weak {
		c.add("heading-mixed", "structure tree root", "there are headings of both kinds")
	}
}

// numberings are those of ISO 32000-1, 14.8.5.5.
var numberings = set("None", "Disc", "Circle", "Square", "Decimal", "UpperRoman", "LowerRoman", "UpperAlpha", "LowerAlpha")

// nesting checks lists, tables of contents and the like.
func (c *checker) nesting(e *element) {
	kids := e.below()
	heads := 0
	for _, k := range kids {
		if k.std == "H" {
			heads++
		}
	}
	if heads > 1 {
		c.add("heading-single", e.where(), "there are %d headings", heads)
	}
	switch e.std {
	case "L":
		if bad := others(kids, "LI", "L"); bad != "" {
			c.add("list-children", e.where(), "a list holds %s", bad)
		}
		if v := c.attr(e, "List", "ListNumbering"); v != nil && !numberings[c.f.name(v)] {
			c.add("list-numbering", e.where(), "the numbering is not known")
		}
	case "LI":
		if bad := others(kids, "Lbl", "LBody"); bad != "" || captioned(kids) {
			c.add("list-children", e.where(), "a list item holds something else than Lbl and LBody")
		}
		if e.above() != "L" {
			c.add("list-parents", e.where(), "a list item stands in %s", quoted(e.above()))
		}
	case "LBody":
		if e.above() != "LI" {
			c.add("list-parents", e.where(), "the body of a list item stands in %s", quoted(e.above()))
		}
	case "TOC":
		if bad := others(kids, "TOCI", "TOC"); bad != "" {
			c.add("toc", e.where(), "a table of contents holds %s", bad)
		}
	case "TOCI":
		if e.above() != "TOC" {
			c.add("toc", e.where(), "an entry stands in %s", quoted(e.above()))
		}
	case "Ruby", "Warichu":
		c.ruby(e, kids)
	}
}

// others names a child that is none of the given types; a Caption may be first.
func others(kids []*element, allowed ...name) string {
	ok := set(allowed...)
	for i, k := range kids {
		if !ok[k.std] && (i > 0 || k.std != "Caption") {
			return quoted(k.std)
		}
	}
	return ""
}

func captioned(kids []*element) bool { return len(kids) > 0 && kids[0].std == "Caption" }

func (c *checker) ruby(e *element, kids []*element) {
	order := ""
	for _, k := range kids[:min(len(kids), 5)] {
		order += string(k.std) + " "
	}
	switch order {
	case "RB RT ", "RB RP RT RP ":
		if e.std == "Ruby" {
			return
		}
	case "WP WT WP ":
		if e.std == "Warichu" {
			return
		}
	}
	c.add("ruby", e.where(), "its parts are %q", order)
}
