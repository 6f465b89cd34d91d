package pdf

import (
	"strings"
	"time"
)

// xmp is the metadata packet (ISO 16684-1). It repeats what the document
// information says and claims PDF/UA-1 (ISO 14289-1, 5) and PDF/A-3a (ISO 19005-3,
// 6.6.4).
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
		"</rdf:Description>\n" + claims + "</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return []byte(b.String())
}

// claims names the standards. PDF/A knows no schema for the first, so it is
// described (6.6.2.3), in a description of its own because readers take the
// schema of a namespace from another block than the one that uses it.
const claims = `<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
`

func alternative(b *strings.Builder, tag, text string) {
	b.WriteString("<" + tag + "><rdf:Alt><rdf:li xml:lang=\"x-default\">" + escapeXML(text) +
		"</rdf:li></rdf:Alt></" + tag + ">\n")
}

// escapeXML escapes markup and replaces characters that XML 1.0 does not allow.
func escapeXML(s string) string {
	var b strings.Builder
	for _, r := range visible(s) {
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
