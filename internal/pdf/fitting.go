package pdf

// AddFirstFitting fills documents in several ways and appends the blocks of the first
// one that fits on so many pages; those of the last one where none does.
// Numbers of pages are taken for two digits, whatever they come to be: which way is
// taken depends on nothing that is set behind it.
func (d *Doc) AddFirstFitting(pages, ways int, fill func(way int, part *Doc)) {
	for way := range ways {
		part := &Doc{opt: d.opt}
		fill(way, part)
		if way == ways-1 || part.fits(pages) {
			d.Add(part.blocks...)
			return
		}
	}
}

// fits tells whether the blocks stand on so many pages.
func (d *Doc) fits(pages int) bool {
	rooms := &rooms{}
	l := newLayouter(&d.opt, newFontSet(d.opt.Fonts), rooms, &numbers{pages: 1})
	f := &flow{l: l, root: newRoot(rooms), width: q(d.opt.Page.W - d.opt.Margins.Left - d.opt.Margins.Right), blocks: d.blocks}
	used := 0
	l.paginate(f, func(*sheet) { used++ })
	return used <= pages
}
