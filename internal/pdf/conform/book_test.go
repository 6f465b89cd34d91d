package conform

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// book is a PDF as objects that a test can change before it is written. It is
// the writer of the planted defects and has nothing in common with the reader
// but the types of objects.
type book struct {
	t       testing.TB
	objects map[int]any
	raw     map[int]string // body of an object, written as it stands
	trailer dict
	header  string
	sign    int // object number of the signature dictionary, 0 for none
}

// parse reads an object from PDF syntax.
func parse(t testing.TB, src string) any {
	t.Helper()
	v, err := (&lexer{b: []byte(src)}).next(0)
	if err != nil {
		t.Fatalf("parsing %q: %v", src, err)
	}
	return v
}

func (b *book) set(num int, src string) { b.objects[num] = parse(b.t, src) }

func (b *book) stream(num int, src string, data []byte) {
	b.objects[num] = &stream{dict: parse(b.t, src).(dict), raw: data, num: num}
}

// at finds a value below an object by keys and indexes; references are followed.
func (b *book) at(num int, path ...any) any {
	b.t.Helper()
	v := b.objects[num]
	for _, p := range path {
		if r, ok := v.(ref); ok {
			v = b.objects[r.num]
		}
		switch k := p.(type) {
		case int:
			v = v.(array)[k]
		case string:
			v = dictOf(v)[name(k)]
		}
	}
	if r, ok := v.(ref); ok {
		v = b.objects[r.num]
	}
	if v == nil {
		b.t.Fatalf("object %d has no %v", num, path)
	}
	return v
}

func dictOf(v any) dict {
	if s, ok := v.(*stream); ok {
		return s.dict
	}
	return v.(dict)
}

// put sets a key of an object, or of a dictionary inside it; an empty source
// deletes the key.
func (b *book) put(num int, path string, src string) {
	b.t.Helper()
	keys := strings.Split(path, ".")
	v := b.objects[num]
	for _, k := range keys[:len(keys)-1] {
		if r, ok := v.(ref); ok {
			v = b.objects[r.num]
		}
		if i, err := strconv.Atoi(k); err == nil {
			v = v.(array)[i]
		} else {
			v = dictOf(v)[name(k)]
		}
	}
	if r, ok := v.(ref); ok {
		v = b.objects[r.num]
	}
	last := keys[len(keys)-1]
	if a, ok := v.(array); ok {
		i, _ := strconv.Atoi(last)
		a[i] = parse(b.t, src)
		return
	}
	d := dictOf(v)
	if src == "" {
		if _, ok := d[name(last)]; !ok {
			b.t.Fatalf("object %d has no %s to delete", num, path)
		}
		delete(d, name(last))
		return
	}
	d[name(last)] = parse(b.t, src)
}

// replace changes the data of a stream.
func (b *book) replace(num int, from, to string) {
	b.t.Helper()
	s := b.objects[num].(*stream)
	if !bytes.Contains(s.raw, []byte(from)) {
		b.t.Fatalf("object %d does not hold %q", num, from)
	}
	s.raw = bytes.Replace(s.raw, []byte(from), []byte(to), 1)
}

// bytes writes the file with a cross-reference table.
func (b *book) bytes() []byte {
	var out bytes.Buffer
	out.WriteString(b.header)
	offsets := map[int]int{}
	nums := slices.Sorted(maps.Keys(b.objects))
	for _, n := range nums {
		offsets[n] = out.Len()
		if raw, ok := b.raw[n]; ok {
			out.WriteString(raw)
			continue
		}
		fmt.Fprintf(&out, "%d 0 obj\n", n)
		put(&out, b.objects[n])
		out.WriteString("\nendobj\n")
	}
	start, top := out.Len(), nums[len(nums)-1]
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", top+1)
	for n := 1; n <= top; n++ {
		if at, ok := offsets[n]; ok {
			fmt.Fprintf(&out, "%010d 00000 n \n", at)
		} else {
			out.WriteString("0000000000 00000 f \n")
		}
	}
	b.trailer["Size"] = int64(top + 1)
	out.WriteString("trailer\n")
	put(&out, b.trailer)
	fmt.Fprintf(&out, "\nstartxref\n%d\n%%%%EOF\n", start)
	if b.sign != 0 {
		return seal(out.Bytes())
	}
	return out.Bytes()
}

// seal fills in the byte range of the one signature.
func seal(file []byte) []byte {
	const blank = "[0 1000000001 1000000002 1000000003]"
	from := bytes.Index(file, []byte("/Contents <3"))
	at := bytes.Index(file, []byte(blank))
	if from < 0 || at < 0 {
		return file
	}
	from += len("/Contents ")
	to := from + bytes.IndexByte(file[from:], '>') + 1
	r := fmt.Sprintf("[0 %d %d %d", from, to, len(file)-to)
	copy(file[at:], r+strings.Repeat(" ", len(blank)-len(r)-1)+"]")
	return file
}

// put writes an object.
func put(out *bytes.Buffer, v any) {
	switch o := v.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		fmt.Fprint(out, o)
	case int64:
		fmt.Fprint(out, o)
	case float64:
		out.WriteString(strconv.FormatFloat(o, 'f', -1, 64))
	case str:
		out.WriteString("<" + hex.EncodeToString([]byte(o)) + ">")
	case name:
		putName(out, o)
	case ref:
		fmt.Fprintf(out, "%d %d R", o.num, o.gen)
	case array:
		out.WriteByte('[')
		for i, e := range o {
			if i > 0 {
				out.WriteByte(' ')
			}
			put(out, e)
		}
		out.WriteByte(']')
	case dict:
		out.WriteString("<<")
		for _, k := range keys(o) {
			putName(out, k)
			out.WriteByte(' ')
			put(out, o[k])
		}
		out.WriteString(">>")
	case *stream:
		d := maps.Clone(o.dict)
		d["Length"] = int64(len(o.raw))
		put(out, d)
		out.WriteString("\nstream\n")
		out.Write(o.raw)
		out.WriteString("\nendstream")
	}
}

func putName(out *bytes.Buffer, n name) {
	out.WriteByte('/')
	for i := range len(n) {
		if c := n[i]; isRegular(c) && c > 32 && c < 127 && c != '#' {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(out, "#%02X", c)
		}
	}
}
