package conform

import (
	"bytes"
	"fmt"
	"strings"
)

// body writes an object by hand.
func body(num int, src string) func(b *book) {
	return func(b *book) {
		b.raw[num] = src
		if _, ok := b.objects[num]; !ok {
			b.objects[num] = nil
		}
	}
}

func fileDefects() []defect {
	long := strings.Repeat("x", 128)
	return []defect{
		{rule: "file-header", object: func(b *book) { b.header = "%PDF-1.8\n%\xE2\xE3\xCF\xD3\n" }},
		{rule: "file-header", object: func(b *book) { b.header = " " + b.header }},
		{rule: "file-header", object: func(b *book) { b.header = "%PDF-2.0\n%\xE2\xE3\xCF\xD3\n" }},
		{rule: "file-binary", object: func(b *book) { b.header = "%PDF-1.7\n%abcd\n" }},
		{rule: "file-end", also: "signature-range", file: func(f []byte) []byte { return append(f, "tail"...) }},
		{rule: "file-id", object: func(b *book) { delete(b.trailer, "ID") }},
		{rule: "file-id", object: func(b *book) { b.trailer["ID"] = array{str("one")} }},
		{rule: "encryption", object: func(b *book) { b.trailer["Encrypt"] = dict{"Filter": name("Standard")} }},
		{rule: "xref-table", also: "signature-range", file: swapBytes("xref\n0 ", "xref  0 ")},
		{rule: "hex-string", object: body(oInfo, fmt.Sprintf("%d 0 obj\n<</Title(A good book)/Trapped<ABC>>>\nendobj\n", oInfo))},
		{rule: "hex-string", object: body(oInfo, fmt.Sprintf("%d 0 obj\n<</Title(A good book)/Trapped<AXBC>>>\nendobj\n", oInfo))},
		{rule: "stream-length", object: body(oUnused, fmt.Sprintf("%d 0 obj\n<</Length 1>>\nstream\nabc\nendstream\nendobj\n", oUnused))},
		{rule: "stream-length", object: body(oUnused, fmt.Sprintf("%d 0 obj\n<<>>\nstream\nabc\nendstream\nendobj\n", oUnused))},
		{rule: "stream-keywords", object: body(oUnused, fmt.Sprintf("%d 0 obj\n<</Length 3>>\nstream\rabc\nendstream\nendobj\n", oUnused))},
		{rule: "stream-keywords", object: body(oUnused, fmt.Sprintf("%d 0 obj\n<</Length 3>>\nstream\nabcendstream\nendobj\n", oUnused))},
		{rule: "stream-external", object: put1(oMetadata, "F", "(elsewhere)")},
		{rule: "stream-filter", object: func(b *book) { b.stream(oUnused, "<</Filter/LZWDecode>>", []byte("\x80\x0B\x60\x50")) }},
		{rule: "stream-filter", object: func(b *book) {
			b.stream(oUnused, "<</Filter[/Crypt/FlateDecode]/DecodeParms[<</Name/Mine>>null]>>", deflate(nil))
		}},
		{rule: "stream-data", object: func(b *book) { b.stream(oUnused, "<</Filter/FlateDecode>>", []byte("no zlib")) }},
		{rule: "stream-data", object: func(b *book) { b.stream(oUnused, "<</Filter/ASCII85Decode>>", []byte("abc\xFF~>")) }},
		{rule: "name-utf8", object: func(b *book) { b.objects[oUnused] = dict{"BaseFont": name("\xFF\xFE")} }},
		{rule: "name-utf8", object: func(b *book) { b.objects[oUnused] = array{name("Separation"), name("\xFF"), name("DeviceGray")} }},
		{rule: "object-spacing", object: body(oUnused, fmt.Sprintf("%d  0 obj\nnull\nendobj\n", oUnused))},
		{rule: "object-spacing", object: body(oUnused, fmt.Sprintf("%d 0 obj null\nendobj\n", oUnused))},
		{rule: "object-spacing", object: body(oUnused, fmt.Sprintf("%d 0 obj\n5 endobj\n", oUnused))},
		{rule: "object-spacing", object: body(oUnused, fmt.Sprintf("%d 0 obj\n[1 2\nendobj\n", oUnused))},
		{rule: "dictionary-keys", object: body(oUnused, fmt.Sprintf("%d 0 obj\n<</A 1/A 2>>\nendobj\n", oUnused))},
		{rule: "limit-integer", object: func(b *book) { b.objects[oUnused] = int64(1) << 31 }},
		{rule: "limit-integer", object: body(oUnused, fmt.Sprintf("%d 0 obj\n99999999999999999999\nendobj\n", oUnused))},
		{rule: "limit-integer", object: swap(oContent1, "72 700 Td", "-2147483649 700 Td")},
		{rule: "limit-real", object: body(oUnused, fmt.Sprintf("%d 0 obj\n4%s.0\nendobj\n", oUnused, strings.Repeat("0", 38)))},
		{rule: "limit-real", object: body(oUnused, fmt.Sprintf("%d 0 obj\n0.%s1\nendobj\n", oUnused, strings.Repeat("0", 40)))},
		{rule: "limit-string", object: func(b *book) { b.objects[oUnused] = str(strings.Repeat("x", 32768)) }},
		{rule: "limit-name", object: func(b *book) { b.objects[oUnused] = name(long) }},
		{rule: "page-tree", object: func(b *book) { b.put(oPages, "Kids", fmt.Sprintf("[%d 0 R %d 0 R %d 0 R]", oPage1, oPage2, oPage1)) }},
		{rule: "page-tree", object: put1(oPage2, "Type", "/Pages")},
		{rule: "page-tree", object: put1(oPages, "Type", "/Page")},
		{rule: "page-tree", object: put1(oPages, "Count", "3")},
		{rule: "page-tree", object: drop(oPage1, "Parent")},
		{rule: "page-box", object: put1(oPages, "MediaBox", "[0 0 595 14401]")},
		{rule: "page-box", object: put1(oPage1, "CropBox", "[0 0 2 842]")},
		{rule: "page-box", object: drop(oPages, "MediaBox")},
	}
}

// oUnused is an object that nothing refers to.
const oUnused = 90

func catalogDefects() []defect {
	catalog := func(rule, path, src string) defect { return defect{rule: rule, object: put1(oCatalog, path, src)} }
	return []defect{
		catalog("mark-info", "MarkInfo.Marked", "false"),
		catalog("mark-info", "MarkInfo", ""),
		catalog("object-type", "Type", ""),
		catalog("object-type", "OutputIntents.0.Type", "/Intent"),
		{rule: "object-type", object: drop(oTree, "Type")},
		{rule: "object-type", object: drop(oSpec, "Type")},
		{rule: "object-type", object: put1(eP, "Type", "/StructElement")},
		{rule: "object-type", object: put1(oLink, "Type", "/Link")},
		{rule: "object-type", object: put1(oImage, "Type", "/Image")},
		{rule: "object-type", object: put1(oState, "Type", "/GS")},
		{rule: "object-type", object: put1(oSignature, "Type", "/Signature")},
		{rule: "object-type", object: put1(oOutlines, "Type", "/Outline")},
		{rule: "object-type", object: put1(oFile, "Type", "/File")},
		catalog("optional-content-order", "OCProperties.OCGs", ""),
		catalog("suspects", "MarkInfo.Suspects", "true"),
		{
			rule: "struct-tree", also: "mcid-parent link-tagged widget-tagged annotation-tagged annotation-parent",
			object: drop(oCatalog, "StructTreeRoot"),
		},
		catalog("display-title", "ViewerPreferences.DisplayDocTitle", "false"),
		catalog("display-title", "ViewerPreferences", ""),
		{rule: "language", also: "struct-language", object: drop(oCatalog, "Lang")},
		catalog("language-tag", "Lang", "(en_US!)"),
		{rule: "language-tag", object: put1(eP, "Lang", "(languages-long)")},
		{rule: "language-tag", object: swap(oContent2, "/ActualText(sign)", "/ActualText(sign)/Lang(x y)")},
		catalog("catalog-actions", "AA", "<<>>"),
		{rule: "page-actions", object: put1(oPage2, "AA", "<<>>")},
		catalog("javascript-names", "Names.JavaScript", "<</Names[]>>"),
		catalog("alternate-presentations", "Names.AlternatePresentations", "<<>>"),
		{rule: "alternate-presentations", object: put1(oPage1, "PresSteps", "<<>>")},
		catalog("requirements", "Requirements", "[]"),
		catalog("needs-rendering", "NeedsRendering", "true"),
		catalog("needs-rendering", "AcroForm.XFA", "[]"),
		catalog("permissions", "Perms", "<</UR3<<>>/UR<<>>>>"),
		catalog("optional-content-name", "OCProperties.D.Name", "()"),
		catalog("optional-content-name", "OCProperties.Configs", "[<</Name(Default)>>]"),
		catalog("optional-content-auto", "OCProperties.D.AS", "[]"),
		catalog("optional-content-order", "OCProperties.OCGs", fmt.Sprintf("[%d 0 R]", oInfo)),
	}
}

func metadataDefects() []defect {
	xmp := func(rule, from, to string) defect { return defect{rule: rule, object: swap(oMetadata, from, to)} }
	return []defect{
		{rule: "xmp", object: drop(oCatalog, "Metadata")},
		{rule: "xmp", object: put1(oMetadata, "Subtype", "/Text")},
		xmp("xmp-form", "</rdf:RDF>", "</rdf:rdf>"),
		xmp("xmp-form", "<dc:format>", "<dc:format>&nbsp;"),
		xmp("xmp-form", "<x:xmpmeta", "<!DOCTYPE x [<!ENTITY y 'z'>]><x:xmpmeta"),
		xmp("xmp-form", "<rdf:RDF", "<rdf:Other/><rdf:RDFX/><rdf:RDF"),
		{rule: "xmp-form", object: func(b *book) { b.stream(oUnused, "<</Type/Metadata/Subtype/XML>>", []byte("<a>")) }},
		xmp("xmp-encoding", "A good book", "A g\xF6d book"),
		xmp("xmp-header", `id="W5M0MpCehiHzreSzNTczkc9d"`, `id="W5M0MpCehiHzreSzNTczkc9d" bytes="100"`),
		xmp("xmp-ua", "<pdfuaid:part>1<", "<pdfuaid:part>2<"),
		xmp("xmp-ua", "<pdfuaid:part>1</pdfuaid:part>", ""),
		xmp("xmp-a", `pdfaid:part="3"`, `pdfaid:part="2"`),
		xmp("xmp-a-level", `pdfaid:conformance="A"`, `pdfaid:conformance="B"`),
		{rule: "xmp-prefix", object: func(b *book) {
			s := b.objects[oMetadata].(*stream)
			s.raw = bytes.ReplaceAll(s.raw, []byte("pdfaid:"), []byte("aid:"))
			s.raw = bytes.ReplaceAll(s.raw, []byte(":pdfaid="), []byte(":aid="))
		}},
		{rule: "xmp-title", object: both(swap(oMetadata, "A good book", " "), put1(oInfo, "Title", "()"))},
		xmp("xmp-title", `xml:lang="x-default"`, `xml:lang="en"`),
		{rule: "xmp-title", object: both(swap(oMetadata, "dc:title>", "dc:rights>"), swap(oMetadata, "/dc:title>", "/dc:rights>"), drop(oInfo, "Title"))},
		xmp("xmp-schema", "<dc:format>", "<dc:colour>red</dc:colour><dc:format>"),
		xmp("xmp-schema", "<pdfaProperty:name>part<", "<pdfaProperty:name>port<"),
		xmp("xmp-extension", "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>", ""),
		{rule: "xmp-extension", also: "xmp-schema", object: swap(oMetadata, "<pdfaProperty:category>internal<", "<pdfaProperty:category>inside<")},
		{rule: "xmp-extension", also: "xmp-schema", object: both(swap(oMetadata, "<pdfaExtension:schemas><rdf:Bag>", "<pdfaExtension:schemas><rdf:Seq>"), swap(oMetadata, "</rdf:Bag></pdfaExtension:schemas>", "</rdf:Seq></pdfaExtension:schemas>"))},
		xmp("xmp-type", "<dc:creator><rdf:Seq><rdf:li>Nobody</rdf:li></rdf:Seq></dc:creator>", "<dc:creator>Nobody</dc:creator>"),
		xmp("xmp-type", "</pdf:Producer>", "</pdf:Producer><xmp:MetadataDate>yesterday</xmp:MetadataDate>"),
		{rule: "xmp-info-text", object: put1(oInfo, "Title", "(A bad book)")},
		{rule: "xmp-info-text", object: put1(oInfo, "Keywords", "(more)")},
		{rule: "xmp-info-date", object: put1(oInfo, "ModDate", "(D:20261121230400Z)")},
		{rule: "xmp-info-date", object: put1(oInfo, "CreationDate", "(yesterday)")},
		{rule: "xmp-info-date", object: put1(oInfo, "CreationDate", "20261121")},
	}
}

func colourDefects() []defect {
	space := func(src string) func(b *book) { return put1(oResources, "ColorSpace.CS0", src) }
	spot := "[/Separation/Gold/DeviceRGB<</FunctionType 2/N 1/Domain[0 1]/C0[0 0 0]/C1[1 1 0]>>]"
	many := "[/DeviceN[" + strings.Repeat("/None ", 33) + "]/DeviceRGB<<>>]"
	return []defect{
		{rule: "intent", object: drop(oCatalog, "OutputIntents.0.OutputConditionIdentifier")},
		{rule: "intent", also: "device-rgb device-gray transparency-space", object: drop(oCatalog, "OutputIntents.0.DestOutputProfile")},
		{rule: "intent-profile", also: "device-rgb device-gray transparency-space icc-profile", object: swap(oProfile, "acsp", "xxxx")},
		{rule: "intent-profile", also: "device-rgb device-gray transparency-space icc-profile", object: func(b *book) { b.objects[oProfile].(*stream).raw[8] = 5 }},
		{rule: "intent-profile", also: "device-rgb device-gray transparency-space", object: swap(oProfile, "mntr", "scnr")},
		{rule: "intent-single", object: func(b *book) {
			b.stream(oUnused, "<</N 3>>", profile())
			list := b.at(oCatalog, "OutputIntents").(array)
			b.objects[oCatalog].(dict)["OutputIntents"] = append(list, parse(b.t, fmt.Sprintf("<</S/GTS_PDFX/DestOutputProfile %d 0 R>>", oUnused)))
		}},
		{rule: "icc-components", object: put1(oProfile, "N", "4")},
		{rule: "icc-profile", object: func(b *book) {
			b.stream(oUnused, "<</N 3>>", profile()[:100])
			space(fmt.Sprintf("[/ICCBased %d 0 R]", oUnused))(b)
		}},
		{rule: "device-rgb", also: "device-gray transparency-space", object: both(drop(oCatalog, "OutputIntents"))},
		{rule: "device-gray", also: "device-rgb transparency-space", object: both(drop(oCatalog, "OutputIntents"))},
		{rule: "device-cmyk", object: swap(oContent2, "0.5 g", "0 0 0 1 k")},
		{rule: "device-cmyk", object: space("[/Indexed/DeviceCMYK 0<00000000>]")},
		{rule: "devicen-components", object: space(many)},
		{rule: "devicen-colorants", object: space("[/DeviceN[/Cyan/Gold]/DeviceRGB<<>>]")},
		{rule: "separation-same", object: both(
			put1(oResources, "ColorSpace.CS0", spot), put1(oResources, "ColorSpace.CS1", strings.Replace(spot, "[1 1 0]", "[1 0 0]", 1)),
			swap(oContent1, "/CS0 cs", "/CS1 CS /CS0 cs"))},
	}
}
