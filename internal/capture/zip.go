package capture

import (
	"compress/flate"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// Marks and flags of the zip format (APPNOTE.TXT 4.3 and 4.4).
const (
	zipLocalFile  = 0x04034b50
	zipDescriptor = 0x08074b50

	zipEncrypted   = 1<<0 | 1<<6 | 1<<13
	zipSizesBehind = 1 << 3 // sizes and checksum stand behind the data

	zipStored   = 0
	zipDeflated = 8

	zipNoSize = 0xffffffff // the size stands in the zip64 extra field
	zipNames  = 1 << 10    // longest name that is looked at
)

// isCaptureName tells by the name whether a file of a zip is its capture. Names
// are compared and never used as paths. A JSON file whose name is a digest is
// a body that Playwright keeps beside its HAR.
func isCaptureName(name string) bool {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	if strings.HasPrefix(name, "__macosx/") || strings.HasSuffix(name, "/") {
		return false
	}
	base := path.Base(name)
	ext := path.Ext(base)
	switch ext {
	case ".har", ".harp", ".jsonl":
		return base != ext && !strings.HasPrefix(base, "._")
	case ".json":
		return !isDigestName(strings.TrimSuffix(base, ext)) && !strings.HasPrefix(base, "._")
	}
	return false
}

// isDigestName tells whether a name is a SHA-1 in hexadecimal.
func isDigestName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == 40
}

func refuseEncrypted() error {
	return refuse(apperr.Unsupported, nil, "The zip is encrypted. Unpack it with its password and hand in the HAR that is inside.")
}

func refuseFiles(most int) error {
	return refuse(apperr.TooLarge, nil, "The zip holds more than %d files, which is the most that is read. Hand in the HAR that is inside.", most)
}

func refuseSecond() error {
	return refuse(apperr.Unsupported, nil, "The zip holds more than one capture. Unpack it and hand in each one by itself.")
}

func refuseNone() error {
	return refuse(apperr.Invalid, nil, "The zip holds no capture: no file in it ends in .har or .json. Captures that are packed twice are not read.")
}

func refuseMethod() error {
	return refuse(apperr.Unsupported, nil, "The zip is packed by a method that is not read here. Unpack it and hand in the HAR that is inside.")
}

// zipStream reads a zip from front to end, as it arrives: by the header before
// each file, since its directory comes last.
type zipStream struct {
	in    *packed
	lim   Limits
	files int
	total int64  // bytes that came out
	names []byte // name and extra field of the header at hand, used again by the next
}

// zipFile is one file of a zipStream.
type zipFile struct {
	flags, method uint16
	sum           uint32
	size, packed  int64 // 0 where they stand behind the data
	name          string
}

// openZip finds the capture of a zip that arrives as a stream. Bodies that
// stand in files of their own cannot be joined to their entries this way, since
// they may come before them: they count as left out.
func openZip(r io.Reader, lim Limits) (*opened, error) {
	z := &zipStream{in: newPacked(r), lim: lim}
	f, err := z.capture()
	if err != nil {
		return nil, tooManyBytes(err, lim.TotalBytes)
	}
	if f == nil {
		return nil, refuseNone()
	}
	data, err := z.open(f)
	if err != nil {
		return nil, err
	}
	text, err := unpackedText(data)
	if err != nil {
		return nil, tooManyBytes(err, lim.TotalBytes)
	}
	return &opened{text: text, rest: func() error { return tooManyBytes(z.finish(data), lim.TotalBytes) }}, nil
}

// capture passes files up to the next that may be one; nil when there is none.
func (z *zipStream) capture() (*zipFile, error) {
	for {
		f, err := z.next()
		if err != nil || f == nil || isCaptureName(f.name) {
			return f, err
		}
		data, err := z.open(f)
		if err == nil {
			err = data.close(false)
		}
		if err != nil {
			return nil, err
		}
	}
}

// finish reads on behind the document: the rest of its file, and the other
// files, none of which may be a capture too.
func (z *zipStream) finish(data *zipData) error {
	if err := data.close(true); err != nil || data.damaged {
		return err
	}
	f, err := z.capture()
	if err == nil && f != nil {
		return refuseSecond()
	}
	if apperr.Is(err, apperr.Invalid) {
		return nil // what is damaged stands behind the capture, whose checksum fits
	}
	return err
}

// next reads the header of the next file; nil at the directory, and where the
// zip is cut off.
func (z *zipStream) next() (*zipFile, error) {
	var h [30]byte
	if _, err := io.ReadFull(z.in, h[:4]); err != nil {
		return nil, atEnd(err)
	}
	if binary.LittleEndian.Uint32(h[:]) != zipLocalFile {
		return nil, nil
	}
	if z.files++; z.files > z.lim.Files {
		return nil, refuseFiles(z.lim.Files)
	}
	if _, err := io.ReadFull(z.in, h[4:]); err != nil {
		return nil, atEnd(err)
	}
	f := &zipFile{
		flags: binary.LittleEndian.Uint16(h[6:]), method: binary.LittleEndian.Uint16(h[8:]), sum: binary.LittleEndian.Uint32(h[14:]),
		packed: int64(binary.LittleEndian.Uint32(h[18:])), size: int64(binary.LittleEndian.Uint32(h[22:])),
	}
	n, extra := int(binary.LittleEndian.Uint16(h[26:])), int(binary.LittleEndian.Uint16(h[28:])) // 64 KiB each at most
	z.names = slices.Grow(z.names[:0], n+extra)[:n+extra]
	if _, err := io.ReadFull(z.in, z.names); err != nil {
		return nil, atEnd(err)
	}
	f.name = string(z.names[:min(n, zipNames)])
	if f.flags&zipEncrypted != 0 {
		return nil, refuseEncrypted()
	}
	f.zip64(z.names[n:])
	if f.packed < 0 || f.size < 0 || f.method == zipStored && f.size != f.packed {
		return nil, refuse(apperr.Invalid, nil, "The zip is damaged. Copy or download it again.")
	}
	return f, nil
}

// atEnd makes the end of the input the end of the zip.
func atEnd(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // an input's own error is wrapped and no end
		return nil
	}
	return err
}

// zip64 takes sizes that the header has no room for from the extra field.
func (f *zipFile) zip64(extra []byte) {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return
		}
		field := extra[:n]
		extra = extra[n:]
		if id != 1 {
			continue
		}
		for _, size := range []*int64{&f.size, &f.packed} {
			if *size == zipNoSize && len(field) >= 8 {
				*size = int64(binary.LittleEndian.Uint64(field))
				field = field[8:]
			}
		}
	}
}

// zipData is the content of one file of a zipStream.
type zipData struct {
	unpacked
	z    *zipStream
	f    *zipFile
	from int64 // z.in.n where the content begins
	sum  hash.Hash32
}

// open gives the content of the file whose header was read last.
func (z *zipStream) open(f *zipFile) (*zipData, error) {
	d := &zipData{z: z, f: f, from: z.in.n, sum: crc32.NewIEEE()}
	d.unpacked = unpacked{total: &z.total, lim: z.lim, packed: func() int64 { return z.in.n - d.from }}
	switch {
	case f.method == zipDeflated:
		d.r = flate.NewReader(z.in)
	case f.method == zipStored && (f.packed > 0 || f.flags&zipSizesBehind == 0):
		d.r = &exactly{r: z.in, left: f.packed}
	case f.packed > 0 && !isCaptureName(f.name):
		d.r = &exactly{r: z.in, left: f.packed} // to be passed as it is
	default:
		return nil, refuseMethod()
	}
	return d, nil
}

// Read implements io.Reader.
func (d *zipData) Read(b []byte) (int, error) {
	n, err := d.unpacked.Read(b)
	_, _ = d.sum.Write(b[:n]) // a hash takes everything
	return n, err
}

// close passes what is left of the file and, of the capture, checks the sum.
func (d *zipData) close(check bool) error {
	if !check && d.f.packed > 0 && d.z.in.n == d.from {
		return atEnd(d.z.in.skip(d.f.packed))
	}
	if err := drain(d); err != nil || d.damaged {
		return err
	}
	sum, ok := d.f.sum, d.f.packed == 0 || d.f.packed == d.z.in.n-d.from
	if d.f.flags&zipSizesBehind != 0 {
		sum, ok = d.descriptor()
	}
	if check && (!ok || sum != d.sum.Sum32()) {
		return refuse(apperr.Invalid, nil, damagedText, "zip")
	}
	if !ok {
		return refuse(apperr.Invalid, nil, "The zip is damaged. Copy or download it again.")
	}
	return nil
}

// descriptor reads what stands behind the data: the checksum and two sizes of
// four or eight bytes, with or without a mark before them. Which it is, the
// sizes tell.
func (d *zipData) descriptor() (sum uint32, ok bool) {
	b, _ := d.z.in.r.Peek(24) // fewer at the end of a zip that is cut off
	for _, skip := range []int{4, 0} {
		if skip == 4 && (len(b) < 4 || binary.LittleEndian.Uint32(b) != zipDescriptor) {
			continue
		}
		for _, wide := range []int{4, 8} {
			n := skip + 4 + 2*wide
			if len(b) < n {
				continue
			}
			packedBytes, size := uint64(binary.LittleEndian.Uint32(b[skip+4:])), uint64(binary.LittleEndian.Uint32(b[skip+8:]))
			if wide == 8 {
				packedBytes, size = binary.LittleEndian.Uint64(b[skip+4:]), binary.LittleEndian.Uint64(b[skip+12:])
			}
			if packedBytes == uint64(d.z.in.n-d.from) && size == uint64(d.n) {
				sum = binary.LittleEndian.Uint32(b[skip:])
				return sum, d.z.in.skip(int64(n)) == nil
			}
		}
	}
	return 0, false
}

// exactly gives so many bytes; fewer are an unexpected end.
type exactly struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (e *exactly) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(b[:min(int64(len(b)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
