package conform

import (
	"bytes"
	"encoding/ascii85"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// packed writes the good book with object streams and a cross-reference stream
// that has a predictor, without a signature (which needs its place in the file).
func packed(t testing.TB) []byte {
	b := good(t)
	b.put(oCatalog, "AcroForm.SigFlags", "0")
	b.put(oWidget, "V", "")
	delete(b.objects, oSignature)
	var out bytes.Buffer
	out.WriteString(b.header)
	nums := slices.Sorted(maps.Keys(b.objects))
	top := nums[len(nums)-1]
	rows := make([][]byte, top+3)
	row := func(kind byte, at, index int) []byte {
		return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32([]byte{kind}, uint32(at)), uint16(index))
	}
	var head, body bytes.Buffer
	n := 0
	for _, num := range nums {
		if _, ok := b.objects[num].(*stream); ok {
			rows[num] = row(1, out.Len(), 0)
			fmt.Fprintf(&out, "%d 0 obj\n", num)
			put(&out, b.objects[num])
			out.WriteString("\nendobj\n")
			continue
		}
		rows[num] = row(2, top+1, n)
		fmt.Fprintf(&head, "%d %d ", num, body.Len())
		put(&body, b.objects[num])
		body.WriteByte('\n')
		n++
	}
	rows[top+1] = row(1, out.Len(), 0)
	fmt.Fprintf(&out, "%d 0 obj\n", top+1)
	put(&out, &stream{dict: dict{"Type": name("ObjStm"), "N": int64(n), "First": int64(head.Len()), "Filter": name("FlateDecode")},
		raw: deflate(append(head.Bytes(), body.Bytes()...))})
	out.WriteString("\nendobj\n")
	start := out.Len()
	rows[top+2] = row(1, start, 0)
	var table []byte
	above := make([]byte, 7)
	for _, r := range rows {
		if r == nil {
			r = make([]byte, 7)
		}
		table = append(table, 2) // the difference to the row above
		for i := range r {
			table = append(table, r[i]-above[i])
		}
		above = r
	}
	d := maps.Clone(b.trailer)
	maps.Copy(d, dict{"Type": name("XRef"), "W": array{int64(1), int64(4), int64(2)}, "Size": int64(top + 3), "Filter": name("FlateDecode"),
		"DecodeParms": dict{"Predictor": int64(12), "Columns": int64(7)}})
	fmt.Fprintf(&out, "%d 0 obj\n", top+2)
	put(&out, &stream{dict: d, raw: deflate(table)})
	fmt.Fprintf(&out, "\nendobj\nstartxref\n%d\n%%%%EOF\n", start)
	return out.Bytes()
}

func TestObjectStreams(t *testing.T) {
	t.Parallel()
	r, err := Check(packed(t))
	if err != nil || !r.OK() || r.Pages != 2 {
		t.Errorf("the packed book: %v %v", r.Violations, err)
	}
}

// TestUpdates: an object of a later section wins.
func TestUpdates(t *testing.T) {
	t.Parallel()
	file := good(t).bytes()
	prev := file[bytes.LastIndex(file, []byte("startxref\n"))+len("startxref\n"):]
	prev = prev[:bytes.IndexByte(prev, '\n')]
	at := len(file)
	more := fmt.Sprintf("%d 0 obj\n<</Title(Another)>>\nendobj\n", oInfo)
	more += fmt.Sprintf("xref\n%d 1\n%010d 00000 n \ntrailer\n<</Root 1 0 R/Info %d 0 R/ID[<01><02>]/Size 99/Prev %s>>\nstartxref\n%d\n%%%%EOF\n", oInfo, at, oInfo, prev, at+len(more))
	r, err := Check(append(file, more...))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"signature-range", "xmp-info-text"}, r.Broken()); diff != "" {
		t.Errorf("broken rules (-want +got):\n%s", diff)
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]any{
		"null": nil, "true": true, "-12": int64(-12), "+.5": 0.5, "-.002": -0.002, "4.": 4.0,
		`(a\(b\)(c)\\\n\101\7x\` + "\n" + `y` + "\r\n" + `z)`: str("a(b)(c)\\\nA\x07xy\nz"),
		"<48 65 6c6>":                   str("Hel`"),
		"/A#42c#2F":                     name("ABc/"),
		"/":                             name(""),
		"[1 2 0 R/X(y)]":                array{int64(1), ref{2, 0}, name("X"), str("y")},
		"[1 0 2 0 R]":                   array{int64(1), int64(0), ref{2, 0}},
		"<</A<</B[]>>/C null% note\n>>": dict{"A": dict{"B": array{}}, "C": nil},
	} {
		got, err := (&lexer{b: []byte(src)}).next(0)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v; want %#v", src, got, err, want)
		}
	}
	for _, src := range []string{"(", "<4", "[", "[>>", "<<1 2>>", "<</A", "<</A endobj>>", "--1", "1-2", "1.2.3"} {
		if v, err := (&lexer{b: []byte(src)}).next(0); err == nil {
			t.Errorf("%s: %#v, want an error", src, v)
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	plain := []byte("some data, and some more of it: \x00\x01\xFF")
	var a85 bytes.Buffer
	e := ascii85.NewEncoder(&a85)
	_, _ = e.Write(plain)
	_ = e.Close()
	f := &file{objects: map[int]any{}}
	for _, c := range []struct {
		dict string
		raw  []byte
		want []byte
	}{
		{"<<>>", plain, plain},
		{"<</Filter/FlateDecode>>", deflate(plain), plain},
		{"<</Filter[/ASCIIHexDecode/FlateDecode]>>", []byte(hex.EncodeToString(deflate(plain)) + ">"), plain},
		{"<</Filter/ASCII85Decode>>", append(a85.Bytes(), "~>"...), plain},
		{"<</Filter/ASCII85Decode>>", []byte("z~>"), make([]byte, 4)},
		{"<</Filter/RunLengthDecode>>", []byte("\x02abc\xFEx\x80"), []byte("abcxxx")},
		{"<</Filter/FlateDecode/DecodeParms<</Predictor 2/Colors 1/Columns 3>>>>", deflate([]byte{1, 1, 1, 5, 0, 1}), []byte{1, 2, 3, 5, 5, 6}},
		{"<</Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 3>>>>", deflate([]byte{0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1}),
			[]byte{1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5}},
	} {
		got, err := f.decode(&stream{dict: parse(t, c.dict).(dict), raw: c.raw})
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("%s: %v %v, want %v", c.dict, got, err, c.want)
		}
	}
}

func TestTextAndDates(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"plain \x80\x96": "plain •Œ", "\xFE\xFF\x01\x7C\xD8\x3C\xDF\x89": "ż🎉", "\xEF\xBB\xBFż": "ż", "\xFE\xFF\x00": "",
	} {
		if got := decodeText(src); got != want {
			t.Errorf("%q: %q, want %q", src, got, want)
		}
	}
	want := time.Date(2026, 11, 21, 22, 4, 5, 0, time.UTC)
	for _, s := range []string{"D:20261121220405Z", "D:20261121230405+01'00'", "D:20261121230405+01'00", "20261121220405", "D:20261121220405Z00'00'"} {
		if got, ok := pdfDate(s); !ok || !got.Equal(want) {
			t.Errorf("%s: %v", s, got)
		}
	}
	for _, s := range []string{"2026-11-21T22:04:05Z", "2026-11-21T23:04:05+01:00", "2026-11-21T22:04:05.000Z"} {
		if got, ok := xmpDate(s); !ok || !got.Equal(want) {
			t.Errorf("%s: %v", s, got)
		}
	}
}
