package verify

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// goldenPDF is the report of the kept packet.
func goldenPDF(t testing.TB) []byte {
	t.Helper()
	zip, _ := golden(t)
	files, err := readEntries(zip)
	if err != nil || files[0].name != pdfName {
		t.Fatal("the kept packet has no report")
	}
	return files[0].data
}

// TestPDFShapes: a file that another reader could see otherwise is refused,
// whatever is signed in it.
func TestPDFShapes(t *testing.T) {
	t.Parallel()
	good := string(goldenPDF(t))
	if _, _, err := readSignature([]byte(good)); err != nil {
		t.Fatal(err)
	}
	f, err := readPDF([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	at := f.objects[8].at // of the table
	rows, err := f.inflate(f.objects[8])
	if err != nil {
		t.Fatal(err)
	}
	deflated := func(number int, dict string, data []byte) string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write(data) // into memory
		_ = z.Close()
		return fmt.Sprintf("%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n", number, dict, b.Len(), b.String())
	}
	loose := func() string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write([]byte("1 0 <<>>")) // into memory
		_ = z.Close()
		return fmt.Sprintf("99 0 obj\n<</Type/ObjStm/Filter/FlateDecode/Length %d>>\nstream\n%sx\nendstream\nendobj\n", b.Len()+1, b.String())
	}
	// behind puts text before the table, which moves by its length.
	behindWith := func(text, dict string, change func(rows []byte)) string {
		moved, at := bytes.Clone(rows), at+len(text)
		copy(moved[8*6:], []byte{1, byte(at >> 16), byte(at >> 8), byte(at)})
		change(moved)
		return good[:at-len(text)] + text + deflated(8, dict, moved) + "startxref\n" + strconv.Itoa(at) + "\n%%EOF\n"
	}
	const dict = "/Type/XRef/W[1 3 2]/Size 9/Root 1 0 R"
	behind := func(text string) string { return behindWith(text, dict, func([]byte) {}) }
	bomb := func() string { return deflated(99, "/Type/ObjStm", make([]byte, maxStream+1)) }
	for name, text := range map[string]string{
		"empty":                        "",
		"only a header":                good[:15],
		"another header":               "%PDF-1.4" + good[8:],
		"no end":                       good[:len(good)-1],
		"the end twice":                good + good[strings.LastIndex(good, "startxref"):],
		"a space between objects":      behind(" "),
		"a comment between objects":    behind("% hello\n"),
		"an end without a line":        behind("99 0 obj\n<<>> endobj\n"),
		"an object without an end":     behind("99 0 obj\n<<>>\n"),
		"an object of generation 1":    behind("99 1 obj\n<<>>\nendobj\n"),
		"an object 0":                  behind("0 0 obj\n<<>>\nendobj\n"),
		"an object 099":                behind("099 0 obj\n<<>>\nendobj\n"),
		"an object twice":              behind("5 0 obj\n<<>>\nendobj\n"),
		"a stream of another length":   behind("99 0 obj\n<</Length 2>>\nstream\nabc\nendstream\nendobj\n"),
		"a stream with a far length":   behind("99 0 obj\n<</Length 9999999>>\nstream\nabc\nendstream\nendobj\n"),
		"a stream without a length":    behind("99 0 obj\n<<>>\nstream\nabc\nendstream\nendobj\n"),
		"an unfinished string":         behind("99 0 obj\n<</A(abc\nendobj\n"),
		"an unfinished hex string":     behind("99 0 obj\n<</A<abc\nendobj\n"),
		"an unfinished name":           behind("99 0 obj\n<</A#4>>\nendobj\n"),
		"braces":                       behind("99 0 obj\n{}\nendobj\n"),
		"packed without compression":   behind("99 0 obj\n<</Type/ObjStm/Length 3>>\nstream\nabc\nendstream\nendobj\n"),
		"packed with a predictor":      behind(strings.Replace(bomb(), "/ObjStm", "/ObjStm/DecodeParms<<>>", 1)),
		"packed beyond the limit":      behind(bomb()),
		"a byte behind what is packed": behind(loose()),
		"millions of tokens":           behind("99 0 obj\n" + strings.Repeat("[", maxTokens+1) + "\nendobj\n"),
		"a table after another":        behindWith("", dict+"/Prev 15", func([]byte) {}),
		"a table that is no table":     behindWith("", strings.Replace(dict, "XRef", "XReg", 1), func([]byte) {}),
		"a table of another size":      behindWith("", strings.Replace(dict, "Size 9", "Size 8", 1), func([]byte) {}),
		"a table of other widths":      behindWith("", strings.Replace(dict, "3 2", "2 3", 1), func([]byte) {}),
		"a table without widths":       behindWith("", strings.Replace(dict, "3 2", "3", 1), func([]byte) {}),
		"a table of some objects":      behindWith("", dict+"/Index[0 9]", func([]byte) {}),
		"a table of an encrypted one":  behindWith("", dict+"/Encrypt 7 0 R", func([]byte) {}),
		"an object that is not there":  strings.Replace(behind(""), "\n7 0 obj", "\n9 0 obj", 1),
		"a way into a stream":          behindWith("", dict, func(rows []byte) { rows[7*6+3]++ }),
		"a way to no packed object":    behindWith("", dict, func(rows []byte) { rows[1*6+3] = 7 }),
		"two ways to an object":        behindWith("", dict, func(rows []byte) { copy(rows[7*6:], rows[1*6:2*6]) }),
		"a way of another kind":        behindWith("", dict, func(rows []byte) { rows[7*6] = 3 }),
	} {
		if text == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		// Not readSignature: the range of the signature would fail them all.
		f, err := readPDF([]byte(text))
		if err == nil {
			_, err = f.signature()
		}
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	// An object more is none of these faults.
	for _, text := range []string{"", "99 0 obj\n<</A(a\\)(b))/B#20C[1 2]/D<00FF>>>\nendobj\n", deflated(99, "/Type/ObjStm", []byte("1 0 <</A/B>>"))} {
		if _, err := readPDF([]byte(behind(text))); err != nil {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}

// FuzzPDF: no file makes the reader panic, and of the kept report only the
// reserved place can be changed without changing its digest.
func FuzzPDF(f *testing.F) {
	good := goldenPDF(f)
	want, _, err := readSignature(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/XRef/Size 0/W[1 1 1]/Filter/FlateDecode/Length 0>>\nstream\n\nendstream\nendobj\nstartxref\n15\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		digest, reserved, err := readSignature(b)
		if err == nil && digest == want && len(b) != len(good) {
			t.Errorf("another file of %d bytes, %d of them reserved, has the same digest", len(b), len(reserved))
		}
	})
}

// TestDER: one spelling of each length.
func TestDER(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		der string
		ok  bool
	}{
		"short":                      {"\x04\x01a", true},
		"long":                       {"\x04\x81\x80" + strings.Repeat("a", 128), true},
		"longer":                     {"\x04\x82\x01\x00" + strings.Repeat("a", 256), true},
		"long for a short one":       {"\x04\x81\x01a", false},
		"a zero before the length":   {"\x04\x82\x00\x80" + strings.Repeat("a", 128), false},
		"without a length":           {"\x04\x80a\x00\x00", false},
		"longer than there is":       {"\x04\x02a", false},
		"a length of four bytes":     {"\x04\x84\x00\x00\x00\x01a", false},
		"a tag of two bytes":         {"\x1f\x04\x01a", false},
		"only a tag":                 {"\x04", false},
		"nothing":                    {"", false},
		"a length that ends at once": {"\x04\x82\x01", false},
	} {
		d := derOf([]byte(tt.der))
		e := d.next()
		if d.ended() != tt.ok {
			t.Errorf("%s: taken: %v", name, d.ended())
		}
		if tt.ok && string(tlv(e.tag, e.content)) != tt.der {
			t.Errorf("%s: written otherwise", name)
		}
	}
	if got := tlv(0x04, make([]byte, 70_000)); got[1] != 0x83 || !derOf(got).enter(0x04).bad == false {
		t.Errorf("a long element begins with % x", got[:5])
	}
}
