package conform

var navigationRules = []Rule{
	{"outline-title", "7.17", "", "", "Every bookmark has a title that is not empty."},
	{"outline-target", "7.17", "", "", "Every bookmark leads to a page of the document."},
	{"outline-tree", "7.17", "", "", "Bookmarks are a tree whose links agree (ISO 32000-1, 12.3.3)."},
	{"page-labels", "7.17", "", "", "Page labels begin with the first page and have a known style (ISO 32000-1, 12.4.2)."},
}

func (c *checker) checkNavigation() {
	if root := c.f.dict(c.catalog["Outlines"]); root != nil {
		num := number(c.catalog["Outlines"])
		open := c.outline(root, num, map[int]bool{}, 0)
		if n, _ := c.f.int(root["Count"]); n != open {
			c.add("outline-tree", where(num)+", bookmarks", "Count is %d, %d bookmarks are open", n, open)
		}
	}
	labels, ok := c.catalog["PageLabels"]
	if !ok {
		return
	}
	first := -1
	c.leaves(labels, "Nums", func(k, v any) {
		n, isInt := c.f.int(k)
		if first < 0 && isInt {
			first = n
		}
		style, there := c.f.dict(v)["S"]
		switch n := c.f.name(style); n {
		case "D", "R", "r", "A", "a":
		default:
			if there {
				c.add("page-labels", "catalogue", "the style %s is not known", quoted(n))
			}
		}
	})
	if first != 0 {
		c.add("page-labels", "catalogue", "the first label is not that of the first page")
	}
}

// outline checks the bookmarks below one and counts those that show when it is open.
func (c *checker) outline(up dict, num int, seen map[int]bool, depth int) (open int) {
	if depth > maxTreeDepth {
		c.f.fail(ErrLimit)
		return 0
	}
	before := 0
	v, has := up["First"]
	for has && c.step() {
		n, d := number(v), c.f.dict(v)
		at := where(n) + ", bookmark"
		if d == nil || seen[n] {
			c.add("outline-tree", at, "the bookmark is missing or stands there twice")
			return open
		}
		seen[n] = true
		if number(d["Parent"]) != num || number(d["Prev"]) != before {
			c.add("outline-tree", at, "Parent or Prev is wrong")
		}
		if t, _ := c.f.text(d["Title"]); blank(t) {
			c.add("outline-title", at, "there is no title")
		}
		c.bookmark(d, at)
		below := c.outline(d, n, seen, depth+1)
		count, _ := c.f.int(d["Count"])
		if abs(count) != below {
			c.add("outline-tree", at, "Count is %d, there are %d bookmarks below", count, below)
		}
		open++
		if count > 0 {
			open += below
		}
		before = n
		v, has = d["Next"]
	}
	if number(up["Last"]) != before {
		c.add("outline-tree", where(num)+", bookmark", "Last is not the last one")
	}
	return open
}

// bookmark checks where a bookmark leads.
func (c *checker) bookmark(d dict, at string) {
	if v, ok := d["Dest"]; ok {
		c.destination("outline-target", v, at)
		return
	}
	if _, ok := d["A"]; !ok {
		c.add("outline-target", at, "it leads nowhere")
		return
	}
	c.action("outline-target", d["A"], at)
}
