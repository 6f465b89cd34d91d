package pdf

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// maxFilter is the highest filter that a row of a PNG file can have.
const maxFilter = 4

// rowReader inflates the rows of a picture. It reads byte by byte as far as the
// compressed data goes, so that what stands behind is seen.
type rowReader struct {
	in  *bufio.Reader
	z   io.ReadCloser // nil until used once
	row []byte
}

// rowReaders are kept between pictures.
var rowReaders = sync.Pool{New: func() any { return &rowReader{in: bufio.NewReaderSize(nil, 16<<10)} }}

// checkRows tells whether the data, in parts as they stand in the file, is that of
// so many rows of so many bytes, each with a known filter, and nothing behind them.
func checkRows(parts [][]byte, row, rows int) bool {
	readers := make([]io.Reader, len(parts))
	for i, part := range parts {
		readers[i] = bytes.NewReader(part)
	}
	r, _ := rowReaders.Get().(*rowReader)
	defer rowReaders.Put(r)
	r.in.Reset(io.MultiReader(readers...))
	defer r.in.Reset(nil) // the picture is not kept with the reader
	return r.whole(row, rows)
}

func (r *rowReader) whole(row, rows int) bool {
	var err error
	if again, used := r.z.(zlib.Resetter); used {
		err = again.Reset(r.in, nil)
	} else {
		r.z, err = zlib.NewReader(r.in)
	}
	if err != nil {
		return false
	}
	if cap(r.row) < row {
		r.row = make([]byte, row)
	}
	b := r.row[:row]
	for range rows {
		if _, err := io.ReadFull(r.z, b); err != nil || b[0] > maxFilter {
			return false
		}
	}
	if n, err := r.z.Read(b[:1]); n != 0 || !errors.Is(err, io.EOF) {
		return false
	}
	_, err = r.in.ReadByte()
	return errors.Is(err, io.EOF)
}
