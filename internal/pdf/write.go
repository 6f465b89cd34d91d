package pdf

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// producer names the program in the document information.
const producer = "Proofwalk"

// writePages writes page objects and their annotations.
func (r *renderer) writePages() {
	size := r.doc.opt.Page
	key := len(r.pages) // keys of the parent tree: pages first, then annotations
	kids := []byte("<</Type/Pages/Count " + strconv.Itoa(len(r.pages)) + "/Kids[")
	box := appendNum(append(appendNum([]byte("[0 0 "), size.W), ' '), size.H)
	for i, pg := range r.pages {
		b := []byte("<</Type/Page/Parent " + r.pagesID.String() + "/MediaBox" + string(box) + "]/Resources " +
			r.resID.String() + "/Contents " + pg.content.String() + "/StructParents " + strconv.Itoa(i) + "/Tabs/S")
		if len(pg.annots) > 0 {
			b = append(b, "/Annots["...)
			for k, a := range pg.annots {
				if k > 0 {
					b = append(b, ' ')
				}
				b = a.id.append(b)
				r.file.packDone(a.id, r.annotation(r.file.scratch(), &a, pg, key))
				key++
			}
			b = append(b, ']')
		}
		r.file.pack(pg.id, append(b, ">>"...))
		kids = append(append(kids, pg.id.String()...), ' ')
	}
	r.file.pack(r.pagesID, append(kids, "]>>"...))
}

// annotation is the dictionary of a link or of the seal's field.
func (r *renderer) annotation(b []byte, a *annot, pg *page, key int) []byte {
	b = pg.id.append(append(b, "<</Type/Annot/P "...))
	b = append(b, "/Rect["...)
	for i, v := range a.rect {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendNum(b, v)
	}
	b = strconv.AppendInt(append(b, "]/StructParent "...), int64(key), 10)
	if a.widget {
		return append(append(b, r.sealField(a)...), ">>"...)
	}
	b = appendText(append(b, "/Subtype/Link/F 4/Border[0 0 0]/Contents"...), a.text)
	if a.to.anchor != "" {
		b = appendBytes(append(b, "/Dest"...), destKey(a.to.anchor))
		return append(b, ">>"...)
	}
	b = appendBytes(append(b, "/A<</S/URI/URI"...), a.to.uri)
	return append(b, ">>>>"...)
}

// finish writes everything that is not a page and returns the file in parts.
func (r *renderer) finish() [][]byte {
	tree := r.writeStructure()
	r.writeResources()
	outlines := r.writeOutlines()
	names, files := r.writeNames()
	opt := &r.doc.opt
	meta := r.file.alloc()
	r.file.stream(meta, "/Type/Metadata/Subtype/XML", xmp(opt))
	catalog := "<</Type/Catalog/Pages " + r.pagesID.String() + "/StructTreeRoot " + tree.String() +
		"/MarkInfo<</Marked true>>/Lang" + textString(opt.Lang) + "/Metadata " + meta.String() +
		"/ViewerPreferences<</DisplayDocTitle true>>/PageLabels<</Nums[0<</S/D>>]>>" + names + files +
		r.outputIntent() + r.writeSignature()
	if outlines != 0 {
		catalog += "/Outlines " + outlines.String() + "/PageMode/UseOutlines"
	}
	root, info := r.file.alloc(), r.file.alloc()
	r.file.put(root, []byte(catalog+">>"))
	date := "/CreationDate" + pdfDate(opt.Created) + "/ModDate" + pdfDate(opt.Created)
	body := "<</Title" + textString(opt.Title) + date + "/Producer" + textString(producer) + "/Creator" + textString(opt.Creator)
	if opt.Author != "" {
		body += "/Author" + textString(opt.Author)
	}
	if opt.Subject != "" {
		body += "/Subject" + textString(opt.Subject)
	}
	r.file.pack(info, []byte(body+">>"))
	return r.file.finish(root, info)
}

// pdfDate is a date in UTC (7.9.4), with the offset that some readers want to see.
func pdfDate(t time.Time) string { return "(" + t.UTC().Format("D:20060102150405") + "+00'00')" }

// writeStructure writes the structure tree and the parent tree.
func (r *renderer) writeStructure() ref {
	root := r.file.alloc()
	r.root.number(r.file)
	r.root.write(r.file, root)
	tree := r.file.alloc()
	b := []byte("<</Nums[")
	for i, pg := range r.pages {
		b = append(strconv.AppendInt(b, int64(i), 10), '[')
		for k, e := range pg.marks {
			if k > 0 {
				b = append(b, ' ')
			}
			b = e.id.append(b)
		}
		b = append(b, ']')
	}
	key := len(r.pages)
	for _, pg := range r.pages {
		for _, a := range pg.annots {
			b = append(strconv.AppendInt(b, int64(key), 10), ' ')
			b = append(a.elem.id.append(b), ' ')
			key++
		}
	}
	r.file.pack(tree, append(b, "]>>"...))
	r.file.pack(root, []byte("<</Type/StructTreeRoot/K "+r.root.id.String()+"/ParentTree "+tree.String()+
		"/ParentTreeNextKey "+strconv.Itoa(key)+">>"))
	return root
}

// writeResources writes fonts, pictures and the one resource dictionary.
func (r *renderer) writeResources() {
	res := "<</Font<<"
	for id, used := range r.usedFont {
		if used {
			f := r.lay.fonts.font(faceID(id))
			r.writeFont(f)
			res += "/F" + strconv.Itoa(id) + " " + f.obj.String()
		}
	}
	res += ">>"
	if len(r.images) > 0 {
		res += "/XObject<<"
		for i, img := range r.images {
			id := r.file.alloc()
			r.file.picture(id, img)
			res += "/Im" + strconv.Itoa(i) + " " + id.String()
		}
		res += ">>"
	}
	if r.doc.opt.Watermark != "" {
		res += "/ExtGState<</Pale<</Type/ExtGState/ca 0.08>>>>"
	}
	r.file.pack(r.resID, []byte(res+">>"))
}

// writeOutlines writes the bookmarks as a tree by heading level.
func (r *renderer) writeOutlines() ref {
	if len(r.titles) == 0 {
		return 0
	}
	root := &bookmark{id: r.file.alloc()}
	open := []*bookmark{root}
	levels := []int{0}
	for i := range r.titles {
		t := &r.titles[i]
		for levels[len(levels)-1] >= t.level {
			open, levels = open[:len(open)-1], levels[:len(levels)-1]
		}
		b := &bookmark{id: r.file.alloc(), title: t}
		up := open[len(open)-1]
		up.kids = append(up.kids, b)
		open, levels = append(open, b), append(levels, t.level)
	}
	root.write(r.file, "<</Type/Outlines")
	return root.id
}

// bookmark is a node of the outline tree (ISO 32000-1, 12.3.3).
type bookmark struct {
	id    ref
	title *title
	kids  []*bookmark
}

// write packs a bookmark whose dictionary begins with head, and all below it.
// The first level is open, deeper ones are closed.
func (b *bookmark) write(f *file, head string) {
	if n := len(b.kids); n > 0 {
		head += "/First " + b.kids[0].id.String() + "/Last " + b.kids[n-1].id.String()
		if b.title == nil {
			head += "/Count " + strconv.Itoa(n)
		} else {
			head += "/Count " + strconv.Itoa(-n)
		}
	}
	f.pack(b.id, []byte(head+">>"))
	for i, k := range b.kids {
		s := "<</Title" + textString(k.title.text) + "/Parent " + b.id.String() + "/Dest" + string(dest{k.title.page, k.title.y}.append(nil))
		if i > 0 {
			s += "/Prev " + b.kids[i-1].id.String()
		}
		if i+1 < len(b.kids) {
			s += "/Next " + b.kids[i+1].id.String()
		}
		k.write(f, s)
	}
}

// destKey is the name of a destination. One that is too long is cut and told from
// others by its digest.
func destKey(anchor string) string {
	if len(anchor) > maxKey {
		sum := sha256.Sum256([]byte(anchor))
		anchor = anchor[:maxKey] + hex.EncodeToString(sum[:])
	}
	return anchor
}

// append writes an explicit destination.
func (d dest) append(b []byte) []byte {
	b = d.page.id.append(append(b, '['))
	b = appendNum(append(b, "/XYZ null "...), d.y)
	return append(b, " null]"...)
}

// writeNames writes named destinations and attachments; it returns the catalog's
// Names and AF entries.
func (r *renderer) writeNames() (names, files string) {
	inner := ""
	if len(r.dests) > 0 {
		byKey := make(map[string]dest, len(r.dests))
		for anchor, d := range r.dests {
			byKey[destKey(anchor)] = d
		}
		id := r.file.alloc()
		b := append(r.file.scratch(), "<</Names["...)
		for _, k := range slices.Sorted(maps.Keys(byKey)) {
			b = byKey[k].append(appendBytes(b, k))
		}
		r.file.packDone(id, append(b, "]>>"...))
		inner += "/Dests " + id.String()
	}
	if list := slices.Clone(r.doc.opt.Attachments); len(list) > 0 {
		slices.SortStableFunc(list, func(a, b Attachment) int { return strings.Compare(a.Name, b.Name) })
		tree := ""
		for i := range list {
			spec := r.attach(&list[i]).String()
			tree += textString(list[i].Name) + spec + " "
			files += spec + " "
		}
		inner += "/EmbeddedFiles<</Names[" + tree + "]>>"
		files = "/AF[" + files + "]"
	}
	if inner != "" {
		names = "/Names<<" + inner + ">>"
	}
	return names, files
}

// mediaType is a type and a subtype (RFC 6838, 4.2).
// It is compiled at first use: most programs that hold this package attach nothing.
var mediaType = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,60}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,60}$`)
})

// attach embeds a file and returns its file specification.
func (r *renderer) attach(a *Attachment) ref {
	data, spec := r.file.alloc(), r.file.alloc()
	kind := a.Type
	if !mediaType().MatchString(kind) {
		kind = "application/octet-stream"
	}
	dict := "/Type/EmbeddedFile/Subtype" + name(kind) + "/Params<</Size " + strconv.Itoa(len(a.Data)) + "/ModDate" + pdfDate(r.doc.opt.Created) + ">>"
	r.file.deflated(data, dict, a.Data)
	rel := a.Relationship
	if rel == "" {
		rel = "Unspecified"
	}
	s := "<</Type/Filespec/F" + textString(a.Name) + "/UF" + textString(a.Name) +
		"/AFRelationship" + name(rel) + "/EF<</F " + data.String() + "/UF " + data.String() + ">>"
	if a.Description != "" {
		s += "/Desc" + textString(a.Description)
	}
	r.file.pack(spec, []byte(s+">>"))
	return spec
}
