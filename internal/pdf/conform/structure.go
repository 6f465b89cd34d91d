package conform

import "strconv"

// tree is the structure tree (ISO 32000-1, 14.7).
type tree struct {
	root     dict
	roles    dict
	classes  dict
	kids     []*element // below the root
	all      []*element // in reading order
	byNum    map[int]*element
	ids      map[string]*element
	kidCount int
	parents  map[int]any // ParentTree: key to an array or an element's reference
}

// element is a structure element.
type element struct {
	num    int
	dict   dict
	kind   name // as it stands there
	std    name // standard type behind the role map; empty if there is none
	parent *element
	kids   []kid
	attrs  []dict
	lang   bool
}

// kid is a child of an element: an element, marked content, or an object.
type kid struct {
	elem  *element
	mcid  int // -1 if it is none
	owner int // object number of the page or form whose content it is
	objr  int // object number of an annotation or XObject, 0 if it is none
}

func (e *element) where() string {
	if e == nil {
		return "structure tree root"
	}
	return string("structure element " + strconv.Itoa(e.num) + " " + quoted(e.kind))
}

// quoted is a name for people.
func quoted(n name) string {
	if len(n) > 40 {
		n = n[:40]
	}
	return strconv.Quote(string(n))
}

// standard are the structure types of ISO 32000-1, 14.8.4.
var standard = set("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct", "Private",
	"P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot",
	"Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP",
	"Figure", "Formula", "Form")

func set(names ...name) map[name]bool {
	out := make(map[name]bool, len(names))
	for _, n := range names {
		out[n] = true
	}
	return out
}

// readTree reads the structure tree; nil when there is none.
func (c *checker) readTree() *tree {
	root := c.f.dict(c.catalog["StructTreeRoot"])
	if root == nil {
		return nil
	}
	t := &tree{root: root, roles: c.f.dict(root["RoleMap"]), classes: c.f.dict(root["ClassMap"]), byNum: map[int]*element{},
		ids: map[string]*element{}, parents: map[int]any{}}
	c.tree = t
	c.leaves(root["ParentTree"], "Nums", func(k, v any) {
		if n, ok := c.f.int(k); ok {
			t.parents[n] = v
		}
	})
	for _, v := range c.f.list(root["K"]) {
		if k, ok := c.readKid(v, nil, 0, 0); ok && k.elem != nil {
			t.kids = append(t.kids, k.elem)
		}
	}
	return t
}

// readKid reads what one entry of K means.
func (c *checker) readKid(v any, up *element, pg, depth int) (kid, bool) {
	if c.tree.kidCount++; depth > maxTreeDepth || c.tree.kidCount > maxElements {
		c.f.fail(ErrLimit)
		return kid{}, false
	}
	if n, ok := c.f.int(v); ok {
		return kid{mcid: n, owner: pg}, true
	}
	d := c.f.dict(v)
	if d == nil {
		c.add("struct-kids", up.where(), "a child is missing")
		return kid{}, false
	}
	own := pg
	if n := number(d["Pg"]); n != 0 {
		own = n
	}
	switch c.f.name(d["Type"]) {
	case "MCR":
		n, ok := c.f.int(d["MCID"])
		if s := number(d["Stm"]); s != 0 {
			own = s
		}
		if !ok {
			c.add("struct-kids", up.where(), "a marked-content reference has no MCID")
		}
		return kid{mcid: n, owner: own}, ok
	case "OBJR":
		n := number(d["Obj"])
		if n == 0 || c.f.object(n) == nil {
			c.add("struct-kids", up.where(), "an object reference leads nowhere")
			return kid{}, false
		}
		return kid{mcid: -1, owner: own, objr: n}, true
	}
	return c.readElement(v, d, up, depth)
}

func (c *checker) readElement(v any, d dict, up *element, depth int) (kid, bool) {
	num := number(v)
	if num == 0 || c.tree.byNum[num] != nil {
		c.add("struct-kids", up.where(), "a child is no indirect object or has two parents")
		return kid{}, false
	}
	c.objectType(d, "StructElem", false, where(num))
	e := &element{num: num, dict: d, kind: c.f.name(d["S"]), parent: up}
	c.tree.byNum[num] = e
	c.tree.all = append(c.tree.all, e)
	e.std = c.role(e)
	c.attributes(e)
	if s, ok := c.f.bytes(d["ID"]); ok {
		if c.tree.ids[string(s)] != nil {
			c.add("struct-id", e.where(), "its ID is that of another element")
		}
		c.tree.ids[string(s)] = e
	}
	for _, k := range c.f.list(d["K"]) {
		if one, ok := c.readKid(k, e, number(d["Pg"]), depth+1); ok {
			e.kids = append(e.kids, one)
		}
	}
	return kid{elem: e, mcid: -1}, true
}

// role follows the role map to a standard type (14.7.3).
func (c *checker) role(e *element) name {
	n := e.kind
	for range 32 {
		next, mapped := c.tree.roles[n]
		if standard[n] || !mapped {
			break
		}
		n = c.f.name(next)
	}
	if standard[n] {
		return n
	}
	return ""
}

// attributes collects attribute objects, also those of classes (14.7.5).
func (c *checker) attributes(e *element) {
	add := func(v any) {
		list := c.f.list(v)
		if !c.grow(max(len(list)-1, 0)) {
			return
		}
		for _, a := range list {
			if d := c.f.dict(a); d != nil {
				e.attrs = append(e.attrs, d)
			}
		}
	}
	add(e.dict["A"])
	for _, v := range c.f.list(e.dict["C"]) {
		add(c.tree.classes[c.f.name(v)])
	}
}

// attr is an attribute of an owner.
func (c *checker) attr(e *element, owner, key name) any {
	for _, a := range e.attrs {
		if c.f.name(a["O"]) == owner {
			if v := c.f.get(a[key]); v != nil {
				return v
			}
		}
	}
	return nil
}

// below lists the standard types of an element's children that are elements,
// looking through those that only group.
func (e *element) below() []*element {
	var out []*element
	for _, k := range e.kids {
		if k.elem == nil {
			continue
		}
		if k.elem.std == "NonStruct" {
			out = append(out, k.elem.below()...)
		} else {
			out = append(out, k.elem)
		}
	}
	return out
}

// above is the parent, looking through elements that only group.
func (e *element) above() name {
	p := e.parent
	for p != nil && p.std == "NonStruct" {
		p = p.parent
	}
	if p == nil {
		return ""
	}
	return p.std
}

// says is a text entry of an element: Alt, ActualText, E.
func (c *checker) says(e *element, key name) string {
	s, _ := c.f.text(e.dict[key])
	return s
}
