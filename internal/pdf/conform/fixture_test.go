package conform

import (
	"bytes"
	"compress/zlib"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
)

// Object numbers of the good book.
const (
	oCatalog = 1 + iota
	oPages
	oPage1
	oPage2
	oContent1
	oContent2
	oResources
	oFont
	oCIDFont
	oDescriptor
	oProgram
	oUnicode
	oMetadata
	oProfile
	oTree
	oParents
	oInfo
	oImage
	oForm
	oState
	oLink
	oNote
	oWidget
	oAppearance
	oSignature
	oOutlines
	oMark1
	oMark2
	oFile
	oSpec
	oJPEG
)

// Numbers of structure elements.
const (
	eDocument = 40 + iota
	eH1
	eP
	eLink
	eList
	eItem
	eLabel
	eBody
	eTable
	eHead
	eHeadRow
	eTH1
	eTH2
	eRows
	eRow
	eTD1
	eTD2
	eFigure
	eFormula
	eNote
	eTOC
	eTOCI
	eRuby
	eRB
	eRT
	eH2
	eAnnot
	eForm
	ePrivate
	eSign
)

// goodXMP is the metadata of the good book.
const goodXMP = "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" + `<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A good book</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Nobody</rdf:li></rdf:Seq></dc:creator>
<xmp:CreateDate>2026-11-21T22:04:00Z</xmp:CreateDate>
<xmp:ModifyDate>2026-11-21T23:04:00+01:00</xmp:ModifyDate>
<pdf:Producer>Hand</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="3" pdfaid:conformance="A"/>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`

// good is a book that breaks no rule and has something of everything.
func good(t testing.TB) *book {
	b := &book{t: t, objects: map[int]any{}, raw: map[int]string{}, header: "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n", sign: oSignature,
		trailer: parse(t, fmt.Sprintf("<</Root %d 0 R/Info %d 0 R/ID[<01><02>]>>", oCatalog, oInfo)).(dict)}
	b.set(oCatalog, fmt.Sprintf(`<</Type/Catalog/Pages 2 0 R/Lang(en)/MarkInfo<</Marked true>>/Metadata %d 0 R/StructTreeRoot %d 0 R
		/ViewerPreferences<</DisplayDocTitle true>>/Outlines %d 0 R/PageLabels<</Nums[0<</S/D>>]>>/AF[%d 0 R]
		/Names<</Dests<</Names[(here)[%d 0 R/Fit]]>>/EmbeddedFiles<</Names[(data.json)%d 0 R]>>>>
		/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/DestOutputProfile %d 0 R>>]
		/AcroForm<</Fields[%d 0 R]/SigFlags 3>>
		/OCProperties<</OCGs[]/D<</Name(Default)/Order[]>>>>>>`, oMetadata, oTree, oOutlines, oSpec, oPage2, oSpec, oProfile, oWidget))
	b.set(oPages, fmt.Sprintf("<</Type/Pages/Count 2/Kids[%d 0 R %d 0 R]/MediaBox[0 0 595 842]>>", oPage1, oPage2))
	page := "<</Type/Page/Parent 2 0 R/Contents %d 0 R/Resources %d 0 R/StructParents %d/Tabs/S/Annots[%s]>>"
	b.set(oPage1, fmt.Sprintf(page, oContent1, oResources, 0, fmt.Sprintf("%d 0 R", oLink)))
	b.set(oPage2, fmt.Sprintf(page, oContent2, oResources, 1, fmt.Sprintf("%d 0 R %d 0 R", oNote, oWidget)))
	b.stream(oContent1, "<<>>", []byte(goodContent))
	b.stream(oContent2, "<<>>", []byte("/H2<</MCID 0>>BDC BT /F0 9 Tf 72 700 Td <0003>Tj ET EMC\n"+
		"/P<</MCID 1>>BDC /Span<</ActualText(sign)>>BDC BT /F0 9 Tf 72 600 Td <0004>Tj ET EMC EMC\n/Artifact BMC /G0 gs 0.5 g 10 10 20 20 re f EMC\n"))
	b.set(oResources, fmt.Sprintf("<</Font<</F0 %d 0 R>>/XObject<</Im0 %d 0 R/Im1 %d 0 R/Fm0 %d 0 R>>/ExtGState<</G0 %d 0 R>>/ColorSpace<</CS0[/ICCBased %d 0 R]>>>>",
		oFont, oImage, oJPEG, oForm, oState, oProfile))
	b.set(oInfo, "<</Title(A good book)/Author(Nobody)/Producer(Hand)/CreationDate(D:20261121220400Z)/ModDate(D:20261121230400+01'00')>>")
	b.stream(oMetadata, "<</Type/Metadata/Subtype/XML>>", []byte(goodXMP))
	b.stream(oProfile, "<</N 3>>", profile())
	b.stream(oImage, "<</Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 3/Columns 2>>>>",
		goodRows())
	b.stream(oJPEG, "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode>>",
		[]byte("\xFF\xD8\xFF\xC0\x00\x0B\x08\x00\x01\x00\x01\x01\x01\x11\x00\xFF\xD9"))
	b.stream(oForm, "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</ProcSet[/PDF]>>/StructParents 5>>", []byte("/Artifact BMC 0 0 9 9 re f EMC /Formula<</MCID 0>>BDC 1 1 2 2 re f EMC"))
	b.set(oState, "<</Type/ExtGState/ca 0.5/BM/Multiply>>")
	goodFont(b)
	goodMarks(b)
	goodTree(b)
	return b
}

const goodContent = `/Artifact<</Type/Pagination>>BDC q 1 0 0 RG 0 0 m 10 10 l S Q EMC
/H1<</MCID 0>>BDC BT /F0 12 Tf 72 700 Td <000200010003>Tj ET EMC
/P<</MCID 1>>BDC BT /F0 12 Tf 72 680 Td [<0002>-20<0003>]TJ ET EMC
/Link<</MCID 2>>BDC BT /F0 12 Tf 72 660 Td <0003>Tj ET EMC
/Lbl<</MCID 3>>BDC BT /F0 12 Tf 72 640 Td <0003>Tj ET EMC
/LBody<</MCID 4>>BDC BT /F0 12 Tf 82 640 Td <0003>Tj ET EMC
/TH<</MCID 5>>BDC BT /F0 12 Tf 72 620 Td <0003>Tj ET EMC
/TD<</MCID 6>>BDC BT /F0 12 Tf 72 600 Td <0003>Tj ET EMC
/Figure<</MCID 7>>BDC q 50 0 0 50 72 500 cm /Im0 Do Q q /Perceptual ri 9 0 0 9 0 0 cm /Im1 Do Q EMC
/Note<</MCID 8>>BDC BT /F0 12 Tf 72 480 Td <0003>Tj ET EMC
/TOCI<</MCID 9>>BDC BT /F0 12 Tf 72 460 Td <0003>Tj ET EMC
/RB<</MCID 10>>BDC BT /F0 12 Tf 72 440 Td <0003>Tj ET EMC
/RT<</MCID 11>>BDC BT /F0 12 Tf 72 450 Td <0003>Tj ET EMC
/Fm0 Do
/P<</MCID 12>>BDC /CS0 cs 1 0 0 scn 1 1 2 2 re f
BI /W 1 /H 1 /BPC 8 /CS /RGB ID abc EI EMC
`

// goodMarks sets annotations, bookmarks, the attachment and the signature.
func goodMarks(b *book) {
	b.set(oLink, fmt.Sprintf("<</Type/Annot/Subtype/Link/Rect[72 650 90 670]/F 4/Contents(To B)/StructParent 2/A<</S/GoTo/D(here)>>/P %d 0 R>>", oPage1))
	b.set(oNote, fmt.Sprintf("<</Type/Annot/Subtype/Stamp/Rect[10 10 30 30]/F 4/Contents(Seen)/StructParent 3/AP<</N %d 0 R>>>>", oAppearance))
	b.set(oWidget, fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/TU(Seal)/Rect[40 40 90 90]/F 132/StructParent 4/AP<</N %d 0 R>>/V %d 0 R>>", oAppearance, oSignature))
	b.stream(oAppearance, "<</Type/XObject/Subtype/Form/BBox[0 0 20 20]/Resources<<>>>>", []byte("0 0 20 20 re f"))
	b.set(oSignature, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1000000001 1000000002 1000000003]>>")
	b.objects[oSignature].(dict)["Contents"] = str(string(message()) + "\x00\x00\x00")
	b.set(oOutlines, fmt.Sprintf("<</Type/Outlines/First %d 0 R/Last %d 0 R/Count 2>>", oMark1, oMark2))
	b.set(oMark1, fmt.Sprintf("<</Title(One)/Parent %d 0 R/Next %d 0 R/Dest[%d 0 R/Fit]>>", oOutlines, oMark2, oPage1))
	b.set(oMark2, fmt.Sprintf("<</Title(Two)/Parent %d 0 R/Prev %d 0 R/A<</S/GoTo/D[%d 0 R/Fit]>>>>", oOutlines, oMark1, oPage2))
	b.stream(oFile, "<</Type/EmbeddedFile/Subtype/application#2Fjson/Params<</Size 2/ModDate(D:20261121220400Z)>>>>", []byte("{}"))
	b.set(oSpec, fmt.Sprintf("<</Type/Filespec/F(data.json)/UF(data.json)/AFRelationship/Source/EF<</F %d 0 R/UF %d 0 R>>>>", oFile, oFile))
}

// goodFont sets the one font: a composite one whose codes are glyph numbers.
func goodFont(b *book) {
	b.set(oFont, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Test/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", oCIDFont, oUnicode))
	b.set(oCIDFont, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Test/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 0/W[0[500 250 600]3 4 700]>>", oDescriptor))
	b.set(oDescriptor, fmt.Sprintf("<</Type/FontDescriptor/FontName/ABCDEF+Test/Flags 32/FontBBox[0 0 700 700]/ItalicAngle 0/Ascent 700/Descent 0/CapHeight 700/StemV 80/FontFile2 %d 0 R>>", oProgram))
	b.stream(oProgram, fmt.Sprintf("<</Length1 %d/Filter/FlateDecode>>", len(trueType())), goodProgram())
	b.stream(oUnicode, "<<>>", []byte("/CIDInit/ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n1 begincodespacerange <0000><FFFF> endcodespacerange\n"+
		"2 beginbfchar <0001><0020> <0004><E000> endbfchar 1 beginbfrange <0002><0003><0041> endbfrange endcmap end end"))
}

// What is deflated is so only once: a compressor is a megabyte.
var (
	goodProgram = sync.OnceValue(func() []byte { return deflate(trueType()) })
	goodRows    = sync.OnceValue(func() []byte { return deflate([]byte{0, 1, 2, 3, 4, 5, 6, 2, 1, 1, 1, 1, 1, 1}) })
)

func deflate(data []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	_, _ = z.Write(data)
	_ = z.Close()
	return out.Bytes()
}

// trueType is a font of five glyphs: .notdef, a space, and three boxes.
func trueType() []byte {
	box := make([]byte, 0, 64)
	for _, v := range []int{1, 0, 0, 500, 500, 3, 0} { // one contour, bounds, last point, no instructions
		box = binary.BigEndian.AppendUint16(box, uint16(v))
	}
	box = append(box, 1, 1, 1, 1) // flags: on the curve, long coordinates
	for _, v := range []int{0, 500, 0, -500, 0, 0, 500, 0} {
		box = binary.BigEndian.AppendUint16(box, uint16(int16(v)))
	}
	for len(box)%4 != 0 {
		box = append(box, 0)
	}
	var glyf []byte
	loca := binary.BigEndian.AppendUint32(nil, 0)
	var hmtx []byte
	for g, w := range []uint16{500, 250, 600, 700, 700} {
		if g != 1 {
			glyf = append(glyf, box...)
		}
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		hmtx = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(hmtx, w), 0)
	}
	head, hhea, maxp := make([]byte, 54), make([]byte, 36), make([]byte, 32)
	binary.BigEndian.PutUint32(head, 0x00010000)
	binary.BigEndian.PutUint32(head[12:], 0x5F0F3CF5)
	binary.BigEndian.PutUint16(head[18:], 1000)
	binary.BigEndian.PutUint16(head[50:], 1)
	binary.BigEndian.PutUint32(hhea, 0x00010000)
	binary.BigEndian.PutUint16(hhea[34:], 5)
	binary.BigEndian.PutUint32(maxp, 0x00010000)
	binary.BigEndian.PutUint16(maxp[4:], 5)
	return tables("\x00\x01\x00\x00", []string{"glyf", "head", "hhea", "hmtx", "loca", "maxp"}, [][]byte{glyf, head, hhea, hmtx, loca, maxp})
}

// tables writes a directory of tables and the tables.
func tables(magic string, tags []string, data [][]byte) []byte {
	out := append([]byte(magic), 0, byte(len(tags)), 0, 64, 0, 2, 0, 32)
	at := len(out) + 16*len(tags)
	for i, tag := range tags {
		out = append(out, tag...)
		for _, v := range []int{0, at, len(data[i])} {
			out = binary.BigEndian.AppendUint32(out, uint32(v))
		}
		at += len(data[i])
	}
	return append(out, bytes.Join(data, nil)...)
}

// profile is an ICC profile of a screen.
func profile() []byte {
	tags := []string{"desc", "cprt", "wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"}
	body := []byte("XYZ \x00\x00\x00\x00\x00\x00\xF6\xD6\x00\x01\x00\x00\x00\x00\xD3\x2D")
	out := make([]byte, 132+12*len(tags))
	for i, tag := range tags {
		copy(out[132+12*i:], tag)
		binary.BigEndian.PutUint32(out[132+12*i+4:], uint32(len(out)))
		binary.BigEndian.PutUint32(out[132+12*i+8:], uint32(len(body)))
	}
	out[8], out[131] = 2, byte(len(tags))
	copy(out[12:], "mntrRGB XYZ ")
	copy(out[36:], "acsp")
	out = append(out, body...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

// message is the outside of a CMS message with one signer.
func message() []byte {
	data := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	inner, err := asn1.Marshal(struct {
		Version int
		Digests []int `asn1:"set"`
		Encap   struct{ Type asn1.ObjectIdentifier }
		Certs   asn1.RawValue
		Signers []int `asn1:"set"`
	}{1, []int{1}, struct{ Type asn1.ObjectIdentifier }{data}, asn1.RawValue{Class: 2, Tag: 0, IsCompound: true, Bytes: []byte{0x30, 0}}, []int{7}})
	if err != nil {
		panic(err)
	}
	out, err := asn1.Marshal(struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, asn1.RawValue{Class: 2, Tag: 0, IsCompound: true, Bytes: inner}})
	if err != nil {
		panic(err)
	}
	return out
}
