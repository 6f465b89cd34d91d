package conform

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strconv"
)

// file is an open PDF. Objects are read when they are asked for.
type file struct {
	data    []byte
	entries map[int]entry
	trailer dict // of the newest section, completed from older ones
	objects map[int]any
	busy    map[int]bool
	streams map[int]*objectStream
	total   int // bytes inflated so far
	err     error
	// odd is told about things that can be read but that the standards forbid.
	odd func(rule string, object int, text string)
}

// entry says where an object stands (7.5.4, 7.5.8.3).
type entry struct {
	kind  byte // 0 free, 1 at offset, 2 in an object stream
	at    int  // offset, or number of the object stream
	index int
}

// open reads the cross-reference sections.
func open(data []byte, odd func(rule string, object int, text string)) (*file, error) {
	if len(data) > maxFile {
		return nil, ErrLimit
	}
	if i := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-")); i < 0 {
		return nil, ErrNotPDF
	}
	f := &file{data: data, entries: map[int]entry{}, trailer: dict{}, objects: map[int]any{}, busy: map[int]bool{},
		streams: map[int]*objectStream{}, odd: odd}
	i := bytes.LastIndex(data, []byte("startxref"))
	if i < 0 {
		return nil, ErrDamaged
	}
	l := &lexer{b: data, at: i + len("startxref"), content: true}
	at, err := l.next(0)
	if err != nil {
		return nil, ErrDamaged
	}
	offset, ok := at.(int64)
	if !ok {
		return nil, ErrDamaged
	}
	if err := f.sections(int(offset)); err != nil {
		return nil, err
	}
	if _, ok := f.trailer["Root"]; !ok {
		return nil, ErrDamaged
	}
	return f, nil
}

// sections reads the newest cross-reference section and all before it.
func (f *file) sections(at int) error {
	todo, seen := []int{at}, map[int]bool{}
	for len(todo) > 0 {
		at, todo = todo[0], todo[1:]
		if seen[at] {
			continue
		}
		if seen[at] = true; len(seen) > maxSections {
			return ErrLimit
		}
		if at < 0 || at >= len(f.data) {
			return ErrDamaged
		}
		t, err := f.section(at)
		if err != nil {
			return err
		}
		for k, v := range t {
			if _, have := f.trailer[k]; !have {
				f.trailer[k] = v
			}
		}
		// A hybrid file lists its object streams apart (7.5.8.4).
		for _, key := range []name{"XRefStm", "Prev"} {
			if n, ok := t[key].(int64); ok {
				todo = append(todo, int(n))
			}
		}
	}
	return nil
}

func (f *file) section(at int) (dict, error) {
	l := &lexer{b: f.data, at: at}
	l.skip()
	if bytes.HasPrefix(f.data[l.at:], []byte("xref")) {
		return f.table(l.at + len("xref"))
	}
	s, err := f.indirect(at, 0)
	if err != nil {
		return nil, err
	}
	x, ok := s.(*stream)
	if !ok || f.name(x.dict["Type"]) != "XRef" {
		return nil, ErrDamaged
	}
	return x.dict, f.xrefStream(x)
}

// table reads a cross-reference table and its trailer (7.5.4).
func (f *file) table(at int) (dict, error) {
	if rest := f.data[at:]; !bytes.HasPrefix(rest, []byte("\n")) && !bytes.HasPrefix(rest, []byte("\r")) ||
		bytes.HasPrefix(rest, []byte("\n\n")) || bytes.HasPrefix(rest, []byte("\r\n\r\n")) {
		f.odd(ruleXrefTable, 0, "more or less than one end of line stands behind the keyword xref")
	}
	l := &lexer{b: f.data, at: at, content: true}
	for {
		v, err := l.next(0)
		if err != nil {
			return nil, ErrDamaged
		}
		if v == keyword("trailer") {
			break
		}
		first, ok := v.(int64)
		n, err := l.next(0)
		count, ok2 := n.(int64)
		if err != nil || !ok || !ok2 || first < 0 || count < 0 {
			return nil, ErrDamaged
		}
		if first > maxObjects || count > maxObjects {
			return nil, ErrLimit
		}
		if err := f.subsection(l, int(first), int(count)); err != nil {
			return nil, err
		}
	}
	t := &lexer{b: f.data, at: l.at, odd: func(rule, text string) { f.odd(rule, 0, text) }}
	v, err := t.next(0)
	if err != nil {
		return nil, ErrDamaged
	}
	d, ok := v.(dict)
	if !ok {
		return nil, ErrDamaged
	}
	return d, nil
}

func (f *file) subsection(l *lexer, first, count int) error {
	for i := range count {
		offset, err := l.next(0)
		if err != nil {
			return ErrDamaged
		}
		if _, err = l.next(0); err != nil {
			return ErrDamaged
		}
		kind, err := l.next(0)
		if err != nil {
			return ErrDamaged
		}
		at, ok := offset.(int64)
		if !ok || kind != keyword("n") && kind != keyword("f") {
			return ErrDamaged
		}
		e := entry{kind: 1, at: int(at)}
		if kind == keyword("f") {
			e = entry{}
		}
		f.enter(first+i, e)
	}
	return nil
}

// enter notes an entry; newer sections come first and win.
func (f *file) enter(num int, e entry) {
	if _, have := f.entries[num]; !have {
		f.entries[num] = e
	}
}

// xrefStream reads the entries of a cross-reference stream (7.5.8).
func (f *file) xrefStream(x *stream) error {
	data, err := f.decode(x)
	if errors.Is(err, ErrLimit) {
		return ErrLimit
	}
	if err != nil {
		return ErrDamaged
	}
	w := f.nums(x.dict["W"], 3)
	size, ok := f.int(x.dict["Size"])
	if w == nil || !ok || size < 0 {
		return ErrDamaged
	}
	if size > maxObjects {
		return ErrLimit
	}
	var width [3]int
	row := 0
	for i := range width {
		if w[i] < 0 || w[i] > 8 {
			return ErrDamaged
		}
		width[i] = int(w[i])
		row += width[i]
	}
	index := f.array(x.dict["Index"])
	if index == nil {
		index = array{int64(0), int64(size)}
	}
	for i := 0; i+1 < len(index) && row > 0; i += 2 {
		first, ok1 := f.int(index[i])
		count, ok2 := f.int(index[i+1])
		if !ok1 || !ok2 || first < 0 || count < 0 {
			return ErrDamaged
		}
		if first+count > maxObjects {
			return ErrLimit
		}
		for n := 0; n < count && len(data) >= row; n++ {
			f.enter(first+n, xrefRow(data[:row], width))
			data = data[row:]
		}
	}
	return nil
}

func xrefRow(b []byte, width [3]int) entry {
	var v [3]int
	if width[0] == 0 {
		v[0] = 1
	}
	for i, w := range width {
		for range w {
			v[i] = (v[i]&0xFFFFFFFFFFFF)<<8 | int(b[0])
			b = b[1:]
		}
	}
	if v[0] < 0 || v[0] > 2 {
		v[0] = 0
	}
	return entry{kind: byte(v[0]), at: v[1], index: v[2]}
}

// object reads an indirect object; nil when there is none or it is damaged.
func (f *file) object(num int) any {
	if o, ok := f.objects[num]; ok {
		return o
	}
	e, ok := f.entries[num]
	if !ok || e.kind == 0 || f.busy[num] {
		return nil
	}
	f.busy[num] = true
	defer delete(f.busy, num)
	var o any
	var err error
	if e.kind == 1 {
		o, err = f.indirect(e.at, num)
	} else {
		o, err = f.packed(e, num)
	}
	if err != nil {
		f.fail(err)
		f.odd(ruleObjects, num, "the object cannot be read")
		o = nil
	}
	f.objects[num] = o
	return o
}

// fail keeps the first error that makes the whole check worthless.
func (f *file) fail(err error) {
	if f.err == nil && errors.Is(err, ErrLimit) {
		f.err = err
	}
}

// numbers are the object numbers of the file in order.
func (f *file) numbers() []int { return slices.Sorted(maps.Keys(f.entries)) }

// where names an object for people.
func where(num int) string {
	if num == 0 {
		return "file"
	}
	return "object " + strconv.Itoa(num)
}
