package conform

import "fmt"

// retype changes the type of an element.
func retype(num int, kind string) func(b *book) { return put1(num, "S", "/"+kind) }

// kidsOf replaces what an element holds.
func kidsOf(num int, kids ...int) func(b *book) {
	src := "["
	for _, k := range kids {
		src += fmt.Sprintf("%d 0 R ", k)
	}
	return put1(num, "K", src+"]")
}

// wrap puts a new element between an element and its parent.
func wrap(num int, kind string) func(b *book) {
	return func(b *book) {
		up := b.objects[num].(dict)["P"].(ref).num
		b.set(oUnused, fmt.Sprintf("<</S/%s/P %d 0 R/K[%d 0 R]>>", kind, up, num))
		b.put(num, "P", fmt.Sprintf("%d 0 R", oUnused))
		for i, k := range b.at(up, "K").(array) {
			if k == (ref{num: num}) {
				b.at(up, "K").(array)[i] = ref{num: oUnused}
			}
		}
	}
}

// child adds a new element without content to an element.
func child(up int, kind, more string) func(b *book) {
	return func(b *book) {
		n := oUnused
		for b.objects[n] != nil {
			n++
		}
		b.set(n, fmt.Sprintf("<</S/%s/P %d 0 R%s>>", kind, up, more))
		list, _ := b.objects[up].(dict)["K"].(array)
		b.objects[up].(dict)["K"] = append(list[:len(list):len(list)], ref{num: n})
	}
}

func structureDefects() []defect {
	return []defect{
		{rule: "struct-kids", object: func(b *book) { b.objects[eList].(dict)["K"] = append(b.at(eList, "K").(array), ref{num: 99}) }},
		{rule: "struct-kids", object: put1(eAnnot, "K", "[<</Type/OBJR/Obj 99 0 R>>]"), also: "annotation-parent"},
		{rule: "struct-kids", object: func(b *book) {
			b.objects[eDocument].(dict)["K"] = append(b.at(eDocument, "K").(array), ref{num: eItem})
		}},
		{rule: "struct-parent", object: put1(eP, "P", fmt.Sprintf("%d 0 R", oTree))},
		{rule: "struct-parent", object: drop(eDocument, "P")},
		{rule: "struct-id", object: put1(eP, "ID", "(n1)")},
		{rule: "role-standard", object: drop(oTree, "RoleMap.Text")},
		{rule: "role-standard", object: retype(eRB, "Unknown"), also: "ruby"},
		{rule: "role-circular", object: put1(oTree, "RoleMap.Text", "/Paragraph"), also: "role-standard"},
		{rule: "role-remapped", object: put1(oTree, "RoleMap.Span", "/P")},
		{
			rule: "struct-root", also: "mcid-parent link-tagged widget-tagged annotation-tagged annotation-parent",
			object: drop(oTree, "K"),
		},
		{rule: "struct-language", also: "language", object: drop(oCatalog, "Lang")},
		{rule: "list-children", object: child(eList, "P", "")},
		{rule: "list-children", object: child(eItem, "P", "")},
		{rule: "list-numbering", object: put1(eList, "A", "<</O/List/ListNumbering/Numbers>>")},
		{rule: "list-parents", object: retype(eList, "Sect")},
		{rule: "list-parents", object: retype(eItem, "Div"), also: "list-children"},
		{rule: "toc", object: child(eTOC, "P", "")},
		{rule: "toc", object: retype(eTOC, "Sect")},
		{rule: "ruby", object: kidsOf(eRuby, eRT, eRB)},
		{rule: "figure-alt", object: drop(eFigure, "Alt")},
		{rule: "figure-alt", also: "alt-content", object: put1(eFigure, "Alt", "( )")},
		{rule: "figure-box", object: drop(eFigure, "A")},
		{rule: "heading-first", object: retype(eH1, "H2")},
		{rule: "heading-order", object: retype(eH2, "H3")},
		{rule: "heading-single", object: both(retype(eH1, "H"), retype(eH2, "H"))},
		{rule: "heading-mixed", object: retype(eH2, "H")},
		{rule: "formula-alt", object: drop(eFormula, "Alt")},
		{rule: "note-id", object: drop(eNote, "ID")},
		{rule: "alt-content", object: put1(eP, "E", "()")},
		{rule: "alt-content", object: child(eDocument, "Figure", "/Alt(Nothing)")},
	}
}

func tableDefects() []defect {
	return []defect{
		{rule: "table-children", object: child(eTable, "P", "")},
		{rule: "table-children", object: both(child(eTable, "Caption", ""), child(eTable, "TBody", ""))},
		{rule: "table-children", object: child(eTable, "THead", "")},
		{rule: "table-rows", object: child(eRows, "P", "")},
		{rule: "table-rows", object: wrap(eRow, "Div")},
		{rule: "table-rows", also: "table-children table-headers", object: wrap(eHead, "Sect")},
		{rule: "table-cells", object: child(eRow, "P", "")},
		{rule: "table-cells", also: "table-regular", object: wrap(eTD2, "Span")},
		{rule: "table-regular", object: kidsOf(eRow, eTD1)},
		{rule: "table-regular", object: put1(eTD2, "A", "<</O/Table/ColSpan 2>>")},
		{rule: "table-regular", object: put1(eTD2, "A", "<</O/Table/RowSpan 2>>")},
		{rule: "table-regular", object: both(put1(eTH2, "A", "[<</O/Table/Scope/Column>><</O/Table/RowSpan 2>>]"))},
		{rule: "table-scope", object: drop(eTH2, "A")},
		{rule: "table-scope", object: put1(eTH2, "A.Scope", "/Table")},
		{rule: "table-headers", object: put1(eTD1, "A.Headers", "[(th9)]")},
		{rule: "table-headers", object: put1(eTD1, "A.Headers", "[(n1)]")},
	}
}

func markDefects() []defect {
	return []defect{
		{rule: "struct-parents", object: drop(oPage2, "StructParents")},
		{rule: "struct-parents", object: put1(oPage2, "StructParents", "0")},
		{rule: "mcid-unique", object: swap(oContent1, "/TH<</MCID 5>>", "/TH<</MCID 4>>"), also: "mcid-content"},
		{rule: "mcid-parent", object: swap(oContent1, "/TH<</MCID 5>>", "/TH<</MCID 50>>"), also: "mcid-content"},
		{rule: "mcid-parent", object: put1(oParents, "Nums.1.3", fmt.Sprintf("%d 0 R", eP))},
		{rule: "mcid-parent", object: put1(eTH1, "K", "[]")},
		{rule: "mcid-parent", object: put1(eTH2, "K", fmt.Sprintf("[<</Type/MCR/Pg %d 0 R/MCID 5>>]", oPage1))},
		{rule: "mcid-content", object: put1(eTH2, "K", fmt.Sprintf("[<</Type/MCR/Pg %d 0 R/MCID 77>>]", oPage1))},
		{rule: "mcid-content", also: "mcid-parent", object: put1(eTD1, "Pg", fmt.Sprintf("%d 0 R", oPage2))},
		{rule: "parent-tree-key", object: put1(oTree, "ParentTreeNextKey", "5")},
		{rule: "parent-tree-key", object: put1(oTree, "ParentTreeNextKey", "(7)")},
	}
}

func annotationDefects() []defect {
	return []defect{
		{rule: "annotation-type", object: put1(oNote, "Subtype", "/Movie")},
		{rule: "annotation-place", object: drop(oLink, "Rect")},
		{rule: "annotation-place", object: put1(oLink, "P", "4 0 R")},
		{rule: "annotation-flags", object: drop(oLink, "F")},
		{rule: "annotation-flags", object: put1(oNote, "F", "36")},
		{rule: "annotation-appearance", object: drop(oNote, "AP")},
		{rule: "annotation-normal", object: put1(oNote, "AP.D", fmt.Sprintf("%d 0 R", oAppearance))},
		{rule: "annotation-normal", object: put1(oNote, "AP.N", fmt.Sprintf("<</On %d 0 R>>", oAppearance))},
		{rule: "annotation-tagged", object: retype(eAnnot, "Div")},
		{rule: "annotation-contents", object: drop(oNote, "Contents")},
		{rule: "annotation-parent", also: "link-tagged", object: put1(oLink, "StructParent", "9")},
		{rule: "annotation-parent", also: "link-tagged", object: drop(oLink, "StructParent")},
		{rule: "annotation-parent", also: "link-tagged", object: put1(oParents, "Nums.5", fmt.Sprintf("%d 0 R", eP))},
		{rule: "annotation-parent", also: "annotation-tagged", object: put1(oNote, "StructParent", "2")},
		{rule: "annotation-parent", object: put1(oPage1, "Annots", "[]"), also: "link-element"},
		{rule: "annotation-trapnet", object: put1(oNote, "Subtype", "/TrapNet")},
		{rule: "annotation-tabs", object: drop(oPage2, "Tabs")},
		{rule: "annotation-tabs", object: put1(oPage2, "Tabs", "/R")},
		{rule: "annotation-printer", object: put1(oNote, "Subtype", "/PrinterMark")},
		{rule: "link-tagged", object: retype(eLink, "Reference")},
		{rule: "link-contents", object: put1(oLink, "Contents", "( )")},
		{rule: "link-element", object: retype(eP, "Link")},
		{rule: "widget-tagged", object: retype(eForm, "Annot")},
		{rule: "form-element", object: child(eForm, "P", "")},
	}
}

func formDefects() []defect {
	return []defect{
		{rule: "form-appearances", object: put1(oCatalog, "AcroForm.NeedAppearances", "true")},
		{rule: "form-actions", object: put1(oWidget, "AA", "<<>>")},
		{rule: "form-actions", object: func(b *book) {
			b.set(oUnused, fmt.Sprintf("<</FT/Tx/T(f)/AA<<>>/Kids[%d 0 R]>>", oWidget))
			b.put(oCatalog, "AcroForm.Fields", fmt.Sprintf("[%d 0 R]", oUnused))
		}},
		{rule: "field-form", object: drop(oWidget, "FT")},
		{rule: "field-form", object: drop(oWidget, "T")},
		{rule: "field-form", object: drop(oCatalog, "AcroForm")},
		{rule: "signature-dict", object: drop(oSignature, "Filter")},
		{rule: "signature-dict", object: put1(oSignature, "SubFilter", "/Mine")},
		{rule: "signature-dict", object: drop(oCatalog, "AcroForm.SigFlags")},
		{rule: "field-name", object: drop(oWidget, "TU")},
		{rule: "signature-range", file: func(f []byte) []byte { return append(f, '\n') }, also: "file-end"},
		{rule: "signature-range", object: put1(oSignature, "ByteRange", "[0 10 20 30]")},
		{rule: "signature-reference", object: both(put1(oCatalog, "Perms", fmt.Sprintf("<</DocMDP %d 0 R>>", oSignature)),
			put1(oSignature, "Reference", "[<</TransformMethod/DocMDP/DigestMethod/MD5>>]"))},
		{rule: "signature-cms", object: func(b *book) { b.objects[oSignature].(dict)["Contents"] = str("0\x03\x02\x01\x05") }},
		{rule: "action-type", object: put1(oLink, "A", "<</S/JavaScript/JS(app.alert)>>")},
		{rule: "action-type", object: put1(oCatalog, "OpenAction", "<</S/GoTo/D(here)/Next[<</S/Launch/F(x)>>]>>")},
		{rule: "action-named", object: put1(oLink, "A", "<</S/Named/N/Print>>")},
		{rule: "action-target", object: put1(oLink, "A.D", "(there)")},
		{rule: "action-target", object: drop(oLink, "A")},
		{rule: "action-target", object: put1(oLink, "A", "<</S/URI>>")},
		{rule: "action-target", object: put1(oCatalog, "OpenAction", fmt.Sprintf("[%d 0 R/Fit]", oInfo))},
		{rule: "file-names", object: drop(oSpec, "F")},
		{rule: "file-names", object: put1(oSpec, "UF", "()")},
		{rule: "file-relationship", object: drop(oSpec, "AFRelationship")},
		{rule: "file-type", object: drop(oFile, "Subtype")},
		{rule: "file-params", object: put1(oFile, "Params.Size", "3")},
		{rule: "file-params", object: put1(oFile, "Params.Size", "(2)")},
		{rule: "file-params", object: drop(oFile, "Params.ModDate")},
		{rule: "file-associated", object: drop(oCatalog, "AF")},
	}
}

func navigationDefects() []defect {
	return []defect{
		{rule: "outline-title", object: put1(oMark1, "Title", "()")},
		{rule: "outline-target", object: drop(oMark1, "Dest")},
		{rule: "outline-target", object: put1(oMark2, "A.D", "[99 0 R/Fit]")},
		{rule: "outline-tree", object: put1(oMark2, "Prev", fmt.Sprintf("%d 0 R", oMark2))},
		{rule: "outline-tree", object: put1(oOutlines, "Count", "1")},
		{rule: "outline-tree", object: put1(oMark1, "Count", "-1")},
		{rule: "outline-tree", object: put1(oOutlines, "Last", fmt.Sprintf("%d 0 R", oMark1))},
		{rule: "outline-tree", object: put1(oMark2, "Next", fmt.Sprintf("%d 0 R", oMark1))},
		{rule: "page-labels", object: put1(oCatalog, "PageLabels", "<</Nums[1<</S/D>>]>>")},
		{rule: "page-labels", object: put1(oCatalog, "PageLabels", "<</Nums[0<</S/X>>]>>")},
	}
}
