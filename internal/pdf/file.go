package pdf

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// packSize is how many objects share one object stream: enough for deflate to
// see the likeness between structure elements, few enough to open fast.
const packSize = 500

// file collects indirect objects and writes ISO 32000-1 with object streams
// (7.5.7) and a cross-reference stream (7.5.8). Nothing is put together before
// finish, so that streams can be compressed meanwhile (see press).
type file struct {
	objects []*fileObject // in the order of the file
	xref    []xrefEntry   // by object number; entry 0 is the free list
	queue   []packed
	bodies  []byte // of the queued objects
	small   []byte // see scratch
	press   *press
	hole    *hole // of the seal
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

// fileObject is an indirect object that stands in the file by itself.
type fileObject struct {
	id   ref
	body []byte // of one that is no stream
	dict string // inside of a stream's dictionary without Length
	data []byte // of a stream
	img  *Image // whose data the stream has
	hole *hole  // that the body has, with places from its begin

	raw   [][]byte      // what becomes data when it is compressed
	reuse bool          // raw is a buffer of blanks
	ready chan struct{} // closed when it has; nil when there was nothing to do
}

const fileHead = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"

func newFile() *file { return &file{xref: make([]xrefEntry, 1, 1024), press: newPress()} }

// alloc reserves an object number.
func (f *file) alloc() ref {
	f.xref = append(f.xref, xrefEntry{})
	return ref(len(f.xref) - 1)
}

// put writes an object at the end of the file, which keeps the body.
func (f *file) put(id ref, body []byte) {
	f.objects = append(f.objects, &fileObject{id: id, body: body})
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
// Length. The file keeps the data and writes it as it is.
func (f *file) stream(id ref, dict string, data []byte) {
	f.objects = append(f.objects, &fileObject{id: id, dict: dict, data: data})
}

// deflated writes a stream object compressed with deflate. The file keeps the data
// for as long as that takes.
func (f *file) deflated(id ref, dict string, data ...[]byte) {
	f.compress(&fileObject{id: id, dict: dict + "/Filter/FlateDecode", raw: data})
}

// recycled is deflated for a buffer of blank, which goes back.
func (f *file) recycled(id ref, data []byte) {
	f.compress(&fileObject{id: id, dict: "/Filter/FlateDecode", raw: [][]byte{data}, reuse: true})
}

func (f *file) compress(o *fileObject) {
	f.objects = append(f.objects, o)
	f.press.take(o)
}

// picture writes an image.
func (f *file) picture(id ref, img *Image) {
	f.objects = append(f.objects, &fileObject{id: id, dict: img.dict(), img: img})
}

// flush writes the queued objects as one object stream.
func (f *file) flush() {
	if len(f.queue) == 0 {
		return
	}
	id := f.alloc()
	head := make([]byte, 0, 12*len(f.queue))
	for i, o := range f.queue {
		head = strconv.AppendInt(head, int64(o.id), 10)
		head = append(head, ' ')
		head = strconv.AppendInt(head, int64(o.at), 10)
		head = append(head, ' ')
		f.xref[o.id] = xrefEntry{kind: 2, offset: uint32(id), index: uint16(i)}
	}
	f.compress(&fileObject{id: id, dict: "/Type/ObjStm/N " + strconv.Itoa(len(f.queue)) + "/First " + strconv.Itoa(len(head)) + "/Filter/FlateDecode",
		raw: [][]byte{head, f.bodies}, reuse: true})
	f.queue, f.bodies = f.queue[:0], blank()
}

// finish puts the file together with its cross-reference stream, in parts: the
// pictures' own data, which is not copied, and what is between. The file identifier
// is a digest of all bytes before it, with pictures standing for their own digests,
// so equal content has an equal identifier and nothing else has.
func (f *file) finish(root, info ref) [][]byte {
	f.flush()
	size := len(fileHead) + 8*len(f.xref) + 256 // guessed for what comes last
	for _, o := range f.objects {
		o.wait()
		size += len(o.body) + len(o.dict) + len(o.data) + 64
	}
	w := &assembly{f: f, buf: append(make([]byte, 0, size), fileHead...)}
	sum := sha256.New()
	for _, o := range f.objects {
		if o.img == nil {
			w.add(o)
			continue
		}
		w.begin(o, o.img.size())
		sum.Write(w.cut())
		sum.Write(o.img.key[:])
		for _, part := range o.img.data {
			w.parts, w.before = append(w.parts, part), w.before+len(part)
		}
		w.end()
	}
	sum.Write(w.buf[w.from:])
	digest := hex.EncodeToString(sum.Sum(nil)[:16])
	table := &fileObject{id: f.alloc(), raw: [][]byte{nil}}
	start := w.place()
	f.xref[table.id] = xrefEntry{kind: 1, offset: uint32(start)}
	table.raw[0] = f.rows()
	table.dict = "/Type/XRef/W[1 4 2]/Size " + strconv.Itoa(len(f.xref)) +
		"/Root " + root.String() + "/Info " + info.String() + "/ID[<" + digest + "><" + digest + ">]/Filter/FlateDecode"
	f.press.now(table)
	w.add(table)
	w.buf = append(w.buf, "startxref\n"+strconv.Itoa(start)+"\n%%EOF\n"...)
	w.cut()
	return w.parts
}

// rows are those of the cross-reference stream.
func (f *file) rows() []byte {
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
	return rows
}

// assembly is a file that is put together.
type assembly struct {
	f      *file
	parts  [][]byte
	buf    []byte
	from   int // what of buf is in parts
	before int // bytes of pictures in parts
}

// place is how long the file is.
func (w *assembly) place() int { return w.before + len(w.buf) }

// cut closes a part and returns it.
func (w *assembly) cut() []byte {
	part := w.buf[w.from:]
	w.parts, w.from = append(w.parts, part), len(w.buf)
	return part
}

// add writes an object.
func (w *assembly) add(o *fileObject) {
	if o.dict != "" {
		w.begin(o, len(o.data))
		w.buf = append(w.buf, o.data...)
		w.end()
		return
	}
	w.number(o)
	if o.hole != nil {
		w.f.hole = o.hole.from(w.place())
	}
	w.buf = append(append(w.buf, o.body...), "\nendobj\n"...)
}

// number begins an object and notes where it stands.
func (w *assembly) number(o *fileObject) {
	w.f.xref[o.id] = xrefEntry{kind: 1, offset: uint32(w.place())}
	w.buf = append(strconv.AppendInt(w.buf, int64(o.id), 10), " 0 obj\n"...)
}

// begin writes what stands before the data of a stream.
func (w *assembly) begin(o *fileObject, size int) {
	w.number(o)
	w.buf = append(append(append(w.buf, "<<"...), o.dict...), "/Length "...)
	w.buf = append(strconv.AppendInt(w.buf, int64(size), 10), ">>\nstream\n"...)
}

// end writes what stands behind it.
func (w *assembly) end() { w.buf = append(w.buf, "\nendstream\nendobj\n"...) }
