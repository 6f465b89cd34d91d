package conform

import (
	"bytes"
	"unicode/utf8"
)

// Rules that the reader itself reports.
const (
	ruleLimitInteger   = "limit-integer"
	ruleLimitReal      = "limit-real"
	ruleLimitName      = "limit-name"
	ruleLimitString    = "limit-string"
	ruleHexString      = "hex-string"
	ruleDictKeys       = "dictionary-keys"
	ruleObjects        = "object-spacing"
	ruleXrefTable      = "xref-table"
	ruleStreamLength   = "stream-length"
	ruleStreamKeywords = "stream-keywords"
)

var fileRules = []Rule{
	{"file-header", "", "", "6.1.2", "The file begins with %PDF-1.0 to %PDF-1.7 and an end of line."},
	{"file-binary", "", "", "6.1.2", "The second line is a comment with at least four bytes above 127."},
	{"file-end", "", "", "6.1.3", "Nothing but one end of line stands behind the last %%EOF."},
	{"file-id", "", "", "6.1.3", "The trailer has an ID of two strings."},
	{"encryption", "7.16", "26-001", "6.1.3", "The file is not encrypted."},
	{ruleXrefTable, "", "", "6.1.4", "The keyword xref of a cross-reference table is followed by one end of line."},
	{ruleHexString, "", "", "6.1.6", "Hexadecimal strings have an even number of digits and nothing else."},
	{ruleStreamLength, "", "", "6.1.7.1", "Length of a stream is the number of its bytes."},
	{ruleStreamKeywords, "", "", "6.1.7.1", "The keywords stream and endstream stand at ends of lines."},
	{"stream-external", "", "", "6.1.7.1", "A stream's data is in the file: no F, FFilter or FDecodeParms."},
	{"stream-filter", "", "", "6.1.7.2", "Only filters of ISO 32000-1 are used, but not LZWDecode, and Crypt only as Identity."},
	{"stream-data", "", "", "6.1.7.2", "The data of a stream is what its filters and parameters say."},
	{"name-utf8", "", "", "6.1.8", "Names of fonts, colourants and structure types are UTF-8."},
	{ruleObjects, "", "", "6.1.9", "Indirect objects are well formed, with single spaces and keywords on lines of their own."},
	{ruleDictKeys, "", "", "6.1.1", "No dictionary has a key twice (ISO 32000-1, 7.3.7)."},
	{ruleLimitInteger, "", "", "6.1.13", "Integers lie between -2,147,483,648 and 2,147,483,647."},
	{ruleLimitReal, "", "", "6.1.13", "Real numbers lie within 3.403e38 and are not closer to zero than 1.175e-38."},
	{ruleLimitString, "", "", "6.1.13", "Strings have at most 32,767 bytes."},
	{ruleLimitName, "", "", "6.1.13", "Names have at most 127 bytes."},
	{"page-tree", "", "", "6.1.1", "The page tree is a tree of pages (ISO 32000-1, 7.7.3)."},
	{"page-box", "", "", "6.1.13", "Page boundaries are 3 to 14,400 units wide and high."},
}

func (c *checker) checkFile() {
	c.header()
	c.fileEnd()
	id := c.f.array(c.f.trailer["ID"])
	ok := len(id) == 2
	for _, v := range id {
		s, isString := c.f.bytes(v)
		ok = ok && isString && s != ""
	}
	if !ok {
		c.add("file-id", "file", "the trailer has no ID of two strings")
	}
	for _, n := range c.f.numbers() {
		o := c.f.object(n)
		if s, ok := o.(*stream); ok {
			c.streamDict(s)
		}
		c.names(o, n, 0)
	}
	for _, p := range c.pages {
		for _, key := range []name{"MediaBox", "CropBox", "BleedBox", "TrimBox", "ArtBox"} {
			v := p.dict[key]
			switch key {
			case "MediaBox":
				v = p.media
			case "CropBox":
				v = p.crop
			}
			if v == nil && key != "MediaBox" {
				continue
			}
			if r := c.f.nums(v, 4); r == nil || !sane(r[2]-r[0]) || !sane(r[3]-r[1]) {
				c.add("page-box", p.where(), "%s is no rectangle of 3 to 14,400 units", key)
			}
		}
	}
}

func sane(side float64) bool {
	if side < 0 {
		side = -side
	}
	return side >= 3 && side <= 14400
}

func (c *checker) header() {
	b := c.f.data
	if len(b) < 9 || !bytes.HasPrefix(b, []byte("%PDF-1.")) || b[7] < '0' || b[7] > '7' || !eol(b[8]) {
		c.add("file-header", "file", "the first line is not %%PDF-1.n")
	}
	end := bytes.IndexAny(b, "\r\n")
	if end < 0 {
		end = len(b)
	}
	rest := b[end:]
	rest = bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
	high := len(rest) > 4 && rest[0] == '%'
	for i := 1; high && i <= 4; i++ {
		high = rest[i] > 127
	}
	if !high {
		c.add("file-binary", "file", "the comment with bytes above 127 is missing")
	}
}

func (c *checker) fileEnd() {
	i := bytes.LastIndex(c.f.data, []byte("%%EOF"))
	if i < 0 {
		c.add("file-end", "file", "%%%%EOF is missing")
		return
	}
	switch rest := string(c.f.data[i+len("%%EOF"):]); rest {
	case "", "\n", "\r", "\r\n":
	default:
		c.add("file-end", "file", "%d bytes stand behind %%%%EOF", len(rest))
	}
}

func (c *checker) streamDict(s *stream) {
	at := where(s.num)
	for _, k := range []name{"F", "FFilter", "FDecodeParms"} {
		if _, ok := s.dict[k]; ok {
			c.add("stream-external", at, "the stream dictionary has the key %s", k)
		}
	}
	names, parms := c.f.filters(s.dict)
	picture := false
	for i, n := range names {
		switch n {
		case "ASCIIHexDecode", "ASCII85Decode", "FlateDecode", "RunLengthDecode":
		case "CCITTFaxDecode", "JBIG2Decode", "DCTDecode", "JPXDecode":
			picture = true
		case "Crypt":
			if v := c.f.name(parms[i]["Name"]); v != "" && v != "Identity" {
				c.add("stream-filter", at, "the Crypt filter is not Identity")
			}
		default:
			c.add("stream-filter", at, "the filter %q is not allowed", n)
			return
		}
	}
	switch {
	case picture, c.f.name(s.dict["Type"]) == "XRef", c.f.name(s.dict["Type"]) == "ObjStm":
	case c.f.name(s.dict["Subtype"]) == "Image":
		c.imageLength(s)
	default:
		if _, err := c.data(s); err != nil {
			c.add("stream-data", at, "the data cannot be decoded")
		}
	}
}

// names checks the names that have to be UTF-8 and are not seen elsewhere.
func (c *checker) names(v any, num, depth int) {
	if depth > maxNesting {
		return
	}
	switch o := v.(type) {
	case *stream:
		c.names(o.dict, num, depth+1)
	case dict:
		for _, k := range []name{"BaseFont", "FontName", "S"} {
			if n, ok := o[k].(name); ok && !utf8.ValidString(string(n)) {
				c.add("name-utf8", where(num), "a name is not UTF-8")
			}
		}
		for _, e := range o {
			c.names(e, num, depth+1)
		}
	case array:
		if len(o) > 1 && (o[0] == name("Separation") || o[0] == name("DeviceN")) {
			for _, n := range c.f.list(o[1]) {
				if !validUTF8(c.f.name(n)) {
					c.add("name-utf8", where(num), "a name is not UTF-8")
				}
			}
		}
		for _, e := range o {
			c.names(e, num, depth+1)
		}
	}
}
