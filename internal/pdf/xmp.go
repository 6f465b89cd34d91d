package pdf

import (
	"strings"
	"time"
)

// xmp is the metadata packet (ISO 16684-1). It repeats what the document
// information says and claims no standard.
func xmp(o *Options) []byte {
	var b strings.Builder
	stamp := o.Created.UTC().Format(time.RFC3339)
	b.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n" +
		"<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" +
		"<rdf:Description rdf:about=\"\"" +
		" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"" +
		" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"" +
		" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n" +
		"<dc:format>application/pdf</dc:format>\n")
	alternative(&b, "dc:title", o.Title)
	if o.Subject != "" {
		alternative(&b, "dc:description", o.Subject)
	}
	if o.Author != "" {
		b.WriteString("<dc:creator><rdf:Seq><rdf:li>" + escapeXML(o.Author) + "</rdf:li></rdf:Seq></dc:creator>\n")
	}
	b.WriteString("<dc:language><rdf:Bag><rdf:li>" + escapeXML(o.Lang) + "</rdf:li></rdf:Bag></dc:language>\n" +
		"<xmp:CreateDate>" + stamp + "</xmp:CreateDate>\n" +
		"<xmp:ModifyDate>" + stamp + "</xmp:ModifyDate>\n" +
		"<xmp:MetadataDate>" + stamp + "</xmp:MetadataDate>\n" +
		"<xmp:CreatorTool>" + escapeXML(o.Creator) + "</xmp:CreatorTool>\n" +
		"<pdf:Producer>" + producer + "</pdf:Producer>\n" +
		"</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return []byte(b.String())
}

func alternative(b *strings.Builder, tag, text string) {
	b.WriteString("<" + tag + "><rdf:Alt><rdf:li xml:lang=\"x-default\">" + escapeXML(text) +
		"</rdf:li></rdf:Alt></" + tag + ">\n")
}

// escapeXML escapes markup and replaces characters that XML 1.0 does not allow.
func escapeXML(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\t' || r == '\n' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000:
			b.WriteRune(r)
		default:
			b.WriteRune('\uFFFD')
		}
	}
	return b.String()
}
