package conform

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

var metadataRules = []Rule{
	{"xmp", "7.1", "06-001", "6.6.2.1", "The catalogue has a metadata stream of type Metadata and subtype XML."},
	{"xmp-form", "7.1", "", "6.6.2.1", "Metadata is well-formed XML with RDF descriptions (XMP)."},
	{"xmp-encoding", "", "", "6.6.2.1", "Metadata is UTF-8."},
	{"xmp-header", "", "", "6.6.2.1", "The header of the XMP packet has no attributes bytes and encoding."},
	{"xmp-ua", "5", "06-002", "", "Metadata claims PDF/UA: pdfuaid:part is 1."},
	{"xmp-a", "", "", "6.6.4", "Metadata claims PDF/A: pdfaid:part is 3."},
	{"xmp-a-level", "", "", "6.6.4", "Metadata claims level A: pdfaid:conformance is A."},
	{"xmp-prefix", "5", "", "6.6.4", "The properties of the two claims have the prefixes pdfuaid and pdfaid."},
	{"xmp-title", "7.1", "06-003", "", "Metadata has a dc:title that is not empty, with a default language."},
	{"xmp-schema", "", "", "6.6.2.3.1", "Properties are those of XMP or are described by an extension schema."},
	{"xmp-extension", "", "", "6.6.2.3.3", "Extension schemas are complete and have the prescribed prefixes."},
	{"xmp-type", "", "", "6.6.2.3.1", "Properties have the type that XMP prescribes."},
	{"xmp-info-text", "", "", "6.6.3", "Title, author, subject, keywords, creator and producer are the same in Info and metadata."},
	{"xmp-info-date", "", "", "6.6.3", "Creation and modification date are the same in Info and metadata."},
}

// kinds are the properties of the schemas a PDF uses, with their type: text,
// date, or the RDF container.
var kinds = map[string]map[string]string{
	nsDC: {
		"contributor": "Bag", "coverage": "text", "creator": "Seq", "date": "Seq", "description": "Alt", "format": "text",
		"identifier": "text", "language": "Bag", "publisher": "Bag", "relation": "Bag", "rights": "Alt", "source": "text",
		"subject": "Bag", "title": "Alt", "type": "Bag",
	},
	nsXMP: {
		"Advisory": "Bag", "BaseURL": "text", "CreateDate": "date", "CreatorTool": "text", "Identifier": "Bag", "Label": "text",
		"MetadataDate": "date", "ModifyDate": "date", "Nickname": "text", "Rating": "text", "Thumbnails": "Alt",
	},
	nsPDF: {"Keywords": "text", "PDFVersion": "text", "Producer": "text", "Trapped": "text"},
	nsA:   {"part": "text", "amd": "text", "corr": "text", "conformance": "text"},
}

// otherSchemas are predefined schemas whose properties are not looked at.
var otherSchemas = []string{
	"http://ns.adobe.com/xap/1.0/mm/", "http://ns.adobe.com/xap/1.0/rights/", "http://ns.adobe.com/xap/1.0/bj/",
	"http://ns.adobe.com/xap/1.0/t/pg/", "http://ns.adobe.com/xmp/1.0/DynamicMedia/", "http://ns.adobe.com/photoshop/1.0/",
	"http://ns.adobe.com/camera-raw-settings/1.0/", "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/",
	"http://ns.adobe.com/exif/1.0/aux/", nsExtension,
}

func (c *checker) checkMetadata() {
	c.otherMetadata()
	at := where(number(c.catalog["Metadata"]))
	s := c.f.stream(c.catalog["Metadata"])
	if s == nil || c.f.name(s.dict["Type"]) != "Metadata" || c.f.name(s.dict["Subtype"]) != "XML" {
		c.add("xmp", "catalogue", "there is no metadata stream")
		return
	}
	data, err := c.data(s)
	if err != nil || len(data) > maxXMP {
		c.add("xmp-form", at, "the metadata cannot be read")
		return
	}
	if !utf8.Valid(data) {
		c.add("xmp-encoding", at, "the metadata is not UTF-8")
		return
	}
	b, err := parseXML(bytes.TrimSpace(data))
	for _, a := range []string{"bytes=", "encoding="} {
		if strings.Contains(b.header, a) {
			c.add("xmp-header", at, "the header of the packet has the attribute %s", strings.TrimSuffix(a, "="))
		}
	}
	if err != nil {
		c.add("xmp-form", at, "the metadata is not well-formed XML")
		return
	}
	list, ok := properties(b.root)
	if !ok {
		c.add("xmp-form", at, "the metadata has no RDF descriptions")
		return
	}
	c.xmp = &metadata{list}
	c.claims(at)
	c.title(at)
	c.schemas(at)
	c.infoText(at)
	c.infoDates(at)
}

// otherMetadata looks at the form of metadata that is not the document's own.
func (c *checker) otherMetadata() {
	for _, n := range c.f.numbers() {
		s, ok := c.f.object(n).(*stream)
		if !ok || c.f.name(s.dict["Type"]) != "Metadata" || n == number(c.catalog["Metadata"]) || !c.step() {
			continue
		}
		data, err := c.data(s)
		if err == nil && len(data) <= maxXMP {
			_, err = parseXML(bytes.TrimSpace(data))
		}
		if err != nil || len(data) > maxXMP {
			c.add("xmp-form", where(n), "the metadata is not well-formed XML")
		}
	}
}

func (c *checker) claims(at string) {
	if v, _ := c.xmp.text(nsUA, "part"); v != "1" {
		c.add("xmp-ua", at, "pdfuaid:part is %q", v)
	}
	if v, _ := c.xmp.text(nsA, "part"); v != "3" {
		c.add("xmp-a", at, "pdfaid:part is %q", v)
	}
	if v, _ := c.xmp.text(nsA, "conformance"); v != "A" {
		c.add("xmp-a-level", at, "pdfaid:conformance is %q", v)
	}
	for _, p := range c.xmp.properties {
		if p.space == nsUA && p.prefix != "pdfuaid" || p.space == nsA && p.prefix != "pdfaid" {
			c.add("xmp-prefix", at, "a claim has the prefix %q", p.prefix)
		}
	}
}

func (c *checker) title(at string) {
	p := c.xmp.find(nsDC, "title")
	if p == nil {
		c.add("xmp-title", at, "there is no dc:title")
		return
	}
	for _, li := range p.items("Alt") {
		if a := li.attr(nsXML, "lang"); a != nil && a.text == "x-default" && !blank(li.text) {
			return
		}
	}
	c.add("xmp-title", at, "dc:title has no text for x-default")
}

// schemas checks names and types of all properties.
func (c *checker) schemas(at string) {
	described := c.extensions(at)
	for _, p := range c.xmp.properties {
		known, ours := kinds[p.space]
		kind, ok := known[p.local]
		switch {
		case ours && !ok:
			c.add("xmp-schema", at, "%s:%s is no property of its schema", p.prefix, p.local)
		case !ours && !slices.Contains(otherSchemas, p.space) && !described[p.space+" "+p.local]:
			c.add("xmp-schema", at, "%s:%s is not described by an extension schema", p.prefix, p.local)
		case ours && !p.typed(kind):
			c.add("xmp-type", at, "%s:%s is not of the type %s", p.prefix, p.local, kind)
		}
	}
}

func (n *node) typed(kind string) bool {
	switch kind {
	case "text":
		return len(n.kids) == 0
	case "date":
		_, ok := xmpDate(strings.TrimSpace(n.text))
		return len(n.kids) == 0 && ok
	}
	return n.items(kind) != nil
}

// extensions reads the extension schemas and tells which properties they describe.
func (c *checker) extensions(at string) map[string]bool {
	out := map[string]bool{}
	for _, p := range c.xmp.properties {
		if p.space != nsExtension {
			continue
		}
		list := p.items("Bag")
		if p.local != "schemas" || p.prefix != "pdfaExtension" || list == nil {
			c.add("xmp-extension", at, "pdfaExtension:schemas is no bag of schemas")
			continue
		}
		for _, li := range list {
			c.extension(at, li.structure(), out)
		}
	}
	return out
}

// structure is the element that holds the fields of a structure.
func (n *node) structure() *node {
	if d := n.child(nsRDF, "Description"); d != nil {
		return d
	}
	return n
}

// field is the text of a field that has to have a certain prefix.
func (n *node) field(prefix, space, local string) string {
	for _, k := range [][]*node{n.kids, n.attrs} {
		for _, f := range k {
			if f.is(space, local) && f.prefix == prefix {
				return strings.TrimSpace(f.text)
			}
		}
	}
	return ""
}

func (c *checker) extension(at string, s *node, described map[string]bool) {
	uri := s.field("pdfaSchema", nsSchema, "namespaceURI")
	if uri == "" || s.field("pdfaSchema", nsSchema, "schema") == "" || s.field("pdfaSchema", nsSchema, "prefix") == "" {
		c.add("xmp-extension", at, "a schema lacks its description, namespace or prefix")
	}
	list := s.child(nsSchema, "property")
	if list == nil || list.items("Seq") == nil {
		c.add("xmp-extension", at, "a schema describes no properties")
		return
	}
	for _, li := range list.items("Seq") {
		p := li.structure()
		field := func(local string) string { return p.field("pdfaProperty", nsProperty, local) }
		category := field("category")
		if field("name") == "" || field("valueType") == "" || field("description") == "" || category != "internal" && category != "external" {
			c.add("xmp-extension", at, "the description of a property is incomplete")
			continue
		}
		described[uri+" "+field("name")] = true
	}
}

// infoText compares the texts that stand in two places.
func (c *checker) infoText(at string) {
	info := c.f.dict(c.f.trailer["Info"])
	for _, e := range []struct {
		key          name
		space, local string
	}{
		{"Title", nsDC, "title"}, {"Author", nsDC, "creator"}, {"Subject", nsDC, "description"}, {"Keywords", nsPDF, "Keywords"},
		{"Creator", nsXMP, "CreatorTool"}, {"Producer", nsPDF, "Producer"},
	} {
		v, there := info[e.key]
		if !there {
			continue
		}
		want, ok := c.f.text(v)
		if got, _ := c.xmp.text(e.space, e.local); !ok || normal(got) != normal(want) {
			c.add("xmp-info-text", at, "%s is another than %s in the document information", e.local, e.key)
		}
	}
}

// normal leaves out what XML may change in white space.
func normal(s string) string { return strings.Join(strings.Fields(s), " ") }

func (c *checker) infoDates(at string) {
	info := c.f.dict(c.f.trailer["Info"])
	for _, e := range []struct {
		key   name
		local string
	}{{"CreationDate", "CreateDate"}, {"ModDate", "ModifyDate"}} {
		if _, there := info[e.key]; !there {
			continue
		}
		v, _ := c.f.text(info[e.key])
		want, ok1 := pdfDate(v)
		text, _ := c.xmp.text(nsXMP, e.local)
		got, ok2 := xmpDate(text)
		if !ok1 || !ok2 || !got.Equal(want) {
			c.add("xmp-info-date", at, "xmp:%s is another time than %s", e.local, e.key)
		}
	}
}

// xmpDate reads the date format of XMP.
func xmpDate(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// pdfDate reads the date format of PDF (7.9.4).
func pdfDate(s string) (time.Time, bool) {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "D:"), "'")
	if i := strings.IndexByte(s, 'Z'); i >= 0 {
		s = s[:i]
	}
	s = strings.ReplaceAll(s, "'", ":")
	for _, layout := range []string{"20060102150405-07:00", "20060102150405-07", "20060102150405", "200601021504", "2006010215", "20060102", "200601", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
