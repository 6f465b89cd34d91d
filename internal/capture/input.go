package capture

import (
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// errTooManyBytes is what limitedInput gives once TotalBytes is passed.
var errTooManyBytes = errors.New("input is longer than the limit")

// limitedInput counts what is read and refuses the byte after the limit, so
// that a too long file is told from one that is cut off.
type limitedInput struct {
	r     io.Reader
	n     int64
	limit int64
}

// Read implements io.Reader.
func (in *limitedInput) Read(p []byte) (int, error) {
	room := in.limit - in.n + 1
	if room <= 0 {
		return 0, errTooManyBytes
	}
	if int64(len(p)) > room {
		p = p[:room]
	}
	n, err := in.r.Read(p)
	in.n += int64(n)
	if in.n > in.limit {
		return 0, errTooManyBytes
	}
	return n, err
}

// utf16Input turns UTF-16 into UTF-8; lone surrogates become U+FFFD.
type utf16Input struct {
	r     io.Reader
	order binary.ByteOrder
	in    []byte // undecoded bytes
	out   []byte // decoded bytes that nobody has taken yet
	buf   []byte // room behind out
	err   error
}

func newUTF16Input(r io.Reader, order binary.ByteOrder) *utf16Input {
	return &utf16Input{r: r, order: order}
}

// Read implements io.Reader.
func (u *utf16Input) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.decode()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// decode reads a block and decodes all whole characters of it.
func (u *utf16Input) decode() {
	const block = 16 << 10
	have := len(u.in)
	u.in = append(u.in, make([]byte, block)...)
	n, err := u.r.Read(u.in[have:])
	u.in = u.in[:have+n]
	u.err = err
	u.out = u.buf[:0]
	i := 0
	for ; i+2 <= len(u.in); i += 2 {
		c := rune(u.order.Uint16(u.in[i:]))
		if utf16.IsSurrogate(c) {
			if i+4 > len(u.in) && err == nil {
				break
			}
			if i+4 <= len(u.in) {
				if pair := utf16.DecodeRune(c, rune(u.order.Uint16(u.in[i+2:]))); pair != utf8.RuneError {
					c = pair
					i += 2
				}
			}
		}
		u.out = utf8.AppendRune(u.out, c)
	}
	u.buf = u.out
	u.in = u.in[:copy(u.in, u.in[i:])]
}
