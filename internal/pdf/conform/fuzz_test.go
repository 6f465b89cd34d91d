package conform

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// checked runs a check twice and looks at what has to be so for any bytes.
func checked(t *testing.T, file []byte) (Report, error) {
	t.Helper()
	start := time.Now()
	r, err := Check(file)
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("the check took %v", d)
	}
	if err != nil && !errors.Is(err, ErrNotPDF) && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrLimit) {
		t.Errorf("the error is %v", err)
	}
	for _, v := range r.Violations {
		if v.Clause == "" || v.Where == "" || v.Text == "" || len(v.String()) > 1000 {
			t.Errorf("the violation says too little or too much: %s", v)
		}
	}
	again, err2 := Check(file)
	if !errors.Is(err2, err) || !reflect.DeepEqual(r, again) {
		t.Error("two checks of the same bytes differ")
	}
	return r, err
}

// broken are files that cannot be read, with the error each has to give.
func broken(t testing.TB) map[string]struct {
	file []byte
	want error
} {
	file := good(t).bytes()
	cut := bytes.LastIndex(file, []byte("startxref"))
	tail := func(s string) []byte { return append(bytes.Clone(file[:cut]), s...) }
	deep := append([]byte("%PDF-1.7\n"), strings.Repeat("[", 100_000)...)
	return map[string]struct {
		file []byte
		want error
	}{
		"nothing":         {nil, ErrNotPDF},
		"text":            {[]byte("hello"), ErrNotPDF},
		"header only":     {[]byte("%PDF-1.7\n"), ErrDamaged},
		"no startxref":    {file[:cut], ErrDamaged},
		"half":            {file[:len(file)/2], ErrDamaged},
		"no offset":       {tail("startxref\n(x)\n%%EOF"), ErrDamaged},
		"offset too far":  {tail("startxref\n999999999\n%%EOF"), ErrDamaged},
		"offset negative": {tail("startxref\n-5\n%%EOF"), ErrDamaged},
		"offset in text":  {tail("startxref\n20\n%%EOF"), ErrDamaged},
		"many objects":    {append(bytes.Clone(file), "xref\n0 99999999\n0 0 f\ntrailer\n<</Root 1 0 R>>\nstartxref\n"+fmt.Sprint(len(file))+"\n%%EOF"...), ErrLimit},
		"no root":         {append(bytes.Clone(file), "xref\n0 1\n0 0 f\ntrailer\n<<>>\nstartxref\n"+fmt.Sprint(len(file))+"\n%%EOF"...), ErrDamaged},
		"xref as picture": {bytes.Replace(packed(t), []byte("/Predictor 12"), []byte("/Predictor 2/BitsPerComponent 4"), 1), ErrDamaged},
		"nesting":         {append(deep, "\nxref\n0 2\n0 0 f\n9 0 n\ntrailer\n<</Root 1 0 R>>\nstartxref\n100010\n%%EOF"...), ErrDamaged},
	}
}

func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	for what, c := range broken(t) {
		if _, err := checked(t, c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: the error is %v, want %v", what, err, c.want)
		}
	}
}

// bombs are files that ask for far more work than their bytes are worth.
func bombs() map[string]func(b *book) {
	forms := func(b *book) {
		for i := range 20 {
			b.stream(100+i, fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</F %d 0 R>>>>>>", 101+i), bytes.Repeat([]byte("/F Do "), 50))
		}
		b.put(oResources, "XObject.Fm0", "100 0 R")
	}
	inflated := deflate(make([]byte, maxInflated+1))
	return map[string]func(b *book){
		"forms":   forms,
		"inflate": func(b *book) { b.stream(oUnused, "<</Filter/FlateDecode>>", inflated) },
		"filters": func(b *book) {
			b.set(oUnused, "<<>>")
			b.stream(oUnused, "<</Filter["+strings.Repeat("/ASCIIHexDecode ", 9)+"]>>", nil)
		},
		"nesting": func(b *book) {
			b.raw[oUnused], b.objects[oUnused] = fmt.Sprintf("%d 0 obj\n%s\nendobj\n", oUnused, strings.Repeat("[", 500)), nil
		},
		"spans": func(b *book) {
			for range 4 {
				child(eRow, "TD", "/A<</O/Table/ColSpan 999999/RowSpan 999999>>")(b)
			}
			rowsOf(b, 1100)
		},
		"widths": func(b *book) {
			b.put(oCIDFont, "W", "["+strings.Repeat("0 65535 1 ", 60)+"]")
		},
		"elements": func(b *book) {
			for i := range maxTreeDepth + 2 {
				b.set(200+i, fmt.Sprintf("<</S/Div/P %d 0 R/K %d 0 R>>", 199+i, 201+i))
			}
			b.put(eList, "K", "200 0 R")
		},
		"classes": func(b *book) {
			b.put(oTree, "ClassMap", "<</big["+strings.Repeat("<</O/List>>", 3000)+"]>>")
			rowsOf(b, 1100)
			for i := range 1100 {
				b.put(1000+i, "C", "/big")
			}
		},
		"kids": func(b *book) {
			b.set(oUnused, "["+strings.Repeat("1 ", 4000)+"]")
			rowsOf(b, 800)
			for i := range 800 {
				b.put(1000+i, "K", fmt.Sprintf("%d 0 R", oUnused))
			}
		},
		"annotations": func(b *book) {
			b.put(oPage1, "Annots", "["+strings.Repeat(fmt.Sprintf("%d 0 R ", oLink), 6000)+"]")
			b.put(eLink, "K", "["+strings.Repeat(fmt.Sprintf("<</Type/OBJR/Obj %d 0 R>>", oNote), 6000)+"]")
		},
		"operands": func(b *book) { b.objects[oContent2].(*stream).raw = []byte(strings.Repeat("1 ", maxOperands+2)) },
		"picture": func(b *book) {
			b.put(oImage, "Width", "1000000")
			b.put(oImage, "DecodeParms.Columns", "1000000")
			b.put(oImage, "Height", "1000000")
		},
	}
}

// rowsOf adds rows of one cell to the table.
func rowsOf(b *book, n int) {
	list := b.at(eRows, "K").(array)
	for i := range n {
		b.set(1000+i, fmt.Sprintf("<</S/TR/P %d 0 R>>", eRows))
		list = append(list, ref{num: 1000 + i})
	}
	b.objects[eRows].(dict)["K"] = list
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for what, plant := range bombs() {
		b := good(t)
		plant(b)
		if _, err := Check(b.bytes()); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: the error is %v, want %v", what, err, ErrLimit)
		}
	}
	if _, err := Check(make([]byte, maxFile+1)); !errors.Is(err, ErrLimit) {
		t.Errorf("a large file gives %v", err)
	}
}

// TestCircles: objects that lead to themselves end the check, with a fault or
// without one.
func TestCircles(t *testing.T) {
	t.Parallel()
	self := func(num int, path string) { // the value at a path is the object itself
		b := good(t)
		b.put(num, path, fmt.Sprintf("%d 0 R", num))
		if _, err := checked(t, b.bytes()); err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrLimit) {
			t.Errorf("object %d %s: %v", num, path, err)
		}
	}
	self(oPages, "Kids.0")
	self(eDocument, "K")
	self(oParents, "Kids")
	self(oMark1, "Next")
	self(oMark1, "First")
	self(oOutlines, "First")
	self(oWidget, "Parent")
	self(oWidget, "Kids")
	self(oForm, "Length")
	self(oResources, "ColorSpace.CS0")
	self(oForm, "Resources")
	self(oTree, "RoleMap")
	self(oTree, "ClassMap")
	self(oFont, "DescendantFonts")
	self(oLink, "A")
	b := good(t)
	b.put(oResources, "ColorSpace.CS0", "/CS1")
	b.put(oResources, "ColorSpace.CS1", "/CS0")
	b.put(oForm, "Resources", fmt.Sprintf("%d 0 R", oResources))
	b.replace(oForm, "0 0 9 9 re", "/Fm0 Do 0 0 9 9 re")
	if _, err := Check(b.bytes()); !errors.Is(err, ErrLimit) {
		t.Errorf("a form that draws itself gives %v", err)
	}
}

// FuzzFile changes the bytes of files.
func FuzzFile(f *testing.F) {
	f.Add(good(f).bytes())
	for _, c := range broken(f) {
		f.Add(c.file)
	}
	f.Add(packed(f))
	f.Fuzz(func(t *testing.T, file []byte) { _, _ = checked(t, file) })
}

// FuzzObject puts bytes in the place of an object of the good book, so that the
// file around it stays whole.
func FuzzObject(f *testing.F) {
	b := good(f)
	nums := slices.Sorted(maps.Keys(b.objects))
	bodies := func(b *book) [][]byte {
		var out [][]byte
		for _, n := range nums {
			var src bytes.Buffer
			put(&src, b.objects[n])
			out = append(out, src.Bytes())
		}
		return out
	}
	whole := bodies(b)
	for i := range whole {
		f.Add(byte(i), whole[i])
	}
	for _, d := range defects() {
		if d.object == nil {
			continue
		}
		b := good(f)
		d.object(b)
		for i, src := range bodies(b) {
			if !bytes.Equal(src, whole[i]) {
				f.Add(byte(i), src)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which byte, src []byte) {
		b := good(t)
		n := nums[int(which)%len(nums)]
		b.raw[n] = fmt.Sprintf("%d 0 obj\n%s\nendobj\n", n, src)
		_, _ = checked(t, b.bytes())
	})
}
