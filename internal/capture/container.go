package capture

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// ratioFree is what may come out of a packed file whatever its ratio, so that
// small files of much white space are no bombs.
const ratioFree = 1 << 20

// opened is the text of a capture, taken out of its container.
type opened struct {
	text  io.Reader    // UTF-8, without byte order mark
	files *resources   // bodies that stand beside the capture; nil for none
	rest  func() error // looks at what stands behind the document; nil for nothing
	size  int64        // of the input, where it was not read from front to end
}

// open looks at the first bytes and gives the text of the capture: of the file
// itself, of a gzip file or of the one capture in a zip. Containers do not nest.
func open(in *limitedInput, lim Limits) (*opened, error) {
	head, rest, err := peeked(wrappedInput{in})
	if err != nil {
		return nil, tooManyBytes(err, in.limit)
	}
	switch containerOf(head) {
	case "gzip":
		return openGzip(rest, lim)
	case "zip":
		if f, ok := in.r.(sized); ok && f.Size() > 0 {
			if o, err := openZipAt(f, lim); o != nil || err != nil {
				return o, err
			}
		}
		return openZip(rest, lim)
	}
	return &opened{text: decoded(head, rest)}, nil
}

// inputError marks an error of the input itself.
func inputError(err error) error { return fmt.Errorf("reading capture: %w", err) }

// headBytes is how much of a file is looked at to see what it is.
const headBytes = 4

// peeked reads the first bytes and gives them and a reader of the whole.
func peeked(r io.Reader) ([]byte, io.Reader, error) {
	head := make([]byte, headBytes)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF { // the input's own errors are wrapped
		return nil, nil, err
	}
	return head[:n], io.MultiReader(bytes.NewReader(head[:n]), r), nil
}

// tooManyBytes words the error of an input that is already too long here.
func tooManyBytes(err error, limit int64) error {
	if errors.Is(err, errTooManyBytes) {
		return refuse(apperr.TooLarge, err, "The file is larger than %d bytes, which is the most that is read.", limit)
	}
	return err
}

func containerOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return "gzip"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return "zip"
	}
	return ""
}

// unpackedText is the text of what came out of a container, which must not be
// another one.
func unpackedText(r io.Reader) (io.Reader, error) {
	head, rest, err := peeked(r)
	switch {
	case err != nil:
		return nil, err
	case containerOf(head) != "":
		return nil, refuse(apperr.Unsupported, nil, "The file is packed twice. Unpack it once and hand in what is inside.")
	}
	return decoded(head, rest), nil
}

// decoded passes a byte order mark and turns UTF-16 into UTF-8, also without
// its mark: no other text begins with a brace and a NUL.
func decoded(head []byte, rest io.Reader) io.Reader {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return skipped(rest, 3)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return newUTF16Input(skipped(rest, 2), binary.LittleEndian)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return newUTF16Input(skipped(rest, 2), binary.BigEndian)
	case bytes.HasPrefix(head, []byte{'{', 0}):
		return newUTF16Input(rest, binary.LittleEndian)
	case bytes.HasPrefix(head, []byte{0, '{'}):
		return newUTF16Input(rest, binary.BigEndian)
	}
	return rest
}

// packed is the bytes of a container with a count of those that were taken: a
// decompressor takes no byte more than it needs.
type packed struct {
	r *bufio.Reader
	n int64
}

func newPacked(r io.Reader) *packed { return &packed{r: bufio.NewReaderSize(r, 32<<10)} }

// Read implements io.Reader.
func (p *packed) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.n += int64(n)
	return n, err
}

// ReadByte implements io.ByteReader.
func (p *packed) ReadByte() (byte, error) {
	b, err := p.r.ReadByte()
	if err == nil {
		p.n++
	}
	return b, err
}

// skip passes n bytes.
func (p *packed) skip(n int64) error {
	_, err := io.CopyN(io.Discard, p, n)
	return err
}

// unpacked gives what comes out of one packed file, under the limits of what
// may. A file that is cut off or damaged ends where that is met.
type unpacked struct {
	r       io.Reader
	packed  func() int64 // packed bytes taken for this file
	n       int64        // bytes that came out
	total   *int64       // of all files of the container
	lim     Limits
	damaged bool // it ended too early
}

// Read implements io.Reader.
func (u *unpacked) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	u.n += int64(n)
	*u.total += int64(n)
	switch {
	case *u.total > u.lim.TotalBytes:
		return 0, refuse(apperr.TooLarge, nil, "The file is larger than %d bytes when it is unpacked, which is the most that is read. Record only the sign-in and save it again.", u.lim.TotalBytes)
	case u.n > ratioFree+int64(u.lim.Ratio)*u.packed():
		return 0, refuse(apperr.TooLarge, nil, "The packed file grows to more than %d times its size, which no recording does. Hand in the HAR as it was saved.", u.lim.Ratio)
	case err == nil || err == io.EOF:
		return n, err
	case isDamage(err):
		u.damaged = true
		return n, io.EOF
	}
	return n, err
}

// isDamage tells the errors of a decompressor about its data from those of its
// input, which are wrapped.
func isDamage(err error) bool {
	var corrupt flate.CorruptInputError
	return err == io.ErrUnexpectedEOF || //nolint:errorlint // a wrapped one is the input's own
		errors.As(err, &corrupt) || errors.Is(err, gzip.ErrHeader)
}

// damagedText is the sentence about content that is not what was packed.
const damagedText = "The %s file is damaged: its checksum does not fit its content. Copy or download it again."

// openGzip reads a gzip file of one or more members.
func openGzip(r io.Reader, lim Limits) (*opened, error) {
	in := newPacked(r)
	z, err := gzip.NewReader(in)
	if err != nil {
		if isDamage(err) {
			return nil, refuse(apperr.Invalid, nil, "The gzip file is damaged at its beginning. Copy or download it again.")
		}
		return nil, tooManyBytes(err, lim.TotalBytes)
	}
	u := &unpacked{r: checked{z}, packed: func() int64 { return in.n }, total: new(int64), lim: lim}
	text, err := unpackedText(u)
	if err != nil {
		return nil, tooManyBytes(err, lim.TotalBytes)
	}
	return &opened{text: text, rest: func() error { return tooManyBytes(drain(u), lim.TotalBytes) }}, nil
}

// checked turns the errors of a wrong checksum into a refusal.
type checked struct{ r io.Reader }

// Read implements io.Reader.
func (c checked) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if errors.Is(err, gzip.ErrChecksum) {
		err = refuse(apperr.Invalid, nil, damagedText, "gzip")
	}
	return n, err
}

// drain reads to the end, so that limits and checksum hold for all of it.
func drain(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return fmt.Errorf("reading what follows the capture: %w", err)
	}
	return nil
}
