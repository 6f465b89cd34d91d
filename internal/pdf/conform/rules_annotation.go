package conform

var annotationRules = []Rule{
	{"annotation-type", "7.18.1", "28-006", "6.3.1", "Annotations are of a type of ISO 32000-1, but not 3D, Sound, Screen and Movie."},
	{"annotation-place", "", "", "6.3.1", "Annotations have a rectangle, and P if given is their page (ISO 32000-1, 12.5.2)."},
	{"annotation-flags", "", "", "6.3.2", "Annotations are printed and not hidden: the key F is there with Print and without Hidden, Invisible, ToggleNoView and NoView."},
	{"annotation-appearance", "", "", "6.3.3", "Annotations with an area have an appearance, except Popup and Link."},
	{"annotation-normal", "", "", "6.3.3", "An appearance has only N: a stream, for buttons a dictionary of streams."},
	{"annotation-tagged", "7.18.1", "28-002", "", "Annotations other than Link, Widget and Popup belong to an Annot element."},
	{"annotation-contents", "7.18.1", "28-004", "", "Annotations other than Link, Widget and Popup have Contents or an alternative text."},
	{"annotation-parent", "7.18.1", "", "6.7.3.3", "StructParent of an annotation leads to the element that holds it, each its own."},
	{"annotation-trapnet", "7.18.2", "28-007", "", "There are no TrapNet annotations."},
	{"annotation-tabs", "7.18.3", "28-008", "", "The tab order of a page with annotations is that of the structure: Tabs is S."},
	{"annotation-printer", "7.18.8", "28-017", "", "PrinterMark annotations are not in the structure tree."},
	{"link-tagged", "7.18.5", "28-011", "", "Link annotations belong to a Link element."},
	{"link-contents", "7.18.5", "28-012", "", "Link annotations have Contents."},
	{"link-element", "7.18.5", "", "", "A Link element holds its annotation (ISO 32000-1, 14.8.4.4.2)."},
	{"widget-tagged", "7.18.4", "28-010", "", "Widget annotations belong to a Form element."},
	{"form-element", "7.18.4", "", "", "A Form element without a Role holds one widget and nothing else."},
}

// annotationTypes are those that both standards allow.
var annotationTypes = set("Text", "Link", "FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine", "Highlight", "Underline", "Squiggly",
	"StrikeOut", "Stamp", "Caret", "Ink", "Popup", "FileAttachment", "Widget", "PrinterMark", "TrapNet", "Watermark", "Redact")

func (c *checker) checkAnnotations() {
	pages := map[*page]bool{}
	parents := map[int]bool{}
	for _, a := range c.annots {
		c.annotationA(a)
		c.annotationUA(a)
		c.annotationParent(a, parents)
		if !pages[a.page] && c.f.name(a.page.dict["Tabs"]) != "S" {
			c.add("annotation-tabs", a.page.where(), "Tabs is not S")
		}
		pages[a.page] = true
	}
	c.annotationElements()
}

// annotationA checks what PDF/A asks of annotations.
func (c *checker) annotationA(a *annotation) {
	if !annotationTypes[a.sub] {
		c.add("annotation-type", a.where(), "the type is not allowed")
	}
	if _, there := a.dict["P"]; a.rect == nil || there && number(a.dict["P"]) != a.page.num {
		c.add("annotation-place", a.where(), "there is no rectangle, or P is another page")
	}
	const invisible, hidden, print, noView, toggle = 1, 2, 4, 32, 256
	if a.sub != "Popup" && (!a.hasF || a.flags&print == 0 || a.flags&(invisible|hidden|noView|toggle) != 0) {
		c.add("annotation-flags", a.where(), "the flags are missing or %d", a.flags)
	}
	ap := c.f.dict(a.dict["AP"])
	empty := a.rect != nil && a.rect[0] == a.rect[2] && a.rect[1] == a.rect[3]
	if ap == nil && !empty && a.sub != "Popup" && a.sub != "Link" {
		c.add("annotation-appearance", a.where(), "there is no appearance")
	}
	if ap == nil {
		return
	}
	button := a.sub == "Widget" && c.f.name(c.inherited(a.dict, "FT")) == "Btn"
	ok := len(ap) == 1
	switch n := c.f.get(ap["N"]).(type) {
	case *stream:
		ok = ok && !button
	case dict:
		ok = ok && button && len(n) > 0
	default:
		ok = false
	}
	if !ok {
		c.add("annotation-normal", a.where(), "the appearance is not just N of the right kind")
	}
}

// annotationUA checks what PDF/UA asks of annotations.
func (c *checker) annotationUA(a *annotation) {
	if a.sub == "PrinterMark" && a.parent != nil {
		c.add("annotation-printer", a.where(), "it is in the structure tree")
	}
	if !a.visible {
		return
	}
	kind := name("")
	if a.parent != nil {
		kind = a.parent.std
	}
	contents, _ := c.f.text(a.dict["Contents"])
	switch a.sub {
	case "Link":
		if kind != "Link" {
			c.add("link-tagged", a.where(), "it belongs to %s", quoted(kind))
		}
		if blank(contents) {
			c.add("link-contents", a.where(), "there are no Contents")
		}
	case "Widget":
		if kind != "Form" {
			c.add("widget-tagged", a.where(), "it belongs to %s", quoted(kind))
		}
	case "Popup", "PrinterMark":
	case "TrapNet":
		c.add("annotation-trapnet", a.where(), "it is not allowed")
	default:
		if kind != "Annot" {
			c.add("annotation-tagged", a.where(), "it belongs to %s", quoted(kind))
		}
		if blank(contents) && (a.parent == nil || blank(c.says(a.parent, "Alt"))) {
			c.add("annotation-contents", a.where(), "there are neither Contents nor an alternative text")
		}
	}
}

// annotationParent checks the way from an annotation to its element and back.
func (c *checker) annotationParent(a *annotation, seen map[int]bool) {
	key, ok := c.f.int(a.dict["StructParent"])
	if !ok {
		return
	}
	if seen[key] {
		c.add("annotation-parent", a.where(), "StructParent is that of another annotation")
	}
	seen[key] = true
	if a.parent == nil {
		c.add("annotation-parent", a.where(), "StructParent %d leads to no element", key)
		return
	}
	if !c.work(len(a.parent.kids)) {
		return
	}
	for _, k := range a.parent.kids {
		if k.objr == a.num {
			return
		}
	}
	c.add("annotation-parent", a.where(), "%s does not hold it", a.parent.where())
}

// annotationElements checks the elements that are there for annotations.
func (c *checker) annotationElements() {
	if c.tree == nil {
		return
	}
	byNum := map[int]*annotation{}
	for _, a := range c.annots {
		byNum[a.num] = a
	}
	for _, e := range c.tree.all {
		links, widgets := 0, 0
		for _, k := range e.kids {
			if k.objr == 0 {
				continue
			}
			a := byNum[k.objr]
			switch {
			case a == nil:
				if c.f.name(c.f.dict(ref{num: k.objr})["Type"]) != "XObject" {
					c.add("annotation-parent", e.where(), "it holds object %d, which is on no page", k.objr)
				}
			case a.sub == "Link":
				links++
			case a.sub == "Widget":
				widgets++
			}
			if a != nil && a.parent != e {
				c.add("annotation-parent", e.where(), "it holds annotation %d, which does not lead back", k.objr)
			}
		}
		if e.std == "Link" && links == 0 {
			c.add("link-element", e.where(), "there is no annotation")
		}
		if e.std == "Form" && c.attr(e, "PrintField", "Role") == nil && (widgets != 1 || len(e.kids) != 1) {
			c.add("form-element", e.where(), "it does not hold just one widget")
		}
	}
}
