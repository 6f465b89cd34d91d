package conform

import (
	"maps"
	"slices"
	"strconv"
)

// annotation is an annotation of a page.
type annotation struct {
	num     int
	dict    dict
	page    *page
	sub     name
	flags   int
	hasF    bool
	rect    []float64
	parent  *element // element that the parent tree leads to
	visible bool     // not hidden, and on the page
}

func (a *annotation) where() string {
	return a.page.where() + ", annotation " + strconv.Itoa(a.num) + " " + quoted(a.sub)
}

// readAnnotations lists the annotations of all pages and runs what they draw.
func (c *checker) readAnnotations() {
	for _, p := range c.pages {
		for _, v := range c.f.array(p.dict["Annots"]) {
			d := c.f.dict(v)
			if d == nil || !c.step() {
				continue
			}
			a := &annotation{num: number(v), dict: d, page: p, sub: c.f.name(d["Subtype"]), rect: c.f.nums(d["Rect"], 4)}
			c.objectType(d, "Annot", false, a.where())
			a.flags, a.hasF = c.f.int(d["F"])
			a.visible = a.flags&2 == 0 && c.onPage(a)
			if n, ok := c.f.int(d["StructParent"]); ok && c.tree != nil {
				a.parent = c.tree.byNum[number(c.tree.parents[n])]
			}
			c.annots = append(c.annots, a)
			c.appearances(a)
		}
	}
}

// onPage tells whether an annotation lies at least in part within the crop box.
func (c *checker) onPage(a *annotation) bool {
	box := c.f.nums(a.page.crop, 4)
	if box == nil {
		box = c.f.nums(a.page.media, 4)
	}
	if box == nil || a.rect == nil {
		return true
	}
	return max(a.rect[0], a.rect[2]) >= min(box[0], box[2]) && min(a.rect[0], a.rect[2]) <= max(box[0], box[2]) &&
		max(a.rect[1], a.rect[3]) >= min(box[1], box[3]) && min(a.rect[1], a.rect[3]) <= max(box[1], box[3])
}

// appearances runs the appearance streams of an annotation. Their content
// belongs to the annotation, which the structure tree holds as a whole.
func (c *checker) appearances(a *annotation) {
	ap := c.f.dict(a.dict["AP"])
	for _, k := range keys(ap) {
		switch o := c.f.get(ap[k]).(type) {
		case *stream:
			c.appearance(a, o)
		case dict:
			for _, state := range slices.Sorted(maps.Keys(o)) {
				if s := c.f.stream(o[state]); s != nil {
					c.appearance(a, s)
				}
			}
		}
	}
}

func (c *checker) appearance(a *annotation, s *stream) {
	if c.formUses[s.num] > 0 {
		return
	}
	m := &machine{c: c, where: a.where(), set: c.markSet(a.page.num, a.page.dict, a.page.where()), outside: mark{object: true}}
	m.form(s)
}
