package capture

import (
	"archive/zip"
	"errors"
	"io"

	"github.com/proofwalk/proofwalk/internal/apperr"
)

// sized is what an input may offer beside Read: any part of the whole file. Its
// ReadAt counts from where Read began. A zip that offers it is read by its
// directory, so that bodies in files of their own can be joined to their entries.
type sized interface {
	io.ReaderAt
	Size() int64
}

// directoryBytes is the most that is read of a zip's directory, which is held
// in memory: room for more than Limits.Files files with long names.
const directoryBytes = 2 << 20

// directory is the part of a file that a zip's directory may be read from.
type directory struct {
	r      io.ReaderAt
	left   int
	open   bool // the directory is read, and its size holds no more
	passed bool
}

// ReadAt implements io.ReaderAt.
func (d *directory) ReadAt(b []byte, at int64) (int, error) {
	if !d.open {
		if d.left -= len(b); d.left < 0 {
			d.passed = true
			return 0, io.ErrUnexpectedEOF
		}
	}
	if at < 0 {
		return 0, zip.ErrFormat // a directory may say any place
	}
	n, err := d.r.ReadAt(b, at)
	if err != nil && err != io.EOF { //nolint:errorlint // only the plain end is one
		err = inputError(err)
	}
	return n, err
}

// openZipAt finds the capture of a zip by its directory. It gives nothing where
// there is no directory: a zip that is cut off is read as a stream.
func openZipAt(f sized, lim Limits) (*opened, error) {
	if f.Size() > lim.TotalBytes {
		return nil, tooManyBytes(errTooManyBytes, lim.TotalBytes)
	}
	dir := &directory{r: f, left: directoryBytes}
	z, err := zip.NewReader(dir, f.Size())
	switch {
	case dir.passed:
		return nil, refuseFiles(lim.Files)
	case err != nil && !errors.Is(err, zip.ErrInsecurePath): // names are no paths here
		return nil, nil // read as a stream, which meets the same error or keeps what there is
	case len(z.File) > lim.Files:
		return nil, refuseFiles(lim.Files)
	}
	dir.open = true
	files := &resources{byName: make(map[string]*zip.File), size: f.Size(), lim: lim}
	var found *zip.File
	for _, file := range z.File {
		switch {
		case file.Flags&zipEncrypted != 0:
			return nil, refuseEncrypted()
		case !isCaptureName(file.Name):
			if len(file.Name) <= zipNames {
				files.byName[file.Name] = file
			}
		case found != nil:
			return nil, refuseSecond()
		default:
			found = file
		}
	}
	if found == nil {
		return nil, refuseNone()
	}
	data, err := files.open(found)
	if err != nil {
		return nil, err
	}
	text, err := unpackedText(data)
	if err != nil {
		return nil, err
	}
	return &opened{text: text, files: files, size: f.Size(), rest: func() error { return drain(data) }}, nil
}

// resources are the files of a zip beside its capture: bodies that stand in
// files of their own, by the names that its entries give them.
type resources struct {
	byName map[string]*zip.File
	size   int64 // of the zip
	total  int64 // bytes that came out of all its files
	lim    Limits
}

// open gives the content of a file, under the limits of what may come out.
func (s *resources) open(f *zip.File) (*unpacked, error) {
	r, err := f.Open()
	switch {
	case errors.Is(err, zip.ErrAlgorithm):
		return nil, refuseMethod()
	case errors.Is(err, zip.ErrFormat), errors.Is(err, io.EOF):
		return nil, refuse(apperr.Invalid, nil, "The zip is damaged. Copy or download it again.")
	case err != nil:
		return nil, err
	}
	took := min(s.size, int64(min(f.CompressedSize64, 1<<62))) // what the directory claims, if that can be
	return &unpacked{r: zipChecked{r}, packed: func() int64 { return took }, total: &s.total, lim: s.lim}, nil
}

// zipChecked turns the errors of a wrong checksum or size into a refusal.
type zipChecked struct{ r io.Reader }

// Read implements io.Reader.
func (c zipChecked) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) {
		err = refuse(apperr.Invalid, nil, damagedText, "zip")
	}
	return n, err
}

// read appends to dst at most most bytes of the named file, and gives the size
// of the whole. A file that is missing, damaged or packed by a method that is
// not read gives ok false; an error is a limit or one of the input.
func (s *resources) read(dst []byte, name string, most int) (out []byte, size int64, ok bool, err error) {
	f := s.byName[name]
	if f == nil {
		return dst, 0, false, nil
	}
	data, err := s.open(f)
	if err == nil {
		start := len(dst)
		for {
			dst = growTo(dst, start+most)
			n, readErr := data.Read(dst[len(dst):min(cap(dst), start+most)])
			dst = dst[:len(dst)+n]
			err = readErr
			if err != nil || len(dst) == start+most {
				break
			}
		}
		size = max(int64(len(dst)-start), int64(min(f.UncompressedSize64, uint64(s.lim.TotalBytes))))
	}
	switch {
	case err == nil || err == io.EOF: //nolint:errorlint // only the plain end is one
		return dst, size, !data.damaged, nil
	case apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Unsupported):
		return dst, 0, false, nil
	}
	return dst, 0, false, err
}

// growTo sees to it that b has room to read into, up to a length of most.
func growTo(b []byte, most int) []byte {
	if len(b) < cap(b) || len(b) >= most {
		return b
	}
	return append(b, make([]byte, min(most-len(b), max(4<<10, len(b))))...)[:len(b)]
}

// joinFiles gives the entry the bodies that stand in files of their own, where
// the container can be asked for them. An empty text where the request had a
// body is one that was left out.
func (r *reader) joinFiles() {
	if b := &r.reqBody; b.there && b.text && b.textLen == 0 && len(b.params) == 0 && b.file == "" && r.entry.Request.BodySize > 0 {
		b.text, b.size = false, r.entry.Request.BodySize
	}
	for _, b := range []*body{&r.reqBody, &r.respBody} {
		if r.files == nil || b.file == "" || len(b.buf) > 0 {
			continue
		}
		most := maxZero(min(r.lim.StringBytes, r.budget))
		buf, size, ok, err := r.files.read(b.buf[:0], b.file, most)
		if err != nil {
			r.lex.fail(err)
			return
		}
		if b.buf = buf[:0]; !ok {
			continue
		}
		b.buf, b.text, b.textLen, b.base64 = buf, true, size, false
		b.cut = size > int64(len(buf))
		r.budget -= len(buf)
		r.entry.Cut = r.entry.Cut || b.cut
	}
}
