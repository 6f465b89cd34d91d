package verify

// Tags of DER (X.690), as bytes.
const (
	tagBoolean     = 0x01
	tagInteger     = 0x02
	tagOctets      = 0x04
	tagOID         = 0x06
	tagTime        = 0x18 // GeneralizedTime
	tagSequence    = 0x30
	tagSet         = 0x31
	tagContext0    = 0xa0 // [0], constructed
	tagContext1    = 0xa1
	tagPrimitive0  = 0x80 // [0], primitive
	tagSequenceTag = 0x1f // mask of the number; tags above 30 do not occur
)

// element is a value in DER: its content, and the whole with tag and length.
type element struct {
	tag            byte
	content, whole []byte
}

// derReader walks over DER: definite lengths in their shortest form, tags of
// one byte. bad is set by the first thing that is not as it must be.
type derReader struct {
	b   []byte
	bad bool
}

// derOf begins to read the inside of an element.
func derOf(b []byte) *derReader { return &derReader{b: b} }

// next takes any element; after a fault, and at the end, an empty one.
func (d *derReader) next() element {
	if d.bad || len(d.b) < 2 || d.b[0]&tagSequenceTag == tagSequenceTag {
		d.bad = true
		return element{}
	}
	head, size := 2, int(d.b[1])
	if size >= 0x80 {
		n := size & 0x7f
		if n < 1 || n > 3 || len(d.b) < 2+n {
			d.bad = true
			return element{}
		}
		size = 0
		for _, c := range d.b[2 : 2+n] {
			size = size<<8 | int(c)
		}
		head += n
		// Shortest form: one byte only from 128 on, and no leading zero.
		if size < 0x80 || n > 1 && size>>(8*(n-1)) == 0 {
			d.bad = true
			return element{}
		}
	}
	if size > len(d.b)-head {
		d.bad = true
		return element{}
	}
	e := element{tag: d.b[0], content: d.b[head : head+size], whole: d.b[:head+size]}
	d.b = d.b[head+size:]
	return e
}

// take demands an element with the tag.
func (d *derReader) take(tag byte) element {
	if !d.has(tag) {
		d.bad = true
		return element{}
	}
	return d.next()
}

// enter demands an element with the tag and reads its inside. A fault inside
// is the caller's to ask for.
func (d *derReader) enter(tag byte) *derReader {
	e := d.take(tag)
	return &derReader{b: e.content, bad: d.bad}
}

// has tells whether an element with the tag comes next.
func (d *derReader) has(tag byte) bool { return !d.bad && len(d.b) > 0 && d.b[0] == tag }

// more tells whether anything comes next.
func (d *derReader) more() bool { return !d.bad && len(d.b) > 0 }

// ended tells whether all was read and was as it must be.
func (d *derReader) ended() bool { return !d.bad && len(d.b) == 0 }

// tlv writes an element.
func tlv(tag byte, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	out := []byte{tag}
	switch {
	case size < 0x80:
		out = append(out, byte(size))
	case size < 0x100:
		out = append(out, 0x81, byte(size))
	case size < 0x10000:
		out = append(out, 0x82, byte(size>>8), byte(size))
	default:
		out = append(out, 0x83, byte(size>>16), byte(size>>8), byte(size))
	}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
