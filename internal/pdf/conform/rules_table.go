package conform

import (
	"maps"
	"slices"
)

var tableRules = []Rule{
	{"table-children", "7.2", "09-004", "", "A Table holds TR, THead, TBody, TFoot and a Caption first or last; at most one THead and TFoot."},
	{"table-rows", "7.2", "09-004", "", "THead, TBody and TFoot hold only TR and stand in a Table; a TR stands in one of them or a Table."},
	{"table-cells", "7.2", "09-004", "", "A TR holds only TH and TD, and these stand only in a TR."},
	{"table-regular", "7.5", "", "", "The cells of a table fill a rectangle: all rows have the same number of columns, no cell overlaps another."},
	{"table-scope", "7.5", "15-003", "", "Every TH has a Scope, unless all data cells name their headers."},
	{"table-headers", "7.5", "", "", "The Headers of a cell are IDs of TH cells of its table."},
}

// keys are the keys of a dictionary in order.
func keys(d dict) []name { return slices.Sorted(maps.Keys(d)) }

func (c *checker) checkTables() {
	if c.tree == nil {
		return
	}
	for _, e := range c.tree.all {
		c.tableNesting(e)
		if e.std == "Table" {
			c.grid(e)
		}
	}
}

func (c *checker) tableNesting(e *element) {
	kids := e.below()
	up := e.above()
	switch e.std {
	case "Table":
		c.tableChildren(e, kids)
	case "THead", "TBody", "TFoot":
		if up != "Table" {
			c.add("table-rows", e.where(), "it stands in %s", quoted(up))
		}
		for _, k := range kids {
			if k.std != "TR" {
				c.add("table-rows", e.where(), "it holds %s", quoted(k.std))
			}
		}
	case "TR":
		if up != "Table" && up != "THead" && up != "TBody" && up != "TFoot" {
			c.add("table-rows", e.where(), "it stands in %s", quoted(up))
		}
		for _, k := range kids {
			if k.std != "TH" && k.std != "TD" {
				c.add("table-cells", e.where(), "it holds %s", quoted(k.std))
			}
		}
	case "TH", "TD":
		if up != "TR" {
			c.add("table-cells", e.where(), "it stands in %s", quoted(up))
		}
	}
}

func (c *checker) tableChildren(e *element, kids []*element) {
	heads, feet := 0, 0
	for i, k := range kids {
		switch k.std {
		case "TR", "TBody":
		case "THead":
			heads++
		case "TFoot":
			feet++
		case "Caption":
			if i != 0 && i != len(kids)-1 {
				c.add("table-children", e.where(), "the caption is neither first nor last")
			}
		default:
			c.add("table-children", e.where(), "it holds %s", quoted(k.std))
		}
	}
	if heads > 1 || feet > 1 {
		c.add("table-children", e.where(), "there are %d THead and %d TFoot", heads, feet)
	}
}

// rows lists the rows of a table.
func rows(table *element) []*element {
	var out []*element
	for _, k := range table.below() {
		switch k.std {
		case "TR":
			out = append(out, k)
		case "THead", "TBody", "TFoot":
			for _, r := range k.below() {
				if r.std == "TR" {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// maxSpan is the most rows or columns that a cell may cover.
const maxSpan = 1000

// grid lays the cells of a table out and checks rows, scopes and headers.
func (c *checker) grid(table *element) {
	list := rows(table)
	covered := make([]map[int]bool, len(list)) // by row: columns covered
	for i := range covered {
		covered[i] = map[int]bool{}
	}
	widest := 0
	var cells []*element
	for i, r := range list {
		at := 0
		for _, cell := range r.below() {
			if cell.std != "TH" && cell.std != "TD" {
				continue
			}
			cells = append(cells, cell)
			for covered[i][at] {
				at++
			}
			cols, down := c.span(cell, "ColSpan"), c.span(cell, "RowSpan")
			if i+down > len(list) {
				c.add("table-regular", cell.where(), "the cell reaches below the table")
				down = len(list) - i
			}
			if !c.grow(cols * down) {
				return
			}
			if !cover(covered[i:i+down], at, cols) {
				c.add("table-regular", cell.where(), "the cell overlaps another")
			}
			at += cols
		}
		widest = max(widest, len(covered[i]))
	}
	for i := range covered {
		if len(covered[i]) != widest {
			c.add("table-regular", list[i].where(), "the row has %d columns, others have %d", len(covered[i]), widest)
		}
	}
	c.headers(cells)
}

// cover marks the place of a cell and tells whether it was free.
func cover(rows []map[int]bool, at, cols int) bool {
	free := true
	for _, row := range rows {
		for x := at; x < at+cols; x++ {
			free = free && !row[x]
			row[x] = true
		}
	}
	return free
}

func (c *checker) span(cell *element, key name) int {
	n, ok := c.f.int(c.attr(cell, "Table", key))
	if !ok || n < 1 {
		return 1
	}
	return min(n, maxSpan)
}

// headers checks how data cells find their header cells (14.8.5.7).
func (c *checker) headers(cells []*element) {
	head := map[string]bool{}
	for _, cell := range cells {
		if s, ok := c.f.bytes(cell.dict["ID"]); ok && cell.std == "TH" {
			head[string(s)] = true
		}
	}
	named := true
	for _, cell := range cells {
		list, _ := c.attr(cell, "Table", "Headers").(array)
		if !c.work(len(list)) {
			return
		}
		named = named && (cell.std == "TH" || len(list) > 0)
		for _, v := range list {
			if s, _ := c.f.bytes(v); !head[string(s)] {
				c.add("table-headers", cell.where(), "a header is no TH of the table")
			}
		}
	}
	if named && len(head) > 0 {
		return
	}
	for _, cell := range cells {
		if cell.std != "TH" {
			continue
		}
		switch s, _ := c.attr(cell, "Table", "Scope").(name); s {
		case "Row", "Column", "Both":
		default:
			c.add("table-scope", cell.where(), "the header cell has no scope")
		}
	}
}
