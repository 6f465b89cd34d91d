package conform

import "strings"

var attachmentRules = []Rule{
	{"file-names", "7.11", "21-001", "6.8", "The specification of an embedded file has F and UF, and they are not empty."},
	{"file-relationship", "", "", "6.8", "The specification of an embedded file says how it relates to the document: AFRelationship."},
	{"file-type", "", "", "6.8", "An embedded file has a media type as its subtype."},
	{"file-params", "", "", "6.8", "An embedded file has a modification date, and its size if given is right."},
	{"file-associated", "", "", "6.8", "Every embedded file is associated with the document or a part of it: AF."},
}

// relationships are the values that ISO 19005-3 gives AFRelationship.
var relationships = set("Source", "Data", "Alternative", "Supplement", "Unspecified")

func (c *checker) checkAttachments() {
	associated := map[int]bool{}
	note := func(v any) {
		for _, s := range c.f.list(v) {
			associated[number(s)] = true
		}
	}
	note(c.catalog["AF"])
	for _, p := range c.pages {
		note(p.dict["AF"])
	}
	if c.tree != nil {
		for _, e := range c.tree.all {
			note(e.dict["AF"])
		}
	}
	seen := map[int]bool{}
	check := func(v any, at string) {
		n := number(v)
		if n != 0 && seen[n] {
			return
		}
		seen[n] = true
		c.attachment(v, at)
		if !associated[n] || n == 0 {
			c.add("file-associated", at, "the file is not associated with anything")
		}
	}
	c.leaves(c.f.dict(c.catalog["Names"])["EmbeddedFiles"], "Names", func(_, v any) { check(v, "file "+where(number(v))) })
	for _, a := range c.annots {
		note(a.dict["AF"])
		if v, ok := a.dict["FS"]; ok && c.f.dict(c.f.dict(v)["EF"]) != nil {
			check(v, a.where())
		}
	}
	for _, v := range c.f.list(c.catalog["AF"]) {
		check(v, "file "+where(number(v)))
	}
}

func (c *checker) attachment(v any, at string) {
	d := c.f.dict(v)
	c.objectType(d, "Filespec", true, at)
	f, _ := c.f.text(d["F"])
	uf, _ := c.f.text(d["UF"])
	if f == "" || uf == "" {
		c.add("file-names", at, "F or UF is missing")
	}
	if n := c.f.name(d["AFRelationship"]); !relationships[n] && !strings.ContainsAny(string(n), ":_") {
		c.add("file-relationship", at, "AFRelationship is %s", quoted(n))
	}
	ef := c.f.dict(d["EF"])
	if ef == nil {
		c.add("file-names", at, "there is no embedded file")
	}
	for _, k := range keys(ef) {
		s := c.f.stream(ef[k])
		if s == nil {
			c.add("file-params", at, "an embedded file is missing")
			continue
		}
		c.objectType(s.dict, "EmbeddedFile", false, at)
		if parts := strings.Split(string(c.f.name(s.dict["Subtype"])), "/"); len(parts) != 2 || parts[0] == "" || parts[1] == "" {
			c.add("file-type", at, "the embedded file has no media type")
		}
		p := c.f.dict(s.dict["Params"])
		date, _ := c.f.text(p["ModDate"])
		_, ok := pdfDate(date)
		data, err := c.data(s)
		size, isInt := c.f.int(p["Size"])
		if _, has := p["Size"]; !ok || err != nil || has && (!isInt || size != len(data)) {
			c.add("file-params", at, "the modification date is missing or the size is wrong")
		}
	}
}
