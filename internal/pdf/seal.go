package pdf

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Seal asks for one signature over the whole document, as PAdES has it (EN 319
// 142-1): the file gets a single signature field, and Sign is called once, when
// every other byte of the file stands. What Sign gives is written into the file
// without a second revision.
type Seal struct {
	// Reserve is how many bytes the signature may take, 1 to [MaxSealReserve].
	// The file keeps that many whatever the signature needs, so its size and all
	// offsets are known before anybody signs; the rest stays zero.
	Reserve int
	// Sign gets the SHA-256 of the file without the reserved place and returns a
	// CMS SignedData in DER. Its error makes Render fail.
	Sign func(digest [sha256.Size]byte) ([]byte, error)
	Name string // who seals, for viewers; may be empty
	// Reason is why, for viewers; may be empty.
	Reason string
}

// MaxSealReserve is the most bytes a [Seal] may reserve.
const MaxSealReserve = 1 << 16

// Errors of sealing.
var (
	ErrSealReserve  = errors.New("seal reserves no bytes or too many")
	ErrSealTooLarge = errors.New("signature is larger than the reserved place")
	ErrTwoSeals     = errors.New("document has two places for its seal")
)

// SealBox is where the seal of [Options] is shown: a box with a line or two of
// text. In a document without a seal it takes no room. There is at most one;
// without any the signature field is invisible.
type SealBox struct {
	Spans  []Span
	Width  float64 // zero means the width there is
	Fill   Colour
	Border Colour // zero means Edge
	Before float64
}

// sealAlt is read aloud for a seal without text.
const sealAlt = "Seal of this document"

const sealPad = 9 // space around the text

func (b SealBox) lay(l *layouter, width float64) []*node {
	if l.opt.Seal == nil {
		return nil
	}
	if l.sealed {
		l.fail(ErrTwoSeals)
	}
	l.sealed = true
	if b.Width > 0 {
		width = min(width, b.Width)
	}
	e := l.parent.add("Form")
	alt := l.plain(b.Spans)
	if alt == "" {
		alt = sealAlt
	}
	e.looks().alt = alt
	ts := textStyle{size: SmallSize, colour: Ink}
	// The text belongs to the appearance of the field, which is no page content
	// and so has no elements of its own.
	in := stacked(l.textNodes(b.Spans, ts, Left, width-2*sealPad, nil))
	border := b.Border
	if border == 0 {
		border = Edge
	}
	h := q(in.h + 2*sealPad)
	return []*node{{h: h, gap: gap(b.Before, 10), paint: func(p *painter, x, y float64) {
		look := &page{}
		inner := newPainter(p.r, look, h)
		inner.loose = true
		c := &Canvas{W: width, H: h, p: inner, k: 1}
		c.RoundRect(0.4, 0.4, width-0.8, h-0.8, 3, Stroke{Fill: b.Fill, Line: border})
		inner.node(in, sealPad, sealPad)
		e.looks().bbox = p.box(x, y, width, h)
		p.r.widget = &widget{w: width, h: h, look: look.buf}
		p.annotate(&annot{widget: true, elem: e, text: alt, rect: [4]float64{x, p.height - y - h, x + width, p.height - y}})
	}}}
}

// widget is the visible part of the signature field.
type widget struct {
	w, h      float64
	look      []byte // content of the appearance
	field     ref
	signature ref
}

// hiddenSeal puts a field without a place on the first page when the flow has no
// box for it.
func (r *renderer) hiddenSeal() {
	if r.doc.opt.Seal == nil || r.widget != nil {
		return
	}
	r.widget = &widget{}
	e := r.root.add("Form")
	e.looks().alt = sealAlt
	p := newPainter(r, r.pages[0], r.doc.opt.Page.H)
	p.annotate(&annot{widget: true, elem: e, text: sealAlt})
}

// sealField is the field, which is its own widget (ISO 32000-1, 12.7.4.5). It
// can be printed but not moved. One without an area has an empty appearance, for
// readers that expect one.
func (r *renderer) sealField(a *annot) string {
	w := r.widget
	w.field, w.signature = a.id, r.file.alloc()
	s := "/Subtype/Widget/FT/Sig/T" + textString("Seal") + "/TU" + textString(a.text) + "/F 132/V " + w.signature.String()
	look := r.file.alloc()
	box := string(appendNum(append(appendNum([]byte("[0 0 "), w.w), ' '), w.h)) + "]"
	r.file.deflated(look, "/Type/XObject/Subtype/Form/BBox"+box+"/Resources "+r.resID.String(), w.look)
	return s + "/AP<</N " + look.String() + ">>"
}

// writeSignature writes the signature dictionary with room for what is known
// only when the file is complete, and returns the catalog's entry.
func (r *renderer) writeSignature() string {
	s := r.doc.opt.Seal
	if s == nil {
		return ""
	}
	head := "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M" + pdfDate(r.doc.opt.Created)
	if s.Name != "" {
		head += "/Name" + textString(s.Name)
	}
	if s.Reason != "" {
		head += "/Reason" + textString(s.Reason)
	}
	r.file.reserve(r.widget.signature, head, s.Reserve)
	return "/AcroForm<</Fields[" + r.widget.field.String() + "]/SigFlags 3>>"
}

// hole is the reserved place of a signature in the file.
type hole struct {
	rangeAt      int // of the numbers of the byte range
	start, end   int // of the hexadecimal string with its brackets
	reserveBytes int
}

// from is the hole with its places counted from further ahead.
func (h *hole) from(ahead int) *hole {
	return &hole{h.rangeAt + ahead, h.start + ahead, h.end + ahead, h.reserveBytes}
}

// rangeRoom holds three numbers of ten digits, enough for any file.
const rangeRoom = 32

// reserve puts a signature dictionary whose Contents are zeros.
func (f *file) reserve(id ref, head string, size int) {
	h := &hole{reserveBytes: size}
	b := []byte(head + "/ByteRange[0 ")
	h.rangeAt = len(b)
	b = append(b, strings.Repeat(" ", rangeRoom)+"]/Contents"...)
	h.start = len(b)
	b = append(b, "<"+strings.Repeat("0", 2*size)+">"...)
	h.end = len(b)
	f.objects = append(f.objects, &fileObject{id: id, body: append(b, ">>"...), hole: h})
}

// fill fills the hole of a complete file: first the byte range, which is signed
// with the rest, then the signature.
func (h *hole) fill(all []byte, sign func(digest [sha256.Size]byte) ([]byte, error)) error {
	copy(all[h.rangeAt:], strconv.Itoa(h.start)+" "+strconv.Itoa(h.end)+" "+strconv.Itoa(len(all)-h.end))
	sum := sha256.New()
	sum.Write(all[:h.start])
	sum.Write(all[h.end:])
	cms, err := sign([sha256.Size]byte(sum.Sum(nil)))
	if err != nil {
		return fmt.Errorf("signing the document: %w", err)
	}
	if len(cms) > h.reserveBytes {
		return fmt.Errorf("signature of %d bytes for a place of %d: %w", len(cms), h.reserveBytes, ErrSealTooLarge)
	}
	hex.Encode(all[h.start+1:], cms)
	return nil
}
