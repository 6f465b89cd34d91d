package picture_test

import (
	"encoding/binary"
	"image"
	"runtime"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/picture"
)

// Each limit is tested at the limit and one over.
func TestLimits(t *testing.T) {
	t.Parallel()
	blank := func(w, h int) []byte { return pngOf(t, image.NewGray(image.Rect(0, 0, w, h))) }
	padded := func(size int) []byte {
		shot := blank(4, 4)
		return append(shot, make([]byte, size-len(shot))...)
	}
	for name, c := range map[string]struct {
		raw  []byte
		want apperr.Kind
	}{
		"5 MB": {padded(picture.MaxBytes), ""}, "5 MB and a byte": {padded(picture.MaxBytes + 1), apperr.TooLarge},
		"25 million pixels": {blank(5000, 5000), ""}, "a row more": {blank(5000, 5001), apperr.TooLarge}, "a line of them": {blank(picture.MaxPixels, 1), ""},
		"a pixel more":     {blank(picture.MaxPixels+1, 1), apperr.TooLarge},
		"200 MB of memory": {headerOf(16_666_666, 1, 16, 6), apperr.Invalid}, "a pixel of memory more": {headerOf(16_666_667, 1, 16, 6), apperr.TooLarge},
		"no pixels": {header(0, 5, 0), apperr.Invalid}, "text": {[]byte("<svg onload=alert(1)>"), apperr.Invalid}, "nothing": {nil, apperr.Invalid},
		"a GIF": {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), apperr.Invalid}, "only the first bytes": {[]byte("\x89PNG\r\n\x1a\n"), apperr.Invalid},
	} {
		if _, err := picture.Remake(c.raw); apperr.KindOf(err) != c.want {
			t.Errorf("%s: %v, want kind %q", name, err, c.want)
		}
	}
}

// header is a PNG of a few bytes that promises w × h pixels.
func header(w, h uint32, colours byte) []byte { return headerOf(w, h, 8, colours) }

func headerOf(w, h uint32, depth, colours byte) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", string(append(size, depth, colours, 0, 0, 0)))...)
}

// A file that promises more than it may is refused before memory is taken for
// it; one that promises less holds its decoder to that.
func TestBombs(t *testing.T) {
	// Not parallel: it counts what is allocated.
	progressive := jpegHeader(0xc2, 4000, 4000)
	for name, c := range map[string]struct {
		raw   []byte
		want  apperr.Kind
		bytes uint64
	}{
		"60,000 × 60,000":      {header(60_000, 60_000, 2), apperr.TooLarge, 1 << 20},
		"2^31 × 1":             {header(1<<31-1, 1, 2), apperr.TooLarge, 1 << 20},
		"65,535 × 65,535 JPEG": {jpegHeader(0xc0, 65_535, 65_535), apperr.TooLarge, 1 << 20},
		"a progressive JPEG":   {progressive, apperr.TooLarge, 1 << 20},
		"a small one":          {jpegHeader(0xc2, 3000, 3000), apperr.Invalid, 200 << 20},
		"too much data":        {append(header(4, 4, 0), append(chunk("IDAT", deflated(strings.Repeat("\x00", 50<<20))), chunk("IEND", "")...)...), apperr.Invalid, 1 << 20},
		"a text of 50 MB":      {afterHead(pngOf(t, corners(4, 4)), 33, chunk("zTXt", "a\x00\x00"+deflated(strings.Repeat("a", 50<<20)))), "", 4 << 20},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := picture.Remake(c.raw)
		runtime.ReadMemStats(&after)
		if apperr.KindOf(err) != c.want || len(c.raw) > 60<<10 {
			t.Errorf("%s: %d bytes are answered with %v, want kind %q", name, len(c.raw), err, c.want)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > c.bytes {
			t.Errorf("%s: %d bytes allocated, want %d at most", name, took, c.bytes)
		}
	}
}

// jpegHeader is a JPEG of a few bytes that promises w × h pixels of three colours.
func jpegHeader(frame byte, w, h int) []byte {
	sof := string([]byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0})
	return append(append([]byte{0xff, 0xd8}, segment(frame, sof)...), segment(0xda, "\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00")...)
}
