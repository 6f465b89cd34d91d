package conform

import (
	"maps"
	"slices"
)

var markRules = []Rule{
	{"struct-parents", "7.1", "", "6.7.3.3", "A page or form with tagged content has StructParents, each its own (ISO 32000-1, 14.7.4.4)."},
	{"mcid-unique", "7.1", "", "6.7.3.3", "An MCID stands once in a content stream."},
	{"mcid-parent", "7.1", "01-005", "6.7.3.3", "The parent tree leads from every MCID to the structure element that holds it."},
	{"mcid-content", "7.1", "", "6.7.3.3", "Every MCID of a structure element is in the content of its page."},
	{"parent-tree-key", "7.1", "", "6.7.3.3", "ParentTreeNextKey is above all keys of the parent tree."},
}

// held says which element holds the marked content of a page or form.
type held struct{ owner, mcid int }

// checkMarks compares the content with the structure tree, both ways.
func (c *checker) checkMarks() {
	t := c.tree
	if t == nil {
		t = &tree{}
	}
	holder := map[held]*element{}
	for _, e := range t.all {
		for _, k := range e.kids {
			if k.mcid < 0 {
				continue
			}
			at := held{k.owner, k.mcid}
			if holder[at] != nil {
				c.add("mcid-parent", e.where(), "its content %d belongs to two elements", k.mcid)
			}
			holder[at] = e
			if s := c.marks[k.owner]; s == nil || s.ids[k.mcid] == 0 {
				c.add("mcid-content", e.where(), "its content %d is not on its page", k.mcid)
			}
		}
	}
	keysSeen := map[int]bool{}
	for _, s := range c.sortedMarks() {
		if len(s.ids) == 0 {
			continue
		}
		if s.key < 0 || keysSeen[s.key] {
			c.add("struct-parents", s.where, "StructParents is missing or that of another page")
			continue
		}
		keysSeen[s.key] = true
		c.parentsOf(s, holder)
	}
	c.nextKey(t)
}

func (c *checker) parentsOf(s *markSet, holder map[held]*element) {
	var list array
	if c.tree != nil {
		list = c.f.array(c.tree.parents[s.key])
	}
	for _, id := range slices.Sorted(maps.Keys(s.ids)) {
		if s.ids[id] > 1 && c.formUses[s.owner] <= 1 {
			c.add("mcid-unique", s.where, "the identifier %d stands %d times", id, s.ids[id])
		}
		e := holder[held{s.owner, id}]
		switch {
		case e == nil:
			c.add("mcid-parent", s.where, "no structure element holds the content %d", id)
		case id < 0 || id >= len(list) || number(list[id]) != e.num:
			c.add("mcid-parent", s.where, "the parent tree does not lead from the content %d to %s", id, e.where())
		}
	}
}

func (c *checker) nextKey(t *tree) {
	if len(t.parents) == 0 {
		return
	}
	top := slices.Max(slices.Collect(maps.Keys(t.parents)))
	n, ok := c.f.int(t.root["ParentTreeNextKey"])
	if _, there := t.root["ParentTreeNextKey"]; there && (!ok || n <= top) {
		c.add("parent-tree-key", "structure tree root", "ParentTreeNextKey is %d, there is a key %d", n, top)
	}
}
