package conform

import (
	"fmt"
	"strings"
)

// goodTree sets the structure tree. An element's line is: number, type, parent,
// page, what it holds, further entries. A child is an MCID or #element.
func goodTree(b *book) {
	lines := []struct {
		num    int
		kind   string
		parent int
		page   int
		kids   string
		more   string
	}{
		{eDocument, "Document", oTree, 0, fmt.Sprint("#", eTOC, " #", eH1, " #", eP, " #", eLink, " #", eList, " #", eTable, " #", eFigure, " #", eNote, " #", eRuby, " #", ePrivate, " #", eFormula, " #", eH2, " #", eSign, " #", eAnnot, " #", eForm), ""},
		{eH1, "H1", eDocument, oPage1, "0", ""},
		{eP, "Paragraph", eDocument, oPage1, "1", "/Lang(pl-PL)"},
		{eLink, "Link", eDocument, oPage1, fmt.Sprintf("2 <</Type/OBJR/Obj %d 0 R>>", oLink), ""},
		{eList, "L", eDocument, 0, fmt.Sprint("#", eItem), ""},
		{eItem, "LI", eList, 0, fmt.Sprint("#", eLabel, " #", eBody), ""},
		{eLabel, "Lbl", eItem, oPage1, "3", ""},
		{eBody, "LBody", eItem, oPage1, "4", ""},
		{eTable, "Table", eDocument, 0, fmt.Sprint("#", eHead, " #", eRows), ""},
		{eHead, "THead", eTable, 0, fmt.Sprint("#", eHeadRow), ""},
		{eHeadRow, "TR", eHead, 0, fmt.Sprint("#", eTH1, " #", eTH2), ""},
		{eTH1, "TH", eHeadRow, oPage1, "5", "/C/column/ID(th1)"},
		{eTH2, "TH", eHeadRow, 0, "", "/A<</O/Table/Scope/Column>>"},
		{eRows, "TBody", eTable, 0, fmt.Sprint("#", eRow), ""},
		{eRow, "TR", eRows, 0, fmt.Sprint("#", eTD1, " #", eTD2), ""},
		{eTD1, "TD", eRow, oPage1, "6", "/A<</O/Table/Headers[(th1)]>>"},
		{eTD2, "TD", eRow, 0, "", ""},
		{eFigure, "Figure", eDocument, oPage1, "7", "/Alt(Four dots)/A<</O/Layout/BBox[72 500 122 550]>>"},
		{eNote, "Note", eDocument, oPage1, "8", "/ID(n1)"},
		{eTOC, "TOC", eDocument, 0, fmt.Sprint("#", eTOCI), ""},
		{eTOCI, "TOCI", eTOC, oPage1, "9", ""},
		{eRuby, "Ruby", eDocument, 0, fmt.Sprint("#", eRB, " #", eRT), ""},
		{eRB, "RB", eRuby, oPage1, "10", ""},
		{eRT, "RT", eRuby, oPage1, "11", ""},
		{ePrivate, "P", eDocument, oPage1, "12", ""},
		{eFormula, "Formula", eDocument, oPage1, fmt.Sprintf("<</Type/MCR/Stm %d 0 R/MCID 0>>", oForm), "/Alt(a over b)"},
		{eH2, "H2", eDocument, oPage2, "0", ""},
		{eSign, "P", eDocument, oPage2, "1", ""},
		{eAnnot, "Annot", eDocument, oPage2, fmt.Sprintf("<</Type/OBJR/Obj %d 0 R>>", oNote), ""},
		{eForm, "Form", eDocument, oPage2, fmt.Sprintf("<</Type/OBJR/Obj %d 0 R>>", oWidget), ""},
	}
	for _, e := range lines {
		src := fmt.Sprintf("<</Type/StructElem/S/%s/P %d 0 R%s", e.kind, e.parent, e.more)
		if e.page != 0 {
			src += fmt.Sprintf("/Pg %d 0 R", e.page)
		}
		if e.kids != "" {
			kids := e.kids
			for _, w := range strings.Fields(kids) {
				if strings.HasPrefix(w, "#") {
					kids = strings.Replace(kids, w, w[1:]+" 0 R", 1)
				}
			}
			src += "/K[" + kids + "]"
		}
		b.set(e.num, src+">>")
	}
	b.set(oTree, fmt.Sprintf("<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey 6/RoleMap<</Paragraph/Text/Text/P>>/ClassMap<</column<</O/Table/Scope/Column>>>>>>", eDocument, oParents))
	refs := func(nums ...int) string {
		out := "["
		for _, n := range nums {
			out += fmt.Sprintf("%d 0 R ", n)
		}
		return out + "]"
	}
	b.set(oParents, fmt.Sprintf("<</Nums[0 %s 1 %s 2 %d 0 R 3 %d 0 R 4 %d 0 R 5 %s]>>",
		refs(eH1, eP, eLink, eLabel, eBody, eTH1, eTD1, eFigure, eNote, eTOCI, eRB, eRT, ePrivate), refs(eH2, eSign), eLink, eAnnot, eForm, refs(eFormula)))
}
