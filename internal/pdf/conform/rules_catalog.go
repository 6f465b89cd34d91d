package conform

import (
	"maps"
	"regexp"
	"slices"
)

var catalogRules = []Rule{
	{"mark-info", "7.1", "", "6.7.2.2", "The catalogue's MarkInfo says Marked true."},
	{"object-type", "", "", "6.1.1", "Objects have the type that ISO 32000-1 asks for; where it is optional, there is no other."},
	{"suspects", "7.1", "01-007", "", "The catalogue's MarkInfo does not say Suspects true."},
	{"struct-tree", "7.1", "", "6.7.3.1", "The catalogue has a structure tree."},
	{"display-title", "7.1", "07-001", "", "ViewerPreferences say DisplayDocTitle true."},
	{"language", "7.2", "11-001", "", "The catalogue names the natural language of the document."},
	{"language-tag", "7.2", "", "6.7.4", "Every Lang is a language tag (RFC 3066)."},
	{"catalog-actions", "", "", "6.5.2", "The catalogue has no additional actions."},
	{"page-actions", "", "", "6.5.2", "Pages have no additional actions."},
	{"javascript-names", "", "", "6.5.1", "There is no JavaScript in the names of the catalogue."},
	{"alternate-presentations", "", "", "6.10", "There are no alternate presentations and no presentation steps."},
	{"requirements", "", "", "6.11", "The catalogue has no requirements."},
	{"needs-rendering", "7.15", "25-001", "6.4.2", "No dynamic form: no XFA and no NeedsRendering."},
	{"permissions", "", "", "6.1.12", "The permissions dictionary has no keys but UR3 and DocMDP."},
	{"optional-content-name", "7.10", "20-001", "6.9", "Every optional content configuration has a Name of its own."},
	{"optional-content-auto", "7.10", "20-003", "6.9", "No optional content configuration has the key AS."},
	{"optional-content-order", "", "", "6.9", "An Order of optional content names every group."},
}

// languageTag is the form of RFC 3066.
var languageTag = regexp.MustCompile(`^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$`)

func (c *checker) checkCatalog() {
	f, cat := c.f, c.catalog
	mark := f.dict(cat["MarkInfo"])
	if f.get(mark["Marked"]) != true {
		c.add("mark-info", "catalogue", "MarkInfo does not say Marked true")
	}
	if f.get(mark["Suspects"]) == true {
		c.add("suspects", "catalogue", "MarkInfo says Suspects true")
	}
	root := f.dict(cat["StructTreeRoot"])
	if root == nil {
		c.add("struct-tree", "catalogue", "there is no structure tree")
	}
	c.objectType(cat, "Catalog", true, "catalogue")
	if root != nil {
		c.objectType(root, "StructTreeRoot", true, "structure tree root")
	}
	for _, v := range f.array(cat["OutputIntents"]) {
		c.objectType(f.dict(v), "OutputIntent", false, "output intent")
	}
	c.objectType(f.dict(cat["Outlines"]), "Outlines", false, "bookmarks")
	if f.get(f.dict(cat["ViewerPreferences"])["DisplayDocTitle"]) != true {
		c.add("display-title", "catalogue", "viewers are not asked to show the title")
	}
	if s, ok := f.text(cat["Lang"]); !ok || s == "" {
		c.add("language", "catalogue", "Lang is missing or empty")
	} else {
		c.lang("catalogue", cat["Lang"])
	}
	if _, ok := cat["AA"]; ok {
		c.add("catalog-actions", "catalogue", "there are additional actions")
	}
	for _, p := range c.pages {
		if _, ok := p.dict["AA"]; ok {
			c.add("page-actions", p.where(), "there are additional actions")
		}
		if _, ok := p.dict["PresSteps"]; ok {
			c.add("alternate-presentations", p.where(), "there are presentation steps")
		}
	}
	names := f.dict(cat["Names"])
	if _, ok := names["JavaScript"]; ok {
		c.add("javascript-names", "catalogue", "Names has JavaScript")
	}
	if _, ok := names["AlternatePresentations"]; ok {
		c.add("alternate-presentations", "catalogue", "there are alternate presentations")
	}
	if _, ok := cat["Requirements"]; ok {
		c.add("requirements", "catalogue", "there are requirements")
	}
	if _, xfa := f.dict(cat["AcroForm"])["XFA"]; xfa || f.get(cat["NeedsRendering"]) == true {
		c.add("needs-rendering", "catalogue", "there is a dynamic form")
	}
	for _, k := range slices.Sorted(maps.Keys(f.dict(cat["Perms"]))) {
		if k != "UR3" && k != "DocMDP" {
			c.add("permissions", "catalogue", "Perms has the key %q", k)
		}
	}
	c.optionalContent()
}

// objectType checks the Type of a dictionary.
func (c *checker) objectType(d dict, want name, required bool, at string) {
	v, there := d["Type"]
	if c.f.name(v) != want && (there || required) {
		c.add("object-type", at, "the type is not %s", want)
	}
}

// lang checks a language that is there.
func (c *checker) lang(at string, v any) {
	if s, ok := c.f.text(v); !ok || s != "" && !languageTag.MatchString(s) {
		c.add("language-tag", at, "Lang is no language tag")
	}
}

func (c *checker) optionalContent() {
	props := c.f.dict(c.catalog["OCProperties"])
	if props == nil {
		return
	}
	if c.f.array(props["OCGs"]) == nil {
		c.add("optional-content-order", "catalogue", "the groups are not listed")
	}
	seen := map[string]bool{}
	for _, v := range append(array{props["D"]}, c.f.array(props["Configs"])...) {
		d := c.f.dict(v)
		n, _ := c.f.text(d["Name"])
		if n == "" || seen[n] {
			c.add("optional-content-name", "catalogue", "a configuration has no name or that of another")
		}
		seen[n] = true
		if _, ok := d["AS"]; ok {
			c.add("optional-content-auto", "catalogue", "a configuration has the key AS")
		}
		if order := c.f.array(d["Order"]); order != nil {
			named := map[int]bool{}
			if !c.work(len(order) + len(c.f.array(props["OCGs"]))) {
				return
			}
			c.groupsIn(order, named, 0)
			for _, g := range c.f.array(props["OCGs"]) {
				if !named[number(g)] {
					c.add("optional-content-order", "catalogue", "%s is not in the order", where(number(g)))
				}
			}
		}
	}
}

func (c *checker) groupsIn(order array, named map[int]bool, depth int) {
	if depth > maxNesting {
		return
	}
	for _, v := range order {
		named[number(v)] = true
		c.groupsIn(c.f.array(v), named, depth+1)
	}
}
