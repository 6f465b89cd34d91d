package capture

import "strings"

// body gathers postData or content. Its bytes are used again by the next entry.
type body struct {
	there   bool   // the file has the object
	text    bool   // with a text
	file    string // the file beside the capture that the text lies in
	cut     bool   // by a limit
	head    bool   // buf is only the beginning
	size    int64  // as stated, -1 when not
	textLen int64  // length of the text in the file
	base64  bool
	mime    string
	buf     []byte
	decoded []byte // room for decoding buf
	params  []Field
	out     Body
}

func (b *body) reset() {
	*b = body{size: -1, buf: b.buf[:0], decoded: b.decoded[:0], params: b.params[:0]}
}

// readBody reads postData or content; null is as good as absent.
func (r *reader) readBody(b *body) {
	b.reset()
	if r.lex.peek() != '{' {
		return
	}
	b.there = true
	for key := range r.lex.members {
		switch string(key) {
		case "mimeType":
			b.mime = r.name()
		case "size":
			b.size = r.int()
		case "encoding", "_encoding":
			b.base64 = r.name() == "base64"
		case "_file":
			b.file = r.text()
		case "params":
			b.params = r.fields(b.params[:0])
		case "text":
			r.bodyText(b)
		}
	}
}

// bodyText copies the text, as far as the limits allow, to the body's own bytes.
func (r *reader) bodyText(b *body) {
	b.buf, b.text, b.cut, b.head, b.textLen = b.buf[:0], false, false, false, 0
	if r.lex.peek() != '"' {
		return
	}
	b.text = true
	r.lex.pos++
	limit := maxZero(min(r.lim.StringBytes, r.budget))
	keep := limit
	if looksOnly(b.mime) {
		keep = min(limit, bodyHead)
	}
	b.buf, b.textLen, _ = r.lex.appendStr(b.buf, keep)
	b.cut, b.head = b.textLen > int64(limit), b.textLen > int64(len(b.buf))
	r.budget -= int(min(b.textLen, int64(limit)))
	r.entry.Cut = r.entry.Cut || b.cut
}

// bodyHead is what is kept of bodies of which no more than their kind and size
// is ever asked.
const bodyHead = 1024

// looksOnly tells whether a media type is one of those: what a page looks and
// sounds like.
func looksOnly(mime string) bool {
	for _, kind := range []string{"image/", "font/", "audio/", "video/", "text/css"} {
		if strings.HasPrefix(mime, kind) {
			return true
		}
	}
	return false
}

// finishBodies gives the entry its bodies once all of it is read: "encoding"
// may stand behind "text".
func (r *reader) finishBodies() {
	if b := r.reqBody.finish(); b != nil && (b.Size != 0 || len(b.Params) > 0 || b.Omitted) {
		r.entry.Request.Body = b // some exporters write an empty postData for every GET
	}
	if r.entry.Response != nil {
		r.entry.Response.Body = r.respBody.finish()
	}
}

// finish undoes base64 and states size and what is missing.
func (b *body) finish() *Body {
	if !b.there {
		return nil
	}
	size := b.textLen
	if b.base64 {
		if out, ok := decodeBase64(b.decoded[:0], b.buf, b.head); ok {
			b.buf, b.decoded = out, b.buf
			size = b.textLen / 4 * 3
			if !b.head {
				size = int64(len(out))
			}
		} else { // declared base64 and none: the text is as it stands
			b.decoded = out
		}
	}
	if b.size > size || !b.text && b.size >= 0 || b.head && b.base64 && b.size >= size-2 {
		size = b.size // which knows the padding of what was passed over
	}
	size = max(size, int64(len(b.buf))) // what is no UTF-8 was replaced by something longer
	b.out = Body{
		MIME:      b.mime,
		Text:      b.buf,
		Params:    b.params,
		Size:      size,
		Truncated: b.cut,
		Omitted:   (!b.text || b.file != "" && b.textLen == 0) && len(b.params) == 0 && (b.file != "" || b.size != 0),
	}
	return &b.out
}

// decodeBase64 appends to out, which is empty, what b stands for: standard or
// URL alphabet, padded or not, white space ignored; of a cut text the whole
// groups. It gives false when b is not base64.
func decodeBase64(out, b []byte, cut bool) ([]byte, bool) {
	if cap(out) < len(b)/4*3+3 {
		out = make([]byte, 0, len(b)/4*3+3)
	}
	var group uint32
	got := 0 // sextets of the group
	for i := 0; i < len(b); i++ {
		for got == 0 && i+4 <= len(b) { // whole groups, as nearly all are
			v0, v1, v2, v3 := base64Values[b[i]], base64Values[b[i+1]], base64Values[b[i+2]], base64Values[b[i+3]]
			if v0|v1|v2|v3 >= base64Space {
				break
			}
			out = append(out, v0<<2|v1>>4, v1<<4|v2>>2, v2<<6|v3)
			i += 4
		}
		if i == len(b) {
			break
		}
		switch v := base64Values[b[i]]; v {
		case base64Space:
		case base64Bad:
			return out, false
		default:
			group = group<<6 | uint32(v)
			if got++; got == 4 {
				out = append(out, byte(group>>16), byte(group>>8), byte(group))
				group, got = 0, 0
			}
		}
	}
	switch {
	case got == 0 || cut:
		return out, true
	case got == 1:
		return out, false
	case got == 2:
		return append(out, byte(group>>4)), true
	}
	return append(out, byte(group>>10), byte(group>>2)), true
}

// Values of base64Values beside the sextets 0 to 63.
const (
	base64Space = 64 + iota // to be passed: white space and padding
	base64Bad
)

var base64Values = func() (t [256]byte) {
	for i := range t {
		t[i] = base64Bad
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['-'], t['_'] = 62, 63
	for _, c := range []byte("= \t\r\n") {
		t[c] = base64Space
	}
	return t
}()
