package capture

// body gathers postData or content. Its bytes are used again by the next entry.
type body struct {
	there   bool // the file has the object
	text    bool // with a text
	file    bool // whose text lies in another file
	cut     bool
	size    int64 // as stated, -1 when not
	textLen int64 // length of the text in the file
	base64  bool
	mime    string
	buf     []byte
	params  []Field
	out     Body
}

func (b *body) reset() { *b = body{size: -1, buf: b.buf[:0], params: b.params[:0]} }

// readBody reads postData or content; null is as good as absent.
func (r *reader) readBody(b *body) {
	if r.lex.peek() != '{' {
		return
	}
	b.reset()
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
			b.file = r.text() != ""
		case "params":
			b.params = r.fields(b.params[:0])
		case "text":
			r.bodyText(b)
		}
	}
}

// bodyText copies the text, as far as the limits allow, to the body's own bytes.
func (r *reader) bodyText(b *body) {
	b.buf, b.text, b.cut, b.textLen = b.buf[:0], false, false, 0
	if r.lex.peek() != '"' {
		return
	}
	text, size, cut := r.lex.str(maxZero(min(r.lim.StringBytes, r.budget)))
	b.text, b.cut, b.textLen = true, cut, size
	b.buf = append(b.buf, text...)
	r.budget -= len(text)
	r.entry.Cut = r.entry.Cut || cut
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
	encoded := false
	if b.base64 {
		if n, ok := decodeBase64(b.buf, b.cut); ok {
			b.buf = b.buf[:n]
			size = b.textLen / 4 * 3
			if !b.cut {
				size = int64(n)
			}
		} else {
			encoded = true
		}
	}
	if b.size > size || !b.text && b.size >= 0 {
		size = b.size
	}
	b.out = Body{
		MIME:      b.mime,
		Text:      b.buf,
		Params:    b.params,
		Size:      size,
		Truncated: b.cut,
		Omitted:   !b.text && len(b.params) == 0 && (b.file || b.size != 0),
		Encoded:   encoded,
	}
	return &b.out
}

// decodeBase64 decodes in place, standard or URL alphabet, padded or not, white
// space ignored; of a cut text the whole groups. It gives the number of bytes,
// or false and the bytes unchanged when they are not base64.
func decodeBase64(b []byte, cut bool) (int, bool) {
	n := 0
	for _, c := range b {
		switch v := base64Values[c]; v {
		case base64Space:
		case base64Bad:
			return 0, false
		default:
			n++
		}
	}
	if cut {
		n -= n % 4
	}
	if n%4 == 1 {
		return 0, false
	}
	var bits uint32
	got, w := 0, 0
	for _, c := range b {
		v := base64Values[c]
		if v == base64Space || got == n {
			continue
		}
		bits = bits<<6 | uint32(v)
		if got++; got%4 != 1 { // every sextet but the first of a group fills a byte
			b[w] = byte(bits >> (6 - 2*uint((got-1)%4)))
			w++
		}
	}
	return w, true
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
