package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
	"sync"
	"unicode/utf16"
)

// ref is the number of an indirect object; generations are always 0.
type ref int

// deflateLevel is the first of the levels that look for better matches before they
// take one. The next ones save one percent more and take a tenth more time.
const deflateLevel = 5

// deflaters are kept between documents: one takes most of a megabyte.
var deflaters = sync.Pool{New: func() any {
	w, _ := zlib.NewWriterLevel(nil, deflateLevel) // fails only for levels that do not exist
	return w
}}

// packSize is how many objects share one object stream: enough for deflate to
// see the likeness between structure elements, few enough to open fast.
const packSize = 200

// file collects indirect objects and writes ISO 32000-1 with object streams
// (7.5.7) and a cross-reference stream (7.5.8).
type file struct {
	buf    bytes.Buffer
	xref   []xrefEntry // by object number; entry 0 is the free list
	queue  []packed
	bodies []byte // of the queued objects
	small  []byte // see scratch
	zip    *zlib.Writer
	zbuf   bytes.Buffer
	hole   *hole // of the seal
	sum    hash.Hash
	summed int // bytes of buf that are in sum
}

type xrefEntry struct {
	offset uint32 // offset, or number of the object stream
	index  uint16 // index inside the object stream
	kind   byte   // 1: at offset, 2: inside an object stream
}

type packed struct {
	id ref
	at int // in bodies
}

func newFile() *file {
	f := &file{xref: make([]xrefEntry, 1, 1024), sum: sha256.New()}
	f.buf.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	return f
}

// alloc reserves an object number.
func (f *file) alloc() ref {
	f.xref = append(f.xref, xrefEntry{})
	return ref(len(f.xref) - 1)
}

// put writes an object at the end of the file.
func (f *file) put(id ref, body []byte) {
	f.xref[id] = xrefEntry{kind: 1, offset: uint32(f.buf.Len())}
	f.buf.WriteString(strconv.Itoa(int(id)))
	f.buf.WriteString(" 0 obj\n")
	f.buf.Write(body)
	f.buf.WriteString("\nendobj\n")
}

// pack copies an object into an object stream. Streams cannot be packed.
func (f *file) pack(id ref, body []byte) {
	f.queue = append(f.queue, packed{id, len(f.bodies)})
	f.bodies = append(append(f.bodies, body...), '\n')
	if len(f.queue) == packSize {
		f.flush()
	}
}

// scratch is room to build an object for pack; it is good until the next call.
// done gives it back.
func (f *file) scratch() []byte { return f.small[:0] }

// packDone packs an object that was built in the scratch.
func (f *file) packDone(id ref, body []byte) {
	f.pack(id, body)
	f.small = body
}

// stream writes a stream object; dict is the inside of its dictionary without
// Length. The data is written as it is.
func (f *file) stream(id ref, dict string, data []byte) {
	f.xref[id] = xrefEntry{kind: 1, offset: uint32(f.buf.Len())}
	b := f.buf.AvailableBuffer()
	b = strconv.AppendInt(b, int64(id), 10)
	b = append(b, " 0 obj\n<<"...)
	b = append(b, dict...)
	b = append(b, "/Length "...)
	b = strconv.AppendInt(b, int64(len(data)), 10)
	b = append(b, ">>\nstream\n"...)
	f.buf.Write(b)
	f.buf.Write(data)
	f.buf.WriteString("\nendstream\nendobj\n")
}

// deflated writes a stream object compressed with deflate.
func (f *file) deflated(id ref, dict string, data ...[]byte) {
	f.stream(id, dict+"/Filter/FlateDecode", f.deflate(data...))
}

// picture writes an image, whose data is known by its digest and so need not be
// read again for that of the file.
func (f *file) picture(id ref, img *Image) {
	f.digest()
	f.sum.Write(img.key[:])
	f.stream(id, img.dict(), img.data)
	f.summed = f.buf.Len()
}

// digest brings the digest of the file up to what is written.
func (f *file) digest() {
	f.sum.Write(f.buf.Bytes()[f.summed:])
	f.summed = f.buf.Len()
}

// deflate compresses; the result is valid until the next call.
func (f *file) deflate(data ...[]byte) []byte {
	f.zbuf.Reset()
	if f.zip == nil {
		f.zip, _ = deflaters.Get().(*zlib.Writer)
	}
	f.zip.Reset(&f.zbuf)
	for _, part := range data {
		_, _ = f.zip.Write(part) // a bytes.Buffer returns no error
	}
	_ = f.zip.Close()
	return f.zbuf.Bytes()
}

// flush writes the queued objects as one object stream.
func (f *file) flush() {
	if len(f.queue) == 0 {
		return
	}
	id := f.alloc()
	head := f.scratch()
	for i, o := range f.queue {
		head = strconv.AppendInt(head, int64(o.id), 10)
		head = append(head, ' ')
		head = strconv.AppendInt(head, int64(o.at), 10)
		head = append(head, ' ')
		f.xref[o.id] = xrefEntry{kind: 2, offset: uint32(id), index: uint16(i)}
	}
	dict := "/Type/ObjStm/N " + strconv.Itoa(len(f.queue)) + "/First " + strconv.Itoa(len(head))
	f.deflated(id, dict, head, f.bodies)
	f.queue, f.bodies, f.small = f.queue[:0], f.bodies[:0], head
}

// finish writes the cross-reference stream and returns the file. The file
// identifier is a digest of all bytes before it, with pictures standing for their
// own digests, so equal content has an equal identifier and nothing else has.
func (f *file) finish(root, info ref) []byte {
	f.flush()
	id := f.alloc()
	start := f.buf.Len()
	f.xref[id] = xrefEntry{kind: 1, offset: uint32(start)}
	rows := make([]byte, 0, 7*len(f.xref))
	for i, e := range f.xref {
		index := e.index
		if i == 0 {
			index = 0xFFFF
		}
		rows = append(rows, e.kind)
		rows = binary.BigEndian.AppendUint32(rows, e.offset)
		rows = binary.BigEndian.AppendUint16(rows, index)
	}
	f.digest()
	digest := hex.EncodeToString(f.sum.Sum(nil)[:16])
	dict := "/Type/XRef/W[1 4 2]/Size " + strconv.Itoa(len(f.xref)) +
		"/Root " + root.String() + "/Info " + info.String() + "/ID[<" + digest + "><" + digest + ">]"
	f.deflated(id, dict, rows)
	deflaters.Put(f.zip)
	f.zip = nil
	f.buf.WriteString("startxref\n" + strconv.Itoa(start) + "\n%%EOF\n")
	return f.buf.Bytes()
}

// String is the reference as it stands in other objects.
func (r ref) String() string { return strconv.Itoa(int(r)) + " 0 R" }

// append writes the reference.
func (r ref) append(b []byte) []byte { return append(strconv.AppendInt(b, int64(r), 10), " 0 R"...) }

// appendNum writes a length with at most two decimals: a hundredth of a point is
// finer than any printer, and short numbers keep pages small.
func appendNum(b []byte, v float64) []byte {
	n := int64(v*100 + 0.5)
	if v < 0 {
		n = -int64(-v*100 + 0.5)
	}
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	if r := n % 100; r != 0 {
		b = append(b, '.', byte('0'+r/10))
		if r%10 != 0 {
			b = append(b, byte('0'+r%10))
		}
	}
	return b
}

// textString is the visible text as a text string (7.9.2.2) in hexadecimal, in
// which no character of the text can end the string or begin an object.
func textString(s string) string { return string(appendText(nil, s)) }

// appendText writes a text string: in PDFDocEncoding (annex D.2), half as long,
// what is ASCII, the rest in UTF-16.
func appendText(b []byte, s string) []byte {
	s = visible(s)
	if ascii(s) {
		return append(hex.AppendEncode(append(b, '<'), []byte(s)), '>')
	}
	return append(appendUTF16(append(b, "<FEFF"...), s), '>')
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// appendUTF16 writes UTF-16 in hexadecimal.
func appendUTF16(b []byte, s string) []byte {
	for _, r := range s {
		if r <= 0xFFFF {
			b = appendHex16(b, uint16(r))
			continue
		}
		hi, lo := utf16.EncodeRune(r)
		b = appendHex16(appendHex16(b, uint16(hi)), uint16(lo))
	}
	return b
}

const hexDigits = "0123456789ABCDEF"

func appendHex16(b []byte, v uint16) []byte {
	return append(b, hexDigits[v>>12], hexDigits[v>>8&15], hexDigits[v>>4&15], hexDigits[v&15])
}

// name writes a name object; everything but letters and digits is escaped, and
// NUL, which a name cannot hold, and what is too long are left out.
func name(s string) string {
	b := []byte{'/'}
	for i := 0; i < min(len(s), maxName); i++ {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			b = append(b, c)
		} else if c != 0 {
			b = append(b, '#', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(b)
}
