package verify

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Limits on packet.pdf.
const (
	maxObjects  = 1_000_000
	maxTokens   = 1_000_000 // outside of object streams
	maxStream   = 16 << 20  // bytes of one object stream, inflated
	maxInflated = 256 << 20 // bytes of all of them
)

var (
	errPDF      = errors.New("packet.pdf is not a file as packets have it")
	errLargePDF = errors.New("packet.pdf is larger inside than any packet needs")
)

// pdfObject is an object of the file.
type pdfObject struct {
	at     int        // offset in the file
	tokens []pdfToken // without the data of a stream
	data   []byte     // of a stream, as it stands in the file
}

// pdfFile is a PDF as packets have it: a header, objects, one cross-reference
// stream, and the end. There is no byte that belongs to none of them, so
// nothing can be hidden from a look at every object.
type pdfFile struct {
	objects  map[int]*pdfObject // by number
	order    []*pdfObject       // as they stand in the file
	tokens   int                // of all objects
	inflated int                // bytes so far
	zlib     io.ReadCloser      // what inflates; nil before the first stream
	plain    bytes.Buffer       // of the stream that was inflated last
}

// readPDF reads the file from begin to end, object by object, and demands that
// the cross-reference stream leads to these objects and nowhere else.
func readPDF(b []byte) (*pdfFile, error) {
	const header = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
	if !bytes.HasPrefix(b, []byte(header)) {
		return nil, errPDF
	}
	f := &pdfFile{objects: map[int]*pdfObject{}}
	at, last := len(header), 0
	for !bytes.HasPrefix(b[at:], []byte("startxref\n")) {
		number, o, end, err := f.readObject(b, at)
		if err != nil {
			return nil, fmt.Errorf("%w, at byte %d", err, at)
		}
		if f.objects[number] != nil || len(f.objects) == maxObjects {
			return nil, errPDF
		}
		f.objects[number], last, at = o, number, end
		f.order = append(f.order, o)
	}
	table := f.objects[last]
	if table == nil || string(b[at:]) != "startxref\n"+strconv.Itoa(table.at)+"\n%%EOF\n" {
		return nil, fmt.Errorf("%w, at byte %d", errPDF, at)
	}
	return f, f.checkTable(table)
}

// readObject reads `N 0 obj`, what is in it and `endobj`.
func (f *pdfFile) readObject(b []byte, at int) (number int, o *pdfObject, end int, err error) {
	line, _, ended := bytes.Cut(b[at:min(len(b), at+20)], []byte("\n"))
	text, isObject := bytes.CutSuffix(line, []byte(" 0 obj"))
	number, err = strconv.Atoi(string(text))
	if !ended || !isObject || err != nil || number < 1 || strconv.Itoa(number) != string(text) {
		return 0, nil, 0, errPDF
	}
	o = &pdfObject{at: at}
	s := pdfScanner{b: b, at: at + len(line) + 1}
	for {
		t, ok := s.next()
		if !ok {
			return 0, nil, 0, errPDF
		}
		if t.kind == kindWord && (string(t.text) == "endobj" || string(t.text) == "stream") {
			break
		}
		if f.tokens++; f.tokens > maxTokens {
			return 0, nil, 0, errLargePDF
		}
		o.tokens = append(o.tokens, t)
	}
	rest := b[s.at:]
	if b[s.at-7] != '\n' { // before the word, of six letters both times
		return 0, nil, 0, errPDF
	}
	if string(b[s.at-6:s.at]) == "stream" {
		size, ok := o.number("Length")
		const after = "\nendstream\nendobj"
		if !ok || !bytes.HasPrefix(rest, []byte("\n")) || size > len(rest)-1 || !bytes.HasPrefix(rest[1+size:], []byte(after)) {
			return 0, nil, 0, errPDF
		}
		o.data = rest[1 : 1+size : 1+size]
		rest = rest[1+size+len(after):]
	}
	if !bytes.HasPrefix(rest, []byte("\n")) {
		return 0, nil, 0, errPDF
	}
	return number, o, len(b) - len(rest) + 1, nil
}

// value gives the token after a name of the object's own dictionary.
func (o *pdfObject) value(name string) (pdfToken, bool) {
	depth := 0
	for i, t := range o.tokens {
		switch t.kind {
		case kindOpen:
			depth++
		case kindClose:
			depth--
		case kindName:
			if depth == 1 && string(t.text) == name && i+1 < len(o.tokens) {
				return o.tokens[i+1], true
			}
		}
	}
	return pdfToken{}, false
}

// number gives a whole number of the object's own dictionary.
func (o *pdfObject) number(name string) (int, bool) {
	t, ok := o.value(name)
	n, err := strconv.Atoi(string(t.text))
	return n, ok && t.kind == kindWord && err == nil && n >= 0
}

func (o *pdfObject) is(name, value string) bool {
	t, ok := o.value(name)
	return ok && t.kind == kindName && string(t.text) == value
}

// inflate gives the data of an object stream or a table, within the limits. They
// stand until the next call.
func (f *pdfFile) inflate(o *pdfObject) ([]byte, error) { return f.inflateUpTo(o, maxStream) }

func (f *pdfFile) inflateUpTo(o *pdfObject, most int) ([]byte, error) {
	if !o.is("Filter", "FlateDecode") {
		return nil, errPDF
	}
	if _, ok := o.value("DecodeParms"); ok {
		return nil, errPDF
	}
	data := bytes.NewReader(o.data)
	if err := f.startInflating(data); err != nil {
		return nil, errPDF
	}
	f.plain.Reset()
	if _, err := f.plain.ReadFrom(io.LimitReader(f.zlib, int64(most)+1)); err != nil {
		return nil, errPDF
	}
	if f.inflated += f.plain.Len(); f.plain.Len() > most || f.inflated > maxInflated {
		return nil, errLargePDF
	}
	if data.Len() > 0 { // bytes that nobody looks into
		return nil, errPDF
	}
	return f.plain.Bytes(), nil
}

// startInflating makes one reader serve every stream.
func (f *pdfFile) startInflating(data io.Reader) (err error) {
	if again, ok := f.zlib.(zlib.Resetter); ok {
		return again.Reset(data, nil)
	}
	f.zlib, err = zlib.NewReader(data)
	return err
}

// checkTable holds the cross-reference stream (ISO 32000-1, 7.5.8) against the
// objects: it leads to objects of the file only, and to no earlier table.
func (f *pdfFile) checkTable(table *pdfObject) error {
	for _, name := range []string{"Prev", "XRefStm", "Encrypt", "Index"} {
		if _, ok := table.value(name); ok {
			return errPDF
		}
	}
	rows, err := f.inflate(table)
	if err != nil {
		return err
	}
	size, ok := table.number("Size")
	if !ok || !table.is("Type", "XRef") || size > maxObjects {
		return errPDF
	}
	widths, ok := table.numbers("W", 3)
	if !ok || widths[0] != 1 || widths[1] > 7 || widths[2] > 7 || len(rows) != size*(1+widths[1]+widths[2]) {
		return errPDF
	}
	for number := range size {
		kind, a := rows[0], bigEndian(rows[1:1+widths[1]])
		rows = rows[1+widths[1]+widths[2]:]
		switch kind {
		case 0:
		case 1:
			if o := f.objects[number]; o == nil || o.at != a {
				return errPDF
			}
		case 2:
			if o := f.objects[a]; o == nil || !o.is("Type", "ObjStm") || f.objects[number] != nil {
				return errPDF
			}
		default:
			return errPDF
		}
	}
	return nil
}

// numbers gives an array of n whole numbers of the object's own dictionary.
func (o *pdfObject) numbers(name string, n int) ([]int, bool) {
	first, ok := o.value(name)
	if !ok {
		return nil, false
	}
	for i, t := range o.tokens {
		if t.begin != first.begin || i+n+1 >= len(o.tokens) || t.kind != kindArray || o.tokens[i+n+1].kind != kindArrayEnd {
			continue
		}
		var out []int
		for _, t := range o.tokens[i+1 : i+n+1] {
			v, err := strconv.Atoi(string(t.text))
			if t.kind != kindWord || err != nil || v < 0 {
				return nil, false
			}
			out = append(out, v)
		}
		return out, true
	}
	return nil, false
}

func bigEndian(b []byte) int {
	n := 0
	for _, c := range b {
		n = n<<8 | int(c)
	}
	return n
}
