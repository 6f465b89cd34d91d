package conform

import "bytes"

// indirect reads the object at an offset. num is its number, 0 if that is not
// known yet (a cross-reference stream).
func (f *file) indirect(at, num int) (any, error) {
	if at < 0 || at >= len(f.data) {
		return nil, ErrDamaged
	}
	h := &lexer{b: f.data, at: at, content: true}
	n, err1 := h.next(0)
	afterNum := h.at
	g, err2 := h.next(0)
	afterGen := h.at
	k, err3 := h.next(0)
	got, ok := n.(int64)
	_, okGen := g.(int64)
	if err1 != nil || err2 != nil || err3 != nil || !ok || !okGen || k != keyword("obj") || num != 0 && got != int64(num) {
		return nil, ErrDamaged
	}
	num = int(got)
	if at > 0 && !eol(f.data[at-1]) || !single(f.data, afterNum) || !single(f.data, afterGen) || h.at < len(f.data) && !eol(f.data[h.at]) {
		f.odd(ruleObjects, num, "spaces around the object's number or the keyword obj are not as they have to be")
	}
	l := &lexer{b: f.data, at: h.at, odd: func(rule, text string) { f.odd(rule, num, text) }}
	v, err := l.next(0)
	if err != nil {
		return nil, inside(err)
	}
	if v == keyword("endobj") {
		return nil, nil
	}
	if _, ok := v.(keyword); ok {
		return nil, ErrDamaged
	}
	l.skip()
	d, isDict := v.(dict)
	if isDict && bytes.HasPrefix(f.data[l.at:], []byte("stream")) {
		s, end, err := f.streamAt(d, l.at+len("stream"), num)
		if err != nil {
			return nil, err
		}
		v, l.at = s, end
	}
	f.endobj(l, num)
	return v, nil
}

func eol(c byte) bool { return c == '\n' || c == '\r' }

// single tells whether exactly one white-space character stands at a place.
func single(b []byte, at int) bool {
	return at+1 < len(b) && isSpace(b[at]) && !isSpace(b[at+1]) && b[at+1] != '%'
}

// endobj checks the end of an object (ISO 19005-3, 6.1.9).
func (f *file) endobj(l *lexer, num int) {
	l.skip()
	at := l.at
	if !bytes.HasPrefix(f.data[at:], []byte("endobj")) {
		f.odd(ruleObjects, num, "the object does not end with the keyword endobj")
		return
	}
	end := at + len("endobj")
	if at == 0 || !eol(f.data[at-1]) || end < len(f.data) && !eol(f.data[end]) {
		f.odd(ruleObjects, num, "the keyword endobj does not stand on a line of its own")
	}
}

// streamAt reads the data of a stream whose keyword ends at a place, and says
// where the object goes on.
func (f *file) streamAt(d dict, at, num int) (*stream, int, error) {
	switch {
	case bytes.HasPrefix(f.data[at:], []byte("\r\n")):
		at += 2
	case bytes.HasPrefix(f.data[at:], []byte("\n")):
		at++
	default:
		f.odd(ruleStreamKeywords, num, "the keyword stream is not followed by a line feed")
		if at < len(f.data) && f.data[at] == '\r' {
			at++
		}
	}
	length, ok := f.int(d["Length"])
	if ok && length >= 0 && length <= len(f.data)-at {
		if end, ok := f.endstream(at+length, num); ok {
			return &stream{dict: d, raw: f.data[at : at+length], num: num}, end, nil
		}
	}
	f.odd(ruleStreamLength, num, "Length is not the number of bytes before endstream")
	n := bytes.Index(f.data[at:], []byte("endstream"))
	if n < 0 {
		return nil, 0, ErrDamaged
	}
	raw := f.data[at : at+n]
	raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	return &stream{dict: d, raw: raw, num: num}, at + n + len("endstream"), nil
}

// endstream tells whether a stream ends at a place, and where the keyword ends.
func (f *file) endstream(at, num int) (int, bool) {
	rest := f.data[at:]
	trimmed := bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
	if !bytes.HasPrefix(trimmed, []byte("endstream")) {
		return 0, false
	}
	if len(trimmed) == len(rest) {
		f.odd(ruleStreamKeywords, num, "the keyword endstream is not preceded by an end of line")
	}
	return at + len(rest) - len(trimmed) + len("endstream"), true
}

// objectStream is an inflated object stream (7.5.7).
type objectStream struct {
	data    []byte
	nums    []int
	offsets []int
}

// packed reads an object out of an object stream.
func (f *file) packed(e entry, num int) (any, error) {
	s, ok := f.streams[e.at]
	if !ok {
		var err error
		if s, err = f.objectStream(e.at); err != nil {
			s = nil
			f.fail(err)
		}
		f.streams[e.at] = s
	}
	if s == nil || e.index < 0 || e.index >= len(s.nums) || s.nums[e.index] != num {
		return nil, ErrDamaged
	}
	l := &lexer{b: s.data, at: s.offsets[e.index], odd: func(rule, text string) { f.odd(rule, num, text) }}
	v, err := l.next(0)
	if err != nil {
		return nil, inside(err)
	}
	if _, ok := v.(keyword); ok {
		return nil, ErrDamaged
	}
	return v, nil
}

func (f *file) objectStream(num int) (*objectStream, error) {
	if f.entries[num].kind != 1 {
		return nil, ErrDamaged
	}
	x, ok := f.object(num).(*stream)
	if !ok || f.name(x.dict["Type"]) != "ObjStm" {
		return nil, ErrDamaged
	}
	data, err := f.decode(x)
	if err != nil {
		return nil, err
	}
	n, ok1 := f.int(x.dict["N"])
	first, ok2 := f.int(x.dict["First"])
	if !ok1 || !ok2 || n < 0 || first < 0 || first > len(data) || n > len(data) {
		return nil, ErrDamaged
	}
	s := &objectStream{data: data}
	l := &lexer{b: data[:first], content: true}
	for range n {
		a, err1 := l.next(0)
		b, err2 := l.next(0)
		id, ok1 := a.(int64)
		off, ok2 := b.(int64)
		if err1 != nil || err2 != nil || !ok1 || !ok2 || off < 0 || off > int64(len(data)-first) {
			return nil, ErrDamaged
		}
		s.nums, s.offsets = append(s.nums, int(id)), append(s.offsets, first+int(off))
	}
	return s, nil
}
