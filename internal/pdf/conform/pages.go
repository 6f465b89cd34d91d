package conform

import "strconv"

// page is a page with what it inherits (7.7.3.4).
type page struct {
	num       int // object number
	index     int // from 1
	dict      dict
	resources any
	media     any
	crop      any
	up        int // object number of the node above
}

func (p *page) where() string { return "page " + strconv.Itoa(p.index) }

// readPages walks the page tree.
func (c *checker) readPages() error {
	seen := map[int]bool{}
	var walk func(v any, up page, depth int) error
	walk = func(v any, up page, depth int) error {
		num := number(v)
		d, _ := c.f.get(v).(dict)
		if d == nil || num != 0 && seen[num] {
			c.add("page-tree", where(num), "a node of the page tree is missing or stands there twice")
			return nil
		}
		if depth > maxTreeDepth || len(c.pages) >= maxPages {
			return ErrLimit
		}
		seen[num] = true
		up.inherit(d)
		c.parentPage(d, num, up.up)
		if kids := c.f.array(d["Kids"]); kids != nil {
			before := len(c.pages)
			up.up = num
			for _, k := range kids {
				if err := walk(k, up, depth+1); err != nil {
					return err
				}
			}
			if n, ok := c.f.int(d["Count"]); !ok || n != len(c.pages)-before {
				c.add("page-tree", where(num), "Count is not the number of pages")
			}
			if c.f.name(d["Type"]) != "Pages" {
				c.add("page-tree", where(num), "a node of the page tree is not of the type Pages")
			}
			return nil
		}
		if c.f.name(d["Type"]) != "Page" {
			c.add("page-tree", where(num), "a leaf of the page tree is no page")
		}
		up.num, up.index, up.dict = num, len(c.pages)+1, d
		p := up
		c.pages = append(c.pages, &p)
		c.pageOf[num] = &p
		return nil
	}
	if err := walk(c.catalog["Pages"], page{}, 0); err != nil {
		return err
	}
	if c.f.err != nil {
		return c.f.err
	}
	if len(c.pages) == 0 {
		return ErrDamaged
	}
	return nil
}

// parentPage checks the way up from a node of the page tree.
func (c *checker) parentPage(d dict, num, up int) {
	if v, there := d["Parent"]; up != 0 && number(v) != up || up == 0 && there {
		c.add("page-tree", where(num), "Parent is not the node above")
	}
}

func (p *page) inherit(d dict) {
	if v, ok := d["Resources"]; ok {
		p.resources = v
	}
	if v, ok := d["MediaBox"]; ok {
		p.media = v
	}
	if v, ok := d["CropBox"]; ok {
		p.crop = v
	}
}

// tree is a number or name tree (7.9.6, 7.9.7): leaves calls back for each pair.
func (c *checker) leaves(v any, key name, each func(k, v any)) {
	seen := map[int]bool{}
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		num := number(v)
		d := c.f.dict(v)
		if d == nil || num != 0 && seen[num] || !c.step() {
			return
		}
		if depth > maxTreeDepth {
			c.f.fail(ErrLimit)
			return
		}
		seen[num] = true
		pairs := c.f.array(d[key])
		for i := 0; i+1 < len(pairs); i += 2 {
			each(c.f.get(pairs[i]), pairs[i+1])
		}
		for _, k := range c.f.array(d["Kids"]) {
			walk(k, depth+1)
		}
	}
	walk(v, 0)
}
